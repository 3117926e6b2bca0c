import { limits } from '../../limits.ts'
import type { Command, List, Part, Pipeline, Redirect, Word } from './shell-syntax.ts'

/** A list and whether nesting or length cut it. */
export type ShellParse = { readonly list: List; readonly cut: string | undefined }

/**
 * Reads shell text, tolerantly: whatever is no shell still gives words, nothing throws, work is linear in the text.
 * Covers quotes, `$'…'`, expansions, `$(…)`, backticks, process substitution, heredocs, here-strings, redirects,
 * pipelines, groups, `if`/`for`/`while`/`case` and functions. Nesting beyond `limits.maxScriptDepth` is cut.
 */
export function parseShell(text: string): ShellParse {
  const parser = new ShellParser(text)
  return { list: parser.program(), cut: parser.cut }
}

type Heredoc = { readonly delimiter: string; readonly quoted: boolean; readonly tabs: boolean; parts: Part[] }

const skipWords = new Set(['then', 'else', 'elif', 'do', '!', 'time', 'coproc', 'in'])
const closers: Readonly<Record<string, string>> = {
  if: 'fi',
  while: 'done',
  until: 'done',
  '{': '}',
  select: 'done',
}

class ShellParser {
  readonly #text: string
  #at = 0
  #depth = 0
  #heredocs: Heredoc[] = []
  cut: string | undefined

  readonly #base: number

  /** `base` is the offset of `text` in the whole script. */
  constructor(text: string, base = 0) {
    this.#text = text
    this.#base = base
  }

  program(): List {
    const pipelines: Pipeline[] = []
    while (this.#at < this.#text.length) {
      pipelines.push(...this.#list([], '').pipelines)
      // A stray `)`, `}` or `fi` ends the list but not the program.
      if (this.#at < this.#text.length) this.#at++
    }
    return { pipelines }
  }

  /** Commands up to one of the words `ends` (left unread) or the character `close` (left unread) or the end. */
  #list(ends: readonly string[], close: string): List {
    const pipelines: Pipeline[] = []
    let commands: Command[] = []
    if (++this.#depth > limits.maxScriptDepth) {
      this.cut ??= 'nesting'
      this.#depth--
      this.#at = this.#text.length
      return { pipelines }
    }
    const flush = (background: boolean): void => {
      if (commands.length > 0) pipelines.push({ commands, background })
      commands = []
    }
    while (this.#at < this.#text.length) {
      this.#blanks()
      const c = this.#text.charAt(this.#at)
      if (c === '' || (close !== '' && c === close)) break
      if (c === ';' && this.#text.startsWith(';;', this.#at)) {
        if (ends.includes(';;')) break
        this.#at += 2
      } else if (c === '\n' || c === ';') {
        flush(false)
        this.#at++
        if (c === '\n') this.#readHeredocs()
      } else if (c === '&' && !this.#text.startsWith('&>', this.#at)) {
        const double = this.#text.charAt(this.#at + 1) === '&'
        flush(!double)
        this.#at += double ? 2 : 1
      } else if (c === '|') {
        const next = this.#text.charAt(this.#at + 1)
        if (next === '|') flush(false)
        this.#at += next === '|' || next === '&' ? 2 : 1
      } else if (c === ')') {
        if (ends.length > 0) break
        this.#at++
      } else {
        const word = this.#peekWord()
        if (ends.includes(word)) break
        const command = this.#command(word)
        if (command) commands.push(command)
      }
    }
    flush(false)
    this.#depth--
    return { pipelines }
  }

  #command(word: string): Command | undefined {
    const start = this.#at
    if (skipWords.has(word)) {
      this.#at += word.length
      return undefined
    }
    if (word === 'function') {
      this.#at += word.length
      this.#blanks()
      const name = this.#peekWord()
      this.#at += name.length
      return this.#function(name, start)
    }
    if (word === 'for' || word === 'select') return this.#for(start)
    if (word === 'case') return this.#case(start)
    const closer = Object.hasOwn(closers, word) ? closers[word] : undefined
    if (closer !== undefined) {
      this.#at += word.length
      return this.#group(this.#list([closer], ''), closer, start, word === '{' ? 'plain' : 'branch')
    }
    if (this.#text.charAt(start) === '(') {
      this.#at++
      return this.#group(this.#list([], ')'), ')', start, 'subshell')
    }
    return this.#simple()
  }

  #span(start: number): { start: number; end: number } {
    return { start: this.#base + start, end: this.#base + this.#at }
  }

  #group(list: List, closer: string, start: number, manner: 'plain' | 'subshell' | 'branch'): Command {
    if (this.#text.startsWith(closer, this.#at)) this.#at += closer.length
    const redirects = this.#redirects()
    return { kind: 'group', manner, list, redirects, ...this.#span(start) }
  }

  #function(name: string, start: number): Command {
    this.#blanks()
    if (this.#text.charAt(this.#at) === '(') this.#at++
    this.#blanks()
    if (this.#text.charAt(this.#at) === ')') this.#at++
    this.#blankLines()
    const open = this.#text.charAt(this.#at)
    let list: List = { pipelines: [] }
    if (open === '{' || open === '(') {
      const closer = open === '{' ? '}' : ')'
      this.#at++
      list = open === '{' ? this.#list([closer], '') : this.#list([], closer)
      if (this.#text.charAt(this.#at) === closer) this.#at++
    }
    return { kind: 'function', name, list, ...this.#span(start) }
  }

  #for(start: number): Command {
    this.#at += this.#peekWord().length
    this.#blanks()
    const name = this.#peekWord()
    this.#at += name.length
    this.#blankLines()
    const values: Word[] = []
    if (this.#peekWord() === 'in') {
      this.#at += 2
      for (;;) {
        this.#blanks()
        if (/^[\n;&|)]?$/.test(this.#text.charAt(this.#at))) break
        const word = this.#word()
        if (!word) break
        values.push(word)
      }
    }
    const list = this.#list(['done'], '')
    if (this.#text.startsWith('done', this.#at)) this.#at += 4
    return { kind: 'for', name, values, list, redirects: this.#redirects(), ...this.#span(start) }
  }

  /** The patterns are skipped: every branch counts. */
  #case(start: number): Command {
    this.#at += 4
    this.#blanks()
    this.#word()
    this.#blankLines()
    if (this.#peekWord() === 'in') this.#at += 2
    const pipelines: Pipeline[] = []
    while (this.#at < this.#text.length) {
      this.#blankLines()
      if (this.#peekWord() === 'esac') break
      if (this.#text.charAt(this.#at) === '(') this.#at++
      while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== ')') {
        const before = this.#at
        this.#blankLines()
        if (this.#text.charAt(this.#at) === '|') this.#at++
        else if (this.#text.charAt(this.#at) !== ')' && !this.#word()) this.#at++
        if (this.#at === before) break
      }
      if (this.#text.charAt(this.#at) === ')') this.#at++
      pipelines.push(...this.#list([';;', 'esac'], '').pipelines)
      if (this.#text.startsWith(';;', this.#at)) this.#at += 2
      if (this.#depth >= limits.maxScriptDepth) break
    }
    if (this.#text.startsWith('esac', this.#at)) this.#at += 4
    return {
      kind: 'group',
      manner: 'branch',
      list: { pipelines },
      redirects: this.#redirects(),
      ...this.#span(start),
    }
  }

  #simple(): Command | undefined {
    const start = this.#at
    const assignments: { name: string; append: boolean; value: Word }[] = []
    const words: Word[] = []
    const redirects: Redirect[] = []
    // No shell of Unix takes one among the words; cmd does: `wmic process where (name="a") get ProcessId`.
    let parentheses = 0
    for (;;) {
      this.#blanks()
      const c = this.#text.charAt(this.#at)
      const redirect = this.#redirect()
      if (redirect) {
        redirects.push(redirect)
        continue
      }
      if (c === ')' && parentheses > 0) {
        parentheses--
        this.#at++
        continue
      }
      if (c === '(' && words.length === 1 && assignments.length === 0)
        return this.#function(literal(words[0]), start)
      if (/^[\n;&|)]?$/.test(c)) break
      if (c === '(') {
        const last = words.length === 0 ? assignments.pop() : undefined
        if (last) assignments.push({ ...last, value: this.#array() })
        else {
          if (words.length > 0) parentheses++
          this.#at++
        }
        continue
      }
      const assignment = words.length === 0 ? this.#assignment() : undefined
      if (assignment) {
        assignments.push(assignment)
        continue
      }
      const word = this.#word()
      if (!word) break
      words.push(word)
    }
    if (this.#at === start) this.#at++
    if (words.length + assignments.length + redirects.length === 0) return undefined
    return { kind: 'simple', assignments, words, redirects, ...this.#span(start) }
  }

  #assignment(): { name: string; append: boolean; value: Word } | undefined {
    const match = /[A-Za-z_][A-Za-z0-9_]{0,200}(\+?)=/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (!found) return undefined
    this.#at += found[0].length
    const value = this.#word() ?? { parts: [], ...this.#span(this.#at) }
    const append = found[1] === '+'
    return { name: found[0].slice(0, append ? -2 : -1), append, value }
  }

  /** `a=(x y)`: its words, a blank between them. */
  #array(): Word {
    const start = this.#at++
    const parts: Part[] = []
    for (;;) {
      this.#blankLines()
      const word = this.#word()
      if (!word) break
      parts.push(...word.parts, { kind: 'text', text: ' ', quoted: false })
    }
    if (this.#text.charAt(this.#at) === ')') this.#at++
    return { parts, ...this.#span(start) }
  }

  #redirects(): Redirect[] {
    const redirects: Redirect[] = []
    for (;;) {
      this.#blanks()
      const redirect = this.#redirect()
      if (!redirect) return redirects
      redirects.push(redirect)
    }
  }

  #redirect(): Redirect | undefined {
    const match = /(\d{0,3})(<<<|<<-?|<>|<&|>>|>&|>\||&>>?|<(?!\()|>(?!\())/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (!found) return undefined
    this.#at += found[0].length
    this.#blanks()
    const operator = found[2] ?? ''
    const target = this.#word() ?? { parts: [], ...this.#span(this.#at) }
    if (operator !== '<<' && operator !== '<<-') return { operator, descriptor: found[1] ?? '', target }
    const parts: Part[] = []
    const quoted = target.parts.some(part => part.quoted)
    this.#heredocs.push({ delimiter: literal(target), quoted, tabs: operator === '<<-', parts })
    return { operator: '<<', descriptor: found[1] ?? '', target: { ...target, parts } }
  }

  #readHeredocs(): void {
    const waiting = this.#heredocs
    this.#heredocs = []
    for (const heredoc of waiting) {
      const start = this.#at
      let end = this.#text.length
      let after = end
      for (let line = start; line < this.#text.length;) {
        const next = this.#text.indexOf('\n', line)
        const stop = next < 0 ? this.#text.length : next
        const content = this.#text.slice(line, stop)
        if ((heredoc.tabs ? content.trimStart() : content).trimEnd() === heredoc.delimiter) {
          end = line
          after = next < 0 ? stop : stop + 1
          break
        }
        line = stop + 1
      }
      const body = this.#text.slice(start, end)
      if (heredoc.quoted) heredoc.parts.push({ kind: 'text', text: body, quoted: true })
      else heredoc.parts.push(...this.#nested(body, this.#base + start))
      this.#at = after
    }
  }

  /** The parts of a text that is expanded as if in double quotes: heredocs, operands of `${a:-b}`. */
  #nested(text: string, base: number): Part[] {
    if (this.#depth >= limits.maxScriptDepth) return [{ kind: 'text', text, quoted: true }]
    const inner = new ShellParser(text, base)
    inner.#depth = this.#depth + 1
    const parts: Part[] = []
    inner.#doubleQuoted(parts, '')
    this.cut ??= inner.cut
    return parts
  }

  #blanks(): void {
    for (;;) {
      const c = this.#text.charAt(this.#at)
      if (c === ' ' || c === '\t' || c === '\r') this.#at++
      else if (c === '\\' && /^\r?\n/.test(this.#text.slice(this.#at + 1, this.#at + 3)))
        this.#at += this.#text.charAt(this.#at + 1) === '\r' ? 3 : 2
      else if (c === '#' && /^[\s;&|(]?$/.test(this.#text.charAt(this.#at - 1))) {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end < 0 ? this.#text.length : end
      } else return
    }
  }

  #blankLines(): void {
    for (;;) {
      this.#blanks()
      const c = this.#text.charAt(this.#at)
      if (c !== '\n' && c !== ';') return
      if (c === ';' && this.#text.charAt(this.#at + 1) === ';') return
      this.#at++
      if (c === '\n') this.#readHeredocs()
    }
  }

  /** The unquoted letters at this place, without moving: keywords are only keywords unquoted. */
  #peekWord(): string {
    const match = /;;|[{}!]|[A-Za-z_][\w-]{0,60}/y
    match.lastIndex = this.#at
    const word = match.exec(this.#text)?.[0] ?? ''
    const next = this.#text.charAt(this.#at + word.length)
    return word === ';;' || /^[\s;&|()<>]?$/.test(next) ? word : ''
  }

  #word(): Word | undefined {
    const start = this.#at
    const parts: Part[] = []
    let plain = ''
    const flush = (): void => {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: false })
      plain = ''
    }
    while (this.#at < this.#text.length) {
      const c = this.#text.charAt(this.#at)
      if (c === '\\') {
        flush()
        parts.push({ kind: 'text', text: this.#escaped(), quoted: true })
      } else if (c === "'") {
        flush()
        parts.push({ kind: 'text', text: this.#singleQuoted(), quoted: true })
      } else if (c === '"') {
        flush()
        this.#at++
        parts.push({ kind: 'text', text: '', quoted: true })
        this.#doubleQuoted(parts, '"')
      } else if (c === '$' || c === '`') {
        flush()
        this.#expansion(parts, false)
      } else if ((c === '<' || c === '>') && this.#text.charAt(this.#at + 1) === '(') {
        flush()
        this.#at += 2
        parts.push({ kind: 'command', list: this.#substitution(')'), quoted: true, process: true })
      } else if (/[\s;&|()<>]/.test(c)) break
      else {
        plain += c
        this.#at++
      }
    }
    flush()
    return this.#at === start ? undefined : { parts, ...this.#span(start) }
  }

  #escaped(): string {
    const next = this.#text.charAt(this.#at + 1)
    this.#at += 2
    return next === '\n' ? '' : next
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1)
    const stop = end < 0 ? this.#text.length : end
    const text = this.#text.slice(this.#at + 1, stop)
    this.#at = stop + 1
    return text
  }

  /** Up to the closing `close`, or to the end of the text where that is ''. */
  #doubleQuoted(parts: Part[], close: string): void {
    let plain = ''
    const flush = (): void => {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: true })
      plain = ''
    }
    while (this.#at < this.#text.length) {
      const c = this.#text.charAt(this.#at)
      if (c === close) {
        this.#at++
        break
      }
      if (c === '\\') {
        const next = this.#text.charAt(this.#at + 1)
        plain += /[$`"\\]/.test(next) ? next : next === '\n' ? '' : c + next
        this.#at += 2
      } else if (c === '$' || c === '`') {
        flush()
        this.#expansion(parts, true)
      } else {
        plain += c
        this.#at++
      }
    }
    flush()
  }

  #expansion(parts: Part[], quoted: boolean): void {
    const next = this.#text.charAt(this.#at + 1)
    if (this.#text.charAt(this.#at) === '`') {
      const start = this.#at + 1
      const end = this.#backtickEnd(start)
      const inner = new ShellParser(
        this.#text.slice(start, end).replaceAll(/\\([`$\\])/g, '$1'),
        this.#base + start,
      )
      inner.#depth = this.#depth + 1
      this.#at = end + 1
      parts.push({ kind: 'command', list: inner.#list([], ''), quoted, process: false })
      this.cut ??= inner.cut
    } else if (this.#text.startsWith('$((', this.#at)) {
      this.#arithmetic()
      parts.push({ kind: 'unknown', quoted })
    } else if (next === '(') {
      this.#at += 2
      parts.push({ kind: 'command', list: this.#substitution(')'), quoted, process: false })
    } else if (next === '{') parts.push(this.#braced(quoted))
    else if (next === "'" && !quoted) parts.push({ kind: 'text', text: this.#ansiQuoted(), quoted: true })
    else if (next === '"' && !quoted) this.#at++
    else this.#plainVariable(parts, quoted)
  }

  #substitution(close: string): List {
    const list = this.#list([], close)
    if (this.#text.charAt(this.#at) === close) this.#at++
    return list
  }

  #plainVariable(parts: Part[], quoted: boolean): void {
    const match = /\$([A-Za-z_]\w{0,200}|[\d@*#?$!-])/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (!found) {
      this.#at++
      parts.push({ kind: 'text', text: '$', quoted })
      return
    }
    this.#at += found[0].length
    parts.push({ kind: 'variable', name: found[1] ?? '', quoted, operator: '', operand: [] })
  }

  #braced(quoted: boolean): Part {
    const start = this.#at + 2
    const end = this.#braceEnd(start)
    const inner = this.#text.slice(start, end)
    this.#at = end + 1
    const found = /^([!#]?)([A-Za-z_]\w{0,200}|[\d@*#?$!-])(:?[-=?+]|##?|%%?|\/\/?|:|\^\^?|,,?)?/.exec(inner)
    if (!found || found[1] !== '') return { kind: 'unknown', quoted }
    const operand = inner.slice(found[0].length)
    return {
      kind: 'variable',
      name: found[2] ?? '',
      quoted,
      operator: found[3] ?? '',
      operand: operand === '' ? [] : this.#nested(operand, this.#base + start),
    }
  }

  #braceEnd(start: number): number {
    let depth = 1
    for (let i = start; i < this.#text.length; i++) {
      const c = this.#text.charAt(i)
      if (c === '\\') i++
      else if (c === '{') depth++
      else if (c === '}' && --depth === 0) return i
    }
    return this.#text.length
  }

  #backtickEnd(start: number): number {
    for (let i = start; i < this.#text.length; i++) {
      const c = this.#text.charAt(i)
      if (c === '\\') i++
      else if (c === '`') return i
    }
    return this.#text.length
  }

  #arithmetic(): void {
    let depth = 0
    for (; this.#at < this.#text.length; this.#at++) {
      const c = this.#text.charAt(this.#at)
      if (c === '(') depth++
      else if (c === ')' && --depth === 0) {
        this.#at++
        return
      }
    }
  }

  #ansiQuoted(): string {
    let text = ''
    this.#at += 2
    while (this.#at < this.#text.length) {
      const c = this.#text.charAt(this.#at)
      if (c === "'") {
        this.#at++
        break
      }
      if (c === '\\') text += this.#ansiEscape()
      else {
        text += c
        this.#at++
      }
    }
    return text
  }

  #ansiEscape(): string {
    const match = /\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|([0-7]{1,3})|c(.)|([\s\S]))/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    this.#at += found ? found[0].length : 1
    if (!found) return ''
    const hex = found[1] ?? found[2] ?? found[3]
    const code = hex === undefined ? Number.parseInt(found[4] ?? '', 8) : Number.parseInt(hex, 16)
    if (!Number.isNaN(code)) return code <= 0x10ffff ? String.fromCodePoint(code) : ''
    if (found[5] !== undefined) return String.fromCharCode(found[5].charCodeAt(0) & 31)
    return ansiLetters.get(found[6] ?? '') ?? found[6] ?? ''
  }
}

const ansiLetters = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001b'],
  ['f', '\f'],
  ['v', '\v'],
])

/** The text of a word without expansions. */
function literal(word: Word | undefined): string {
  return (word?.parts ?? []).map(part => (part.kind === 'text' ? part.text : '')).join('')
}
