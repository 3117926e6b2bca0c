import { Buffer } from 'node:buffer'
import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import type { ModelledCall } from './effects.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { changed, nothing, ofObject, type Value } from './values.ts'

/** What databases and repositories are told beside data: to forget everything, or to keep a file that CI runs. */

/** Statements after which a database, a schema or a table is empty or gone. */
const emptying =
  /^\s{0,99}(?:drop\s{1,9}(?:database|schema|table|owned)\b|truncate\s|delete\s{1,9}from\s{1,9}[\w."`[\]]{1,80}\s{0,9};?\s{0,99}$)/i

/** Files by which forges run programs. */
const workflow = /(?:^|\/)\.github\/(?:workflows|actions)\/|(?:^|\/)\.gitlab-ci\.yml$/

/** Whatever is handed to a client of a database or a forge: a statement, or the path and content of a file. */
export function noteStored(machine: Interpreter, api: string, content: Value, call: ModelledCall): void {
  for (const text of content.known) {
    if (typeof text !== 'string') continue
    const part = text
      .slice(0, 2_000)
      .split(';')
      .find(one => emptying.test(one))
    if (part !== undefined) noteEmptied(machine, part.replaceAll(/\s+/g, ' ').trim(), call)
  }
  for (const object of content.objects) {
    if (!object.fields.has('path')) continue
    const field = (name: string): Value =>
      namedMember(machine, ofObject(object), name, call.frame, call.place)
    const paths = textsOf(field('path')).filter(path => workflow.test(path))
    if (paths.length === 0) continue
    const contents = textsOf(field('content'))
      .filter(text => text !== HOLE)
      .map(plainText)
    machine.fact({ kind: 'writes', api, paths, contents }, call.frame, call.place)
  }
}

/** What clients of databases call the method that takes a statement. */
const asking: ReadonlySet<string> = new Set([
  'query',
  'raw',
  'execute',
  '$executeRawUnsafe',
  '$queryRawUnsafe',
  'unsafe',
])

/** `sequelize.query('DROP TABLE …')` of a client that the caller gave. */
export function noteStatement(
  machine: Interpreter,
  name: string,
  { list: [statement] }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (statement === undefined || !asking.has(name)) return
  const call = {
    handle: machine.handle(name),
    given: noArguments,
    self: nothing,
    constructed: false,
    frame,
    place,
  }
  noteStored(machine, name, changed(nothing, { known: statement.known }), call)
}

const noArguments: Arguments = { list: [], rest: nothing }

/** Forges take the content of a file in base64. */
function plainText(text: Text): Text {
  const isEncoded = text.length >= 8 && /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text.slice(0, 4_000))
  return (isEncoded ? Buffer.from(text, 'base64').toString('utf8') : text).slice(0, 400)
}

/** A fact about a database that is told to forget. */
export function noteEmptied(machine: Interpreter, what: Text, { handle, frame, place }: ModelledCall): void {
  machine.fact({ kind: 'deletes', api: handle.api, paths: [`database: ${what.slice(0, 200)}`] }, frame, place)
}
