import type { AnyNode } from 'acorn'
import type { Frame, Interpreter } from './interpreter.ts'
import { copyOfWholes, withoutWholes } from './entrusted.ts'
import { copiesEnvironment, fieldOf, memberOf, namesOf, noteKey, propertyKey, setMember } from './members.ts'
import { setOnInstance } from './handing.ts'
import { environmentApi } from './models/index.ts'
import { isSecretParameter } from './models/secrets.ts'
import { removeFromAll } from './removal.ts'
import { placeOf, type Place } from './sites.ts'
import {
  carrying,
  changed,
  join,
  nothing,
  ofHandle,
  ofObject,
  tainted,
  type ObjectValue,
  type Value,
} from './values.ts'
import { copyWholes, isCopy, noNames, wholeField } from './whole-copies.ts'

/** Fields that go from one object into another. */

/**
 * `into[key] = from[key]` with a key that is not known, as loops over keys have it: each field goes under its own name,
 * as with `Object.assign`. Otherwise every field would be what any field is. False where the statement is another one.
 */
export function copiesByKey(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'AssignmentExpression' }>,
  frame: Frame,
): boolean {
  const { left, right } = node
  if (left.type !== 'MemberExpression' || right.type !== 'MemberExpression') return false
  const { property } = left
  if (!left.computed || !right.computed || property.type !== 'Identifier') return false
  if (right.property.type !== 'Identifier' || right.property.name !== property.name) return false
  if (left.object.type === 'Super' || right.object.type === 'Super') return false
  const key = machine.evaluate(property, frame)
  if (namesOf(key).every(name => name !== undefined)) return false
  const target = machine.evaluate(left.object, frame)
  const source = machine.evaluate(right.object, frame)
  const named = source.objects.filter(hasNames)
  if (named.length === 0 || !target.objects.some(hasNames)) return false
  noteKey(machine, target, key)
  for (const into of target.objects)
    if (hasNames(into))
      copyFields(machine, changed(nothing, { objects: named }), into, frame, placeOf(frame.file, node))
  const others: Value = changed(source, { objects: source.objects.filter(object => !hasNames(object)) })
  setMember(machine, target, key, memberOf(machine, others, key, frame, right), frame, node)
  const rest: Value = changed(target, { objects: target.objects.filter(object => !hasNames(object)) })
  setMember(machine, rest, key, memberOf(machine, source, key, frame, right), frame, node)
  return true
}

/** Keys of lists are numbers, and their lengths count too: they are left to those who know lists. */
function hasNames({ kind }: ObjectValue): boolean {
  return kind === 'object' || kind === 'instance' || kind === 'namespace'
}

/** `{...from}` and `Object.assign`: the fields that are known, and whatever else the value carries. */
export function copyFields(
  machine: Interpreter,
  from: Value,
  into: Parameters<Interpreter['writeField']>[0],
  frame: Frame,
  place: Place,
  /** Fields of these names are written over, or were taken out. */
  without: ReadonlySet<string> = noNames,
): Value {
  for (const source of from.objects) {
    if (source === into) continue
    copyGrown(machine, source, into, frame, place, without)
    if (source.fields.has(wholeField))
      copyWholes(
        machine,
        machine.read(machine.field(source, wholeField), frame).taints,
        [into],
        place,
        without,
      )
    for (const name of source.getters?.keys() ?? []) {
      machine.writeField(
        into,
        name,
        fieldOf(machine, source, name, frame, { file: frame.file, start: 0, end: 0 }),
      )
    }
    if (source.rest !== undefined) machine.writeRest(into, machine.read(source.rest, frame))
    if (source.escaped) into.escaped = true
    // A copy of a copied environment is one too.
    if (copiesEnvironment(source) && !copiesEnvironment(into))
      into.parents = join(into.parents ?? nothing, ofHandle(machine.handle(environmentApi)))
  }
  for (const fn of from.functions) copyFields(machine, ofObject(fn.properties), into, frame, place)
  if (from.open || from.handles.length > 0) {
    into.escaped = true
    if (from.taints.length > 0) machine.writeRest(into, tainted(withoutWholes(from.taints)))
    copyWholes(machine, from.taints, [into], place, without)
    if (from.handles.length > 0) {
      // `{...process.env}` is still the environment.
      into.parents =
        into.parents === undefined
          ? changed(nothing, { handles: from.handles })
          : join(into.parents, changed(nothing, { handles: from.handles }))
    }
  }
  return from
}

/** `const { password, ...rest } = options`: what is left of an object after fields were taken out of it. */
export function othersOf(
  machine: Interpreter,
  value: Value,
  taken: ReadonlySet<string>,
  frame: Frame,
  node: AnyNode,
): Value {
  const place = placeOf(frame.file, node)
  const left = carrying(value, copyOfWholes(machine, value.taints, place, taken))
  const copies = value.objects.filter(isCopy)
  if (copies.length === 0) return left
  const object = machine.objectAt(frame, node, 'object')
  const secrets = new Set([...taken].filter(isSecretParameter))
  copyFields(machine, changed(nothing, { objects: copies }), object, frame, place, secrets)
  return changed(left, { objects: [object, ...value.objects.filter(one => !copies.includes(one))] })
}

/** `delete copy.password`. */
export function removeMember(machine: Interpreter, node: AnyNode, frame: Frame): void {
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return
  const { objects } = machine.evaluate(node.object, frame)
  if (!objects.some(isCopy)) return
  const place = placeOf(frame.file, node)
  for (const name of namesOf(propertyKey(machine, node, frame)))
    if (name !== undefined) removeFromAll(machine, objects, name, frame, place)
}

/** Copies the fields that have grown since the last time: whoever copied first is woken by them, and copies for all. */
function copyGrown(
  machine: Interpreter,
  source: ObjectValue,
  into: ObjectValue,
  frame: Frame,
  place: Place,
  without: ReadonlySet<string>,
): void {
  const copied = (into.copied ??= new Map<ObjectValue, number>())
  const from = copied.get(source)
  source.grown ??= []
  const names =
    from === undefined ? [...source.fields.keys()].slice(0, maxCopied) : new Set(source.grown.slice(from))
  copied.set(source, source.grown.length)
  for (const name of names) {
    machine.step()
    if (name === wholeField || without.has(name)) continue
    const value = machine.read(machine.field(source, name), frame)
    if (value === nothing) continue
    // `Object.assign(document.createElement('script'), { src })`.
    if (into.model !== undefined) setOnInstance(machine, into, name, value, frame, place)
    machine.writeField(into, name, value)
  }
}

const maxCopied = 1_000
