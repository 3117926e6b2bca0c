import { limits } from '../limits.ts'

/** One line of the malware list. `version` or `sha256` is always there. */
export type MalwareRow = {
  readonly name: string
  readonly version: string
  readonly sha256: string
  readonly id: string
}

export type OsvRecord = {
  readonly rows: readonly MalwareRow[]
  /** ISO time of the last change, '' where the record states none. */
  readonly modified: string
  /** The record names a package without saying which versions: that must not block, so it yields no row. */
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
 * Source: https://ossf.github.io/osv-schema/
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
    nameOnly: rows.length === 0,
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
  return rows
}
