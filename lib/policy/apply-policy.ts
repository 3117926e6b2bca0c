import type { AcceptedFinding, Action, Fact, Finding, Gap, Inspection, PlannedPackage } from '../types.ts'
import { contentGap, unliftable } from './policy.ts'
import type { Exception, Origin, Policy, RuleAction } from './policy.ts'

/** What the rules saw in one package. */
type Seen = { readonly findings: readonly Finding[]; readonly gaps: readonly Gap[] }

/** The package the policy is applied to. */
export type Subject = {
  readonly package: PlannedPackage
  /** SRI sha512 of the bytes that were read: what exceptions are bound to. */
  readonly integrity: string | undefined
  readonly inspection: Inspection | undefined
  /** Its install scripts would run. */
  readonly approved: boolean
  /** Publish time in ms since the epoch; undefined where nobody says. */
  readonly publishedAt: number | undefined
  readonly now: number
}

/** Findings and gaps with the policy's word on them, and every exception that was used. */
export type Applied = Seen & { readonly accepted: readonly AcceptedFinding[] }

/** Findings of the policy itself, with their titles; `--explain` does not know them. */
export const policyRules: ReadonlyMap<string, string> = new Map([
  ['minimum-age', 'Younger than your policy wants'],
  ['registry-not-allowed', 'From a registry your policy does not allow'],
  ['approved-bytes-changed', 'Other bytes than the ones whose scripts were approved'],
  ['build-host', 'An install script contacts a host your policy does not allow'],
  [contentGap, 'Not all of it could be read'],
])

const rank: Readonly<Record<Action, number>> = { note: 0, ask: 1, block: 2 }

/**
 * Applies a policy to what the rules saw in one package: adds the findings of the policy itself, changes actions by
 * severity and rule, turns accepted findings and gaps into notes. Exceptions count for exactly the bytes they name, up
 * to their day. Known malware is left as it is. Pure.
 */
export function applyPolicy(seen: Seen, subject: Subject, policy: Policy): Applied {
  const findings = [...seen.findings, ...policyFindings(subject, policy)].flatMap(finding =>
    withActions(finding, policy),
  )
  const exceptions = policy.exceptions.filter(one => covers(one, subject))
  const accepted: AcceptedFinding[] = []
  const accept = (rule: string, was: AcceptedFinding['was']): boolean => {
    const exception = exceptions.find(one => one.rule === rule)
    if (exception === undefined) return false
    const { reason, who, until, origin } = exception
    if (!accepted.some(one => one.rule === rule)) accepted.push({ rule, was, reason, who, until, origin })
    return true
  }
  const judged = findings.map(finding =>
    finding.action !== 'note' && finding.rule !== unliftable && accept(finding.rule, finding.action)
      ? { ...finding, action: 'note' as const }
      : finding,
  )
  const gaps = seen.gaps.map(gap =>
    gap.kind === 'content' && accept(contentGap, 'gap')
      ? { ...gap, kind: 'context' as const, what: `${gap.what} (accepted)` }
      : gap,
  )
  return { ...withGaps(judged, gaps, policy.contentGaps.value), accepted }
}

/** Names package, version and bytes, and its day is not over. */
export function covers(
  exception: Exception & { readonly origin: Origin },
  { package: item, integrity, now }: Pick<Subject, 'package' | 'integrity' | 'now'>,
): boolean {
  return (
    exception.package === item.name &&
    exception.version === item.version &&
    exception.integrity === integrity &&
    (exception.until === undefined || now <= exception.until)
  )
}

/** Each file in turn. By severity only alarms change: a lone capability stays a note unless its rule is named. */
function withActions(finding: Finding, { actions }: Policy): readonly Finding[] {
  if (finding.rule === unliftable) return [finding]
  let action: RuleAction = finding.action
  for (const { severity, rules, tightenOnly } of actions) {
    const said: RuleAction | undefined =
      rules.get(finding.rule) ?? (finding.action === 'note' ? undefined : severity.get(finding.severity))
    if (said === undefined || (tightenOnly && strictnessOf(said) <= strictnessOf(action))) continue
    action = said
  }
  if (action === 'off') return []
  return [action === finding.action ? finding : { ...finding, action }]
}

function strictnessOf(action: RuleAction): number {
  return action === 'off' ? -1 : rank[action]
}

/** Content gaps stop by themselves. A policy may make questions or notes of them. */
function withGaps(
  findings: readonly Finding[],
  gaps: readonly Gap[],
  action: Policy['contentGaps']['value'],
): Seen {
  if (action === 'stop') return { findings, gaps }
  const open = gaps.filter(gap => gap.kind === 'content')
  return {
    findings: [
      ...findings,
      ...open.map(gap =>
        policyFinding(contentGap, action, `It could not be read: ${gap.what}.`, gap.path ?? 'package.json'),
      ),
    ],
    gaps: gaps.map(gap => (gap.kind === 'content' ? { ...gap, kind: 'context' as const } : gap)),
  }
}

const dayMs = 24 * 60 * 60 * 1000

function policyFindings(subject: Subject, policy: Policy): readonly Finding[] {
  return [
    ...ageFindings(subject, policy),
    ...registryFindings(subject, policy),
    ...hostFindings(subject, policy),
  ]
}

function ageFindings({ package: item, publishedAt, now }: Subject, policy: Policy): readonly Finding[] {
  const days = policy.minimumAgeDays.value
  if (days === 0 || publishedAt === undefined || item.source !== 'registry') return []
  const age = Math.max(0, now - publishedAt)
  if (age >= days * dayMs) return []
  const old = age < 2 * dayMs ? `${Math.floor(age / 3_600_000)} hours` : `${Math.floor(age / dayMs)} days`
  return [
    policyFinding(
      'minimum-age',
      'ask',
      `It was published ${old} ago, and the policy (${policy.minimumAgeDays.origin}) wants ${days} days. npm's min-release-age picks older versions.`,
      'package.json',
    ),
  ]
}

function registryFindings({ package: item }: Subject, policy: Policy): readonly Finding[] {
  const allowed = policy.registries.value
  if (allowed === undefined || item.source !== 'registry') return []
  const address = addressOf(item)
  if (address === undefined || isRegistryAllowed(address, allowed)) return []
  return [
    policyFinding(
      'registry-not-allowed',
      'block',
      `It would be fetched from ${new URL(address).origin}, which the policy (${policy.registries.origin}) does not allow.`,
      'package.json',
    ),
  ]
}

/** What would be fetched, the configured registry in place. */
function addressOf({ name, fetchSpec, resolved }: PlannedPackage): string | undefined {
  const spec = fetchSpec?.startsWith(`${name}@`) === true ? fetchSpec.slice(name.length + 1) : fetchSpec
  return [spec, resolved].find(text => text !== undefined && URL.canParse(text) && /^https?:/i.test(text))
}

/** Whether an address lies below one of the registries: same origin, and the path goes on. */
export function isRegistryAllowed(address: string, allowed: readonly string[]): boolean {
  const url = new URL(address.endsWith('/') ? address : `${address}/`)
  return allowed.some(one => {
    const registry = new URL(one)
    return url.origin === registry.origin && url.pathname.startsWith(registry.pathname)
  })
}

/** What an approved script contacts, as far as it can be read; a computed address is no allowed one. */
function hostFindings({ inspection, approved }: Subject, policy: Policy): readonly Finding[] {
  const allowed = policy.buildHosts.value
  if (allowed === undefined || !approved || inspection === undefined) return []
  const contacts = inspection.facts.filter(
    (fact): fact is Extract<Fact, { kind: 'contacts' }> =>
      fact.kind === 'contacts' && fact.phase === 'install' && !fact.byCall,
  )
  const seen = new Set<string>()
  return contacts.flatMap(fact => {
    const hosts = fact.destinations.length === 0 ? [''] : fact.destinations.map(hostOf)
    return hosts.flatMap(host => {
      if (seen.has(host) || isHostAllowed(host, allowed)) return []
      seen.add(host)
      const what = host === '' ? 'a computed address' : host
      const message = `While npm installs it, it contacts ${what}, which the policy (${policy.buildHosts.origin}) does not allow.`
      const { path, line, column, code } = fact.at
      return [
        {
          ...policyFinding('build-host', 'ask', message, path),
          location: { path, line, column },
          evidence: code,
        },
      ]
    })
  })
}

/** The host of a folded address; '' where a part of it is unknown. */
function hostOf(text: string): string {
  const host = /^[a-z][a-z0-9+.-]{0,15}:\/\/([^/?#\\\s]{1,253})/i.exec(text)?.[1] ?? text
  const bare = host.slice(host.lastIndexOf('@') + 1).toLowerCase()
  return /^[a-z0-9.-]+(?::[0-9]{1,5})?$/.test(bare) ? bare : ''
}

function isHostAllowed(host: string, allowed: readonly string[]): boolean {
  const bare = host.replace(/:[0-9]+$/, '')
  return allowed.some(one =>
    one.startsWith('*.') ? bare.endsWith(one.slice(1)) : one === host || one === bare,
  )
}

function policyFinding(rule: string, action: Action, message: string, path: string): Finding {
  return {
    rule,
    severity: action === 'block' ? 'high' : 'medium',
    action,
    phase: 'install',
    message,
    location: { path, line: 1, column: 1 },
    evidence: '',
  }
}
