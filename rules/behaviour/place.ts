import { HOLE } from '../../lib/types.ts'
import type { Context, Inspection, Text } from '../../lib/types.ts'
import { brandScore } from '../brands/brand-score.ts'
import { hostClass, isLocal, isSharedHosting } from '../hosts/host-class.ts'
import { hostOf, isUnder } from '../hosts/host.ts'
import { isKeepers, isNamesake } from '../hosts/namesake.ts'
import type { Host } from '../hosts/host.ts'
import { isOwnHost, ownersOfHost } from '../hosts/own-host.ts'
import type { HostList } from '../lists.ts'

/**
 * What stands at the other end, from harmless to telling:
 * `local` this machine; `own` the package's homepage or the brand it speaks for; `supply` a registry or release page;
 * `service` a listed brand's own host; `unknown` computed or configured; `foreign` a host the package never mentions;
 * `rented` a name anybody can rent for an hour; `capture` made to collect what it is sent, or a bare address.
 */
export type PlaceKind = 'local' | 'own' | 'supply' | 'service' | 'unknown' | 'foreign' | 'rented' | 'capture'

export type Place = {
  readonly kind: PlaceKind
  /** The host as a person reads it; undefined where it is unknown. */
  readonly host: Host | undefined
  /** The kind of collector or rented host, where it is one. */
  readonly class: string | undefined
  /** No honest package was seen to name such a host: a bare public address, a catcher of requests, the author’s bot. */
  readonly telling: boolean
  /** Without TLS anybody on the way may answer. */
  readonly plain: boolean
}

const order: readonly PlaceKind[] = [
  'local',
  'own',
  'supply',
  'service',
  'unknown',
  'foreign',
  'rented',
  'capture',
]

/** Kinds of rented hosts that are there to hand over what was sent or to hide who answers. */
const collecting: ReadonlySet<string> = new Set([
  'capture',
  'oast',
  'chat',
  'paste',
  'filedrop',
  'tunnel',
  'darknet',
])

/** Credentials of a bot, a webhook or an account written into the code: the author's own mailbox, never the user's. */
const mailbox =
  /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^\s/@:\u0001]+:[^\s/@\u0001]+@|\/bot[0-9]{6,12}:[\w-]{4,}|\/api\/webhooks\/[0-9]{6,}|\/services\/T[0-9A-Z]{4,}\/B[0-9A-Z]{4,}/

/** The class of a place whose owner stands in the code, whosever the host is. */
export const mailboxes = 'an account, a bot or a webhook written into the code'

/** A key, a queue or a bucket written into the code, of a service that keeps what it is told for everybody. */
const project = /^project:|^https?:\/\/[^\s/@:\u0001]{8,}(?::[^\s/@\u0001]*)?@/i

/** The class of a place at a known service that belongs to whoever wrote its name into the code. */
export const projects = 'an account there that is written into the code'

/** The most telling of several destinations: data that also goes to a stranger goes to a stranger. */
export function placeOf(destinations: readonly Text[], inspection: Inspection, context: Context): Place {
  let worst: Place | undefined
  for (const destination of whole(destinations.slice(0, 24))) {
    const place = onePlace(destination, inspection, context)
    if (worst === undefined || order.indexOf(place.kind) > order.indexOf(worst.kind)) worst = place
  }
  return worst ?? { kind: 'unknown', host: undefined, class: undefined, telling: false, plain: false }
}

/** Lengths of one host from which on they are what a loop leaves that takes letters off its end. */
const manyLengths = 3

/** Without addresses whose hosts are beginnings of another: a loop that trims slashes gives every length there is. */
function whole(destinations: readonly Text[]): readonly Text[] {
  if (destinations.length < manyLengths) return destinations
  const names = new Set(destinations.flatMap(text => hostOf(text)?.name ?? []))
  const cut = new Set<string>()
  for (const name of names) {
    const lengths = [...names].filter(other => name.startsWith(other) && other !== name)
    if (lengths.length >= manyLengths) for (const other of lengths) cut.add(other)
  }
  return cut.size === 0 ? destinations : destinations.filter(text => !cut.has(hostOf(text)?.name ?? ''))
}

function onePlace(destination: Text, inspection: Inspection, context: Context): Place {
  const host = hostOf(destination)
  const plain = /^(?:http|ws|ftp):/i.test(destination)
  const place = (kind: PlaceKind, name?: string, telling = false): Place => ({
    kind,
    host,
    class: name,
    telling,
    plain,
  })
  if (host === undefined) return isLocalText(destination) ? place('local') : place('unknown')
  if (isLocal(host)) return place('local')
  const { lists } = context
  const known = hostClass(host, lists.hosts)
  if (mailbox.test(destination)) return place('capture', mailboxes, true)
  if (known !== undefined && (known.weight >= 3 || (collecting.has(known.kind) && known.weight >= 2)))
    return place('capture', known.class, known.weight >= 3)
  if (host.labels.at(-1) === '*' || !isHostName(host, destination)) return place('unknown')
  const claim = brandScore(context.name, lists)
  if (isOwnHost(host, inspection.manifest, claim.standing === 'unknown' ? [] : claim.brands, lists))
    return place('own')
  if (isNamesake(host, context.name, lists) || isKeepers(host, inspection.manifest, context.name, lists))
    return place('own')
  if (destination.startsWith('mailto:')) return place('capture', mailboxes, true)
  if (project.test(destination)) return place('rented', projects)
  if (isSupply(host, lists.hosts)) return place('supply')
  if (ownersOfHost(host, lists).length > 0) return place('service')
  if (known !== undefined && known.kind !== 'tld') return place('rented', known.class)
  if (isSharedHosting(host, lists.hosts)) return place('rented', 'shared hosting')
  return place('foreign')
}

/** A template or a file name in the place of an address is no host anybody owns. */
function isHostName({ name, address }: Host, destination: Text): boolean {
  return (
    address ||
    (/^[\w*-]+(?:\.[\w*-]+)*$/.test(name) &&
      !/\.(?:gz|tgz|tar|xz|json|[cm]?[jt]s|html?|exe|node|txt|png|wasm|dat|data|bin|ya?ml|toml|map|css|svg|sha\d{1,3}(?:sum)?|asc|sig|hh?|hpp|cpp|cxx|dll|dylib|jar|sql|conf|cfg|ini|lock|woff2?|ttf|otf|pdf|tsx?|jsx|rb|ps1)$/.test(
        name,
      ) &&
      (/^[a-z]+:\/\//i.test(destination) || !/\.(?:sh|zip)$/.test(name)))
  )
}

function isLocalText(destination: Text): boolean {
  const text = destination.trim().toLowerCase()
  return (
    text.startsWith('/') ||
    text.startsWith('unix:') ||
    text.startsWith('\\\\.\\pipe') ||
    /^(?:[a-z]+:\/\/)?localhost\b/.test(text)
  )
}

/** npm's registries, Node's downloads, and the release files of a repository. */
function isSupply(host: Host, { supplies }: HostList): boolean {
  if (supplies.some(name => isUnder(host.name, name))) return true
  return host.name === 'github.com' && /^\/[^/]+\/[^/]+\/(?:releases|archive)\//.test(host.path)
}

/** Whether the place is a named stranger: neither the package's own, nor a service or registry, nor configured. */
export function isStranger({ kind }: Place): boolean {
  return kind === 'foreign' || kind === 'rented' || kind === 'capture'
}

/** What is odd about the place, as the end of a sentence; empty where nothing is known of it. */
export function placeInWords({ kind, host, class: name }: Place): string {
  switch (kind) {
    case 'capture':
      if (name === mailboxes) return `to ${mailboxes}`
      return host?.address === true
        ? 'a bare address that belongs to nobody by name'
        : `made to collect what it is sent (${name ?? 'a collector'})`
    case 'rented':
      if (name === projects) return projects
      return name !== undefined && /storage|ipfs/.test(name)
        ? 'where anybody can keep files'
        : `a name anybody can rent (${name ?? 'shared hosting'})`
    case 'foreign':
      return 'a host the package mentions nowhere else'
    case 'own':
      return 'a host of its own name or homepage'
    case 'service':
      return 'a known service'
    case 'supply':
      return 'a registry or release page'
    case 'local':
      return 'this machine'
    case 'unknown':
      return 'not written in the code'
  }
}

/** The hosts inside a command line: the addresses and names that network tools are given. */
export function addressesIn(command: Text): readonly Text[] {
  const urls = command.match(/\b(?:https?|ftp|wss?):\/\/[^\s'"`|;<>)]{1,500}/g) ?? []
  if (urls.length > 0) return urls
  const names = command.match(/(?:[\w\u0001-]{1,63}\.){1,10}[a-z]{2,18}(?![\w.(])/g) ?? []
  return names.filter(name => !/\.(?:js|cjs|mjs|json|sh|txt|py|ps1|exe|gz|zip|tgz|log|tmp|node)$/.test(name))
}

/** Names that are words as well: `host` is a program where a command begins. */
const wordAndTool =
  /(?:^|[\n;|&("'`/]|\$\(|\b(?:sudo|time|nohup|exec|do|then|timeout\s{1,3}[\w.]{1,9}|xargs(?:\s{1,3}-\S{1,20}){0,6}(?:\s{1,3}\d{1,6})?)\s)\s{0,9}(?:host|ping)(?:\.exe)?(?:\s|$)/i

/** Whether a command line hands what it is given to another machine. */
export function isNetworkTool(command: Text): boolean {
  const text = command.replaceAll(HOLE, ' ? ')
  return (
    /(?:^|[\s/;|&"'`(])(?:curl|wget|nslookup|dig|nc|ncat|netcat|ftp|sftp|scp|rsync|telnet|invoke-webrequest|invoke-restmethod|iwr|irm|bitsadmin|certutil)(?:\.exe)?(?:\s|$)|\bgit\s+push\b|\bgh\s+(?:api|gist|repo)\b|\baws\s+s3\s+cp\b/i.test(
      text,
    ) || wordAndTool.test(text)
  )
}
