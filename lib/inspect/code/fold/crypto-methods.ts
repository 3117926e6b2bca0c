import { Buffer } from 'node:buffer'
import { createDecipheriv, createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto'
import type { DecipherGCM } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, unzipSync } from 'node:zlib'
import { Halt, halt } from './budget.ts'
import { bytesOf, decodeBytes, encodingOf } from './byte-methods.ts'
import { toNumber, toText, truthy } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import type { Machine, Method, Methods } from './machine.ts'
import { raiseError } from './text-codecs.ts'
import { FoldBytes, FoldObject, FoldStream, type Value } from './values.ts'

/** Runs one of Node's own codecs on bytes whose size was checked. What it refuses is an exception of the program. */
const attempt = <T>(machine: Machine, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof Halt) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // Too large, unknown here or out of memory says something about us, not about the program.
    if (code === 'ERR_BUFFER_TOO_LARGE' || error instanceof RangeError) {
      machine.budget.make(machine.budget.limits.maxSize)
      return halt('size')
    }
    if (typeof code === 'string' && /UNSUPPORTED|UNKNOWN_CIPHER|NOT_SUPPORTED/i.test(code))
      return halt('unsupported')
    return raiseError(machine)
  }
}

type Inflate = (data: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

const inflating =
  (inflate: Inflate): Method =>
  (machine, _self, args) => {
    const data = bytesOf(machine, args[0])
    machine.budget.spend(1_000 + (data.length >>> 3))
    const maxOutputLength = Math.max(1, Math.min(machine.budget.limits.maxSize, machine.budget.size))
    const bytes = attempt(machine, () => inflate(data, { maxOutputLength }))
    machine.budget.make(bytes.length)
    machine.budget.spend(bytes.length >>> 3)
    machine.used |= decoderBits.zlib
    return machine.bytes(new Uint8Array(bytes))
  }

const ciphers = /^(?:aes-?(?:128|192|256)-(?:cbc|ctr|gcm|ecb|cfb|cfb8|ofb)|des-ede3-cbc|chacha20)$/

const createDecipher: Method = (machine, _self, args) => {
  const name = toText(machine, args[0]).toLowerCase()
  if (!ciphers.test(name)) return halt('unsupported')
  const key = bytesOf(machine, args[1]).slice()
  const iv = args[2] === null || args[2] === undefined ? undefined : bytesOf(machine, args[2]).slice()
  machine.budget.spend(1_000)
  attempt(machine, () => createDecipheriv(name, key, iv ?? null))
  return labelled(machine, new FoldStream('decipher', name, key, iv))
}

const maxChunks = 64

/** Feeds a stream and remembers it; returns what the last chunk brings out. */
const decipher = (machine: Machine, stream: FoldStream, last: Uint8Array | undefined): Uint8Array => {
  let size = last?.length ?? 0
  for (const chunk of stream.chunks) size += chunk.length
  machine.budget.make(size)
  machine.budget.spend(1_000 + (size >>> 3))
  machine.used |= stream.labels | (stream.name.startsWith('aes') ? decoderBits.aes : decoderBits.cipher)
  return attempt(machine, () => {
    const { key, iv, settings } = stream
    const machineKey = key ?? halt('unsupported')
    const engine = createDecipheriv(stream.name, machineKey, iv ?? null)
    if (settings.padding === false) engine.setAutoPadding(false)
    if (settings.authTag !== undefined) (engine as DecipherGCM).setAuthTag(settings.authTag)
    for (const chunk of stream.chunks) engine.update(chunk)
    return last === undefined ? engine.final() : engine.update(last)
  })
}

const labelled = (machine: Machine, stream: FoldStream): FoldStream => {
  stream.labels |= machine.used
  stream.stamp = machine.journal.stamp
  return stream
}

const output = (machine: Machine, bytes: Uint8Array, encoding: Value): Value => {
  if (encoding === undefined || encoding === 'buffer') return machine.bytes(new Uint8Array(bytes))
  return decodeBytes(machine, bytes, encodingOf(machine, encoding))
}

const onStream =
  (method: (machine: Machine, stream: FoldStream, args: readonly Value[]) => Value): Method =>
  (machine, self, args) => {
    if (!(self instanceof FoldStream) || self.what === 'text-decoder') return halt('unsupported')
    machine.used |= self.labels
    return method(machine, self, args)
  }

const update = onStream((machine, stream, args) => {
  const chunk = bytesOf(machine, args[0], args[1]).slice()
  if (stream.chunks.length >= maxChunks) halt('size')
  const bytes = stream.what === 'decipher' ? decipher(machine, stream, chunk) : undefined
  machine.journal.touch(stream)
  stream.chunks = [...stream.chunks, chunk]
  stream.labels |= machine.used
  return bytes === undefined ? stream : output(machine, bytes, args[2])
})

const final = onStream((machine, stream, args) => {
  if (stream.what !== 'decipher') return halt('unsupported')
  return output(machine, decipher(machine, stream, undefined), args[0])
})

const digest = onStream((machine, stream, args) => {
  if (stream.what === 'decipher') return halt('unsupported')
  machine.used |= decoderBits['key-derivation']
  let size = 0
  for (const chunk of stream.chunks) size += chunk.length
  machine.budget.make(size)
  machine.budget.spend(500 + (size >>> 3))
  const bytes = attempt(machine, () => {
    const hash =
      stream.what === 'hmac'
        ? createHmac(stream.name, stream.key ?? halt('unsupported'))
        : createHash(stream.name)
    for (const chunk of stream.chunks) hash.update(chunk)
    return hash.digest()
  })
  return output(machine, bytes, args[0])
})

const setting = (change: (machine: Machine, value: Value) => FoldStream['settings']): Method =>
  onStream((machine, stream, args) => {
    machine.journal.touch(stream)
    stream.settings = { ...stream.settings, ...change(machine, args[0]) }
    return stream
  })

const hashes = /^(?:md5|sha1|sha224|sha256|sha384|sha512|sha3-256|sha3-512|ripemd160)$/

const hashName = (machine: Machine, value: Value): string => {
  const name = toText(machine, value)
    .toLowerCase()
    .replace(/^sha-(?=[1235])/, 'sha')
  return hashes.test(name) ? name : halt('unsupported')
}

const pbkdf2: Method = (machine, _self, args) => {
  const password = bytesOf(machine, args[0])
  const salt = bytesOf(machine, args[1])
  const iterations = toNumber(machine, args[2])
  const length = toNumber(machine, args[3])
  const name = hashName(machine, args[4])
  if (!(iterations >= 1 && iterations <= 1_000_000 && length >= 0 && length <= 4_096)) return halt('size')
  // One iteration takes about as long as eight steps of the interpreter.
  machine.budget.spend(1_000 + iterations * 8 * Math.ceil(length / 20))
  machine.used |= decoderBits['key-derivation']
  return machine.bytes(
    new Uint8Array(attempt(machine, () => pbkdf2Sync(password, salt, iterations, length, name))),
  )
}

const scryptOption = (machine: Machine, options: Value, names: readonly string[], absent: number): number => {
  if (options === undefined) return absent
  if (!(options instanceof FoldObject)) return halt('unsupported')
  for (const name of names) if (options.fields.has(name)) return toNumber(machine, options.fields.get(name))
  return absent
}

const scrypt: Method = (machine, _self, args) => {
  const password = bytesOf(machine, args[0])
  const salt = bytesOf(machine, args[1])
  const length = toNumber(machine, args[2])
  const N = scryptOption(machine, args[3], ['N', 'cost'], 16_384)
  const r = scryptOption(machine, args[3], ['r', 'blockSize'], 8)
  const p = scryptOption(machine, args[3], ['p', 'parallelization'], 1)
  if (!(N > 1 && r >= 1 && p >= 1 && length >= 0 && length <= 4_096) || N * r * 128 > 64 * 1024 * 1024)
    halt('size')
  machine.budget.spend(1_000 + N * r * p * 4)
  machine.used |= decoderBits['key-derivation']
  const options = { N, r, p, maxmem: 96 * 1024 * 1024 }
  return machine.bytes(new Uint8Array(attempt(machine, () => scryptSync(password, salt, length, options))))
}

/** EVP_BytesToKey with MD5 and without salt, as the removed `crypto.createDecipher` derived key and IV. */
const legacyDecipher: Method = (machine, _self, args) => {
  const name = toText(machine, args[0]).toLowerCase()
  const match = /^aes-?(128|192|256)-(cbc|ctr|ecb)$/.exec(name)
  if (match === null) return halt('unsupported')
  const password = bytesOf(machine, args[1])
  const keyBytes = Number(match[1]) / 8
  let derived = Buffer.alloc(0)
  let block = Buffer.alloc(0)
  machine.budget.spend(4_000)
  while (derived.length < keyBytes + 16) {
    block = createHash('md5').update(block).update(password).digest()
    derived = Buffer.concat([derived, block])
  }
  const iv = match[2] === 'ecb' ? undefined : new Uint8Array(derived.subarray(keyBytes, keyBytes + 16))
  return labelled(
    machine,
    new FoldStream('decipher', name, new Uint8Array(derived.subarray(0, keyBytes)), iv),
  )
}

/** node:zlib and node:crypto as bounded calls of ours: decompression, decryption, key derivation. */
export const cryptoMethods: Methods = {
  'node:zlib.gunzipSync': inflating(gunzipSync),
  'node:zlib.inflateSync': inflating(inflateSync),
  'node:zlib.inflateRawSync': inflating(inflateRawSync),
  'node:zlib.unzipSync': inflating(unzipSync),
  'node:zlib.brotliDecompressSync': inflating(brotliDecompressSync),
  'node:crypto.createDecipheriv': createDecipher,
  'node:crypto.createDecipher': legacyDecipher,
  'node:crypto.createHash': (machine, _self, args) =>
    labelled(machine, new FoldStream('hash', hashName(machine, args[0]))),
  'node:crypto.createHmac': (machine, _self, args) =>
    labelled(machine, new FoldStream('hmac', hashName(machine, args[0]), bytesOf(machine, args[1]).slice())),
  'node:crypto.pbkdf2Sync': pbkdf2,
  'node:crypto.scryptSync': scrypt,
  'Stream.prototype.update': update,
  'Stream.prototype.final': final,
  'Stream.prototype.digest': digest,
  'Stream.prototype.setAutoPadding': setting((_machine, value) => ({
    padding: value === undefined || truthy(value),
  })),
  'Stream.prototype.setAuthTag': setting((_machine, value) =>
    value instanceof FoldBytes ? { authTag: value.bytes.slice() } : halt('unsupported'),
  ),
}
