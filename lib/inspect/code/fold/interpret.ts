import type { Expression } from 'acorn'
import type { Budget } from './budget.ts'
import { callValue } from './calls.ts'
import { execute } from './statements.ts'
import { evaluate } from './expressions.ts'
import { type Engine, Machine } from './machine.ts'
import type { Scope } from './scope.ts'
import type { Value } from './values.ts'

const engine: Engine = { call: callValue, evaluate, execute }

/** A machine that can run the program's own functions. */
export const makeMachine = (budget: Budget): Machine => new Machine(budget, engine)

/** One evaluation that is rolled back where it halts or throws; undefined then. */
export type Tried = { readonly value: Value; readonly labels: number }

export const tryEvaluate = (machine: Machine, node: Expression, scope: Scope): Tried => {
  machine.used = 0
  const value = evaluate(machine, node, scope)
  return { value, labels: machine.used }
}
