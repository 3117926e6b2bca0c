import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { parseManifest } from '../inspect/manifest.ts'
import type { Lists } from '../../rules/lists.ts'
import type { Context, JudgedPackage, OriginProblem, PlannedPackage, Rule } from '../types.ts'
import { analyse } from './analyse.ts'
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
  readonly now: number
}

/** Judges every package of a plan. Pure: the same bytes, lists and clock give the same verdicts in the same order. */
export function judgePackages(
  packages: readonly PlannedPackage[],
  reads: ReadonlyMap<PlannedPackage, ReadArtifact>,
  knowledge: Knowledge,
): readonly JudgedPackage[] {
  const siblings = new Set(packages.map(item => item.name))
  return packages.map(item => judgePackage(item, reads.get(item), siblings, knowledge))
}

function judgePackage(
  item: PlannedPackage,
  read: ReadArtifact | undefined,
  siblings: ReadonlySet<string>,
  knowledge: Knowledge,
): JudgedPackage {
  const inspection = read?.artifact?.inspection
  const approved = knowledge.approved.has(item.location)
  if (inspection === undefined) {
    const gaps = read?.gaps ?? [
      { kind: 'content' as const, what: `${item.name}@${item.version} was not read` },
    ]
    return { package: item, verdict: judge([], gaps), scripts: [], gaps, inspection, fromCache: false }
  }
  const context = contextOf(item, read, siblings, knowledge)
  const { findings, gaps } = analyse(inspection, context, knowledge.rules)
  const scripts = inspection.hooks.map(({ event, command }) => ({ event, command, approved }))
  const all = [...(read?.gaps ?? []), ...gaps]
  return {
    package: item,
    verdict: judge(findings, all),
    scripts,
    gaps: all,
    inspection,
    fromCache: read?.fromCache ?? false,
  }
}

function contextOf(
  item: PlannedPackage,
  read: ReadArtifact | undefined,
  siblings: ReadonlySet<string>,
  { problems, lists, insisted, now }: Knowledge,
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
    publishedAt: undefined,
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
