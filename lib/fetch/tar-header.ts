import { decodeNumber, decodeText } from './tar-fields.ts'
import type { Extension } from './tar-fields.ts'

/** Type flags as node-tar names them, so far as they matter here. */
export type EntryType =
  | 'file'
  | 'contiguous-file'
  | 'hard-link'
  | 'symbolic-link'
  | 'device'
  | 'fifo'
  | 'folder'
  | 'pax'
  | 'old-pax'
  | 'global-pax'
  | 'long-path'
  | 'long-linkpath'
  | 'unsupported'

/** One header block: an entry, the end mark, or why npm's extractor skips it. */
export type Header =
  | { readonly kind: 'null' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'invalid'; readonly why: string; readonly path: string }
  | {
      readonly kind: 'entry'
      readonly type: EntryType
      readonly path: string
      readonly linkpath: string
      readonly mode: number | undefined
      readonly size: number
    }

export const blockBytes = 512

const types: ReadonlyMap<string, EntryType> = new Map([
  ['0', 'file'],
  ['', 'file'],
  ['1', 'hard-link'],
  ['2', 'symbolic-link'],
  ['3', 'device'],
  ['4', 'device'],
  ['5', 'folder'],
  ['6', 'fifo'],
  ['7', 'contiguous-file'],
  ['D', 'folder'],
  ['g', 'global-pax'],
  ['x', 'pax'],
  ['X', 'old-pax'],
  ['K', 'long-linkpath'],
  ['L', 'long-path'],
  ['N', 'long-path'],
])

/** Only these may be the subject of a pax header; others in between must not eat its size (file smuggling). */
const describedByPax = new Set(['0', '', '1', '2', '3', '4', '5', '6', '7', 'D'])

const prefixOf = (block: Buffer): string | undefined => {
  if (block.subarray(257, 265).toString('latin1') !== 'ustar\u000000') return undefined
  if (block[475] !== 0) return decodeText(block, 345, 155)
  return decodeText(block, 345, 130) || undefined
}

/** Fields that are only decoded where no extension states them, and that void the header where they cannot be. */
const hasUndecodableField = (
  block: Buffer,
  ex: Extension | undefined,
  gex: Extension | undefined,
  pax: boolean,
) => {
  const stated = (key: string): boolean => (ex?.present.has(key) ?? false) || (gex?.present.has(key) ?? false)
  const bad = (offset: number, length: number): boolean => decodeNumber(block, offset, length) === 'invalid'
  if (bad(100, 8) || bad(148, 12)) return true
  if (!(pax && stated('uid')) && bad(108, 8)) return true
  if (!(pax && stated('gid')) && bad(116, 8)) return true
  if (!(pax && stated('mtime')) && bad(136, 12)) return true
  if (block.subarray(257, 265).toString('latin1') !== 'ustar\u000000') return false
  if (bad(329, 8) || bad(337, 8)) return true
  if (block[475] !== 0) return false
  return (!stated('atime') && bad(476, 12)) || (!stated('ctime') && bad(488, 12))
}

const checksum = (block: Buffer): number => {
  let sum = 8 * 0x20
  for (let index = 0; index < 148; index++) sum += block[index] ?? 0
  for (let index = 156; index < blockBytes; index++) sum += block[index] ?? 0
  return sum
}

const numberOr = (value: number | 'invalid' | undefined): number | undefined =>
  value === 'invalid' ? undefined : value

const linkProblem = (type: EntryType, linkpath: string): string | undefined => {
  const isLink = type === 'hard-link' || type === 'symbolic-link'
  if (isLink && linkpath === '') return 'a link without target'
  const mayHaveTarget = isLink || type === 'pax' || type === 'global-pax'
  return !mayHaveTarget && linkpath !== '' ? 'a link target on something that is no link' : undefined
}

/**
 * Reads one 512-byte block as node-tar's `Header` does, given the pax headers in front (`ex`) and the global ones
 * (`gex`). Path and size of an entry are final but for `ex.path`, which npm lays over the prefix as well.
 */
export const readHeader = (block: Buffer, ex: Extension | undefined, gex: Extension | undefined): Header => {
  const flag = decodeText(block, 156, 1)
  const pax = describedByPax.has(flag)
  const stated = pax ? (ex?.size ?? gex?.size) : undefined
  const size = stated ?? decodeNumber(block, 124, 12)
  if (size === 'invalid' || hasUndecodableField(block, ex, gex, pax)) return { kind: 'unreadable' }
  const own = (pax ? ex?.path : undefined) ?? decodeText(block, 0, 100)
  const prefix = prefixOf(block)
  const path = prefix === undefined ? own : `${prefix}/${own}`
  const sum = checksum(block)
  const claimed = decodeNumber(block, 148, 12)
  if (claimed === undefined && sum === 8 * 0x20) return { kind: 'null' }
  if (claimed !== sum) return { kind: 'invalid', why: 'a wrong checksum', path }
  if (path === '') return { kind: 'invalid', why: 'no path', path }
  const known = types.get(flag) ?? 'unsupported'
  // Old tars marked folders as files with a trailing slash. GNU dump folders keep their body, plain ones have none.
  const type = (flag === '0' || flag === '') && own.endsWith('/') ? 'folder' : known
  const linkpath = decodeText(block, 157, 100)
  const problem = linkProblem(type, linkpath)
  if (problem !== undefined) return { kind: 'invalid', why: problem, path }
  const body = type === 'folder' && flag !== 'D' ? 0 : Math.max(0, size ?? 0)
  return { kind: 'entry', type, path, linkpath, mode: numberOr(decodeNumber(block, 100, 8)), size: body }
}
