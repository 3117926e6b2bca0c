/** Writes ZIP archives for tests, honest and lying ones. */
import { crc32, deflateRawSync } from 'node:zlib'

export type ZipPart = {
  readonly name: string
  readonly text: string
  /** What the archive says about the entry, where it lies. */
  readonly says?: {
    readonly unpacked?: number
    readonly crc?: number
    readonly flags?: number
    readonly method?: number
  }
}

/** A ZIP archive of the parts; `zip64` moves all sizes and offsets into the 64-bit fields. */
export function zipOf(parts: readonly ZipPart[], zip64 = false): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const raw = Buffer.from(part.text)
    const packed = deflateRawSync(raw)
    const name = Buffer.from(part.name)
    const fixed = {
      method: part.says?.method ?? 8,
      flags: part.says?.flags ?? 0,
      crc: part.says?.crc ?? crc32(raw),
      unpacked: part.says?.unpacked ?? raw.length,
    }
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(fixed.flags, 6)
    local.writeUInt16LE(fixed.method, 8)
    local.writeUInt16LE(name.length, 26)
    const extra = zip64 ? extra64([fixed.unpacked, packed.length, offset]) : Buffer.alloc(0)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(fixed.flags, 8)
    entry.writeUInt16LE(fixed.method, 10)
    entry.writeUInt32LE(fixed.crc, 16)
    entry.writeUInt32LE(zip64 ? 0xffffffff : packed.length, 20)
    entry.writeUInt32LE(zip64 ? 0xffffffff : fixed.unpacked, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt16LE(extra.length, 30)
    entry.writeUInt32LE(zip64 ? 0xffffffff : offset, 42)
    files.push(local, name, packed)
    directory.push(entry, name, extra)
    offset += 30 + name.length + packed.length
  }
  const central = Buffer.concat(directory)
  return Buffer.concat([...files, central, ending(parts.length, offset, central.length, zip64)])
}

function extra64(sizes: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * sizes.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * sizes.length, 2)
  for (const [i, size] of sizes.entries()) extra.writeBigUInt64LE(BigInt(size), 4 + 8 * i)
  return extra
}

function ending(entries: number, offset: number, size: number, zip64: boolean): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(zip64 ? 0xffff : entries, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16)
  if (!zip64) return end
  const big = Buffer.alloc(56 + 20)
  big.writeUInt32LE(0x06064b50, 0)
  big.writeBigUInt64LE(BigInt(entries), 32)
  big.writeBigUInt64LE(BigInt(offset), 48)
  big.writeUInt32LE(0x07064b50, 56)
  big.writeBigUInt64LE(BigInt(offset + size), 64)
  return Buffer.concat([big, end])
}
