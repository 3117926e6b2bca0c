import { isOwnModules, readFolder } from '../fetch/read-folder.ts'
import type { Unpacked } from '../fetch/unpacked.ts'
import { sha256Hex } from '../inspect/hash.ts'
import { parseManifest, readManifest } from '../inspect/manifest.ts'
import { createPool } from '../inspect/pool.ts'
import type { InspectedArtifact } from '../store/inspection-cache.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import { limits } from '../limits.ts'
import { registryIdentity } from '../plan/script-policy.ts'
import { judgeVersion } from '../store/judge-version.ts'
import { loadLists } from '../store/load-lists.ts'
import { folderDigest, openReceipts } from '../store/receipts.ts'
import type { Receipts } from '../store/receipts.ts'
import { rules } from '../../rules/index.ts'
import type { JudgedPackage, Manifest, PlannedPackage, SourceType } from '../types.ts'

/** A package's folder as it lies on disk, and what the judge says. */
export type JudgedFolder = {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly manifest: Manifest
  /** Whether a build of it by node-gyp is npm's to start: there is a binding.gyp. */
  readonly hasGyp: boolean
  /** `known`: these very files were judged before, or a person accepted them. */
  readonly verdict: 'known' | 'allow' | 'ask' | 'block'
  /** The evidence, where the folder was inspected now. */
  readonly judged: JudgedPackage | undefined
}

export type FolderQuestion = {
  readonly folder: string
  readonly resolved: string | undefined
  /** Named by the project itself. */
  readonly direct: boolean
}

/** Judges folders on the spot. */
export type FolderJudge = {
  /** Throws E_FETCH where there is no folder. */
  judge(question: FolderQuestion): Promise<JudgedFolder>
  close(): Promise<void>
}

export type FolderJudgeSettings = {
  readonly receiptsFolder: string
  readonly processors: number
  readonly now: number
  /** For tests: what inspects in place of the worker threads. */
  readonly inspect?: (unpacked: Unpacked, source: SourceType) => Promise<InspectedArtifact>
}

/**
 * Opens the judge. It reads every file of a folder, takes the word of a receipt for files that were judged before, and
 * inspects the others with the same engine and rules as an install, leaving a receipt for what is clean.
 */
export function openFolderJudge(settings: FolderJudgeSettings): FolderJudge {
  const receipts = openReceipts(settings.receiptsFolder, judgeVersion())
  const pool = createPool({
    workers: Math.max(1, Math.min(limits.maxWorkers, settings.processors)),
    maxHeapMb: limits.maxWorkerHeapMb,
    maxMs: limits.maxInspectionMs,
  })
  const inspect =
    settings.inspect ?? ((unpacked: Unpacked, source: SourceType) => pool.inspectUnpacked(unpacked, source))
  return {
    judge: question => judgeFolder(question, { receipts, inspect, now: settings.now }),
    close: () => pool.close(),
  }
}

type Tools = {
  readonly receipts: Receipts
  readonly inspect: NonNullable<FolderJudgeSettings['inspect']>
  readonly now: number
}

async function judgeFolder(question: FolderQuestion, tools: Tools): Promise<JudgedFolder> {
  const { folder } = question
  const unpacked = isInModules(folder) ? await readFolder(folder, isOwnModules) : await readFolder(folder)
  const packageJson = unpacked.files.find(({ path }) => path === 'package.json')
  const manifest = packageJson === undefined ? parseManifest({}) : readManifest(packageJson.bytes).manifest
  const { name, version } = identityOf(question, manifest)
  const hasGyp = unpacked.files.some(({ path }) => path === 'binding.gyp')
  const known = { name, version, folder, manifest, hasGyp }
  // What could not be read is not covered by a digest.
  const whole = unpacked.gaps.length === 0 && unpacked.tricks.length === 0
  const digest = folderDigest(unpacked.files.map(({ path, bytes }) => ({ path, sha256: sha256Hex(bytes) })))
  // The same files under another name are another question: a look-alike may hold the very bytes of what it imitates.
  const receipt = whole ? await tools.receipts.get(digest) : undefined
  if (receipt?.name === name) return { ...known, verdict: 'known', judged: undefined }
  const artifact = await tools.inspect(unpacked, 'directory')
  // An alias, or a manifest that lies: judged under every name it goes by, and the worst counts.
  const names = [...new Set([name, manifest.name ?? name])]
  const all = names.flatMap(name => judgeAs(planned(question, name, version), artifact, tools.now))
  const judged = all.toSorted((a, b) => rank[a.verdict.kind] - rank[b.verdict.kind])[0]
  const verdict = judged?.verdict.kind ?? 'block'
  if (whole && verdict === 'allow') await tools.receipts.add(digest, { name, version, because: 'clean' })
  return { ...known, verdict, judged }
}

const rank = { block: 0, ask: 1, allow: 2 } as const

function judgeAs(item: PlannedPackage, artifact: InspectedArtifact, now: number): readonly JudgedPackage[] {
  const read = { artifact, gaps: [], fromCache: false, error: undefined }
  const knowledge = { rules, lists: loadLists(), problems: new Map(), approved: new Set<string>(), now }
  return judgePackages([item], new Map([[item, read]]), knowledge)
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

function planned(
  { folder, resolved, direct }: FolderQuestion,
  name: string,
  version: string,
): PlannedPackage {
  return {
    name,
    version,
    spec: folder,
    resolved,
    integrity: undefined,
    fetchSpec: undefined,
    location: folder,
    source: sourceOf(folder, resolved),
    direct,
    typed: false,
    optional: false,
    dev: false,
    requiredBy: [],
    unchanged: true,
    registryManifest: undefined,
  }
}

function sourceOf(folder: string, resolved: string | undefined): SourceType {
  if (resolved?.startsWith('git') === true) return 'git'
  if (resolved?.startsWith('file:') === true) return 'file'
  return isInModules(folder) ? 'registry' : 'directory'
}

function isInModules(folder: string): boolean {
  return folder.includes('/node_modules/')
}
