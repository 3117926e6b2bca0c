import type { Arguments, Context, Frame } from './interpreter.ts'
import { join, nothing, type Cell, type Value } from './values.ts'

/** A call that is shared by all who make it: it runs again when one of them passes something new. */
export type Call = Context & {
  given: Arguments & { readonly self: Value }
  frame: Frame
  done: boolean
  readonly returns: Cell
}

/**
 * Whether readers must look again: there is something new to call, to follow or to carry, or a constant that decided
 * a branch is none any more. One more constant among several changes nothing that is followed.
 */
export function isNews(before: Value, after: Value): boolean {
  return (
    before.taints !== after.taints ||
    before.handles !== after.handles ||
    before.functions !== after.functions ||
    before.objects !== after.objects ||
    (!before.open && before.known.length <= 1)
  )
}

/** Both calls in one. The left one where the right adds nothing. */
export function joinCalls(left: Call['given'], right: Call['given']): Call['given'] {
  const size = Math.min(Math.max(left.list.length, right.list.length), 64)
  const list = Array.from({ length: size }, (_, at) =>
    join(left.list[at] ?? nothing, right.list[at] ?? nothing),
  )
  const self = join(left.self, right.self)
  const rest = join(left.rest, right.rest)
  const same =
    self === left.self &&
    rest === left.rest &&
    list.every((value, at) => value === (left.list[at] ?? nothing))
  return same && size === left.list.length ? left : { self, list, rest }
}
