import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'

/** The text of a policy file and the sha256 of its bytes in hex: what a user trusts. */
export type PolicyText = { readonly text: string; readonly digest: string }

/**
 * Reads a policy file; undefined where there is none. Throws E_POLICY for everything else that is not a readable file
 * of a sensible size: a policy that cannot be read must not count as none. With `follow` false a link is refused: a
 * repository's could lead to any file of the user, whose lines an error would then show.
 */
export async function readPolicyFile(
  path: string,
  { follow }: { readonly follow: boolean },
): Promise<PolicyText | undefined> {
  const refuse = (what: string, cause?: unknown): SafeInstallError =>
    new SafeInstallError('E_POLICY', `${path}: ${what}`, {
      cause,
      hint: 'Nothing was installed. A policy that cannot be read never counts as none.',
    })
  // Without O_NONBLOCK opening a fifo would wait for ever.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW)
  const file = await open(path, flags).catch((cause: unknown) => {
    const code = codeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP') throw refuse('expected a file, got a symbolic link', cause)
    throw refuse(`cannot be read (${code})`, cause)
  })
  if (file === undefined) return undefined
  try {
    const bytes = await readBounded(file, refuse)
    const digest = createHash('sha256').update(bytes).digest('hex')
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), digest }
  } catch (cause) {
    if (cause instanceof SafeInstallError) throw cause
    throw refuse(cause instanceof TypeError ? 'is not UTF-8' : `cannot be read (${codeOf(cause)})`, cause)
  } finally {
    await file.close()
  }
}

/** The size may change while the file is read, so the bound is on what was read. */
async function readBounded(file: FileHandle, refuse: (what: string) => SafeInstallError): Promise<Buffer> {
  const stats = await file.stat()
  if (!stats.isFile()) throw refuse('expected a file')
  const buffer = Buffer.alloc(Math.min(stats.size, limits.maxPolicyBytes) + 1)
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled)
    if (bytesRead === 0) return buffer.subarray(0, filled)
    filled += bytesRead
  }
  throw refuse(`expected at most ${limits.maxPolicyBytes} bytes that stay as they are while they are read`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
