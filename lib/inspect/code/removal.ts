import type { AnyNode } from 'acorn'
import { childrenOf } from './children.ts'
import { removeFrom } from './entrusted.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf, type Place } from './sites.ts'
import type { ObjectValue } from './values.ts'
import { copiedInto, functionAround, isCopy } from './whole-copies.ts'

/** Fields that are taken out of copies, and whether they are for certain. */

/** A field of objects is emptied or deleted: the wholes they are copies of are there without it. */
export function removeFromAll(
  machine: Interpreter,
  objects: readonly ObjectValue[],
  name: string,
  frame: Frame,
  place: Place,
): void {
  const copies = objects.filter(isCopy)
  if (copies.length === 0) return
  const branch = branchAround(machine, name, place, frame)
  const removal = { place, within: functionAround(frame), branch }
  for (const object of copies) removeFrom(copiedInto(object), name, removal)
}

/**
 * The innermost branch around a place that is not taken whenever the field is there: `if (flag) delete copy.password`
 * leaves the password where nobody sets the flag. Undefined where nothing but `if (copy.password)`, or its like, stands
 * between the function and the place.
 */
function branchAround(machine: Interpreter, field: string, place: Place, frame: Frame): Place | undefined {
  if (frame.conditional === 0) return undefined
  let found: Place | undefined
  let node: AnyNode | undefined = frame.functionContext?.function.node ?? frame.file.program
  while (node !== undefined) {
    const branch = takenSometimes(node, place, field)
    if (branch !== undefined) found = placeOf(frame.file, branch)
    const below: readonly AnyNode[] = childrenOf(node)
    machine.step(1 + (below.length >> 3))
    node = below.find(({ start, end }) => start <= place.start && place.end <= end && end - start > 0)
    if (node !== undefined && node.start === place.start && node.end === place.end) break
  }
  return found
}

/** What of a node runs or not, where the place lies in it and no question for the field decides. */
function takenSometimes(node: AnyNode, place: Place, field: string): AnyNode | undefined {
  const holds = (part: AnyNode | null | undefined): part is AnyNode =>
    part !== null && part !== undefined && part.start <= place.start && place.end <= part.end
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      if (holds(node.consequent)) return asksFor(node.test, field) ? undefined : node.consequent
      return holds(node.alternate) ? node.alternate : undefined
    case 'LogicalExpression':
      return holds(node.right) && !(node.operator === '&&' && asksFor(node.left, field))
        ? node.right
        : undefined
    case 'SwitchCase':
    case 'CatchClause':
      return node
    case 'WhileStatement':
    case 'ForStatement':
      return holds(node.body) ? node.body : undefined
    default:
      return undefined
  }
}

const maxAsked = 200

/** `copy.password`, `'password' in copy`, `copy && copy.password !== undefined`, `key in copy`. */
function asksFor(test: AnyNode, field: string, depth = 0): boolean {
  if (depth > 8 || test.end - test.start > maxAsked) return false
  switch (test.type) {
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return asksFor(test.expression, field, depth + 1)
    case 'Identifier':
      return test.name === field
    case 'MemberExpression':
      return nameOf(test.property) === field || (test.computed && test.property.type === 'Identifier')
    case 'UnaryExpression':
      return /^(?:!|typeof)$/.test(test.operator) && asksFor(test.argument, field, depth + 1)
    case 'BinaryExpression':
      if (test.operator === 'in') return nameOf(test.left) === field || test.left.type === 'Identifier'
      return /^!==?$|^===?$/.test(test.operator) && asksFor(test.left, field, depth + 1)
        ? isNone(test.right) || (test.left.type === 'UnaryExpression' && test.right.type === 'Literal')
        : false
    case 'LogicalExpression':
      // `copy && copy.password`: of whom it is asked, is there.
      return test.operator === '&&' && isName(test.left) && asksFor(test.right, field, depth + 1)
    case 'CallExpression':
      return (
        /^hasOwn(?:Property)?$/.test(calledName(test.callee)) &&
        test.arguments.some(one => nameOf(one) === field || one.type === 'Identifier')
      )
    default:
      return false
  }
}

function isNone(node: AnyNode): boolean {
  return (
    (node.type === 'Literal' && node.value === null) ||
    (node.type === 'Identifier' && node.name === 'undefined')
  )
}

function isName({ type }: AnyNode): boolean {
  return type === 'Identifier' || type === 'MemberExpression'
}

function nameOf(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name
  return node.type === 'Literal' ? String(node.value) : undefined
}

function calledName(callee: AnyNode): string {
  return callee.type === 'MemberExpression' ? (nameOf(callee.property) ?? '') : (nameOf(callee) ?? '')
}
