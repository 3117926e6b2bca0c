import type { Frame, Interpreter } from './interpreter.ts'
import { newCell, tainted, type Cell, type FunctionContext, type Value } from './values.ts'

/** Generators that are told something: `iterator.next(value)` is what `yield` gives inside. */

/** By this key a generator makes the list of what it yields. */
export const yieldedList = '%yielded'

const sentKey = '%sent'

function sentCell(context: Pick<FunctionContext, 'made'>): Cell {
  const cell = (context.made.get(sentKey) as Cell | undefined) ?? newCell()
  context.made.set(sentKey, cell)
  return cell
}

/** What whoever runs a generator has told it, where it waits for that. */
export function sentIn(machine: Interpreter, frame: Frame): Value {
  return machine.read(sentCell(frame.context), frame)
}

/**
 * `iterator.next(value)`, `iterator.throw(error)`. Runners of generators give back what was yielded: that is known inside
 * already, and telling it to each `yield` of the function would mix up all it waits for.
 */
export function tellGenerator(machine: Interpreter, iterator: Value, passed: Value, frame: Frame): void {
  const taints = machine.deepTaints(passed, frame)
  if (taints.length === 0) return
  for (const { owner } of iterator.objects) {
    const context = owner as FunctionContext | undefined
    if (context?.function?.node.generator !== true) continue
    const own = new Set(context.returns.value.taints.map(({ source }) => source))
    const told = taints.filter(({ source }) => !own.has(source))
    if (told.length > 0) machine.write(sentCell(context), tainted(told))
  }
}
