import { unpackTarball } from '../fetch/unpack.ts'
import type { InspectedArtifact } from '../store/inspection-cache.ts'
import { sha256Hex, sha512Sri } from './hash.ts'
import { inspectPackage } from './inspect-package.ts'
import { identityOf, notInspected } from './inspection-job.ts'
import type { InspectionJob } from './inspection-job.ts'

/** Unpacks and inspects one artifact. Never throws: a failure of ours on hostile bytes is a content gap. */
export const inspectArtifact = (job: InspectionJob): InspectedArtifact => {
  try {
    const unpacked = 'bytes' in job ? unpackTarball(job.bytes) : job.unpacked
    const inspection = inspectPackage(unpacked, { source: job.source })
    const bytes = identityOf(job)
    return {
      integrity: sha512Sri(bytes),
      sha256: sha256Hex(bytes),
      unpackedBytes: unpacked.bytes,
      inspection,
    }
  } catch (error) {
    return notInspected(
      job,
      `could not be inspected: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
