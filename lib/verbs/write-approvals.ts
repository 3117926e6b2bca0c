import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import { lockedPackages, readLockfile } from '../plan/locked-packages.ts'
import { parseTable } from '../plan/values.ts'
import { allowScriptsOf, approveIn, staleEntries } from '../policy/allow-scripts.ts'
import { editJson } from '../policy/edit-json.ts'
import { policyFileName } from '../policy/places.ts'
import { whoami } from '../policy/who.ts'
import { writeApproval } from '../policy/write-policy.ts'
import { renderHint } from '../report/human.ts'
import { idOf } from '../report/report.ts'
import type { JudgedPackage } from '../types.ts'
import type { Guard } from './guard.ts'
import { hasManifest } from './read-for-review.ts'
import { record } from './record-decision.ts'
import type { Session } from './session.ts'

/** Writes approvals of packages whose scripts were shown. Tells which entries of allowScripts fit nothing any more. */
export async function writeApprovals(
  packages: readonly JudgedPackage[],
  session: Session,
  guard: Guard,
): Promise<void> {
  const { config, loaded } = guard
  const now = session.host.now()
  const who = whoami(session.host.env)
  const target = { path: join(config.localPrefix, policyFileName), level: 'project' as const }
  // The bytes first: an entry without them would approve more than was shown.
  for (const one of packages) {
    if (one.integrity === undefined) throw new SafeInstallError('E_INTERNAL', 'approved without bytes')
    const approval = {
      ...named(one),
      integrity: one.integrity,
      who,
      date: new Date(now).toISOString().slice(0, 10),
    }
    await writeApproval(target, approval, loaded, now)
  }
  await editJson(
    join(config.localPrefix, 'package.json'),
    manifest => {
      let entries = allowScriptsOf(manifest)
      for (const { package: item } of packages) entries = approveIn(entries, item.name, item.version)
      return { ...manifest, allowScripts: Object.fromEntries(entries) }
    },
    { create: false },
  )
  await tellStale(config.localPrefix, session)
  const specs = packages.map(one => idOf(one.package))
  await record(
    { verb: 'approve', specs, outcome: 'approved', packages: packages.length, alarms: [], accepted: [] },
    session,
    guard,
  )
}

/** Names entries of `allowScripts` that fit no package of the lockfile. */
export async function tellStale(folder: string, session: Session): Promise<void> {
  const lock = await readLockfile(folder)
  const locked = lock === undefined ? undefined : lockedPackages(lock.text)
  if (locked === undefined) return
  const manifest = parseTable(await readFile(join(folder, 'package.json'), 'utf8'))
  const stale = staleEntries(allowScriptsOf(manifest), locked)
  if (stale.length > 0)
    session.tell(
      renderHint(
        `allowScripts has entries that fit nothing in the lockfile: ${stale.join(', ')}`,
        session.err,
      ),
    )
}

/** Throws E_USAGE where there is no package.json to write to. */
export async function assertProject({ config }: Guard): Promise<void> {
  if (!config.global && (await hasManifest(config.localPrefix))) return
  throw new SafeInstallError('E_USAGE', 'there is no package.json here to write allowScripts to', {
    hint: 'For global installs set allow-scripts in your own .npmrc.',
  })
}

/** Name and version, as records of approvals have them. */
export function named({ package: item }: JudgedPackage): {
  readonly package: string
  readonly version: string
} {
  return { package: item.name, version: item.version }
}
