import { lstat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { limited } from '../install/limited.ts'
import { judgeVersion } from '../store/versions.ts'
import { folderDigest, openReceipts } from '../store/receipts.ts'
import type { Receipt, Receipts } from '../store/receipts.ts'
import type { Inspection, JudgedPackage } from '../types.ts'
import { rememberBuilt } from './built.ts'
import { placesOf } from './places.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The user's shell for scripts of our own install, which has judged them already: the guard's is left out. */
export function withoutGuard(scriptShell: string | undefined, env: Environment): string | undefined {
  if (env['HOME'] === undefined) return scriptShell
  return scriptShell === join(env['HOME'], '.safe-install', 'shell') ? '/bin/sh' : scriptShell
}

const parallelWrites = 8

/**
 * Leaves a receipt for every package that may be installed, before it is: by its files, so it says nothing about any
 * other bytes. The gates then know the tarball, and what a person said yes to. `keptIn` is where this run's inspections
 * are cached. Only where the guard is set up.
 */
export async function leaveReceipts(
  judged: readonly JudgedPackage[],
  env: Environment,
  keptIn: string,
): Promise<void> {
  const receipts = await receiptsOf(env)
  if (receipts === undefined) return
  const all = judged.flatMap(one => receiptsFor(one, keptIn))
  await limited(all, parallelWrites, async ([digest, receipt]) => receipts.add(digest, receipt))
  await receipts.prune()
}

/** After approved scripts ran: what they left in their packages' folders below `project` goes on being known. */
export async function leaveBuilt(
  judged: readonly JudgedPackage[],
  project: string,
  env: Environment,
  keptIn: string,
): Promise<void> {
  const receipts = await receiptsOf(env)
  if (receipts === undefined) return
  for (const one of judged) {
    const [own] = receiptsFor(one, keptIn)
    if (own === undefined || !one.scripts.some(script => script.approved)) continue
    // An optional package whose script failed is gone.
    const folder = join(project, one.package.location)
    if (await isThere(folder)) await rememberBuilt(folder, own[1], receipts)
  }
}

async function receiptsOf(env: Environment): Promise<Receipts | undefined> {
  const folder = isAbsolute(env['HOME'] ?? '') ? placesOf(env).receipts : undefined
  return folder !== undefined && (await isThere(join(folder, '..'))) ? openReceipts(folder) : undefined
}

/** The package's own receipt first, then those of the packages inside it. */
function receiptsFor(
  { package: item, verdict, inspection, integrity }: JudgedPackage,
  keptIn: string,
): readonly (readonly [string, Receipt])[] {
  if (inspection === undefined) return []
  const accepted = verdict.findings.filter(({ action }) => action === 'ask').map(({ rule }) => rule)
  const said = { accepted: [...new Set(accepted)], acceptedUnder: judgeVersion() }
  const { name, version, source } = item
  // Inspections of anything but registry tarballs are not cached: hooks that count differ by source.
  const isTarball = source === 'registry' && integrity !== undefined
  const known = isTarball ? { inspection: integrity, keptIn } : { inspection: undefined, keptIn: undefined }
  const found: (readonly [string, Receipt])[] = [
    [folderDigest(inspection.files), { name, version, isTarball, ...known, ...said }],
  ]
  const waiting: Inspection[] = inspection.bundled.map(one => one.inspection)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { files, bundled, manifest } = next
    const own = { name: manifest.name ?? '', version: manifest.version ?? '' }
    const unknown = { inspection: undefined, keptIn: undefined, isTarball: false }
    found.push([folderDigest(files), { ...own, ...unknown, ...said }])
    for (const inner of bundled) waiting.push(inner.inspection)
  }
  return found
}

async function isThere(folder: string): Promise<boolean> {
  return lstat(folder).then(
    stat => stat.isDirectory(),
    () => false,
  )
}
