import { parse, type AnyNode } from 'acorn'

/** The class of acorn's nodes, which its types do not name. */
const AcornNode = parse('', { ecmaVersion: 'latest' }).constructor

const none: readonly AnyNode[] = []

/** Fields that hold nodes, by type: acorn gives every node of a type the same fields, in the order of the text. */
const fieldsByType = new Map<string, readonly string[]>([
  ['Identifier', []],
  ['Literal', []],
  ['TemplateElement', []],
])

function fieldsOf(node: AnyNode): readonly string[] {
  let fields = fieldsByType.get(node.type)
  if (fields === undefined) {
    const record = node as unknown as Readonly<Record<string, unknown>>
    fields = Object.keys(record).filter(key => typeof record[key] === 'object')
    fieldsByType.set(node.type, fields)
  }
  return fields
}

/**
 * The nodes directly below one, in source order, whatever its type. Parsers' bookkeeping and types are no children. Walks
 * over whole trees ask for them at every node, so nothing is looked at that cannot be one.
 */
export function childrenOf(node: object): readonly AnyNode[] {
  // Babel's nodes have further fields only where they are needed: decorators, for one, are code.
  if (!(node instanceof AcornNode)) return foreignChildrenOf(node)
  const fields = fieldsOf(node as AnyNode)
  if (fields.length === 0) return none
  const record = node as unknown as Readonly<Record<string, AnyNode | readonly (AnyNode | null)[] | null>>
  const children: AnyNode[] = []
  for (const field of fields) {
    const child = record[field]
    if (child === null || child === undefined) continue
    if (!Array.isArray(child)) children.push(child as AnyNode)
    else for (const item of child as readonly (AnyNode | null)[]) if (item !== null) children.push(item)
  }
  return children
}

function foreignChildrenOf(node: object): AnyNode[] {
  const children: AnyNode[] = []
  for (const [key, child] of Object.entries(node)) {
    if (ignored.has(key)) continue
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) children.push(item)
    } else if (isNode(child)) children.push(child)
  }
  return children
}

const ignored: ReadonlySet<string> = new Set([
  'loc',
  'range',
  'extra',
  'tokens',
  'comments',
  'errors',
  'leadingComments',
  'trailingComments',
  'innerComments',
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeParameters',
  'implements',
  'predicate',
])

/** Whether something is a node of a tree, of whichever parser. */
export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
