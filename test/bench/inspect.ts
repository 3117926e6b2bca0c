/**
 * `npm run bench:inspect`: MB of JavaScript per CPU second over the corpus, for each step an inspection may take: gunzip
 * and untar, the lexer, acorn on everything, the whole inspection. Then the share the gate skips, what keeps it open,
 * and whether the cost of the lexer and of the whole inspection doubles with the input. `-- 8` takes every eighth
 * package; `--full` adds the whole inspection, which takes long; `--linear` shows nothing but how the cost grows.
 */
import { Parser } from 'acorn'
import { readFile } from 'node:fs/promises'
import { unpackTarball } from '../../lib/fetch/unpack.ts'
import { GatedAnalysis } from '../../lib/inspect/code/lexer/gated-analysis.ts'
import { lex } from '../../lib/inspect/code/lexer/lexer.ts'
import type { CodeRun } from '../../lib/inspect/code/code-run.ts'
import { inspectPackage } from '../../lib/inspect/inspect-package.ts'
import { loadCorpus } from './corpus.ts'
import { showLinear } from './linear.ts'

const step = Number(process.argv.slice(2).find(word => /^\d+$/.test(word)) ?? 8)
const full = process.argv.includes('--full')
if (process.argv.includes('--linear')) {
  showLinear()
  process.exit()
}
const corpus = await loadCorpus()
const all = [
  ...new Set([...Object.values(corpus.trees).flat(), ...corpus.hard].map(({ file }) => file)),
].toSorted()
const chosen = all.filter((_, at) => at % step === 0)

const cpu = { unpack: 0, lex: 0, acorn: 0, inspect: 0 }
const total = { packages: 0, files: 0, chars: 0, unparsed: 0, inexact: 0 }
const skipped = { packages: 0, files: 0, chars: 0 }
const reasons = new Map<string, number>()

function timed<T>(name: keyof typeof cpu, work: () => T): T {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  cpu[name] += (user + system) / 1e6
  return result
}

const nothing: CodeRun = {
  addEntry: () => undefined,
  addVirtual: () => undefined,
  run: () => undefined,
  takeCommands: () => [],
  result: () => ({ facts: [], flows: [], edges: [], gaps: [], filePhases: new Map() }),
}

for (const file of chosen) {
  const bytes = await readFile(file)
  const unpacked = timed('unpack', () => unpackTarball(bytes))
  const runs: GatedAnalysis[] = []
  const texts = new Map<string, string>()
  inspectPackage(unpacked, {
    source: 'registry',
    analysis: host => {
      const text = (path: string): string | undefined => {
        const found = host.text(path)
        if (found !== undefined) texts.set(`${runs.length} ${path}`, found)
        return found
      }
      const run = new GatedAnalysis({ ...host, text }, () => nothing)
      runs.push(run)
      return run
    },
  })
  total.packages++
  if (runs.every(run => run.openings.length === 0)) skipped.packages++
  for (const run of runs) count(run)
  const code = [...texts].flatMap(([path, text]) => (path.endsWith('.json') ? [] : [text]))
  timed('lex', () => code.forEach(text => lex(text)))
  timed('acorn', () => code.forEach(parse))
  if (full) timed('inspect', () => inspectPackage(unpacked, { source: 'registry' }))
}

function count(run: GatedAnalysis): void {
  const closed = run.openings.length === 0
  for (const lexed of run.lexed.values()) {
    total.files++
    total.chars += lexed.length
    if (!lexed.exact) total.inexact++
    if (closed) {
      skipped.files++
      skipped.chars += lexed.length
    }
  }
  for (const what of new Set(run.openings.map(opening => opening.what)))
    reasons.set(what, (reasons.get(what) ?? 0) + 1)
}

function parse(text: string): void {
  for (const sourceType of ['module', 'commonjs'] as const) {
    try {
      Parser.parse(text, { ecmaVersion: 'latest', sourceType, allowHashBang: true })
      return
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
    }
  }
  total.unparsed++
}

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`
const mb = total.chars / 1e6
console.log(`${total.packages} packages, ${total.files} reachable files, ${mb.toFixed(1)} MB of JavaScript`)
for (const [name, seconds] of Object.entries(cpu))
  if (seconds > 0)
    console.log(
      `${name.padEnd(8)} ${seconds.toFixed(1).padStart(7)} CPU s ${(mb / seconds).toFixed(1).padStart(7)} MB/s`,
    )
console.log(`peak resident memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
console.log(
  `skipped: ${share(skipped.packages, total.packages)} of packages, ${share(skipped.files, total.files)} of files, ${share(skipped.chars, total.chars)} of characters`,
)
console.log(`not exact: ${total.inexact} files; not parsed by acorn: ${total.unparsed}`)
console.log('\npackages by what opens the gate')
for (const [what, packages] of [...reasons].toSorted((a, b) => b[1] - a[1]).slice(0, 20))
  console.log(`${String(packages).padStart(6)}  ${what}`)
console.log('\nms of the lexer for 1, 2 and 4 MB')
for (const unit of [
  'a = b / c;\n',
  '{ ',
  '`${',
  "x['a' + b](c);",
  'function f(){return 1}',
  '"\\x41",',
  '[][',
]) {
  const times = [1, 2, 4].map(size => {
    const text = unit.repeat((size * 1e6) / unit.length)
    lex(text)
    const before = process.cpuUsage().user
    lex(text)
    return ((process.cpuUsage().user - before) / 1000).toFixed(0).padStart(6)
  })
  console.log(`${JSON.stringify(unit).padEnd(28)} ${times.join(' ')}`)
}
showLinear()
