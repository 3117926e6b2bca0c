import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { hand } from './handing.ts'
import { argument, flowInto, instance, type ModelledCall } from './modelled-call.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { byCallLevel } from './levels.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { shown, signInOfOthers } from './shown-requests.ts'
import type { Place } from './sites.ts'
import {
  anything,
  join,
  nothing,
  ofObject,
  onlyCallable,
  changed,
  ofHandle,
  tainted,
  type ObjectValue,
  type Value,
} from './values.ts'

/**
 * Functions that a client of an HTTP library calls before each request: `hooks: { beforeRequest: [f] }` of got and ky,
 * `onRequest` of ofetch, `interceptors.request.use(f)` of axios. What they put into the request goes where the client
 * was made for.
 */

/** Model of what such a function is given: to set anything in it is to send it. */
export const requestOptions = 'request-options'

/** Ways to the same thing: the options, the request, and the headers of either. */
const parts = ['options', 'request', 'headers', 'body', 'params', 'searchParams', 'json', 'context'] as const

export function runHooks(machine: Interpreter, made: Value, bases: Value, call: ModelledCall): void {
  const { frame, place } = call
  const given = instance(machine, requestOptions, call, bases)
  for (const object of given.objects)
    for (const name of parts) if (!object.fields.has(name)) machine.writeField(object, name, given)
  const run = (hook: Value): Value => {
    if (hook.functions.length === 0) return anything
    const passed = { list: [onlyCallable(hook)], rest: nothing, self: nothing }
    machine.later(byCallLevel, `hook ${place.start}`, passed, frame, ({ list: [found = nothing] }, at) => {
      const answer = machine.callFunctions(
        found.functions,
        nothing,
        { list: [given], rest: nothing },
        at,
        place,
      )
      // `config => ({ ...config, headers })`: a request of its own.
      const other = answer.objects.filter(({ model }) => model === undefined)
      const setter: Value = ofHandle(machine.handle(`${requestOptions}.set`))
      if (other.length > 0)
        machine.call(
          setter,
          given,
          { list: [changed(nothing, { objects: other })], rest: nothing },
          at,
          place,
        )
    })
    return anything
  }
  run(hooksIn(machine, call, ['onRequest'], ['beforeRequest']))
  const use = machine.nativeFunction(frame, `interceptor ${place.start}`, ({ list: [hook = nothing] }) =>
    run(hook),
  )
  const wrapped = (name: string, content: Value): Value => {
    const object = machine.objectAt(frame, `${name} ${place.start}`, 'object')
    if (!object.fields.has(name)) machine.writeField(object, name, content)
    return ofObject(object)
  }
  for (const object of made.objects)
    if (!object.fields.has('interceptors'))
      machine.writeField(object, 'interceptors', wrapped('request', wrapped('use', use)))
}

/** Functions among the options a client is made with, by their names, or by those of the lists below `hooks`. */
function hooksIn(
  machine: Interpreter,
  call: ModelledCall,
  single: readonly string[],
  listed: readonly string[],
): Value {
  const { frame, place } = call
  let hooks = nothing
  for (const object of argument(call, 0).objects) {
    const field = (of: ObjectValue, name: string): Value =>
      of.fields.has(name) ? namedMember(machine, ofObject(of), name, frame, place) : nothing
    for (const name of single) hooks = join(hooks, field(object, name))
    for (const lists of field(object, 'hooks').objects)
      for (const name of listed) hooks = join(hooks, elementsOf(machine, field(lists, name), frame).any)
  }
  return hooks
}

/** The hooks of a client that was made for whatever address its caller names. */
export function showRequests(machine: Interpreter, call: ModelledCall): void {
  const { frame, place } = call
  const hooks = hooksIn(
    machine,
    call,
    ['onRequest', 'onResponse', 'onRequestError', 'onResponseError'],
    ['init', 'beforeRequest', 'beforeRedirect', 'beforeRetry', 'beforeError', 'afterResponse'],
  )
  if (hooks.functions.length === 0) return
  const given = shown(machine, frame, place)
  const passed = { list: [onlyCallable(hooks)], rest: nothing, self: nothing }
  machine.later(byCallLevel, `shows ${place.start}`, passed, frame, ({ list: [found = nothing] }, at) => {
    const each = { list: [given, given, given], rest: nothing }
    machine.callFunctions(found.functions, nothing, each, at, place)
  })
}

/**
 * `axios.interceptors.request.use(f)` of the library itself: what `f` puts into a request, every request carries.
 * `response.use(f)` gets what any server answers.
 */
export function useHook(machine: Interpreter, name: string, call: ModelledCall): Value {
  const { frame, place } = call
  const answer = tainted([machine.source('network', HOLE, place)])
  const config = machine.objectAt(frame, `request ${place.start}`, 'object')
  const carried = ofHandle(machine.handle('pkg:axios.defaults.headers'))
  for (const part of ['headers', 'params', 'data']) machine.writeField(config, part, carried)
  const own = call.self.objects.some(({ model }) => model?.name === 'client')
  const others = own ? nothing : shown(machine, frame, place)
  const given = join(name === 'axios.hear' ? answer : ofObject(config), others)
  for (const value of call.given.list.slice(0, 2)) hand(machine, onlyCallable(value), given, frame, place)
  return anything
}

/** `instance.interceptors.request.use(f)` of a client that a caller passes: `f` sees what that sends. */
export function seeRequests(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, given, self } = call
  const seen = shown(machine, frame, place)
  for (const value of given.list.slice(0, 2)) hand(machine, onlyCallable(value), seen, frame, place)
  if (self.taints.some(({ source: { kind } }) => kind === 'caller')) noteLedAway(machine, seen, call)
  return anything
}

/** `session.webRequest.onBeforeSendHeaders(f)` of a browser or of Electron: f sees what all pages send. */
export function seeRequestsOfPages(
  machine: Interpreter,
  name: string,
  { list }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (name !== 'onBeforeSendHeaders' && name !== 'onSendHeaders') return
  const seen = shown(machine, frame, place)
  for (const value of list.slice(0, 2)) hand(machine, onlyCallable(value), seen, frame, place)
}

/** Where a request says it goes. */
const leading = ['baseURL', 'url'] as const

/** A hook that writes another address into the requests of its caller's client: they go there with what signs in. */
function noteLedAway(machine: Interpreter, seen: Value, { frame, place }: ModelledCall): void {
  machine.later(
    byCallLevel,
    `leads ${place.start}`,
    { self: seen, list: [], rest: nothing },
    frame,
    (_, at) => {
      for (const request of seen.objects) sendHeaders(machine, request, at, place)
    },
  )
}

/** The headers of a request of others, sent to the addresses that the code puts into it. */
export function sendHeaders(machine: Interpreter, request: ObjectValue, frame: Frame, place: Place): void {
  for (const name of leading) {
    const to = machine.read(machine.field(request, name), frame)
    const destinations = to.known
      .filter(text => typeof text === 'string' && /^https?:\/\/[^/]{4}/i.test(text))
      .slice(0, maxAddresses) as Text[]
    if (destinations.length === 0) continue
    const carried = machine.deepTaints(machine.read(machine.field(request, 'headers'), frame), frame)
    const signsIn = carried.filter(({ source }) => source.name === signInOfOthers)
    const call = { handle: machine.handle('requests.send'), frame, place }
    flowInto(machine, signsIn, { kind: 'network', role: 'header', destinations }, call)
  }
}

const maxAddresses = 6
