import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { authorityOf } from './addresses.ts'
import { elementsOf } from './elements.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import type { Arguments } from './interpreter.ts'
import { instance, type ModelledCall } from './modelled-call.ts'
import { join, known, nothing, ofObject, type ObjectValue, type Value } from './values.ts'

/**
 * What lies with a service that everybody uses and belongs to one account of it: the project that a key stands for, a
 * queue, a topic, a bucket. Its destination is `project://host/path`; where it stands in the code, it is the author's.
 */

const keys =
  /^(?:dsn|key|api_?key|write_?key|token|(?:access|client|source|ingest)_?token|app(?:lication)?_?id|project_?id|org_?id|connection_?string|instrumentation_?key|license_?key|customer_?token)$/i

const minKey = 8

/** The project of a service that a client tells what it is told; undefined where its key does not stand in the code. */
export function projectOf(
  machine: Interpreter,
  options: Value,
  destinations: readonly Text[],
  frame: Frame,
): Text | undefined {
  const fields = options.objects.flatMap(({ kind, fields: own }) =>
    kind === 'object'
      ? [...own].flatMap(([name, cell]) => (keys.test(name) ? [machine.read(cell, frame)] : []))
      : [],
  )
  const isWritten = [options, ...fields].some(value => value.known.some(isKey))
  const host = destinations.map(authorityOf).find(name => name.length > 3 && !name.includes(HOLE))
  return isWritten && host !== undefined ? `project://${host}` : undefined
}

function isKey(text: unknown): boolean {
  return typeof text === 'string' && text.length >= minKey && /^[\w:./=;-]{8,400}$/.test(text)
}

/** `new SendMessageCommand({ QueueUrl })` of any client of this vendor: what it is made with, is sent with it. */
export function isCloudCommand(api: string): boolean {
  return api.startsWith('pkg:@aws-sdk/') && api.endsWith('Command')
}

/** A command for a cloud, with the names of what it is for. */
export function makeCommand(machine: Interpreter, call: ModelledCall): Value {
  const given = call.given.list[0] ?? call.given.rest
  const made = instance(
    machine,
    'command',
    call,
    resourcesIn(machine, call.given, call.frame).map(known).reduce(join, nothing),
  )
  for (const object of made.objects) machine.writeField(object, 'input', given)
  return made
}

const resources = /^(?:QueueUrl|Bucket|EventBusName|FunctionName|\w{0,30}A(?:rn|RN))$/

const bucket = /^[a-z0-9][\w.-]{2,62}$/

const maxFields = 40

/**
 * Queues, topics and buckets that stand in the code, in what a client of a cloud is given: such names are those of one
 * account, whoever asks for them. What is called by a short name is looked for in the account of whoever runs it.
 */
export function resourcesIn(machine: Interpreter, { list }: Arguments, frame: Frame): readonly Text[] {
  const found = new Set<Text>()
  const look = ({ objects }: Value, depth: number): void => {
    for (const object of objects.slice(0, 3)) {
      if (object.model?.name === 'command')
        for (const text of machine.read(object.model.texts, frame).known) found.add(String(text))
      // `Entries: [{ EventBusName }]`.
      if (object.kind === 'array') look(elementsOf(machine, ofObject(object), frame).any, depth)
      if (!isPlain(object)) continue
      for (const [name, cell] of object.fields) {
        const value = machine.read(cell, frame)
        if (resources.test(name))
          for (const text of value.known) {
            const place = resourceOf(text, name === 'Bucket')
            if (place !== undefined) found.add(place)
          }
        else if (depth === 0 && value.objects.length > 0) look(value, 1)
      }
    }
  }
  for (const value of list.slice(0, 2)) look(value, 0)
  return [...found].slice(0, 6)
}

function isPlain({ kind, model, fields }: ObjectValue): boolean {
  return kind === 'object' && model === undefined && fields.size <= maxFields
}

function resourceOf(text: unknown, isBucket: boolean): Text | undefined {
  if (typeof text !== 'string' || text.includes(HOLE) || text.length > 400) return undefined
  const queue = /^https:\/\/((?:sqs|queue)[\w.-]{0,40}\.amazonaws\.com(?:\.cn)?\/\d{12}\/[\w.-]{1,80})$/.exec(
    text,
  )
  if (queue !== null) return `project://${queue[1]}`
  const named = /^arn:aws[\w-]{0,10}:([a-z0-9-]{2,30}):[a-z0-9-]{0,20}:(\d{0,12}):([\w/:.*-]{2,200})$/.exec(
    text,
  )
  if (named !== null) return `project://${named[1]}.amazonaws.com/${named[2]}/${named[3]}`
  return isBucket && bucket.test(text) ? `project://${text}.s3.amazonaws.com` : undefined
}

/** `storage.bucket('name')`: from then on the client of that cloud stores there. */
export function noteBucket(machine: Interpreter, { name, self, given: { list } }: ModelledCall): void {
  if (name !== 'bucket') return
  for (const text of list[0]?.known ?? [])
    for (const { model } of self.objects)
      if (typeof text === 'string' && model?.api.startsWith('pkg:@google-cloud/') && bucket.test(text))
        machine.write(model.texts, known(`project://${text}.storage.googleapis.com`))
}
