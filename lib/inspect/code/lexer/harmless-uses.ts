import { optionalDot, punctuator, word, type Tokens } from './tokens.ts'

/** Tables and tests of modules that are ways out otherwise: whoever takes no more has no way out. */
const harmless: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    http: 'METHODS STATUS_CODES maxHeaderSize validateHeaderName validateHeaderValue',
    http2: 'constants',
    net: 'isIP isIPv4 isIPv6',
    module: 'builtinModules isBuiltin',
    worker_threads: 'isMainThread threadId',
    cluster: 'isMaster isPrimary isWorker',
    v8: 'getHeapStatistics getHeapSpaceStatistics serialize deserialize',
    vm: 'isContext',
  }).map(([module, members]) => [module, new Set(members.split(' '))]),
)

const openBrace = 123
const closeBrace = 125
const openParenthesis = 40
const closeParenthesis = 41
const comma = 44
const dot = 46
const colon = 58
const assign = 61

/**
 * Whether all that a text takes of a module, loaded by the string at this token, are tables and tests:
 * `require('http').METHODS`, `import { isIP } from 'net'`, or a name of which nothing else is used in the whole text.
 */
export function takesOnlyHarmless(tokens: Tokens, load: number, module: string): boolean {
  const members = harmless.get(module)
  return members !== undefined && new Uses(tokens, members).ofLoad(load)
}

class Uses {
  readonly #tokens: Tokens
  readonly #members: ReadonlySet<string>

  constructor(tokens: Tokens, members: ReadonlySet<string>) {
    this.#tokens = tokens
    this.#members = members
  }

  ofLoad(load: number): boolean {
    // `import { … } from 'net'`, `import net from 'net'`, `import * as net from 'net'`
    if (this.#is(load - 1, 'from')) return this.#ofBinding(load - 2)
    // `require('net')`
    if (!this.#tokens.isPunctuator(load - 1, openParenthesis) || !this.#is(load - 2, 'require')) return false
    if (this.#tokens.isPunctuator(load - 3, dot) || !this.#tokens.isPunctuator(load + 1, closeParenthesis))
      return false
    if (this.#isMember(load + 2)) return true
    // Whatever else goes on behind it is a use of the module itself.
    const { kinds, values, count } = this.#tokens
    const after = load + 2
    const ends =
      after >= count ||
      ((kinds[after] as number) & 15) !== punctuator ||
      values[after] === comma ||
      values[after] === 59 ||
      values[after] === closeBrace
    return ends && this.#tokens.isPunctuator(load - 3, assign) && this.#ofBinding(load - 4)
  }

  /** What is bound by the pattern or the name that ends at this token. */
  #ofBinding(end: number): boolean {
    if (this.#tokens.isPunctuator(end, closeBrace)) return this.#ofPattern(end)
    // `as` of `import * as net`; an exported name is used elsewhere.
    const isDeclared = ['const', 'let', 'var', 'import', 'as'].some(keyword => this.#is(end - 1, keyword))
    return this.#isWord(end) && isDeclared && !this.#is(end - 2, 'export') && this.#ofName(end)
  }

  /** `{ METHODS, isIP: test }` of a declaration, `{ METHODS as list }` of an import. */
  #ofPattern(end: number): boolean {
    let start = end - 1
    while (start > end - 100 && !this.#tokens.isPunctuator(start, openBrace)) start--
    const isDeclared = ['const', 'let', 'var', 'import'].some(keyword => this.#is(start - 1, keyword))
    if (!isDeclared || this.#is(start - 2, 'export')) return false
    for (let at = start + 1; at < end; at++) {
      if (!this.#isWord(at) || !this.#members.has(this.#text(at))) return false
      if (this.#tokens.isPunctuator(at + 1, colon) || this.#is(at + 1, 'as')) at += 2
      if (!this.#isWord(at) || !(this.#tokens.isPunctuator(at + 1, comma) || at + 1 === end)) return false
      at++
    }
    return true
  }

  /** Every other place where the word stands takes a harmless member, or is no use of the name. */
  #ofName(declared: number): boolean {
    const { kinds, values, count } = this.#tokens
    const id = values[declared] as number
    for (let at = 0; at < count; at++) {
      if (values[at] !== id || at === declared || ((kinds[at] as number) & 15) !== word) continue
      if (this.#tokens.isPunctuator(at - 1, dot) || this.#isMember(at + 1)) continue
      return false
    }
    return true
  }

  /** `.METHODS` */
  #isMember(at: number): boolean {
    return (
      (this.#tokens.isPunctuator(at, dot) || this.#tokens.isPunctuator(at, optionalDot)) &&
      this.#isWord(at + 1) &&
      this.#members.has(this.#text(at + 1))
    )
  }

  #text(token: number): string {
    return this.#tokens.words.text(this.#tokens.values[token] as number)
  }

  #is(token: number, text: string): boolean {
    return this.#isWord(token) && this.#text(token) === text
  }

  #isWord(token: number): boolean {
    return (
      token >= 0 &&
      token < this.#tokens.count &&
      ((this.#tokens.kinds[token] as number) & 15) === word &&
      (this.#tokens.values[token] as number) >= 0
    )
  }
}
