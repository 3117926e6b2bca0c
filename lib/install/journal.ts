import { lstat, readFile, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import retirePath from '@npmcli/arborist/lib/retire-path.js'
import type { Diff, Node } from '../plan/arborist.ts'
import { descendantsOf } from '../plan/shrinkwraps.ts'
import { parseTable, recordOf } from '../plan/values.ts'
import { notesFolder } from './project-lock.ts'
import { replaceFile, temporaryOf } from './replace-file.ts'

/** A manifest or lockfile and its two states. `undefined` means absent. */
export type SavedFile = {
  /** Below the project. */
  readonly path: string
  readonly before: string | undefined
  readonly after: string
}

/** A folder or bin and the name it waits under. */
export type Move = { readonly from: string; readonly to: string }

/**
 * What a next run needs to finish or undo an install that was killed. All paths are below the project. While
 * `unpacking`, node_modules goes back; once `built`, node_modules is complete and the saved files go forward.
 */
export type Journal = {
  readonly phase: 'unpacking' | 'built'
  /** Whether node_modules was emptied first. */
  readonly clean: boolean
  /** node_modules folders that are emptied by a clean install. */
  readonly folders: readonly string[]
  /** Folders and bins that Arborist moves aside, and where to: beside them. */
  readonly moved: readonly Move[]
  /** Folders and bins that were not there before. */
  readonly created: readonly string[]
  /** Packages inside moved ones that do not change: Arborist moves their files over. */
  readonly unchanged: readonly string[]
  readonly files: readonly SavedFile[]
}

const file = (path: string): string => join(notesFolder(path), 'journal.json')

/** More than any tree has: the file may be a hostile repository's. */
const maxPaths = 500_000
const maxJournalBytes = 256 * 1024 * 1024

const savedNames: ReadonlySet<string> = new Set([
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
])

/** A bin of a global install: npm links those beside the folder that holds node_modules. */
const isGlobalBin = (path: string): boolean => /^\.\.\/bin\/[^/]+$/.test(path) && !path.endsWith('/..')

/** Inside the project, and inside a node_modules: nothing else is ever moved or deleted. */
const isModulePath = (path: string): boolean => {
  const parts = path.split('/')
  return (
    !isAbsolute(path) &&
    parts.includes('node_modules') &&
    parts.at(-1) !== 'node_modules' &&
    parts.every(part => part !== '' && part !== '.' && part !== '..')
  )
}

const isFolderPath = (path: string): boolean => {
  const parts = path.split('/')
  return parts.at(-1) === 'node_modules' && parts.every(part => part !== '' && part !== '.' && part !== '..')
}

const isSavedPath = (path: string): boolean => {
  const parts = path.split('/')
  return (
    savedNames.has(parts.at(-1) ?? '') &&
    !parts.includes('node_modules') &&
    parts.every(part => part !== '' && part !== '.' && part !== '..')
  )
}

type Fits = (path: string) => boolean

const fitsOf = (global: boolean): Fits =>
  global ? path => isModulePath(path) || isGlobalBin(path) : isModulePath

const strings = (value: unknown, fits: Fits): readonly string[] =>
  Array.isArray(value) ? value.slice(0, maxPaths).filter(path => typeof path === 'string' && fits(path)) : []

/** Beside it, under the kind of name Arborist gives: `.<name>-<hash>`. */
const isMove = ({ from, to }: Move, fits: Fits): boolean =>
  fits(from) && fits(to) && dirname(from) === dirname(to) && basename(to).startsWith(`.${basename(from)}-`)

const moves = (value: unknown, fits: Fits): readonly Move[] =>
  (Array.isArray(value) ? value.slice(0, maxPaths) : []).flatMap((entry: unknown) => {
    const { from, to } = recordOf(entry)
    return typeof from === 'string' && typeof to === 'string' && isMove({ from, to }, fits)
      ? [{ from, to }]
      : []
  })

const savedFiles = (value: unknown): readonly SavedFile[] =>
  (Array.isArray(value) ? value.slice(0, maxPaths) : []).flatMap((entry: unknown) => {
    const { path, before, after } = recordOf(entry)
    if (typeof path !== 'string' || !isSavedPath(path) || typeof after !== 'string') return []
    return [{ path, before: typeof before === 'string' ? before : undefined, after }]
  })

/**
 * The journal of an install that did not end, if there is one. Whatever is not a path of the kind it should be is
 * left out: the file may have come with the repository. Only for npm's `global` folder may it name bins outside.
 */
export const readJournal = async (path: string, global: boolean): Promise<Journal | undefined> => {
  const stats = await lstat(file(path)).catch(() => undefined)
  if (stats === undefined || !stats.isFile() || stats.size > maxJournalBytes) return undefined
  const table = parseTable(await readFile(file(path), 'utf8'))
  const phase = table['phase']
  if (phase !== 'unpacking' && phase !== 'built') return undefined
  const fits = fitsOf(global)
  return {
    phase,
    clean: table['clean'] === true,
    folders: strings(table['folders'], isFolderPath),
    moved: moves(table['moved'], fits),
    created: strings(table['created'], fits),
    unchanged: strings(table['unchanged'], isModulePath),
    files: savedFiles(table['files']),
  }
}

/** Writes the journal in one step, through to the disk. */
export const writeJournal = async (path: string, journal: Journal): Promise<void> => {
  await replaceFile(file(path), JSON.stringify(journal))
}

/** Forgets it: the install is over, one way or the other. */
export const removeJournal = async (path: string): Promise<void> => {
  await rm(file(path), { force: true })
  await rm(temporaryOf(file(path)), { force: true })
}

const isNew = ({ action }: Diff): boolean => action === 'ADD' || action === 'CHANGE'

/** Packages a shrink-wrapped one that stays will bring; they are in no difference yet. */
const brought = ({ ideal, actual, action }: Diff): readonly Node[] =>
  ideal === undefined || action !== null || !ideal.hasShrinkwrap
    ? []
    : descendantsOf(ideal).filter(node => actual?.root.inventory.get(node.location) === undefined)

/** What Arborist is about to do to node_modules, as the start of a journal. */
export const journalOf = (
  path: string,
  diff: Diff,
  global: boolean,
): Pick<Journal, 'moved' | 'created' | 'unchanged'> => {
  const fits = fitsOf(global)
  const below = (absolute: string): string => relative(path, absolute).split(sep).join('/')
  const moved = diff.children.flatMap(({ action, actual }) =>
    actual !== undefined && (action === 'CHANGE' || action === 'REMOVE')
      ? [actual.path, ...actual.binPaths]
      : [],
  )
  const old = new Set(moved)
  const created = diff.children.flatMap(child => [
    ...(child.ideal !== undefined && isNew(child) ? [child.ideal.path, ...child.ideal.binPaths] : []),
    ...brought(child).map(node => node.path),
  ])
  const unchanged = diff.children.flatMap(child => child.unchanged.map(node => node.path))
  return {
    moved: moved
      .map(absolute => ({ from: below(absolute), to: below(retirePath(absolute)) }))
      .filter(move => isMove(move, fits)),
    created: created
      .filter(absolute => !old.has(absolute))
      .map(below)
      .filter(fits),
    unchanged: unchanged.map(below).filter(isModulePath),
  }
}
