import type { AnyNode, IfStatement } from 'acorn'
import { elementsOf } from './elements.ts'
import { plainBinding } from './environment.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { sourceOfPath } from './models/paths.ts'
import { constantText } from './readable.ts'
import { RegexConstant } from './regex-constant.ts'
import { spelledBy } from './spelled-by.ts'
import { anything, join, knowns, ofObject, type Value } from './values.ts'

/**
 * Names of files are picked from a folder by a test: `if (/^\.env/.test(name)) …`. What stands behind it has to do with
 * files of that name, and where those hold credentials, that must not be lost: no path with the name in it is written.
 */

/** What a test compares: a variable, or the `name` of an entry of a folder, with what is known of its name behind it. */
type Picked = { readonly variable: string; readonly isEntry: boolean; readonly names: readonly string[] }

const maxDepth = 6
const maxNames = 12

/** Runs what stands behind a test with the names of credentials it lets through, beside whatever else it may be. */
export function withPickedFiles(
  machine: Interpreter,
  test: IfStatement,
  frame: Frame,
  run: () => void,
): void {
  const picked = credentialsIn(machine, test.test, frame)
  const binding = picked === undefined ? undefined : plainBinding(frame.environment, picked.variable)
  if (picked === undefined || binding === undefined || binding.from !== undefined || !binding.value.open)
    return run()
  const before = binding.value
  const narrowed = join(before, fileOf(machine, picked, frame, test))
  binding.value = narrowed
  run()
  binding.value = binding.value === narrowed ? before : join(before, binding.value)
}

/** The same of a list that a function filters: what is left, may be files of these names. */
export function pickedFile(machine: Interpreter, { functions }: Value, frame: Frame): Value | undefined {
  const [fn] = functions
  const parameter = fn?.node.params[0]
  if (fn === undefined || parameter?.type !== 'Identifier') return undefined
  const { body } = fn.node
  const only = body.type === 'BlockStatement' ? body.body[0] : undefined
  const test = only?.type === 'ReturnStatement' ? only.argument : body
  const picked = test ? credentialsIn(machine, test, frame) : undefined
  return picked?.variable === parameter.name ? fileOf(machine, picked, frame, fn.node) : undefined
}

function fileOf(machine: Interpreter, { isEntry, names }: Picked, frame: Frame, node: AnyNode): Value {
  if (!isEntry) return knowns(names)
  const entry = machine.objectAt(frame, `picked ${node.start}`, 'object')
  machine.writeField(entry, 'name', join(anything, knowns(names)))
  return ofObject(entry)
}

function credentialsIn(machine: Interpreter, test: AnyNode, frame: Frame): Picked | undefined {
  const picked = pickedBy(machine, test, frame, 0)
  const names = (picked?.names ?? []).filter(name => sourceOfPath(`/${name}`) === 'credential-file')
  return picked === undefined || names.length === 0
    ? undefined
    : { ...picked, names: names.slice(0, maxNames) }
}

function pickedBy(machine: Interpreter, test: AnyNode, frame: Frame, depth: number): Picked | undefined {
  if (depth > maxDepth) return undefined
  if (test.type === 'LogicalExpression') {
    const left = pickedBy(machine, test.left, frame, depth + 1)
    const right = pickedBy(machine, test.right, frame, depth + 1)
    if (left === undefined || right === undefined || left.variable !== right.variable) return left ?? right
    return { ...left, names: [...left.names, ...right.names] }
  }
  if (test.type === 'BinaryExpression' && /^={2,3}$/.test(test.operator)) {
    const { left, right } = test
    return pick(left, literal(right)) ?? pick(right, literal(left))
  }
  if (test.type !== 'CallExpression' || test.callee.type !== 'MemberExpression') return undefined
  const { object, property, computed } = test.callee
  const [given] = test.arguments
  if (computed || property.type !== 'Identifier' || given === undefined || object.type === 'Super')
    return undefined
  if (property.name === 'startsWith') return pick(object, literal(given))
  if (property.name === 'match') return pick(object, namesOf(machine, given, frame))
  return /^(?:test|includes|has)$/.test(property.name)
    ? pick(given, namesOf(machine, object, frame))
    : undefined
}

function pick(node: AnyNode, names: readonly string[]): Picked | undefined {
  if (names.length === 0) return undefined
  if (node.type === 'Identifier') return { variable: node.name, isEntry: false, names }
  const isName =
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'name'
  return isName ? { variable: (node.object as { name: string }).name, isEntry: true, names } : undefined
}

function literal(node: AnyNode): readonly string[] {
  return node.type === 'Literal' && typeof node.value === 'string' ? [node.value] : []
}

/** The names a pattern is written for, or those of a list or set. */
function namesOf(machine: Interpreter, node: AnyNode, frame: Frame): readonly string[] {
  if (node.type === 'NewExpression') {
    const [source] = node.arguments
    const isPattern = node.callee.type === 'Identifier' && node.callee.name === 'RegExp'
    const text = isPattern && source !== undefined ? constantText(machine, source, frame) : undefined
    return text === undefined ? [] : spelledBy(text)
  }
  if (node.type !== 'Literal' && node.type !== 'Identifier' && node.type !== 'ArrayExpression') return []
  const value = machine.evaluate(node, frame)
  const listed = value.objects.length > 0 ? elementsOf(machine, value, frame).any.known : []
  return [...value.known, ...listed].flatMap(one =>
    one instanceof RegexConstant
      ? spelledBy(one.source)
      : typeof one === 'string' && value.objects.length > 0
        ? [one]
        : [],
  )
}
