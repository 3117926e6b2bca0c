import type { Manifest } from '../../lib/types.ts'
import type { Brand, Lists } from '../lists.ts'
import { rememberingByLists } from '../remember.ts'
import { forges } from './forge.ts'
import { hostOf, isUnder, registrableDomain, sharedSuffix } from './host.ts'
import type { Host } from './host.ts'

/**
 * Whether the brand owns the host, by its domains and API hosts. Where the suffix is only known at run time
 * (`api.huobi.*`, the sites of several countries) the benefit of the doubt is the package's.
 */
export function brandOwns(host: Host, brand: Brand): boolean {
  return (
    brand.domains.some(domain => liesUnder(host, domain)) || brand.apiHosts.some(api => liesUnder(host, api))
  )
}

/** Unknown labels stand for any, but not for the one that names the owner. */
function liesUnder(host: Host, domain: string): boolean {
  if (isUnder(host.name, domain)) return true
  if (host.address || host.labels.at(-1) !== '*') return false
  const owned = domain.split('.')
  const tail = host.labels.slice(-owned.length)
  return tail.length === owned.length && tail[0] === owned[0] && tail.every(isSame)

  function isSame(label: string, i: number): boolean {
    return label === '*' || label === owned[i]
  }
}

/** Every brand that owns the host. */
export const ownersOfHost = rememberingByLists(
  (host: Host, { brands }): readonly Brand[] => brands.filter(brand => brandOwns(host, brand)),
  ({ name }) => name,
)

/**
 * Whether a host belongs to the package: to one of the brands it speaks for, or to the registrable domain of its own
 * homepage or repository. Those two fields are the author's claim, so a homepage on shared hosting proves nothing,
 * and where a name claims a brand the caller should pass that brand and no homepage (`manifest` undefined).
 */
export function isOwnHost(
  host: Host,
  manifest: Pick<Manifest, 'homepage' | 'repository'> | undefined,
  brands: readonly Brand[],
  lists: Lists,
): boolean {
  if (brands.some(brand => brandOwns(host, brand))) return true
  for (const claim of [manifest?.homepage, manifest?.repository]) {
    const home = claim === undefined ? undefined : hostOf(claim.replace(/^git\+/, ''))
    if (home === undefined || home.address) continue
    const domain = registrableDomain(home, lists.hosts)
    if (sharedSuffix(home.name, lists.hosts) !== undefined || isForge(domain)) continue
    if (registrableDomain(host, lists.hosts) === domain) return true
  }
  return false
}

/** Where everybody keeps code: such a homepage says nothing about who owns a host. */
function isForge(domain: string): boolean {
  return forges.includes(domain) || domain === 'npmjs.com' || domain === 'npmjs.org'
}
