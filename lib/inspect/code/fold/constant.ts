/**
 * A value that is known before anything runs. Immutable by contract; never a host object of the inspected program:
 * arrays, objects and bytes are wrapped, object fields live in a Map, so that `__proto__` is a key like any other.
 */
export type Constant =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | ConstantArray
  | ConstantObject
  | ConstantBytes
  | ConstantRegex

export type ConstantArray = { readonly kind: 'array'; readonly items: readonly Constant[] }

/** Fields in the order JavaScript would enumerate them. There is no prototype. */
export type ConstantObject = { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Constant> }

/** `buffer` tells a Node Buffer from a bare Uint8Array or ArrayBuffer: their `toString` differ. */
export type ConstantBytes = { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly buffer: boolean }

/** A regular expression as data. It is matched by our own matcher, never by the host's. */
export type ConstantRegex = { readonly kind: 'regex'; readonly source: string; readonly flags: string }

/** A known value, and what stood between the source text and it: `base64`, `xor`, `string-table`, … (sorted). */
export type Folded = {
  readonly value: Constant
  readonly decoders: readonly string[]
  /** Functions of the file that were called by the names it hands them out under: it holds while they are still there. */
  readonly exported?: readonly string[]
}

export const constantArray = (items: readonly Constant[]): ConstantArray => ({ kind: 'array', items })

export const constantBytes = (bytes: Uint8Array, buffer = true): ConstantBytes => ({
  kind: 'bytes',
  bytes,
  buffer,
})

export const constantObject = (fields: Iterable<readonly [string, Constant]>): ConstantObject => ({
  kind: 'object',
  fields: new Map(fields),
})

/** About how much memory a constant takes, in characters or bytes; nested parts are added up to `depth` levels. */
export const sizeOfConstant = (value: Constant, depth = 16): number => {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (value.kind === 'bytes') return value.bytes.length
  if (value.kind === 'regex') return value.source.length
  if (depth === 0) return 8
  let size = 8
  if (value.kind === 'array') for (const item of value.items) size += sizeOfConstant(item, depth - 1)
  else for (const [key, item] of value.fields) size += key.length + sizeOfConstant(item, depth - 1)
  return size
}
