import { limits } from '../../limits.ts'
import type { Site } from '../../types.ts'
import { containerMadeBy, isArchive, isContainer, methodOf, putInto } from './python-containers.ts'
import { pythonCall } from './python-models.ts'
import { pythonTokens, type PythonToken } from './python-tokens.ts'
import type { ScriptSession } from './session.ts'
import { constant, empty, isConstant, join, unknown, withText, type Value } from './value.ts'

/** `is`: the function or module that the value is, by its full name. */
type Primary = {
  readonly value: Value | undefined
  readonly next: number
  readonly is?: string | undefined
}

type Place = (start: number, end: number) => Site

/**
 * Follows Python text coarsely, line by line: imports and their aliases, variables, calls with their arguments. What
 * goes into an unknown call comes out of it. No classes, no scopes: one name is one variable, which errs towards more.
 */
export class PythonRunner {
  readonly #session: ScriptSession
  readonly #place: Place
  readonly #modules = new Map<string, string>()
  /** Other names of functions and modules: `run = os.system`, `f = getattr(builtins, 'ex' + 'ec')`. */
  readonly #aliases = new Map<string, string>()
  /** What functions of the file give, by name. */
  readonly #returned = new Map<string, Value>()
  /** Containers by what writes into them: `archive = ZipFile(buffer, 'w')`. */
  readonly #behindNames = new Map<string, string>()
  /** The container that the last call was given. */
  #given: string | undefined
  #containers = 0
  #function = ''
  /** The function or module the last expression was, where it was one. */
  #callable: string | undefined
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
    else if (first === 'def' || (first === 'async' && this.#word(start + 1) === 'def'))
      this.#function = this.#word(first === 'def' ? start + 1 : start + 2)
    else if (first === 'return' || first === 'yield') {
      const before = this.#returned.get(this.#function)
      const value = this.#range(start + 1, end)
      this.#returned.set(this.#function, before === undefined ? value : union(before, value))
    } else this.#statement(start, end)
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

  /** What stands left of `=`. `self.x` is the field `.x` of whatever object; `a[k]` and `a += …` are added to. */
  #names(start: number, end: number): string[] {
    const names: string[] = []
    let depth = 0
    for (let i = start; i < end; i++) {
      const token = this.#tokens[i]
      const text = this.#word(i)
      if (text === '[' && i > start) depth++
      else if (text === ']') depth--
      else if (token?.kind === 'name' && depth <= 0) {
        const isField = this.#word(i - 1) === '.'
        if (isField) names.pop()
        const grows = this.#word(i + 1) === '[' || /^[+|]$/.test(this.#word(i + 1))
        names.push(`${grows ? '+' : ''}${isField ? '.' : ''}${token.text}`)
      }
    }
    return names.slice(0, 20)
  }

  #bind(names: readonly string[], value: Value): void {
    const [first] = names
    for (const name of names) this.#behindNames.delete(name)
    if (first !== undefined && this.#callable !== undefined) {
      this.#aliases.set(first, this.#callable)
      if (isContainer(this.#callable)) {
        this.#containers++
        if (this.#given !== undefined) this.#behindNames.set(first, this.#given)
      }
    } else for (const name of names) this.#aliases.delete(name)
    for (const name of names) {
      if (name.startsWith('+')) this.#grow(name.slice(1), value)
      else this.#session.variables.set(name, value)
    }
  }

  #grow(name: string, value: Value): void {
    const before = this.#session.variables.get(name)
    this.#session.variables.set(name, before === undefined ? value : union(before, value))
  }

  /** Puts data into a container, and into what that one writes into. */
  #fill(name: string, content: Value): void {
    let at: string | undefined = name
    for (let depth = 0; at !== undefined && depth < 4; depth++) {
      this.#grow(at, content)
      at = this.#behindNames.get(at)
    }
  }

  /** The value of an expression: what its parts give, one after the other. */
  #range(start: number, end: number): Value {
    this.#callable = undefined
    if (start >= end) return empty
    if (this.#depth >= limits.maxScriptDepth) {
      this.#session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
      return unknown()
    }
    this.#depth++
    const values: Value[] = []
    let callable: string | undefined
    let at = start
    while (at < end) {
      // `folder / 'name'` is a path: between texts a slash divides nothing.
      if (this.#word(at) === '/' && values.length > 0 && at + 1 < end) values.push(constant('/'))
      const { value, next, is } = this.#primary(at, end)
      // `a or b` is a; what is made of several is neither.
      if (at === start) callable = next >= end || /^(?:or|if)$/.test(this.#word(next)) ? is : undefined
      if (value) values.push(value)
      at = Math.max(next, at + 1)
    }
    this.#depth--
    this.#callable = callable
    return join(values)
  }

  /** A string, a bracket or a dotted name, with the calls, indexes and members behind it. */
  #primary(start: number, end: number): Primary {
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
      // Texts in a list are words, each by itself: `cmd = ["curl", "-d", x]`.
      const listed =
        token.text !== '{' &&
        this.#tokens[start + 1]?.kind === 'string' &&
        this.#comma(start + 1, close) < close
      value = listed ? join(this.#items(start, end), ' ') : this.#range(start + 1, close)
      at = close + 1
    } else if (token.kind === 'number' || token.text === 'True')
      return { value: constant(token.text), next: at }
    else return { value: undefined, next: at }
    return this.#behind(value, name, start, at, end)
  }

  #behind(base: Value, dotted: string, start: number, from: number, end: number): Primary {
    let value = base
    let name = dotted
    let is = this.#isCallable(dotted) ? this.#resolved(dotted) : undefined
    let at = from
    for (;;) {
      const text = this.#word(at)
      if (at >= end) break
      if (text === '(') {
        const close = this.#closing(at, end)
        const called = is ?? this.#resolved(name)
        value =
          called === '.join' && this.#word(at + 1) === '[' && this.#closing(at + 1, close) === close - 1
            ? join(this.#items(at + 1, close), value.text)
            : this.#call(called, value, at + 1, close, start)
        is = this.#madeBy(called, value, at + 1, close)
        name = ''
        at = close + 1
      } else if (text === '[') {
        const close = this.#closing(at, end)
        const index = this.#range(at + 1, close)
        value =
          this.#resolved(name) === 'os.environ'
            ? this.#invoke('os.getenv', empty, [index], start, close)
            : this.#isReversing(at, close)
              ? withText(value, Array.from(value.text).toReversed().join(''))
              : join([value, { ...index, text: '' }])
        is = undefined
        name = ''
        at = close + 1
      } else if (text === '.' && this.#tokens[at + 1]?.kind === 'name') {
        name = `.${this.#word(at + 1)}`
        if (is !== undefined) is = `${is}${name}`
        at += 2
      } else break
    }
    return { value, next: at, is }
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
    const [, field] = name.split('.', 2)
    const fields = field === undefined ? undefined : this.#session.variables.get(`.${field}`)
    const own = this.#session.variables.get(root)
    if (own !== undefined && root !== 'self') return own
    return fields ?? (field === undefined ? undefined : this.#session.variables.get(field)) ?? own ?? empty
  }

  #resolved(name: string): string {
    const [root = '', ...rest] = name.split('.')
    if (root === '') return name
    const module = this.#aliases.get(root) ?? this.#modules.get(root)
    if (module !== undefined) return [module, ...rest].join('.')
    const method = rest.at(-1)
    return this.#session.variables.has(root) && method !== undefined ? `.${method}` : name
  }

  /** `text[::-1]` */
  #isReversing(open: number, close: number): boolean {
    let inside = ''
    for (let at = open + 1; at < close && inside.length < 9; at++) inside += this.#tokens[at]?.text ?? ''
    return inside === '::-1'
  }

  /** A name of the language or of a module, not a variable with data. */
  #isCallable(name: string): boolean {
    const [root = ''] = name.split('.', 1)
    return (
      this.#aliases.has(root) || this.#modules.has(root) || /^(?:exec|eval|__import__|getattr)$/.test(name)
    )
  }

  /** `__import__('os')` is that module, `getattr(os, 'system')` that function of it. */
  #madeBy(called: string, value: Value, start: number, end: number): string | undefined {
    if (/^(?:__import__|importlib\.import_module)$/.test(called))
      return isConstant(value) && /^[\w.]{1,100}$/.test(value.text) ? value.text : undefined
    if (called !== 'getattr') {
      this.#given = this.#containerIn(start, end)
      // What a module makes around a container writes into that: `csv.writer(buffer)`.
      const isWriter = this.#given !== undefined && called.includes('.')
      return containerMadeBy(called) ?? (isWriter ? `${called}()` : undefined)
    }
    const comma = this.#comma(start, end)
    const object = this.#primary(start, comma)
    const member = this.#range(comma + 1, this.#comma(comma + 1, end)).text
    if (!/^\w{1,100}$/.test(member)) return undefined
    const of = object.is ?? this.#dotted(start, comma)
    return /^(?:__builtins__|builtins)$/.test(of) ? member : `${of}.${member}`
  }

  /** The container among the arguments, by the variable that holds it. */
  #containerIn(start: number, end: number): string | undefined {
    if (this.#containers === 0) return undefined
    for (let at = start; at < end; at = this.#comma(at, end) + 1) {
      const from = this.#word(at + 1) === '=' ? at + 2 : at
      const name = this.#tokens[from]?.kind === 'name' ? this.#word(from) : ''
      if (isContainer(this.#aliases.get(name)) && this.#comma(from, end) === from + 1) return name
    }
    return undefined
  }

  #formatted(text: string): Value {
    const name = /^\s*([A-Za-z_]\w*)/.exec(text)?.[1]
    const own = name === undefined ? undefined : this.#session.variables.get(name)
    return own ? { ...own, text: '' } : empty
  }

  #call(called: string, self: Value, start: number, end: number, from: number): Value {
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
    // `data.update(x)`: what is put into a variable is in it from then on.
    if (
      /^\.(?:append|update|extend|add|insert|setdefault|appendleft)$/.test(methodOf(called)) &&
      this.#tokens[from]?.kind === 'name'
    )
      this.#grow(this.#word(from), join(positional))
    const put = putInto({ name: called, self, positional, named, site }, this.#session)
    if (put !== undefined) this.#fill(this.#word(from), put)
    const into = /^(?:\w+\.dump|shutil\.copyfileobj|print)$/.test(called)
      ? this.#containerIn(start, end)
      : undefined
    if (into !== undefined) this.#fill(into, { ...join(positional), text: '' })
    if (put !== undefined && isArchive(called)) return empty
    const name = methodOf(called)
    const method = name.slice(name.lastIndexOf('.') + 1)
    const given = /^\.?\w+$|^self\.\w+$/.test(name) ? this.#returned.get(method) : undefined
    if (given !== undefined) return union(given, { ...join([self, ...positional]), text: '' })
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

/** What one or the other is: the text of the first, where it says anything. */
function union(a: Value, b: Value): Value {
  return withText(join([a, b]), a.text === '' ? b.text : a.text)
}

const keywords = new Set(
  'and or not in is if else elif for while lambda return yield await async def class try except finally with as pass break continue raise assert global nonlocal del print True False None'.split(
    ' ',
  ),
)
