import { argument, type ModelledCall } from './effects.ts'
import { hookedByProxy } from './patching.ts'
import { hand } from './handing.ts'
import type { Interpreter } from './interpreter.ts'
import { copyFields } from './copying.ts'
import { fieldOf } from './members.ts'
import {
  anything,
  join,
  known,
  nothing,
  ofObject,
  onlyCallable,
  changed,
  type ObjectValue,
  type Value,
  tainted,
} from './values.ts'

/** Functions and objects that stand in front of others, and hand over what those are given or give. */

/** `promisify(f)`: f is called with a callback of ours besides. What the outside world offers is transparent. */
export function inPromiseStyle(machine: Interpreter, { frame, place }: ModelledCall, fn: Value): Value {
  if (fn.functions.length === 0) return fn === nothing ? anything : fn
  const wrapped = machine.nativeFunction(frame, `promisified ${place.start}`, (passed, at) => {
    const cell = machine.cellAt(at, `called back ${place.start}`)
    const callback = machine.nativeFunction(at, `callback ${place.start}`, answer => {
      machine.write(cell, answer.list[1] ?? answer.rest)
      return anything
    })
    const list = [...passed.list, callback]
    const given = machine.call(onlyCallable(fn), nothing, { list, rest: passed.rest }, at, place)
    return join(machine.read(cell, at), given)
  })
  return changed(wrapped, { open: fn.open, objects: fn.objects, taints: fn.taints })
}

/** `callbackify(f)`: the last argument gets what f promises. */
export function inCallbackStyle(machine: Interpreter, { frame, place }: ModelledCall, fn: Value): Value {
  return machine.nativeFunction(frame, `callbackified ${place.start}`, (passed, at) => {
    const list = passed.list.slice(0, -1)
    const given = machine.call(onlyCallable(fn), nothing, { list, rest: passed.rest }, at, place)
    const callback = onlyCallable(passed.list.at(-1) ?? passed.rest)
    return machine.call(callback, nothing, { list: [known(null), given], rest: nothing }, at, place)
  })
}

/** `new FinalizationRegistry(f).register(object, data)`: f gets the data, sooner or later. */
export function finalizers(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const cleanup = onlyCallable(argument(call, 0))
  const registry = machine.objectAt(frame, `finalizers ${place.start}`, 'object')
  const register = machine.nativeFunction(frame, `register ${place.start}`, (passed, at) =>
    machine.call(cleanup, nothing, { list: [passed.list[1] ?? passed.rest], rest: nothing }, at, place),
  )
  machine.writeField(registry, 'register', register)
  hand(machine, cleanup, anything, frame, place)
  return ofObject(registry)
}

/** `new CustomEvent(type, { detail })`: its options are its fields. */
export function makeEvent(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self } = call
  const own = self.objects.find(object => object.kind === 'instance')
  const event = own ?? machine.objectAt(frame, `event ${place.start}`, 'object')
  machine.writeField(event, 'type', argument(call, 0))
  copyFields(machine, argument(call, 1), event, frame, call.place)
  return ofObject(event)
}

const traps = ['get', 'apply', 'set', 'has', 'construct', 'deleteProperty', 'ownKeys', 'defineProperty']

/** `new Proxy(target, handler)`: the target, with whatever the traps do in front of it. */
export function makeProxy(machine: Interpreter, call: ModelledCall, target: Value, handlers: Value): Value {
  const { frame, place } = call
  machine.recorder.wrapped.wrap(target.taints)
  let result = target
  for (const handler of handlers.objects) {
    for (const trap of traps) {
      // A class of traps has them from its prototype.
      const fn = onlyCallable(fieldOf(machine, handler, trap, frame, place))
      if (fn.functions.length === 0 && fn.handles.length === 0) continue
      // What is called may be anybody's: the traps get what its callers pass.
      const passed = target.open ? tainted([machine.source('caller', 'arguments', place)]) : anything
      const list = [
        target,
        trap === 'construct' ? passed : anything,
        trap === 'apply' ? passed : anything,
        anything,
      ]
      const given = machine.call(fn, ofObject(handler), { list, rest: nothing }, frame, place)
      if (trap === 'get' || trap === 'apply') hookedByProxy(machine, target, joined(fn, given), frame, place)
      // Whatever is asked for, the trap answers.
      if (trap === 'get' && given.taints.length > 0)
        for (const object of target.objects) machine.writeRest(object, given)
      if (trap === 'get' && given.known.some(text => typeof text === 'string'))
        machine.writeRest(standIn(machine, target, call), changed(nothing, { known: given.known }))
      if (trap === 'get' && given.functions.length > 0)
        machine.writeRest(standIn(machine, target, call), changed(nothing, { functions: given.functions }))
      if (trap === 'set') machine.writeField(standIn(machine, target, call), '%set', fn)
      if (trap === 'apply' || trap === 'construct')
        catchCalls(machine, target, ofObject(handler), fn, trap, call)
      if (trap === 'get' || trap === 'set' || trap === 'apply' || trap === 'construct')
        result = withStandIn(result, call)
    }
  }
  return result
}

/** A trap, and the functions it answers with. */
function joined(trap: Value, { functions }: Value): Value {
  return functions.length === 0 ? trap : join(trap, changed(nothing, { functions }))
}

function standIn(machine: Interpreter, target: Value, { frame, place }: ModelledCall): ObjectValue {
  const proxy = machine.objectAt(frame, `proxy ${place.start}`, 'object')
  const behind: Value = changed(nothing, { objects: target.objects, handles: target.handles })
  proxy.parents = proxy.parents === undefined ? behind : join(proxy.parents, behind)
  return proxy
}

/** The stand-in counts where a trap was noted in it. */
function withStandIn(target: Value, { frame, place }: ModelledCall): Value {
  const proxy = frame.context.made.get(`proxy ${place.start}`)
  return proxy === undefined ? target : join(target, ofObject(proxy as ObjectValue))
}

/** Calls of the proxy are calls of the trap: with the target, the receiver and the list of what was passed. */
function catchCalls(
  machine: Interpreter,
  target: Value,
  handler: Value,
  fn: Value,
  trap: 'apply' | 'construct',
  call: ModelledCall,
): void {
  const { frame, place } = call
  const caught = machine.nativeFunction(frame, `${trap} ${place.start}`, (passed, at) => {
    const list = machine.objectAt(at, `passed ${place.start}`, 'array')
    for (const [index, value] of passed.list.entries()) machine.writeField(list, String(index), value)
    list.length = passed.rest === nothing ? passed.list.length : undefined
    if (passed.rest !== nothing) machine.writeRest(list, passed.rest)
    const given = trap === 'apply' ? [target, nothing, ofObject(list)] : [target, ofObject(list), target]
    return machine.call(fn, handler, { list: given, rest: nothing }, at, place)
  })
  machine.writeField(standIn(machine, target, call), trap === 'apply' ? '%target' : '%construct', caught)
}
