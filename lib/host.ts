import type { Readable, Writable } from 'node:stream'
import type { LockHost } from './install/project-lock.ts'

/** What the program needs of the process it runs in, handed in by `bin/`: nothing below reads `process`. */
export type Host = {
  /** Arguments after the program's name. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly execPath: string
  readonly platform: string
  /** `v20.20.0` */
  readonly nodeVersion: string
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A folder for short-lived files. */
  readonly tmp: string
  readonly processors: number
  /** Our own version. */
  readonly version: string
  /** This process, for the project's lock, and how to ask about others. */
  readonly self: LockHost
  /** Aborted when the process is told to stop; `signal.reason` is the signal's name. */
  readonly stop: AbortSignal
}
