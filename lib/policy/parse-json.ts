import { limits } from '../limits.ts'

/** A JSON value that remembers where it stands: `at` is the offset of its first character. */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, JsonEntry> }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
)

/** A property: where its key stands, and its value. */
export type JsonEntry = { readonly keyAt: number; readonly value: JsonNode }

/** What is wrong with a JSON text, and at which offset. */
export class JsonProblem extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.name = 'JsonProblem'
    this.at = at
  }
}

const space = /[ \t\r\n]*/y
const text = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const word = /true|false|null/y

/**
 * Strict JSON (RFC 8259) with positions. Throws JsonProblem for anything else, for a key that comes twice (two readers
 * would keep different ones) and for nesting beyond `limits.maxPolicyDepth`. A byte order mark is skipped.
 */
export function parseJson(source: string): JsonNode {
  const parser = new Parser(source)
  const root = parser.value(0)
  parser.end()
  return root
}

class Parser {
  readonly #source: string
  #at: number

  constructor(source: string) {
    this.#source = source
    this.#at = source.startsWith('\uFEFF') ? 1 : 0
  }

  end(): void {
    this.#take(space)
    if (this.#at < this.#source.length) throw new JsonProblem(this.#at, 'expected the end of the file')
  }

  value(depth: number): JsonNode {
    this.#take(space)
    const at = this.#at
    if (depth > limits.maxPolicyDepth)
      throw new JsonProblem(at, `nested more than ${limits.maxPolicyDepth} deep`)
    switch (this.#source.charAt(at)) {
      case '{':
        return { at, kind: 'object', entries: this.#entries(depth) }
      case '[':
        return { at, kind: 'array', items: this.#items(depth) }
      case '"':
        return { at, kind: 'string', value: this.#string() }
      default:
        return this.#scalar(at)
    }
  }

  #scalar(at: number): JsonNode {
    const literal = this.#take(word)
    if (literal === 'null') return { at, kind: 'null' }
    if (literal !== '') return { at, kind: 'boolean', value: literal === 'true' }
    const digits = this.#take(number)
    if (digits === '') throw new JsonProblem(at, 'expected a JSON value')
    return { at, kind: 'number', value: Number(digits) }
  }

  #entries(depth: number): ReadonlyMap<string, JsonEntry> {
    const entries = new Map<string, JsonEntry>()
    this.#list('}', () => {
      this.#take(space)
      const keyAt = this.#at
      const key = this.#string()
      if (entries.has(key)) throw new JsonProblem(keyAt, `the key ${JSON.stringify(key)} comes twice`)
      this.#expect(':')
      entries.set(key, { keyAt, value: this.value(depth + 1) })
    })
    return entries
  }

  #items(depth: number): readonly JsonNode[] {
    const items: JsonNode[] = []
    this.#list(']', () => items.push(this.value(depth + 1)))
    return items
  }

  #list(close: string, item: () => void): void {
    this.#at++
    this.#take(space)
    if (this.#source.charAt(this.#at) === close) {
      this.#at++
      return
    }
    for (;;) {
      item()
      this.#take(space)
      const next = this.#source.charAt(this.#at)
      if (next !== ',' && next !== close) throw new JsonProblem(this.#at, `expected "," or "${close}"`)
      this.#at++
      if (next === close) return
    }
  }

  #string(): string {
    const at = this.#at
    const quoted = this.#take(text)
    if (quoted === '') throw new JsonProblem(at, 'expected a text in double quotes')
    return String(JSON.parse(quoted))
  }

  #expect(mark: string): void {
    this.#take(space)
    if (this.#source.charAt(this.#at) !== mark) throw new JsonProblem(this.#at, `expected "${mark}"`)
    this.#at++
  }

  /** What the sticky expression matches here; '' where it does not. */
  #take(expression: RegExp): string {
    expression.lastIndex = this.#at
    const found = expression.exec(this.#source)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}
