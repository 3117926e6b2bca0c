/**
 * Loaded into every Node process that is measured, npm's and ours alike: leaves its peak resident memory, in KB, in a
 * file of its own. The kernel's figure for children does not reach through the shell that starts them.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const folder = process.env['BENCH_USAGE']
if (folder !== undefined && isMainThread) {
  process.on('exit', () => {
    writeFileSync(join(folder, String(process.pid)), String(process.resourceUsage().maxRSS))
  })
}
