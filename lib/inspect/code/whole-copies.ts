import { copyOfWholes, wholesIn } from './entrusted.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf, type Place } from './sites.ts'
import { tainted, type ObjectValue, type Taint } from './values.ts'

/** Objects that are copies of what a caller passed as a whole. */

/** Where an object keeps what it is a copy of: a field that is read is not the whole of that. */
export const wholeField = '%whole'

/** The wholes an object is a copy of. */
export function copiedInto({ fields }: ObjectValue): readonly Taint[] {
  return fields.get(wholeField)?.value.taints ?? noTaints
}

export const noTaints: readonly Taint[] = []
export const noNames: ReadonlySet<string> = new Set()

/** Whether it is such a copy. */
export function isCopy({ fields }: ObjectValue): boolean {
  return fields.has(wholeField)
}

/** The function whose statement is evaluated, or the whole file. */
export function functionAround({ functionContext, file }: Frame): Place {
  return functionContext === undefined
    ? { file, start: 0, end: file.text.length }
    : placeOf(file, functionContext.function.node)
}

/** Notes what objects are copies of. */
export function copyWholes(
  machine: Interpreter,
  taints: readonly Taint[],
  objects: readonly ObjectValue[],
  place: Place,
  without: ReadonlySet<string> = noNames,
): void {
  const wholes = wholesIn(taints)
  if (wholes.length === 0) return
  const copied = tainted(copyOfWholes(machine, wholes, place, without))
  for (const object of objects) {
    machine.writeField(object, wholeField, copied)
    object.escaped = true
  }
}
