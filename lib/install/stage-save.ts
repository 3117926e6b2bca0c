import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { GuardedArborist, Node } from '../plan/arborist.ts'
import type { SavedFile } from './journal.ts'
import { notesFolder } from './project-lock.ts'
import { replaceFile } from './replace-file.ts'

/** The project and its workspaces: the packages whose package.json Arborist may write. */
const ownPackages = (tree: Node): readonly Node[] => [
  tree.target,
  ...[...tree.target.fsChildren].filter(node => node.isWorkspace),
]

const read = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined)

/**
 * Lets Arborist write package.json and the lockfile, but into memory: it would write them one after the other, each in
 * place, and a kill in between would leave a half. The manifests go through copies in a folder of our own; the
 * lockfile's text is taken before it is written. Returns what changes, manifests first.
 */
export const stageSave = async (
  arborist: GuardedArborist,
  save: () => Promise<unknown>,
): Promise<readonly SavedFile[]> => {
  const tree = arborist.idealTree
  if (tree === null) return []
  const root = tree.target.path
  const below = (path: string): string => relative(root, path).split(sep).join('/')
  const packages = ownPackages(tree).map((node, index) => ({
    node,
    path: node.path,
    staged: join(notesFolder(root), 'staging', String(index)),
  }))
  const restore = (): void => {
    for (const { node, path } of packages) node.path = path
  }
  const locks: SavedFile[] = []
  try {
    for (const { node, path, staged } of packages) {
      await mkdir(staged, { recursive: true })
      if ((await read(join(path, 'package.json'))) !== undefined) {
        await copyFile(join(path, 'package.json'), join(staged, 'package.json'))
      }
      node.path = staged
    }
    const { meta } = tree
    const write = meta.save
    meta.save = async options => {
      // The lockfile's keys are paths: Arborist must see the real ones again.
      restore()
      const lock = meta.filename ?? join(root, 'package-lock.json')
      locks.push({ path: below(lock), before: await read(lock), after: meta.toString(options) })
      if (meta.yarnLock !== null && meta.yarnLock !== undefined && meta.yarnLock.entries.size > 0) {
        const path = join(root, 'yarn.lock')
        locks.push({ path: 'yarn.lock', before: await read(path), after: meta.yarnLock.toString() })
      }
    }
    try {
      await save()
    } finally {
      meta.save = write
      restore()
    }
    const manifests: SavedFile[] = []
    for (const { path, staged } of packages) {
      const after = await read(join(staged, 'package.json'))
      const target = join(path, 'package.json')
      if (after !== undefined) manifests.push({ path: below(target), before: await read(target), after })
    }
    return [...manifests, ...locks].filter(({ before, after }) => before !== after)
  } finally {
    restore()
    await rm(join(notesFolder(root), 'staging'), { recursive: true, force: true })
  }
}

/** Replaces each file in one step. */
export const writeSaved = async (root: string, files: readonly SavedFile[]): Promise<void> => {
  for (const { path, after } of files) await replaceFile(join(root, path), after)
}
