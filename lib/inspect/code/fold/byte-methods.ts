import { Buffer } from 'node:buffer'
import { halt } from './budget.ts'
import { clampIndex, joinArray, toInteger, toNumber, toText } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import { itemsOf } from './array-methods.ts'
import type { Machine, Method, Methods } from './machine.ts'
import { FoldArray, FoldBytes, FoldStream, type Value } from './values.ts'

const encodings = new Map<string, BufferEncoding>([
  ['utf8', 'utf8'],
  ['utf-8', 'utf8'],
  ['hex', 'hex'],
  ['base64', 'base64'],
  ['base64url', 'base64url'],
  ['ascii', 'ascii'],
  ['latin1', 'latin1'],
  ['binary', 'latin1'],
  ['utf16le', 'utf16le'],
  ['utf-16le', 'utf16le'],
  ['ucs2', 'utf16le'],
  ['ucs-2', 'utf16le'],
])

/** Node's name of an encoding argument; `utf8` where absent. */
export const encodingOf = (machine: Machine, value: Value): BufferEncoding => {
  if (value === undefined || value === null) return 'utf8'
  return encodings.get(toText(machine, value).toLowerCase()) ?? machine.raise('TypeError')
}

/** The bytes a text stands for. Hex and base64 count as decoding. */
export const encodeText = (machine: Machine, text: string, encoding: BufferEncoding): Uint8Array => {
  machine.budget.make(text.length * (encoding === 'utf8' ? 3 : 2))
  if (encoding === 'hex') machine.used |= decoderBits.hex
  if (encoding === 'base64' || encoding === 'base64url') machine.used |= decoderBits.base64
  return new Uint8Array(Buffer.from(text, encoding))
}

export const decodeBytes = (machine: Machine, bytes: Uint8Array, encoding: BufferEncoding): string => {
  machine.budget.make(bytes.length * 2)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding)
}

/** Text or bytes as bytes, as the functions of node:crypto and node:zlib take them. */
export const bytesOf = (machine: Machine, value: Value, encoding?: Value): Uint8Array => {
  if (value instanceof FoldBytes) {
    machine.used |= value.labels
    return value.bytes
  }
  if (typeof value === 'string') return encodeText(machine, value, encodingOf(machine, encoding))
  return halt('unsupported')
}

const fromItems = (machine: Machine, value: Value, buffer: boolean): FoldBytes => {
  const items = itemsOf(machine, value)
  machine.budget.make(items.length)
  machine.used |= decoderBits['char-codes']
  return machine.bytes(
    Uint8Array.from(items, item => toNumber(machine, item)),
    buffer,
  )
}

const bufferFrom: Method = (machine, _self, args) => {
  const [value, encoding, length] = args
  if (typeof value === 'string')
    return machine.bytes(encodeText(machine, value, encodingOf(machine, encoding)))
  if (value instanceof FoldBytes) {
    if (encoding !== undefined || length !== undefined) return halt('unsupported')
    machine.used |= value.labels
    machine.budget.make(value.bytes.length)
    return machine.bytes(value.bytes.slice())
  }
  if (value instanceof FoldArray) return fromItems(machine, value, true)
  return typeof value === 'object' && value !== null ? halt('unsupported') : machine.raise('TypeError')
}

const bufferAlloc: Method = (machine, _self, args) => {
  const size = toNumber(machine, args[0])
  if (!Number.isInteger(size) || size < 0) return machine.raise('RangeError')
  machine.budget.make(size)
  const bytes = new Uint8Array(size)
  if (args[1] === undefined) return machine.bytes(bytes)
  const filler =
    typeof args[1] === 'string'
      ? bytesOf(machine, args[1], args[2])
      : Uint8Array.of(toNumber(machine, args[1]))
  if (filler.length === 0) return halt('unsupported')
  for (let index = 0; index < size; index += 1) bytes[index] = filler[index % filler.length] ?? 0
  return machine.bytes(bytes)
}

const bufferConcat: Method = (machine, _self, args) => {
  const [list] = args
  if (!(list instanceof FoldArray) || args.length > 1) return halt('unsupported')
  machine.used |= list.labels
  let size = 0
  for (const item of list.items) {
    if (!(item instanceof FoldBytes)) return machine.raise('TypeError')
    machine.used |= item.labels
    size += item.bytes.length
    machine.budget.spend(1)
    if (size > machine.budget.limits.maxSize) halt('size')
  }
  machine.budget.make(size)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const item of list.items) {
    if (!(item instanceof FoldBytes)) continue
    bytes.set(item.bytes, at)
    at += item.bytes.length
  }
  return machine.bytes(bytes)
}

const typedArray: Method = (machine, _self, args) => {
  const [source] = args
  if (source === undefined) return machine.bytes(new Uint8Array(0), false)
  if (typeof source === 'number') {
    if (!Number.isInteger(source) || source < 0) return machine.raise('RangeError')
    machine.budget.make(source)
    return machine.bytes(new Uint8Array(source), false)
  }
  if (args.length > 1) return halt('unsupported')
  return fromItems(machine, source, false)
}

const onBytes =
  (method: (machine: Machine, self: FoldBytes, args: readonly Value[]) => Value): Method =>
  (machine, self, args) => {
    if (!(self instanceof FoldBytes)) return halt('unsupported')
    machine.used |= self.labels
    machine.budget.spend(self.bytes.length >>> 6)
    return method(machine, self, args)
  }

const range = (machine: Machine, self: FoldBytes, args: readonly Value[]): Uint8Array => {
  const from = clampIndex(toInteger(machine, args[0]), self.bytes.length)
  const to = clampIndex(toInteger(machine, args[1], self.bytes.length), self.bytes.length)
  machine.budget.make(Math.max(0, to - from))
  return self.bytes.slice(from, to)
}

/** `slice` shares memory with the whole in Node; here it is a copy, which differs only for code that writes to both. */
const slice = onBytes((machine, self, args) => machine.bytes(range(machine, self, args), self.buffer))

const toStringOfBytes = onBytes((machine, self, args) => {
  if (!self.buffer) return joinArray(machine, machine.array([...itemsOf(machine, self)]), ',')
  return decodeBytes(machine, range(machine, self, args.slice(1)), encodingOf(machine, args[0]))
})

const mapped = onBytes((machine, self, args) => {
  const length = self.bytes.length
  machine.budget.make(length)
  const result = new Uint8Array(length)
  for (let index = 0; index < length; index += 1) {
    machine.budget.spend(1)
    const value = machine.call(args[0], args[1], [self.bytes[index], index, self])
    result[index] = toNumber(machine, value)
  }
  return machine.bytes(result, self.buffer)
})

const changing = (change: (machine: Machine, self: FoldBytes, args: readonly Value[]) => void): Method =>
  onBytes((machine, self, args) => {
    machine.journal.touch(self)
    change(machine, self, args)
    self.labels |= machine.used
    return self
  })

const fill = changing((machine, self, args) => {
  const byte = toNumber(machine, args[0])
  self.bytes.fill(byte, toInteger(machine, args[1]), toInteger(machine, args[2], self.bytes.length))
})

const reverse = changing((machine, self) => {
  machine.used |= decoderBits.reversed
  self.bytes.reverse()
})

const set = changing((machine, self, args) => {
  const items = Uint8Array.from(itemsOf(machine, args[0]), item => toNumber(machine, item))
  const offset = toInteger(machine, args[1])
  if (offset < 0 || items.length + offset > self.bytes.length) return machine.raise('RangeError')
  self.bytes.set(items, offset)
  return undefined
})

const integer = (size: number, little: boolean): Method =>
  onBytes((machine, self, args) => {
    const at = toInteger(machine, args[0])
    if (at < 0 || at + size > self.bytes.length) return machine.raise('RangeError')
    let value = 0
    for (let index = 0; index < size; index += 1) {
      value = value * 256 + (self.bytes[little ? at + size - 1 - index : at + index] ?? 0)
    }
    return value
  })

const borrowed = [
  'forEach',
  'reduce',
  'join',
  'every',
  'some',
  'indexOf',
  'includes',
  'at',
  'find',
  'findIndex',
]

const decoderNames = new Set(['utf-8', 'utf8', 'utf-16le', 'latin1', 'ascii', 'windows-1252', 'iso-8859-1'])

const textDecoder: Method = (machine, _self, args) => {
  const name = args[0] === undefined ? 'utf-8' : toText(machine, args[0]).toLowerCase()
  return decoderNames.has(name) ? new FoldStream('text-decoder', name) : halt('unsupported')
}

const decode: Method = (machine, self, args) => {
  if (!(self instanceof FoldStream) || self.what !== 'text-decoder' || args.length > 1)
    return halt('unsupported')
  const bytes = args[0] === undefined ? new Uint8Array(0) : bytesOf(machine, args[0])
  machine.budget.make(bytes.length)
  return new TextDecoder(self.name).decode(bytes)
}

const encode: Method = (machine, _self, args) => {
  const text = args[0] === undefined ? '' : toText(machine, args[0])
  return machine.bytes(encodeText(machine, text, 'utf8'), false)
}

/** Arrays of wider numbers, and how a number fits in. Lists do for them what decoders ask of them. */
const fitting: Readonly<Record<string, (item: number) => number>> = {
  Uint16Array: item => item & 0xffff,
  Int16Array: item => (item << 16) >> 16,
  Uint32Array: item => item >>> 0,
  Int32Array: item => item | 0,
  Int8Array: item => (item << 24) >> 24,
  Float32Array: Math.fround,
  Float64Array: item => item,
}

const listMethods = (name: string, fit: (item: number) => number, arrayMethods: Methods): Methods => {
  const listOf = (machine: Machine, items: readonly Value[]): Value => {
    machine.budget.make(items.length)
    machine.used |= decoderBits['char-codes']
    return machine.array(items.map(item => fit(toNumber(machine, item))))
  }
  return {
    [name]: (machine, _self, [source, ...more]) => {
      if (more.length > 0) return halt('unsupported')
      if (typeof source !== 'number')
        return listOf(machine, source === undefined ? [] : itemsOf(machine, source))
      if (!Number.isInteger(source) || source < 0) return machine.raise('RangeError')
      machine.budget.make(source)
      return machine.array(Array.from({ length: source }, () => 0))
    },
    [`${name}.from`]: (machine, _self, args) =>
      listOf(machine, itemsOf(machine, arrayMethods['Array.from']?.(machine, undefined, args))),
    [`${name}.of`]: (machine, _self, args) => listOf(machine, args),
  }
}

/** The names of those arrays, which are made by `new`. */
export const wideArrays: readonly string[] = Object.keys(fitting)

const shared: Methods = {
  slice,
  subarray: slice,
  toString: toStringOfBytes,
  map: mapped,
  fill,
  reverse,
  set,
  readUInt8: integer(1, false),
  readUint8: integer(1, false),
  readUInt16BE: integer(2, false),
  readUInt16LE: integer(2, true),
  readUInt32BE: integer(4, false),
  readUInt32LE: integer(4, true),
}

/** Buffers, byte arrays and text decoders. `arrayMethods` serves what byte arrays share with arrays. */
export const byteMethods = (arrayMethods: Methods): Methods => ({
  'node:buffer.Buffer': bufferFrom,
  'node:buffer.Buffer.from': bufferFrom,
  'node:buffer.Buffer.alloc': bufferAlloc,
  'node:buffer.Buffer.allocUnsafe': bufferAlloc,
  'node:buffer.Buffer.concat': bufferConcat,
  'node:buffer.Buffer.isBuffer': (_machine, _self, args) => args[0] instanceof FoldBytes && args[0].buffer,
  'node:buffer.Buffer.byteLength': (machine, _self, args) => bytesOf(machine, args[0], args[1]).length,
  Uint8Array: typedArray,
  'Uint8Array.from': (machine, _self, args) => {
    const array = arrayMethods['Array.from']?.(machine, undefined, args)
    return fromItems(machine, array, false)
  },
  'Uint8Array.of': (machine, _self, args) => fromItems(machine, machine.array([...args]), false),
  ...Object.assign({}, ...Object.entries(fitting).map(([name, fit]) => listMethods(name, fit, arrayMethods))),
  TextDecoder: textDecoder,
  TextEncoder: () => new FoldStream('text-decoder', 'encoder'),
  'Stream.prototype.decode': decode,
  'Stream.prototype.encode': encode,
  ...Object.fromEntries(
    Object.entries(shared).map(([name, method]) => [`Uint8Array.prototype.${name}`, method]),
  ),
  ...Object.fromEntries(
    borrowed.map(name => [
      `Uint8Array.prototype.${name}`,
      arrayMethods[`Array.prototype.${name}`] ?? (() => halt('unsupported')),
    ]),
  ),
})
