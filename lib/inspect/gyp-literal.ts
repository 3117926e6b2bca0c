import { limits } from '../limits.ts'

/** A value of a .gyp file. `at` is the offset of its first character. */
export type GypValue =
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: 'list'; readonly items: readonly GypValue[]; readonly at: number }
  | { readonly kind: 'dict'; readonly pairs: readonly (readonly [GypValue, GypValue])[]; readonly at: number }
  | { readonly kind: 'other'; readonly text: string; readonly at: number }

/** The value, or why it is no literal and where. */
export type GypParse =
  | { readonly value: GypValue; readonly error: undefined }
  | { readonly value: undefined; readonly error: string; readonly at: number }

/**
 * Reads the Python literal that a .gyp file is: comments, all string forms, adjacent strings, trailing commas,
 * parenthesised values, `True`, `False`, `None`, numbers. gyp itself evaluates the file as a Python *expression*, so
 * whatever is no literal is reported and not guessed. Nesting is bounded by `limits.maxGypDepth`.
 */
export function parseGyp(text: string): GypParse {
  const reader = new GypReader(text)
  try {
    return { value: reader.document(), error: undefined }
  } catch (error) {
    if (!(error instanceof GypError)) throw error
    return { value: undefined, error: error.message, at: error.at }
  }
}

class GypError extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const escapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['\n', ''],
])

class GypReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    if (text.startsWith('\uFEFF')) this.#at = 1
  }

  document(): GypValue {
    const value = this.#value()
    this.#blanks()
    if (this.#at < this.#text.length) throw new GypError('more than one literal', this.#at)
    return value
  }

  #value(): GypValue {
    this.#blanks()
    const at = this.#at
    const c = this.#text.charAt(at)
    if (++this.#depth > limits.maxGypDepth) throw new GypError(`nested deeper than ${limits.maxGypDepth}`, at)
    const value =
      c === '{'
        ? this.#dict(at)
        : c === '[' || c === '('
          ? this.#list(at, c === '[' ? ']' : ')')
          : this.#scalar(at)
    this.#depth--
    return value
  }

  #dict(at: number): GypValue {
    const pairs: [GypValue, GypValue][] = []
    this.#at++
    for (;;) {
      if (this.#take('}')) return { kind: 'dict', pairs, at }
      const key = this.#value()
      if (!this.#take(':')) throw new GypError('expected a colon', this.#at)
      pairs.push([key, this.#value()])
      if (!this.#take(',') && this.#peek() !== '}') throw new GypError('expected a comma', this.#at)
    }
  }

  /** A tuple of one value without a comma is that value in parentheses. */
  #list(at: number, close: string): GypValue {
    const items: GypValue[] = []
    let commas = 0
    this.#at++
    for (;;) {
      if (this.#take(close)) {
        const only = items[0]
        return close === ')' && commas === 0 && only ? only : { kind: 'list', items, at }
      }
      items.push(this.#value())
      if (this.#take(',')) commas++
      else if (this.#peek() !== close) throw new GypError('expected a comma', this.#at)
    }
  }

  #scalar(at: number): GypValue {
    if (this.#stringPrefix() !== undefined) return this.#strings(at)
    const word = /[-+]?[\w.]+/y
    word.lastIndex = at
    const text = word.exec(this.#text)?.[0]
    if (text === undefined || !/^(?:True|False|None|[-+]?(?:0[xob])?[\da-f._]+)$/i.test(text))
      throw new GypError('not a literal', at)
    this.#at += text.length
    return { kind: 'other', text, at }
  }

  /** Adjacent strings are one. */
  #strings(at: number): GypValue {
    const parts: string[] = []
    for (let prefix = this.#stringPrefix(); prefix !== undefined; prefix = this.#stringPrefix()) {
      this.#at += prefix.length
      if (/f/i.test(prefix)) throw new GypError('an f-string is evaluated', this.#at)
      parts.push(this.#string(/r/i.test(prefix)))
      this.#blanks()
    }
    return { kind: 'string', text: parts.join(''), at }
  }

  #stringPrefix(): string | undefined {
    const prefix = /([rRuUbBfF]{0,2})['"]/y
    prefix.lastIndex = this.#at
    return prefix.exec(this.#text)?.[1]
  }

  #string(raw: boolean): string {
    const quote = this.#text.charAt(this.#at)
    const triple = this.#text.startsWith(quote.repeat(3), this.#at)
    const close = triple ? quote.repeat(3) : quote
    this.#at += close.length
    const parts: string[] = []
    let from = this.#at
    for (;;) {
      const c = this.#text.charAt(this.#at)
      if (c === '' || (c === '\n' && !triple)) throw new GypError('a string is not closed', from)
      if (c === quote && this.#text.startsWith(close, this.#at)) {
        parts.push(this.#text.slice(from, this.#at))
        this.#at += close.length
        return parts.join('')
      }
      if (c === '\\') {
        parts.push(this.#text.slice(from, this.#at))
        parts.push(raw ? this.#text.slice(this.#at, this.#at + 2) : '')
        if (raw) this.#at += 2
        else parts.push(this.#escape())
        from = this.#at
      } else this.#at++
    }
  }

  #escape(): string {
    const pattern =
      /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|N\{[^}]{0,100}\}|([\s\S]))/y
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    this.#at += found ? found[0].length : 1
    if (!found) return ''
    const hex = found[1] ?? found[2] ?? found[3]
    const code = hex === undefined ? Number.parseInt(found[4] ?? '', 8) : Number.parseInt(hex, 16)
    if (!Number.isNaN(code)) return code <= 0x10ffff ? String.fromCodePoint(code) : ''
    const letter = found[5]
    return letter === undefined ? '\uFFFD' : (escapes.get(letter) ?? `\\${letter}`)
  }

  #peek(): string {
    this.#blanks()
    return this.#text.charAt(this.#at)
  }

  #take(c: string): boolean {
    if (this.#peek() !== c) return false
    this.#at++
    return true
  }

  #blanks(): void {
    for (;;) {
      const c = this.#text.charAt(this.#at)
      if (c === '#') {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end < 0 ? this.#text.length : end
      } else if (c === '\\' && /^\r?\n/.test(this.#text.slice(this.#at + 1, this.#at + 3))) this.#at += 2
      else if (c !== '' && /\s/.test(c)) this.#at++
      else return
    }
  }
}
