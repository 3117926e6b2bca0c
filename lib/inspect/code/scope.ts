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
  /** The units of code that use the name, where it matters which code can reach what. */
  readonly users: Unit[]
  /** Used by a function inside the declaring one, so that it may be read and written at any time. */
  captured: boolean
}

export type Scopes = ReadonlyMap<AnyNode, ScopeNames>

/**
 * A function, or the right side of a declaration or assignment: code that is *warm* when it, or anything it names,
 * can reach the world outside. `binds` are the names under which others reach it.
 */
export type Unit = {
  readonly parent: Unit | undefined
  readonly node: AnyNode | undefined
  readonly binds: (NameUse | string)[]
  /** Names from outside that it uses, for a function. */
  readonly free: Set<string> | undefined
  warm: boolean
  /** Whether it names a global that sends or evaluates something. */
  sends: boolean
}

export type Warmth = {
  readonly warm: ReadonlySet<AnyNode>
  /** Functions that themselves name something of the outside world. */
  readonly direct: ReadonlySet<AnyNode>
  /** Functions that themselves name what sends or starts something. */
  readonly sending: ReadonlySet<AnyNode>
  /** Warm or reached through the name of a property that something warm has. */
  readonly perhaps: ReadonlySet<AnyNode>
  readonly free: ReadonlyMap<AnyNode, ReadonlySet<string>>
}

type Scope = {
  /** `noNames` until one is declared: most blocks declare none. */
  names: Map<string, NameUse>
  readonly functions: FunctionDeclaration[]
  readonly parent: Scope | undefined
  /** A function, a class body, the program: crossing it makes a use a capture, and `var` stops here. */
  readonly boundary: boolean
  readonly holdsVar: boolean
  dynamic: boolean
  readonly unit: Unit
}

const noNames: Map<string, NameUse> = new Map()

type Task = { readonly node: AnyNode; readonly scope: Scope }
type Use = { readonly name: string; readonly scope: Scope }
type PropertyUse = { readonly name: string; readonly unit: Unit }

/**
 * Scopes by the node that opens them. A function's parameters and the top of its body are one scope. What is warm is
 * found out where `asksWarmth`: it takes as long again.
 */
export function findScopes(
  program: Program,
  asksWarmth: boolean,
): { readonly scopes: Scopes; readonly warmth: Warmth | undefined } {
  const scopes = new Map<AnyNode, Scope>()
  const uses: Use[] = []
  const units: Unit[] = []
  const properties: PropertyUse[] = []
  const assigned: { readonly binds: (NameUse | string)[]; readonly name: string; readonly scope: Scope }[] =
    []
  const foreign: NameUse[] = []
  const senders: NameUse[] = []
  const bindings = new Map<AnyNode, (NameUse | string)[]>()
  const newUnit = (
    parent: Unit | undefined,
    node: AnyNode | undefined,
    binds: (NameUse | string)[],
  ): Unit => {
    if (!asksWarmth && units.length > 0) return units[0]!
    const unit: Unit = {
      parent,
      node,
      binds,
      free: node === undefined ? undefined : new Set(),
      warm: false,
      sends: false,
    }
    units.push(unit)
    return unit
  }
  /** The same names, seen by a unit of its own. */
  const within = (scope: Scope, binds: (NameUse | string)[]): Scope =>
    asksWarmth
      ? {
          names: noNames,
          functions: [],
          parent: scope,
          boundary: false,
          holdsVar: false,
          dynamic: false,
          unit: newUnit(scope.unit, undefined, binds),
        }
      : scope
  const open = (
    node: AnyNode,
    parent: Scope | undefined,
    boundary: boolean,
    holdsVar: boolean,
    unit?: Unit,
  ): Scope => {
    const scope: Scope = {
      names: noNames,
      functions: [],
      parent,
      boundary,
      holdsVar,
      dynamic: false,
      unit: unit ?? parent?.unit ?? newUnit(undefined, node, []),
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
        const name = propertyName({ key: node.property, computed: node.computed })
        if (name !== undefined) properties.push({ name, unit: scope.unit })
        break
      }
      case 'AssignmentExpression': {
        const { left, right } = node
        push(left, scope)
        const name =
          left.type === 'MemberExpression'
            ? propertyName({ key: left.property, computed: left.computed })
            : undefined
        if (isFunctionNode(right)) {
          const binds: (NameUse | string)[] = name === undefined ? [] : [name]
          bindings.set(right, binds)
          if (left.type === 'Identifier') assigned.push({ binds, name: left.name, scope })
          push(right, scope)
        } else if (right.type === 'Literal' || right.type === 'BinaryExpression') push(right, scope)
        else {
          const binds: (NameUse | string)[] = name === undefined ? [] : [name]
          for (const bound of left.type === 'MemberExpression' ? [] : boundNames(left))
            assigned.push({ binds, name: bound, scope })
          push(right, within(scope, binds))
        }
        break
      }
      case 'Property': {
        if (node.computed) push(node.key, scope)
        const name = propertyName(node)
        if (name !== undefined && isFunctionNode(node.value)) bindings.set(node.value, [name])
        const carries =
          name !== undefined && /^(?:Identifier|MemberExpression|CallExpression)$/.test(node.value.type)
        if (name !== undefined && !node.method) properties.push({ name, unit: scope.unit })
        push(node.value, carries && !node.shorthand ? within(scope, [name]) : scope)
        break
      }
      case 'MethodDefinition':
      case 'PropertyDefinition': {
        if (node.computed) push(node.key, scope)
        const name = propertyName(node)
        if (node.value && isFunctionNode(node.value))
          bindings.set(node.value, name === undefined ? [] : [name])
        push(
          node.value,
          node.value && !isFunctionNode(node.value) && name !== undefined ? within(scope, [name]) : scope,
        )
        break
      }
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
          bindings.set(node, [scope.names.get(node.id.name)!])
        }
        const inner = open(node, scope, true, true, newUnit(scope.unit, node, bindings.get(node) ?? []))
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
        const bound = node.id ? scope.names.get(node.id.name) : undefined
        const inner = open(
          node,
          scope,
          true,
          false,
          newUnit(scope.unit, node, bound === undefined ? [] : [bound]),
        )
        if (node.id) declare(inner, node.id.name)
        pushAll(node.body.body, inner)
        break
      }
      case 'ImportExpression':
        scope.unit.warm = true
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
          const binds = boundNames(declarator.id).map(name => target.names.get(name)!)
          if (asksWarmth && isPowerModule(loadedBy(init))) senders.push(...binds)
          if (isFunctionNode(init)) bindings.set(init, binds)
          const plain = isFunctionNode(init) || init.type === 'Literal' || init.type === 'BinaryExpression'
          push(init, plain ? scope : within(scope, binds))
        }
        break
      }
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) {
          declare(scope, specifier.local.name)
          if (String(node.source.value).startsWith('.')) continue
          foreign.push(scope.names.get(specifier.local.name)!)
          if (isPowerModule(String(node.source.value))) senders.push(scope.names.get(specifier.local.name)!)
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
        if (isConstructorCall(node)) scope.unit.warm = true
        push(node.callee, scope)
        pushAll(node.arguments, scope)
        break
      default:
        for (const child of childrenOf(node)) push(child, scope)
    }
  }
  for (const { name, scope } of uses) markUse(name, scope, asksWarmth)
  if (!asksWarmth) return { scopes: namesOf(scopes), warmth: undefined }
  for (const { binds, name, scope } of assigned) {
    const use = findName(name, scope)
    binds.push(use ?? name)
  }
  const warmth = spreadWarmth(units, properties, foreign, senders)
  return { scopes: namesOf(scopes), warmth }
}

/** What the interpreter asks for, and nothing that led to it: it is kept as long as the package is looked at. */
function namesOf(scopes: ReadonlyMap<AnyNode, Scope>): Scopes {
  const kept = new Map<AnyNode, ScopeNames>()
  for (const [node, { names, functions, boundary }] of scopes) {
    if (!boundary && names.size === 0 && functions.length === 0) continue
    for (const use of names.values()) use.users.length = 0
    kept.set(node, { names, functions })
  }
  return kept
}

function isFunctionNode(node: AnyNode): boolean {
  return node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
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

function findName(name: string, from: Scope): NameUse | undefined {
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    const use = scope.names.get(name)
    if (use !== undefined) return use
  }
  return undefined
}

/** Names that lead out of the program. A unit that uses one of them, and no declaration of its own, is warm. */
const powerWords = new Set(
  (
    'require module process eval Function globalThis global window self top parent document fetch XMLHttpRequest ' +
    'WebSocket EventSource navigator Bun Deno Worker WebAssembly importScripts localStorage sessionStorage indexedDB ' +
    'ethereum solana chrome browser __non_webpack_require__ Reflect setTimeout setInterval exports'
  ).split(' '),
)

const sendingWords: ReadonlySet<string> = new Set(
  'fetch XMLHttpRequest WebSocket EventSource navigator Bun Deno eval Function'.split(' '),
)

/** Names of properties so common that sharing one means nothing; what they lead to is seen from the values. */
const commonProperties = new Set(
  (
    'call apply bind get set push pop map filter forEach reduce then catch on off once emit has add delete keys values ' +
    'entries toString valueOf constructor prototype length name exports default next done value join split slice ' +
    'concat indexOf includes find some every sort test exec match replace log error warn parse stringify create ' +
    'init run start stop update close open data type id key text children parent node source options'
  ).split(' '),
)

/**
 * Warmth spreads from a unit to the units around it and to those that use the names it is bound to. Names of
 * properties say less than names of variables: what is reached through them alone is only *perhaps* warm.
 */
function spreadWarmth(
  units: readonly Unit[],
  properties: readonly PropertyUse[],
  foreign: readonly NameUse[],
  senders: readonly NameUse[],
): Warmth {
  const warm = new Set<Unit>(units.filter(unit => unit.warm))
  for (const { users } of [...foreign, ...senders]) for (const user of users) warm.add(user)
  const sending = new Set<Unit>(units.filter(unit => unit.sends))
  for (const { users } of senders) for (const user of users) sending.add(user)
  const direct = nodesOf(warm)
  spread(warm, undefined)
  const byProperty = new Map<string, Unit[]>()
  for (const { name, unit } of properties) {
    if (commonProperties.has(name)) continue
    const users = byProperty.get(name)
    if (users === undefined) byProperty.set(name, [unit])
    else users.push(unit)
  }
  const perhaps = new Set(warm)
  spread(perhaps, byProperty)
  const free = new Map<AnyNode, ReadonlySet<string>>()
  for (const unit of units) {
    if (unit.node !== undefined && !warm.has(unit) && unit.free !== undefined) free.set(unit.node, unit.free)
  }
  return { warm: nodesOf(warm), direct, sending: nodesOf(sending, true), perhaps: nodesOf(perhaps), free }
}

/** The functions that units are, or with `around` the nearest that a declaration stands in. */
function nodesOf(units: ReadonlySet<Unit>, around = false): ReadonlySet<AnyNode> {
  const nodes = new Set<AnyNode>()
  for (const unit of units) {
    let at: Unit | undefined = unit
    if (around) while (at !== undefined && at.node === undefined) at = at.parent
    if (at?.node !== undefined) nodes.add(at.node)
  }
  return nodes
}

function spread(warm: Set<Unit>, byProperty: Map<string, Unit[]> | undefined): void {
  const work = [...warm]
  // A name that a thousand functions are bound to has its users warmed once, not by each of them.
  const told = new Set<NameUse>()
  const add = (unit: Unit): void => {
    if (warm.has(unit)) return
    warm.add(unit)
    work.push(unit)
  }
  for (let unit = work.pop(); unit !== undefined; unit = work.pop()) {
    if (unit.parent !== undefined) add(unit.parent)
    for (const bound of unit.binds) {
      if (typeof bound !== 'string') {
        if (told.has(bound)) continue
        told.add(bound)
        bound.users.forEach(add)
      } else if (byProperty !== undefined) {
        byProperty.get(bound)?.forEach(add)
        byProperty.delete(bound)
      }
    }
  }
}

function declare(scope: Scope, name: string): void {
  if (scope.names === noNames) scope.names = new Map()
  if (!scope.names.has(name)) scope.names.set(name, { users: [], captured: false })
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

function markUse(name: string, from: Scope, asksWarmth: boolean): void {
  let crossed = false
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    const use = scope.names.get(name)
    if (use !== undefined) {
      if (crossed || scope.dynamic) use.captured = true
      if (!asksWarmth) return
      use.users.push(from.unit)
      // Only functions around the use and inside the declaration see the name as one from outside.
      for (
        let unit: Unit | undefined = from.unit;
        unit !== undefined && unit !== scope.unit;
        unit = unit.parent
      ) {
        unit.free?.add(name)
      }
      return
    }
    if (scope.boundary) crossed = true
  }
  if (powerWords.has(name)) from.unit.warm = true
  if (sendingWords.has(name)) from.unit.sends = true
}
