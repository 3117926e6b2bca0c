import { lstat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { limited } from '../install/limited.ts'
import { judgeVersion } from '../store/judge-version.ts'
import { folderDigest, openReceipts } from '../store/receipts.ts'
import type { Receipt } from '../store/receipts.ts'
import type { Inspection, JudgedPackage } from '../types.ts'
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
 * other bytes. The gates then take our word, also for what a person said yes to. Only where the guard is set up.
 */
export async function leaveReceipts(judged: readonly JudgedPackage[], env: Environment): Promise<void> {
  const folder = isAbsolute(env['HOME'] ?? '') ? placesOf(env).receipts : undefined
  if (folder === undefined || !(await isThere(join(folder, '..')))) return
  const receipts = openReceipts(folder, judgeVersion())
  await limited(judged.flatMap(receiptsOf), parallelWrites, async ([digest, receipt]) =>
    receipts.add(digest, receipt),
  )
  await receipts.prune()
}

function receiptsOf({
  package: item,
  verdict,
  inspection,
}: JudgedPackage): readonly (readonly [string, Receipt])[] {
  const because = verdict.kind === 'allow' ? 'clean' : 'accepted'
  const found: (readonly [string, Receipt])[] = []
  const waiting: (readonly [string, string, Inspection])[] =
    inspection === undefined ? [] : [[item.name, item.version, inspection]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [name, version, { files, bundled }] = next
    found.push([folderDigest(files), { name, version, because }])
    for (const { inspection: inner } of bundled)
      waiting.push([inner.manifest.name ?? '', inner.manifest.version ?? '', inner])
  }
  return found
}

async function isThere(folder: string): Promise<boolean> {
  return lstat(folder).then(
    stat => stat.isDirectory(),
    () => false,
  )
}
