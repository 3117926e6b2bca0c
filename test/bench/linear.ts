/**
 * `npm run bench:inspect -- --linear`: what the whole inspection of a package costs for inputs of one, two and four
 * times the size, and how the cost grows with each doubling: 2.0 is linear. Where it grows less, a budget or the gate
 * ended the work. A small warm-up run of each kind comes first, so that the compiler's work is not measured.
 */
import { inspectPackage } from '../../lib/inspect/inspect-package.ts'
import type { Unpacked } from '../../lib/fetch/unpacked.ts'

type Kind = {
  readonly name: string
  /** MB of code at size 1. */
  readonly mb: number
  readonly code: (chars: number) => string
}

/** What keeps the gate open, so that the interpreter runs: without a way out nothing is followed. */
const opening = "const h=require('https');exports.go=u=>h.get(u);"

const kinds: readonly Kind[] = [
  {
    name: 'functions that call each other',
    mb: 0.5,
    code: chars =>
      opening +
      repeat(chars, at => `function f${at}(a,b){const c=a+b*${at};return f${at + 1}(c,b)}\n`) +
      'f0(1,2)',
  },
  {
    name: 'many small functions, exported',
    mb: 1,
    code: chars => opening + repeat(chars, at => `exports.a${at}=x=>x+${at}\n`),
  },
  {
    name: 'functions that all reach the network',
    mb: 0.25,
    code: chars => opening + repeat(chars, at => `exports.b${at}=(x,y)=>h.get(x+'/${at}',y)\n`),
  },
  {
    name: 'large literals',
    mb: 2,
    code: chars => `${opening}const t=[${repeat(chars, at => `'entry-${at}',${at},{k:${at}},`)}]`,
  },
  {
    name: 'one line of statements',
    mb: 2.5,
    code: chars => opening + repeat(chars, at => `var v${at % 1000}=p(${at});if(v${at % 1000})q("${at}");`),
  },
  {
    name: 'bundle with a table of modules',
    mb: 0.5,
    code: chars =>
      `!function(m){var c={};function r(i){if(c[i])return c[i].exports;var o=c[i]={exports:{}};m[i].call(o.exports,o,o.exports,r);return o.exports}r(0)}([` +
      repeat(
        chars,
        at =>
          `function(m,e,r){var a=r(${at + 1});e.n=${at};e.f=function(x){return a.f?a.f(x):require('https').get(x)}},`,
      ) +
      'function(m,e){e.n=-1}])',
  },
  {
    name: 'table of texts, as obfuscators make it',
    mb: 0.25,
    code: chars => {
      const texts = repeat(chars / 2, at => `'${Buffer.from(`text-${at}`).toString('base64')}',`)
      const count = texts.split(',').length - 1
      const uses = repeat(chars / 2, at => `k(_0x1(${at % count}));`)
      return `${opening}const _0x0=[${texts}];function _0x1(i){return atob(_0x0[i-0])}function k(s){exports[s]=s}${uses}`
    },
  },
  {
    name: 'deep nesting',
    mb: 0.25,
    code: chars => {
      const levels = Math.floor(chars / 14)
      return `${opening}x=${'[{a:(b,'.repeat(levels)}0${')}]'.repeat(levels)}`
    },
  },
  {
    name: 'chained promises and callbacks',
    mb: 0.25,
    code: chars =>
      `${opening}let p=Promise.resolve(1);` +
      repeat(
        chars,
        at => `p=p.then(v=>new Promise(r=>setTimeout(()=>r(v+${at}),1)));h.get('u',a=>a.on('data',d=>e(d)));`,
      ),
  },
]

function repeat(chars: number, unit: (at: number) => string): string {
  const parts: string[] = []
  let length = 0
  for (let at = 0; length < chars; at++) {
    const part = unit(at)
    parts.push(part)
    length += part.length
  }
  return parts.join('')
}

function packageOf(code: string): Unpacked {
  const files = [
    { path: 'package.json', text: '{"name":"a","version":"1.0.0","main":"i.js"}' },
    { path: 'i.js', text: code },
  ].map(({ path, text }) => ({ path, bytes: Buffer.from(text), mode: 0o644 }))
  return { files, gaps: [], tricks: [], bytes: code.length }
}

function cpuSeconds(code: string): { readonly seconds: number; readonly gaps: number } {
  const given = packageOf(code)
  const before = process.cpuUsage()
  const { gaps } = inspectPackage(given, { source: 'registry' })
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, gaps: gaps.length }
}

/** Prints the table. */
export function showLinear(): void {
  console.log(
    '\nCPU seconds of the whole inspection for 1, 2 and 4 times the size, and the growth with each doubling',
  )
  for (const { name, mb, code } of kinds) {
    cpuSeconds(code(20_000))
    const runs = [1, 2, 4].map(size => cpuSeconds(code(size * mb * 1e6)))
    const [one, two, four] = runs.map(({ seconds }) => seconds) as [number, number, number]
    const gaps = runs.some(run => run.gaps > 0) ? '  (ends with a gap)' : ''
    console.log(
      `${name.padEnd(40)} ${`${mb} MB`.padStart(8)} ${[one, two, four].map(s => s.toFixed(2).padStart(7)).join('')}   × ${(two / one).toFixed(1)}, × ${(four / two).toFixed(1)}${gaps}`,
    )
  }
}
