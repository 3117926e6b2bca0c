import type { AnyNode } from 'acorn'
import { childrenOf } from './children.ts'

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
export function isEndless(test: AnyNode | undefined, update: AnyNode | undefined, body: AnyNode): boolean {
  if (!isForever(test, update)) return false
  const stack: { node: AnyNode; inner: boolean }[] = [{ node: body, inner: false }]
  for (let count = 0; stack.length > 0; count++) {
    const { node, inner } = stack.pop()!
    if (count > maxNodes || leaves(node, inner)) return false
    if (isFunction(node)) continue
    const catches = inner || isLoop(node)
    for (const child of childrenOf(node)) stack.push({ node: child, inner: catches })
  }
  return true
}

function leaves(node: AnyNode, inner: boolean): boolean {
  switch (node.type) {
    case 'BreakStatement':
      return !inner || Boolean(node.label)
    case 'ContinueStatement':
      return Boolean(node.label)
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'AwaitExpression':
    case 'YieldExpression':
      return true
    case 'ForOfStatement':
      return node.await
    case 'CallExpression':
      return !harmless.test(nameOf(node.callee))
    default:
      return false
  }
}

/** Calls of which is known that they come back. */
const harmless =
  /^(?:console\.\w+|process\.(?:stdout|stderr)\.write|Math\.\w+|String\.fromCharCode|\w+\.(?:push|unshift|concat|repeat|fill|toString|join|slice|padEnd|padStart|charAt|toUpperCase)|(?:\w+\.)?(?:fork|spawn|exec|execFile|spawnSync|execSync|execFileSync|writeFileSync|appendFileSync|mkdirSync|tmpdir|homedir|cwd|randomBytes|randomUUID|join|resolve|alloc|unref)|require|Date\.now|setTimeout|setImmediate|setInterval|Buffer\.\w+)$/

function nameOf(callee: AnyNode): string {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') {
    return callee.type === 'MemberExpression' && isConsole(callee) ? 'console.log' : ''
  }
  const { object, property } = callee
  if (object.type === 'Identifier') return `${object.name}.${property.name}`
  return object.type === 'MemberExpression' ? `${nameOf(object)}.${property.name}` : `it.${property.name}`
}

/** `console['log']`, `console[x]`. */
function isConsole(callee: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return callee.object.type === 'Identifier' && callee.object.name === 'console'
}

function isLoop({ type }: AnyNode): boolean {
  return /^(?:For|While|DoWhile|Switch)/.test(type)
}

function isFunction({ type }: AnyNode): boolean {
  return /Function|^Class/.test(type)
}
