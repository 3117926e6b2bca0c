import type { Node, Program } from 'acorn'
import type { Budget } from './budget.ts'
import type { Constant, Folded } from './constant.ts'
import { toConstant, toValue } from './convert.ts'
import { decodersOf } from './decoders.ts'
import { Explorer, type Note } from './explore.ts'
import { makeMachine } from './interpret.ts'
import { attempt } from './methods.ts'
import type { FunctionNode } from './values.ts'
import type { Machine } from './machine.ts'
import { worthOf, type Worth } from './worth.ts'

/** What folding a program found. */
export type FoldedProgram = {
  /** Expressions with one known value, wherever they stand; each with what stood between text and value. */
  readonly constants: ReadonlyMap<Node, Folded>
  readonly notes: readonly Note[]
  /** Every decoder that took part in any constant, sorted. */
  readonly decoders: readonly string[]
  /** Steps of the budget that were used. */
  readonly steps: number
  /**
   * What a function declared at the top of the program (or of the function around the whole file) returns for these
   * operands, as if called after the program has loaded; undefined where that is not known, or nothing was decoded and
   * the function decodes nothing. Spends the same budget.
   */
  readonly call: ((fn: FunctionNode, args: readonly Constant[]) => Folded | undefined) | undefined
}

const nothing: FoldedProgram = {
  constants: new Map(),
  notes: [],
  decoders: [],
  steps: 0,
  call: undefined,
}

/**
 * Evaluates what a program computes from its own text alone: string tables and their rotation, decoder functions
 * called with constants, char codes, xor, base64, ciphers with constant keys. The program is interpreted on values of
 * our own within the budget, never run; what depends on anything else stays unknown. Programs that show no sign of
 * decoding are not walked at all. Never throws on any program.
 */
export const foldProgram = (program: Program, source: string, budget: Budget): FoldedProgram => {
  const worth = worthOf(program, source)
  if (worth === undefined) return nothing
  if (!worth.hasSites) return { ...nothing, call: calledByOthers(program, source, budget, worth) }
  const before = budget.steps
  const { machine, explorer } = explored(program, source, budget, worth)
  const { constants } = explorer
  const names = new Set<string>()
  for (const { decoders } of constants.values()) for (const name of decoders) names.add(name)
  const notes = explorer.notes()
  const found = constants.size > 0 || notes.length > 0
  return {
    constants,
    notes,
    decoders: [...names].toSorted(),
    steps: before - budget.steps,
    call: (fn, args) => (found || worth.decodes(fn) ? callIn(machine, explorer, fn, args) : undefined),
  }
}

/** A file that only holds decoders is looked at once another file calls one of them. */
const calledByOthers = (
  program: Program,
  source: string,
  budget: Budget,
  worth: Worth,
): FoldedProgram['call'] => {
  let loaded: ReturnType<typeof explored> | undefined
  return (fn, args) => {
    if (!worth.decodes(fn)) return undefined
    // Much data is decoded by files of their own, in honest packages as a rule.
    if (loaded === undefined) budget.steps = Math.min(budget.steps, worth.steps)
    loaded ??= explored(program, source, budget, worth)
    return callIn(loaded.machine, loaded.explorer, fn, args)
  }
}

const explored = (program: Program, source: string, budget: Budget, worth: Worth) => {
  const outerFloor = budget.floor
  budget.floor = Math.max(outerFloor, budget.steps - worth.steps)
  const machine = makeMachine(budget)
  machine.source = source
  const explorer = new Explorer(machine, program, worth.within)
  // The host's stack is the last bound behind all counted ones; beyond it the rest of the program stays unknown.
  attempt(() => explorer.run())
  machine.recorder = undefined
  budget.floor = outerFloor
  return { machine, explorer }
}

const callIn = (
  machine: Machine,
  { functions }: Explorer,
  fn: FunctionNode,
  args: readonly Constant[],
): Folded | undefined => {
  const target = functions.get(fn)
  if (target === undefined) return undefined
  const mark = machine.journal.mark()
  machine.calls = 0
  machine.hasLoaded = true
  machine.depth = 0
  machine.used = 0
  const used = new Set<string>()
  machine.usedExports = used
  const result = attempt(() => {
    const operands = args.map(arg => toValue(machine, arg))
    const value = toConstant(machine, machine.call(target, undefined, operands))
    return { value, decoders: decodersOf(machine.used), ...(used.size > 0 ? { exported: [...used] } : {}) }
  })
  machine.usedExports = undefined
  machine.journal.rollback(mark)
  return result
}
