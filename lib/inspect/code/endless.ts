import type { AnyNode } from 'acorn'
import { childrenOf } from './children.ts'
import { lookUp } from './environment.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { constantText } from './readable.ts'
import { onlyPasses, onlyShapes } from './shaping.ts'
import type { Value } from './values.ts'

/** Loops that nothing leaves: whoever imports or installs the package waits for ever. */

const maxNodes = 2_000

/** A test that stays true for ever: absent, a true constant, or a number that counts towards infinity. */
function isForever(test: AnyNode | undefined, update: AnyNode | undefined): boolean {
  if (test === undefined) return true
  if (test.type === 'Literal') return Boolean(test.value)
  if (test.type === 'UnaryExpression' && test.operator === '!')
    return test.argument.type === 'UnaryExpression' && test.argument.operator === '!'
      ? isForever(test.argument.argument, update) || test.argument.argument.type === 'ArrayExpression'
      : test.argument.type === 'Literal' && !test.argument.value
  return (
    test.type === 'BinaryExpression' &&
    (test.operator === '<' || test.operator === '<=') &&
    test.right.type === 'Identifier' &&
    test.right.name === 'Infinity' &&
    update?.type === 'UpdateExpression' &&
    update.operator === '++'
  )
}

/**
 * Whether a loop runs for ever: nothing in its body breaks, returns, throws, waits or ends the process. A call of
 * something else may throw as well, so only calls that are seen to do something harmless or noisy are allowed.
 */
export function isEndless(
  machine: Interpreter,
  test: AnyNode | undefined,
  update: AnyNode | undefined,
  body: AnyNode,
  frame: Frame,
): boolean {
  return isForever(test, update) && new Leaving(machine, frame).staysIn(body, false)
}

class Leaving {
  readonly #machine: Interpreter
  readonly #frame: Frame
  #count = 0

  constructor(machine: Interpreter, frame: Frame) {
    this.#machine = machine
    this.#frame = frame
  }

  /** Whether nothing in it leaves the loop. What a function on the way returns to, is still inside. */
  staysIn(body: AnyNode, inFunction: boolean): boolean {
    const stack: { node: AnyNode; inner: boolean }[] = [{ node: body, inner: inFunction }]
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      const { node, inner } = item
      if (++this.#count > maxNodes) return false
      if (node.type === 'ReturnStatement' ? !inFunction : this.#leaves(node, inner)) return false
      if (isFunction(node)) continue
      const catches = inner || isLoop(node)
      for (const child of childrenOf(node)) stack.push({ node: child, inner: catches })
    }
    return true
  }

  #leaves(node: AnyNode, inner: boolean): boolean {
    switch (node.type) {
      case 'BreakStatement':
        return !inner || Boolean(node.label)
      case 'ContinueStatement':
        return Boolean(node.label)
      case 'ThrowStatement':
      case 'AwaitExpression':
      case 'YieldExpression':
        return true
      case 'ForOfStatement':
        return node.await
      case 'CallExpression':
        return !this.#comesBack(node.callee, node.arguments, 0)
      default:
        return false
    }
  }

  /** Whether a call is one of those that come back, made as it is or by way of `call`, `Reflect.apply` and the like. */
  #comesBack(callee: AnyNode, given: readonly AnyNode[], depth: number): boolean {
    if (depth > maxWays) return false
    const [first] = given
    if (callee.type === 'SequenceExpression')
      return this.#comesBack(callee.expressions.at(-1)!, given, depth + 1)
    if (callee.type === 'ArrowFunctionExpression' || callee.type === 'FunctionExpression')
      return this.staysIn(callee.body, true)
    if (callee.type === 'CallExpression')
      return (
        callee.callee.type === 'MemberExpression' &&
        this.#key(callee.callee) === 'bind' &&
        this.#comesBack(callee.callee.object, [], depth + 1)
      )
    if (callee.type === 'Identifier') {
      const { functions, handles } = this.#valueOf(callee.name)
      const [fn] = functions
      if (functions.length === 1 && fn !== undefined && handles.length === 0) {
        if (onlyShapes(fn.node)) return true
        if (onlyPasses(fn.node))
          return first !== undefined && this.#comesBack(first, given.slice(1), depth + 1)
      }
      if (handles.length > 0) return handles.every(({ api }) => harmless.test(/[^.:]*$/.exec(api)![0]))
      return harmless.test(callee.name)
    }
    if (callee.type !== 'MemberExpression') return false
    const key = this.#key(callee)
    if (key === 'call' || key === 'apply') {
      const isReflect = this.#name(callee.object) === 'Reflect'
      const called = isReflect ? first : callee.object
      return called !== undefined && this.#comesBack(called, given.slice(1), depth + 1)
    }
    if (key === 'bind') return true
    return harmless.test(this.#name(callee))
  }

  #valueOf(name: string): Pick<Value, 'functions' | 'handles'> {
    const { binding } = lookUp(this.#frame.environment, name)
    return binding?.value ?? { functions: [], handles: [] }
  }

  #key({ computed, property }: Extract<AnyNode, { type: 'MemberExpression' }>): string | undefined {
    if (!computed) return property.type === 'Identifier' ? property.name : undefined
    return constantText(this.#machine, property, this.#frame)
  }

  /** A callee as it is written plainly: `console.log`, `it.push`. */
  #name(callee: AnyNode): string {
    if (callee.type === 'Identifier') return callee.name
    if (callee.type === 'NewExpression') return this.#name(callee.callee)
    if (callee.type !== 'MemberExpression') return ''
    const { object } = callee
    const key = this.#key(callee)
    if (object.type === 'Identifier' && object.name === 'console') return 'console.log'
    if (key === undefined) return ''
    if (object.type === 'Identifier')
      return /^(?:globalThis|global)$/.test(object.name) ? key : `${object.name}.${key}`
    const owner =
      object.type === 'MemberExpression' || object.type === 'NewExpression' ? this.#name(object) : 'it'
    return owner === 'console' ? 'console.log' : `${owner || 'it'}.${key}`
  }
}

/** A call may be made by way of others so often. */
const maxWays = 6

/** Calls of which is known that they come back. */
const harmless =
  /^(?:console\.\w+|Map\.get|process\.(?:stdout|stderr)\.write|Math\.\w+|String\.fromCharCode|\w+\.(?:push|unshift|concat|repeat|fill|toString|join|slice|padEnd|padStart|charAt|toUpperCase)|(?:\w+\.)?(?:fork|spawn|exec|execFile|spawnSync|execSync|execFileSync|writeFileSync|appendFileSync|mkdirSync|tmpdir|homedir|cwd|randomBytes|randomUUID|join|resolve|alloc|unref)|require|Date\.now|setTimeout|setImmediate|setInterval|Buffer\.\w+)$/

function isLoop({ type }: AnyNode): boolean {
  return /^(?:For|While|DoWhile|Switch)/.test(type)
}

function isFunction({ type }: AnyNode): boolean {
  return /Function|^Class/.test(type)
}
