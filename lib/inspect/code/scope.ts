import type { AnyNode, FunctionDeclaration, Program } from 'acorn'

/**
 * Which names each function and block declares, and which of them inner functions use. One walk with a stack of its
 * own: a chain of 50,000 calls parses, and must not overflow anything here.
 */

export type ScopeNames = {
  readonly names: Map<string, NameUse>
  /** Function declarations, which exist from the start of their block. */
  readonly functions: FunctionDeclaration[]
}

export type NameUse = {
  /** Used by a function inside the declaring one, so that it may be read and written at any time. */
  captured: boolean
}

export type Scopes = ReadonlyMap<AnyNode, ScopeNames>

type Scope = ScopeNames & {
  readonly parent: Scope | undefined
  /** A function, a class body, the program: crossing it makes a use a capture, and `var` stops here. */
  readonly boundary: boolean
  readonly holdsVar: boolean
  dynamic: boolean
}

type Task = { readonly node: AnyNode; readonly scope: Scope }
type Use = { readonly name: string; readonly scope: Scope }

/** Scopes by the node that opens them. A function's parameters and the top of its body are one scope. */
export function findScopes(program: Program): Scopes {
  const scopes = new Map<AnyNode, ScopeNames>()
  const uses: Use[] = []
  const open = (node: AnyNode, parent: Scope | undefined, boundary: boolean, holdsVar: boolean): Scope => {
    const scope: Scope = { names: new Map(), functions: [], parent, boundary, holdsVar, dynamic: false }
    scopes.set(node, scope)
    return scope
  }
  const tasks: Task[] = []
  const push = (node: AnyNode | null | undefined, scope: Scope) => {
    if (node) tasks.push({ node, scope })
  }
  const pushAll = (nodes: readonly (AnyNode | null)[], scope: Scope) => {
    for (let at = nodes.length - 1; at >= 0; at--) push(nodes[at], scope)
  }
  const root = open(program, undefined, true, true)
  pushAll(program.body, root)

  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { node, scope } = task
    switch (node.type) {
      case 'Identifier':
        uses.push({ name: node.name, scope })
        break
      case 'MemberExpression':
        push(node.object, scope)
        if (node.computed) push(node.property, scope)
        break
      case 'Property':
        if (node.computed) push(node.key, scope)
        push(node.value, scope)
        break
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) push(node.key, scope)
        push(node.value, scope)
        break
      case 'LabeledStatement':
        push(node.body, scope)
        break
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        break
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        if (node.type === 'FunctionDeclaration' && node.id) {
          declare(scope, node.id.name)
          scope.functions.push(node)
        }
        const inner = open(node, scope, true, true)
        if (node.type === 'FunctionExpression' && node.id) declare(inner, node.id.name)
        for (const parameter of node.params) declarePattern(inner, parameter)
        pushAll(node.params, inner)
        if (node.body.type === 'BlockStatement') pushAll(node.body.body, inner)
        else push(node.body, inner)
        break
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        if (node.type === 'ClassDeclaration' && node.id) declare(scope, node.id.name)
        push(node.superClass, scope)
        const inner = open(node, scope, true, false)
        if (node.id) declare(inner, node.id.name)
        pushAll(node.body.body, inner)
        break
      }
      case 'StaticBlock':
        pushAll(node.body, open(node, scope, false, true))
        break
      case 'BlockStatement':
        pushAll(node.body, open(node, scope, false, false))
        break
      case 'SwitchStatement': {
        push(node.discriminant, scope)
        const inner = open(node, scope, false, false)
        pushAll(node.cases, inner)
        break
      }
      case 'ForStatement': {
        const inner = open(node, scope, false, false)
        push(node.body, inner)
        push(node.update, inner)
        push(node.test, inner)
        push(node.init, inner)
        break
      }
      case 'ForInStatement':
      case 'ForOfStatement': {
        const inner = open(node, scope, false, false)
        push(node.body, inner)
        push(node.left, inner)
        push(node.right, inner)
        break
      }
      case 'CatchClause': {
        const inner = open(node, scope, false, false)
        if (node.param) declarePattern(inner, node.param)
        push(node.body, inner)
        push(node.param, inner)
        break
      }
      case 'VariableDeclaration': {
        const target = node.kind === 'var' ? varScope(scope) : scope
        for (const declarator of node.declarations) {
          declarePattern(target, declarator.id)
          push(declarator.id, scope)
          push(declarator.init, scope)
        }
        break
      }
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) declare(scope, specifier.local.name)
        break
      case 'ExportNamedDeclaration':
        push(node.declaration, scope)
        if (!node.source) {
          for (const specifier of node.specifiers) {
            if (specifier.local.type === 'Identifier') uses.push({ name: specifier.local.name, scope })
          }
        }
        break
      case 'ExportDefaultDeclaration':
        push(node.declaration, scope)
        break
      case 'ExportAllDeclaration':
        break
      case 'WithStatement':
        makeDynamic(scope)
        push(node.object, scope)
        push(node.body, scope)
        break
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') makeDynamic(scope)
        push(node.callee, scope)
        pushAll(node.arguments, scope)
        break
      default:
        for (const child of childrenOf(node)) push(child, scope)
    }
  }
  for (const { name, scope } of uses) markUse(name, scope)
  return scopes
}

/** The nodes directly below one, whatever its type. Parsers' bookkeeping is not a child. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = []
  for (const key in node) {
    if (ignoredKeys.has(key)) continue
    const child = (node as unknown as Record<string, unknown>)[key]
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) children.push(item)
    } else if (isNode(child)) children.push(child)
  }
  return children
}

const ignoredKeys = new Set([
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

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

function declare(scope: Scope, name: string): void {
  if (!scope.names.has(name)) scope.names.set(name, { captured: false })
}

function varScope(scope: Scope): Scope {
  let at = scope
  while (!at.holdsVar && at.parent !== undefined) at = at.parent
  return at
}

function makeDynamic(scope: Scope): void {
  for (let at: Scope | undefined = scope; at !== undefined && !at.dynamic; at = at.parent) at.dynamic = true
}

/** Declares the names a pattern binds; default values are walked as ordinary code by the caller. */
function declarePattern(target: Scope, pattern: AnyNode): void {
  for (const name of boundNames(pattern)) declare(target, name)
}

/** The names a pattern binds, from left to right. */
export function boundNames(pattern: AnyNode): string[] {
  const names: string[] = []
  const stack: (AnyNode | null)[] = [pattern]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === null) continue
    switch (node.type) {
      case 'Identifier':
        names.push(node.name)
        break
      case 'AssignmentPattern':
        stack.push(node.left)
        break
      case 'RestElement':
        stack.push(node.argument)
        break
      case 'ArrayPattern':
        for (let at = node.elements.length - 1; at >= 0; at--) stack.push(node.elements[at] ?? null)
        break
      case 'ObjectPattern':
        for (let at = node.properties.length - 1; at >= 0; at--) {
          const property = node.properties[at]!
          stack.push(property.type === 'RestElement' ? property : property.value)
        }
        break
      default: {
        // TypeScript's constructor parameters: `constructor(private name: string)`.
        const inner = (node as { parameter?: unknown }).parameter
        if (isNode(inner)) stack.push(inner)
      }
    }
  }
  return names
}

function markUse(name: string, from: Scope): void {
  let crossed = false
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    const use = scope.names.get(name)
    if (use !== undefined) {
      if (crossed || scope.dynamic) use.captured = true
      return
    }
    if (scope.boundary) crossed = true
  }
}
