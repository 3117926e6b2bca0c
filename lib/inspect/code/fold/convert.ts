import { halt } from './budget.ts'
import { type Constant, constantArray, constantBytes } from './constant.ts'
import { orderedKeys } from './coerce.ts'
import type { Machine } from './machine.ts'
import { FoldArray, FoldBytes, FoldObject, FoldRegex, type Value } from './values.ts'

// Deeper data is not what decoders make, and following it would be recursion whose depth the input chooses.
const maxNesting = 60

/** A constant as a fresh value of the evaluation: changing it leaves the constant alone. */
export const toValue = (machine: Machine, constant: Constant, depth = 0): Value => {
  if (typeof constant !== 'object' || constant === null) return constant
  if (depth > maxNesting) return halt('depth')
  switch (constant.kind) {
    case 'array':
      machine.budget.make(constant.items.length)
      return machine.array(Array.from(constant.items, item => toValue(machine, item, depth + 1)))
    case 'object': {
      const fields = new Map<string, Value>()
      machine.budget.make(constant.fields.size)
      for (const [key, item] of constant.fields) fields.set(key, toValue(machine, item, depth + 1))
      return machine.object(fields)
    }
    case 'bytes':
      machine.budget.make(constant.bytes.length)
      return machine.bytes(constant.bytes.slice(), constant.buffer)
    case 'regex':
      return new FoldRegex(constant.source, constant.flags, machine.journal.stamp)
  }
}

/** A value of the evaluation as a constant. Halts on functions, on anything that inherits, and on deep nesting. */
export const toConstant = (machine: Machine, value: Value, depth = 0): Constant => {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxNesting) return halt('depth')
  switch (value.kind) {
    case 'array':
      machine.used |= value.labels
      machine.budget.spend(value.items.length >>> 2)
      machine.budget.make(value.items.length)
      return constantArray(Array.from(value.items, item => toConstant(machine, item, depth + 1)))
    case 'bytes':
      machine.used |= value.labels
      machine.budget.make(value.bytes.length)
      return constantBytes(value.bytes.slice(), value.buffer)
    case 'regex':
      return { kind: 'regex', source: value.source, flags: value.flags }
    case 'object':
      return plainObject(machine, value, depth)
    default:
      return halt('unknown')
  }
}

const plainObject = (machine: Machine, value: FoldObject, depth: number): Constant => {
  if (value.proto !== undefined || value.type !== 'plain') return halt('unknown')
  machine.used |= value.labels
  machine.budget.spend(value.fields.size)
  machine.budget.make(value.fields.size)
  const fields = new Map<string, Constant>()
  for (const key of orderedKeys(value.fields))
    fields.set(key, toConstant(machine, value.fields.get(key), depth + 1))
  return { kind: 'object', fields }
}

/** Whether a value can become a constant without looking at its parts. */
export const isPlain = (value: Value): boolean =>
  typeof value !== 'object' ||
  value === null ||
  value instanceof FoldArray ||
  value instanceof FoldBytes ||
  (value instanceof FoldObject && value.proto === undefined && value.type === 'plain')
