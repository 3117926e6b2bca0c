import type { AnyNode, Node, Pattern } from 'acorn'
import { childrenOf } from '../children.ts'
import { bodyShapeOf, isFunctionNode, namesOf } from './shape.ts'

/** Methods that change their receiver in place. */
export const mutators: ReadonlySet<string> = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'reverse',
  'sort',
  'fill',
  'copyWithin',
  'set',
])

/**
 * Collects names from the nodes of some code, functions inside included, and remembers what it found: what is asked of a
 * function or statement is asked of those inside it as well.
 */
const collector = (
  add: (node: AnyNode, names: Set<string>, namesFrom: (part: Node) => ReadonlySet<string>) => void,
  finish: (root: Node, names: Set<string>) => void = () => undefined,
): ((root: Node) => ReadonlySet<string>) => {
  const cache = new WeakMap<Node, ReadonlySet<string>>()
  const namesFrom = (root: Node): ReadonlySet<string> => {
    const known = cache.get(root)
    if (known !== undefined) return known
    const names = new Set<string>()
    const stack: AnyNode[] = [root as AnyNode]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node !== root && (isFunctionNode(node) || isAsked(node))) {
        for (const name of namesFrom(node)) names.add(name)
        continue
      }
      add(node, names, namesFrom)
      for (const child of childrenOf(node)) stack.push(child)
    }
    finish(root, names)
    cache.set(root, names)
    return names
  }
  return namesFrom
}

/**
 * Statements with statements in them are asked one after the other, from the outside in: walking each as a whole would
 * visit what lies deep once for each of them.
 */
const isAsked = (node: AnyNode): boolean => {
  switch (node.type) {
    case 'IfStatement':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'SwitchStatement':
    case 'TryStatement':
    case 'LabeledStatement':
      return true
    default:
      return false
  }
}

const addNames = (
  node: AnyNode,
  names: Set<string>,
  namesFrom: (part: Node) => ReadonlySet<string>,
): void => {
  switch (node.type) {
    case 'AssignmentExpression':
      return addTarget(node.left, names)
    case 'UpdateExpression':
      return addTarget(node.argument as Pattern, names)
    case 'ForInStatement':
    case 'ForOfStatement':
      if (node.left.type !== 'VariableDeclaration') addTarget(node.left, names)
      else for (const { id } of node.left.declarations) for (const name of namesOf(id)) names.add(name)
      if (node.type === 'ForOfStatement' && node.left.type === 'VariableDeclaration')
        addOwner(node.right, node.left.declarations[0]?.id, node.body, names, namesFrom)
      return undefined
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations)
        if (init || node.kind !== 'var') for (const name of namesOf(id)) names.add(name)
      return undefined
    case 'CallExpression':
      if (node.callee.type !== 'MemberExpression' || node.callee.property.type !== 'Identifier')
        return undefined
      if (!node.callee.computed) addCalled(node, node.callee, node.callee.property.name, names, namesFrom)
      return undefined
    default:
  }
}

/** Functions of `Object` and `Reflect` that change what they are given first. */
const definers: ReadonlySet<string> = new Set(['assign', 'defineProperty', 'defineProperties', 'set'])

const addCalled = (
  { arguments: given }: Extract<AnyNode, { type: 'CallExpression' }>,
  { object }: Extract<AnyNode, { type: 'MemberExpression' }>,
  method: string,
  names: Set<string>,
  namesFrom: (part: Node) => ReadonlySet<string>,
): void => {
  const [first] = given
  if (object.type === 'Identifier' && (object.name === 'Object' || object.name === 'Reflect')) {
    if (first !== undefined && definers.has(method)) addRoot(first, names)
  } else if (mutators.has(method)) addRoot(object, names)
  else if (first !== undefined && isFunctionNode(first))
    addOwner(object, first.params[0], first.body, names, namesFrom)
}

/** `for (const one of list) one.a = …`, `list.forEach(one => { one.a = … })`: what changes one of a list changes the list. */
const addOwner = (
  list: AnyNode,
  one: Pattern | undefined,
  body: Node,
  names: Set<string>,
  namesFrom: (part: Node) => ReadonlySet<string>,
): void => {
  if (one === undefined) return
  const changed = namesFrom(body)
  if (changed.size > 0 && namesOf(one).some(name => changed.has(name))) addRoot(list, names)
}

const addTarget = (target: Pattern, names: Set<string>): void => {
  if (target.type === 'MemberExpression') return addRoot(target.object, names)
  for (const name of namesOf(target)) names.add(name)
}

/** The variable at the start of `a.b[c].d`. */
const addRoot = (node: AnyNode, names: Set<string>): void => {
  let current = node
  while (current.type === 'MemberExpression') current = current.object
  if (current.type === 'Identifier') names.add(current.name)
}

const forgetOwn = (root: Node, names: Set<string>): void => {
  if (!isFunctionNode(root)) return
  const { declared } = bodyShapeOf(root)
  for (const name of declared) names.delete(name)
  // A function that replaces itself by its final form on the first call: the usual lazy set-up of a decoder.
  if (root.id) names.delete(root.id.name)
}

/**
 * The names that code may give another value when it runs: assigned, counted up, or changed in place. Functions
 * inside count as if they ran. A statement that could not be evaluated leaves these names unknown.
 */
export const assignedIn = collector(addNames, forgetOwn)

/** The names on which methods are called whose own name is put together: each may be one that changes its receiver. */
export const calledIn = collector((node, names) => {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || !node.callee.computed)
    return
  const { object, property } = node.callee
  const isReader = property.type === 'Literal' && !mutators.has(String(property.value))
  if (!isReader) addRoot(object, names)
})
