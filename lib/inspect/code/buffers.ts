import { Buffer } from 'node:buffer'
import { bytesOf, textsOf } from './constants.ts'
import { areBytes, bytesField } from './bytes.ts'
import { argument, type ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import {
  hop,
  join,
  joinTaints,
  known,
  nothing,
  ofObject,
  opened,
  tainted,
  withTaints,
  type Value,
} from './values.ts'
import { bytesOfWasm } from './webassembly.ts'

/** What `Buffer.from`, `Buffer.alloc`, `Buffer.concat` and their like make. */
export function makeBuffer(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, given } = call
  const first = argument(call, 0)
  const encoding = textsOf(argument(call, 1))[0] ?? 'utf8'
  let taints = joinTaints(
    machine.deepTaints(first, frame),
    bytesOfWasm(machine, given.list, frame.file.path, place),
  )
  const api = call.handle.api
  if (api.endsWith('concat')) {
    const items = elementsOf(machine, first, frame)
    const parts = items.exact ? items.list.map(item => item.known[0]) : []
    if (items.exact && parts.length > 0 && parts.every(part => part instanceof Uint8Array)) {
      return withTaints(known(new Uint8Array(Buffer.concat(parts))), taints)
    }
    return tainted(taints)
  }
  if (api.includes('alloc')) return emptyBytes(machine, call)
  // Each view of the same memory shows what is written through another.
  if (call.constructed && first.objects.length > 0 && first.objects.every(areBytes)) return first
  if (encoding === 'base64' || encoding === 'hex') taints = hop(taints, encoding, place)
  const text = first.known[0]
  if (call.constructed && taints.length === 0 && first.objects.length === 0 && typeof text !== 'string')
    return emptyBytes(machine, call)
  const decoded = bytesOfTexts(first, given.list[1] === undefined ? undefined : encoding)
  if (decoded !== undefined) {
    const own =
      encoding === 'base64' || encoding === 'hex' ? machine.decoded(encoding, first, frame, place) : []
    return withTaints(decoded, joinTaints(taints, own))
  }
  if (first.known.length === 1 && !first.open && typeof text === 'string') return withTaints(first, taints)
  const items = first.objects.length === 1 ? elementsOf(machine, first, frame) : undefined
  if (
    items?.exact === true &&
    items.list.every(item => item.known.length === 1 && typeof item.known[0] === 'number' && !item.open)
  ) {
    return withTaints(
      known(Uint8Array.from(items.list, item => item.known[0] as number)),
      hop(taints, 'char-codes', place),
    )
  }
  return first.known.length > 0 && first.objects.length === 0 ? withTaints(first, taints) : tainted(taints)
}

/** The bytes of texts that are known. Where it may be something else as well, the result may be too. */
function bytesOfTexts(value: Value, encoding: string | undefined): Value | undefined {
  let result = nothing
  for (const text of value.known) {
    const bytes = typeof text === 'string' ? bytesOf(text, encoding) : undefined
    if (bytes === undefined) return undefined
    result = join(result, known(bytes))
  }
  if (result === nothing || (!value.open && value.objects.length === 0)) {
    return result === nothing ? undefined : result
  }
  return encoding === 'base64' || encoding === 'hex' ? opened(result) : undefined
}

/** Bytes that are filled later: whatever is written to them, they hold. */
function emptyBytes(machine: Interpreter, { frame, place }: ModelledCall): Value {
  const bytes = machine.objectAt(frame, `bytes ${place.start}`, 'map')
  bytes.length = undefined
  machine.writeField(bytes, bytesField, known(true))
  return opened(ofObject(bytes))
}

/** `Atomics.store(view, at, number)`. */
export function storeBytes(machine: Interpreter, call: ModelledCall): void {
  const taints = machine.deepTaints(argument(call, 2), call.frame)
  if (taints.length > 0)
    for (const bytes of argument(call, 0).objects) machine.writeRest(bytes, tainted(taints))
}
