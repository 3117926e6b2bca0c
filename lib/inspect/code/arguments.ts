import type { AnyNode } from 'acorn'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { join, nothing, type Value } from './values.ts'

/** What a call passes. Of more than a few hundred arguments only what they may be together is kept. */
export function argumentsOf(machine: Interpreter, nodes: readonly AnyNode[], frame: Frame): Arguments {
  const list: Value[] = []
  let rest = nothing
  for (const node of nodes) {
    if (node.type !== 'SpreadElement') {
      const value = machine.evaluate(node, frame)
      if (rest === nothing && list.length < 256) list.push(value)
      else rest = join(rest, value)
      continue
    }
    const items = elementsOf(machine, machine.evaluate(node.argument, frame), frame)
    if (items.exact && rest === nothing && list.length + items.list.length < 256) list.push(...items.list)
    else rest = join(rest, items.any)
  }
  return { list, rest, whole: rest === nothing }
}
