import { type Budget, halt } from './budget.ts'
import { Journal } from './journal.ts'
import type { Matcher } from './regex.ts'
import { Builtin, FoldArray, FoldBytes, FoldObject, Thrown, type Value } from './values.ts'

/** Runs a function value. Set by the interpreter; without one, only built-ins can be called. */
export type Caller = (machine: Machine, callee: Value, self: Value, args: Value[]) => Value

/** A built-in of the language or of Node, as we compute it. */
export type Method = (machine: Machine, self: Value, args: readonly Value[]) => Value

export type Methods = Readonly<Record<string, Method>>

/** The state of one evaluation: budget, undo journal, and the decoders used by the expression under way. */
export class Machine {
  readonly budget: Budget
  readonly journal: Journal
  readonly call: Caller
  /** Regular expressions already read. */
  readonly matchers = new Map<string, Matcher>()
  /** Decoder bits of everything the current expression has touched. */
  used = 0
  /** Calls of the program's functions, and expressions and statements, now inside one another. */
  calls = 0
  depth = 0
  /** How often arrays of text were turned round by one: the mark of a rotation loop. */
  rotations = 0
  /** Texts already laid out flat by the host, so that reading them by index costs nothing more. */
  #flat = ''
  #flatBefore = ''

  constructor(budget: Budget, call: Caller) {
    this.budget = budget
    this.journal = new Journal(budget)
    this.call = call
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
export const noCaller: Caller = (_machine, callee) => {
  if (callee instanceof Builtin) return halt('unsupported')
  return halt('unknown')
}
