import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { limits } from '../limits.ts'
import { isRecord, textOf } from '../plan/values.ts'
import { withFileLock } from './file-lock.ts'
import type { UserPlaces } from './places.ts'

/** A project's policy file somebody trusted: this content at this path. */
type Trusted = { readonly path: string; readonly digest: string; readonly date: string }

/**
 * Whether the user has trusted these bytes at this place. The place counts too: a hostile repository could bring a
 * copy of a file that is trusted elsewhere. A store that is missing or damaged trusts nothing.
 */
export async function isTrusted(places: UserPlaces, path: string, digest: string): Promise<boolean> {
  const real = await realpath(path)
  return (await readTrusted(places)).some(one => one.path === real && one.digest === digest)
}

/** Remembers a policy file as trusted; the oldest are forgotten beyond `limits.maxTrusted`. */
export async function rememberTrusted(
  places: UserPlaces,
  path: string,
  { digest, now }: { readonly digest: string; readonly now: number },
): Promise<void> {
  const entry: Trusted = { path: await realpath(path), digest, date: new Date(now).toISOString() }
  await withFileLock(storeOf(places), async () => {
    const others = (await readTrusted(places)).filter(one => one.path !== entry.path || one.digest !== digest)
    const trusted = [...others, entry].slice(-limits.maxTrusted)
    await writeFileAtomic(storeOf(places), `${JSON.stringify({ version: 1, trusted }, undefined, 2)}\n`, {
      mode: 0o600,
    })
  })
}

function storeOf({ data }: UserPlaces): string {
  return join(data, 'trusted.json')
}

async function readTrusted(places: UserPlaces): Promise<readonly Trusted[]> {
  try {
    const stored: unknown = JSON.parse(await readFile(storeOf(places), 'utf8'))
    const list = isRecord(stored) && Array.isArray(stored['trusted']) ? stored['trusted'] : []
    return list.flatMap((one: unknown) => {
      if (!isRecord(one)) return []
      const [path, digest, date] = [textOf(one['path']), textOf(one['digest']), textOf(one['date'])]
      return path === undefined || digest === undefined ? [] : [{ path, digest, date: date ?? '' }]
    })
  } catch {
    // Missing or damaged: nothing is trusted, which only makes the guard stricter.
    return []
  }
}
