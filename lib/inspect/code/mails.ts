import { elementsOf } from './elements.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import { behindPaths } from './read-for-others.ts'
import type { Place } from './sites.ts'
import { ofObject, type ObjectValue, type Taint, type Value } from './values.ts'

/** Mails by the names that libraries give to sending one, whatever object they stand under. */

const sending: ReadonlySet<string> = new Set(['sendMail', 'sendEmail', 'send', 'create', 'sendEmailBatch'])
const copied = ['bcc', 'Bcc', 'BCC', 'BccAddresses', 'envelope'] as const
const direct = ['to', 'To', 'TO'] as const
const receiving = [...direct, 'cc', 'Cc', 'CC', ...copied] as const
const address = /^[^\s@\u0001]{1,64}@[\w-]+(?:\.[\w-]+)+$/

/** A mail whose receiver is somebody else's to say, with a hidden one in the code: that is where a copy goes. */
export function noteMail(
  machine: Interpreter,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (!sending.has(name)) return
  for (const mail of given.list[0]?.objects ?? []) {
    const read = (field: string): Value => namedMember(machine, ofObject(mail), field, frame, place)
    const receivers = (fields: readonly string[]): Value['known'] =>
      fields.flatMap(field => (mail.fields.has(field) ? receiversIn(machine, read(field), frame, place) : []))
    const added = receivers(receiving).filter(text => machine.besideOthers.has(text))
    const hasCopies = copied.some(field => mail.fields.has(field)) && isOpen(mail, read)
    const copies = [...added, ...(hasCopies ? receivers(copied) : [])]
    const destinations = copies.flatMap(text =>
      typeof text === 'string' && address.test(text) ? [`mailto:${text}`] : [],
    )
    if (destinations.length > 0)
      machine.fact({ kind: 'contacts', api: `hidden copy by ${name}`, destinations }, frame, place)
  }
}

/**
 * Addresses in the code that are put into one list with others, which somebody else names: where that is who gets a mail,
 * or each of them does, those in the code always do. Whether there are any.
 */
export function noteBesideOthers(machine: Interpreter, values: readonly Value[], others: Value): boolean {
  if (!others.open) return false
  const added = values.flatMap(({ known, open: unsure }) =>
    !unsure && known.length === 1 && typeof known[0] === 'string' && address.test(known[0]) ? known : [],
  )
  for (const text of added) machine.besideOthers.add(text)
  return added.length > 0
}

/** Who gets a mail, where the code says so and nobody else has a say: `mailto:` of each. */
export function receiversOf(
  machine: Interpreter,
  mail: Value,
  frame: Frame,
  place: Place,
): readonly string[] {
  if (!mail.objects.some(({ fields }) => fields.has('to'))) return []
  const to = namedMember(machine, mail, 'to', frame, place)
  if (to.open || to.taints.length > 0) return []
  return receiversIn(machine, to, frame, place).flatMap(text =>
    typeof text === 'string' && address.test(text) ? [`mailto:${text}`] : [],
  )
}

/** One receiver, a list of them, or the envelope that says who gets the mail whatever stands in it. */
function receiversIn(machine: Interpreter, field: Value, frame: Frame, place: Place): Value['known'] {
  const envelopes = field.objects.filter(({ kind, fields }) => kind === 'object' && fields.has('to'))
  const inside = envelopes.map(one => namedMember(machine, ofObject(one), 'to', frame, place))
  return [field, ...inside].flatMap(value => [
    ...value.known,
    ...(value.objects.some(({ kind }) => kind === 'array')
      ? elementsOf(machine, value, frame).any.known
      : []),
  ])
}

/** Whether who gets the mail is not written in the code: it stands there, or in what the caller's mail was copied from. */
function isOpen(mail: ObjectValue, read: (field: string) => Value): boolean {
  const written = direct.filter(field => mail.fields.has(field))
  if (written.length > 0) return written.some(field => read(field).known.length === 0)
  return direct.some(field => {
    const { known, open, taints } = read(field)
    // What a tool or an event hands over comes from nobody that is known: a mail with all of it is as open.
    return (
      known.length === 0 && ((open && mail.escaped) || taints.some(({ source }) => source.kind === 'caller'))
    )
  })
}

/** Files that go with a mail: the library reads them, it is only given their paths. */
export function attachedTo(machine: Interpreter, mail: Value, frame: Frame, place: Place): readonly Taint[] {
  if (!mail.objects.some(({ fields }) => fields.has('attachments'))) return []
  const files = elementsOf(machine, namedMember(machine, mail, 'attachments', frame, place), frame).any
  return behindPaths(machine, namedMember(machine, files, 'path', frame, place), frame, place, true)
}
