import npa from 'npm-package-arg'
import { ask } from '../cli/ask.ts'
import { canAsk } from '../cli/agent.ts'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { lockedPackages, readLockfile } from '../plan/locked-packages.ts'
import { readPending } from '../plan/pending-scripts.ts'
import { renderHint, renderLines, renderReview } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { idOf } from '../report/report.ts'
import { describeScript } from '../report/script.ts'
import type { JudgedPackage } from '../types.ts'
import { openGuard } from './guard.ts'
import { install, withoutSpecs } from './install.ts'
import { readForReview } from './read-for-review.ts'
import type { Parts } from './reader.ts'
import type { Session } from './session.ts'
import { assertProject, named, writeApprovals } from './write-approvals.ts'

/**
 * Lets install scripts run: shows what each of them does, asks (`--yes` answers), writes npm's `allowScripts` pinned
 * and the bytes that were shown, and runs what waits for it in an installed tree. Exit code 10 where a question could
 * not be asked or was declined.
 */
export async function approve(
  request: Extract<Request, { verb: 'approve' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const guard = await openGuard(request, session)
  const { config } = guard
  await assertProject(guard)
  const reviewed: JudgedPackage[] = []
  for (const spec of request.specs) {
    assertPinned(spec)
    const { judged, report } = await readForReview(spec, request, { session, parts, guard })
    if (!request.json) session.print(renderReview(report, session.out, { purpose: 'install', asking: true }))
    assertScripts(judged, spec)
    reviewed.push(judged)
  }
  if (!request.json) session.print(renderLines(reviewed.flatMap(describe), session.out))
  if (!(await isAgreed(request, session))) return 10
  await writeApprovals(reviewed, session, guard)
  if (request.json) {
    const approved = reviewed.map(one => ({ ...named(one), integrity: one.integrity ?? null }))
    session.print(toJsonText({ schemaVersion: 1, approved }))
  } else
    session.print(
      renderLines([`Approved: ${reviewed.map(one => idOf(one.package)).join(', ')}`], session.out),
    )
  const waits = await isWaiting(config.localPrefix, reviewed)
  if (!waits || request.json) return 0
  return install(withoutSpecs(request), session, parts, { again: true })
}

function assertPinned(spec: string): void {
  if (npa(spec).type === 'version') return
  throw new SafeInstallError('E_USAGE', `"${spec}" is no exact version of a registry package`, {
    hint: 'Write <package>@<version>. For git, addresses and folders write npm’s allowScripts by hand.',
  })
}

function assertScripts(judged: JudgedPackage, spec: string): void {
  if (judged.verdict.kind === 'block') {
    throw new SafeInstallError('E_USAGE', `${spec} is blocked: its scripts cannot be approved`, {
      hint: 'See safe-install --inspect for what it does.',
    })
  }
  if (judged.scripts.length === 0)
    throw new SafeInstallError('E_USAGE', `${spec} has no install scripts`, {
      hint: 'There is nothing to approve.',
    })
}

function describe({ package: item, inspection }: JudgedPackage): readonly string[] {
  if (inspection === undefined) return []
  return [
    `${idOf(item)} would run when npm installs it:`,
    ...inspection.hooks.map(hook => `- ${describeScript(inspection, hook)}`),
  ]
}

async function isAgreed(request: Pick<Request, 'yes' | 'json'>, session: Session): Promise<boolean> {
  const { host } = session
  if (request.yes) return true
  if (request.json || !canAsk(host.stdin, host.stderr, host.env)) {
    session.tell(renderHint('nobody could be asked here; nothing was written. --yes approves.', session.err))
    return false
  }
  session.progress.clear()
  const answer = await ask('Let these install scripts run?', {
    input: host.stdin,
    output: host.stderr,
    signal: host.stop,
  })
  if (answer === 'interrupted')
    throw new SafeInstallError('E_INTERRUPTED', 'interrupted; nothing was written')
  return answer === 'yes'
}

async function isWaiting(folder: string, packages: readonly JudgedPackage[]): Promise<boolean> {
  const pending = await readPending(folder)
  const lock = await readLockfile(folder)
  const locked = lock === undefined ? [] : (lockedPackages(lock.text) ?? [])
  return locked.some(
    one =>
      pending.has(one.location) &&
      packages.some(({ package: item }) => item.name === one.name && item.version === one.version),
  )
}
