import { lookUp } from './environment.ts'
import { argument, type ModelledCall } from './effects.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { addGetter, addSetter, namedMember, namesOf, setMember } from './members.ts'
import { assignHandle } from './patching.ts'
import { resultOf } from './shaping.ts'
import { placeNode, type Place } from './sites.ts'
import { anything, known, nothing, changed, type Value } from './values.ts'

/** Properties that are defined by descriptors. */

export function defineProperties(machine: Interpreter, call: ModelledCall): void {
  const target = argument(call, 0)
  if (call.handle.api.endsWith('defineProperties')) defineAll(machine, target, argument(call, 1), call)
  else {
    const names = namesOf(argument(call, 1))
    const descriptor = argument(call, 2)
    if (names.length > 1 || names[0] === undefined) reexport(machine, target, descriptor, call)
    for (const name of names) define(machine, target, name, descriptor, call)
  }
}

/**
 * `for (const key of names(from)) defineProperty(to, key, { get: () => from[key] })`, as bundlers write it: whatever
 * `from` has, `to` has under the same name.
 */
function reexport(
  machine: Interpreter,
  target: Value,
  descriptor: Value,
  { frame, place }: ModelledCall,
): void {
  for (const { node, environment } of getterOf(machine, descriptor, frame, place).functions) {
    const read = node.params.length === 0 ? resultOf(node) : undefined
    if (read?.type !== 'MemberExpression' || !read.computed || read.property.type !== 'Identifier') continue
    if (read.object.type !== 'Identifier') continue
    const { binding } = lookUp(environment, read.object.name)
    const from = binding === undefined ? nothing : machine.read(binding, frame)
    if (from.objects.length === 0) continue
    for (const owner of target.objects)
      if (!from.objects.includes(owner) && owner.stars?.includes(from) !== true)
        (owner.stars ??= []).push(from)
  }
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
  const getter = getterOf(machine, descriptor, frame, place)
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

/** The getter a descriptor is about at this moment. */
function getterOf(machine: Interpreter, descriptor: Value, frame: Frame, place: Place): Value {
  const [object, ...others] = descriptor.objects
  const latest = object === undefined || others.length > 0 ? undefined : machine.describing.get(object)
  return latest ?? namedMember(machine, descriptor, 'get', frame, place)
}

/** What a getter gives, with what a proxy before it does. */
function givenBy(machine: Interpreter, getter: Value, frame: Frame, place: Place): Value {
  const answer = machine.call(getter, nothing, { list: [], rest: nothing }, frame, place)
  const traps = answer.objects.flatMap(({ rest }) => rest?.value.functions ?? [])
  return changed(answer, { functions: [...answer.functions, ...getter.functions, ...traps].slice(0, 10) })
}
