import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'

const file = (folder: string): string => join(folder, 'node_modules', '.safe-install', 'pending.json')

/** More locations than any tree has: the file may be a hostile repository's. */
const maxLocations = 100_000

/**
 * Locations whose install scripts were skipped and never ran, as the last install noted them. npm runs scripts only
 * when it unpacks; approving one later must not need a new download. A forged note can at most make an approved
 * script run again. Missing or unreadable means none.
 */
export const readPending = async (folder: string): Promise<ReadonlySet<string>> => {
  const text = await readFile(file(folder), 'utf8').catch(() => '[]')
  try {
    const parsed: unknown = JSON.parse(text)
    const list = Array.isArray(parsed) ? parsed.slice(0, maxLocations) : []
    return new Set(list.filter(entry => typeof entry === 'string'))
  } catch {
    return new Set()
  }
}

/** Replaces the note; an empty set removes it. */
export const writePending = async (folder: string, locations: ReadonlySet<string>): Promise<void> => {
  if (locations.size === 0) {
    await rm(file(folder), { force: true })
    return
  }
  await mkdir(dirname(file(folder)), { recursive: true })
  await writeFileAtomic(file(folder), `${JSON.stringify([...locations].toSorted(), null, 2)}\n`)
}
