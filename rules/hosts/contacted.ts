import { limits } from '../../lib/limits.ts'
import type { Flow, Inspection, Phase, Site, SourceKind } from '../../lib/types.ts'
import { hostOf } from './host.ts'
import type { Host } from './host.ts'

/** A host the package talks to, and where. `secret` is the certain flow that carries a secret there, if any does. */
export type Contact = {
  readonly host: Host
  readonly at: Site
  readonly phase: Phase
  readonly secret: Flow | undefined
}

const secretSources: ReadonlySet<SourceKind> = new Set([
  'env',
  'env-secret',
  'credential-file',
  'caller-secret',
])

/** Whether what flows is worth stealing: credentials, secret variables, the whole environment, keys a caller hands over. */
export function isSecret(flow: Flow): boolean {
  return secretSources.has(flow.source.kind)
}

/**
 * Every host the package contacts, resolves or sends data to, once each; a contact that carries a secret goes before
 * one that does not. At most `limits.maxHosts`.
 */
export function contactsOf(inspection: Inspection): readonly Contact[] {
  const found = new Map<string, Contact>()
  const add = (destination: string, at: Site, phase: Phase, secret: Flow | undefined): void => {
    const host = hostOf(destination)
    if (host === undefined) return
    const key = host.name + host.path.slice(0, 40)
    const other = found.get(key)
    if (
      other === undefined ? found.size < limits.maxHosts : other.secret === undefined && secret !== undefined
    ) {
      found.set(key, { host, at, phase, secret })
    }
  }
  for (const flow of inspection.flows) {
    if (flow.sink.kind !== 'network' && flow.sink.kind !== 'dns') continue
    const secret = flow.certain && isSecret(flow) ? flow : undefined
    for (const destination of flow.sink.destinations) add(destination, flow.sink.at, flow.phase, secret)
  }
  for (const fact of inspection.facts) {
    if (fact.kind !== 'contacts' && fact.kind !== 'resolves') continue
    for (const destination of fact.destinations) add(destination, fact.at, fact.phase, undefined)
  }
  return [...found.values()]
}
