/**
 * How npm's extractor (node-tar 7.5) reads the fields of a tar header and of a pax body. Every oddity is kept on
 * purpose: where two readers disagree about a header, files can be smuggled past one of them.
 */

/** What a pax or GNU header in front of an entry said. Times and owners only matter by being there. */
export type Extension = {
  readonly path?: string
  readonly linkpath?: string
  readonly size?: number
  readonly present: ReadonlySet<string>
}

/** Text up to the first NUL; what follows a line feed after that NUL survives, as in node-tar. */
export const decodeText = (block: Buffer, offset: number, length: number): string =>
  block
    .subarray(offset, offset + length)
    .toString('utf8')
    .replace(/\0.*/, '')

const unsigned = (bytes: Buffer): number => {
  let sum = 0
  for (const byte of bytes) sum = sum * 256 + byte
  return sum
}

/** Two's complement over a field that starts with 0xff. */
const signed = (bytes: Buffer): number => {
  let sum = 0
  for (const byte of bytes) sum = sum * 256 + (0xff ^ byte)
  return -(sum + 1)
}

/**
 * An octal number, or base 256 where the first bit is set. Undefined where there is no number, `invalid` where
 * node-tar throws and thereby skips the whole header.
 */
export const decodeNumber = (
  block: Buffer,
  offset: number,
  length: number,
): number | 'invalid' | undefined => {
  const field = block.subarray(offset, offset + length)
  const first = field[0] ?? 0
  if (first & 0x80) {
    if (first !== 0x80 && first !== 0xff) return 'invalid'
    const value = first === 0x80 ? unsigned(field.subarray(1)) : signed(field)
    return Number.isSafeInteger(value) ? value : 'invalid'
  }
  const text = field.toString('utf8').replace(/\0.*$/, '').trim()
  const value = Number.parseInt(text, 8)
  return Number.isNaN(value) ? undefined : value
}

const parseLine = (line: string): readonly [string, string] | undefined => {
  const length = Number.parseInt(line, 10)
  if (length !== Buffer.byteLength(line) + 1) return undefined
  const rest = line.slice(`${length} `.length)
  const equals = rest.indexOf('=')
  const key = equals === -1 ? rest : rest.slice(0, equals)
  const value = equals === -1 ? '' : rest.slice(equals + 1)
  return key === '' ? undefined : [key, value.replace(/\0.*/, '')]
}

const isPresenceKey = (key: string): boolean => ['atime', 'ctime', 'mtime', 'uid', 'gid'].includes(key)

/** Lays the fields of a pax body over what earlier headers in front of the same entry said. */
export const parsePax = (body: string, before: Extension | undefined): Extension => {
  let { path, linkpath, size } = before ?? {}
  const present = new Set(before?.present)
  for (const line of body.replace(/\n$/, '').split('\n')) {
    const [key, value] = parseLine(line) ?? ['', '']
    if (key === 'path') path = value
    else if (key === 'linkpath') linkpath = value
    else if (key === 'size' && Number(value) >= 0) size = Number(value)
    else if (isPresenceKey(key)) present.add(key)
  }
  return extension({ path, linkpath, size }, present)
}

/** A GNU header that replaces the path or the link target of the next entry. */
export const withLongName = (
  body: string,
  field: 'path' | 'linkpath',
  before: Extension | undefined,
): Extension => {
  const name = body.replace(/\0.*/, '')
  const { path, linkpath, size, present } = before ?? { present: new Set<string>() }
  return extension({ path, linkpath, size, [field]: name }, present)
}

const extension = (
  fields: { path: string | undefined; linkpath: string | undefined; size: number | undefined },
  present: ReadonlySet<string>,
): Extension => ({
  ...(fields.path === undefined ? {} : { path: fields.path }),
  ...(fields.linkpath === undefined ? {} : { linkpath: fields.linkpath }),
  ...(fields.size === undefined ? {} : { size: fields.size }),
  present,
})
