import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { headerOf } from '../../rules/parse-lists.ts'
import { SafeInstallError } from '../errors.ts'
import type { FetchFeed } from '../fetch/fetch-feed.ts'
import { limits } from '../limits.ts'
import { updatedMalwareFile } from './load-lists.ts'
import { parseOsv } from './osv.ts'
import type { MalwareRow } from './osv.ts'
import { zipEntries } from './zip.ts'

/** The OSV export for npm, which carries the reports of OpenSSF malicious-packages. */
export const defaultFeed = 'https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip'

export type UpdateOptions = {
  /** A URL (https, or http on loopback), or the path of a file: a mirror, or a machine without network. */
  readonly feed: string
  /** The user's data folder; created where missing. */
  readonly folder: string
  /** Date of the shipped list, ISO: a feed older than it brings nothing and may be a replay. */
  readonly shippedDate: string
  readonly now: number
  readonly fetch: FetchFeed
  readonly timeoutMs?: number
  /** Aborted when the program is told to stop. */
  readonly stop?: AbortSignal
}

export type UpdateReport = {
  readonly path: string
  readonly rows: number
  /** Reports that list no version: those that give a range ask, and never block. */
  readonly nameOnly: number
  /** Records that could not be read. */
  readonly skipped: number
  /** The feed's newest record, ISO date, and its age on the day of the update. */
  readonly date: string
  readonly ageDays: number
}

/** Days since the date of a list, at least 0; undefined where the date is none. */
export function ageInDays(date: string, now: number): number | undefined {
  const time = Date.parse(date)
  return Number.isNaN(time) ? undefined : Math.max(0, Math.floor((now - time) / (24 * 60 * 60 * 1000)))
}

/**
 * Fetches a feed of malware reports in OSV format (a ZIP or JSON: one record, a list, `{ "vulns": [] }` or one record
 * a line), checks it and puts it in place in one step. Until that step the data in use are untouched. Throws E_FETCH
 * where the feed cannot be had or is damaged, E_CONFIG where it is not what it should be: another format, older than
 * the data in use, without malware.
 */
export async function updateData(options: UpdateOptions): Promise<UpdateReport> {
  const bytes = await readFeed(options)
  const found = collect(bytes, options)
  const date = found.newest.slice(0, 10)
  await refuseOlder(date, options)
  const path = join(options.folder, updatedMalwareFile)
  try {
    await mkdir(options.folder, { recursive: true })
    await writeFileAtomic(path, listText(found.rows, date, options), { mode: 0o644 })
  } catch (cause) {
    throw new SafeInstallError('E_CONFIG', `the malware list cannot be written to ${path}`, {
      hint: 'The data in use are unchanged. Check the folder and its permissions.',
      cause,
    })
  }
  return {
    path,
    rows: found.rows.length,
    nameOnly: found.nameOnly,
    skipped: found.skipped,
    date,
    ageDays: ageInDays(date, options.now) ?? 0,
  }
}

const kept = 'The data in use are unchanged.'

function failed(code: 'E_FETCH' | 'E_CONFIG', feed: string, what: string, cause?: unknown): SafeInstallError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new SafeInstallError(code, `the malware feed ${feed} ${what}${reason}`, {
    hint: `${kept} Try again, or name another feed: a URL, or the path of a downloaded file.`,
    cause,
  })
}

/** Whether a feed is an address; else it is the path of a file. */
export function isAddress(feed: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(feed)
}

async function readFeed(options: UpdateOptions): Promise<Buffer> {
  return isAddress(options.feed) ? download(options) : readLocal(options.feed)
}

async function readLocal(path: string): Promise<Buffer> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      if (size > limits.maxFeedBytes) throw new Error(`it is larger than ${limits.maxFeedBytes} bytes`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw failed('E_FETCH', path, 'cannot be read', cause)
  }
}

/** Whoever can change the feed on its way can hide an entry or block a healthy version: plain http only on loopback. */
function isProtected(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return true
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

async function download(options: UpdateOptions): Promise<Buffer> {
  const { feed } = options
  if (!URL.canParse(feed) || !isProtected(feed)) {
    throw failed('E_CONFIG', feed, 'must be an https address or the path of a file')
  }
  const { fetch, stop, timeoutMs = 10 * 60 * 1000 } = options
  const time = AbortSignal.timeout(timeoutMs)
  try {
    const signal = stop === undefined ? time : AbortSignal.any([stop, time])
    const { url, bytes } = await fetch(feed, { signal, maxBytes: limits.maxFeedBytes })
    if (url !== '' && !isProtected(url)) throw new Error('it was redirected to an unprotected address')
    if (bytes.length === 0) throw new Error('the answer is empty')
    return bytes
  } catch (cause) {
    if (stop?.aborted === true) throw new SafeInstallError('E_INTERRUPTED', `interrupted; ${kept}`, { cause })
    throw failed('E_FETCH', feed, 'cannot be fetched', cause)
  }
}

type Found = {
  readonly rows: readonly MalwareRow[]
  readonly nameOnly: number
  readonly skipped: number
  readonly newest: string
}

function collect(bytes: Buffer, options: UpdateOptions): Found {
  const rows = new Map<string, MalwareRow>()
  // A record dated in the future would make every honest feed after it look old.
  const latest = new Date(options.now + 24 * 60 * 60 * 1000).toISOString()
  let nameOnly = 0
  let skipped = 0
  let records = 0
  let newest = ''
  try {
    for (const text of recordTexts(bytes)) {
      records += 1
      try {
        const record = parseOsv(typeof text === 'string' ? JSON.parse(text) : text)
        if (record === undefined) continue
        if (record.nameOnly) nameOnly += 1
        if (record.modified > newest && record.modified <= latest) newest = record.modified
        for (const row of record.rows) rows.set(`${row.name}\t${row.version}\t${row.sha256}`, row)
      } catch (cause) {
        skipped += 1
        // A few odd records are an accident, many are another format or a damaged file.
        if (skipped > 10 && skipped > records / 100) throw cause
      }
      if (rows.size > limits.maxFeedRows) throw new Error(`it has more than ${limits.maxFeedRows} entries`)
    }
  } catch (cause) {
    throw failed('E_FETCH', options.feed, 'is damaged or not in OSV format', cause)
  }
  if (rows.size === 0)
    throw failed('E_CONFIG', options.feed, 'has no report of malware on npm that names a version')
  if (newest === '') throw failed('E_CONFIG', options.feed, 'does not say of when its reports are')
  return { rows: [...rows.values()], nameOnly, skipped, newest }
}

/** Records of a ZIP as texts, of JSON as values. Throws where the bytes are neither. */
function* recordTexts(bytes: Buffer): Generator {
  if (bytes.length >= 4 && bytes.readUInt16LE(0) === 0x4b50) {
    for (const entry of zipEntries(bytes, {
      maxEntries: limits.maxFeedEntries,
      maxEntryBytes: limits.maxFeedRecordBytes,
      maxTotalBytes: limits.maxFeedUnpackedBytes,
    })) {
      if (entry.name.endsWith('.json')) yield entry.bytes.toString('utf8')
    }
    return
  }
  const text = bytes.toString('utf8').trim()
  const lines = text.split('\n', 2)
  if (lines.length === 2 && lines.every(line => line.startsWith('{') && line.trimEnd().endsWith('}'))) {
    yield* text.split('\n').filter(line => line.trim() !== '')
    return
  }
  const value: unknown = JSON.parse(text)
  if (Array.isArray(value)) yield* value
  else if (typeof value === 'object' && value !== null && 'vulns' in value && Array.isArray(value.vulns))
    yield* value.vulns
  else yield value
}

/** The newest date in place: a feed before it is a replay or a stale mirror, and would take entries away. */
async function refuseOlder(date: string, options: UpdateOptions): Promise<void> {
  // Where none can be read, nothing is in place that an update could make worse.
  const inPlace = await readFile(join(options.folder, updatedMalwareFile), 'utf8').then(
    text => headerOf(text, 'Date'),
    () => '',
  )
  const today = new Date(options.now).toISOString().slice(0, 10)
  const needed = inPlace > options.shippedDate && inPlace <= today ? inPlace : options.shippedDate
  if (date < needed)
    throw failed('E_CONFIG', options.feed, `is of ${date}, older than the data in use (${needed})`)
}

function listText(rows: readonly MalwareRow[], date: string, options: UpdateOptions): string {
  const header = [
    '# What: known malware, fetched by --update-data: name, version, sha256 of the tarball, category, OSV id, source',
    `# Source: ${options.feed.replaceAll(/[\r\n]/g, ' ')}`,
    `# Date: ${date}`,
    `# Fetched: ${new Date(options.now).toISOString()}`,
    '# Licence: that of the feed',
  ]
  const lines = rows.map(row => [row.name, row.version, row.sha256, 'malware', row.id, 'feed'].join('\t'))
  return `${[...header, ...lines.toSorted()].join('\n')}\n`
}
