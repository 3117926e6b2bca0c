import { HOLE } from '../../types.ts'
import { textsOf } from './constants.ts'
import { argument, handResult, instance, type ModelledCall } from './effects.ts'
import { storeFile } from './stored-files.ts'
import { allArguments } from './modelled-call.ts'
import type { Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { behindPaths } from './read-for-others.ts'
import {
  anything,
  hop,
  joinTaints,
  knowns,
  nothing,
  tainted,
  withTaints,
  changed,
  type Taint,
  type Value,
} from './values.ts'

/** Archives that a program makes in memory: what was put in, by content or by path, comes out packed. */

/** `zip.file(name, content)`, `zip.addLocalFolder(path)`, `zip.append(stream, { name })`. */
export function putIntoArchive(machine: Interpreter, call: ModelledCall): Value {
  let taints: readonly Taint[] = []
  // `zip.file(name, content)`: then the first is no path of a file that is read.
  const named = argument(call, 1)
  const isPath = /\.(?:directory|glob|addLocal\w+|symlink)$/.test(call.handle.api)
  const isContent = !isPath && (named.known.length > 0 || named.taints.length > 0)
  for (const at of isContent ? [1] : [0, 1]) {
    const value = argument(call, at)
    taints = joinTaints(taints, machine.deepTaints(changed(value, { functions: [] }), call.frame))
    taints = joinTaints(taints, behindPaths(machine, value, call.frame, call.place, true))
  }
  for (const { model } of call.self.objects)
    if (model !== undefined && taints.length > 0)
      machine.write(model.pending, tainted(hop(taints, 'packed', call.place)))
  return call.self
}

/** `zip.toBuffer()`, `zip.generateAsync()`, `zip.writeZip(path)`. */
export function takeArchive(machine: Interpreter, call: ModelledCall): Value {
  let taints: readonly Taint[] = []
  for (const { model } of call.self.objects)
    if (model !== undefined) taints = joinTaints(taints, machine.read(model.pending, call.frame).taints)
  storeFile(machine, textsOf(argument(call, 0)), tainted(taints), call)
  return withTaints(anything, taints)
}

/** `tar.c({ cwd, file }, names)`: the files below a folder, as a stream or into a file. */
export function tarOf(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const options = ofObjects(argument(call, 0).objects)
  const folders = textsOf(namedMember(machine, options, 'cwd', frame, place)).filter(text => text !== HOLE)
  const names = elementsOf(machine, argument(call, 1), frame)
  const texts = (names.exact ? names.list : [names.any]).flatMap(name => textsOf(name)).slice(0, 20)
  const paths = texts.flatMap(name =>
    /^[~/]/.test(name) ? [name] : folders.map(folder => `${folder}/${name}`),
  )
  const taints = hop(
    joinTaints(names.any.taints, behindPaths(machine, knowns(paths), frame, place, true)),
    'packed',
    place,
  )
  const files = textsOf(namedMember(machine, options, 'file', frame, place)).filter(text => text !== HOLE)
  storeFile(machine, files, tainted(taints), call)
  return handResult(machine, tainted(taints), call)
}

/** `new AdmZip(bytes)`, `new AdmZip(path)`. */
export function openArchive(machine: Interpreter, call: ModelledCall): Value {
  const made = instance(machine, 'archive', call)
  const taints = packedIn(machine, argument(call, 0), call)
  for (const { model } of made.objects)
    if (model !== undefined && taints.length > 0) machine.write(model.pending, tainted(taints))
  return made
}

/** What is in an archive: its bytes as they came, or the file that a path names. What a path is made of is no content. */
function packedIn(machine: Interpreter, value: Value, { frame, place }: ModelledCall): readonly Taint[] {
  if (value.known.length > 0 || value.objects.some(({ kind }) => kind === 'object'))
    return behindPaths(machine, value, frame, place)
  return machine.deepTaints(value, frame).filter(({ source }) => source.kind === 'network')
}

/** Fields of options that say where to. */
const folderFields = ['dir', 'cwd', 'path', 'dest', 'output', 'C']

/** `zip.extractAllTo(folder)`, `extract(file, { dir })`, `tar.x({ file, cwd })`: what was in there lies in that folder. */
export function unpackArchive(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self } = call
  let taints: readonly Taint[] = []
  const folders: string[] = []
  for (const { model } of self.objects)
    if (model !== undefined) taints = joinTaints(taints, machine.read(model.pending, frame).taints)
  for (const value of allArguments(call)) {
    taints = joinTaints(taints, packedIn(machine, value, call))
    for (const object of value.objects)
      for (const name of folderFields)
        if (object.fields.has(name))
          folders.push(...textsOf(namedMember(machine, ofObjects([object]), name, frame, place)))
    folders.push(...textsOf(changed(value, { open: false })).filter(text => !machine.storedFiles.has(text)))
  }
  const places = folders.filter(text => text.replaceAll(HOLE, '').length > 2).slice(0, 8)
  const { api } = call.handle
  if (places.length > 0) machine.fact({ kind: 'writes', api, paths: places, contents: [] }, frame, place)
  if (taints.length > 0) storeFile(machine, places, tainted(hop(taints, 'unpacked', place)), call)
  // `response.pipe(tar.x({ cwd }))`
  return handResult(machine, instance(machine, 'unpacking', call, knowns(places)), call)
}

function ofObjects(objects: Value['objects']): Value {
  return changed(nothing, { objects })
}
