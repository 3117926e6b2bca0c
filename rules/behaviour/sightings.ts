import { HOLE } from '../../lib/types.ts'
import type {
  Action,
  Context,
  Flow,
  Inspection,
  Severity,
  Source,
  SourceKind,
  Text,
} from '../../lib/types.ts'
import type { RuleFinding } from '../finding.ts'
import { distinctByKey } from './grouped.ts'
import { findingOfFlow, sourceInWords, shortName } from '../finding.ts'
import { addressesIn, isNetworkTool, placeOf } from './place.ts'
import type { Place } from './place.ts'

/** A flow as a rule weighs it: how bad, and where the data goes. */
export type Sighting = {
  readonly flow: Flow
  readonly place: Place
  readonly action: Action
  readonly severity: Severity
}

/** Flows that end in one call, strongest first: one thing a person reads once. */
export type SightingGroup = readonly [Sighting, ...Sighting[]]

const actions: readonly Action[] = ['note', 'ask', 'block']
const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical']
const phases = ['dormant', 'run', 'import', 'install'] as const

const bySink = ({ flow: { sink } }: Sighting): string => `${sink.at.path}\0${sink.at.line}`

/** By the line the data comes from: one download that is started in several places is one thing to read. */
export const bySource = ({ flow: { source } }: Sighting): string => `${source.at.path}\0${source.at.line}`

/** The sightings of one sink (or whatever `keyOf` says), strongest first. */
export function groupSightings(
  sightings: readonly Sighting[],
  keyOf: (sighting: Sighting) => string = bySink,
): readonly SightingGroup[] {
  const groups = new Map<string, Sighting[]>()
  for (const sighting of sightings) {
    const key = keyOf(sighting)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [sighting])
    else group.push(sighting)
  }
  return [...groups.values()].map(group => {
    const [first, ...rest] = group.toSorted(compare)
    if (first === undefined) throw new Error('a group holds what made it')
    return [first, ...rest]
  })
}

function compare(a: Sighting, b: Sighting): number {
  return (
    actions.indexOf(b.action) - actions.indexOf(a.action) ||
    severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
    phases.indexOf(b.flow.phase) - phases.indexOf(a.flow.phase) ||
    Number(b.flow.certain) - Number(a.flow.certain) ||
    Number(isInOneFile(b.flow)) - Number(isInOneFile(a.flow))
  )
}

/** The shorter way is easier to check. */
function isInOneFile({ source, sink }: Flow): boolean {
  return source.at.path === sink.at.path
}

/** One finding for each group: its strongest flow as evidence, its words over all of them. */
export function findingsOf(
  sightings: readonly Sighting[],
  say: (group: SightingGroup) => string,
  keyOf?: (sighting: Sighting) => string,
): readonly RuleFinding[] {
  return groupSightings(sightings, keyOf).map(group => {
    const [{ flow, action, severity }] = group
    return findingOfFlow(flow, { action, severity, message: say(group) })
  })
}

/** How several sources of one kind are told as one. */
const together: Partial<Readonly<Record<SourceKind, (names: string) => string>>> = {
  host: names => `facts about this computer (${names})`,
  'env-secret': names => `the secret environment variables ${names}`,
  'env-name': names => `the environment variables ${names}`,
  'credential-file': names => `the credential files ${names}`,
  'caller-secret': names => `the caller's ${names}`,
  caller: names => `what the caller passes as ${names}`,
  browser: names => `browser data (${names})`,
}

/** The sources of a group in words, each once: "the credential files ~/.npmrc, ~/.netrc and 3 more and the whole environment". */
export function sourcesInWords(group: SightingGroup, most = 3): string {
  const kinds = new Map<SourceKind, Source[]>()
  const wholes = new Map<string, Source[]>()
  for (const { source } of group.map(({ flow }) => flow)) {
    if (source.of !== undefined) wholes.set(source.of, [...(wholes.get(source.of) ?? []), source])
    else kinds.set(source.kind, [...(kinds.get(source.kind) ?? []), source])
  }
  const held = [...wholes].map(([of, sources]) => wholeInWords(of, sources))
  const parts = [...kinds].flatMap(([kind, sources]) => {
    const all = [...new Set(sources.map(({ name }) => shortName(name)))]
    const names = all.filter(name => !all.some(other => name.startsWith(`${other}.`)))
    const say = names.length > 1 && !names.some(name => name.endsWith('()')) ? together[kind] : undefined
    return say === undefined ? [...new Set(sources.map(sourceInWords))] : [say(shortRow(names, most))]
  })
  return shortRow([...held, ...parts], most)
}

/** "all of what the caller passes as options, which holds privateKey (lib/sign.js:14),". */
function wholeInWords(of: string, sources: readonly Source[]): string {
  const names = distinctByKey(sources.map(({ name, at }) => [shortName(name), `${at.path}:${at.line}`]))
  const secrets = [...names].map(([name, places]) => `${name} (${[...places][0] ?? ''})`)
  const whole = of === 'the form' ? 'all of the form' : `all of what the caller passes as ${of}`
  return `${whole}, which holds ${shortRow(secrets, 3)},`
}

function shortRow(words: readonly string[], most: number): string {
  if (words.length <= most) return inRow(words)
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`
}

/** "a, b and c". */
export function inRow(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

/**
 * Where the data of a flow leaves the machine: a request, a looked-up name, or a command line that hands it to a
 * network tool. Undefined where it stays.
 */
export function leavesFor(flow: Flow, inspection: Inspection, context: Context): Place | undefined {
  const { sink } = flow
  if (sink.kind === 'network' || sink.kind === 'dns') return placeOf(sink.destinations, inspection, context)
  if (sink.kind !== 'command' && sink.kind !== 'command-stdin') return undefined
  const commands: readonly Text[] = sink.destinations.filter(isNetworkTool)
  return commands.length === 0 ? undefined : placeOf(commands.flatMap(addressesIn), inspection, context)
}

/** Where an answer came from: by its own name, or by what the call that fetched it is known to contact. */
export function originOf({ source }: Flow, inspection: Inspection, context: Context): Place {
  const named = placeOf([source.name], inspection, context)
  if (named.kind !== 'unknown') return named
  const contacted = inspection.facts.flatMap(fact =>
    fact.kind === 'contacts' && fact.at.path === source.at.path && fact.at.line === source.at.line
      ? fact.destinations.filter(text => text.replaceAll(HOLE, '').length > 3)
      : [],
  )
  return contacted.length === 0 ? named : placeOf(contacted, inspection, context)
}

/** What came out of an archive. */
export function isUnpacked({ hops }: Flow): boolean {
  return hops.some(({ label }) => label === 'unpacked')
}

/** A flow nobody asked for: it runs while npm installs or as soon as the package is imported. */
export function isUnasked(flow: { readonly phase: string }): boolean {
  return flow.phase === 'install' || flow.phase === 'import'
}
