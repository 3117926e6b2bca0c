import { isAscii } from 'node:buffer'
import type { Site } from '../types.ts'
import { LineIndex } from './line-index.ts'

/** Characters of one class that a reader of this file would not see. */
export type HiddenText = { readonly characters: string; readonly count: number; readonly at: Site }

/** Code points by class, as ranges of a regular expression with the `u` flag. */
const selectors = String.raw`\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}`
const tags = String.raw`\u{E0000}-\u{E007F}`
const bidi = String.raw`\u{202D}\u{202E}\u{2066}-\u{2069}`
const zeroWidth = String.raw`\u{AD}\u{34F}\u{61C}\u{180B}-\u{180F}\u{200B}-\u{200F}\u{2060}-\u{2064}\u{206A}-\u{206F}\u{FEFF}`
const letters = String.raw`\u{115F}\u{1160}\u{17B4}\u{17B5}\u{3164}\u{FFA0}`
const privateUse = String.raw`\u{E000}-\u{F8FF}\u{F0000}-\u{10FFFD}`
const blanks = String.raw`\u{2800}`

/** An isolate that ends in the same text turns nothing round outside it: messages for right-to-left scripts have them. */
const isolated = /[\u2066-\u2068][^\u2066-\u2069\u202a-\u202e'"`\n\\]{0,200}\u2069/g

/** A class of a regular expression that looks for them, at the end of its line: nothing follows that could be turned round. */
const searched =
  /\[[^\]\n]{0,40}[\u202a-\u202e\u2066-\u2069]-[\u202a-\u202e\u2066-\u2069][^\]\n]{0,40}\][+*]?\/[a-z]{0,8}[\s,;)]{0,9}$/gm

function oneOf(ranges: string, many = ''): RegExp {
  return new RegExp(`[${ranges}]${many}`, 'gu')
}

/** Everything invisible that is looked at; runs of it are judged by what stands before and after. */
const invisible = oneOf(selectors + tags + bidi + zeroWidth + letters + privateUse + blanks, '+')

type Judge = {
  readonly characters: string
  readonly pattern: RegExp
  /** How many of a run count, given the text around it. */
  readonly count: (run: string, before: string, after: string) => number
  /** Below this sum over the file nothing is reported: honest tables have a few. */
  readonly atLeast: number
}

const identifier = /[\w$]/

const judges: readonly Judge[] = [
  {
    // One selector after a symbol chooses its picture. Runs, or selectors after nothing that has a picture, hide bytes.
    characters: 'variation selectors',
    pattern: oneOf(selectors),
    count: (run, before) =>
      run.length > 1 && !run.startsWith('\uFE0F\u200D')
        ? size(run)
        : /[\x20-\x22\x24-\x29\x2b-\x2f\x3a-\x7e]/.test(before)
          ? size(run)
          : 0,
    atLeast: 8,
  },
  {
    // The flags of England, Scotland and Wales are a black flag and tags.
    characters: 'tag characters',
    pattern: oneOf(tags),
    count: (run, before) => (before === '\u{1F3F4}' ? 0 : size(run)),
    atLeast: 4,
  },
  {
    // Overrides turn code round for the eye only (CVE-2021-42574).
    characters: 'bidirectional controls',
    pattern: oneOf(bidi),
    count: size,
    atLeast: 1,
  },
  {
    // Inside a word of ASCII letters, where no script needs a joiner.
    characters: 'zero-width characters',
    pattern: oneOf(zeroWidth),
    count: (run, before, after) =>
      size(run) >= 8 || (identifier.test(before) && identifier.test(after)) ? size(run) : 0,
    atLeast: 1,
  },
  {
    // Letters without a shape: valid names of variables.
    characters: 'invisible letters',
    pattern: oneOf(letters),
    count: (run, before, after) =>
      /[\s,;={}()[\].$\w]/.test(before) && /[\s,;={}()[\].:$\w]/.test(after) ? size(run) : 0,
    atLeast: 1,
  },
  {
    // Icon fonts use one at a time.
    characters: 'private-use characters',
    pattern: oneOf(privateUse),
    count: run => (size(run) >= 16 ? size(run) : 0),
    atLeast: 16,
  },
  {
    characters: 'blank patterns',
    pattern: oneOf(blanks),
    count: run => (size(run) >= 64 ? size(run) : 0),
    atLeast: 64,
  },
]

function size(run: string): number {
  return Array.from(run).length
}

/**
 * Characters in code that a reviewer cannot see, by class, where honest code has none: a byte order mark at the start,
 * joiners in emoji and in scripts that need them, single selectors after symbols and private-use icons are left alone.
 * Linear; a file of ASCII costs one native pass.
 */
export function hiddenText(path: string, bytes: Uint8Array, text: () => string): HiddenText[] {
  if (isAscii(bytes)) return []
  const whole = text()
  const code = whole
    .replaceAll(isolated, pair => ` ${pair.slice(1, -1)} `)
    .replaceAll(searched, text => ' '.repeat(text.length))
  const sums = judges.map(() => ({ count: 0, first: -1 }))
  const amongBytes = inBinaryText(code)
  for (const match of code.matchAll(invisible)) {
    if (match.index === 0 && match[0] === '\uFEFF') continue
    if (turning.test(match[0]) && isInLongLine(code, match.index)) continue
    if (match[0] === softHyphen && amongBytes(match.index)) continue
    const before = lastCharacter(code, match.index)
    const after = code.charAt(match.index + match[0].length)
    judges.forEach((judge, i) => {
      const own = match[0].match(judge.pattern)?.join('') ?? ''
      const sum = sums[i]
      const count = own === '' || !sum ? 0 : judge.count(own === match[0] ? own : match[0], before, after)
      if (!sum || count === 0) return
      sum.count += own.length === match[0].length ? count : size(own)
      if (sum.first < 0) sum.first = match.index
    })
  }
  const lines = new LineIndex(path, whole)
  return judges.flatMap(({ characters, atLeast }, i) => {
    const { count, first } = sums[i] ?? { count: 0, first: -1 }
    return count < atLeast ? [] : [{ characters, count, at: lines.site(first, visible(whole, first)) }]
  })
}

const turning = new RegExp(`^[${bidi}]+$`, 'u')

/** Characters on both sides without a line break from which on nobody reads a line: tables of minified bundles. */
const maxRead = 1_000

function isInLongLine(code: string, at: number): boolean {
  return (
    at >= maxRead && !code.slice(at - maxRead, at + maxRead).includes('\n') && code.length >= at + maxRead
  )
}

/** One byte of 256 where a binary is kept as text of Latin-1, as Emscripten keeps a WebAssembly module. */
const softHyphen = '\u00AD'

/** Characters of Latin-1 that print as something nobody writes: above ASCII, and what editors show as a box or an escape. */
const visibleBytes = /[\u0000-\u0008\u000E-\u001F\u007F\u00A1-\u00AC\u00AE-\u00FF]/g

/** So many for each soft hyphen in the stretch, and so many different ones: no language writes with them. */
const minVisibleBytes = 12
const minKindsOfBytes = 40

const stretch = 8_192

/**
 * Tells for places in rising order whether a soft hyphen there is one of the bytes of a binary that anybody sees is one:
 * what could be hidden in the hyphens is a small part of the garbage shown. Each stretch of the text is counted once.
 */
function inBinaryText(code: string): (at: number) => boolean {
  let counted = -1
  let binary = false
  return at => {
    const start = at - (at % stretch)
    if (start !== counted) {
      const text = code.slice(start, start + stretch)
      const bytes = text.match(visibleBytes) ?? []
      const hyphens = text.split(softHyphen).length - 1
      binary = bytes.length >= hyphens * minVisibleBytes && new Set(bytes).size >= minKindsOfBytes
      counted = start
    }
    return binary
  }
}

function lastCharacter(code: string, at: number): string {
  const low = code.charCodeAt(at - 1)
  return low >= 0xdc00 && low <= 0xdfff ? code.slice(at - 2, at) : code.charAt(at - 1)
}

/** The place with every invisible character written out, so that evidence can be seen. */
function visible(code: string, at: number): string {
  return code.slice(Math.max(0, at - 20), at + 40).replaceAll(invisible, run =>
    Array.from(run)
      .map(c => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
      .join(''),
  )
}
