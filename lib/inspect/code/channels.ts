import { argument, instance, sendTo, type ModelledCall } from './effects.ts'
import { textsOf } from './constants.ts'
import { shown } from './shown-requests.ts'
import { hand } from './handing.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import {
  anything,
  join,
  known,
  newCell,
  nothing,
  ofObject,
  changed,
  type Cell,
  type Value,
  onlyCallable,
} from './values.ts'

/**
 * Channels whose two ends have nothing but a name in common: messages between workers, forks and ports, diagnostics,
 * events of the process, stores that follow asynchronous calls. What one end is given, the other gets, whichever of
 * them is seen first.
 */

const maxChannels = 500
const maxPassed = 4

/** Every name beyond the limit is one and the same channel. */
function cellOf(machine: Interpreter, channel: string, part: string): Cell {
  const name = `${channel}\n${part}`
  const present = machine.events.get(name)
  if (present !== undefined) return present
  const cell = newCell()
  machine.events.set(machine.events.size < maxChannels ? name : `\n${part}`, cell)
  return cell
}

/** Gives `passed` to whoever attends the channel, now or later. */
export function post(
  machine: Interpreter,
  channel: string,
  passed: readonly Value[],
  frame: Frame,
  place: Place,
): void {
  for (const [at, value] of passed.slice(0, maxPassed).entries())
    machine.write(cellOf(machine, channel, `said ${at}`), value)
  for (const isEvent of [false, true]) {
    const listener = machine.read(cellOf(machine, channel, isEvent ? 'heard as an event' : 'heard'), frame)
    if (listener !== nothing) tell(machine, listener, passed, isEvent, frame, place)
  }
}

/** Calls `listener` with whatever is posted; with `isEvent` as the `data` of an event, as handlers of pages get it. */
export function attend(
  machine: Interpreter,
  channel: string,
  listener: Value,
  isEvent: boolean,
  frame: Frame,
  place: Place,
): void {
  const callable: Value = changed(nothing, { functions: listener.functions, handles: listener.handles })
  machine.write(cellOf(machine, channel, isEvent ? 'heard as an event' : 'heard'), callable)
  const passed = saidIn(machine, channel, frame)
  if (passed.length > 0) tell(machine, callable, passed, isEvent, frame, place)
  hand(machine, callable, anything, frame, place)
}

/** What has been posted, by position. */
export function saidIn(machine: Interpreter, channel: string, frame: Frame): readonly Value[] {
  const passed: Value[] = []
  for (let at = 0; at < maxPassed; at++) {
    const value = machine.read(cellOf(machine, channel, `said ${at}`), frame)
    if (value === nothing) break
    passed.push(value)
  }
  return passed
}

function tell(
  machine: Interpreter,
  listener: Value,
  passed: readonly Value[],
  isEvent: boolean,
  frame: Frame,
  place: Place,
): void {
  let list = passed
  if (isEvent) {
    const event = machine.objectAt(frame, `event ${place.start}`, 'object')
    machine.writeField(event, 'data', passed[0] ?? nothing)
    list = [ofObject(event)]
  }
  machine.call(listener, nothing, { list, rest: nothing }, frame, place)
}

/** The file a worker or child process runs, as the one inside it calls itself. */
function programOf(text: string): string {
  const at = text.indexOf('/__package__/')
  return at < 0 ? text.replace(/^(?:\.\/)+/, '') : text.slice(at + '/__package__/'.length)
}

/** The channels that a port, a worker or a topic leads to, or the parent of the file that speaks. */
function channelsOf(call: ModelledCall, inwards: boolean): readonly string[] {
  const { api } = call.handle
  if (api.startsWith('node:diagnostics_channel.')) return topics(argument(call, 0))
  if (/parentPort|process\.send|global:postMessage/.test(api))
    return [`${inwards ? 'to' : 'from'} ${call.frame.file.path}`]
  return call.self.objects.flatMap(({ model }) =>
    model === undefined ? [] : channelsOfInstance(model.name, textsOf(model.texts.value), inwards),
  )
}

function channelsOfInstance(name: string, texts: readonly string[], inwards: boolean): readonly string[] {
  if (name === 'worker') return texts.map(text => `${inwards ? 'from' : 'to'} ${programOf(text)}`)
  return name === 'port' || name === 'topic' ? texts : []
}

function topics(name: Value): readonly string[] {
  return textsOf(name).map(text => `topic ${text}`)
}

/** `port.postMessage(data)`, `child.send(data)`, `topic.publish(data)`. */
export function postMessage(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  for (const channel of channelsOf(call, false)) post(machine, channel, [argument(call, 0)], frame, place)
  return anything
}

/** `port.on('message', f)`, `port.addEventListener('message', f)`; other events tell nothing. */
export function onMessage(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const listener = argument(call, 1)
  const isEvent = handle.api.endsWith('addEventListener')
  if (textsOf(argument(call, 0)).some(event => event === 'message' || event === '\u0001'))
    for (const channel of channelsOf(call, true)) attend(machine, channel, listener, isEvent, frame, place)
  else hand(machine, listener, anything, frame, place)
  return call.self === nothing ? anything : call.self
}

/** `port.onmessage = f`. */
export function listenByField(machine: Interpreter, call: ModelledCall): Value {
  for (const channel of channelsOf(call, true))
    attend(machine, channel, argument(call, 0), true, call.frame, call.place)
  return anything
}

/** `topic.subscribe(f)` and `diagnostics_channel.subscribe(name, f)`. */
export function subscribe(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const listener = argument(call, handle.api.startsWith('node:') ? 1 : 0)
  for (const channel of channelsOf(call, true)) {
    attend(machine, channel, listener, false, frame, place)
    // Where Node tells of every request of the program.
    if (/^topic (?:undici:request:|http\.client\.request\.)/.test(channel))
      hand(machine, onlyCallable(listener), shown(machine, frame, place), frame, place)
  }
  return anything
}

/** Makes the end of a channel: a topic by its name, a port of a pair or of a broadcast. */
export function openChannel(machine: Interpreter, name: string, call: ModelledCall): Value {
  const { frame, place } = call
  const first = argument(call, 0)
  if (name === 'topic')
    return instance(machine, 'topic', call, topics(first).map(known).reduce(join, nothing))
  if (name === 'broadcast')
    return instance(
      machine,
      'port',
      call,
      textsOf(first)
        .map(text => known(`broadcast ${text}`))
        .reduce(join, nothing),
    )
  // Both ports of a pair are one here: whatever is posted to either, reaches whoever listens.
  const pair = machine.objectAt(frame, `ports ${place.start}`, 'object')
  const port = instance(machine, 'port', call, known(`ports ${place.file.path} ${place.start}`))
  machine.writeField(pair, 'port1', port)
  machine.writeField(pair, 'port2', port)
  return ofObject(pair)
}

/** `process.on(event, f)`: messages of the parent, or what the program emits itself. */
export function onProcess(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const listener = argument(call, 1)
  const events = textsOf(argument(call, 0))
  machine.fact({ kind: 'listens', api: handle.api, event: events[0] ?? '\u0001' }, frame, place)
  for (const event of events)
    attend(
      machine,
      event === 'message' ? `to ${frame.file.path}` : `process ${event}`,
      listener,
      false,
      frame,
      place,
    )
  return anything
}

/** `process.emit(event, …data)`. */
export function emitProcess(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, given } = call
  for (const event of textsOf(argument(call, 0)))
    post(machine, `process ${event}`, given.list.slice(1), frame, place)
  return anything
}

/** The store of an AsyncLocalStorage: one for each place that makes one. */
export function asyncStore(machine: Interpreter, name: string, call: ModelledCall): Value {
  const { frame, place, given, self } = call
  const call0 = (callee: Value, passed: Arguments): Value =>
    machine.call(
      changed(nothing, { functions: callee.functions, handles: callee.handles }),
      nothing,
      passed,
      frame,
      place,
    )
  if (name === 'store.make') {
    const made = instance(machine, 'async-store', call, known(`store ${place.file.path} ${place.start}`))
    const options = argument(call, 0)
    for (const object of options.objects) {
      const initial = object.fields.get('defaultValue')
      if (initial !== undefined) setStore(machine, made, machine.read(initial, frame))
    }
    return made
  }
  if (name === 'store.get') {
    let result = anything
    for (const { model } of self.objects)
      if (model !== undefined) result = join(result, machine.read(model.pending, frame))
    return result
  }
  if (name === 'store.enter') {
    setStore(machine, self, argument(call, 0))
    return anything
  }
  if (name === 'store.snapshot')
    return machine.nativeFunction(frame, `snapshot ${place.start}`, (passed, at) =>
      machine.call(
        passed.list[0] ?? passed.rest,
        nothing,
        { list: passed.list.slice(1), rest: passed.rest },
        at,
        place,
      ),
    )
  // run(store, f, …data), exit(f, …data), runInAsyncScope(f, this, …data)
  if (name === 'store.run') setStore(machine, self, argument(call, 0))
  const at = name === 'store.run' ? 1 : 0
  const skipped = name === 'store.scope' ? 2 : at + 1
  return call0(argument(call, at), { list: given.list.slice(skipped), rest: given.rest })
}

function setStore(machine: Interpreter, stores: Value, value: Value): void {
  for (const { model } of stores.objects) if (model !== undefined) machine.write(model.pending, value)
}

/** `ssh.exec(command, (error, stream) => …)`: what is put into that stream goes where the connection leads. */
export function openShell(machine: Interpreter, call: ModelledCall): Value {
  const { self, frame, place } = call
  const told = machine.allTaints(call.given.list.slice(0, 1), frame)
  for (const { model } of self.objects) if (model !== undefined) sendTo(machine, model, told, nothing, call)
  for (const value of call.given.list) hand(machine, value, self, frame, place)
  return self
}
