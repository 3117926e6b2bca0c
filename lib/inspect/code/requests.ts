import type { Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import { joinTaints, type Taint } from './values.ts'

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

/** `(ctx, next) => ctx.query.page`: what middleware is called with holds the request beside much of its own. */
export function isRequestOf({ source: { name, place } }: Taint, part: string): boolean {
  if (!/^(?:ctx|context|c)$/.test(name) || !partsOfRequest.test(part)) return false
  const { text } = place.file
  return (
    text.slice(place.start, place.end) === name &&
    /^\s{0,9},\s{0,9}next\b/.test(text.slice(place.end, place.end + 40))
  )
}

/** All headers of a request at once, as a source: the cookie and what signs in are among them, whoever is asked. */
export const headersOfRequest = 'request headers'

const allHeaders =
  /(?:^|[.\s(!?])(?:req|request|http|ctx|context|event|incoming|raw)[?!]?\.(?:headers|rawHeaders|headersDistinct)$/

/** What the way to all of them is written as; single ones are asked for by their names. */
const ways: ReadonlySet<string> = new Set(
  'get entries values keys forEach map filter reduce toJSON toObject raw getAll append length join slice'.split(
    ' ',
  ),
)

/** With the headers of a request as such where all of them are read from a caller's value, and without where one is. */
export function withHeaders(
  machine: Interpreter,
  name: string,
  taints: readonly Taint[],
  caller: Taint | undefined,
  { file, start, end }: Place,
): readonly Taint[] {
  if (name === 'headers' || name === 'rawHeaders' || name === 'headersDistinct') {
    if (caller === undefined) return taints
    const isThem = isRequest(caller) || allHeaders.test(file.text.slice(Math.max(start, end - 80), end))
    return isThem
      ? joinTaints(taints, [machine.source('caller', headersOfRequest, { file, start, end })])
      : taints
  }
  return ways.has(name) || !taints.some(isHeaders) ? taints : taints.filter(taint => !isHeaders(taint))
}

export function isHeaders({ source: { kind, name } }: Taint): boolean {
  return kind === 'caller' && name === headersOfRequest
}
