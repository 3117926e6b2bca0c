import { HOLE } from '../../types.ts'
import { namesOfWholes } from './entrusted.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { carriedTaints, filledLater, keysField, namedMember } from './members.ts'
import { environmentApi } from './models/index.ts'
import { pairsOf } from './pairs.ts'
import {
  anything,
  join,
  joinTaints,
  known,
  knowns,
  nothing,
  ofObject,
  opened,
  tainted,
  withTaints,
  type ObjectValue,
  type Value,
} from './values.ts'
import { copiedInto } from './whole-copies.ts'

/** What loops go through: elements of lists and texts, what iterators give, keys of objects. */

export type Elements = { readonly exact: boolean; readonly list: readonly Value[]; readonly any: Value }

function isVoid(constant: unknown): boolean {
  return constant === undefined
}

/** Names of which the beginnings are known, and nothing else: a filter picked them (`picked-variables.ts`). */
function areBegun({ known: texts, open, handles, functions, objects }: Value): boolean {
  return (
    !open &&
    handles.length + functions.length + objects.length === 0 &&
    texts.some(text => typeof text === 'string' && text.indexOf(HOLE) > 0) &&
    texts.every(text => typeof text === 'string')
  )
}

/** The elements of an iterable: one by one where they are all known. */
export function elementsOf(machine: Interpreter, value: Value, frame: Frame): Elements {
  const pairs = pairsOf(value)
  if (pairs !== undefined) return elementsOf(machine, withTaints(ofObject(pairs), value.taints), frame)
  // Compilers set every export to nothing first, and nothing has no elements.
  const single =
    value.objects.length === 1 && !value.open && value.handles.length === 0 && value.known.every(isVoid)
      ? value.objects[0]
      : undefined
  if (single?.kind === 'array' && single.length !== undefined && !single.escaped) {
    const list: Value[] = []
    const extra =
      single.rest === undefined ? filledLater(machine, single, frame) : machine.read(single.rest, frame)
    for (let at = 0; at < Math.min(single.length, 2_000); at++) {
      machine.step()
      const cell = single.fields.get(String(at))
      list.push(cell === undefined ? known(undefined) : withTaints(machine.read(cell, frame), value.taints))
    }
    if (extra === nothing && single.length <= 2_000) {
      return { exact: true, list, any: list.reduce(join, nothing) }
    }
    return { exact: false, list: [], any: join(list.reduce(join, extra), nothing) }
  }
  if (single?.kind === 'array' && single.rest !== undefined && !single.escaped) {
    const all = machine.read(machine.everythingIn(single), frame)
    if (areBegun(all)) return { exact: false, list: [], any: withTaints(all, value.taints) }
  }
  if (
    value.known.length === 1 &&
    typeof value.known[0] === 'string' &&
    !value.open &&
    value.objects.length === 0
  ) {
    const text = value.known[0]
    if (!text.includes(HOLE) && text.length <= 2_000) {
      const list = Array.from(text, unit => withTaints(known(unit), value.taints))
      return { exact: true, list, any: withTaints(anything, value.taints) }
    }
  }
  let any = tainted(carriedTaints(value))
  let plain = value.open || value.known.length > 0 || value.handles.length > 0
  for (const object of value.objects) {
    any = join(any, machine.read(machine.everythingIn(object), frame))
    if (object.kind !== 'array' && object.kind !== 'map') any = join(any, iterated(machine, object, frame))
  }
  for (const handle of value.handles) {
    if (handle.api === environmentApi) {
      plain = true
      any = withTaints(any, value.taints)
    }
  }
  if (!plain && any.open && value.objects.length > 0) any = opened(any)
  return { exact: false, list: [], any }
}

/** What the iterator of an object gives: `[Symbol.iterator]()` and then `next().value`; generators give it at once. */
function iterated(machine: Interpreter, object: ObjectValue, frame: Frame): Value {
  const place = { file: frame.file, start: 0, end: 0 }
  const none = { list: [], rest: nothing }
  let result = nothing
  for (const name of ['@@iterator', '@@asyncIterator']) {
    let owner: ObjectValue | undefined = object
    for (let step = 0; step < 4 && owner !== undefined && !owner.fields.has(name); step++)
      owner = owner.parents?.objects[0]
    for (const fn of owner?.fields.get(name)?.value.functions ?? []) {
      const iterator = machine.callFunction(fn, ofObject(object), none, frame, place)
      const steps = iterator.objects.flatMap(one => one.fields.get('next')?.value.functions ?? [])
      if (steps.length === 0) result = join(result, iterator)
      for (const next of steps) {
        const given = machine.callFunction(next, iterator, none, frame, place)
        result = join(result, namedMember(machine, given, 'value', frame, place))
      }
    }
  }
  return result
}

/** The keys `for (… in …)` and `Object.keys` give. */
export function keysOf(machine: Interpreter, value: Value): Elements {
  const secret = value.objects.flatMap(object => object.fields.get(keysField)?.value.taints ?? [])
  if (secret.length > 0) return { exact: false, list: [], any: tainted(secret) }
  const written = value.open || value.handles.length > 0 ? undefined : writtenKeys(value.objects)
  if (written !== undefined && written.length < 400) {
    if (value.objects.length === 1)
      return { exact: true, list: written.map(known), any: knowns(written.slice(0, 6)) }
    // One of several objects of a like shape, such as the entries of a table.
    if (written.length <= maxSharedKeys) return { exact: false, list: [], any: knowns(written) }
  }
  const taints = value.handles.some(handle => handle.api === environmentApi)
    ? value.taints
    : carriedTaints(value)
  const copied = value.objects.flatMap(copiedInto)
  const any = tainted(namesOfWholes(machine, joinTaints(taints, copied)))
  // `table[process.platform] ?? {}`: one of the tables the code holds, or something else.
  const likely = value.open && value.handles.length === 0 ? writtenKeys(value.objects) : undefined
  const isTable = likely !== undefined && likely.length > 0 && likely.length <= maxSharedKeys
  return { exact: false, list: [], any: isTable ? join(any, knowns(likely)) : any }
}

const maxSharedKeys = 12

/** The keys that the code itself writes into objects, where no others can be in them. */
function writtenKeys(objects: readonly ObjectValue[]): readonly string[] | undefined {
  const names = new Set<string>()
  for (const { fields, getters, rest, escaped, stars } of objects) {
    if (rest !== undefined || escaped || stars !== undefined) return undefined
    for (const name of getters?.keys() ?? []) {
      if (names.size >= 400) return [...names]
      if (!name.startsWith('@@')) names.add(name)
    }
    for (const [name, { value }] of fields) {
      if (names.size >= 400) return [...names]
      if (value !== nothing && !name.startsWith('@@')) names.add(name)
    }
  }
  return objects.length === 0 ? undefined : [...names]
}
