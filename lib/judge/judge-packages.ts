import type { Lists } from '../../rules/lists.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { parseManifest } from '../inspect/manifest.ts'
import { applyPolicy } from '../policy/apply-policy.ts'
import type { Applied } from '../policy/apply-policy.ts'
import { approvedBytes } from '../policy/approved-bytes.ts'
import { defaultPolicy } from '../policy/merge-policy.ts'
import type { Policy } from '../policy/policy.ts'
import { finish } from '../steps.ts'
import type { Steps } from '../steps.ts'
import type { Context, Gap, JudgedPackage, OriginProblem, PlannedPackage, Rule } from '../types.ts'
import { analyseInSteps } from './analyse.ts'
import type { Analysis } from './analyse.ts'
import { judge } from './judge.ts'

/** What is known about the packages of a plan besides their bytes. */
export type Knowledge = {
  readonly rules: readonly Rule[]
  readonly lists: Lists
  /** By location. */
  readonly problems: ReadonlyMap<string, readonly OriginProblem[]>
  /** Locations whose install scripts npm's allow-list approves. */
  readonly approved: ReadonlySet<string>
  /** Names the user was asked about and insisted on: asking twice teaches people to say yes. */
  readonly insisted?: ReadonlySet<string>
  /** What the user and the project say about findings; nothing by default. */
  readonly policy?: Policy
  /** Publish times in ms since the epoch, by `name@version`, where somebody asked for them. */
  readonly publishedAt?: ReadonlyMap<string, number>
  /** Names of all packages beside these, where they are judged one by one. */
  readonly siblings?: ReadonlySet<string>
  readonly now: number
}

type Reads = ReadonlyMap<PlannedPackage, ReadArtifact>

/** Judges every package of a plan. Pure: the same bytes, lists and clock give the same verdicts in the same order. */
export function judgePackages(
  packages: readonly PlannedPackage[],
  reads: Reads,
  knowledge: Knowledge,
): readonly JudgedPackage[] {
  return finish(judgeInSteps(packages, reads, knowledge))
}

/** The same, a step for each rule on each package. */
export function* judgeInSteps(
  packages: readonly PlannedPackage[],
  reads: Reads,
  knowledge: Knowledge,
): Steps<readonly JudgedPackage[]> {
  const siblings = knowledge.siblings ?? new Set(packages.map(item => item.name))
  const judged: JudgedPackage[] = []
  for (const item of packages) judged.push(yield* judgePackage(item, reads.get(item), siblings, knowledge))
  return judged
}

function* judgePackage(
  item: PlannedPackage,
  read: ReadArtifact | undefined,
  siblings: ReadonlySet<string>,
  knowledge: Knowledge,
): Steps<JudgedPackage> {
  const { policy = defaultPolicy } = knowledge
  const inspection = read?.artifact?.inspection
  const integrity = read?.artifact?.integrity
  const bytes = approvedBytes(item, integrity, policy)
  const approved = knowledge.approved.has(item.location) && bytes.kind !== 'changed'
  const context = contextOf(item, read, siblings, knowledge)
  const seen =
    inspection === undefined
      ? unread(item, read)
      : yield* analyseInSteps(inspection, context, knowledge.rules)
  const applied = applyPolicy(
    {
      findings: bytes.kind === 'changed' ? [...seen.findings, bytes.finding] : seen.findings,
      gaps: [
        ...(inspection === undefined ? [] : (read?.gaps ?? [])),
        ...seen.gaps,
        ...ageGaps(context, policy),
      ],
    },
    { package: item, integrity, inspection, approved, publishedAt: context.publishedAt, now: knowledge.now },
    policy,
  )
  const scripts = inspection?.hooks.map(({ event, command }) => ({ event, command, approved })) ?? []
  return toJudged(applied, {
    package: item,
    scripts,
    inspection,
    integrity,
    fromCache: read?.fromCache ?? false,
  })
}

function toJudged(
  { findings, gaps, accepted }: Applied,
  known: Pick<JudgedPackage, 'package' | 'scripts' | 'inspection' | 'integrity' | 'fromCache'>,
): JudgedPackage {
  return { ...known, verdict: judge(findings, gaps), gaps, accepted }
}

/** No bytes, no findings: only the gap that says so. */
function unread(item: PlannedPackage, read: ReadArtifact | undefined): Analysis {
  const what = `${item.name}@${item.version} was not read`
  return { findings: [], gaps: read?.gaps ?? [{ kind: 'content', what }] }
}

/** An age that is asked for and not known is said. */
function ageGaps({ name, version, source, publishedAt }: Context, policy: Policy): readonly Gap[] {
  if (policy.minimumAgeDays.value === 0 || source !== 'registry' || publishedAt !== undefined) return []
  return [{ kind: 'context', what: `when ${name}@${version} was published` }]
}

function contextOf(
  item: PlannedPackage,
  read: ReadArtifact | undefined,
  siblings: ReadonlySet<string>,
  { problems, lists, insisted, publishedAt, now }: Knowledge,
): Context {
  return {
    name: item.name,
    version: item.version,
    source: item.source,
    resolved: item.resolved,
    direct: item.direct,
    typed: item.typed && insisted?.has(item.name) !== true,
    sha256: read?.artifact?.sha256,
    integrity: read?.artifact?.integrity,
    registryManifest: item.registryManifest === undefined ? undefined : parseManifest(item.registryManifest),
    publishedAt: publishedAt?.get(`${item.name}@${item.version}`),
    downloads: downloadsOf(item.name, lists),
    previous: undefined,
    siblings,
    origin: problems.get(item.location) ?? [],
    lists,
    now,
  }
}

/** The list keeps the power of two below the monthly count; that is exact enough to tell the popular from the unknown. */
function downloadsOf(name: string, lists: Lists): number | undefined {
  const power = lists.popular.get(name)
  return power === undefined ? undefined : 2 ** power
}
