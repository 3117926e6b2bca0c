import type { Context, Flow, Inspection } from '../../lib/types.ts'
import { registrableDomain } from '../hosts/host.ts'
import { distinctByKey } from './grouped.ts'
import { placeOf } from './place.ts'
import type { Place } from './place.ts'

/** Something its caller passes, and the stranger who gets it. */
export type Passed = { readonly flow: Flow; readonly place: Place }

/**
 * Which service a package is a client of, told from where it sends what its caller passes: a function from one of those
 * to the registrable domain it is for, `its own` where the package's own service gets the same, or undefined where
 * nothing says. A secret that goes anywhere else goes astray.
 */
export function createServiceOf(
  passed: readonly Passed[],
  connectors: ReadonlySet<string>,
  inspection: Inspection,
  context: Context,
): (one: Passed) => string | undefined {
  const home = homeOf(passed, context)
  const kept = ownSecrets(inspection, context)
  return ({ flow: { source } }) =>
    connectors.has(source.at.path) ? undefined : kept.has(source.name) ? 'its own' : home
}

/** The registrable domain most of the caller's data goes to: the service the package is a client of. */
function homeOf(leaks: readonly Passed[], context: Context): string | undefined {
  const calls = distinctByKey(
    leaks.flatMap(({ flow: { sink }, place }) =>
      place.host === undefined || place.kind === 'capture'
        ? []
        : [[registrableDomain(place.host, context.lists.hosts), `${sink.at.path}:${sink.at.line}`]],
    ),
  )
  const more = whoGetsMore(leaks, calls, context)
  if (more !== undefined) return more
  const ranked = [...calls].toSorted((a, b) => b[1].size - a[1].size)
  const [first, second] = ranked
  return first !== undefined && first[1].size > (second?.[1].size ?? 0) ? first[0] : undefined
}

/** Secrets that go to the package's own service: no stranger is the service they are for. */
function ownSecrets(inspection: Inspection, context: Context): ReadonlySet<string> {
  const own = inspection.flows.filter(
    ({ source, sink }) =>
      source.kind === 'caller-secret' &&
      sink.kind === 'network' &&
      placeOf(sink.destinations, inspection, context).kind === 'own',
  )
  return new Set(own.map(({ source }) => source.name))
}

/** From this many services on a package is a collection of clients, whose hosts are named once each. */
export const manyServices = 4

/**
 * The files of a collection that each take keys for one service only and send them nowhere else. A key that goes to two
 * places is never one of those.
 */
export function connectorsOf(leaks: readonly Passed[], context: Context): ReadonlySet<string> {
  const domains = distinctByKey(
    leaks.flatMap(({ flow: { source, phase }, place }) => {
      if (source.kind !== 'caller-secret') return []
      const usual = place.host !== undefined && place.kind === 'foreign' && phase === 'run'
      const to = usual ? registrableDomain(place.host, context.lists.hosts) : `${place.kind} of a stranger`
      return [[source.at.path, to]]
    }),
  )
  const single = [...domains].filter(([, known]) => known.size === 1 && ![...known][0]!.endsWith('stranger'))
  const services = new Set(single.map(([, known]) => [...known][0]))
  return new Set(services.size >= manyServices ? single.map(([path]) => path) : [])
}

const maxCallsOfStray = 3

/**
 * Of two domains the service is the one that gets fewer secrets, where the other gets all of those and more on a line or
 * two: who signs in somewhere has no reason to hand the same to somebody else, and the signing half with it.
 */
function whoGetsMore(
  leaks: readonly Passed[],
  calls: ReadonlyMap<string, ReadonlySet<string>>,
  context: Context,
): string | undefined {
  if (calls.size !== 2) return undefined
  const secrets = distinctByKey(
    leaks.flatMap(({ flow: { source }, place }) =>
      source.kind !== 'caller-secret' || place.host === undefined
        ? []
        : [[registrableDomain(place.host, context.lists.hosts), source.name.toLowerCase()]],
    ),
  )
  const [one, other] = [...secrets].toSorted((a, b) => a[1].size - b[1].size)
  if (one === undefined || other === undefined || one[1].size === other[1].size) return undefined
  if ((calls.get(other[0])?.size ?? 0) > maxCallsOfStray) return undefined
  return [...one[1]].every(name => other[1].has(name)) ? one[0] : undefined
}
