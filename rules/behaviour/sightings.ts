import type { Action, Context, Flow, Inspection, Severity, Text } from '../../lib/types.ts'
import type { RuleFinding } from '../finding.ts'
import { findingOfFlow, sourceInWords } from '../finding.ts'
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

/** The sightings of one sink, grouped by the line they end in. */
export function groupBySink(sightings: readonly Sighting[]): readonly SightingGroup[] {
  const groups = new Map<string, Sighting[]>()
  for (const sighting of sightings) {
    const { path, line } = sighting.flow.sink.at
    const key = `${path}\0${line}`
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
    Number(b.flow.certain) - Number(a.flow.certain)
  )
}

/** One finding for each sink: its strongest flow as evidence, its words over all of them. */
export function findingsOf(
  sightings: readonly Sighting[],
  say: (group: SightingGroup) => string,
): readonly RuleFinding[] {
  return groupBySink(sightings).map(group => {
    const [{ flow, action, severity }] = group
    return findingOfFlow(flow, { action, severity, message: say(group) })
  })
}

/** The sources of a group in words, each once: "the credential file ~/.npmrc, the whole environment and 3 more". */
export function sourcesInWords(group: SightingGroup, most = 3): string {
  const words = [...new Set(group.map(({ flow }) => sourceInWords(flow.source)))]
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

/** A flow nobody asked for: it runs while npm installs or as soon as the package is imported. */
export function isUnasked(flow: { readonly phase: string }): boolean {
  return flow.phase === 'install' || flow.phase === 'import'
}
