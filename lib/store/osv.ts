import semver from 'semver'
import { limits } from '../limits.ts'

/** One line of the malware list. `version` or `sha256` is always there. */
export type MalwareRow = {
  readonly name: string
  /** An exact version, or a range: `*`, `>=1.2.3`, `>=1.2.3 <1.2.5`. A range asks and never blocks. */
  readonly version: string
  readonly sha256: string
  readonly id: string
}

export type OsvRecord = {
  readonly rows: readonly MalwareRow[]
  /** ISO time of the last change, '' where the record states none. */
  readonly modified: string
  /** The record names a package and lists no version: at most ranges came of it, which never block. */
  readonly nameOnly: boolean
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const hash = /^[0-9a-f]{64}$/
const versionShape = /^[0-9A-Za-z.+-]{1,256}$/
const isoTime = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,20}Z)?$/
const printable = /^[\x21-\x7e]+$/

/**
 * What an OSV record says about malware on npm. `undefined` for a record of anything else (an ordinary vulnerability,
 * another ecosystem, a withdrawn report). Throws a plain Error where it is no OSV record at all.
 * `affected[].versions` are exact; `affected[].ranges` become ranges, and `introduced: "0"` without an end means the
 * bare name. A hash of the tarball is only what `affected[].database_specific.sha256` gives, as some feeds do; the
 * `sha256` in `malicious-packages-origins` is that of the report itself and must not be taken for it.
 * Source: https://ossf.github.io/osv-schema/, docs/schema_additions.md of ossf/malicious-packages.
 */
export function parseOsv(value: unknown): OsvRecord | undefined {
  if (!isObject(value) || typeof value['id'] !== 'string' || !printable.test(value['id'])) {
    throw new Error('not an OSV record: it has no id')
  }
  const id = value['id'].slice(0, 100)
  if (!id.startsWith('MAL-') || value['withdrawn'] !== undefined) return undefined
  const affected = list(value['affected']).filter(isObject).filter(isNpm)
  if (affected.length === 0) return undefined
  const rows = affected.flatMap(entry => rowsOf(entry, id)).slice(0, limits.maxManifestEntries)
  const modified = value['modified']
  return {
    rows,
    modified: typeof modified === 'string' && isoTime.test(modified) ? modified : '',
    nameOnly: rows.every(row => row.sha256 === '' && isRange(row.version)),
  }
}

function isNpm(affected: Json): boolean {
  return isObject(affected['package']) && affected['package']['ecosystem'] === 'npm'
}

function rowsOf(affected: Json, id: string): readonly MalwareRow[] {
  const name = isObject(affected['package']) ? affected['package']['name'] : undefined
  if (typeof name !== 'string' || name.length > limits.maxNameChars || !printable.test(name)) return []
  const rows: MalwareRow[] = []
  for (const version of list(affected['versions'])) {
    if (typeof version === 'string' && versionShape.test(version))
      rows.push({ name, version, sha256: '', id })
  }
  const specific = affected['database_specific']
  const sha256 = isObject(specific) ? specific['sha256'] : undefined
  if (typeof sha256 === 'string' && hash.test(sha256)) {
    rows.push({ name, version: rows.length === 1 ? (rows[0]?.version ?? '') : '', sha256, id })
  }
  const listed = rows.length > 0
  for (const range of list(affected['ranges']).slice(0, limits.maxReportsPerName)) {
    for (const version of rangesOf(range)) {
      // Where versions are listed, a range without an end only repeats the name.
      if (!listed || version.includes('<')) rows.push({ name, version, sha256: '', id })
    }
  }
  return rows
}

/** Whether the version of a row is a range. */
export function isRange(version: string): boolean {
  return version === '*' || version.startsWith('>=') || version.startsWith('<')
}

type Event = { readonly kind: 'introduced' | 'fixed' | 'last_affected'; readonly version: string }

/**
 * The events of an OSV range as semver ranges, one for each `introduced`. Events come in any order, so they are sorted
 * as the specification does; `"0"` stands before every version. A range of commits says nothing about npm.
 */
function rangesOf(range: unknown): readonly string[] {
  if (!isObject(range) || (range['type'] !== 'SEMVER' && range['type'] !== 'ECOSYSTEM')) return []
  const events = list(range['events']).slice(0, limits.maxReportsPerName).flatMap(eventsOf)
  const found: string[] = []
  let from: string | undefined
  for (const { kind, version } of events.toSorted(compareEvents)) {
    if (kind === 'introduced') {
      from ??= version
      continue
    }
    if (from === undefined) continue
    const end = `${kind === 'fixed' ? '<' : '<='}${version}`
    found.push(from === '0' ? end : `>=${from} ${end}`)
    from = undefined
  }
  if (from !== undefined) found.push(from === '0' ? '*' : `>=${from}`)
  return found
}

function eventsOf(event: unknown): readonly Event[] {
  if (!isObject(event)) return []
  return (['introduced', 'fixed', 'last_affected'] as const).flatMap(kind => {
    const version = event[kind]
    if (kind === 'introduced' && version === '0') return [{ kind, version }]
    const exact =
      typeof version === 'string' && version.length <= limits.maxNameChars ? semver.valid(version) : null
    return exact === null ? [] : [{ kind, version: exact }]
  })
}

function compareEvents(a: Event, b: Event): number {
  if (a.version === '0' || b.version === '0') return a.version === b.version ? 0 : a.version === '0' ? -1 : 1
  // A version that is introduced and fixed at once is fixed first and comes back.
  return (
    semver.compare(a.version, b.version) || Number(a.kind === 'introduced') - Number(b.kind === 'introduced')
  )
}
