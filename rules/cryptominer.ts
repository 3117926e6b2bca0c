import { poolWords } from '../lib/pool-words.ts'
import type { Action, Context, Fact, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'

/** What only a miner is told: pools, and its share of the yield. */
const mining =
  /\bstratum\+(?:tcp|ssl|tls):\/\/|--donate-level\b|\bxmrig\b|\bcpuminer\b|\bminerd\b|\bnanominer\b|--rig-id\b|--randomx\b|--algo[ =](?:rx|cn|randomx|kawpow|ethash)|(?:^|\s)-o\s+\S*pool\.\S+|\b(?:minexmr|supportxmr|nanopool|moneroocean|hashvault|2miners|f2pool|c3pool)\b/i

/** Another person's coins on this machine's power. */
export const cryptominer: Rule = {
  meta: {
    id: 'cryptominer',
    title: 'Mines cryptocurrency',
    severity: 'high',
    description:
      'The code starts a miner or speaks a mining pool’s protocol. A library that computes for somebody else’s wallet ' +
      'is theft, even where nothing is stolen but electricity. Packages that say they mine are left alone until they mine unasked.',
    references: [
      'ua-parser-js 0.7.29 (2021)',
      'rspack 1.1.7 (December 2024)',
      'ultralytics 8.3.41 (December 2024)',
    ],
    blindSpots: ['A miner that is renamed and takes its settings from a file.'],
    examples: {
      flags: [
        {
          title: 'a hook starts a miner in the background',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"sh i.sh"}}',
            'i.sh': './tool -o stratum+tcp://pool.invalid:3333 -u 4INERT --donate-level 1 &\n',
          },
        },
      ],
      passes: [
        {
          title: 'a package that says it mines',
          files: {
            'package.json': '{"name":"toy-miner","version":"1.0.0","main":"i.js","keywords":["mining"]}',
            'i.js':
              "exports.mine = pool => require('child_process').spawn('xmrig', ['-o', pool, '--donate-level', '1'])\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const declared = isDeclared(inspection.manifest.keywords, context)
    return oncePerLine(
      inspection.facts.flatMap(fact => {
        const text = textsOf(fact).find(one => mining.test(one) || poolWords.test(one))
        if (text === undefined) return []
        const action = weigh(fact, declared)
        if (action === undefined) return []
        const message =
          `${opening(fact)} mines cryptocurrency: ${quote(text, 120)}.` +
          (action === 'note'
            ? ''
            : ' The machine’s power goes to whoever owns that wallet. Do not install it.')
        return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
      }),
    )
  },
}

function textsOf(fact: Fact): readonly Text[] {
  switch (fact.kind) {
    case 'starts':
      return fact.commands
    case 'contacts':
      return fact.destinations
    case 'writes':
      return fact.contents
    default:
      return []
  }
}

function isDeclared(keywords: readonly string[], context: Context): boolean {
  return [context.name, ...keywords].some(word =>
    /\b(?:min(?:e|er|ers|ing)|xmrig|stratum|pool)\b/i.test(word),
  )
}

function weigh(fact: Fact, declared: boolean): Action | undefined {
  if (unasked(fact)) return declared ? 'ask' : 'block'
  return declared ? undefined : fact.kind === 'writes' ? 'ask' : 'block'
}
