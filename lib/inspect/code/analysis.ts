import type { Program } from 'acorn'
import type { EntryEdge, Fact, Flow, Gap, Phase, Site, Text } from '../../types.ts'
import type { Extended } from './code-run.ts'
import { exportsWalker, orphanCaller } from './callers.ts'
import { markAssembled } from './assembled.ts'
import { BudgetSpent, Interpreter } from './interpreter.ts'
import { byCallLevel, phaseOf } from './levels.ts'
import { Modules, type CodeHost, type ModuleRecord } from './modules.ts'
import { constantText } from './readable.ts'
import { siteOf } from './sites.ts'

export type { CodeHost } from './modules.ts'

export type CodeOptions = {
  /** Evaluations that may be spent on the whole package. */
  readonly budget?: number
}

export type CodeEntry = { readonly path: string; readonly phase: Phase; readonly via: string }

/**
 * What the JavaScript of one package does, decided from its text alone.
 *
 * Entries are evaluated abstractly, first what runs at install, then at import, then on use: a statement belongs to
 * the first phase that reaches it. A value is a set of possibilities (`values.ts`): constants, functions, objects,
 * things of the outside world by name (`node:fs.readFile`) and the sources whose data it carries. Calls of the
 * outside world are looked up in the models (`models/`), and what they do becomes facts; where data of a source
 * reaches one that sends, stores, starts or evaluates, that is a flow. Functions of the package are evaluated with
 * the arguments they get; one that only a user of the package could call is called with arguments of the user.
 * Whatever grows later wakes those who read it (`interpreter.ts`), until nothing grows or the budget is spent.
 */
export class CodeAnalysis {
  readonly #machine: Interpreter
  readonly #modules: Modules
  readonly #entries: (CodeEntry & { readonly text?: string })[] = []
  readonly #done = new Set<string>()
  readonly #walked = new Set<string>()
  #spent = false

  constructor(host: CodeHost, options: CodeOptions = {}) {
    this.#modules = new Modules(host)
    this.#machine = new Interpreter(this.#modules, options.budget ?? 4_000_000)
  }

  addEntry(entry: CodeEntry): void {
    this.#entries.push(entry)
  }

  /** Code that is no file of its own: the text of `node -e`, decoded code. `path` says where it was found. */
  addVirtual(entry: CodeEntry & { readonly text: string }): void {
    this.#entries.push(entry)
  }

  /**
   * Evaluates what was added, phase by phase. Returns early where a phase has started commands, so that the caller
   * can add what they start before a later phase is looked at: call again until `takeCommands` is empty.
   */
  run(): void {
    if (this.#spent) return
    try {
      for (let level = 0; level <= byCallLevel; level++) {
        this.#machine.level = level
        this.#enter(level)
        this.#machine.drain(level)
        if (this.#machine.commands.length > 0) return
      }
    } catch (error) {
      this.#spent = true
      const what =
        error instanceof BudgetSpent
          ? `the work budget was spent while looking at what runs at ${phaseOf(this.#machine.level)}`
          : // Whatever a hostile text found out about us must stop the install, not pass.
            `the analysis failed: ${error instanceof Error ? error.message : String(error)}`
      this.#machine.gap(what, '')
    }
  }

  #enter(level: number): void {
    const machine = this.#machine
    const entries = this.#entries.toSorted(
      (left, right) => compare(left.path, right.path) || compare(left.via, right.via),
    )
    for (const entry of entries) {
      const at = levelOf(entry.phase)
      const key = `${at} ${entry.path}`
      if (at !== level || this.#done.has(key)) continue
      this.#done.add(key)
      const record =
        entry.text === undefined
          ? this.#modules.record(machine, entry.path)
          : this.#modules.addText(machine, entry.path, entry.text)
      if (record === undefined) {
        machine.gap(`${entry.path}: ${entry.via} names a file that is not in the package`, entry.path)
        continue
      }
      this.#modules.run(machine, record)
    }
    if (level === byCallLevel) this.#callers()
  }

  /** What only a user's call reaches: exported functions, then functions nobody was seen to call. */
  #callers(): void {
    const machine = this.#machine
    for (const entry of this.#entries) {
      if (entry.phase !== 'import' || this.#walked.has(entry.path)) continue
      this.#walked.add(entry.path)
      const record: ModuleRecord | undefined = this.#modules.records.get(entry.path)
      if (record?.file !== undefined) machine.queue(exportsWalker(machine, record))
    }
    machine.drain(byCallLevel)
    for (let round = 0; round < 20; round++) {
      this.#modules.runWaiting(machine)
      const context = orphanCaller(machine)
      if (context === undefined) break
      machine.queue(context)
      machine.drain(byCallLevel)
    }
  }

  /** Commands that the code starts, each once, since the last call. Files of the package are written `./path`. */
  takeCommands(): readonly {
    readonly text: Text
    readonly args?: readonly Text[]
    readonly shell: boolean
    readonly cwd?: Text
    readonly plain?: boolean
    readonly at: Site
    readonly phase: Phase
  }[] {
    const taken = this.#machine.commands
    this.#machine.commands = []
    return taken.map(({ text, args, shell, cwd, plain, place, level }) => ({
      text: this.#seen(text, level, cwd),
      ...(args === undefined ? {} : { args: args.map(one => this.#seen(one, level, cwd)) }),
      shell,
      ...(cwd === undefined ? {} : { cwd: inPackage(cwd) }),
      plain: plain === true,
      at: siteOf(place),
      phase: phaseOf(level),
    }))
  }

  /** The tree of a file, where it was parsed. */
  program(path: string): Program | undefined {
    return this.#modules.records.get(path)?.file?.program
  }

  /** Classes of a file whose base is another package's. */
  extended(path: string): readonly Extended[] {
    const machine = this.#machine
    return (machine.extended.get(path) ?? []).map(({ node, api, frame }) => ({
      node,
      api,
      text: expression => {
        try {
          return constantText(machine, expression, frame)
        } catch (error) {
          if (error instanceof BudgetSpent) return undefined
          throw error
        }
      },
    }))
  }

  /**
   * npm runs scripts in the package's own folder: there, a file of the current folder is one of the package. Where the
   * command is started in another folder, paths of the package stay whole.
   */
  #seen(text: Text, level: number, cwd: Text | undefined): Text {
    const whole =
      phaseOf(level) !== 'install'
        ? text
        : text.replaceAll(/\/__project__\/([\w@./-]{1,200})/g, (given, path: string) =>
            path !== 'package.json' && this.#modules.readText(path) !== undefined
              ? `/__package__/${path}`
              : given,
          )
    return cwd === undefined && !changesFolder.test(whole) ? inPackage(whole) : whole
  }

  result(): {
    readonly facts: readonly Fact[]
    readonly flows: readonly Flow[]
    readonly edges: readonly EntryEdge[]
    readonly gaps: readonly Gap[]
    readonly filePhases: ReadonlyMap<string, Phase>
    readonly work: number
  } {
    const { recorder, edges, gaps, work } = this.#machine
    return {
      facts: recorder.facts(),
      flows: markAssembled(recorder.flows(), () => this.#modules.texts()),
      edges: [...edges.values()].toSorted(
        (left, right) =>
          compare(left.from, right.from) || compare(left.to, right.to) || compare(left.how, right.how),
      ),
      gaps: gaps.toSorted((left, right) => compare(left.what, right.what)),
      filePhases: this.#modules.filePhases(),
      work,
    }
  }
}

/** A line that a shell goes on with from another folder. */
const changesFolder = /\b(?:cd|pushd|chdir|set-location)\b/i

/** A path of the package as its own folder sees it, which is where npm runs hooks. */
function inPackage(text: Text): Text {
  return text.replaceAll('/__package__/', './')
}

function levelOf(phase: Phase): number {
  return phase === 'install' ? 0 : phase === 'import' ? 1 : 2
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
