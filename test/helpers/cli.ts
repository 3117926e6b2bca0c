import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import process from 'node:process'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { run as Run } from '../../lib/run.ts'
import type { Project } from './project.ts'
import { assertReport } from './report-schema.ts'
import { untap } from './untap.ts'

untap()

const program = fileURLToPath(new URL('../../dist/bin/safe-install.js', import.meta.url))
const builtRun = new URL('../../dist/lib/run.js', import.meta.url).href

export type Finished = {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export type CliOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Another user to run as; only root may choose. */
  readonly uid?: number
  /** Another Node to run under. */
  readonly node?: string
  /** Called once with a way to signal the process and all it started, as a terminal does. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void
}

/**
 * Runs the built program in a project as a user would, without a terminal. Whatever `--json` prints must be what the
 * shipped schema says, in every test.
 */
export async function runCli(
  project: Project,
  args: readonly string[],
  options: CliOptions = {},
): Promise<Finished> {
  const finished = await start(options.node ?? process.execPath, [program, ...args], project, options)
  if (args.includes('--json') && finished.stdout !== '') assertReport(finished.stdout)
  return finished
}

/**
 * Runs the built program in this process, which saves the second that starting costs: for tests of what it says and
 * decides. Nothing that depends on the process itself: signals, terminals, `--exec`, the environment of scripts.
 */
export async function runHere(
  project: Project,
  args: readonly string[],
  { env, cwd }: Pick<CliOptions, 'env' | 'cwd'> = {},
): Promise<Finished> {
  assertBuilt()
  const { run }: { run: typeof Run } = await import(builtRun)
  const [stdout, stderr] = [new Collected(), new Collected()]
  const code = await run({
    argv: args,
    env: { ...project.env, ...env },
    cwd: cwd ?? project.path,
    execPath: process.execPath,
    platform: process.platform,
    nodeVersion: process.version,
    stdin: Readable.from([]),
    stdout,
    stderr,
    now: Date.now,
    tmp: tmpdir(),
    processors: 1,
    version: '0.1.0',
    self: { pid: process.pid, host: hostname(), isRunning },
    stop: new AbortController().signal,
  })
  if (args.includes('--json') && stdout.text !== '') assertReport(stdout.text)
  return { code, signal: null, stdout: stdout.text, stderr: stderr.text }
}

/** Signal 0 asks without disturbing. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

class Collected extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

function assertBuilt(): void {
  if (!existsSync(program)) throw new Error('build first: npm run build')
}

/** Runs the user's own npm in a project, for comparison. */
export function runNpm(
  project: Project,
  args: readonly string[],
  options: CliOptions = {},
): Promise<Finished> {
  return start('npm', args, project, options)
}

/** Runs the built program on a pseudo-terminal of `columns`, typing `answer` once something matches `prompt`. */
export function runOnTerminal(
  project: Project,
  args: readonly string[],
  {
    prompt,
    answer,
    columns = 80,
  }: { readonly prompt: RegExp; readonly answer: string; readonly columns?: number },
): Promise<Finished> {
  const words = [process.execPath, program, ...args]
    .map(word => `'${word.replaceAll("'", `'\\''`)}'`)
    .join(' ')
  const command = `stty cols ${columns}; exec ${words}`
  return start('script', ['-qec', command, '/dev/null'], project, {}, child => {
    let typed = false
    return printed => {
      if (typed || !prompt.test(printed)) return
      // A question is on the screen when what was typed before it has been thrown away.
      typed = true
      child.stdin?.write(answer)
    }
  })
}

function start(
  command: string,
  args: readonly string[],
  project: Project,
  { env, cwd, uid, onStart }: CliOptions,
  onTerminal?: (child: ReturnType<typeof spawn>) => (printed: string) => void,
): Promise<Finished> {
  assertBuilt()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: cwd ?? project.path,
      env: { ...project.env, ...env },
      detached: onStart !== undefined,
      ...(uid === undefined ? {} : { uid, gid: uid }),
      stdio: [onTerminal === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const look = onTerminal?.(child)
    onStart?.(signal => {
      // A group that has ended meanwhile is no failure of the test.
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal)
    })
    let stdout = ''
    let stderr = ''
    const seen = (): void => {
      look?.(stdout + stderr)
    }
    child.stdout?.on('data', chunk => {
      stdout += String(chunk)
      seen()
    })
    child.stderr?.on('data', chunk => {
      stderr += String(chunk)
      seen()
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
