import type { Program } from 'acorn'
import type { EntryEdge, Phase } from '../../../types.ts'
import type { CodeEntry, CodeHost } from '../analysis.ts'
import type { CodeResult, CodeRun, Extended, FoundCommand, VirtualCode } from '../code-run.ts'
import { endlessLoops } from './endless-text.ts'
import { openings, type Opening } from './gate.ts'
import { lex, type Lexed } from './lexer.ts'

const order: readonly Phase[] = ['install', 'import', 'run', 'dormant']

/**
 * The analysis of one package behind the gate: every file its entries reach is lexed, and the interpreter is asked
 * only where something could be, or could build, a way out of the package or into code. Whatever runs at install and
 * whatever is no file is always interpreted.
 */
export class GatedAnalysis implements CodeRun {
  readonly #host: CodeHost
  readonly #make: (host: CodeHost) => CodeRun
  readonly #waiting: CodeEntry[] = []
  readonly #lexed = new Map<string, Lexed>()
  readonly #phases = new Map<string, Phase>()
  readonly #edges = new Map<string, EntryEdge>()
  #inner: CodeRun | undefined
  #why: readonly Opening[] = []

  constructor(host: CodeHost, make: (host: CodeHost) => CodeRun) {
    this.#host = host
    this.#make = make
  }

  /** Why the interpreter was asked; empty while it was not. */
  get openings(): readonly Opening[] {
    return this.#why
  }

  /** What was lexed, by path. */
  get lexed(): ReadonlyMap<string, Lexed> {
    return this.#lexed
  }

  addEntry(entry: CodeEntry): void {
    if (this.#inner === undefined) this.#waiting.push(entry)
    else this.#inner.addEntry(entry)
  }

  addVirtual(code: VirtualCode): void {
    this.#open([{ path: code.path, what: 'code that is no file', at: 0 }]).addVirtual(code)
  }

  run(): void {
    if (this.#inner === undefined) {
      for (const entry of this.#waiting) this.#reach(entry)
      const found = openings(this.#lexed)
      const why = found.length > 0 ? found : this.#endless()
      const atInstall = this.#waiting.find(({ phase }) => phase === 'install')
      if (atInstall !== undefined)
        this.#open([...why, { path: atInstall.path, what: 'runs at install', at: 0 }])
      else if (why.length > 0) this.#open(why)
    }
    this.#inner?.run()
  }

  /** What runs on import and reaches nothing can still keep its user waiting for ever. */
  #endless(): readonly Opening[] {
    return [...this.#lexed.keys()].flatMap(path =>
      this.#phases.get(path) === 'import' ? endlessLoops(path, this.#host.text(path) ?? '') : [],
    )
  }

  #open(why: readonly Opening[]): CodeRun {
    if (this.#inner !== undefined) return this.#inner
    this.#why = why
    this.#inner = this.#make({ ...this.#host, lexed: path => this.#lexed.get(path) })
    for (const entry of this.#waiting) this.#inner.addEntry(entry)
    this.#waiting.length = 0
    return this.#inner
  }

  /** Lexes an entry and the files it leads to; each file once, in its earliest phase. */
  #reach(entry: CodeEntry): void {
    const queue: { path: string; phase: Phase }[] = [entry]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { path, phase } = next
      const known = this.#phases.get(path)
      if (known !== undefined && order.indexOf(known) <= order.indexOf(phase)) continue
      this.#phases.set(path, phase)
      const lexed = this.#lex(path)
      for (const { specifier, how } of lexed?.edges ?? []) {
        const to = this.#host.resolve(path, specifier, how)
        if (to === undefined) continue
        for (const each of [to, ...(this.#host.alternatives?.(path, specifier, how) ?? [])]) {
          this.#edges.set(`${path}\n${each}\n${how}`, { from: path, to: each, phase, how })
          queue.push({ path: each, phase })
        }
      }
    }
  }

  #lex(path: string): Lexed | undefined {
    const known = this.#lexed.get(path)
    if (known !== undefined || path.endsWith('.json')) return known
    const text = this.#host.text(path)
    if (text === undefined) return undefined
    const lexed = lex(text)
    this.#lexed.set(path, lexed)
    return lexed
  }

  takeCommands(): readonly FoundCommand[] {
    return this.#inner?.takeCommands() ?? []
  }

  extended(path: string): readonly Extended[] {
    return this.#inner?.extended?.(path) ?? []
  }

  program(path: string): Program | undefined {
    return this.#inner?.program?.(path)
  }

  result(): CodeResult {
    if (this.#inner !== undefined) return this.#inner.result()
    return { facts: [], flows: [], edges: [...this.#edges.values()], gaps: [], filePhases: this.#phases }
  }
}
