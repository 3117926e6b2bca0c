import { argument, type ModelledCall } from './effects.ts'
import { hand } from './handing.ts'
import type { Interpreter } from './interpreter.ts'
import { namesOf } from './members.ts'
import { anything, join, nothing, type ObjectValue, type Value } from './values.ts'

/** Emitters of events that both ends of are in the package: a listener gets what is emitted under its name. */

const maxEvents = 40
const anyEvent = '%on'

/** `emitter.on(name, listener)`: strangers may emit as well, and what is emitted here is remembered. */
export function listen(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self } = call
  const listener = argument(call, 1)
  hand(machine, { ...nothing, functions: listener.functions }, anything, frame, place)
  for (const object of self.objects) {
    for (const name of fieldNames(object, argument(call, 0)))
      machine.writeField(object, name, { ...nothing, functions: listener.functions })
  }
  return self === nothing ? anything : self
}

/** `emitter.emit(name, …data)`. */
export function emit(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self, given } = call
  const passed = { list: given.list.slice(1), rest: given.rest }
  let listeners = nothing
  for (const object of self.objects) {
    for (const name of [...fieldNames(object, argument(call, 0)), anyEvent])
      listeners = join(listeners, machine.read(machine.field(object, name), frame))
  }
  if (listeners.functions.length > 0) machine.callFunctions(listeners.functions, self, passed, frame, place)
  return anything
}

function fieldNames(object: ObjectValue, name: Value): readonly string[] {
  return namesOf(name).map(known => {
    const field = known === undefined ? anyEvent : `${anyEvent} ${known}`
    return object.fields.has(field) || object.fields.size < maxEvents ? field : anyEvent
  })
}
