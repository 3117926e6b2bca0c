import type { Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import {
  nothing,
  ofHandle,
  ofObject,
  opened,
  tainted,
  type Handle,
  type ObjectValue,
  type Value,
} from './values.ts'

/** Requests that others make and somebody sees: by a hook of their client, or as what is called in place of it. */

/** What signs in there, as a source: it is not the caller's to give, and not for whoever sees it. */
export const signInOfOthers = 'authorization of other requests'

/** Where an unknown client keeps its hooks: only those of axios are called that. */
export const hooksOfOthers = 'requests.interceptors'

/**
 * What a hook sees of requests that somebody else makes: their headers sign in. A client made for one address is its
 * own package's; what that sends there, it may send again.
 */
export function shown(machine: Interpreter, frame: Frame, place: Place): Value {
  const request = requestOf(machine, frame, place)
  for (const name of ['options', 'request', 'config', 'response'])
    if (!request.fields.has(name)) machine.writeField(request, name, ofObject(request))
  return opened(ofObject(request))
}

/** Whether an object is such a request itself, rather than a copy that somebody made of one. */
export function isShown(request: ObjectValue): boolean {
  return request.fields.get('config')?.value.objects.includes(request) === true
}

/** A request of which only single parts are asked for: as a text it is its address. */
export const seenRequest = 'requests.seen'

const fetching = /^global:(?:(?:window|self|globalThis)\.)?fetch$/
const requesting = /^node:https?\.(?:request|get)$/

/**
 * What is put in the place of `fetch` is called with what a whole program sends: each argument, or none where it is
 * another function.
 */
export function shownInPlaceOf(
  machine: Interpreter,
  handles: readonly Handle[],
  name: string | undefined,
  frame: Frame,
  place: Place,
): readonly Value[] {
  if (name === undefined) return []
  const apis = handles.map(({ api }) => machine.memberName(api, name))
  const isFetch = apis.some(api => fetching.test(api))
  if (!isFetch && !apis.some(api => requesting.test(api))) return []
  const options = ofObject(requestOf(machine, frame, place))
  return isFetch ? [ofHandle(machine.handle(seenRequest)), options] : [options, options, nothing]
}

function requestOf(machine: Interpreter, frame: Frame, place: Place): ObjectValue {
  const request = machine.objectAt(frame, `shown ${place.start}`, 'object')
  const signsIn = tainted([machine.source('caller-secret', signInOfOthers, place)])
  if (!request.fields.has('headers')) machine.writeField(request, 'headers', signsIn)
  return request
}
