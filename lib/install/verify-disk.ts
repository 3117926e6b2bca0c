import { createHash, webcrypto } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { InspectedFile } from '../types.ts'
import { limited } from './limited.ts'

/** A package as it lies on disk. */
export type UnpackedPackage = {
  /** For messages: `name@version`. */
  readonly label: string
  /** Absolute folder. */
  readonly path: string
  /** Every file of its artifact, bundled packages included, paths below the package's root. */
  readonly files: readonly InspectedFile[]
}

/** What `verifyDisk` needs besides the packages. */
export type DiskRequest = {
  readonly packages: readonly UnpackedPackage[]
  /** Whether an absolute path inside a package is another package of the tree, looked at by itself or unchanged. */
  readonly isOtherPackage: (path: string) => boolean
}

const parallelFolders = 24
const hashbang = Buffer.from('#!')

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** npm turns CRLF after a bin's hashbang into LF when it links the bin: put it back before comparing. */
const beforeBinFix = (bytes: Buffer): Buffer | undefined => {
  const end = bytes.indexOf(0x0a)
  if (!bytes.subarray(0, 2).equals(hashbang) || end < 0 || bytes[end - 1] === 0x0d) return undefined
  return Buffer.concat([bytes.subarray(0, end), Buffer.from('\r\n'), bytes.subarray(end + 1)])
}

/** Whether bytes on disk are the inspected ones, or what npm's bin fix makes of them. */
export const isInspected = (bytes: Buffer, file: InspectedFile): boolean => {
  if (bytes.length === file.bytes && sha256(bytes) === file.sha256) return true
  if (bytes.length !== file.bytes - 1) return false
  const before = beforeBinFix(bytes)
  return before !== undefined && sha256(before) === file.sha256
}

/** An E_VERIFY error: the disk is not what was inspected. */
export const verifyError = (label: string, what: string): SafeInstallError =>
  new SafeInstallError('E_VERIFY', `${label}: ${what}; it is not what was inspected`, {
    hint: 'Nothing of this install was kept. Try again; if it happens again, the registry, the cache or this machine serves different bytes each time.',
  })

/** Files on disk by path below the package's root. Links are not followed: npm never writes any inside a package. */
const listFiles = async (
  pkg: UnpackedPackage,
  isOther: DiskRequest['isOtherPackage'],
): Promise<readonly string[]> => {
  const files: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(pkg.path, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (isOther(join(pkg.path, path))) continue
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) files.push(path)
      // npm's own links to bins; a tarball cannot bring links, npm drops them.
      else if (
        !entry.isSymbolicLink() ||
        (!folder.endsWith('node_modules/.bin') && folder !== 'node_modules/.bin')
      ) {
        throw verifyError(pkg.label, `${path} is neither a file nor a folder`)
      }
      if (files.length > limits.maxEntries)
        throw verifyError(pkg.label, `more than ${limits.maxEntries} files`)
    }
  }
  return files
}

/** No link is followed. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW

type FileOnDisk = { readonly bytes: Buffer; readonly mode: number }

/** The bytes and mode of a file, in one look: nothing can change between the two. */
const readOpen = (path: string): FileOnDisk => {
  const descriptor = openSync(path, readFlags)
  try {
    return { bytes: readFileSync(descriptor), mode: fstatSync(descriptor).mode }
  } finally {
    closeSync(descriptor)
  }
}

/** The same, read by another thread. */
const readOpenLater = async (path: string): Promise<FileOnDisk> => {
  const handle = await open(path, readFlags)
  try {
    return { bytes: await handle.readFile(), mode: (await handle.stat()).mode }
  } finally {
    await handle.close()
  }
}

const unreadable = (pkg: UnpackedPackage, file: InspectedFile, cause: unknown): SafeInstallError =>
  Object.assign(verifyError(pkg.label, `${file.path} cannot be read`), { cause })

const assertInspected = (
  pkg: UnpackedPackage,
  file: InspectedFile,
  hasItsBytes: boolean,
  mode: number,
): void => {
  if (!hasItsBytes) throw verifyError(pkg.label, `${file.path} has other contents`)
  // A setuid or sticky bit that nobody asked for. Which of the other bits are missing is up to the umask.
  const extra = mode & 0o7000 & ~file.mode
  if (extra !== 0) throw verifyError(pkg.label, `${file.path} has mode ${(mode & 0o7777).toString(8)}`)
}

/** Synchronous: for many small files one after the other is twice as fast as npm's thread pool. */
const compareSmall = (pkg: UnpackedPackage, file: InspectedFile): void => {
  let found: FileOnDisk
  try {
    found = readOpen(join(pkg.path, file.path))
  } catch (cause) {
    throw unreadable(pkg, file, cause)
  }
  assertInspected(pkg, file, isInspected(found.bytes, file), found.mode)
}

/** Read and hashed by other threads: a native program of 100 MB would hold this one for half a second. */
const compareLarge = async (pkg: UnpackedPackage, file: InspectedFile): Promise<void> => {
  const { bytes, mode } = await readOpenLater(join(pkg.path, file.path)).catch((cause: unknown) => {
    throw unreadable(pkg, file, cause)
  })
  const digest = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex')
  const isSame = bytes.length === file.bytes && digest === file.sha256
  assertInspected(pkg, file, isSame || isInspected(bytes, file), mode)
}

/** From here on a file takes longer to read and hash than to hand to another thread. In bytes. */
const largeFrom = 2 * 1024 * 1024

const compareFiles = async (
  files: readonly { readonly pkg: UnpackedPackage; readonly file: InspectedFile }[],
): Promise<void> => {
  let started = performance.now()
  for (const { pkg, file } of files) {
    if (file.bytes >= largeFrom) await compareLarge(pkg, file)
    else {
      compareSmall(pkg, file)
      if (performance.now() - started < limits.maxTurnMs) continue
      await setImmediate()
    }
    started = performance.now()
  }
}

const comparePackage = async (
  pkg: UnpackedPackage,
  isOther: DiskRequest['isOtherPackage'],
): Promise<readonly InspectedFile[]> => {
  const expected = new Map(pkg.files.map(file => [file.path, file]))
  const present = await listFiles(pkg, isOther).catch((cause: unknown) => {
    if (cause instanceof SafeInstallError) throw cause
    throw Object.assign(verifyError(pkg.label, 'its folder cannot be read'), { cause })
  })
  for (const path of present) {
    if (!expected.has(path)) throw verifyError(pkg.label, `${path} should not be there`)
  }
  const found = new Set(present)
  for (const path of expected.keys()) {
    // What is packed in without being declared as bundled, npm unpacks and then takes away again.
    if (!found.has(path) && !path.startsWith('node_modules/'))
      throw verifyError(pkg.label, `${path} is missing`)
  }
  return pkg.files.filter(({ path }) => found.has(path))
}

/**
 * Compares every file of the given packages on disk with its inspection: contents by sha256, no file more, no file
 * less, no link, no special mode bits. Throws E_VERIFY for the first difference.
 */
export const verifyDisk = async (request: DiskRequest): Promise<void> => {
  const files: { readonly pkg: UnpackedPackage; readonly file: InspectedFile }[] = []
  await limited(request.packages, parallelFolders, async pkg => {
    for (const file of await comparePackage(pkg, request.isOtherPackage)) files.push({ pkg, file })
  })
  await compareFiles(files)
}

/** Whether a file of a hook is still what was inspected; throws E_VERIFY. Used right before a script runs. */
export const verifyFiles = async (pkg: UnpackedPackage, files: readonly InspectedFile[]): Promise<void> => {
  await compareFiles(files.map(file => ({ pkg, file })))
}
