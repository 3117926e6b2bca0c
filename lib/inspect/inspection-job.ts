import type { Unpacked } from '../fetch/unpacked.ts'
import type { InspectedArtifact } from '../store/inspection-cache.ts'
import type { Inspection, SourceType } from '../types.ts'
import { sha256Hex, sha512Sri } from './hash.ts'
import { parseManifest } from './manifest.ts'

/** What a worker is asked to look at: a tarball, or a folder that was read. */
export type InspectionJob = { readonly source: SourceType } & (
  { readonly bytes: Uint8Array } | { readonly unpacked: Unpacked }
)

/** The bytes that identify a job: the tarball, or for a folder a list of its files and their digests. */
export const identityOf = (job: InspectionJob): Uint8Array => {
  if ('bytes' in job) return job.bytes
  return listOf(job.unpacked)
}

const listOf = ({ files }: Unpacked): Uint8Array => {
  const lines = files.map(({ path, bytes, mode }) => JSON.stringify([path, mode, sha256Hex(bytes)]))
  return Buffer.from(lines.toSorted().join('\n'))
}

/** What an inspection of a folder has for its integrity: a digest of ours over names, modes and contents. */
export const integrityOfFolder = (unpacked: Unpacked): string => sha512Sri(listOf(unpacked))

const unread = (what: string): Inspection => ({
  manifest: parseManifest({}),
  files: [],
  hooks: [],
  entries: [],
  edges: [],
  facts: [],
  flows: [],
  gaps: [{ kind: 'content', what }],
  bundled: [],
  dropped: 0,
})

/** The answer for bytes whose inspection did not come to an end: their digests, and a content gap that says why. */
export const notInspected = (job: InspectionJob, what: string): InspectedArtifact => {
  const bytes = identityOf(job)
  return { integrity: sha512Sri(bytes), sha256: sha256Hex(bytes), unpackedBytes: 0, inspection: unread(what) }
}
