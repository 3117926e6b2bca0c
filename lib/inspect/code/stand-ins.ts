import type { Frame, Interpreter } from './interpreter.ts'
import type { ObjectValue } from './values.ts'

const standIns = new WeakSet<ObjectValue>()

/** The object that stands for one somebody else made: the same on every run of this context. */
export function standIn(machine: Interpreter, frame: Frame, key: unknown): ObjectValue {
  const object = machine.objectAt(frame, key, 'object')
  standIns.add(object)
  return object
}

/** Whether an object only stands for one that somebody else made. */
export function isStandIn(object: ObjectValue): boolean {
  return standIns.has(object)
}
