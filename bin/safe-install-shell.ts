import { availableParallelism } from 'node:os'
import { guard } from '../lib/enforce/guard.ts'
import { ownVersion } from './own-version.ts'

process.exitCode = await guard({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  processors: availableParallelism(),
  version: ownVersion(),
})
