import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import type { ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'

/** One text for each argument; lists are several words, the keys of an object are options. */
export function wordsOf(machine: Interpreter, call: ModelledCall): readonly Text[] {
  return call.given.list.slice(0, 12).flatMap(value => {
    if (value.objects.some(one => one.kind === 'array')) {
      const items = elementsOf(machine, value, call.frame)
      return items.exact ? items.list.slice(0, 40).map(item => textsOf(item)[0] ?? HOLE) : [HOLE]
    }
    const keys = value.objects.flatMap(one => [...one.fields.keys()].filter(key => key.startsWith('-')))
    if (value.objects.length > 0 || value.functions.length > 0) return keys
    return value.known.length === 0 && !value.open ? [] : [textsOf(value)[0] ?? HOLE]
  })
}
