import { Buffer } from 'node:buffer'
import { halt } from './budget.ts'
import type { Machine } from './machine.ts'
import { type FoldArray, type FoldObject, SourceText, type Value } from './values.ts'

/** `typeof`, for values of the program. */
export const typeOf = (value: Value): string => {
  if (typeof value !== 'object' || value === null) return value === null ? 'object' : typeof value
  switch (value.kind) {
    case 'function':
      return 'function'
    case 'source':
      return 'string'
    case 'builtin':
      return namespaces.has(value.api) || value.api.startsWith('node:')
        ? builtinTypeOf(value.api)
        : 'function'
    default:
      return 'object'
  }
}

const namespaces = new Set(['Math', 'JSON', 'globalThis', 'Reflect'])

const builtinTypeOf = (api: string): string =>
  namespaces.has(api) || /^node:[a-z_]+$/.test(api) ? 'object' : 'function'

export const truthy = (value: Value): boolean =>
  typeof value === 'object' && value !== null ? true : Boolean(value)

const hintMethods = { string: ['toString', 'valueOf'], number: ['valueOf', 'toString'] } as const

type Primitive = undefined | null | boolean | number | bigint | string | SourceText

/** ECMAScript ToPrimitive. Own `toString` and `valueOf` of the program's objects are called. */
export const toPrimitive = (
  machine: Machine,
  value: Value,
  hint: 'string' | 'number' = 'number',
): Primitive => {
  if (typeof value !== 'object' || value === null) return value
  switch (value.kind) {
    case 'source':
      return value
    case 'function':
      return new SourceText(machine.sourceOf(value.node))
    case 'builtin':
      return builtinText(value.api)
    case 'regex':
      return `/${value.source}/${value.flags}`
    case 'stream':
      return '[object Object]'
    case 'bytes':
      machine.budget.make(value.bytes.length * 4)
      // A `Buffer` turns into the text it holds, any other list of bytes into its numbers.
      return value.buffer
        ? Buffer.from(value.bytes.buffer, value.bytes.byteOffset, value.bytes.length).toString('utf8')
        : value.bytes.join(',')
    case 'array':
      return joinArray(machine, value, ',')
    case 'object':
      return objectToPrimitive(machine, value, hint)
  }
}

const builtinText = (api: string): string => {
  const name = api.slice(api.lastIndexOf('.') + 1)
  if (builtinTypeOf(api) === 'function') return `function ${name}() { [native code] }`
  return api === 'Math' || api === 'JSON' || api === 'Reflect' ? `[object ${api}]` : halt('unsupported')
}

const objectToPrimitive = (machine: Machine, value: FoldObject, hint: 'string' | 'number'): Primitive => {
  for (const name of hintMethods[hint]) {
    const method = findField(value, name)
    if (method === undefined || typeof method !== 'object' || method === null) continue
    if (method.kind !== 'function' && method.kind !== 'builtin') continue
    const result = machine.call(method, value, [])
    if (typeof result !== 'object' || result === null || result.kind === 'source') return result
  }
  if (value.type === 'error') return errorText(machine, value)
  return value.type === 'arguments' ? '[object Arguments]' : '[object Object]'
}

const errorText = (machine: Machine, value: FoldObject): string => {
  const message = value.fields.get('message')
  // Exceptions raised by built-ins carry the engine's words, which differ between versions.
  if (message === undefined) return halt('unknown')
  const text = toText(machine, message)
  const name = toText(machine, value.fields.get('name') ?? 'Error')
  return text === '' ? name : `${name}: ${text}`
}

/** A field of an object or of what it inherits from. */
export const findField = (object: FoldObject, key: string): Value | undefined => {
  let current: FoldObject | undefined = object
  for (let hops = 0; current !== undefined && hops < 100; hops += 1) {
    if (current.fields.has(key)) return current.fields.get(key)
    current = current.proto
  }
  return undefined
}

/** `Array.prototype.join`. Arrays inside arrays nest by recursion, so the depth is counted. */
export const joinArray = (machine: Machine, array: FoldArray, separator: string): string => {
  machine.used |= array.labels
  machine.budget.spend(array.items.length)
  machine.depth += 1
  if (machine.depth > machine.budget.limits.maxDepth) halt('depth')
  const parts: string[] = []
  let size = 0
  for (let index = 0; index < array.items.length; index += 1) {
    const item = array.items[index]
    const part = item === undefined || item === null ? '' : toText(machine, item)
    size += part.length + separator.length
    if (size > machine.budget.limits.maxSize) halt('size')
    parts.push(part)
  }
  machine.budget.make(size)
  machine.depth -= 1
  return parts.join(separator)
}

/** ECMAScript ToString. */
export const toText = (machine: Machine, value: Value): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const primitive = toPrimitive(machine, value, 'string')
  return primitive instanceof SourceText ? primitive.text : String(primitive)
}

/** ECMAScript ToNumber. */
export const toNumber = (machine: Machine, value: Value): number => {
  if (typeof value === 'number') return value
  const primitive = toPrimitive(machine, value, 'number')
  if (primitive instanceof SourceText) return Number.NaN
  if (typeof primitive === 'bigint') return machine.raise('TypeError')
  if (typeof primitive === 'string') machine.flatten(primitive)
  return Number(primitive)
}

/** ECMAScript ToIntegerOrInfinity, with a default for `undefined`. */
export const toInteger = (machine: Machine, value: Value, absent = 0): number => {
  if (value === undefined) return absent
  const number = toNumber(machine, value)
  return Number.isNaN(number) ? 0 : Math.trunc(number)
}

/** ECMAScript ToPropertyKey; symbols do not exist here. */
export const toKey = (machine: Machine, value: Value): string => toText(machine, value)

/** Resolves a relative index as `slice` and `at` do: negative counts from the end, clamped to 0..length. */
export const clampIndex = (index: number, length: number): number =>
  index < 0 ? Math.max(0, length + index) : Math.min(index, length)

const arrayIndex = /^(?:0|[1-9]\d{0,9})$/

/** The index a key stands for, or -1. */
export const indexOfKey = (key: string): number =>
  key.length <= 10 && arrayIndex.test(key) && Number(key) < 4_294_967_295 ? Number(key) : -1

/** Keys as JavaScript enumerates them: indices first and ascending, the rest in order of creation. */
export const orderedKeys = (fields: ReadonlyMap<string, unknown>): string[] => {
  const indices: number[] = []
  const names: string[] = []
  for (const key of fields.keys()) {
    const index = indexOfKey(key)
    if (index >= 0) indices.push(index)
    else names.push(key)
  }
  if (indices.length === 0) return names
  indices.sort((a, b) => a - b)
  return [...indices.map(String), ...names]
}
