import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Project } from './project.ts'

const program = fileURLToPath(new URL('../../dist/bin/safe-install.js', import.meta.url))

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

/** Runs the built program in a project as a user would, without a terminal. */
export function runCli(
  project: Project,
  args: readonly string[],
  options: CliOptions = {},
): Promise<Finished> {
  return start(options.node ?? process.execPath, [program, ...args], project, options)
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
      typed = true
      // What is typed before the question settles is thrown away on purpose.
      setTimeout(() => child.stdin?.write(answer), 300)
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
  if (!existsSync(program)) throw new Error('build first: npm run build')
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
