import { evictTarball } from '../fetch/evict-tarball.ts'
import { fetchTarball } from '../fetch/fetch-tarball.ts'
import { readArtifacts } from '../fetch/read-artifacts.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { unpackTarball } from '../fetch/unpack.ts'
import type { Unpacked } from '../fetch/unpacked.ts'
import { createPool } from '../inspect/pool.ts'
import type { InstallRequest, InstallResult } from '../install/install-tree.ts'
import { limits } from '../limits.ts'
import type { Plan } from '../plan/make-plan.ts'
import type { ReadArtifact as ReadFiles } from '../plan/shrinkwraps.ts'
import { engineVersion } from '../store/versions.ts'
import { inspectionsFolder, openInspectionCache } from '../store/inspection-cache.ts'
import type { InspectedArtifact, InspectionCache } from '../store/inspection-cache.ts'
import type { PlannedPackage, SourceType } from '../types.ts'

/** Where packages are downloaded and inspected, for one run. */
export type Reader = {
  read(
    packages: readonly PlannedPackage[],
    onRead: (item: PlannedPackage) => void,
  ): Promise<ReadonlyMap<PlannedPackage, ReadArtifact>>
  /** Single files of an artifact, for the plan. */
  readonly readFiles: ReadFiles
  /** Inspects bytes that are at hand: a tarball somebody has on disk. */
  inspect(bytes: Uint8Array, source: SourceType): Promise<InspectedArtifact>
  /** Inspects a folder that was read. */
  inspectUnpacked(unpacked: Unpacked, source: SourceType): Promise<InspectedArtifact>
  /** Takes the bytes of a package out of npm's cache again. */
  evict(item: PlannedPackage): Promise<void>
  close(): Promise<void>
}

export type ReaderSettings = {
  /** npm's options as pacote takes them. */
  readonly flat: Readonly<Record<string, unknown>>
  /** npm's cache folder; inspections lie in a folder of their own beside npm's content. */
  readonly cacheFolder: string
  readonly processors: number
  /** Do not believe cached inspections; new ones are kept all the same. */
  readonly fresh: boolean
}

/** What a run works with from outside. Injected so that a benchmark can leave inspection out: there is no such option. */
export type Parts = {
  readonly openReader: (settings: ReaderSettings) => Reader
  readonly installTree?: (plan: Plan, request: InstallRequest) => Promise<InstallResult>
}

/** Opens the reader: workers start with the first package that is not cached. */
export function openReader({ flat, cacheFolder, processors, fresh }: ReaderSettings): Reader {
  const kept = openInspectionCache(inspectionsFolder(cacheFolder), engineVersion())
  const cache: InspectionCache = fresh ? { ...kept, get: () => Promise.resolve(undefined) } : kept
  const pool = createPool({
    workers: Math.max(1, Math.min(limits.maxWorkers, processors)),
    maxHeapMb: limits.maxWorkerHeapMb,
    maxMs: limits.maxInspectionMs,
  })
  const fetch = ({
    fetchSpec,
    resolved,
    integrity,
    name,
    version,
  }: PlannedPackage): Promise<{ bytes: Uint8Array }> =>
    fetchTarball(fetchSpec ?? `${name}@${version}`, { ...flat, resolved, integrity })
  const inspect = (bytes: Uint8Array, source: SourceType): Promise<InspectedArtifact> =>
    pool.inspect({ bytes, source })
  return {
    read: (packages, onRead) => readArtifacts(packages, { cache, fetch, inspect, onRead }),
    readFiles: async ({ fetchSpec, resolved, integrity }, paths) => {
      const { bytes } = await fetchTarball(fetchSpec, { ...flat, resolved, integrity })
      const wanted = unpackTarball(bytes).files.filter(file => paths.includes(file.path))
      return new Map(wanted.map(file => [file.path, file.bytes]))
    },
    inspect,
    inspectUnpacked: (unpacked, source) => pool.inspectUnpacked(unpacked, source),
    evict: ({ fetchSpec, resolved, name, version }) =>
      evictTarball(fetchSpec ?? `${name}@${version}`, { ...flat, resolved }),
    close: async () => {
      await pool.close()
      await kept.prune()
    },
  }
}
