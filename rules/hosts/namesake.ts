import type { Manifest } from '../../lib/types.ts'
import { brandInHost, hostTwin } from '../brands/brand-in-host.ts'
import { brandScore } from '../brands/brand-score.ts'
import type { Lists } from '../lists.ts'
import { scopeOf } from '../names/name-index.ts'
import { isSharedHosting } from './host-class.ts'
import { registrableDomain } from './host.ts'
import type { Host } from './host.ts'

/** Words a company puts behind its name for the hosts of one purpose: `statsigapi.net`. */
const purposes = /^-?(?:apis?|app|cdn|cloud|data|dev|events?|hq|io|labs?|sdk|static|usercontent)$/

/** Shorter names are words of too many others. */
const minLetters = 5

/**
 * Whether a host is called as the package is: its scope, or the first word of its name (`statsig-node` and
 * `statsigapi.net`). That says no less than a homepage does, which is the author's claim as well. A package that leans on
 * the name of a brand or of a well-known package has no such claim, and neither has a host that borrows or imitates one.
 */
export function isNamesake(host: Host, name: string, lists: Lists): boolean {
  if (host.address || isSharedHosting(host, lists.hosts)) return false
  const [label = ''] = registrableDomain(host, lists.hosts).split('.')
  const scope = scopeOf(name)?.scope
  const [first = ''] = (scope ?? name).toLowerCase().split(/[-_.]/)
  // A tool of a company has a host of its own: `@upstash/context7-mcp` and `context7.com`.
  const [tool = ''] = name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .split(/[-_.]/)
  const words = [...new Set([scope?.toLowerCase() ?? first, first, tool])]
  // `@honeycombio` and `honeycomb.io`: a whole domain, written as one word.
  const whole = registrableDomain(host, lists.hosts).replaceAll(/[.-]/g, '')
  const spelled = scope?.toLowerCase().replaceAll(/[._-]/g, '') === whole && whole.length > minLetters
  const named =
    spelled ||
    words.some(
      word =>
        word.length >= minLetters &&
        label.startsWith(word) &&
        (label === word || purposes.test(label.slice(word.length))) &&
        (scope !== undefined || word === name || lists.popular.has(name) || !lists.popular.has(word)),
    )
  return named && borrowsNothing(host, name, lists)
}

/**
 * Whether a host is called as whoever keeps the repository is: `github.com/nuxt/cli` and `nuxt.com`. Like a homepage
 * that is the author's claim.
 */
export function isKeepers(
  host: Host,
  { repository }: Pick<Manifest, 'repository'>,
  name: string,
  lists: Lists,
): boolean {
  if (host.address || repository === undefined || isSharedHosting(host, lists.hosts)) return false
  const keeper = /(?:^|github\.com[/:]|gitlab\.com[/:]|github:)([\w-]{4,39})\/[\w.-]{1,100}$/i.exec(
    repository,
  )?.[1]
  const [label = ''] = registrableDomain(host, lists.hosts).split('.')
  return keeper?.toLowerCase() === label && borrowsNothing(host, name, lists)
}

function borrowsNothing(host: Host, name: string, lists: Lists): boolean {
  const claim = brandScore(name, lists)
  if (claim.standing === 'unknown' && claim.brands.length > 0) return false
  return brandInHost(host, lists) === undefined && hostTwin(host, lists) === undefined
}
