import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { namesHost } from './addresses.ts'
import { textsOf } from './constants.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { headerTaints } from './header-fields.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { joinTaints, nothing, ofObject, type ObjectValue, type Taint, type Value } from './values.ts'

/** Where a request goes and what of its options is address, content or mere configuration. */

export type RequestParts = {
  readonly url: readonly Text[]
  readonly host: readonly Text[]
  readonly port: readonly Text[]
  readonly path: readonly Text[]
  readonly protocol: readonly Text[]
  readonly destTaints: readonly Taint[]
  readonly payload: readonly Taint[]
  /** What stands where the content of a request does. */
  readonly sent: readonly Value[]
  readonly header: readonly Taint[]
  /** In header fields that only answers have. */
  readonly answered: readonly Taint[]
}

/** Clusters of databases, queues and search engines: one address or a list. */
const clusters = ['endpoint', 'node', 'nodes', 'servers', 'brokers', 'connectionString'] as const
const destFields = [
  'url',
  'uri',
  'href',
  'baseURL',
  'baseUrl',
  'prefixUrl',
  'host',
  'hostname',
  'port',
  'path',
  'pathname',
  'search',
  'protocol',
  'socketPath',
  ...clusters,
] as const
const lists: ReadonlySet<string> = new Set(clusters)

/** The addresses of a list, and only those: `node` is a word for other things too. */
function addressesIn(machine: Interpreter, value: Value, frame: Frame): readonly Text[] {
  const all = value.objects.some(({ kind }) => kind === 'array')
    ? elementsOf(machine, value, frame).any
    : value
  return all.known.filter(
    text =>
      typeof text === 'string' && /^(?:[a-z][a-z0-9+.-]*:\/\/)?[\w-]+(?:\.[\w-]+)+(?:[:/]|$)/i.test(text),
  ) as string[]
}

const payloadFields = [
  'body',
  'data',
  'json',
  'form',
  'formData',
  'params',
  'query',
  'qs',
  'searchParams',
  'payload',
  'multipart',
  'input',
  'auth',
  'text',
  'html',
] as const

export function requestParts(
  machine: Interpreter,
  options: readonly Value[],
  frame: Frame,
  place: Place,
): RequestParts {
  const texts: Record<string, Text[]> = {}
  let destTaints: readonly Taint[] = []
  let payload: readonly Taint[] = []
  let header: readonly Taint[] = []
  let answered: readonly Taint[] = []
  const sent: Value[] = []
  for (const option of options) {
    for (const object of option.objects) {
      if (object.kind === 'array' || object.model?.name === 'url') continue
      const field = (name: string): Value => {
        if (!isGiven(object, name) && object.parents === undefined && object.rest === undefined) {
          machine.read(machine.field(object, name), frame)
          return nothing
        }
        return namedMember(machine, ofObject(object), name, frame, place)
      }
      for (const name of destFields) {
        const value = field(name)
        if (value === nothing || (value.open && value.known.length === 0 && value.taints.length === 0)) {
          // A host that is given and not known is not this computer.
          if (value !== nothing && isGiven(object, name) && (name === 'host' || name === 'hostname'))
            (texts[name] ??= []).push(HOLE)
          continue
        }
        ;(texts[name] ??= []).push(...(lists.has(name) ? addressesIn(machine, value, frame) : textsOf(value)))
        destTaints = joinTaints(destTaints, value.taints)
      }
      for (const name of payloadFields) {
        const value = field(name)
        if (value !== nothing) sent.push(value)
        payload = joinTaints(payload, machine.deepTaints(value, frame))
      }
      const headers = headerTaints(machine, field('headers'), frame)
      header = joinTaints(header, headers.header)
      payload = joinTaints(payload, headers.content)
      answered = joinTaints(answered, headers.answered)
      if (object.rest !== undefined)
        payload = joinTaints(payload, machine.deepTaints(machine.read(object.rest, frame), frame))
    }
  }
  const of = (...names: string[]) => names.flatMap(name => texts[name] ?? [])
  return {
    url: [...of('url', 'uri', 'href', ...lists)],
    host: of('baseURL', 'baseUrl', 'prefixUrl', 'hostname', 'host'),
    port: of('port'),
    path: of('path', 'pathname'),
    protocol: of('protocol'),
    destTaints,
    payload,
    sent,
    header,
    answered,
  }
}

/** Whether there is anything in the field: one that was only asked for before is there as well. */
function isGiven({ fields }: ObjectValue, name: string): boolean {
  return (fields.get(name)?.value ?? nothing) !== nothing
}

export function destinationsOf(
  machine: Interpreter,
  dest: Value,
  parts: RequestParts,
  bare: readonly Value[] | undefined,
  frame: Frame,
  place: Place,
): readonly Text[] {
  const found = new Set<Text>()
  for (const constant of dest.known) {
    if (typeof constant === 'string') found.add(constant)
    else if (typeof constant === 'number' && bare !== undefined) {
      // net.connect(port, host)
      for (const host of bare[1] === undefined || bare[1].functions.length > 0
        ? ['localhost']
        : textsOf(bare[1]))
        found.add(`${host}:${constant}`)
    }
  }
  for (const object of dest.objects) {
    if (object.model?.name === 'url')
      for (const text of textsOf(machine.read(object.model.texts, frame))) found.add(text)
    else if (object.fields.has('url'))
      for (const text of textsOf(namedMember(machine, ofObject(object), 'url', frame, place))) found.add(text)
  }
  for (const url of parts.url)
    found.add(url.startsWith('/') && parts.host[0] !== undefined ? parts.host[0] + url : url)
  if (parts.url.length === 0) {
    for (const host of parts.host) {
      const port = parts.port[0] === undefined ? '' : `:${parts.port[0]}`
      const scheme =
        host.includes('://') || bare !== undefined
          ? ''
          : `${(parts.protocol[0] ?? 'https:').replace(/:$/, '')}://`
      for (const path of parts.path.length === 0 ? [''] : parts.path.slice(0, 6))
        found.add(`${scheme}${host}${host.includes(':') ? '' : port}${path}`)
    }
  }
  if (parts.host.length === 0 && parts.url.length === 0 && bare !== undefined && parts.port.length > 0)
    found.add(`localhost:${parts.port[0]}`)
  if (dest.open && found.size === 0) found.add(HOLE)
  return [...found].slice(0, 16)
}

/** `axios.defaults.baseURL = address` holds for every request of the program. */
export function commonBase(machine: Interpreter, api: string, frame: Frame): readonly Text[] {
  if (!api.startsWith('pkg:axios')) return []
  const cell = machine.globals.get('pkg:axios.defaults.baseURL')
  return cell === undefined ? [] : textsOf(machine.read(cell, frame)).filter(namesHost)
}

/** Addresses as they are asked for, below the one the client was made for. */
export function placedBelow(bases: readonly Text[], addressed: readonly Text[]): readonly Text[] {
  if (bases.length === 0) return addressed
  const paths = addressed.length === 0 ? [''] : addressed
  return paths.flatMap(path =>
    /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(path)
      ? [path]
      : bases.map(base => (path === '' ? base : `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}`)),
  )
}
