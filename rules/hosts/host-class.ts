import type { HostClass, HostList } from '../lists.ts'
import { isUnder, sharedSuffix } from './host.ts'
import type { Host } from './host.ts'

/** A public address written out. Honest packages have none in what they contact (0 of 1,491 popular packages). */
const rawAddress: HostClass = { kind: 'ip', class: 'raw public address', weight: 3, patterns: [] }

/**
 * What kind of host this is: the strongest class of `hosts.json` it falls into, undefined for an ordinary one.
 * Context that raises a flow, never an alarm by itself.
 */
export function hostClass(host: Host, hosts: HostList): HostClass | undefined {
  if (host.address) return isPrivateAddress(host.name) ? undefined : rawAddress
  let best: HostClass | undefined
  for (const known of hosts.classes) {
    if (known.weight <= (best?.weight ?? 0)) continue
    if (known.patterns.some(pattern => matches(host, pattern))) best = known
  }
  return best
}

const writtenOut: Readonly<Record<string, RegExp>> = { '#': /[0-9]/, '%': /[0-9a-z]/i }

function matches(host: Host, pattern: string): boolean {
  const slash = pattern.indexOf('/')
  if (slash < 0) return isUnder(host.name, pattern)
  if (!isUnder(host.name, pattern.slice(0, slash))) return false
  // `#` is a digit, `%` a digit or a letter: a webhook written out in the code, where an honest notifier has a hole for
  // its user's.
  const path = pattern.slice(slash)
  const first = writtenOut[path.at(-1) ?? '']
  const start = first === undefined ? path : path.slice(0, -1)
  return host.path.startsWith(start) && (first === undefined || first.test(host.path.charAt(start.length)))
}

/** Whether anybody may rent a name below the same domain. Documentation hosts count too. */
export function isSharedHosting(host: Host, hosts: HostList): boolean {
  return sharedSuffix(host.name, hosts) !== undefined
}

/** Loopback, private, link-local and test names: nothing leaves the machine or the company. */
export function isLocal(host: Host): boolean {
  if (host.address) return isPrivateAddress(host.name)
  return ['localhost', 'local', 'internal', 'lan'].includes(host.labels.at(-1) ?? '')
}

/** RFC 1918, loopback, link-local, unspecified, carrier-grade NAT, multicast, broadcast; IPv6 loopback, link-local, unique local. */
function isPrivateAddress(address: string): boolean {
  if (address.startsWith('['))
    return /^\[(::1?\]|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::ffff:(7f|a[0-9a-f]{2}:|c0a8:))/.test(address)
  const [a = 0, b = 0] = address.split('.').map(Number)
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    // Multicast and broadcast stay on the local network.
    (a >= 224 && a < 240) ||
    address === '255.255.255.255'
  )
}
