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

/** What is made once: on first use, or before it and then with pauses. */
export type Once<Made> = { readonly get: () => Made; readonly prepare: () => Steps<void> }

/** Keeps what `make` makes. What it throws is thrown anew on every use. */
export function once<Made>(make: () => Steps<Made>): Once<Made> {
  let begun: Steps<Made> | undefined
  let kept: { readonly made: Made } | undefined
  const advance = (): { readonly made: Made } | undefined => {
    begun ??= make()
    try {
      const step = begun.next()
      return step.done === true ? (kept = { made: step.value }) : undefined
    } catch (error) {
      begun = undefined
      throw error
    }
  }
  return {
    get() {
      for (;;) {
        const ready = kept ?? advance()
        if (ready !== undefined) return ready.made
      }
    },
    *prepare() {
      while ((kept ?? advance()) === undefined) yield
    },
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
