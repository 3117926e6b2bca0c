import { unpackTarball } from '../../lib/fetch/unpack.ts'
import { inspectPackage } from '../../lib/inspect/inspect-package.ts'
import type { Context, Example, Inspection } from '../../lib/types.ts'
import { tarballOf } from './tarball.ts'
import type { TarEntry } from './tarball.ts'

/** The inspection of an example as if it had been published, downloaded and unpacked: nothing is executed. */
export function inspectExample(example: Pick<Example, 'files' | 'entries'>): Inspection {
  const entries: TarEntry[] = [
    ...Object.entries(example.files).map(([path, body]) => ({ path: `package/${path}`, body })),
    ...(example.entries ?? []).map(entry =>
      entry.linkTo === undefined
        ? { path: entry.name, body: entry.text }
        : { path: entry.name, type: 'SymbolicLink' as const, linkpath: entry.linkTo },
    ),
  ]
  return inspectPackage(unpackTarball(tarballOf(entries)), { source: 'registry' })
}

/** What is known about a package nobody knows anything about, and what a test says besides. */
export function contextOf(inspection: Inspection, known: Partial<Context> = {}): Context {
  return {
    name: inspection.manifest.name ?? 'a',
    version: inspection.manifest.version ?? '1.0.0',
    source: 'registry',
    resolved: undefined,
    direct: false,
    typed: false,
    sha256: undefined,
    integrity: undefined,
    registryManifest: undefined,
    publishedAt: undefined,
    downloads: undefined,
    previous: undefined,
    siblings: new Set(),
    origin: [],
    now: Date.UTC(2026, 10, 22),
    ...known,
  }
}
