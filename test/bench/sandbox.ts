import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Recordings and downloads of the benchmarks: outside the repository, kept between runs. */
export function benchFolder(): string {
  return process.env['SAFE_INSTALL_BENCH_FOLDER'] ?? join(homedir(), '.cache', 'safe-install-bench')
}

/** The five real trees and the lists for measuring false alarms: beside the project unless the environment says where. */
export function dataFolder(): string {
  return process.env['SAFE_INSTALL_BENCH_DATA'] ?? join(process.cwd(), '..', 'shared', 'data')
}

export type Sandbox = {
  readonly folder: string
  readonly home: string
  readonly cache: string
  env(registry: string | undefined, cache?: string): NodeJS.ProcessEnv
  project(name: string, manifest: unknown): Promise<string>
  close(): Promise<void>
}

/** A home, a cache and projects of their own, so that the machine's npm settings and caches play no part. */
export async function makeSandbox(): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'safe-install-bench-'))
  const home = join(folder, 'home')
  const cache = join(folder, 'cache')
  await mkdir(home)
  return {
    folder,
    home,
    cache,
    env(registry, cacheFolder = cache) {
      const own: NodeJS.ProcessEnv = {
        PATH: process.env['PATH'],
        npm_config_cache: cacheFolder,
        npm_config_audit: 'false',
        npm_config_fund: 'false',
        npm_config_update_notifier: 'false',
      }
      if (registry === undefined) return { ...own, HOME: homedir() }
      return { ...own, HOME: home, npm_config_registry: registry, npm_config_replace_registry_host: 'always' }
    },
    async project(name, manifest) {
      const project = join(folder, name)
      await mkdir(project, { recursive: true })
      await writeFile(join(project, 'package.json'), JSON.stringify(manifest, null, 2))
      return project
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
