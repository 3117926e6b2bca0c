import { type Budget, halt } from './budget.ts'
import { toText } from './coerce.ts'
import type { Machine, Methods } from './machine.ts'
import { compileRegex, type Matcher } from './regex.ts'
import { type FoldArray, FoldRegex, SourceText, type Value } from './values.ts'

const maxMatchers = 500

/** The matcher of a regular expression; read once per evaluation. Flag `y` halts. */
export const matcherOf = (machine: Machine, regex: FoldRegex): Matcher => {
  const key = `${regex.flags}/${regex.source}`
  const known = machine.matchers.get(key)
  if (known !== undefined) return known
  if (machine.matchers.size >= maxMatchers) return halt('size')
  machine.budget.spend(regex.source.length)
  const matcher = compileRegex(regex.source, regex.flags)
  machine.matchers.set(key, matcher)
  return matcher
}

/** The argument of `match`, `search` and `matchAll` as a regular expression. */
export const toRegex = (machine: Machine, value: Value, flags = ''): FoldRegex => {
  if (value instanceof FoldRegex) return value
  const source = value === undefined ? '(?:)' : toText(machine, value)
  return new FoldRegex(source === '' ? '(?:)' : source, flags, machine.journal.stamp)
}

const isCallable = (value: Value): boolean =>
  typeof value === 'object' && value !== null && (value.kind === 'function' || value.kind === 'builtin')

/** `replace` and `replaceAll` with a pattern; the replacement is a template or a function of the program. */
export const replaceRegex = (
  machine: Machine,
  text: string,
  regex: FoldRegex,
  replacement: Value,
  all: boolean,
): string => {
  const matcher = matcherOf(machine, regex)
  const callable = isCallable(replacement)
  const template = callable ? '' : toText(machine, replacement)
  const every = { all: all || regex.flags.includes('g'), unicode: regex.flags.includes('u') }
  return replaceMatches(matcher, text, every, machine.budget, found =>
    callable
      ? callReplacement(machine, replacement, matcher, text, found)
      : expandMatch(machine.budget, template, text, found),
  )
}

/** The text with the first match, or all, replaced by what `pieceFor` makes of it. Halts where the budget is spent. */
export const replaceMatches = (
  matcher: Matcher,
  text: string,
  { all, unicode }: { readonly all: boolean; readonly unicode: boolean },
  budget: Budget,
  pieceFor: (found: readonly number[]) => string,
): string => {
  let result = ''
  let copied = 0
  let from = 0
  while (from <= text.length) {
    const found = matcher.exec(text, from, budget)
    if (found === undefined) break
    const start = found[0] ?? 0
    const end = found[1] ?? 0
    const piece = pieceFor(found)
    budget.make(piece.length + (start - copied))
    result += text.slice(copied, start) + piece
    if (result.length > budget.limits.maxSize) halt('size')
    copied = end
    if (!all) break
    from = end > start ? end : end + (unicode && (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
  return result + text.slice(copied)
}

/** The text of a group; undefined where it took no part in the match. */
export const pieceOf = (text: string, found: readonly number[], group: number): string | undefined => {
  const from = found[group * 2] ?? -1
  return from < 0 ? undefined : text.slice(from, found[group * 2 + 1])
}

const callReplacement = (
  machine: Machine,
  replacement: Value,
  matcher: Matcher,
  text: string,
  found: readonly number[],
): string => {
  if (matcher.names.size > 0) halt('unsupported')
  const args: Value[] = []
  for (let group = 0; group * 2 < found.length; group += 1) args.push(pieceOf(text, found, group))
  return toText(machine, machine.call(replacement, undefined, [...args, found[0] ?? 0, text]))
}

/** A replacement with `$1`, `$&` and their like filled in. `$<name>` halts. */
export const expandMatch = (
  budget: Budget,
  template: string,
  text: string,
  found: readonly number[],
): string => {
  if (!template.includes('$')) return template
  if (template.includes('$<')) return halt('unsupported')
  const groups = found.length / 2 - 1
  let size = template.length
  const expanded = template.replace(/\$(?:([$&`'])|(\d\d?))/g, (whole, mark: string, digits: string) => {
    const piece = mark === undefined ? groupText(whole, digits, groups) : markText(mark)
    size += piece.length
    if (size > budget.limits.maxSize) halt('size')
    return piece
  })
  budget.make(size)
  return expanded

  function groupText(whole: string, digits: string, count: number): string {
    const two = Number(digits)
    if (two >= 1 && two <= count) return pieceOf(text, found, two) ?? ''
    const one = Number(digits[0])
    if (digits.length === 2 && one >= 1 && one <= count) return (pieceOf(text, found, one) ?? '') + digits[1]
    return whole
  }

  function markText(mark: string): string {
    if (mark === '$') return '$'
    if (mark === '&') return pieceOf(text, found, 0) ?? ''
    return mark === '`' ? text.slice(0, found[0]) : text.slice(found[1])
  }
}

/** ECMAScript RegExp.prototype[Symbol.split]. */
export const splitRegex = (machine: Machine, text: string, regex: FoldRegex, most: number): FoldArray => {
  const parts = splitMatches(matcherOf(machine, regex), text, most, machine.budget)
  const array = machine.array([...parts])
  array.table = parts.length >= 8
  return array
}

/** The parts of a text between the matches, groups among them, at most `most`. Halts where the budget is spent. */
export const splitMatches = (
  matcher: Matcher,
  text: string,
  most: number,
  budget: Budget,
): readonly (string | undefined)[] => {
  const parts: (string | undefined)[] = []
  if (most === 0) return parts
  if (text === '') return matcher.exec('', 0, budget) === undefined ? [''] : []
  let from = 0
  let search = 0
  while (search < text.length) {
    const found = matcher.exec(text, search, budget)
    const start = found?.[0] ?? text.length
    const end = found?.[1] ?? 0
    if (found === undefined || start >= text.length) break
    if (end === from || (end === start && start === from)) {
      search = start + 1
      continue
    }
    budget.make(2)
    parts.push(text.slice(from, start))
    if (parts.length >= most) return parts
    for (let group = 1; group * 2 < found.length; group += 1) {
      parts.push(pieceOf(text, found, group))
      if (parts.length >= most) return parts
    }
    from = end
    search = end > start ? end : end + 1
  }
  parts.push(text.slice(from))
  return parts
}

const run = (machine: Machine, self: Value, args: readonly Value[]): readonly number[] | undefined => {
  if (!(self instanceof FoldRegex)) return machine.raise('TypeError')
  const text = toText(machine, args[0])
  machine.flatten(text)
  const matcher = matcherOf(machine, self)
  const global = self.flags.includes('g')
  const from = global ? self.lastIndex : 0
  const found = from > text.length ? undefined : matcher.exec(text, from, machine.budget)
  if (global) {
    machine.journal.touch(self)
    self.lastIndex = found?.[1] ?? 0
  }
  return found
}

/** Methods of regular expressions. A search in a function's own source succeeds without being made. */
export const regexMethods: Methods = {
  'RegExp.prototype.test': (machine, self, args) => {
    if (args[0] instanceof SourceText) return true
    return run(machine, self, args) !== undefined
  },
  'RegExp.prototype.exec': (machine, self, args) => {
    const found = run(machine, self, args)
    if (found === undefined) return null
    const text = toText(machine, args[0])
    const items: Value[] = []
    for (let group = 0; group * 2 < found.length; group += 1) items.push(pieceOf(text, found, group))
    return machine.array(items)
  },
  'RegExp.prototype.toString': (machine, self) => {
    return self instanceof FoldRegex ? `/${self.source}/${self.flags}` : machine.raise('TypeError')
  },
  RegExp: (machine, _self, args) => {
    const [pattern, flags] = args
    const source = pattern instanceof FoldRegex ? pattern.source : toText(machine, pattern ?? '')
    const given =
      flags === undefined ? (pattern instanceof FoldRegex ? pattern.flags : '') : toText(machine, flags)
    // Whether the host would refuse the pattern is learnt by reading it; what we cannot read halts on use.
    return new FoldRegex(source === '' ? '(?:)' : source, given, machine.journal.stamp)
  },
}
