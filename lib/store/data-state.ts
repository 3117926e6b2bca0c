import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { headerOf } from '../../rules/parse-lists.ts'
import { shippedData } from '../own-folder.ts'
import { updatedMalwareFile } from './load-lists.ts'
import { ageInDays } from './update-data.ts'

/** One malware list that is in use. `date` is that of its newest report, '' where the file states none. */
export type DataState = {
  readonly list: 'shipped' | 'updated'
  readonly path: string
  readonly date: string
  readonly ageDays: number | undefined
  readonly source: string
}

/** The malware lists in use, read from their headers: what was shipped, and what `--update-data` added, if anything. */
export async function dataState(userFolder: string | undefined, now: number): Promise<readonly DataState[]> {
  const shipped = join(shippedData(), updatedMalwareFile)
  const states: DataState[] = []
  for (const [list, path] of [
    ['shipped', shipped],
    ['updated', userFolder === undefined ? undefined : join(userFolder, updatedMalwareFile)],
  ] as const) {
    const header = path === undefined ? undefined : await startOf(path)
    if (path === undefined || header === undefined) continue
    const date = headerOf(header, 'Date').slice(0, 10)
    states.push({ list, path, date, ageDays: ageInDays(date, now), source: headerOf(header, 'Source') })
  }
  return states
}

/** A few lines are enough, of a file that may be 20 MB long. Undefined where there is none to read. */
async function startOf(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0).catch(() => none)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

const none = { bytesRead: 0, buffer: Buffer.alloc(0) }
