import { HOLE } from '../../types.ts'
import { post } from './channels.ts'
import { textsOf } from './constants.ts'
import { argument, handResult, type ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import {
  anything,
  join,
  knowns,
  nothing,
  ofObject,
  tainted,
  withTaints,
  ofHandle,
  type Value,
} from './values.ts'

/** Names of what lies in a folder: `readdir`, and the libraries that walk a whole tree. */

/** `readdir(path, options)`: names, or paths of several parts where the whole tree is asked for. */
export function listFolder(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  machine.guard('exists', frame, place)
  const callers = argument(call, 0).taints.filter(taint => taint.source.kind === 'caller')
  const whole = textsOf(argument(call, 0)).find(folder =>
    /^(?:~(?:\/(?:Documents|Desktop|Downloads|Pictures|Music|Videos|Movies|projects?|code|work|workspace|src))?|\/__project__)\/?$/i.test(
      folder,
    ),
  )
  if (whole !== undefined)
    machine.fact({ kind: 'checks', what: 'exists', name: `names in ${whole}` }, frame, place)
  const options = argument(call, 1)
  const field = (name: string): Value =>
    options.objects.some(one => one.fields.has(name))
      ? namedMember(machine, options, name, frame, place)
      : nothing
  if (!field('recursive').known.includes(true)) return handResult(machine, tainted(callers), call)
  const array = machine.objectAt(frame, `tree ${place.start}`, 'array')
  array.length = undefined
  const below = `${HOLE}/${HOLE}`
  if (field('withFileTypes').known.includes(true)) {
    const entry = machine.objectAt(frame, `entry ${place.start}`, 'object')
    const folders = textsOf(argument(call, 0)).map(folder => `${folder}/${HOLE}`)
    for (const name of ['parentPath', 'path']) machine.writeField(entry, name, knowns(folders.slice(0, 6)))
    machine.writeField(entry, 'name', anything)
    entry.escaped = true
    machine.writeRest(array, ofObject(entry))
  } else machine.writeRest(array, knowns([below]))
  return handResult(machine, withTaints(ofObject(array), callers), call)
}

/** `readdirp(root)`, `klaw(root)`: a stream or a list of entries that name whole paths. */
export function walkFolder(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const root = argument(call, 0)
  const callers = root.taints.filter(taint => taint.source.kind === 'caller')
  const found = withTaints(
    knowns(
      textsOf(root)
        .slice(0, 6)
        .map(text => `${text}/${HOLE}/${HOLE}`),
    ),
    callers,
  )
  const entry = machine.objectAt(frame, `entry ${place.start}`, 'object')
  for (const name of ['fullPath', 'path', 'fullpath']) machine.writeField(entry, name, found)
  entry.escaped = true
  const array = machine.objectAt(frame, `tree ${place.start}`, 'array')
  array.length = undefined
  machine.writeRest(array, join(ofObject(entry), found))
  const stream = machine.objectAt(frame, `walk ${place.start}`, 'object')
  stream.parents = ofHandle(machine.handle('node:stream.Readable'))
  post(machine, `stream ${stream.id}`, [join(ofObject(entry), found)], frame, place)
  const result = join(ofObject(array), ofObject(stream))
  return handResult(machine, result, call)
}
