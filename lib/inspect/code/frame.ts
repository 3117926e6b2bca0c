import type { AnyNode, Node, Program } from 'acorn'
import type { Text } from '../../types.ts'
import type { Constant, Folded } from './fold/constant.ts'
import type { Interpreter } from './interpreter.ts'
import type { Level } from './levels.ts'
import type { Scopes } from './scope.ts'
import type { CodeText, GuardNote, Place } from './sites.ts'
import type {
  Binding,
  Cell,
  Environment,
  FunctionContext,
  FunctionNode,
  ObjectValue,
  Reader,
  Value,
} from './values.ts'

/** A module body, or a function together with one kind of arguments: what runs, and runs again. */
export type Context = Reader & {
  level: number
  runs: number
  running: boolean
  /** Objects, functions and environments it made, by the node that makes them: the same ones on every run. */
  readonly made: Map<unknown, unknown>
  run(): void
}

export type SourceFile = CodeText & {
  readonly program: Program
  readonly scopes: Scopes
  /** Functions that name something of the world outside. */
  readonly acting: ReadonlySet<AnyNode>
  readonly module: boolean
  readonly depth: number
  /** Expressions that follow from the text alone, where there was anything to decode. */
  readonly constants: ReadonlyMap<Node, Folded> | undefined
  readonly foldCall: ((fn: FunctionNode, operands: readonly Constant[]) => Folded | undefined) | undefined
}

/** Where evaluation stands: the running context, the names in sight, and what guards this place. */
export type Frame = {
  readonly context: Context
  readonly file: SourceFile
  readonly functionContext: FunctionContext | undefined
  environment: Environment
  thisValue: Value
  guards: readonly GuardNote[]
  /** How many branches that may or may not be taken surround this place. */
  conditional: number
  /** Collects what a test looks at. */
  tests: GuardNote[] | undefined
  thrown: Cell | undefined
  /** What names held before a `try` gave them something else: whatever throws there leaves them as they were. */
  before: Map<Binding, { readonly value: Value; readonly blank: boolean }> | undefined
  returns: Cell
  /** Labels of the functions' own `super`. */
  home: ObjectValue | undefined
}

/** The same place, on behalf of another context. */
export function frameFor(context: Context, frame: Frame): Frame {
  return {
    context,
    file: frame.file,
    functionContext: frame.functionContext,
    environment: frame.environment,
    thisValue: frame.thisValue,
    guards: frame.guards,
    conditional: frame.conditional,
    tests: frame.tests,
    thrown: frame.thrown,
    before: frame.before,
    returns: frame.returns,
    home: frame.home,
  }
}

export type Arguments = {
  readonly list: readonly Value[]
  readonly rest: Value
  /** Written out at the call: a parameter that is not there is undefined. Calls by models pass less than real ones. */
  readonly whole?: boolean
}

export type StartedCommand = {
  readonly text: Text
  readonly args: readonly Text[] | undefined
  readonly shell: boolean
  /** The folder it is started in, where the code names one. */
  readonly cwd?: Text
  /** What is encoded in it, the program itself has encoded. */
  readonly plain?: boolean
  readonly place: Place
  readonly level: Level
}

/** Thrown to end everything when the work is spent. */
export class BudgetSpent extends Error {}

/** What the interpreter asks of whoever owns the files. */
export type Loader = {
  /** The value of `require(specifier)` or of an imported namespace. */
  load(
    machine: Interpreter,
    specifier: string,
    from: string,
    how: 'require' | 'import',
    frame: Frame | undefined,
    place: Place,
  ): Value
  /** The value of a file of the package as another file sees it. */
  valueOf(machine: Interpreter, path: string, how: 'require' | 'import', frame: Frame | undefined): Value
  /** Evaluates text that was found while evaluating, as a file of its own. */
  virtual(
    machine: Interpreter,
    text: string,
    label: string,
    frame: Frame,
    place: Place,
    kind: 'program' | 'function',
  ): Value | undefined
  readText(path: string): string | undefined
  /** The files of the package that a path with one unknown part may name: plugins of its own in a folder. */
  matching(text: Text, from: string): readonly string[]
  /** The path of a file of the package that `require` would load by this name, `/__package__/…`. */
  locate(specifier: string, from: string): string | undefined
  /** An `export` statement of a module. */
  exported(machine: Interpreter, node: AnyNode, frame: Frame): void
}
