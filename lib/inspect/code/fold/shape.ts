import type {
  AnyNode,
  BlockStatement,
  FunctionDeclaration,
  Node,
  Pattern,
  Program,
  StaticBlock,
  VariableDeclaration,
} from 'acorn'
import { childrenOf } from '../children.ts'
import type { FunctionNode } from './values.ts'

/** What entering a function or program declares. */
export type BodyShape = {
  readonly vars: readonly string[]
  readonly usesArguments: boolean
  /** Every name declared anywhere in it, parameters and inner blocks too, but not in inner functions. */
  readonly declared: ReadonlySet<string>
}

/** What entering a list of statements declares. */
export type BlockShape = {
  readonly lexical: readonly { readonly name: string; readonly constant: boolean }[]
  readonly functions: readonly FunctionDeclaration[]
}

export const isFunctionNode = (node: Node): node is FunctionNode =>
  node.type === 'FunctionExpression' ||
  node.type === 'ArrowFunctionExpression' ||
  node.type === 'FunctionDeclaration'

/** The names a pattern binds. */
export const namesOf = (pattern: Pattern): string[] => {
  const names: string[] = []
  const stack: (Pattern | null)[] = [pattern]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next === null) continue
    switch (next.type) {
      case 'Identifier':
        names.push(next.name)
        break
      case 'ObjectPattern':
        for (const property of next.properties) {
          stack.push(property.type === 'RestElement' ? property.argument : property.value)
        }
        break
      case 'ArrayPattern':
        stack.push(...next.elements)
        break
      case 'RestElement':
        stack.push(next.argument)
        break
      case 'AssignmentPattern':
        stack.push(next.left)
        break
      default:
    }
  }
  return names
}

const bodies = new WeakMap<Node, BodyShape>()
const blocks = new WeakMap<Node, BlockShape>()
const closures = new WeakMap<Node, boolean>()

const declare = (declaration: VariableDeclaration, vars: Set<string>, declared: Set<string>): void => {
  for (const declarator of declaration.declarations) {
    for (const name of namesOf(declarator.id)) {
      declared.add(name)
      if (declaration.kind === 'var') vars.add(name)
    }
  }
}

/** Reads a function or program once; walks with a stack of its own, since the input chooses how deep blocks nest. */
export const bodyShapeOf = (root: FunctionNode | Program): BodyShape => {
  const known = bodies.get(root)
  if (known !== undefined) return known
  const vars = new Set<string>()
  const declared = new Set<string>()
  let usesArguments = false
  if (isFunctionNode(root))
    for (const param of root.params) for (const name of namesOf(param)) declared.add(name)
  const stack: AnyNode[] = [...childrenOf(root)]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'Identifier') usesArguments ||= node.name === 'arguments'
    else if (node.type === 'VariableDeclaration') declare(node, vars, declared)
    else if (node.type === 'FunctionDeclaration') declared.add(node.id?.name ?? '')
    else if (node.type === 'ClassDeclaration') declared.add(node.id?.name ?? '')
    else if (node.type === 'CatchClause' && node.param)
      for (const name of namesOf(node.param)) declared.add(name)
    if (isFunctionNode(node)) {
      // An arrow function shares `arguments` with what is around it.
      if (node.type === 'ArrowFunctionExpression') usesArguments ||= bodyShapeOf(node).usesArguments
    } else stack.push(...childrenOf(node))
  }
  const shape = { vars: [...vars], usesArguments, declared }
  bodies.set(root, shape)
  return shape
}

type StatementList = Program | BlockStatement | StaticBlock

/** What a list of statements declares; `node` is whose list it is. */
export const blockShapeOf = (node: StatementList | Node, statements: readonly Node[]): BlockShape => {
  const known = blocks.get(node)
  if (known !== undefined) return known
  const lexical: { name: string; constant: boolean }[] = []
  const functions: FunctionDeclaration[] = []
  for (const outer of statements as readonly AnyNode[]) {
    const isExport = outer.type === 'ExportNamedDeclaration' || outer.type === 'ExportDefaultDeclaration'
    const statement = isExport && outer.declaration ? outer.declaration : outer
    if (statement.type === 'FunctionDeclaration' && statement.id) functions.push(statement)
    else if (statement.type === 'ClassDeclaration' && statement.id)
      lexical.push({ name: statement.id.name, constant: false })
    else if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const declarator of statement.declarations) {
        for (const name of namesOf(declarator.id))
          lexical.push({ name, constant: statement.kind === 'const' })
      }
    }
  }
  const shape = { lexical, functions }
  blocks.set(node, shape)
  return shape
}

/** Whether a function is made anywhere below: then each round of a loop needs variables of its own. */
export const makesClosures = (root: Node): boolean => {
  const known = closures.get(root)
  if (known !== undefined) return known
  const stack: AnyNode[] = [...childrenOf(root)]
  let found = false
  for (let node = stack.pop(); node !== undefined && !found; node = stack.pop()) {
    found = isFunctionNode(node)
    if (!found) stack.push(...childrenOf(node))
  }
  closures.set(root, found)
  return found
}
