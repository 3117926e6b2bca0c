import { setImmediate } from 'node:timers/promises'
import { limits } from './limits.ts'

/** Work in steps that are short each: whoever drives it decides when others get a turn. */
export type Steps<Result> = Generator<void, Result, void>

/** Does all steps at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Does all steps, with a pause whenever they held the thread for `limits.maxTurnMs`. Rejects with what a step throws. */
export async function finishInTurns<Result>(steps: Steps<Result>): Promise<Result> {
  let started = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (performance.now() - started < limits.maxTurnMs) continue
    await setImmediate()
    started = performance.now()
  }
}
