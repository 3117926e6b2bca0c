import { HOLE } from '../../types.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { elementsOf, type Elements } from './elements.ts'
import { fieldOf } from './members.ts'
import type { ModelledCall } from './modelled-call.ts'
import { startPairs } from './pairs.ts'
import { tainted, type ObjectValue, type Value } from './values.ts'

/** What maps and sets are made with. */

/** Tables up to this size are gone through one by one: commands with their arguments, hosts with their paths. */
const maxTable = 24

/** Whether a table is short enough, and all of it known. */
export function isShortTable({ open, handles, functions }: Value, keys: Elements): boolean {
  return keys.exact && keys.list.length <= maxTable && !open && handles.length + functions.length === 0
}

/** `new Map([[key, value], …])` whose keys are all known: each has a value of its own. */
export function fillEntries(
  machine: Interpreter,
  bag: ObjectValue,
  value: Value,
  call: ModelledCall,
): boolean {
  const { frame, place } = call
  if (!call.handle.api.endsWith('Map')) return false
  const items = elementsOf(machine, value, frame)
  if (!items.exact || items.list.length === 0 || items.list.length > 300) return false
  const entries = items.list.map(item => {
    const [pair] = item.objects
    if (pair?.kind !== 'array' || item.objects.length > 1 || item.open) return undefined
    const key = fieldOf(machine, pair, '0', frame, place)
    const [name] = key.known
    const isName = typeof name === 'string' && !name.includes(HOLE) && key.known.length === 1 && !key.open
    return isName ? { name, value: fieldOf(machine, pair, '1', frame, place) } : undefined
  })
  if (!entries.every(entry => entry !== undefined)) return false
  for (const entry of entries) machine.writeField(bag, entry.name, entry.value)
  const pairs = startPairs(machine, bag, frame, place)
  for (const [at, pair] of items.list.entries()) machine.writeField(pairs, String(at), pair)
  pairs.length = items.list.length
  return true
}

/** What a map or set is made with, where not every key of it is known. */
export function fillBag(machine: Interpreter, bag: ObjectValue, value: Value, frame: Frame): void {
  if (value.objects.some(one => one.kind === 'array')) {
    const items = elementsOf(machine, value, frame)
    machine.writeRest(bag, items.any)
    const place = { file: frame.file, start: 0, end: 0 }
    for (const entry of items.any.objects)
      if (entry.kind === 'array') machine.writeRest(bag, fieldOf(machine, entry, '1', frame, place))
  }
  const taints = machine.deepTaints(value, frame)
  if (taints.length > 0) machine.writeRest(bag, tainted(taints))
}
