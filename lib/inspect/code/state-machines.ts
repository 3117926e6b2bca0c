import type { AnyNode } from 'acorn'
import type { Value } from './values.ts'

/**
 * Asynchronous functions as compilers write them for old engines: `mark(function f() { return wrap(function (state) {
 * for (;;) switch (state.p = state.n) { … } }, f) })`. Marking gives the function back and calls nothing.
 */
export function isStateMachine(value: Value | undefined): boolean {
  const fn = value?.functions.length === 1 ? value.functions[0] : undefined
  const body = fn?.node.body
  if (body?.type !== 'BlockStatement') return false
  const last = body.body.at(-1)
  if (last?.type !== 'ReturnStatement' || last.argument?.type !== 'CallExpression') return false
  const [step] = last.argument.arguments
  if (step?.type !== 'FunctionExpression') return false
  return step.body.body.some(statement => isSteps(statement, step.params[0]))
}

function isSteps(loop: AnyNode, state: AnyNode | undefined): boolean {
  if (loop.type !== 'ForStatement' && loop.type !== 'WhileStatement') return false
  const body = loop.body.type === 'BlockStatement' ? loop.body.body[0] : loop.body
  if (body?.type !== 'SwitchStatement' || body.discriminant.type !== 'AssignmentExpression') return false
  const { left, right } = body.discriminant
  return [left, right].every(
    side =>
      side.type === 'MemberExpression' &&
      side.object.type === 'Identifier' &&
      state?.type === 'Identifier' &&
      side.object.name === state.name,
  )
}
