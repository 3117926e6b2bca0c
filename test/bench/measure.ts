import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type Measured = {
  readonly wallMs: number
  /** User and system time of the program and everything it started. */
  readonly cpuMs: number
  /** Peak resident memory of the largest Node process among them, in MB. */
  readonly peakMb: number
  readonly code: number
  readonly stderr: string
}

const recorder = pathToFileURL(fileURLToPath(new URL('record-usage.js', import.meta.url))).href

/** Runs one command and measures it with the shell's own `time`, children included. */
export async function measure(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Measured> {
  const scratch = await mkdtemp(join(tmpdir(), 'safe-install-measure-'))
  const times = join(scratch, 'times')
  const errors = join(scratch, 'stderr')
  const usage = join(scratch, 'usage')
  await mkdir(usage)
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(
        'bash',
        ['-c', 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>"$ERRORS"; } 2>"$TIMES"', '_', ...command],
        {
          cwd: options.cwd,
          env: {
            ...options.env,
            TIMES: times,
            ERRORS: errors,
            NODE_OPTIONS: `--import=${recorder}`,
            BENCH_USAGE: usage,
          },
          stdio: 'ignore',
        },
      )
      child.on('error', reject)
      child.on('close', status => resolve(status ?? 1))
    })
    const [wall = 0, user = 0, system = 0] = (await readFile(times, 'utf8')).trim().split(/\s+/).map(Number)
    const peaks = await Promise.all(
      (await readdir(usage)).map(async file => Number(await readFile(join(usage, file), 'utf8'))),
    )
    return {
      wallMs: wall * 1000,
      cpuMs: (user + system) * 1000,
      peakMb: Math.max(0, ...peaks) / 1024,
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
