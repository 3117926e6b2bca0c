import type { Flow, Text } from '../../lib/types.ts'

/** A label that is computed, below a domain that is not. */
const belowDomain = /\u0001[^/]*(?:\.[\w-]{2,63}){2,}$/

/** Domains that end where they are known: nobody outside is asked. */
const inHouse = /\.(?:local|localdomain|internal|intranet|lan|corp|home|arpa|consul)$/i

/** Whether a looked-up name has something computed below a domain that stands in the code: whoever has that, is told. */
export function isBelowDomain(name: Text): boolean {
  return belowDomain.test(name)
}

/** Whether data is told to the owner of a domain, as part of a name that is looked up below it. */
export function isToldToDomain({ sink: { kind, destinations } }: Flow): boolean {
  return kind === 'dns' && destinations.some(name => isBelowDomain(name) && !inHouse.test(name))
}
