/**
 * `npm run bench:short`: npm, safe-install and safe-install without inspection, side by side in one run, on one tree
 * from a replayed registry. Under two minutes; prints wall and CPU ratios to npm. Noise within a run hits all three.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { measure, median } from './measure.ts'
import type { Measured } from './measure.ts'
import { startReplayRegistry } from './replay-registry.ts'
import { benchFolder, dataFolder, makeSandbox } from './sandbox.ts'

const exec = promisify(execFile)
const rounds = Number(process.env['SAFE_INSTALL_BENCH_ROUNDS'] ?? 5)
const treeName = process.env['SAFE_INSTALL_BENCH_TREE'] ?? 'express-api'
const built = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const programs: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm', 'install', '--ignore-scripts'],
  'no inspection': [process.execPath, built('test/bench/no-inspection.js'), '--ignore-scripts'],
  'safe-install': [process.execPath, built('bin/safe-install.js'), '--ignore-scripts'],
}
const states = ['cold', 'warm', 'warm, inspected'] as const

const upstream = (await exec('npm', ['config', 'get', 'registry'])).stdout.trim()
const sandbox = await makeSandbox()
const manifest: unknown = JSON.parse(await readFile(join(dataFolder(), 'trees', `${treeName}.json`), 'utf8'))
const folder = join(benchFolder(), 'replay')
const keep = await keptVersions()
const registry = await startReplayRegistry({ folder, upstream, latencyMs: 5, keep })
const results = new Map<string, Measured[]>()
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const state of states) {
      for (const [name, command] of Object.entries(programs)) {
        if (state === 'warm, inspected' && name !== 'safe-install') continue
        const measured = await once(name, command, state)
        results.set(`${name} ${state}`, [...(results.get(`${name} ${state}`) ?? []), measured])
      }
    }
  }
  print()
} finally {
  await registry.close()
  await sandbox.close()
}

/** One run in a fresh project; `warm` starts from a copy of a cache that npm filled. */
async function once(
  name: string,
  command: readonly string[],
  state: (typeof states)[number],
): Promise<Measured> {
  const cache = join(sandbox.folder, `cache-${name.replaceAll(' ', '-')}`)
  await rm(cache, { recursive: true, force: true })
  await mkdir(cache)
  if (state !== 'cold') await cp(await filledCache(), cache, { recursive: true })
  const project = await sandbox.project('project', manifest)
  try {
    if (state === 'warm, inspected') {
      await measure(command, { cwd: project, env: sandbox.env(registry.url, cache) })
      await rm(project, { recursive: true })
      await sandbox.project('project', manifest)
    }
    const measured = await measure(command, { cwd: project, env: sandbox.env(registry.url, cache) })
    if (measured.code !== 0) throw new Error(`${name} failed with ${measured.code}: ${measured.stderr}`)
    return measured
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}

async function filledCache(): Promise<string> {
  const cache = join(sandbox.folder, 'filled')
  if (await readFile(join(cache, 'done')).catch(() => undefined)) return cache
  const project = await sandbox.project('filling', manifest)
  const { code, stderr } = await measure(['npm', 'install', '--ignore-scripts'], {
    cwd: project,
    env: sandbox.env(registry.url, cache),
  })
  if (code !== 0) throw new Error(stderr)
  await cp(join(project, 'package.json'), join(cache, 'done'))
  return cache
}

/** The versions of the tree, from a lockfile made once against the recording registry. */
async function keptVersions(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const recording = await startReplayRegistry({ folder, upstream, latencyMs: 0 })
  try {
    const project = await sandbox.project('recording', manifest)
    const env = sandbox.env(recording.url, join(sandbox.folder, 'recording-cache'))
    const { code, stderr } = await measure(['npm', 'install', '--ignore-scripts'], { cwd: project, env })
    if (code !== 0) throw new Error(stderr)
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { name?: string; version?: string }>
    }
    const kept = new Map<string, Set<string>>()
    for (const [location, entry] of Object.entries(lock.packages)) {
      const name = entry.name ?? location.split('node_modules/').at(-1) ?? ''
      kept.set(name, (kept.get(name) ?? new Set()).add(entry.version ?? ''))
    }
    return kept
  } finally {
    await recording.close()
  }
}

function print(): void {
  console.log(`${treeName}, ${rounds} rounds, medians; ratios to npm in the same state`)
  console.log('state            program          wall s   CPU s   wall ratio (min-max)   CPU ratio')
  for (const state of states) {
    const base = results.get(`npm ${state === 'cold' ? 'cold' : 'warm'}`) ?? []
    for (const name of Object.keys(programs)) {
      const runs = results.get(`${name} ${state}`)
      if (runs === undefined) continue
      const ratios = runs
        .map((run, index) => run.wallMs / (base[index]?.wallMs ?? Number.NaN))
        .toSorted((a, b) => a - b)
      const wall = median(runs.map(run => run.wallMs))
      const cpu = median(runs.map(run => run.cpuMs))
      const cpuRatio = cpu / median(base.map(run => run.cpuMs))
      console.log(
        `${state.padEnd(16)} ${name.padEnd(16)} ${(wall / 1000).toFixed(2).padStart(6)}  ${(cpu / 1000).toFixed(2).padStart(6)}   ` +
          `${median(ratios).toFixed(2)} (${ratios[0]?.toFixed(2)}-${ratios.at(-1)?.toFixed(2)})`.padEnd(22) +
          ` ${cpuRatio.toFixed(2)}`,
      )
    }
  }
}
