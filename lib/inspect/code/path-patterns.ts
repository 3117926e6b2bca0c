import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'

/** Patterns of paths as paths: what a star stands for is unknown. */

/** More alternatives say nothing new of where files are looked for. */
export const maxPatterns = 6

/** The paths a text that may be a pattern stands for; itself where it is none. */
export function formsOf(text: Text): readonly Text[] {
  return text.includes('*') ? alternatives(text).slice(0, maxPatterns).map(pathOf) : [text]
}

/** `a{b,c}` is `ab` and `ac`; only the first group, which is what says what is looked for. */
export function alternatives(pattern: Text): readonly Text[] {
  const start = pattern.indexOf('{')
  const end = pattern.indexOf('}', start)
  if (start < 0 || end < 0) return [pattern]
  const choices = pattern.slice(start + 1, end).split(',', maxPatterns)
  return choices.map(choice => pattern.slice(0, start) + choice + pattern.slice(end + 1))
}

/** `a/**` is `a/`, and something. */
export function pathOf(pattern: Text): Text {
  return pattern.replace(/^\.\//, '').replaceAll('**', HOLE).replaceAll('*', HOLE).replaceAll('?', HOLE)
}
