import { entrust } from './entrusted.ts'
import type { Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import type { Taint } from './values.ts'

/** The name of what a server of the package receives, as a source. */
export const received = 'request to a server'

/**
 * What a server of the package receives, or a parameter that is a request to one: it is its sender's, not its caller's.
 * A function that is called `request` is no such parameter.
 */
export function isRequest({ source: { kind, name, place } }: Taint): boolean {
  if (kind !== 'caller') return false
  if (name === received || name.startsWith('request ')) return true
  return /^(?:req|request)$/i.test(name) && place.file.text.slice(place.start, place.end) === name
}

const partsOfRequest =
  /^(?:req|request|query|querystring|headers?|get|cookies|params|searchParams|url|originalUrl)$/

/**
 * What middleware is called with holds the request beside much of its own: `(ctx, next) => ctx.query.page`. Nothing but
 * the context of a request has a request under that name, and nothing but an event of a platform has headers.
 */
export function isRequestOf({ source: { name, place } }: Taint, part: string): boolean {
  if (part === 'req' || part === 'handshake') return true
  const { text } = place.file
  if (text.slice(place.start, place.end) !== name) return false
  if (part === 'request' || part === 'headers') return /^(?:ctx|context|c|event)$/.test(name)
  return (
    /^(?:ctx|context|c)$/.test(name) &&
    partsOfRequest.test(part) &&
    /^\s{0,9},\s{0,9}next\b/.test(text.slice(place.end, place.end + 40))
  )
}

/** Parts of a request that, taken as a whole, sign whoever sent it in: with what, as such parts name it. */
const signsIn: ReadonlyMap<string, readonly string[]> = new Map([
  ['headers', ['authorization', 'cookie']],
  ['rawHeaders', ['authorization', 'cookie']],
  ['cookies', ['cookie']],
])

/** Methods that give all headers of what they are asked, where they are not told which one. */
const givesHeaders: ReadonlySet<string> = new Set(['header', 'headers', 'getHeaders'])

/** All headers, or all cookies, of a request, as a whole that goes many ways. Undefined for any other part of it. */
export function wholePart(
  machine: Interpreter,
  caller: Taint,
  part: string,
  place: Place,
): Taint | undefined {
  const held = signsIn.get(part)
  if (held === undefined || !(isRequest(caller) || isRequestOf(caller, part))) return undefined
  const whole = entrust(machine, `request ${part.toLowerCase()}`, place)
  for (const name of held)
    if (whole.source.entrusted?.held.has(name) === false) whole.source.entrusted.held.set(name, place)
  return whole
}

/** `c.req.header()`, `req.getHeaders()`: all of them. */
export function headersAsked(
  machine: Interpreter,
  method: string,
  taints: readonly Taint[],
  asked: number,
  place: Place,
): readonly Taint[] {
  if (asked > 0 || !givesHeaders.has(method)) return []
  const request = taints.find(isRequest)
  return request === undefined ? [] : [wholePart(machine, request, 'headers', place)!]
}

/** Cookies that sign whoever sent them in, by their names. */
export function isSessionCookie({ source }: Taint, name: string): boolean {
  return source.name === 'request cookies' && /sess|sid$|auth|token|jwt/i.test(name)
}
