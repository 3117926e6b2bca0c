import { attend, post } from './channels.ts'
import { argument, type ModelledCall } from './effects.ts'
import { giveTaints, hand } from './handing.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { copyFields } from './copying.ts'
import { fieldOf } from './members.ts'
import type { Place } from './sites.ts'
import {
  anything,
  join,
  known,
  nothing,
  ofObject,
  changed,
  ofHandle,
  tainted,
  type ObjectValue,
  type Value,
} from './values.ts'

/** Streams a program makes itself: what is written passes its own functions, what they push reaches its readers. */

const writers = ['transform', 'write', '_transform', '_write']
/** Where a stream keeps what gets all that is poured into it. */
export const collects = '%collects'
const flushers = ['final', 'flush', '_final', '_flush']

/** `new Transform({ transform })`, or `super(…)` of a class that extends it. */
export function makeStream(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self, handle } = call
  const own = self.objects.find(object => object.kind === 'instance')
  const stream = own ?? machine.objectAt(frame, `stream ${place.start}`, 'object')
  if (own === undefined) {
    // What packs and unpacks is such a stream with functions of Node's own.
    const kind = handle.api.startsWith('node:zlib.') ? 'node:stream.Transform' : handle.api
    stream.parents = ofHandle(machine.handle(kind))
    copyFields(machine, argument(call, 0), stream, frame, call.place)
  }
  // Its own functions are kept apart from the methods of that name.
  for (const name of ['write', 'read', 'transform']) {
    for (const options of argument(call, 0).objects) {
      const fn = options.fields.get(name)
      if (fn === undefined) continue
      const given: Value = changed(nothing, { functions: machine.read(fn, frame).functions })
      machine.writeField(stream, `_${name}`, given)
      if (name !== 'transform') stream.fields.delete(name)
    }
  }
  runOwn(machine, stream, ['_read', '_construct', ...flushers], [anything], frame, place)
  hand(
    machine,
    methodsOf(machine, stream, writers, frame, place),
    anything,
    frame,
    place,
    0,
    ofObject(stream),
  )
  return ofObject(stream)
}

/**
 * `concat(f)`, `bl(f)`, `through2(f)`: a stream whose function gets what is poured into it, whatever its parameter is
 * called. What the stream itself is read from, as `concat(stream, f)` has it, the function gets as well.
 */
export function collectStream(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, given } = call
  const stream = machine.objectAt(frame, `collects ${place.start}`, 'object')
  const taken = given.list.map(value => changed(nothing, { functions: value.functions }))
  const gets = machine.nativeFunction(frame, `collector ${place.start}`, (passed, at) => {
    const chunk = passed.list[0] ?? passed.rest
    for (const fn of taken) hand(machine, fn, chunk, at, place)
    return anything
  })
  machine.writeField(stream, collects, gets)
  const poured = machine.allTaints(
    given.list.filter(({ functions }) => functions.length === 0),
    frame,
  )
  if (poured.length > 0) giveTaints(machine, stream, poured)
  for (const fn of taken) hand(machine, fn, tainted(poured), frame, place)
  return changed(ofObject(stream), { taints: poured, open: true })
}

function methodsOf(
  machine: Interpreter,
  stream: ObjectValue,
  names: readonly string[],
  frame: Frame,
  place: Place,
): Value {
  let result = nothing
  for (const name of names)
    result = join(
      result,
      changed(nothing, { functions: fieldOf(machine, stream, name, frame, place).functions }),
    )
  return result
}

function runOwn(
  machine: Interpreter,
  stream: ObjectValue,
  names: readonly string[],
  list: readonly Value[],
  frame: Frame,
  place: Place,
): void {
  const own = methodsOf(machine, stream, names, frame, place)
  machine.callFunctions(own.functions, ofObject(stream), { list, rest: nothing }, frame, place)
}

/** What goes into a stream: its own functions get it, and a callback through which they pass it on. */
export function pourInto(
  machine: Interpreter,
  stream: ObjectValue,
  chunk: Value,
  frame: Frame,
  place: Place,
): void {
  const collector = stream.fields.get(collects)
  if (collector !== undefined)
    machine.call(machine.read(collector, frame), nothing, { list: [chunk], rest: nothing }, frame, place)
  const done = machine.nativeFunction(frame, `passes on ${stream.id}`, (passed, at) => {
    const next = passed.list[1] ?? passed.rest
    if (next !== nothing) passOn(machine, stream, next, at, place)
    return anything
  })
  const own = methodsOf(machine, stream, writers, frame, place)
  if (own.functions.length > 0)
    machine.callFunctions(
      own.functions,
      ofObject(stream),
      { list: [chunk, known('buffer'), done], rest: nothing },
      frame,
      place,
    )
  else passOn(machine, stream, chunk, frame, place)
}

function passOn(machine: Interpreter, stream: ObjectValue, chunk: Value, frame: Frame, place: Place): void {
  const taints = machine.deepTaints(chunk, frame)
  if (taints.length > 0) giveTaints(machine, stream, taints)
  post(machine, `stream ${stream.id}`, [chunk], frame, place)
}

/** `stream.write(chunk)`. */
export function writeToStream(machine: Interpreter, call: ModelledCall): Value {
  for (const stream of call.self.objects)
    if (call.given.list.length > 0) pourInto(machine, stream, argument(call, 0), call.frame, call.place)
  return anything
}

/** `stream.push(chunk)`. */
export function pushToStream(machine: Interpreter, call: ModelledCall): Value {
  for (const stream of call.self.objects) passOn(machine, stream, argument(call, 0), call.frame, call.place)
  return anything
}

/** `stream.read()`. */
export function readFromStream(machine: Interpreter, call: ModelledCall): Value {
  return tainted(machine.deepTaints(call.self, call.frame))
}

/** `stream.on('data', f)`; other events tell nothing. */
export function onStream(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self } = call
  const listener = argument(call, 1)
  const event = argument(call, 0).known[0]
  for (const stream of self.objects)
    if (event === 'data') attend(machine, `stream ${stream.id}`, listener, false, frame, place)
  hand(machine, listener, anything, frame, place, 0, self)
  return self === nothing ? anything : self
}
