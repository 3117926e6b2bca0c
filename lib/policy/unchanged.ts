import { capabilityOf } from '../report/capability.ts'
import type { Inspection } from '../types.ts'

/**
 * Whether a new version's install scripts are the approved version's: the same events and texts, and nothing that runs
 * while npm installs it can do what the old one could not. False where either could not be read completely, or where
 * it brings another compiled program to be run: nobody can read those. Pure.
 */
export function isUnchanged(before: Inspection, after: Inspection): boolean {
  if (!wasRead(before) || !wasRead(after)) return false
  if (JSON.stringify(scriptsOf(before)) !== JSON.stringify(scriptsOf(after))) return false
  const known = abilitiesOf(before)
  return [...abilitiesOf(after)].every(ability => known.has(ability))
}

function wasRead({ gaps, dropped }: Inspection): boolean {
  return dropped === 0 && gaps.every(gap => gap.kind !== 'content')
}

function scriptsOf({ hooks }: Inspection): readonly string[] {
  return hooks.map(({ event, command, implicit }) => JSON.stringify([event, command, implicit])).toSorted()
}

function abilitiesOf({ facts, flows, files }: Inspection): ReadonlySet<string> {
  const opaque = files.filter(
    file => file.phase === 'install' && (file.kind === 'native' || file.kind === 'wasm'),
  )
  return new Set([
    ...facts
      .filter(fact => fact.phase === 'install' && !fact.byCall)
      .map(fact => JSON.stringify(Object.values(capabilityOf(fact)))),
    ...flows
      .filter(flow => flow.phase === 'install')
      .map(({ source, sink }) =>
        JSON.stringify([source.kind, source.name, sink.kind, sink.api, sink.destinations]),
      ),
    ...opaque.map(file => file.sha256),
  ])
}
