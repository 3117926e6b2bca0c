import { flowInto, type ModelledCall } from './modelled-call.ts'
import type { Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import type { Taint } from './values.ts'

/** What is printed stays in the log of a build, which others can read. */

const maxLine = 300

/** Ways to write a text so that the masks of a build's log no longer know it. */
const encoding =
  /\bbase64(?:url)?\b|['"]hex['"]|\bbtoa\s*\(|\b(?:gzip|deflate|brotli)\w{0,20}\s*\(|\bcreateCipheriv\b|\breverse\(\)/

/** The same as steps of the way, however they are written. */
const steps: ReadonlySet<string> = new Set([
  'base64',
  'base64url',
  'hex',
  'compressed',
  'encrypted',
  'reversed',
])

/** Where the whole environment is printed, and not as it is: nobody who debugs encodes what he wants to read. */
export function notePrinted(machine: Interpreter, call: ModelledCall): void {
  const { frame, place, given } = call
  const taints = given.list.flatMap(value => value.taints).filter(taint => isEncoded(taint, call))
  if (taints.length > 0)
    flowInto(
      machine,
      taints,
      { kind: 'write', role: 'printed', destinations: ['the log'] },
      { handle: call.handle, frame, place },
    )
}

function isEncoded(taint: Taint, { place }: ModelledCall): boolean {
  if (taint.source.kind !== 'env') return false
  if (encoding.test(place.file.text.slice(place.start, Math.min(place.end, place.start + maxLine))))
    return true
  if (encoding.test(lineOf(taint.source.place))) return true
  for (let at = taint.hops; at !== undefined; at = at.previous)
    if (steps.has(at.label) || encoding.test(lineOf(at.place))) return true
  return false
}

/** The line a step stands in, as far as a person would read it. */
function lineOf({ file: { text }, start, end }: Place): string {
  const from = Math.max(text.lastIndexOf('\n', start) + 1, start - maxLine)
  const stop = text.indexOf('\n', end)
  return text.slice(from, Math.min(stop < 0 ? text.length : stop, end + maxLine, from + 3 * maxLine))
}
