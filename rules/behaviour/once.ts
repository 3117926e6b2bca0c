import type { Action } from '../../lib/types.ts'
import type { RuleFinding } from '../finding.ts'

const actions: readonly Action[] = ['note', 'ask', 'block']

/** One finding for each line of code, the strongest: several branches of one act are one thing to read. */
export function oncePerLine(findings: readonly RuleFinding[]): readonly RuleFinding[] {
  const kept = new Map<string, RuleFinding>()
  for (const finding of findings) {
    const key = `${finding.location.path}\0${finding.location.line}`
    const other = kept.get(key)
    if (other === undefined || actions.indexOf(finding.action) > actions.indexOf(other.action))
      kept.set(key, finding)
  }
  return [...kept.values()]
}
