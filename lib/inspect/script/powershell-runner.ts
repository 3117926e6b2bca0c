import { limits } from '../../limits.ts'
import { HOLE, type Site } from '../../types.ts'
import { powershellAliases, powershellMethod, powershellParameters } from './powershell-words.ts'
import { programName } from './program-name.ts'
import type { ScriptSession } from './session.ts'
import { variable } from './shell-variables.ts'
import { constant, empty, join, unknown, withText, type Value } from './value.ts'

type Place = (start: number, end: number) => Site

const escapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['0', ''],
])

/**
 * Follows PowerShell text coarsely: statements, pipelines, variables, strings with `$x` and `$(…)`, method calls by
 * name, `+`, `-join`, `-f`, `-replace`. Blocks are entered once wherever they stand. Nesting is bounded.
 */
export class PowershellRunner {
  readonly #session: ScriptSession
  readonly #place: Place
  #text = ''
  #at = 0
  #depth = 0
  /** Inside `@{ name = value }`. */
  #inTable = false
  /** The fields of the `@{…}` that is read, and of the last one that was. */
  #table: Map<string, Value> | undefined
  #read: ReadonlyMap<string, Value> | undefined
  /** Tables by the variables they are in: `$options.Uri`, and `@options` as the parameters of a command. */
  readonly #tables = new Map<string, Map<string, Value>>()
  /** What `$_` stands for in a block. */
  #item: Value | undefined

  constructor(session: ScriptSession, place: Place) {
    this.#session = session
    this.#place = place
  }

  /** Follows `text`; the value is what it prints. */
  text(text: string, stdin: Value | undefined): Value {
    this.#text = text
    this.#at = 0
    const output: Value[] = []
    while (this.#at < text.length) {
      output.push(this.#statements(stdin))
      // A stray bracket ends the statements but not the script.
      this.#at++
    }
    return join(output.slice(-100))
  }

  #statements(stdin: Value | undefined): Value {
    const output: Value[] = []
    if (++this.#depth > limits.maxScriptDepth) {
      this.#session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
      this.#at = this.#text.length
    }
    while (this.#at < this.#text.length) {
      this.#blanks(true)
      const c = this.#text.charAt(this.#at)
      if (c === '' || c === '}' || c === ')' || c === ']') break
      if (c === ';' || c === '{' || c === '|' || c === ',') this.#at++
      else output.push(this.#pipeline(stdin))
      if (++this.#session.steps > limits.maxScriptSteps) {
        this.#session.gap(`script runs more than ${limits.maxScriptSteps} commands`)
        this.#at = this.#text.length
      }
    }
    this.#depth--
    return join(output.slice(-100))
  }

  #pipeline(stdin: Value | undefined): Value {
    let value = stdin
    for (;;) {
      const before = this.#at
      value = this.#element(value)
      this.#blanks(false)
      if (this.#at === before) this.#at++
      if (this.#text.charAt(this.#at) !== '|') return value
      this.#at += this.#text.startsWith('||', this.#at) ? 2 : 1
      this.#blanks(true)
    }
  }

  #element(stdin: Value | undefined): Value {
    const field =
      /(?:\$(\w{1,200})(?:\.\w{1,100}|\[[^\]\n]{1,100}\])|(?:'\w{1,100}'|"\w{1,100}"|[A-Za-z_]\w{0,100}))\s{0,99}\+?=(?!=)\s{0,9}/iy
    field.lastIndex = this.#at
    const put = field.exec(this.#text)
    if (put && (put[1] !== undefined || this.#inTable)) {
      this.#at += put[0].length
      const value = this.#pipeline(stdin)
      const name = put[1]?.toLowerCase()
      if (name === undefined) {
        this.#table?.set(/\w+/.exec(put[0])?.[0] ?? '', value)
        return value
      }
      const key = /^\$\w+(?:\.|\[['"]?)(\w+)/.exec(put[0])?.[1]
      if (key !== undefined) this.#tables.get(name)?.set(key, value)
      const before = this.#session.variables.get(name)
      this.#session.variables.set(name, before ? join([before, value], ' ') : value)
      return empty
    }
    const assignment =
      /(?:\[[\w.[\]]{1,100}\]\s{0,9})?\$(?:(?:global|script|local|private):)?((?:env:)?\w{1,200})\s{0,99}(\+?=)(?!=)/iy
    assignment.lastIndex = this.#at
    const found = assignment.exec(this.#text)
    if (found) {
      this.#at += found[0].length
      this.#blanks(true)
      this.#read = undefined
      const value = this.#pipeline(stdin)
      const name = (found[1] ?? '').toLowerCase()
      if (this.#read !== undefined) this.#tables.set(name, new Map(this.#read))
      else this.#tables.delete(name)
      const before = this.#session.variables.get(name)
      this.#session.variables.set(name, found[2] === '+=' && before ? join([before, value]) : value)
      return empty
    }
    return /[$'"([@\d]/.test(this.#text.charAt(this.#at)) ? this.#expression() : this.#command(stdin)
  }

  #command(stdin: Value | undefined): Value {
    const start = this.#at
    const words: Value[] = []
    for (;;) {
      this.#blanks(false)
      const c = this.#text.charAt(this.#at)
      if (c === '' || /[\n;|})]/.test(c)) break
      if (c === '{') {
        this.#at++
        const outer = this.#item
        this.#item = stdin ?? outer
        const inner = this.#statements(stdin)
        this.#item = outer
        if (this.#text.charAt(this.#at) === '}') this.#at++
        words.push(inner)
        continue
      }
      if (c === '&' || c === ',') {
        this.#at++
        continue
      }
      const before = this.#at
      const spread = this.#spread()
      if (spread === undefined) words.push(this.#word())
      else words.push(...spread)
      if (this.#at === before) this.#at++
    }
    return this.#run(words, stdin, this.#place(start, this.#at))
  }

  /** `@options`: each field as a parameter of that name. */
  #spread(): readonly Value[] | undefined {
    const name = /@(\w{1,200})(?![\w'"])/y
    name.lastIndex = this.#at
    const found = name.exec(this.#text)
    const table = found === null ? undefined : this.#tables.get((found[1] ?? '').toLowerCase())
    if (found === null || table === undefined) return undefined
    this.#at += found[0].length
    return [...table].flatMap(([key, value]) => [constant(`-${key}`), value])
  }

  /** `$options.Uri`, `$options['Uri']`. */
  #field(variable: string): Value | undefined {
    const table = this.#tables.get(variable.toLowerCase())
    if (table === undefined) return undefined
    const member = /(?:\.(\w{1,100})(?!\w|\s{0,3}\()|\[['"](\w{1,100})['"]\])/y
    member.lastIndex = this.#at
    const found = member.exec(this.#text)
    const wanted = (found?.[1] ?? found?.[2])?.toLowerCase()
    const entry = [...table].find(([key]) => key.toLowerCase() === wanted)
    if (found === null || entry === undefined) return undefined
    this.#at += found[0].length
    return entry[1]
  }

  #run(words: readonly Value[], stdin: Value | undefined, site: Site): Value {
    const first = words[0]
    if (!first) return stdin ?? empty
    const name = programName(first.text)
    const program = powershellAliases.get(name) ?? name
    const call = { program, words: [withText(first, program), ...words.slice(1)], stdin, site, manner: [] }
    const special = powershellParameters(program, call, this.#session)
    return special ?? this.#session.runner.words(call.words, stdin, call)
  }

  #word(): Value {
    const c = this.#text.charAt(this.#at)
    if (/[$'"(@]/.test(c)) return this.#expression()
    let text = ''
    const parts: Value[] = []
    while (this.#at < this.#text.length) {
      const c = this.#text.charAt(this.#at)
      if (c === '`') {
        text += this.#text.charAt(this.#at + 1)
        this.#at += 2
      } else if (c === "'" || c === '"' || c === '$') {
        parts.push(constant(text), this.#primary())
        text = ''
      } else if (/[\s;|{}(),]/.test(c)) break
      else {
        text += c
        this.#at++
      }
    }
    return join([...parts, constant(text)])
  }

  /** A primary with its members, calls and operators. */
  #expression(): Value {
    const start = this.#at
    let value = this.#postfix(this.#primary(), start)
    for (;;) {
      const operator =
        /[ \t]{0,99}(\+(?![+=])|-join\b|-f\b|-[ci]?replace\b|-[ci]?split\b|-b?x?or\b|-as\b|\.\.)[ \t]{0,99}/iy
      operator.lastIndex = this.#at
      const found = operator.exec(this.#text)
      if (!found) return value
      this.#at += found[0].length
      const inner = this.#at
      const right = /[$'"([@\d]/.test(this.#text.charAt(inner))
        ? this.#postfix(this.#primary(), inner)
        : this.#word()
      value = combine(value, (found[1] ?? '').toLowerCase(), right)
      if (this.#at === inner) return value
    }
  }

  #postfix(base: Value, start: number): Value {
    let value = base
    for (;;) {
      const member = /(?:\.|::)(\w{1,100}|'[^'\n]{1,100}'|"[^"\n]{1,100}")(\s{0,3}\()?/y
      member.lastIndex = this.#at
      const found = member.exec(this.#text)
      if (found) {
        this.#at += found[0].length
        const name = (found[1] ?? '').replaceAll(/['"]/g, '')
        const values = found[2] ? this.#arguments(')') : []
        value =
          powershellMethod(name, value, values, this.#session, this.#place(start, this.#at)) ??
          join([value, ...values])
        if (!found[2] && !/^(?:Content|RawContent|FullName|PSPath)$/i.test(name))
          value = withText(value, `${value.text}.${name}`)
      } else if (this.#text.charAt(this.#at) === '[') {
        this.#at++
        this.#arguments(']')
        value = withText(value, HOLE)
      } else return value
    }
  }

  /** Values up to `close`; commas separate, statements are followed. */
  #arguments(close: string): Value[] {
    const values: Value[] = []
    while (this.#at < this.#text.length) {
      this.#blanks(true)
      const c = this.#text.charAt(this.#at)
      if (c === close) {
        this.#at++
        break
      }
      const before = this.#at
      if (c === ',' || c === ';') this.#at++
      else if (/[)}\]]/.test(c)) break
      else
        values.push(
          this.#nested(() => (/[$'"([@\d]/.test(c) ? this.#pipelineValue() : this.#command(undefined))),
        )
      if (this.#at === before) this.#at++
    }
    return values
  }

  #pipelineValue(): Value {
    const value = this.#expression()
    this.#blanks(false)
    if (this.#text.charAt(this.#at) !== '|') return value
    this.#at++
    this.#blanks(true)
    return this.#pipeline(value)
  }

  #nested(read: () => Value): Value {
    if (this.#depth >= limits.maxScriptDepth) {
      this.#session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
      this.#at = this.#text.length
      return unknown()
    }
    this.#depth++
    const value = read()
    this.#depth--
    return value
  }

  #primary(): Value {
    const c = this.#text.charAt(this.#at)
    if (c === "'") return this.#single()
    if (c === '"') return this.#double()
    if (this.#text.startsWith("@'", this.#at) || this.#text.startsWith('@"', this.#at))
      return this.#hereString()
    if (c === '(' || this.#text.startsWith('@(', this.#at) || this.#text.startsWith('$(', this.#at)) {
      this.#at += c === '(' ? 1 : 2
      const values = this.#arguments(')')
      return join(values, values.length > 1 ? ' ' : '')
    }
    if (this.#text.startsWith('@{', this.#at)) {
      this.#at += 2
      return this.#nested(() => {
        const [outer, table] = [this.#inTable, this.#table]
        this.#inTable = true
        this.#table = new Map()
        const value = this.#statements(undefined)
        this.#read = this.#table
        this.#inTable = outer
        this.#table = table
        if (this.#text.charAt(this.#at) === '}') this.#at++
        return value
      })
    }
    if (c === '$') return this.#variable()
    const type = /\[[\w.[\],\s]{1,100}\]|\d[\w.]{0,50}/y
    type.lastIndex = this.#at
    const found = type.exec(this.#text)?.[0]
    if (found === undefined) {
      this.#at++
      return empty
    }
    this.#at += found.length
    // A cast: what follows directly is its value.
    if (found.startsWith('[') && /[$'"(@[]/.test(this.#text.charAt(this.#at))) {
      const start = this.#at
      const value = this.#nested(() => this.#postfix(this.#primary(), start))
      return /char/i.test(found) && /^\d+$/.test(value.text)
        ? withText(value, String.fromCharCode(Number(value.text) & 0xffff))
        : value
    }
    return constant(found)
  }

  #variable(): Value {
    const name = /\$(?:\{([^}\n]{1,200})\}|((?:\w{1,20}:)?\w{1,200}|[?$^]))/y
    name.lastIndex = this.#at
    const found = name.exec(this.#text)
    const start = this.#at
    if (!found) {
      this.#at++
      return constant('$')
    }
    this.#at += found[0].length
    const text = (found[1] ?? found[2] ?? '').replace(/^(?:global|script|local|private|using):/i, '')
    const site = this.#place(start, this.#at)
    const own = this.#field(text) ?? this.#session.variables.get(text.toLowerCase())
    if (own) return own
    if (/^(?:_|psitem)$/i.test(text) && this.#item !== undefined) return this.#item
    if (/^env:/i.test(text)) return variable(this.#session, text.slice(4), site)
    const { self } = this.#session
    if (/^psscriptroot$/i.test(text) && self !== undefined)
      return constant(self.slice(0, self.lastIndexOf('/')))
    if (/^(?:home|pwd|psscriptroot)$/i.test(text)) return constant(/^home$/i.test(text) ? '~' : '.')
    return unknown()
  }

  #single(): Value {
    let text = ''
    this.#at++
    for (;;) {
      const end = this.#text.indexOf("'", this.#at)
      const stop = end < 0 ? this.#text.length : end
      text += this.#text.slice(this.#at, stop)
      this.#at = stop + 1
      if (this.#text.charAt(this.#at) !== "'") return constant(text)
      text += "'"
      this.#at++
    }
  }

  #double(): Value {
    const parts: Value[] = []
    let text = ''
    this.#at++
    while (this.#at < this.#text.length) {
      const c = this.#text.charAt(this.#at)
      if (c === '"') {
        this.#at++
        if (this.#text.charAt(this.#at) !== '"') break
        text += '"'
        this.#at++
      } else if (c === '`') {
        const next = this.#text.charAt(this.#at + 1)
        text += escapes.get(next) ?? next
        this.#at += 2
      } else if (c === '$') {
        parts.push(
          constant(text),
          this.#nested(() => this.#primary()),
        )
        text = ''
      } else {
        text += c
        this.#at++
      }
    }
    return join([...parts, constant(text)])
  }

  #hereString(): Value {
    const close = `\n${this.#text.charAt(this.#at + 1)}@`
    const end = this.#text.indexOf(close, this.#at)
    const stop = end < 0 ? this.#text.length : end
    const text = this.#text.slice(this.#at + 2, stop)
    this.#at = stop + close.length
    return constant(text.trimStart())
  }

  #blanks(lines: boolean): void {
    for (;;) {
      const c = this.#text.charAt(this.#at)
      if (c === ' ' || c === '\t' || c === '\r' || (lines && c === '\n')) this.#at++
      else if (c === '`' && /^\r?\n/.test(this.#text.slice(this.#at + 1, this.#at + 3))) this.#at += 2
      else if (c === '#') this.#at = endOf(this.#text, '\n', this.#at, 0)
      else if (this.#text.startsWith('<#', this.#at)) this.#at = endOf(this.#text, '#>', this.#at, 2)
      else return
    }
  }
}

function endOf(text: string, mark: string, from: number, skip: number): number {
  const end = text.indexOf(mark, from)
  return end < 0 ? text.length : end + skip
}

function combine(left: Value, operator: string, right: Value): Value {
  const both = join([left, right])
  if (operator === '+') return both
  if (operator === '-join') return withText(left, left.text.split(' ').join(right.text))
  if (operator === '-f') {
    const values = right.text.split(' ')
    return withText(
      both,
      left.text.replaceAll(/\{(\d{1,2})[^}]{0,20}\}/g, (_, i: string) => values[Number(i)] ?? ''),
    )
  }
  if (operator.endsWith('replace'))
    return withText(left, /[\\^$.|?*+()[\]{}]/.test(right.text) ? HOLE : left.text.replaceAll(right.text, ''))
  return withText(both, HOLE)
}
