import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import { alternatives, maxPatterns, pathOf } from './path-patterns.ts'
import { argument, handResult, type ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { join, known, nothing, ofObject, tainted, withTaints, type Value } from './values.ts'

/** Files that are looked for by a pattern: each path that is found has its form. */

/** `glob(patterns, { cwd })`: paths whose unknown parts are open. */
export function findFiles(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const patterns = argument(call, 0)
  const options = argument(call, 1)
  const lists = patterns.objects.some(object => object.kind === 'array')
  const asked = lists ? elementsOf(machine, patterns, frame).any : patterns
  const folders = options.objects.flatMap(object =>
    object.fields.has('cwd') ? textsOf(namedMember(machine, ofObject(object), 'cwd', frame, place)) : [],
  )
  const folder = folders.find(text => text !== HOLE) ?? ''
  const paths = textsOf(asked)
    .filter(text => !text.startsWith('!'))
    .flatMap(alternatives)
    .slice(0, maxPatterns)
    .map(pattern => below(folder, pathOf(pattern)))
  const array = machine.objectAt(frame, `found ${place.start}`, 'array')
  array.length = undefined
  // Whatever is named by a caller is the caller's.
  const callers = asked.taints.filter(({ source: { kind } }) => kind === 'caller')
  const found = withTaints(paths.map(known).reduce(join, nothing), callers)
  machine.writeRest(array, paths.length === 0 ? tainted(callers) : found)
  return handResult(machine, ofObject(array), call)
}

function below(folder: Text, path: Text): Text {
  return folder === '' || /^(?:[/~]|[a-z]:)/i.test(path) ? path : `${folder.replace(/\/$/, '')}/${path}`
}
