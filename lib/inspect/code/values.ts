import type { AnyNode } from 'acorn'
import type { SourceKind } from '../../types.ts'
import type { Entrusted } from './entrusted.ts'
import { RegexConstant } from './regex-constant.ts'
import type { GuardNote } from './sites.ts'
import type { Place } from './sites.ts'
import { giveWay, isPrey, isTellingOrCode } from './telling.ts'

/**
 * What an expression may be. A value is a set: constants that are known, handles of things the outside world offers
 * (`node:fs.readFile`), functions and objects of the program itself, and the *taints*: the sources whose data it may
 * carry. `open` says that it may be something else as well. Values are immutable; joining returns the left one when
 * nothing is new, so that growth can be seen by identity.
 */

export type Known = string | number | boolean | bigint | null | undefined | Uint8Array | RegexConstant

/** Data of one source. Two taints with the same source are the same; the first way it came is kept. */
export type Taint = {
  readonly source: SourceRecord
  readonly hops: HopNode | undefined
  /** False where an unknown function or a cap stood on the way. */
  readonly sure: boolean
}

export function newTaint(source: SourceRecord, hops: HopNode | undefined, sure: boolean): Taint {
  return { source, hops, sure }
}

export type SourceRecord = {
  readonly id: number
  readonly kind: SourceKind
  readonly name: string
  readonly place: Place
  /** Where it stands for the whole of something that a caller passes. */
  readonly entrusted: Entrusted | undefined
}

export type HopNode = {
  readonly label: string
  readonly place: Place
  readonly previous: HopNode | undefined
  readonly length: number
}

/** Something of the outside world, named by how it is reached: `node:https.request`, `global:fetch`, `pkg:axios`. */
export type Handle = {
  readonly api: string
  /** The file whose `require` it is. */
  readonly file: string | undefined
  /** The text before the call, where a method of a constant or an object is taken as a value. */
  readonly self: Value | undefined
}

export type Value = {
  readonly known: readonly Known[]
  readonly open: boolean
  readonly handles: readonly Handle[]
  readonly functions: readonly FunctionValue[]
  readonly objects: readonly ObjectValue[]
  readonly taints: readonly Taint[]
}

export type Cell = {
  value: Value
  /** All who read it, once they are more than the one: most cells have a single reader. */
  readers: Set<Reader> | undefined
  /** Who read it last, again and again as a rule. */
  lastReader: Reader | undefined
  /** The object whose field it is. */
  readonly holder: ObjectValue | undefined
  readonly name: string | undefined
}

/** Whoever must run again when a cell it read has grown. */
export type Reader = { queued: boolean }

export type ObjectKind = 'object' | 'array' | 'instance' | 'namespace' | 'map' | 'class'

export type ObjectValue = {
  readonly id: number
  readonly kind: ObjectKind
  readonly fields: Map<string, Cell>
  /** Everything stored under a key that is not known. */
  rest: Cell | undefined
  getters: Map<string, readonly FunctionValue[]> | undefined
  setters: Map<string, FunctionValue> | undefined
  /** What it inherits from. */
  parents: Value | undefined
  /** Length of an array whose elements are all known; undefined otherwise. */
  length: number | undefined
  /** The model whose methods it has: `socket`, `child`, `write-stream`, … with what is known of it. */
  model: InstanceModel | undefined
  /** Handed to code that was not seen: any field may be anything. */
  escaped: boolean
  /** Objects whose exports shine through (`export *`). */
  stars: Value[] | undefined
  /** The context that made it. */
  owner: unknown
  /** The taints of all that lies in it, a few steps deep, and the objects it lies in. */
  readonly deep: Cell
  /** What has been handed to the functions in it, and its version then. */
  handed: (Handed & { version: number }) | undefined
  holders: ObjectValue | Set<ObjectValue> | undefined
  /** The names of fields in the order they grow, once its fields have been copied. */
  grown: string[] | undefined
  /** Grows with each function or object that is put into it. */
  version: number
  /** All its fields as one cell, once somebody asked for a field whose name is not known. */
  everything: Cell | undefined
  /** How far along `grown` the objects are that have been copied into this one. */
  copied: Map<ObjectValue, number> | undefined
}

export type InstanceModel = {
  readonly name: string
  readonly api: string
  readonly place: Place
  /** Where it leads: URLs, paths or commands. Grows. */
  readonly texts: Cell
  /** What is sent to it, where sending does not yet say where to (`FormData`, an unopened request). */
  readonly pending: Cell
}

export type FunctionValue = {
  readonly id: number
  readonly node: FunctionNode
  readonly environment: Environment
  readonly lexicalThis: Value | undefined
  readonly file: FileLike
  /** The object whose `super` it sees. */
  home: ObjectValue | undefined
  /** Own properties, `prototype` included. */
  readonly properties: ObjectValue
  readonly name: string
  contexts: FunctionContext[]
  readonly handed: Handed
  called: boolean
  readonly depth: number
  /** For classes: the instance fields are evaluated when one is made. */
  readonly classNode: ClassNode | undefined
  parents: Value | undefined
}

/** What strangers have called a function with: the first few kinds apart, then all of it as one. */
export type Handed = { readonly kinds: Set<string>; all: Value }

export function newHanded(): Handed {
  return { kinds: new Set(), all: nothing }
}

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>
export type ClassNode = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>

export type FileLike = { readonly path: string }

export type Binding = Cell & {
  /** Written only by the function that declares it: an assignment replaces. */
  readonly strong: boolean
  readonly depth: number
  /** Declared without a value, and given one at most in a branch. */
  blank: boolean
  /** An imported name: looked up in the other module each time. */
  readonly from: { readonly module: Value; readonly name: string | undefined } | undefined
}

export type Environment = {
  readonly parent: Environment | undefined
  readonly names: Map<string, Binding>
  /** The object of a `with` statement. */
  readonly object: Value | undefined
}

export type FunctionContext = Reader & {
  readonly function: FunctionValue
  merged: boolean
  thisValue: Value
  parameters: Value[]
  rest: Value
  /** No call of it passes more than these. */
  whole: boolean
  readonly returns: Cell
  /** What it throws, for whoever catches around a call of it. */
  readonly throws: Cell
  readonly made: Map<unknown, unknown>
  /** Where it was first called from. */
  calledAt: Place | undefined
  runs: number
  running: boolean
  done: boolean
  guards: readonly GuardNote[]
  level: number
  run(): void
}

const none: readonly never[] = []

/** Every value is made here: all have one shape then, and reading them, which is most of the work, is fast. */
function makeValue(
  known: Value['known'],
  open: boolean,
  handles: Value['handles'],
  functions: Value['functions'],
  objects: Value['objects'],
  taints: Value['taints'],
): Value {
  return { known, open, handles, functions, objects, taints }
}

/** The value with some of its parts replaced. Not by spreading: each spread would make a shape of its own. */
export function changed(value: Value, to: Partial<Value>): Value {
  return makeValue(
    to.known ?? value.known,
    to.open ?? value.open,
    to.handles ?? value.handles,
    to.functions ?? value.functions,
    to.objects ?? value.objects,
    to.taints ?? value.taints,
  )
}

/** No value at all: code that has not run yet. The identity of joining. */
export const nothing: Value = makeValue(none, false, none, none, none, none)

/** Anything, carrying nothing. */
export const anything: Value = makeValue(none, true, none, none, none, none)

/** At most so many alternatives are kept apart; beyond them a value is open as well. */
const maxKnown = 6
const maxHandles = 6
const maxFunctions = 10
const maxObjects = 6
const maxTaints = 12

/** Names and short texts as values, made once: equal ones are then the same, and joining them costs nothing. */
const texts = new Map<string, Value>()
const maxTexts = 20_000

export function known(constant: Known): Value {
  if (typeof constant !== 'string' || constant.length > 60) return ofKnown(constant)
  let value = texts.get(constant)
  if (value === undefined) {
    if (texts.size >= maxTexts) texts.clear()
    value = ofKnown(constant)
    texts.set(constant, value)
  }
  return value
}

function ofKnown(constant: Known): Value {
  return makeValue([constant], false, none, none, none, none)
}

export function knowns(constants: readonly Known[]): Value {
  let value = nothing
  for (const constant of constants) value = join(value, known(constant))
  return value
}

export function ofHandle(handle: Handle): Value {
  return makeValue(none, false, [handle], none, none, none)
}

export function ofObject(object: ObjectValue): Value {
  return makeValue(none, false, none, none, [object], none)
}

export function ofFunction(fn: FunctionValue): Value {
  return makeValue(none, false, none, [fn], none, none)
}

/** Only what can be called of a value. */
export function onlyCallable(value: Value): Value {
  return makeValue(none, false, value.handles, value.functions, none, none)
}

/** The value with these taints in place of its own. */
export function carrying(value: Value, taints: readonly Taint[]): Value {
  return makeValue(value.known, value.open, value.handles, value.functions, value.objects, taints)
}

/** The value with these taints as well. */
export function withTaints(value: Value, taints: readonly Taint[]): Value {
  const joined = joinTaints(value.taints, taints)
  return joined === value.taints ? value : carrying(value, joined)
}

/** Anything, with these taints. */
export function tainted(taints: readonly Taint[]): Value {
  return taints.length === 0 ? anything : makeValue(none, true, none, none, none, taints)
}

export function opened(value: Value): Value {
  if (value.open) return value
  return makeValue(value.known, true, value.handles, value.functions, value.objects, value.taints)
}

function sameKnown(left: Known, right: Known): boolean {
  if (left === right) return true
  if (typeof left === 'number' && typeof right === 'number') return Object.is(left, right)
  if (left instanceof RegexConstant && right instanceof RegexConstant)
    return left.source === right.source && left.flags === right.flags
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    if (left.length !== right.length) return false
    for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false
    return true
  }
  return false
}

export function joinTaints(left: readonly Taint[], right: readonly Taint[]): readonly Taint[] {
  if (right.length === 0 || left === right) return left
  if (left.length === 0) {
    if (right.length <= maxTaints) return right
    return joinTaints(right.slice(0, maxTaints), right.slice(maxTaints))
  }
  let result = left
  let copy: Taint[] | undefined
  for (let index = 0; index < right.length; index++) {
    const taint = right[index]!
    if (left[index] === taint) continue
    const at = indexOfSource(result, taint.source)
    if (at >= 0) {
      // A sure way beats an unsure one.
      if (!taint.sure || result[at]!.sure) continue
      result = copy ??= [...left]
      copy[at] = taint
    } else if (result.length < maxTaints) {
      result = copy ??= [...left]
      copy.push(taint)
    } else {
      const kinds = result.map(({ source }) => source.kind)
      const weakest = giveWay(kinds, taint.source.kind)
      if (weakest < 0) continue
      result = copy ??= [...left]
      // Where so much comes together, only what is worth stealing is followed as if it were alone.
      copy[weakest] = isPrey(taint.source.kind) ? taint : newTaint(taint.source, taint.hops, false)
    }
  }
  return result
}

function indexOfSource(taints: readonly Taint[], source: SourceRecord): number {
  for (let at = 0; at < taints.length; at++) if (taints[at]!.source === source) return at
  return -1
}

/** Set by the last join that had to leave something out. */
let overflowed = false

function joinSet<T>(left: readonly T[], right: readonly T[], cap: number): readonly T[] {
  if (right.length === 0 || left === right) return left
  if (left.length === 0 && right.length <= cap) return right
  let result: T[] | undefined
  for (const item of right) {
    if ((result ?? left).includes(item)) continue
    if ((result ?? left).length >= cap) {
      overflowed = true
      break
    }
    result ??= [...left]
    result.push(item)
  }
  return result ?? left
}

function joinKnown(left: readonly Known[], right: readonly Known[]): readonly Known[] {
  if (right.length === 0 || left === right) return left
  if (left.length === 0) return right
  let result = left
  let copy: Known[] | undefined
  for (const item of right) {
    if (isAmong(result, item)) continue
    if (result.length < maxKnown) {
      result = copy ??= [...left]
      copy.push(item)
      continue
    }
    overflowed = true
    const at = hostOf(item) === undefined ? placeForTelling(result, item) : placeForHost(result, item)
    if (at < 0) continue
    result = copy ??= [...left]
    copy[at] = item
  }
  return result
}

function isAmong(list: readonly Known[], item: Known): boolean {
  for (let at = 0; at < list.length; at++) if (sameKnown(list[at], item)) return true
  return false
}

/**
 * Where there are too many texts, an address of another host takes the place of one whose host is there twice, and the
 * first address that of a text that says less: it is the one thing that says where all of it goes.
 */
function placeForHost(texts: readonly Known[], item: Known): number {
  const hosts = texts.map(hostOf)
  if (hosts.includes(hostOf(item))) return -1
  if (hosts.every(host => host === undefined))
    return texts.findLastIndex(text => typeof text === 'string' && !isTellingOrCode(text))
  return hosts.findIndex((host, at) => host !== undefined && hosts.indexOf(host) < at)
}

/** Home folders and commands that fetch take the place of what says less. */
function placeForTelling(texts: readonly Known[], item: Known): number {
  if (typeof item !== 'string' || item.length < 3 || !isTellingOrCode(item)) return -1
  return texts.findLastIndex(text => typeof text !== 'string' || !isTellingOrCode(text))
}

function hostOf(text: Known): string | undefined {
  return typeof text === 'string' && text.length > 7
    ? /^https?:\/\/([^/?#\u0001]{1,253})/i.exec(text)?.[1]
    : undefined
}

/** Both values. Returns `left` itself when `right` adds nothing. */
export function join(left: Value, right: Value): Value {
  if (left === right || right === nothing || (right === anything && left.open)) return left
  if (left === nothing) return right
  overflowed = false
  const values = joinKnown(left.known, right.known)
  const handles = joinSet(left.handles, right.handles, maxHandles)
  const functions = joinSet(left.functions, right.functions, maxFunctions)
  const objects = joinSet(left.objects, right.objects, maxObjects)
  const taints = joinTaints(left.taints, right.taints)
  const open = left.open || right.open || overflowed
  if (
    values === left.known &&
    handles === left.handles &&
    functions === left.functions &&
    objects === left.objects &&
    taints === left.taints &&
    open === left.open
  ) {
    return left
  }
  return makeValue(values, open, handles, functions, objects, taints)
}

export function joinAll(values: readonly Value[]): Value {
  let result = nothing
  for (const value of values) result = join(result, value)
  return result
}

/** Nothing but constants, and at least one. */
export function isConstant(value: Value): boolean {
  return (
    value.known.length > 0 &&
    !value.open &&
    value.handles.length === 0 &&
    value.functions.length === 0 &&
    value.objects.length === 0
  )
}

/**
 * Whether it is certainly truthy, certainly falsy, or not known. What the environment holds is not known, also where we
 * have a text for it: `APPDATA` is a folder on Windows only.
 */
export function truth(value: Value): boolean | undefined {
  if (value.open || value.taints.some(({ source }) => source.kind.startsWith('env'))) return undefined
  const some = value.functions.length > 0 || value.objects.length > 0 || value.handles.length > 0
  if (value.handles.length > 0) return undefined
  let yes = some
  let no = false
  for (const constant of value.known) {
    if (typeof constant === 'string' && constant.includes('\u0001')) return undefined
    if (constant) yes = true
    else no = true
  }
  if (yes === no) return undefined
  return yes
}

export function newCell(value: Value = nothing): Cell {
  return { value, readers: undefined, lastReader: undefined, holder: undefined, name: undefined }
}

export function newField(holder: ObjectValue, name: string | undefined): Cell {
  return { value: nothing, readers: undefined, lastReader: undefined, holder, name }
}

/** The cell of a name. */
export function newBinding(value: Value, strong: boolean, depth: number, from?: Binding['from']): Binding {
  return {
    value,
    readers: undefined,
    lastReader: undefined,
    holder: undefined,
    name: undefined,
    strong,
    depth,
    blank: false,
    from,
  }
}

/** A hop added to each taint: a call, a file, a decoding. Long ways keep their beginning and their last steps. */
export function hop(taints: readonly Taint[], label: string, place: Place): readonly Taint[] {
  let copy: Taint[] | undefined
  for (let at = 0; at < taints.length; at++) {
    const taint = taints[at]!
    const previous = taint.hops
    if (previous !== undefined && previous.label === label && previous.place.start === place.start) continue
    if (previous !== undefined && previous.length >= 12) continue
    const hops = { label, place, previous, length: (previous?.length ?? 0) + 1 }
    copy ??= [...taints]
    copy[at] = newTaint(taint.source, hops, taint.sure)
  }
  return copy ?? taints
}

export function unsure(taints: readonly Taint[]): readonly Taint[] {
  return taints.every(taint => !taint.sure)
    ? taints
    : taints.map(taint => newTaint(taint.source, taint.hops, false))
}

/** The fields of an object, and what lies under names that are not known; of a large table a part. */
export function* cellsOf(object: ObjectValue) {
  let count = 0
  for (const cell of object.fields.values()) {
    if (++count > 400) break
    yield cell
  }
  if (object.rest !== undefined) yield object.rest
}
