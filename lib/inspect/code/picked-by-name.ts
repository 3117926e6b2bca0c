import type { Place } from './sites.ts'
import type { Taint } from './values.ts'

/**
 * Collections of which only some are shown, by their names: what the text near where they are read says of it. It is
 * asked of what is about to be an alarm, and only there.
 */

const picks =
  /\.\s{0,9}(?:test|match|exec|search|startsWith|endsWith|includes|indexOf|has|some|every)\s{0,9}\(/
const pickers = /(?:redact|mask|omit|pick|filter|saniti[sz]e|scrub|public|visible)\w{0,30}\s{0,9}\(\s{0,9}$/i
const goesThrough = /(?:\b(?:keys|entries|values)\s{0,9}\(|\b(?:in|of))\s{0,9}$/
const maxNear = 300

/** Whether variables, or headers, are gone through and picked or masked by a test of their names: they are there to be shown. */
export function isPickedByName({ source: { name, place }, hops }: Taint): boolean {
  const { text } = place.file
  const before = text.slice(Math.max(0, place.start - maxNear), place.start)
  const after = text.slice(place.start, place.end + maxNear)
  if (pickers.test(before)) return true
  const each = name.endsWith('[…]') || goesThrough.test(before)
  if (each && (picks.test(after) || (name.endsWith('[…]') && picks.test(before)))) return true
  for (let at = hops; at !== undefined; at = at.previous) if (isPicker(at.label, at.place)) return true
  return false
}

/** Whether what it was passed to is a function of the same file that goes through names and tests them. */
function isPicker(label: string, { file: { text }, start }: Place): boolean {
  const name = /^[\w$]{1,60}(?=\s{0,9}\()/.exec(text.slice(start, start + 80))?.[0]
  if (name === undefined || !label.startsWith('passed to ')) return false
  const made = new RegExp(`(?:function|const|let|var)\\s{1,9}${name.replaceAll('$', '\\$')}\\b`).exec(text)
  const body = made === null ? '' : text.slice(made.index, made.index + maxNear)
  return picks.test(body) && /\b(?:keys|entries|for)\b/.test(body)
}
