import { limits } from '../limits.ts'
import type { Fact, Gap } from '../types.ts'

/**
 * What an archive or folder does that no honest one does. `dotdot`, `no-top-folder`, `too-deep`, `path-too-long`,
 * `name-too-long`, `link`, `device`, `unsupported-type` and `file-as-folder` entries are dropped by npm,
 * `absolute` ones moved; of `duplicate` and `second-manifest` the last wins; of `case-clash` it depends on the file
 * system; `control-characters` hide in names; `bad-header` makes readers disagree about what follows. A
 * `too-deep` one npm may still write: there is a gap beside it.
 */
export type Trick =
  | 'absolute'
  | 'bad-header'
  | 'case-clash'
  | 'control-characters'
  | 'device'
  | 'dotdot'
  | 'duplicate'
  | 'file-as-folder'
  | 'link'
  | 'name-too-long'
  | 'no-top-folder'
  | 'path-too-long'
  | 'second-manifest'
  | 'too-deep'
  | 'unsupported-type'

/** Collects tricks and gaps of one artifact, bounded by `limits.maxFactsPerPackage`, equal gaps only once. */
export class TrickLog {
  readonly tricks: Fact[] = []
  readonly gaps: Gap[] = []
  readonly #seen = new Set<string>()

  /** Notes a trick about the entry called `name`; `what` says what happens to it. */
  trick(trick: Trick, name: string, what: string): void {
    if (this.tricks.length >= limits.maxFactsPerPackage) {
      this.gap('has more entries that npm drops or moves than are kept')
      return
    }
    const short = name.slice(0, limits.maxEvidenceChars)
    const at = { path: short, line: 1, column: 1, code: what.slice(0, limits.maxEvidenceChars) }
    this.tricks.push({
      kind: 'path-trick',
      trick,
      name: short,
      phase: 'install',
      byCall: false,
      guards: [],
      at,
    })
  }

  /** Notes bytes that would be installed and could not be read. */
  gap(what: string, path?: string): void {
    const key = JSON.stringify([what, path])
    if (this.#seen.has(key) || this.#seen.size >= limits.maxFactsPerPackage) return
    this.#seen.add(key)
    this.gaps.push({ kind: 'content', what, ...(path === undefined ? {} : { path }) })
  }
}
