import { limits } from '../../limits.ts'
import {
  HOLE,
  type Fact,
  type Flow,
  type Gap,
  type Phase,
  type Sink,
  type Site,
  type Source,
  type Text,
} from '../../types.ts'
import type { CodeLanguage, ScriptCode, ScriptReading, ScriptStart } from './script-reading.ts'
import { from, packageRoot } from './folders.ts'
import { constant, isConstant, type Value } from './value.ts'

/** One command with its words expanded. `words[0]` is the program as written, `program` its bare lower-case name. */
export type Invocation = {
  readonly program: string
  readonly words: readonly Value[]
  readonly stdin: Value | undefined
  readonly site: Site
  readonly manner: readonly string[]
}

/** Runs words or text found inside a command (`sudo x`, `sh -c x`): given by the reader, so that commands need not know it. */
export type Runner = {
  words(
    words: readonly Value[],
    stdin: Value | undefined,
    call: Invocation,
    manner?: readonly string[],
  ): Value
  text(
    text: string,
    dialect: 'shell' | 'batch' | 'powershell',
    call: Invocation,
    stdin: Value | undefined,
  ): Value
}

type Omitted = 'phase' | 'byCall' | 'guards'
type FactInput = Fact extends infer F ? (F extends Fact ? Omit<F, Omitted> : never) : never

/** What one script is known to have done so far, and what it would do. State lives as long as the reading. */
export class ScriptSession {
  readonly phase: Phase
  readonly runner: Runner
  readonly variables = new Map<string, Value>()
  /** Functions of the shell, also those of text that was evaluated or of a file that was written and sourced. */
  readonly functions = new Map<string, (words: readonly Value[], stdin: Value | undefined) => Value>()
  /** The words a script or a function was called with, or has set for itself: `$@`, `$1`. */
  positional: readonly Value[] | undefined
  /** What the script wrote where: a download that is run later is found here. */
  readonly files = new Map<string, Value>()
  readonly #facts = new Map<string, Fact>()
  readonly #flows = new Map<string, Flow>()
  readonly #starts = new Map<string, ScriptStart>()
  readonly #codes = new Map<string, ScriptCode>()
  readonly #gaps = new Map<string, Gap>()
  readonly #path: string
  /** The folder commands run in, from the package's root; `HOLE` where it cannot be known. */
  cwd: Text
  readonly #home: Text
  readonly #ownFile: boolean
  readonly folders: Text[] = []
  steps = 0
  /** How often each function of a script is being run inside itself, by its body. */
  readonly entered = new Map<object, number>()
  /** How often each function was called with the same words, and what it last gave. */
  readonly called = new Map<string, { times: number; output: Value }>()
  depth = 0

  constructor(
    path: string,
    phase: Phase,
    cwd: Text,
    ownFile: boolean,
    runner: (session: ScriptSession) => Runner,
  ) {
    this.#path = path
    this.#home = cwd
    this.cwd = cwd
    this.#ownFile = ownFile
    this.phase = phase
    this.runner = runner(this)
  }

  /** Forgets what a first reading left behind, but for the files it wrote. */
  restart(): void {
    this.variables.clear()
    this.functions.clear()
    this.positional = undefined
    this.cwd = this.#home
    this.folders.length = 0
    this.steps = 0
  }

  /** The script's own path, as a text that is the same from every folder; undefined for a line of another file. */
  get self(): Text | undefined {
    return this.#ownFile ? packageRoot + this.#path : undefined
  }

  fact(given: FactInput): void {
    const input =
      (given.kind === 'writes' || given.kind === 'deletes') && given.api !== 'reg'
        ? { ...given, paths: given.paths.map(path => this.resolve(path)) }
        : given
    const fact = { ...input, phase: this.phase, byCall: false, guards: [] } as Fact
    keep(this.#facts, fact)
  }

  /**
   * Data of `value` reaches a sink. A server's answer used as the next address is no flow anybody acts on, nor is a
   * file written from files or from what a command printed; such a file is remembered and read again all the same.
   */
  flow(value: Value, sink: Sink, certain = true): void {
    for (const source of value.sources) {
      if (source.kind === 'network' && (sink.kind === 'network' || sink.kind === 'dns')) continue
      if (sink.kind === 'write' && unremarkable.has(source.kind)) continue
      const hops = value.decoders.map(decoder => ({ label: `decoded: ${decoder}`, at: sink.at }))
      keep(this.#flows, {
        source,
        sink,
        hops: hops.slice(0, limits.maxHops),
        guards: [],
        phase: this.phase,
        byCall: false,
        certain,
      })
    }
  }

  /** `cwd` only where the program is told to work in another folder. */
  start(start: Omit<ScriptStart, 'cwd'> & { readonly cwd?: Text }): void {
    const path = start.kind === 'file' ? this.resolve(start.target) : start.target
    // The folder itself: its `main` is what Node starts.
    const target = path === '' && start.target !== '' ? '.' : path
    if (!target.includes(HOLE) && target !== '') keep(this.#starts, { cwd: this.cwd, ...start, target })
  }

  code(value: Value, language: CodeLanguage, at: Site, module = false): void {
    keep(this.#codes, { text: value.text.replaceAll(HOLE, '_'), language, module, at })
  }

  gap(what: string): void {
    keep(this.#gaps, { kind: 'content', what, path: this.#path })
  }

  /** A path as the script means it, from its current folder. Absolute and home paths stay as they are. */
  resolve(path: string): string {
    return from(this.cwd, path)
  }

  read(path: string): Value | undefined {
    return this.files.get(this.resolve(path))
  }

  write(path: string, value: Value, append: boolean): void {
    const key = this.resolve(path)
    const before = append ? this.files.get(key) : undefined
    if (this.files.size > limits.maxScriptSteps) return
    this.files.set(
      key,
      before
        ? {
            ...value,
            text: before.text + value.text,
            sources: [...before.sources, ...value.sources].slice(0, 12),
          }
        : value,
    )
  }

  /** What the script wrote into a folder, below it at any depth. */
  below(folder: string): readonly Value[] {
    const prefix = `${this.resolve(folder).replace(/\/$/, '')}/`
    if (prefix === '/') return []
    const found: Value[] = []
    for (const [path, value] of this.files) if (path.startsWith(prefix)) found.push(value)
    return found.slice(0, 50)
  }

  source(kind: Source['kind'], name: string, at: Site): Source {
    this.fact({ kind: 'reads', source: kind, name, api: 'shell', at })
    return { kind, name, at }
  }

  /** Code is run: of known text, or of text that came from somewhere. */
  evaluate(value: Value, api: string, at: Site): void {
    const known = isConstant(value) && value.sources.length === 0
    this.fact({ kind: 'evaluates', api, code: known ? 'constant' : 'computed', decoders: value.decoders, at })
    this.flow(value, { kind: 'evaluate', api, role: 'code', destinations: [], at })
  }

  reading(): ScriptReading {
    return {
      starts: [...this.#starts.values()],
      facts: [...this.#facts.values()],
      flows: [...this.#flows.values()],
      codes: [...this.#codes.values()],
      gaps: [...this.#gaps.values()],
    }
  }
}

const unremarkable: ReadonlySet<string> = new Set(['command-output', 'project-file', 'file'])

/** Scripts are followed twice and hooks are read in two dialects: the same observation counts once. */
function keep<T>(known: Map<string, T>, item: T): void {
  if (known.size < limits.maxScriptSteps) known.set(JSON.stringify(item), item)
}

/** The words of a command as one line, for people and rules. */
export function commandLine(words: readonly Value[]): string {
  return words
    .map(word => word.text)
    .join(' ')
    .slice(0, 4000)
}

export const none: Value = constant('')
