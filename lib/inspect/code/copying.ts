import type { AnyNode } from 'acorn'
import type { Frame, Interpreter } from './interpreter.ts'
import { copyFields, memberOf, namesOf, noteKey, setMember } from './members.ts'
import { placeOf } from './sites.ts'
import { nothing, changed, type ObjectValue, type Value } from './values.ts'

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
