import type { AnyNode, Program } from 'acorn'
import type { EntryEdge, Fact, Flow, Gap, Phase, Site, Text } from '../../types.ts'
import type { CodeEntry } from './analysis.ts'

/** Code without a file: `node -e`, a heredoc. `path` is unique and lies where its relative imports start. */
export type VirtualCode = CodeEntry & { readonly text: string }

/** A command the code starts, as far as its text folds. */
export type FoundCommand = {
  /** The whole line where `shell`, else the program. */
  readonly text: Text
  readonly args?: readonly Text[]
  readonly shell: boolean
  /** The folder it is started in, where the code says so with a text that folds. */
  readonly cwd?: Text
  /** What is encoded in it, stands in the code in clear: the code itself encodes it. */
  readonly plain?: boolean
  readonly at: Site
  readonly phase: Phase
}

export type CodeResult = {
  readonly facts: readonly Fact[]
  readonly flows: readonly Flow[]
  readonly edges: readonly EntryEdge[]
  readonly gaps: readonly Gap[]
  /** The earliest phase in which each file was reached. */
  readonly filePhases: ReadonlyMap<string, Phase>
}

/** A class that was seen to extend one of another package, and the texts that expressions in it turned out to be. */
export type Extended = {
  readonly node: AnyNode
  readonly api: string
  text(expression: AnyNode): string | undefined
}

/** The analysis of one package's JavaScript: entries may be added between runs, commands are taken once each. */
export type CodeRun = {
  addEntry(entry: CodeEntry): void
  addVirtual(code: VirtualCode): void
  run(): void
  takeCommands(): readonly FoundCommand[]
  result(): CodeResult
  /** The tree of a file, where it was parsed. */
  program?(path: string): Program | undefined
  /** Classes of a file whose base is another package's, where the interpreter ran. */
  extended?(path: string): readonly Extended[]
}
