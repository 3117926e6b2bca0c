import { halt } from './budget.ts'
import { toNumber, toPrimitive, toText } from './coerce.ts'
import { decoderBits, isHiddenCodePoint } from './decoders.ts'
import type { Machine } from './machine.ts'
import { SourceText, type Value } from './values.ts'

// A number of 2^29 digits is one multiplication away; nothing honest at start-up needs more than an RSA key.
const bigLimit = 2n ** 8192n

const checkBig = (value: bigint): bigint => (value < bigLimit && value > -bigLimit ? value : halt('size'))

/** The binary operators of the language. Never `in` and `instanceof`, which need objects. */
export const applyBinary = (machine: Machine, operator: string, left: Value, right: Value): Value => {
  if (typeof left === 'number' && typeof right === 'number') return numeric(machine, operator, left, right)
  switch (operator) {
    case '+':
      return add(machine, left, right)
    case '===':
      return strictEquals(machine, left, right)
    case '!==':
      return !strictEquals(machine, left, right)
    case '==':
      return looseEquals(machine, left, right)
    case '!=':
      return !looseEquals(machine, left, right)
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(machine, operator, left, right)
    default:
      return arithmetic(machine, operator, left, right)
  }
}

const numeric = (machine: Machine, operator: string, left: number, right: number): Value => {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    case '^':
      machine.used |= decoderBits.xor
      return left ^ right
    case '&':
      return left & right
    case '|':
      return left | right
    case '<<':
      return left << right
    case '>>':
      return left >> right
    case '>>>':
      return left >>> right
    case '**':
      return left ** right
    case '===':
    case '==':
      return left === right
    case '!==':
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '>':
      return left > right
    case '<=':
      return left <= right
    case '>=':
      return left >= right
    default:
      return halt('unsupported')
  }
}

const add = (machine: Machine, first: Value, second: Value): Value => {
  const left = toPrimitive(machine, first)
  const right = toPrimitive(machine, second)
  if (left instanceof SourceText || right instanceof SourceText) {
    const text = concatenate(machine, [left, right])
    return typeof text === 'string' ? new SourceText(text) : text
  }
  if (typeof left === 'string' || typeof right === 'string') {
    const a = String(left)
    const b = String(right)
    // The host joins without copying, so only what is added is paid for; reading it is paid in `flatten`.
    machine.budget.make(Math.min(a.length, b.length))
    if (a.length + b.length > machine.budget.limits.maxSize) halt('size')
    return a + b
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') return checkBig(left + right)
  return numeric(machine, '+', toNumber(machine, left), toNumber(machine, right))
}

const arithmetic = (machine: Machine, operator: string, first: Value, second: Value): Value => {
  const left = toPrimitive(machine, first)
  const right = toPrimitive(machine, second)
  if (typeof left === 'bigint' && typeof right === 'bigint')
    return bigArithmetic(machine, operator, left, right)
  if (typeof left === 'bigint' || typeof right === 'bigint') return machine.raise('TypeError')
  return numeric(machine, operator, toNumber(machine, left), toNumber(machine, right))
}

const bigArithmetic = (machine: Machine, operator: string, left: bigint, right: bigint): Value => {
  machine.budget.spend(64)
  switch (operator) {
    case '-':
      return checkBig(left - right)
    case '*':
      return checkBig(left * right)
    case '/':
      return right === 0n ? machine.raise('RangeError') : left / right
    case '%':
      return right === 0n ? machine.raise('RangeError') : left % right
    case '^':
      machine.used |= decoderBits.xor
      return left ^ right
    case '&':
      return left & right
    case '|':
      return left | right
    case '**':
      if (right < 0n) return machine.raise('RangeError')
      // Sizes first: the power is computed only where it is known to be small.
      if (left > 1n || left < -1n) {
        const bits = BigInt(left.toString(16).length) * 4n
        if (bits * right > 16_384n) return halt('size')
      }
      return checkBig(left ** right)
    case '<<':
      return right > 8192n || right < -8192n ? halt('size') : checkBig(left << right)
    case '>>':
      return right > 8192n || right < -8192n ? halt('size') : checkBig(left >> right)
    default:
      return machine.raise('TypeError')
  }
}

const hiddenOperand = (text: string): boolean =>
  text.length <= 2 && isHiddenCodePoint(text.codePointAt(0) ?? 0)

/** `===`. Comparing with an invisible character is how zero-width payloads are read. */
export const strictEquals = (machine: Machine, left: Value, right: Value): boolean => {
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length === right.length) machine.budget.spend(left.length >>> 6)
    if (hiddenOperand(left) || hiddenOperand(right)) machine.used |= decoderBits['hidden-unicode']
  }
  if (left instanceof SourceText || right instanceof SourceText) {
    const plain = (value: Value): Value => (value instanceof SourceText ? value.text : value)
    return plain(left) === plain(right)
  }
  const sameApi = isBuiltin(left) && isBuiltin(right) && left.api === right.api
  return sameApi || left === right
}

const isBuiltin = (value: Value): value is Extract<Value, { readonly kind: 'builtin' }> =>
  typeof value === 'object' && value !== null && value.kind === 'builtin'

const isObject = (value: Value): boolean => typeof value === 'object' && value !== null

const looseEquals = (machine: Machine, left: Value, right: Value): boolean => {
  if (left === null || left === undefined || right === null || right === undefined) {
    return (left === null || left === undefined) && (right === null || right === undefined)
  }
  if (isObject(left) && isObject(right)) return strictEquals(machine, left, right)
  const a = toPrimitive(machine, left)
  const b = toPrimitive(machine, right)
  if (a instanceof SourceText || b instanceof SourceText) return strictEquals(machine, a, b)
  if (typeof a === typeof b) return strictEquals(machine, a, b)
  if (typeof a === 'bigint' || typeof b === 'bigint') return halt('unsupported')
  return toNumber(machine, a) === toNumber(machine, b)
}

const compare = (
  machine: Machine,
  operator: '<' | '>' | '<=' | '>=',
  first: Value,
  second: Value,
): boolean => {
  const left = toPrimitive(machine, first)
  const right = toPrimitive(machine, second)
  if (left instanceof SourceText || right instanceof SourceText) return halt('unsupported')
  if (typeof left === 'string' && typeof right === 'string') {
    machine.budget.spend(Math.min(left.length, right.length) >>> 6)
    if (operator === '<') return left < right
    if (operator === '>') return left > right
    return operator === '<=' ? left <= right : left >= right
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    if (operator === '<') return left < right
    if (operator === '>') return left > right
    return operator === '<=' ? left <= right : left >= right
  }
  if (typeof left === 'bigint' || typeof right === 'bigint') return halt('unsupported')
  return numeric(machine, operator, toNumber(machine, left), toNumber(machine, right)) === true
}

/** `-x`, `+x`, `~x`, `!x` is decided by the caller. */
export const applyUnary = (machine: Machine, operator: '-' | '+' | '~', value: Value): Value => {
  const primitive = toPrimitive(machine, value)
  if (typeof primitive === 'bigint') {
    if (operator === '+') return machine.raise('TypeError')
    return operator === '-' ? -primitive : ~primitive
  }
  const number = toNumber(machine, primitive)
  if (operator === '+') return number
  return operator === '-' ? -number : ~number
}

/** Template parts and `String.prototype.concat`. */
export const concatenate = (machine: Machine, parts: readonly Value[]): Value => {
  let text = ''
  for (const part of parts) {
    const primitive = toPrimitive(machine, part, 'string')
    const piece = toText(machine, primitive)
    machine.budget.make(piece.length)
    if (text.length + piece.length > machine.budget.limits.maxSize) halt('size')
    text += piece
  }
  return text
}
