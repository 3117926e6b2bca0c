import { HOLE } from '../../types.ts'
import { concatenate, foldMethod, textsOf } from './constants.ts'
import { destinationsOf, requestParts } from './destinations.ts'
import type { ModelledCall } from './effects.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { memberOf } from './members.ts'
import { RegexConstant } from './regex-constant.ts'
import { placeNode } from './sites.ts'
import { isStandIn } from './stand-ins.ts'
import {
  anything,
  join,
  known,
  knowns,
  nothing,
  opened,
  changed,
  type ObjectValue,
  type Value,
} from './values.ts'

/** Texts that the language's own functions put together, as far as they are known. Taints are the caller's. */

const maxTemplateChars = 4_000
const maxParts = 200
const maxDepth = 8
const maxWays = 4

/** `util.format(template, …)`. */
export function formatted({ list, rest }: Arguments): Value {
  const [template] = list
  const text = template?.known[0]
  if (template === undefined || template.open || template.known.length !== 1 || rest !== nothing)
    return anything
  if (typeof text !== 'string' || text.length > maxTemplateChars) return anything
  let result = known('')
  let next = 1
  let from = 0
  for (const { 0: mark, index } of text.matchAll(/%[sdifjoOc%]/g)) {
    result = concatenate(result, known(text.slice(from, index)))
    from = index + 2
    result = concatenate(result, mark === '%%' ? known('%') : (list[next++] ?? known(mark)))
  }
  result = concatenate(result, known(text.slice(from)))
  for (const more of list.slice(next)) result = concatenate(concatenate(result, known(' ')), more)
  return result
}

/**
 * What `JSON.stringify` makes of a value, with a `HOLE` for each part that is not known; undefined where all is. Of an
 * object that somebody else made, what was put into it: settings that are read, changed and written back.
 */
export function jsonText(machine: Interpreter, value: Value, frame: Frame): string | undefined {
  let parts = 0
  const ofObject = (object: ObjectValue, depth: number, open = false): string => {
    const { kind, fields, length, rest, getters, parents, model } = object
    if (model !== undefined || fields.size > maxParts) return HOLE
    // Under a name that is computed: what is there is known, where it is not.
    const others = rest === undefined ? [] : [part(machine.read(rest, frame), depth)]
    if (kind === 'array') {
      if (open || rest !== undefined || length === undefined) {
        const shown = [...fields.keys()].map(name => part(read(object, name), depth))
        return listed([...shown, ...others].filter(text => text !== HOLE))
      }
      return length > maxParts
        ? HOLE
        : `[${Array.from({ length }, (_, at) => part(read(object, String(at)), depth)).join()}]`
    }
    if (kind !== 'object' || getters !== undefined || parents !== undefined) return HOLE
    const told = [
      ...[...fields.keys()].map(name => `${quoted(name)}:${part(read(object, name), depth)}`),
      ...others.filter(text => text !== HOLE).map(text => `"${HOLE}":${text}`),
    ]
    if (rest !== undefined && told.length === 0) return HOLE
    return `{${(open || rest !== undefined || isStandIn(object) ? [HOLE, ...told] : told).join()}}`
  }
  const listed = (shown: readonly string[]): string =>
    shown.length === 0 ? HOLE : `[${[HOLE, ...shown].join()}]`
  const read = ({ fields }: ObjectValue, name: string): Value => {
    const cell = fields.get(name)
    return cell === undefined ? nothing : machine.read(cell, frame)
  }
  const part = (one: Value, depth: number): string => {
    machine.step()
    const {
      known: [constant],
      objects,
    } = one
    // `let data = null`, before it is read: what is written is never that.
    const constants =
      objects.length > 0 ? one.known.filter(text => text !== null && text !== undefined) : one.known
    const others = constants.length + one.functions.length + one.handles.length
    if (++parts > maxParts || depth === 0 || others > 1 || (others === 1 && objects.length > 0)) return HOLE
    if (objects.length > 0)
      return longest(objects.slice(0, maxWays).map(object => ofObject(object, depth - 1, one.open)))
    if (one.open || others === 0) return HOLE
    if (typeof constant === 'string') return constant.length > maxTemplateChars ? HOLE : quoted(constant)
    return typeof constant === 'number' || typeof constant === 'boolean' || constant === null
      ? String(constant)
      : HOLE
  }
  /** Of what may be written, what tells most. */
  const longest = (ways: readonly string[]): string =>
    ways.reduce((most, way) => (way.length > most.length ? way : most), HOLE)
  const text = part(value, maxDepth)
  return text === HOLE ? undefined : text
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\\u0001', HOLE)
}

/** `url.format({ protocol, host, … })`. */
export function formattedUrl(machine: Interpreter, parts: Value, { frame, place }: ModelledCall): Value {
  const given: Value = changed(nothing, { objects: parts.objects })
  const found = destinationsOf(
    machine,
    given,
    requestParts(machine, [given], frame, place),
    undefined,
    frame,
    place,
  )
  return found.length === 0 ? anything : knowns(found.slice(0, 6))
}

/** `text.replace(pattern, f)` where `f` gives the same whatever it is called with; undefined where it does not. */
export function replacedBy(object: Value, name: string, pattern: Value, given: Value): Value | undefined {
  const [by] = given.known
  const [part] = pattern.known
  if (
    typeof by !== 'string' ||
    given.open ||
    given.known.length !== 1 ||
    object.open ||
    object.known.length === 0
  )
    return undefined
  const template = part instanceof RegexConstant ? by.replaceAll('$', '$$$$') : by
  const texts = object.known.map(text => foldMethod(text, name, [part, template]))
  return texts.every(text => typeof text === 'string') ? knowns(texts) : undefined
}

/** `new RegExp(source, flags)`. */
export function regexFrom(source: Value, flags: Value): Value {
  const [pattern] = source.known
  const [given] = flags.known
  if (source.known.length !== 1 || flags.known.length > 1) return anything
  if (pattern instanceof RegexConstant) return opened(known(pattern))
  if (typeof pattern !== 'string' || source.open || pattern.includes(HOLE)) return anything
  if (flags !== nothing && (flags.open || typeof given !== 'string')) return anything
  return opened(known(new RegexConstant(pattern, typeof given === 'string' ? given : '')))
}

/** `lodash.get(object, 'a.b[0]', otherwise)`. */
export function memberAlong(
  machine: Interpreter,
  [object = nothing, path = nothing, otherwise = nothing]: readonly Value[],
  { frame, place }: ModelledCall,
): Value {
  let result = otherwise
  for (const text of textsOf(path).slice(0, 4)) {
    if (text.includes(HOLE)) return anything
    let found = object
    for (const name of text
      .split(/[.[\]'"]+/)
      .filter(part => part !== '')
      .slice(0, 12))
      found = memberOf(machine, found, known(name), frame, placeNode(place))
    result = join(result, found)
  }
  return result
}
