import { halt } from './budget.ts'
import { findField, indexOfKey, toKey, toNumber } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import { globalValue } from './globals.ts'
import type { Machine } from './machine.ts'
import { inheritedMethod, isNamespace, methodOf, typeNameOf } from './methods.ts'
import {
  Builtin,
  FoldArray,
  type FoldBytes,
  type FoldFunction,
  FoldObject,
  type FoldRegex,
  type SourceText,
  type Value,
} from './values.ts'

const constants = new Map<string, Value>([
  ['Math.PI', Math.PI],
  ['Math.E', Math.E],
  ['Math.LN2', Math.LN2],
  ['Math.LN10', Math.LN10],
  ['Math.SQRT2', Math.SQRT2],
  ['Number.MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
  ['Number.MIN_SAFE_INTEGER', Number.MIN_SAFE_INTEGER],
  ['Number.MAX_VALUE', Number.MAX_VALUE],
  ['Number.EPSILON', Number.EPSILON],
])

const functionMembers = new Set(['call', 'apply', 'bind', 'toString'])

/** Names every object of the host inherits: reading one we do not model is not `undefined`. */
const inheritedNames = new Set([
  'toLocaleString', 'isPrototypeOf', 'propertyIsEnumerable', '__defineGetter__', '__defineSetter__',
  '__lookupGetter__', '__lookupSetter__', '__proto__', 'constructor',
]) // prettier-ignore

/** `object[key]`. Fields of our own values only; nothing is looked up on a host object. */
export const getMember = (machine: Machine, object: Value, key: Value): Value => {
  if (typeof object === 'string') return ofText(machine, object, key)
  if (object === undefined || object === null) return machine.raise('TypeError')
  if (typeof object !== 'object') return ofType(machine, object, toKey(machine, key))
  switch (object.kind) {
    case 'array':
      return ofArray(machine, object, key)
    case 'bytes':
      return ofBytes(machine, object, key)
    case 'object':
      return ofObject(machine, object, toKey(machine, key))
    case 'function':
      return ofFunction(machine, object, toKey(machine, key))
    case 'builtin':
      return ofBuiltin(machine, object, toKey(machine, key))
    case 'regex':
      return ofRegex(machine, object, toKey(machine, key))
    case 'stream':
      return ofType(machine, object, toKey(machine, key))
    case 'source':
      return ofText(machine, object.text, key)
  }
}

const ofText = (machine: Machine, text: string, key: Value): Value => {
  if (typeof key === 'number') {
    machine.flatten(text)
    return text[key]
  }
  const name = toKey(machine, key)
  if (name === 'length') return text.length
  const index = indexOfKey(name)
  return index >= 0 ? text[index] : ofType(machine, text, name)
}

/** A method the value inherits. Names that are not modelled halt: nobody knows that they are absent. */
const ofType = (_machine: Machine, value: Value, name: string): Value => {
  const type = typeNameOf(value)
  if (type === undefined) return halt('unknown')
  if (name === 'constructor')
    return type === 'Stream' || type === 'Object' ? halt('unsupported') : new Builtin(type)
  if (inheritedMethod(type, name) !== undefined) return new Builtin(`${type}.prototype.${name}`)
  if (inheritedMethod('Object', name) !== undefined) return new Builtin(`Object.prototype.${name}`)
  return halt('unsupported')
}

const noteTable = (machine: Machine, array: FoldArray): void => {
  machine.used |= array.labels
  if (array.table) machine.used |= decoderBits['string-table']
}

const ofArray = (machine: Machine, array: FoldArray, key: Value): Value => {
  if (typeof key === 'number') {
    noteTable(machine, array)
    return key >= 0 && Number.isInteger(key) ? array.items[key] : undefined
  }
  const name = toKey(machine, key)
  if (name === 'length') return array.items.length
  const index = indexOfKey(name)
  if (index < 0) return /^-?\d|^undefined$|^NaN$/.test(name) ? undefined : ofType(machine, array, name)
  noteTable(machine, array)
  return array.items[index]
}

const ofBytes = (machine: Machine, bytes: FoldBytes, key: Value): Value => {
  machine.used |= bytes.labels
  if (typeof key === 'number') return key >= 0 && Number.isInteger(key) ? bytes.bytes[key] : undefined
  const name = toKey(machine, key)
  if (name === 'length' || name === 'byteLength') return bytes.bytes.length
  const index = indexOfKey(name)
  return index >= 0 ? bytes.bytes[index] : ofType(machine, bytes, name)
}

const ofObject = (machine: Machine, object: FoldObject, name: string): Value => {
  machine.used |= object.labels
  const value = findField(object, name)
  if (value !== undefined || object.fields.has(name)) return value
  if (inheritedNames.has(name)) return halt('unsupported')
  if (object.type === 'error') return halt('unknown')
  if (inheritedMethod('Object', name) !== undefined) return new Builtin(`Object.prototype.${name}`)
  return undefined
}

const ofFunction = (machine: Machine, fn: FoldFunction, name: string): Value => {
  machine.used |= fn.labels
  if (fn.fields?.has(name)) return fn.fields.get(name)
  if (name === 'prototype') return prototypeOf(machine, fn)
  if (name === 'length' && fn.bound === undefined) {
    const end = fn.node.params.findIndex(
      param => param.type === 'AssignmentPattern' || param.type === 'RestElement',
    )
    return end < 0 ? fn.node.params.length : end
  }
  if (name === 'constructor') return new Builtin('Function')
  if (functionMembers.has(name)) return new Builtin(`Function.prototype.${name}`)
  if (name === 'name' || name === 'caller' || name === 'arguments') return halt('unknown')
  if (inheritedNames.has(name)) return halt('unsupported')
  if (inheritedMethod('Object', name) !== undefined) return new Builtin(`Object.prototype.${name}`)
  return undefined
}

/** The object that instances made with `new` inherit from; made on first use. */
export const prototypeOf = (machine: Machine, fn: FoldFunction): FoldObject => {
  if (fn.node.type === 'ArrowFunctionExpression' || fn.bound !== undefined) return halt('unsupported')
  if (fn.prototype === undefined) {
    machine.journal.touch(fn)
    fn.prototype = machine.object(new Map())
  }
  return fn.prototype
}

const ofBuiltin = (_machine: Machine, builtin: Builtin, name: string): Value => {
  if (builtin.api === 'globalThis') return globalValue(name) ?? halt('unknown')
  if (name === 'default' && builtin.api.startsWith('node:')) return builtin
  const api = `${builtin.api}.${name}`
  if (constants.has(api)) return constants.get(api)
  if (methodOf(api) !== undefined || isNamespace(api)) return new Builtin(api)
  if (builtin.api.startsWith('node:') && name === 'TextDecoder') return new Builtin('TextDecoder')
  if (functionMembers.has(name) && methodOf(builtin.api) !== undefined)
    return new Builtin(`Function.prototype.${name}`)
  if (name === 'constructor' && methodOf(builtin.api) !== undefined) return new Builtin('Function')
  if (name === 'name' && methodOf(builtin.api) !== undefined)
    return builtin.api.slice(builtin.api.lastIndexOf('.') + 1)
  return halt('unsupported')
}

const ofRegex = (machine: Machine, regex: FoldRegex, name: string): Value => {
  if (name === 'source') return regex.source
  if (name === 'flags') return regex.flags
  if (name === 'global') return regex.flags.includes('g')
  if (name === 'lastIndex') return regex.lastIndex
  return ofType(machine, regex, name)
}

/** `object[key] = value`. */
export const setMember = (machine: Machine, object: Value, key: Value, value: Value): void => {
  if (object === undefined || object === null) return machine.raise('TypeError')
  if (typeof object !== 'object') return halt('unsupported')
  switch (object.kind) {
    case 'array':
      return setElement(machine, object, key, value)
    case 'bytes':
      return setByte(machine, object, key, value)
    case 'object':
    case 'function':
      return setField(machine, object, toKey(machine, key), value)
    case 'regex':
      if (key !== 'lastIndex' || typeof value !== 'number') return halt('unsupported')
      machine.journal.touch(object)
      object.lastIndex = value
      return undefined
    default:
      return halt('unknown')
  }
}

const setElement = (machine: Machine, array: FoldArray, key: Value, value: Value): void => {
  const index =
    typeof key === 'number' && key >= 0 && Number.isInteger(key) ? key : indexOfKey(toKey(machine, key))
  if (index < 0) {
    if (toKey(machine, key) !== 'length' || typeof value !== 'number') return halt('unsupported')
    if (!Number.isInteger(value) || value < 0 || value > array.items.length) return halt('unsupported')
    machine.journal.touch(array)
    array.items.length = value
    return undefined
  }
  machine.journal.touch(array)
  if (index >= array.items.length) {
    // A lone element far out would make the host allocate everything before it, or switch to a slow table.
    machine.budget.make((index - array.items.length + 1) * 8)
    if (index > machine.budget.limits.maxSize / 8) return halt('size')
  }
  array.items[index] = value
  array.labels |= machine.used
}

const setByte = (machine: Machine, bytes: FoldBytes, key: Value, value: Value): void => {
  const index = typeof key === 'number' ? key : indexOfKey(toKey(machine, key))
  if (!(index >= 0)) return halt('unsupported')
  const byte = toNumber(machine, value)
  machine.journal.touch(bytes)
  if (index < bytes.bytes.length) bytes.bytes[index] = byte
  bytes.labels |= machine.used
}

const setField = (machine: Machine, object: FoldObject | FoldFunction, name: string, value: Value): void => {
  if (name === '__proto__') return halt('unsupported')
  machine.journal.touch(object)
  object.labels |= machine.used
  if (object.kind === 'function') {
    if (name === 'prototype') {
      if (!(value instanceof FoldObject)) return halt('unsupported')
      object.prototype = value
      return undefined
    }
    if (name === 'name' || name === 'length') return halt('unsupported')
    object.fields ??= new Map()
    object.fields.set(name, value)
    return undefined
  }
  machine.budget.spend(1)
  object.fields.set(name, value)
}

/** `delete object[key]`. */
export const deleteMember = (machine: Machine, object: Value, key: Value): boolean => {
  const name = toKey(machine, key)
  if (!(object instanceof FoldObject)) return halt('unsupported')
  machine.journal.touch(object)
  object.fields.delete(name)
  return true
}

/** `key in object`. */
export const hasMember = (machine: Machine, object: Value, key: Value): boolean => {
  const name = toKey(machine, key)
  if (object instanceof FoldArray)
    return indexOfKey(name) >= 0 ? indexOfKey(name) in object.items : halt('unsupported')
  if (!(object instanceof FoldObject)) return halt('unsupported')
  if (findField(object, name) !== undefined || object.fields.has(name)) return true
  return inheritedNames.has(name) || inheritedMethod('Object', name) !== undefined
    ? halt('unsupported')
    : false
}

/** Methods of a function's own source that are not carried out; undefined for all others. */
export const callSourceText = (self: SourceText, name: string): Value => {
  if (name === 'search') return 0
  return name === 'toString' || name === 'valueOf' ? self : undefined
}
