import { argument, instance, type ModelledCall } from './effects.ts'
import { giveTaints } from './handing.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import { collects } from './streams.ts'
import { anything, nothing, ofObject, onlyCallable, opened, type ObjectValue, type Value } from './values.ts'

/** Streams of the web that a program makes itself: what its functions put into their controller is read from them. */

/** `new ReadableStream({ start, pull })`, `new WritableStream({ write })`, `new TransformStream({ transform })`. */
export function makeWebStream(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const made = instance(machine, 'web-stream', call)
  const source = argument(call, 0)
  const controller = machine.objectAt(frame, `controller ${place.start}`, 'object')
  const put = (chunk: Value, at: Frame): void => {
    const taints = machine.deepTaints(chunk, at)
    if (taints.length > 0) for (const object of made.objects) giveTaints(machine, object, taints)
  }
  const enqueue = machine.nativeFunction(frame, `enqueues ${place.start}`, (passed, at) => {
    put(passed.list[0] ?? passed.rest, at)
    return anything
  })
  machine.writeField(controller, 'enqueue', enqueue)
  const run = (name: string, list: readonly Value[], at: Frame): boolean => {
    const own = onlyCallable(namedMember(machine, source, name, at, place))
    if (own.functions.length === 0) return false
    machine.call(own, source, { list, rest: nothing }, at, place)
    return true
  }
  const control = ofObject(controller)
  for (const name of ['start', 'pull', 'flush']) run(name, [control], frame)
  const write = machine.nativeFunction(frame, `writes ${place.start}`, (passed, at) => {
    const chunk = passed.list[0] ?? passed.rest
    if (!run('write', [chunk, control], at) && !run('transform', [chunk, control], at)) put(chunk, at)
    return anything
  })
  for (const object of made.objects) openEnds(machine, object, write, call)
  return opened(made)
}

/** The ends of a stream: what writes into it, and for one that transforms, both ends by their names. */
function openEnds(
  machine: Interpreter,
  stream: ObjectValue,
  write: Value,
  { frame, place }: ModelledCall,
): void {
  const writer = machine.objectAt(frame, `writer ${place.start}`, 'object')
  machine.writeField(writer, 'write', write)
  const getWriter = machine.nativeFunction(frame, `gives writer ${place.start}`, () => ofObject(writer))
  machine.writeField(stream, collects, write)
  machine.writeField(stream, 'getWriter', getWriter)
  for (const end of ['readable', 'writable']) machine.writeField(stream, end, ofObject(stream))
}
