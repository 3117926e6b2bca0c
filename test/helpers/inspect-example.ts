import { unpackTarball } from '../../lib/fetch/unpack.ts'
import { inspectPackage } from '../../lib/inspect/inspect-package.ts'
import type { Example, Inspection } from '../../lib/types.ts'
import { tarballOf } from './tarball.ts'
import type { TarEntry } from './tarball.ts'

/** The inspection of an example as if it had been published, downloaded and unpacked: nothing is executed. */
export function inspectExample(example: Pick<Example, 'files' | 'entries'>): Inspection {
  const entries: TarEntry[] = [
    ...Object.entries(example.files).map(([path, body]) => ({ path: `package/${path}`, data: body })),
    ...(example.entries ?? []).map(entry =>
      entry.linkTo === undefined
        ? { path: entry.name, data: entry.text }
        : { path: entry.name, type: '2', linkpath: entry.linkTo },
    ),
  ]
  return inspectPackage(unpackTarball(tarballOf(entries)), { source: 'registry' })
}
