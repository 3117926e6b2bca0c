import { noteAnswered } from './answering.ts'
import { argument, instance, type ModelledCall } from './effects.ts'
import { hand } from './handing.ts'
import type { Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import { received } from './requests.ts'
import { changed, nothing, opened, tainted, type Taint, type Value } from './values.ts'

/** Programs that wait for others: what arrives there was written by whoever can reach them. */

/** `createServer(handler)`, `express()`, `new WebSocketServer()`, `Bun.serve({ fetch })`. */
export function openServer(machine: Interpreter, call: ModelledCall): Value {
  machine.fact({ kind: 'listens', api: call.handle.api, event: 'connections' }, call.frame, call.place)
  const made = opened(instance(machine, 'server', call))
  serve(machine, call, made)
  return made
}

/** `server.on('request', handler)`, `app.post(path, handler)`. */
export function addHandler(machine: Interpreter, call: ModelledCall): Value {
  serve(machine, call, call.self)
  return call.self
}

function serve(machine: Interpreter, call: ModelledCall, server: Value): void {
  const { frame, place, given } = call
  const request = tainted([requestTo(machine, call)])
  for (const value of given.rest === nothing ? given.list : [...given.list, given.rest]) {
    // What is called with what a server gets is not the server's own: an application calls itself with requests.
    if (value.objects.length > 0 && value.objects.every(object => server.objects.includes(object))) continue
    hand(machine, value, request, frame, place)
    noteAnswered(machine, value, frame, place)
  }
}

/** `defineEventHandler(handler)`: what a server calls with requests, and answers with what it gives. */
export function takeHandler(machine: Interpreter, call: ModelledCall): Value {
  serve(machine, call, nothing)
  return argument(call, 0)
}

/** `getHeaders(event)`, `getHeader(event, 'authorization')`. */
export function headersOf(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const event = changed(argument(call, 0), { taints: [requestTo(machine, call)], open: true })
  const headers = namedMember(machine, event, 'headers', frame, place)
  const [name] = argument(call, 1).known
  return typeof name === 'string' ? namedMember(machine, headers, name, frame, place) : headers
}

/** Its name is what rules know requests by. */
function requestTo(machine: Interpreter, { place }: ModelledCall): Taint {
  return machine.source('caller', received, place)
}
