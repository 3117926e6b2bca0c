import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unpackTarball } from '../../lib/fetch/unpack.ts'
import { benchFolder, dataFolder } from './sandbox.ts'

const exec = promisify(execFile)

export type CorpusPackage = { readonly name: string; readonly version: string; readonly file: string }

export type Corpus = {
  /** The packages npm would install here for each of the real trees. */
  readonly trees: Readonly<Record<string, readonly CorpusPackage[]>>
  /** Honest packages that look suspicious to a scanner, latest versions. */
  readonly hard: readonly CorpusPackage[]
}

type LockEntry = {
  readonly name?: string
  readonly version?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
}

/**
 * The honest packages that false alarms are measured on: downloaded once, a few at a time, and kept outside the
 * repository with the lockfiles they came from, so that every later run measures the same bytes.
 */
export async function loadCorpus(): Promise<Corpus> {
  const folder = join(benchFolder(), 'corpus')
  await mkdir(folder, { recursive: true })
  const index = join(folder, 'index.json')
  const known = await readFile(index, 'utf8').catch(() => undefined)
  if (known !== undefined) return JSON.parse(known) as Corpus
  const registry = (await exec('npm', ['config', 'get', 'registry'])).stdout.trim()
  const trees: Record<string, readonly CorpusPackage[]> = {}
  for (const file of await readdir(join(dataFolder(), 'trees'))) {
    const entries = await lockEntries(
      join(folder, file.replace('.json', '')),
      join(dataFolder(), 'trees', file),
    )
    trees[file.replace('.json', '')] = await download(entries, registry, folder)
  }
  const list = await readFile(join(dataFolder(), 'hard-negatives.txt'), 'utf8')
  const names = list.split('\n').flatMap(line => (line.startsWith('#') ? [] : (line.split('\t')[0] ?? [])))
  const hard = await download(await latest(names.filter(Boolean)), registry, folder)
  const corpus = { trees, hard }
  await writeFile(index, JSON.stringify(corpus))
  return corpus
}

/** The tarballs that lie in a folder, under the names and versions their own manifests give. */
export async function tarballsIn(folder: string): Promise<readonly CorpusPackage[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.tgz')).toSorted()
  return inTurns(files, 1, async found => {
    const file = join(folder, found)
    const manifest = unpackTarball(await readFile(file)).files.find(({ path }) => path === 'package.json')
    if (manifest === undefined) throw new Error('no package.json')
    const text = Buffer.from(manifest.bytes).toString('utf8')
    const { name, version } = JSON.parse(text.replace(/^\uFEFF/, '')) as { name: string; version: string }
    return { name, version, file }
  })
}

async function lockEntries(folder: string, manifest: string): Promise<readonly LockEntry[]> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), await readFile(manifest))
  await exec('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: { ...process.env, npm_config_omit_lockfile_registry_resolved: 'false' },
  })
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>
  }
  return Object.entries(lock.packages)
    .filter(([location, entry]) => location !== '' && entry.link !== true && installsHere(entry))
    .map(([location, entry]) => ({ name: location.split('node_modules/').at(-1) ?? location, ...entry }))
}

function installsHere(entry: LockEntry): boolean {
  const fits = (list: readonly string[] | undefined, own: string): boolean =>
    list === undefined ||
    (list.some(item => item.startsWith('!')) ? !list.includes(`!${own}`) : list.includes(own))
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && fits(entry.libc, 'glibc')
}

async function latest(names: readonly string[]): Promise<readonly LockEntry[]> {
  return inTurns(names, 4, async name => {
    const { stdout } = await exec('npm', ['view', name, 'version', 'dist.tarball', '--json'], {
      maxBuffer: 1 << 26,
    })
    const found = JSON.parse(stdout) as { version: string; 'dist.tarball': string }
    return { name, version: found.version, resolved: found['dist.tarball'] }
  })
}

async function download(
  entries: readonly LockEntry[],
  registry: string,
  folder: string,
): Promise<readonly CorpusPackage[]> {
  return inTurns(
    entries.filter(entry => entry.resolved !== undefined),
    4,
    async ({ name = '', version = '', resolved = '' }) => {
      const file = join(folder, `${name.replaceAll('/', '+')}@${version}.tgz`)
      if ((await readFile(file).catch(() => undefined)) === undefined) {
        const url = new URL(new URL(resolved).pathname.slice(1), registry)
        const reply = await fetch(url)
        if (!reply.ok) throw new Error(`${url.pathname}: ${reply.status}`)
        await writeFile(`${file}.part`, Buffer.from(await reply.arrayBuffer()))
        await rename(`${file}.part`, file)
      }
      return { name, version, file }
    },
  )
}

/** Maps with at most `width` under way; failures are told and left out, so that one lost package loses no corpus. */
async function inTurns<A, B>(
  items: readonly A[],
  width: number,
  work: (item: A) => Promise<B>,
): Promise<readonly B[]> {
  const results: B[] = []
  const queue = [...items]
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        results.push(await work(item))
      } catch (error) {
        console.error(`left out: ${JSON.stringify(item)}: ${String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results
}
