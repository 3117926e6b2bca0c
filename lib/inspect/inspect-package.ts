import type { Unpacked } from '../fetch/unpacked.ts'
import type { Inspection, SourceType } from '../types.ts'
import { fileKind } from './file-kind.ts'
import { sha256Hex } from './hash.ts'
import { parseManifest, readManifest } from './manifest.ts'

/**
 * What one unpacked artifact contains: a pure function of the bytes. Lists every file with its digest, and carries the
 * tricks and gaps of unpacking over.
 */
export const inspectPackage = (unpacked: Unpacked, _options: { readonly source: SourceType }): Inspection => {
  const packageJson = unpacked.files.find(({ path }) => path === 'package.json')
  return {
    manifest: packageJson ? readManifest(packageJson.bytes).manifest : parseManifest({}),
    files: unpacked.files.map(({ path, bytes, mode }) => ({
      path,
      bytes: bytes.length,
      mode,
      sha256: sha256Hex(bytes),
      kind: fileKind(path, bytes),
      phase: 'dormant',
    })),
    hooks: [],
    entries: [],
    edges: [],
    facts: unpacked.tricks,
    flows: [],
    gaps: unpacked.gaps,
    bundled: [],
    dropped: 0,
  }
}
