import { createCipheriv } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { parse, type Program } from 'acorn'
import * as fc from 'fast-check'
import t from 'tap'
import { Budget, type FoldLimits } from '../../../../../lib/inspect/code/fold/budget.ts'
import type { Folded } from '../../../../../lib/inspect/code/fold/constant.ts'
import { foldProgram, type FoldedProgram } from '../../../../../lib/inspect/code/fold/fold-program.ts'

const parseText = (source: string): Program =>
  parse(source, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true })

const fold = (source: string, limits: Partial<FoldLimits> = {}): FoldedProgram =>
  foldProgram(parseText(source), source, new Budget(limits))

/** What each expression of that text folded to. */
const folded = (source: string, expression: string): Folded | undefined => {
  for (const [node, value] of fold(source).constants) {
    if (source.slice(node.start, node.end) === expression) return value
  }
  return undefined
}

const fixtures = new URL('../../../../fixtures/obfuscated/', import.meta.url)
const fixture = (name: string): string => readFileSync(new URL(name, fixtures), 'utf8')

const markers = [
  ...new Set(fixture('source.txt').match(/(?<=')[^'\n]*(?:marker|invalid|example|ingest)[^'\n]*(?=')/g)),
]

t.test('texts hidden by every option set of an obfuscator come back', t => {
  t.ok(markers.length >= 18, 'the source has enough marked texts')
  // The strongest preset takes more work than one file may cost; it must halt and say so.
  const beyond = new Set(['high.txt'])
  for (const name of readdirSync(fixtures)) {
    if (name === 'source.txt') continue
    const source = fixture(name)
    const result = fold(source, beyond.has(name) ? { maxSteps: 1_000_000 } : {})
    if (beyond.has(name)) {
      t.ok(
        result.notes.some(note => note.kind === 'halted' && note.reason === 'steps'),
        name,
      )
      continue
    }
    const texts = [...result.constants.values()].map(({ value }) => (typeof value === 'string' ? value : ''))
    const all = `${texts.join('\n')}\n${source}`
    const missing = markers.filter(marker => !all.includes(marker))
    t.strictSame(missing, [], name)
    t.ok(
      result.notes.some(note => note.kind === 'decoder'),
      `${name} names its decoder`,
    )
    t.ok(result.decoders.includes('string-table'), `${name} has a table`)
  }
  t.end()
})

const secret = 'https://collect.invalid/marker'
const xored = Array.from(secret).map(character => character.charCodeAt(0) ^ 42)
const hidden = [...Buffer.from(secret)]
  .map(byte => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16))
  .join('')
const zeroWidth = Array.from(secret)
  .map(c => c.charCodeAt(0).toString(2).padStart(8, '0').replaceAll('0', '\u200b').replaceAll('1', '\u200c'))
  .join('')
const key = Buffer.alloc(32, 7)
const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 9))
const encrypted = cipher.update(secret, 'utf8', 'hex') + cipher.final('hex')
const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, c => String.fromCharCode(((c.charCodeAt(0) - 97 + 13) % 26) + 97))
const zipped = gzipSync(secret).toString('base64')

/** Hand-made decoders: name, program, the expression to look at, and what it must say about how it was hidden. */
const samples: readonly (readonly [name: string, source: string, expression: string, decoders: readonly string[]])[] = [
  ['char codes', `eval(String.fromCharCode(${Array.from(secret).map(c => c.charCodeAt(0)).join()}))`, `String.fromCharCode(${Array.from(secret).map(c => c.charCodeAt(0)).join()})`, ['char-codes']],
  ['xor over a list', `var d=[${xored.join()}],o='';for(var i=0;i<d.length;i++)o+=String.fromCharCode(d[i]^42);eval(o)`, 'o', ['char-codes', 'xor']],
  ['xor with a key text', `function x(d,k){let o='';for(let i=0;i<d.length;i++)o+=String.fromCharCode(d[i]^k.charCodeAt(i%k.length));return o}\nrequire('os').use(x([${xored.join()}],'*'))`, `x([${xored.join()}],'*')`, ['char-codes', 'xor']],
  ['rot13', `const r=s=>s.replace(/[a-z]/g,c=>String.fromCharCode((c.charCodeAt(0)-97+13)%26+97));module.exports=()=>fetch(r('${rot13(secret)}'))`, `r('${rot13(secret)}')`, ['char-codes', 'rot']],
  ['base64, reversed', `fetch(Buffer.from('${Array.from(Buffer.from(secret).toString('base64')).toReversed().join('')}'.split('').reverse().join(''),'base64').toString())`, `Buffer.from('${Array.from(Buffer.from(secret).toString('base64')).toReversed().join('')}'.split('').reverse().join(''),'base64').toString()`, ['base64', 'reversed']],
  ['a Buffer as text, from a table that is turned round', `const t=['eA==','${Buffer.from(secret).toString('base64')}'];t.push(t.shift());const d=n=>String(Buffer.from(t[n],'base64'));eval(d(0))`, 'd(0)', ['base64']],
  ['hex in pairs', `const h='${Buffer.from(secret).toString('hex')}';const u=h.match(/../g).map(b=>String.fromCharCode(parseInt(b,16))).join('');fetch(u)`, `h.match(/../g).map(b=>String.fromCharCode(parseInt(b,16))).join('')`, ['char-codes', 'hex']],
  ['aes with a constant key', `const c=require('crypto');function go(){const d=c.createDecipheriv('aes-256-cbc',Buffer.alloc(32,7),Buffer.alloc(16,9));let s=d.update('${encrypted}','hex','utf8');s+=d.final('utf8');eval(s)}`, 's', ['aes', 'hex']],
  ['gzip', `import('x');const z=require('node:zlib');eval(z.gunzipSync(Buffer.from('${zipped}','base64')).toString())`, `z.gunzipSync(Buffer.from('${zipped}','base64')).toString()`, ['base64', 'zlib']],
  ['variation selectors', `const s=v=>[...v].map(c=>{const p=c.codePointAt(0);return p>=0xFE00&&p<=0xFE0F?p-0xFE00:p>=0xE0100&&p<=0xE01EF?p-0xE0100+16:null}).filter(b=>b!==null);eval(Buffer.from(s(\`${hidden}\`)).toString('utf-8'))`, `Buffer.from(s(\`${hidden}\`)).toString('utf-8')`, ['char-codes', 'hidden-unicode']],
  ['zero-width bits', `const z='${zeroWidth}';let b='',o='';for(const c of z){b+=c==='\\u200b'?'0':'1';if(b.length===8){o+=String.fromCharCode(parseInt(b,2));b=''}}\nnew Function(o)()`, 'o', ['char-codes', 'hidden-unicode']],
  ['percent-encoding', `eval(unescape('${Array.from(secret).map(c => `%${c.charCodeAt(0).toString(16)}`).join('')}'))`, `unescape('${Array.from(secret).map(c => `%${c.charCodeAt(0).toString(16)}`).join('')}')`, ['percent-encoding']],
  ['a decoder inside a function nobody calls', `function k(a){return a.map(n=>String.fromCharCode(n-3)).join('')}\nexports.f=function(x){x.post(k([${Array.from(secret).map(c => c.charCodeAt(0) + 3).join()}]))}`, `k([${Array.from(secret).map(c => c.charCodeAt(0) + 3).join()}])`, ['char-codes']],
] // prettier-ignore

t.test('what a bundle hands to the function around it is part of the program', t => {
  const table = "var names=['c2VjcmV0'];function name(at){return atob(names[at])}"
  const source = `(function(root,factory){factory(root.x={})})(this,function(exports){${table}exports.say=function(){return name(0)}})`
  t.strictSame(folded(source, 'name(0)')?.value, 'secret')
  t.end()
})

t.test('hand-made decoders are followed, and named', t => {
  for (const [name, source, expression, decoders] of samples) {
    t.strictSame(folded(source, expression), { value: secret, decoders }, name)
  }
  t.end()
})

t.test('a function of the program can be called with constants afterwards', t => {
  const source = `function d(a){return a.map(n=>String.fromCharCode(n^5)).join('')}\nfunction use(b){return d(b)}\nuse([1])`
  const program = parseText(source)
  const result = foldProgram(program, source, new Budget())
  const fn = program.body[1]
  const list = { kind: 'array', items: [109, 108] } as const
  t.strictSame(fn?.type === 'FunctionDeclaration' && result.call?.(fn, [list]), {
    value: 'hi',
    decoders: ['char-codes', 'xor'],
  })
  t.end()
})

t.test('a file calls what it hands out by that name, and says so', t => {
  const source = `exports.sums=void 0\nexports.sums=a=>{let s=0;return a.map(n=>s+=n)}\nexports.text=a=>String.fromCharCode(...(0,exports.sums)(a))`
  const program = parseText(source)
  const result = foldProgram(program, source, new Budget())
  const [, , statement] = program.body
  const assignment = statement?.type === 'ExpressionStatement' ? statement.expression : undefined
  const fn = assignment?.type === 'AssignmentExpression' ? assignment.right : undefined
  const list = { kind: 'array', items: [104, 1] } as const
  t.strictSame(fn?.type === 'ArrowFunctionExpression' && result.call?.(fn, [list]), {
    value: 'hi',
    decoders: ['char-codes'],
    exported: ['sums'],
  })
  t.end()
})

t.test('a file that only holds a decoder decodes for others', t => {
  const source = `function d(a){return a.map(n=>String.fromCharCode(n^5)).join('')}\nfunction plain(a){return a.length}`
  const program = parseText(source)
  const result = foldProgram(program, source, new Budget())
  const [decoder, plain] = program.body
  const list = { kind: 'array', items: [109, 108] } as const
  t.equal(result.constants.size, 0)
  t.equal(decoder?.type === 'FunctionDeclaration' && result.call?.(decoder, [list])?.value, 'hi')
  t.equal(plain?.type === 'FunctionDeclaration' && result.call?.(plain, [list]), undefined, 'decodes nothing')
  t.end()
})

t.test('what depends on the world outside, or was changed by it, stays unknown', t => {
  const table: readonly (readonly [source: string, expression: string])[] = [
    [`const d=s=>atob(s);const x=d(process.env.A)`, 'd(process.env.A)'],
    [`let k='a';if(process.env.A)k='b';const d=s=>atob(s);eval(d(k))`, 'd(k)'],
    [`let k=['YQ=='];process.on('x',()=>k.push('Yg=='));const d=s=>atob(s[0]);eval(d(k))`, 'd(k)'],
    [`let i=0;const d=s=>atob(s);for(const v of process.argv){i++;eval(d('YQ'+i))}`, `d('YQ'+i)`],
    [`const d=s=>atob(s)+Math.random();eval(d('YQ=='))`, `d('YQ==')`],
    [`const d=s=>atob(s)+Date.now();eval(d('YQ=='))`, `d('YQ==')`],
  ]
  for (const [source, expression] of table) t.equal(folded(source, expression), undefined, source)
  t.end()
})

t.test('what halts is undone', t => {
  const source = `var t=['a','b','c','d','e','f','g','h'];function d(i){return t[i]+atob('')}
t.shift() && process.exit(0);
eval(d(0)); try { throw d(1) } catch (e) { eval(e) }`
  t.equal(folded(source, 'd(0)'), undefined, 'the table may have lost its first entry')
  const harmless = `var n=1;function d(i){return atob('YQ==')+n}\n(function(){ n = 1; unknownThing(n) });eval(d(0))`
  t.equal(folded(harmless, 'd(0)')?.value, 'a1')
  t.end()
})

/** Programs that try to crash, stall or escape. Each also holds a decoder, or they would not be walked at all. */
const decoder = `function d(s){return atob(s)}\n`
const hostile: readonly string[] = [
  `for(;;){}`,
  `while(true){try{for(;;){}}catch{}finally{continue}}`,
  `let s='x';for(;;)s+=s`,
  `let s=d('YQ==');for(let i=0;i<1e7;i++){s+='y';s.charCodeAt(3)}`,
  `function f(){return f()+f()}f()`,
  `const f=()=>{try{f()}finally{f()}};f()`,
  `[].push.apply([],Array(1e9))`,
  `const a=[];a[4e9]=1;a[1e8]=2`,
  `const a=Array(1e6).fill(0).map((_, i)=>i);for(;;){a.push(...a)}`,
  `let b=2n;for(;;)b=b*b`,
  `2n**100000000n`,
  `'a'.padEnd(2**29).repeat(99)`,
  `'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.replace(/^(a+)+$/,'')`,
  `({}).__proto__.polluted=1;Object.prototype.polluted=1;({})['__proto__']['polluted']=1`,
  `({}).constructor.constructor('return process')().exit(1)`,
  `[].constructor.constructor('return this')().process.exit(1)`,
  `(function(){return this})().process.exit(1)`,
  `d.constructor('return globalThis')().atob.constructor('return process')()`,
  `const o={toString(){return o},valueOf(){return o}};''+o;o+1`,
  `const o={get x(){for(;;){}}};o.x`,
  `const a=[];a[0]=a;String(a);JSON.stringify(a)`,
  `let a=[];for(let i=0;i<1e5;i++)a=[a];String(a);a.flat(Infinity)`,
  `const a=[3,1,2];a.sort(()=>{for(;;){}})`,
  `class A{static{for(;;){}}}`,
  `function*g(){for(;;)yield 1}[...g()]`,
  `new Proxy({},{get(){return 1}}).x`,
  `d.toString=()=>{for(;;){}};d+''`,
  `let x=0;lab:for(;;){for(;;){continue lab}}`,
  `JSON.parse('['.repeat(1e5)+']'.repeat(1e5))`,
  `with({atob:1}){d('YQ==')}`,
  `${'('.repeat(300)}d('YQ==')${')'.repeat(300)}`,
  `${'['.repeat(400)}d('YQ==')${']'.repeat(400)}`,
  `x=${'d('.repeat(400)}'YQ=='${')'.repeat(400)}`,
  `x=${Array.from({ length: 3_000 }, (_, i) => `'${i}'`).join('+')}`,
  `x=d('YQ==')${'.a'.repeat(1000)}`,
  `${'if(d("YQ=="))'.repeat(300)};`,
  `${'(function(){'.repeat(200)}d('YQ==')${'})()'.repeat(200)}`,
]

t.test('hostile programs halt within the budget and touch nothing', t => {
  for (const body of hostile) {
    const budget = new Budget({ maxSteps: 300_000 })
    const source = `${decoder}${body}\neval(d('bWFya2Vy'))`
    const result = foldProgram(parseText(source), source, budget)
    t.ok(result.steps <= 300_000, body.slice(0, 60))
  }
  t.equal(({} as { polluted?: number }).polluted, undefined, 'no prototype of the host was changed')
  t.end()
})

t.test('an endless loop in front does not use up what the decoder behind it needs', t => {
  const source = `${decoder}for(let i=0;i<1e12;i++){}\neval(d('bWFya2Vy'))`
  t.equal(folded(source, `d('bWFya2Vy')`)?.value, 'marker')
  t.ok(fold(source).notes.some(note => note.kind === 'halted' && note.reason === 'steps'))
  t.end()
})

t.test('programs without decoders are not walked', t => {
  for (const source of [
    '',
    'const a = 1; module.exports = a + 1',
    `exports.f = x => x.split(',').map(Number)`,
  ]) {
    t.equal(fold(source).steps, 0, source)
  }
  t.end()
})

const names = fc.constantFrom('a', 'b', 'c')
const literals = fc.oneof(
  fc.integer({ min: -9, max: 99 }).map(String),
  fc
    .string({ unit: fc.constantFrom('x', 'Y', '1', ' ', '='), maxLength: 5 })
    .map(text => JSON.stringify(text)),
  fc.constantFrom('true', 'null', 'undefined', '[1,2,3]', '{x:1,y:"z"}', '"abc"', '[]', 'NaN'),
)

const { expression } = fc.letrec<{ expression: string; pure: string }>(tie => ({
  expression: fc.oneof({ maxDepth: 3 }, fc.oneof(literals, names), tie('pure')),
  pure: fc.oneof(
    fc.tuple(tie('expression'), fc.constantFrom('+', '-', '*', '%', '^', '&', '|', '<<', '>>>', '===', '==', '<', '>=', '&&', '||', '??', ','), tie('expression')).map(([l, o, r]) => (o === '??' ? `((${l})${o}(${r}))` : `(${l} ${o} ${r})`)),
    fc.tuple(fc.constantFrom('!', '-', '+', '~', 'typeof ', 'void '), tie('expression')).map(([o, e]) => `(${o}(${e}))`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]) => `\`<\${${x}}|\${${y}}>\``),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]) => `[${x}, ...String(${y})]`),
    fc.tuple(tie('expression')).map(([x]) => `String(${x}).split('').reverse().join('')`),
    fc.tuple(tie('expression')).map(([x]) => `String(${x}).replace(/[a-z]/g, m => m.toUpperCase() + 1)`),
    fc.tuple(tie('expression')).map(([x]) => `[3, 1, ${x}].map((v, i) => v + i).filter(Boolean).length`),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]) => `((p, q = ${y}, ...r) => [p, q, r.length])(${x})`),
    fc.tuple(tie('expression')).map(([x]) => `f(${x})`),
    fc.tuple(names, fc.constantFrom('=', '+=', '^=', '??=', '||='), tie('expression')).map(([n, o, e]) => `(${n} ${o} ${e})`),
    fc.tuple(names, fc.constantFrom('++', '--')).map(([n, o]) => `${n}${o}`),
    fc.tuple(tie('expression')).map(([x]) => `({ k: ${x}, ['j' + 1]: 2 })?.k`),
    fc.tuple(names).map(([n]) => `(${n})?.x`),
  ),
})) // prettier-ignore

const statement = fc.oneof(
  fc.tuple(names, expression).map(([n, e]) => `${n} = ${e};`),
  fc.tuple(expression, expression, names).map(([x, y, n]) => `if (${x}) { ${n} = ${y} } else { ${n} += 1 }`),
  fc.tuple(names, expression).map(([n, e]) => `for (let i = 0; i < 3; i++) { if (i === 1) continue; ${n} += i; log.push(${e}) }`),
  fc.tuple(names, expression).map(([n, e]) => `try { ${n} = ${e}; null.x; } catch { log.push('caught') } finally { log.push(1) }`),
  fc.tuple(expression, names).map(([e, n]) => `try { throw ${e} } catch (e) { ${n} = e }`),
  fc.tuple(expression, names).map(([e, n]) => `switch (${e}) { case 1: ${n} = 'one'; case 'x': ${n} = 'x'; break; default: ${n} = 'd' }`),
  fc.tuple(expression).map(([e]) => `outer: for (const v of [1, 2, 3]) { for (const w of 'ab') { if (v === 2) continue outer; if (v === 3) break outer; log.push(v + w + typeof (${e})) } }`),
  fc.tuple(expression).map(([e]) => `{ let a = ${e}; log.push(typeof a); const g = () => a; log.push(typeof g()) }`),
  fc.tuple(expression).map(([e]) => `for (const k in { p: ${e}, 2: 1, 1: 1 }) log.push(k);`),
  fc.tuple(expression, names).map(([e, n]) => `{ const [p, ...q] = [${e}, 2, 3]; const { x, ...y } = { x: p, z: q }; ${n} = x; log.push(Object.keys(y).join()) }`),
  fc.tuple(expression).map(([e]) => `var n = 0; do { n++; if (n > 2) break; log.push(n, typeof (${e})) } while (true)`),
  fc.tuple(expression).map(([e]) => `function T(v) { this.v = v } T.prototype.get = function () { return typeof this.v }; log.push(new T(${e}).get())`),
) // prettier-ignore

t.test('generated programs end as they do in Node, or halt', t => {
  let known = 0
  let runs = 0
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), statements => {
      const source = `function run(a) { var b = 2, c = 'see'; const log = [];
function f(p) { return typeof p === 'number' ? p * 2 : p }
${statements.join('\n')}
return JSON.stringify([typeof a, String(a), typeof b, String(b), String(c), log]) }
var out = run(atob('eA=='))`
      let expected: unknown
      try {
        expected = runInNewContext(`${source};out`, { atob }, { timeout: 60_000 })
      } catch {
        expected = undefined
      }
      const result = folded(source, `run(atob('eA=='))`)
      runs += 1
      if (result === undefined) return true
      known += 1
      return result.value === expected
    }),
    { seed: 20_261_122, numRuns: 400 },
  )
  t.comment(`${known} of ${runs} known`)
  t.ok(known / runs > 0.7, 'few of them halt')
  t.end()
})
