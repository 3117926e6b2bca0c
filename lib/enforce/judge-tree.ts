import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import { limited } from '../install/limited.ts'
import { limits } from '../limits.ts'
import { lockedPackages, readLockfile } from '../plan/locked-packages.ts'
import type { LockedPackage } from '../plan/locked-packages.ts'
import { parseTable, recordOf } from '../plan/values.ts'
import type { FolderJudge, JudgedFolder } from './judge-folder.ts'
import { misplaced } from './misplaced.ts'
import type { ReadPackage } from './read-package.ts'

/** Every package below a node_modules folder, judged; `alarms` are those that are not clean. */
export type JudgedTree = { readonly all: readonly JudgedFolder[]; readonly alarms: readonly JudgedFolder[] }

/**
 * Judges what lies in a `node_modules`, packages inside packages too, with what the manifest and the lockfile beside it
 * say. Links are left out: they lead to the user's own folders or into npm's store, which lies below the same folder.
 * Throws E_UNSUPPORTED for trees beyond every limit.
 */
export async function judgeTree(modules: string, judge: FolderJudge): Promise<JudgedTree> {
  const project = dirname(modules)
  const found = await packageFolders(modules)
  const locked = found.length === 0 ? new Map<string, LockedPackage>() : await lockedIn(project)
  const reads: ReadPackage[] = []
  await limited(found, limits.maxWorkers, async ({ folder }) => {
    const { resolved, integrity } = locked.get(relative(project, folder)) ?? {}
    reads.push(await judge.read({ folder, resolved, integrity }))
  })
  const wanted = await namedBy(join(project, 'package.json'))
  const requirers = requirersOf(reads)
  const siblings = new Set(reads.map(({ name }) => name))
  const all: JudgedFolder[] = []
  for (const read of reads.toSorted((a, b) => (a.question.folder < b.question.folder ? -1 : 1))) {
    const at = relative(modules, read.question.folder)
    const isTop = !at.includes('/node_modules/') && !at.startsWith('.store/')
    const place = at.split('node_modules/').at(-1) ?? at
    const asking = requirers.get(place) ?? []
    const own = isTop ? wanted.get(place) : undefined
    const isNamed = own !== undefined
    // npm writes the manifest after the gate: what nobody names yet was typed a moment ago.
    const typed = isTop && !isNamed && asking.length === 0
    const specs = [...asking.map(({ spec }) => spec), ...(own === undefined ? [] : [own])]
    // Links of the linked strategy are left out, so nobody here asks for what the store holds.
    const problems = at.startsWith('.store/') ? [] : misplaced(place, read.question.resolved, specs)
    const requiredBy = asking.map(({ by }) => by)
    all.push(await judge.judge(read, { direct: isNamed || typed, typed, requiredBy, siblings, problems }))
  }
  return { all, alarms: all.filter(({ verdict }) => verdict !== 'allow') }
}

/** What the project's lockfile says of each location. A claim: see `readPackage`. */
async function lockedIn(project: string): Promise<ReadonlyMap<string, LockedPackage>> {
  const lock = await readLockfile(project)
  const packages = lock === undefined ? [] : (lockedPackages(lock.text) ?? [])
  return new Map(packages.map(one => [one.location, one]))
}

const lists = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Names and specs in a package.json; empty where there is none. */
export async function namedBy(path: string): Promise<ReadonlyMap<string, string>> {
  const manifest = parseTable(await readFile(path, 'utf8').catch(() => undefined))
  return new Map(
    lists.flatMap(list =>
      Object.entries(recordOf(manifest[list])).map(([name, spec]) => [name, String(spec)] as const),
    ),
  )
}

type Requirer = { readonly by: string; readonly spec: string }

/** Who asks for a name at the top of a node_modules. Development dependencies of packages are not installed. */
function requirersOf(reads: readonly ReadPackage[]): ReadonlyMap<string, readonly Requirer[]> {
  const table = new Map<string, Requirer[]>()
  for (const { name: by, manifest } of reads) {
    for (const { name, spec, type } of manifest.dependencies) {
      if (type === 'dev' || name === by) continue
      const list = table.get(name)
      if (list === undefined) table.set(name, [{ by, spec }])
      else list.push({ by, spec })
    }
  }
  return table
}

async function packageFolders(modules: string): Promise<readonly { readonly folder: string }[]> {
  const found: { readonly folder: string }[] = []
  const waiting = [modules]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { path, kind } of await entriesOf(next)) {
      if (kind === 'modules') waiting.push(path)
      else found.push({ folder: path })
      if (found.length + waiting.length > limits.maxEntries) {
        throw new SafeInstallError('E_UNSUPPORTED', `${modules} holds more than ${limits.maxEntries} folders`)
      }
    }
  }
  return found
}

type Entry = { readonly path: string; readonly kind: 'package' | 'modules' }

/**
 * Everything the code of one package can load: its dependencies as Node finds them, theirs, and what lies in its own
 * node_modules. A script may be clean and start one that is not.
 */
export async function judgeClosure(
  start: JudgedFolder,
  judge: FolderJudge,
): Promise<readonly JudgedFolder[]> {
  const own = await packageFolders(join(start.folder, 'node_modules'))
  const seen = new Set([start.folder])
  const waiting = own.map(({ folder }) => folder)
  const alarms: JudgedFolder[] = []
  const enqueue = async ({ folder, manifest }: JudgedFolder): Promise<void> => {
    for (const { name, type } of manifest.dependencies) {
      const found = type === 'dev' ? undefined : await nearest(folder, name)
      if (found !== undefined) waiting.push(found)
    }
  }
  await enqueue(start)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    const judged = await judge.judge(await judge.read({ folder: next, resolved: undefined }))
    if (judged.verdict !== 'allow') alarms.push(judged)
    await enqueue(judged)
  }
  return alarms
}

/** Where Node would find a package: the nearest node_modules upwards that has it. A link leads to a folder of its own. */
async function nearest(from: string, name: string): Promise<string | undefined> {
  // A manifest may name `../../..`, and the whole disk would be read.
  if (!/^(?:@[^/]+\/)?[^/.@][^/]*$/.test(name)) return undefined
  for (let at = from, up = dirname(at); ; at = up, up = dirname(at)) {
    const path = await realpath(join(at, 'node_modules', name)).catch(() => undefined)
    if (path !== undefined) return path
    if (up === at) return undefined
  }
}

/** The packages of one node_modules and the node_modules of each; scopes and npm's store hold more of them. */
async function entriesOf(modules: string): Promise<readonly Entry[]> {
  const names = await readdir(modules, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const folders = names.filter(entry => entry.isDirectory())
  const entries: Entry[] = []
  for (const { name } of folders) {
    const path = join(modules, name)
    if (name === '.store') {
      const stored = await readdir(path, { withFileTypes: true })
      for (const one of stored.filter(entry => entry.isDirectory()))
        entries.push({ path: join(path, one.name, 'node_modules'), kind: 'modules' })
    } else if (name.startsWith('@')) entries.push({ path, kind: 'modules' })
    // npm's own: .bin, and the folders it moved aside. No package's name begins with a dot.
    else if (!name.startsWith('.')) {
      entries.push({ path, kind: 'package' }, { path: join(path, 'node_modules'), kind: 'modules' })
    }
  }
  return entries
}
