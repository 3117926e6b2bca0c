import type { Frame, Interpreter } from './interpreter.ts'
import { anything, known, ofObject, type Value } from './values.ts'

/** The value of a JSON text, down to a bounded depth and size. */
export function fromJson(machine: Interpreter, text: string, frame: Frame, key: string): Value | undefined {
  if (text.length > 4_000_000) return undefined
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return fromData(machine, data, frame, key)
}

export function fromData(machine: Interpreter, data: unknown, frame: Frame, key: string): Value {
  let count = 0
  const convert = (part: unknown, path: string, depth: number): Value => {
    machine.step()
    if (part === null || typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean')
      return known(part)
    if (typeof part !== 'object' || depth > 20 || ++count > 2_000) return anything
    const object = machine.objectAt(frame, `${key} ${path}`, Array.isArray(part) ? 'array' : 'object')
    const entries = Object.entries(part).slice(0, 2_000)
    for (const [name, value] of entries)
      machine.writeField(object, name, convert(value, `${path}/${name}`, depth + 1))
    if (Array.isArray(part)) object.length = part.length
    return ofObject(object)
  }
  return convert(data, '', 0)
}
