import type { Site } from '../types.ts'
import { Tokens } from './code/lexer/tokens.ts'
import { LineIndex } from './line-index.ts'

/** Code behind a run of blanks so long that it starts outside any window. */
export type OffScreen = { readonly blanks: number; readonly at: Site }

/** Wider than any screen and any honest alignment. */
const minBlanks = 150

/** A file whose lines are longer than this on average is minified: blanks hide nothing there. */
const maxAverageLine = 250

/**
 * Places where at least 150 blanks are followed by code on the same line, in a file that is otherwise written for
 * people. Looks at every 150th character only, so that honest files cost next to nothing.
 */
export function offScreen(path: string, text: string, isJavaScript: boolean): OffScreen[] {
  const found: OffScreen[] = []
  let tokens: Tokens | undefined
  const isComment = (at: number): boolean => {
    if (text.startsWith('*/', at) && isMovedComment(text, at)) return true
    if (!isJavaScript) return comment.test(text.slice(at, at + 2))
    tokens ??= new Tokens(text, () => false)
    return tokens.exact ? isInComment(tokens, at) : comment.test(text.slice(at, at + 2))
  }
  let lines: LineIndex | undefined
  let written: boolean | undefined
  for (let i = minBlanks - 1; i < text.length && found.length < 20; i += minBlanks) {
    if (!isBlank(text.charCodeAt(i))) continue
    let start = i
    while (start > 0 && isBlank(text.charCodeAt(start - 1))) start--
    let end = i + 1
    while (end < text.length && isBlank(text.charCodeAt(end))) end++
    if (!isJavaScript && isAssigned(text, start, end)) continue
    if (end - start >= minBlanks && isCode(text, end) && (written ??= isWritten(text)) && !isComment(end)) {
      lines ??= new LineIndex(path, text)
      found.push({ blanks: end - start, at: lines.site(end) })
    }
    i = Math.max(i, end - 1)
  }
  return found
}

/** A line of a shell script that only puts a variable together: generators indent those ever further. */
function isAssigned(text: string, start: number, at: number): boolean {
  if (start > 0 && text.charAt(start - 1) !== '\n') return false
  const newline = text.indexOf('\n', at)
  const rest = text.slice(at, Math.min(newline < 0 ? text.length : newline, at + 500))
  return /^\w{1,60}="(?:[^"`\\$]|\$(?!\()){0,300}"$/.test(rest)
}

/** The end of a comment whose line before is as far to the right: a compiler moved it there with all its lines. */
function isMovedComment(text: string, at: number): boolean {
  const newline = text.lastIndexOf('\n', at)
  const before = text.lastIndexOf('\n', newline - 1) + 1
  let end = before
  while (end < newline && isBlank(text.charCodeAt(end))) end++
  return newline > 0 && end - before >= minBlanks
}

/** Whether no token stands between here and the end of the line: prose, moved to the right with the comment around it. */
function isInComment({ text, count, starts, ends }: Tokens, at: number): boolean {
  const newline = text.indexOf('\n', at)
  const lineEnd = newline < 0 ? text.length : newline
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low >= count || (starts[low] ?? lineEnd) >= lineEnd
}

function isBlank(c: number): boolean {
  return (
    c === 0x20 ||
    c === 0x09 ||
    c === 0x0b ||
    c === 0x0c ||
    c === 0xa0 ||
    c === 0x3000 ||
    c === 0x2800 ||
    (c >= 0x2000 && c <= 0x200a)
  )
}

/** The beginning of a comment or a border, and not the end of a comment. */
const comment = /^(?:\/\/|\/\*|\*(?!\/)|#|\|)/

/** What follows on the line calls or assigns something. */
function isCode(text: string, at: number): boolean {
  const newline = text.indexOf('\n', at)
  const rest = text.slice(at, Math.min(newline < 0 ? text.length : newline, at + 2000))
  return (
    rest.length >= 8 && /[A-Za-z_$][\w$.\]]*\s*[([=]|\b(?:require|import|eval|exec|curl|wget)\b/.test(rest)
  )
}

function isWritten(text: string): boolean {
  let newlines = 0
  for (let at = text.indexOf('\n'); at >= 0 && newlines < 10_000; at = text.indexOf('\n', at + 1)) newlines++
  const dense = text.length > 2_000_000 ? text.length : text.replaceAll(/[ \t]+/g, ' ').length
  return dense / (newlines + 1) < maxAverageLine || newlines <= 2
}
