import type { Paint } from './look.ts'

export type Paragraph = {
  readonly width: number
  /** Columns before the first line. */
  readonly indent: number
  /** Columns before the following lines; as the first by default. */
  readonly hang?: number
  readonly paint?: Paint
}

/** The least columns of text a line gets, however deep it is indented. */
const minText = 20

/** Breaks a text between words, and inside a word that is longer than a line. One column per character. */
export function wrap(text: string, { width, indent, hang = indent, paint }: Paragraph): readonly string[] {
  const lines: string[] = []
  let line = ''
  const room = (): number => Math.max(minText, width - (lines.length === 0 ? indent : hang))
  const flush = (): void => {
    lines.push(line)
    line = ''
  }
  for (const word of text.split(' ')) {
    let rest = word
    if (line !== '' && line.length + 1 + rest.length > room()) flush()
    while (rest.length > room()) {
      line = rest.slice(0, room())
      rest = rest.slice(line.length)
      flush()
    }
    line = line === '' ? rest : `${line} ${rest}`
  }
  if (line !== '' || lines.length === 0) flush()
  return lines.map(
    (one, index) => ' '.repeat(index === 0 ? indent : hang) + (paint === undefined ? one : paint(one)),
  )
}

/** `2,310`. Not by locale: loading one takes longer than all the rest of a report. */
export function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `1 package`, `3 packages`, `2,310 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`
}

/** Bytes as people say them, in powers of ten: `0 B`, `1.2 kB`, `12.4 MB`. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`
}

/** `a, b and 3 more`: the first `most` of a list whose length the input chose. */
export function firstFew(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}
