import { HOLE } from '../../types.ts'
import { clipboardPath } from './clipboard.ts'
import { authorityOf, namesHost } from './addresses.ts'
import { argument, flowInto, handResult, instance, type ModelledCall } from './effects.ts'
import { evaluateCode } from './evaluating.ts'
import { textsOf } from './constants.ts'
import { sendInAddress } from './markup.ts'
import { hiding } from './hiding.ts'
import type { Interpreter } from './interpreter.ts'
import { anything, join, known, nothing, type Value } from './values.ts'

/** What a page offers beyond requests: elements that load code, and the clipboard. */

/** `clipboard.write(text)`: a file that everybody pastes from. */
export function writeClipboard(machine: Interpreter, call: ModelledCall): Value {
  const text = argument(call, 0)
  const contents = text.known.filter(one => typeof one === 'string').map(one => one.slice(0, 400))
  machine.fact(
    { kind: 'writes', api: call.handle.api, paths: [clipboardPath], contents },
    call.frame,
    call.place,
  )
  const taints = machine.deepTaints(text, call.frame)
  flowInto(machine, taints, { kind: 'write', role: 'content', destinations: [clipboardPath] }, call)
  return handResult(machine, anything, call)
}

/** `document.createElement(name)`: what it loads, shows or sends, once it is pointed somewhere. */
export function makeElement(machine: Interpreter, call: ModelledCall): Value {
  const unknown = handResult(machine, anything, call)
  const isOneOf = (names: RegExp): boolean =>
    argument(call, 0).known.some(name => typeof name === 'string' && names.test(name))
  if (isOneOf(/^(?:img|iframe|link|video|audio|source|object|embed|a|area)$/i))
    return join(instance(machine, 'picture', call), unknown)
  if (isOneOf(/^form$/i)) return join(instance(machine, 'form-element', call), unknown)
  return isOneOf(/^script$/i) ? join(instance(machine, 'script-element', call), unknown) : unknown
}

/** `element.src = address`, `element.text = code`. */
export function setOnScript(machine: Interpreter, given: ModelledCall): Value {
  const { frame, place } = given
  const name = given.handle.api.slice(given.handle.api.indexOf('.') + 1)
  const value = argument(given, 0)
  const call: ModelledCall = { ...given, handle: machine.handle(`script.${name}`) }
  if (name !== 'src' && name !== 'href') return evaluateCode(machine, value, call, 'program')
  const targets = textsOf(value)
  machine.fact({ kind: 'loads', api: 'script.src', targets, native: false }, frame, place)
  machine.fact({ kind: 'contacts', api: 'script.src', destinations: targets }, frame, place)
  const taints = machine.deepTaints(value, frame).filter(({ source }) => source.kind === 'network')
  flowInto(machine, taints, { kind: 'load', role: 'path', destinations: targets }, call)
  sendInAddress(machine, value, call)
  const hidden = targets.some(text => namesHost(text) && !frame.file.text.includes(hostIn(text)))
  if (hidden && hiding.test(frame.file.text))
    machine.fact(
      { kind: 'evaluates', api: 'script.src', code: 'computed', decoders: ['an encoded address'] },
      frame,
      place,
    )
  return anything
}

/** `new Image()`, `new Audio(address)`. */
export function makePicture(machine: Interpreter, call: ModelledCall): Value {
  const made = instance(machine, 'picture', call)
  if (call.handle.api === 'global:Audio') setOnPicture(machine, { ...call, self: made })
  return made
}

/** `new Image().src = address`: what stands in the address is sent. */
export function setOnPicture(machine: Interpreter, call: ModelledCall): Value {
  const value = argument(call, 0)
  const destinations = textsOf(value)
  for (const { model } of call.self.objects)
    if (model?.name === 'picture')
      machine.write(model.texts, destinations.filter(namesHost).map(known).reduce(join, nothing))
  sendInAddress(machine, value, call)
  return anything
}

/** `form.action = address`: what is typed into it, or lies in its hidden fields, goes there once it is submitted. */
export function setOnForm(machine: Interpreter, call: ModelledCall): Value {
  const hosts = textsOf(argument(call, 0)).filter(namesHost).map(known).reduce(join, nothing)
  for (const { model } of call.self.objects)
    if (model?.name === 'form-element') machine.write(model.texts, hosts)
  return anything
}

/** `frame.contentWindow.postMessage(data, '*')`: to the page that a frame was made for. */
export function postToFrame(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, self } = call
  const destinations = self.handles.flatMap(({ self: element }) =>
    (element?.objects ?? []).flatMap(({ model }) =>
      model?.name === 'picture' ? textsOf(machine.read(model.texts, frame)).filter(namesHost) : [],
    ),
  )
  if (destinations.length === 0) return anything
  const taints = machine.deepTaints(argument(call, 0), frame)
  machine.fact({ kind: 'contacts', api: 'frame.postMessage', destinations }, frame, place)
  flowInto(
    machine,
    taints,
    { kind: 'network', role: 'payload', destinations },
    { ...call, handle: machine.handle('frame.postMessage') },
  )
  return anything
}

/** `element.setAttribute('src', address)` is `element.src = address`. */
export function setAttribute(machine: Interpreter, call: ModelledCall): Value {
  const name = argument(call, 0).known.find(
    one => typeof one === 'string' && /^(?:src|href|srcset|action|on[a-z]+)$/i.test(one),
  )
  if (typeof name !== 'string') return anything
  const [kind = ''] = call.handle.api.split('.', 1)
  const handle = machine.handle(`${kind}.${name.toLowerCase()}`)
  const given = { list: call.given.list.slice(1), rest: call.given.rest }
  if (kind === 'form-element') return setOnForm(machine, { ...call, handle, given })
  if (/^on/i.test(name)) {
    evaluateCode(machine, argument(call, 1), { ...call, handle }, 'program')
    return anything
  }
  return kind === 'picture'
    ? setOnPicture(machine, { ...call, handle, given })
    : setOnScript(machine, { ...call, handle, given })
}

function hostIn(text: string): string {
  return authorityOf(text).split(HOLE, 1)[0]?.toLowerCase() ?? ''
}
