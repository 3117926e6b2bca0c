import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { InspectedArtifact, InspectionCache } from '../store/inspection-cache.ts'
import type { Gap, PlannedPackage, SourceType } from '../types.ts'

/** The inspected bytes of one planned package, or why there are none. */
export type ReadArtifact = {
  readonly artifact: InspectedArtifact | undefined
  readonly gaps: readonly Gap[]
  readonly fromCache: boolean
  /** Why the bytes could not be had; the caller decides whether that ends the install or drops an optional package. */
  readonly error: SafeInstallError | undefined
}

/** What reading needs from outside; each part does its own I/O. */
export type ReadTools = {
  readonly cache: InspectionCache
  readonly fetch: (item: PlannedPackage) => Promise<{ readonly bytes: Uint8Array }>
  /** Takes the bytes over: the caller must not use them again. */
  readonly inspect: (bytes: Uint8Array, source: SourceType) => Promise<InspectedArtifact>
  readonly onRead: (item: PlannedPackage) => void
}

/**
 * Reads every package once, downloads and inspections overlapping: equal bytes are one download and one inspection,
 * wherever they are installed. Downloads do not wait for inspections while what waits for a worker is little, so that
 * the largest of many can be inspected first. Never rejects for a single package: its error is part of the answer.
 */
export async function readArtifacts(
  packages: readonly PlannedPackage[],
  tools: ReadTools,
): Promise<ReadonlyMap<PlannedPackage, ReadArtifact>> {
  const results = new Map<PlannedPackage, ReadArtifact>()
  const queue = [...groupByBytes(packages).values()]
  const inspections: Promise<void>[] = []
  let waitingBytes = 0
  const tell = (group: readonly PlannedPackage[], read: ReadArtifact): void => {
    for (const item of group) {
      results.set(item, read)
      tools.onRead(item)
    }
  }
  const lane = async (): Promise<void> => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      const [first] = group
      if (first === undefined) continue
      const had = await fetchOne(first, tools)
      if (!('bytes' in had)) {
        tell(group, had)
        continue
      }
      const { length } = had.bytes
      waitingBytes += length
      const inspection = inspectOne(first, had.bytes, tools).then(read => {
        waitingBytes -= length
        tell(group, read)
      })
      if (waitingBytes > limits.maxWaitingBytes) await inspection
      else inspections.push(inspection)
    }
  }
  await Promise.all(Array.from({ length: limits.maxParallelReads }, lane))
  await Promise.all(inspections)
  return results
}

/** Packages with the same integrity are the same bytes. Without one, each is fetched for itself. */
function groupByBytes(packages: readonly PlannedPackage[]): ReadonlyMap<unknown, PlannedPackage[]> {
  const groups = new Map<unknown, PlannedPackage[]>()
  for (const item of packages) {
    const key = item.integrity === undefined ? item : `${item.source} ${item.integrity}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** The bytes of a package, or what is known of them already, or why they cannot be had. */
async function fetchOne(
  item: PlannedPackage,
  tools: ReadTools,
): Promise<ReadArtifact | { readonly bytes: Uint8Array }> {
  // Hooks that count differ by source, so only what the registry's rules apply to is shared between projects.
  const cacheable = item.source === 'registry' && item.integrity !== undefined
  const known = cacheable ? await tools.cache.get(item.integrity ?? '') : undefined
  if (known !== undefined) return { artifact: known, gaps: [], fromCache: true, error: undefined }
  try {
    return await tools.fetch(item)
  } catch (error) {
    return failed(item, error)
  }
}

async function inspectOne(item: PlannedPackage, bytes: Uint8Array, tools: ReadTools): Promise<ReadArtifact> {
  try {
    const artifact = await tools.inspect(bytes, item.source)
    if (item.source === 'registry') await tools.cache.put(artifact)
    return { artifact, gaps: [], fromCache: false, error: undefined }
  } catch (error) {
    return failed(item, error)
  }
}

function failed(item: PlannedPackage, error: unknown): ReadArtifact {
  const what = `${item.name}@${item.version} could not be read: ${error instanceof Error ? error.message : String(error)}`
  return {
    artifact: undefined,
    gaps: [{ kind: 'content', what }],
    fromCache: false,
    error:
      error instanceof SafeInstallError ? error : new SafeInstallError('E_FETCH', what, { cause: error }),
  }
}
