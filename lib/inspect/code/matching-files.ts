import { posix } from 'node:path'
import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'

/** A folder of more files than this is a table of locales or icons, whose files are alike. */
const maxMatching = 12

/**
 * The files of the package that a path with one unknown part may name, as `/__package__/…`: plugins that are found by
 * listing a folder must not hide from whoever reads only what is named. `below` lists the files of a folder; `from` is
 * the file that loads. Nothing where the folder is the package's root or holds more than a few.
 */
export function matchingFiles(
  below: (folder: string) => readonly string[],
  text: Text,
  from: string,
): readonly string[] {
  const parts = text.split(HOLE)
  if (parts.length !== 2) return []
  const start = insideOf(parts[0] ?? '', from)
  const end = parts[1] ?? ''
  const slash = start?.lastIndexOf('/') ?? -1
  if (start === undefined || slash <= 0 || end.includes('/')) return []
  const found = below(start.slice(0, slash)).filter(
    path =>
      path.startsWith(start) &&
      !path.includes('/', start.length) &&
      (path.endsWith(end) || path.replace(/\.[cm]?js$/, '').endsWith(end)) &&
      /\.[cm]?js$/.test(path),
  )
  return found.length > maxMatching ? [] : found.map(path => `/__package__/${path}`)
}

/** The beginning of a path from the package's root; undefined where it leads elsewhere. */
function insideOf(start: Text, from: string): string | undefined {
  if (start.startsWith('/__package__/')) return start.slice('/__package__/'.length)
  if (!/^\.{1,2}\//.test(start)) return undefined
  const own = from.replace(/[:#].*$/, '')
  const path = posix.join(own.slice(0, own.lastIndexOf('/') + 1), start)
  return path.startsWith('..') ? undefined : path
}
