import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'

/** Where the package by which tap hears of every start of a process keeps its listeners. */
type Spawning = { [spawning: symbol]: { readonly listeners: unknown[] } | undefined }

class PlainWorker extends threads.Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    const needsLoaders = String(file).endsWith('.ts')
    super(file, needsLoaders ? options : { execArgv: [], ...options })
  }
}

/**
 * Takes tap's loaders out of what a test starts, since a user has none. tap gives them to every process and every
 * thread that comes of a test file, and theirs in turn: npm then takes twice as long to start, a thread four times, and
 * what is tested is not what is shipped. Threads of TypeScript files keep them.
 */
export function untap(): void {
  const spawning = (globalThis as unknown as Spawning)[Symbol.for('process-on-spawn@*:singletonId')]
  // A benchmark has no tap.
  if (!spawning) return
  spawning.listeners.length = 0
  threads.Worker = PlainWorker
  syncBuiltinESMExports()
}
