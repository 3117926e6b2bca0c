import { argument, type ModelledCall } from './effects.ts'
import { hand } from './handing.ts'
import type { Interpreter } from './interpreter.ts'
import { namedMember, namesOf } from './members.ts'
import { anything, join, nothing, ofObject, changed, type ObjectValue, type Value } from './values.ts'

/** Emitters of events that both ends of are in the package: a listener gets what is emitted under its name. */

const maxEvents = 40
const anyEvent = '%on'

/** `emitter.on(name, listener)`: strangers may emit as well, and what is emitted here is remembered. */
export function listen(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self } = call
  if (call.handle.api === 'node:events.once' && argument(call, 0).objects.length > 0)
    return awaitEvent(machine, call)
  const listener = argument(call, 1)
  hand(machine, changed(nothing, { functions: listener.functions }), anything, frame, place)
  for (const object of self.objects) {
    for (const name of fieldNames(object, argument(call, 0)))
      machine.writeField(object, name, changed(nothing, { functions: listener.functions }))
  }
  return self === nothing ? anything : self
}

/** `emitter.emit(name, …data)`. */
export function emit(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self, given } = call
  const dispatched = call.handle.api.endsWith('dispatchEvent')
  const first = argument(call, 0)
  const passed = { list: dispatched ? given.list : given.list.slice(1), rest: given.rest }
  const event = dispatched ? namedMember(machine, first, 'type', frame, place) : first
  let listeners = nothing
  for (const object of self.objects) {
    const names = fieldNames(object, event)
    // An event whose name is not known is any of those that somebody listens for.
    const all = names.includes(anyEvent)
      ? [...object.fields.keys()].filter(name => name.startsWith(anyEvent))
      : []
    for (const name of new Set([...names, anyEvent, ...all]))
      listeners = join(listeners, machine.read(machine.field(object, name), frame))
  }
  if (listeners.functions.length > 0) machine.callFunctions(listeners.functions, self, passed, frame, place)
  for (const handle of listeners.handles) machine.callNative(handle, passed, frame)
  return anything
}

/** `once(emitter, name)`: a promise of the list of what is emitted. */
function awaitEvent(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const list = machine.objectAt(frame, `emitted ${place.start}`, 'array')
  list.length = undefined
  const listener = machine.nativeFunction(frame, `awaits ${place.start}`, passed => {
    for (const [at, value] of passed.list.slice(0, 8).entries()) machine.writeField(list, String(at), value)
    if (passed.rest !== nothing) machine.writeRest(list, passed.rest)
    return anything
  })
  const emitter = argument(call, 0)
  for (const object of emitter.objects)
    for (const name of fieldNames(object, argument(call, 1))) machine.writeField(object, name, listener)
  // What a request or a socket tells, came from the other end.
  const taints = emitter.objects.some(({ model }) => model !== undefined) ? emitter.taints : []
  return taints.length === 0 ? ofObject(list) : changed(ofObject(list), { taints, open: true })
}

function fieldNames(object: ObjectValue, name: Value): readonly string[] {
  return namesOf(name).map(known => {
    const field = known === undefined ? anyEvent : `${anyEvent} ${known}`
    return object.fields.has(field) || object.fields.size < maxEvents ? field : anyEvent
  })
}
