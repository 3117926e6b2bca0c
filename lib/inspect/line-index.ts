import { limits } from '../limits.ts'
import type { Site } from '../types.ts'

/** Turns offsets of one text into sites. Lines and columns count from 1; `\r\n`, `\n` and a lone `\r` end a line. */
export class LineIndex {
  readonly path: string
  readonly text: string
  #starts: number[] | undefined

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
  }

  /** The site of `offset`; the excerpt is `code` or else the line from there on, cut to `limits.maxEvidenceChars`. */
  site(offset: number, code?: string): Site {
    const starts = (this.#starts ??= lineStarts(this.text))
    const line = lineOf(starts, offset)
    const start = starts[line] ?? 0
    return {
      path: this.path,
      line: line + 1,
      column: offset - start + 1,
      code: excerpt(code ?? this.text.slice(offset, starts[line + 1] ?? this.text.length)),
    }
  }
}

/** One line of evidence: trimmed, without line breaks, at most `limits.maxEvidenceChars` long. */
export function excerpt(code: string): string {
  const cut = code.slice(0, limits.maxEvidenceChars * 2).replaceAll(/[\r\n]+/g, ' ')
  const line = cut.trim()
  return line.length > limits.maxEvidenceChars ? line.slice(0, limits.maxEvidenceChars - 1) + '…' : line
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1)
  }
  return starts
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
