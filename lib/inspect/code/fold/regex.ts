import { type Budget, halt } from './budget.ts'

/**
 * A small backtracking matcher for regular expressions of the inspected program. The host's would run them without a
 * budget, and compiling one near the end of the stack aborts the whole process on Node 20. Here every attempt is
 * counted: `(a+)+$` halts like any other endless loop. Not supported, and halting: look-behind, `\p`, sticky,
 * `v`, and case-insensitivity beyond simple one-to-one case pairs.
 */
export type Matcher = {
  readonly groups: number
  readonly names: ReadonlyMap<string, number>
  /** The match that starts at or after `from`, as positions: start, end, then start and end of each group or -1. */
  readonly exec: (text: string, from: number, budget: Budget) => readonly number[] | undefined
}

type Run = {
  readonly text: string
  readonly budget: Budget
  readonly caught: number[]
  depth: number
}

/** Tries to match at `at`, and what follows from there; the end position or -1. */
type Step = (run: Run, at: number, next: (at: number) => number) => number

const maxPatternChars = 2_000
const maxMatchDepth = 400

/** Reads a pattern. Halts on what is not supported. Results are kept per call site by the caller. */
export const compileRegex = (source: string, flags: string): Matcher => {
  if (source.length > maxPatternChars || /[^gimsud]/.test(flags)) halt('unsupported')
  const reader = new Reader(source, flags)
  const step = reader.disjunction(0)
  if (reader.at !== source.length) halt('unsupported')
  const groups = reader.groups
  return {
    groups,
    names: reader.names,
    exec: (text, from, budget) => {
      for (let start = from; start <= text.length; start += 1) {
        const run: Run = {
          text,
          budget,
          caught: Array.from({ length: (groups + 1) * 2 }, () => -1),
          depth: 0,
        }
        const end = step(run, start, at => at)
        if (end >= 0) {
          run.caught[0] = start
          run.caught[1] = end
          return run.caught
        }
        budget.spend(1)
        if (reader.unicode && isPair(text, start)) start += 1
      }
      return undefined
    },
  }
}

const isPair = (text: string, at: number): boolean => {
  const lead = text.charCodeAt(at)
  if (!(lead >= 0xd800 && lead <= 0xdbff)) return false
  const trail = text.charCodeAt(at + 1)
  return trail >= 0xdc00 && trail <= 0xdfff
}

type Ranges = readonly (readonly [number, number])[]
const digit: Ranges = [[48, 57]]
const word: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
const space: Ranges = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const newline: Ranges = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
]

const inside = (ranges: Ranges, code: number): boolean => {
  for (const [low, high] of ranges) if (code >= low && code <= high) return true
  return false
}

const complement = (ranges: Ranges): Ranges => {
  const result: [number, number][] = []
  let from = 0
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (low > from) result.push([from, low - 1])
    from = Math.max(from, high + 1)
  }
  if (from <= 0x10ffff) result.push([from, 0x10ffff])
  return result
}

const isWordAt = (text: string, at: number): boolean =>
  at >= 0 && at < text.length && inside(word, text.charCodeAt(at))

const classEscapes: Readonly<Record<string, Ranges>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
}
const controlEscapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0 }

/** The other case of a character, as ECMAScript's Canonicalize pairs them: one unit for one, never into ASCII. */
const otherCases = (code: number): readonly number[] => {
  const character = String.fromCodePoint(code)
  return [character.toUpperCase(), character.toLowerCase()]
    .filter(other => other.length === character.length)
    .map(other => other.codePointAt(0) ?? code)
    .filter(other => other !== code && other > 127 === code > 127)
}

class Reader {
  readonly source: string
  readonly unicode: boolean
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly names = new Map<string, number>()
  at = 0
  groups = 0

  constructor(source: string, flags: string) {
    this.source = source
    this.unicode = flags.includes('u')
    this.ignoreCase = flags.includes('i')
    this.multiline = flags.includes('m')
    this.dotAll = flags.includes('s')
  }

  peek(text: string): boolean {
    return this.source.startsWith(text, this.at)
  }

  take(text: string): boolean {
    if (!this.peek(text)) return false
    this.at += text.length
    return true
  }

  disjunction(depth: number): Step {
    if (depth > 30) halt('depth')
    const first = this.sequence(depth)
    if (!this.peek('|')) return first
    const choices = [first]
    while (this.take('|')) choices.push(this.sequence(depth))
    return (run, at, next) => {
      for (const choice of choices) {
        const before = run.caught.slice()
        const end = choice(run, at, next)
        if (end >= 0) return end
        restore(run, before)
      }
      return -1
    }
  }

  sequence(depth: number): Step {
    const steps: Step[] = []
    while (this.at < this.source.length && !this.peek('|') && !this.peek(')')) steps.push(this.term(depth))
    // Each step is a frame of the host's stack while its successors are tried.
    if (steps.length > 200) halt('depth')
    const only = steps[0]
    if (only !== undefined && steps.length === 1) return only
    return (run, at, next) => runSequence(steps, 0, run, at, next)
  }

  term(depth: number): Step {
    if (this.take('^')) {
      const { multiline } = this
      return (run, at, next) =>
        at === 0 || (multiline && inside(newline, run.text.charCodeAt(at - 1))) ? next(at) : -1
    }
    if (this.take('$')) {
      const { multiline } = this
      return (run, at, next) =>
        at === run.text.length || (multiline && inside(newline, run.text.charCodeAt(at))) ? next(at) : -1
    }
    if (this.peek('\\b') || this.peek('\\B')) {
      const wanted = this.source[this.at + 1] === 'b'
      this.at += 2
      return (run, at, next) =>
        (isWordAt(run.text, at - 1) !== isWordAt(run.text, at)) === wanted ? next(at) : -1
    }
    if (this.peek('(?=') || this.peek('(?!')) return this.lookAhead(depth)
    if (this.peek('(')) return this.group(depth)
    const ranges = this.atom()
    return typeof ranges === 'number' ? this.backReference(ranges) : this.repeatRanges(ranges)
  }

  lookAhead(depth: number): Step {
    const wanted = this.source[this.at + 2] === '='
    this.at += 3
    const inner = this.disjunction(depth + 1)
    if (!this.take(')')) halt('unsupported')
    return (run, at, next) => {
      const before = run.caught.slice()
      const found = inner(run, at, end => end) >= 0
      if (found !== wanted) {
        restore(run, before)
        return -1
      }
      if (!wanted) restore(run, before)
      return next(at)
    }
  }

  group(depth: number): Step {
    let index = 0
    if (this.take('(?:')) index = -1
    else if (this.peek('(?<') && /^\(\?<[A-Za-z_$]/.test(this.source.slice(this.at, this.at + 4))) {
      const end = this.source.indexOf('>', this.at)
      if (end < 0) halt('unsupported')
      this.names.set(this.source.slice(this.at + 3, end), this.groups + 1)
      this.at = end + 1
    } else if (this.peek('(?')) halt('unsupported')
    else this.at += 1
    if (index === 0) {
      this.groups += 1
      index = this.groups
    }
    const firstInner = this.groups
    const body = this.disjunction(depth + 1)
    const lastInner = this.groups
    if (!this.take(')')) halt('unsupported')
    const group: Step = index < 0 ? body : capture(body, index)
    return this.repeatGroup(group, index > 0 ? index : firstInner + 1, lastInner)
  }

  backReference(index: number): Step {
    if (this.ignoreCase || /[*+?{]/.test(this.source[this.at] ?? '')) halt('unsupported')
    return (run, at, next) => {
      const from = run.caught[index * 2] ?? -1
      if (from < 0) return next(at)
      const piece = run.text.slice(from, run.caught[index * 2 + 1])
      run.budget.spend(1 + (piece.length >>> 4))
      return run.text.startsWith(piece, at) ? next(at + piece.length) : -1
    }
  }

  quantifier(): { readonly min: number; readonly max: number; readonly lazy: boolean } | undefined {
    let bounds: [number, number]
    if (this.take('*')) bounds = [0, Infinity]
    else if (this.take('+')) bounds = [1, Infinity]
    else if (this.take('?')) bounds = [0, 1]
    else {
      const match = /^\{(\d{1,6})(,(\d{1,6})?)?\}/.exec(this.source.slice(this.at, this.at + 16))
      if (match === null) return undefined
      this.at += match[0].length
      const min = Number(match[1])
      bounds = [min, match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3])]
      if (bounds[1] < bounds[0]) halt('unsupported')
    }
    return { min: bounds[0], max: bounds[1], lazy: this.take('?') }
  }

  repeatRanges(ranges: Ranges): Step {
    const accepts = this.accepts(ranges)
    const quantifier = this.quantifier()
    const width = this.unicode
      ? (text: string, at: number): number => (isPair(text, at) ? 2 : 1)
      : (): number => 1
    const one = (run: Run, at: number): number =>
      at < run.text.length && accepts(run.text, at) ? at + width(run.text, at) : -1
    if (quantifier === undefined) {
      return (run, at, next) => {
        run.budget.spend(1)
        const end = one(run, at)
        return end < 0 ? -1 : next(end)
      }
    }
    const { min, max, lazy } = quantifier
    if (lazy) return lazyRun(one, min, max)
    return greedyRun(one, min, max)
  }

  accepts(ranges: Ranges): (text: string, at: number) => boolean {
    const code = (text: string, at: number): number =>
      this.unicode ? (text.codePointAt(at) ?? -1) : text.charCodeAt(at)
    if (!this.ignoreCase) return (text, at) => inside(ranges, code(text, at))
    return (text, at) => {
      const value = code(text, at)
      return inside(ranges, value) || otherCases(value).some(other => inside(ranges, other))
    }
  }

  repeatGroup(group: Step, firstGroup: number, lastGroup: number): Step {
    const quantifier = this.quantifier()
    if (quantifier === undefined) return group
    const { min, max, lazy } = quantifier
    const repeat = (run: Run, at: number, next: (at: number) => number, count: number): number => {
      run.budget.spend(1)
      run.depth += 1
      if (run.depth > maxMatchDepth) halt('depth')
      const before = run.caught.slice()
      const again = (): number => {
        if (count >= max) return -1
        for (let index = firstGroup * 2; index < lastGroup * 2 + 2; index += 1) run.caught[index] = -1
        const end = group(run, at, to => (to === at && count >= min ? -1 : repeat(run, to, next, count + 1)))
        if (end < 0) restore(run, before)
        return end
      }
      let end = -1
      if (count < min) end = again()
      else if (lazy) {
        end = next(at)
        if (end < 0) end = again()
      } else {
        end = again()
        if (end < 0) end = next(at)
      }
      run.depth -= 1
      return end
    }
    return (run, at, next) => repeat(run, at, next, 0)
  }

  /** One character set, or the number of a back reference. */
  atom(): Ranges | number {
    if (this.take('.')) return this.dotAll ? [[0, 0x10ffff]] : complement(newline)
    if (this.take('[')) return this.characterClass()
    if (this.take('\\')) {
      const reference = /^[1-9]\d?/.exec(this.source.slice(this.at, this.at + 2))
      if (reference !== null) {
        this.at += reference[0].length
        return Number(reference[0])
      }
      return this.escape()
    }
    const code = this.codePoint()
    // `{` and `]` on their own mean different things with and without `u`; `*` with nothing before is an error.
    if ('*+?{}'.includes(String.fromCharCode(code))) halt('unsupported')
    return [[code, code]]
  }

  codePoint(): number {
    const code = this.unicode ? this.source.codePointAt(this.at) : this.source.charCodeAt(this.at)
    if (code === undefined || Number.isNaN(code)) return halt('unsupported')
    this.at += code > 0xffff ? 2 : 1
    return code
  }

  characterClass(): Ranges {
    const negated = this.take('^')
    const ranges: (readonly [number, number])[] = []
    while (!this.take(']')) {
      if (this.at >= this.source.length) halt('unsupported')
      const low = this.classAtom()
      const single = low.length === 1 && low[0]?.[0] === low[0]?.[1] ? low[0]?.[0] : undefined
      if (this.peek('-') && this.source[this.at + 1] !== ']') {
        this.at += 1
        const high = this.classAtom()
        const end = high.length === 1 && high[0]?.[0] === high[0]?.[1] ? high[0]?.[0] : undefined
        if (single === undefined || end === undefined || end < single) return halt('unsupported')
        ranges.push([single, end])
      } else ranges.push(...low)
    }
    return negated ? complement(ranges) : ranges
  }

  classAtom(): Ranges {
    if (this.take('\\')) {
      if (this.take('b')) return [[8, 8]]
      if (this.take('-')) return [[45, 45]]
      return this.escape()
    }
    const code = this.codePoint()
    return [[code, code]]
  }

  escape(): Ranges {
    const letter = this.source[this.at]
    if (letter === undefined) return halt('unsupported')
    const ranges = classEscapes[letter]
    if (ranges !== undefined && Object.hasOwn(classEscapes, letter)) {
      this.at += 1
      return ranges
    }
    if (letter === '0' && /\d/.test(this.source[this.at + 1] ?? '')) return halt('unsupported')
    const control = Object.hasOwn(controlEscapes, letter) ? controlEscapes[letter] : undefined
    if (control !== undefined) {
      this.at += 1
      return [[control, control]]
    }
    const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(
      this.source.slice(this.at, this.at + 12),
    )
    if (hex !== null) {
      if (hex[3] !== undefined && !this.unicode) return halt('unsupported')
      const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16)
      // A pair of escapes is one character with `u`, two without.
      if (this.unicode && code >= 0xd800 && code <= 0xdfff) return halt('unsupported')
      this.at += hex[0].length
      return [[code, code]]
    }
    if (/[A-Za-z0-9]/.test(letter)) return halt('unsupported')
    const code = this.codePoint()
    return [[code, code]]
  }
}

const restore = (run: Run, saved: readonly number[]): void => {
  for (let index = 0; index < saved.length; index += 1) run.caught[index] = saved[index] ?? -1
}

const runSequence = (
  steps: readonly Step[],
  index: number,
  run: Run,
  at: number,
  next: (at: number) => number,
): number => {
  const step = steps[index]
  if (step === undefined) return next(at)
  return step(run, at, to => runSequence(steps, index + 1, run, to, next))
}

const capture =
  (body: Step, index: number): Step =>
  (run, at, next) => {
    const from = run.caught[index * 2] ?? -1
    const to = run.caught[index * 2 + 1] ?? -1
    const end = body(run, at, stop => {
      const before = [run.caught[index * 2] ?? -1, run.caught[index * 2 + 1] ?? -1] as const
      run.caught[index * 2] = at
      run.caught[index * 2 + 1] = stop
      const result = next(stop)
      if (result < 0) [run.caught[index * 2], run.caught[index * 2 + 1]] = before
      return result
    })
    if (end < 0) {
      run.caught[index * 2] = from
      run.caught[index * 2 + 1] = to
    }
    return end
  }

type One = (run: Run, at: number) => number

const greedyRun =
  (one: One, min: number, max: number): Step =>
  (run, at, next) => {
    const stops = [at]
    let end = at
    while (stops.length <= max) {
      const to = one(run, end)
      if (to < 0) break
      run.budget.spend(1)
      stops.push(to)
      end = to
    }
    for (let count = stops.length - 1; count >= min; count -= 1) {
      run.budget.spend(1)
      const result = next(stops[count] ?? at)
      if (result >= 0) return result
    }
    return -1
  }

const lazyRun =
  (one: One, min: number, max: number): Step =>
  (run, at, next) => {
    let end = at
    for (let count = 0; ; count += 1) {
      run.budget.spend(1)
      if (count >= min) {
        const result = next(end)
        if (result >= 0) return result
      }
      if (count >= max) return -1
      end = one(run, end)
      if (end < 0) return -1
    }
  }
