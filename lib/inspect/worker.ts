import { versions } from 'node:process'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort } from 'node:worker_threads'
import { finish } from '../steps.ts'
import { writeLines } from './artifact-lines.ts'
import { inspectArtifact } from './inspect-artifact.ts'
import type { InspectionJob } from './inspection-job.ts'

/**
 * What a large package leaves behind is given back at once: the heap may grow to its limit, and V8 would let it grow
 * while garbage of two workers stands beside npm's tree. Nearly nothing is alive then, so it takes milliseconds.
 */
const collectFromBytes = 96_000_000
let collect: (() => void) | undefined

function collectGarbage(): void {
  if (getHeapStatistics().total_heap_size < collectFromBytes) return
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    const gc: unknown = runInNewContext('gc')
    if (typeof gc !== 'function') return
    collect = () => void gc()
  }
  collect()
}

/**
 * The engine is broad and runs for seconds: with V8's defaults half of the processor's time of the first ten goes into
 * optimizing it. Later and with less inlining, a lone package costs a quarter less, a tree of many a tenth. The names
 * are those of the V8 of Node 20, and of 22 to 24; a name V8 does not know it would complain about on stderr.
 */
function optimizeLess(): void {
  const major = Number.parseInt(versions.v8, 10)
  if (major < 11 || major > 13) return
  setFlagsFromString(major === 11 ? '--interrupt-budget=300000' : '--invocation-count-for-turbofan=12000')
  setFlagsFromString('--max-inlined-bytecode-size=150')
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=200')
}

optimizeLess()

/** Runs on a thread of its own, started by pool.ts: one job in, the lines of one artifact out. */
parentPort?.on('message', (job: InspectionJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for browser windows
  parentPort?.postMessage(finish(writeLines(inspectArtifact(job))))
  collectGarbage()
})
