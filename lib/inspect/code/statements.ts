import type { AnyNode, BlockStatement, Statement } from 'acorn'
import { begunAlone } from './cards.ts'
import { isEndless } from './endless.ts'
import { stepsInOrder } from './flattened.ts'
import { enterBlock, enterScope, leaveBlank, lookUp, newEnvironment } from './environment.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { runLevel } from './levels.ts'
import { post } from './channels.ts'
import { elementsOf, keysOf } from './elements.ts'
import { folderOfVariable } from './models/secrets.ts'
import { assignPattern, bindPattern } from './patterns.ts'
import { pickFilesBehind, withPickedFiles } from './picked-files.ts'
import { notePick, withPicked } from './picked-variables.ts'
import { childrenOf } from './children.ts'
import { noteChoice } from './payments.ts'
import { placeOf, type GuardNote } from './sites.ts'
import { anything, join, newCell, nothing, opened, truth, type FunctionValue, type Value } from './values.ts'
import { evaluateClass, makeInstanceFields } from './classes.ts'

/** How a statement ends: it goes on, leaves the function, or leaves the loop around it. */
export type Ending = 'next' | 'leave' | 'break' | 'continue'

/** A loop whose test is a constant each time is run for real, up to so many rounds. */
const maxRounds = 4_096
/** … or so much work in one loop and in all of them: tables are computed, programs are not run. */
const maxLoopWork = 40_000
const maxAllLoopWork = 400_000
const maxElements = 300

/** The body of a function, after its names have been set up and `bind` has bound the parameters. */
export function runBody(
  machine: Interpreter,
  fn: FunctionValue,
  frame: Frame,
  bind: (parameters: readonly AnyNode[]) => void,
): void {
  const { node } = fn
  enterScope(machine, node, frame)
  if (node.type === 'FunctionExpression' && node.id) {
    const binding = frame.environment.names.get(node.id.name)
    if (binding !== undefined) machine.write(binding, machine.functionValue(fn))
  }
  bind(node.params)
  if (fn.classNode !== undefined) makeInstanceFields(machine, fn, frame)
  if (node.body.type === 'BlockStatement') {
    evaluateStatements(machine, node.body.body, frame)
  } else {
    machine.write(frame.returns, machine.evaluate(node.body, frame))
  }
}

export function evaluateStatements(machine: Interpreter, body: readonly AnyNode[], frame: Frame): Ending {
  for (const statement of body) {
    const ending = evaluateStatement(machine, statement, frame)
    if (ending !== 'next') return ending
  }
  return 'next'
}

/** Statements that a loop and a switch only keep apart: each ends in `continue`, the last may return. */
function evaluateSteps(machine: Interpreter, steps: readonly (readonly AnyNode[])[], frame: Frame): Ending {
  for (const step of steps) if (evaluateStatements(machine, step, frame) === 'leave') return 'leave'
  return 'next'
}

function inBlock(machine: Interpreter, node: AnyNode, frame: Frame, run: () => Ending): Ending {
  const scope = frame.file.scopes.get(node)
  if (scope === undefined || (scope.names.size === 0 && scope.functions.length === 0)) return run()
  const outer = frame.environment
  frame.environment = enterBlock(frame, node)
  enterScope(machine, node, frame)
  const ending = run()
  frame.environment = outer
  return ending
}

export function evaluateStatement(machine: Interpreter, node: AnyNode, frame: Frame): Ending {
  machine.step()
  switch (node.type) {
    case 'ExpressionStatement':
      if (node.expression.type === 'LogicalExpression' || node.expression.type === 'ConditionalExpression')
        withPickedFiles(machine, node, frame, () => void machine.evaluate(node.expression, frame))
      else machine.evaluate(node.expression, frame)
      return 'next'
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations) {
        if (init) {
          const value = begunAlone(machine, machine.evaluate(init, frame), id, init, frame.file)
          bindPattern(machine, id, value, frame, node.kind)
        } else if (id.type === 'Identifier') leaveBlank(id.name, frame)
      }
      return 'next'
    case 'FunctionDeclaration':
    case 'EmptyStatement':
    case 'DebuggerStatement':
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return 'next'
    case 'ReturnStatement':
      if (node.argument) machine.write(frame.returns, machine.evaluate(node.argument, frame))
      return 'leave'
    case 'ThrowStatement': {
      const thrown = machine.evaluate(node.argument, frame)
      if (frame.thrown !== undefined) machine.write(frame.thrown, thrown)
      else post(machine, 'process uncaughtException', [thrown], frame, placeOf(frame.file, node))
      return 'leave'
    }
    case 'BreakStatement':
      return 'break'
    case 'ContinueStatement':
      return 'continue'
    case 'BlockStatement':
    case 'StaticBlock':
      return inBlock(machine, node, frame, () =>
        evaluateStatements(machine, (node as BlockStatement).body, frame),
      )
    case 'IfStatement':
      return evaluateIf(machine, node, frame)
    case 'LabeledStatement':
      return catching(machine, () => evaluateStatement(machine, node.body, frame)) === 'leave'
        ? 'leave'
        : 'next'
    case 'ForStatement':
      return inBlock(machine, node, frame, () => {
        if (node.init) {
          if (node.init.type === 'VariableDeclaration') evaluateStatement(machine, node.init, frame)
          else machine.evaluate(node.init, frame)
        }
        const steps = node.update ? undefined : stepsInOrder(machine, node, frame)
        if (steps !== undefined) return evaluateSteps(machine, steps, frame)
        return loop(machine, frame, node.test ?? undefined, node.body, node.update ?? undefined, false)
      })
    case 'WhileStatement': {
      const steps = stepsInOrder(machine, node, frame)
      return steps === undefined
        ? loop(machine, frame, node.test, node.body, undefined, false)
        : inBlock(machine, node, frame, () => evaluateSteps(machine, steps, frame))
    }
    case 'DoWhileStatement':
      return loop(machine, frame, node.test, node.body, undefined, true)
    case 'ForInStatement':
    case 'ForOfStatement':
      return inBlock(machine, node, frame, () => {
        const over = machine.evaluate(node.right, frame)
        const items =
          node.type === 'ForInStatement' ? keysOf(machine, over) : elementsOf(machine, over, frame)
        notePick(machine, node, node.type === 'ForInStatement' ? over : items.any, frame)
        const put = (value: Value) => {
          if (node.left.type === 'VariableDeclaration') {
            bindPattern(machine, node.left.declarations[0]!.id, value, frame, node.left.kind)
          } else assignPattern(machine, node.left, value, frame)
        }
        if (items.exact && items.list.length <= maxElements) {
          for (const value of items.list) {
            put(value)
            const ending = catching(machine, () => evaluateStatement(machine, node.body, frame))
            if (ending === 'leave') return 'leave'
            if (ending === 'break') return 'next'
          }
          return 'next'
        }
        return perhaps(frame, () => {
          for (let round = 0; round < 2; round++) {
            put(items.any)
            catching(machine, () => evaluateStatement(machine, node.body, frame))
          }
        })
      })
    case 'SwitchStatement': {
      machine.undecided++
      machine.evaluate(node.discriminant, frame)
      return inBlock(machine, node, frame, () =>
        perhaps(frame, () =>
          withPickedFiles(machine, node, frame, () => {
            for (const choice of node.cases) {
              if (choice.test) machine.evaluate(choice.test, frame)
              if (evaluateStatements(machine, choice.consequent, frame) === 'continue') machine.jumps++
            }
          }),
        ),
      )
    }
    case 'TryStatement':
      return evaluateTry(machine, node, frame)
    case 'WithStatement': {
      const object = machine.evaluate(node.object, frame)
      const outer = frame.environment
      frame.environment = newEnvironment(frame, object)
      const ending = evaluateStatement(machine, node.body, frame)
      frame.environment = outer
      return ending
    }
    case 'ClassDeclaration': {
      const value = evaluateClass(machine, node, frame)
      if (node.id) bindPattern(machine, node.id, value, frame, 'let')
      return 'next'
    }
    case 'ExportNamedDeclaration':
      if (node.declaration) evaluateStatement(machine, node.declaration, frame)
      machine.loader.exported(machine, node, frame)
      return 'next'
    case 'ExportDefaultDeclaration':
      machine.loader.exported(machine, node, frame)
      return 'next'
    default:
      return evaluateUnknown(machine, node, frame)
  }
}

/** Syntax of another dialect: whatever expressions it holds are evaluated. */
function evaluateUnknown(machine: Interpreter, node: AnyNode, frame: Frame): Ending {
  if (/^(?:TS(?!Export|Enum|Module)|Interface|TypeAlias|Opaque|Declare)/.test(node.type)) return 'next'
  for (const child of childrenOf(node)) {
    if (child.type.endsWith('Statement') || child.type.endsWith('Declaration')) {
      evaluateStatement(machine, child, frame)
    } else if (child.type !== 'Identifier') machine.evaluate(child, frame)
  }
  return 'next'
}

/** A part that may or may not run: assignments in it add and never replace. */
function perhaps(frame: Frame, run: () => void): Ending {
  frame.conditional++
  run()
  frame.conditional--
  return 'next'
}

/** Evaluates a test and says what it looks at. */
export function evaluateTest(
  machine: Interpreter,
  test: AnyNode,
  frame: Frame,
): { value: Value; certain: boolean | undefined; guards: readonly GuardNote[] } {
  const outer = frame.tests
  const found: GuardNote[] = []
  frame.tests = found
  const value = tested(test, machine.evaluate(test, frame), frame)
  frame.tests = outer
  if (outer !== undefined) outer.push(...found)
  return { value, certain: certainty(test, value), guards: found }
}

/**
 * Whether a test is certainly met, certainly not, or not known. We have a text for the folders that variables name,
 * but not every system sets them: `process.env.APPDATA || …` does not end there.
 */
export function certainty(test: AnyNode, value: Value): boolean | undefined {
  const folder =
    test.type === 'MemberExpression' &&
    test.property.type === 'Identifier' &&
    folderOfVariable(test.property.name) !== undefined
  return folder ? undefined : truth(value)
}

/**
 * The value of a test. A name that was declared without a value may still have none: `let bad; if (x) bad = 'y';
 * if (bad) throw …` does not end here.
 */
export function tested(test: AnyNode, value: Value, frame: Frame): Value {
  if (test.type !== 'Identifier' || truth(value) !== true) return value
  return lookUp(frame.environment, test.name).binding?.blank === true ? opened(value) : value
}

function evaluateIf(
  machine: Interpreter,
  first: Extract<AnyNode, { type: 'IfStatement' }>,
  frame: Frame,
): Ending {
  const guardsBefore = frame.guards
  const endings: Ending[] = []
  let depth = 0
  let node: Statement | null | undefined = first
  let decided = false
  // `else if` chains are flat here: they can be 50,000 long.
  while (node) {
    if (node.type !== 'IfStatement') {
      endings.push(evaluateStatement(machine, node, frame))
      decided = true
      break
    }
    const { certain: known, guards } = evaluateTest(machine, node.test, frame)
    if (guards.length > 0 && frame.guards.length < 16) frame.guards = [...frame.guards, ...guards]
    if (known === false) {
      node = node.alternate
      continue
    }
    if (known === true) {
      endings.push(evaluateStatement(machine, node.consequent, frame))
      decided = true
      break
    }
    machine.undecided++
    frame.conditional++
    depth++
    const { consequent } = node
    const behind = (): void => void endings.push(evaluateStatement(machine, consequent, frame))
    const test = node
    withPicked(machine, test, frame, () => withPickedFiles(machine, test, frame, behind))
    noteChoice(machine, test.test, consequent, frame)
    node = node.alternate
  }
  frame.conditional -= depth
  const leaves = endings.some(ending => ending !== 'next')
  // After `if (ci) return`, the rest of the function is guarded too.
  if (!leaves) frame.guards = guardsBefore
  const [ending = 'next'] = endings
  if (leaves && !decided && first.alternate == null) pickFilesBehind(machine, first, frame)
  if (decided && endings.every(other => other === ending)) return ending
  if (endings.some(jumps)) machine.jumps++
  return 'next'
}

function jumps(ending: Ending): boolean {
  return ending === 'break' || ending === 'continue'
}

/**
 * How something ends that jumps end in: where one may have left it before, `return` and `break` are not certain.
 * `for (…) { if (unknown) continue; return }` goes on, and so does what stands behind it.
 */
function catching(machine: Interpreter, run: () => Ending): Ending {
  const outer = machine.jumps
  machine.jumps = 0
  const ending = run()
  const left = machine.jumps > 0
  machine.jumps = outer
  return left ? 'next' : ending
}

function loop(
  machine: Interpreter,
  frame: Frame,
  test: AnyNode | undefined,
  body: Statement,
  update: AnyNode | undefined,
  bodyFirst: boolean,
): Ending {
  const guardsBefore = frame.guards
  const work = machine.work
  const unbounded = test === undefined || test.type === 'Literal'
  if (machine.level < runLevel && isEndless(machine, test, update, body, frame))
    machine.fact(
      { kind: 'stops', api: 'loop', what: 'endless-loop' },
      frame,
      placeOf(frame.file, bodyFirst ? body : (test ?? body)),
    )
  for (let round = 0; round < maxRounds; round++) {
    if (machine.work - work > maxLoopWork || machine.loopWork > maxAllLoopWork) break
    if (!(bodyFirst && round === 0) && test !== undefined) {
      const { certain: known, guards } = evaluateTest(machine, test, frame)
      if (guards.length > 0) frame.guards = [...guardsBefore, ...guards]
      if (known === false) {
        frame.guards = guardsBefore
        machine.loopWork += machine.work - work
        return 'next'
      }
      if (known === undefined) break
    } else if (test === undefined && round > 0 && update === undefined) break
    const undecided = machine.undecided
    const ending = catching(machine, () => evaluateStatement(machine, body, frame))
    if (ending === 'leave') return 'leave'
    if (ending === 'break') return 'next'
    if (update !== undefined) machine.evaluate(update, frame)
    // Nothing but a branch ends it, and which was taken is not known: another round tells nothing new.
    if (unbounded && machine.undecided !== undecided) break
  }
  machine.loopWork += machine.work - work
  frame.conditional++
  for (let round = 0; round < 2; round++) {
    catching(machine, () => evaluateStatement(machine, body, frame))
    if (update !== undefined) machine.evaluate(update, frame)
    if (test !== undefined) machine.evaluate(test, frame)
  }
  frame.conditional--
  frame.guards = guardsBefore
  return 'next'
}

function evaluateTry(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'TryStatement' }>,
  frame: Frame,
): Ending {
  const outer = frame.thrown
  const cell = newCell()
  frame.thrown = cell
  const outerBefore = frame.before
  const before: NonNullable<Frame['before']> = new Map()
  if (node.handler) frame.before = before
  let ending = evaluateStatement(machine, node.block, frame)
  frame.thrown = outer
  frame.before = outerBefore
  if (node.handler) {
    const { handler } = node
    for (const [binding, { value, blank }] of before) {
      if (outerBefore?.has(binding) === false) outerBefore.set(binding, { value, blank })
      binding.value = join(binding.value, value)
      if (blank) binding.blank = true
    }
    frame.conditional++
    const handled = inBlock(machine, handler, frame, () => {
      if (handler.param) {
        const thrown: Value = cell.value === nothing ? anything : opened(cell.value)
        bindPattern(machine, handler.param, thrown, frame, 'let')
      }
      return evaluateStatement(machine, handler.body, frame)
    })
    frame.conditional--
    if (handled !== ending) {
      if (jumps(handled) || jumps(ending)) machine.jumps++
      ending = 'next'
    }
  }
  if (node.finalizer) {
    const last = evaluateStatement(machine, node.finalizer, frame)
    if (last !== 'next') return last
  }
  return ending
}
