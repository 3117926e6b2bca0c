import { Parser } from 'acorn'
import { analyze, type Scope, type ScopeManager } from 'eslint-scope'

/** A node as acorn makes it, its fields to be asked for one by one. */
export type SyntaxNode = {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** A file that was understood: its text, tree and kind, and a name that nothing in it uses. */
export type Code = {
  readonly path: string
  readonly text: string
  readonly tree: SyntaxNode
  readonly module: boolean
  readonly fresh: string
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** The node in a field, where there is one. */
export function child(node: SyntaxNode | undefined, field: string): SyntaxNode | undefined {
  const value = node?.[field]
  return isNode(value) ? value : undefined
}

/** The nodes in a field that is a list. */
export function children(node: SyntaxNode | undefined, field: string): readonly SyntaxNode[] {
  const value = node?.[field]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** A text in a field: the name of an identifier, the operator of an expression. */
export const textIn = (node: SyntaxNode | undefined, field: string): string | undefined =>
  typeof node?.[field] === 'string' ? node[field] : undefined

/** The value of a string literal. */
export const stringOf = (node: SyntaxNode | undefined): string | undefined =>
  node?.type === 'Literal' ? textIn(node, 'value') : undefined

export const nameOf = (node: SyntaxNode | undefined): string | undefined =>
  node?.type === 'Identifier' ? textIn(node, 'name') : undefined

export type Visit = (node: SyntaxNode, parents: readonly SyntaxNode[]) => boolean | void

/** Every node below `root` and itself, parents first. A visitor that returns false keeps the walk out of the node. */
export function walk(root: SyntaxNode, visit: Visit): void {
  const parents: SyntaxNode[] = []
  const enter = (node: SyntaxNode): void => {
    if (visit(node, parents) === false) return
    parents.push(node)
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const item of value) if (isNode(item)) enter(item)
      if (isNode(value)) enter(value)
    }
    parents.pop()
  }
  enter(root)
}

/** Whether the code holds such a node outside the functions in it. */
export function holds(root: SyntaxNode, types: readonly string[]): boolean {
  let found = false
  walk(root, node => {
    if (types.includes(node.type)) found = true
    return !(node !== root && isFunction(node)) && !found
  })
  return found
}

export const isFunction = ({ type }: SyntaxNode): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'

const kinds = ['module', 'commonjs', 'script'] as const

/** The file as code, or undefined where no kind of JavaScript fits. */
export function parse(text: string, path: string): Code | undefined {
  const looksLikeModule = path.endsWith('.mjs') || /^\s*(?:import|export)\b/m.test(text)
  const order = looksLikeModule ? kinds : (['commonjs', 'script', 'module'] as const)
  for (const sourceType of order) {
    try {
      const tree = Parser.parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        ranges: true,
        allowHashBang: true,
        ...(sourceType === 'module' ? { allowAwaitOutsideFunction: true } : {}),
        ...(sourceType === 'script' ? { allowReturnOutsideFunction: true } : {}),
      }) as unknown as SyntaxNode
      let fresh = '_q'
      while (text.includes(fresh)) fresh += 'q'
      return { path, text, tree, module: sourceType === 'module', fresh }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return undefined
}

/** The scopes of a file; a script counts as CommonJS, so that its outermost names are its own. */
export const scopesOf = ({ tree, module }: Code): ScopeManager =>
  analyze(tree as unknown as Parameters<typeof analyze>[0], {
    ecmaVersion: 2024,
    sourceType: module ? 'module' : 'commonjs',
    // Otherwise a file with a direct eval has no resolved names at all.
    ignoreEval: true,
  })

/** Uses of names that nothing in the file declares, in the order of the text. */
export function globalUses(code: Code): readonly { readonly name: string; readonly node: SyntaxNode }[] {
  const outermost: Scope | null = scopesOf(code).globalScope
  return (outermost?.through ?? []).map(({ identifier }) => ({
    name: (identifier as unknown as { name: string }).name,
    node: identifier as unknown as SyntaxNode,
  }))
}

/** Where a statement may be put in front of all others: behind the hashbang and the directives. */
export function headOf({ tree, text }: Code): number {
  let head = text.startsWith('#!') ? text.indexOf('\n') + 1 || text.length : 0
  for (const statement of children(tree, 'body')) {
    if (textIn(statement, 'directive') === undefined) break
    head = statement.end
  }
  return head
}
