import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { measure, median } from './measure.ts'
import type { Measured } from './measure.ts'
import { startReplayRegistry } from './replay-registry.ts'
import type { ReplayRegistry } from './replay-registry.ts'
import { benchFolder, makeSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const exec = promisify(execFile)
const built = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** What is compared: npm, ours, and ours with everything but the inspection, as control. */
export const programs = {
  npm: ['npm', 'install', '--ignore-scripts'],
  'no inspection': [process.execPath, built('dist/test/bench/no-inspection.js'), '--ignore-scripts'],
  'safe-install': [process.execPath, built('dist/bin/safe-install.js'), '--ignore-scripts'],
} as const
export type Program = keyof typeof programs

/**
 * `cold`: empty cache; `warm`: a cache that npm filled; `inspected`: one that safe-install filled, inspections included;
 * each without lockfile and node_modules. `nothing`: the tree is installed.
 */
export const states = ['cold', 'warm', 'inspected', 'nothing'] as const
export type State = (typeof states)[number]

export type Run = Measured & { readonly requests: number; readonly bytes: number }

export type Tree = { readonly name: string; readonly manifest: unknown }

/** Runs of one tree in the order they were made, by program and state. */
export type Rounds = {
  readonly tree: string
  readonly packages: number
  readonly runs: Readonly<Record<State, Readonly<Record<Program, readonly Run[]>>>>
}

export type RoundOptions = {
  readonly rounds: number
  readonly states: readonly State[]
  /** ms that every answer of the registry takes. */
  readonly latencyMs: number
}

/**
 * Interleaved rounds on one tree: in every round each program once in each state, so that noise of the machine hits all
 * of them. Rejects where a program fails: its time would mean nothing.
 */
export async function runRounds(tree: Tree, options: RoundOptions): Promise<Rounds> {
  const sandbox = await makeSandbox()
  const upstream = (await exec('npm', ['config', 'get', 'registry'])).stdout.trim()
  const folder = join(benchFolder(), 'replay')
  const keep = await keptVersions(tree, sandbox, { folder, upstream })
  const registry = await startReplayRegistry({ folder, upstream, latencyMs: options.latencyMs, keep })
  const bench = new Bench(tree, sandbox, registry)
  try {
    await bench.prepare()
    for (let round = 0; round < options.rounds; round += 1) {
      for (const state of options.states) {
        for (const program of Object.keys(programs) as Program[]) await bench.run(program, state)
      }
    }
    const packages = [...keep.values()].reduce((sum, versions) => sum + versions.size, 0)
    return { tree: tree.name, packages, runs: bench.runs }
  } finally {
    await registry.close()
    await sandbox.close()
  }
}

class Bench {
  readonly runs = Object.fromEntries(
    states.map(state => [state, { npm: [], 'no inspection': [], 'safe-install': [] }]),
  ) as unknown as Record<State, Record<Program, Run[]>>
  readonly #tree: Tree
  readonly #sandbox: Sandbox
  readonly #registry: ReplayRegistry

  constructor(tree: Tree, sandbox: Sandbox, registry: ReplayRegistry) {
    this.#tree = tree
    this.#sandbox = sandbox
    this.#registry = registry
  }

  /** One cache that npm filled, one that safe-install filled, and for each program a project in which all is installed. */
  async prepare(): Promise<void> {
    await this.#install('npm', 'filled', 'filling')
    await this.#install('safe-install', 'inspected', 'inspecting')
    for (const program of Object.keys(programs) as Program[])
      await this.#install(program, `installed-${slug(program)}`, `installed-${slug(program)}`)
  }

  async run(program: Program, state: State): Promise<void> {
    this.runs[state][program].push(
      state === 'nothing'
        ? await this.#measured(program, `installed-${slug(program)}`, `installed-${slug(program)}`)
        : await this.#fresh(program, state),
    )
  }

  async #fresh(program: Program, state: Exclude<State, 'nothing'>): Promise<Run> {
    const cache = join(this.#sandbox.folder, 'cache')
    const project = join(this.#sandbox.folder, 'project')
    await rm(cache, { recursive: true, force: true })
    await rm(project, { recursive: true, force: true })
    if (state !== 'cold')
      await cp(join(this.#sandbox.folder, state === 'warm' ? 'filled' : 'inspected'), cache, {
        recursive: true,
      })
    return this.#install(program, 'cache', 'project')
  }

  async #install(program: Program, cache: string, project: string): Promise<Run> {
    await mkdir(join(this.#sandbox.folder, cache), { recursive: true })
    await this.#sandbox.project(project, this.#tree.manifest)
    return this.#measured(program, cache, project)
  }

  async #measured(program: Program, cache: string, project: string): Promise<Run> {
    const { requests, bytes } = this.#registry.counts
    const measured = await measure(programs[program], {
      cwd: join(this.#sandbox.folder, project),
      env: this.#sandbox.env(this.#registry.url, join(this.#sandbox.folder, cache)),
    })
    if (measured.code !== 0) throw new Error(`${program} failed with ${measured.code}: ${measured.stderr}`)
    const { counts } = this.#registry
    return { ...measured, requests: counts.requests - requests, bytes: counts.bytes - bytes }
  }
}

const slug = (program: Program): string => program.replaceAll(' ', '-')

/** The versions of the tree, from a lockfile made once against the recording registry. */
async function keptVersions(
  { name, manifest }: Tree,
  sandbox: Sandbox,
  { folder, upstream }: { readonly folder: string; readonly upstream: string },
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const kept = join(folder, `kept-${name}.json`)
  const known = await readFile(kept, 'utf8').catch(() => undefined)
  const text = known ?? (await recordedLockfile(manifest, sandbox, { folder, upstream }))
  if (known === undefined) await writeFile(kept, text)
  const lock = JSON.parse(text) as { packages: Record<string, { name?: string; version?: string }> }
  const versions = new Map<string, Set<string>>()
  for (const [location, entry] of Object.entries(lock.packages)) {
    if (location === '') continue
    const found = entry.name ?? location.split('node_modules/').at(-1) ?? ''
    versions.set(found, (versions.get(found) ?? new Set()).add(entry.version ?? ''))
  }
  return versions
}

async function recordedLockfile(
  manifest: unknown,
  sandbox: Sandbox,
  { folder, upstream }: { readonly folder: string; readonly upstream: string },
): Promise<string> {
  const recording = await startReplayRegistry({ folder, upstream, latencyMs: 0 })
  try {
    const project = await sandbox.project('recording', manifest)
    const env = sandbox.env(recording.url, join(sandbox.folder, 'recording-cache'))
    const { code, stderr } = await measure(programs.npm, { cwd: project, env })
    if (code !== 0) throw new Error(stderr)
    return await readFile(join(project, 'package-lock.json'), 'utf8')
  } finally {
    await recording.close()
  }
}

/** Median, least and greatest of the ratios of paired runs. */
export type Ratio = { readonly median: number; readonly least: number; readonly greatest: number }

/** One program in one state beside npm in the same state and round. `inspected` has no npm of its own: it is `warm`. */
export type Row = {
  readonly state: State
  readonly program: Program
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly wall: Ratio
  readonly cpu: Ratio
  readonly peakMb: number
  readonly peak: Ratio
  readonly requests: number
  readonly bytes: number
}

/** Ratios to npm, one row for each program in each state that was run. */
export function rowsOf({ runs }: Rounds): readonly Row[] {
  const rows: Row[] = []
  for (const state of states) {
    for (const program of Object.keys(programs) as Program[]) {
      const own = runs[state][program]
      const npm = runs[state].npm
      if (own.length === 0) continue
      const of = (pick: (run: Run) => number): number => median(own.map(pick))
      rows.push({
        state,
        program,
        wallSeconds: of(run => run.wallMs) / 1000,
        cpuSeconds: of(run => run.cpuMs) / 1000,
        wall: ratio(own, npm, run => run.wallMs),
        cpu: ratio(own, npm, run => run.cpuMs),
        peakMb: of(run => run.peakMb),
        peak: ratio(own, npm, run => run.peakMb),
        requests: of(run => run.requests),
        bytes: of(run => run.bytes),
      })
    }
  }
  return rows
}

function ratio(own: readonly Run[], base: readonly Run[], pick: (run: Run) => number): Ratio {
  const all = own
    .map((run, round) => pick(run) / (base[round] === undefined ? Number.NaN : pick(base[round])))
    .toSorted((a, b) => a - b)
  return { median: median(all), least: all[0] ?? Number.NaN, greatest: all.at(-1) ?? Number.NaN }
}

/** The rows as a table for a terminal. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'state'.padEnd(10),
    'program'.padEnd(14),
    'wall s'.padStart(7),
    'CPU s'.padStart(7),
    'wall ratio (spread)'.padStart(20),
    'CPU ratio'.padStart(10),
    'peak MB'.padStart(8),
    'ratio'.padStart(6),
    'requests'.padStart(9),
    'MB'.padStart(7),
  ].join(' ')
  const lines = rows.map(row =>
    [
      row.state.padEnd(10),
      row.program.padEnd(14),
      row.wallSeconds.toFixed(2).padStart(7),
      row.cpuSeconds.toFixed(2).padStart(7),
      `${row.wall.median.toFixed(2)} (${row.wall.least.toFixed(2)}-${row.wall.greatest.toFixed(2)})`.padStart(
        20,
      ),
      row.cpu.median.toFixed(2).padStart(10),
      row.peakMb.toFixed(0).padStart(8),
      row.peak.median.toFixed(2).padStart(6),
      String(row.requests).padStart(9),
      (row.bytes / 1e6).toFixed(1).padStart(7),
    ].join(' '),
  )
  return [head, ...lines].join('\n')
}
