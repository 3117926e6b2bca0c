import { noteBesideOthers } from './mails.ts'
import { HOLE } from '../../types.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { textsOf } from './constants.ts'
import { elementsOf } from './elements.ts'
import { memberOf, namedMember } from './members.ts'
import { pairOf, pairsIn, pairsOf } from './pairs.ts'
import { pickedFile } from './picked-files.ts'
import { pickedName, pickedPair } from './picked-variables.ts'
import { constantText, frameAround } from './readable.ts'
import { placeNode, type Place } from './sites.ts'
import { sketch, sketchAddition, sketchOf } from './sketched.ts'
import { isTelling } from './telling.ts'
import {
  anything,
  hop,
  join,
  joinAll,
  joinTaints,
  known,
  knowns,
  nothing,
  ofObject,
  opened,
  tainted,
  truth,
  withTaints,
  type ObjectValue,
  type Value,
} from './values.ts'

/** Methods whose second argument their callback is called on. */
const takesSelf: ReadonlySet<string> = new Set([
  'forEach',
  'map',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'flatMap',
])

/** Methods of arrays, maps, sets and whatever else holds a list, on the elements that are known. */
export function callArrayMethod(
  machine: Interpreter,
  object: Value,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  const items = elementsOf(machine, object, frame)
  const callback = given.list[0] ?? nothing
  const make = (list: readonly Value[] | undefined, any: Value): Value => {
    const array = machine.objectAt(frame, `${name} ${place.file.path} ${place.start}`, 'array')
    if (list !== undefined && list.length <= 2_000) {
      for (const [at, value] of list.entries()) machine.writeField(array, String(at), value)
      array.length = list.length
    } else {
      array.length = undefined
      machine.writeRest(array, any)
    }
    return ofObject(array)
  }
  const each = (run: (item: Value, at: number) => Value): Value[] =>
    items.list.map((item, at) => run(item, at))
  // What callbacks are called on, where somebody says so: `list.forEach(f, this)`.
  const self = takesSelf.has(name) ? (given.list[1] ?? nothing) : nothing
  const callAny = (...list: Value[]): Value =>
    machine.call(callback, self, { list, rest: nothing }, frame, place)
  const small = items.exact && items.list.length <= 300
  const ofMap = pairsOf(object) === undefined ? undefined : items
  const side = (pair: Value, which: '0' | '1'): Value => namedMember(machine, pair, which, frame, place)
  switch (name) {
    case 'push':
    case 'unshift':
    case 'add':
      for (const one of object.objects) {
        if (one.rest !== undefined) noteBesideOthers(machine, given.list, machine.read(one.rest, frame))
        for (const value of given.list) append(machine, one, value, name, frame)
        if (name === 'push' && one.length === undefined)
          sketchAddition(one, `${place.file.path} ${place.start}`, [
            ...given.list,
            ...(given.rest === nothing ? [] : [given.rest]),
          ])
        if (given.rest !== nothing) appendRest(machine, one, given.rest)
      }
      return name === 'add' ? object : anything
    case 'write':
      // Bytes that are filled. Of the first argument: the others are offsets.
      for (const one of object.objects) {
        const taints = machine.deepTaints(callback, frame)
        if (one.kind === 'map' && taints.length > 0) machine.writeRest(one, tainted(taints))
      }
      return anything
    case 'set':
    case 'append': {
      const value = given.list[1] ?? given.rest
      const key = given.list[0]?.known[0]
      for (const one of object.objects) {
        if (one.kind === 'map' && typeof key === 'string' && given.list[0]?.open === false)
          machine.writeField(one, key, value)
        else machine.writeRest(one, value)
        const taints = machine.deepTaints(given.list[0] ?? nothing, frame)
        if (taints.length > 0) machine.writeRest(one, tainted(taints))
        const pairs = pairsIn(one)
        if (pairs !== undefined)
          append(
            machine,
            pairs,
            pairOf(machine, given.list[0] ?? anything, value, frame, place),
            'push',
            frame,
          )
      }
      return object
    }
    case 'get':
    case 'getAll':
      return memberOf(machine, object, given.list[0] ?? anything, frame, placeNode(place))
    case 'has':
    case 'includes':
    case 'indexOf':
    case 'lastIndexOf':
    case 'findIndex':
    case 'delete':
      if (callback.functions.length > 0) callAny(items.any, anything)
      return anything
    case 'map':
    case 'flatMap':
      if (callback.functions.length === 0 && callback.handles.length === 0)
        return make(undefined, tainted(items.any.taints))
      if (small && object.objects.every(one => one.kind === 'array')) {
        const list = each((item, at) =>
          machine.inline(callback, [item, known(at), object], frame, place, at, self),
        )
        return name === 'map' ? make(list, joinAll(list)) : make(undefined, flatten(machine, list, frame))
      }
      return make(undefined, flattenIf(machine, name, callAny(items.any, anything, object), frame))
    case 'forEach':
      if (ofMap !== undefined) {
        if (small)
          each((pair, at) =>
            machine.inline(callback, [side(pair, '1'), side(pair, '0'), object], frame, place, at, self),
          )
        else callAny(side(items.any, '1'), side(items.any, '0'), object)
      } else if (small && items.list.length > 0 && object.objects.every(one => one.kind === 'array')) {
        each((item, at) => machine.inline(callback, [item, known(at), object], frame, place, at, self))
      } else callAny(items.any, anything, object)
      return known(undefined)
    case 'filter': {
      if (small) {
        const kept = items.list.map((item, at) => ({
          item,
          keep: truth(machine.inline(callback, [item, known(at)], frame, place, at, self)),
        }))
        if (kept.every(({ keep }) => keep !== undefined)) {
          const list = kept.filter(({ keep }) => keep).map(({ item }) => item)
          return make(list, joinAll(list))
        }
        const some = make(undefined, narrowed(machine, callback, items.any, frame))
        const list = kept.filter(({ keep }) => keep !== false).map(({ item }) => item)
        for (const one of some.objects) sketch(one, list, dropsEmpty(callback))
        return some
      }
      callAny(items.any, anything)
      return make(
        undefined,
        pickedPair(machine, callback, items.any, frame, place) ??
          pickedName(machine, callback, items.any, frame, place) ??
          narrowed(machine, callback, items.any, frame),
      )
    }
    case 'find':
    case 'findLast':
    case 'some':
    case 'every': {
      callAny(items.any, anything)
      return name === 'find' || name === 'findLast' ? items.any : anything
    }
    case 'reduce':
    case 'reduceRight': {
      const start = given.list[1]
      if (small && object.objects.every(one => one.kind === 'array')) {
        const list = name === 'reduce' ? [...items.list] : items.list.toReversed()
        let result = start ?? list.shift() ?? nothing
        for (const [at, item] of list.entries())
          result = machine.inline(callback, [result, item, known(at)], frame, place, at)
        return result
      }
      let result = start ?? items.any
      for (let round = 0; round < 2; round++) result = join(result, callAny(result, items.any, anything))
      return result
    }
    case 'join': {
      const separator = given.list[0] === undefined ? ',' : textsOf(given.list[0])[0]!
      const taints = items.exact ? joinAll(items.list).taints : machine.deepTaints(object, frame)
      const each = object.objects.length < 2 ? undefined : joinedEach(machine, object, separator, frame)
      if (each !== undefined)
        return withTaints(opened(knowns(each)), joinTaints(taints, machine.deepTaints(object, frame)))
      const left = items.exact ? undefined : sketchOf(machine, object, frame)
      const list = items.exact ? items.list : left?.list
      const texts = list === undefined ? undefined : joinedTexts(list, separator)
      if (texts !== undefined)
        return withTaints(
          (items.exact || left?.full === true) && list?.some(isGuessed) !== true
            ? knowns(texts)
            : opened(knowns(texts)),
          joinTaints(taints, machine.deepTaints(object, frame)),
        )
      return tainted(taints)
    }
    case 'toString':
      return tainted(machine.deepTaints(object, frame))
    case 'reverse':
    case 'toReversed':
      return withTaints(
        items.exact ? make(items.list.toReversed(), items.any) : make(undefined, items.any),
        hop(object.taints, 'reversed', place),
      )
    case 'slice':
    case 'concat': {
      if (name === 'slice') {
        const from = callback.known[0]
        const to = given.list[1]?.known[0]
        const exact =
          items.exact &&
          (given.list.length === 0 || typeof from === 'number') &&
          (given.list[1] === undefined || typeof to === 'number')
        return exact
          ? make(items.list.slice(from as number | undefined, to as number | undefined), items.any)
          : make(undefined, items.any)
      }
      let list: Value[] | undefined = items.exact ? [...items.list] : undefined
      let any = items.any
      noteBesideOthers(machine, given.list, any)
      for (const value of given.list) {
        const more = value.objects.some(one => one.kind === 'array')
          ? elementsOf(machine, value, frame)
          : { exact: true, list: [value], any: value }
        any = join(any, more.any)
        if (more.exact) list?.push(...more.list)
        else list = undefined
      }
      if (given.rest !== nothing) return make(undefined, join(any, given.rest))
      return make(list, any)
    }
    case 'setInt8':
    case 'setUint8':
    case 'setInt16':
    case 'setUint16':
    case 'setInt32':
    case 'setUint32':
    case 'setFloat32':
    case 'setFloat64':
    case 'setBigInt64':
    case 'setBigUint64':
      for (const one of object.objects) machine.writeRest(one, given.list[1] ?? given.rest)
      return anything
    case '@@iterator':
      return object
    case 'next': {
      // The iterator of a list is the list.
      const step = machine.objectAt(frame, `next ${place.start}`, 'object')
      machine.writeField(step, 'value', items.any === nothing ? anything : items.any)
      machine.writeField(step, 'done', anything)
      return ofObject(step)
    }
    case 'pop':
    case 'at':
    case 'shift':
      // A list of what is still to be done, taken from and added to by turns: what is added later is taken as well.
      if (name !== 'at')
        for (const one of object.objects)
          if (one.kind === 'array' && one.owner !== frame.context) machine.read(machine.restOf(one), frame)
      if (items.exact && name !== 'shift' && items.list.length > 0)
        return (
          items.list.at(typeof callback.known[0] === 'number' && name === 'at' ? callback.known[0] : -1) ??
          anything
        )
      return items.any === nothing ? anything : items.any
    case 'splice':
      for (const one of object.objects) {
        for (const value of given.list.slice(2)) appendRest(machine, one, value)
        one.length = undefined
        machine.writeRest(one, nothing)
      }
      return make(undefined, items.any)
    case 'toSpliced':
    case 'with':
      return make(undefined, given.list.slice(1).reduce(join, items.any))
    case 'sort':
    case 'toSorted':
    case 'flat':
    case 'fill':
    case 'values':
    case 'entries':
    case 'keys':
      if (ofMap !== undefined && (name === 'values' || name === 'keys')) {
        const which = name === 'keys' ? '0' : '1'
        const list = small ? items.list.map(pair => side(pair, which)) : undefined
        return make(list, side(items.any, which))
      }
      if (callback.functions.length > 0) callAny(items.any, items.any)
      if (name === 'entries' && small && ofMap !== undefined) return make(items.list, items.any)
      if (name === 'fill') for (const one of object.objects) appendRest(machine, one, callback)
      return name === 'sort'
        ? object
        : make(undefined, name === 'flat' ? flatten(machine, [items.any], frame) : items.any)
    default:
      return undefined
  }
}

/** `filter(Boolean)`, `filter(x => x)`: of texts only the empty ones go. */
function dropsEmpty({ functions, handles }: Value): boolean {
  if (functions.length === 0) return handles.length === 1 && handles[0]!.api === 'global:Boolean'
  return functions.every(({ node: { body, params } }) => {
    const [parameter] = params
    return parameter?.type === 'Identifier' && body.type === 'Identifier' && body.name === parameter.name
  })
}

/** Methods whose answer gets through a test. */
export const picksFrom: ReadonlySet<string> = new Set(['filter', 'find', 'findLast'])

/** A list that nobody knows, filtered or searched: what is left may be known by its beginning or end. */
export function filtered(
  machine: Interpreter,
  object: Value,
  name: string,
  given: Arguments,
  answer: Value,
  frame: Frame,
  place: Place,
): Value {
  if (!object.open || object.objects.length > 0 || !answer.open) return answer
  const any = tainted(answer.taints)
  const kept = narrowed(machine, given.list[0] ?? nothing, any, frame)
  if (kept === any) return answer
  if (name !== 'filter') return join(answer, kept)
  const list = machine.objectAt(frame, `filtered ${place.start}`, 'array')
  list.length = undefined
  machine.writeRest(list, kept)
  return join(answer, ofObject(list))
}

/** `names.filter(name => name.startsWith('.env'))`: what is left of names nobody knows begins or ends like that. */
function narrowed(machine: Interpreter, callback: Value, any: Value, frame: Frame): Value {
  const [fn] = callback.functions
  const node = fn?.node
  if (
    fn === undefined ||
    node === undefined ||
    callback.functions.length > 1 ||
    !any.open ||
    any.objects.length > 0
  )
    return any
  const files = pickedFile(machine, callback, frameAround(fn, frame))
  if (files !== undefined) return join(any, files)
  const { body } = node
  if (body.type !== 'CallExpression' || body.callee.type !== 'MemberExpression') return any
  const [parameter] = node.params
  const { object, property, computed } = body.callee
  const isIt =
    parameter?.type === 'Identifier' && object.type === 'Identifier' && object.name === parameter.name
  const [given] = body.arguments
  if (!isIt || given === undefined) return any
  const around = frameAround(fn, frame)
  const named = property.type === 'Identifier' && !computed ? property.name : undefined
  const name = named ?? constantText(machine, property, around)
  if (name !== 'startsWith' && name !== 'endsWith') return any
  const text = constantText(machine, given, around)
  if (text === undefined) return any
  return join(any, known(name === 'startsWith' ? text + HOLE : HOLE + text))
}

/** Rows of a table, one of which is joined: what each of them gives. */
function joinedEach(
  machine: Interpreter,
  { objects, known: constants, handles }: Value,
  separator: string,
  frame: Frame,
): readonly string[] | undefined {
  if (objects.length > maxJoined || constants.length > 0 || handles.length > 0) return undefined
  const texts = objects.map(one => {
    const items = one.kind === 'array' ? elementsOf(machine, ofObject(one), frame) : undefined
    return items?.exact === true ? joinedTexts(items.list, separator) : undefined
  })
  return texts.every(text => text?.length === 1) ? texts.flatMap(text => text ?? []) : undefined
}

const maxJoined = 6
const maxJoinedChars = 4_000_000

/** What is read as its only constant may be something else: `''` where nothing could be read. */
function isGuessed({ open, known: constants }: Value): boolean {
  return open && constants.length === 1
}

/** What `join` may give. Items that may be many things are holes, where there would be too many ways to join them. */
function joinedTexts(list: readonly Value[], separator: string): readonly string[] | undefined {
  let ways = 1
  const parts = list.map(item => {
    const nothingThere = item.known.every(one => one === undefined || one === null)
    if (nothingThere && !item.open && item.objects.length === 0) return ['']
    const texts = textsOf(item)
    if (item.known.length <= 1) return texts.slice(0, 1)
    ways *= texts.length
    return ways > maxJoined ? [texts.find(isTelling) ?? HOLE] : texts
  })
  let joined: string[][] = [[]]
  for (const part of parts) {
    if (part.length === 1) for (const way of joined) way.push(part[0] ?? '')
    else joined = joined.flatMap(way => part.map(text => [...way, text]))
  }
  const texts = joined.map(way => way.join(separator))
  return texts.every(({ length }) => length < maxJoinedChars) ? texts : undefined
}

/** Appends where the position is certain; elsewhere the array only knows that it holds the value. */
function append(machine: Interpreter, array: ObjectValue, value: Value, name: string, frame: Frame): void {
  const own = array.owner === frame.context
  if (
    name === 'push' &&
    own &&
    frame.conditional === 0 &&
    array.length !== undefined &&
    array.length < 2_000
  ) {
    machine.writeField(array, String(array.length), value)
    array.length++
  } else appendRest(machine, array, value)
}

function appendRest(machine: Interpreter, array: ObjectValue, value: Value): void {
  machine.writeRest(array, value)
  array.length = undefined
}

function flatten(machine: Interpreter, list: readonly Value[], frame: Frame): Value {
  let any = nothing
  for (const value of list)
    any = join(
      any,
      value.objects.some(one => one.kind === 'array') ? elementsOf(machine, value, frame).any : value,
    )
  return any
}

function flattenIf(machine: Interpreter, name: string, value: Value, frame: Frame): Value {
  return name === 'flatMap' ? flatten(machine, [value], frame) : value
}
