import { limits } from '../../limits.ts'
import type { Site } from '../../types.ts'
import { pythonCall } from './python-models.ts'
import { pythonTokens, type PythonToken } from './python-tokens.ts'
import type { ScriptSession } from './session.ts'
import { constant, empty, join, unknown, type Value } from './value.ts'

type Place = (start: number, end: number) => Site

/**
 * Follows Python text coarsely, line by line: imports and their aliases, variables, calls with their arguments. What
 * goes into an unknown call comes out of it. No classes, no scopes: one name is one variable, which errs towards more.
 */
export class PythonRunner {
  readonly #session: ScriptSession
  readonly #place: Place
  readonly #modules = new Map<string, string>()
  #tokens: readonly PythonToken[] = []
  #depth = 0

  constructor(session: ScriptSession, place: Place) {
    this.#session = session
    this.#place = place
  }

  text(text: string): void {
    this.#tokens = pythonTokens(text)
    let from = 0
    for (let i = 0; i <= this.#tokens.length; i++) {
      if (i < this.#tokens.length && this.#tokens[i]?.kind !== 'newline') continue
      if (i > from) this.#line(from, i)
      from = i + 1
      if (++this.#session.steps > limits.maxScriptSteps * 10) {
        this.#session.gap('script is too long')
        return
      }
    }
  }

  #word(at: number): string {
    const token = this.#tokens[at]
    return token && token.kind !== 'string' ? token.text : ''
  }

  #line(start: number, end: number): void {
    const first = this.#word(start)
    if (first === 'import' || first === 'from') this.#import(start, end)
    else this.#statement(start, end)
  }

  /** `import a.b as c, d`; `from a import b as c`. */
  #import(start: number, end: number): void {
    let prefix = ''
    let at = start + 1
    if (this.#word(start) === 'from') {
      while (at < end && this.#word(at) !== 'import') prefix += this.#word(at++)
      prefix += '.'
      at++
    }
    while (at < end) {
      let name = ''
      while (at < end && this.#word(at) !== ',' && this.#word(at) !== 'as')
        name += this.#word(at++).replace(/[()]/, '')
      const alias = this.#word(at) === 'as' ? this.#word(at + 1) : ''
      if (alias !== '') at += 2
      if (name !== '') this.#modules.set(alias === '' ? name : alias, prefix + name)
      at++
    }
  }

  /** Keywords in front and a colon behind are skipped; `a = …`, `with … as a`, `for a in …` bind names. */
  #statement(start: number, end: number): void {
    const names: string[] = []
    let from = start
    let depth = 0
    for (let i = start; i < end; i++) {
      const text = this.#word(i)
      if (/^[([{]$/.test(text)) depth++
      else if (/^[)\]}]$/.test(text)) depth--
      else if (
        depth === 0 &&
        text === '=' &&
        this.#word(i + 1) !== '=' &&
        !/^[=!<>]$/.test(this.#word(i - 1))
      ) {
        names.push(...this.#names(from, i))
        from = i + 1
        if (this.#word(from) === '=') return
      } else if (depth === 0 && text === 'as' && this.#tokens[i + 1]?.kind === 'name') {
        this.#bind([this.#word(i + 1)], this.#range(this.#word(from) === 'with' ? from + 1 : from, i))
        from = i + 2
      } else if (depth === 0 && text === 'in' && this.#word(start) === 'for') {
        names.push(...this.#names(start + 1, i))
        from = i + 1
      } else if (
        depth === 0 &&
        text === ':' &&
        /^(?:if|else|elif|for|while|try|except|finally|with|def|class)$/.test(this.#word(start)) &&
        i + 1 < end
      ) {
        this.#bind(names, this.#range(from, i))
        names.length = 0
        from = i + 1
      }
    }
    this.#bind(names, this.#range(from, end))
  }

  #names(start: number, end: number): string[] {
    const names: string[] = []
    for (let i = start; i < end; i++) {
      const token = this.#tokens[i]
      if (token?.kind === 'name' && this.#word(i - 1) !== '.') names.push(token.text)
    }
    return names.slice(0, 20)
  }

  #bind(names: readonly string[], value: Value): void {
    for (const name of names) this.#session.variables.set(name, value)
  }

  /** The value of an expression: what its parts give, one after the other. */
  #range(start: number, end: number): Value {
    if (start >= end) return empty
    if (this.#depth >= limits.maxScriptDepth) {
      this.#session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
      return unknown()
    }
    this.#depth++
    const values: Value[] = []
    let at = start
    while (at < end) {
      // `folder / 'name'` is a path: between texts a slash divides nothing.
      if (this.#word(at) === '/' && values.length > 0 && at + 1 < end) values.push(constant('/'))
      const { value, next } = this.#primary(at, end)
      if (value) values.push(value)
      at = Math.max(next, at + 1)
    }
    this.#depth--
    return join(values)
  }

  /** A string, a bracket or a dotted name, with the calls, indexes and members behind it. */
  #primary(start: number, end: number): { value: Value | undefined; next: number } {
    const token = this.#tokens[start]
    if (!token) return { value: undefined, next: end }
    let at = start + 1
    let value: Value
    let name = ''
    if (token.kind === 'string')
      value = join([constant(token.text), ...token.formatted.map(text => this.#formatted(text))])
    else if (token.kind === 'name' && !keywords.has(token.text)) {
      name = this.#dotted(start, end)
      at = start + 1 + 2 * (name.split('.').length - 1)
      value = this.#named(name, start, at)
    } else if (/^[([{]$/.test(token.text)) {
      const close = this.#closing(start, end)
      value = this.#range(start + 1, close)
      at = close + 1
    } else if (token.kind === 'number' || token.text === 'True')
      return { value: constant(token.text), next: at }
    else return { value: undefined, next: at }
    return this.#behind(value, name, start, at, end)
  }

  #behind(
    base: Value,
    dotted: string,
    start: number,
    from: number,
    end: number,
  ): { value: Value; next: number } {
    let value = base
    let name = dotted
    let at = from
    for (;;) {
      const text = this.#word(at)
      if (at >= end) break
      if (text === '(') {
        const close = this.#closing(at, end)
        value = this.#call(this.#resolved(name), value, at + 1, close, start)
        name = ''
        at = close + 1
      } else if (text === '[') {
        const close = this.#closing(at, end)
        const index = this.#range(at + 1, close)
        value =
          this.#resolved(name) === 'os.environ'
            ? this.#invoke('os.getenv', empty, [index], start, close)
            : join([value, { ...index, text: '' }])
        name = ''
        at = close + 1
      } else if (text === '.' && this.#tokens[at + 1]?.kind === 'name') {
        name = `.${this.#word(at + 1)}`
        at += 2
      } else break
    }
    return { value, next: at }
  }

  #dotted(start: number, end: number): string {
    let name = this.#word(start)
    for (
      let at = start + 1;
      at + 1 < end && this.#word(at) === '.' && this.#tokens[at + 1]?.kind === 'name' && name.length < 200;
      at += 2
    )
      name += `.${this.#word(at + 1)}`
    return name
  }

  /** A plain name: a variable with its data, or a module's attribute. */
  #named(name: string, start: number, end: number): Value {
    const root = name.split('.', 1)[0] ?? ''
    const resolved = this.#resolved(name)
    if (/^os\.environb?$/.test(resolved) && !/^[[(.]$/.test(this.#word(end)))
      return this.#invoke('os.environ', empty, [], start, end)
    return this.#session.variables.get(root) ?? empty
  }

  #resolved(name: string): string {
    const [root = '', ...rest] = name.split('.')
    if (root === '') return name
    const module = this.#modules.get(root)
    if (module !== undefined) return [module, ...rest].join('.')
    const method = rest.at(-1)
    return this.#session.variables.has(root) && method !== undefined ? `.${method}` : name
  }

  #formatted(text: string): Value {
    const name = /^\s*([A-Za-z_]\w*)/.exec(text)?.[1]
    const own = name === undefined ? undefined : this.#session.variables.get(name)
    return own ? { ...own, text: '' } : empty
  }

  #call(name: string, self: Value, start: number, end: number, from: number): Value {
    const positional: Value[] = []
    const named = new Map<string, Value>()
    let at = start
    while (at < end) {
      const stop = this.#comma(at, end)
      if (this.#tokens[at]?.kind === 'name' && this.#word(at + 1) === '=' && this.#word(at + 2) !== '=')
        named.set(this.#word(at), this.#range(at + 2, stop))
      else if (stop > at)
        positional.push(this.#word(at) === '[' ? join(this.#items(at, stop), ' ') : this.#range(at, stop))
      at = stop + 1
    }
    const site = this.#place(
      this.#tokens[from]?.start ?? 0,
      this.#tokens[end]?.end ?? this.#tokens.at(-1)?.end ?? 0,
    )
    return pythonCall(
      { name, self: name.startsWith('.') || !name.includes('.') ? self : empty, positional, named, site },
      this.#session,
    )
  }

  /** `["curl", "-d", x]` as a command line: the items with blanks between. */
  #items(start: number, end: number): Value[] {
    const close = this.#closing(start, end)
    const values: Value[] = []
    for (let at = start + 1; at < close;) {
      const stop = this.#comma(at, close)
      values.push(this.#range(at, stop))
      at = stop + 1
    }
    return values
  }

  #invoke(name: string, self: Value, positional: readonly Value[], from: number, to: number): Value {
    const site = this.#place(
      this.#tokens[from]?.start ?? 0,
      this.#tokens[to]?.end ?? this.#tokens[from]?.end ?? 0,
    )
    return pythonCall({ name, self, positional, named: new Map(), site }, this.#session)
  }

  #comma(start: number, end: number): number {
    let depth = 0
    for (let i = start; i < end; i++) {
      const text = this.#word(i)
      if (/^[([{]$/.test(text)) depth++
      else if (/^[)\]}]$/.test(text)) depth--
      else if (text === ',' && depth === 0) return i
    }
    return end
  }

  #closing(open: number, end: number): number {
    let depth = 0
    for (let i = open; i < end; i++) {
      const text = this.#word(i)
      if (/^[([{]$/.test(text)) depth++
      else if (/^[)\]}]$/.test(text) && --depth === 0) return i
    }
    return end
  }
}

const keywords = new Set(
  'and or not in is if else elif for while lambda return yield await async def class try except finally with as pass break continue raise assert global nonlocal del print True False None'.split(
    ' ',
  ),
)
