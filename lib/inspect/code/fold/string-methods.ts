import { halt } from './budget.ts'
import { clampIndex, toInteger, toNumber, toText } from './coerce.ts'
import { decoderBits, isHiddenCodePoint } from './decoders.ts'
import type { Machine, Method, Methods } from './machine.ts'
import { concatenate } from './operators.ts'
import { matcherOf, replaceRegex, splitRegex, toRegex } from './regex-methods.ts'
import { FoldArray, FoldRegex, type Value } from './values.ts'

type StringMethod = (machine: Machine, text: string, args: readonly Value[]) => Value

/** Coerces the receiver once; reading characters of a long text is paid for. */
const onText =
  (method: StringMethod): Method =>
  (machine, self, args) => {
    if (self === undefined || self === null) return machine.raise('TypeError')
    const text = toText(machine, self)
    machine.flatten(text)
    return method(machine, text, args)
  }

/** A part of a text that the host shares with the whole: cheap, however long. */
const part = (machine: Machine, text: string): string => {
  machine.budget.make(Math.min(text.length, 64))
  return text
}

const made = (machine: Machine, text: string): string => {
  machine.budget.make(text.length)
  return text
}

const pad = (machine: Machine, text: string, args: readonly Value[], atStart: boolean): string => {
  const length = toInteger(machine, args[0])
  const filler = args[1] === undefined ? ' ' : toText(machine, args[1])
  if (length <= text.length || filler === '') return text
  machine.budget.make(length)
  return atStart ? text.padStart(length, filler) : text.padEnd(length, filler)
}

const replacePlain = (machine: Machine, text: string, args: readonly Value[], all: boolean): Value => {
  const [pattern, replacement] = args
  if (pattern instanceof FoldRegex) return replaceRegex(machine, text, pattern, replacement, all)
  const needle = toText(machine, pattern)
  const isFunction = typeof replacement === 'object' && replacement !== null && 'kind' in replacement
  const callable = isFunction && (replacement.kind === 'function' || replacement.kind === 'builtin')
  const template = callable ? '' : toText(machine, replacement)
  let result = ''
  let from = 0
  let at = text.indexOf(needle)
  while (at >= 0) {
    machine.budget.spend(2)
    const piece = callable
      ? toText(machine, machine.call(replacement, undefined, [needle, at, text]))
      : expandPlain(machine, template, text, needle, at)
    machine.budget.make(piece.length + (at - from))
    result += text.slice(from, at) + piece
    if (result.length > machine.budget.limits.maxSize) halt('size')
    from = at + needle.length
    if (!all) break
    const next = needle === '' ? at + 1 : from
    at = next > text.length ? -1 : text.indexOf(needle, next)
  }
  return result + text.slice(from)
}

const expandPlain = (
  machine: Machine,
  template: string,
  text: string,
  needle: string,
  at: number,
): string => {
  if (!template.includes('$')) return template
  machine.budget.make(template.length * (needle.length + 1))
  if (template.includes('$`') || template.includes("$'")) machine.budget.make(text.length * template.length)
  return expandTemplate(template, text, needle, at)
}

const expandTemplate = (template: string, text: string, needle: string, at: number): string =>
  template.replace(/\$([$&`'])/g, (_whole, mark: string) => {
    if (mark === '$') return '$'
    if (mark === '&') return needle
    return mark === '`' ? text.slice(0, at) : text.slice(at + needle.length)
  })

const split = (machine: Machine, text: string, args: readonly Value[]): Value => {
  const [separator, limit] = args
  const most = limit === undefined ? Infinity : toNumber(machine, limit) >>> 0
  if (separator instanceof FoldRegex) return splitRegex(machine, text, separator, most)
  if (separator === undefined) return machine.array(most === 0 ? [] : [text])
  const mark = toText(machine, separator)
  machine.budget.spend(text.length >>> 3)
  const parts = most === Infinity ? text.split(mark) : text.split(mark, most)
  machine.budget.make(parts.length)
  const array = machine.array(parts)
  array.table = mark !== '' && parts.length >= 8
  return array
}

const codeAt = (machine: Machine, code: number | undefined): Value => {
  if (code !== undefined && isHiddenCodePoint(code)) machine.used |= decoderBits['hidden-unicode']
  return code
}

/** Looking characters up in an alphabet is how hand-made base64 and substitution ciphers decode. */
const indexOf: StringMethod = (machine, text, args) => {
  const needle = toText(machine, args[0])
  if (needle.length === 1 && text.length >= 26 && text.length <= 96) noteAlphabet(machine, text)
  machine.budget.spend(text.length >>> 6)
  return text.indexOf(needle, toInteger(machine, args[1]))
}

/** Marks the decoder that a text of distinct letters stands for. */
const noteAlphabet = (machine: Machine, text: string): void => {
  if (text.length >= 64 && text.length <= 66) machine.used |= decoderBits.base64
  else if (text.length === 26 || text.length === 52 || text.length === 62) {
    machine.used |= decoderBits.substitution
  }
}

const html = (tag: string, attribute = ''): StringMethod => {
  return (machine, text, args) => {
    if (attribute === '') return made(machine, `<${tag}>${text}</${tag}>`)
    const value = toText(machine, args[0]).replaceAll('"', '&quot;')
    return made(machine, `<${tag} ${attribute}="${value}">${text}</${tag}>`)
  }
}

const normalForms = new Set(['NFC', 'NFD', 'NFKC', 'NFKD'])

const methods: Readonly<Record<string, StringMethod>> = {
  toString: (_machine: Machine, text: string) => text,
  valueOf: (_machine: Machine, text: string) => text,
  at: (machine, text, args) => {
    const index = toInteger(machine, args[0])
    return text.at(index)
  },
  charAt: (machine, text, args) => text.charAt(toInteger(machine, args[0])),
  charCodeAt: (machine, text, args) => codeAt(machine, text.charCodeAt(toInteger(machine, args[0]))),
  codePointAt: (machine, text, args) => codeAt(machine, text.codePointAt(toInteger(machine, args[0]))),
  concat: (machine, text, args) => concatenate(machine, [text, ...args]),
  endsWith: (machine, text, args) => {
    if (args[0] instanceof FoldRegex) return machine.raise('TypeError')
    return text.endsWith(toText(machine, args[0]), toInteger(machine, args[1], text.length))
  },
  includes: (machine, text, args) => {
    if (args[0] instanceof FoldRegex) return machine.raise('TypeError')
    machine.budget.spend(text.length >>> 6)
    return text.includes(toText(machine, args[0]), toInteger(machine, args[1]))
  },
  indexOf,
  lastIndexOf: (machine, text, args) => {
    machine.budget.spend(text.length >>> 6)
    const from = args[1] === undefined ? Number.NaN : toNumber(machine, args[1])
    return text.lastIndexOf(toText(machine, args[0]), from)
  },
  match: (machine, text, args) => {
    const regex = toRegex(machine, args[0])
    const matcher = matcherOf(machine, regex)
    if (!regex.flags.includes('g')) {
      const found = matcher.exec(text, 0, machine.budget)
      return found === undefined ? null : matchArray(machine, text, found)
    }
    const all = everyMatch(machine, text, regex)
    return all.length === 0 ? null : machine.array(all.map(found => text.slice(found[0], found[1])))
  },
  matchAll: (machine, text, args) => {
    const regex = toRegex(machine, args[0], 'g')
    if (!regex.flags.includes('g')) return machine.raise('TypeError')
    return machine.array(everyMatch(machine, text, regex).map(found => matchArray(machine, text, found)))
  },
  normalize: (machine, text, args) => {
    const form = args[0] === undefined ? 'NFC' : toText(machine, args[0])
    if (!normalForms.has(form)) return machine.raise('RangeError')
    machine.budget.make(text.length * 4)
    return text.normalize(form)
  },
  padEnd: (machine, text, args) => pad(machine, text, args, false),
  padStart: (machine, text, args) => pad(machine, text, args, true),
  repeat: (machine, text, args) => {
    const count = toInteger(machine, args[0])
    if (count < 0 || count === Infinity) return machine.raise('RangeError')
    machine.budget.make(text.length * count)
    return text === '' ? '' : text.repeat(count)
  },
  replace: (machine, text, args) => replacePlain(machine, text, args, false),
  replaceAll: (machine, text, args) => {
    if (args[0] instanceof FoldRegex && !args[0].flags.includes('g')) return machine.raise('TypeError')
    return replacePlain(machine, text, args, true)
  },
  search: (machine, text, args) => {
    const regex = toRegex(machine, args[0])
    return matcherOf(machine, regex).exec(text, 0, machine.budget)?.[0] ?? -1
  },
  slice: (machine, text, args) => {
    const end = toInteger(machine, args[1], text.length)
    return part(machine, text.slice(toInteger(machine, args[0]), end))
  },
  split,
  startsWith: (machine, text, args) => {
    if (args[0] instanceof FoldRegex) return machine.raise('TypeError')
    return text.startsWith(toText(machine, args[0]), toInteger(machine, args[1]))
  },
  substr: (machine, text, args) => {
    const from = clampIndex(toInteger(machine, args[0]), text.length)
    const length = toInteger(machine, args[1], text.length - from)
    return part(machine, text.slice(from, from + Math.max(0, Math.min(length, text.length - from))))
  },
  substring: (machine, text, args) => {
    const end = toInteger(machine, args[1], text.length)
    return part(machine, text.substring(toInteger(machine, args[0]), end))
  },
  toLowerCase: (machine, text) => made(machine, text.toLowerCase()),
  toUpperCase: (machine, text) => made(machine, text.toUpperCase()),
  toWellFormed: (machine, text) =>
    made(
      machine,
      text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd'),
    ),
  trim: (machine, text) => part(machine, text.trim()),
  trimEnd: (machine, text) => part(machine, text.trimEnd()),
  trimLeft: (machine, text) => part(machine, text.trimStart()),
  trimRight: (machine, text) => part(machine, text.trimEnd()),
  trimStart: (machine, text) => part(machine, text.trimStart()),
  big: html('big'),
  bold: html('b'),
  fixed: html('tt'),
  fontcolor: html('font', 'color'),
  fontsize: html('font', 'size'),
  italics: html('i'),
  link: html('a', 'href'),
  small: html('small'),
  strike: html('strike'),
  sub: html('sub'),
  sup: html('sup'),
}

const matchArray = (machine: Machine, text: string, found: readonly number[]): FoldArray => {
  const items: Value[] = []
  for (let index = 0; index < found.length; index += 2) {
    const from = found[index] ?? -1
    items.push(from < 0 ? undefined : text.slice(from, found[index + 1]))
  }
  return machine.array(items)
}

const everyMatch = (machine: Machine, text: string, regex: FoldRegex): (readonly number[])[] => {
  const matcher = matcherOf(machine, regex)
  const all: (readonly number[])[] = []
  let from = 0
  while (from <= text.length) {
    const found = matcher.exec(text, from, machine.budget)
    if (found === undefined) break
    machine.budget.make(2)
    all.push(found)
    const end = found[1] ?? 0
    from =
      end === found[0]
        ? end + (regex.flags.includes('u') && (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
        : end
  }
  return all
}

const statics: Methods = {
  'String.fromCharCode': (machine, _self, args) => {
    machine.used |= decoderBits['char-codes']
    machine.budget.make(args.length)
    let text = ''
    for (const arg of args) text += String.fromCharCode(toNumber(machine, arg))
    return text
  },
  'String.fromCodePoint': (machine, _self, args) => {
    machine.used |= decoderBits['char-codes']
    machine.budget.make(args.length * 2)
    let text = ''
    for (const arg of args) {
      const code = toNumber(machine, arg)
      if (!Number.isInteger(code) || code < 0 || code > 0x10ffff) return machine.raise('RangeError')
      text += String.fromCodePoint(code)
    }
    return text
  },
  'String.raw': (machine, _self, args) => {
    const [strings, ...values] = args
    const raw = strings instanceof FoldArray ? strings : rawOf(strings)
    const parts: Value[] = []
    raw.items.forEach((item, index) => {
      parts.push(item)
      if (index < raw.items.length - 1 && index < values.length) parts.push(values[index])
    })
    return concatenate(machine, parts)
  },
  String: (machine, _self, args) => (args.length === 0 ? '' : concatenate(machine, [args[0]])),
}

const rawOf = (strings: Value): FoldArray => {
  const isObject = typeof strings === 'object' && strings !== null && strings.kind === 'object'
  const raw = isObject ? strings.fields.get('raw') : undefined
  return raw instanceof FoldArray ? raw : halt('unsupported')
}

export const stringMethods: Methods = {
  ...statics,
  ...Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [`String.prototype.${name}`, onText(method)]),
  ),
}
