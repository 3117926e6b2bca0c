import { isCallers } from './answering.ts'
import { HOLE, type Text } from '../../types.ts'
import { hand } from './handing.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import type { ModelledCall } from './modelled-call.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { jsonText } from './texts.ts'
import { known, nothing, ofObject, onlyCallable, tainted, type Taint, type Value } from './values.ts'

/** Messages that a caller's own bot is made to send, by the names that libraries of chats give to sending one. */

const sending =
  /^(?:send(?:Message|Document|Photo|File|Video|Audio|Contact|Location|MediaGroup)|(?:copy|forward)Messages?|callApi|postMessage)$/

/** What names a chat, a group, a channel or a person to such libraries, and nothing else. */
const chatName =
  /^(?:-\d{6,16}|\d{8,20}|@[A-Za-z]\w{4,31}|[CDGU](?=[A-Z]{0,10}\d)[A-Z0-9]{8,11}|\d{5,20}(?:-\d{5,20})?@(?:s\.whatsapp\.net|c\.us|g\.us|newsletter))$/

/** Fields of a message that say which chat gets it. */
const receivers = ['chat_id', 'chatId', 'channel', 'peer'] as const

/**
 * A message to a chat that stands in the code, through a bot that somebody else signs in with: whoever reads that chat
 * is in every program that uses the package.
 */
export function noteChat(
  machine: Interpreter,
  name: string,
  self: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (name === 'send' && given.list.length > 0) {
    tell(machine, name, chatsOf(self), frame, place)
    return
  }
  const posts = name === 'post' && isCallers(self) ? pathsOfChats(given) : []
  if (posts.length > 0) tell(machine, name, posts, frame, place)
  if (!sending.test(name) || !(isCallers(self) || isMadeForCaller(self))) return
  tell(
    machine,
    name,
    given.list.slice(0, 2).flatMap(value => chatsIn(machine, value, name, frame, place)),
    frame,
    place,
  )
}

function tell(machine: Interpreter, name: string, chats: readonly Text[], frame: Frame, place: Place): void {
  if (chats.length > 0)
    machine.fact(
      { kind: 'contacts', api: `message by ${name}`, destinations: [...new Set(chats)] },
      frame,
      place,
    )
}

/** What such destinations begin with. */
const chat = 'chat:'

/** `client.channels.fetch('1000000000000000042')`, `client.users.cache.get(id)`: where what is sent to it goes. */
const lookup =
  /\b(?:channels|users|threads)\s{0,9}\??\.\s{0,9}(?:cache\s{0,9}\??\.\s{0,9})?(?:fetch|get|resolve)$/
const snowflake = /^\d{17,20}$/
const maxCall = 400

/** A chat that is looked up by a number in the code, as what the answer of that call carries. */
export function chatAsked(
  machine: Interpreter,
  name: string,
  self: Value,
  given: Arguments,
  place: Place,
): readonly Taint[] {
  if (name !== 'fetch' && name !== 'get' && name !== 'resolve' && name !== 'channelMessages') return []
  const numbers = (given.list[0] ?? nothing).known.filter(id => typeof id === 'string' && snowflake.test(id))
  if (numbers.length === 0) return []
  const text = place.file.text.slice(Math.max(place.start, place.end - maxCall), place.end)
  const begun = text.slice(0, text.lastIndexOf(`.${name}`) + name.length + 1)
  // `Routes.channelMessages(id)` is the path of it, for whatever client.
  const asks = name === 'channelMessages' || (isCallers(self) && lookup.test(begun))
  return asks ? numbers.map(id => machine.source('caller', chat + String(id), place)) : []
}

/** The chats that were looked up to come by a value. */
function chatsOf({ taints }: Value): readonly Text[] {
  return taints.flatMap(({ source }) => (source.name.startsWith(chat) ? source.name : []))
}

/** `rest.post('/channels/1000000000000000042/messages', …)`. */
function pathsOfChats({ list: [path = nothing] }: Arguments): readonly Text[] {
  const asked = chatsOf(path)
  if (asked.length > 0) return asked
  return path.known.flatMap(text => {
    const id = typeof text === 'string' ? /^\/channels\/(\d{17,20})\/messages/.exec(text)?.[1] : undefined
    return id === undefined ? [] : [chat + id]
  })
}

/** Where a client keeps that it was made with what a caller passed. */
const ofCaller = '%caller'

/** A client of a service that signs in with what the caller passed is the caller's. */
export function noteClientOfCaller(machine: Interpreter, made: Value, given: readonly Value[]): void {
  if (given.some(({ taints }) => taints.some(isOfCaller)))
    for (const object of made.objects) machine.writeField(object, ofCaller, known(true))
}

function isOfCaller({ source: { kind } }: Taint): boolean {
  return kind === 'caller' || kind === 'caller-secret'
}

function isMadeForCaller({ objects, handles }: Value): boolean {
  return [...objects, ...handles.flatMap(({ self }) => self?.objects ?? [])].some(({ fields }) =>
    fields.has(ofCaller),
  )
}

/** Requests to the services of chats, by which a bot says something. */
const asBot =
  /^https:\/\/(?:api\.telegram\.org\/bot\u0001\/|slack\.com\/api\/chat\.|discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?channels\/)/
const inContent =
  /"(?:chat_id|channel)":\s?"?(-?\d{6,20}|@\w{5,32}|[CDGU](?=[A-Z]{0,10}\d)[A-Z0-9]{8,11})["},]/
const inAddress = /[?&]chat_id=(-?\d{6,20}|@\w{5,32})(?:&|$)|\/channels\/(\d{17,20})\/messages/

/** A request of the package's own that makes a bot, whose token the caller passed, write to a chat in the code. */
export function noteChatRequest(
  machine: Interpreter,
  sent: readonly Value[],
  destinations: readonly Text[],
  signing: readonly Taint[],
  { frame, place }: ModelledCall,
): void {
  if (!destinations.some(text => asBot.test(text)) || !signing.some(isOfCaller)) return
  const contents = sent.flatMap(value => [
    ...value.known.filter(text => typeof text === 'string'),
    jsonText(machine, value, frame) ?? '',
  ])
  const found = [
    ...contents.map(text => inContent.exec(text.replaceAll(HOLE, ''))),
    ...destinations.map(text => inAddress.exec(text)),
  ]
  const chats = found.flatMap(match => match?.[1] ?? match?.[2] ?? []).map(id => chat + id)
  tell(machine, 'a request', chats, frame, place)
}

function chatsIn(
  machine: Interpreter,
  value: Value,
  name: string,
  frame: Frame,
  place: Place,
): readonly string[] {
  const fields = value.objects.flatMap(object =>
    receivers.flatMap(field =>
      object.fields.has(field) ? [namedMember(machine, ofObject(object), field, frame, place)] : [],
    ),
  )
  // The first of `callApi` is what is to be done, and of `postMessage` to whatever frame or worker the message.
  const first = name === 'callApi' || name === 'postMessage' ? nothing : value
  return [first, ...fields].flatMap(({ known, open, taints }) =>
    open || taints.length > 0
      ? []
      : known.flatMap(text =>
          (typeof text === 'string' || typeof text === 'number') && chatName.test(String(text))
            ? [`${chat}${text}`]
            : [],
        ),
  )
}

/** Events by which libraries of chats tell a bot what somebody has said, and nobody else anything. */
const heardEvents =
  /^(?:(?:message|interaction)(?:Create|_create)|messageUpdate|messages\.upsert|room\.message|Room\.timeline|privmsg|irc message)$/

/** The same as the library calls them. */
const heardConstants = /^pkg:discord\.js\.Events\.(?:MessageCreate|MessageUpdate|InteractionCreate)$/

/** What somebody says to a bot that the caller has signed in, as a source: whoever is in the chat may say it. */
const saidInChat = 'request in a chat'

/** `client.on('messageCreate', f)`: f is called with what anybody in the chat says. */
export function hearChat(
  machine: Interpreter,
  name: string,
  { list: [event = nothing, listener = nothing] }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (name !== 'on' && name !== 'once' && name !== 'addListener') return
  const isChat =
    event.known.some(text => typeof text === 'string' && heardEvents.test(text)) ||
    event.handles.some(({ api }) => heardConstants.test(api))
  if (!isChat) return
  const said = tainted([machine.source('caller', saidInChat, place)])
  hand(machine, onlyCallable(listener), said, frame, place)
}
