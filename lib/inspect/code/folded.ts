import type { AnyNode } from 'acorn'
import { elementsOf } from './elements.ts'
import { constantArray, type Constant, type Folded } from './fold/constant.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf } from './sites.ts'
import { RegexConstant } from './regex-constant.ts'
import {
  anything,
  hop,
  known,
  ofObject,
  opened,
  withTaints,
  type Known,
  type Taint,
  type Value,
} from './values.ts'

/**
 * What folding a file found out before it is evaluated: expressions whose value follows from the text alone, behind
 * whatever decoder. Only expressions that do nothing else are taken from there; the rest is evaluated as ever.
 */

const pure = new Set([
  'CallExpression',
  'MemberExpression',
  'BinaryExpression',
  'LogicalExpression',
  'TemplateLiteral',
  'ConditionalExpression',
  'UnaryExpression',
  'Identifier',
  'NewExpression',
  'TaggedTemplateExpression',
])

/** The value that folding gave this expression; undefined where it gave none. */
export function foldedValue(machine: Interpreter, node: AnyNode, frame: Frame): Value | undefined {
  const folded = frame.file.constants?.get(node)
  if (folded === undefined || !pure.has(node.type)) return undefined
  return valueOfFolded(machine, folded, frame, node)
}

/** A folded constant as a value; decoded text comes from the package itself, by the decoders it passed. */
export function valueOfFolded(
  machine: Interpreter,
  folded: Folded,
  frame: Frame,
  node: AnyNode,
): Value | undefined {
  const value = valueOfConstant(machine, folded.value, frame, `folded ${node.start} ${node.end}`, 0)
  if (value === undefined || folded.decoders.length === 0) return value
  const place = placeOf(frame.file, node)
  let taints: readonly Taint[] = [machine.source('package-bytes', frame.file.path, place)]
  for (const decoder of folded.decoders) taints = hop(taints, decoder, place)
  return withTaints(value, taints)
}

function valueOfConstant(
  machine: Interpreter,
  constant: Constant,
  frame: Frame,
  key: string,
  depth: number,
): Value | undefined {
  if (typeof constant !== 'object' || constant === null) return known(constant)
  if (depth > 4) return anything
  switch (constant.kind) {
    case 'bytes':
      return known(constant.bytes)
    case 'regex':
      return opened(known(new RegexConstant(constant.source, constant.flags)))
    case 'array': {
      if (constant.items.length > 2_000) return undefined
      const array = machine.objectAt(frame, key, 'array')
      for (const [at, item] of constant.items.entries()) {
        machine.writeField(
          array,
          String(at),
          valueOfConstant(machine, item, frame, `${key} ${at}`, depth + 1) ?? anything,
        )
      }
      array.length = constant.items.length
      return ofObject(array)
    }
    case 'object': {
      if (constant.fields.size > 2_000) return undefined
      const object = machine.objectAt(frame, key, 'object')
      for (const [name, item] of constant.fields) {
        machine.writeField(
          object,
          name,
          valueOfConstant(machine, item, frame, `${key} ${name}`, depth + 1) ?? anything,
        )
      }
      return ofObject(object)
    }
  }
}

/** A value as an operand of folding; undefined where it is not one constant. */
export function constantOf(value: Value): { readonly constant: Constant } | undefined {
  if (value.open || value.known.length !== 1 || value.objects.length > 0 || value.functions.length > 0)
    return undefined
  const only: Known = value.known[0]
  if (only instanceof Uint8Array) return { constant: { kind: 'bytes', bytes: only, buffer: true } }
  if (typeof only === 'string' && only.includes('\u0001')) return undefined
  if (only instanceof RegexConstant)
    return { constant: { kind: 'regex', source: only.source, flags: only.flags } }
  return { constant: only }
}

/** A list of constants as an operand of folding, as decoders in a file of their own get it; undefined of everything else. */
export function constantListOf(
  machine: Interpreter,
  value: Value,
  frame: Frame,
): { readonly constant: Constant } | undefined {
  const [list] = value.objects
  if (list?.kind !== 'array' || value.objects.length > 1) return undefined
  const items = elementsOf(machine, value, frame)
  if (!items.exact || items.list.length < minTable) return undefined
  const constants: Constant[] = []
  for (const item of items.list) {
    const one = constantOf(item)
    if (one === undefined || item.taints.length > 0) return undefined
    constants.push(one.constant)
  }
  return { constant: constantArray(constants) }
}

/** Whether a constant is a list or an object, of which there may be other names. */
export function isList(constant: Constant): boolean {
  return typeof constant === 'object' && (constant?.kind === 'array' || constant?.kind === 'object')
}

/** Shorter lists hold no text that is worth hiding. */
const minTable = 8
