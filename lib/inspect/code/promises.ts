import type { Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import { anything, join, nothing, ofObject, type ObjectValue, type Value } from './values.ts'

/** Promises where they are not transparent: thenables of the program's own, and what promises are rejected with. */

/** What `await` gives: promises are transparent, an object with a `then` of its own gives what that is called with. */
export function awaited(machine: Interpreter, value: Value, frame: Frame, place: Place): Value {
  let result = value
  for (const object of value.objects) {
    const then = object.fields.get('then')?.value.functions ?? []
    if (then.length === 0) continue
    const cell = machine.cellAt(frame, `then ${place.start}`)
    const resolve = machine.nativeFunction(frame, `fulfil ${place.start}`, passed => {
      machine.write(cell, passed.list[0] ?? passed.rest)
      return anything
    })
    const list = [resolve, resolve]
    machine.callFunctions(then, ofObject(object), { list, rest: nothing }, frame, place)
    result = join(result, machine.read(cell, frame))
  }
  return result
}

/** What promises were rejected with. Nobody but a handler of rejections sees it: it is no field of anything. */
const reasons = new WeakMap<ObjectValue, Value>()

/** A promise that is rejected with `reason`. */
export function rejected(frame: Frame, machine: Interpreter, reason: Value, key: string): Value {
  const promise = machine.objectAt(frame, `rejected ${key}`, 'instance')
  reasons.set(promise, join(reasons.get(promise) ?? nothing, reason))
  return ofObject(promise)
}

/** What a handler of rejections gets of this promise. */
export function reasonOf(promise: Value): Value {
  let reason = nothing
  for (const object of promise.objects) reason = join(reason, reasons.get(object) ?? nothing)
  return reason
}
