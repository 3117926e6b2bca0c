import type { AnyNode } from 'acorn'
import { argumentsOf } from './arguments.ts'
import { isAlike } from './fingerprint.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { memberOf, namesOf, propertyKey } from './members.ts'
import { actOf } from './models/index.ts'
import { join, nothing, type Value } from './values.ts'

/**
 * Calls by way of `call`, `apply`, `bind` and `Reflect.apply`, read as if they were written plainly: a method of the
 * language is no value of its own here, and what libraries do is told by the name of the method.
 */

type CallNode = Extract<AnyNode, { type: 'CallExpression' }>
export type MemberNode = Extract<AnyNode, { type: 'MemberExpression' }>

/** A member that is called: of what, on what, with what, how its arguments are written, and where. */
export type MemberCall = {
  readonly member: MemberNode
  readonly object: Value
  readonly self: Value
  readonly key: Value
  readonly given: Arguments
  readonly nodes: readonly AnyNode[]
  readonly call: AnyNode
}

export type HandedOn = MemberCall & {
  /** What is called, where that is not the member by its name. */
  readonly callee: Value | undefined
  /** Whether the member is a function of the program or of the outside world, not a method of the language. */
  readonly isOwn: boolean
  /** How many links of the chain behind the member it takes. */
  readonly parts: number
}

/** The call that is made of a member by the links behind it: `list.join.call(list, ' ')`; undefined where there is none. */
export function handedOn(
  machine: Interpreter,
  part: MemberNode,
  object: Value,
  key: Value,
  [member, call, second]: readonly (AnyNode | undefined)[],
  frame: Frame,
): HandedOn | undefined {
  if (member?.type !== 'MemberExpression' || call?.type !== 'CallExpression' || call.callee !== member)
    return boundCall(machine, part, object, key, [member, call], frame)
  const how = handingOf(member)
  if (how === undefined || (how === 'bind' && !isCallOf(second, call))) return undefined
  if (isMethodOfLanguage(object, key)) {
    const passed = passedOn(machine, how, call, second, frame)
    return { ...passed, member: part, object: passed.self, key, callee: undefined, isOwn: false }
  }
  const method = memberOf(machine, object, key, frame, part)
  const isOwn = method.functions.length > 0 || method.handles.length > 0
  // An object with a method of that name: `hooks.done.call(context)`.
  if (method.objects.length > 0 || !isFunctionsOwn(method, how)) return undefined
  // Of things of the outside world only members that can be called are known, and that one is called that is not.
  const isUnnamed = namesOf(key).includes(undefined)
  if (!isOwn && object.handles.length > 0 && !isUnnamed) return undefined
  const passed = passedOn(machine, how, call, second, frame)
  if (!isOwn && isUnnamed) return { ...passed, member: part, object, key, callee: undefined, isOwn }
  if (!isOwn) return { ...passed, member: part, object: passed.self, key, callee: undefined, isOwn }
  const callee = isAlike(passed.self, object, false) ? undefined : method
  return { ...passed, member: part, object, key, callee, isOwn }
}

/** `f.bind(self)(x)`: a function that is bound and called on the spot. */
function boundCall(
  machine: Interpreter,
  part: MemberNode,
  callee: Value,
  key: Value,
  [call, second]: readonly (AnyNode | undefined)[],
  frame: Frame,
): HandedOn | undefined {
  if (call?.type !== 'CallExpression' || call.callee !== part || handingOf(part) !== 'bind') return undefined
  if (!isCallOf(second, call) || callee.objects.length > 0 || !isFunctionsOwn(callee, 'bind'))
    return undefined
  if (callee.functions.length === 0 && callee.handles.length === 0) return undefined
  const passed = passedOn(machine, 'bind', call, second, frame)
  return { ...passed, member: part, object: callee, key, callee, isOwn: true, parts: 2 }
}

type Handing = 'call' | 'apply' | 'bind'

function handingOf({ property, computed }: MemberNode): Handing | undefined {
  const written = property.type === 'Literal' ? property.value : undefined
  const name = !computed && property.type === 'Identifier' ? property.name : written
  return name === 'call' || name === 'apply' || name === 'bind' ? name : undefined
}

function isCallOf(node: AnyNode | undefined, callee: AnyNode): node is CallNode {
  return node?.type === 'CallExpression' && node.callee === callee
}

/** `queue.push`: nothing of that name lies in the list, so that what else lies in it is not meant. */
function isMethodOfLanguage({ objects, functions, handles }: Value, key: Value): boolean {
  if (objects.length === 0 || functions.length > 0 || handles.length > 0) return false
  const names = namesOf(key)
  return objects.every(
    ({ kind, fields }) =>
      (kind === 'array' || kind === 'map') &&
      names.every(name => name !== undefined && !fields.has(name) && name in Array.prototype),
  )
}

/** Whether it is the function's own: `AsyncResource.bind` and `Reflect.apply` are functions themselves. */
function isFunctionsOwn({ handles }: Value, how: Handing): boolean {
  return handles.every(({ api }) => api !== 'global:Reflect' && actOf(`${api}.${how}`) === undefined)
}

function passedOn(
  machine: Interpreter,
  how: Handing,
  call: CallNode,
  second: AnyNode | undefined,
  frame: Frame,
): Pick<HandedOn, 'self' | 'given' | 'nodes' | 'call' | 'parts'> {
  const first = argumentsOf(machine, call.arguments, frame)
  const self = first.list[0] ?? first.rest
  const list = first.list.slice(1)
  const nodes = call.arguments.slice(1)
  const whole = first.rest === nothing
  if (how === 'call') return { self, given: { list, rest: first.rest, whole }, nodes, call, parts: 2 }
  if (how === 'apply') {
    const given = spread(machine, list[0] ?? nothing, frame)
    return { self, given, nodes: elementNodes(nodes[0]), call, parts: 2 }
  }
  const last = second as CallNode
  const more = argumentsOf(machine, last.arguments, frame)
  const given = whole
    ? { list: [...list, ...more.list], rest: more.rest, whole: more.rest === nothing }
    : { list, rest: [...more.list, more.rest].reduce(join, first.rest) }
  return { self, given, nodes: [...nodes, ...last.arguments], call: last, parts: 3 }
}

/** The elements of a list as arguments. */
function spread(machine: Interpreter, list: Value, frame: Frame): Arguments {
  const items = elementsOf(machine, list, frame)
  return items.exact ? { list: items.list, rest: nothing } : { list: [], rest: items.any }
}

function elementNodes(list: AnyNode | undefined): readonly AnyNode[] {
  return list?.type === 'ArrayExpression' ? list.elements.filter(element => element !== null) : []
}

/** A name of a member that is looked up twice: longer ones could nest. */
const maxKey = 60

/** The call that `Reflect.apply(list.join, list, [' '])` makes. */
export function appliedMethod(
  machine: Interpreter,
  object: Value,
  key: Value,
  call: CallNode,
  given: Arguments,
  frame: Frame,
): HandedOn | undefined {
  const [method] = call.arguments
  if (method?.type !== 'MemberExpression' || key.known[0] !== 'apply') return undefined
  if (!object.handles.some(({ api }) => api === 'global:Reflect')) return undefined
  if (method.computed && method.property.end - method.property.start > maxKey) return undefined
  const found = given.list[0] ?? nothing
  const self = given.list[1] ?? nothing
  const name = propertyKey(machine, method, frame)
  const isOwn = found.functions.length > 0 || found.handles.length > 0
  if (isOwn && !isAlike(memberOf(machine, self, name, frame, method), found, false)) return undefined
  const passed = spread(machine, given.list[2] ?? nothing, frame)
  const nodes = elementNodes(call.arguments[2])
  const made = { object: self, self, key: name, given: passed, nodes, call }
  return { ...made, member: method, callee: undefined, isOwn, parts: 0 }
}
