/**
 * `npm run bench:accuracy`: every package of the five real trees and of the list of honest packages that look suspicious,
 * inspected and judged as an install would. Prints verdicts with denominators, findings by rule, and every `ask` and
 * `block` with its evidence: each is a false alarm to be read by a person. `-- <name>...` narrows it to some packages,
 * `-- --folder=<path>` reads the tarballs of a folder instead (what `npm pack` left there).
 */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createPool } from '../../lib/inspect/pool.ts'
import { judgePackages } from '../../lib/judge/judge-packages.ts'
import { limits } from '../../lib/limits.ts'
import { loadLists } from '../../lib/store/load-lists.ts'
import type { JudgedPackage, PlannedPackage } from '../../lib/types.ts'
import { rules } from '../../rules/index.ts'
import { loadCorpus, tarballsIn } from './corpus.ts'
import type { CorpusPackage } from './corpus.ts'

type Result = {
  readonly one: JudgedPackage
  readonly ms: number
  readonly files: number
  readonly bytes: number
}

const wanted = new Set(process.argv.slice(2).filter(word => !word.startsWith('-')))
const notes = process.argv.includes('--notes')
const folder = process.argv.find(word => word.startsWith('--folder='))?.slice('--folder='.length)
const groups = await packagesToRead()
const lists = loadLists()
const pool = createPool({
  workers: availableParallelism(),
  maxHeapMb: limits.maxWorkerHeapMb,
  maxMs: limits.maxInspectionMs,
})
const results = new Map<string, Result>()

await inspectAll(Object.values(groups).flat())
await pool.close()
printVerdicts()
printRules()
printAlarms()
printSlowest()

async function packagesToRead(): Promise<Readonly<Record<string, readonly CorpusPackage[]>>> {
  if (folder !== undefined) return { [folder]: await tarballsIn(folder) }
  const corpus = await loadCorpus()
  return { ...corpus.trees, 'hard negatives': corpus.hard }
}

async function inspectAll(packages: readonly CorpusPackage[]): Promise<void> {
  const queue = [...new Map(packages.map(item => [item.file, item])).values()].filter(
    item => wanted.size === 0 || wanted.has(item.name),
  )
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results.set(next.file, await inspect(next))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}

async function inspect({ name, version, file }: CorpusPackage): Promise<Result> {
  const started = performance.now()
  const artifact = await pool.inspect({ bytes: await readFile(file), source: 'registry' })
  const ms = performance.now() - started
  const item: PlannedPackage = {
    name,
    version,
    spec: version,
    resolved: undefined,
    integrity: artifact.integrity,
    fetchSpec: undefined,
    location: `node_modules/${name}`,
    source: 'registry',
    direct: false,
    typed: false,
    optional: false,
    dev: false,
    requiredBy: [],
    unchanged: false,
    registryManifest: undefined,
  }
  const reads = new Map([[item, { artifact, gaps: [], fromCache: false, error: undefined }]])
  const [one] = judgePackages([item], reads, {
    rules,
    lists,
    problems: new Map(),
    approved: new Set(),
    now: Date.now(),
  })
  if (one === undefined) throw new Error('not judged')
  const { files } = artifact.inspection
  return { one, ms, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function of(packages: readonly CorpusPackage[]): readonly Result[] {
  const files = new Set(packages.map(item => item.file))
  return [...results].flatMap(([file, result]) => (files.has(file) ? [result] : []))
}

function printVerdicts(): void {
  console.log('packages inspected (hook-bearing apart)      n  allow    ask  block   gaps   seconds     MB')
  const row = (title: string, found: readonly Result[]): void => {
    if (found.length === 0) return
    const count = (kind: string): number => found.filter(({ one }) => one.verdict.kind === kind).length
    const gaps = found.filter(({ one }) => one.gaps.some(gap => gap.kind === 'content')).length
    const seconds = found.reduce((sum, { ms }) => sum + ms, 0) / 1000
    const mb = found.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
    const cells = [found.length, count('allow'), count('ask'), count('block'), gaps].map(cell =>
      String(cell).padStart(6),
    )
    console.log(
      `${title.padEnd(40)} ${cells.join(' ')} ${seconds.toFixed(1).padStart(9)} ${mb.toFixed(1).padStart(6)}`,
    )
  }
  for (const [title, packages] of Object.entries(groups)) row(title, of(packages))
  const all = [...results.values()]
  row('all, each tarball once', all)
  row(
    'with an install hook',
    all.filter(({ one }) => (one.inspection?.hooks.length ?? 0) > 0),
  )
}

function printRules(): void {
  const counts = new Map<string, number>()
  for (const { one } of results.values()) {
    const seen = new Set(one.verdict.findings.map(finding => `${finding.action.padEnd(5)} ${finding.rule}`))
    for (const key of seen) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  console.log('\npackages with a finding, by action and rule')
  for (const [key, count] of [...counts].toSorted((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(6)}  ${key}`)
}

function printAlarms(): void {
  console.log('\nalarms and gaps')
  for (const { one } of results.values()) {
    const alarms = one.verdict.findings.filter(finding => notes || finding.action !== 'note')
    for (const { action, rule, phase, message, location, evidence, flow } of alarms) {
      console.log(
        `${action} ${one.package.name}@${one.package.version} ${rule} [${phase}] ${location.path}:${location.line}`,
      )
      console.log(`      ${message}\n      ${evidence.slice(0, 160)}`)
      for (const hop of flow ?? []) console.log(`        ${hop.path}:${hop.line} ${hop.label}`)
    }
    for (const gap of one.gaps)
      console.log(`gap   ${one.package.name}@${one.package.version} ${gap.path ?? ''} ${gap.what}`)
  }
}

function printSlowest(): void {
  console.log('\nslowest')
  for (const { one, ms, bytes } of [...results.values()].toSorted((a, b) => b.ms - a.ms).slice(0, 10)) {
    console.log(
      `${(ms / 1000).toFixed(1).padStart(6)} s  ${(bytes / 1e6).toFixed(1).padStart(6)} MB  ${one.package.name}@${one.package.version}`,
    )
  }
}
