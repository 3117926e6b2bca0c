import { gunzipSync } from 'node:zlib'
import { limits } from '../limits.ts'

/** The tar bytes, or why there are none. */
export type Decompressed =
  { readonly kind: 'tar'; readonly bytes: Buffer } | { readonly kind: 'gap'; readonly what: string }

/** node-tar, npm's extractor, gives up beyond this ratio (`maxDecompressionRatio`); deflate cannot exceed 1032. */
const maxRatio = 1000

/** The first allocation is the attacker's to choose (ISIZE is the last field of the file), so it stays small. */
const maxFirstChunk = 64 * 1024 * 1024
const minFirstChunk = 64 * 1024

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte)

/** Code shrinks to a fifth; a last field that claims much more is not worth an allocation. */
const usualRatio = 32

/** ISIZE, the length modulo 2^32 of the last member: a good guess in honest tarballs, and no more than a guess. */
const guessedLength = (bytes: Buffer): number => {
  const plausible = Math.min(bytes.readUInt32LE(bytes.length - 4), bytes.length * usualRatio, maxFirstChunk)
  return Math.max(plausible, minFirstChunk)
}

const gap = (what: string): Decompressed => ({ kind: 'gap', what })

type Info = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }

const isInfo = (value: unknown): value is Info =>
  typeof value === 'object' &&
  value !== null &&
  'buffer' in value &&
  Buffer.isBuffer(value.buffer) &&
  'engine' in value

const gunzip = (bytes: Buffer, maxOutputLength: number): Decompressed => {
  // With `info`, zlib also tells how much of the input it took; the published types do not know that shape.
  const options = { maxOutputLength, chunkSize: guessedLength(bytes), info: true }
  const result: unknown = gunzipSync(bytes, options)
  if (!isInfo(result)) return gap('cannot be decompressed (unknown zlib)')
  const { buffer, engine } = result
  // Zeros pad; anything else behind the end is read by some tools and skipped by others, depending on how it arrives.
  if (bytes.subarray(engine.bytesWritten).some(byte => byte !== 0)) {
    return gap('has bytes behind the end of the compressed data')
  }
  return { kind: 'tar', bytes: buffer }
}

/**
 * The tar inside a tarball as npm's extractor would find it: gzip by its magic bytes (all members), a plain tar
 * otherwise. Never throws on hostile bytes: damaged, oversized and unknown compressions are gaps. Bounded by
 * `limits.maxUnpackedBytes`.
 */
export const decompress = (tarball: Uint8Array): Decompressed => {
  const bytes = Buffer.from(tarball.buffer, tarball.byteOffset, tarball.byteLength)
  if (bytes.length > limits.maxTarballBytes) return gap(`is larger than ${limits.maxTarballBytes} bytes`)
  if (startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return gap('is compressed with zstd, which is not read')
  if (!startsWith(bytes, [0x1f, 0x8b])) return { kind: 'tar', bytes }
  if (bytes.length < 18) return gap('is cut short')
  const maxBytes = Math.min(limits.maxUnpackedBytes, bytes.length * maxRatio)
  try {
    return gunzip(bytes, maxBytes)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ERR_BUFFER_TOO_LARGE')
      return gap(`is a decompression bomb: it unpacks to more than ${maxBytes} bytes`)
    return gap(`cannot be decompressed (${code || 'unknown error'})`)
  }
}
