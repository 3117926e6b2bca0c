import { closeMember, openMember, number, optionalDot, punctuator, string, Tokens, word } from './tokens.ts'

/** The marks of an obfuscator in one text: which, how much of it they cover (0 to 1), and where the first one stands. */
export type Obfuscation = { readonly marks: readonly string[]; readonly share: number; readonly at: number }

/** Honest code has a handful of such names at most, in tests of obfuscators. */
const minMachineNames = 12
const minNumbers = 12
const minMembers = 10
const minHiddenTexts = 5
const minBare = 24

/**
 * Whether a tool made the text unreadable. A minifier shortens names; it never writes a plain member as a text or a
 * number of an index in hexadecimal, never escapes letters, and never names things `_0x4f2a`. Each of these takes up
 * space and serves nobody but an author who hides. Texts without a trace of them are not even split into tokens.
 */
export function obfuscationOf(text: string): Obfuscation | undefined {
  if (!hasTraces(text)) return undefined
  const found = count(new Tokens(text, () => false))
  const marks: string[] = []
  const shares: number[] = []
  const starts: number[] = []
  const note = (mark: string, share: number, at: number): void => {
    marks.push(mark)
    shares.push(Math.min(1, share))
    starts.push(at)
  }
  if (found.machineNames >= minMachineNames)
    note(
      'names as an obfuscator gives them (_0x…)',
      found.machineNames / Math.max(1, found.names),
      found.machineAt,
    )
  const members = found.plainMembers + found.hiddenMembers
  if (
    found.hiddenMembers >= minMembers &&
    found.hexNumbers >= minNumbers &&
    found.hiddenMembers * 2 >= members &&
    found.hexNumbers * 2 >= found.numbers
  )
    note(
      'members and numbers written so that they cannot be read',
      found.hiddenMembers / members,
      found.memberAt,
    )
  if (found.hiddenTexts >= minHiddenTexts && found.hiddenTexts * 3 >= found.texts)
    note('letters written as escapes', found.hiddenTexts / found.texts, found.textAt)
  // `[]+[]` and `![]`: letters made of nothing.
  const bare = (found.bare * 6) / Math.max(1, found.tokens)
  if (found.bare >= minBare && bare >= 0.3) note('code made of brackets and signs', bare, found.bareAt)
  if (marks.length === 0) return undefined
  return { marks, share: Math.max(...shares), at: Math.min(...starts) }
}

function hasTraces(text: string): boolean {
  return (
    has(text, '_0x', minMachineNames) ||
    (has(text, '0x', minNumbers) && has(text, "['", minMembers)) ||
    has(text, '\\x', 16) ||
    has(text, '\\u00', 16) ||
    has(text, '[]+', minBare) ||
    has(text, '+[]', minBare)
  )
}

function has(text: string, part: string, times: number): boolean {
  let at = -1
  for (let n = 0; n < times; n++) {
    at = text.indexOf(part, at + 1)
    if (at < 0) return false
  }
  return true
}

type Counts = {
  tokens: number
  names: number
  machineNames: number
  machineAt: number
  plainMembers: number
  hiddenMembers: number
  memberAt: number
  numbers: number
  hexNumbers: number
  texts: number
  hiddenTexts: number
  textAt: number
  bare: number
  bareAt: number
}

function count(tokens: Tokens): Counts {
  const { kinds, values, starts, ends, text } = tokens
  const found: Counts = {
    tokens: tokens.count,
    names: 0,
    machineNames: 0,
    machineAt: 0,
    plainMembers: 0,
    hiddenMembers: 0,
    memberAt: 0,
    numbers: 0,
    hexNumbers: 0,
    texts: 0,
    hiddenTexts: 0,
    textAt: 0,
    bare: 0,
    bareAt: 0,
  }
  const isMark = (at: number, value: number): boolean =>
    ((kinds[at] as number) & 15) === punctuator && values[at] === value
  for (let at = 0; at < tokens.count; at++) {
    const kind = (kinds[at] as number) & 15
    const start = starts[at] as number
    if (kind === word) {
      found.names++
      if (at > 0 && (isMark(at - 1, 46) || isMark(at - 1, optionalDot))) found.plainMembers++
      if (text.startsWith('_0x', start) && (ends[at] as number) - start >= 5) {
        if (found.machineNames++ === 0) found.machineAt = start
      }
    } else if (kind === number) {
      // Small numbers read the same either way.
      if ((ends[at] as number) - start < 2) continue
      found.numbers++
      if (text[start] === '0' && (text[start + 1] === 'x' || text[start + 1] === 'X')) found.hexNumbers++
    } else if (kind === string) {
      found.texts++
      if (isEscaped(text, start + 1, (ends[at] as number) - 1) && found.hiddenTexts++ === 0)
        found.textAt = start
    } else if (isMark(at, openMember)) {
      if (isHiddenMember(tokens, at, isMark) && found.hiddenMembers++ === 0) found.memberAt = start
    } else if (isMark(at, 91) && at > 0 && isMark(at + 1, 93) && (isMark(at - 1, 43) || isMark(at - 1, 33)))
      if (found.bare++ === 0) found.bareAt = start
  }
  return found
}

/** `['name']`, or `[f(0x1a1)]` and `[f(0x1a1, 'k#2')]`: a name behind a call that looks it up. */
function isHiddenMember(
  { kinds, starts, ends, text }: Tokens,
  open: number,
  isMark: (at: number, value: number) => boolean,
): boolean {
  const kindAt = (at: number): number => (kinds[at] as number) & 15
  if (kindAt(open + 1) === string && isMark(open + 2, closeMember))
    return /^[A-Za-z_$][\w$]*$/.test(
      text.slice((starts[open + 1] as number) + 1, (ends[open + 1] as number) - 1),
    )
  if (kindAt(open + 1) !== word || !isMark(open + 2, 40) || kindAt(open + 3) !== number) return false
  if (isMark(open + 4, 41)) return isMark(open + 5, closeMember)
  return isMark(open + 4, 44) && kindAt(open + 5) === string && isMark(open + 6, 41)
}

/** Nothing but escapes of letters that could have been written as they are. */
function isEscaped(text: string, start: number, end: number): boolean {
  if (end - start < 16 || end - start > 4_000) return false
  let at = start
  while (at < end) {
    if (text[at] !== '\\') return false
    const size = text[at + 1] === 'x' ? 2 : text[at + 1] === 'u' ? 4 : 0
    if (size === 0) return false
    const code = Number.parseInt(text.slice(at + 2, at + 2 + size), 16)
    if (!(code >= 32 && code < 127)) return false
    at += 2 + size
  }
  return true
}
