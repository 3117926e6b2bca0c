import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { tmpdir } from 'node:os'
import process from 'node:process'
import pacote from 'pacote'
import type { Test } from 'tap'
import { installTree } from '../../lib/install/install-tree.ts'
import type { InspectedPackage, InstallRequest, InstallResult } from '../../lib/install/install-tree.ts'
import { makePlan } from '../../lib/plan/make-plan.ts'
import type { Plan, PlanRequest } from '../../lib/plan/make-plan.ts'
import { loadNpmConfig } from '../../lib/plan/npm-config.ts'
import type { NpmConfig } from '../../lib/plan/npm-config.ts'
import type { ReadArtifact } from '../../lib/plan/shrinkwraps.ts'
import type { Hook, InspectedFile, PlannedPackage } from '../../lib/types.ts'
import type { Registry } from './registry.ts'
import { untap } from './untap.ts'

untap()

/** A project in a temporary folder with a home, a cache and settings of its own: the machine's npmrc has no say. */
export type Project = {
  readonly path: string
  readonly home: string
  readonly cache: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The same home, cache and settings for another folder. */
  at(path: string): Project
  config(...argv: readonly string[]): Promise<NpmConfig>
  plan(kind: PlanRequest['kind'], specs?: readonly string[], ...argv: readonly string[]): Promise<Plan>
  inspect(plan: Plan): Promise<Map<string, InspectedPackage>>
  /** Plans, inspects as an honest fetch step would, and installs; every package of `approve` may run its scripts. */
  install(
    kind: PlanRequest['kind'],
    specs?: readonly string[],
    options?: InstallOptions,
  ): Promise<InstallResult & { readonly plan: Plan }>
  read(path: string): Promise<string>
  write(path: string, text: string): Promise<void>
}

export type InstallOptions = {
  readonly argv?: readonly string[]
  readonly approve?: readonly string[]
  readonly ignoreScripts?: boolean
  /** Happens after the inspection and before the install. */
  readonly between?: (plan: Plan, inspected: Map<string, InspectedPackage>) => Promise<void> | void
}

const events = ['preinstall', 'install', 'postinstall']

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Every file and link below a folder: path, mode and digest, as lines to compare. */
export const snapshot = async (
  folder: string,
  skip: (path: string) => boolean = () => false,
): Promise<readonly string[]> => {
  const lines: string[] = []
  const walk = async (at: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(at, entry.name)
      const name = relative(folder, path)
      if (skip(name)) continue
      if (entry.isDirectory()) await walk(path)
      else if (entry.isSymbolicLink()) lines.push(`${name} -> ${await readlink(path)}`)
      else {
        const { mode } = await stat(path)
        lines.push(`${name} ${(mode & 0o777).toString(8)} ${sha256(await readFile(path))}`)
      }
    }
  }
  await walk(folder)
  return lines.toSorted()
}

const filesOf = async (folder: string): Promise<InspectedFile[]> => {
  const found: InspectedFile[] = []
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) await walk(path)
      else {
        const bytes = await readFile(path)
        const { mode } = await stat(path)
        found.push({
          path: relative(folder, path),
          bytes: bytes.length,
          mode,
          sha256: sha256(bytes),
          kind: 'text',
          phase: entry.name.endsWith('.cjs') ? 'install' : 'dormant',
        })
      }
    }
  }
  await walk(folder)
  return found
}

const hooksOf = async (folder: string): Promise<Hook[]> => {
  const manifest: { scripts?: Record<string, string>; gypfile?: boolean } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  const at = { path: 'package.json', line: 1, column: 1, code: '' }
  const scripts = manifest.scripts ?? {}
  return events.flatMap(event => {
    const command = scripts[event]
    return command === undefined ? [] : [{ event, command, implicit: false, starts: [], at }]
  })
}

/** Unpacks one artifact with pacote into a folder of its own, hands it over, and takes the folder away again. */
const withExtracted = async <Result>(
  config: NpmConfig,
  spec: string,
  refs: { readonly resolved?: string | undefined; readonly integrity?: string | undefined },
  use: (folder: string, integrity: string | undefined) => Promise<Result>,
): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), 'safe-install-test-'))
  try {
    const result: { integrity?: string } = await pacote.extract(spec, folder, {
      ...config.flat,
      ...(refs.resolved === undefined ? {} : { resolved: refs.resolved }),
      ...(refs.integrity === undefined ? {} : { integrity: refs.integrity }),
    })
    return await use(folder, result.integrity)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const inspectOne = async (config: NpmConfig, pkg: PlannedPackage): Promise<InspectedPackage> => {
  if (pkg.fetchSpec === undefined) throw new Error(`${pkg.location} is not fetched`)
  return withExtracted(config, pkg.fetchSpec, pkg, async (folder, integrity) => ({
    files: await filesOf(folder),
    hooks: await hooksOf(folder),
    integrity: pkg.source === 'git' ? undefined : integrity,
  }))
}

const reader =
  (config: NpmConfig): ReadArtifact =>
  async (artifact, paths) =>
    withExtracted(config, artifact.fetchSpec, artifact, async folder => {
      const found = new Map<string, Uint8Array>()
      for (const path of paths) {
        const bytes = await readFile(join(folder, path)).catch(() => undefined)
        if (bytes !== undefined) found.set(path, bytes)
      }
      return found
    })

const inspectWith = async (settings: NpmConfig, plan: Plan): Promise<Map<string, InspectedPackage>> =>
  new Map(
    await Promise.all(
      plan.packages.map(async pkg => [pkg.location, await inspectOne(settings, pkg)] as const),
    ),
  )

/** Lays out a project in a temporary folder. `files` values that are no strings are written as JSON. */
export const makeProject = async (
  t: Test,
  registry: Registry,
  files: Readonly<Record<string, unknown>> = {},
): Promise<Project> => {
  const root = t.testdir({ project: {}, home: {}, cache: {}, global: { lib: {}, bin: {} }, tmp: {} })
  const project = openProject(root, join(root, 'project'), registry.url)
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
    await project.write(name, text)
  }
  return project
}

const environment = (root: string, registry: string): Readonly<Record<string, string | undefined>> => ({
  PATH: process.env['PATH'],
  HOME: join(root, 'home'),
  npm_config_registry: registry,
  npm_config_cache: join(root, 'cache'),
  npm_config_userconfig: join(root, 'home', '.npmrc'),
  npm_config_globalconfig: join(root, 'home', 'global-npmrc'),
  npm_config_prefix: join(root, 'global'),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_fetch_retries: '0',
})

const openProject = (root: string, path: string, registry: string): Project => {
  const env = environment(root, registry)
  const config = async (...argv: readonly string[]): Promise<NpmConfig> =>
    loadNpmConfig({
      argv,
      env,
      cwd: path,
      execPath: process.execPath,
      platform: process.platform,
      nodeVersion: process.version,
      npmPath: join(root, 'no-npm'),
    })
  const planWith = async (
    settings: NpmConfig,
    kind: PlanRequest['kind'],
    specs: readonly string[],
  ): Promise<Plan> => makePlan({ kind, specs, read: reader(settings), tmp: join(root, 'tmp') }, settings)
  return {
    path,
    home: join(root, 'home'),
    cache: join(root, 'cache'),
    env,
    at: other => openProject(root, other, registry),
    config,
    plan: async (kind, specs = [], ...argv) => planWith(await config(...argv), kind, specs),
    inspect: async plan => inspectWith(await config(), plan),
    install: async (kind, specs = [], options = {}) => {
      const settings = await config(...(options.argv ?? []))
      const plan = await planWith(settings, kind, specs)
      const inspected = await inspectWith(settings, plan)
      await options.between?.(plan, inspected)
      const request: InstallRequest = {
        inspected,
        approved: new Set(options.approve),
        ignoreScripts: options.ignoreScripts ?? false,
        scripts: { env: settings.env, scriptShell: undefined, foreground: false, parallel: 2 },
      }
      return { ...(await installTree(plan, request)), plan }
    },
    read: async name => readFile(join(path, name), 'utf8'),
    write: async (name, text) => {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    },
  }
}
