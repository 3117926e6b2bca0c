import { limits } from '../../limits.ts'
import { HOLE, type Site } from '../../types.ts'
import { programName } from './program-name.ts'
import type { ScriptSession } from './session.ts'
import { readFile } from './shell-runner.ts'
import { variable } from './shell-variables.ts'
import { constant, empty, isConstant, join, unknown, withText, type Value } from './value.ts'

type Place = (start: number, end: number) => Site
type Token =
  | { readonly kind: 'word'; readonly value: Value; readonly start: number; readonly end: number }
  | { readonly kind: 'operator'; readonly text: string; readonly start: number; readonly end: number }

/**
 * Follows text as cmd.exe reads it: `^` escapes, `%A%` and `!A!`, `%A:~1,3%`, `&`, `|`, redirects, `start`, `if`, `for`,
 * labels and comments. Every line is read once, whatever `goto` says; both sides of every condition count.
 */
export class BatchRunner {
  readonly #session: ScriptSession
  readonly #place: Place

  constructor(session: ScriptSession, place: Place) {
    this.#session = session
    this.#place = place
  }

  /** Follows `text`; the value is what it prints. */
  text(text: string, stdin: Value | undefined): Value {
    const output: Value[] = []
    let from = 0
    while (from <= text.length) {
      let end = text.indexOf('\n', from)
      if (end < 0) end = text.length
      // A caret at the end of a line joins the next one.
      while (end < text.length && /\^\r?$/.test(text.slice(Math.max(from, end - 2), end))) {
        const next = text.indexOf('\n', end + 1)
        end = next < 0 ? text.length : next
      }
      output.push(this.#line(text, from, end, stdin))
      from = end + 1
      if (++this.#session.steps > limits.maxScriptSteps) {
        this.#session.gap(`script has more than ${limits.maxScriptSteps} lines`)
        break
      }
    }
    return join(output.slice(-100))
  }

  #line(text: string, from: number, end: number, stdin: Value | undefined): Value {
    const line = text.slice(from, end)
    if (/^\s*(?::|rem\b|@rem\b)/i.test(line)) return empty
    let output = stdin ?? empty
    let piped = stdin
    let words: (Token & { kind: 'word' })[] = []
    let redirects: { operator: string; target: Value }[] = []
    const all: Value[] = []
    let redirect: string | undefined
    const flush = (pipes: boolean): void => {
      output = this.#command(words, redirects, piped)
      piped = pipes ? output : stdin
      if (!pipes) all.push(output)
      words = []
      redirects = []
    }
    // Words are expanded as they come: `set` before `&` counts for what follows, as `call` makes it.
    for (const token of this.#tokens(text, from, end)) {
      if (token.kind === 'word' && redirect !== undefined) {
        redirects.push({ operator: redirect, target: token.value })
        redirect = undefined
      } else if (token.kind === 'word') words.push(token)
      else if (/[<>]/.test(token.text)) redirect = token.text
      else flush(token.text === '|')
    }
    flush(false)
    return join(all)
  }

  #command(
    tokens: readonly (Token & { kind: 'word' })[],
    redirects: readonly { operator: string; target: Value }[],
    stdin: Value | undefined,
  ): Value {
    const body = tokens.slice(prefixLength(tokens.map(({ value }) => value.text)))
    const first = body[0]
    const last = body.at(-1)
    if (!first || !last) return stdin ?? empty
    const site = this.#place(first.start, last.end)
    const input = redirects.find(({ operator }) => operator === '<')
    const stdinValue = input ? readFile(this.#session, input.target.text, site) : stdin
    const words = body.map(({ value }, i) =>
      i === 0 ? withText(value, value.text.replace(/^@/, '')) : value,
    )
    const hidden = redirects.some(({ target }) => /^(?:nul|\/dev\/null)$/i.test(target.text))
      ? ['output-hidden']
      : []
    const name = programName(words[0]?.text ?? '')
    const output =
      name === 'set'
        ? this.#set(words)
        : this.#session.runner.words(words, stdinValue, {
            program: name,
            words,
            stdin: stdinValue,
            site,
            manner: hidden,
          })
    return this.#output(redirects, output, site)
  }

  #output(redirects: readonly { operator: string; target: Value }[], output: Value, at: Site): Value {
    let rest = output
    for (const { operator, target } of redirects) {
      if (operator === '<' || operator.startsWith('2') || /^(?:nul|&\d|\/dev\/null)$/i.test(target.text))
        continue
      this.#session.fact({
        kind: 'writes',
        api: operator,
        paths: [target.text],
        contents: [output.text.slice(0, limits.maxEvidenceChars)],
        at,
      })
      this.#session.flow(output, {
        kind: 'write',
        api: operator,
        role: 'content',
        destinations: [target.text],
        at,
      })
      this.#session.write(target.text, output, operator === '>>')
      rest = empty
    }
    return rest
  }

  /** `set A=b`, `set "A=b"`, `set /p A=<file`; alone it prints the environment. */
  #set(words: readonly Value[]): Value {
    const rest = words.slice(1).filter(({ text }) => !/^\/[ap]$/i.test(text))
    const all = join(rest, ' ')
    const equals = all.text.indexOf('=')
    if (equals > 0) {
      const name = all.text.slice(0, equals).trim().toLowerCase()
      this.#session.variables.set(name, withText(all, all.text.slice(equals + 1)))
      return empty
    }
    const site = this.#place(0, 0)
    return unknown(this.#session.source('env', 'set', site))
  }

  *#tokens(text: string, from: number, end: number): Generator<Token, void> {
    let pieces: Value[] = []
    let start = -1
    let quoted = false
    let plain = ''
    // A parenthesis inside a word is text, and so is the one that closes it.
    let open = 0
    const flush = (at: number): Token[] => {
      if (plain !== '') pieces.push(constant(plain))
      const word: Token[] = start < 0 ? [] : [{ kind: 'word', value: join(pieces), start, end: at }]
      plain = ''
      pieces = []
      start = -1
      return word
    }
    for (let i = from; i < end;) {
      const c = text.charAt(i)
      if (c === '%' || c === '!') {
        const found = this.#variable(text, i, end)
        if (start < 0) start = i
        if (found) {
          if (plain !== '') pieces.push(constant(plain))
          plain = ''
          pieces.push(found.value)
          i += found.length
        } else {
          plain += c
          i++
        }
      } else if (c === '\\' && text.charAt(i + 1) === '"' && /[^\s&|]/.test(text.charAt(i + 2))) {
        // cmd.exe does not know `\"`, but the programs it starts do.
        if (start < 0) start = i
        plain += '"'
        i += 2
      } else if (c === '"') {
        if (start < 0) start = i
        quoted = !quoted
        i++
      } else if (!quoted && c === '^') {
        if (start < 0) start = i
        const skip = text.charAt(i + 1) === '\r' ? 3 : 2
        if (!/[\r\n]/.test(text.charAt(i + 1))) plain += text.charAt(i + 1)
        i += skip
      } else if (
        !quoted &&
        /[\s,;=]/.test(c) &&
        !(c === '=' && start >= 0) &&
        !(/[,;]/.test(c) && start >= 0)
      ) {
        yield* flush(i)
        i++
      } else if (!quoted && ((c === '(' && start >= 0) || (c === ')' && open > 0))) {
        open += c === '(' ? 1 : -1
        if (start < 0) start = i
        plain += c
        i++
      } else if (!quoted && /[&|()<>]/.test(c)) {
        const descriptor = /[<>]/.test(c) && /^\d$/.test(plain) && pieces.length === 0 ? plain : ''
        if (descriptor !== '') {
          plain = ''
          start = -1
        }
        yield* flush(i)
        const double = text.charAt(i + 1) === c && c !== '(' && c !== ')'
        const operator = descriptor + (double ? c + c : c)
        yield { kind: 'operator', text: operator === '||' ? '&' : operator, start: i, end: i + 1 }
        i += double ? 2 : 1
        // `2>&1`: the target is a descriptor, not a command after `&`.
        const copy = /[<>]/.test(c) ? /^\s?&\d/.exec(text.slice(i, i + 4))?.[0] : undefined
        if (copy) {
          yield { kind: 'word', value: constant(copy.trim()), start: i, end: i + copy.length }
          i += copy.length
        }
      } else {
        if (start < 0) start = i
        plain += c
        i++
      }
    }
    yield* flush(end)
  }

  #ownFolder(): string {
    const { self } = this.#session
    return self === undefined ? './' : self.slice(0, self.lastIndexOf('/') + 1)
  }

  /** `%A%`, `!A!`, `%A:~2,4%`, `%A:x=y%`, `%1`, `%~dp0`, `%%i`. */
  #variable(text: string, at: number, end: number): { value: Value; length: number } | undefined {
    const slice = text.slice(at, Math.min(end, at + 300))
    const argument = /^%(?:~[a-z]*)?([\d*])/i.exec(slice) ?? /^%%(?:~[a-z]*)?([a-z])/i.exec(slice)
    if (argument) {
      // The folder of the script itself: the package's.
      if (/^%~[a-z]*p[a-z]*0/i.test(slice))
        return { value: constant(this.#ownFolder()), length: argument[0].length }
      return {
        value: this.#session.variables.get(argument[1] ?? '') ?? unknown(),
        length: argument[0].length,
      }
    }
    const found = /^([%!])([^%!\s:=<>|&"]{1,100})(?::([^%!]{1,100}))?\1/.exec(slice)
    if (!found) return undefined
    const name = found[2] ?? ''
    const own = this.#session.variables.get(name.toLowerCase())
    const value = own ?? variable(this.#session, name, this.#place(at, at + found[0].length))
    return { value: modified(value, found[3]), length: found[0].length }
  }
}

/** How many words in front of the command belong to `if`, `for`, `else`, `do`, `@`. */
function prefixLength(words: readonly string[]): number {
  let i = 0
  for (;;) {
    const word = (words[i] ?? '').toLowerCase().replace(/^@/, '')
    if (word === 'else' || word === 'do' || word === '') {
      if (i >= words.length) return i
      i++
    } else if (word === 'if') {
      i++
      while (/^(?:\/i|not)$/i.test(words[i] ?? '')) i++
      const test = (words[i] ?? '').toLowerCase()
      if (test === 'exist' || test === 'defined' || test === 'errorlevel') i += 2
      else if (/==/.test(test)) i += test.endsWith('==') ? 2 : 1
      else i += words[i + 1]?.startsWith('==') && words[i + 1] !== '==' ? 2 : 3
    } else if (word === 'for') {
      const next = words.findIndex((text, at) => at > i && /^do$/i.test(text))
      return next < 0 ? words.length : next + 1
    } else return i
  }
}

/** Substring and replacement on constant text, the usual way to hide a command in batch files. */
function modified(value: Value, operation: string | undefined): Value {
  if (operation === undefined) return value
  if (!isConstant(value)) return withText(value, HOLE)
  const part = /^~(-?\d{1,6})(?:,(-?\d{1,6}))?$/.exec(operation)
  if (part) {
    const rest = value.text.slice(Number(part[1]))
    return withText(value, part[2] === undefined ? rest : rest.slice(0, Number(part[2])))
  }
  const equals = operation.indexOf('=')
  return equals < 1
    ? value
    : withText(
        value,
        value.text.replaceAll(operation.slice(0, equals), () => operation.slice(equals + 1)),
      )
}
