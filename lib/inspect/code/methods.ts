import { runInPage } from './page-code.ts'
import { HOLE } from '../../types.ts'
import { callArrayMethod } from './arrays.ts'
import { makeFunctionFromText, enciphered, pour } from './builtins.ts'
import { concatenate, foldMethod } from './constants.ts'
import { isHiddenCodePoint } from './fold/decoders.ts'
import { tellGenerator } from './generators.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { addGetter, addSetter, namedMember } from './members.ts'
import { actOf } from './models/index.ts'
import { reasonOf } from './promises.ts'
import { RegexConstant } from './regex-constant.ts'
import type { Place } from './sites.ts'
import { replacedBy } from './texts.ts'
import {
  anything,
  hop,
  join,
  joinTaints,
  known,
  nothing,
  ofObject,
  onlyCallable,
  tainted,
  withTaints,
  changed,
  carrying,
  unsure,
  type Known,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'

/** Long enough to hold a program that is kept as something else. */
function isLong(text: Known): boolean {
  return typeof text === 'string' && text.length >= 16
}

/** A method by its name, where the receiver is a value of the language. Undefined where it is an ordinary call. */
export function callMethod(
  machine: Interpreter,
  object: Value,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  // A regular expression as the receiver is an object like any other.
  if (object.known.some(isRegex)) {
    const text = name === 'exec' ? matchedText(object, given) : undefined
    if (text !== undefined)
      return callTextMethod(machine, text, 'match', { list: [object], rest: nothing }, frame, place)
    return callMethod(machine, withoutRegexes(object), name, given, frame, place)
  }
  switch (name) {
    case 'call':
      if (object.functions.length > 0 || object.handles.length > 0) {
        return machine.call(
          object,
          given.list[0] ?? given.rest,
          { list: given.list.slice(1), rest: given.rest },
          frame,
          place,
        )
      }
      break
    case 'apply':
      // Reflect has an apply of its own that takes the function first.
      if (object.functions.length > 0 || object.handles.some(({ api }) => api !== 'global:Reflect')) {
        const items = elementsOf(machine, given.list[1] ?? nothing, frame)
        const passed = items.exact ? { list: items.list, rest: nothing } : { list: [], rest: items.any }
        return machine.call(object, given.list[0] ?? nothing, passed, frame, place)
      }
      break
    case 'bind':
      if (object.open) noteBound(machine, object.taints, given.list[0]?.taints ?? [])
      // `AsyncResource.bind(f)` is a function of its own.
      if (object.functions.length > 0 || object.handles.some(({ api }) => actOf(`${api}.bind`) === undefined))
        return machine.bind(object, given, frame, place)
      // A function that nobody knows, bound, is one all the same: no text that a timer evaluates.
      if (
        object.open &&
        given.list.length > 0 &&
        !given.list[0]!.known.some(text => typeof text === 'string') &&
        !object.objects.some(one => one.fields.has('bind'))
      )
        return machine.bind(carrying(anything, object.taints), given, frame, place)
      break
    case 'then':
    case 'catch':
    case 'finally':
      if (!object.objects.some(one => one.fields.has(name)))
        return settle(machine, object, name, given, frame, place)
      break
    case 'executeJavaScript':
    case 'executeJavaScriptInIsolatedWorld':
    case 'injectJavaScript':
    case 'addInitScript':
    case 'evaluateOnNewDocument':
      return runInPage(machine, given, frame, place)
    case 'text':
    case 'arrayBuffer':
    case 'blob':
    case 'bytes':
      if (object.objects.some(one => one.fields.has('body') && !one.fields.has(name)))
        return tainted(machine.deepTaints(object, frame))
      break
    case 'next':
    case 'throw':
      if (given.list[0] !== undefined) tellGenerator(machine, object, given.list[0], frame)
      break
    case '__defineGetter__':
    case '__defineSetter__':
      defineAccessor(object, name, given)
      break
    case 'constructor':
      return object.open ? constructorOfUnknown(machine, given, frame, place) : undefined
    case 'copy':
      if (given.list[0]?.objects.some(one => one.kind === 'map') === true)
        fillBytes(machine, machine.deepTaints(object, frame), given.list[0])
      break
    case 'encodeInto':
      fillBytes(machine, machine.deepTaints(given.list[0] ?? nothing, frame), given.list[1] ?? nothing)
      break
    case 'pipe':
    case 'pipeTo':
    case 'pipeThrough':
      return pipe(machine, object, given, frame, place)
    case 'replace':
    case 'replaceAll':
      if (given.list[1] !== undefined && object.known.length + Number(object.open) > 0) {
        const filled = fillTemplate(machine, object, name, given.list, frame, place)
        if (filled !== undefined) return filled
      }
      break
    case 'toString':
      if (object.functions.length > 0 && object.objects.length === 0) return anything
      break
    default:
  }
  if (
    object.objects.length > 0 &&
    object.objects.every(one => one.kind === 'array' || one.kind === 'map') &&
    object.functions.length === 0
  ) {
    const own = object.objects.some(one => hasOwnMethod(one, name))
    if (!own) {
      const result = callArrayMethod(machine, object, name, given, frame, place)
      if (result !== undefined) return result
    }
  }
  // Not there yet, or something else: only that has methods.
  const texts = object.open
    ? object.known.some(hasMethods)
    : object.objects.length === 0 || object.known.some(one => one !== undefined)
  if (texts && object.known.length > 0 && object.handles.length === 0 && object.functions.length === 0) {
    const result = callTextMethod(machine, object, name, given, frame, place)
    if (result !== undefined) {
      if (object.objects.length === 0) return result
      const whole = join(result, machine.deepValue(object, frame))
      // A text, or nothing yet, or something of the outside world: that does what its model says.
      const held: Value = changed(nothing, {
        objects: object.objects.filter(({ model }) => model !== undefined),
      })
      if (held.objects.length === 0) return whole
      const callee = namedMember(machine, held, name, frame, place)
      return join(whole, machine.call(callee, held, given, frame, place, name))
    }
  }
  return undefined
}

function hasMethods(constant: unknown): boolean {
  return constant !== undefined && constant !== null && typeof constant !== 'boolean'
}

/** Promises are transparent: a promise of a value is that value. */
function settle(
  machine: Interpreter,
  object: Value,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value {
  let result = name === 'finally' || name === 'catch' ? object : nothing
  const fulfilled = given.list[0] ?? nothing
  const failure = join(
    reasonOf(object),
    tainted(object.taints.filter(({ source: { kind } }) => kind === 'network' || kind === 'command-output')),
  )
  if (name === 'then') {
    if (fulfilled.functions.length > 0 || fulfilled.handles.length > 0) {
      result = join(
        result,
        machine.call(onlyCallable(fulfilled), nothing, { list: [object], rest: nothing }, frame, place),
      )
    } else result = join(result, object)
    const rejected = given.list[1]
    if (rejected !== undefined && rejected.functions.length > 0) {
      result = join(
        result,
        machine.call(onlyCallable(rejected), nothing, { list: [failure], rest: nothing }, frame, place),
      )
    }
    return result
  }
  if (fulfilled.functions.length > 0 || fulfilled.handles.length > 0) {
    const passed = name === 'catch' ? [failure] : []
    result = join(
      result,
      machine.call(onlyCallable(fulfilled), nothing, { list: passed, rest: nothing }, frame, place),
    )
  }
  return result
}

/** `x.constructor(text)` of something unknown: the constructor of a function turns text into code. */
function constructorOfUnknown(
  machine: Interpreter,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  const text = given.list.at(-1) ?? nothing
  const fetched = text.taints.some(({ source: { kind } }) => kind === 'network' || kind === 'package-bytes')
  const decoded = text.taints.some(taint => taint.hops !== undefined)
  const written = text.known.some(part => typeof part === 'string' && /[(=;]/.test(part))
  if (!fetched && !decoded && !written) return undefined
  const handle = machine.handle('global:Function')
  return makeFunctionFromText(machine, { handle, self: nothing, given, frame, place, constructed: false })
}

/** `a.pipe(b)`: what comes out of a goes into b, and b is what the chain goes on with. */
function pipe(machine: Interpreter, object: Value, given: Arguments, frame: Frame, place: Place): Value {
  let taints = machine.deepTaints(object, frame)
  for (const one of object.objects) {
    const own = one.fields.get('%taints')
    if (own !== undefined) taints = joinTaints(taints, machine.read(own, frame).taints)
    // What was put into an archive comes out of it.
    if (one.model?.name === 'archive')
      taints = joinTaints(taints, machine.read(one.model.pending, frame).taints)
  }
  taints = enciphered(object, taints, place)
  const target = given.list[0] ?? given.rest
  pour(machine, taints, target, frame, place)
  return withTaints(target === nothing ? anything : target, taints)
}

/** What a decoding or reordering method is called in the evidence. */
const decodings = new Map([
  ['split', ''],
  ['reverse', 'reversed'],
  ['toString', ''],
])

/** `client.orders.create.bind(client.orders)`: a method of the caller's is bound to what it is of. */
function noteBound(machine: Interpreter, method: readonly Taint[], receiver: readonly Taint[]): void {
  const same = method.filter(({ source }) => receiver.some(one => one.source === source))
  if (same.length > 0) machine.recorder.wrapped.wrap(same)
}

function callTextMethod(
  machine: Interpreter,
  object: Value,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  if (given.list.some(value => value.functions.length > 0)) return undefined
  let taints = object.taints
  // How often a text is repeated is a length: nothing of the number can be read in it.
  if (name !== 'repeat') for (const value of given.list) taints = joinTaints(taints, value.taints)
  const constant =
    given.rest === nothing &&
    given.list.every(
      value =>
        value.known.length === 1 && (!value.open || value.known.some(isRegex)) && value.objects.length === 0,
    )
  // What compilers make of templates for old engines: `"https://…?q=".concat(text)`.
  if (name === 'concat' && !constant && given.rest === nothing && object.known.every(isText))
    return given.list.reduce(concatenate, object)
  if (name === 'codePointAt' || name === 'charCodeAt' || name === 'indexOf')
    taints = joinTaints(taints, hiddenIn(machine, object, given, frame, place))
  // Letters of a text that nothing is known of are not the package's own: lexers and encoders go through what they get.
  if (name.endsWith('At') && taints.length === 0 && object.open && !object.known.some(isLong))
    taints = unsure([machine.source('caller', 'text', place)])
  let result = nothing
  for (const receiver of object.known) {
    const holed = typeof receiver === 'string' && receiver.includes(HOLE)
    const other = name === 'toString' && typeof receiver === 'string' && encodes(given)
    const folded =
      constant && !other && (!holed || keepsHoles(name))
        ? foldMethod(
            receiver,
            name,
            given.list.map(value => value.known[0]),
          )
        : undefined
    if (folded === undefined) {
      if (holed && name === 'toString' && !other) result = join(result, known(receiver))
      else result = join(result, anything)
    } else if (Array.isArray(folded)) {
      const array = machine.objectAt(frame, `split ${place.start} ${String(receiver).slice(0, 200)}`, 'array')
      for (const [at, item] of (folded as readonly Known[]).entries())
        machine.writeField(array, String(at), known(item))
      array.length = folded.length
      result = join(result, ofObject(array))
    } else {
      if (receiver instanceof Uint8Array && typeof folded === 'string' && !taints.some(isOwnBytes))
        if (machine.encodedTexts.size < 200) machine.encodedTexts.add(folded)
      result = join(result, known(folded as Known))
    }
  }
  if (object.open) result = join(result, anything)
  const label = decodings.get(name)
  return withTaints(result, label === undefined || label === '' ? taints : hop(taints, label, place))
}

/** A character that no editor shows, taken as a number, or looked for among its like: whatever is made of it was kept out of sight. */
function hiddenIn(
  machine: Interpreter,
  object: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): readonly Taint[] {
  const at = given.list[0]?.known[0]
  const [text] = object.known
  if (typeof text !== 'string' || text.includes(HOLE)) return []
  const code = text.codePointAt(typeof at === 'number' ? at : 0)
  if (code === undefined || !isHiddenCodePoint(code)) return []
  return hop([machine.source('package-bytes', frame.file.path, place)], 'hidden-unicode', place)
}

/** `bytes.toString('base64')` gives another text than the one we hold in place of the bytes. */
export function encodes({ list: [encoding] }: Arguments): boolean {
  return encoding?.known.some(one => one === 'base64' || one === 'base64url' || one === 'hex') === true
}

function isOwnBytes({ source: { kind } }: Taint): boolean {
  return kind === 'package-bytes'
}

function keepsHoles(name: string): boolean {
  return (
    name === 'concat' ||
    name === 'trim' ||
    name === 'toString' ||
    name === 'replace' ||
    name === 'replaceAll' ||
    name === 'toLowerCase'
  )
}

/** The places of a template that a function fills: `{{name}}`, `${name}`, `{name}`, `<%= name %>`, `%NAME%`. */
const blanks = /\{\{[^{}]{0,200}\}\}|\$?\{[^{}]{0,200}\}|<%[^%]{0,200}%>|%\w{1,60}%/g

/** `text.replace(pattern, f)`: what the function gives stands in the blanks of the text. */
function fillTemplate(
  machine: Interpreter,
  object: Value,
  name: string,
  [pattern = nothing, fill = nothing]: readonly Value[],
  frame: Frame,
  place: Place,
): Value | undefined {
  if (fill.functions.length === 0 || object.handles.length > 0 || object.functions.length > 0)
    return undefined
  const exact = filledIn(machine, object, pattern, fill, name === 'replaceAll', frame, place)
  if (exact !== undefined) return exact
  const whole = tainted(object.taints)
  const list = [whole, whole, whole]
  const given = machine.call(onlyCallable(fill), nothing, { list, rest: whole }, frame, place)
  const fixed = replacedBy(object, name, pattern, given)
  if (fixed !== undefined) return withTaints(fixed, joinTaints(object.taints, given.taints))
  const texts = object.known.flatMap(text =>
    typeof text === 'string' && text.length < 4_000 && text.search(blanks) >= 0
      ? [text.replaceAll(blanks, HOLE)]
      : [],
  )
  const taints = joinTaints(object.taints, given.taints)
  // Variables that a text names which nobody has seen are those its author asks for: settings with `${NAME}` in them.
  if (texts.length === 0) return tainted(taints.filter(({ source: { kind } }) => kind !== 'env'))
  return withTaints(texts.map(known).reduce(join, nothing), taints)
}

/** More matches than a template has blanks are text that is worked on letter by letter. */
const maxMatches = 60

/** Where text and pattern are known, and what the function makes of each match: `tip.replace(/{(\w+)}/g, (_, k) => table[k])`. */
function filledIn(
  machine: Interpreter,
  object: Value,
  pattern: Value,
  fill: Value,
  all: boolean,
  frame: Frame,
  place: Place,
): Value | undefined {
  const [text] = object.known
  const regex = pattern.known.find(one => one instanceof RegexConstant)
  if (typeof text !== 'string' || object.known.length > 1 || object.open || object.objects.length > 0)
    return undefined
  if (!(regex instanceof RegexConstant) || fill.functions.length !== 1) return undefined
  let taints = object.taints
  let matches = 0
  const result = regex.replaceBy(
    text,
    groups => {
      if (++matches > maxMatches) return undefined
      const list = groups.map(group => withTaints(known(group), object.taints))
      const piece = machine.call(onlyCallable(fill), nothing, { list, rest: nothing }, frame, place)
      taints = joinTaints(taints, piece.taints)
      const [only] = piece.known
      return piece.known.length === 1 && !piece.open && typeof only === 'string' ? only : undefined
    },
    all,
  )
  if (result === undefined) return undefined
  // Where nothing matches, the text may be another one than we think: what the function does is seen all the same.
  if (matches === 0)
    machine.call(onlyCallable(fill), nothing, { list: [], rest: tainted(object.taints) }, frame, place)
  return withTaints(known(result), taints)
}

/** Whether a collection, or the class of the program's own that it is made by, says what the method does. */
function hasOwnMethod(object: ObjectValue, name: string): boolean {
  let at: ObjectValue | undefined = object
  for (let step = 0; step < 6 && at !== undefined; step++) {
    const cell = at.fields.get(name)
    if (cell !== undefined && cell.value !== nothing) return true
    at = at.parents?.objects[0]
  }
  return false
}

/** `object.__defineGetter__(name, f)`. */
function defineAccessor({ objects }: Value, method: string, { list: [key, accessor] }: Arguments): void {
  if (accessor === undefined) return
  for (const name of key?.known ?? [])
    for (const object of objects)
      if (method === '__defineGetter__') addGetter(object, String(name), accessor)
      else addSetter(object, String(name), accessor)
}

/** `from.copy(into)` and `coder.encodeInto(text, into)`. */
function fillBytes(machine: Interpreter, from: readonly Taint[], into: Value): void {
  if (from.length > 0) for (const bytes of into.objects) machine.writeRest(bytes, tainted(from))
}

/** The text of `/…/.exec(text)`, where both are known and it begins at the start of the text. */
function matchedText({ known: [pattern] }: Value, { list: [text], rest }: Arguments): Value | undefined {
  if (!(pattern instanceof RegexConstant) || pattern.flags.includes('g') || text === undefined)
    return undefined
  const plain =
    rest === nothing && !text.open && text.objects.length + text.functions.length + text.handles.length === 0
  return plain && text.known.length === 1 && typeof text.known[0] === 'string' ? text : undefined
}

function isText(constant: Known): boolean {
  return typeof constant === 'string'
}

function isRegex(constant: Known): boolean {
  return constant instanceof RegexConstant
}

function withoutRegexes(value: Value): Value {
  const { known, handles, functions, objects, taints } = value
  if (known.length + handles.length + functions.length + objects.length + taints.length === 1) return anything
  return changed(value, { known: value.known.filter(constant => !isRegex(constant)) })
}
