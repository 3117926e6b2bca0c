import { hand } from './handing.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { nothing, ofObject, onlyCallable, tainted, type Value } from './values.ts'

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
  if (!sending.test(name) || !isCallers(self)) return
  const chats = new Set(given.list.slice(0, 2).flatMap(value => chatsIn(machine, value, name, frame, place)))
  if (chats.size > 0)
    machine.fact({ kind: 'contacts', api: `message by ${name}`, destinations: [...chats] }, frame, place)
}

/** Something of the caller's that no code of the package made. */
function isCallers({ open, objects, functions, taints }: Value): boolean {
  return (
    open &&
    objects.length + functions.length === 0 &&
    taints.some(({ source: { kind } }) => kind === 'caller' || kind === 'caller-secret')
  )
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
            ? [`chat:${text}`]
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
