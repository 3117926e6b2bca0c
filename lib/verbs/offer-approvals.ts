import { ask } from '../cli/ask.ts'
import { canAsk } from '../cli/agent.ts'
import type { Request } from '../cli/request.ts'
import type { InstallResult } from '../install/install-tree.ts'
import type { Plan } from '../plan/make-plan.ts'
import { isUnchanged } from '../policy/unchanged.ts'
import type { Approval } from '../policy/policy.ts'
import { renderLines } from '../report/human.ts'
import { idOf } from '../report/report.ts'
import type { JudgedPackage } from '../types.ts'
import type { Guard } from './guard.ts'
import type { Judgement } from './judge-plan.ts'
import { readSubject } from './read-subject.ts'
import type { Reader } from './reader.ts'
import type { Session } from './session.ts'
import { writeApprovals } from './write-approvals.ts'

type Installed = {
  readonly plan: Plan
  readonly judgement: Judgement
  readonly result: InstallResult
  readonly reader: Reader
}

/** Versions that were approved before are read again to compare; a tree with more of them is no routine update. */
const maxCompared = 20

/**
 * After an install: says which skipped scripts are the same as an approved version's, and on a terminal offers once,
 * default No, to approve what was skipped. Answers whether something was approved. Denied packages and the user's
 * `ignore-scripts` are left in peace, and nothing is ever renewed without an answer.
 */
export async function offerApprovals(
  installed: Installed,
  request: Pick<Request, 'json' | 'yes'>,
  session: Session,
  guard: Guard,
): Promise<boolean> {
  const { config } = guard
  if (request.json || config.ignoreScripts || installed.plan.global) return false
  const skipped = skippedOf(installed)
  if (skipped.length === 0) return false
  const renewals = await renewalsOf(skipped, installed.reader, session, guard)
  session.print(renderLines(renewals, session.out))
  const { host } = session
  // A package is clean, or a person has just said yes to it: only clean ones are offered, the others are typed.
  const clean = skipped.filter(one => one.verdict.kind === 'allow')
  if (clean.length === 0 || request.yes || !canAsk(host.stdin, host.stderr, host.env)) return false
  const names = clean.map(one => idOf(one.package)).join(', ')
  session.tell(renderLines([names], session.err))
  const answer = await ask('Let these install scripts run?', {
    input: host.stdin,
    output: host.stderr,
    signal: host.stop,
  })
  if (answer !== 'yes') return false
  await writeApprovals(clean, session, guard)
  return true
}

/** Registry packages whose scripts were skipped because nobody has said anything about them. */
function skippedOf({ plan, judgement, result }: Installed): readonly JudgedPackage[] {
  const waiting = new Set(result.scripts.filter(one => !one.ran && !one.approved).map(one => one.location))
  return judgement.judged.filter(
    one =>
      waiting.has(one.package.location) &&
      one.package.source === 'registry' &&
      one.integrity !== undefined &&
      plan.reviews.get(one.package.location) === 'unreviewed',
  )
}

async function renewalsOf(
  skipped: readonly JudgedPackage[],
  reader: Reader,
  session: Session,
  { config, loaded }: Guard,
): Promise<readonly string[]> {
  const lines: string[] = []
  for (const one of skipped.slice(0, maxCompared)) {
    const { name, version } = one.package
    const earlier = loaded.policy.approvals.findLast(
      known => known.package === name && known.version !== version,
    )
    if (earlier === undefined || one.inspection === undefined) continue
    const before = await inspectionOf(earlier, { config, reader, session })
    if (before !== undefined && isUnchanged(before, one.inspection))
      lines.push(
        `${name}@${version}: unchanged since ${earlier.version}, which ${earlier.who} approved: the same script, and nothing new when it is installed.`,
      )
  }
  return lines
}

/** The approved bytes again; undefined where they cannot be had any more: then nothing is called unchanged. */
async function inspectionOf(
  { package: name, version, integrity }: Approval,
  tools: Parameters<typeof readSubject>[1],
) {
  const { read } = await readSubject(`${name}@${version}`, tools).catch(() => ({ read: undefined }))
  return read?.artifact?.integrity === integrity ? read?.artifact?.inspection : undefined
}
