import type { Finding, PlannedPackage } from '../types.ts'
import type { Policy } from './policy.ts'

/**
 * What our record says about the bytes of a package whose scripts npm's allow-list may approve: never recorded, the
 * recorded ones, or others. A published version cannot change, so others are for a person to look at.
 */
export type ApprovedBytes =
  { readonly kind: 'unrecorded' | 'same' } | { readonly kind: 'changed'; readonly finding: Finding }

/** Holds the bytes that were read against the record of approvals. Pure. */
export function approvedBytes(
  { name, version }: PlannedPackage,
  integrity: string | undefined,
  { approvals }: Policy,
): ApprovedBytes {
  const recorded = approvals.filter(one => one.package === name && one.version === version)
  const first = recorded[0]
  // What was not read is a gap, and nothing of it is installed.
  if (first === undefined || integrity === undefined) return { kind: 'unrecorded' }
  if (recorded.some(one => one.integrity === integrity)) return { kind: 'same' }
  const finding: Finding = {
    rule: 'approved-bytes-changed',
    severity: 'high',
    action: 'ask',
    phase: 'install',
    message: `Its install scripts were approved by ${first.who} for other bytes than these, so they do not run. A published version does not change by itself.`,
    location: { path: 'package.json', line: 1, column: 1 },
    evidence: `approved ${first.integrity}, got ${integrity}`,
  }
  return { kind: 'changed', finding }
}
