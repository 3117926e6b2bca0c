import type { AnyNode } from 'acorn'
import { HOLE } from '../../types.ts'
import { elementsOf } from './elements.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { sourceOfPath } from './models/paths.ts'
import { constantText } from './readable.ts'
import { RegexConstant } from './regex-constant.ts'
import { spelledBy } from './spelled-by.ts'
import type { FunctionValue } from './values.ts'

/** Which names of credentials a test lets through. */

/** What a test compares: a variable, or the `name` of an entry of a folder, with what is known of its name behind it. */
export type Picked = {
  readonly variable: string
  readonly isEntry: boolean
  readonly names: readonly string[]
}

const maxDepth = 6
const maxNames = 12

/** The variable a test looks at, where files of credentials get through it, or with `negated` past it. */
export function credentialsIn(
  machine: Interpreter,
  test: AnyNode,
  frame: Frame,
  negated = false,
  depth = 0,
): Picked | undefined {
  const picked = pickedBy(machine, test, frame, negated, depth)
  return picked === undefined ? undefined : onlyCredentials(picked)
}

function onlyCredentials(picked: Picked): Picked | undefined {
  const names = picked.names.filter(isCredential)
  return names.length === 0 ? undefined : { ...picked, names: names.slice(0, maxNames) }
}

function isCredential(name: string): boolean {
  return sourceOfPath(`/${name}`) === 'credential-file'
}

/** The same for a parameter of a function that only answers such a test. */
export function credentialsOf(
  machine: Interpreter,
  fn: FunctionValue,
  frame: Frame,
  depth = 0,
): Picked | undefined {
  const [parameter] = fn.node.params
  const test = answerOf(fn.node)
  if (parameter?.type !== 'Identifier' || test === undefined) return undefined
  const picked = credentialsIn(machine, test, frame, false, depth)
  return picked?.variable === parameter.name ? picked : undefined
}

/** What a function returns that does nothing else. */
function answerOf({ body }: FunctionValue['node']): AnyNode | undefined {
  if (body.type !== 'BlockStatement') return body
  const [only] = body.body
  return only?.type === 'ReturnStatement' ? (only.argument ?? undefined) : undefined
}

/** `case '.npmrc': case '.netrc':` */
export function credentialsAmong(
  discriminant: AnyNode,
  cases: readonly (AnyNode | null | undefined)[],
): Picked | undefined {
  const picked = pick(
    discriminant,
    cases.flatMap(one => (one ? literal(one) : [])),
  )
  return picked === undefined ? undefined : onlyCredentials(picked)
}

/** What a test lets through, or with `negated` what gets past it. */
function pickedBy(
  machine: Interpreter,
  test: AnyNode,
  frame: Frame,
  negated: boolean,
  depth: number,
): Picked | undefined {
  if (depth > maxDepth) return undefined
  if (test.type === 'UnaryExpression' && test.operator === '!')
    return pickedBy(machine, test.argument, frame, !negated, depth + 1)
  if (test.type === 'LogicalExpression') {
    const left = pickedBy(machine, test.left, frame, negated, depth + 1)
    const right = pickedBy(machine, test.right, frame, negated, depth + 1)
    if (left === undefined || right === undefined || left.variable !== right.variable) return left ?? right
    return { ...left, names: [...left.names, ...right.names] }
  }
  if (test.type === 'BinaryExpression' && (negated ? /^!={1,2}$/ : /^={2,3}$/).test(test.operator)) {
    const { left, right } = test
    return pick(left, literal(right)) ?? pick(right, literal(left))
  }
  if (negated || test.type !== 'CallExpression') return undefined
  const [given] = test.arguments
  if (test.callee.type === 'Identifier' && given !== undefined)
    return pickedByFunction(machine, test.callee, given, frame, depth + 1)
  if (test.callee.type !== 'MemberExpression') return undefined
  const { object, property, computed } = test.callee
  if (computed || property.type !== 'Identifier' || given === undefined || object.type === 'Super')
    return undefined
  if (property.name === 'startsWith') return pick(object, literal(given))
  if (property.name === 'endsWith') return pick(object, literal(given).map(ending))
  if (property.name === 'match') return pick(object, namesOf(machine, given, frame))
  if (property.name === 'some') return pickedBySome(given, namesOf(machine, object, frame))
  if (!/^(?:test|includes|has)$/.test(property.name)) return undefined
  const part = property.name === 'includes' ? pick(object, literal(given)) : undefined
  return part ?? pick(given, namesOf(machine, object, frame))
}

/** The variable a node stands for, and the names it has with what comes before them. */
function pick(node: AnyNode, ends: readonly string[], start = ''): Picked | undefined {
  if (ends.length === 0) return undefined
  const names = start === '' ? ends : ends.map(end => start + end)
  const inner = baseOf(node)
  if (inner !== undefined) return pick(inner, ends, `${HOLE}/${start}`)
  const same = writtenOtherwise(node)
  if (same !== undefined) return pick(same, ends, start)
  if (node.type === 'Identifier') return { variable: node.name, isEntry: false, names }
  const isName =
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'name'
  return isName ? { variable: (node.object as { name: string }).name, isEntry: true, names } : undefined
}

/** Names that end like that: the name itself, or what stands behind more of it. */
function ending(text: string): string {
  return isCredential(text) ? text : HOLE + text
}

/** `if (isSecret(path))` */
function pickedByFunction(
  machine: Interpreter,
  callee: AnyNode,
  given: AnyNode,
  frame: Frame,
  depth: number,
): Picked | undefined {
  const { functions } = machine.evaluate(callee, frame)
  const [fn] = functions
  const picked =
    fn === undefined || functions.length > 1 ? undefined : credentialsOf(machine, fn, frame, depth)
  if (picked === undefined || (picked.isEntry && given.type !== 'Identifier')) return undefined
  return picked.isEntry
    ? { ...picked, variable: (given as { name: string }).name }
    : pick(given, picked.names)
}

/** `names.some(one => path.endsWith(one))` */
function pickedBySome(given: AnyNode, ends: readonly string[]): Picked | undefined {
  if (given.type !== 'ArrowFunctionExpression' && given.type !== 'FunctionExpression') return undefined
  const [parameter] = given.params
  if (parameter?.type !== 'Identifier') return undefined
  const test = answerOf(given)
  const isOne = (node: AnyNode): boolean => node.type === 'Identifier' && node.name === parameter.name
  if (test?.type === 'BinaryExpression' && /^={2,3}$/.test(test.operator))
    return isOne(test.left) ? pick(test.right, ends) : isOne(test.right) ? pick(test.left, ends) : undefined
  if (test?.type !== 'CallExpression' || test.callee.type !== 'MemberExpression') return undefined
  const { object, property } = test.callee
  const [argument] = test.arguments
  if (argument === undefined || object.type === 'Super' || property.type !== 'Identifier') return undefined
  if (isOne(object)) return pick(argument, ends)
  return isOne(argument) ? pick(object, property.name === 'endsWith' ? ends.map(ending) : ends) : undefined
}

/** `basename(path)`: the last name of a path. */
function baseOf(node: AnyNode): AnyNode | undefined {
  if (node.type !== 'CallExpression' || node.arguments.length !== 1) return undefined
  const { callee } = node
  const property = callee.type === 'MemberExpression' && !callee.computed ? callee.property : callee
  return property.type === 'Identifier' && property.name === 'basename' ? node.arguments[0] : undefined
}

/** `name.toLowerCase()` */
function writtenOtherwise(node: AnyNode): AnyNode | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined
  const { object, property } = node.callee
  const isSame =
    property.type === 'Identifier' && /^(?:toLowerCase|toUpperCase|trim|toString)$/.test(property.name)
  return isSame && object.type !== 'Super' ? object : undefined
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
