import { formAround, noteBeginning } from './forms.ts'
import { poolWords } from '../../pool-words.ts'
import { HOLE, type SourceKind, type Text } from '../../types.ts'
import { accountOf, inAccount } from './accounts.ts'
import { wordsOf } from './argument-words.ts'
import { textsOf } from './constants.ts'
import { requestOptions } from './client-hooks.ts'
import { cleanedBy, noteHashed, readByName } from './digests.ts'
import { isLocal, namesHost } from './addresses.ts'
import { withoutPassedOn } from './shown-requests.ts'
import { noteChatRequest, noteClientOfCaller } from './chats.ts'
import { commonBase, destinationsOf, placedBelow, requestParts } from './destinations.ts'
import { formsOf } from './path-patterns.ts'
import { giveTaints, hand } from './handing.ts'
import { keepFetched } from './fetched.ts'
import type { Interpreter } from './interpreter.ts'
import type { SourceFile } from './frame.ts'
import { elementsOf } from './elements.ts'
import { sendInAddress } from './markup.ts'
import { attachedTo, receiversOf } from './mails.ts'
import { givenField, isPlainCaller } from './members.ts'
import { noteManifest } from './manifests.ts'
import { addon } from './models/index.ts'
import type { Act } from './models/model.ts'
import { isMetadataService, sourceOfPath } from './models/paths.ts'
import { everyHeader } from './patching.ts'
import { pathText } from './paths.ts'
import { noteBucket, projectOf, resourcesIn } from './projects.ts'
import { behindPaths } from './read-for-others.ts'
import { noteStored } from './stored.ts'
import { awaitFile, storeFile } from './stored-files.ts'
import { jsonText } from './texts.ts'
import { noteImports, numberOf, wasm } from './webassembly.ts'
import {
  anything,
  hop,
  join,
  joinTaints,
  known,
  knowns,
  nothing,
  ofHandle,
  tainted,
  unsure,
  withTaints,
  changed,
  opened,
  type InstanceModel,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'
import { evaluateCode, shareContext } from './evaluating.ts'
import {
  allArguments,
  argument,
  feedProgram,
  flowInto,
  handResult,
  instance,
  type ActOf,
  type ModelledCall,
} from './modelled-call.ts'
import { start, startedFiles } from './starting.ts'

export { argument, flowInto, handResult, instance, type ModelledCall } from './modelled-call.ts'

/** Does what the model says and gives what it gives. */
export function act(machine: Interpreter, model: Act, call: ModelledCall): Value {
  switch (model.act) {
    case 'contact':
      return contact(machine, model, call)
    case 'send':
      return send(machine, model, call)
    case 'fill':
      if (call.handle.api === 'digest.update')
        noteHashed(call.self, argument(call, 0), machine.deepTaints(argument(call, 0), call.frame))
      for (const at of model.values)
        fillInstance(machine, call.self, machine.deepTaints(argument(call, at), call.frame))
      return call.self
    case 'resolve':
      return resolveName(machine, argument(call, model.name), call)
    case 'start':
      return start(machine, model, call)
    case 'evaluate':
      if (call.handle.api.endsWith('Context'))
        shareContext(machine, argument(call, model.code + 1), call.frame)
      return evaluateCode(
        machine,
        argument(call, model.code),
        call,
        model.gives === 'function' ? 'function' : 'program',
      )
    case 'load':
      return loadCode(machine, model, call)
    case 'read':
      return readFile(machine, argument(call, model.path), model.gives, call)
    case 'write':
      return writeFile(machine, model, call)
    case 'copy':
      return copyFile(machine, argument(call, model.from), argument(call, model.to), call)
    case 'delete':
      machine.fact(
        {
          kind: 'deletes',
          api: call.handle.api,
          paths: eachPath(machine, argument(call, model.path), call)
            .flatMap(deletedAs)
            .filter(deletable(call)),
        },
        call.frame,
        call.place,
      )
      return handResult(machine, anything, call)
    case 'chmod':
      machine.fact(
        {
          kind: locksOut(argument(call, model.path + 1)) ? 'deletes' : 'makes-executable',
          api: call.handle.api,
          paths: pathsOf(argument(call, model.path)),
        },
        call.frame,
        call.place,
      )
      return handResult(machine, anything, call)
    case 'exists':
      machine.guard('exists', call.frame, call.place)
      return handResult(
        machine,
        tainted(argument(call, model.path).taints.filter(taint => taint.source.kind === 'caller')),
        call,
      )
    case 'path':
      return call.handle.api === 'global:require.resolve'
        ? located(machine, call)
        : pathText(model.how, call.given)
    case 'source':
      return source(machine, model, call)
    case 'carry':
      return carry(machine, model.hop, call)
    case 'clean':
      return handResult(machine, cleanedBy(call.handle.api, call.self), call)
    case 'guard':
      machine.guard(model.kind, call.frame, call.place)
      return anything
    case 'make':
      if (call.handle.api === 'node:crypto.createHmac') machine.recorder.signs(argument(call, 1).taints)
      return instance(machine, model.instance, call)
    case 'listen':
      machine.fact(
        { kind: 'listens', api: call.handle.api, event: textsOf(argument(call, model.event))[0] ?? HOLE },
        call.frame,
        call.place,
      )
      return handResult(machine, anything, call)
    case 'does':
      return does(machine, model, call)
    case 'alias':
    case 'built-in':
      return anything
    default:
      return model satisfies never
  }
}

export function pathsOf(value: Value): readonly Text[] {
  return textsOf(value).map(text => text.slice(0, 1_000))
}

/** The same of what may be an address of a file: `new URL('./data.json', import.meta.url)`. */
function filesNamedBy(value: Value): readonly Text[] {
  const { objects, open, known: texts } = value
  const isAddress =
    !open && texts.length > 0 && objects.length > 0 && objects.every(({ model }) => model?.name === 'url')
  return textsOf(isAddress ? changed(value, { objects: [] }) : value).map(text =>
    text.replace(/^file:\/\/(?=\/)/, ''),
  )
}

/** One path, or a list of them: `del(['a', 'b'])`. */
function eachPath(machine: Interpreter, value: Value, { frame }: ModelledCall): readonly Text[] {
  const listed = value.objects.some(({ kind }) => kind === 'array')
    ? textsOf(changed(elementsOf(machine, value, frame).any, { open: false }))
    : []
  return [...pathsOf(value), ...listed].slice(0, 40)
}

/** `~/*` is everything in that folder, not one name that is not known. */
function deletedAs(path: Text): readonly Text[] {
  return /^[^*]*\/\*{1,2}$/.test(path) ? [path, ...formsOf(path)] : formsOf(path)
}

/** A mode with which not even its owner may open a file. */
function locksOut({ known: modes, open }: Value): boolean {
  return (
    !open &&
    modes.length > 0 &&
    modes.every(mode =>
      typeof mode === 'string'
        ? /^0{0,2}0[0-7]{2}$|^0$/.test(mode)
        : mode === 0 || (typeof mode === 'number' && mode < 0o100),
    )
  )
}

function models(value: Value): readonly { object: ObjectValue; model: InstanceModel }[] {
  return value.objects.flatMap(object =>
    object.model === undefined ? [] : [{ object, model: object.model }],
  )
}

function fillInstance(machine: Interpreter, self: Value, taints: readonly Taint[]): void {
  if (taints.length === 0) return
  for (const { model } of models(self)) machine.write(model.pending, tainted(taints))
}

// ---- the network

/** `bent(url, 'POST')(path, data)` and `new Model(data)`: what a client gives may itself be called. */
export function callable(machine: Interpreter, object: ObjectValue, made: Value): void {
  const sends = ofHandle(machine.handle('store.*', undefined, made))
  machine.writeField(object, '%target', sends)
  machine.writeField(object, '%construct', sends)
}

/** Where a library that was connected once and for all keeps its client. */
export function startedName(api: string): string {
  const path = api.slice('pkg:'.length)
  return `%started ${path.split('.', 1)[0] ?? path}`
}

function networkTaint(machine: Interpreter, destinations: readonly Text[], call: ModelledCall): Taint {
  const name = destinations.find(text => text !== HOLE) ?? HOLE
  const kind: SourceKind = destinations.some(isMetadataService) ? 'metadata-service' : 'network'
  const taint = machine.source(kind, name.slice(0, 300), call.place)
  if (kind === 'metadata-service') machine.reads(taint, call.handle.api, call.frame)
  return taint
}

/** Who a run of CI is, as it answers itself: good for whom it was asked for, and for nobody else. */
function identityAsked(
  machine: Interpreter,
  asked: readonly Taint[],
  destinations: readonly Text[],
  { place }: ModelledCall,
): readonly Taint[] {
  if (!asked.some(({ source }) => /^ACTIONS_ID_TOKEN_REQUEST_(?:URL|TOKEN)$/.test(source.name))) return []
  const audience = destinations.flatMap(text => /[?&]audience=([\w.:/@%-]{1,100})/.exec(text)?.[1] ?? [])[0]
  const name = audience === undefined ? 'ACTIONS_ID_TOKEN' : `ACTIONS_ID_TOKEN for ${audience}`
  return [machine.source('env-secret', name, place)]
}

function contact(machine: Interpreter, model: ActOf<'contact'>, call: ModelledCall): Value {
  const { frame, place } = call
  const dest = model.dest === undefined ? nothing : argument(call, model.dest)
  const options = (model.options ?? []).map(at => argument(call, at))
  const parts = requestParts(machine, options, frame, place)
  const addressed = destinationsOf(
    machine,
    dest,
    parts,
    model.host === true ? call.given.list : undefined,
    frame,
    place,
  )
  const below = call.below ?? commonBase(machine, call.handle.api, frame)
  const places = knownPlaces(machine, model, placedBelow(below, addressed), call)
  const destinations = inAccount(machine, options, places, frame, place).map(text =>
    withMutation(text, frame.file),
  )
  machine.fact({ kind: 'contacts', api: call.handle.api, destinations }, frame, place)
  const taint = networkTaint(machine, destinations, call)
  const asked = joinTaints(joinTaints(dest.taints, parts.destTaints), parts.header)
  const answered = joinTaints([taint], identityAsked(machine, asked, destinations, call))
  if (!isLocal(destinations)) {
    const inUrl = joinTaints(
      machine.deepTaints(
        changed(dest, {
          objects: dest.objects.filter(one => one.model?.name === 'url' || one.kind === 'map'),
        }),
        frame,
      ),
      parts.destTaints,
    )
    flowInto(
      machine,
      aboutDestination(inUrl, destinations),
      { kind: 'network', role: 'dest', destinations },
      call,
    )
    let payload = parts.payload
    for (const at of model.payload ?? [])
      payload = joinTaints(payload, machine.deepTaints(argument(call, at), frame))
    const sent = [...parts.sent, ...(model.payload ?? []).map(at => argument(call, at))]
    noteManifest(machine, sent, destinations, call.handle.api, call)
    noteChatRequest(machine, sent, destinations, joinTaints(inUrl, parts.header), call)
    flowInto(machine, payload, { kind: 'network', role: 'payload', destinations }, call)
    const carried = call.handle.api.startsWith('pkg:axios') ? machine.globals.get(everyHeader) : undefined
    const header =
      carried === undefined ? parts.header : joinTaints(parts.header, machine.read(carried, frame).taints)
    const signing = withoutPassedOn(header, dest, destinations, frame.file)
    flowInto(machine, signing, { kind: 'network', role: 'header', destinations }, call)
    flowInto(machine, parts.answered, { kind: 'network', role: 'answer-header', destinations }, call)
  }
  if (frame.thrown !== undefined) machine.write(frame.thrown, tainted([taint]))
  if (call.handle.api.startsWith('pkg:')) keepFetched(machine, [taint], call)
  if (model.gives === 'response') return handResult(machine, tainted(answered), call)
  const texts = destinations.reduce((value, text) => join(value, known(text)), nothing)
  const made = withTaints(instance(machine, model.gives, call, texts), answered)
  // `bent(url, 'POST')` is a function that sends.
  if (model.gives === 'store') {
    noteClientOfCaller(machine, made, allArguments(call))
    const given = machine.allTaints([dest, ...options], frame).filter(isPlainCaller)
    for (const object of made.objects) {
      if (!object.fields.has('%target')) callable(machine, object, made)
      if (given.length > 0) machine.writeField(object, givenField, tainted(given))
    }
  }
  // Whoever is connected to one place hears what is kept there.
  const keeps =
    (model.gives === 'store' && destinations.some(namesHost)) ||
    (model.gives === 'request' && call.handle.api.startsWith('pkg:'))
  // `mongoose.connect(address)`: whatever the library makes afterwards speaks to that place.
  if (keeps && /\.(?:connect|init|configure)$/.test(call.handle.api))
    machine.write(machine.global(startedName(call.handle.api)), made)
  if (model.gives === 'socket' || model.hears === true || keeps)
    for (const object of made.objects) giveTaints(machine, object, [taint])
  handResult(machine, tainted(answered), call)
  return made
}

const mutation = /\b(?:createCommitOnBranch|createRepository|cloneTemplateRepository|updateRef|createRef)\b/

/** What changes repositories by one address for everything: the file that asks it says which change. */
function withMutation(destination: Text, { text, constants }: SourceFile): Text {
  if (!destination.endsWith('api.github.com/graphql')) return destination
  const decoded = [...(constants?.values() ?? [])].map(({ value }) => value)
  const change = [text, ...decoded]
    .map(said => (typeof said === 'string' ? mutation.exec(said) : null))
    .find(found => found !== null)
  return change === undefined ? destination : `${destination}#${change[0]}`
}

/** Where a client of a service leads: to the author's account there, where it has one, else to where it was told. */
function knownPlaces(
  machine: Interpreter,
  model: ActOf<'contact'>,
  addressed: readonly Text[],
  call: ModelledCall,
): readonly Text[] {
  const named = addressed.filter(text => text !== HOLE)
  // `set(ref(database, path), data)`: where the client that is worked on was made for.
  const held = argument(call, 0).objects.flatMap(({ model: made }) =>
    made?.name === 'store' ? textsOf(machine.read(made.texts, call.frame)).filter(namesHost) : [],
  )
  const usual = held.length > 0 ? held : [model.at ?? HOLE]
  const found = model.at === undefined || named.length > 0 ? addressed : usual
  if (model.project !== undefined) {
    const project = projectOf(machine, argument(call, model.project), found, call.frame)
    return project === undefined ? found : [project]
  }
  if (model.account === undefined) return found
  const account = accountOf(
    machine,
    argument(call, model.account),
    model.at === undefined ? found : [model.at],
    call.frame,
    call.place,
  )
  return account === undefined ? found : [account]
}

/** A variable that *is* the address is configuration; data inside an address is sent. */
function aboutDestination(taints: readonly Taint[], destinations: readonly Text[]): readonly Taint[] {
  if (destinations.some(namesHost)) return taints
  return taints.filter(
    ({ source: { kind } }) =>
      kind === 'credential-file' || kind === 'file' || kind === 'env' || kind === 'caller-secret',
  )
}

function send(machine: Interpreter, model: ActOf<'send'>, call: ModelledCall): Value {
  const { frame, self } = call
  let taints: readonly Taint[] = []
  let content = nothing
  const isStore = call.handle.api === 'store.*'
  const uploads = (isStore || /\.(?:fastPut|put\w+)$/.test(call.handle.api)) && isUpload(call)
  if (isStore && opensStore(machine, call)) return self
  for (const at of model.payload) {
    const value = argument(call, at)
    taints = joinTaints(taints, machine.deepTaints(changed(value, { functions: [] }), frame))
    if (call.handle.api === 'mailer.sendMail') {
      taints = joinTaints(taints, attachedTo(machine, value, frame, call.place))
      noteMailed(machine, value, taints, call)
    }
    if (uploads) taints = joinTaints(taints, behindPaths(machine, value, frame, call.place))
    content = join(content, changed(value, { functions: [] }))
  }
  // A client of a chain signs on the spot with the key it is given.
  if (isStore && signs(call))
    taints = taints.filter(({ source: { kind } }) => kind === 'network' || kind === 'host')
  if (isStore) noteBucket(machine, call)
  const resources = isStore && taints.length > 0 ? resourcesIn(machine, call.given, frame) : []
  for (const { model: target } of models(self)) {
    if (resources.length > 0)
      flowInto(
        machine,
        taints,
        { kind: 'network', role: 'payload', destinations: resources },
        { ...call, handle: { ...call.handle, api: target.api } },
      )
    if (target.name === 'socket') notePool(machine, target, call)
    if (target.name === 'request')
      noteManifest(machine, [content], textsOf(machine.read(target.texts, frame)), target.api, call)
    if (target.name === 'write-stream') noteWritten(machine, target, content, call)
    if (target.name === 'store') noteStored(machine, target.api, content, call)
    sendTo(machine, target, taints, content, call, model.role ?? 'payload')
  }
  let heard = self.taints
  for (const { fields } of self.objects) {
    const said = fields.get('%taints')
    if (said !== undefined) heard = joinTaints(heard, machine.read(said, frame).taints)
  }
  handResult(
    machine,
    tainted(isStore && tellsConnection(call) ? joinTaints(heard, madeWith(machine, call)) : heard),
    call,
  )
  if (isStore && heard.length > 0 && isFetch(call)) keepFetched(machine, heard, call)
  return isStore && heard.length > 0 ? withTaints(self, heard) : self
}

/** Whose server carries a mail says little: what is nobody's to send goes to the mailbox it is addressed to. */
function noteMailed(machine: Interpreter, mail: Value, taints: readonly Taint[], call: ModelledCall): void {
  const stolen = taints.filter(({ source: { kind } }) => kind === 'env' || kind === 'credential-file')
  if (stolen.length === 0) return
  const destinations = receiversOf(machine, mail, call.frame, call.place)
  if (destinations.length > 0)
    flowInto(machine, stolen, { kind: 'network', role: 'payload', destinations }, call)
}

/** `pool.on('connect', connection => …)`: that holds what the pool signs in with. */
function tellsConnection(call: ModelledCall): boolean {
  return (
    (call.name === 'on' || call.name === 'once') &&
    argument(call, 0).known.some(event => event === 'connect' || event === 'acquire')
  )
}

/** What a client was made with, as far as it is its caller's. */
function madeWith(machine: Interpreter, { self, frame }: ModelledCall): readonly Taint[] {
  return self.objects.flatMap(({ fields }) => {
    const given = fields.get(givenField)
    return given === undefined ? [] : machine.read(given, frame).taints
  })
}

/** `client.clone(folder)`, `sftp.fastGet(name, path)`: what a client of another place brings. */
function isFetch(call: ModelledCall): boolean {
  return /\.\s{0,9}(?:clone|download\w{0,20}|extract\w{0,20}|fastGet|checkout|pull|fetch\w{0,20})\s{0,9}\(/.test(
    writtenCall(call, 400),
  )
}

/** A call as it is written, its own name before it: that may be spelled otherwise there. */
function writtenCall({ name, place: { file, start, end } }: ModelledCall, most: number): string {
  const text = file.text.slice(start, Math.min(end, start + most))
  return name === undefined ? text : `it.${name}(\n${text}`
}

/** What is known of a content; that it begins as an empty text says nothing of what it is in the end. */
function textsIn({ known: constants, open }: Value): readonly string[] {
  return constants.filter(text => typeof text === 'string').filter(text => text !== '' || !open)
}

/** Text that is put into an open file is written where that file lies. */
export function noteWritten(
  machine: Interpreter,
  target: InstanceModel,
  content: Value,
  { handle, frame, place }: ModelledCall,
): void {
  const contents = textsIn(content).map(text => text.slice(0, 400))
  const paths = textsOf(machine.read(target.texts, frame)).filter(text => text !== HOLE)
  if (paths.length > 0 && contents.length > 0)
    machine.fact({ kind: 'writes', api: handle.api, paths, contents }, frame, place)
}

/** The same where nothing is known of the content: bytes given to a descriptor. */
export function noteFilled(
  machine: Interpreter,
  target: InstanceModel,
  content: Value,
  call: ModelledCall,
): void {
  if (content.known.some(text => typeof text === 'string')) return noteWritten(machine, target, content, call)
  const paths = textsOf(machine.read(target.texts, call.frame)).filter(text => text !== HOLE)
  if (paths.length > 0)
    machine.fact({ kind: 'writes', api: call.handle.api, paths, contents: [] }, call.frame, call.place)
}

/** Methods of clients that are given the path of what they send: `sftp.fastPut(path, name)`. */
const uploading = /\.\s{0,9}(?:upload|fastPut|put|send|append|attach|store)\w{0,30}\s{0,9}\(/

/** The method itself, before its arguments: `client.signAndExecuteTransaction(`. */
const signing =
  /^[\w$.#?\s]{0,120}\.\s{0,9}(?:sign\w{0,40}|\w{0,30}Transaction\w{0,20}|execute\w{0,20})\s{0,9}\(/

function signs(call: ModelledCall): boolean {
  return signing.test(writtenCall(call, 250))
}

/** `client.access({ host, user, password })` of a client that was made without an address. */
function opensStore(machine: Interpreter, call: ModelledCall): boolean {
  const { place, frame } = call
  const text = writtenCall(call, 200)
  if (!/\.\s{0,9}(?:access|connect|login|open|auth)\s{0,9}\(/.test(text)) return false
  const options = argument(call, 0)
  if (options.objects.length === 0) {
    // `bot.login(token)`: whoever wrote the token into the code owns the account.
    if (!/\.\s{0,9}login\s{0,9}\(/.test(text)) return false
    for (const { model } of models(call.self)) {
      const account = accountOf(machine, options, textsOf(machine.read(model.texts, frame)), frame, place)
      if (account !== undefined) machine.write(model.texts, known(account))
    }
    return true
  }
  const parts = requestParts(machine, [options], frame, place)
  const told = destinationsOf(machine, nothing, parts, undefined, frame, place)
  const account = accountOf(machine, options, told, frame, place)
  const destinations = account === undefined ? told : [account]
  if (destinations.length === 0) return false
  machine.fact({ kind: 'contacts', api: call.handle.api, destinations }, frame, place)
  for (const { model } of models(call.self))
    machine.write(model.texts, destinations.map(known).reduce(join, nothing))
  return true
}

function isUpload(call: ModelledCall): boolean {
  return uploading.test(writtenCall(call, 400))
}

/** A pool is told by the first words of its protocol, wherever it is and wherever they were put together. */
function notePool(machine: Interpreter, target: InstanceModel, call: ModelledCall): void {
  const { frame, place } = call
  const written = place.file.text.slice(place.start, Math.min(place.end, place.start + 1_000))
  const sent = textsOf(argument(call, 0)).map(text => text.slice(0, 1_000))
  if (![written, ...sent].some(text => poolWords.test(text))) return
  const destinations = textsOf(machine.read(target.texts, frame)).map(text => `stratum+tcp://${text}`)
  machine.fact({ kind: 'contacts', api: target.api, destinations }, frame, place)
}

/** Instances whose methods send to other machines. */
const senders = new Set([
  'request',
  'socket',
  'session',
  'mailer',
  'messenger',
  'datagram',
  'xhr',
  'form-element',
  'store',
  requestOptions,
])

/** Data handed to an instance: a request body, a socket, a file that is open for writing, the input of a program. */
export function sendTo(
  machine: Interpreter,
  target: InstanceModel,
  taints: readonly Taint[],
  content: Value,
  call: Pick<ModelledCall, 'handle' | 'frame' | 'place'>,
  role = 'payload',
): void {
  const texts = machine.read(target.texts, call.frame)
  const all = joinTaints(taints, machine.read(target.pending, call.frame).taints)
  const destinations = textsOf(texts)
  if (target.name === 'unpacking') {
    storeFile(machine, destinations, tainted(hop(all, 'unpacked', call.place)), call)
  } else if (target.name === 'write-stream') {
    storeFile(
      machine,
      destinations,
      withTaints(changed(content, { objects: [], functions: [] }), taints),
      call,
    )
    flowInto(machine, all, { kind: 'write', role: 'content', destinations }, call)
  } else if (target.name === 'stdin' || target.name === 'child') {
    flowInto(machine, all, { kind: 'command-stdin', role: 'stdin', destinations }, call)
    feedProgram(machine, destinations, content, call)
  } else if (senders.has(target.name) && !isLocal(destinations)) {
    flowInto(
      machine,
      all,
      { kind: 'network', role, destinations },
      { ...call, handle: { ...call.handle, api: target.api } },
    )
  }
}

function resolveName(machine: Interpreter, name: Value, call: ModelledCall): Value {
  const destinations = textsOf(name)
  machine.fact({ kind: 'resolves', api: call.handle.api, destinations }, call.frame, call.place)
  // A bare variable is a host that was configured; data in front of a name is a message.
  const speaks = destinations.some(text => text.includes(HOLE) && text.replaceAll(HOLE, '').includes('.'))
  const taints = machine.deepTaints(name, call.frame)
  if (speaks) flowInto(machine, taints, { kind: 'dns', role: 'name', destinations }, call)
  return handResult(machine, tainted([machine.source('network', destinations[0] ?? HOLE, call.place)]), call)
}

// ---- programs

function loadCode(machine: Interpreter, model: ActOf<'load'>, call: ModelledCall): Value {
  const target = argument(call, model.target)
  const targets = textsOf(target)
  if (model.inside === true) {
    machine.fact({ kind: 'loads', api: call.handle.api, targets, native: true }, call.frame, call.place)
    return changed(anything, { handles: [machine.handle(addon)] })
  }
  machine.fact({ kind: 'loads', api: call.handle.api, targets, native: model.native }, call.frame, call.place)
  const kind = model.native ? 'native-load' : 'load'
  const taints = machine.deepTaints(target, call.frame).filter(taint => taint.source.kind !== 'package-bytes')
  flowInto(machine, taints, { kind, role: 'path', destinations: targets }, call)
  sendInAddress(machine, target, call)
  startedFiles(machine, targets, kind, call)
  if (!call.handle.api.startsWith('global:WebAssembly.')) return anything
  for (const imports of call.given.list.slice(1)) {
    noteImports(imports)
    hand(machine, imports, numberOf(machine, anything), call.frame, call.place)
  }
  return changed(anything, { handles: [machine.handle(wasm)] })
}

/** `require(path)` of something that is not in the package: perhaps a file that was written before. */
export function loadComputed(machine: Interpreter, target: Value, native: boolean, call: ModelledCall): void {
  const targets = textsOf(target)
  machine.fact({ kind: 'loads', api: call.handle.api, targets, native }, call.frame, call.place)
  const taints = machine
    .deepTaints(target, call.frame)
    .filter(({ source: { kind } }) => kind !== 'package-bytes' && kind !== 'host' && kind !== 'env-name')
  flowInto(
    machine,
    taints,
    { kind: native ? 'native-load' : 'load', role: 'path', destinations: targets },
    call,
  )
  sendInAddress(machine, target, call)
  startedFiles(machine, targets, native ? 'native-load' : 'load', call)
}

// ---- files

/** `require.resolve`: files of the package itself are known, those of others keep the name they are asked by. */
function located(machine: Interpreter, call: ModelledCall): Value {
  const asked = argument(call, 0)
  const from = call.handle.file ?? call.place.file.path
  const texts = textsOf(asked).map(text => machine.loader.locate(text, from) ?? text)
  return withTaints(knowns(texts), asked.taints)
}

/** Which paths a call can delete: a folder with something in it only goes where `recursive` is set, or may be. */
function deletable(call: ModelledCall): (path: Text) => boolean {
  const { api } = call.handle
  const { objects, open } = argument(call, 1)
  const plain = objects.every(({ fields, rest }) => !fields.has('recursive') && rest === undefined)
  const one = /^node:fs(?:\.promises)?\.(?:unlink|unlinkSync)$/.test(api)
  const single = /^node:fs(?:\.promises)?\.(?:rm|rmSync)$/.test(api) && !open && objects.length > 0 && plain
  const empty =
    /^node:fs(?:\.promises)?\.(?:rmdir|rmdirSync)$/.test(api) && !open && plain && call.given.rest === nothing
  return path => !(one || single || empty) || !/^(?:~|\/)$/.test(path)
}

export function readFile(
  machine: Interpreter,
  path: Value,
  gives: 'content' | 'stream',
  call: ModelledCall,
): Value {
  const { frame, place } = call
  let result = nothing
  const callers = path.taints.filter(
    taint => taint.source.kind === 'caller' || taint.source.kind === 'caller-secret',
  )
  for (const text of filesNamedBy(path)) {
    const stored = machine.storedFiles.get(text)
    if (stored !== undefined) result = join(result, machine.read(stored, frame))
    if (text.startsWith('/__package__/')) {
      const content = machine.loader.readText(text.slice('/__package__/'.length))
      const taint = machine.source('package-bytes', text.slice('/__package__/'.length), place)
      if (content !== undefined && gives === 'content' && !isBinary(content))
        result = join(result, withTaints(known(content), [taint]))
      else result = join(result, tainted([taint]))
      continue
    }
    if (text.replaceAll(HOLE, '').length < 3 && callers.length > 0) {
      result = join(result, tainted(hop(callers, readByName, place)))
      continue
    }
    const bare = text === HOLE
    const kind = bare ? 'file' : sourceOfPath(text)
    const taint = machine.source(kind, text.slice(0, 300), place)
    machine.reads(taint, call.handle.api, frame)
    result = join(result, tainted(bare ? unsure([taint]) : [taint]))
  }
  if (gives === 'stream') {
    const made = instance(machine, 'read-stream', call, nothing)
    handResult(machine, tainted(result.taints), call)
    return withTaints(opened(made), result.taints)
  }
  return handResult(machine, result, call)
}

function writeFile(machine: Interpreter, model: ActOf<'write'>, call: ModelledCall): Value {
  const { frame, place } = call
  const path = argument(call, model.path)
  const paths = pathsOf(path)
  const content = model.content === undefined ? nothing : argument(call, model.content)
  // `writeJson(path, settings)` puts the object into words itself.
  const json = /json/i.test(call.handle.api) ? jsonText(machine, content, frame) : undefined
  const texts = json === undefined ? textsIn(content) : [json]
  const contents = texts.map(text => text.slice(0, 400))
  machine.fact({ kind: 'writes', api: call.handle.api, paths, contents }, frame, place)
  if (model.gives === 'stream') {
    const places = paths.reduce((value, text) => join(value, known(text)), nothing)
    return instance(machine, 'write-stream', call, places)
  }
  const taints = machine.deepTaints(content, frame)
  storeFile(
    machine,
    paths,
    withTaints(
      changed(content, { objects: [], functions: [], open: content.open || content.known.length === 0 }),
      taints,
    ),
    call,
  )
  flowInto(machine, taints, { kind: 'write', role: 'content', destinations: paths }, call)
  return handResult(machine, anything, {
    ...call,
    given: { list: call.given.list.slice(2), rest: call.given.rest },
  })
}

/** Bytes that are no text: what stands there as text is not what a program gets that looks at the bytes. */
function isBinary(content: string): boolean {
  return /[\0\uFFFD]/.test(content.slice(0, 8_192))
}

export function copyFile(machine: Interpreter, from: Value, to: Value, call: ModelledCall): Value {
  // What is moved to its place by a listener is written after that.
  for (const text of textsOf(from)) awaitFile(machine, text)
  const content = readFile(machine, from, 'content', { ...call, given: { list: [], rest: nothing } })
  const paths = pathsOf(to)
  machine.fact(
    { kind: 'writes', api: call.handle.api, paths, contents: [], from: pathsOf(from) },
    call.frame,
    call.place,
  )
  storeFile(machine, paths, content, call)
  flowInto(machine, content.taints, { kind: 'write', role: 'content', destinations: paths }, call)
  return handResult(machine, anything, call)
}

// ---- the rest

function source(machine: Interpreter, model: ActOf<'source'>, call: ModelledCall): Value {
  let result = model.text === undefined ? anything : known(model.text)
  if (model.name === '') return handResult(machine, result, call)
  const name = model.name ?? call.handle.api.replace(/^(?:node|global|pkg):/, '')
  const taint = machine.source(model.kind, name, call.place)
  machine.reads(taint, call.handle.api, call.frame)
  if (model.kind === 'host' && (name.includes('hostname') || name.includes('userInfo'))) {
    machine.guard(name.includes('hostname') ? 'host' : 'user', call.frame, call.place)
  }
  result = withTaints(result, [taint])
  if (name === 'state') {
    const form = formAround(machine, call.frame, call.place)
    for (const initial of allArguments(call)) noteBeginning(machine, form, initial, call.place)
    result = withTaints(result, [form])
  }
  return handResult(machine, result, call)
}

function carry(machine: Interpreter, label: string | undefined, call: ModelledCall): Value {
  let taints = joinTaints(call.self.taints, machine.allTaints(allArguments(call), call.frame))
  if (label !== undefined) taints = hop(taints, label, call.place)
  return handResult(machine, tainted(taints), call)
}

/** A function that does what a command line does, or that stores something at a known place. */
function does(machine: Interpreter, model: ActOf<'does'>, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const words = wordsOf(machine, call)
  if (model.line !== undefined)
    machine.fact(
      {
        kind: 'starts',
        api: handle.api,
        commands: [[model.line, ...words].join(' ').slice(0, 4_000)],
        manner: [],
      },
      frame,
      place,
    )
  if (model.writes !== undefined)
    machine.fact({ kind: 'writes', api: handle.api, paths: [model.writes], contents: words }, frame, place)
  return handResult(machine, anything, call)
}
