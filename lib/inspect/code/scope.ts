import type { AnyNode, FunctionDeclaration, Program } from 'acorn'
import { childrenOf, isNode } from './children.ts'
import { isPowerModule } from './lexer/powers.ts'

/**
 * Which names each function and block declares, and which of them inner functions use. One walk with a stack of its
 * own: a chain of 50,000 calls parses, and must not overflow anything here.
 */

export type ScopeNames = {
  readonly names: ReadonlyMap<string, NameUse>
  /** Function declarations, which exist from the start of their block. */
  readonly functions: FunctionDeclaration[]
}

export type NameUse = {
  /** Used by a function inside the declaring one, so that it may be read and written at any time. */
  captured: boolean
}

export type Scopes = ReadonlyMap<AnyNode, ScopeNames>

type Scope = {
  readonly node: AnyNode
  /** `noNames` until one is declared: most blocks declare none. */
  names: Map<string, NameUse>
  readonly functions: FunctionDeclaration[]
  readonly parent: Scope | undefined
  /** A function, a class body, the program: crossing it makes a use a capture, and `var` stops here. */
  readonly boundary: boolean
  readonly holdsVar: boolean
  dynamic: boolean
}

const noNames: Map<string, NameUse> = new Map()

type Task = { readonly node: AnyNode; readonly scope: Scope }
type Use = { readonly name: string; readonly scope: Scope }

/**
 * Scopes by the node that opens them. A function's parameters and the top of its body are one scope. Functions
 * that act are those that name something of the world outside, themselves or in functions inside them.
 */
export function findScopes(program: Program): {
  readonly scopes: Scopes
  readonly acting: ReadonlySet<AnyNode>
} {
  const scopes = new Map<AnyNode, Scope>()
  const uses: Use[] = []
  /** Names under which the file has something of other packages or of the host. */
  const outside = new Set<NameUse>()
  const owners: AnyNode[] = []
  const open = (node: AnyNode, parent: Scope | undefined, boundary: boolean, holdsVar: boolean): Scope => {
    const scope: Scope = {
      node,
      names: noNames,
      functions: [],
      parent,
      boundary,
      holdsVar,
      dynamic: false,
    }
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
      case 'MemberExpression': {
        if (isBuildMode(node)) break
        push(node.object, scope)
        if (node.computed) push(node.property, scope)
        break
      }
      case 'Property':
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
      case 'ImportExpression':
        owners.push(ownerOf(scope))
        push(node.source, scope)
        break
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
          const { init } = declarator
          if (!init) continue
          if (isPowerModule(loadedBy(init)))
            for (const name of boundNames(declarator.id)) outside.add(target.names.get(name)!)
          push(init, scope)
        }
        break
      }
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) {
          declare(scope, specifier.local.name)
          if (String(node.source.value).startsWith('.')) continue
          outside.add(scope.names.get(specifier.local.name)!)
        }
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
        if (isConstructorCall(node)) owners.push(ownerOf(scope))
        push(node.callee, scope)
        pushAll(node.arguments, scope)
        break
      default:
        for (const child of childrenOf(node)) push(child, scope)
    }
  }
  for (const { name, scope } of uses) {
    const use = markUse(name, scope)
    if (use === undefined ? powerWords.has(name) : outside.has(use)) owners.push(ownerOf(scope))
  }
  return { scopes: namesOf(scopes), acting: withThoseAround(owners, scopes) }
}

/** The function, class or program that a scope lies in. */
function ownerOf(from: Scope): AnyNode {
  let scope = from
  while (!scope.boundary && scope.parent !== undefined) scope = scope.parent
  return scope.node
}

/** What makes and hands out a function acts by it. */
function withThoseAround(owners: readonly AnyNode[], scopes: ReadonlyMap<AnyNode, Scope>): Set<AnyNode> {
  const nodes = new Set<AnyNode>()
  for (const owner of owners) {
    for (let scope = scopes.get(owner); scope !== undefined; scope = scope.parent) {
      if (!scope.boundary) continue
      if (nodes.has(scope.node)) break
      nodes.add(scope.node)
    }
  }
  return nodes
}

/** What the interpreter asks for, and nothing that led to it: it is kept as long as the package is looked at. */
function namesOf(scopes: ReadonlyMap<AnyNode, Scope>): Scopes {
  const kept = new Map<AnyNode, ScopeNames>()
  for (const [node, { names, functions, boundary }] of scopes) {
    if (!boundary && names.size === 0 && functions.length === 0) continue
    kept.set(node, { names, functions })
  }
  return kept
}

function propertyName(node: { readonly key: AnyNode; readonly computed: boolean }): string | undefined {
  const { key } = node
  if (key.type === 'Identifier') return node.computed ? undefined : key.name
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined
}

/** `require('http')`, `require('x').y`, `__importDefault(require('x'))`: the name of what is loaded. */
function loadedBy(init: AnyNode): string {
  let at = init
  for (let step = 0; step < 4; step++) {
    if (at.type === 'MemberExpression') at = at.object
    else if (at.type === 'CallExpression') {
      const [first] = at.arguments
      if (at.callee.type !== 'Identifier' || first === undefined) return ''
      if (at.callee.name === 'require')
        return first.type === 'Literal' && typeof first.value === 'string' ? first.value : ''
      if (!at.callee.name.startsWith('_')) return ''
      at = first
    } else return ''
  }
  return ''
}

/** `process.env.NODE_ENV`, which every bundle asks for. */
function isBuildMode(node: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return (
    !node.computed &&
    node.property.type === 'Identifier' &&
    node.property.name === 'NODE_ENV' &&
    node.object.type === 'MemberExpression' &&
    node.object.object.type === 'Identifier' &&
    node.object.object.name === 'process'
  )
}

/** `x.constructor(…)`: how code without a power word gets at `Function`. */
function isConstructorCall(node: Extract<AnyNode, { type: 'CallExpression' }>): boolean {
  const { callee } = node
  return (
    callee.type === 'MemberExpression' &&
    propertyName({ key: callee.property, computed: callee.computed }) === 'constructor'
  )
}

/** Names that lead out of the program, where no declaration of its own stands before them. */
const powerWords = new Set(
  (
    'require module process eval Function globalThis global window self top parent document fetch XMLHttpRequest ' +
    'WebSocket EventSource navigator Bun Deno Worker WebAssembly importScripts localStorage sessionStorage indexedDB ' +
    'ethereum solana chrome browser __non_webpack_require__ Reflect setTimeout setInterval exports'
  ).split(' '),
)

function declare(scope: Scope, name: string): void {
  if (scope.names === noNames) scope.names = new Map()
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

/** The declaration that a name means; a global has none. */
function markUse(name: string, from: Scope): NameUse | undefined {
  let crossed = false
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    const use = scope.names.get(name)
    if (use !== undefined) {
      if (crossed || scope.dynamic) use.captured = true
      return use
    }
    if (scope.boundary) crossed = true
  }
  return undefined
}
