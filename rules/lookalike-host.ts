import type { Finding, Flow, Rule } from '../lib/types.ts'
import { hostTwin } from './brands/brand-in-host.ts'
import { findingAt, findingOfFlow, opening, severityOf, sourceInWords } from './finding.ts'
import { contactsOf } from './hosts/contacted.ts'
import type { Host } from './hosts/host.ts'
import { isOwnHost } from './hosts/own-host.ts'

/** A host made to be mistaken for one that developers trust. */
export const lookalikeHost: Rule = {
  meta: {
    id: 'lookalike-host',
    title: 'Talks to a host that imitates a trusted one',
    severity: 'high',
    description:
      'The host is written with letters that only look like those of a trusted domain (a Cyrillic o, rn for m), or is one letter away from it, or carries the name of developers’ infrastructure under another domain (npmjs.help). ' +
      'Letters that look alike have no honest use in a host: a question, and a block where a secret is sent. One letter away, or another domain, is a note unless a secret goes there.',
    references: [
      'https://www.unicode.org/reports/tr39/ (confusables)',
      'RFC 5890 (internationalized domain names)',
      'npmjs.help, from which the maintainer of chalk and debug was phished in September 2025',
    ],
    blindSpots: [
      'Only domains of verified brands and of developers’ infrastructure are compared.',
      'Another suffix or an added word is only seen for developers’ infrastructure (npmjs.help, registry-npmjs.org).',
    ],
    examples: {
      flags: [
        {
          title: 'a Cyrillic letter in the domain',
          files: {
            'package.json': '{"name":"tiny-fetcher","version":"1.0.0","main":"index.js"}',
            'index.js': "fetch('https://api.g\u0456thub.com/x')",
          },
          context: { name: 'tiny-fetcher', version: '1.0.0', source: 'registry' },
        },
      ],
      passes: [
        {
          title: 'an internationalized domain that imitates nothing',
          files: {
            'package.json': '{"name":"tiny-fetcher","version":"1.0.0","main":"index.js"}',
            'index.js': "fetch('https://m\u00fcnchen.example/x')",
          },
          context: { name: 'tiny-fetcher', version: '1.0.0', source: 'registry' },
        },
      ],
    },
  },
  check(inspection, context) {
    const found: Omit<Finding, 'rule'>[] = []
    for (const contact of contactsOf(inspection)) {
      const twin = hostTwin(contact.host, context.lists)
      if (twin === undefined) continue
      // A real service may be one letter from another's domain; its own package says so in the homepage.
      if (!twin.certain && isOwnHost(contact.host, inspection.manifest, [], context.lists)) continue
      const { secret } = contact
      const open =
        !twin.certain && secret?.source.kind === 'caller-secret' && isSpelledOut(secret, contact.host)
      const action =
        secret === undefined || open ? (twin.certain ? 'ask' : 'note') : twin.certain ? 'block' : 'ask'
      const sent = secret === undefined ? '' : ` It is sent ${sourceInWords(secret.source)}.`
      const where = secret ?? { phase: contact.phase, byCall: contact.byCall }
      const judged = {
        severity: severityOf(action),
        action,
        message:
          `${opening(where)} talks to a host ${twin.certain ? 'made to be' : 'that is easily'} mistaken: ${twin.reason}.` +
          `${sent}${action === 'note' ? '' : ' Do not use it before you know whose host that is.'}`,
      } as const
      found.push(
        secret === undefined ? findingAt(contact.at, contact.phase, judged) : findingOfFlow(secret, judged),
      )
    }
    return found
  },
}

/** `exchanges/LedgerXClient.js` takes the key of ledgerx.com: who wants to be mistaken does not call attention to it. */
function isSpelledOut({ source }: Flow, { labels }: Host): boolean {
  const file = source.at.path.slice(source.at.path.lastIndexOf('/') + 1).toLowerCase()
  return labels.some(label => label.length >= 6 && file.includes(label))
}
