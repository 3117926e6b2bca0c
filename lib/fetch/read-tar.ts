import { parsePax, withLongName } from './tar-fields.ts'
import type { Extension } from './tar-fields.ts'
import { blockBytes, readHeader } from './tar-header.ts'
import type { EntryType, Header } from './tar-header.ts'

/** Headers that describe the next entry. */
type MetaType = 'pax' | 'old-pax' | 'global-pax' | 'long-path' | 'long-linkpath'

/** An entry with its body, as npm's extractor would hand it to the file system. `data` is a view, not a copy. */
export type TarItem =
  | {
      readonly kind: 'entry'
      readonly type: Exclude<EntryType, MetaType>
      readonly path: string
      readonly linkpath: string
      readonly mode: number | undefined
      readonly data: Buffer
    }
  /** A header that npm's extractor skips; it then reads the body as if headers stood there. */
  | { readonly kind: 'invalid'; readonly why: string; readonly path: string }
  /** npm's extractor refuses the archive as a whole. Always the last item. */
  | { readonly kind: 'refused'; readonly why: string }
  /** More header blocks than allowed. Always the last item. */
  | { readonly kind: 'too-many' }

type EntryHeader = Extract<Header, { kind: 'entry' }>

/** node-tar's `maxMetaEntrySize`: a longer pax or long-name body is skipped, not read. */
const maxMetaBytes = 1024 * 1024

type State = {
  position: number
  ex: Extension | undefined
  gex: Extension | undefined
  sawNull: boolean
  sawValid: boolean
  /** True as long as nothing but invalid headers and empty meta headers came, and no end mark. */
  begin: boolean
  /** Bytes that the last entry still claims when its body is not read as one. */
  owed: number
}

const isMeta = (type: EntryType): type is MetaType =>
  ['pax', 'old-pax', 'global-pax', 'long-path', 'long-linkpath'].includes(type)

const applyMeta = (state: State, type: MetaType, body: string): void => {
  if (type === 'global-pax') state.gex = parsePax(body, state.gex)
  else if (type === 'long-path') state.ex = withLongName(body, 'path', state.ex)
  else if (type === 'long-linkpath') state.ex = withLongName(body, 'linkpath', state.ex)
  else state.ex = parsePax(body, state.ex)
}

/** The body of an entry of `size` bytes; undefined where the archive ends before its last block does. */
const takeBody = (tar: Buffer, state: State, size: number): Buffer | undefined => {
  const padded = blockBytes * Math.ceil(size / blockBytes)
  if (state.position + padded > tar.length) return undefined
  const body = tar.subarray(state.position, state.position + Math.floor(size))
  state.position += padded
  return body
}

const cutShort: TarItem = { kind: 'refused', why: 'ends in the middle of an entry' }

/** Returns an item only where npm's extractor refuses to go on. */
const readMeta = (tar: Buffer, state: State, header: EntryHeader, type: MetaType): TarItem | undefined => {
  // node-tar asks a size that pending pax headers overrule whether there is a body, and the header how long it is.
  const claimed = state.gex?.size ?? state.ex?.size ?? header.size
  if (header.size === 0) state.sawValid = true
  if (claimed === 0) {
    state.owed = blockBytes * Math.ceil(header.size / blockBytes)
    return undefined
  }
  state.begin = false
  const body = takeBody(tar, state, header.size)
  if (body === undefined) return cutShort
  state.sawValid = true
  if (claimed > maxMetaBytes) return undefined
  if (body.length > maxMetaBytes)
    return { kind: 'refused', why: 'has an extension header that lies about its size' }
  applyMeta(state, type, body.toString('utf8'))
  return undefined
}

const readBody = (
  tar: Buffer,
  state: State,
  header: EntryHeader,
  type: Exclude<EntryType, MetaType>,
): TarItem => {
  const { ex, gex } = state
  state.ex = undefined
  state.begin = false
  const data = takeBody(tar, state, header.size)
  if (data === undefined) return cutShort
  state.sawValid = true
  return {
    kind: 'entry',
    type,
    path: ex?.path ?? header.path,
    linkpath: gex?.linkpath ?? ex?.linkpath ?? header.linkpath,
    mode: header.mode,
    data,
  }
}

/**
 * Walks a tar archive exactly as node-tar 7.5 does, its oddities included, and yields what it would hand to the file
 * system. Bounded: at most `maxHeaders` header blocks are read, and nothing is copied but pax bodies.
 */
export function* readTar(tar: Buffer, maxHeaders: number): Generator<TarItem> {
  const state: State = {
    position: 0,
    ex: undefined,
    gex: undefined,
    sawNull: false,
    sawValid: false,
    begin: true,
    owed: 0,
  }
  let headers = 0
  while (state.position + blockBytes <= tar.length) {
    const block = tar.subarray(state.position, state.position + blockBytes)
    const header = readHeader(block, state.ex, state.gex)
    state.position += blockBytes
    if (header.kind === 'null') {
      if (state.sawNull) {
        state.begin = false
        break
      }
      state.sawNull = true
      continue
    }
    if (++headers > maxHeaders) {
      yield { kind: 'too-many' }
      return
    }
    if (header.kind === 'unreadable') {
      yield { kind: 'invalid', why: 'a number that cannot be read', path: '' }
      continue
    }
    state.sawNull = false
    if (header.kind === 'invalid') {
      yield { kind: 'invalid', why: header.why, path: header.path }
      continue
    }
    state.owed = 0
    const { type } = header
    const item = isMeta(type) ? readMeta(tar, state, header, type) : readBody(tar, state, header, type)
    if (item !== undefined) yield item
    if (item?.kind === 'refused') return
  }
  if (state.owed > 0) yield cutShort
  else if (state.begin || !state.sawValid) yield { kind: 'refused', why: 'is no tar archive' }
}
