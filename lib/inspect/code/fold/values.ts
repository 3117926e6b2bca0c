import type { ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn'
import type { Changers } from './changes.ts'
import type { Missing, Scope } from './scope.ts'

/**
 * The values of the inspected program while it is evaluated. None of them is a host object of the kind it stands
 * for: there is no prototype to climb and no host function to reach. `labels` are decoder bits; `stamp` says in which
 * attempt the value was last saved, see `journal.ts`.
 */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | FoldArray
  | FoldObject
  | FoldBytes
  | FoldRegex
  | FoldFunction
  | FoldStream
  | Builtin
  | SourceText

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression

export class FoldArray {
  readonly kind = 'array'
  items: Value[]
  labels = 0
  stamp: number
  /** Holds a table of texts: reading from it by index is how obfuscators name things. */
  table = false
  /** Who may alter it once the program has loaded. */
  changers: Changers | undefined = undefined

  constructor(items: Value[], stamp = 0) {
    this.items = items
    this.stamp = stamp
  }

  get cost(): number {
    return this.items.length
  }

  snapshot(): () => void {
    const { labels, table } = this
    const items = this.items.slice()
    return () => Object.assign(this, { items, labels, table })
  }
}

export class FoldObject {
  readonly kind = 'object'
  fields: Map<string, Value>
  labels = 0
  changers: Changers | undefined = undefined
  stamp: number
  readonly proto: FoldObject | undefined
  /** `error` and `arguments` differ from plain objects in how they turn into text. */
  readonly type: 'plain' | 'error' | 'arguments'

  constructor(
    fields: Map<string, Value>,
    stamp = 0,
    proto?: FoldObject,
    type: 'plain' | 'error' | 'arguments' = 'plain',
  ) {
    this.fields = fields
    this.stamp = stamp
    this.proto = proto
    this.type = type
  }

  get cost(): number {
    return this.fields.size
  }

  snapshot(): () => void {
    const { labels } = this
    const fields = new Map(this.fields)
    return () => Object.assign(this, { fields, labels })
  }
}

export class FoldBytes {
  readonly kind = 'bytes'
  bytes: Uint8Array
  readonly buffer: boolean
  labels = 0
  changers: Changers | undefined = undefined
  stamp: number

  constructor(bytes: Uint8Array, buffer: boolean, stamp = 0) {
    this.bytes = bytes
    this.buffer = buffer
    this.stamp = stamp
  }

  get cost(): number {
    return this.bytes.length >> 3
  }

  snapshot(): () => void {
    const { labels } = this
    const bytes = this.bytes.slice()
    return () => Object.assign(this, { bytes, labels })
  }
}

export class FoldRegex {
  readonly kind = 'regex'
  readonly source: string
  readonly flags: string
  lastIndex = 0
  labels = 0
  stamp: number

  constructor(source: string, flags: string, stamp = 0) {
    this.source = source
    this.flags = flags
    this.stamp = stamp
  }

  get cost(): number {
    return 1
  }

  snapshot(): () => void {
    const { labels, lastIndex } = this
    return () => Object.assign(this, { labels, lastIndex })
  }
}

/** A function of the program: its node and the scope it closes over. */
export class FoldFunction {
  readonly kind = 'function'
  readonly node: FunctionNode
  readonly scope: Scope
  /** What `this` is inside an arrow function. */
  readonly self: Value | Missing
  /** Fixed by `bind`: the receiver and the first arguments. */
  readonly bound:
    { readonly target: FoldFunction | Builtin; readonly self: Value; readonly args: Value[] } | undefined
  fields: Map<string, Value> | undefined
  prototype: FoldObject | undefined
  labels = 0
  stamp: number

  constructor(
    node: FunctionNode,
    scope: Scope,
    self: Value | Missing,
    stamp = 0,
    bound?: FoldFunction['bound'],
  ) {
    this.node = node
    this.scope = scope
    this.self = self
    this.stamp = stamp
    this.bound = bound
  }

  get cost(): number {
    return this.fields?.size ?? 1
  }

  snapshot(): () => void {
    const { labels, prototype } = this
    const fields = this.fields && new Map(this.fields)
    return () => Object.assign(this, { fields, labels, prototype })
  }
}

/** A decipher, hash or text decoder in use: everything fed into it so far. Its output is recomputed on each call. */
export class FoldStream {
  readonly kind = 'stream'
  readonly what: 'decipher' | 'hash' | 'hmac' | 'text-decoder'
  /** Algorithm or encoding. */
  readonly name: string
  readonly key: Uint8Array | undefined
  readonly iv: Uint8Array | undefined
  chunks: readonly Uint8Array[] = []
  settings: { readonly authTag?: Uint8Array; readonly padding?: boolean } = {}
  labels = 0
  stamp = 0

  constructor(what: FoldStream['what'], name: string, key?: Uint8Array, iv?: Uint8Array) {
    this.what = what
    this.name = name
    this.key = key
    this.iv = iv
  }

  get cost(): number {
    return 1
  }

  snapshot(): () => void {
    const { labels, chunks, settings } = this
    return () => Object.assign(this, { chunks, labels, settings })
  }
}

/** A name of the language or of Node, by its path: `Math.floor`, `String.prototype.split`, `node:zlib`. */
export class Builtin {
  readonly kind = 'builtin'
  readonly api: string

  constructor(api: string) {
    this.api = api
  }
}

/**
 * The source text of a function of the program. Searched with a pattern it always answers that it was found: programs
 * do so only to learn whether somebody reformatted them, some with patterns that never end on a reformatted text.
 */
export class SourceText {
  readonly kind = 'source'
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Heap = FoldArray | FoldObject | FoldBytes | FoldRegex | FoldFunction | FoldStream

/** An exception of the inspected program: its own `try` may catch it. */
export class Thrown extends Error {
  readonly value: Value

  constructor(value: Value) {
    super('thrown by the inspected program')
    this.name = 'Thrown'
    this.value = value
  }
}
