import { statfs } from 'node:fs/promises'
import { SafeInstallError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some space and run again.',
  EROFS: 'The file system is read-only.',
  EACCES: 'You may not write there. Check who owns the folder.',
  EPERM: 'You may not write there. Check who owns the folder.',
  EINTEGRITY:
    'The registry or the cache served other bytes than the ones that were inspected. Try again, and do not trust this registry if it happens again.',
}

const codeOf = (error: object): string =>
  'code' in error && typeof error.code === 'string' ? error.code : ''

/** Less than this and a file can be cut off without anybody's ill will. */
const littleRoom = 1024 * 1024

/**
 * npm's unpacker only warns when a disk is full, and leaves a file cut off: what looks like other bytes may be that.
 * Call it before anything is put back, while the disk is still full.
 */
export const explainMismatch = async (cause: unknown, path: string): Promise<unknown> => {
  if (!(cause instanceof SafeInstallError) || cause.code !== 'E_VERIFY') return cause
  const disk = await statfs(path).catch(() => undefined)
  if (disk === undefined || disk.bavail * disk.bsize > littleRoom) return cause
  return Object.assign(new Error(`no space left on the disk, so ${cause.message}`, { cause }), {
    code: 'ENOSPC',
  })
}

/** Failures of the install step. Errors of our own pass through unchanged. */
export const installError = (cause: unknown): SafeInstallError => {
  if (cause instanceof SafeInstallError) return cause
  const error = cause instanceof Error ? cause : new Error(String(cause))
  if ('signal' in error && typeof error.signal === 'string') {
    return new SafeInstallError('E_INTERRUPTED', `interrupted by ${error.signal}; everything was put back`, {
      cause,
    })
  }
  const code = codeOf(error)
  const ours: ErrorCode = code === 'EINTEGRITY' ? 'E_INTEGRITY' : 'E_INSTALL'
  const hint = hints[code]
  const message = code === '' || error.message.startsWith(code) ? error.message : `${code}: ${error.message}`
  return new SafeInstallError(ours, message, { cause, ...(hint === undefined ? {} : { hint }) })
}
