import { readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import { limited } from '../install/limited.ts'
import { limits } from '../limits.ts'
import type { FolderJudge, JudgedFolder } from './judge-folder.ts'

/** Every package below a node_modules folder that is not clean, and how many were looked at. */
export type JudgedTree = { readonly packages: number; readonly alarms: readonly JudgedFolder[] }

/**
 * Judges what lies in a `node_modules`, packages inside packages too. Links are left out: they lead to the user's own
 * folders or into npm's store, which lies below the same folder. Throws E_UNSUPPORTED for trees beyond every limit.
 */
export async function judgeTree(
  modules: string,
  judge: FolderJudge,
  onJudged: (done: number) => void = () => undefined,
): Promise<JudgedTree> {
  const folders = await packageFolders(modules)
  const alarms: JudgedFolder[] = []
  let done = 0
  await limited(folders, limits.maxWorkers, async ({ folder, direct }) => {
    const judged = await judge.judge({ folder, resolved: undefined, direct })
    if (judged.verdict === 'ask' || judged.verdict === 'block') alarms.push(judged)
    onJudged(++done)
  })
  return { packages: folders.length, alarms: alarms.toSorted((a, b) => (a.folder < b.folder ? -1 : 1)) }
}

type Found = { readonly folder: string; readonly direct: boolean }

async function packageFolders(modules: string): Promise<readonly Found[]> {
  const found: Found[] = []
  const waiting = [modules]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { path, kind } of await entriesOf(next)) {
      if (kind === 'modules') waiting.push(path)
      else found.push({ folder: path, direct: next === modules })
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
export async function judgeClosure(folder: string, judge: FolderJudge): Promise<readonly JudgedFolder[]> {
  const own = await judgeTree(join(folder, 'node_modules'), judge)
  const alarms = [...own.alarms]
  const seen = new Set([folder])
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const judged = await judge.judge({ folder: next, resolved: undefined, direct: false })
    if (judged.verdict === 'ask' || judged.verdict === 'block') alarms.push(judged)
    for (const { name, type } of judged.manifest.dependencies) {
      const found = type === 'dev' ? undefined : await nearest(next, name)
      if (found === undefined || seen.has(found)) continue
      seen.add(found)
      waiting.push(found)
    }
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
