import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { lockfileAt } from '../plan/git-lockfile.ts'
import { lockedPackages, readLockfile } from '../plan/locked-packages.ts'
import type { LockedPackage } from '../plan/locked-packages.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Plan } from '../plan/make-plan.ts'
import { renderHint } from '../report/human.ts'
import { openGuard } from './guard.ts'
import { judgePlan } from './judge-plan.ts'
import type { Parts } from './reader.ts'
import { reading } from './reading.ts'
import type { Session } from './session.ts'
import { tellReport } from './tell-report.ts'

/**
 * Inspects what the lockfile would install, or what npm would resolve where there is none; installs nothing, writes
 * nothing to the project and asks nothing. With `since` only packages whose lockfile entry is another one than at a
 * git ref.
 */
export async function check(
  request: Extract<Request, { verb: 'check' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const guard = await openGuard(request, session)
  const { config } = guard
  if (config.global)
    throw new SafeInstallError('E_USAGE', '--check is about a project: there is no global lockfile')
  const wanted =
    request.since === undefined ? undefined : await changedSince(request.since, config.path, session)
  return reading({ request, session, parts, config }, async reader => {
    session.progress.update('resolving packages')
    const plan = await makePlan(
      {
        kind: 'check',
        specs: [],
        read: reader.readFiles,
        tmp: session.host.tmp,
        allPlatforms: request.allPlatforms,
      },
      config,
    )
    for (const warning of plan.policy.warnings) session.tell(renderHint(warning, session.err))
    const { judged } = await judgePlan(only(plan, wanted), reader, { session, guard })
    return tellReport(judged, request, { session, reader, folder: config.path })
  })
}

function only(plan: Plan, wanted: ((location: string) => boolean) | undefined): Plan {
  if (wanted === undefined) return plan
  return { ...plan, packages: plan.packages.filter(item => wanted(item.location)) }
}

/** Whether the entry at a location is new or another one. What is in no lockfile yet counts as new. */
async function changedSince(
  ref: string,
  folder: string,
  session: Session,
): Promise<(location: string) => boolean> {
  const lock = await readLockfile(folder)
  if (lock === undefined) {
    throw new SafeInstallError('E_USAGE', '--since compares lockfiles, and this project has none', {
      hint: 'Leave out --since, or commit a package-lock.json.',
    })
  }
  const before = await lockfileAt({ folder, env: session.host.env, ref }, lock.name)
  if (before === undefined)
    session.tell(renderHint(`${lock.name} was not there at ${ref}: every package is new`, session.err))
  const old = entriesOf(before ?? '{"packages":{}}', `${lock.name} at ${ref}`)
  const current = entriesOf(lock.text, lock.name)
  return location => {
    const entry = current.get(location)
    return entry === undefined || entry.text !== old.get(location)?.text
  }
}

function entriesOf(text: string, what: string): ReadonlyMap<string, LockedPackage> {
  const packages = lockedPackages(text)
  if (packages === undefined)
    throw new SafeInstallError('E_USAGE', `${what} has no list of packages to compare`, {
      hint: 'It takes lockfileVersion 2 or 3; npm 7 and later write it.',
    })
  return new Map(packages.map(one => [one.location, one]))
}
