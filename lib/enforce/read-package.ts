import { cachedTarball } from '../fetch/cached-tarball.ts'
import { isOwnModules, readFolder } from '../fetch/read-folder.ts'
import { unpackTarball } from '../fetch/unpack.ts'
import type { Unpacked } from '../fetch/unpacked.ts'
import { sha256Hex } from '../inspect/hash.ts'
import type { InspectionJob } from '../inspect/inspection-job.ts'
import { integrityOfFolder } from '../inspect/inspection-job.ts'
import { parseManifest, readManifest } from '../inspect/manifest.ts'
import { registryIdentity } from '../plan/script-policy.ts'
import type { Policy } from '../policy/policy.ts'
import { engineVersion } from '../store/versions.ts'
import { openInspectionCache } from '../store/inspection-cache.ts'
import type { InspectedArtifact, InspectionCache } from '../store/inspection-cache.ts'
import { folderDigest } from '../store/receipts.ts'
import type { Receipt, Receipts } from '../store/receipts.ts'
import type { Manifest } from '../types.ts'

/** A folder somebody asks about, and what is said about where it came from. None of that is believed unchecked. */
export type FolderQuestion = {
  readonly folder: string
  readonly resolved: string | undefined
  /** What npm's environment or a lockfile says the tarball's integrity is. */
  readonly integrity?: string | undefined
}

/** A package's folder as it lies on disk, with the inspection that counts for it. */
export type ReadPackage = {
  readonly question: FolderQuestion
  readonly name: string
  readonly version: string
  readonly manifest: Manifest
  /** Whether a build of it by node-gyp is npm's to start: there is a binding.gyp. */
  readonly hasGyp: boolean
  /** Of all files; undefined where not all of them could be read. */
  readonly digest: string | undefined
  readonly artifact: InspectedArtifact
  /** The artifact is the tarball with `artifact.integrity`, and the folder what became of it. */
  readonly isTarball: boolean
  readonly receipt: Receipt | undefined
}

/** What reading needs. */
export type ReadingTools = {
  readonly receipts: Receipts
  /** Inspections of our own, in a folder that no project chooses. */
  readonly inspections: InspectionCache
  /** npm's cache folder, whoever chose it: only bytes that match their integrity are taken from it. */
  readonly npmCache: string | undefined
  readonly inspect: (job: InspectionJob) => Promise<InspectedArtifact>
  readonly policy: Pick<Policy, 'exceptions' | 'approvals'>
}

/**
 * Reads every file of a package's folder and finds the inspection that counts for it: of the tarball it was unpacked
 * from, where npm's cache has bytes that unpack to exactly these files, else of the folder as it lies there. Leaves a
 * receipt, so that the same files are not inspected twice. Throws E_FETCH where there is no folder.
 */
export async function readPackage(question: FolderQuestion, tools: ReadingTools): Promise<ReadPackage> {
  const { folder } = question
  const unpacked = isInModules(folder) ? await readFolder(folder, isOwnModules) : await readFolder(folder)
  const packageJson = unpacked.files.find(({ path }) => path === 'package.json')
  const manifest = packageJson === undefined ? parseManifest({}) : readManifest(packageJson.bytes).manifest
  const { name, version } = identityOf(question, manifest)
  const hasGyp = unpacked.files.some(({ path }) => path === 'binding.gyp')
  // What could not be read is not covered by a digest.
  const isWhole = unpacked.gaps.length === 0 && unpacked.tricks.length === 0
  const digest = isWhole ? digestOf(unpacked) : undefined
  const receipt = digest === undefined ? undefined : await tools.receipts.get(digest)
  const found = await artifactOf({ question, name, version, unpacked, digest, receipt }, tools)
  return { question, name, version, manifest, hasGyp, digest, receipt, ...found }
}

type Known = {
  readonly question: FolderQuestion
  readonly name: string
  readonly version: string
  readonly unpacked: Unpacked
  readonly digest: string | undefined
  readonly receipt: Receipt | undefined
}

type Found = Pick<ReadPackage, 'artifact' | 'isTarball'>

async function artifactOf(known: Known, tools: ReadingTools): Promise<Found> {
  const { unpacked, digest, receipt } = known
  if (digest === undefined)
    return { artifact: await tools.inspect({ unpacked, source: 'directory' }), isTarball: false }
  const kept = receipt?.isTarball === true ? await keptArtifact(receipt, tools) : undefined
  if (kept !== undefined) return { artifact: kept, isTarball: true }
  const tarball = await tarballOf(known, digest, tools)
  if (tarball !== undefined) {
    await remember(known, tarball, { digest, isTarball: true }, tools)
    return { artifact: tarball, isTarball: true }
  }
  const before = receipt === undefined ? undefined : await keptArtifact(receipt, tools)
  if (before !== undefined) return { artifact: before, isTarball: receipt?.isTarball === true }
  const artifact =
    (await tools.inspections.get(integrityOfFolder(unpacked))) ??
    (await tools.inspect({ unpacked, source: 'directory' }))
  await remember(known, artifact, { digest, isTarball: false }, tools)
  return { artifact, isTarball: false }
}

/** The inspection a receipt names. */
async function keptArtifact(
  { inspection, isTarball, keptIn }: Receipt,
  tools: ReadingTools,
): Promise<InspectedArtifact | undefined> {
  if (inspection === undefined) return undefined
  const own = await tools.inspections.get(inspection)
  if (own !== undefined) return own
  const other =
    keptIn === undefined ? undefined : await openInspectionCache(keptIn, engineVersion()).get(inspection)
  if (other !== undefined || !isTarball) return other
  const bytes = await bytesOf(inspection, tools)
  return bytes === undefined ? undefined : tools.inspect({ bytes, source: 'registry' })
}

/**
 * The tarball that was unpacked here. Where it came from is anybody's claim, so a claim only says where to look: npm's
 * cache must hold bytes of that integrity, and they must unpack to the very files on disk.
 */
async function tarballOf(
  { question, name, version, receipt }: Known,
  digest: string,
  tools: ReadingTools,
): Promise<InspectedArtifact | undefined> {
  const { exceptions, approvals } = tools.policy
  const named = [...exceptions, ...approvals].filter(one => one.package === name && one.version === version)
  const claimed = question.integrity?.split(/\s+/) ?? []
  const own = receipt?.isTarball === true ? [receipt.inspection ?? ''] : []
  for (const integrity of new Set([...own, ...claimed, ...named.map(one => one.integrity)])) {
    const bytes = await bytesOf(integrity, tools)
    if (bytes === undefined || digestOf(unpackTarball(bytes)) !== digest) continue
    return (await tools.inspections.get(integrity)) ?? (await tools.inspect({ bytes, source: 'registry' }))
  }
  return undefined
}

async function bytesOf(integrity: string, { npmCache }: ReadingTools): Promise<Uint8Array | undefined> {
  return npmCache === undefined ? undefined : cachedTarball(npmCache, integrity)
}

async function remember(
  { name, version, receipt }: Known,
  artifact: InspectedArtifact,
  { digest, isTarball }: { readonly digest: string; readonly isTarball: boolean },
  { receipts, inspections }: ReadingTools,
): Promise<void> {
  await inspections.put(artifact)
  const { accepted = [], acceptedUnder = '' } = receipt?.name === name ? receipt : {}
  const inspection = artifact.integrity
  await receipts.add(digest, {
    name,
    version,
    inspection,
    isTarball,
    keptIn: undefined,
    accepted,
    acceptedUnder,
  })
}

function digestOf({ files }: Pick<Unpacked, 'files'>): string {
  return folderDigest(files.map(({ path, bytes }) => ({ path, sha256: sha256Hex(bytes) })))
}

/** What the registry calls it, or the folder's name below node_modules; the manifest is the author's claim. */
function identityOf(
  { folder, resolved }: FolderQuestion,
  manifest: Manifest,
): { readonly name: string; readonly version: string } {
  const registered = resolved === undefined ? undefined : registryIdentity(resolved)
  const own = /\/node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder)?.[1]
  const name = registered?.name ?? own ?? manifest.name ?? folder.split('/').at(-1) ?? folder
  return { name, version: registered?.version ?? manifest.version ?? '' }
}

/** Whether a folder is one of npm's own making. */
export function isInModules(folder: string): boolean {
  return folder.includes('/node_modules/')
}
