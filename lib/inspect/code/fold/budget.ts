/** Why an evaluation ended without a value. */
export type HaltReason =
  | 'steps' // the work allowed is used up
  | 'size' // a text, array or number would grow beyond what is allowed
  | 'depth' // calls or expressions nest too deeply
  | 'unknown' // something depends on the world outside the program text
  | 'unsupported' // a construct or built-in that is not modelled

/** The end of an evaluation whose value stays unknown. The inspected program can never catch it. */
export class Halt extends Error {
  readonly reason: HaltReason

  constructor(reason: HaltReason) {
    super(reason)
    this.name = 'Halt'
    this.reason = reason
  }
}

// One object per reason: ordinary code halts all the time, and a stack trace costs more than the evaluation.
const halts = {
  steps: new Halt('steps'),
  size: new Halt('size'),
  depth: new Halt('depth'),
  unknown: new Halt('unknown'),
  unsupported: new Halt('unsupported'),
} as const

/** Ends the evaluation. */
export const halt = (reason: HaltReason): never => {
  throw halts[reason]
}

/** What folding one file may cost. Counted in work, so that a verdict does not depend on the machine. */
export type FoldLimits = {
  /** Evaluated nodes, loop rounds and units of copying. The largest honest set-up seen takes about 6 million. */
  readonly maxSteps: number
  /** Characters, bytes or elements of one value. */
  readonly maxSize: number
  /** Characters, bytes and elements of all values made on the way together. */
  readonly maxTotalSize: number
  /** Calls of the program's own functions inside one another. */
  readonly maxCalls: number
  /** Expressions and statements inside one another, all calls together: bounds the host's stack. */
  readonly maxDepth: number
}

export const foldLimits: FoldLimits = {
  maxSteps: 40_000_000,
  maxSize: 8 * 1024 * 1024,
  maxTotalSize: 64 * 1024 * 1024,
  maxCalls: 200,
  maxDepth: 1_500,
}

/** The work that is left. One object serves a whole file; every evaluation spends from it. */
export class Budget {
  readonly limits: FoldLimits
  steps: number
  size: number
  /** Steps that the current evaluation must leave for the others. */
  floor = 0

  constructor(limits: Partial<FoldLimits> = {}) {
    this.limits = { ...foldLimits, ...limits }
    this.steps = this.limits.maxSteps
    this.size = this.limits.maxTotalSize
  }

  /** Halts where less than `steps` are left. */
  spend(steps: number): void {
    this.steps -= steps
    if (this.steps < this.floor) throw halts.steps
  }

  /** To be asked before a value of `size` characters, bytes or elements is made. */
  make(size: number): void {
    if (!(size <= this.limits.maxSize)) throw halts.size
    this.size -= size
    if (this.size < 0) throw halts.size
    this.steps -= size >>> 6
    if (this.steps < this.floor) throw halts.steps
  }
}
