import { Parser, type AnyNode, type Token } from 'acorn'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { lex } from '../../../../../lib/inspect/code/lexer/lexer.ts'
import { template, Tokens } from '../../../../../lib/inspect/code/lexer/tokens.ts'

type Told = { readonly starts: ReadonlyMap<number, number>; readonly bodies: ReadonlyMap<number, number> }

/** Tokens and function bodies as acorn has them; undefined where it refuses the text. */
function acorn(text: string): Told | undefined {
  for (const sourceType of ['module', 'commonjs', 'script'] as const) {
    const tokens: Token[] = []
    try {
      const program = Parser.parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        allowHashBang: true,
        checkPrivateFields: false,
        onToken: tokens,
      })
      const starts = new Map(
        tokens
          .filter(({ type }) => !['`', 'template', '${', 'eof'].includes(type.label))
          .map(({ start, end }) => [start, end]),
      )
      return { starts, bodies: bodiesOf(program, text) }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return undefined
}

function bodiesOf(program: AnyNode, text: string): ReadonlyMap<number, number> {
  const bodies = new Map<number, number>()
  const stack: unknown[] = [program]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (Array.isArray(node)) stack.push(...(node as unknown[]).filter(item => item != null))
    else if (typeof node === 'object' && node !== null) {
      const one = node as AnyNode
      if ('body' in one && /Function/.test(one.type)) {
        const body = one.body as AnyNode
        if (body.type === 'BlockStatement') bodies.set(body.start, body.end)
      }
      if (one.type === 'StaticBlock') bodies.set(text.indexOf('{', one.start), one.end)
      stack.push(...Object.values(node).filter(value => typeof value === 'object' && value !== null))
    }
  }
  return bodies
}

/** The first place where the lexer and acorn disagree; undefined where they do not, or the lexer is not sure. */
function disagreement(text: string): string | undefined {
  const tokens = new Tokens(text, () => false)
  if (!tokens.exact) return undefined
  const told = acorn(text)
  if (told === undefined) return undefined
  const templates = new Set<number>()
  const mine = new Map<number, number>()
  for (let at = 0; at < tokens.count; at++) {
    if (((tokens.kinds[at] ?? 0) & 15) === template) templates.add(tokens.starts[at] ?? -1)
    else mine.set(tokens.starts[at] ?? -1, tokens.ends[at] ?? -1)
  }
  for (const [start, end] of told.starts)
    // The brace that ends a substitution belongs to the next piece of its template.
    if (mine.get(start) !== end && !templates.has(start)) return `token at ${text.slice(start, start + 30)}`
  for (const start of mine.keys())
    if (!told.starts.has(start)) return `no token at ${text.slice(start, start + 30)}`
  const bodies = new Map(tokens.functionStarts.map((start, at) => [start, tokens.functionEnds[at]]))
  for (const [start, end] of told.bodies)
    if (bodies.get(start) !== end) return `body at ${text.slice(start - 30, start + 10)}`
  return bodies.size === told.bodies.size ? undefined : 'a body that is none'
}

const folders = [
  'acorn/dist',
  'semver',
  'tar/dist',
  'prettier',
  'fast-check/lib',
  'terser/lib',
  'js-yaml/dist',
  'minimatch/dist',
]

function files(): readonly string[] {
  const found: string[] = []
  for (const folder of folders) {
    const root = join(import.meta.dirname, '../../../../../node_modules', folder)
    let bytes = 0
    for (const name of list(root)) {
      if (!/\.[cm]?js$/.test(name)) continue
      const text = readFileSync(join(root, name), 'utf8')
      if (text.length > 400_000 || (bytes += text.length) > 250_000) continue
      found.push(text)
    }
  }
  return found
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const texts = files()

t.test('real files have the tokens and function bodies that acorn gives them', t => {
  t.ok(texts.length > 50, `${texts.length} files`)
  let exact = 0
  for (const text of texts) {
    t.equal(disagreement(text), undefined)
    if (new Tokens(text, () => false).exact) exact++
  }
  t.ok(exact / texts.length > 0.97, `${exact} of ${texts.length} are exact`)
  t.end()
})

t.test('mutated files never get other tokens while the lexer is sure', t => {
  const inserted = [
    '/',
    '/ /',
    '}/a/',
    '++',
    '\n',
    '{}',
    'function(){}',
    '=>{}',
    'class{}',
    'yield ',
    '`',
    ')',
    ':',
    '<!--',
  ]
  let seed = 7
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return seed % below
  }
  let compared = 0
  for (const text of texts) {
    if (text.length > 20_000) continue
    for (let round = 0; round < 6; round++) {
      const at = text.slice(next(text.length)).search(/[/{}()+;?:`\n]/)
      if (at < 0) continue
      const mutant = text.slice(0, at) + (inserted[next(inserted.length)] ?? '') + text.slice(at + next(2))
      const found = disagreement(mutant)
      if (found !== undefined)
        t.fail(`${JSON.stringify(mutant.slice(Math.max(0, at - 40), at + 40))}: ${found}`)
      compared++
    }
  }
  t.ok(compared > 100, `${compared} mutants`)
  t.end()
})

t.test('slashes, braces, templates and numbers are told apart', t => {
  const table: readonly string[] = [
    'a = b / c / d',
    'if (a) /b{/.test(c)',
    'while (a) /[/]"/.test(b)',
    'a = (b) / c / d',
    'x = a++ / 2 / b',
    'return_ = x.return / 2 / 1',
    '`a${`b${{ c: 1 }.c}`}d`',
    '`\\`${a}` / 2',
    'f = function () {} / 1',
    'const { a = {} } = b; for (const x of [1]) {}',
    'x = a ? { b: 1 } : { c: function () {} }',
    'switch (a) { case b: { c() } default: { d() } }',
    'label: { break label }',
    'class A extends (class {}) { static { a } #b = 1; get c() { return this.#b } static async *[d]() {} }',
    'class A { class; constructor() {} }',
    'a = { async *b() {}, get c() { return 1 }, if() {}, [d]() {}, class() {}, function() {} }',
    'a = async x => { await x }; b = async function* () { yield* c }',
    '1..toString(); 1.5.toFixed(); .5 + 0x1e+5; 1_000n; 1e+5',
    'a?.[b]?.(c) ?? d?.5:1',
    'a <<= 1; b >>>= 2; c **= 3; d ??= 4; e ||= 5; f &&= 6',
    'for await (const a of b) {}',
    'export default class {}\nexport { a as "b c" }; import d from "e" with { type: "json" }',
    '#!/usr/bin/env node\nf(/* } */ "}", \'{\') // {',
    'do x(); while (y)\n/a/.test(b)',
    'a\n{ b }\nc',
    'x = y\n++z',
  ]
  for (const text of table) {
    const module = text.startsWith('export') ? text : text
    t.equal(disagreement(module), undefined, text)
  }
  t.end()
})

t.test('what may be read in two ways is not exact', t => {
  const table: readonly string[] = [
    '{}\n/a/g',
    'yield /a/g',
    'a <!-- b',
    'x\n--> y',
    '\\u0061 = 1',
    '<div>{a}</div>',
    'a = <T,>(x) => x',
    '`a',
    '"a\n"',
    '/a\n/',
    '/* a',
    '(]',
    '}',
    '((',
    '@a class B {}',
    'interface A { b: string }',
  ]
  for (const text of table) t.notOk(new Tokens(text, () => false).exact, text)
  t.end()
})

t.test('work is linear on every shape and nothing throws', t => {
  const shapes: readonly string[] = [
    '(',
    '[',
    '{',
    '`${',
    '/',
    'a(',
    'x=>{',
    'class A{',
    'function(){',
    '"a"+',
    '[][',
    '\\',
    '\u2028',
    '1.',
    'a?b:',
    'case ',
    'a.b=',
    "require('a');",
    'import a from "b";',
    '_0x1f2a;',
    '/*',
    '#',
    '/[',
    'x[0]+',
    '"\\x41",',
    'constructor.',
  ]
  for (const shape of shapes) {
    const time = (length: number): number => {
      const text = shape.repeat(Math.ceil(length / shape.length))
      const { user } = process.cpuUsage()
      lex(text)
      return (process.cpuUsage().user - user) / 1000
    }
    time(1000)
    // Quadratic work would take minutes for the longer one; the floor is for noise of the machine.
    const short = time(50_000)
    const long = time(400_000)
    t.ok(
      long < 30 * Math.max(short, 20),
      `${encodeURIComponent(shape)}: ${short.toFixed(0)}, ${long.toFixed(0)} ms`,
    )
  }
  t.end()
})
