import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { decide } from '../judge/decide.ts'
import { lockedPackages, readLockfile } from '../plan/locked-packages.ts'
import type { Report } from '../report/report.ts'
import type { JudgedPackage } from '../types.ts'
import type { Guard } from './guard.ts'
import { reportOf } from './judge-plan.ts'
import { judgeSubjects } from './judge-subjects.ts'
import { readSubject } from './read-subject.ts'
import type { Parts } from './reader.ts'
import type { Session } from './session.ts'

/** One package as a person is about to accept or approve it. */
export type Reviewed = {
  readonly judged: JudgedPackage
  readonly report: Report
  /** SRI sha512 of the bytes that were read. */
  readonly integrity: string
}

/**
 * Reads and judges one package by itself, for somebody to decide about. Throws E_VERIFY where the project's lockfile
 * pins other bytes: what is shown must be what would be installed.
 */
export async function readForReview(
  spec: string,
  request: Pick<Request, 'fresh'>,
  { session, parts, guard }: { readonly session: Session; readonly parts: Parts; readonly guard: Guard },
): Promise<Reviewed> {
  const { config } = guard
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  try {
    session.progress.update(`reading ${spec}`)
    const { item, read } = await readSubject(spec, { config, reader, session })
    const integrity = read.artifact?.integrity
    if (integrity === undefined) throw new SafeInstallError('E_FETCH', `${spec} could not be read`)
    await assertLocked(config.localPrefix, item, integrity)
    const [judged] = judgeSubjects([{ item, read }], guard, session)
    if (judged === undefined) throw new SafeInstallError('E_INTERNAL', `${spec} was not judged`)
    const outcome = decide([judged])
    return { judged, report: reportOf([judged], outcome, session), integrity }
  } finally {
    await reader.close()
  }
}

async function assertLocked(
  folder: string,
  { name, version }: { readonly name: string; readonly version: string },
  integrity: string,
): Promise<void> {
  const lock = await readLockfile(folder)
  const others = (lock === undefined ? [] : (lockedPackages(lock.text) ?? [])).filter(
    one => one.name === name && one.version === version && one.integrity?.startsWith('sha512-') === true,
  )
  const other = others.find(one => one.integrity?.split(/\s+/).includes(integrity) === false)
  if (other === undefined) return
  throw new SafeInstallError(
    'E_VERIFY',
    `${lock?.name ?? 'the lockfile'} pins other bytes for ${name}@${version} than the registry serves`,
    { hint: 'One of them was tampered with. Compare the integrity with another machine before you go on.' },
  )
}

/** Whether a folder is a project. */
export async function hasManifest(folder: string): Promise<boolean> {
  return access(join(folder, 'package.json')).then(
    () => true,
    () => false,
  )
}
