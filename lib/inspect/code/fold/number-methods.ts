import { halt } from './budget.ts'
import { toInteger, toNumber, toText } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import type { Machine, Method, Methods } from './machine.ts'
import type { Value } from './values.ts'

const parseInteger: Method = (machine, _self, args) => {
  const text = toText(machine, args[0])
  const radix = args[1] === undefined ? undefined : toNumber(machine, args[1])
  if (radix === 16) machine.used |= decoderBits.hex
  // Digits beyond a few hundred round to the same number; reading megabytes of them in a loop is work for nothing.
  const short = text.length > 4096 ? text.trimStart().slice(0, 4096) : text
  return Number.parseInt(short, radix)
}

const parseDecimal: Method = (machine, _self, args) => {
  const text = toText(machine, args[0])
  return Number.parseFloat(text.length > 4096 ? text.trimStart().slice(0, 4096) : text)
}

const thisNumber = (machine: Machine, self: Value): number =>
  typeof self === 'number' ? self : machine.raise('TypeError')

const numberToText: Method = (machine, self, args) => {
  const radix = toInteger(machine, args[0], 10)
  if (radix < 2 || radix > 36) return machine.raise('RangeError')
  if (typeof self === 'bigint') {
    machine.budget.spend(256)
    return self.toString(radix)
  }
  return thisNumber(machine, self).toString(radix)
}

const digits =
  (format: (value: number, count: number) => string, from: number): Method =>
  (machine, self, args) => {
    const value = thisNumber(machine, self)
    const count = toInteger(machine, args[0])
    if (count < from || count > 100) return machine.raise('RangeError')
    return format(value, count)
  }

// Results of these are exact in every engine; sines and logarithms may differ in the last bit, and nobody decodes
// with them. `random` is not a constant.
const mathNames = [
  'abs', 'ceil', 'clz32', 'floor', 'fround', 'hypot', 'imul', 'log10', 'log2', 'max', 'min', 'pow', 'round', 'sign',
  'sqrt', 'trunc', 'cbrt',
] as const // prettier-ignore

const mathMethods: Methods = Object.fromEntries(
  mathNames.map(name => {
    const compute: (...values: number[]) => number = Math[name]
    const method: Method = (machine, _self, args) => {
      machine.budget.spend(args.length)
      if (args.length > 10_000) halt('size')
      return compute(...args.map(arg => toNumber(machine, arg)))
    }
    return [`Math.${name}`, method]
  }),
)

const test =
  (check: (value: unknown) => boolean): Method =>
  (_machine, _self, args) =>
    check(args[0])

/** Numbers, and the mathematics that every engine computes alike. */
export const numberMethods: Methods = {
  ...mathMethods,
  parseInt: parseInteger,
  parseFloat: parseDecimal,
  'Number.parseInt': parseInteger,
  'Number.parseFloat': parseDecimal,
  isNaN: (machine, _self, args) => Number.isNaN(toNumber(machine, args[0])),
  isFinite: (machine, _self, args) => Number.isFinite(toNumber(machine, args[0])),
  'Number.isInteger': test(Number.isInteger),
  'Number.isSafeInteger': test(Number.isSafeInteger),
  'Number.isNaN': test(Number.isNaN),
  'Number.isFinite': test(Number.isFinite),
  Number: (machine, _self, args) => {
    if (typeof args[0] === 'bigint') return Number(args[0])
    return args.length === 0 ? 0 : toNumber(machine, args[0])
  },
  Boolean: (_machine, _self, args) =>
    typeof args[0] === 'object' && args[0] !== null ? true : Boolean(args[0]),
  BigInt: (machine, _self, args) => {
    const [value] = args
    if (typeof value === 'bigint') return value
    if (typeof value === 'boolean') return BigInt(value)
    if (typeof value === 'number')
      return Number.isInteger(value) ? BigInt(value) : machine.raise('RangeError')
    const text = toText(machine, value)
    if (text.length > 2000) return halt('size')
    const valid = /^\s*(?:[+-]?\d+|0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+)?\s*$/.test(text)
    return valid ? BigInt(text.replace('+', '')) : machine.raise('SyntaxError')
  },
  'Number.prototype.toString': numberToText,
  'Number.prototype.valueOf': (_machine, self) => self,
  'Number.prototype.toFixed': digits((value, count) => value.toFixed(count), 0),
  'Number.prototype.toPrecision': (machine, self, args) => {
    if (args[0] === undefined) return String(thisNumber(machine, self))
    return digits((value, count) => value.toPrecision(count), 1)(machine, self, args)
  },
  'Boolean.prototype.toString': (_machine, self) => String(self === true),
  'Boolean.prototype.valueOf': (_machine, self) => self,
}
