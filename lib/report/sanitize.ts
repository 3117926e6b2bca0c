import { HOLE } from '../types.ts'

/** Punctuation of our own sentences, with what stands for it where the terminal is not UTF-8: one column each. */
const marks: ReadonlyMap<string, string> = new Map([
  ['…', '~'],
  ['→', '>'],
  ['·', '-'],
  ['–', '-'],
  ['—', '-'],
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['×', 'x'],
  ['✗', 'x'],
  ['✓', '+'],
])

/**
 * Makes foreign text safe to print on one line, one column per character, at most `maxChars` of them. The author of a
 * package may write terminal escapes that erase our warning, line breaks that forge one, bidi controls and look-alike
 * letters: everything but printable ASCII and a few marks of our own becomes visible, as `\n`, `\x1b` or `\u{202e}`.
 */
export function printable(text: string, maxChars = 240): string {
  // One character becomes at most ten, so a megabyte of evidence is not looked at beyond what can be shown.
  const head = text.slice(0, maxChars + 1)
  let shown = ''
  for (const character of head) shown += visible(character)
  return shown.length > maxChars || text.length > head.length ? `${shown.slice(0, maxChars - 1)}…` : shown
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x20 && code < 0x7f) return character
  if (character === HOLE) return '${…}'
  if (character === '\t') return ' '
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (marks.has(character)) return character
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}

/** The same text without anything beyond ASCII, column for column, for terminals that are not UTF-8. */
export function toAscii(text: string): string {
  return text.replaceAll(/[^\x00-\x7f]/g, mark => marks.get(mark) ?? '?')
}
