import { lstat, mkdir, readdir, readlink, rm, rmdir, symlink, unlink, utimes } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import type { Diff, GuardedArborist, Node } from '../plan/arborist.ts'
import { fingerprint } from '../plan/fingerprint.ts'
import type { Plan } from '../plan/make-plan.ts'
import { openTree } from '../plan/tree.ts'
import { discardModules, retireModules } from './clean-modules.ts'
import type { Retired } from './clean-modules.ts'
import { journalOf, readJournal, removeJournal, writeJournal } from './journal.ts'
import type { Journal, SavedFile } from './journal.ts'
import { lockProject, notesFolder } from './project-lock.ts'
import type { LockHost } from './project-lock.ts'
import { stageSave, writeSaved } from './stage-save.ts'

/** Every node_modules that `npm ci` empties: the project's and its workspaces'. */
const moduleFolders = (tree: Node): readonly string[] => [
  join(tree.target.path, 'node_modules'),
  ...[...(tree.target.workspaces?.values() ?? [])].map(path => join(path, 'node_modules')),
]

/** npm takes a node_modules that is a link away before it installs; here a failure puts it back. */
const unlinkModules = async (path: string): Promise<string | undefined> => {
  const modules = join(path, 'node_modules')
  const stats = await lstat(modules).catch(() => undefined)
  if (stats?.isSymbolicLink() !== true) return undefined
  const target = await readlink(modules)
  await unlink(modules)
  return target
}

const empty: Journal = {
  phase: 'unpacking',
  clean: false,
  folders: [],
  moved: [],
  created: [],
  unchanged: [],
  files: [],
}

/**
 * One install, as far as it must not be left half done: lock, journal, the old node_modules of a clean install, and
 * manifests and lockfile that are written last and each in one step. Arborist itself rolls back what it moved.
 */
export class Transaction {
  readonly #plan: Plan
  readonly #arborist: GuardedArborist
  readonly #lock: LockHost | undefined
  readonly #ideal: Node | null
  #journal: Journal = empty
  #release: (() => Promise<void>) | undefined
  #madeModules = false
  /** Where node_modules led to, when it was a link: npm puts a folder in its place. */
  #unlinked: string | undefined
  #retired: Retired | undefined
  #staged: readonly SavedFile[] | undefined
  #built = false
  /** Whether the notes in node_modules are ours to remove. */
  #owned = false

  constructor(plan: Plan, lock: LockHost | undefined) {
    this.#plan = plan
    this.#arborist = openTree(plan.tree).arborist
    this.#lock = lock
    this.#ideal = this.#arborist.idealTree
  }

  /** Nothing goes back from here on: node_modules is complete. */
  get built(): boolean {
    return this.#built
  }

  /**
   * Locks the project and, for a clean install, moves the old node_modules aside. Throws E_LOCKED while another process
   * installs, E_INSTALL where the project changed since the plan or a killed install waits for its repair.
   */
  async begin(): Promise<void> {
    const { path } = this.#plan
    const same = (await fingerprint(path)) === this.#plan.fingerprint
    if (same) this.#unlinked = await unlinkModules(path)
    const made = await mkdir(join(path, 'node_modules'), { recursive: true })
    this.#madeModules = made !== undefined
    await mkdir(notesFolder(path), { recursive: true })
    if (this.#lock !== undefined) this.#release = await lockProject(path, this.#lock)
    if ((await readJournal(path, this.#plan.global)) !== undefined) {
      throw new SafeInstallError('E_INSTALL', 'an earlier install was killed and is not repaired yet', {
        hint: 'Run again: the next run repairs node_modules first.',
      })
    }
    this.#owned = true
    if (!same) {
      throw new SafeInstallError(
        'E_INSTALL',
        'the project changed since it was looked at; nothing was done',
        {
          hint: 'Run again.',
        },
      )
    }
    const tree = this.#arborist.idealTree
    if (!openTree(this.#plan.tree).clean || tree === null) return
    const folders = moduleFolders(tree)
    const below = folders.map(folder => relative(path, folder).split(sep).join('/'))
    await this.#note({ clean: true, folders: below })
    this.#retired = await retireModules(folders)
  }

  /** Before Arborist moves the first folder. What an older crash left under the names it will use is in the way. */
  async beforeChanges(diff: Diff): Promise<void> {
    const { path } = this.#plan
    const changes = journalOf(path, diff, this.#plan.global)
    for (const { to } of changes.moved) await rm(join(path, to), { recursive: true, force: true })
    await this.#note(changes)
  }

  /** At the end of the build, where a failure still puts everything back: learn what will be saved. */
  async stage(): Promise<void> {
    this.#staged = await this.#stage()
  }

  /** Before the old folders are deleted: from here on a next run finishes instead of undoing. */
  async beforeTrash(): Promise<void> {
    this.#built = true
    try {
      await this.#note({ phase: 'built', files: this.#staged ?? [] })
    } catch {
      // A full disk, perhaps. Without a journal a kill leaves old manifests and new packages; an outdated one would
      // make the next run undo half of it.
      await removeJournal(this.#plan.path)
    }
  }

  /** Writes manifests and lockfile. */
  async save(): Promise<void> {
    const { path } = this.#plan
    if (this.#staged === undefined) {
      this.#staged = await this.#stage()
      await this.#note({ files: this.#staged })
    }
    await writeSaved(path, this.#staged)
  }

  /** After success. */
  async commit(): Promise<void> {
    await this.#retired?.discard()
    await this.#end()
  }

  /** After a failure: puts back what a clean install moved, or, when the build was complete, finishes the saving. */
  async rollBack(): Promise<void> {
    if (this.#built) {
      await writeSaved(this.#plan.path, this.#staged ?? [])
      for (const folder of this.#journal.folders) await discardModules(join(this.#plan.path, folder))
    } else await this.#retired?.restore()
    await this.#end()
    await this.#relink()
  }

  /** Puts the link back that node_modules was, where nothing was built in its place. */
  async #relink(): Promise<void> {
    if (this.#unlinked === undefined || this.#built) return
    const modules = join(this.#plan.path, 'node_modules')
    await rm(modules, { recursive: true, force: true })
    await symlink(this.#unlinked, modules)
  }

  async #stage(): Promise<readonly SavedFile[]> {
    const { options } = openTree(this.#plan.tree)
    // The linked layout builds another tree meanwhile; what is saved is the planned one.
    const building = this.#arborist.idealTree
    this.#arborist.idealTree = this.#ideal
    try {
      return await stageSave(this.#arborist, async () => this.#arborist.saveTree(options))
    } finally {
      this.#arborist.idealTree = building
    }
  }

  /** An install that changes nothing has nothing to undo or finish: it needs no journal, and does not wait for the disk. */
  async #note(changes: Partial<Journal>): Promise<void> {
    this.#journal = { ...this.#journal, ...changes }
    const { clean, moved, created, files } = this.#journal
    if (!clean && moved.length + created.length + files.length === 0) return
    await writeJournal(this.#plan.path, this.#journal)
  }

  async #end(): Promise<void> {
    const { path } = this.#plan
    if (this.#owned) await removeJournal(path)
    await this.#release?.()
    const notes = notesFolder(path)
    const left = await readdir(notes).catch(() => ['unreadable'])
    if (left.length === 0) await rmdir(notes)
    const modules = join(path, 'node_modules')
    if (this.#madeModules) {
      const entries = await readdir(modules)
      // npm writes its hidden lockfile only where something else made the folder.
      if (entries.every(name => name === '.package-lock.json')) await rm(modules, { recursive: true })
    }
    // npm believes its hidden lockfile only if nothing in node_modules is newer, and our notes were just taken away.
    const now = new Date()
    await utimes(join(modules, '.package-lock.json'), now, now).catch(() => undefined)
  }
}
