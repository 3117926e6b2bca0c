import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { ofObject, type ObjectValue, type Value } from './values.ts'

/** Mails by the names that libraries give to sending one, whatever object they stand under. */

const sending: ReadonlySet<string> = new Set(['sendMail', 'sendEmail', 'send', 'create', 'sendEmailBatch'])
const hidden = ['bcc', 'Bcc', 'BCC', 'BccAddresses'] as const
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
    if (!hidden.some(field => mail.fields.has(field))) continue
    const read = (field: string): Value => namedMember(machine, ofObject(mail), field, frame, place)
    if (!isOpen(mail, read)) continue
    const copies = hidden.flatMap(field => (mail.fields.has(field) ? read(field).known : []))
    const destinations = copies.flatMap(text =>
      typeof text === 'string' && address.test(text) ? [`mailto:${text}`] : [],
    )
    if (destinations.length > 0)
      machine.fact({ kind: 'contacts', api: `hidden copy by ${name}`, destinations }, frame, place)
  }
}

/** Whether who gets the mail is not written in the code: it stands there, or in what the caller's mail was copied from. */
function isOpen(mail: ObjectValue, read: (field: string) => Value): boolean {
  const fields = ['to', 'To', 'TO']
  const written = fields.filter(field => mail.fields.has(field))
  if (written.length > 0) return written.some(field => read(field).known.length === 0)
  return fields.some(field => read(field).taints.some(({ source }) => source.kind === 'caller'))
}
