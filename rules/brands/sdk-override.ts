import { limits } from '../../lib/limits.ts'
import type { Inspection, Phase, Site } from '../../lib/types.ts'
import { hostOf } from '../hosts/host.ts'
import type { Host } from '../hosts/host.ts'
import type { Brand, Lists } from '../lists.ts'
import { scopeOf } from '../names/name-index.ts'
import { rememberingByLists } from '../remember.ts'
import { ownersOf } from './brand-score.ts'

export type SdkOverride = {
  readonly sdk: string
  readonly member: string
  readonly brands: readonly Brand[]
  readonly at: Site
  readonly phase: Phase
  /** Addresses written in the overriding code: where the SDK is pointed. */
  readonly redirects: readonly { readonly host: Host; readonly at: Site }[]
  /** Where the overriding code puts a secret itself, no signature, into what the SDK sends. */
  readonly secrets: readonly { readonly name: string; readonly at: Site }[]
}

/**
 * Members through which a client of an exchange or wallet handles keys, decides where requests go or what is ordered:
 * overriding one of them sees every secret and every order.
 */
const tellingMember =
  /^(sign\w*|describe|urls|api|headers|prepare_?request_?headers|fetch2?|request|base_?url|host(name)?|send\w*|(create|cancel|edit|place|submit)_?\w{0,20}order\w*|withdraw\w*|transfer\w*|from_?(seed|mnemonic|secret|secret_?key|phrase|encrypted\w*)|private_?key|secret_?key|wallet|keypair|\w{0,40}_?private_?\w{0,60})$/i

/**
 * Changes to known SDKs of brands that hold money, made by another package: patched members, and members of a subclass
 * or of an instance. A target is a module specifier followed by a member path (`pkg:ccxt.mexc.prototype.sign`,
 * `ethers#Wallet.prototype.sign`, `pkg:ccxt.mexc()`).
 */
export function sdkOverrides(inspection: Inspection, name: string, lists: Lists): readonly SdkOverride[] {
  const found: SdkOverride[] = []
  for (const fact of inspection.facts) {
    if (fact.kind !== 'patches' && fact.kind !== 'overrides') continue
    const target = fact.target
      .slice(0, limits.maxNameChars * 2)
      .replace(/^(npm|pkg|module|class|node_modules)[:/]/, '')
    const sdk = sdkOf(target, lists)
    if (sdk === undefined || sameOwner(sdk.sdk, name)) continue
    const { at, phase } = fact
    if (fact.kind === 'patches') {
      const path = target.slice(sdk.sdk.length).match(/[A-Za-z_$][\w$]*/g) ?? []
      const member = path.find(part => tellingMember.test(part))
      if (member !== undefined) found.push({ ...sdk, member, at, phase, redirects: [], secrets: [] })
      continue
    }
    const redirects = fact.redirects.flatMap(({ to, at }) => {
      const host = hostOf(to)
      return host === undefined ? [] : [{ host, at }]
    })
    const { secrets } = fact
    for (const member of fact.members.filter(part => tellingMember.test(part)))
      found.push({ ...sdk, member, at, phase, redirects, secrets })
  }
  return found
}

type Sdk = Pick<SdkOverride, 'sdk' | 'brands'>

function sdkOf(target: string, lists: Lists): Sdk | undefined {
  const specifier = /^(@[^/\s#:]+\/[^/\s#:]+|[^/\s#:@]+)/.exec(target)?.[1]
  return specifier === undefined ? undefined : sdkCalled(specifier, lists)
}

const sdkCalled = rememberingByLists(sdkNamed, (specifier: string) => specifier)

function sdkNamed(specifier: string, lists: Lists): Sdk | undefined {
  // Package names may hold dots (`web3.js`), and so does the member path: the longest known name is the package, and
  // in a brand's own scope, where every name is the brand's, the shortest.
  const parts = specifier.replaceAll('()', '').split('.')
  const prefixes = parts.map((_, i) => parts.slice(0, parts.length - i).join('.'))
  const known = prefixes.find(name => isListed(name, lists)) ?? parts[0] ?? ''
  const brands = [
    ...ownersOf(known, lists),
    ...lists.brands.filter(brand => brand.thirdParty.includes(known)),
  ].filter(brand => lists.words.money.has(brand.kind))
  return brands.length > 0 ? { sdk: known, brands } : undefined
}

function isListed(name: string, lists: Lists): boolean {
  return (
    lists.popular.has(name) ||
    lists.targets.includes(name) ||
    lists.brands.some(brand => brand.packages.includes(name) || brand.thirdParty.includes(name))
  )
}

function sameOwner(sdk: string, name: string): boolean {
  const scope = scopeOf(name)?.scope
  return sdk === name || (scope !== undefined && scope === scopeOf(sdk)?.scope)
}
