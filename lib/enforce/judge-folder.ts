import { rules } from '../../rules/index.ts'
import type { InspectionJob } from '../inspect/inspection-job.ts'
import { createPool } from '../inspect/pool.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import { limits } from '../limits.ts'
import { openInspectionCache } from '../store/inspection-cache.ts'
import type { InspectedArtifact } from '../store/inspection-cache.ts'
import { openReceipts } from '../store/receipts.ts'
import { engineVersion, judgeVersion } from '../store/versions.ts'
import type { JudgedPackage, Manifest, OriginProblem, PlannedPackage, SourceType } from '../types.ts'
import type { Knowledge } from './knowledge.ts'
import { isInModules, readPackage } from './read-package.ts'
import type { FolderQuestion, ReadPackage, ReadingTools } from './read-package.ts'

/** A package's folder as it lies on disk, and what the judge says. */
export type JudgedFolder = {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly manifest: Manifest
  readonly hasGyp: boolean
  /** `allow` also where a person said yes to what was found in these very files. */
  readonly verdict: 'allow' | 'ask' | 'block'
  /** The evidence. */
  readonly judged: JudgedPackage
}

/** What is known of a package's place among the others. */
export type Standing = {
  /** Named by the project itself. */
  readonly direct: boolean
  /** Nobody names it, and it is there: somebody has just asked npm for it. */
  readonly typed: boolean
  readonly requiredBy: readonly string[]
  /** npm's allow-list lets its scripts run. */
  readonly approved: boolean
  readonly siblings: ReadonlySet<string>
  readonly problems: readonly OriginProblem[]
}

/** Judges folders on the spot, by the same engine, rules, lists and policy as an install. */
export type FolderJudge = {
  /** Throws E_FETCH where there is no folder. */
  read(question: FolderQuestion): Promise<ReadPackage>
  judge(read: ReadPackage, standing?: Partial<Standing>): Promise<JudgedFolder>
  close(): Promise<void>
}

export type FolderJudgeSettings = {
  /** Where receipts and our own inspections are kept. */
  readonly places: { readonly receipts: string; readonly inspections: string }
  readonly npmCache: string | undefined
  readonly knowledge: Knowledge
  readonly processors: number
  readonly now: number
  /** For tests: what inspects in place of the worker threads. */
  readonly inspect?: (job: InspectionJob) => Promise<InspectedArtifact>
}

/** Opens the judge. Workers start with the first folder that was not seen before. */
export function openFolderJudge(settings: FolderJudgeSettings): FolderJudge {
  const { places, npmCache, knowledge } = settings
  const pool = createPool({
    workers: Math.max(1, Math.min(limits.maxWorkers, settings.processors)),
    maxHeapMb: limits.maxWorkerHeapMb,
    maxMs: limits.maxInspectionMs,
  })
  const inspect = (job: InspectionJob): Promise<InspectedArtifact> =>
    'bytes' in job ? pool.inspect(job) : pool.inspectUnpacked(job.unpacked, job.source)
  const tools: ReadingTools = {
    receipts: openReceipts(places.receipts),
    inspections: openInspectionCache(places.inspections, engineVersion()),
    npmCache,
    inspect: settings.inspect ?? inspect,
    policy: knowledge.policy,
  }
  return {
    read: question => readPackage(question, tools),
    judge: (read, standing = {}) =>
      judgeRead(read, { ...alone, ...standing }, { knowledge, now: settings.now }),
    close: async () => {
      await tools.receipts.prune()
      await tools.inspections.prune()
      await pool.close()
    },
  }
}

const alone: Standing = {
  direct: false,
  typed: false,
  requiredBy: [],
  approved: false,
  siblings: new Set(),
  problems: [],
}

async function judgeRead(
  read: ReadPackage,
  standing: Standing,
  { knowledge, now }: { readonly knowledge: Knowledge; readonly now: number },
): Promise<JudgedFolder> {
  const { name, version, manifest, hasGyp, artifact, question } = read
  const known = { artifact, gaps: [], fromCache: false, error: undefined }
  // An alias, or a manifest that lies: judged under every name it goes by, and the worst counts.
  const items = [...new Set([name, manifest.name ?? name])].map(name => planned(read, name, standing))
  const publishedAt = await knowledge.publishTimes(items)
  const all = items.flatMap(item =>
    judgePackages([item], new Map([[item, known]]), {
      rules,
      lists: knowledge.lists,
      policy: knowledge.policy,
      problems: new Map([[item.location, standing.problems]]),
      approved: new Set(standing.approved ? [item.location] : []),
      siblings: standing.siblings,
      publishedAt,
      now,
    }),
  )
  const judged = all.toSorted((a, b) => rank[a.verdict.kind] - rank[b.verdict.kind])[0]
  if (judged === undefined) throw new Error(`${question.folder} was not judged`)
  const verdict = isAccepted(read, judged) ? 'allow' : judged.verdict.kind
  return { name, version, folder: question.folder, manifest, hasGyp, verdict, judged }
}

const rank = { block: 0, ask: 1, allow: 2 } as const

/**
 * A person said yes to every question there is, for these very files and under this judge. The same files under another
 * name are another question: a look-alike may hold the very bytes of what it imitates. No answer lifts a block.
 */
function isAccepted({ name, receipt }: ReadPackage, { verdict, gaps }: JudgedPackage): boolean {
  if (verdict.kind !== 'ask' || receipt?.name !== name || receipt.acceptedUnder !== judgeVersion())
    return false
  if (gaps.some(gap => gap.kind === 'content')) return false
  return verdict.findings.every(({ action, rule }) => action !== 'ask' || receipt.accepted.includes(rule))
}

function planned(
  { question: { folder, resolved }, version, artifact, isTarball }: ReadPackage,
  name: string,
  { direct, typed, requiredBy }: Standing,
): PlannedPackage {
  return {
    name,
    version,
    spec: folder,
    resolved,
    integrity: isTarball ? artifact.integrity : undefined,
    fetchSpec: undefined,
    location: folder,
    source: sourceOf(folder, resolved),
    direct,
    typed,
    optional: false,
    dev: false,
    requiredBy,
    unchanged: true,
    registryManifest: undefined,
  }
}

function sourceOf(folder: string, resolved: string | undefined): SourceType {
  if (resolved?.startsWith('git') === true) return 'git'
  if (resolved?.startsWith('file:') === true) return 'file'
  return isInModules(folder) ? 'registry' : 'directory'
}
