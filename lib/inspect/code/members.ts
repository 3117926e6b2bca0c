import type { AnyNode } from 'acorn'
import { HOLE } from '../../types.ts'
import { noteAnswerField } from './answering.ts'
import { defaultOf } from './defaults.ts'
import { savedRecord } from './saved-records.ts'
import { enumerated, memberOfWhole, wholesIn, withoutWholes } from './entrusted.ts'
import { install, setOnInstance } from './handing.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { byCallLevel } from './levels.ts'
import { areBytes } from './bytes.ts'
import { noteShownField } from './markup.ts'
import { addon, environmentApi, isModelled, propertyOf } from './models/index.ts'
import {
  folderOfVariable,
  guardOfVariable,
  isDullVariable,
  isSecretParameter,
  isSecretVariable,
} from './models/secrets.ts'
import { assignHandle, exchangeShown, patched, replacedInUnknown } from './patching.ts'
import { beginning } from './picked-variables.ts'
import { isRequest, isRequestOf, isSessionCookie, wholePart } from './requests.ts'
import { constantText } from './readable.ts'
import { removeFromAll } from './removal.ts'
import { hooksOfOthers, shownInPlaceOf, withoutSignIn } from './shown-requests.ts'
import { placeOf, type Place } from './sites.ts'
import { isStandIn } from './stand-ins.ts'
import {
  anything,
  join,
  joinTaints,
  known,
  nothing,
  ofFunction,
  ofHandle,
  ofObject,
  tainted,
  withTaints,
  changed,
  carrying,
  type Cell,
  type FunctionValue,
  type Handle,
  type ObjectValue,
  type Taint,
  type Value,
  opened,
} from './values.ts'
import { memberOfWasm, wasm } from './webassembly.ts'
import { copiedInto, copyWholes, isCopy, noTaints, wholeField } from './whole-copies.ts'

/** Reading and writing `a.b` and `a[b]`, of whatever `a` may be. */

/** The key of a member expression as a value; private names keep their `#`. */
export function propertyKey(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'MemberExpression' }>,
  frame: Frame,
): Value {
  if (node.computed) return machine.evaluate(node.property, frame)
  if (node.property.type === 'PrivateIdentifier') return known(`#${node.property.name}`)
  return node.property.type === 'Identifier' ? known(node.property.name) : anything
}

/** The names a key may have; `undefined` in the list stands for any. */
export function namesOf(key: Value): readonly (string | undefined)[] {
  const only = key.known[0]
  if (key.known.length === 1 && typeof only === 'string' && !key.open && key.handles.length === 0)
    return only.includes(HOLE) ? anyName : (key.known as readonly string[])
  const names: (string | undefined)[] = []
  const symbol = key.handles.length === 1 && !key.open ? key.handles[0]!.api : ''
  if (symbol.startsWith('global:Symbol.') && key.known.length === 0) return [`@@${symbol.slice(14)}`]
  for (const constant of key.known) {
    if (constant instanceof Uint8Array) names.push(undefined)
    else {
      const name = String(constant)
      names.push(name.includes(HOLE) ? undefined : name)
    }
  }
  if (key.open || names.length === 0) names.push(undefined)
  return names
}

const anyName = [undefined]

export function memberOf(
  machine: Interpreter,
  object: Value,
  key: Value,
  frame: Frame,
  node: AnyNode,
): Value {
  const place = placeOf(frame.file, node)
  const names = namesOf(key)
  if (names.length === 1 && names[0] !== undefined) {
    if (names[0] === 'constructor' && isMethodOfLiteral(machine, node, frame))
      return ofHandle(machine.handle('global:Function'))
    return namedMember(machine, object, names[0], frame, place)
  }
  let result = nothing
  for (const name of names) {
    result = join(
      result,
      name === undefined
        ? (begunMember(machine, object, key, frame, place) ?? anyMember(machine, object, key, frame, place))
        : namedMember(machine, object, name, frame, place),
    )
  }
  return key.taints.length > 0 && isAlphabet(object) ? withTaints(result, key.taints) : result
}

/** `[].flat.constructor`: what evaluates text, whichever way it is reached. */
function isMethodOfLiteral(machine: Interpreter, node: AnyNode, frame: Frame): boolean {
  if (node.type !== 'MemberExpression' || node.object.type !== 'MemberExpression') return false
  const { object, property, computed } = node.object
  if (!['ArrayExpression', 'Literal', 'TemplateLiteral'].includes(object.type)) return false
  return !computed || constantText(machine, property, frame) !== undefined
}

/** A text whose letters are picked by numbers says, letter by letter, which numbers: base32 by hand. */
function isAlphabet({ known: texts, objects, handles, functions }: Value): boolean {
  if (texts.length !== 1 || objects.length + handles.length + functions.length > 0) return false
  return typeof texts[0] === 'string' && texts[0].length >= 16
}

export function namedMember(
  machine: Interpreter,
  object: Value,
  name: string,
  frame: Frame,
  place: Place,
  /** Prototypes and re-exports followed so far: hostile code, and honest `setPrototypeOf`, can make a ring of them. */
  seen?: Set<unknown>,
): Value {
  if (seen !== undefined && seen.size > maxSeen) return anything
  let result = nothing
  for (const handle of object.handles) {
    result = join(result, memberOfHandle(machine, handle, name, object, frame, place))
  }
  if (object.objects.length > 0) {
    for (const one of object.objects) result = join(result, fieldOf(machine, one, name, frame, place, seen))
  }
  for (const fn of object.functions) {
    if (name === 'prototype') prototypeOf(machine, fn)
    const own = fieldOf(machine, fn.properties, name, frame, place, seen)
    result = join(result, own === anything && functionMembers.has(name) ? ofFunctions(machine, name) : own)
    if (fn.parents !== undefined && own === anything && seen?.has(fn) !== true) {
      seen = (seen ?? new Set()).add(fn)
      result = join(result, namedMember(machine, fn.parents, name, frame, place, seen))
    }
    if (name === 'constructor') result = join(result, ofHandle(machine.handle('global:Function')))
  }
  for (const constant of object.known) {
    if (typeof constant === 'string' || constant instanceof Uint8Array) {
      if (name === 'length' && !String(constant).includes(HOLE)) result = join(result, known(constant.length))
      else if (name === 'href' && typeof constant === 'string') result = join(result, known(constant))
      else if (/^\d{1,9}$/.test(name)) {
        const one = known(constant[Number(name)])
        // What is read from a file may be its bytes or its text: a letter is no number.
        result = join(result, object.taints.some(isOwnFile) ? opened(one) : one)
      } else if (name === 'constructor' && typeof constant === 'string')
        result = join(result, ofHandle(machine.handle('global:String')))
      else result = join(result, anything)
    } else if (constant !== null && constant !== undefined) result = join(result, anything)
  }
  if (object.open) result = join(join(result, anything), defaultOf(machine, name, frame))
  if (object.open && name === 'interceptors') result = join(result, ofHandle(machine.handle(hooksOfOthers)))
  if (name === 'length') return result === nothing ? anything : result
  if (name === 'stack' && machine.globals.has('%stack'))
    result = join(result, machine.read(machine.global('%stack'), frame))
  const taints = object.objects.some(copiesEnvironment)
    ? carriedTaints(object).filter(isNotWhole)
    : carriedTaints(object)
  if (taints.length > 0 && (object.open || object.known.length > 0 || object.objects.length > 0)) {
    result = withTaints(result === nothing ? anything : result, secretOption(machine, name, taints, place))
  }
  for (const one of object.objects) {
    if (!one.fields.has(wholeField)) continue
    const wholes = machine.read(machine.field(one, wholeField), frame).taints
    result = withTaints(result, memberOfWhole(machine, wholes, name, place))
  }
  return result
}

/** `f.call` as a value is what every function has. */
function ofFunctions(machine: Interpreter, name: string): Value {
  return name === 'call' || name === 'apply'
    ? ofHandle(machine.handle(`global:Function.prototype.${name}`))
    : nothing
}

const functionMembers = new Set(['call', 'apply', 'bind', 'toString', 'name', 'length', 'constructor'])

/** What an object of the caller is asked for by name: `options.apiKey` is a secret of the caller. */
export function secretOption(
  machine: Interpreter,
  name: string,
  given: readonly Taint[],
  place: Place,
): readonly Taint[] {
  const taints = withoutSignIn(name, memberOfWhole(machine, given, name, place))
  if (publicParts.test(name)) return withoutSecret(machine, taints, place)
  const isSecret = isSecretParameter(name)
  const caller = taints.find(isPlainCaller)
  // Only requests have headers of that kind, whatever the parameter that holds them is called.
  const isSent =
    ownHeader.test(name) ||
    (caller !== undefined && (isRequestOf(caller, name) || (name === 'cookies' && isRequest(caller))))
  if (caller !== undefined && isSessionCookie(caller, name))
    return joinTaints(
      taints.filter(taint => taint !== caller),
      [machine.source('caller-secret', 'request cookie', place)],
    )
  const whole = caller === undefined ? undefined : wholePart(machine, caller, name, place)
  const all = whole === undefined ? taints : joinTaints(taints, [whole])
  if (!isSecret && !isSent) return all
  if (!isSecret) {
    if (caller === undefined) return taints
    return joinTaints(
      all.filter(taint => taint !== caller),
      [machine.source('caller', `request ${name.toLowerCase()}`, place)],
    )
  }
  if (caller === undefined)
    return pairKey.test(name) && taints.some(({ source: { kind } }) => kind === 'env' || kind === 'env-name')
      ? joinTaints(taints, [machine.source('caller-secret', name, place)])
      : taints
  const ofRecord = caller.source.name === savedRecord ? `${name} of ${savedRecord}` : name
  const secret = machine.source('caller-secret', isRequest(caller) ? `request ${name}` : ofRecord, place)
  machine.recorder.wrapped.named(secret.source, caller.source)
  return joinTaints(
    taints.filter(taint => taint !== caller),
    [secret],
  )
}

function isOwnFile({ source: { kind } }: Taint): boolean {
  return kind === 'package-bytes'
}

/** Data of the caller that may be any part of what was passed. */
export function isPlainCaller({ source }: Taint): boolean {
  return source.kind === 'caller' && source.entrusted === undefined
}

const ownHeader = /^x-[a-z]/i

/** What only a key pair has: it was made of what a variable or a file held. */
const pairKey = /^(?:secretKey|privateKey|mnemonic|seedPhrase)$/

/** What a wallet or key pair shows to everybody. */
const publicParts =
  /^(?:classic|x|legacy|account|wallet|public)?_?address(?:es)?$|^public_?key$|^pub_?key$|^account_?id$/i

function withoutSecret(machine: Interpreter, taints: readonly Taint[], place: Place): readonly Taint[] {
  // Also what an unknown function made of the key: `Keypair.fromSecretKey(key).publicKey`.
  const isWallet = ({ source, sure }: Taint): boolean =>
    source.kind === 'caller-secret' &&
    (!sure || /^(?:wallet|signer|keypair|keystore)(?:\(\))?$/i.test(source.name))
  const wallet = taints.find(isWallet)
  if (wallet === undefined) return taints
  return joinTaints(
    taints.filter(taint => !isWallet(taint)),
    [machine.source('caller', wallet.source.name, place)],
  )
}

/** The taints a part of a value has because the whole has them. A variable is not the whole environment. */
export function carriedTaints(object: Value): readonly Taint[] {
  if (object.taints.length === 0) return object.taints
  if (object.handles.some(handle => handle.api === environmentApi)) {
    return object.taints.filter(taint => taint.source.kind !== 'env')
  }
  return object.taints
}

function memberOfHandle(
  machine: Interpreter,
  handle: Handle,
  name: string,
  object: Value,
  frame: Frame,
  place: Place,
): Value {
  if (handle.api === environmentApi) return variable(machine, name, frame, place, object.objects.length > 0)
  // What somebody said there stays what was said, however deep in it one looks.
  if (handle.api === 'store.*') return withTaints(ofHandle(handle), object.taints)
  if (handle.api === addon) return ofHandle(handle)
  if (handle.api === wasm) return changed(anything, { handles: [memberOfWasm(machine, name)] })
  // Code walks up to the constructor of constructors to evaluate text.
  if (name === 'constructor' && !handle.api.startsWith('module')) {
    // `Error.prototype.constructor` is `Error`.
    const own = /^global:(\w+)\.prototype$/.exec(handle.api)?.[1]
    if (own !== undefined && own !== 'Function') return ofHandle(machine.handle(`global:${own}`))
    return ofHandle(machine.handle('global:Function'))
  }
  const api = machine.memberName(handle.api, name)
  return handleValue(machine, api, handle.file, object, frame, place)
}

/** A thing of the outside world as a value: what a model says of it, and what the program stored there. */
export function handleValue(
  machine: Interpreter,
  api: string,
  file: string | undefined,
  self: Value | undefined,
  frame: Frame,
  place: Place,
): Value {
  let result = nothing
  const stored = machine.globals.get(api)
  if (stored !== undefined) result = machine.read(stored, frame)
  const model = propertyOf(api)
  if (model !== undefined) {
    if (model.guard !== undefined) machine.guard(model.guard, frame, place)
    if (model.text !== undefined) return join(result, known(model.text))
    if (model.source === undefined)
      return join(
        result,
        model.guard === 'argv' ? changed(anything, { handles: [machine.handle(api)] }) : anything,
      )
    const taint = machine.source(model.source, model.name ?? api.replace('global:', ''), place)
    machine.reads(taint, api, frame)
    return join(
      result,
      changed(anything, { handles: isModelled(api) ? [machine.handle(api)] : [], taints: [taint] }),
    )
  }
  if (!isKept(api)) {
    return join(result, tainted(self === undefined ? [] : carriedTaints(self)))
  }
  const value = ofHandle(machine.handle(api, file))
  if (api === environmentApi) {
    return carrying(value, [machine.source('env', 'process.env', place)])
  }
  return join(result, value)
}

const kept = new Map<string, boolean>()
const maxKept = 20_000

/**
 * Members that nobody knows are kept a few steps deep, so that replacing one is seen: of packages, and of what calls of
 * Node's and the page's own give.
 */
function isKept(api: string): boolean {
  let known = kept.get(api)
  if (known === undefined) {
    const own = api.startsWith('node:') || api.startsWith('global:')
    const near = api.split('.').length <= 4 && (own || !api.includes('('))
    known = (near || isModelled(api)) && api.length <= 120
    if (kept.size >= maxKept) kept.clear()
    kept.set(api, known)
  }
  return known
}

function variable(machine: Interpreter, name: string, frame: Frame, place: Place, mixed: boolean): Value {
  // What every object has is no variable: `process.env.hasOwnProperty(name)`.
  if (name in Object.prototype) return anything
  const guard = guardOfVariable(name)
  machine.guard(guard, frame, place, name)
  const stored = machine.globals.get(`${environmentApi}.${name}`)
  const before = stored === undefined ? nothing : machine.read(stored, frame)
  const folder = folderOfVariable(name)
  if (folder !== undefined) return join(before, known(folder))
  if (isDullVariable(name)) return join(before, anything)
  const taint = machine.source(isSecretVariable(name) ? 'env-secret' : 'env-name', name, place)
  // Options that may have been merged with the environment are asked for by names of options.
  if (!mixed || taint.source.kind === 'env-secret' || /^(?:[A-Z][A-Z0-9_]*|npm_\w+)$/.test(name))
    machine.reads(taint, environmentApi, frame)
  return join(before, tainted([taint]))
}

/** `process.env['TOOL_' + name]`: variables whose names begin as the code says. */
function begunMember(
  machine: Interpreter,
  object: Value,
  key: Value,
  frame: Frame,
  place: Place,
): Value | undefined {
  if (key.open || key.known.length === 0 || object.objects.length > 0) return undefined
  if (object.handles.length !== 1 || object.handles[0]!.api !== environmentApi) return undefined
  let taints = carriedTaints(object)
  for (const name of key.known) {
    if (typeof name === 'string' && !name.includes(HOLE)) continue
    const taint = beginning(machine, String(name), place)
    if (taint === undefined) return undefined
    machine.reads(taint, environmentApi, frame)
    taints = joinTaints(taints, [taint])
  }
  return tainted(taints)
}

/** Any member at all: of the environment that is a variable whose name is not known. */
function anyMember(machine: Interpreter, object: Value, key: Value, frame: Frame, place: Place): Value {
  let result = tainted(enumerated(carriedTaints(object), key.taints))
  for (const handle of object.handles) {
    if (handle.api === environmentApi) {
      const taint = machine.source('env', 'process.env[…]', place)
      machine.reads(taint, environmentApi, frame)
      result = withTaints(result, [taint])
    }
    // A global whose name lies in the package's own data, nobody should read: what evaluates text, at worst.
    if (handle.api === 'global:' && machine.deepTaints(key, frame).some(isOwnFile))
      result = join(result, ofHandle(machine.handle('global:eval')))
  }
  for (const one of object.objects) {
    result = join(result, fieldsOf(machine, one, key, frame))
    for (const parent of one.parents?.objects ?? []) {
      result = join(result, machine.read(machine.everythingIn(parent), frame))
    }
  }
  return result
}

/** All that lies in an object; what it is a copy of as a whole only where its own names are gone through. */
function fieldsOf(machine: Interpreter, object: ObjectValue, key: Value, frame: Frame): Value {
  const all = machine.read(machine.everythingIn(object), frame)
  const wholes = copiedInto(object)
  if (wholes.length === 0) return all
  const kept = enumerated(wholes, key.taints)
  const left = all.taints.filter(taint => !wholes.includes(taint) || kept.includes(taint))
  return left.length === all.taints.length ? all : carrying(all, left)
}

/**
 * What of a value may have that member: whose method is called, is its `this`. `apps[name].init()` is called on an app,
 * whatever else lies in `apps`. The whole value where it is all alike.
 */
export function holdersOf(machine: Interpreter, value: Value, name: string): Value {
  const { objects, functions, handles } = value
  if (objects.length + functions.length + handles.length < 2) return value
  const kept = {
    objects: objects.filter(object => mayHave(object, name)),
    functions: functions.filter(fn => fn.parents !== undefined || mayHave(fn.properties, name)),
    handles: handles.filter(
      ({ api }) => (machine.globals.get(machine.memberName(api, name))?.value.functions.length ?? 0) > 0,
    ),
  }
  const found = kept.objects.length + kept.functions.length + kept.handles.length
  return found === 0 || found === objects.length + functions.length + handles.length
    ? value
    : changed(value, kept)
}

function mayHave(object: ObjectValue, name: string): boolean {
  let at: ObjectValue | undefined = object
  for (let step = 0; at !== undefined && step < maxParents; step++) {
    if (at.rest !== undefined || at.stars !== undefined || at.escaped || at.getters?.has(name) === true)
      return true
    if ((at.fields.get(name)?.value.functions.length ?? 0) > 0) return true
    const parents: Value | undefined = at.parents
    if (parents === undefined) return false
    if (parents.objects.length > 1 || parents.handles.length > 0 || parents.open) return true
    at = parents.objects[0]
  }
  return at !== undefined
}

const maxParents = 12
const maxSeen = 60

/** A field of one object, through what it inherits. `anything` where nothing of that name is known. */
export function fieldOf(
  machine: Interpreter,
  object: ObjectValue,
  name: string,
  frame: Frame,
  place: Place,
  seen?: Set<unknown>,
): Value {
  let result = nothing
  let at: ObjectValue | undefined = object
  for (let step = 0; at !== undefined && step < maxParents; step++) {
    machine.step()
    const getters = at.getters?.get(name)
    if (getters !== undefined) {
      const call = (fn: FunctionValue): Value =>
        machine.callFunction(fn, ofObject(object), { list: [], rest: nothing }, frame, place)
      return getters.slice(1).reduce((all, fn) => join(all, call(fn)), call(getters[0]!))
    }
    const cell = at.fields.get(name)
    const value = cell === undefined ? nothing : machine.read(cell, frame)
    if (value !== nothing) {
      result = join(result, value)
      if (at.rest !== undefined) result = join(result, othersIn(machine, at, at.rest, frame))
      break
    }
    if (at.rest !== undefined) result = join(result, othersIn(machine, at, at.rest, frame))
    if (at.stars !== undefined) {
      const followed = seen?.has(at) === true ? [] : at.stars
      seen = (seen ?? new Set()).add(at)
      for (const star of followed) result = join(result, namedMember(machine, star, name, frame, place, seen))
    }
    if (at.model !== undefined) {
      const own = machine.memberName(at.model.name, name)
      const api = at.model.name === 'store' && !isModelled(own) ? 'store.*' : own
      if (isModelled(api)) result = join(result, ofHandle(machine.handle(api, undefined, ofObject(object))))
    }
    const parents: Value | undefined = at.parents
    if (parents === undefined) break
    for (const handle of parents.handles) {
      result = join(result, memberOfHandle(machine, handle, name, ofObject(object), frame, place))
    }
    for (const other of parents.objects.slice(1)) {
      if (other.fields.has(name)) result = join(result, machine.read(machine.field(other, name), frame))
    }
    at = parents.objects[0]
  }
  if (name === 'buffer' && result === nothing && areBytes(object)) return ofObject(object)
  if (
    name === 'constructor' &&
    result === nothing &&
    object.parents === undefined &&
    object.rest === undefined
  )
    result = madeBy(machine, object)
  // Whoever adds the field later must wake this reader, also where it may be inherited from another package's class.
  if (
    result === nothing ||
    (object.kind === 'instance' && !object.fields.has(name) && isOfStranger(result))
  ) {
    machine.read(machine.field(object, name), frame)
    if (object.rest === undefined && (object.kind === 'array' || object.kind === 'map'))
      filledLater(machine, object, frame)
  }
  if (object.kind === 'array' && name === 'length' && object.length !== undefined) {
    if (object.length > 0 || object.owner === frame.context) return known(object.length)
    // A list that another function made empty is there to be filled, perhaps by whoever runs later.
    machine.read(machine.restOf(object), frame)
    return join(known(0), anything)
  }
  if (object.escaped) result = join(result, anything)
  if (object.model?.name === 'url' && (name === 'href' || name === 'search'))
    result = withTaints(result === nothing ? anything : result, machine.read(object.deep, frame).taints)
  if (object.model !== undefined && name !== '%taints' && object.fields.has('%taints')) {
    const { taints } = machine.read(machine.field(object, '%taints'), frame)
    result = withTaints(result === nothing ? anything : result, taints)
  }
  const made = object.kind === 'instance' ? object.fields.get(givenField) : undefined
  if (made !== undefined && result.taints.length === 0 && isSecretParameter(name))
    result = withTaints(
      result === nothing ? anything : result,
      secretOption(machine, name, machine.read(made, frame).taints, place),
    )
  return result === nothing ? anything : result
}

/** `[].constructor`, `{}.constructor`: from there it is one step to what evaluates text. */
function madeBy(machine: Interpreter, { kind, model, escaped }: ObjectValue): Value {
  if (model !== undefined || escaped || (kind !== 'array' && kind !== 'object')) return nothing
  return ofHandle(machine.handle(kind === 'array' ? 'global:Array' : 'global:Object'))
}

/** Whether it is nothing but a member of something that another package has. */
function isOfStranger({ handles, functions, objects }: Value): boolean {
  return handles.length > 0 && functions.length + objects.length === 0 && handles.every(isOfPackage)
}

function isOfPackage({ api }: Handle): boolean {
  return api.startsWith('pkg:')
}

/** Nothing as yet: whoever reads a list that others fill runs again when they have put data into it. */
export function filledLater(machine: Interpreter, list: ObjectValue, frame: Frame): Value {
  machine.read(list.deep, frame)
  return nothing
}

/** What a field of no known name may be. One variable of a copied environment is not the whole of it. */
function othersIn(machine: Interpreter, object: ObjectValue, rest: Cell, frame: Frame): Value {
  const value = withoutCopies(machine, object, machine.read(rest, frame), frame)
  if (!copiesEnvironment(object)) return value
  const taints = value.taints.filter(isNotWhole)
  return taints.length === value.taints.length ? value : changed(value, { taints })
}

/**
 * What a loop over names copied into a copy, deeper down, is a part of it that has a name nobody knows: which one is read
 * here, the name says.
 */
function withoutCopies(machine: Interpreter, object: ObjectValue, value: Value, frame: Frame): Value {
  if (!object.fields.has(wholeField) || !value.objects.some(isCopy)) return value
  const copies = changed(nothing, { objects: value.objects.filter(isCopy) })
  const left = changed(value, { objects: value.objects.filter(one => !isCopy(one)), open: true })
  return withTaints(left, withoutWholes(machine.deepTaints(copies, frame)))
}

/** `{...process.env}`. */
export function copiesEnvironment({ parents }: ObjectValue): boolean {
  return parents?.handles.some(({ api }) => api === environmentApi) === true
}

/**
 * Whether it is anything but the environment as it is; what was made of that is kept under a name of its own. That it was
 * passed to a function makes nothing of it.
 */
function isNotWhole({ source, hops }: Taint): boolean {
  if (source.kind !== 'env') return true
  for (let at = hops; at !== undefined; at = at.previous) if (!at.label.startsWith('passed to ')) return true
  return false
}

/** What the constructor of another package's class was given by the caller. */
export const givenField = '%given'

/** `object[key] = value`. */
export function setMember(
  machine: Interpreter,
  object: Value,
  key: Value,
  value: Value,
  frame: Frame,
  node: AnyNode,
): void {
  const place = placeOf(frame.file, node)
  // Where it may also be an object of the package's own, that is what is meant; and `this` is one as a rule: compilers
  // make classes of old ones by calls that mix up the prototypes of a whole file.
  const own = object.objects.some(one => !isStandIn(one))
  const unsure = own || object.functions.length > 0 || isSelf(node)
  noteKey(machine, object, key)
  const copied = key.taints.length === 0 ? noTaints : wholesIn(value.taints)
  if (copied.length > 0 && enumerated(copied, key.taints).length > 0) {
    copyWholes(machine, copied, object.objects, place)
    value = carrying(value, withoutWholes(value.taints))
  }
  for (const name of namesOf(key)) {
    for (const one of object.objects) setField(machine, one, name, value, frame, place)
    for (const fn of object.functions) setField(machine, fn.properties, name, value, frame, place)
    for (const handle of object.handles) {
      if (name !== undefined) assignHandle(machine, handle, name, value, frame, place, unsure)
      else patched(machine, handle, frame, place, unsure)
    }
  }
  if (object.handles.some(({ api }) => !api.startsWith('native:'))) {
    const sent = namesOf(key).flatMap(name => shownInPlaceOf(machine, object.handles, name, frame, place))
    install(machine, value, frame, place, sent)
  } else if (object.open && (value.functions.length > 0 || value.objects.length > 0))
    installInUnknown(machine, key, value, unsure, frame, place)
  if (object.open || object.handles.length > 0) {
    for (const name of namesOf(key))
      if (name !== undefined) noteShownField(machine, name, value, frame, place)
  }
  if (object.open && namesOf(key).some(name => name !== undefined && shownText.has(name)))
    exchangeShown(machine, place, frame)
  if (object.open && key.known[0] === 'body') noteAnswerField(machine, object, value, frame, place)
}

/** Fields that whoever has the object calls by itself: handlers, and what the language looks for. */
const calledBySelf = /^(?:on[a-z]|(?:then|toString|valueOf|toJSON|next|callback|handler)$)/

/**
 * `axios.getAdapter = …`, where it is not known yet whose object that is. Handlers are called by strangers at once; a
 * method waits for somebody who uses it.
 */
function installInUnknown(
  machine: Interpreter,
  key: Value,
  value: Value,
  own: boolean,
  frame: Frame,
  place: Place,
): void {
  const names = namesOf(key)
  if (!own)
    for (const name of names) if (name !== undefined) replacedInUnknown(machine, name, value, frame, place)
  if (!own && names.some(name => name === undefined || calledBySelf.test(name))) {
    install(machine, value, frame, place)
    return
  }
  const passed = { self: nothing, list: [value], rest: nothing }
  machine.later(byCallLevel, `install ${place.start}`, passed, frame, ({ list: [found = nothing] }, at) =>
    install(machine, found, at, place),
  )
}

/** What a page shows of a node. */
const shownText: ReadonlySet<string> = new Set([
  'nodeValue',
  'textContent',
  'innerText',
  'innerHTML',
  'outerHTML',
  'value',
  'data',
])

/** `this.x = …` or `this.x.y = …`, under the names it has in compiled code too. */
function isSelf(node: AnyNode): boolean {
  let base: AnyNode = node.type === 'AssignmentExpression' ? node.left : node
  for (let depth = 0; base.type === 'MemberExpression' && depth < 20; depth++) base = base.object
  return (
    base.type === 'ThisExpression' ||
    (base.type === 'Identifier' && /^(?:_?this\d*|_?self|that)$/.test(base.name))
  )
}

/** A secret may be the name of a field: whoever asks for the names, gets it. Names callers choose are theirs. */
export function noteKey(machine: Interpreter, object: Value, key: Value): void {
  const secrets = key.taints.filter(
    ({ source: { kind } }) => kind === 'credential-file' || kind === 'env-secret' || kind === 'env',
  )
  if (secrets.length > 0)
    for (const one of object.objects) machine.writeField(one, keysField, tainted(secrets))
}

export const keysField = '%keys'

function setField(
  machine: Interpreter,
  object: ObjectValue,
  name: string | undefined,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  machine.step()
  if (name === undefined) {
    machine.writeRest(object, value)
    object.length = undefined
    return
  }
  if (value.taints.length === 0) removeFromAll(machine, [object], name, frame, place)
  if (name === '__proto__') {
    object.parents = object.parents === undefined ? value : join(object.parents, value)
    return
  }
  const setter = setterOf(object, name)
  if (setter !== undefined) {
    machine.callFunction(setter, ofObject(object), { list: [value], rest: nothing }, frame, place)
    return
  }
  const trap = object.fields.get('%set')
  if (trap !== undefined)
    machine.call(
      machine.read(trap, frame),
      nothing,
      { list: [anything, known(name), value, anything], rest: nothing },
      frame,
      place,
    )
  if (object.model !== undefined) setOnInstance(machine, object, name, value, frame, place)
  machine.writeField(object, name, value)
  if (object.kind === 'array' && object.length !== undefined && /^\d{1,6}$/.test(name)) {
    object.length = Math.max(object.length, Number(name) + 1)
  }
}

export function superObject(frame: Frame): Value {
  return frame.home?.parents ?? anything
}

export function addGetter(
  object: { getters: Map<string, Value['functions']> | undefined },
  name: string,
  { functions }: Value,
): void {
  if (functions.length > 0) (object.getters ??= new Map()).set(name, functions)
}

export function addSetter(
  object: { setters: Map<string, Value['functions'][number]> | undefined },
  name: string,
  value: Value,
): void {
  const setter = value.functions[0]
  if (setter !== undefined) (object.setters ??= new Map()).set(name, setter)
}

/** The setter of that name, of the object or of what it inherits from. */
function setterOf(object: ObjectValue, name: string): FunctionValue | undefined {
  let at: ObjectValue | undefined = object
  for (let step = 0; at !== undefined && step < 4; step++) {
    const setter = at.setters?.get(name)
    if (setter !== undefined) return setter
    at = at.parents?.objects[0]
  }
  return undefined
}

/** The `prototype` object of a function, made when it is first asked for. */
export function prototypeOf(machine: Interpreter, fn: FunctionValue) {
  const cell = machine.field(fn.properties, 'prototype')
  const present = cell.value.objects[0]
  if (present !== undefined) return present
  const prototype = machine.makeObject('class')
  machine.write(machine.field(prototype, 'constructor'), ofFunction(fn))
  machine.write(cell, ofObject(prototype))
  return prototype
}
