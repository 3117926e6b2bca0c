import type { AnyNode, Expression, Node } from 'acorn'
import { isFunctionNode } from './shape.ts'
import type { Scope } from './scope.ts'
import { FoldFunction, type FunctionNode } from './values.ts'

/** A function that a CommonJS file hands out; `''` is the file's whole export. */
type Exported = { readonly name: string; readonly node: FunctionNode; readonly declared?: FoldFunction }

/** `exports.a = function …`, `module.exports = { a, b }`, `exports.a = exports.b = a`: what a statement hands out. */
export const exportedBy = (statement: Expression, scope: Scope): readonly Exported[] => {
  const names: string[] = []
  let value = statement
  while (value.type === 'AssignmentExpression' && value.operator === '=') {
    const name = exportName(value.left, scope)
    if (name === undefined) return []
    names.push(name)
    value = value.right
  }
  if (value.type === 'ObjectExpression' && names.includes(''))
    return value.properties.flatMap(property =>
      property.type === 'Property' && property.kind === 'init' && property.key.type === 'Identifier'
        ? named([property.key.name], property.value, scope)
        : [],
    )
  return named(names, value, scope)
}

const named = (names: readonly string[], value: Expression, scope: Scope): readonly Exported[] => {
  if (isFunctionNode(value)) return names.map(name => ({ name, node: value }))
  const declared = value.type === 'Identifier' ? scope.find(value.name)?.value : undefined
  return declared instanceof FoldFunction ? names.map(name => ({ name, node: declared.node, declared })) : []
}

/** The name below `exports`, where that is Node's; `''` for all of it. */
export const exportName = (target: Node, scope: Scope): string | undefined => {
  const node = target as AnyNode
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier')
    return undefined
  const { object, property } = node
  if (isGlobal(object, 'exports', scope)) return property.name
  if (property.name === 'exports' && isGlobal(object, 'module', scope)) return ''
  const isNode =
    object.type === 'MemberExpression' &&
    !object.computed &&
    object.property.type === 'Identifier' &&
    object.property.name === 'exports' &&
    isGlobal(object.object, 'module', scope)
  return isNode ? property.name : undefined
}

const isGlobal = (node: Node, name: string, scope: Scope): boolean => {
  const known = node as AnyNode
  return known.type === 'Identifier' && known.name === name && scope.find(name) === undefined
}

const assignment = /\bexports\.([\w$]{1,99})\s{0,9}=(?![=>])/g
const blank = /^\s{0,9}(?:void 0\b|(?:module\.)?exports\.)/

/** Names that a text gives a value more than once: which one is called is not known. */
export const givenTwice = (source: string): ReadonlySet<string> => {
  const once = new Set<string>()
  const twice = new Set<string>()
  for (const { 0: text, 1: name = '', index } of source.matchAll(assignment)) {
    const end = index + text.length
    if (blank.test(source.slice(end, end + 40))) continue
    if (once.has(name)) twice.add(name)
    once.add(name)
  }
  return twice
}
