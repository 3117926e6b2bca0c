import { emptyPolicyFile } from './policy.ts'
import type { Allowance, GapAction, Origin, Policy, PolicyFile, Setting, SourceKey } from './policy.ts'

const gapRank: Readonly<Record<GapAction, number>> = { stop: 2, ask: 1, note: 0 }
const allowanceRank: Readonly<Record<Allowance, number>> = { none: 2, root: 1, all: 0 }

/** What counts where no file says anything. */
export const defaultPolicy: Policy = mergePolicy(undefined, undefined)

/**
 * The user's file, then the project's. A project nobody trusts can only tighten: the stricter value counts, lists of
 * what is allowed are cut to what both allow, exceptions are left out. What it would loosen is named in `ignored`.
 * Pure.
 */
export function mergePolicy(
  user: PolicyFile | undefined,
  project: { readonly file: PolicyFile; readonly trusted: boolean } | undefined,
): Policy {
  const base = basePolicy(user ?? emptyPolicyFile)
  if (project === undefined) return base
  const { file } = project
  return project.trusted ? override(base, file) : tighten(base, file)
}

function basePolicy(file: PolicyFile): Policy {
  const setting = <T>(value: T | undefined, fallback: T): Setting<T> =>
    value === undefined ? { value: fallback, origin: 'default' } : { value, origin: 'user' }
  return {
    actions: [{ origin: 'user', severity: file.severity, rules: file.rules, tightenOnly: false }],
    contentGaps: setting<GapAction>(file.contentGaps, 'stop'),
    minimumAgeDays: setting(file.minimumAgeDays, 0),
    registries: setting<readonly string[] | undefined>(file.registries, undefined),
    sources: new Map([...file.sources].map(([key, value]) => [key, { value, origin: 'user' }])),
    buildHosts: setting<readonly string[] | undefined>(file.buildHosts, undefined),
    history: setting(file.history, true),
    exceptions: file.exceptions.map(one => ({ ...one, origin: 'user' })),
    approvals: file.approvals,
    ignored: [],
  }
}

function override(base: Policy, file: PolicyFile): Policy {
  const setting = <T>(value: T | undefined, before: Setting<T>): Setting<T> =>
    value === undefined ? before : { value, origin: 'project' }
  return {
    actions: [
      ...base.actions,
      { origin: 'project', severity: file.severity, rules: file.rules, tightenOnly: false },
    ],
    contentGaps: setting(file.contentGaps, base.contentGaps),
    minimumAgeDays: setting(file.minimumAgeDays, base.minimumAgeDays),
    registries: setting(file.registries, base.registries),
    sources: strictest(base.sources, file.sources),
    buildHosts: setting(file.buildHosts, base.buildHosts),
    history: setting(file.history, base.history),
    exceptions: [...base.exceptions, ...file.exceptions.map(one => ({ ...one, origin: 'project' as const }))],
    approvals: [...base.approvals, ...file.approvals],
    ignored: [],
  }
}

function tighten(base: Policy, file: PolicyFile): Policy {
  const contentGaps = stricter(file.contentGaps, base.contentGaps, gap => gapRank[gap])
  const minimumAgeDays = stricter(file.minimumAgeDays, base.minimumAgeDays, days => days)
  return {
    actions: [
      ...base.actions,
      { origin: 'project', severity: file.severity, rules: file.rules, tightenOnly: true },
    ],
    contentGaps,
    minimumAgeDays,
    registries: both(file.registries, base.registries),
    sources: strictest(base.sources, file.sources),
    buildHosts: both(file.buildHosts, base.buildHosts),
    history: base.history,
    exceptions: base.exceptions,
    approvals: [...base.approvals, ...file.approvals],
    ignored: loosened(file, base),
  }
}

/** What a project's file would loosen, in words. Empty: there is nothing to trust. */
export function loosened(file: PolicyFile, base: Policy): readonly string[] {
  const softer = [
    ...[...file.severity].map(([key, action]) => ({ key: `actions.severity.${key}`, action })),
    ...[...file.rules].map(([key, action]) => ({ key: `actions.rules.${key}`, action })),
  ].filter(({ action }) => action === 'note' || action === 'off')
  const wider = (own: readonly string[] | undefined, below: readonly string[] | undefined): boolean =>
    own !== undefined && below !== undefined && own.some(one => !below.includes(one))
  const { contentGaps, minimumAgeDays } = file
  return [
    ...softer.map(({ key, action }) => `${key} = ${action}`),
    ...(contentGaps !== undefined && gapRank[contentGaps] < gapRank[base.contentGaps.value]
      ? [`contentGaps = ${contentGaps}`]
      : []),
    ...(minimumAgeDays !== undefined && minimumAgeDays < base.minimumAgeDays.value
      ? [`minimumAgeDays = ${minimumAgeDays}`]
      : []),
    ...(wider(file.registries, base.registries.value) ? ['more registries'] : []),
    ...(wider(file.buildHosts, base.buildHosts.value) ? ['more buildHosts'] : []),
    ...(file.history === false && base.history.value ? ['history = false'] : []),
    ...(file.exceptions.length > 0 ? [`${file.exceptions.length} of its exceptions`] : []),
  ]
}

/** Whether trusting a file could make anything looser: an `ask` may stand in place of a block. */
export function couldLoosen(file: PolicyFile, base: Policy): boolean {
  const asks = [...file.severity.values(), ...file.rules.values()].includes('ask')
  return asks || loosened(file, base).length > 0
}

function stricter<T>(own: T | undefined, below: Setting<T>, rank: (value: T) => number): Setting<T> {
  return own !== undefined && rank(own) > rank(below.value) ? { value: own, origin: 'project' } : below
}

/** What both lists allow; a file without a list allows everything. */
function both(
  own: readonly string[] | undefined,
  below: Setting<readonly string[] | undefined>,
): Setting<readonly string[] | undefined> {
  if (own === undefined) return below
  const value = below.value === undefined ? own : below.value.filter(one => own.includes(one))
  return { value, origin: 'project' }
}

/** Sources only tighten npm's own `allow-*` settings, at every level: those are where to loosen. */
function strictest(
  base: Policy['sources'],
  own: ReadonlyMap<SourceKey, Allowance>,
): ReadonlyMap<SourceKey, Setting<Allowance>> {
  const merged = new Map(base)
  const origin: Origin = 'project'
  for (const [key, value] of own) {
    const before = merged.get(key)
    if (before === undefined || allowanceRank[value] > allowanceRank[before.value])
      merged.set(key, { value, origin })
  }
  return merged
}

/** The stricter of npm's setting and the policy's. */
export function strictestAllowance(npm: unknown, policy: Allowance | undefined): unknown {
  if (policy === undefined) return npm
  const current: Allowance = npm === 'none' || npm === 'root' ? npm : 'all'
  return allowanceRank[policy] > allowanceRank[current] ? policy : npm
}
