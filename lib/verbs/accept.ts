import { join } from 'node:path'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { contentGap } from '../policy/policy.ts'
import type { Exception } from '../policy/policy.ts'
import { knownRules } from '../policy/load-policy.ts'
import type { LoadedPolicy } from '../policy/load-policy.ts'
import { isExceptable } from '../policy/parse-policy.ts'
import { policyFileName } from '../policy/places.ts'
import { whoami } from '../policy/who.ts'
import { writeException } from '../policy/write-policy.ts'
import type { Target } from '../policy/write-policy.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { dayOf } from '../report/accepted.ts'
import { renderHint, renderLines, renderReview } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { openGuard } from './guard.ts'
import { hasManifest, readForReview } from './read-for-review.ts'
import type { Parts } from './reader.ts'
import { record } from './record-decision.ts'
import type { Session } from './session.ts'

/**
 * Accepts one rule's findings in exactly the bytes of one package: the only way past a block. Shows what is accepted,
 * then writes the exception into the project's safe-install.json, or into the user's where there is no project or
 * `--user` was said. Throws E_USAGE for known malware, which nothing lifts, and for a rule that does not exist.
 */
export async function accept(
  request: Extract<Request, { verb: 'accept' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const { rule, reason } = request
  if (!isExceptable(rule, knownRules())) {
    const why = knownRules().has(rule) ? 'nothing lifts known malware' : `there is no rule "${rule}"`
    throw new SafeInstallError('E_USAGE', why, { hint: 'safe-install --explain lists the rules.' })
  }
  const guard = await openGuard(request, session)
  const now = session.host.now()
  const { judged, report, integrity } = await readForReview(request.spec, request, { session, parts, guard })
  const sees =
    rule === contentGap
      ? judged.gaps.some(gap => gap.kind === 'content')
      : judged.verdict.findings.some(finding => finding.rule === rule)
  const { name, version } = judged.package
  const exception: Exception = {
    package: name,
    version,
    integrity,
    rule,
    reason,
    who: whoami(session.host.env),
    until: untilOf(request, now),
  }
  const target = await targetOf(request, guard.config, guard.loaded)
  if (!request.json) session.print(renderReview(report, session.out, { purpose: 'report', asking: false }))
  await writeException(target, exception, guard.loaded, now)
  await record(
    {
      verb: 'accept',
      specs: [request.spec],
      outcome: rule,
      packages: 1,
      alarms: [],
      accepted: [`${name}@${version}: ${rule}`],
    },
    session,
    guard,
  )
  if (request.json) {
    const until = dayOf(exception.until) ?? null
    session.print(toJsonText({ schemaVersion: 1, accepted: { ...exception, until }, file: target.path }))
    return 0
  }
  if (!sees)
    session.tell(
      renderHint(
        `${rule} sees nothing in ${name}@${version} by itself; it counts where an install does`,
        session.err,
      ),
    )
  const end = exception.until === undefined ? 'without end' : `until ${dayOf(exception.until)}`
  session.print(
    renderLines(
      [
        `Accepted: ${rule} in ${name}@${version}, ${end}, for exactly these bytes.`,
        `Written to ${target.path}`,
      ],
      session.out,
    ),
  )
  return 0
}

function untilOf({ until }: Extract<Request, { verb: 'accept' }>, now: number): number | undefined {
  if (until === undefined) return undefined
  if (until.kind === 'date') return until.at
  const day = new Date(now + until.days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  return Date.parse(`${day}T23:59:59.999Z`)
}

async function targetOf(
  { user }: { readonly user: boolean },
  config: NpmConfig,
  { places }: LoadedPolicy,
): Promise<Target> {
  if (!user && !config.global && (await hasManifest(config.localPrefix)))
    return { path: join(config.localPrefix, policyFileName), level: 'project' }
  if (places === undefined) {
    throw new SafeInstallError('E_CONFIG', 'there is neither a project nor a home folder to write to')
  }
  return { path: join(places.config, policyFileName), level: 'user' }
}
