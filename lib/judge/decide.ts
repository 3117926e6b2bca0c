import type { Decision, JudgedPackage } from '../types.ts'

/**
 * Decides the whole install. A block or a content gap stops it and no answer at a prompt can change that; if there are
 * only questions, they may be asked. `because` names the strongest reason: block beats ask beats gap.
 */
export function decide(judged: readonly JudgedPackage[]): Decision {
  const blocked = judged.some(one => one.verdict.kind === 'block')
  if (blocked) return { kind: 'stop', because: 'block' }
  const asked = judged.some(one => one.verdict.findings.some(finding => finding.action === 'ask'))
  const unread = judged.some(one => one.gaps.some(gap => gap.kind === 'content'))
  if (asked) return { kind: unread ? 'stop' : 'ask', because: 'ask' }
  return unread ? { kind: 'stop', because: 'gap' } : { kind: 'proceed', because: 'clean' }
}
