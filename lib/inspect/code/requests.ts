import type { Taint } from './values.ts'

/** The name of what a server of the package receives, as a source. */
export const received = 'request to a server'

/**
 * What a server of the package receives, or a parameter that is a request to one: it is its sender's, not its caller's.
 * A function that is called `request` is no such parameter.
 */
export function isRequest({ source: { kind, name, place } }: Taint): boolean {
  if (kind !== 'caller') return false
  if (name === received) return true
  return /^(?:req|request)$/i.test(name) && place.file.text.slice(place.start, place.end) === name
}
