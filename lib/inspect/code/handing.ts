import type { Frame, Interpreter, SourceFile } from './interpreter.ts'
import { fingerprint } from './fingerprint.ts'
import { actOf } from './models/index.ts'
import { placeOf, type Place } from './sites.ts'
import { changeUrl } from './changed-url.ts'
import {
  cellsOf,
  anything,
  join,
  newHanded,
  nothing,
  ofObject,
  onlyCallable,
  changed,
  carrying,
  ofHandle,
  type FunctionValue,
  type Handed,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'

/** Values that leave our sight: handed to code that was not seen, which calls the functions in them as it likes. */

/** Strangers call a function with so many kinds of data apart, and then with all of it at once. */
const maxKindsHanded = 4

/** A value given to code that was not seen, which will call the functions in it with `handed`. */
export function hand(
  machine: Interpreter,
  value: Value,
  handed: Value,
  frame: Frame,
  place: Place,
  depth = 0,
  /** What handlers of events see as `this`. */
  receiver: Value = nothing,
): void {
  if (value.functions.length > 1) {
    // The same set of functions comes along again and again, as the fields of a table do.
    let set = machine.handedSets.get(value.functions)
    if (set === undefined) machine.handedSets.set(value.functions, (set = newHanded()))
    if (newsOf(set, handed) !== undefined) handEach(machine, value.functions, handed, receiver, frame, place)
  } else handEach(machine, value.functions, handed, receiver, frame, place)
  for (const handle of value.handles) {
    const act = actOf(handle.api)
    if (handle.api.startsWith('native:') || act?.act === 'evaluate' || act?.act === 'send') {
      machine.call(ofHandle(handle), nothing, { list: [handed], rest: nothing }, frame, place)
    }
  }
  if (depth >= 2) return
  for (const object of value.objects) {
    // Instances of the package's own classes are not taken apart by whoever gets one.
    if (object.model !== undefined || object.kind === 'instance' || object.kind === 'class') continue
    if (object.kind === 'object') object.escaped = true
    object.handed ??= { ...newHanded(), version: 0 }
    if (object.handed.version !== object.version) object.handed.kinds.clear()
    object.handed.version = object.version
    const news = newsOf(object.handed, handed)
    if (news === undefined) continue
    let count = 0
    for (const cell of cellsOf(object)) {
      machine.step()
      if (++count > 100) break
      const field = machine.read(cell, frame)
      if (field.functions.length > 0 || field.objects.length > 0) {
        hand(
          machine,
          changed(nothing, { functions: field.functions, objects: field.objects }),
          news,
          frame,
          place,
          depth + 1,
        )
      }
    }
  }
}

function handEach(
  machine: Interpreter,
  functions: readonly FunctionValue[],
  handed: Value,
  receiver: Value,
  frame: Frame,
  place: Place,
): void {
  for (const fn of functions) {
    const news = newsOf(fn.handed, handed)
    if (news !== undefined) machine.callBlindly(fn, receiver, news, frame, place)
  }
}

export function leak(machine: Interpreter, value: Value, frame: Frame, place: Place): void {
  if (value.functions.length > 0 || value.objects.length > 0) hand(machine, value, anything, frame, place, 1)
}

/** A function put into something of the outside world: others call it, with what is theirs, on what is theirs. */
export function install(
  machine: Interpreter,
  value: Value,
  frame: Frame,
  place: Place,
  /** What is known of what they pass, one by one. */
  sent: readonly Value[] = [],
): void {
  for (const fn of value.functions) {
    const taint = machine.source('caller', fn.name, placeOf(fn.file as SourceFile, fn.node))
    const theirs = carrying(anything, [taint])
    if (sent.length > 0) {
      const list = sent.map(value => join(theirs, value))
      machine.callFunction(fn, theirs, { list, rest: nothing }, frame, place)
      continue
    }
    machine.callBlindly(fn, theirs, theirs, frame, place)
  }
  if (sent.length > 0)
    machine.call(behind(machine, value, frame), nothing, { list: sent, rest: nothing }, frame, place)
  if (value.objects.length > 0)
    hand(machine, changed(nothing, { objects: value.objects }), anything, frame, place, 1)
}

/** What is called where the value is, though it is no function as it stands: a bound one, or the trap of a proxy. */
function behind(machine: Interpreter, { handles, objects }: Value, frame: Frame): Value {
  const bound = changed(nothing, { handles: handles.filter(({ api }) => api.startsWith('native:')) })
  return objects.reduce((all, { fields }) => {
    const caught = fields.get('%target')
    return caught === undefined ? all : join(all, onlyCallable(machine.read(caught, frame)))
  }, bound)
}

export function leakSetter(machine: Interpreter, value: Value, frame: Frame, place: Place): void {
  for (const fn of value.functions) machine.callBlindly(fn, anything, anything, frame, place)
}

/** A field that an instance of the outside world gives meaning to: handlers, headers, the parts of a URL. */
export function setOnInstance(
  machine: Interpreter,
  object: ObjectValue,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  const taints = object.fields.get('%taints')?.value.taints ?? []
  if (name.startsWith('on')) setByModel(machine, object, name, value, frame, place)
  if (name.startsWith('on'))
    hand(machine, value, carrying(anything, taints), frame, place, 0, ofObject(object))
  else if (isElement(object.model?.name)) setByModel(machine, object, name, value, frame, place)
  else if (object.model?.name === 'request-options') setByModel(machine, object, 'set', value, frame, place)
  else if (object.model?.name === 'url') changeUrl(machine, object, name, value)
  else if (object.model !== undefined && value.taints.length > 0) {
    machine.write(object.model.pending, carrying(anything, value.taints))
  }
}

/** An element of a page whose fields load, show or send something. */
function isElement(name: string | undefined): boolean {
  return name === 'script-element' || name === 'picture' || name === 'form-element'
}

/** The model of the field decides: `script-element.src`, `port.onmessage`. */
function setByModel(
  machine: Interpreter,
  object: ObjectValue,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  const api = `${object.model?.name}.${name}`
  if (actOf(api) === undefined) return
  const setter: Value = ofHandle(machine.handle(api))
  machine.call(setter, ofObject(object), { list: [value], rest: nothing }, frame, place)
}

export function giveTaints(machine: Interpreter, object: ObjectValue, taints: readonly Taint[]): void {
  machine.writeField(object, '%taints', carrying(anything, taints))
}

/** What there is to pass to a function that strangers call with `value`; undefined where it has had all of it. */
function newsOf(handed: Handed, value: Value): Value | undefined {
  if (handed.kinds.size > 0 && join(handed.all, value) === handed.all) return undefined
  const kind = fingerprint(value, false)
  if (handed.kinds.has(kind)) return undefined
  const all = join(handed.all, value)
  if (handed.kinds.size < maxKindsHanded) {
    handed.kinds.add(kind)
    handed.all = all
    return value
  }
  if (all === handed.all) return undefined
  handed.all = all
  return all
}
