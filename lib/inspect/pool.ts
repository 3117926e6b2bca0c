import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Unpacked } from '../fetch/unpacked.ts'
import { ownFolder } from '../own-folder.ts'
import type { InspectedArtifact } from '../store/inspection-cache.ts'
import { finishInTurns } from '../steps.ts'
import type { SourceType } from '../types.ts'
import { readLines } from './artifact-lines.ts'
import { notInspected } from './inspection-job.ts'
import type { InspectionJob } from './inspection-job.ts'

/** `maxHeapMb` bounds the heap of one worker, `maxMs` the wall clock of one inspection. */
export type PoolOptions = { readonly workers: number; readonly maxHeapMb: number; readonly maxMs: number }

/** Inspects artifacts on other threads. Never rejects: an inspection that does not end is a content gap. */
export type Pool = {
  inspect(job: { readonly bytes: Uint8Array; readonly source: SourceType }): Promise<InspectedArtifact>
  inspectUnpacked(unpacked: Unpacked, source: SourceType): Promise<InspectedArtifact>
  /** Ends all workers. What was not finished is answered with a gap. */
  close(): Promise<void>
}

type Task = {
  readonly job: InspectionJob
  /** About what the job unpacks to, in bytes: what it needs of memory grows with that. */
  readonly weight: number
  readonly resolve: (artifact: InspectedArtifact) => void
}
type Running = Task & { readonly timer: NodeJS.Timeout }

/** Tests run the TypeScript sources, users the built files. */
const workerFile = `worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`

/**
 * Heap for what is new, per worker. Node's own default makes two workers half as large again, and saves 2 % of their
 * processor time.
 */
const maxYoungGenerationSizeMb = 12

/** Below this a job runs beside any other: its trees take some 150 MB at most. */
const lightBelow = 3_000_000

/** Larger jobs run side by side while they are not more than this together; one beyond it runs beside light ones. */
const maxHeavyAtOnce = 16_000_000

/**
 * What a job unpacks to, as the last four bytes of gzip say. They may lie: then it is inspected beside another large
 * one, under the heap limit of its worker all the same.
 */
const weightOf = (job: InspectionJob): number => {
  if (!('bytes' in job)) return job.unpacked.bytes
  const { bytes } = job
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.length
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true)
  return Math.max(size, bytes.length)
}

class WorkerPool implements Pool {
  readonly #options: PoolOptions
  readonly #queue: Task[] = []
  readonly #idle: Worker[] = []
  readonly #running = new Map<Worker, Running>()
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  inspect(job: { readonly bytes: Uint8Array; readonly source: SourceType }): Promise<InspectedArtifact> {
    return this.#add(job)
  }

  inspectUnpacked(unpacked: Unpacked, source: SourceType): Promise<InspectedArtifact> {
    return this.#add({ unpacked, source })
  }

  async close(): Promise<void> {
    this.#closed = true
    const workers = [...this.#idle, ...this.#running.keys()]
    for (const task of this.#queue.splice(0))
      task.resolve(notInspected(task.job, 'was not inspected: stopped'))
    for (const worker of this.#running.keys()) this.#lose(worker, 'was not inspected: stopped')
    this.#idle.length = 0
    await Promise.all(workers.map(worker => worker.terminate()))
  }

  #add(job: InspectionJob): Promise<InspectedArtifact> {
    return new Promise(resolve => {
      if (this.#closed) return resolve(notInspected(job, 'was not inspected: stopped'))
      this.#queue.push({ job, weight: weightOf(job), resolve })
      return this.#next()
    })
  }

  /** Starts whatever there is a worker and memory for. */
  #next(): void {
    while (!this.#closed && this.#running.size < this.#options.workers) {
      const task = this.#take()
      if (!task) return
      this.#give(task, this.#idle.pop() ?? this.#start())
    }
  }

  #give(task: Task, worker: Worker): void {
    const { maxMs } = this.#options
    const timer = setTimeout(
      () => this.#lose(worker, `took longer than ${maxMs / 1000} seconds to inspect`),
      maxMs,
    )
    this.#running.set(worker, { ...task, timer })
    worker.ref()
    // Copied, not moved: should the worker die, the digests of what it could not read are still wanted.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for browser windows
    worker.postMessage(task.job)
  }

  /** The largest job that memory has room for now: one that ended last would keep everybody waiting. */
  #take(): Task | undefined {
    const heavy = [...this.#running.values()]
      .map(({ weight }) => weight)
      .filter(weight => weight > lightBelow)
      .reduce((sum, weight) => sum + weight, 0)
    const fits = ({ weight }: Task): boolean =>
      weight <= lightBelow || heavy === 0 || heavy + weight <= maxHeavyAtOnce
    let best = -1
    for (const [at, task] of this.#queue.entries())
      if (fits(task) && (best < 0 || task.weight > this.#queue[best]!.weight)) best = at
    return best < 0 ? undefined : this.#queue.splice(best, 1)[0]
  }

  #start(): Worker {
    const { maxHeapMb } = this.#options
    const worker = new Worker(join(ownFolder(), 'lib', 'inspect', workerFile), {
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, maxYoungGenerationSizeMb },
    })
    worker.on('message', (lines: string) => this.#finish(worker, lines))
    worker.on('error', error => {
      const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      const memory = `needs more than ${maxHeapMb} MB of memory to inspect`
      this.#lose(worker, outOfMemory ? memory : `could not be inspected: ${error.message}`)
    })
    worker.on('exit', () => this.#lose(worker, 'could not be inspected: the worker ended'))
    return worker
  }

  #finish(worker: Worker, lines: string): void {
    const running = this.#release(worker)
    if (!running) return
    // An idle worker must not keep the program alive.
    worker.unref()
    this.#idle.push(worker)
    this.#next()
    finishInTurns(readLines(lines)).then(running.resolve, (error: unknown) =>
      running.resolve(notInspected(running.job, `could not be inspected: ${String(error)}`)),
    )
  }

  /** Gives up on a worker, and answers for the job it had. A new one takes its place when there is work. */
  #lose(worker: Worker, why: string): void {
    const running = this.#release(worker)
    const index = this.#idle.indexOf(worker)
    if (index !== -1) this.#idle.splice(index, 1)
    void worker.terminate()
    if (!running) return
    running.resolve(notInspected(running.job, why))
    this.#next()
  }

  #release(worker: Worker): Running | undefined {
    const running = this.#running.get(worker)
    if (running) clearTimeout(running.timer)
    this.#running.delete(worker)
    return running
  }
}

/** Opens a pool; its workers start with the first jobs and are replaced when they die. */
export const createPool = (options: PoolOptions): Pool => new WorkerPool(options)
