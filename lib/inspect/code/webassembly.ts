import { HOLE } from '../../types.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import {
  cellsOf,
  carrying,
  changed,
  hop,
  type FunctionValue,
  type Handle,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'

/**
 * What comes out of a WebAssembly module. A number of it says where something lies, and is no data: lexers cut the text
 * of their caller by such numbers. Text made of its memory, or of its numbers one by one, is data of the package that
 * nobody can read before.
 */

/** The module, its instance, its exports and whatever lies in them; the bytes of its memory; a number it gives. */
export const wasm = 'wasm'
const memory = 'wasm.memory'
const number = 'wasm.number'

/** What `instance.exports.x` is, and `memory.buffer`. */
export function memberOfWasm(machine: Interpreter, name: string): Handle {
  return machine.handle(name === 'buffer' ? memory : wasm)
}

/** What a function of the module gives, and what the functions it is given are called with. */
export function numberOf(machine: Interpreter, value: Value): Value {
  return changed(value, { open: true, handles: [machine.handle(number)] })
}

/** The data in bytes or letters that are made of these values. */
export function bytesOfWasm(
  machine: Interpreter,
  values: readonly Value[],
  path: string,
  place: Place,
): readonly Taint[] {
  const isOurs = ({ api }: Handle): boolean => api === memory || api === number
  if (!values.some(value => value.handles.some(isOurs))) return []
  return hop([machine.source('package-bytes', path, place)], hidden, place)
}

const hidden = 'webassembly'

const imported = new WeakSet<FunctionValue>()

/** Remembers the functions a module is given: it calls them, and not the program. */
export function noteImports(imports: Value): void {
  let layer: readonly ObjectValue[] = imports.objects
  for (let depth = 0; depth < 3 && layer.length > 0; depth++) {
    const next: ObjectValue[] = []
    for (const object of layer)
      for (const { value } of cellsOf(object)) {
        for (const fn of value.functions) imported.add(fn)
        if (next.length < 100) next.push(...value.objects)
      }
    layer = next
  }
}

const altered = 'xor'

/** Memory that a program mixes with a key byte by byte in place. */
const mixtures = new WeakSet<Taint['source']>()

/** What exclusive or makes of bytes of a module's memory: languages that were compiled hand out text as it is. */
export function mixed(value: Value, place: Place, isInPlace: boolean): Value {
  const own = value.taints.filter(isHidden)
  if (own.length === 0) return value
  if (isInPlace) for (const { source } of own) mixtures.add(source)
  return carrying(value, hop(value.taints, altered, place))
}

function isHidden(taint: Taint): boolean {
  return hasHop(taint, hidden)
}

function hasHop({ hops }: Taint, label: string): boolean {
  for (let at = hops; at !== undefined; at = at.previous) if (at.label === label) return true
  return false
}

/** Whether that is still the text that lay in the module. */
function isPlainText(taint: Taint): boolean {
  return isHidden(taint) && !mixtures.has(taint.source) && !hasHop(taint, altered)
}

/** What makes a function out of text the program's own, and no way to the page. */
const powers = new Set(['require', 'process', 'module', '__dirname', '__filename'])

/**
 * Text out of a module with words of the program around it names something; alone it is a program. A
 * module that makes a function of its own text by a function it was given, is how compiled languages reach the page:
 * they are not handed `require` for it.
 */
export function withoutNames(
  code: Value,
  taints: readonly Taint[],
  parameters: readonly Value[],
  frame: Frame,
): readonly Taint[] {
  const isNaming = code.known.some(text => String(text).replaceAll(HOLE, '').trim() !== '')
  const own = frame.functionContext?.function
  const isGlue = own !== undefined && imported.has(own) && !parameters.some(isPower)
  if (!isNaming && !isGlue) return taints
  return taints.filter(taint => !isPlainText(taint))
}

function isPower({ known: [name] }: Value): boolean {
  return typeof name === 'string' && powers.has(name.trim())
}
