import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Measured = {
  readonly wallMs: number
  /** User and system time of the program and everything it started. */
  readonly cpuMs: number
  readonly code: number
  readonly stderr: string
}

/** Runs one command and measures it with the shell's own `time`, children included. */
export async function measure(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Measured> {
  const scratch = await mkdtemp(join(tmpdir(), 'safe-install-measure-'))
  const times = join(scratch, 'times')
  const errors = join(scratch, 'stderr')
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(
        'bash',
        ['-c', 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>"$ERRORS"; } 2>"$TIMES"', '_', ...command],
        { cwd: options.cwd, env: { ...options.env, TIMES: times, ERRORS: errors }, stdio: 'ignore' },
      )
      child.on('error', reject)
      child.on('close', status => resolve(status ?? 1))
    })
    const [wall = 0, user = 0, system = 0] = (await readFile(times, 'utf8')).trim().split(/\s+/).map(Number)
    return {
      wallMs: wall * 1000,
      cpuMs: (user + system) * 1000,
      code,
      stderr: await readFile(errors, 'utf8'),
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The middle value; of an even number, the lower middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN
}
