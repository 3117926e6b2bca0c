import { gzipSync } from 'node:zlib'

/** File texts by path below the package's root, as in `Example.files`. */
export type FileTable = Readonly<Record<string, string | Uint8Array>>

/**
 * One entry of a tar archive, honest or not. Only `path` is needed. `type` is the type flag: '0' file, '1' hard link,
 * '2' symbolic link, '3' and '4' devices, '5' folder, '6' fifo, '7' contiguous file, 'x' and 'g' pax, 'L' and 'K' GNU
 * long names. `size` lies about the length of `data`; `checksum` replaces the right one; `pax` puts an extended header
 * in front, `longName` a GNU one; `magic` replaces the eight bytes of `ustar\0` + `00`.
 */
export type TarEntry = {
  readonly path: string
  readonly data?: string | Uint8Array
  readonly type?: string
  readonly mode?: number
  readonly size?: number
  readonly checksum?: number
  readonly linkpath?: string
  readonly prefix?: string
  readonly pax?: Readonly<Record<string, string>>
  readonly longName?: string
  readonly magic?: string
  /** Write the size in base 256, as tars do beyond 8 GB. */
  readonly base256?: boolean
}

const block = 512

const padded = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((block - (bytes.length % block)) % block)])

const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0') + '\0'

/** The body of a pax header: `<length> <key>=<value>` lines, the length counting itself. */
export const paxBody = (fields: Readonly<Record<string, string>>): Buffer => {
  const lines = Object.entries(fields).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`)
    let length = rest + String(rest).length
    if (String(length).length !== String(rest).length) length = rest + String(length).length
    return `${length} ${key}=${value}\n`
  })
  return Buffer.from(lines.join(''))
}

const header = (entry: TarEntry, size: number): Buffer => {
  const bytes = Buffer.alloc(block)
  bytes.write(entry.path, 0, 100)
  bytes.write(octal(entry.mode ?? 0o644, 8), 100)
  bytes.write(octal(0, 8), 108)
  bytes.write(octal(0, 8), 116)
  if (entry.base256) {
    bytes[124] = 0x80
    bytes.writeUIntBE(size, 130, 6)
  } else {
    bytes.write(octal(size, 12), 124)
  }
  bytes.write(octal(0, 12), 136)
  bytes.write(entry.type ?? '0', 156, 1, 'latin1')
  bytes.write(entry.linkpath ?? '', 157, 100)
  bytes.write(entry.magic ?? 'ustar\u000000', 257, 8, 'latin1')
  bytes.write(entry.prefix ?? '', 345, 155)
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(octal(entry.checksum ?? sum, 7) + ' ', 148, 8, 'latin1')
  return bytes
}

/** The blocks of one entry: its extension headers, its header and its body. */
export const tarEntry = (entry: TarEntry): Buffer => {
  const data = Buffer.from(entry.data ?? '')
  const before: Buffer[] = []
  if (entry.pax) before.push(tarEntry({ path: 'PaxHeader', type: 'x', data: paxBody(entry.pax) }))
  if (entry.longName !== undefined) {
    before.push(tarEntry({ path: '././@LongLink', type: 'L', data: entry.longName + '\0' }))
  }
  return Buffer.concat([...before, header(entry, entry.size ?? data.length), padded(data)])
}

/** A tar archive. Raw bytes may stand between entries; `end: false` leaves out the two empty blocks that close it. */
export const tarOf = (
  entries: readonly (TarEntry | Uint8Array)[],
  options: { readonly end?: boolean } = {},
): Buffer =>
  Buffer.concat([
    ...entries.map(entry => (entry instanceof Uint8Array ? entry : tarEntry(entry))),
    Buffer.alloc(options.end === false ? 0 : 2 * block),
  ])

/** A gzipped tar archive of arbitrary entries. */
export const tarballOf = (
  entries: readonly (TarEntry | Uint8Array)[],
  options: { readonly end?: boolean } = {},
): Buffer => gzipSync(tarOf(entries, options))

/**
 * An honest package as `npm pack` writes it: every file below `package/`, long paths as pax. Files named in
 * `executable` get mode 755.
 */
export const packFiles = (files: FileTable, executable: readonly string[] = []): Buffer =>
  tarballOf(
    Object.entries(files).map(([path, data]): TarEntry => {
      const full = `package/${path}`
      const mode = executable.includes(path) ? 0o755 : 0o644
      const long = Buffer.byteLength(full) > 100
      return long ? { path: full.slice(0, 99), data, mode, pax: { path: full } } : { path: full, data, mode }
    }),
  )
