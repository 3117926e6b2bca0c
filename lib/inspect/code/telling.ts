import type { SourceKind } from '../../types.ts'
import { sourceOfPath } from './models/paths.ts'

/**
 * What to keep where there is more than can be kept. Whoever hides something among many harmless things decides their
 * number and their order; so neither may decide what is left out.
 */

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
 * Which of the kinds gives way to one more, the last that is no prey, for prey or for an answer where there is none yet;
 * for a caller's secret, the last of what a caller passes besides. -1 where the new one has to stay away.
 */
export function giveWay(kinds: readonly SourceKind[], added: SourceKind): number {
  if (added === 'caller-secret') return kinds.lastIndexOf('caller')
  if (!prey.has(added) && (added !== 'network' || kinds.includes(added))) return -1
  return kinds.findLastIndex(kind => !prey.has(kind) && kind !== 'network')
}

/** What starts with a session, a shell or a repository; commands that fetch, decode or delete. */
const tellingText =
  /\/\.(?:\w{0,12}rc|\w{0,12}profile)$|\/(?:LaunchAgents|LaunchDaemons|autostart|systemd|cron[.\w]{0,12}|hooks)\/|\b(?:curl|wget|powershell|base64|certutil|mshta|publish|NODE_OPTIONS|LD_PRELOAD)\b|\|\s{0,9}(?:ba|z)?sh\b|\brm\s+-/i

const programText = /\b(?:fetch|require|import|eval|Function)\s{0,9}\(|\b(?:child_process|globalThis)\b/

/** Whether a text is telling, or a program: what is evaluated. */
export function isTellingOrCode(text: string): boolean {
  return isTelling(text) || programText.test(text.length > 2_000 ? text.slice(0, 2_000) : text)
}

/** Whether a text leads to somebody's secrets, or tells a shell to fetch, decode or delete. */
export function isTelling(text: string): boolean {
  if (text.length < 300 && text.startsWith('~/') && prey.has(sourceOfPath(text))) return true
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
