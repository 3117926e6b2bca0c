import { parentPort } from 'node:worker_threads'
import { inspectArtifact } from './inspect-artifact.ts'
import type { InspectionJob } from './inspection-job.ts'

/** Runs on a thread of its own, started by pool.ts: one job in, one artifact out. */
parentPort?.on('message', (job: InspectionJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for browser windows
  parentPort?.postMessage(inspectArtifact(job))
})
