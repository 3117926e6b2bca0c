import { limits } from '../../lib/limits.ts'
import type { Flow, Inspection, Phase, Site, SourceKind } from '../../lib/types.ts'
import { oncePer } from '../remember.ts'
import { hostOf } from './host.ts'
import type { Host } from './host.ts'

/** A host the package talks to, and where. `secret` is the certain flow that carries a secret there, if any does. */
export type Contact = {
  readonly host: Host
  readonly at: Site
  readonly phase: Phase
  readonly byCall: boolean
  readonly secret: Flow | undefined
}

type When = Pick<Contact, 'phase' | 'byCall'>

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

/** A wallet's keys never need to leave the machine, whoever asks for them. An API key is made to be sent. */
const keyMaterial = /mnemonic|seed|private_?key|secret_?key|keypair|keystore|wallet_?key/i

/** Whether a flow carries the keys of a wallet. */
export function isKeyMaterial(flow: Flow): boolean {
  return flow.source.kind !== 'env' && keyMaterial.test(flow.source.name)
}

/** How much it would hurt: wallet keys before files of credentials and whole environments, those before single keys. */
function worth(flow: Flow | undefined): number {
  if (flow === undefined) return 0
  if (isKeyMaterial(flow)) return 3
  return flow.source.kind === 'credential-file' || flow.source.kind === 'env' ? 2 : 1
}

/**
 * Every host the package contacts, resolves or sends data to, once each, with the worst that is sent there. At most `limits.maxHosts`.
 */
export const contactsOf = oncePer(findContacts)

function findContacts(inspection: Inspection): readonly Contact[] {
  const found = new Map<string, Contact>()
  const add = (destination: string, at: Site, { phase, byCall }: When, secret: Flow | undefined): void => {
    const host = hostOf(destination)
    if (host === undefined) return
    const key = host.name + host.path.slice(0, 40)
    const other = found.get(key)
    if (other === undefined ? found.size < limits.maxHosts : worth(secret) > worth(other.secret)) {
      found.set(key, { host, at, phase, byCall, secret })
    }
  }
  for (const flow of inspection.flows) {
    if (flow.sink.kind !== 'network' && flow.sink.kind !== 'dns') continue
    const secret = flow.certain && isSecret(flow) ? flow : undefined
    for (const destination of flow.sink.destinations) add(destination, flow.sink.at, flow, secret)
  }
  for (const fact of inspection.facts) {
    // An address written into a client of another package: that client contacts it.
    if (fact.kind === 'overrides') for (const { to, at } of fact.redirects) add(to, at, fact, undefined)
    if (fact.kind !== 'contacts' && fact.kind !== 'resolves') continue
    for (const destination of fact.destinations) add(destination, fact.at, fact, undefined)
  }
  return [...found.values()]
}
