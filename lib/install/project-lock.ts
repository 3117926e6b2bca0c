import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { SafeInstallError } from '../errors.ts'
import { parseTable } from '../plan/values.ts'

/** Who holds the lock, as far as another process can tell. */
export type LockOwner = { readonly pid: number; readonly host: string }

/** The process that locks, and how to ask about others. */
export type LockHost = LockOwner & {
  /** Whether a process of this machine is alive. */
  readonly isRunning: (pid: number) => boolean
}

/** Folder for our own notes inside node_modules; npm and Arborist skip names with a dot. */
export const notesFolder = (path: string): string => join(path, 'node_modules', '.safe-install')

const attempts = 3

const ownerOf = (text: string): LockOwner | undefined => {
  const { pid, host } = parseTable(text)
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string'
    ? { pid, host }
    : undefined
}

/** Dead for sure: of this machine and not running, or not even a lock. Another machine's cannot be asked. */
const isStale = (owner: LockOwner | undefined, self: LockHost): boolean =>
  owner === undefined || (owner.host === self.host && !self.isRunning(owner.pid))

/** Takes a stale lock away, but only the very one that was read: another process may have been faster. */
const removeStale = async (file: string, text: string): Promise<void> => {
  const aside = `${file}.${randomUUID()}`
  await rename(file, aside).catch(() => undefined)
  const taken = await readFile(aside, 'utf8').catch(() => undefined)
  if (taken !== undefined && taken !== text) await rename(aside, file)
  else await rm(aside, { force: true })
}

/**
 * Keeps a second safe-install out of a project. Throws E_LOCKED while another process installs there; the lock of a
 * process that died is taken over. Resolves to the function that releases it.
 */
export const lockProject = async (path: string, self: LockHost): Promise<() => Promise<void>> => {
  const file = join(notesFolder(path), 'lock')
  await mkdir(dirname(file), { recursive: true })
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(JSON.stringify({ pid: self.pid, host: self.host }))
      await handle.close()
      return async () => rm(file, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const text = await readFile(file, 'utf8').catch(() => '')
    const owner = ownerOf(text)
    if (!isStale(owner, self)) {
      throw new SafeInstallError(
        'E_LOCKED',
        `another safe-install (process ${owner?.pid} on ${owner?.host}) is installing in this project`,
        { hint: `Wait for it to end. If there is no such process, delete ${file}.` },
      )
    }
    await removeStale(file, text)
  }
  throw new SafeInstallError('E_LOCKED', 'other processes keep installing in this project', {
    hint: 'Try again when they have ended.',
  })
}
