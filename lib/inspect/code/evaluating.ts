import { HIDDEN_NAME, HOLE } from '../../types.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import { withoutNames } from './webassembly.ts'
import { isPrey } from './telling.ts'
import { anything, join, nothing, tainted, changed, type Taint, type Value } from './values.ts'
import { flowInto, type ModelledCall } from './modelled-call.ts'

/** Text that becomes code: by `eval`, constructors of functions, `vm`, and whatever else takes a program as text. */

/** Globals of the language, ECMA-262 §19, those that make code out of text left out. */
const everyRealmHas = new Set(
  (
    'Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI ' +
    'encodeURIComponent escape unescape AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean ' +
    'DataView Date Error EvalError FinalizationRegistry Float32Array Float64Array Int8Array Int16Array Int32Array ' +
    'Iterator Map Number Object Promise Proxy RangeError ReferenceError RegExp Set SharedArrayBuffer String Symbol ' +
    'SyntaxError TypeError Uint8Array Uint8ClampedArray Uint16Array Uint32Array URIError WeakMap WeakRef WeakSet ' +
    'Atomics Intl JSON Math Reflect globalThis'
  ).split(' '),
)

/**
 * The fields of the context that code is run in are its globals. What every realm has is left as it is: the code that
 * sets up the context goes on with its own `Number`.
 */
export function shareContext(machine: Interpreter, context: Value, frame: Frame): void {
  let count = 0
  for (const object of context.objects)
    for (const [name, cell] of object.fields)
      if (!everyRealmHas.has(name) && ++count <= 100)
        machine.write(machine.global(`global:${name}`), machine.read(cell, frame))
}

/**
 * `new vm.Script(text).runInContext(context)`: what its program ends with. It was evaluated where it was made; with a
 * context of its own it is evaluated again, where other names mean other things.
 */
export function runScript(machine: Interpreter, context: Value, call: ModelledCall): Value {
  let result = call.self.open ? anything : nothing
  for (const { model } of call.self.objects) {
    if (model === undefined) continue
    result = join(result, machine.read(model.pending, call.frame))
    if (context.objects.length === 0 || call.handle.api.endsWith('runInThisContext')) continue
    shareContext(machine, context, call.frame)
    // `new Script(text).runIn…` begins where the script is made; what is evaluated there has been.
    const place = { ...call.place, start: call.place.end - 1 }
    const text = machine.read(model.texts, call.frame)
    result = join(result, evaluateCode(machine, text, { ...call, place }, 'program'))
  }
  return result === nothing ? anything : result
}

/** Text that becomes code: constant text is read as a file of its own, anything else is a sink. */
export function evaluateCode(
  machine: Interpreter,
  code: Value,
  call: ModelledCall,
  kind: 'program' | 'function',
): Value {
  const { frame, place } = call
  const parameters = kind === 'function' ? call.given.list.slice(0, -1) : []
  const all = machine.deepTaints(changed(code, { functions: [] }), frame)
  const taints = withoutNames(code, all, parameters, frame)
  flowInto(machine, taints, { kind: 'evaluate', role: 'code', destinations: [] }, call)
  let result = nothing
  let constant = false
  for (const text of code.known) {
    if (typeof text !== 'string' || text.includes(HOLE)) continue
    constant = true
    result = join(
      result,
      machine.loader.virtual(machine, text, call.handle.api.replace('global:', ''), frame, place, kind) ??
        anything,
    )
  }
  const computed =
    code.open ||
    code.handles.length > 0 ||
    code.objects.length > 0 ||
    code.known.some(text => typeof text === 'string' && text.includes(HOLE))
  // Timers get functions as a rule: a text among what they may get has to be seen, not guessed.
  // A secret may lie encoded among what else comes together there: it is no program.
  const isTimer = /:set(?:Timeout|Interval)$/.test(call.handle.api)
  const decoders = decodersOf(
    taints.filter(({ sure, source }) => (sure || !isTimer) && !isPrey(source.kind)),
    place,
  )
  if (constant || computed || taints.length > 0) {
    machine.fact(
      {
        kind: 'evaluates',
        api: call.handle.api,
        code: computed || !constant ? 'computed' : 'constant',
        decoders:
          computed && isNameHidden(call)
            ? [...decoders, HIDDEN_NAME]
            : taints.length === 0 && isSpelled(code, place)
              ? ['char-codes']
              : decoders,
      },
      frame,
      place,
    )
  }
  return join(result, tainted(taints))
}

const minSpelled = 20
const maxPieces = 200

/** A known text of which next to nothing stands in the file, where that file makes letters of numbers: it spells out the text. */
function isSpelled(code: Value, { file }: Place): boolean {
  if (!/fromCharCode|fromCodePoint/.test(file.text)) return false
  return code.known.some(whole => {
    if (typeof whole !== 'string' || whole.length > 20_000) return false
    // What the constructor of functions puts around its body is nobody's.
    const text = whole.replace(/^\(function anonymous\([^)]{0,200}\) \{/, '').replace(/\n\}\)$/, '')
    if (text.length < minSpelled) return false
    // Each piece is looked for in the whole file: a few hundred tell as much as thousands.
    const step = Math.max(6, Math.ceil(text.length / maxPieces))
    let [pieces, written] = [0, 0]
    for (let at = 0; at + 6 <= text.length; at += step) {
      pieces++
      // Words of the language, such as `return`, stand in every file.
      if (file.text.includes(text.slice(at, at + 6))) written++
    }
    return written * 3 <= pieces
  })
}

/**
 * Whether `eval` is called in a file that never says so: its name, or that of the constructor, was made up of pieces.
 * The file has to take it from somewhere by that name; where it is only handed in, others may have named it.
 */
function isNameHidden({ handle, place }: ModelledCall): boolean {
  if (handle.api !== 'global:eval' && handle.api !== 'global:Function') return false
  const { text } = place.file
  return taking.test(text) && !['eval', 'Function', 'constructor'].some(word => isSaid(text, word))
}

/** Occurrences of one word that are looked at; a file that names it so often hides nothing. */
const maxOccurrences = 100

/** Whether the code of a file has a word: what only a comment says, calls nothing. */
function isSaid(text: string, word: string): boolean {
  let at = text.indexOf(word)
  for (let count = 0; at !== -1 && count < maxOccurrences; count++) {
    const before = text.slice(Math.max(0, at - 2_000), at)
    const line = before.slice(before.lastIndexOf('\n') + 1)
    const opened = Math.max(...['\n/*', ' /*', ';/*'].map(start => `\n${before}`.lastIndexOf(start)))
    const inLine = /(?:^|[\s;{}()])\/\/[^'"`]*$/.test(line)
    if (!inLine && (opened === -1 || before.indexOf('*/', opened) !== -1)) return true
    at = text.indexOf(word, at + 1)
  }
  return at !== -1
}

/** `x[name](…)`, `x[a][b]`, or an object that has it. */
const taking =
  /\]\s{0,9}(?:\(|\[|\.\s{0,9}(?:call|apply|bind)\b)|\b(?:globalThis|global|window|self|top|frames|Reflect)\b/

const decoderLabels = new Set([
  'base64',
  'hex',
  'xor',
  'aes',
  'char-codes',
  'reversed',
  'inflated',
  'deciphered',
  'decoded',
  'uri',
])

function decodersOf(taints: readonly Taint[], { file }: Place): readonly string[] {
  const found = new Set<string>()
  for (const taint of taints) {
    // What a caller passes is hidden from nobody, however it is spelled.
    if (taint.source.kind === 'caller') continue
    // Nor is it sure that what another file made letters of gets here.
    if (!taint.sure && taint.source.kind === 'package-bytes' && taint.source.place.file !== file) continue
    for (let at = taint.hops; at !== undefined; at = at.previous)
      if (decoderLabels.has(at.label)) found.add(at.label)
  }
  return [...found].toSorted()
}
