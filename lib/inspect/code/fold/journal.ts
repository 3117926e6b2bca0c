import type { Budget } from './budget.ts'

/** Anything that can change and be put back: bindings, arrays, objects, bytes. */
export type Changeable = { stamp: number; readonly cost: number; snapshot(): () => void }

/** A point to return to. */
export type Mark = { readonly length: number }

/**
 * Undoes an evaluation that halted. A value is copied once per attempt, before its first change; the copying is paid
 * from the budget, so that a large array cannot be made to be copied for nothing.
 */
export class Journal {
  /** The attempt under way. Values made during it carry its number and need no copy. */
  stamp = 1
  readonly #undo: (() => void)[] = []
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** To be called before every change. */
  touch(target: Changeable): void {
    if (target.stamp === this.stamp) return
    this.#budget.spend(target.cost >> 3)
    this.#undo.push(target.snapshot())
    target.stamp = this.stamp
  }

  mark(): Mark {
    this.stamp += 1
    return { length: this.#undo.length }
  }

  /** Keeps what was done since the mark; an outer mark can still undo it. */
  keep(): void {
    this.stamp += 1
  }

  rollback(mark: Mark): void {
    while (this.#undo.length > mark.length) this.#undo.pop()?.()
    this.stamp += 1
  }

  /** Forgets how to go back. Only where no mark is open. */
  clear(): void {
    this.#undo.length = 0
  }
}
