/** Whether a value is an object with keys. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** A value as a table, empty for anything else. Own keys only: input may name `__proto__`. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> => {
  const table: Record<string, unknown> = Object.create(null)
  if (isRecord(value)) for (const key of Object.keys(value)) table[key] = value[key]
  return table
}

/** A non-empty string, or undefined. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A JSON text as a table; empty where it is none, or where the text is missing. A byte order mark is skipped. */
export const parseTable = (text: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    return recordOf(JSON.parse((text ?? '{}').replace(/^\uFEFF/, '')))
  } catch {
    // Broken JSON is npm's to report, with its own message.
    return recordOf(undefined)
  }
}
