import type { Arguments, Frame } from './frame.ts'
import type { Interpreter } from './interpreter.ts'
import { readableText } from './readable.ts'
import type { Place } from './sites.ts'
import { withTaints, type Taint, type Value } from './values.ts'

/** `client.config.credentials()`: what a client of a cloud found for itself. */
const ofClient = /\bconfig\s{0,40}\??\.\s{0,9}credentials\s{0,9}\(\s{0,9}\)$/

/** What people type into a page, by the selector it is looked for with, whatever it is looked for in. */

const looking: ReadonlySet<string> = new Set([
  'querySelector',
  'querySelectorAll',
  'getElementById',
  'getElementsByName',
  'getElementsByClassName',
])

const formsOfOthers = 'what is typed into the forms of others'

const telling =
  /passw(?:or)?d|\bcc-|card.{0,3}(?:num|no)|\bcard|\bcvv|\bcvc|\biban\b|mnemonic|seed.?phrase|private.?key|one-time-code|\botp\b/i

const typing = /^(?:change|input|blur|focusout|submit|key(?:down|up|press))$/

/** A handler of what is typed that asks for fields of passwords or cards, or for every key: it gets what was typed there. */
export function typedInto(
  machine: Interpreter,
  given: Arguments,
  place: Place,
  frame: Frame,
  everywhere = false,
): readonly Taint[] {
  const [event, handler] = given.list
  if (event?.known.some(text => typeof text === 'string' && typing.test(text)) !== true) return []
  const codes = handler?.functions.map(fn => readableText(machine, fn, frame)) ?? []
  // Every form of the page, whoever made it: a form of one's own is listened to itself.
  const takes = codes.some(code => /\bnew\s+FormData\b/.test(code))
  if (everywhere && takes && event.known.includes('submit'))
    return [machine.source('browser', 'what is typed into any form', place)]
  if (codes.some(code => /['"`][^'"`\n]{0,80}\b(?:password|cc-|card)/i.test(code)))
    return [machine.source('browser', 'password and card fields', place)]
  // Every field of the page, whoever made it: its own are listened to themselves.
  if (everywhere && codes.some(code => /\.value\b(?!\s{0,9}=[^=])/.test(code)))
    return [machine.source('browser', 'what is typed into any field', place)]
  // What a search box holds is asked for by its field; the key itself is asked for by hotkeys, which send nothing.
  const logs =
    event.known.some(text => typeof text === 'string' && text.startsWith('key')) &&
    codes.some(code => /\.(?:key|keyCode|which|code)\b/.test(code) && !/\.value\b/.test(code))
  return logs ? [machine.source('browser', 'keys as they are typed', place)] : []
}

/** Fields for passwords and cards that are looked for in a page: what is typed there is the person's. */
export function noteFields(
  machine: Interpreter,
  name: string,
  given: Arguments,
  answer: Value,
  place: Place,
): Value {
  if (
    name === 'credentials' &&
    given.list.length === 0 &&
    ofClient.test(place.file.text.slice(Math.max(place.start, place.end - 120), place.end))
  )
    return withTaints(answer, [machine.source('credential-file', 'credentials of a cloud client', place)])
  // A component that looks for the form around it, or for one of the page, has not made it.
  if (name === 'closest' || name === 'querySelector')
    if (given.list[0]?.known.includes('form') === true)
      return withTaints(answer, [machine.source('browser', formsOfOthers, place)])
  if (!looking.has(name)) return answer
  const isTelling = given.list[0]?.known.some(text => typeof text === 'string' && telling.test(text))
  return isTelling === true
    ? withTaints(answer, [machine.source('browser', 'password and card fields', place)])
    : answer
}
