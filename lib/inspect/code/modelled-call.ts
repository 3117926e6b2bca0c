import type { SinkKind, Text } from '../../types.ts'
import { clipboardPath, fillsClipboard, paidTo } from './clipboard.ts'
import { hand } from './handing.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import type { Act } from './models/model.ts'
import type { Place } from './sites.ts'
import {
  hop,
  join,
  newCell,
  newField,
  nothing,
  ofObject,
  type FunctionContext,
  type FunctionValue,
  type Handle,
  type Taint,
  type Value,
} from './values.ts'

/** A call of something that a model describes. */
export type ModelledCall = {
  readonly handle: Handle
  readonly self: Value
  readonly given: Arguments
  readonly frame: Frame
  readonly place: Place
  readonly constructed: boolean
  /** The name it was called by, as a member. */
  readonly name?: string
  /** Addresses below which the client it is called on sends its requests. */
  readonly below?: readonly Text[]
}

export type ActOf<Name extends Act['act']> = Extract<Act, { act: Name }>

export function argument(call: ModelledCall, at: number): Value {
  const value = call.given.list[at] ?? nothing
  return call.given.rest === nothing ? value : join(value, call.given.rest)
}

export function allArguments(call: ModelledCall): readonly Value[] {
  return call.given.rest === nothing ? call.given.list : [...call.given.list, call.given.rest]
}

/** Callbacks get the result, whatever their position; so does whoever awaits it. */
export function handResult(machine: Interpreter, result: Value, call: ModelledCall): Value {
  for (const value of allArguments(call)) hand(machine, value, result, call.frame, call.place)
  return result
}

/** An object with the methods of a model, made at this call. */
export function instance(
  machine: Interpreter,
  name: string,
  call: ModelledCall,
  texts: Value = nothing,
): Value {
  const object = machine.objectAt(
    call.frame,
    `instance ${name} ${call.place.file.path} ${call.place.start}`,
    'instance',
  )
  object.model ??= {
    name,
    api: call.handle.api,
    place: call.place,
    texts: newCell(),
    pending: newField(object, undefined),
  }
  machine.write(object.model.texts, texts)
  return ofObject(object)
}

/** Flows of everything these taints stand for into one sink. */
export function flowInto(
  machine: Interpreter,
  taints: readonly Taint[],
  sink: { readonly kind: SinkKind; readonly role: string; readonly destinations: readonly Text[] },
  call: Pick<ModelledCall, 'handle' | 'frame' | 'place'>,
): void {
  for (const taint of taints) {
    const from = taint.source.kind
    if (sink.kind === 'network' || sink.kind === 'dns') {
      // What a server answered, sent on to a server, is what clients do.
      if (from === 'network' || from === 'package-bytes') continue
    }
    if (sink.kind === 'write' && (from === 'package-bytes' || from === 'caller')) continue
    const [way = taint] = handedOver(taint, call)
    machine.recorder.flow(way, { ...sink, api: call.handle.api }, machine.where(call.frame, call.place))
  }
}

/** Where a function that sends for others got what it sends inside an object, the call that handed it over is a step. */
function handedOver(taint: Taint, { frame }: Pick<ModelledCall, 'frame'>): readonly Taint[] {
  let context = frame.functionContext
  // A callback inside the function that was called is the same act.
  for (let step = 0; step < 6 && context !== undefined; step++) {
    const outer = context.function.properties.owner as FunctionContext | undefined
    if (outer?.function === undefined || isInside(taint.source.place, outer.function)) break
    context = outer
  }
  const from = context?.calledAt
  if (context === undefined || from === undefined) return [taint]
  if (isInside(taint.source.place, context.function) || isInside(from, context.function)) return [taint]
  for (let at = taint.hops; at !== undefined; at = at.previous)
    if (at.place.file.path === from.file.path && at.place.start === from.start) return [taint]
  return hop([taint], `passed to ${context.function.name || 'a function'}`, from)
}

function isInside({ file, start }: Place, { file: own, node }: FunctionValue): boolean {
  return file.path === own.path && start >= node.start && start < node.end
}

/** Shells that read commands from their input. */
const shells = /^(?:\S*[/\\])?(?:ba|da|z|k)?sh(?:\s+-[is]?)*\s*$/

/** What programs make of their input: a shell runs it, others keep it for whoever pastes. */
export function feedProgram(
  machine: Interpreter,
  commands: readonly Text[],
  content: Value,
  { handle, frame, place }: Pick<ModelledCall, 'handle' | 'frame' | 'place'>,
): void {
  const own = content.known.filter((text): text is string => typeof text === 'string' && paidTo.test(text))
  if (own.length > 0 && commands.some(fillsClipboard))
    machine.fact({ kind: 'writes', api: handle.api, paths: [clipboardPath], contents: own }, frame, place)
  if (!commands.some(command => shells.test(command))) return
  for (const text of content.known)
    if (typeof text === 'string')
      machine.command({ text, args: undefined, shell: true, place, level: machine.level })
}
