import { isLocal, namesHost } from './addresses.ts'
import {
  argument,
  callable,
  flowInto,
  handResult,
  instance,
  sendTo,
  startedName,
  type ModelledCall,
} from './effects.ts'
import { sendHeaders } from './client-hooks.ts'
import { keepFetched } from './fetched.ts'
import { giveTaints } from './handing.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { resourcesIn } from './projects.ts'
import { isShown } from './shown-requests.ts'
import type { Place } from './sites.ts'
import {
  join,
  joinTaints,
  known,
  nothing,
  ofObject,
  changed,
  opened,
  tainted,
  unsure,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'
import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'

/** Packages that no model describes, told by what they are given: what is made for an address sends there. */

/** Fields of options that say where a client sends. */
const addressFields =
  /^(?!(?:home|website|webpage|favicon|author|manual|doc|image|avatar|icon|logo|photo|redirect|callback|return|thumb|repo|site|public|asset|cdn|link|help|license|source|terms|privacy|issue|bug)\w{0,20}$)\w{0,30}(?:url|uri|endpoint|host|hostname|origin|address|server)$|^(?:dsn|broker|gateway|collector|service|connection|connectionstring|authdomain|storagebucket)$/i

/** Fields whose objects say where what is logged, traced or counted goes. */
const outlets = /^(?:transports?|targets?|exporters?|\w{1,20}Exporter|appenders?|sinks?|reporters?|options)$/i

/** Functions that make a client or send by themselves; whatever is constructed is a client. */
const making =
  /^(?:create|connect|client|init|make|configure|setup|open|request|fetch|post|put|patch|send|upload|report|track|push|publish|capture|identify|clone|download|extract|pull|fromUrl|(?:https?|tcp|tls|websocket)$)|(?:Request|Fetch|Client|Upload|Link|Transport|Exporter|Adapter)$/i

/** Packages that are themselves a function to send with: `url-join` and `terminal-link` take addresses too. */
const clients =
  /fetch|request|https?|client|ajax|rest|sdk|socket|analytics|telemetry|track|webhook|upload|download|grpc|rpc/i

/** Functions after which every other one of the package sends. */
const starting = /^(?:init\w{0,20}|configure|config|setConfig|setOptions|setup|start|load)$/i

/** Methods that say where something that was made before sends. */
const telling =
  /^(?:connect|open|start|with(?:Url|Host|Endpoint)|set(?:Url|Opt|Host|Endpoint|Server|Config|Options)|url|host|endpoint|server|baseUrl|dial|goto|join)$/i

/** Functions that connect take a bare name of a host. */
const connecting = /client|connect|socket|tunnel|session/i

/** Fields whose objects hold the options of a connection. */
const inner = /(?:options|config|connection|settings|datasources?|db|transport|remote|server|node)s?$/i

const maxFields = 60

/** What leaves with an unknown client although nobody passes it a message: nothing else belongs into its options. */
const neverOptions: ReadonlySet<string> = new Set(['credential-file', 'env', 'metadata-service', 'clipboard'])

/** A call into a package that no model describes: a client it makes, undefined where it makes none. */
export function strangersClient(machine: Interpreter, call: ModelledCall): Value | undefined {
  const { handle, constructed, given, frame } = call
  const path = handle.api.slice('pkg:'.length)
  const name = path.slice(path.lastIndexOf('.') + 1).replaceAll('()', '')
  const started = noteStarted(machine, call)
  const held = sendThrough(machine, call) ?? started
  if (held !== undefined) return held
  const options = given.list.slice(0, 3)
  if (options.every(value => value.known.length === 0 && value.objects.length === 0)) return undefined
  const isNamed = constructed || (path.includes('.') ? making : clients).test(name) || starting.test(name)
  const isClient =
    isNamed || options[0]!.known.some(isAddress) || (!path.includes('.') && options[0]!.objects.length > 0)
  const outlet = outletsOf(machine, options, frame)
  if (!isClient && outlet === nothing) return undefined
  const addresses = isClient ? addressesOf(machine, options, frame, connecting.test(name)) : []
  if (addresses.length === 0) {
    const through = isClient ? passThrough(machine, call) : nothing
    if (outlet !== nothing) return outlet.open ? clientFor(machine, outlet, call) : outlet
    if (through !== nothing) return through
    if (constructed) entrust(machine, call)
    return undefined
  }
  // `url-join` takes addresses too: what is passed to what it gives tells them apart.
  if (isNamed) tell(machine, call, addresses, !constructed && sending.test(name))
  const made = clientFor(machine, addresses.map(known).reduce(join, nothing), call)
  hear(machine, made, addresses, call)
  if (starting.test(name)) machine.write(machine.global(startedName(handle.api)), made)
  return made
}

/** Whatever a client of one place gives or calls back with, was said there; perhaps: nobody knows what it does. */
function hear(machine: Interpreter, made: Value, addresses: readonly Text[], call: ModelledCall): void {
  const heard = unsure([machine.source('network', (addresses[0] ?? HOLE).slice(0, 300), call.place)])
  for (const object of made.objects) giveTaints(machine, object, heard)
  // `createClient(address, (error, client) => …)`.
  const gives = /client|connect|open/i.test(call.handle.api) ? made.objects : []
  handResult(machine, changed(tainted(heard), { objects: gives }), call)
  keepFetched(machine, heard, call)
}

/**
 * `set(ref(database, path), data)`, `addDoc(collection(db, name), data)`: functions that work on a client are given it
 * first, send what else they are given through it, and give a part of it back.
 */
function sendThrough(machine: Interpreter, call: ModelledCall): Value | undefined {
  const clients = argument(call, 0).objects.filter(({ model }) => model?.name === 'store')
  if (clients.length === 0) return undefined
  const taints = machine.allTaints(call.given.list.slice(1), call.frame)
  if (taints.length > 0)
    for (const { model } of clients) if (model !== undefined) sendTo(machine, model, taints, nothing, call)
  return changed(nothing, { objects: clients })
}

const sending =
  /^(?:request|fetch|post|put|patch|send|upload|report|track|push|publish)|(?:Request|Fetch|Upload)$/

/** Whoever sends gets a message; whoever is made for an address gets options, into which some things never belong. */
function tell(
  machine: Interpreter,
  call: ModelledCall,
  destinations: readonly Text[],
  isMessage: boolean,
): void {
  const taints = machine.allTaints(call.given.list, call.frame)
  const told = isMessage ? taints : taints.filter(({ source }) => neverOptions.has(source.kind))
  // The caller's own token is what such a header is for; what nobody handed over has no place there.
  const signed = isMessage ? headersIn(machine, call).filter(({ source }) => isCallers(source.kind)) : []
  const content = told.filter(taint => !signed.some(({ source }) => source === taint.source))
  flowInto(machine, content, { kind: 'network', role: 'payload', destinations }, call)
  flowInto(machine, signed, { kind: 'network', role: 'header', destinations }, call)
}

function isCallers(kind: Taint['source']['kind']): boolean {
  return kind === 'caller' || kind === 'caller-secret'
}

/** What the options of a request have under `headers`, at whatever depth. */
function headersIn(machine: Interpreter, { given, frame }: ModelledCall): readonly Taint[] {
  let layer = given.list.slice(1, 4).flatMap(({ objects }) => objects.slice(0, 3))
  let taints: readonly Taint[] = []
  for (let depth = 0; depth < 3 && layer.length > 0; depth++) {
    const next: ObjectValue[] = []
    for (const object of layer)
      for (const [name, field] of fieldsOf(machine, object, frame))
        if (name === 'headers') taints = joinTaints(taints, machine.deepTaints(field, frame))
        else next.push(...field.objects.slice(0, 3))
    layer = next.slice(0, maxFields)
  }
  return taints
}

const sendingNames =
  /^(?:post|put|patch|request|fetch|send|upload|publish)(?:Json|JSON|Form|FormData|Async|Text)?$/

/**
 * `http.post(address, data)` of something nobody knows: whoever made it, the address says where the data goes. A form
 * that is told where to goes there with what is in it.
 */
export function sendByName(
  machine: Interpreter,
  name: string,
  self: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): void {
  const [first, ...rest] = given.list
  if (first === undefined) return
  if (visiting.test(name)) visit(machine, name, first, frame, place)
  if (name === 'request') resend(machine, first, frame, place)
  const isForm = name === 'submit' && self.objects.some(({ kind }) => kind === 'map')
  if (!isForm && (rest.length === 0 || !sendingNames.test(name))) return
  const destinations = isForm
    ? addressesOf(machine, [first], frame)
    : [...first.known, ...(isList(first) ? elementsOf(machine, first, frame).any.known : [])]
        .filter(isAddress)
        .filter(text => !isLocal([text]))
        .slice(0, 6)
  if (destinations.length === 0) return
  const taints = machine.allTaints([...(isForm ? [self] : []), ...rest.slice(0, 3)], frame)
  const call = { handle: machine.handle(`pkg:*.${name}`), frame, place }
  flowInto(machine, taints, { kind: 'network', role: 'payload', destinations }, call)
}

/** `client.request({ ...config, baseURL })`, `client({ … })`: what a hook was shown, made again for another address. */
export function resend(machine: Interpreter, { objects }: Value, frame: Frame, place: Place): void {
  for (const request of objects.slice(0, 3))
    if (request.fields.has('headers') && !isShown(request)) sendHeaders(machine, request, frame, place)
}

/** Methods that go to an address, and what nobody has a reason to put into one. */
const visiting = /^(?:goto|navigate|loadURL|open|visit|get|head)$/
const neverInAddress: ReadonlySet<string> = new Set([...neverOptions, 'env-secret'])

/** `page.goto('https://host/?' + secret)` of something nobody knows. */
function visit(machine: Interpreter, name: string, address: Value, frame: Frame, place: Place): void {
  const taints = address.taints.filter(({ source: { kind } }) => neverInAddress.has(kind))
  if (taints.length === 0) return
  const destinations = address.known
    .filter(isAddress)
    .filter(text => !isLocal([text]))
    .slice(0, 6)
  const call = { handle: machine.handle(`pkg:*.${name}`), frame, place }
  if (destinations.length > 0)
    flowInto(machine, taints, { kind: 'network', role: 'dest', destinations }, call)
}

const answering =
  /^(?:parse|get|fetch|load|read|open|query|search|download|import|subscribe|watch|listen|pull|scrape|crawl)(?:URL|Url|From|Many|Async|Text|Json|JSON|Feed|File)?$/

/** `parser.parseURL(address)` of something nobody knows: what it gives and calls back with is perhaps what that place said. */
export function heardFrom(
  machine: Interpreter,
  name: string,
  { list: [first] }: Arguments,
  frame: Frame,
  place: Place,
): readonly Taint[] {
  if (first === undefined || !answering.test(name)) return []
  const texts = [...first.known, ...(isList(first) ? elementsOf(machine, first, frame).any.known : [])]
  const address = texts.filter(isAddress).find(text => !isLocal([text]))
  return address === undefined ? [] : unsure([machine.source('network', address.slice(0, 300), place)])
}

/** `pool.publish([relay, relay], event)`. */
function isList({ objects }: Value): boolean {
  return objects.length > 0 && objects.length < 3 && objects.every(({ kind }) => kind === 'array')
}

/** `knex({ connection })`, `new Sequelize(url)`: where the address stands in the code, the database is the author's. */
export function openDatabase(machine: Interpreter, call: ModelledCall): Value {
  const addresses = addressesOf(machine, call.given.list.slice(0, 5), call.frame)
  if (addresses.length === 0) return instance(machine, 'database', call)
  machine.fact({ kind: 'contacts', api: call.handle.api, destinations: addresses }, call.frame, call.place)
  const made = clientFor(machine, addresses.map(known).reduce(join, nothing), call)
  hear(machine, made, addresses, call)
  return made
}

function clientFor(machine: Interpreter, addresses: Value, call: ModelledCall): Value {
  const made = instance(machine, 'store', call, changed(nothing, { known: addresses.known }))
  for (const object of made.objects) if (!object.fields.has('%target')) callable(machine, object, made)
  return made
}

/**
 * What a logger or tracer is made with to send: `{ transports: [new Http({ host })] }` holds clients, and
 * `{ transport: { targets: [{ options: { url } }] } }` addresses, which make the answer an open one.
 */
function outletsOf(machine: Interpreter, options: readonly Value[], frame: Frame): Value {
  let found = nothing
  const queue: { readonly object: ObjectValue; readonly depth: number }[] = options.flatMap(({ objects }) =>
    objects.slice(0, 3).map(object => ({ object, depth: 0 })),
  )
  for (let at = 0; at < queue.length && at < maxFields; at++) {
    const { object, depth } = queue[at]!
    if (object.fields.size > maxFields || depth > 4) continue
    if (object.kind !== 'object' && object.kind !== 'array') continue
    for (const [name, cell] of object.fields) {
      const isOutlet = outlets.test(name) && (depth > 0 || name !== 'options')
      if (!isOutlet && depth === 0) continue
      const value = machine.read(cell, frame)
      if (depth > 0 && addressFields.test(name))
        for (const text of value.known)
          if (isAddress(text) && !isLocal([text])) found = join(found, opened(known(text)))
      for (const inner of value.objects)
        if (inner.model?.name === 'store') found = join(found, ofObject(inner))
        else if (isOutlet || object.kind === 'array') queue.push({ object: inner, depth: depth + 1 })
    }
  }
  return found
}

/** `Sentry.init({ dsn })`, and later `Sentry.setContext(name, data)`. */
function noteStarted(machine: Interpreter, call: ModelledCall): Value | undefined {
  const cell = machine.globals.get(startedName(call.handle.api))
  if (cell === undefined) return undefined
  const { objects } = machine.read(cell, call.frame)
  const taints = machine.allTaints(call.given.list, call.frame)
  if (taints.length > 0)
    for (const { model } of objects) if (model !== undefined) sendTo(machine, model, taints, nothing, call)
  // `mongoose.model(name, schema)`: what is made of it keeps things there.
  return objects.length === 0 || !/\.(?:model|Model|define)$/.test(call.handle.api)
    ? undefined
    : changed(nothing, { objects })
}

/**
 * `new NodeSDK({ resource, traceExporter })`: what lies beside a client goes out through it, and so does what is passed to
 * whatever was made with it (`new ApolloClient({ link })`).
 */
function passThrough(machine: Interpreter, call: ModelledCall): Value {
  let clients = nothing
  const collect = ({ objects }: Value): void => {
    for (const one of objects) if (one.model?.name === 'store') clients = join(clients, ofObject(one))
  }
  for (const value of call.given.list.slice(0, 3))
    for (const object of value.objects)
      for (const [, field] of fieldsOf(machine, object, call.frame)) {
        collect(field)
        if (field.objects.some(({ kind }) => kind === 'array'))
          collect(elementsOf(machine, field, call.frame).any)
      }
  if (clients === nothing) return nothing
  const taints = machine
    .deepTaints(argument(call, 0), call.frame)
    .filter(({ source }) => neverOptions.has(source.kind))
  const destinations = taints.length > 0 ? resourcesIn(machine, call.given, call.frame) : []
  for (const { model } of clients.objects)
    if (model !== undefined) sendTo(machine, model, taints, nothing, call)
  if (destinations.length > 0)
    flowInto(machine, taints, { kind: 'network', role: 'payload', destinations }, call)
  return clients
}

/** What a client of another package signs in with belongs to whom that client speaks to. */
function entrust(machine: Interpreter, call: ModelledCall): void {
  const isSuper = /^super\b/.test(call.place.file.text.slice(call.place.start, call.place.start + 6))
  const taints = machine.allTaints(call.given.list.slice(0, 3), call.frame)
  flowInto(
    machine,
    taints.filter(({ source: { kind } }) => kind === 'caller-secret' || (isSuper && kind === 'caller')),
    { kind: 'network', role: 'client', destinations: [] },
    call,
  )
}

function fieldsOf(
  machine: Interpreter,
  object: ObjectValue,
  frame: Frame,
): readonly (readonly [string, Value])[] {
  if (object.fields.size > maxFields || object.model !== undefined || object.kind !== 'object') return []
  return [...object.fields].map(([name, cell]) => [name, machine.read(cell, frame)])
}

function addressesOf(
  machine: Interpreter,
  options: readonly Value[],
  frame: Frame,
  connects = false,
): readonly Text[] {
  const found = new Set<Text>()
  const add = (text: unknown, bare: boolean): void => {
    if (isAddress(text)) found.add(text)
    else if (accountIn(text) !== undefined) found.add(accountIn(text)!)
    else if (bare && isHostName(text)) found.add(`https://${text}`)
  }
  for (const [at, { known }] of options.slice(0, 2).entries())
    for (const text of known) add(text, connects && at === 0)
  let layer = options.flatMap(({ objects }) => objects.slice(0, 3))
  for (let depth = 0; depth < 3 && layer.length > 0; depth++) {
    const next: ObjectValue[] = []
    for (const object of layer)
      for (const [name, field] of fieldsOf(machine, object, frame)) {
        if (addressFields.test(name)) for (const text of field.known) add(text, true)
        if (connects || inner.test(name)) next.push(...field.objects.slice(0, 3))
      }
    layer = next
  }
  return [...found].filter(text => !isLocal([text])).slice(0, 6)
}

/**
 * `client.connect('tcp://host')` of something nobody knows, or that was made without an address: from then on it sends
 * there. Undefined where it is not told where to.
 */
export function toldWhereTo(
  machine: Interpreter,
  name: string,
  target: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  if (
    !telling.test(name) ||
    target.functions.length > 0 ||
    target.objects.some(({ model }) => model !== undefined)
  )
    return undefined
  if (!target.open || target.handles.length > 0) return undefined
  const addresses = addressesOf(machine, given.list.slice(0, 3), frame, connecting.test(name))
  if (addresses.length === 0) return undefined
  const handle = machine.handle(`pkg:*.${name}`)
  const call = { handle, self: target, given, frame, place, constructed: false }
  const made = clientFor(machine, addresses.map(known).reduce(join, nothing), call)
  hear(machine, made, addresses, call)
  return made
}

/** `Endpoint=sb://host/;SharedAccessKeyName=name;SharedAccessKey=key`: whoever wrote it into the code owns the account. */
function accountIn(text: unknown): Text | undefined {
  if (typeof text !== 'string' || text.length > 1_000 || text.includes(HOLE)) return undefined
  if (!/(?:^|;)\s*(?:SharedAccessKey|AccountKey|Password|Pwd|AccessKey)=[^;]{4}/i.test(text)) return undefined
  const place =
    /(?:^|;)\s*(?:Endpoint|HostName|Server|Data Source|\w{1,12}Endpoint)=(?:[a-z]{2,12}:)?(?:\/\/)?([^;/,]{4,200})/i.exec(
      text,
    )
  return place?.[1] === undefined ? undefined : `account://user:***@${place[1]}`
}

function isAddress(text: unknown): text is Text {
  return (
    typeof text === 'string' &&
    /^(?!file:|data:|about:|chrome)[a-z][a-z0-9+.-]{1,15}:\/\/\S{3,}$/i.test(text) &&
    namesHost(text)
  )
}

function isHostName(text: unknown): text is Text {
  return typeof text === 'string' && /^(?:[\w-]{1,63}\.){1,8}[a-z]{2,18}(?::\d{1,5})?$/i.test(text)
}

/** Joined with what a call gives. */
export function withClient(result: Value, client: Value | undefined): Value {
  return client === undefined
    ? result
    : join(result, changed(nothing, { objects: client.objects, taints: client.taints, open: true }))
}
