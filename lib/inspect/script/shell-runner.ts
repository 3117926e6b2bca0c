import { limits } from '../../limits.ts'
import { HOLE, type Site } from '../../types.ts'
import { pathSource } from '../secrets.ts'
import { programName } from './program-name.ts'
import type { ScriptSession } from './session.ts'
import { parseShell } from './shell-parser.ts'
import type { Command, List, Part, Pipeline, Redirect, Word } from './shell-syntax.ts'
import { variable } from './shell-variables.ts'
import { constant, empty, isConstant, join, unknown, withText, type Value } from './value.ts'

export type Place = (start: number, end: number) => Site

type Field = { pieces: Value[]; plain: boolean }

/**
 * Follows a shell script without running it: expands words as far as they fold, hands each command to the session's
 * runner and carries what flows through pipes, substitutions, redirects, variables and files. Both branches of every
 * condition are taken, loops once per known value, functions at each call.
 */
/** Rounds of a function inside itself that are followed. */
const maxRecursion = 2

/** Calls of a function with the same words that are followed: what it builds up in variables it has by then. */
const maxCalls = 5

export class ShellRunner {
  readonly #session: ScriptSession
  readonly #place: Place

  constructor(session: ScriptSession, place: Place) {
    this.#session = session
    this.#place = place
  }

  /** Follows `text`; the value is what it prints. */
  text(text: string, stdin: Value | undefined): Value {
    const { list, cut } = parseShell(text)
    if (cut) this.#session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
    return this.#list(list, stdin)
  }

  #list(list: List, stdin: Value | undefined): Value {
    if (this.#session.depth >= limits.maxScriptDepth) {
      this.#session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
      return unknown()
    }
    this.#session.depth++
    const output = list.pipelines.map(pipeline => this.#pipeline(pipeline, stdin))
    this.#session.depth--
    return join(output)
  }

  #pipeline({ commands, background }: Pipeline, stdin: Value | undefined): Value {
    let value = stdin
    commands.forEach((command, i) => {
      const manner = background ? ['detached'] : []
      value = this.#command(command, i === 0 ? stdin : value, manner)
    })
    return value ?? empty
  }

  #command(command: Command, stdin: Value | undefined, manner: readonly string[]): Value {
    if (++this.#session.steps > limits.maxScriptSteps) {
      this.#session.gap(`script runs more than ${limits.maxScriptSteps} commands`)
      return empty
    }
    switch (command.kind) {
      case 'function':
        this.#session.functions.set(command.name, (words, stdin) => this.#call(command.list, words, stdin))
        return empty
      case 'group': {
        const input = this.#input(command.redirects, stdin, command)
        const output = this.#inside(command.manner, () => this.#list(command.list, input))
        return this.#output(command.redirects, output, command)
      }
      case 'for':
        return this.#for(command, stdin)
      case 'simple':
        break
    }
    return this.#simple(command, stdin, manner)
  }

  /** A subshell comes back to its folder; after a branch that moved, nobody knows where the script is. */
  #inside(manner: 'plain' | 'subshell' | 'branch', run: () => Value): Value {
    const { cwd } = this.#session
    const output = run()
    if (manner === 'subshell') this.#session.cwd = cwd
    else if (manner === 'branch' && this.#session.cwd !== cwd) this.#session.cwd = HOLE
    return output
  }

  #for(command: Command & { kind: 'for' }, stdin: Value | undefined): Value {
    const input = this.#input(command.redirects, stdin, command)
    const values = command.values.flatMap(word => this.#fields(word)).slice(0, 50)
    const output: Value[] = []
    for (const value of values.length > 0 ? values : [unknown()]) {
      this.#session.variables.set(command.name, value)
      output.push(this.#list(command.list, input))
    }
    return this.#output(command.redirects, join(output), command)
  }

  #simple(command: Command & { kind: 'simple' }, stdin: Value | undefined, manner: readonly string[]): Value {
    const local = this.#assign(command)
    const words = command.words.flatMap(word => this.#fields(word))
    const input = this.#input(command.redirects, stdin, command)
    const site = this.#place(command.start, command.end)
    const hidden = command.redirects.some(
      ({ operator, target }) => /[>]/.test(operator) && this.#value(target).text === '/dev/null',
    )
    let output: Value = empty
    const first = words[0]
    if (first && this.#setsWords(first.text, words)) return empty
    if (first) {
      const defined = this.#session.functions.get(first.text)
      output = defined
        ? defined(words, input)
        : this.#session.runner.words(words, input, {
            program: programName(first.text),
            words,
            stdin: input,
            site,
            manner: hidden ? [...manner, 'output-hidden'] : manner,
          })
    } else if (command.redirects.length > 0) output = input ?? empty
    for (const [name, before] of local) {
      if (before) this.#session.variables.set(name, before)
      else this.#session.variables.delete(name)
    }
    return this.#output(command.redirects, output, command)
  }

  /** `set -- a b` and `shift`: what `$@` is from then on. */
  #setsWords(program: string, words: readonly Value[]): boolean {
    const { positional = [] } = this.#session
    if (program === 'shift') {
      this.#session.positional = positional.slice(Number(words[1]?.text ?? 1) || 1)
      return true
    }
    const from = program === 'set' ? words.findIndex(({ text }) => text === '--') : -1
    if (from < 0) return false
    this.#session.positional = words.slice(from + 1, from + 1 + maxWords)
    return true
  }

  /** Assignments before a command last for that command: gives what they replaced. */
  #assign(command: Command & { kind: 'simple' }): [string, Value | undefined][] {
    const local: [string, Value | undefined][] = []
    for (const { name, append, value } of command.assignments) {
      const before = this.#session.variables.get(name)
      const after = this.#value(value)
      if (command.words.length > 0) local.push([name, before])
      this.#session.variables.set(name, append && before ? join([before, after]) : after)
    }
    return local
  }

  #call(body: List, words: readonly Value[], stdin: Value | undefined): Value {
    const { entered, called } = this.#session
    const times = entered.get(body) ?? 0
    // What a function that calls itself does, it does the first time; every further round doubles the work.
    if (times >= maxRecursion) return unknown()
    // Neither does it do anything new for the hundredth time: colours and messages are functions in long scripts.
    const key = words.map(({ text }) => text).join('\0')
    const known = called.get(key) ?? { times: 0, output: empty }
    if (known.times >= maxCalls) return known.output
    called.set(key, known)
    known.times++
    entered.set(body, times + 1)
    const saved = this.#session.positional
    this.#session.positional = words.slice(1)
    const output = this.#list(body, stdin)
    known.output = output
    entered.set(body, times)
    this.#session.positional = saved
    return output
  }

  #input(
    redirects: readonly Redirect[],
    stdin: Value | undefined,
    { start, end }: { start: number; end: number },
  ): Value | undefined {
    let input = stdin
    for (const { operator, target } of redirects) {
      // `bash -i >& /dev/tcp/…`: the socket is the input as well.
      if (operator.includes('>') && stdin === undefined && input === undefined) {
        const path = this.#value(target)
        if (/^\/dev\/(?:tcp|udp)\//.test(path.text)) input = this.#socket(path, start, end)
      } else if (operator === '<<' || operator === '<<<') input = this.#value(target)
      else if (operator === '<' || operator === '<>' || operator === '<&') {
        const path = this.#value(target)
        if (/^\d*-?$/.test(path.text)) continue
        if (path.text.startsWith('/dev/tcp/') || path.text.startsWith('/dev/udp/'))
          input = this.#socket(path, start, end)
        else
          input =
            path.sources.length > 0 && path.text.includes(HOLE) ? path : this.#readFile(path.text, start, end)
      }
    }
    return input
  }

  #readFile(path: string, start: number, end: number): Value {
    return readFile(this.#session, path, this.#place(start, end))
  }

  #socket(path: Value, start: number, end: number): Value {
    const at = this.#place(start, end)
    const [, , , host = HOLE, port = HOLE] = path.text.split('/')
    this.#session.fact({ kind: 'contacts', api: '/dev/tcp', destinations: [`${host}:${port}`], at })
    return unknown({ kind: 'network', name: `${host}:${port}`, at })
  }

  /** Sends the output into the redirects that name files; what remains goes on to the pipe. */
  #output(
    redirects: readonly Redirect[],
    output: Value,
    { start, end }: { start: number; end: number },
  ): Value {
    let rest = output
    for (const { operator, descriptor, target } of redirects) {
      if (!operator.includes('>') || operator === '<>') continue
      const path = this.#value(target)
      if (
        /^(?:\d*-?|\/dev\/(?:null|stdout|stderr|tty|fd\/\d+))$/i.test(path.text) ||
        path.text.toLowerCase() === 'nul'
      )
        continue
      const at = this.#place(start, end)
      if (path.text.startsWith('/dev/tcp/') || path.text.startsWith('/dev/udp/')) {
        const peer = this.#socket(path, start, end)
        const sink = {
          kind: 'network',
          api: '/dev/tcp',
          role: 'payload',
          destinations: peer.sources.map(({ name }) => name),
          at,
        } as const
        this.#session.flow(output, sink)
      } else if (descriptor !== '2') {
        this.#session.fact({
          kind: 'writes',
          api: operator,
          paths: [path.text],
          contents: [output.text.slice(0, limits.maxEvidenceChars)],
          at,
        })
        this.#session.flow(output, {
          kind: 'write',
          api: operator,
          role: 'content',
          destinations: [path.text],
          at,
        })
        this.#session.write(path.text, output, operator === '>>')
      }
      if (descriptor !== '2') rest = empty
    }
    return rest
  }

  #value(word: Word): Value {
    return join(word.parts.map(part => this.#part(part, word)))
  }

  /** A word after expansion: unquoted blanks of expanded text split it, `{a,b}` multiplies it. */
  #fields(word: Word): Value[] {
    const fields: Field[] = []
    let open: Field | undefined
    for (const part of word.parts) {
      const each = part.kind === 'variable' && part.name === '@' ? this.#session.positional : undefined
      if (each !== undefined) {
        for (const value of each) fields.push((open = { pieces: [value], plain: false }))
        continue
      }
      const value = this.#part(part, word)
      const split = !part.quoted && part.kind !== 'text' && /\s/.test(value.text)
      const pieces = split ? value.text.split(/[ \t\n]+/) : [value.text]
      pieces.forEach((text, i) => {
        if (i > 0) open = undefined
        if (text === '' && split) return
        if (!open) fields.push((open = { pieces: [], plain: true }))
        open.pieces.push(withText(value, text))
        if (part.quoted || part.kind !== 'text') open.plain = false
      })
    }
    const values = fields.slice(0, 2000).flatMap(field => braceExpand(join(field.pieces), field.plain))
    return values.filter((value, i) => value.text !== '' || word.parts.some(part => part.quoted) || i > 0)
  }

  #part(part: Part, { start, end }: Word): Value {
    switch (part.kind) {
      case 'text':
        return constant(part.quoted ? part.text : part.text.replace(/^~(?=\/|$)/, '~'))
      case 'unknown':
        return unknown()
      case 'variable':
        return this.#variable(part, start, end)
      case 'command':
        break
    }
    const output = this.#inside('subshell', () => this.#list(part.list, undefined))
    return part.process ? output : withText(output, output.text.replace(/\n+$/, ''))
  }

  #variable(part: Part & { kind: 'variable' }, start: number, end: number): Value {
    const { name, operator, operand } = part
    const set = this.#session.variables.has(name)
    const alternative = (): Value => join(operand.map(inner => this.#part(inner, { parts: [], start, end })))
    if (/^:?[-=]$/.test(operator)) {
      const value = variable(this.#session, name, this.#place(start, end))
      if (set && value.text !== '') return value
      const other = alternative()
      return isConstant(value) && value.text !== ''
        ? value
        : { ...other, sources: [...value.sources, ...other.sources] }
    }
    if (/^:?\+$/.test(operator)) return alternative()
    const value = variable(this.#session, name, this.#place(start, end))
    return operator === '' || operator.endsWith('?') || !isConstant(value)
      ? value
      : substitute(value, operator, alternative().text)
  }
}

/** Words a script sets for itself, one by one as a rule. */
const maxWords = 400

/** What a file holds: what the script wrote there, a file of the package (no source), or data of the user. */
export function readFile(session: ScriptSession, path: string, at: Site): Value {
  const written = session.read(path)
  if (written) return written
  const kind = pathSource(session.resolve(path))
  return kind === 'project-file' && !path.includes(HOLE)
    ? { ...unknown({ kind, name: path, at }), file: session.resolve(path) }
    : unknown(session.source(kind, path, at))
}

/** `${a#x}`, `${a%x}`, `${a/x/y}`, `${a:1:2}`, `${a^^}` on constant text; a pattern with wildcards stays unknown. */
function substitute(value: Value, operator: string, operand: string): Value {
  const { text } = value
  if (operator.startsWith('^'))
    return withText(
      value,
      operator === '^^' ? text.toUpperCase() : text.charAt(0).toUpperCase() + text.slice(1),
    )
  if (operator.startsWith(',')) return withText(value, text.toLowerCase())
  if (operator === ':') {
    const [from = 0, length] = operand.split(':').map(Number)
    return withText(
      value,
      length === undefined ? text.slice(from) : text.slice(from, length < 0 ? length : from + length),
    )
  }
  if (/[*?[\u0001]/.test(operand)) return withText(value, HOLE)
  if (operator.startsWith('#'))
    return withText(value, text.startsWith(operand) ? text.slice(operand.length) : text)
  if (operator.startsWith('%'))
    return withText(value, text.endsWith(operand) ? text.slice(0, text.length - operand.length) : text)
  const [from = '', to = ''] = operand.split('/')
  if (from === '') return value
  return withText(value, operator === '//' ? text.replaceAll(from, () => to) : text.replace(from, () => to))
}

/** `{curl,-s,http://x}`: one word per alternative, where the whole word is plain text without nesting. */
function braceExpand(value: Value, plain: boolean): Value[] {
  const match = plain ? /^([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(value.text) : null
  if (!match) return [value]
  return (match[2] ?? '').split(',').map(item => withText(value, `${match[1] ?? ''}${item}${match[3] ?? ''}`))
}
