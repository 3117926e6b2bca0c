import { constants } from 'node:fs'
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import { bundledFolders } from './bundled-folders.ts'
import { TrickLog } from './trick-log.ts'
import type { PackedFile, Unpacked } from './unpacked.ts'

/** Dependencies are packages of their own; `.git` is no part of the package. */
const isSkipped = (path: string): boolean => /(?:^|\/)(?:node_modules|\.git)$/.test(path)

/** As before, but packages that are bundled are part of the package. */
const isSkippedBut =
  (bundled: ReadonlySet<string>) =>
  (path: string): boolean => {
    const [modules, first = '', second = ''] = path.split('/')
    if (modules !== 'node_modules' || bundled.size === 0) return isSkipped(path)
    if (first === '') return false
    if (first.startsWith('@') && second === '')
      return ![...bundled].some(name => name.startsWith(`${first}/`))
    return !bundled.has(first.startsWith('@') ? `${first}/${second}` : first) || path.endsWith('/.git')
  }

/**
 * For a package below node_modules, where everything else came out of its tarball: its own dependencies only. A folder
 * `lib/node_modules` or `.git` of a tarball is code like any other.
 */
export const isOwnModules = (path: string): boolean => path === 'node_modules'

type Reading = {
  readonly root: string
  readonly skips: (path: string) => boolean
  readonly log: TrickLog
  readonly files: PackedFile[]
  /** Folders still to be read, `''` first: an explicit stack, since the depth is the folder's to choose. */
  readonly folders: string[]
  entries: number
  bytes: number
}

const isOutside = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
}

/** The end of a chain of links; where it leads nowhere, what the first one says. */
const targetOf = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch {
    // A dangling link is judged by its text alone.
    return resolve(dirname(path), await readlink(path))
  }
}

const readLink = async (reading: Reading, path: string): Promise<void> => {
  const target = await targetOf(join(reading.root, path))
  if (isOutside(reading.root, target)) reading.log.trick('link', path, `a link to ${target}: not followed`)
}

const readRegular = async (reading: Reading, path: string): Promise<void> => {
  // Not following and not blocking: the folder may change while it is read.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(join(reading.root, path), flags)
  try {
    const { size, mode } = await handle.stat()
    if (size > limits.maxFileBytes)
      return reading.log.gap(`is larger than ${limits.maxFileBytes} bytes`, path)
    if (reading.bytes + size > limits.maxUnpackedBytes) {
      return reading.log.gap(`the folder holds more than ${limits.maxUnpackedBytes} bytes`)
    }
    const bytes = await handle.readFile()
    reading.bytes += bytes.length
    reading.files.push({ path, bytes, mode: mode & 0o7777 })
  } finally {
    await handle.close()
  }
}

const readEntry = async (reading: Reading, path: string): Promise<void> => {
  const stat = await lstat(join(reading.root, path))
  if (stat.isDirectory()) reading.folders.push(path)
  else if (stat.isSymbolicLink()) await readLink(reading, path)
  else if (stat.isFile()) await readRegular(reading, path)
  else reading.log.trick('device', path, 'neither file nor folder: not read')
}

const readOneFolder = async (reading: Reading, folder: string): Promise<void> => {
  if (folder.split('/').length > limits.maxPathDepth) return reading.log.gap('is nested too deep', folder)
  for (const name of (await readdir(join(reading.root, folder))).toSorted()) {
    const path = folder === '' ? name : `${folder}/${name}`
    if (reading.skips(path)) continue
    if (++reading.entries > limits.maxEntries)
      return reading.log.gap(`has more than ${limits.maxEntries} entries`)
    try {
      await readEntry(reading, path)
    } catch (error) {
      reading.log.gap(`cannot be read (${error instanceof Error ? error.message : String(error)})`, path)
    }
  }
}

/**
 * Every regular file below a folder but those that `skips` names (`.git`, and `node_modules` but for what is bundled), as
 * npm would link to them: raw, not filtered as `npm pack` does, since nothing is packed. No link is followed; one that
 * leads out of the folder is a trick. What cannot be read, or lies beyond `lib/limits.ts`, is a content gap. Throws
 * E_FETCH where there is no folder.
 */
export const readFolder = async (path: string, skips?: (path: string) => boolean): Promise<Unpacked> => {
  const root = await realpath(path).catch((cause: unknown) => {
    throw new SafeInstallError('E_FETCH', `${path} is no folder that can be read`, {
      hint: 'Check the path.',
      cause,
    })
  })
  const log = new TrickLog()
  const reading: Reading = {
    root,
    skips: skips ?? isSkippedBut(await bundledFolders(root)),
    log,
    files: [],
    folders: [''],
    entries: 0,
    bytes: 0,
  }
  for (let folder = reading.folders.pop(); folder !== undefined; folder = reading.folders.pop()) {
    await readOneFolder(reading, folder).catch((error: unknown) => {
      if (folder === '')
        throw new SafeInstallError('E_FETCH', `${path} is no folder that can be read`, { cause: error })
      reading.log.gap(`cannot be read (${error instanceof Error ? error.message : String(error)})`, folder)
    })
    if (reading.entries > limits.maxEntries) break
  }
  const { files, bytes } = reading
  return { files, tricks: log.tricks, gaps: log.gaps, bytes }
}
