import { execFile } from 'node:child_process'
import { delimiter, isAbsolute } from 'node:path'
import { promisify } from 'node:util'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import { isRecord, textOf } from './values.ts'

const run = promisify(execFile)

/** Where and with what git is asked. */
export type GitRequest = {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ref: string
}

/**
 * The lockfile as it is at a git ref; undefined where it was not there yet. No shell, no filter, no hook, no pager, no
 * fetch: `cat-file` prints what is stored. Throws E_USAGE without git, outside of a repository and for a ref it does
 * not know.
 */
export async function lockfileAt(request: GitRequest, name: string): Promise<string | undefined> {
  const { ref } = request
  // git would read it as an option, or as the name of another object (`ref:path`, `ref^{tree}` stay within one).
  if (ref.startsWith('-') || ref.includes(':') || /[\x00-\x20\x7f]/.test(ref))
    throw unusable(ref, 'is no name of a commit')
  const commit = await git(request, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]).catch(
    (cause: unknown) => {
      throw unusable(ref, whyOf(cause), cause)
    },
  )
  const object = `${commit.trim()}:./${name}`
  const there = await git(request, ['cat-file', '-e', object]).then(
    () => true,
    () => false,
  )
  if (!there) return undefined
  return git(request, ['cat-file', 'blob', object]).catch((cause: unknown) => {
    throw unusable(ref, `has a ${name} that cannot be read`, cause)
  })
}

async function git({ folder, env }: GitRequest, args: readonly string[]): Promise<string> {
  // A relative entry of PATH would let the project bring the git to start.
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(entry => isAbsolute(entry))
    .join(delimiter)
  const { stdout } = await run('git', [...args], {
    cwd: folder,
    env: { ...env, PATH: path, GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
    maxBuffer: limits.maxLockfileBytes,
    timeout: 30_000,
  })
  return stdout
}

function whyOf(cause: unknown): string {
  if (!isRecord(cause)) return 'cannot be looked up'
  if (cause['code'] === 'ENOENT') return 'cannot be looked up: there is no git on PATH'
  return textOf(cause['stderr'])?.trim() ?? 'is no commit of this repository'
}

function unusable(ref: string, why: string, cause?: unknown): SafeInstallError {
  return new SafeInstallError('E_USAGE', `--since ${ref} ${why}`, {
    cause,
    hint: 'Give a branch, tag or commit that is here; a shallow clone may lack it (git fetch origin <branch>).',
  })
}
