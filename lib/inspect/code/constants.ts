import type { BinaryOperator, UnaryOperator } from 'acorn'
import { Buffer } from 'node:buffer'
import { HOLE } from '../../types.ts'
import { RegexConstant } from './regex-constant.ts'
import {
  anything,
  isConstant,
  joinTaints,
  known,
  knowns,
  nothing,
  tainted,
  withTaints,
  opened,
  type Known,
  type Value,
} from './values.ts'

/** Operators and text methods on constants. Everything is bounded: the input chooses the operands. */

const maxTextChars = 4 * 1024 * 1024
const maxCombinations = 6

/** The texts a value may be; an unknown part is one `HOLE`. */
export function textsOf(value: Value): readonly string[] {
  const texts: string[] = []
  for (const constant of value.known) {
    if (constant instanceof Uint8Array) texts.push(Buffer.from(constant).toString('utf8'))
    else if (!(constant instanceof RegexConstant)) texts.push(String(constant))
  }
  const more =
    value.open || value.objects.length > 0 || value.functions.length > 0 || value.handles.length > 0
  if (more || texts.length === 0) texts.push(HOLE)
  return [...new Set(texts)]
}

/** Three unknown names in a row stand for any number: a walk over a tree would otherwise be followed level by level. */
const anyFolders = `${HOLE}/${HOLE}/${HOLE}/`

/** Two texts as one. */
export function glue(left: string, right: string): string {
  // Nobody means `https://host` + undefined: what was left out is left out.
  if (right === 'undefined' && left.includes('://')) return left
  if (left.length + right.length > maxTextChars) return HOLE
  if (!right.startsWith(HOLE)) return left + right
  if (left.endsWith(HOLE)) return left + right.slice(1)
  if (left.endsWith(anyFolders)) return left.slice(0, -2) + right
  return left + right
}

/** `left + right` as texts. */
export function concatenate(left: Value, right: Value): Value {
  const texts: string[] = []
  let overflow = false
  for (const first of textsOf(left)) {
    for (const second of textsOf(right)) {
      if (texts.length >= maxCombinations) overflow = true
      else texts.push(glue(first, second))
    }
  }
  const value = knowns(texts)
  const taints = joinTaints(left.taints, right.taints)
  return withTaints(overflow ? opened(value) : value, taints)
}

function isPlain(value: Known): value is string | number | boolean | bigint | null | undefined {
  return !(value instanceof Uint8Array) && !(typeof value === 'string' && value.includes(HOLE))
}

const comparisons = new Set<string>(['==', '!=', '===', '!==', '<', '<=', '>', '>=', 'in', 'instanceof'])

export function binaryConstants(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === '+') {
    const numeric = [...left.known, ...right.known].every(constant => typeof constant === 'number')
    if (!(isConstant(left) && isConstant(right) && numeric)) {
      // An unknown number plus an unknown number is no text, but nothing is lost by calling it one.
      if (left.known.length === 0 && right.known.length === 0)
        return tainted(joinTaints(left.taints, right.taints))
      return concatenate(left, right)
    }
  }
  const compares = comparisons.has(operator)
  const taints = compares ? [] : joinTaints(left.taints, right.taints)
  if (left.known.length === 1 && right.known.length === 1 && isConstant(left) && isConstant(right)) {
    const first = left.known[0]
    const second = right.known[0]
    if (isPlain(first) && isPlain(second)) {
      const result = compute(operator, first, second)
      if (result !== undefined) return withTaints(known(result), taints)
    }
  }
  return tainted(taints)
}

function compute(operator: BinaryOperator, left: Known, right: Known): Known {
  if (typeof left === 'bigint' || typeof right === 'bigint') return undefined
  const first = left as number
  const second = right as number
  switch (operator) {
    case '+':
      return first + second
    case '-':
      return first - second
    case '*':
      return first * second
    case '/':
      return first / second
    case '%':
      return first % second
    case '**':
      return first ** second
    case '|':
      return first | second
    case '&':
      return first & second
    case '^':
      return first ^ second
    case '<<':
      return first << second
    case '>>':
      return first >> second
    case '>>>':
      return first >>> second
    // eslint-disable-next-line eqeqeq -- the program's own comparison
    case '==':
      return left == right
    // eslint-disable-next-line eqeqeq -- the program's own comparison
    case '!=':
      return left != right
    case '===':
      return left === right
    case '!==':
      return left !== right
    case '<':
      return first < second
    case '<=':
      return first <= second
    case '>':
      return first > second
    case '>=':
      return first >= second
    default:
      return undefined
  }
}

export function unaryConstant(operator: UnaryOperator, value: Value): Value {
  const constant = value.known[0]
  if (!isConstant(value) || value.known.length !== 1 || !isPlain(constant) || typeof constant === 'bigint') {
    return tainted(value.taints)
  }
  switch (operator) {
    case '-':
      return withTaints(known(-Number(constant)), value.taints)
    case '+':
      return withTaints(known(Number(constant)), value.taints)
    case '~':
      return withTaints(known(~Number(constant)), value.taints)
    default:
      return anything
  }
}

/** A method of a text or of bytes, where receiver and arguments are constants. Undefined where it is not known here. */
export function foldMethod(
  receiver: Known,
  method: string,
  parameters: readonly Known[],
): Known | readonly Known[] | undefined {
  if (receiver instanceof Uint8Array) return foldBytes(receiver, method, parameters)
  if (typeof receiver === 'number') {
    if (method === 'toString') return receiver.toString(boundedNumber(parameters[0], 2, 36, 10))
    if (method === 'toFixed') return receiver.toFixed(boundedNumber(parameters[0], 0, 20, 0))
    return undefined
  }
  if (typeof receiver !== 'string') return undefined
  const [first, second] = parameters
  switch (method) {
    case 'toString':
    case 'valueOf':
    case 'normalize':
    case 'trim':
    case 'trimStart':
    case 'trimEnd':
    case 'toLowerCase':
    case 'toUpperCase':
      return method === 'normalize' ? receiver : receiver[method]()
    case 'charAt':
      return receiver.charAt(Number(first))
    case 'charCodeAt':
      return receiver.charCodeAt(Number(first ?? 0))
    case 'codePointAt':
      return receiver.codePointAt(Number(first ?? 0))
    case 'at':
      return receiver.at(Number(first ?? 0))
    case 'slice':
    case 'substring':
      return receiver[method](Number(first ?? 0), second === undefined ? undefined : Number(second))
    case 'substr':
      return receiver
        .slice(Number(first ?? 0))
        .slice(0, second === undefined ? undefined : Math.max(Number(second), 0))
    case 'indexOf':
    case 'lastIndexOf':
      return receiver[method](String(first))
    case 'includes':
    case 'startsWith':
    case 'endsWith':
      return receiver[method](String(first))
    case 'concat':
      return parameters.reduce<string>((text, part) => glue(text, String(part)), receiver)
    case 'split':
      if (first instanceof RegexConstant) return first.split(receiver)
      // `__dirname.split('node_modules')[0]`: a package lies in the project that uses it.
      if (receiver.startsWith('/__package__') && /^[\\/]?node_modules[\\/]?$/.test(String(first)))
        return [`/__project__${/^\w/.test(String(first)) ? '/' : ''}`, receiver.slice('/__package__'.length)]
      return typeof first === 'string' ? receiver.split(first, 4_000) : undefined
    case 'replace':
    case 'replaceAll':
      if (first instanceof RegexConstant)
        return typeof second === 'string' && !second.includes(HOLE)
          ? first.replace(receiver, second, method === 'replaceAll')
          : undefined
      return typeof first === 'string' && typeof second === 'string'
        ? receiver[method](first, () => second)
        : undefined
    case 'match':
      return first instanceof RegexConstant ? first.match(receiver) : undefined
    case 'repeat':
      return receiver.length * Number(first) <= 100_000 && Number(first) >= 0
        ? receiver.repeat(Number(first))
        : undefined
    case 'padStart':
    case 'padEnd':
      return Number(first) <= 10_000 ? receiver[method](Number(first), String(second ?? ' ')) : undefined
    default:
      return undefined
  }
}

function boundedNumber(value: Known, low: number, high: number, otherwise: number): number {
  const number = Number(value)
  return value === undefined || !(number >= low && number <= high) ? otherwise : number
}

const encodings = new Set([
  'utf8',
  'utf-8',
  'hex',
  'base64',
  'base64url',
  'ascii',
  'latin1',
  'binary',
  'utf16le',
  'ucs2',
])

function foldBytes(bytes: Uint8Array, method: string, parameters: readonly Known[]): Known | undefined {
  const [first, second] = parameters
  switch (method) {
    case 'toString':
    case 'toLocaleString': {
      const encoding = first === undefined ? 'utf8' : String(first).toLowerCase()
      if (!encodings.has(encoding)) return undefined
      return Buffer.from(bytes).toString(encoding as BufferEncoding)
    }
    case 'slice':
    case 'subarray':
      return bytes.subarray(Number(first ?? 0), second === undefined ? undefined : Number(second))
    case 'at':
    case 'readUInt8':
      return bytes[Number(first ?? 0)]
    case 'reverse':
      return bytes.toReversed()
    default:
      return undefined
  }
}

/** `Buffer.from(text, encoding)` on constants. */
export function bytesOf(text: Known, encoding: Known): Uint8Array | undefined {
  if (text instanceof Uint8Array) return text
  if (typeof text !== 'string' || text.includes(HOLE)) return undefined
  const name = encoding === undefined ? 'utf8' : String(encoding).toLowerCase()
  if (!encodings.has(name)) return undefined
  return new Uint8Array(Buffer.from(text, name as BufferEncoding))
}

/** Global functions from text to text. */
export function foldGlobal(name: string, given: Known, base: Known): Known | undefined {
  const text = String(given)
  if (text.includes(HOLE)) return undefined
  try {
    switch (name) {
      case 'atob':
        return Buffer.from(text, 'base64').toString('latin1')
      case 'btoa':
        return Buffer.from(text, 'latin1').toString('base64')
      case 'encodeURIComponent':
        return encodeURIComponent(text)
      case 'encodeURI':
        return encodeURI(text)
      case 'decodeURIComponent':
        return decodeURIComponent(text)
      case 'decodeURI':
        return decodeURI(text)
      case 'unescape':
        return unescapeText(text)
      case 'escape':
        return undefined
      case 'String':
        return given instanceof Uint8Array ? undefined : text
      case 'Number':
        return Number(given)
      case 'parseInt':
        return Number.parseInt(text, base === undefined ? 10 : Number(base))
      case 'parseFloat':
        return Number.parseFloat(text)
      default:
        return undefined
    }
  } catch (error) {
    if (error instanceof URIError || error instanceof RangeError || error instanceof TypeError)
      return undefined
    throw error
  }
}

function unescapeText(text: string): string {
  return text.replace(
    /%u([0-9a-f]{4})|%([0-9a-f]{2})/gi,
    (_all, wide: string | undefined, narrow: string | undefined) =>
      String.fromCharCode(Number.parseInt(wide ?? narrow ?? '0', 16)),
  )
}

export { nothing }
