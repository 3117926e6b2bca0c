import { rules } from '../../rules/index.ts'
import { prepareNameIndex } from '../../rules/names/name-index.ts'
import { isKnownName } from '../../rules/names/name-lookup.ts'
import { publishTimes } from '../fetch/publish-times.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { judgeInSteps } from '../judge/judge-packages.ts'
import { summarise } from '../judge/summarise.ts'
import type { Plan } from '../plan/make-plan.ts'
import { policyRules } from '../policy/apply-policy.ts'
import type { Report } from '../report/report.ts'
import type { LoadedLists } from '../store/load-lists.ts'
import { finishInTurns } from '../steps.ts'
import type { Steps } from '../steps.ts'
import type { Decision, JudgedPackage, PlannedPackage } from '../types.ts'
import type { Guard } from './guard.ts'
import type { Reader } from './reader.ts'
import type { Session } from './session.ts'

/** What was read of a plan, and what was judged of it. */
export type Judgement = {
  readonly judged: readonly JudgedPackage[]
  readonly reads: ReadonlyMap<PlannedPackage, ReadArtifact>
}

/** What a plan is judged by. */
export type JudgeRequest = {
  readonly session: Session
  readonly guard: Guard
  /** Names the user was asked about and insisted on. */
  readonly insisted?: ReadonlySet<string>
}

/**
 * Reads and judges every package of a plan, by the rules and the policy. Rejects where a required package cannot be
 * had: that is npm's failure, not a finding.
 */
export async function judgePlan(
  plan: Plan,
  reader: Reader,
  { session, guard, insisted = new Set() }: JudgeRequest,
): Promise<Judgement> {
  const { config, loaded, lists } = guard
  let done = 0
  const { policy } = loaded
  const now = session.host.now()
  const [found, publishedAt] = await Promise.all([
    reader.read(plan.packages, item => {
      done += 1
      session.progress.update(
        `read ${done} of ${plan.packages.length} packages: ${item.name}@${item.version}`,
      )
    }),
    policy.minimumAgeDays.value === 0
      ? new Map<string, number>()
      : publishTimes(plan.packages, config.flat, now),
    finishInTurns(prepare(lists, plan.packages)),
  ])
  const reads = new Map([...found].map(([item, read]) => [item, withoutOptional(item, read)]))
  const approved = [...plan.reviews]
    .filter(([, review]) => review === 'allowed')
    .map(([location]) => location)
  const judged = await finishInTurns(
    judgeInSteps(plan.packages, reads, {
      rules,
      lists,
      insisted,
      problems: problemsByLocation(plan),
      approved: new Set(approved),
      policy,
      publishedAt,
      now,
    }),
  )
  return { judged, reads }
}

/** What judging looks things up in, while downloads and workers are waited for anyway. */
function* prepare(lists: LoadedLists, packages: readonly PlannedPackage[]): Steps<void> {
  if (packages.length === 0) return
  yield* lists.prepare()
  if (packages.some(({ name }) => !isKnownName(name, lists))) yield* prepareNameIndex(lists)
}

/**
 * A required package that cannot be had is npm's failure: there is nothing to install. An optional one npm leaves out,
 * and if its bytes turn up after all, the install refuses them because nobody read them.
 */
function withoutOptional(item: PlannedPackage, read: ReadArtifact): ReadArtifact {
  if (read.error === undefined) return read
  if (!item.optional) throw read.error
  const what = `optional and not to be had, so npm leaves it out: ${read.error.message}`
  return { ...read, gaps: [{ kind: 'context', what }] }
}

function problemsByLocation({ problems }: Plan): Map<string, Plan['problems']> {
  const byLocation = new Map<string, Plan['problems']>()
  for (const problem of problems) {
    byLocation.set(problem.location, [...(byLocation.get(problem.location) ?? []), problem])
  }
  return byLocation
}

/** The report of judged packages, with the time since the session was opened. */
export function reportOf(packages: readonly JudgedPackage[], decision: Decision, session: Session): Report {
  const { host, startedAt } = session
  return {
    tool: { version: host.version, rules: rules.length },
    decision,
    summary: summarise(packages, host.now() - startedAt),
    packages,
    titles: new Map([...policyRules, ...rules.map(rule => [rule.meta.id, rule.meta.title] as const)]),
  }
}
