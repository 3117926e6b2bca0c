import type { Fact, Gap } from '../types.ts'

/** A regular file of a tarball or folder, exactly as npm would write it: path below the package's root, `/` separated. */
export type PackedFile = {
  readonly path: string
  readonly bytes: Uint8Array
  readonly mode: number
}

/**
 * What npm would leave on disk after extracting an artifact, in memory. `tricks` are `path-trick` facts: entries that
 * npm drops, moves or overwrites, and that an honest tarball does not have.
 */
export type Unpacked = {
  readonly files: readonly PackedFile[]
  readonly tricks: readonly Fact[]
  readonly gaps: readonly Gap[]
  readonly bytes: number
}
