import type { AnyNode } from 'acorn'
import type { Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'

/** Steps of one flattened function: obfuscators write one for each of its statements. */
const maxSteps = 600

/** What somebody may have put beside the switch: names that are declared. */
const idle: ReadonlySet<string> = new Set([
  'VariableDeclaration',
  'FunctionDeclaration',
  'ClassDeclaration',
  'EmptyStatement',
])

type Loop = Extract<AnyNode, { type: 'WhileStatement' | 'ForStatement' }>

/**
 * The statements of a function that an obfuscator took apart, in the order in which they run:
 * `while (true) { switch (order[i++]) { case '3': …; continue; … } break }`, where `order` is a list that is known.
 * Undefined for any other loop. The count starts at zero, as every tool writes it.
 */
export function stepsInOrder(
  machine: Interpreter,
  loop: Loop,
  frame: Frame,
): readonly (readonly AnyNode[])[] | undefined {
  const body = loop.body.type === 'BlockStatement' ? loop.body.body : [loop.body]
  const others = body.filter(({ type }) => idle.has(type))
  const [choice, end, more] = body.filter(({ type }) => !idle.has(type))
  if (choice?.type !== 'SwitchStatement' || more !== undefined) return undefined
  if (end !== undefined && end.type !== 'BreakStatement') return undefined
  const { discriminant, cases } = choice
  if (discriminant.type !== 'MemberExpression' || !discriminant.computed) return undefined
  const { property } = discriminant
  if (property.type !== 'UpdateExpression' || property.operator !== '++' || property.prefix) return undefined
  const order = elementsOf(machine, machine.evaluate(discriminant.object, frame), frame)
  if (!order.exact || order.list.length === 0 || order.list.length > maxSteps) return undefined
  const byKey = new Map<unknown, readonly AnyNode[]>()
  for (const { test, consequent } of cases) {
    if (test?.type !== 'Literal') return undefined
    byKey.set(test.value, consequent)
  }
  const steps: (readonly AnyNode[])[] = [others]
  for (const { known } of order.list) {
    const step = known.length === 1 ? byKey.get(known[0]) : undefined
    if (step === undefined) return undefined
    steps.push(step)
  }
  return steps
}
