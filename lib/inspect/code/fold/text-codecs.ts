import { Buffer } from 'node:buffer'
import { halt } from './budget.ts'
import { orderedKeys, toInteger, toText } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import type { Machine, Method, Methods } from './machine.ts'
import { FoldArray, FoldBytes, FoldFunction, FoldObject, Thrown, type Value } from './values.ts'

const percent =
  (code: (text: string) => string, growth: number, decodes: boolean): Method =>
  (machine, _self, args) => {
    const text = toText(machine, args[0])
    machine.budget.make(text.length * growth)
    if (decodes && text.includes('%')) machine.used |= decoderBits['percent-encoding']
    try {
      return code(text)
    } catch (error) {
      if (error instanceof URIError) return machine.raise('URIError')
      throw error
    }
  }

// Annex B functions, which TypeScript marks as deprecated: written out.
const unescapeText = (text: string): string =>
  text.replace(/%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})/g, (_whole, long: string, short: string) =>
    String.fromCharCode(Number.parseInt(long ?? short, 16)),
  )

const escapeText = (text: string): string =>
  text.replace(/[^A-Za-z0-9@*_+\-./]/g, character => {
    const code = character.charCodeAt(0)
    const hex = code.toString(16).toUpperCase()
    return code < 256 ? `%${hex.padStart(2, '0')}` : `%u${hex.padStart(4, '0')}`
  })

const decodeBase64: Method = (machine, _self, args) => {
  const text = toText(machine, args[0])
  machine.budget.make(text.length)
  machine.used |= decoderBits.base64
  // WHATWG forgiving-base64: white space out, padding optional, anything else is an error.
  let data = text.replace(/[\t\n\f\r ]/g, '')
  if (data.length % 4 === 0)
    data = data.endsWith('==') ? data.slice(0, -2) : data.endsWith('=') ? data.slice(0, -1) : data
  if (data.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(data)) return machine.raise('InvalidCharacterError')
  return Buffer.from(data, 'base64').toString('latin1')
}

const encodeBase64: Method = (machine, _self, args) => {
  const text = toText(machine, args[0])
  machine.budget.make(text.length * 2)
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 255) return machine.raise('InvalidCharacterError')
  }
  return Buffer.from(text, 'latin1').toString('base64')
}

const maxJsonDepth = 200

const fromJson = (machine: Machine, value: unknown, depth: number): Value => {
  machine.budget.spend(1)
  if (depth > maxJsonDepth) return halt('depth')
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (Array.isArray(value)) {
    const array = machine.array(value.map(item => fromJson(machine, item, depth + 1)))
    array.table = array.items.length >= 8 && typeof array.items[0] === 'string'
    return array
  }
  const fields = new Map<string, Value>()
  for (const [key, item] of Object.entries(value as object))
    fields.set(key, fromJson(machine, item, depth + 1))
  return machine.object(fields)
}

const parseJson: Method = (machine, _self, args) => {
  const text = toText(machine, args[0])
  if (args.length > 1) return halt('unsupported')
  machine.budget.make(text.length)
  machine.budget.spend(text.length >>> 3)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return machine.raise('SyntaxError')
  }
  return fromJson(machine, parsed, 0)
}

/** A host value that holds no code and inherits nothing, for the host's own serializer. */
const toJson = (machine: Machine, value: Value, depth: number): unknown => {
  machine.budget.spend(1)
  if (depth > maxJsonDepth) return halt('depth')
  if (typeof value === 'bigint') return machine.raise('TypeError')
  if (typeof value === 'string') machine.budget.make(value.length)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof FoldFunction) return undefined
  machine.used |= 'labels' in value ? value.labels : 0
  if (value instanceof FoldArray) return Array.from(value.items, item => toJson(machine, item, depth + 1))
  if (value instanceof FoldBytes) {
    machine.budget.make(value.bytes.length * 4)
    if (value.buffer) return { type: 'Buffer', data: [...value.bytes] }
    return Object.fromEntries(value.bytes.entries())
  }
  if (!(value instanceof FoldObject) || value.type === 'error') return halt('unsupported')
  const fields = Object.create(null) as Record<string, unknown>
  for (const key of orderedKeys(value.fields)) {
    if (key === 'toJSON') return halt('unsupported')
    fields[key] = toJson(machine, value.fields.get(key), depth + 1)
  }
  return fields
}

const stringifyJson: Method = (machine, _self, args) => {
  const [value, replacer, space] = args
  if (replacer !== undefined && replacer !== null) return halt('unsupported')
  const indent =
    space === undefined ? 0 : typeof space === 'string' ? space.slice(0, 10) : toInteger(machine, space)
  const before = machine.budget.size
  const data = toJson(machine, value, 0)
  // Escapes grow a text at most sixfold.
  machine.budget.make(Math.max(0, before - machine.budget.size) * 6)
  const text = JSON.stringify(data, null, indent) as string | undefined
  if (text !== undefined) machine.budget.make(text.length)
  return text
}

/** Percent-encoding, base64 and JSON as the globals of the language offer them. */
export const textCodecs: Methods = {
  encodeURIComponent: percent(encodeURIComponent, 9, false),
  encodeURI: percent(encodeURI, 9, false),
  decodeURIComponent: percent(decodeURIComponent, 1, true),
  decodeURI: percent(decodeURI, 1, true),
  escape: percent(escapeText, 6, false),
  unescape: percent(unescapeText, 1, true),
  atob: decodeBase64,
  btoa: encodeBase64,
  'JSON.parse': parseJson,
  'JSON.stringify': stringifyJson,
  Error: (machine, _self, args) => makeError(machine, 'Error', args[0]),
  TypeError: (machine, _self, args) => makeError(machine, 'TypeError', args[0]),
  RangeError: (machine, _self, args) => makeError(machine, 'RangeError', args[0]),
  SyntaxError: (machine, _self, args) => makeError(machine, 'SyntaxError', args[0]),
}

const makeError = (machine: Machine, name: string, message: Value): Value => {
  const fields = new Map<string, Value>([['message', message === undefined ? '' : toText(machine, message)]])
  fields.set('name', name)
  return machine.object(fields, 'error')
}

/** An exception that a codec of Node raised over malformed data. */
export const raiseError = (machine: Machine): never => {
  machine.budget.spend(50)
  throw new Thrown(machine.object(new Map<string, Value>([['name', 'Error']]), 'error'))
}
