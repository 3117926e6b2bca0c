import { lstat, mkdir, readFile, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { discardModules, restoreModules } from './clean-modules.ts'
import { readJournal, removeJournal } from './journal.ts'
import type { Journal, Move, SavedFile } from './journal.ts'
import { lockProject, notesFolder } from './project-lock.ts'
import type { LockHost } from './project-lock.ts'
import { replaceFile, temporaryOf } from './replace-file.ts'

/** What a repair found and did. */
export type Repair = {
  /** `undone`: node_modules is as before the killed install. `finished`: the install had only to be written down. */
  readonly kind: 'undone' | 'finished'
  /** Manifests or lockfiles that somebody changed since: they were left alone. */
  readonly leftAlone: readonly string[]
}

/** Follows no link on the way: a repository must not lead a repair out of the project. */
const isReal = async (root: string, path: string): Promise<boolean> => {
  let folder = root
  for (const part of dirname(path).split('/')) {
    if (part === '.') continue
    folder = join(folder, part)
    const stats = await lstat(folder).catch(() => undefined)
    if (stats === undefined) return true
    if (!stats.isDirectory()) return false
  }
  return true
}

const realOnes = async (root: string, paths: readonly string[]): Promise<readonly string[]> => {
  const kept: string[] = []
  for (const path of paths) if (await isReal(root, path)) kept.push(join(root, path))
  return kept
}

const realMoves = async (root: string, moves: readonly Move[]): Promise<readonly Move[]> => {
  const kept: Move[] = []
  for (const { from, to } of moves) {
    if (await isReal(root, from)) kept.push({ from: join(root, from), to: join(root, to) })
  }
  return kept
}

const exists = async (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

/** Moves the files of an unchanged package back to where the rest of its parent waits. */
const moveBack = async (from: string, to: string): Promise<void> => {
  for (const name of await readdir(from).catch(() => [])) {
    if (name === 'node_modules' || (await exists(join(to, name)))) continue
    await mkdir(to, { recursive: true })
    await rename(join(from, name), join(to, name))
  }
}

const undoMoves = async (root: string, journal: Journal): Promise<void> => {
  const moved = await realMoves(root, journal.moved)
  for (const path of await realOnes(root, journal.unchanged)) {
    const holder = moved.find(({ from }) => path.startsWith(`${from}/`))
    if (holder === undefined || !(await exists(holder.to))) continue
    await moveBack(path, holder.to + path.slice(holder.from.length))
  }
  for (const path of await realOnes(root, journal.created)) {
    await rm(path, { recursive: true, force: true })
    // A scope's folder or a bin folder that only this install made.
    await rmdir(dirname(path)).catch(() => undefined)
  }
  for (const { from, to } of moved) {
    // Not moved yet: what lies there is the old one.
    if (!(await exists(to))) continue
    await rm(from, { recursive: true, force: true })
    await rename(to, from)
  }
}

const undo = async (root: string, journal: Journal): Promise<void> => {
  if (journal.clean) {
    for (const folder of journal.folders) {
      if (await isReal(root, `${folder}/x`)) await restoreModules(join(root, folder))
    }
  } else await undoMoves(root, journal)
}

/** Writes the new state of a file unless it is there, or somebody else changed the file meanwhile. */
const finishFile = async (root: string, { path, before, after }: SavedFile): Promise<boolean> => {
  const absolute = join(root, path)
  if (await isReal(root, path)) await rm(temporaryOf(absolute), { force: true })
  const now = await readFile(absolute, 'utf8').catch(() => undefined)
  if (now === after) return true
  if (now !== before || !(await isReal(root, path))) return false
  await replaceFile(absolute, after)
  return true
}

const finish = async (root: string, journal: Journal): Promise<readonly string[]> => {
  const leftAlone: string[] = []
  for (const saved of journal.files) {
    if (!(await finishFile(root, saved))) leftAlone.push(saved.path)
  }
  for (const { to } of await realMoves(root, journal.moved)) await rm(to, { recursive: true, force: true })
  for (const folder of journal.folders) {
    if (await isReal(root, `${folder}/x`)) await discardModules(join(root, folder))
  }
  return leftAlone
}

/**
 * Call this before planning: looks for a killed install, and only where there is one locks the project and repairs it.
 * Throws E_LOCKED where the install is not dead but running.
 */
export const recoverProject = async (
  root: string,
  self: LockHost,
  global = false,
): Promise<Repair | undefined> => {
  if ((await readJournal(root, global)) === undefined) return undefined
  const release = await lockProject(root, self)
  try {
    return await repairProject(root, global)
  } finally {
    await release()
    await rmdir(notesFolder(root)).catch(() => undefined)
  }
}

/**
 * Cleans up after an install that was killed or lost its power: an unfinished one is undone, a finished one is written
 * down. Call it with the project locked and before planning. Resolves to undefined where there was nothing to do.
 */
export const repairProject = async (root: string, global = false): Promise<Repair | undefined> => {
  const journal = await readJournal(root, global)
  if (journal === undefined) return undefined
  if (journal.phase === 'unpacking') {
    await undo(root, journal)
    await removeJournal(root)
    return { kind: 'undone', leftAlone: [] }
  }
  const leftAlone = await finish(root, journal)
  await removeJournal(root)
  return { kind: 'finished', leftAlone }
}
