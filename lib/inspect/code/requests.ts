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

/** `(ctx, next) => ctx.query.page`: what middleware is called with holds the request beside much of its own. */
export function isRequestOf({ source: { name, place } }: Taint, part: string): boolean {
  if (!/^(?:ctx|context|c)$/.test(name) || !partsOfRequest.test(part)) return false
  const { text } = place.file
  return (
    text.slice(place.start, place.end) === name &&
    /^\s{0,9},\s{0,9}next\b/.test(text.slice(place.end, place.end + 40))
  )
}
