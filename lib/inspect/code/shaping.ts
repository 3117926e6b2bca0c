import type { AnyNode } from 'acorn'
import type { FunctionNode } from './values.ts'

/** What follows from the text of a function alone about how its calls are kept apart. */

const maxShapingChars = 200
const maxShapingNodes = 40

/** What looking at a function answers, found once. */
function remembered(looks: (fn: FunctionNode) => boolean): (fn: FunctionNode) => boolean {
  const known = new WeakMap<FunctionNode, boolean>()
  return fn => {
    let is = known.get(fn)
    if (is === undefined) known.set(fn, (is = looks(fn)))
    return is
  }
}

/**
 * Whether a function does nothing but put its own parameters into another shape, as `m && m.__esModule ? m :
 * { default: m }` does: it calls nothing and sees nothing else.
 */
export const onlyShapes = remembered(looksShaping)

function looksShaping(fn: FunctionNode): boolean {
  if (fn.end - fn.start > maxShapingChars || fn.async || fn.generator || fn.params.length === 0) return false
  const names = new Set<string>(['undefined'])
  for (const parameter of fn.params) {
    if (parameter.type !== 'Identifier') return false
    names.add(parameter.name)
  }
  const work: (AnyNode | null | undefined)[] = [resultOf(fn)]
  if (work[0] === undefined || work[0] === null) return false
  for (let count = 0; work.length > 0; count++) {
    if (count > maxShapingNodes) return false
    const parts = partsOf(work.pop(), names)
    if (parts === undefined) return false
    work.push(...parts)
  }
  return true
}

/**
 * Whether a function does nothing but call what it is given with what else it is given, as `(f, ...rest) => f(...rest)`
 * does: a program may make all its calls through one, and they have nothing in common.
 */
export const onlyPasses = remembered(looksPassing)

function looksPassing(fn: FunctionNode): boolean {
  if (fn.end - fn.start > maxShapingChars || fn.generator || fn.params.length === 0) return false
  const names = new Set<string>()
  for (const parameter of fn.params) {
    const name = parameter.type === 'RestElement' ? parameter.argument : parameter
    if (name.type !== 'Identifier') return false
    names.add(name.name)
  }
  let result = resultOf(fn)
  if (result?.type === 'AwaitExpression') result = result.argument
  if (result?.type !== 'CallExpression') return false
  const { callee, arguments: given } = result
  const isOwn = (node: AnyNode): boolean => node.type === 'Identifier' && names.has(node.name)
  const target = callee.type === 'MemberExpression' && isForwarding(callee) ? callee.object : callee
  return (
    isOwn(target) &&
    given.every(one => isOwn(one.type === 'SpreadElement' ? one.argument : one) || one.type === 'Literal')
  )
}

/** `f.call`, `f.apply`. */
function isForwarding({ computed, property }: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return (
    !computed && property.type === 'Identifier' && (property.name === 'call' || property.name === 'apply')
  )
}

/** What a function gives that consists of a `return` alone. */
export function resultOf(fn: FunctionNode): AnyNode | null | undefined {
  if (fn.body.type !== 'BlockStatement') return fn.body
  const [only] = fn.body.body
  return fn.body.body.length === 1 && only?.type === 'ReturnStatement' ? only.argument : undefined
}

/** The parts of an expression that does nothing by itself; undefined for any other. */
function partsOf(
  node: AnyNode | null | undefined,
  names: ReadonlySet<string>,
): readonly AnyNode[] | undefined {
  switch (node?.type) {
    case 'Literal':
      return []
    case 'Identifier':
      return names.has(node.name) ? [] : undefined
    case 'MemberExpression':
      return node.computed ? undefined : [node.object]
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node.left.type === 'PrivateIdentifier' ? undefined : [node.left, node.right]
    case 'UnaryExpression':
    case 'ParenthesizedExpression':
      return [node.type === 'UnaryExpression' ? node.argument : node.expression]
    case 'ConditionalExpression':
      return [node.test, node.consequent, node.alternate]
    case 'ObjectExpression': {
      const values: AnyNode[] = []
      for (const property of node.properties) {
        if (property.type !== 'Property' || property.computed || property.kind !== 'init') return undefined
        values.push(property.value)
      }
      return values
    }
    default:
      return undefined
  }
}
