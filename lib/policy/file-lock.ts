import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'

const pauseMs = 20

/**
 * Reads, changes and writes a small file of ours without another safe-install in between: two approvals at the same
 * moment are both kept. Makes the folder where there is none. The lock is a file beside it, which a process that died leaves behind for
 * `limits.maxFileLockMs`. Throws E_CONFIG where the folder cannot be written or somebody holds on to the lock.
 */
export async function withFileLock<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
  const lock = `${path}.lock`
  const giveUpAt = Date.now() + 2 * limits.maxFileLockMs
  while (!(await isTaken(lock, path))) {
    const held = await stat(lock).catch(() => undefined)
    if (held !== undefined && Date.now() - held.mtimeMs > limits.maxFileLockMs)
      await rm(lock, { force: true })
    if (Date.now() > giveUpAt)
      throw new SafeInstallError('E_CONFIG', `${path} is being written by another process`, {
        hint: `If there is none, remove ${lock}.`,
      })
    await wait(pauseMs)
  }
  try {
    return await act()
  } finally {
    await rm(lock, { force: true })
  }
}

async function isTaken(lock: string, path: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close()
    return true
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false
    throw unwritable(path, cause)
  }
}

function unwritable(path: string, cause: unknown): SafeInstallError {
  return new SafeInstallError('E_CONFIG', `${path} cannot be written`, {
    cause,
    hint: 'It was left as it was. Check who owns the folder and whether the disk is full.',
  })
}
