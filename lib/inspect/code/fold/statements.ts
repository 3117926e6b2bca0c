import type {
  BlockStatement,
  ClassDeclaration,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  Node,
  Statement,
  SwitchStatement,
  TryStatement,
  VariableDeclaration,
} from 'acorn'
import { halt } from './budget.ts'
import { truthy } from './coerce.ts'
import type { Completion, Engine, Machine } from './machine.ts'
import { keysOf } from './object-methods.ts'
import { strictEquals } from './operators.ts'
import { bindPattern, iterate } from './patterns.ts'
import { Binding, Scope, uninitialised, unknown } from './scope.ts'
import { blockShapeOf, type BodyShape, makesClosures } from './shape.ts'
import { FoldFunction, Thrown, type Value } from './values.ts'

/** Makes the `var` names of a function or program, unless a parameter already has the name. */
export const declareVars = (machine: Machine, shape: BodyShape, scope: Scope): void => {
  machine.budget.spend(shape.vars.length)
  for (const name of shape.vars) {
    if (!scope.names.has(name)) scope.names.set(name, new Binding(undefined, machine.journal.stamp))
  }
}

/** Makes the names a list of statements declares: `let`, `const` and classes in waiting, functions at once. */
export const declareBlock = (
  machine: Machine,
  node: Node,
  statements: readonly Node[],
  scope: Scope,
): void => {
  const shape = blockShapeOf(node, statements)
  const { stamp } = machine.journal
  machine.budget.spend(shape.lexical.length + shape.functions.length)
  for (const { name, constant } of shape.lexical)
    scope.names.set(name, new Binding(uninitialised, stamp, constant))
  for (const fn of shape.functions) {
    if (fn.id === null) continue
    scope.names.set(fn.id.name, new Binding(new FoldFunction(fn, scope, scope.self, stamp), stamp))
  }
}

/** Runs statements in order. Where they are a function's own, each starts with a clean record of decoders. */
export const runList = (
  machine: Machine,
  statements: readonly Statement[],
  scope: Scope,
  fresh = false,
): Completion => {
  for (const statement of statements) {
    if (fresh) machine.used = 0
    const completion = execute(machine, statement, scope)
    if (completion !== 'normal') return completion
  }
  return 'normal'
}

const runBlock = (machine: Machine, block: BlockStatement, scope: Scope): Completion => {
  const shape = blockShapeOf(block, block.body)
  if (shape.lexical.length === 0 && shape.functions.length === 0) return runList(machine, block.body, scope)
  const inner = new Scope(scope, scope.self)
  declareBlock(machine, block, block.body, inner)
  exposeFunctions(machine, inner, scope, shape.functions)
  return runList(machine, block.body, inner)
}

/** A class that does nothing where it stands: only who uses it is not followed. */
const declareClass = (
  machine: Machine,
  { id, superClass, body }: ClassDeclaration,
  scope: Scope,
): Completion => {
  const acts = body.body.some(
    member =>
      member.type === 'StaticBlock' ||
      member.computed ||
      (member.type === 'PropertyDefinition' && member.static),
  )
  const binding = id ? scope.find(id.name) : undefined
  if (superClass || acts || binding === undefined) return halt('unsupported')
  machine.journal.touch(binding)
  binding.value = unknown
  return 'normal'
}

/** In sloppy code a function declared in a block is also a variable of the function around it. */
const exposeFunctions = (
  machine: Machine,
  inner: Scope,
  outer: Scope,
  functions: readonly { readonly id: { readonly name: string } | null }[],
): void => {
  for (const { id } of functions) {
    const made = id === null ? undefined : inner.names.get(id.name)
    if (id === null || made === undefined || outer.find(id.name) !== undefined) continue
    outer.names.set(id.name, new Binding(made.value, machine.journal.stamp))
  }
}

/** Runs one statement. Statements inside one another are counted, since the input chooses how deep they nest. */
export const execute: Engine['execute'] = (machine, node, scope) => {
  machine.budget.spend(1)
  machine.depth += 1
  if (machine.depth > machine.budget.limits.maxDepth) halt('depth')
  const completion = dispatch(machine, node, scope, none)
  machine.depth -= 1
  return completion
}

const none: readonly string[] = []

const dispatch = (machine: Machine, node: Statement, scope: Scope, labels: readonly string[]): Completion => {
  switch (node.type) {
    case 'ExpressionStatement':
      machine.engine.evaluate(machine, node.expression, scope)
      return 'normal'
    case 'VariableDeclaration':
      return declareVariables(machine, node, scope)
    case 'ReturnStatement':
      machine.result = node.argument ? machine.engine.evaluate(machine, node.argument, scope) : undefined
      return 'return'
    case 'IfStatement':
      if (truthy(machine.engine.evaluate(machine, node.test, scope)))
        return execute(machine, node.consequent, scope)
      return node.alternate ? execute(machine, node.alternate, scope) : 'normal'
    case 'BlockStatement':
      return runBlock(machine, node, scope)
    case 'ForStatement':
      return runFor(machine, node, scope, labels)
    case 'WhileStatement':
    case 'DoWhileStatement':
      return runWhile(machine, node, scope, labels)
    case 'ForOfStatement':
    case 'ForInStatement':
      return runForEach(machine, node, scope, labels)
    case 'BreakStatement':
    case 'ContinueStatement':
      machine.label = node.label?.name
      return node.type === 'BreakStatement' ? 'break' : 'continue'
    case 'ThrowStatement':
      machine.budget.spend(50)
      throw new Thrown(machine.engine.evaluate(machine, node.argument, scope))
    case 'TryStatement':
      return runTry(machine, node, scope)
    case 'SwitchStatement':
      return runSwitch(machine, node, scope)
    case 'LabeledStatement': {
      const completion = dispatch(machine, node.body, scope, [...labels, node.label.name])
      if (completion !== 'break' || machine.label !== node.label.name) return completion
      machine.label = undefined
      return 'normal'
    }
    case 'ClassDeclaration':
      return declareClass(machine, node, scope)
    case 'FunctionDeclaration':
    case 'EmptyStatement':
    case 'DebuggerStatement':
      return 'normal'
    default:
      return halt('unsupported')
  }
}

const declareVariables = (machine: Machine, node: VariableDeclaration, scope: Scope): Completion => {
  for (const { id, init } of node.declarations) {
    if (!init && node.kind === 'var') continue
    const value = init ? machine.engine.evaluate(machine, init, scope) : undefined
    bindPattern(machine, id, value, scope, node.kind)
  }
  return 'normal'
}

/** What a loop does after its body: go on, leave quietly, or pass the completion on. */
const afterBody = (
  machine: Machine,
  completion: Completion,
  labels: readonly string[],
): 'next' | 'leave' | 'pass' => {
  if (completion === 'normal') return 'next'
  if (completion === 'return') return 'pass'
  if (machine.label === undefined) return completion === 'break' ? 'leave' : 'next'
  if (completion === 'break' || !labels.includes(machine.label)) return 'pass'
  machine.label = undefined
  return 'next'
}

const runWhile = (
  machine: Machine,
  node: Extract<Statement, { type: 'WhileStatement' | 'DoWhileStatement' }>,
  scope: Scope,
  labels: readonly string[],
): Completion => {
  let first = node.type === 'DoWhileStatement'
  while (first || truthy(machine.engine.evaluate(machine, node.test, scope))) {
    first = false
    const completion = execute(machine, node.body, scope)
    const next = afterBody(machine, completion, labels)
    if (next === 'pass') return completion
    if (next === 'leave') break
  }
  return 'normal'
}

const copyScope = (machine: Machine, from: Scope): Scope => {
  const copy = new Scope(from.parent, from.self)
  for (const [name, binding] of from.names) {
    const fresh = new Binding(binding.value, machine.journal.stamp, binding.constant)
    fresh.labels = binding.labels
    copy.names.set(name, fresh)
  }
  return copy
}

const runFor = (
  machine: Machine,
  node: ForStatement,
  scope: Scope,
  labels: readonly string[],
): Completion => {
  const { init } = node
  const lexical = init?.type === 'VariableDeclaration' && init.kind !== 'var'
  let inner = lexical ? new Scope(scope, scope.self) : scope
  if (lexical) declareBlock(machine, node, [init], inner)
  if (init?.type === 'VariableDeclaration') declareVariables(machine, init, inner)
  else if (init) machine.engine.evaluate(machine, init, inner)
  const fresh = lexical && makesClosures(node)
  for (;;) {
    if (fresh) inner = copyScope(machine, inner)
    if (node.test && !truthy(machine.engine.evaluate(machine, node.test, inner))) return 'normal'
    const completion = execute(machine, node.body, inner)
    const next = afterBody(machine, completion, labels)
    if (next === 'pass') return completion
    if (next === 'leave') return 'normal'
    if (fresh) inner = copyScope(machine, inner)
    if (node.update) machine.engine.evaluate(machine, node.update, inner)
  }
}

const runForEach = (
  machine: Machine,
  node: ForOfStatement | ForInStatement,
  scope: Scope,
  labels: readonly string[],
): Completion => {
  if (node.type === 'ForOfStatement' && node.await) return halt('unsupported')
  const over = machine.engine.evaluate(machine, node.right, scope)
  const isIn = node.type === 'ForInStatement'
  if (isIn && (over === undefined || over === null)) return 'normal'
  const items: readonly Value[] = isIn ? keysOf(machine, over) : iterate(machine, over)
  const seen = machine.used
  for (const item of items) {
    machine.budget.spend(1)
    machine.used |= seen
    const inner = new Scope(scope, scope.self)
    const { left } = node
    if (left.type === 'VariableDeclaration') {
      if (left.kind !== 'var') declareBlock(machine, left, [left], inner)
      const id = left.declarations[0]?.id ?? halt('unsupported')
      bindPattern(machine, id, item, left.kind === 'var' ? scope : inner, left.kind)
    } else bindPattern(machine, left, item, scope, 'assign')
    const completion = execute(machine, node.body, inner)
    const next = afterBody(machine, completion, labels)
    if (next === 'pass') return completion
    if (next === 'leave') break
  }
  return 'normal'
}

const runSwitch = (machine: Machine, node: SwitchStatement, scope: Scope): Completion => {
  const value = machine.engine.evaluate(machine, node.discriminant, scope)
  const inner = new Scope(scope, scope.self)
  const statements = node.cases.flatMap(one => one.consequent)
  declareBlock(machine, node, statements, inner)
  let start = -1
  for (let index = 0; index < node.cases.length && start < 0; index += 1) {
    const test = node.cases[index]?.test
    if (test && strictEquals(machine, value, machine.engine.evaluate(machine, test, inner))) start = index
  }
  if (start < 0) start = node.cases.findIndex(one => !one.test)
  if (start < 0) return 'normal'
  for (const one of node.cases.slice(start)) {
    const completion = runList(machine, one.consequent, inner)
    if (completion === 'break' && machine.label === undefined) return 'normal'
    if (completion !== 'normal') return completion
  }
  return 'normal'
}

/** The program's exceptions are caught here; a halt passes through, and not even `finally` sees it. */
const runTry = (machine: Machine, node: TryStatement, scope: Scope): Completion => {
  const { calls, depth } = machine
  let completion: Completion = 'normal'
  let pending: Thrown | undefined
  try {
    completion = execute(machine, node.block, scope)
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    pending = error
    machine.calls = calls
    machine.depth = depth
  }
  if (pending !== undefined && node.handler) {
    try {
      completion = runCatch(machine, node.handler, pending.value, scope)
      pending = undefined
    } catch (error) {
      if (!(error instanceof Thrown)) throw error
      pending = error
      machine.calls = calls
      machine.depth = depth
    }
  }
  if (node.finalizer) {
    const { result, label } = machine
    const last = execute(machine, node.finalizer, scope)
    if (last !== 'normal') return last
    machine.result = result
    machine.label = label
  }
  if (pending !== undefined) throw pending
  return completion
}

const runCatch = (
  machine: Machine,
  handler: NonNullable<TryStatement['handler']>,
  value: Value,
  scope: Scope,
): Completion => {
  const inner = new Scope(scope, scope.self)
  if (handler.param) bindPattern(machine, handler.param, value, inner, 'let')
  return execute(machine, handler.body, inner)
}
