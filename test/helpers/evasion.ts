import { analyse } from '../../lib/judge/analyse.ts'
import type { Action, Context, Finding, Flow, SourceKind } from '../../lib/types.ts'
import { rules } from '../../rules/index.ts'
import type { PackageFiles } from '../fixtures/incidents/incident.ts'
import { loadHonestPackages, loadIncidents } from './fixtures.ts'
import { inspectExample } from './inspect-example.ts'
import { contextOf } from './inspection.ts'

/** A package to rewrite: a form of an incident by `incident#form`, a twin by `incident~twin`, an honest one by its id. */
export type Subject = {
  readonly key: string
  readonly files: PackageFiles
  readonly context?: Partial<Context>
}

/** What a guard said of a package: its alarms, each with the kinds of data in the flows it stands on. */
export type Alarm = Pick<Finding, 'rule' | 'action' | 'phase'> & { readonly sources: readonly SourceKind[] }

const strength: Readonly<Record<Action, number>> = { note: 0, ask: 1, block: 2 }

/** The alarms of a package as it is published, strongest first. */
export function alarmsOf({ files, context }: Omit<Subject, 'key'>): readonly Alarm[] {
  const inspection = inspectExample({ files })
  const { name = 'a', version = '1.0.0' } = inspection.manifest
  return analyse(inspection, contextOf({ name, version, ...context }), rules)
    .findings.filter(({ action }) => action !== 'note')
    .map(finding => ({
      rule: finding.rule,
      action: finding.action,
      phase: finding.phase,
      sources: [
        ...new Set(inspection.flows.filter(flow => isOf(finding, flow)).map(flow => flow.source.kind)),
      ],
    }))
    .toSorted((a, b) => strength[b.action] - strength[a.action])
}

/** Whether the finding stands on the flow: both its ends are among the places the finding names. */
function isOf({ location, flow: steps }: Finding, { source, sink }: Flow): boolean {
  const places = [location, ...(steps ?? [])]
  return [source.at, sink.at].every(at =>
    places.some(({ path, line }) => path === at.path && line === at.line),
  )
}

/**
 * What is left of the alarms of a package after a rewrite: `same` where one of the strongest is there again, by the
 * same rule, as strong, in the same phase and about the same kind of data; `other` where the package is stopped as
 * hard for another reason; `weak` where it is stopped less hard; `silent` where it would be installed.
 */
export type Survival = 'same' | 'other' | 'weak' | 'silent'

/** Compares alarms before and after; before, there is at least one. */
export function survival(before: readonly Alarm[], after: readonly Alarm[]): Survival {
  const top = strength[before[0]?.action ?? 'note']
  const same = before
    .filter(({ action }) => strength[action] === top)
    .some(old =>
      after.some(
        ({ rule, action, phase, sources }) =>
          rule === old.rule &&
          phase === old.phase &&
          strength[action] >= top &&
          (old.sources.length === 0 || sources.some(kind => old.sources.includes(kind))),
      ),
    )
  if (same) return 'same'
  if (after.length === 0) return 'silent'
  return after.some(({ action }) => strength[action] >= top) ? 'other' : 'weak'
}

/** Every form of every incident. */
export async function loadForms(): Promise<readonly Subject[]> {
  const incidents = await loadIncidents()
  return incidents.flatMap(({ id, variants }) =>
    variants.map((variant, i) => ({ ...variant, key: `${id}#${i}` })),
  )
}

/** Every honest package and every honest twin of an incident. */
export async function loadTwins(): Promise<readonly Subject[]> {
  const incidents = await loadIncidents()
  const honest = await loadHonestPackages()
  return [
    ...incidents.flatMap(({ id, twins }) => twins.map((twin, i) => ({ ...twin, key: `${id}~${i}` }))),
    ...honest.map(one => ({ ...one, key: one.id })),
  ]
}
