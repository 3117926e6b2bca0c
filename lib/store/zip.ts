import { crc32, inflateRawSync } from 'node:zlib'

export type ZipBounds = {
  readonly maxEntries: number
  /** Unpacked bytes of one entry. */
  readonly maxEntryBytes: number
  /** Unpacked bytes of all entries: entries may overlap, so a small file can hold terabytes. */
  readonly maxTotalBytes: number
}

export type ZipEntry = { readonly name: string; readonly bytes: Buffer }

const endOfDirectory = 0x06054b50
const zip64Locator = 0x07064b50
const zip64End = 0x06064b50
const directoryEntry = 0x02014b50
const localEntry = 0x04034b50
const endBytes = 22
const maxCommentBytes = 0xffff

/**
 * The entries of a ZIP archive, ZIP64 included, in the order of its directory; folders are left out. Sizes that the
 * archive states are only compared, never believed. Throws a plain Error on anything damaged, encrypted, compressed by
 * another method than deflate, or beyond the bounds. Source: APPNOTE.TXT 6.3.10.
 */
export function* zipEntries(archive: Buffer, bounds: ZipBounds): Generator<ZipEntry> {
  const directory = findDirectory(archive)
  if (directory.entries > bounds.maxEntries) throw new Error(`more than ${bounds.maxEntries} entries`)
  let at = directory.offset
  let total = 0
  for (let i = 0; i < directory.entries; i += 1) {
    const header = readHeader(archive, at)
    at = header.next
    if (header.name.endsWith('/')) continue
    const bytes = unpack(archive, header, bounds.maxEntryBytes)
    total += bytes.length
    if (total > bounds.maxTotalBytes) throw new Error(`unpacks to more than ${bounds.maxTotalBytes} bytes`)
    yield { name: header.name, bytes }
  }
}

type Header = {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  readonly offset: number
  readonly next: number
}

function findDirectory(archive: Buffer): { readonly entries: number; readonly offset: number } {
  const lowest = Math.max(0, archive.length - endBytes - maxCommentBytes)
  let end = archive.length - endBytes
  while (end >= lowest && archive.readUInt32LE(end) !== endOfDirectory) end -= 1
  if (end < lowest) throw new Error('no end of directory: truncated, or not a ZIP archive')
  const entries = archive.readUInt16LE(end + 10)
  const offset = archive.readUInt32LE(end + 16)
  if (entries !== 0xffff && offset !== 0xffffffff) return { entries, offset }
  const locator = end - 20
  if (locator < 0 || archive.readUInt32LE(locator) !== zip64Locator) return { entries, offset }
  const start = readSize(archive, locator + 8)
  if (start + 56 > archive.length || archive.readUInt32LE(start) !== zip64End) {
    throw new Error('the ZIP64 directory is damaged')
  }
  return { entries: readSize(archive, start + 32), offset: readSize(archive, start + 48) }
}

function readHeader(archive: Buffer, at: number): Header {
  if (at + 46 > archive.length || archive.readUInt32LE(at) !== directoryEntry) {
    throw new Error('the directory is damaged')
  }
  if ((archive.readUInt16LE(at + 8) & 1) !== 0) throw new Error('an entry is encrypted')
  const nameBytes = archive.readUInt16LE(at + 28)
  const extraBytes = archive.readUInt16LE(at + 30)
  const next = at + 46 + nameBytes + extraBytes + archive.readUInt16LE(at + 32)
  if (next > archive.length) throw new Error('the directory is damaged')
  const sizes = [archive.readUInt32LE(at + 24), archive.readUInt32LE(at + 20), archive.readUInt32LE(at + 42)]
  readZip64Sizes(archive, at + 46 + nameBytes, extraBytes, sizes)
  const [unpacked = 0, packed = 0, offset = 0] = sizes
  return {
    name: archive.toString('utf8', at + 46, at + 46 + nameBytes),
    method: archive.readUInt16LE(at + 10),
    crc: archive.readUInt32LE(at + 16),
    packed,
    unpacked,
    offset,
    next,
  }
}

/** Sizes that do not fit 32 bits stand in extra field 1, in this order and only those. */
function readZip64Sizes(archive: Buffer, start: number, length: number, sizes: number[]): void {
  let at = start
  while (at + 4 <= start + length) {
    const id = archive.readUInt16LE(at)
    const size = archive.readUInt16LE(at + 2)
    const end = at + 4 + size
    if (end > start + length) throw new Error('an extra field is damaged')
    if (id === 1) {
      let value = at + 4
      for (let i = 0; i < sizes.length; i += 1) {
        if (sizes[i] !== 0xffffffff) continue
        if (value + 8 > end) throw new Error('an extra field is damaged')
        sizes[i] = readSize(archive, value)
        value += 8
      }
    }
    at = end
  }
}

function readSize(archive: Buffer, at: number): number {
  if (at + 8 > archive.length) throw new Error('a size is cut off')
  const value = archive.readBigUInt64LE(at)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('a size is beyond anything real')
  return Number(value)
}

function unpack(archive: Buffer, header: Header, maxBytes: number): Buffer {
  const { offset, packed } = header
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== localEntry) {
    throw new Error(`${JSON.stringify(header.name.slice(0, 80))}: its header is damaged`)
  }
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
  if (start + packed > archive.length) throw new Error('an entry is cut off')
  const data = archive.subarray(start, start + packed)
  const bytes = inflate(data, header, maxBytes)
  if (bytes.length > maxBytes) throw new Error(`an entry is larger than ${maxBytes} bytes`)
  if (bytes.length !== header.unpacked || crc32(bytes) !== header.crc) {
    throw new Error(`${JSON.stringify(header.name.slice(0, 80))}: its size or checksum is wrong`)
  }
  return bytes
}

function inflate(data: Buffer, header: Header, maxBytes: number): Buffer {
  if (header.method === 0) return data
  if (header.method !== 8) throw new Error(`compression method ${header.method} is not supported`)
  // The stated size only sets how much memory is taken at a time: the default would take 16 KB for each small record.
  const chunkSize = Math.min(Math.max(header.unpacked + 1, 64), 64 * 1024)
  return inflateRawSync(data, { maxOutputLength: maxBytes, chunkSize })
}
