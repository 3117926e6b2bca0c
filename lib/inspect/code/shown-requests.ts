import type { Text } from '../../types.ts'
import { authorityOf, namesHost } from './addresses.ts'
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
  type Taint,
  type Value,
} from './values.ts'

/** Requests that others make and somebody sees: by a hook of their client, or as what is called in place of it. */

/** What signs in there, as a source: it is not the caller's to give, and not for whoever sees it. */
export const signInOfOthers = 'authorization of other requests'

/** Headers that say what a request is about; all others may sign in, whatever a service calls them. */
const about =
  /^(?:accept|baggage|b3|date|etag|host|origin|range|referer|traceparent|tracestate|via|[a-z]\w*(?:-\w+)+)$/i
const mayAdmit = /auth|cookie|token|key|secret|session|sign|cred|pass|jwt|csrf|xsrf|bearer/i

/** One header of such a request by its name: what only says what the request is about, signs in nowhere. */
export function withoutSignIn(name: string, taints: readonly Taint[]): readonly Taint[] {
  if (!taints.some(isSignIn) || !about.test(name) || mayAdmit.test(name)) return taints
  return taints.filter(taint => !isSignIn(taint))
}

function isSignIn({ source }: Taint): boolean {
  return source.kind === 'caller-secret' && source.name === signInOfOthers
}

/**
 * What signs in is sent on to where the request goes anyway, by whatever stands in the place of `fetch`: other addresses
 * are those of other callers, unless the same file writes them.
 */
export function withoutPassedOn(
  taints: readonly Taint[],
  to: Value,
  destinations: readonly Text[],
  file: { readonly text: string },
): readonly Taint[] {
  if (!to.handles.some(({ api }) => api === seenRequest)) return taints
  const isWritten = (text: Text): boolean => namesHost(text) && file.text.includes(authorityOf(text))
  return destinations.some(isWritten) ? taints : taints.filter(taint => !isSignIn(taint))
}

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
/** Methods that every header of a program passes on its way, one by one. */
const setting =
  /^(?:global:(?:(?:window|self|globalThis)\.)?(?:XMLHttpRequest\.prototype\.setRequestHeader|Headers\.prototype\.(?:set|append))|node:https?\.(?:ClientRequest|OutgoingMessage)\.prototype\.(?:setHeader|appendHeader))$/
/** Methods that everything a page keeps passes. */
const keeping =
  /^global:(?:(?:window|self|globalThis)\.)?(?:Storage\.prototype|localStorage|sessionStorage)\.setItem$/

/** What others keep in a page, as a source. */
export const keptByOthers = 'what others store in the page'

/**
 * What is put in the place of `fetch` is called with what a whole program sends: each argument, or none where it is
 * another function. What is put in the place of a method that sets headers, or keeps something, with a name and a value.
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
  const options = (): Value => ofObject(requestOf(machine, frame, place))
  if (apis.some(api => fetching.test(api))) return [ofHandle(machine.handle(seenRequest)), options()]
  if (apis.some(api => requesting.test(api))) return [options(), options(), nothing]
  if (apis.some(api => setting.test(api)))
    return [nothing, tainted([machine.source('caller-secret', signInOfOthers, place)])]
  if (apis.some(api => keeping.test(api)))
    return [nothing, tainted([machine.source('browser', keptByOthers, place)])]
  return []
}

function requestOf(machine: Interpreter, frame: Frame, place: Place): ObjectValue {
  const request = machine.objectAt(frame, `shown ${place.start}`, 'object')
  const signsIn = tainted([machine.source('caller-secret', signInOfOthers, place)])
  for (const name of ['headers', 'requestHeaders'])
    if (!request.fields.has(name)) machine.writeField(request, name, signsIn)
  return request
}
