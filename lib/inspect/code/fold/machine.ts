import type { Expression, Node, Statement } from 'acorn'
import { type Budget, halt } from './budget.ts'
import { Journal } from './journal.ts'
import type { Matcher } from './regex.ts'
import type { Scope } from './scope.ts'
import {
  FoldArray,
  FoldBytes,
  type FoldFunction,
  FoldObject,
  type FunctionNode,
  Thrown,
  type Value,
} from './values.ts'

/** Runs functions, expressions and statements of the program; the parts of the interpreter meet here. */
export type Engine = {
  readonly call: (machine: Machine, callee: Value, self: Value, args: readonly Value[]) => Value
  readonly evaluate: (machine: Machine, node: Expression, scope: Scope) => Value
  readonly execute: (machine: Machine, node: Statement, scope: Scope) => Completion
}

/** How a statement ended. What `return` gave and where `break` leads is kept in the machine. */
export type Completion = 'normal' | 'break' | 'continue' | 'return'

/** Told of every expression that code outside functions evaluates. */
export type Recorder = (node: Expression, value: Value, labels: number) => void

/** A built-in of the language or of Node, as we compute it. */
export type Method = (machine: Machine, self: Value, args: readonly Value[]) => Value

export type Methods = Readonly<Record<string, Method>>

/** The state of one evaluation: budget, undo journal, and the decoders used by the expression under way. */
export class Machine {
  readonly budget: Budget
  readonly journal: Journal
  readonly engine: Engine
  /** The text of the program, for functions that read themselves. */
  source = ''
  recorder: Recorder | undefined = undefined
  /** The value of the `return` under way, and the label of the `break` or `continue` under way. */
  result: Value = undefined
  label: string | undefined = undefined
  /** The elements of array literals without computed parts. */
  readonly literals = new Map<Node, readonly Value[]>()
  /** Regular expressions already read. */
  readonly matchers = new Map<string, Matcher>()
  /** Decoder bits of everything the current expression has touched. */
  used = 0
  /** Calls of the program's functions, and expressions and statements, now inside one another. */
  calls = 0
  depth = 0
  /** Whether the program has loaded, and its functions are looked at as somebody may call them later. */
  hasLoaded = false
  /** The functions now inside one another, as many as `calls`; and those without parameters that ran while the program loaded. */
  readonly running: FunctionNode[] = []
  readonly settled = new Set<FunctionNode>()
  /**
   * The functions a CommonJS file hands out, by the name it calls them itself: `exports.decode(…)`. Other files may put
   * others there, so that they only count where somebody looks after that: those that were used.
   */
  readonly exported = new Map<string, FoldFunction>()
  usedExports: Set<string> | undefined = undefined
  /** Whether the program has asked if it runs in a page. */
  asksForPage = false
  /** Array literals that hold tables of texts, and how many. */
  readonly tables = new Map<Node, number>()
  /** The function that code outside functions called last. */
  entered: FunctionNode | undefined = undefined
  /** How often arrays of text were turned round by one: the mark of a rotation loop. */
  rotations = 0
  /** Texts already laid out flat by the host, so that reading them by index costs nothing more. */
  #flat = ''
  #flatBefore = ''

  constructor(budget: Budget, engine: Engine) {
    this.budget = budget
    this.journal = new Journal(budget)
    this.engine = engine
  }

  /** Calls a function value; raises the program's TypeError where it is none. */
  call(callee: Value, self: Value, args: readonly Value[]): Value {
    return this.engine.call(this, callee, self, args)
  }

  sourceOf(node: Node): string {
    return this.source.slice(node.start, node.end)
  }

  array(items: Value[]): FoldArray {
    return new FoldArray(items, this.journal.stamp)
  }

  object(fields: Map<string, Value>, type: FoldObject['type'] = 'plain', proto?: FoldObject): FoldObject {
    return new FoldObject(fields, this.journal.stamp, proto, type)
  }

  bytes(bytes: Uint8Array, buffer = true): FoldBytes {
    return new FoldBytes(bytes, buffer, this.journal.stamp)
  }

  /**
   * To be called before the characters of a text are read. The host keeps concatenations as trees and flattens them
   * on first reading; a loop that appends and reads would copy megabytes per round for one step.
   */
  flatten(text: string): void {
    if (text.length < 1024) return
    if (this.#flat === text) return
    if (this.#flatBefore !== text) this.budget.spend(text.length >>> 6)
    this.#flatBefore = this.#flat
    this.#flat = text
  }

  /** Raises an exception of the program, as a built-in would. Its message is the engine's affair, so it has none. */
  raise(name: string): never {
    this.budget.spend(50)
    throw new Thrown(this.object(new Map<string, Value>([['name', name]]), 'error'))
  }
}

/** For evaluations outside a program: there are no functions to call. */
export const noEngine: Engine = {
  call: () => halt('unsupported'),
  evaluate: () => halt('unsupported'),
  execute: () => halt('unsupported'),
}
