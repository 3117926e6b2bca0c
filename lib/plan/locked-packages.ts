import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../limits.ts'
import { parseTable, recordOf, textOf } from './values.ts'

/** One entry of a lockfile, as it stands there. */
export type LockedPackage = {
  readonly location: string
  readonly name: string
  readonly version: string
  readonly resolved: string | undefined
  readonly integrity: string | undefined
  /** The whole entry as text, to compare with another lockfile's. */
  readonly text: string
}

/** The lockfiles npm knows, the one that counts first. */
export const lockfileNames = ['npm-shrinkwrap.json', 'package-lock.json'] as const

/** The project's lockfile; undefined where there is none. */
export async function readLockfile(
  folder: string,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
  for (const name of lockfileNames) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
    if (text !== undefined) return { name, text }
  }
  return undefined
}

/**
 * The packages of a lockfile of version 2 or 3, the project itself and links left out; undefined for a text that has
 * no such list. Whatever has a wrong shape is left out: npm refuses or repairs it.
 */
export function lockedPackages(text: string): readonly LockedPackage[] | undefined {
  if (text.length > limits.maxLockfileBytes) return undefined
  const lock = parseTable(text)
  if (typeof lock['packages'] !== 'object' || lock['packages'] === null) return undefined
  return Object.entries(recordOf(lock['packages'])).flatMap(([location, value]) => {
    const entry = recordOf(value)
    const version = textOf(entry['version'])
    if (!location.includes('node_modules/') || entry['link'] === true || version === undefined) return []
    return [
      {
        location,
        name: textOf(entry['name']) ?? location.slice(location.lastIndexOf('node_modules/') + 13),
        version,
        resolved: textOf(entry['resolved']),
        integrity: textOf(entry['integrity']),
        text: JSON.stringify(value),
      },
    ]
  })
}
