import { domainToUnicode } from 'node:url'
import { limits } from '../../lib/limits.ts'
import { HOLE } from '../../lib/types.ts'
import type { Text } from '../../lib/types.ts'
import type { HostList } from '../lists.ts'
import { remembering } from '../remember.ts'

/**
 * Where a destination points, normalised as a browser would (`127.1`, `0x7f.1` and IDN included). `labels` run from
 * left to right; a label that holds an unknown part is `*`. `path` is what follows the host, unknown parts kept.
 */
export type Host = {
  readonly name: string
  readonly labels: readonly string[]
  readonly address: boolean
  /** As a person sees it: IDN labels decoded. */
  readonly shown: string
  readonly path: string
}

/** Stands for an unknown part while the URL parser, which refuses control characters, reads the rest. */
const unknownPart = 'safe-install-unknown'
/** A relative address without a slash looks like a host otherwise: `config.json`. */
const fileName = /^[^/:]+\.(js|mjs|cjs|json|html|css|txt|xml|png|jpg|svg|tgz|gz)$/i
/** `name@1.2.3`, as user agents say who asks. */
const packageSpec = /^[\w./-]{1,214}@\d+\.\d+\.\d+(?![\d.])/
/** A version: parsers of addresses take it for one, nobody writes one so. */
const version = /^\d+(?:\.\d+){0,2}$/
const scheme = /^[a-z][a-z0-9+.-]{0,20}:\/\//i

/**
 * The host of a destination: a URL, or a host with an optional port. Undefined where the host is wholly unknown, is no
 * host name, or the text is a path.
 */
export const hostOf = remembering(hostIn, (destination: Text) => destination)

function hostIn(destination: Text): Host | undefined {
  const text = destination.trim().replaceAll('\\', '/')
  if (!scheme.test(text) && (fileName.test(text) || version.test(text) || packageSpec.test(text)))
    return undefined
  const withScheme = scheme.test(text) ? text : text.startsWith('//') ? `https:${text}` : `https://${text}`
  const start = withScheme.indexOf('//') + 2
  const end = withScheme.slice(start).search(/[/?#]/)
  const authority = end < 0 ? withScheme.slice(start) : withScheme.slice(start, start + end)
  const path = end < 0 ? '' : withScheme.slice(start + end)
  const place = authority.slice(authority.lastIndexOf('@') + 1)
  if (place === '' || place.length > limits.maxHostChars + 6) return undefined
  const name = normalise(place.replaceAll(HOLE, unknownPart))
  if (name === undefined) return undefined
  const labels = name.split('.').map(label => (label.includes(unknownPart) ? '*' : label))
  if (labels.every(label => label === '*')) return undefined
  const address = isAddress(name)
  if (!address && labels.length < 2) return undefined
  return {
    name: address ? name : labels.join('.'),
    labels,
    address,
    shown: shownName(labels, address, name),
    path,
  }
}

function normalise(place: string): string | undefined {
  // Only `special` schemes get the full host parsing, so every destination is read as https.
  const text = `https://${place}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  const name = url?.hostname.replace(/\.$/, '')
  return name === undefined || name === '' || name.length > limits.maxHostChars ? undefined : name
}

function isAddress(name: string): boolean {
  return name.startsWith('[') || /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/.test(name)
}

function shownName(labels: readonly string[], address: boolean, name: string): string {
  if (address) return name
  return labels.map(label => (label.startsWith('xn--') ? domainToUnicode(label) || label : label)).join('.')
}

/** Whether `host` is `domain` or lies below it. */
export function isUnder(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

/**
 * The part of a host that somebody registered or rented: below a shared host (`mexc.workers.dev`) the tenant's label
 * counts, since tenants are strangers to each other. An address is its own.
 */
export function registrableDomain(host: Host, hosts: HostList): string {
  if (host.address) return host.name
  const { labels } = host
  const shared = sharedSuffix(host.name, hosts)
  const keep = shared === undefined ? suffixLength(labels, hosts) + 1 : shared.split('.').length + 1
  return labels.slice(-keep).join('.')
}

function suffixLength(labels: readonly string[], hosts: HostList): number {
  return hosts.secondLevel.includes(labels.slice(-2).join('.')) && labels.length > 2 ? 2 : 1
}

const tenantKinds: ReadonlySet<string> = new Set(['compute', 'tunnel', 'database', 'storage'])

/** The shared-hosting domain a host lies below (`workers.dev`), where it does. */
export function sharedSuffix(host: string, hosts: HostList): string | undefined {
  for (const known of hosts.classes) {
    if (!tenantKinds.has(known.kind)) continue
    for (const pattern of known.patterns) if (host !== pattern && isUnder(host, pattern)) return pattern
  }
  return hosts.documentation.find(domain => host !== domain && isUnder(host, domain))
}
