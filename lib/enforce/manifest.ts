import { SafeInstallError } from '../errors.ts'
import { isRecord } from '../plan/values.ts'

/** A package.json and how it is written: indentation, line ends, byte order mark. */
export type ManifestText = {
  readonly data: Readonly<Record<string, unknown>>
  readonly print: (data: Readonly<Record<string, unknown>>) => string
}

/** Reads a package.json for editing. Throws E_CONFIG for what is no JSON object: npm would refuse it too. */
export function readManifestText(text: string, path: string): ManifestText {
  const body = text.replace(/^\uFEFF/, '')
  const data = parse(body, path)
  const indent = /^[ \t]+(?=")/m.exec(body)?.[0] ?? (body.includes('\n') ? '  ' : '')
  const newline = body.includes('\r\n') ? '\r\n' : '\n'
  const last = /\r?\n$/.test(body) ? newline : ''
  const mark = text.slice(0, text.length - body.length)
  const print: ManifestText['print'] = next =>
    `${mark}${JSON.stringify(next, null, indent).replaceAll('\n', newline)}${last}`
  return { data, print }
}

function parse(body: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(body)
    if (isRecord(data) && !Array.isArray(data)) return data
  } catch (cause) {
    throw new SafeInstallError('E_CONFIG', `${path} is not JSON`, { cause, hint: 'Repair it first.' })
  }
  throw new SafeInstallError('E_CONFIG', `${path} holds no JSON object`, { hint: 'Repair it first.' })
}

/** The manifest with `table[key] = value`; `undefined` takes the key away, and a table that is empty then. */
export function withEntry(
  data: Readonly<Record<string, unknown>>,
  table: string,
  key: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const before = data[table]
  const entries = isRecord(before) ? Object.entries(before).filter(([name]) => name !== key) : []
  const next = value === undefined ? entries : [...entries, [key, value] as const]
  // npm writes dependencies in the order of their names.
  const sorted = table === 'dependencies' ? next.toSorted(([a], [b]) => (a < b ? -1 : 1)) : next
  if (sorted.length > 0) return { ...data, [table]: Object.fromEntries(sorted) }
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== table))
}

/** `table[key]` of a manifest. */
export function entryOf(data: Readonly<Record<string, unknown>>, table: string, key: string): unknown {
  const entries = data[table]
  return isRecord(entries) && Object.hasOwn(entries, key) ? entries[key] : undefined
}
