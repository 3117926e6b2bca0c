import type { Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import { ofObject, type ObjectValue, type Value } from './values.ts'

/** What maps and tables give to whoever goes through them: pairs of a key and its value, which belong together. */

const pairsField = '%pairs'

/** The list of a map's pairs, made where the map is; its caller says how long it is. */
export function startPairs(machine: Interpreter, map: ObjectValue, frame: Frame, place: Place): ObjectValue {
  const pairs = machine.objectAt(frame, `pairs ${place.start}`, 'array')
  if (pairs.length === undefined && pairs.rest === undefined) pairs.length = 0
  machine.writeField(map, pairsField, ofObject(pairs))
  return pairs
}

/** The pairs of a map that was made with its entries or filled by `set`. Undefined of everything else. */
export function pairsIn(map: ObjectValue): ObjectValue | undefined {
  return map.kind === 'map' ? map.fields.get(pairsField)?.value.objects[0] : undefined
}

/** The pairs of a value that is one map and nothing else. */
export function pairsOf({ objects, open, known, handles }: Value): ObjectValue | undefined {
  const [map] = objects
  return map !== undefined && objects.length === 1 && !open && known.length + handles.length === 0
    ? pairsIn(map)
    : undefined
}

/** A key with its value. */
export function pairOf(
  machine: Interpreter,
  key: Value,
  value: Value,
  frame: Frame,
  place: Place,
  which = '',
): Value {
  const pair = machine.objectAt(frame, `pair ${place.start}${which}`, 'array')
  machine.writeField(pair, '0', key)
  machine.writeField(pair, '1', value)
  pair.length = 2
  return ofObject(pair)
}
