import type { AnyNode } from 'acorn'
import { callArrayMethod } from './arrays.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf } from './sites.ts'
import {
  anything,
  join,
  nothing,
  carrying,
  changed,
  ofObject,
  type FunctionValue,
  type ObjectValue,
  type Value,
} from './values.ts'

/** What a text concatenation sees of a value: objects answer through `toString`, `valueOf`, `toJSON`. */
export function coerced(
  machine: Interpreter,
  value: Value,
  frame: Frame,
  node: Pick<AnyNode, 'start' | 'end'>,
): Value {
  if (value.objects.length === 0) return value
  let result: Value = changed(value, { objects: [] })
  const place = placeOf(frame.file, node)
  for (const object of value.objects) {
    if (object.model?.name === 'url') {
      result = join(
        result,
        carrying(machine.read(object.model.texts, frame), machine.deepTaints(ofObject(object), frame)),
      )
      continue
    }
    if (object.kind === 'array') {
      const joined = callArrayMethod(
        machine,
        ofObject(object),
        'join',
        { list: [], rest: nothing },
        frame,
        place,
      )
      result = join(result, joined ?? anything)
      continue
    }
    let isSaid = false
    for (const name of ['@@toPrimitive', 'toString', 'valueOf'])
      for (const fn of ownMethods(object, name)) {
        isSaid ||= name !== 'valueOf'
        result = join(
          result,
          machine.callFunction(fn, ofObject(object), { list: [], rest: nothing }, frame, place),
        )
      }
    // What it says of itself is all there is of it in the text.
    if (isSaid) continue
    result = join(result, machine.deepValue(ofObject(object), frame))
  }
  return result
}

/** A method of the program's own, of an object or of what it inherits from. */
function ownMethods(object: ObjectValue, name: string): readonly FunctionValue[] {
  let at: ObjectValue | undefined = object
  for (let step = 0; step < 6 && at !== undefined; step++) {
    const functions = at.fields.get(name)?.value.functions ?? []
    if (functions.length > 0) return functions
    at = at.parents?.objects[0]
  }
  return []
}
