import type { Action, Finding, Gap, Severity, Verdict } from '../types.ts'

const actionRank: Readonly<Record<Action, number>> = { block: 0, ask: 1, note: 2 }
const severityRank: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 }

/**
 * Judges one package: any `block` finding blocks, any `ask` finding asks, notes allow. A package with a content gap is
 * never allowed, because nobody has read all of it. The findings come back most severe first.
 */
export function judge(findings: readonly Finding[], gaps: readonly Gap[]): Verdict {
  const sorted = findings.toSorted(compareFindings)
  const strongest = sorted[0]?.action ?? 'note'
  if (strongest !== 'note') return { kind: strongest, findings: sorted }
  const unread = gaps.some(gap => gap.kind === 'content')
  return { kind: unread ? 'ask' : 'allow', findings: sorted }
}

/** Most severe first: by action, then severity, then place. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    actionRank[a.action] - actionRank[b.action] ||
    severityRank[a.severity] - severityRank[b.severity] ||
    compareText(a.rule, b.rule) ||
    compareText(a.location.path, b.location.path) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column
  )
}

/** By code unit, so that the order does not depend on the machine's locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
