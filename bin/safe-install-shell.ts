import { availableParallelism } from 'node:os'
import { keepCompiled } from './keep-compiled.ts'
import { optimiseLater } from './optimise-later.ts'
import { ownVersion } from './own-version.ts'

optimiseLater(process.version)
keepCompiled(process.env)
const { guard } = await import('../lib/enforce/guard.ts')

const ended = await guard({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  execPath: process.execPath,
  platform: process.platform,
  nodeVersion: process.version,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  processors: availableParallelism(),
  version: ownVersion(),
  onSignal: (signal, act) => void process.on(signal, act),
})

if (ended.signal === null) process.exitCode = ended.code ?? 1
else {
  // As the script did: npm tells an interrupted script from one that failed.
  process.removeAllListeners(ended.signal)
  process.kill(process.pid, ended.signal)
}
