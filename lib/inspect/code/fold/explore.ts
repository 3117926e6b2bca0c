import type {
  AnyNode,
  Expression,
  ModuleDeclaration,
  Node,
  Pattern,
  Program,
  Statement,
  VariableDeclaration,
} from 'acorn'
import { assignedIn, calledIn } from './assigned.ts'
import { Halt, type HaltReason } from './budget.ts'
import { markChanges } from './changes.ts'
import type { Folded } from './constant.ts'
import { isPlain, toConstant } from './convert.ts'
import { decodersOf } from './decoders.ts'
import { exportedBy, givenTwice } from './exported.ts'
import { globalValue, moduleValue } from './globals.ts'
import type { Machine } from './machine.ts'
import { getMember } from './members.ts'
import { attempt, isEndOfEvaluation } from './methods.ts'
import { bindPattern } from './patterns.ts'
import { Binding, Missing, Scope, unknown } from './scope.ts'
import { childrenOf } from '../children.ts'
import { bodyShapeOf, isFunctionNode, namesOf } from './shape.ts'
import { declareBlock, declareVars } from './statements.ts'
import {
  Builtin,
  FoldArray,
  FoldBytes,
  FoldFunction,
  FoldObject,
  type FunctionNode,
  type Value,
} from './values.ts'

/** Something about the program that a reader of the report wants to know. */
export type Note =
  | { readonly kind: 'string-table'; readonly node: Node; readonly entries: number }
  | { readonly kind: 'rotation'; readonly node: Node }
  | {
      readonly kind: 'decoder'
      readonly node: FunctionNode
      readonly calls: number
      readonly decoders: readonly string[]
    }
  /** An evaluation that ended at a limit; `unknown` and `unsupported` are what code is like and are not noted. */
  | { readonly kind: 'halted'; readonly node: Node; readonly reason: HaltReason }

type Pending = { readonly node: FunctionNode; readonly scope: Scope }

/** Whether anything worth evaluating lies inside a node. */
export type Interest = (node: Node) => boolean

// Functions inside functions: each level is a frame of ours on the host's stack.
const maxLevels = 40
const maxHaltNotes = 20
// Longer lists are data, not texts that somebody hides.
const maxPlainItems = 64
const maxDecodedItems = 100_000

/**
 * Walks a program as it would run, statement by statement. What evaluates without touching the world outside is kept;
 * what does not is undone, the names it may have changed become unknown, and its parts are tried one by one. Then
 * functions are entered with unknown parameters, and everything done inside is undone again.
 */
export class Explorer {
  readonly constants = new Map<Node, Folded>()
  readonly functions = new Map<FunctionNode, FoldFunction>()
  readonly #machine: Machine
  readonly #program: Program
  readonly #interest: Interest
  readonly #seen = new Set<Node>()
  #twice: ReadonlySet<string> | undefined
  readonly #decoders = new Map<FunctionNode, { calls: number; bits: number }>()
  readonly #rotations: Node[] = []
  readonly #halted: Note[] = []
  #recorded: Node[] = []
  #pending: Pending[] = []
  #level = 0

  constructor(machine: Machine, program: Program, interest: Interest) {
    this.#machine = machine
    this.#program = program
    this.#interest = interest
    machine.recorder = (node, value, labels) => this.#record(node, value, labels)
  }

  /** The whole program, in order. */
  run(): void {
    const program = this.#program
    const scope = new Scope(undefined, new Builtin('globalThis'))
    this.#enter(program, program.body, scope)
    this.#flushPending(program, scope)
  }

  notes(): readonly Note[] {
    const notes: Note[] = []
    const tabled = [...this.constants.values()].some(folded => folded.decoders.includes('string-table'))
    if (tabled)
      for (const [node, entries] of this.#machine.tables) notes.push({ kind: 'string-table', node, entries })
    for (const node of this.#rotations) notes.push({ kind: 'rotation', node })
    for (const [node, { calls, bits }] of this.#decoders) {
      if (bits !== 0) notes.push({ kind: 'decoder', node, calls, decoders: decodersOf(bits) })
    }
    return [...notes, ...this.#halted]
  }

  #record(node: Expression, value: Value, labels: number): void {
    const machine = this.#machine
    const { entered } = machine
    machine.entered = undefined
    switch (node.type) {
      case 'CallExpression':
      case 'MemberExpression':
      case 'BinaryExpression':
      case 'TemplateLiteral':
      case 'TaggedTemplateExpression':
      case 'NewExpression':
      case 'Identifier':
      case 'ConditionalExpression':
      case 'LogicalExpression':
      case 'UnaryExpression':
      case 'ChainExpression':
      case 'AssignmentExpression':
      case 'SequenceExpression':
        break
      default:
        return
    }
    if (this.#seen.has(node)) return this.#compare(node, value)
    this.#seen.add(node)
    this.#recorded.push(node)
    if (node.type === 'CallExpression' && entered !== undefined) this.#noteDecoder(entered, labels)
    if (!isPlain(value)) return
    // What gives nothing is called for what it does: a function that leaves because there is no page, or one that keeps
    // what it is given for later.
    if (value === undefined && node.type === 'CallExpression')
      if (machine.asksForPage || !isFunctionNode(node.callee)) return
    if (!this.#isShort(node, value, labels)) return
    const used = machine.used
    const constant = attempt(() => ({ value: toConstant(machine, value) }))
    machine.used = used
    if (constant !== undefined)
      this.constants.set(node, { value: constant.value, decoders: decodersOf(labels) })
  }

  /**
   * Texts and numbers are always kept; arrays and objects where they are small or were decoded. Under its name a table
   * that was not decoded is what it was where it was made: a copy for each use would be many times the program.
   */
  #isShort(node: Expression, value: Value, labels: number): boolean {
    if (typeof value !== 'object' || value === null || value instanceof FoldBytes) return true
    const isUse =
      node.type === 'CallExpression' ||
      node.type === 'NewExpression' ||
      (node.type === 'Identifier' && labels !== 0)
    if (!isUse) return false
    if (value instanceof FoldArray)
      return value.items.length <= (labels === 0 ? maxPlainItems : maxDecodedItems)
    return value instanceof FoldObject && value.fields.size <= maxPlainItems
  }

  /** A place evaluated twice with different outcomes, as in a loop, is no constant. */
  #compare(node: Expression, value: Value): void {
    const known = this.constants.get(node)
    if (known !== undefined && (known.value !== value || typeof value === 'object'))
      this.constants.delete(node)
  }

  #noteDecoder(node: FunctionNode, labels: number): void {
    const known = this.#decoders.get(node) ?? { calls: 0, bits: 0 }
    this.#decoders.set(node, { calls: known.calls + 1, bits: known.bits | labels })
  }

  /** Runs work that is undone, with all its records, where it halts. `share` is the part of the budget it may use. */
  #try(node: Node, share: number, work: () => void): boolean {
    const machine = this.#machine
    const { budget, journal } = machine
    const { calls, depth } = machine
    const outerFloor = budget.floor
    const outerRecorded = this.#recorded
    this.#recorded = []
    budget.floor = outerFloor + Math.floor((budget.steps - outerFloor) * (1 - share))
    const mark = journal.mark()
    machine.used = 0
    try {
      work()
      for (const recorded of this.#recorded) outerRecorded.push(recorded)
      journal.keep()
      return true
    } catch (error) {
      if (!isEndOfEvaluation(error)) throw error
      if (error instanceof Halt) this.#noteHalt(node, error.reason)
      journal.rollback(mark)
      for (const recorded of this.#recorded) {
        this.#seen.delete(recorded)
        this.constants.delete(recorded)
      }
      return false
    } finally {
      budget.floor = outerFloor
      machine.calls = calls
      machine.depth = depth
      machine.entered = undefined
      this.#recorded = outerRecorded
    }
  }

  #noteHalt(node: Node, reason: HaltReason): void {
    if (reason === 'unknown' || reason === 'unsupported') return
    if (this.#halted.length < maxHaltNotes) this.#halted.push({ kind: 'halted', node, reason })
  }

  /** Declares what a body declares and runs its statements. */
  #enter(
    owner: Program | FunctionNode,
    statements: readonly (Statement | ModuleDeclaration)[],
    scope: Scope,
  ): void {
    const done = this.#try(owner, 1, () => {
      declareVars(this.#machine, bodyShapeOf(owner), scope)
      declareBlock(this.#machine, owner.body as unknown as Node, statements, scope)
    })
    if (!done) return
    if (this.#level === 0) this.#keepFunctions(scope)
    this.#runAll(statements, scope)
    if (this.#level === 0) this.#keepFunctions(scope)
  }

  #keepFunctions(scope: Scope): void {
    for (const { value } of scope.names.values()) {
      if (value instanceof FoldFunction) this.functions.set(value.node, value)
    }
  }

  /** What a file hands out, other files call. */
  #export(statement: Expression, scope: Scope): void {
    if (statement.type !== 'AssignmentExpression') return
    for (const { name, node, declared } of exportedBy(statement, scope)) {
      const fn = declared ?? new FoldFunction(node, scope, unknown, this.#machine.journal.stamp)
      this.functions.set(node, fn)
      this.#twice ??= givenTwice(this.#machine.source)
      if (name !== '' && !this.#twice.has(name)) this.#machine.exported.set(name, fn)
    }
  }

  #runAll(statements: readonly (Statement | ModuleDeclaration)[], scope: Scope): void {
    for (const statement of statements) this.#run(statement, scope)
  }

  #run(node: Statement | ModuleDeclaration, scope: Scope): void {
    if (this.#machine.budget.steps < this.#machine.budget.floor + 100) return
    switch (node.type) {
      case 'ImportDeclaration':
        return this.#import(node, scope)
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#run(node.declaration, scope)
        return undefined
      case 'ExportDefaultDeclaration':
        if (node.declaration.type === 'FunctionDeclaration' || node.declaration.type === 'ClassDeclaration') {
          return this.#parts(node.declaration, scope)
        }
        return this.#parts(node.declaration, scope)
      case 'ExportAllDeclaration':
        return undefined
      case 'FunctionDeclaration':
        this.#pending.push({ node, scope })
        return undefined
      case 'VariableDeclaration':
        for (const declarator of node.declarations) this.#declare(node, declarator, scope)
        return undefined
      case 'ExpressionStatement':
        if (this.#level === 0) this.#export(node.expression, scope)
        return this.#expression(node.expression, scope)
      default:
        return this.#statement(node, scope)
    }
  }

  #import(node: Extract<ModuleDeclaration, { type: 'ImportDeclaration' }>, scope: Scope): void {
    const module = typeof node.source.value === 'string' ? moduleValue(node.source.value) : undefined
    for (const specifier of node.specifiers) {
      const binding = new Binding(unknown, this.#machine.journal.stamp, true)
      scope.names.set(specifier.local.name, binding)
      if (module === undefined) continue
      if (specifier.type !== 'ImportSpecifier') binding.value = module
      else {
        const { imported } = specifier
        const name = imported.type === 'Identifier' ? imported.name : String(imported.value)
        const found = attempt(() => ({ value: getMember(this.#machine, module, name) }))
        if (found !== undefined) binding.value = found.value
      }
    }
  }

  #declare(
    node: VariableDeclaration,
    declarator: VariableDeclaration['declarations'][number],
    scope: Scope,
  ): void {
    const { id, init } = declarator
    if (!init && node.kind === 'var') return
    const machine = this.#machine
    const done = this.#try(declarator, 0.75, () => {
      const value = init ? machine.engine.evaluate(machine, init, scope) : undefined
      bindPattern(machine, id, value, scope, node.kind)
    })
    if (!done) {
      this.#forget(assignedIn(declarator), scope)
      for (const name of namesOf(id)) this.#forgetName(name, scope)
    }
    if (init) this.#parts(init, scope)
    if (!done) this.#forgetChanged(declarator, scope)
  }

  /** An expression that stands as a statement. A list of them is a list of statements. */
  #expression(node: Expression, scope: Scope): void {
    if (node.type === 'SequenceExpression') {
      for (const part of node.expressions) this.#expression(part, scope)
      return
    }
    const machine = this.#machine
    const { rotations } = machine
    const done = this.#try(node, 0.75, () => machine.engine.evaluate(machine, node, scope))
    if (done) {
      if (machine.rotations > rotations) this.#rotations.push(node)
    } else {
      const inner = immediateFunction(node)
      if (inner === undefined) this.#forget(assignedIn(node), scope)
      else if (this.#level < maxLevels) return this.#immediate(inner, scope)
    }
    this.#parts(node, scope)
    // What a method put together did to its receiver, it did after its arguments were there.
    if (!done) this.#forgetChanged(node, scope)
  }

  /** The function around a whole file, called on the spot: its statements are the program's. */
  #immediate(call: ImmediateCall, scope: Scope): void {
    const args: (Value | Missing)[] = call.args.map(arg => {
      if (arg.type === 'SpreadElement') return unknown
      let value: Value | Missing = unknown
      this.#try(arg, 0.5, () => {
        value = this.#machine.engine.evaluate(this.#machine, arg, scope)
      })
      if (value === unknown) this.#parts(arg, scope)
      return value
    })
    this.#body(call.fn, scope, args)
    // `(function (root, factory) { … })(this, function (exports) { … })`: the file is what is handed over.
    for (const arg of call.args) if (isFunctionNode(arg)) this.#body(arg, scope, undefined)
  }

  #body(fn: FunctionNode, scope: Scope, args: readonly (Value | Missing)[] | undefined): void {
    const { stamp } = this.#machine.journal
    const self = fn.type === 'ArrowFunctionExpression' ? scope.self : unknown
    const inner = new Scope(scope, self)
    if (fn.type === 'FunctionExpression' && fn.id) {
      inner.names.set(fn.id.name, new Binding(new FoldFunction(fn, scope, undefined, stamp), stamp))
    }
    inner.names.set('arguments', new Binding(unknown, stamp))
    fn.params.forEach((param, index) => {
      const known = args === undefined ? unknown : args[index]
      const isPlainName = param.type === 'Identifier' && args !== undefined
      if (isPlainName) inner.names.set(param.name, new Binding(known, stamp))
      else for (const name of namesOf(param)) inner.names.set(name, new Binding(unknown, stamp))
    })
    const outer = this.#pending
    this.#pending = []
    if (fn.body.type === 'BlockStatement') this.#enter(fn, fn.body.body, inner)
    else this.#parts(fn.body, inner)
    this.#flushPending(fn, inner)
    this.#pending = outer
  }

  /** Functions are entered as they may be called once everything around them has run. */
  #flushPending(owner: Program | FunctionNode, around: Scope): void {
    const pending = this.#pending
    this.#pending = []
    if (pending.length > 0)
      markChanges(this.#program, owner, new Set([around, ...pending.map(({ scope }) => scope)]))
    const { hasLoaded } = this.#machine
    this.#machine.hasLoaded = true
    for (const { node, scope } of pending) {
      if (this.#level >= maxLevels || !this.#interest(node)) continue
      if (this.#machine.budget.steps < this.#machine.budget.floor + 100) break
      this.#level += 1
      const mark = this.#machine.journal.mark()
      this.#body(node, scope, undefined)
      this.#machine.journal.rollback(mark)
      this.#level -= 1
    }
    this.#machine.hasLoaded = hasLoaded
  }

  #statement(node: Statement, scope: Scope): void {
    const machine = this.#machine
    const { rotations } = machine
    const done = this.#try(node, 0.75, () => machine.engine.execute(machine, node, scope))
    if (done && machine.rotations > rotations) this.#rotations.push(node)
    if (this.#level >= maxLevels) return
    this.#level += 1
    if (done) {
      // It ran; its parts are looked at for branches not taken, and that must not change what it left behind.
      const mark = machine.journal.mark()
      this.#descend(node, scope)
      machine.journal.rollback(mark)
    } else this.#descend(node, scope)
    this.#level -= 1
  }

  /** Statements inside a statement that may run never, once or often. */
  #descend(node: Statement, scope: Scope): void {
    this.#forgetChanged(node, scope)
    for (const { body, expressions, binds } of partsOf(node)) {
      const inner = new Scope(scope, scope.self)
      for (const name of binds) inner.names.set(name, new Binding(unknown, this.#machine.journal.stamp))
      for (const expression of expressions) this.#parts(expression, inner)
      if (body.length > 0) {
        this.#try(node, 1, () => declareBlock(this.#machine, blockKey(body), body, inner))
        this.#runAll(body, inner)
        this.#forgetChanged(node, scope)
      }
    }
  }

  #forget(names: ReadonlySet<string>, scope: Scope): void {
    for (const name of names) this.#forgetName(name, scope)
  }

  /** What code may have changed that was not followed. An object whose functions are called is a table of them. */
  #forgetChanged(node: Node, scope: Scope): void {
    this.#forget(assignedIn(node), scope)
    for (const name of calledIn(node))
      if (scope.find(name)?.value instanceof FoldArray) this.#forgetName(name, scope)
  }

  #forgetName(name: string, scope: Scope): void {
    const binding = scope.find(name)
    if (binding === undefined || binding.value === unknown) return
    const done = attempt(() => {
      this.#machine.journal.touch(binding)
      return true
    })
    if (done === true) binding.value = unknown
  }

  /** Tries the parts of an expression, the whole before its pieces; what evaluates is undone and recorded. */
  #parts(root: AnyNode, scope: Scope): void {
    const machine = this.#machine
    const stack: AnyNode[] = [root]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (machine.budget.steps < machine.budget.floor + 100) return
      if (!this.#interest(node)) continue
      if (isFunctionNode(node)) {
        this.#pending.push({ node, scope })
        continue
      }
      if (foldable.has(node.type) && !this.#seen.has(node) && startsKnown(node, scope)) {
        const mark = machine.journal.mark()
        const expression = node as Expression
        const done = this.#try(node, 0.25, () => machine.engine.evaluate(machine, expression, scope))
        machine.journal.rollback(mark)
        if (done && node.type === 'Identifier') continue
      }
      for (const child of pieces(node)) stack.push(child)
    }
  }
}

const blockKeys = new WeakMap<readonly Node[], Node>()

/** One object for each list of statements, since what a list declares is remembered by node. */
const blockKey = (body: readonly Node[]): Node => {
  const known = blockKeys.get(body)
  if (known !== undefined) return known
  const key = { type: 'List', start: 0, end: 0 } as Node
  blockKeys.set(body, key)
  return key
}

const foldable: ReadonlySet<string> = new Set(['CallExpression', 'MemberExpression', 'BinaryExpression',
  'TemplateLiteral', 'TaggedTemplateExpression', 'Identifier', 'NewExpression']) // prettier-ignore

/** Whether the first thing an expression reads is known: most expressions of ordinary code end right there. */
const startsKnown = (node: AnyNode, scope: Scope): boolean => {
  let current: AnyNode = node
  for (;;) {
    switch (current.type) {
      case 'CallExpression':
      case 'NewExpression':
        current = current.callee
        break
      case 'MemberExpression':
        current = current.object
        break
      case 'BinaryExpression':
        current = current.left
        break
      case 'TaggedTemplateExpression':
        current = current.tag
        break
      case 'Identifier': {
        const binding = scope.find(current.name)
        if (binding === undefined) return current !== node && globalValue(current.name) !== undefined
        return !(binding.value instanceof Missing)
      }
      case 'ThisExpression':
      case 'AwaitExpression':
      case 'YieldExpression':
      case 'ImportExpression':
      case 'Super':
        return false
      case 'TemplateLiteral':
        return current.expressions.every(inner => startsKnown(inner, scope))
      default:
        return true
    }
  }
}

/** The children of an expression that are expressions or functions: no names of fields, no targets. */
const pieces = (node: AnyNode): readonly AnyNode[] => {
  switch (node.type) {
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object]
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return [...(node.computed ? [node.key] : []), ...(node.value ? [node.value] : [])]
    case 'AssignmentExpression':
      return node.left.type === 'MemberExpression' ? [node.left, node.right] : [node.right]
    case 'UpdateExpression':
      return node.argument.type === 'MemberExpression' ? pieces(node.argument) : []
    default:
      return childrenOf(node)
  }
}

type ImmediateCall = {
  readonly fn: FunctionNode
  readonly args: readonly (Expression | ({ readonly type: 'SpreadElement' } & AnyNode))[]
}

/** `(function () { … })()` in its disguises: `!function…()`, `(() => …)()`, `(function…).call(this)`, `await (…)()`. */
const immediateFunction = (root: Expression): ImmediateCall | undefined => {
  let node: Expression = root
  for (let hops = 0; hops < 5; hops += 1) {
    if (node.type === 'UnaryExpression' || node.type === 'AwaitExpression') node = node.argument
    else if (node.type === 'AssignmentExpression') node = node.right
    else break
  }
  if (node.type !== 'CallExpression') return undefined
  const { callee } = node
  if (isFunctionNode(callee)) return { fn: callee as FunctionNode, args: node.arguments }
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier')
    return undefined
  if (callee.property.name !== 'call' || !isFunctionNode(callee.object)) return undefined
  return { fn: callee.object as FunctionNode, args: node.arguments.slice(1) }
}

type Part = {
  readonly expressions: readonly AnyNode[]
  readonly body: readonly Statement[]
  readonly binds: readonly string[]
}

const list = (node: Statement | null | undefined): readonly Statement[] => {
  if (!node) return []
  return node.type === 'BlockStatement' ? node.body : [node]
}

const patternNames = (pattern: Pattern | null | undefined): readonly string[] =>
  pattern ? namesOf(pattern) : []

/** The lists of statements inside a statement, with what is evaluated and bound before each. */
const partsOf = (node: Statement): readonly Part[] => {
  switch (node.type) {
    case 'BlockStatement':
      return [{ expressions: [], body: node.body, binds: [] }]
    case 'IfStatement':
      return [
        { expressions: [node.test], body: list(node.consequent), binds: [] },
        { expressions: [], body: list(node.alternate), binds: [] },
      ]
    case 'ForStatement': {
      const { init } = node
      const isDeclaration = init?.type === 'VariableDeclaration'
      const binds = isDeclaration ? init.declarations.flatMap(one => namesOf(one.id)) : []
      const first = isDeclaration
        ? init.declarations.flatMap(one => (one.init ? [one.init] : []))
        : init
          ? [init]
          : []
      const rest = [node.test, node.update].filter(one => one !== null && one !== undefined)
      return [{ expressions: [...first, ...rest], body: list(node.body), binds }]
    }
    case 'WhileStatement':
    case 'DoWhileStatement':
      return [{ expressions: [node.test], body: list(node.body), binds: [] }]
    case 'ForInStatement':
    case 'ForOfStatement': {
      const { left } = node
      const binds =
        left.type === 'VariableDeclaration' ? left.declarations.flatMap(one => namesOf(one.id)) : []
      return [{ expressions: [node.right], body: list(node.body), binds }]
    }
    case 'TryStatement':
      return [
        { expressions: [], body: node.block.body, binds: [] },
        { expressions: [], body: node.handler?.body.body ?? [], binds: patternNames(node.handler?.param) },
        { expressions: [], body: node.finalizer?.body ?? [], binds: [] },
      ]
    case 'SwitchStatement': {
      const tests = node.cases.flatMap(one => (one.test ? [one.test] : []))
      return [
        { expressions: [node.discriminant, ...tests], body: [], binds: [] },
        ...node.cases.map(one => ({ expressions: [], body: one.consequent, binds: [] })),
      ]
    }
    case 'LabeledStatement':
      return [{ expressions: [], body: list(node.body), binds: [] }]
    case 'WithStatement':
      return [{ expressions: [node.object], body: list(node.body), binds: [] }]
    case 'ReturnStatement':
    case 'ThrowStatement':
      return [{ expressions: node.argument ? [node.argument] : [], body: [], binds: [] }]
    case 'ClassDeclaration':
      return [
        { expressions: [node.body, ...(node.superClass ? [node.superClass] : [])], body: [], binds: [] },
      ]
    default:
      return []
  }
}
