/**
 * `npm run bench:impersonation`: the inert forms of the incidents that carry a name or host trick. For each form: what
 * would be decided, which rules fired, the three sums (identity, reputation, evidence) and how many means caught it
 * independently of each other: the name, the hosts, the override of a known SDK, a secret that leaves, other behaviour.
 * `-- --report <id>` prints the findings of an incident's first form in full, as data for the report.
 */
import { analyse } from '../../lib/judge/analyse.ts'
import type { Action, Context, Finding, Inspection } from '../../lib/types.ts'
import { brandScore } from '../../rules/brands/brand-score.ts'
import { evidenceOf } from '../../rules/brands/evidence.ts'
import { reputationOf } from '../../rules/brands/reputation.ts'
import { rules } from '../../rules/index.ts'
import { nameLookup } from '../../rules/names/name-lookup.ts'
import type { Variant } from '../fixtures/incidents/incident.ts'
import { loadIncidents } from '../helpers/fixtures.ts'
import { inspectExample } from '../helpers/inspect-example.ts'
import { contextOf } from '../helpers/inspection.ts'

/** Those of `data/incidents.json` whose name or host pretends to be somebody else's. */
const impersonations = new Set([
  'binance-connector-node',
  'bs58-codecs',
  'bs58js-clipboard-redis',
  'ccxt-mexc-futures',
  'chat-exfiltration',
  'crossenv',
  'dydx',
  'ethers-provider2',
  'ghost-campaign',
  'js-web3-prc',
  'nomicsfoundation',
  'pancake-uniswap',
  'polymarket-clob-maths',
  'polymarketdev',
  'pumpswap-raydium',
  'sentry-internals',
  'smtp-key-theft',
  'solana-systemprogram-utils',
  'solana-web3js',
  'ts-bign',
  'unclaimed-brand-names',
  'wallet-app-patching',
  'xrpl',
])

const means: Readonly<Record<string, readonly string[]>> = {
  name: ['lookalike-name'],
  host: ['brand-host', 'lookalike-host'],
  override: ['known-sdk-override', 'module-tampering', 'wallet-hook'],
  secret: ['secret-exfiltration', 'caller-secret-exfiltration', 'browser-theft'],
}

type Judged = {
  readonly inspection: Inspection
  readonly context: Context
  readonly findings: readonly Finding[]
}

function judge({ files, context: given }: Variant): Judged {
  const inspection = inspectExample({ files })
  const { name = 'a', version = '1.0.0' } = inspection.manifest
  const context = contextOf({ name, version, ...given })
  return { inspection, context, findings: analyse(inspection, context, rules).findings }
}

const strength: Readonly<Record<Action, number>> = { note: 0, ask: 1, block: 2 }

function caughtBy({ inspection, context, findings }: Judged): readonly string[] {
  const claim = brandScore(context.name, context.lists)
  const identity = Math.max(claim.score, nameLookup(context.name, context.lists)[0]?.score ?? 0)
  const evidence = evidenceOf(inspection, context, claim)
  const reputation = reputationOf(inspection, context, claim.brands).points
  const found = new Set<string>()
  if (identity >= 3) found.add('name')
  if (evidence.some(item => ['brand-host', 'twin', 'drop'].includes(item.kind))) found.add('host')
  if (evidence.some(item => item.kind === 'override')) found.add('override')
  if (evidence.some(item => ['secret', 'raw-secret'].includes(item.kind))) found.add('secret')
  for (const { rule, action } of findings) {
    const mean = Object.keys(means).find(key => means[key]?.includes(rule))
    if (mean !== undefined) found.add(mean)
    else if (rule !== 'brand-impersonation' && action !== 'note') found.add('behaviour')
  }
  const points = evidence.reduce((sum, item) => sum + item.points, 0)
  return [`${identity}/${reputation}/${points}`, String(found.size), [...found].join('+')]
}

const only = process.argv.includes('--report') ? process.argv.at(-1) : undefined
const counts: Record<string, number> = {}
for (const { id, variants } of await loadIncidents()) {
  if (only !== undefined ? id !== only : !impersonations.has(id)) continue
  for (const [i, variant] of variants.entries()) {
    const judged = judge(variant)
    if (only !== undefined) {
      console.log(judged.context.name, JSON.stringify(judged.findings, null, 2))
      break
    }
    const worst =
      judged.findings.toSorted((a, b) => strength[b.action] - strength[a.action])[0]?.action ?? 'nothing'
    counts[worst] = (counts[worst] ?? 0) + 1
    const fired = [...new Set(judged.findings.map(({ rule, action }) => `${rule}:${action}`))]
    console.log(
      `| ${id}#${i} | ${judged.context.name} | ${worst} | ${caughtBy(judged).join(' | ')} | ${fired.join(', ')} |`,
    )
  }
}
if (only === undefined) console.log(JSON.stringify(counts))
