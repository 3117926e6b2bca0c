import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../limits.ts'
import { parseTable } from '../plan/values.ts'
import type { UserPlaces } from './places.ts'

/** One line of the log. Every field is named here: nothing of argv or of settings gets in by accident. */
export type HistoryEntry = {
  /** ISO moment. */
  readonly at: string
  readonly verb: string
  /** Folder of the project. */
  readonly project: string
  /** Specs as typed, without credentials. */
  readonly specs: readonly string[]
  readonly outcome: string
  readonly packages: number
  /** `name@version: rule, rule` of what stopped or was asked. */
  readonly alarms: readonly string[]
  /** `name@version: rule` of what was accepted earlier. */
  readonly accepted: readonly string[]
}

/** A line with more alarms repeats itself. */
const maxListed = 50

const file = ({ data }: UserPlaces): string => join(data, 'history.jsonl')
const older = ({ data }: UserPlaces): string => join(data, 'history.1.jsonl')

/**
 * Appends one decision as a line of JSON, readable by the user alone. Beyond `limits.maxHistoryBytes` the log is moved
 * aside and the one before it is gone. Rejects where it cannot be written; that never changes a decision.
 */
export async function appendHistory(places: UserPlaces, entry: HistoryEntry): Promise<void> {
  await mkdir(places.data, { recursive: true, mode: 0o700 })
  const size = await stat(file(places)).then(
    stats => stats.size,
    () => 0,
  )
  if (size > limits.maxHistoryBytes) await rename(file(places), older(places))
  const line = JSON.stringify({
    ...entry,
    specs: entry.specs.slice(0, maxListed).map(withoutCredentials),
    alarms: entry.alarms.slice(0, maxListed),
    accepted: entry.accepted.slice(0, maxListed),
  })
  await appendFile(file(places), `${line}\n`, { mode: 0o600 })
}

/** The log, oldest first. Lines that are damaged (a full disk) are left out. */
export async function readHistory(places: UserPlaces): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const texts = await Promise.all(
    [older(places), file(places)].map(path => readFile(path, 'utf8').catch(() => '')),
  )
  return texts
    .join('\n')
    .split('\n')
    .filter(line => line !== '')
    .map(line => parseTable(line))
    .filter(entry => typeof entry['at'] === 'string')
}

/** A spec without the user, password and query of an address, where tokens stand. */
export function withoutCredentials(spec: string): string {
  return spec
    .replace(/(\/\/)[^/?#\s]*@/g, '$1')
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^?#\s]*)\?[^#\s]*/gi, '$1')
    .slice(0, 300)
}
