import { runHooks, showRequests } from './client-hooks.ts'
import { textsOf } from './constants.ts'
import { namesHost } from './addresses.ts'
import { act, argument, flowInto, instance, type ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { handleValue, namedMember } from './members.ts'
import { actOf, canonical } from './models/index.ts'
import {
  anything,
  join,
  known,
  nothing,
  ofObject,
  changed,
  tainted,
  type Taint,
  type Value,
} from './values.ts'
import type { Text } from '../../types.ts'

/** Clients of an HTTP library that are made for one address: `axios.create({ baseURL })`, `got.extend({ prefixUrl })`. */

const baseFields = ['baseURL', 'baseUrl', 'prefixUrl', 'prefix'] as const
const making = /\.(?:create|extend|default|defaults|Axios|instance)$/

/** The library itself where no address is given: its requests then name whole ones. */
export function makeClient(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const library = libraryOf(call)
  const bases = baseFields
    .flatMap(name => given(machine, call, name))
    .filter(namesHost)
    .slice(0, 4)
  if (bases.length === 0) {
    showRequests(machine, call)
    const own = call.self.objects.filter(object => object.model?.name === 'client')
    return own.length > 0 && handle.api.startsWith('client.')
      ? changed(nothing, { objects: own })
      : handleValue(machine, library, undefined, undefined, frame, place)
  }
  const places = bases.map(known).reduce(join, nothing)
  const made = instance(machine, 'client', { ...call, handle: machine.handle(library) }, places)
  const self = machine.nativeFunction(frame, `client ${place.start}`, (passed, at) =>
    request(machine, library, { ...call, given: passed, frame: at, self: made }),
  )
  for (const object of made.objects) machine.writeField(object, '%target', self)
  const kept = withEach.flatMap(name => deepFields(machine, call, name))
  for (const { model } of made.objects)
    if (model !== undefined && kept.length > 0) machine.write(model.pending, tainted(kept))
  runHooks(machine, made, places, call)
  return made
}

/** Options of a client that each of its requests carries. */
const withEach = ['headers', 'params', 'searchParams', 'auth'] as const

function deepFields(machine: Interpreter, call: ModelledCall, name: string): readonly Taint[] {
  return argument(call, 0).objects.flatMap(object =>
    object.fields.has(name)
      ? machine.deepTaints(namedMember(machine, ofObject(object), name, call.frame, call.place), call.frame)
      : [],
  )
}

function given(machine: Interpreter, call: ModelledCall, name: string): readonly Text[] {
  return argument(call, 0).objects.flatMap(object =>
    object.fields.has(name)
      ? textsOf(namedMember(machine, ofObject(object), name, call.frame, call.place))
      : [],
  )
}

function libraryOf(call: ModelledCall): string {
  const made = call.self.objects.find(object => object.model?.name === 'client')?.model?.api
  return call.handle.api.startsWith('client.') && made !== undefined
    ? made
    : call.handle.api.replaceAll('()', '').replace(making, '')
}

/** `client.post(path, body)`: what the library's own function does, below the client's address. */
export function callClient(machine: Interpreter, call: ModelledCall): Value {
  const method = call.handle.api.slice('client.'.length)
  return request(machine, canonical(`${libraryOf(call)}.${method}`), call)
}

function request(machine: Interpreter, api: string, call: ModelledCall): Value {
  const model = actOf(api)
  if (model?.act !== 'contact') return anything
  const below = call.self.objects.flatMap(({ model: made }) =>
    made?.name === 'client' ? textsOf(machine.read(made.texts, call.frame)) : [],
  )
  const handle = machine.handle(api)
  for (const { model: made } of call.self.objects)
    if (made?.name === 'client') {
      const { taints } = machine.read(made.pending, call.frame)
      flowInto(machine, taints, { kind: 'network', role: 'header', destinations: below }, { ...call, handle })
    }
  return act(machine, model, { ...call, handle, below })
}
