import { halt } from './budget.ts'
import { indexOfKey, orderedKeys, toKey } from './coerce.ts'
import type { Machine, Method, Methods } from './machine.ts'
import { FoldArray, FoldBytes, FoldFunction, FoldObject, type Value } from './values.ts'

/** Own enumerable keys, in the order JavaScript gives them. */
export const keysOf = (machine: Machine, value: Value): readonly string[] => {
  if (typeof value === 'string') {
    machine.budget.make(value.length)
    return [...value.split('').keys()].map(String)
  }
  if (typeof value === 'number' || typeof value === 'boolean') return []
  if (value === undefined || value === null) return machine.raise('TypeError')
  if (value instanceof FoldArray) {
    machine.budget.make(value.items.length)
    return Object.keys(value.items)
  }
  if (value instanceof FoldBytes) {
    machine.budget.make(value.bytes.length)
    return [...value.bytes.keys()].map(String)
  }
  if (value instanceof FoldFunction) return value.fields === undefined ? [] : orderedKeys(value.fields)
  if (!(value instanceof FoldObject)) return halt('unsupported')
  machine.budget.spend(value.fields.size)
  if (value.type === 'error') return halt('unsupported')
  const keys = orderedKeys(value.fields)
  return value.type === 'arguments' ? keys.filter(key => key !== 'length') : keys
}

/** The value of an own field; undefined where there is none. */
export const ownField = (machine: Machine, value: Value, key: string): Value => {
  if (typeof value === 'string') return value[indexOfKey(key)]
  if (value instanceof FoldArray || value instanceof FoldObject || value instanceof FoldBytes)
    machine.used |= value.labels
  if (value instanceof FoldArray) return value.items[indexOfKey(key)]
  if (value instanceof FoldBytes) return value.bytes[indexOfKey(key)]
  if (value instanceof FoldFunction) return value.fields?.get(key)
  return value instanceof FoldObject ? value.fields.get(key) : undefined
}

const hasOwn = (machine: Machine, value: Value, key: string): boolean => {
  if (value instanceof FoldObject) return value.fields.has(key)
  if (value instanceof FoldArray) return key === 'length' || Object.hasOwn(value.items, key)
  if (value instanceof FoldFunction) {
    return (
      value.fields?.has(key) || (['prototype', 'name', 'length'].includes(key) ? halt('unsupported') : false)
    )
  }
  if (typeof value === 'string')
    return key === 'length' || (indexOfKey(key) >= 0 && indexOfKey(key) < value.length)
  return value === undefined || value === null ? machine.raise('TypeError') : halt('unsupported')
}

const assign: Method = (machine, _self, args) => {
  const [target, ...sources] = args
  if (!(target instanceof FoldObject)) return halt('unsupported')
  machine.journal.touch(target)
  for (const source of sources) {
    if (source === undefined || source === null) continue
    for (const key of keysOf(machine, source)) {
      if (key === '__proto__') halt('unsupported')
      target.fields.set(key, ownField(machine, source, key))
    }
  }
  target.labels |= machine.used
  return target
}

/** `Object.*` and the few inherited methods of objects. Nothing here reaches a prototype of the host. */
export const objectMethods: Methods = {
  'Object.keys': (machine, _self, args) => machine.array([...keysOf(machine, args[0])]),
  'Object.values': (machine, _self, args) =>
    machine.array(keysOf(machine, args[0]).map(key => ownField(machine, args[0], key))),
  'Object.entries': (machine, _self, args) =>
    machine.array(keysOf(machine, args[0]).map(key => machine.array([key, ownField(machine, args[0], key)]))),
  'Object.fromEntries': (machine, _self, args) => {
    const [source] = args
    if (!(source instanceof FoldArray)) return halt('unsupported')
    machine.used |= source.labels
    const fields = new Map<string, Value>()
    for (const entry of source.items) {
      if (!(entry instanceof FoldArray)) return halt('unsupported')
      machine.budget.make(1)
      fields.set(toKey(machine, entry.items[0]), entry.items[1])
    }
    return machine.object(fields)
  },
  'Object.assign': assign,
  'Object.freeze': (_machine, _self, args) =>
    args[0] instanceof FoldFunction ? halt('unsupported') : args[0],
  'Object.create': (machine, _self, args) => {
    if (args.length > 1 || (args[0] !== null && !(args[0] instanceof FoldObject))) return halt('unsupported')
    // An object without any prototype differs from a plain one only in what it does not inherit.
    return machine.object(new Map(), 'plain', args[0] ?? undefined)
  },
  'Object.hasOwn': (machine, _self, args) => hasOwn(machine, args[0], toKey(machine, args[1])),
  'Object.prototype.hasOwnProperty': (machine, self, args) => hasOwn(machine, self, toKey(machine, args[0])),
  'Object.prototype.valueOf': (_machine, self) => self,
  'Object.prototype.toString': (_machine, self) => {
    if (self === undefined) return '[object Undefined]'
    if (self === null) return '[object Null]'
    if (self instanceof FoldArray) return '[object Array]'
    if (self instanceof FoldFunction) return '[object Function]'
    if (typeof self === 'string') return '[object String]'
    if (typeof self === 'number') return '[object Number]'
    if (typeof self === 'boolean') return '[object Boolean]'
    if (!(self instanceof FoldObject)) return halt('unsupported')
    if (self.type === 'plain') return '[object Object]'
    return self.type === 'error' ? '[object Error]' : '[object Arguments]'
  },
}
