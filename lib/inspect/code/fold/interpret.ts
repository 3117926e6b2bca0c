import type { Budget } from './budget.ts'
import { callValue } from './calls.ts'
import { execute } from './statements.ts'
import { evaluate } from './expressions.ts'
import { type Engine, Machine } from './machine.ts'

const engine: Engine = { call: callValue, evaluate, execute }

/** A machine that can run the program's own functions. */
export const makeMachine = (budget: Budget): Machine => new Machine(budget, engine)
