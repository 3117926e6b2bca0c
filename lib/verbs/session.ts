import { createDrawing } from '../report/human.ts'
import type { Drawing } from '../report/human.ts'
import { isAgent, isCI } from '../cli/agent.ts'
import { createProgress } from '../cli/progress.ts'
import type { Progress } from '../cli/progress.ts'
import type { Request } from '../cli/request.ts'
import type { Host } from '../host.ts'

/** One run of the program: what was asked, and where answers go. stdout carries the report, stderr everything else. */
export type Session = {
  readonly host: Host
  readonly startedAt: number
  readonly out: Drawing
  readonly err: Drawing
  readonly progress: Progress
  /** Set right before the first byte of the project is written. */
  readonly writing: { begun: boolean }
  /** Writes to stdout, after taking the progress line away. */
  print(text: string): void
  /** Writes to stderr, after taking the progress line away. */
  tell(text: string): void
}

/** Opens the session of one request. */
export function openSession(host: Host, request: Pick<Request, 'verbose' | 'json'>): Session {
  const { env, stdout, stderr, now } = host
  const quiet = request.json || isCI(env) || isAgent(env)
  const progress = createProgress(stderr, { quiet, now })
  const drawing = (stream: Host['stdout']): Drawing =>
    createDrawing({ isTTY: stream.isTTY === true, columns: stream.columns, env, verbose: request.verbose })
  const write = (stream: Host['stdout'], text: string): void => {
    if (text === '') return
    progress.clear()
    stream.write(text)
  }
  return {
    host,
    startedAt: now(),
    out: drawing(stdout),
    err: drawing(stderr),
    progress,
    writing: { begun: false },
    print: text => write(stdout, text),
    tell: text => write(stderr, text),
  }
}
