import type { Context, Flow, Inspection, Phase, Site } from '../../lib/types.ts'
import type { Brand } from '../lists.ts'
import { sourceInWords } from '../finding.ts'
import { contactsOf, isKeyMaterial } from '../hosts/contacted.ts'
import type { Contact } from '../hosts/contacted.ts'
import { hostClass, isLocal } from '../hosts/host-class.ts'
import { isOwnHost, ownersOfHost } from '../hosts/own-host.ts'
import { brandInHost, hostTwin } from './brand-in-host.ts'
import type { BrandScore } from './brand-score.ts'
import { sdkOverrides } from './sdk-override.ts'

/**
 * One thing the code does that an honest client of the brand would not. `strong` marks what no honest package was seen
 * doing; the others occur in honest ones and only add up.
 */
export type Evidence = {
  readonly kind:
    'brand-host' | 'twin' | 'drop' | 'secret' | 'redirect' | 'raw-secret' | 'override' | 'hidden' | 'hook'
  readonly points: number
  readonly reason: string
  readonly at: Site
  readonly phase: Phase
  readonly strong: boolean
  readonly flow?: Flow
}

/**
 * What the code shows, the weightiest of each kind, in the order of weight. A client of twenty services sends twenty
 * keys: doing one thing often is not doing more things. What nothing starts is never strong.
 */
export function evidenceOf(inspection: Inspection, context: Context, claim: BrandScore): readonly Evidence[] {
  const found: Evidence[] = []
  for (const contact of contactsOf(inspection)) found.push(...ofContact(contact, inspection, context, claim))
  found.push(...ofOverrides(inspection, context, found))
  const hidden = inspection.facts.find(
    fact =>
      (fact.kind === 'obfuscated' && fact.share >= 0.2) ||
      (fact.kind === 'evaluates' && fact.decoders.length > 0),
  )
  if (hidden !== undefined) {
    found.push({
      kind: 'hidden',
      points: 2,
      strong: false,
      reason: 'hides part of its code',
      at: hidden.at,
      phase: hidden.phase,
    })
  }
  const hook = inspection.hooks.find(candidate => !candidate.implicit)
  if (hook !== undefined) {
    const reason = `runs a script when installed (${hook.event})`
    found.push({ kind: 'hook', points: 1, strong: false, reason, at: hook.at, phase: 'install' })
  }
  const worst = new Map<Evidence['kind'], Evidence>()
  for (const item of found) {
    const awake = item.phase === 'dormant' ? { ...item, strong: false } : item
    const other = worst.get(item.kind)
    if (other === undefined || rank(awake) > rank(other)) worst.set(item.kind, awake)
  }
  return [...worst.values()].toSorted((a, b) => b.points - a.points)
}

/** What the package does to a known SDK: where it points it, what it puts into its requests. */
function ofOverrides(
  inspection: Inspection,
  context: Context,
  besides: readonly Evidence[],
): readonly Evidence[] {
  const { lists } = context
  const overrides = sdkOverrides(inspection, context.name, lists)
  const first = overrides[0]
  if (first === undefined) return []
  const found: Evidence[] = []
  const { phase } = first
  const brands = overrides.flatMap(override => override.brands)
  const secret = overrides.flatMap(override => override.secrets)[0]
  for (const { host, at } of overrides.flatMap(override => override.redirects)) {
    if (isLocal(host) || isOwnHost(host, undefined, brands, lists) || ownersOfHost(host, lists).length > 0)
      continue
    const borrowed =
      (brandInHost(host, lists)?.weight ?? 0) >= 2 || (hostClass(host, lists.hosts)?.weight ?? 0) >= 2
    const home = isOwnHost(host, inspection.manifest, [], lists)
    const reason = `points ${first.sdk} at ${host.shown}, which is not a host of that service, so keys and orders go there`
    found.push({
      kind: 'redirect',
      points: 4,
      strong: borrowed || (secret !== undefined && !home),
      reason,
      at,
      phase,
    })
  }
  if (secret !== undefined) {
    const reason = `puts the caller's ${secret.name} itself into what ${first.sdk} sends, where an honest client sends a signature made with it`
    found.push({ kind: 'raw-secret', points: 3, strong: false, reason, at: secret.at, phase })
  }
  // Honest bots extend an SDK too, but not to talk to a host that only looks like the exchange's.
  const strong = [...besides, ...found].some(
    item => item.strong || (item.points >= 4 && item.flow === undefined && item.kind !== 'redirect'),
  )
  const members = [...new Set(overrides.map(({ member }) => member))].slice(0, 4).join(', ')
  const reason = `overrides ${members} of ${first.sdk}, through which keys and orders pass`
  return [...found, { kind: 'override', points: 3, strong, reason, at: first.at, phase }]
}

function rank(item: Evidence): number {
  return item.points + (item.strong ? 10 : 0)
}

function ofContact(
  contact: Contact,
  inspection: Inspection,
  context: Context,
  claim: BrandScore,
): readonly Evidence[] {
  const { host, at, phase, secret } = contact
  const { lists } = context
  if (isLocal(host)) return []
  const found: Evidence[] = []
  const borrowed = brandInHost(host, lists)
  const twin = hostTwin(host, lists)
  // The brand's own packages and known third parties would show first what our list of its domains lacks.
  const spokenFor = claim.standing !== 'unknown' && borrowed?.form !== 'tenant'
  if (borrowed !== undefined && !spokenFor) {
    // A label left of a stranger's domain may be a node or a mirror of somebody honest, though not while installing.
    found.push({
      kind: 'brand-host',
      points: borrowed.weight,
      strong: borrowed.weight >= 4 && (borrowed.form !== 'label' || phase === 'install'),
      reason: `contacts a host that is not what its name says: ${borrowed.reason}`,
      at,
      phase,
    })
  }
  if (twin?.certain === true)
    found.push({
      kind: 'twin',
      points: 4,
      strong: true,
      reason: `contacts an imitated host: ${twin.reason}`,
      at,
      phase,
    })
  const known = hostClass(host, lists.hosts)
  if (known?.weight === 3) {
    found.push({
      kind: 'drop',
      points: 3,
      strong: false,
      reason: `contacts ${host.shown} (${known.class})`,
      at,
      phase,
    })
  }
  if (secret !== undefined) {
    const suspicious =
      (borrowed !== undefined && borrowed.weight >= 2 && !spokenFor) ||
      twin !== undefined ||
      (known?.weight ?? 0) >= 2
    const sent = ofSecret(contact, secret, suspicious, inspection, context, claim.brands)
    if (sent !== undefined) found.push(sent)
  }
  return found
}

function ofSecret(
  { host, at, phase }: Contact,
  flow: Flow,
  suspicious: boolean,
  inspection: Inspection,
  context: Context,
  brands: readonly Brand[],
): Evidence | undefined {
  const { lists } = context
  // A key for a listed service that goes to that service is what an SDK is for.
  if (!suspicious && (isOwnHost(host, undefined, brands, lists) || ownersOfHost(host, lists).length > 0)) {
    return undefined
  }
  const home = isOwnHost(host, inspection.manifest, [], lists)
  const key = isKeyMaterial(flow)
  const wholesale = flow.source.kind === 'env' || flow.source.kind === 'credential-file'
  const points = key ? 5 : home && !suspicious ? 2 : 4
  const strangers =
    brands.length > 0 ? 'which neither the brand nor its own homepage owns' : 'which is not its homepage’s'
  const whose = home ? 'the host of its own homepage' : strangers
  const reason = `sends ${sourceInWords(flow.source)} to ${host.shown}, ${whose}`
  return {
    kind: 'secret',
    points,
    strong: suspicious || ((key || wholesale) && !home),
    reason,
    at,
    phase,
    flow,
  }
}
