import type { Arguments, Context, Frame } from './interpreter.ts'
import { isTelling, isPrey } from './telling.ts'
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
    (before.known !== after.known && ((!before.open && before.known.length <= 1) || namesMore(before, after)))
  )
}

function namesMore(before: Value, after: Value): boolean {
  return after.known.some(
    text => typeof text === 'string' && text.length > 2 && isTelling(text) && !before.known.includes(text),
  )
}

/**
 * Whether what was added may be what all that came before was to hide: data that somebody wants to steal, a command that
 * fetches, a path in somebody's home folder.
 */
export function tellsMore(before: Value, after: Value): boolean {
  if (before === after) return false
  return (
    (before.known !== after.known && namesMore(before, after)) ||
    (before.taints !== after.taints &&
      after.taints.some(
        ({ source }) =>
          isPrey(source.kind) && !before.taints.some(known => known.source.kind === source.kind),
      ))
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
