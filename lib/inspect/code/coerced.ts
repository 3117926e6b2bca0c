import type { AnyNode } from 'acorn'
import { callArrayMethod } from './arrays.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf } from './sites.ts'
import { anything, join, nothing, carrying, changed, ofObject, type Value } from './values.ts'

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
    for (const name of ['@@toPrimitive', 'toString', 'valueOf']) {
      for (const fn of object.fields.get(name)?.value.functions ?? []) {
        result = join(
          result,
          machine.callFunction(fn, ofObject(object), { list: [], rest: nothing }, frame, place),
        )
      }
    }
    result = join(result, machine.deepValue(ofObject(object), frame))
  }
  return result
}
