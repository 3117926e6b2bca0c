#!/usr/bin/env node
import { availableParallelism, hostname, tmpdir } from 'node:os'
import { keepCompiled } from './keep-compiled.ts'
import { optimiseLater } from './optimise-later.ts'
import { ownVersion } from './own-version.ts'

optimiseLater(process.version)
keepCompiled(process.env)
const { run } = await import('../lib/run.ts')

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal))

// `safe-install … | head` closes the pipe: nobody reads on, but what was begun is finished and the verdict stands.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  execPath: process.execPath,
  platform: process.platform,
  nodeVersion: process.version,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  tmp: tmpdir(),
  processors: availableParallelism(),
  version: ownVersion(),
  self: { pid: process.pid, host: hostname(), isRunning },
  stop: stop.signal,
})

// Interrupted: downloads and workers may still be under way, and nobody waits for them any more.
if (stop.signal.aborted) process.exit()

/** Signal 0 asks without disturbing; another user's process answers EPERM, and runs. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
