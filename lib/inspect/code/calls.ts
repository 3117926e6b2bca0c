import type { AnyNode } from 'acorn'
import { HOLE } from '../../types.ts'
import { filtered, picksFrom } from './arrays.ts'
import { noteAnswer, noteAnswered, registersHandler, requestFor } from './answering.ts'
import { callBuiltIn } from './builtins.ts'
import { callOfCollection, construct } from './classes.ts'
import { act, flowInto } from './effects.ts'
import { answerOfWhole, enumerated, memberOfWhole, wholesIn } from './entrusted.ts'
import { namesAsked, showRecords } from './saved-records.ts'
import { noteShippedByCall } from './shipping.ts'
import { noteFields, typedInto } from './fields.ts'
import { hand } from './handing.ts'
import { appliedMethod, handedOn, type HandedOn, type MemberCall, type MemberNode } from './handed-on.ts'
import { argumentsOf } from './arguments.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { byCallLevel, runLevel } from './levels.ts'
import {
  givenField,
  handleValue,
  holdersOf,
  memberOf,
  namedMember,
  namesOf,
  propertyKey,
  secretOption,
  superObject,
} from './members.ts'
import { callMethod, encodes } from './methods.ts'
import { noteDefaults } from './defaults.ts'
import { chatAsked, hearChat, noteChat } from './chats.ts'
import { seeRequestsOfPages } from './client-hooks.ts'
import { noteShownByCall } from './markup.ts'
import { noteMail } from './mails.ts'
import { noteToldByCall } from './orders.ts'
import { noteApproval, noteExchange, notePayment } from './payments.ts'
import { actOf, canonical, isModelled } from './models/index.ts'
import { givesKey } from './models/payments.ts'
import { numberOf, wasm } from './webassembly.ts'
import { headersAsked } from './requests.ts'
import { noteSession } from './sessions.ts'
import { noteStatement } from './stored.ts'
import { lookUp } from './environment.ts'
import { assignName, keepInUnknown, nameByUse } from './patterns.ts'
import { methodsAdded } from './patching.ts'
import { isCloudCommand, makeCommand } from './projects.ts'
import { signedBy } from './signing.ts'
import { hearPage } from './page-code.ts'
import { placeOf, type Place } from './sites.ts'
import { isStateMachine } from './state-machines.ts'
import { isPrey } from './telling.ts'
import { readByStranger } from './read-for-others.ts'
import { heardFrom, resend, sendByName, strangersClient, toldWhereTo, withClient } from './strangers.ts'
import {
  anything,
  hop,
  join,
  joinTaints,
  known,
  nothing,
  ofHandle,
  ofObject,
  onlyCallable,
  tainted,
  unsure,
  withTaints,
  changed,
  carrying,
  type Handle,
  type Taint,
  type Value,
} from './values.ts'

/** Calls: of the program's own functions, of the outside world, and of what nobody knows. */

type CallNode = Extract<AnyNode, { type: 'CallExpression' }>

/** A call, and the calls it is chained to: `f()()()…` may be 50,000 long. */
export function evaluateCall(machine: Interpreter, node: CallNode, frame: Frame): Value {
  const chain: AnyNode[] = []
  let base: AnyNode = node
  for (;;) {
    if (base.type === 'CallExpression') {
      chain.push(base)
      base = base.callee
    } else if (base.type === 'MemberExpression' && chain.length > 0) {
      chain.push(base)
      base = base.object
    } else if (base.type === 'ChainExpression') base = base.expression
    else break
  }
  let value = base.type === 'Super' ? superObject(frame) : machine.evaluate(base, frame)
  let self: Value = base.type === 'Super' ? frame.thisValue : nothing
  let at = chain.length - 1
  if (base.type === 'Super' && chain[at]?.type === 'CallExpression') {
    const call = chain[at] as CallNode
    callSuper(machine, value, argumentsOf(machine, call.arguments, frame), frame, placeOf(frame.file, call))
    value = frame.thisValue
    at--
  }
  for (; at >= 0; at--) {
    const part = chain[at]!
    machine.step()
    if (part.type === 'MemberExpression') {
      const key = propertyKey(machine, part, frame)
      const next = chain[at - 1]
      const handed = handedOn(machine, part, value, key, [chain[at - 1], chain[at - 2], chain[at - 3]], frame)
      if (handed !== undefined) {
        value = callHandedOn(machine, handed, frame)
        at -= handed.parts
        continue
      }
      if (next?.type === 'CallExpression' && next.callee === part) {
        const given = argumentsOf(machine, next.arguments, frame)
        const applied = appliedMethod(machine, value, key, next, given, frame)
        const isSuper = base.type === 'Super' && at === chain.length - 1
        const receiver = isSuper ? frame.thisValue : value
        const place = placeOf(frame.file, next)
        const name = isSuper ? namesOf(key)[0] : undefined
        const own =
          name === undefined ? undefined : callOfCollection(machine, value, name, given, frame, place)
        if (own !== undefined) {
          value = own
          at--
          continue
        }
        const call = {
          member: part,
          object: value,
          self: receiver,
          key,
          given,
          nodes: next.arguments,
          call: next,
        }
        value = applied === undefined ? callPart(machine, call, frame) : callHandedOn(machine, applied, frame)
        at--
      } else value = memberOf(machine, value, key, frame, part)
      continue
    }
    if (part.type !== 'CallExpression') continue
    const given = argumentsOf(machine, part.arguments, frame)
    nameByUse(machine, packageNames(value), part.arguments, given, frame)
    const name = part.callee.type === 'Identifier' ? part.callee.name : ''
    value = machine.call(
      value,
      self,
      given,
      frame,
      placeOf(frame.file, part),
      isModuleHelper(name) ? name : '',
    )
    self = nothing
  }
  return value
}

/** `object.key(…)`, and what is learned from it of the variables that are written there. */
function callPart(
  machine: Interpreter,
  { member, object, self, key, given, nodes, call }: MemberCall,
  frame: Frame,
): Value {
  const names = namesOf(key)
  const only = names.length === 1 ? names[0] : undefined
  if (only !== undefined) keepInUnknown(machine, member, only, object, nodes, given, frame)
  nameByUse(machine, names, nodes, given, frame)
  const client = only === undefined ? undefined : tellWhereTo(machine, member, only, object, given, frame)
  return withClient(callMember(machine, object, self, key, given, frame, call), client)
}

/** A call by way of `call`, `apply`, `bind` or `Reflect.apply`, made as if it were written plainly. */
function callHandedOn(machine: Interpreter, handed: HandedOn, frame: Frame): Value {
  const { object, self, key, given, call, callee } = handed
  if (callee !== undefined) return machine.call(callee, self, given, frame, placeOf(frame.file, call))
  return handed.isOwn
    ? callPart(machine, handed, frame)
    : callMember(machine, object, self, key, given, frame, call)
}

/** What functions and classes of other packages are called where they come from. */
function packageNames({ handles }: Value): readonly string[] {
  return handles.flatMap(({ api }) => (api.startsWith('pkg:') ? [api.slice(api.lastIndexOf('.') + 1)] : []))
}

/** A variable whose object is told where to send holds a client from then on. */
function tellWhereTo(
  machine: Interpreter,
  { object, property }: MemberNode,
  name: string,
  target: Value,
  given: Arguments,
  frame: Frame,
): Value | undefined {
  const client = toldWhereTo(machine, name, target, given, frame, placeOf(frame.file, property))
  if (
    client !== undefined &&
    object.type === 'Identifier' &&
    lookUp(frame.environment, object.name).binding !== undefined
  )
    assignName(machine, object, join(target, client), frame)
  return client
}

/** What a class of another package is made with, its instances keep: the caller's `apiKey` is `this.apiKey` then. */
function keepGiven(machine: Interpreter, given: Arguments, frame: Frame): void {
  const taints = machine.allTaints([...given.list, given.rest], frame)
  const callers = taints.filter(({ source: { kind } }) => kind === 'caller' || kind === 'caller-secret')
  if (callers.length === 0) return
  for (const object of frame.thisValue.objects) machine.writeField(object, givenField, tainted(callers))
}

function callSuper(machine: Interpreter, parents: Value, given: Arguments, frame: Frame, place: Place): void {
  // `parents` of a class's prototype object is the prototype of its base; its constructor is kept beside it.
  let called = false
  for (const object of parents.objects) {
    const constructor = object.fields.get('constructor')
    for (const fn of constructor?.value.functions ?? []) {
      called = true
      machine.callFunction(fn, frame.thisValue, given, frame, place)
    }
  }
  for (const handle of parents.handles) {
    called = true
    callHandle(machine, handle, frame.thisValue, given, frame, place, true)
    if (handle.api.startsWith('pkg:')) keepGiven(machine, given, frame)
  }
  if (!called) callUnknown(machine, anything, frame.thisValue, given, frame, place)
}

/** `receiver.name(…)`. */
export function callMember(
  machine: Interpreter,
  object: Value,
  self: Value,
  key: Value,
  given: Arguments,
  frame: Frame,
  node: AnyNode,
): Value {
  const place = placeOf(frame.file, node)
  let result = nothing
  for (const name of namesOf(key)) {
    if (name === undefined) {
      const callee = memberOf(machine, object, changed(key, { known: [], open: true }), frame, node)
      result = join(result, machine.call(callee, self, given, frame, place))
      if (!isMostlyNamed(key) && !showsMessage(key, frame.file.text.slice(place.start, place.start + 60)))
        for (const { api } of object.handles) callComputed(machine, api, key, given, frame, place)
      continue
    }
    // A variable that holds a map and later what was in it: `map.get(key)` calls nothing of what is in the map.
    const maps = mapMethods.has(name) ? object.objects.filter(({ kind }) => kind === 'map') : []
    if (
      maps.length > 0 &&
      (object.open || object.functions.length > 0 || maps.length < object.objects.length)
    ) {
      const own = callMember(
        machine,
        changed(nothing, { objects: maps }),
        self,
        known(name),
        given,
        frame,
        node,
      )
      const objects = object.objects.filter(({ kind }) => kind !== 'map')
      const others = changed(object, { objects, functions: [], open: false })
      result = join(result, object.open ? join(own, tainted(object.taints)) : own)
      if (objects.length > 0 || object.handles.length > 0)
        result = join(result, callMember(machine, others, self, known(name), given, frame, node))
      continue
    }
    if (name === 'replace' || name === 'replaceAll') noteExchange(machine, given, frame, place)
    const built = callMethod(machine, object, name, given, frame, place)
    if (built !== undefined) {
      result = join(result, askedFor(machine, name, object, given, built, place))
      continue
    }
    const member = namedMember(machine, object, name, frame, place)
    // Before strangers have it: whatever they put into it is not what it was sent with.
    noteMail(machine, name, given, frame, place)
    noteChat(machine, name, self, given, frame, place)
    noteAnswer(machine, name, self, given, frame, place)
    hearChat(machine, name, given, frame, place)
    hearPage(machine, name, given, frame, place)
    seeRequestsOfPages(machine, name, given, frame, place)
    const found = name === 'constructor' && endsInObject(machine, node) ? notOfFunctions(member) : member
    const callee = machine.globals.has(methodsAdded) ? withAdded(machine, found, name, frame) : found
    const called = callOn(machine, callee, self, name, given, frame, place)
    const chats = chatAsked(machine, name, self, given, place)
    const own = picksFrom.has(name) ? filtered(machine, object, name, given, called, frame, place) : called
    const answer = withTaints(callee.functions.length === 0 ? signedBy(name, self, given, own) : own, chats)
    noteToldByCall(machine, name, given, frame, place)
    noteShippedByCall(machine, name, given, frame, place)
    const seen = noteFields(machine, name, given, answer, place)
    if (callee.functions.length === 0) noteShownByCall(machine, name, given.list, frame, place)
    noteStatement(machine, name, given, frame, place)
    const signed = noteApproval(machine, name, given, seen, frame, place)
    const paid = notePayment(machine, name, given, signed, frame, place)
    const asked = askedFor(machine, name, object, given, noteSession(machine, name, paid, place), place)
    result = join(result, name === 'toString' ? encodedBy(given, asked, place) : asked)
  }
  return result
}

/**
 * `child_process[name](…)`, `globalThis[name](…)`: something powerful, by a name that is not known. Where a server says
 * which function is called, what it is called with is a command, or code.
 */
function callComputed(
  machine: Interpreter,
  api: string,
  key: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): void {
  machine.computedCall(api, frame, place)
  if (api !== 'global:' && api !== 'node:child_process' && api !== 'node:vm') return
  const named = key.taints.filter(({ source: { kind } }) => kind === 'network')
  if (named.length === 0) return
  const taints = joinTaints(named, machine.allTaints([...given.list, given.rest], frame))
  const kind = api === 'node:child_process' ? 'command' : 'evaluate'
  const handle = machine.handle(`${api}[…]`)
  flowInto(machine, taints, { kind, role: 'command', destinations: [] }, { handle, frame, place })
}

/** A method that the program adds to every list or text, where what it is called on has none of that name. */
function withAdded(machine: Interpreter, member: Value, name: string, frame: Frame): Value {
  if (member.functions.length + member.handles.length > 0) return member
  return ['Array', 'String'].reduce((all, kind) => {
    const cell = machine.globals.get(`global:${kind}.prototype.${name}`)
    return cell === undefined ? all : join(all, onlyCallable(machine.read(cell, frame)))
  }, member)
}

/**
 * `super.constructor({ size: 1 })` sets up what a class extends. The last argument of the constructor of functions is
 * their body, and the text of an object is `[object Object]`, which is no program, unless the object says otherwise.
 */
function endsInObject(machine: Interpreter, node: AnyNode): boolean {
  const body = node.type === 'CallExpression' ? node.arguments.at(-1) : undefined
  return (
    body?.type === 'ObjectExpression' &&
    body.properties.every(
      property =>
        property.type === 'Property' &&
        !property.computed &&
        !textNames.has(property.key.type === 'Identifier' ? property.key.name : keyText(property.key)),
    ) &&
    !['toString', 'valueOf', '@@toPrimitive'].some(name =>
      machine.globals.has(`global:Object.prototype.${name}`),
    )
  )
}

/** Fields that decide what text an object becomes. */
const textNames: ReadonlySet<string> = new Set(['toString', 'valueOf', '__proto__'])

function keyText(key: AnyNode): string {
  return key.type === 'Literal' ? String(key.value) : ''
}

function notOfFunctions(callee: Value): Value {
  const handles = callee.handles.filter(({ api }) => api !== 'global:Function')
  if (handles.length === callee.handles.length) return callee
  const rest = changed(callee, { handles })
  return rest.functions.length + handles.length > 0 ? rest : anything
}

/** The whole environment in another spelling: that it was encoded is a step of its way. */
function encodedBy(given: Arguments, answer: Value, place: Place): Value {
  const isSpelled = answer.taints.some(({ source }) => source.kind === 'env') && encodes(given)
  return isSpelled ? carrying(answer, hop(answer.taints, String(given.list[0]?.known[0]), place)) : answer
}

/** The program's own functions are called on what they are a member of; the rest on all the receiver may be. */
function callOn(
  machine: Interpreter,
  callee: Value,
  self: Value,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value {
  const own = callee.functions.length === 0 ? self : holdersOf(machine, self, name)
  if (own === self) return machine.call(callee, self, given, frame, place, name)
  const functions: Value = changed(nothing, { functions: callee.functions })
  const answer = machine.call(functions, own, given, frame, place, name)
  const others: Value = changed(callee, { functions: [] })
  if (!others.open && others.handles.length === 0 && others.objects.length === 0) return answer
  return join(answer, machine.call(others, self, given, frame, place, name))
}

/** `headers.get('authorization')` asks for a secret by its name, as a member does. */
function askedFor(
  machine: Interpreter,
  method: string,
  receiver: Value,
  given: Arguments,
  answer: Value,
  place: Place,
): Value {
  if (method === 'get') {
    memberOfWhole(machine, receiver.taints, String(given.list[0]?.known[0]), place)
    const all = enumerated(wholesIn(receiver.taints), given.list[0]?.taints ?? [])
    if (all.length > 0) answer = withTaints(answer, all)
  }
  const headers = headersAsked(machine, method, receiver.taints, given.list.length, place)
  if (headers.length > 0) return withTaints(answer, headers)
  if (answer.taints.length === 0 || (method !== 'get' && method !== 'header' && method !== 'getHeader'))
    return answer
  const key = given.list[0]?.known[0]
  return typeof key === 'string' ? carrying(answer, secretOption(machine, key, answer.taints, place)) : answer
}

/** Calls whatever the value may be. */
export function callValue(
  machine: Interpreter,
  callee: Value,
  self: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
  name = '',
): Value {
  let result = machine.callFunctions(callee.functions, self, given, frame, place)
  for (const handle of callee.handles)
    result = join(
      result,
      callHandle(
        machine,
        handle,
        self,
        givenTo(machine, handle, callee, given, frame),
        frame,
        place,
        false,
        name,
      ),
    )
  for (const object of callee.objects) {
    // A proxy or a callable object that was made from a function.
    const target = object.fields.get('%target')
    if (target !== undefined)
      result = join(result, callValue(machine, machine.read(target, frame), self, given, frame, place))
  }
  const nobody = callee.functions.length === 0 && callee.handles.length === 0
  if (callee.open || nobody) {
    const sure = callee.open && callee.functions.length === 0
    result = join(
      result,
      callUnknown(machine, callee, self, given, frame, place, name, sure ? 'now' : 'later'),
    )
  }
  return result
}

/**
 * Libraries that make classes of objects take `features.constructor`, which is what evaluates text where the features
 * are a function: that it is called, and not the class beside it, is a guess.
 */
function givenTo(
  machine: Interpreter,
  { api }: Handle,
  callee: Value,
  given: Arguments,
  frame: Frame,
): Arguments {
  if (api !== 'global:Function' || (callee.functions.length === 0 && !callee.open)) return given
  const doubted = (value: Value): Value => {
    const taints = machine.deepTaints(value, frame)
    return taints.length === 0 ? value : carrying(changed(value, { objects: [], open: true }), unsure(taints))
  }
  return { ...given, list: given.list.map(doubted), rest: doubted(given.rest) }
}

/** Calls something of the outside world: by its model, or as an unknown function of a known name. */
export function callHandle(
  machine: Interpreter,
  handle: Handle,
  self: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
  constructed: boolean,
  name?: string,
): Value {
  const native = machine.callNative(handle, given, frame)
  if (native !== undefined) return native
  const model = actOf(handle.api)
  if (model === undefined) {
    // A method of the language that was taken as a value: `Array.prototype.push.call(list, x)`.
    const method =
      /^global:(?:Array|String|Map|Set|Function|Promise|Buffer|Uint8Array|RegExp)\.prototype\.(\w+)$/.exec(
        handle.api,
      )?.[1]
    const ran = method === undefined ? undefined : callMethod(machine, self, method, given, frame, place)
    if (ran !== undefined) return ran
    if (constructed && isCloudCommand(handle.api))
      return makeCommand(machine, { handle, self, given, frame, place, constructed })
    if (handle.api === wasm)
      return numberOf(machine, callUnknown(machine, anything, self, given, frame, place))
    const last = handle.api.slice(handle.api.lastIndexOf('.') + 1)
    const called = callUnknown(machine, ofHandle(handle), self, given, frame, place, '', 'now', constructed)
    const client = handle.api.startsWith('pkg:')
      ? strangersClient(machine, { handle, self, given, frame, place, constructed })
      : undefined
    const wrapped = constructed ? undefined : wrappedBy(machine, handle, given, frame, place)
    const unknown = withClient(withClient(signedBy(last, self, given, called), client), wrapped)
    const result = givesKey(last)
      ? withTaints(unknown, [machine.source('caller-secret', `${last}()`, place)])
      : unknown
    const api = canonical(`${handle.api}()`)
    return isModelled(api) ? changed(result, { handles: [machine.handle(api)], open: true }) : result
  }
  if (model.act === 'alias') {
    return handleValue(machine, model.to, undefined, undefined, frame, place)
  }
  const named = name === undefined || name === '' ? {} : { name }
  const call = { handle, self: handle.self ?? self, given, frame, place, constructed, ...named }
  return model.act === 'built-in' ? callBuiltIn(machine, model.name, call) : act(machine, model, call)
}

/** A function nobody has seen: it may call what it is given, and gives back something of all it got. */
export function callUnknown(
  machine: Interpreter,
  callee: Value,
  self: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
  name = '',
  /**
   * Where the callee is a function of the package and perhaps something else besides, or nothing yet, the package
   * itself says who calls what it passes: that a stranger does is looked at last.
   */
  when: 'now' | 'later' = 'now',
  constructed = false,
): Value {
  const receiver = joinTaints(answerOfWhole(self.taints, name), namesAsked(machine, name, self.taints))
  let taints = joinTaints(callee.handles.length > 0 ? [] : callee.taints, receiver)
  const values = given.rest === nothing ? given.list : [...given.list, given.rest]
  const foreign =
    callee.handles.some(handle => handle.api.startsWith('pkg:')) ||
    (callee.handles.length === 0 && self === nothing)
  const reads = callee.handles.some(({ api }) => isReader(api))
  for (const value of values) {
    const deep = machine.deepTaints(value, frame)
    taints = joinTaints(taints, reads ? exceptPrey(deep) : foreign ? unsure(deep) : deep)
  }
  const stranger = callee.handles.find(({ api }) => api.startsWith('pkg:'))
  if (stranger !== undefined || (callee.handles.length === 0 && callee.functions.length === 0)) {
    const called = stranger === undefined ? name : stranger.api.slice(stranger.api.lastIndexOf('.') + 1)
    const made = constructed || stranger?.api.includes('.') === false
    taints = joinTaints(taints, readByStranger(machine, called, given, made, frame, place))
  }
  if (name === 'addEventListener' || callee.handles.some(({ api }) => /[.:]addEventListener$/.test(api)))
    taints = joinTaints(
      taints,
      typedInto(
        machine,
        given,
        place,
        frame,
        callee.handles.some(({ api }) => /^global:(?:document\.)?addEventListener$/.test(api)),
      ),
    )
  if (stranger === undefined && self !== nothing)
    taints = joinTaints(taints, heardFrom(machine, name, given, frame, place))
  const handed = tainted(taints)
  // What a command does, is done when its user names it: `program.command('x').action(f)`, `yargs.command({ handler })`,
  // `run: cli.command(f)`.
  const [task = nothing] = given.list
  const wraps = stranger?.api.endsWith('.command') === true && isCallable(task)
  const acts = wraps
    ? values.map(value => (value === task ? onlyCallable(value) : nothing))
    : name === 'action'
      ? values.map(onlyCallable)
      : name === 'command'
        ? values.map(onlyHandlers)
        : []
  if (machine.level < runLevel && acts.some(isCallable)) {
    const others = values.map((value, at) => (isCallable(acts[at]!) ? withoutHandlers(value) : value))
    for (const value of others) hand(machine, value, handed, frame, place)
    const later = { list: acts, rest: nothing, self: handed }
    machine.later(runLevel, `action ${place.start}`, later, frame, (passed, at) => {
      const own = { ...at, guards: [], tests: undefined, thrown: undefined }
      for (const value of passed.list) hand(machine, value, passed.self, own, place)
    })
    return handed
  }
  const emitter = name === 'on' || name === 'once' || name === 'addEventListener' ? self : nothing
  if (comparing.has(name)) return handed
  if (name === 'option' || name === 'options') noteDefaults(machine, given, frame)
  if (stranger === undefined && self !== nothing) {
    sendByName(machine, name, self, given, frame, place)
    showRecords(machine, name, self, given, frame, place)
  } else if (stranger === undefined && callee.open && given.list.length > 0)
    resend(machine, given.list[0]!, frame, place)
  const helper = isModuleHelper(name) || isStateMachine(given.list[0])
  if (when === 'now' && !helper) {
    const routed = stranger === undefined && self !== nothing && registersHandler(name, given)
    const passed = routed ? requestFor(machine, place) : handed
    for (const value of values) hand(machine, value, passed, frame, place, 0, emitter)
    if (routed) for (const value of values) noteAnswered(machine, value, frame, place)
  } else if (values.some(isCallable)) {
    machine.later(byCallLevel, `hand ${place.start}`, { ...given, self: handed }, frame, (passed, at) => {
      for (const value of [...passed.list, passed.rest]) hand(machine, value, passed.self, at, place)
    })
  }
  if (helper) return given.list[0] ?? handed
  if (mapping.has(name)) {
    const made = (given.list[0]?.functions ?? []).flatMap(fn =>
      fn.contexts.flatMap(({ returns }) => machine.deepTaints(machine.read(returns, frame), frame)),
    )
    if (made.length > 0) return carrying(handed, joinTaints(handed.taints, made))
  }
  // `request(url).on('error', f).end(data)`: the chain goes on with what it began with.
  const made = self.objects.filter(
    ({ model }) =>
      model !== undefined &&
      (chaining.has(name) || (model.name === 'request' && model.api.startsWith('pkg:'))),
  )
  return made.length === 0 ? handed : changed(handed, { objects: made })
}

/** Functions of packages that give back what they are given in another shape, whichever format it is in. */
const reading = /[.:](?:parse|load|decode|deserialize|stringify|dump|encode|serialize)(?:[A-Z]\w{0,20})?$/

function isReader(api: string): boolean {
  return api.startsWith('pkg:') && reading.test(api)
}

/** What is worth stealing is still there when it was read as YAML; of anything else that is not known. */
function exceptPrey(taints: readonly Taint[]): readonly Taint[] {
  if (taints.length === 0) return taints
  return joinTaints(
    taints.filter(({ source: { kind } }) => isPrey(kind)),
    unsure(taints.filter(({ source: { kind } }) => !isPrey(kind))),
  )
}

/**
 * `module.exports = plugin(async (server, options) => …)`: what another package makes of a function while a module is
 * loaded, calls that function, with what whoever uses the module passes.
 */
function wrappedBy(
  machine: Interpreter,
  { api }: Handle,
  { list: [first = nothing] }: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  const isOwn = first.functions.length > 0 && first.functions.every(({ node }) => node.params.length > 0)
  if (!isOwn || frame.functionContext !== undefined || !api.startsWith('pkg:')) return undefined
  const made = machine.objectAt(frame, `wrapped ${place.start}`, 'object')
  machine.writeField(made, '%target', onlyCallable(first))
  return ofObject(made)
}

/** What compilers put around a loaded module: it gives the module and calls nothing in it. */
const moduleHelpers =
  /^(?:__importStar|__importDefault|__toESM|_interopRequire(?:Default|Wildcard)|_interop_require_(?:default|wildcard)|_interopNamespace(?:Default|Compat)?)$/

function isModuleHelper(name: string): boolean {
  return name.startsWith('_') && moduleHelpers.test(name)
}

/** Methods of emitters, streams and sockets that give back what they were called on. */
const chaining: ReadonlySet<string> = new Set(
  (
    'on once off addListener prependListener removeListener removeAllListeners setEncoding setTimeout setNoDelay ' +
    'setKeepAlive setMaxListeners ref unref pause resume'
  ).split(' '),
)

/** Methods of maps and sets that call nothing. */
const mapMethods: ReadonlySet<string> = new Set([
  'get',
  'set',
  'has',
  'delete',
  'clear',
  'keys',
  'values',
  'entries',
])

/** Methods of lists that give what the function they are given gives. */
const mapping: ReadonlySet<string> = new Set(['map', 'flatMap', 'reduce', 'reduceRight'])

/** Methods that look for what they are given and call nothing. */
const comparing: ReadonlySet<string> = new Set(['indexOf', 'lastIndexOf', 'includes', 'isPrototypeOf'])

/** Whether there is anything in it that a stranger could call. */
function isCallable(value: Value): boolean {
  return value.functions.length > 0 || value.objects.length > 0 || value.handles.length > 0
}

/** `new X(…)`. */
export function evaluateNew(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'NewExpression' }>,
  frame: Frame,
): Value {
  const callee = machine.evaluate(node.callee, frame)
  const given = argumentsOf(machine, node.arguments, frame)
  const made = packageNames(callee).map(name => `new ${name}`)
  nameByUse(machine, made, node.arguments, given, frame)
  return newValue(machine, callee, given, frame, node)
}

export function newValue(
  machine: Interpreter,
  callee: Value,
  given: Arguments,
  frame: Frame,
  node: AnyNode,
): Value {
  const place = placeOf(frame.file, node)
  let result = nothing
  for (const fn of callee.functions) result = join(result, construct(machine, fn, given, frame, node))
  for (const handle of callee.handles)
    result = join(
      result,
      callHandle(
        machine,
        handle,
        nothing,
        givenTo(machine, handle, callee, given, frame),
        frame,
        place,
        true,
      ),
    )
  for (const object of callee.objects) {
    const trap = object.fields.get('%construct')
    if (trap !== undefined)
      result = join(result, callValue(machine, machine.read(trap, frame), nothing, given, frame, place))
  }
  if (callee.open || (callee.functions.length === 0 && callee.handles.length === 0)) {
    const sure = callee.open && callee.functions.length === 0
    result = join(
      result,
      callUnknown(machine, callee, nothing, given, frame, place, '', sure ? 'now' : 'later'),
    )
  }
  return result
}

/** Scripts for zx find its `$` among the globals; nobody else tags a template with a `$` that is nowhere defined. */
function isGlobalShell(
  { tag }: Extract<AnyNode, { type: 'TaggedTemplateExpression' }>,
  value: Value,
): boolean {
  const root = tag.type === 'CallExpression' ? tag.callee : tag
  if (root.type !== 'Identifier' || root.name !== '$') return false
  return value.functions.length === 0 && value.handles.every(({ api }) => api === 'global:$')
}

/** tag`a${b}c` is `tag(['a', 'c'], b)`. */
export function evaluateTagged(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'TaggedTemplateExpression' }>,
  frame: Frame,
): Value {
  const tag = machine.evaluate(node.tag, frame)
  const strings = machine.objectAt(frame, node.quasi, 'array')
  for (const [at, quasi] of node.quasi.quasis.entries()) {
    machine.writeField(strings, String(at), known(quasi.value.cooked ?? quasi.value.raw))
  }
  strings.length = node.quasi.quasis.length
  if (!strings.fields.has('raw')) machine.writeField(strings, 'raw', ofObject(strings))
  const values = node.quasi.expressions.map(expression => machine.evaluate(expression, frame))
  const place = placeOf(frame.file, node)
  if (tag.handles.some(({ api }) => api === 'global:String.raw')) return machine.evaluate(node.quasi, frame)
  // A shell tag runs the whole text, so commands see it joined.
  const shell = (isGlobalShell(node, tag) ? [machine.handle('pkg:zx.$')] : tag.handles).filter(
    handle => actOf(handle.api)?.act === 'start',
  )
  if (shell.length > 0) {
    const whole = machine.evaluate(node.quasi, frame)
    let result = nothing
    for (const handle of shell)
      result = join(
        result,
        callHandle(machine, handle, nothing, { list: [whole], rest: nothing }, frame, place, false),
      )
    return result
  }
  return machine.call(tag, nothing, { list: [ofObject(strings), ...values], rest: nothing }, frame, place)
}

/** `global[prefix + 'setTimeout'](f)`: what is called stands in the code, whatever stands before it. */
function isMostlyNamed({ known: texts, open, handles }: Value): boolean {
  return (
    !open &&
    handles.length === 0 &&
    texts.every(text => typeof text === 'string' && text.replaceAll(HOLE, '').length >= minNamed)
  )
}

/** Letters that say what is called: with fewer, something else may be meant. */
const minNamed = 8

/** `window[kind || 'alert'](text)`: a page that tells its reader something, in the dialog its caller prefers. */
function showsMessage(key: Value, text: string): boolean {
  return /\b(?:window|self)\b/.test(text) && key.known.some(name => name === 'alert' || name === 'confirm')
}

/** What of an argument of `command` is a command: a function, or an object that names one as its `handler`. */
function onlyHandlers(value: Value): Value {
  return changed(onlyCallable(value), {
    objects: value.objects.filter(({ fields }) => fields.has('handler')),
  })
}

function withoutHandlers(value: Value): Value {
  return changed(value, {
    functions: [],
    objects: value.objects.filter(({ fields }) => !fields.has('handler')),
  })
}
