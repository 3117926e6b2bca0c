import { argument, type ModelledCall } from './effects.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { addGetter, addSetter, namedMember, namesOf, setMember } from './members.ts'
import { assignHandle } from './patching.ts'
import { placeNode, type Place } from './sites.ts'
import { anything, known, nothing, changed, type Value } from './values.ts'

/** Properties that are defined by descriptors. */

export function defineProperties(machine: Interpreter, call: ModelledCall): void {
  const target = argument(call, 0)
  if (call.handle.api.endsWith('defineProperties')) defineAll(machine, target, argument(call, 1), call)
  else for (const name of namesOf(argument(call, 1))) define(machine, target, name, argument(call, 2), call)
}

/** Every property of a table of descriptors. */
export function defineAll(machine: Interpreter, target: Value, descriptors: Value, call: ModelledCall): void {
  for (const table of descriptors.objects)
    for (const [name, cell] of table.fields)
      define(machine, target, name, machine.read(cell, call.frame), call)
}

function define(
  machine: Interpreter,
  target: Value,
  name: string | undefined,
  descriptor: Value,
  { frame, place }: ModelledCall,
): void {
  const value = namedMember(machine, descriptor, 'value', frame, place)
  const getter = namedMember(machine, descriptor, 'get', frame, place)
  const setter = namedMember(machine, descriptor, 'set', frame, place)
  for (const owner of [...target.objects, ...target.functions.map(fn => fn.properties)]) {
    if (name !== undefined && getter.functions.length > 0) addGetter(owner, name, getter)
    if (name !== undefined && setter.functions.length > 0) addSetter(owner, name, setter)
  }
  if (value === anything && getter.functions.length > 0 && name !== undefined)
    for (const handle of target.handles)
      assignHandle(machine, handle, name, givenBy(machine, getter, frame, place), frame, place)
  if (value !== anything)
    setMember(machine, target, name === undefined ? anything : known(name), value, frame, placeNode(place))
}

/** What a getter gives, with what a proxy before it does. */
function givenBy(machine: Interpreter, getter: Value, frame: Frame, place: Place): Value {
  const answer = machine.call(getter, nothing, { list: [], rest: nothing }, frame, place)
  const traps = answer.objects.flatMap(({ rest }) => rest?.value.functions ?? [])
  return changed(answer, { functions: [...answer.functions, ...getter.functions, ...traps].slice(0, 10) })
}
