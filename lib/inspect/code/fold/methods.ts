import { arrayMethods } from './array-methods.ts'
import { type Budget, Halt, halt } from './budget.ts'
import { byteMethods } from './byte-methods.ts'
import type { Constant, Folded } from './constant.ts'
import { toConstant, toValue } from './convert.ts'
import { cryptoMethods } from './crypto-methods.ts'
import { decodersOf } from './decoders.ts'
import { Machine, type Method, noEngine } from './machine.ts'
import { numberMethods } from './number-methods.ts'
import { objectMethods } from './object-methods.ts'
import { regexMethods } from './regex-methods.ts'
import { stringMethods } from './string-methods.ts'
import { textCodecs } from './text-codecs.ts'
import { FoldStream, Thrown, type Value } from './values.ts'

const methods = new Map<string, Method>(
  Object.entries({
    ...stringMethods,
    ...arrayMethods,
    ...numberMethods,
    ...textCodecs,
    ...objectMethods,
    ...byteMethods(arrayMethods),
    ...cryptoMethods,
    ...regexMethods,
  }),
)

const inherited = new Map<string, Map<string, Method>>()
for (const [api, method] of methods) {
  const match = /^(\w+)\.prototype\.(\w+)$/.exec(api)
  if (match === null) continue
  const [, type = '', name = ''] = match
  const names = inherited.get(type) ?? new Map<string, Method>()
  inherited.set(type, names.set(name, method))
}

/** The built-in of that name, `Math.floor` or `node:zlib.gunzipSync`; undefined where it is not modelled. */
export const methodOf = (api: string): Method | undefined => methods.get(api)

/** Whether anything of that name or below it is modelled: `Math`, `node:zlib`, `String.prototype`. */
export const isNamespace = (api: string): boolean => namespaces.has(api)

const namespaces = new Set<string>()
for (const api of methods.keys()) {
  for (let end = api.lastIndexOf('.'); end > 0; end = api.lastIndexOf('.', end - 1))
    namespaces.add(api.slice(0, end))
}

/** The built-in type whose prototype a value has; undefined for values without modelled methods. */
export const typeNameOf = (value: Value): string | undefined => {
  switch (typeof value) {
    case 'string':
      return 'String'
    case 'number':
    case 'bigint':
      return 'Number'
    case 'boolean':
      return 'Boolean'
    default:
  }
  if (typeof value !== 'object' || value === null) return undefined
  switch (value.kind) {
    case 'array':
      return 'Array'
    case 'bytes':
      return 'Uint8Array'
    case 'regex':
      return 'RegExp'
    case 'stream':
      return 'Stream'
    case 'object':
      return 'Object'
    default:
      return undefined
  }
}

/** A method as a value of that type inherits it. */
export const inheritedMethod = (type: string, name: string): Method | undefined =>
  inherited.get(type)?.get(name)

const aliases: readonly (readonly [prefix: string, canonical: string])[] = [
  ['global:', ''],
  ['globalThis.', ''],
  ['node:buffer.Buffer.prototype.', 'Uint8Array.prototype.'],
  ['Buffer.prototype.', 'Uint8Array.prototype.'],
  ['Buffer.', 'node:buffer.Buffer.'],
  ['node:buffer.atob', 'atob'],
  ['node:buffer.btoa', 'btoa'],
  ['node:util.TextDecoder', 'TextDecoder'],
]

const canonicalName = (api: string): string => {
  let name = api
  for (const [prefix, canonical] of aliases)
    if (name.startsWith(prefix)) name = canonical + name.slice(prefix.length)
  return name
}

/**
 * What a built-in returns for constant operands: `String.prototype.split`, `global:atob`, `Math.floor`,
 * `node:zlib.gunzipSync`, `node:buffer.Buffer.from`, `Buffer.prototype.toString`, `TextDecoder.prototype.decode`.
 * Undefined means not known: the name is not modelled, the operands are refused, the call would throw, or the budget
 * is used up (sizes are checked before anything is computed). Never runs code of the inspected program and never
 * throws. The operands are not changed; a method that changes its receiver returns what JavaScript returns.
 */
export const foldCall = (
  api: string,
  receiver: Constant,
  args: readonly Constant[],
  budget: Budget,
): Folded | undefined => {
  const name = canonicalName(api)
  const decode = name === 'TextDecoder.prototype.decode'
  const method = methods.get(decode ? 'Stream.prototype.decode' : name)
  if (method === undefined) return undefined
  const machine = new Machine(budget, noEngine)
  return attempt(() => {
    budget.spend(1)
    const self = decode ? new FoldStream('text-decoder', 'utf-8') : toValue(machine, receiver)
    const operands = args.map(arg => toValue(machine, arg))
    const value = toConstant(machine, method(machine, self, operands))
    return { value, decoders: decodersOf(machine.used) }
  })
}

/** The value, or undefined where the evaluation halted or threw. */
export const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch (error) {
    if (isEndOfEvaluation(error)) return undefined
    throw error
  }
}

/**
 * A halt, an uncaught exception of the program, or the end of the host's stack: counted depth should come first, but
 * how deep a frame is differs between hosts.
 */
export const isEndOfEvaluation = (error: unknown): boolean =>
  error instanceof Halt ||
  error instanceof Thrown ||
  (error instanceof RangeError && error.message.startsWith('Maximum call stack'))

/** Calls a modelled built-in; halts on others. */
export const callMethod = (machine: Machine, api: string, self: Value, args: readonly Value[]): Value => {
  const method = methods.get(api)
  return method === undefined ? halt('unsupported') : method(machine, self, args)
}
