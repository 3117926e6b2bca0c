import type { Brand, Lists } from '../lists.ts'
import { editDistance } from '../names/distance.ts'
import { isAscii, readAlike, toAscii } from '../names/skeleton.ts'
import { isUnder, registrableDomain, sharedSuffix } from '../hosts/host.ts'
import type { Host } from '../hosts/host.ts'
import { ownersOfHost } from '../hosts/own-host.ts'
import { oncePer, rememberingByLists } from '../remember.ts'

/**
 * How a host borrows a brand that does not own it.
 * `tenant`: a label below shared hosting, `v3.mexc.workers.dev`; `label`: left of a stranger's domain,
 * `raydium-clmm.maingoal.xyz`; `domain`: part of a registered name, `api-binance.co`; `other-suffix`: the brand's bare
 * word under another suffix, which a regional site has as well.
 */
export type BrandInHost = {
  readonly brand: Brand
  readonly form: 'tenant' | 'label' | 'domain' | 'other-suffix'
  /** 0 to 4, for the sum of evidence: less for brands whose domains are unverified and for likely regional sites. */
  readonly weight: number
  readonly reason: string
}

/** The brand a host borrows; undefined where it borrows none, or where any brand of the list owns it. */
export const brandInHost = rememberingByLists(borrowedBy, ({ name }: Host) => name)

function borrowedBy(host: Host, lists: Lists): BrandInHost | undefined {
  if (host.address || ownersOfHost(host, lists).length > 0) return undefined
  const shared = sharedSuffix(host.name, lists.hosts)
  // Documentation of honest third parties is full of brand words, and nodes of a chain are named after it.
  if (shared !== undefined && lists.hosts.documentation.includes(shared)) return undefined
  if (lists.hosts.neutral.some(service => isUnder(host.name, service))) return undefined
  const domain = registrableDomain(host, lists.hosts)
  const domainLabel = domain.split('.')[0] ?? ''
  const tail = shared === undefined ? domain.split('.').length - 1 : shared.split('.').length
  const parts = host.labels.slice(0, -tail).flatMap(label => partsOf(label, lists))
  for (const brand of lists.brands) {
    for (const { word, strength } of brand.words) {
      if (strength !== 'strong' || !parts.some(part => carries(part, word, lists))) continue
      return describe(host, brand, word, domainLabel, shared, lists)
    }
  }
  return undefined
}

function describe(
  host: Host,
  brand: Brand,
  word: string,
  domainLabel: string,
  shared: string | undefined,
  lists: Lists,
): BrandInHost {
  const inDomain = partsOf(domainLabel, lists).some(part => carries(part, word, lists))
  const form =
    shared !== undefined ? 'tenant' : !inDomain ? 'label' : domainLabel === word ? 'other-suffix' : 'domain'
  // Gateways and demos of services that hold no money borrow their names every day.
  const full = form === 'other-suffix' ? 1 : lists.words.money.has(brand.kind) ? 4 : 2
  const weight = brand.verified ? full : Math.ceil(full / 2)
  const rented = shared === undefined ? '' : ` is a name anybody can take at ${shared} and`
  return {
    brand,
    form,
    weight,
    reason: `${host.shown} carries the name of ${brand.name} but${rented} is not among its domains`,
  }
}

/** What stands between the hyphens of a label, as it reads. */
function partsOf(label: string, lists: Lists): readonly string[] {
  return toAscii(label, lists).split(/[-_]/)
}

/**
 * Whether a part of a label carries the word as a word: alone, or with nothing beside it but digits and words of SDKs
 * (`polymarketbot`). A long word (8 and more) is unlikely to be part of another.
 */
function carries(part: string, word: string, lists: Lists): boolean {
  const at = part.indexOf(word)
  if (at < 0) return false
  if (part === word || word.length >= 8) return true
  const rest = part.slice(0, at) + part.slice(at + word.length)
  return /^[0-9]+$/.test(rest) || lists.words.sdk.has(rest) || lists.words.affixes.has(rest)
}

export type HostTwin = { readonly real: string; readonly reason: string; readonly certain: boolean }

/**
 * The trusted domain a host is made to be mistaken for: the same to the eye in Unicode (`certain`), or one letter off
 * in ASCII. Domains of verified brands and of developers' infrastructure are compared.
 */
export const hostTwin = rememberingByLists(imitatedBy, ({ name }: Host) => name)

function imitatedBy(host: Host, lists: Lists): HostTwin | undefined {
  if (host.address || ownersOfHost(host, lists).length > 0) return undefined
  const domain = registrableDomain(host, lists.hosts)
  if (lists.hosts.infrastructure.includes(domain)) return undefined
  // `https://registry.npmjs.org` and an unknown path behind it without a slash: nobody knows of another suffix.
  if (host.labels.at(-1) === '*') return undefined
  const trusted = trustedDomains(lists)
  const shared = sharedSuffix(host.name, lists.hosts)
  const shown = registrableDomain({ ...host, labels: host.shown.split('.') }, lists.hosts)
  if (!isAscii(shown)) {
    const ascii = toAscii(shown, lists)
    return trusted.includes(ascii)
      ? {
          real: ascii,
          certain: true,
          reason: `${shown} is written with letters that only look like those of ${ascii}`,
        }
      : undefined
  }
  const [label = '', ...suffix] = domain.split('.')
  if (label.length < 4 || lists.words.stop.has(label)) return undefined
  const borrowed = shared === undefined ? infrastructureIn(label, lists) : undefined
  if (borrowed !== undefined)
    return {
      real: borrowed,
      certain: false,
      reason: `${domain} carries the name of ${borrowed} but is another domain`,
    }
  for (const real of trusted) {
    const [realLabel = '', ...realSuffix] = real.split('.')
    if (label === realLabel || suffix.join('.') !== realSuffix.join('.')) continue
    if (readAlike(label) === readAlike(realLabel)) {
      return { real, certain: label.length >= 6, reason: `${domain} reads like ${real}` }
    }
    const long =
      Math.min(label.length, realLabel.length) >= (lists.hosts.infrastructure.includes(real) ? 5 : 6)
    if (long && label[0] === realLabel[0] && editDistance(label, realLabel, 1) === 1) {
      return { real, certain: false, reason: `${domain} is one letter away from ${real}` }
    }
  }
  return undefined
}

/**
 * The developers' infrastructure whose name a registered domain carries as a word: `npmjs.help`, `registry-npmjs.org`.
 * Names shorter than five letters are words of too many others.
 */
function infrastructureIn(label: string, lists: Lists): string | undefined {
  const words = label.split('-')
  return lists.hosts.infrastructure.find(real => {
    const [name = '', ...suffix] = real.split('.')
    return suffix.length === 1 && name.length >= 5 && words.includes(name)
  })
}

/** Worth imitating: domains of verified brands and of developers' infrastructure. */
const trustedDomains = oncePer(({ brands, hosts }: Lists): readonly string[] => {
  const owned = brands.filter(brand => brand.verified).flatMap(brand => brand.domains)
  return [...new Set([...hosts.infrastructure, ...owned])]
})
