import { HOLE } from '../../lib/types.ts'
import type { Flow, Inspection, Text } from '../../lib/types.ts'

/** Secrets that a package works with for somebody else, in the content of its own requests: nobody gave it those to send. */

/**
 * What signs in a client that the caller made and the code wraps, in the content of a request of the package's own: the
 * client signs in by itself, and the package was given no key.
 */
export function isOfWrappedClient({ source, sink, certain }: Flow): boolean {
  return source.client === true && certain && sink.role !== 'header'
}

/**
 * What messages to a server of the caller's choice are signed with, in the content of a request to a host in the code. That
 * server has it and nobody else needs it; what services of OAuth know an application by goes to them.
 */
export function signsForAnother({ source, sink, certain }: Flow, { facts }: Inspection): boolean {
  if (source.signs !== true || !certain || sink.role === 'header') return false
  if (/client|app|consumer/i.test(source.name)) return false
  return facts.some(
    fact =>
      fact.kind === 'contacts' &&
      fact.phase !== 'dormant' &&
      fact.destinations.every(text => isOpenAddress(text)),
  )
}

const openAddress = /^(?:[a-z]+:\/\/)?(?::\d*)?$|^[a-z]+:\/\/(?::\d*)?\//

/** Whether the whole host of an address is the caller's to say. */
export function isOpenAddress(text: Text): boolean {
  return openAddress.test(text.replaceAll(HOLE, ''))
}
