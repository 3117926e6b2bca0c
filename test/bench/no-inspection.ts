/**
 * The control of the benchmarks: safe-install with everything but reading, judging and comparing the disk. What it
 * costs beyond npm is our road; what safe-install costs beyond it is inspection. Not part of the product.
 */
import { availableParallelism, tmpdir } from 'node:os'
import { nothingInstalled } from '../../lib/install/install-tree.ts'
import { openTree } from '../../lib/plan/tree.ts'
import { run } from '../../lib/run.ts'
import type { Inspection } from '../../lib/types.ts'
import type { Parts } from '../../lib/verbs/reader.ts'

const nothing: Inspection = {
  manifest: {
    name: undefined,
    version: undefined,
    description: undefined,
    homepage: undefined,
    repository: undefined,
    scripts: [],
    dependencies: [],
    bundled: [],
    bins: [],
    module: false,
    gypfile: undefined,
    private: false,
    keywords: [],
    problems: [],
  },
  files: [],
  hooks: [],
  entries: [],
  edges: [],
  facts: [],
  flows: [],
  gaps: [],
  bundled: [],
  dropped: 0,
}

const artifact = { integrity: '', sha256: '', unpackedBytes: 0, inspection: nothing }

const parts: Parts = {
  openReader: () => ({
    read: packages =>
      Promise.resolve(
        new Map(packages.map(item => [item, { artifact, gaps: [], fromCache: false, error: undefined }])),
      ),
    evict: () => Promise.resolve(),
    readFiles: () => Promise.resolve(new Map()),
    inspect: () => Promise.resolve(artifact),
    inspectUnpacked: () => Promise.resolve(artifact),
    close: () => Promise.resolve(),
  }),
  installTree: async plan => {
    const { arborist, options } = openTree(plan.tree)
    const nothingToDo = (): Promise<void> => Promise.resolve()
    arborist.hooks = {
      build: nothingToDo,
      beforeChanges: nothingToDo,
      beforeTrash: nothingToDo,
      save: original => original(),
    }
    await arborist.reify(options)
    return nothingInstalled
  },
}

process.exitCode = await run(
  {
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
    version: '0.0.0',
    self: { pid: process.pid, host: 'bench', isRunning: () => false },
    stop: new AbortController().signal,
  },
  parts,
)
