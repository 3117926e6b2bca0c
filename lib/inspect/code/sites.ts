import type { AnyNode } from 'acorn'
import { limits } from '../../limits.ts'
import type { Guard, Site } from '../../types.ts'

/** A text that is analysed: a file of the package, or code that was found inside one. */
export type CodeText = {
  readonly path: string
  readonly text: string
  /** Offset of each line, made when the first place in it is reported. */
  lines: number[] | undefined
}

/** A place in a text, cheap to keep. `siteOf` turns it into what reports show. */
export type Place = { readonly file: CodeText; readonly start: number; readonly end: number }

export type GuardNote = { readonly kind: Guard['kind']; readonly place: Place }

export function placeOf(file: CodeText, node: Pick<AnyNode, 'start' | 'end'>): Place {
  return { file, start: node.start, end: node.end }
}

function linesOf(file: CodeText): number[] {
  if (file.lines !== undefined) return file.lines
  const lines = [0]
  for (let at = file.text.indexOf('\n'); at >= 0; at = file.text.indexOf('\n', at + 1)) lines.push(at + 1)
  file.lines = lines
  return lines
}

const maxChain = 4_000

/**
 * A chain of calls over several lines is known by its last: in `agent.post(url)⏎.send(data)` that is the line of `send`.
 * Offset of its dot, or of the beginning where there is no such call. Strings and comments are passed over.
 */
function lastCall({ file: { text }, start, end }: Place): number {
  if (end - start > maxChain || text[end - 1] !== ')') return start
  let found = start
  let depth = 0
  for (let at = start; at < end; at++) {
    const unit = text[at]!
    if (unit === '"' || unit === "'" || unit === '`') {
      for (at++; at < end && text[at] !== unit; at++) if (text[at] === '\\') at++
    } else if (unit === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const close = text[at + 1] === '/' ? '\n' : '*/'
      const past = text.indexOf(close, at + 2)
      if (past < 0 || past >= end) return start
      at = past + close.length - 1
    } else if (unit === '(' || unit === '[' || unit === '{') depth++
    else if (unit === ')' || unit === ']' || unit === '}') depth--
    else if (unit === '.' && depth === 0 && isLineStart(text, at, start)) found = at
  }
  return found
}

function isLineStart(text: string, at: number, start: number): boolean {
  let before = at - 1
  while (before > start && (text[before] === ' ' || text[before] === '\t' || text[before] === '\r')) before--
  return before > start && text[before] === '\n'
}

/** Line and column from 1, and the excerpt a person reads: control characters and runs of blanks made harmless. */
export function siteOf(place: Place): Site {
  const lines = linesOf(place.file)
  const start = lastCall(place)
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (lines[middle]! <= start) low = middle
    else high = middle - 1
  }
  const raw = place.file.text.slice(start, Math.min(place.end, start + limits.maxEvidenceChars))
  const code = raw.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  const outer = lines.length === 1 ? commandLineOf(place.file.path) : undefined
  return outer === undefined
    ? { path: place.file.path, line: low + 1, column: start - lines[low]! + 1, code }
    : { ...outer, code }
}

/** `package.json#6:20.cjs` is one line of code in the sixth line of package.json: there a person looks for it. */
function commandLineOf(path: string): Pick<Site, 'path' | 'line' | 'column'> | undefined {
  const found = path.includes('#') ? /^([^#]+)#(\d{1,9}):(\d{1,9})(?:-\d{1,9})?\.[cm]js$/.exec(path) : null
  return found === null
    ? undefined
    : { path: found[1] ?? path, line: Number(found[2]), column: Number(found[3]) }
}

/** A place as a node, for what is done where no node stands for it. */
export function placeNode(place: Pick<Place, 'start' | 'end'>) {
  return { type: 'EmptyStatement', start: place.start, end: place.end } as const
}
