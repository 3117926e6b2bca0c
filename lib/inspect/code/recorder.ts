import { limits } from '../../limits.ts'
import { HOLE } from '../../types.ts'
import type { Fact, Flow, Guard, Phase, SinkKind, Text } from '../../types.ts'
import { heldBy } from './entrusted.ts'
import { BudgetSpent } from './frame.ts'
import { isPickedByName } from './picked-by-name.ts'
import { isRequest } from './requests.ts'
import { siteOf, type GuardNote, type Place } from './sites.ts'
import { keepTelling } from './telling.ts'
import type { Taint } from './values.ts'
import { WrappedClients } from './wrapped-clients.ts'

/**
 * What has been seen so far. The same statement is evaluated many times; here it is one fact, with everything that
 * was ever learned about it, in the earliest phase that reached it.
 */

type Where = { readonly level: number; readonly place: Place; readonly guards: readonly GuardNote[] }

/** A fact without its place: lists grow when the statement is evaluated again. */
export type FactBody = Fact extends infer F
  ? F extends Fact
    ? Omit<F, 'phase' | 'byCall' | 'at' | 'guards'>
    : never
  : never

type StoredFact = Where & { level: number; body: Record<string, unknown> & { kind: Fact['kind'] } }
type StoredFlow = Where & {
  level: number
  taint: Taint
  readonly kind: SinkKind
  readonly api: string
  readonly role: string
  readonly destinations: Set<Text>
}

const phases: readonly Phase[] = ['install', 'import', 'run', 'run']
const maxTexts = 24
const maxTextChars = 2_000
const maxFlows = 20_000
/** Characters of code for each flow beyond those: a client of a large service sends what it is given from thousands of methods. */
const charsPerFlow = 400

export class Recorder {
  readonly wrapped = new WrappedClients()
  /** Names of callers' secrets that messages are signed with on the spot. */
  readonly #signing = new Set<string>()
  readonly #facts = new Map<string, StoredFact>()
  readonly #flows = new Map<string, StoredFlow>()

  #mostFlows = maxFlows

  /** Takes note that so many characters of code are looked at. */
  allow(chars: number): void {
    this.#mostFlows += chars / charsPerFlow
  }

  signs(keys: readonly Taint[]): void {
    for (const { source } of keys) if (source.kind === 'caller-secret') this.#signing.add(source.name)
  }

  fact(body: FactBody, where: Where): void {
    const key = factKey(body, where.place)
    const stored = this.#facts.get(key)
    if (stored === undefined) {
      this.#facts.set(key, { ...where, body: { ...body } })
      return
    }
    stored.level = Math.min(stored.level, where.level)
    if (!('unsure' in body)) delete stored.body['unsure']
    for (const [name, value] of Object.entries(body)) {
      const before = stored.body[name]
      if (Array.isArray(value) && Array.isArray(before)) {
        stored.body[name] = keepTelling([...new Set([...(before as Text[]), ...(value as Text[])])], maxTexts)
      } else if (name === 'code' && value === 'computed') stored.body[name] = value
    }
  }

  flow(
    taint: Taint,
    sink: {
      readonly kind: SinkKind
      readonly api: string
      readonly role: string
      readonly destinations: readonly Text[]
    },
    where: Where,
  ): void {
    const { place } = where
    const key = `${taint.source.id}|${sink.kind}|${sink.api}|${sink.role}|${place.file.path}|${place.start}`
    const stored = this.#flows.get(key)
    if (stored === undefined) {
      // Whoever makes so many hides one among them.
      if (this.#flows.size >= this.#mostFlows) throw new BudgetSpent()
      this.#flows.set(key, {
        ...where,
        taint,
        kind: sink.kind,
        api: sink.api,
        role: sink.role,
        destinations: new Set(sink.destinations),
      })
      return
    }
    stored.level = Math.min(stored.level, where.level)
    if (taint.sure && !stored.taint.sure) stored.taint = taint
    for (const destination of sink.destinations) stored.destinations.add(destination)
  }

  /** When each request is made: its answer reaches nothing before, although what it reaches may also run without it. */
  #requested(): ReadonlyMap<string, number> {
    const levels = new Map<string, number>()
    for (const { body, level, place } of this.#facts.values()) {
      if (body.kind !== 'contacts') continue
      const key = placeKey(place)
      levels.set(key, Math.min(level, levels.get(key) ?? level))
    }
    return levels
  }

  facts(): readonly Fact[] {
    const facts = [...this.#facts.values()].map(
      ({ body, level, place, guards }) =>
        ({
          ...cleanLists(body),
          phase: phases[level] ?? 'run',
          byCall: level >= 3,
          at: siteOf(place),
          guards: guardsOf(guards),
        }) as unknown as Fact,
    )
    return sortByText(facts)
  }

  flows(): readonly Flow[] {
    const requested = this.#requested()
    const flows = [...this.#flows.values()].flatMap(
      ({ taint, kind, api, role, destinations, level: seen, place, guards }): readonly Flow[] => {
        const { source } = taint
        const level = Math.max(seen, requested.get(placeKey(source.place)) ?? 0)
        const flow = {
          source: {
            kind: source.kind,
            name: source.name,
            at: siteOf(source.place),
            ...(source.kind === 'caller-secret' ? this.#knownOf(source) : {}),
          },
          sink: { kind, api, role, destinations: cleanTexts([...destinations]), at: siteOf(place) },
          hops: hopsOf(taint),
          guards: guardsOf(guards),
          phase: phases[level] ?? 'run',
          byCall: level >= 3,
          certain: taint.sure,
        }
        return source.entrusted === undefined ? [flow] : flowsOfHeld(flow, taint, place)
      },
    )
    return sortByText(flows)
  }

  #knownOf(source: Taint['source']): Pick<Flow['source'], 'client' | 'signs'> {
    return {
      ...(this.wrapped.holds(source) ? { client: true } : {}),
      ...(this.#signing.has(source.name) ? { signs: true } : {}),
    }
  }
}

/** The secrets in something that is sent as a whole: each goes where the whole goes. */
function flowsOfHeld(flow: Flow, taint: Taint, sink: Place): readonly Flow[] {
  const { name: of, at } = flow.source
  if (taint.source.name.startsWith('request ') && isPickedByName(taint)) return []
  const whole = { label: `${of}, as a whole`, at }
  return [...heldBy(taint, sink)].map(([name, place]) => ({
    ...flow,
    source: {
      kind: 'caller-secret',
      name: isRequest(taint) ? `request ${name}` : name,
      at: siteOf(place),
      of,
    },
    hops: [whole, ...flow.hops],
  }))
}

function placeKey({ file, start }: Place): string {
  return `${file.path}|${start}`
}

function factKey(body: FactBody, place: Place): string {
  const parts: string[] = [body.kind, place.file.path, String(place.start)]
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' && name !== 'kind' && name !== 'code') parts.push(value)
  }
  return parts.join('\n')
}

function cleanLists(body: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    if (Array.isArray(value)) clean[name] = cleanTexts(value as string[])
    else clean[name] = typeof value === 'string' ? showPath(value) : value
  }
  return clean
}

/** Texts as reports show them: paths by what they belong to, and no bare hole beside something better. */
function cleanTexts(texts: readonly string[]): readonly string[] {
  const shown = [...new Set(texts.map(text => showPath(text).slice(0, maxTextChars)))]
  const better = shown.filter(text => text !== HOLE)
  return keepTelling(
    better.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0)),
    maxTexts,
  )
}

function showPath(text: string): string {
  return text.replaceAll('/__package__', '<package>').replaceAll('/__project__', '<project>')
}

function guardsOf(guards: readonly GuardNote[]): readonly Guard[] {
  const seen = new Set<string>()
  const result: Guard[] = []
  for (const guard of guards) {
    const key = `${guard.kind}${guard.place.file.path}${guard.place.start}`
    if (seen.has(key)) continue
    seen.add(key)
    result.push({ kind: guard.kind, at: siteOf(guard.place) })
    if (result.length >= 8) break
  }
  return result
}

function hopsOf(taint: Taint): Flow['hops'] {
  const hops: { label: string; at: ReturnType<typeof siteOf> }[] = []
  for (let at = taint.hops; at !== undefined; at = at.previous) {
    hops.push({ label: at.label, at: siteOf(at.place) })
  }
  hops.reverse()
  if (hops.length <= limits.maxHops) return hops
  const half = limits.maxHops / 2
  return [...hops.slice(0, half), ...hops.slice(-half)]
}

function sortByText<T extends { readonly phase: Phase }>(items: readonly T[]): readonly T[] {
  const order: Record<Phase, number> = { install: 0, import: 1, run: 2, dormant: 3 }
  return items
    .map(item => ({ item, key: JSON.stringify(item) }))
    .toSorted((left, right) => {
      const phase = order[left.item.phase] - order[right.item.phase]
      if (phase !== 0) return phase
      return left.key < right.key ? -1 : left.key > right.key ? 1 : 0
    })
    .map(({ item }) => item)
}
