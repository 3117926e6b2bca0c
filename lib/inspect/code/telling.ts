import type { SourceKind } from '../../types.ts'

/**
 * What to keep where there is more than can be kept. Whoever hides something among many harmless things decides their
 * number and their order; so neither may decide what is left out.
 */

/** Data of these nobody has a reason to hide among others. */
const plain: ReadonlySet<SourceKind> = new Set(['env-name', 'file', 'project-file', 'host', 'command-output'])

/** Data that is worth stealing wherever it lies. */
const prey: ReadonlySet<SourceKind> = new Set([
  'env',
  'env-secret',
  'credential-file',
  'metadata-service',
  'clipboard',
])

export function isPrey(kind: SourceKind): boolean {
  return prey.has(kind)
}

/**
 * Which of the kinds gives way to one more: the last plain one, where another is left of it, for what is not plain or
 * not there yet. -1 where the new one adds nothing.
 */
export function giveWay(kinds: readonly SourceKind[], added: SourceKind): number {
  const isNew = !kinds.includes(added)
  if (!isNew && plain.has(added)) return -1
  for (let at = kinds.length - 1; at >= 0; at--) {
    const kind = kinds[at]!
    if (kinds.indexOf(kind) < at && (isNew || plain.has(kind))) return at
  }
  return -1
}

const tellingText =
  /^(?:~|%[a-z]+%|[a-z]:[\\/]|\/(?:etc|root|home|Users)(?:\/|$))|\b(?:curl|wget|powershell|base64|certutil|mshta|publish|child_process|globalThis)\b|\b(?:fetch|require|import|eval|Function)\s{0,9}\(|\|\s{0,9}(?:ba|z)?sh\b|\brm\s+-/i

/** Whether a text leads to somebody's files, is a program, or tells a shell to fetch, decode or delete. */
export function isTelling(text: string): boolean {
  return tellingText.test(text.length > 2_000 ? text.slice(0, 2_000) : text)
}

/** At most `most` of the texts, in their order: telling ones first, then one of each sort before a second of any. */
export function keepTelling(texts: readonly string[], most: number): readonly string[] {
  if (texts.length <= most) return texts
  const turns = new Map<string, number>()
  const ranked = texts.map((text, at) => {
    const sort = `${isTelling(text)} ${sortOf(text)}`
    const turn = turns.get(sort) ?? 0
    turns.set(sort, turn + 1)
    return { at, turn: isTelling(text) ? turn : turn + most }
  })
  const chosen = new Set(
    ranked
      .toSorted((left, right) => left.turn - right.turn || left.at - right.at)
      .slice(0, most)
      .map(({ at }) => at),
  )
  return texts.filter((_, at) => chosen.has(at))
}

/** The host of an address, the folder of a path, the program of a command line. */
function sortOf(text: string): string {
  return /^[a-z+]{2,12}:\/\/[^/?#]*|^.*?[^/\s][/\s]/i.exec(text.slice(0, 300))?.[0] ?? ''
}
