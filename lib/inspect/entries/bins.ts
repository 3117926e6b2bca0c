import type { Manifest } from '../../types.ts'
import { own, safePath } from '../manifest.ts'
import type { PackageFiles } from './package-files.ts'

/** The manifest's bins, or where it names none the files of `directories.bin`, as npm links them. */
export function binsOf(manifest: Manifest, raw: unknown, files: PackageFiles): Manifest['bins'] {
  const folder = own(own(raw, 'directories'), 'bin')
  if (own(raw, 'bin') || typeof folder !== 'string') return manifest.bins
  const path = safePath(folder)
  // npm skips what starts with a dot, relative to the folder.
  return files
    .below(path.replace(/\/$/, ''))
    .map(file => ({ file, relative: file.slice(path === '' ? 0 : path.replace(/\/$/, '').length + 1) }))
    .filter(({ relative }) => relative !== '' && !relative.startsWith('.'))
    .map(({ file }) => ({ name: file.slice(file.lastIndexOf('/') + 1), path: file }))
}
