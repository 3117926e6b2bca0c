import { closeMember, openMember, optionalDot, string, word, type Tokens } from './tokens.ts'

/** Built-in classes and objects that other code relies on. */
const shared: ReadonlySet<string> = new Set(
  `Object Array String Number Function Promise XMLHttpRequest EventTarget Buffer Map Set RegExp Date HTMLElement Element
  Node WebSocket Storage Headers Request Response JSON Math console`.split(/\s+/),
)

const definers: ReadonlySet<string> = new Set([
  'defineProperty',
  'defineProperties',
  'setPrototypeOf',
  'assign',
  'set',
  '__defineGetter__',
])

/** Through these a wallet or a client signs, pays, sends or makes its keys; whoever replaces one sees all of that. */
const telling =
  /^(?:random(?:Bytes|Fill|FillSync|Int|UUID)|sign\w{0,40}|send\w{0,40}|transfer\w{0,40}|withdraw\w{0,40}|request|fetch|describe|from(?:Seed|Mnemonic|Secret|Phrase)\w{0,20}|\w{0,40}[pP]rivateKey\w{0,20})$/

/**
 * Tokens where a member of something outside the package is replaced: of a module it loads, of a built-in class or
 * object, or a member with a telling name by a function. Names that stand for a module are followed through
 * declarations in the text, not through calls.
 */
export function patches(tokens: Tokens, loads: readonly number[]): readonly number[] {
  return new Patches(tokens, loads).found
}

class Patches {
  readonly found: number[] = []
  readonly #tokens: Tokens
  /** By number of the word: 1 for names that stand for something outside, 2 for built-ins. */
  readonly #outside: Uint8Array

  constructor(tokens: Tokens, loads: readonly number[]) {
    this.#tokens = tokens
    this.#outside = new Uint8Array(tokens.words.count)
    for (const load of loads) this.#bind(load)
    const known = new Uint8Array(tokens.words.count)
    for (let token = 0; token < tokens.count; token++) {
      const kind = (tokens.kinds[token] as number) & 15
      const id = tokens.values[token] as number
      if (kind === string && id >= 0 && this.#isBracketed(token)) {
        if (telling.test(tokens.words.text(id))) this.#telling(token - 1, token + 1)
        continue
      }
      if (kind !== word) continue
      if (known[id] === 0) {
        known[id] = 1
        const text = tokens.words.text(id)
        if (shared.has(text)) this.#outside[id] = 2
        if (telling.test(text)) known[id] = 2
      }
      if (known[id] === 2 && tokens.isPunctuator(token - 1, 46)) this.#telling(token - 1, token)
      if (this.#outside[id] !== 0) this.#use(token, id)
    }
  }

  /** Marks the names that a `require`, an `import` or a destructuring of either gives. */
  #bind(load: number): void {
    // What a module's function gives is not the module: `require('debug')('name')`, `require('x').make()`.
    if (this.#isCalled(load)) return
    let at = load - 1
    const least = Math.max(0, load - 200)
    // Back over `from` or over `= helper(require(`.
    while (
      at > least &&
      (this.#tokens.isPunctuator(at, 40) || this.#isWord(at) || this.#tokens.isPunctuator(at, 46)) &&
      !this.#isText(at, 'from')
    )
      at--
    if (!this.#tokens.isPunctuator(at, 61) && !this.#isText(at, 'from')) return
    for (at--; at > least; at--) {
      if (
        this.#isText(at, 'import') ||
        this.#isText(at, 'const') ||
        this.#isText(at, 'let') ||
        this.#isText(at, 'var')
      )
        return
      if (this.#tokens.isPunctuator(at, 59) || this.#tokens.isPunctuator(at, 41)) return
      if (this.#isWord(at) && !this.#tokens.isPunctuator(at - 1, 46))
        this.#outside[this.#tokens.values[at] as number] = 1
      if (this.#tokens.isPunctuator(at, 44) && !this.#isBefore(at, 123)) return
    }
  }

  #isCalled(load: number): boolean {
    let at = load + 1
    while (this.#tokens.isPunctuator(at, 41)) at++
    while (this.#tokens.isPunctuator(at, 46) && this.#isWord(at + 1)) at += 2
    return this.#tokens.isPunctuator(at, 40) && (this.#tokens.isPunctuator(load + 1, 41) || at > load + 1)
  }

  /** Whether a brace is open before this token, within what a destructuring pattern takes. */
  #isBefore(token: number, value: number): boolean {
    for (let at = token - 1; at > token - 60 && at >= 0; at--) {
      if (this.#tokens.isPunctuator(at, value)) return true
      if (this.#tokens.isPunctuator(at, 59) || this.#tokens.isPunctuator(at, 125)) return false
    }
    return false
  }

  #use(token: number, id: number): void {
    if (this.#tokens.isPunctuator(token - 1, 46) || this.#tokens.isPunctuator(token - 1, optionalDot)) return
    const { count } = this.#tokens
    if (this.#tokens.isPunctuator(token - 1, 40) && this.#isWord(token - 2) && this.#defines(token - 2)) {
      const whole =
        this.#outside[id] === 1 ||
        (this.#tokens.isPunctuator(token + 1, 46) && this.#isText(token + 2, 'prototype'))
      if (whole) this.found.push(token)
      return
    }
    let at = token + 1
    let members = 0
    for (let steps = 0; steps < 40 && at < count; steps++) {
      if (this.#tokens.isPunctuator(at, 46) && this.#isWord(at + 1)) {
        members++
        at += 2
      } else if (this.#tokens.isPunctuator(at, openMember)) {
        members++
        while (at < count && steps++ < 40 && !this.#tokens.isPunctuator(at, closeMember)) at++
        at++
      } else break
    }
    if (members > 0 && this.#tokens.isPunctuator(at, 61)) this.found.push(token)
    // `const copy = module.member`: the copy stands for it as well, but the result of a call does not.
    else if (
      this.#outside[id] === 1 &&
      !this.#tokens.isPunctuator(at, 40) &&
      this.#tokens.isPunctuator(token - 1, 61) &&
      this.#isWord(token - 2)
    )
      this.#outside[this.#tokens.values[token - 2] as number] = 1
  }

  /** `Object.defineProperty(`, `Reflect.set(`; `set` and `assign` alone are anything's. */
  #defines(token: number): boolean {
    const text = this.#text(token)
    if (!definers.has(text)) return false
    return (
      (text !== 'set' && text !== 'assign') ||
      this.#isText(token - 2, 'Reflect') ||
      this.#isText(token - 2, 'Object')
    )
  }

  /** `wallet.signTransaction = async tx => …`: not of `this`, `exports` or a class of the package. */
  #telling(dot: number, end: number): void {
    if (!this.#tokens.isPunctuator(end + 1, 61)) return
    if (!this.#isText(end + 2, 'function') && !this.#isText(end + 2, 'async') && !this.#isArrow(end + 2))
      return
    const token = dot + 1
    const owner = dot - 1
    // `require('x').send = …`, `wallet['trx']['sign'] = …`
    if (this.#tokens.isPunctuator(owner, 41) || this.#tokens.isPunctuator(owner, closeMember))
      this.found.push(token)
    if (!this.#isWord(owner)) return
    const text = this.#text(owner)
    if (text === 'this' || text === 'exports' || text === 'prototype') return
    this.found.push(token)
  }

  /** `['name']` */
  #isBracketed(token: number): boolean {
    return (
      this.#tokens.isPunctuator(token - 1, openMember) && this.#tokens.isPunctuator(token + 1, closeMember)
    )
  }

  /** `x => …` or `(x, y) => …`, as far as a few tokens tell. */
  #isArrow(token: number): boolean {
    if (this.#isWord(token)) return this.#tokens.isPunctuator(token + 1, 1)
    if (!this.#tokens.isPunctuator(token, 40)) return false
    for (let at = token + 1; at < token + 24 && at < this.#tokens.count; at++)
      if (this.#tokens.isPunctuator(at, 41)) return this.#tokens.isPunctuator(at + 1, 1)
    return false
  }

  #isWord(token: number): boolean {
    const { kinds, count } = this.#tokens
    return token >= 0 && token < count && ((kinds[token] as number) & 15) === word
  }

  #isText(token: number, text: string): boolean {
    return this.#isWord(token) && this.#text(token) === text
  }

  #text(token: number): string {
    const { words, values, kinds } = this.#tokens
    const kind = (kinds[token] as number) & 15
    return kind === word || kind === string ? words.text(values[token] as number) : ''
  }
}
