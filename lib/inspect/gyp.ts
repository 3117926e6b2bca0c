import { limits } from '../limits.ts'
import { HOLE, type Gap, type Site, type Text } from '../types.ts'
import { parseGyp, type GypValue } from './gyp-literal.ts'
import { LineIndex } from './line-index.ts'

/** A command that configuring or building runs. `how` is `<!`, `<!@`, `action`, `postbuild`, `condition` … */
export type GypCommand = { readonly command: Text; readonly how: string; readonly at: Site }

export type GypReading = {
  readonly commands: readonly GypCommand[]
  /** Other gyp files this one pulls in, as written, relative to it. */
  readonly includes: readonly string[]
  readonly gaps: readonly Gap[]
}

/** `<(`, `<@(`, `<!(`, `<!@(`, the same with `>` and `^`, and `<!name(`, which calls a Python module. */
const expansion = /[<>^](!@|!|@)?([-\w.]{0,100})\(/g

/**
 * Every command of a .gyp or .gypi file, wherever it stands: expansions in keys and values, actions, rules, postbuilds,
 * compilers named by `make_global_settings`, conditions that reach into Python. `<(name)` is replaced where the file
 * itself says what it is, else it is a `HOLE`. A file that is no Python literal is a content gap (gyp would *evaluate*
 * it); its raw text is searched all the same. Source: gyp/pylib/gyp/input.py.
 */
export function readGyp(path: string, text: string): GypReading {
  const lines = new LineIndex(path, text)
  if (text.length > limits.maxGypBytes)
    return { commands: [], includes: [], gaps: [gap(path, `has ${text.length} characters`)] }
  const { value, error, ...rest } = parseGyp(text)
  if (value === undefined) {
    const at = 'at' in rest ? rest.at : 0
    const commands = expansionsIn(text, new Map()).map(({ command, how, offset }) => ({
      command,
      how,
      at: lines.site(offset),
    }))
    if (/__|\bimport\b|\blambda\b|\bfor\b/.test(text))
      commands.push({ command: text.slice(at, at + 400), how: 'python', at: lines.site(at) })
    return {
      commands,
      includes: [],
      gaps: [gap(path, `is no literal: ${error} at line ${lines.site(at).line}`)],
    }
  }
  const walk = new GypWalk(lines, variablesOf(value))
  walk.visit(value)
  return { commands: walk.commands, includes: [...walk.includes], gaps: [] }
}

function gap(path: string, what: string): Gap {
  return { kind: 'content', what: `${path} ${what}`, path }
}

class GypWalk {
  readonly commands: GypCommand[] = []
  readonly includes = new Set<string>()
  readonly #lines: LineIndex
  readonly #variables: ReadonlyMap<string, string>

  constructor(lines: LineIndex, variables: ReadonlyMap<string, string>) {
    this.#lines = lines
    this.#variables = variables
  }

  /** Recursion is bounded: the reader admits `limits.maxGypDepth` levels. */
  visit(value: GypValue, key = ''): void {
    if (value.kind === 'string') this.#string(value.text, value.at, key)
    else if (value.kind === 'list') this.#list(value, key)
    else if (value.kind === 'dict') for (const [name, inner] of value.pairs) this.#pair(name, inner)
  }

  #pair(name: GypValue, inner: GypValue): void {
    const text = name.kind === 'string' ? name.text : ''
    this.visit(name)
    // `action+`, `includes?` … say how lists merge; `%` and `@` mark variables.
    const key = text.replace(/[+=?!/%@]+$/, '')
    if (key === 'action') this.#command(words(inner), 'action', inner.at)
    else if (key === 'copies') this.#copies(inner)
    else this.visit(inner, key)
  }

  /** Files the build puts somewhere else, as the command that would do it. */
  #copies(value: GypValue): void {
    this.visit(value)
    for (const one of value.kind === 'list' ? value.items : []) {
      if (one.kind !== 'dict') continue
      const field = (name: string): GypValue | undefined =>
        one.pairs.find(([key]) => key.kind === 'string' && key.text === name)?.[1]
      const to = field('destination')
      const files = field('files')
      if (to?.kind !== 'string' || files === undefined) continue
      const folder = `${substitute(to.text, this.#variables).replace(/\/$/, '')}/`
      this.#command(['cp', ...words(files), folder], 'copies', to.at)
    }
  }

  #list(value: GypValue & { kind: 'list' }, key: string): void {
    if (key === 'make_global_settings')
      for (const item of value.items) this.#command(words(item).slice(1), 'make_global_settings', item.at)
    if (key === 'includes' || key === 'dependencies')
      for (const item of value.items)
        if (item.kind === 'string') this.includes.add(item.text.split(':', 1)[0] ?? '')
    const conditional = key === 'conditions' || key === 'target_conditions'
    for (const item of value.items)
      this.visit(item, conditional ? 'condition' : key === 'condition' ? 'condition' : '')
  }

  #string(text: string, at: number, key: string): void {
    for (const { command, how } of expansionsIn(text, this.#variables)) this.#add(command, how, at)
    // Conditions are evaluated as Python without builtins; attributes with `__` are the way out of that.
    if (key === 'condition' && /__|\blambda\b/.test(text)) this.#add(text, 'condition', at)
  }

  #command(parts: readonly string[], how: string, at: number): void {
    for (const part of parts)
      for (const inner of expansionsIn(part, this.#variables)) this.#add(inner.command, inner.how, at)
    const line = parts.map(part => quote(substitute(part, this.#variables))).join(' ')
    if (line.trim() !== '') this.#add(line, how, at)
  }

  #add(command: Text, how: string, at: number): void {
    if (this.commands.length < limits.maxFactsPerPackage)
      this.commands.push({ command, how, at: this.#lines.site(at) })
  }
}

function words(value: GypValue): string[] {
  if (value.kind === 'string') return [value.text]
  return value.kind === 'list' ? value.items.flatMap(item => (item.kind === 'string' ? [item.text] : [])) : []
}

/** One word of an action: it is no shell text, so blanks and quotes belong to it. */
function quote(word: string): string {
  return /^[\w./=:@%+,\u0001-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Every `variables` entry that is plain text, wherever it stands: later ones win, as in gyp mostly. */
function variablesOf(root: GypValue): ReadonlyMap<string, string> {
  const variables = new Map([
    ['module_root_dir', '.'],
    ['DEPTH', '.'],
    ['RULE_INPUT_PATH', HOLE],
  ])
  const stack: { value: GypValue; inside: boolean }[] = [{ value: root, inside: false }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, inside } = next
    if (value.kind === 'list') for (const item of value.items) stack.push({ value: item, inside: false })
    if (value.kind !== 'dict') continue
    for (const [key, inner] of value.pairs) {
      const name = key.kind === 'string' ? key.text : ''
      if (inside && inner.kind === 'string') variables.set(name.replace(/[%?=]+$/, ''), inner.text)
      if (inside && inner.kind === 'list') variables.set(name.replace(/[%?=]+$/, ''), words(inner).join(' '))
      stack.push({ value: inner, inside: name.replace(/[%?=]+$/, '') === 'variables' })
    }
  }
  return variables
}

type Expansion = { readonly command: Text; readonly how: string; readonly offset: number }

/** The commands inside one string; nested ones come out too, since their text is searched again from the inside. */
function expansionsIn(text: string, variables: ReadonlyMap<string, string>): Expansion[] {
  const found: Expansion[] = []
  if (!/[<>^]!/.test(text)) return found
  let tried = 0
  for (const match of text.matchAll(expansion)) {
    const type = match[1] ?? ''
    if (!type.startsWith('!')) continue
    if (++tried > 200) break
    const start = match.index + match[0].length
    const content = text.slice(start, closing(text, start))
    const how = `${match[0].charAt(0)}${type}`
    const module = match[2] ?? ''
    const command = commandOf(content, variables)
    if (module !== '')
      found.push({ command: `python ${pythonFile(command)}`, how: `${how}${module}`, offset: match.index })
    else if (command !== '') found.push({ command, how, offset: match.index })
  }
  return found
}

/** `<!(["node", "x"])` is a list of words, anything else a line for the shell. */
function commandOf(content: string, variables: ReadonlyMap<string, string>): string {
  const list = /^\s*\[/.test(content) ? parseGyp(content.trim()).value : undefined
  if (list)
    return words(list)
      .map(word => quote(substitute(word, variables)))
      .join(' ')
  return substitute(content, variables).trim()
}

/** `<!pymod_do_main(a.b x)` imports `a/b.py`. */
function pythonFile(command: string): string {
  const [module = '', ...rest] = command.split(' ')
  return [`${module.replaceAll('.', '/')}.py`, ...rest].join(' ')
}

function closing(text: string, from: number): number {
  let depth = 1
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '(') depth++
    else if (c === ')' && --depth === 0) return i
  }
  return text.length
}

/** `<(name)` and `<@(name)` by the file's own variables, a few rounds deep; what gyp or node-gyp sets is a `HOLE`. */
function substitute(text: string, variables: ReadonlyMap<string, string>): Text {
  let result = text
  for (let round = 0; round < 4 && /[<>^]@?\(/.test(result); round++) {
    const next = result.replaceAll(
      /[<>^]@?\(\s*([\w.]{1,200})\s*\)/g,
      (_, name: string) => variables.get(name) ?? HOLE,
    )
    if (next === result || next.length > limits.maxScriptChars) break
    result = next
  }
  return result
}
