import type { AnyNode } from 'acorn'
import { callArrayMethod } from './arrays.ts'
import { enterBlock, enterScope } from './environment.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { addGetter, addSetter, namesOf, prototypeOf } from './members.ts'
import { bindPattern } from './patterns.ts'
import { frameAround } from './readable.ts'
import { placeOf, type Place } from './sites.ts'
import {
  join,
  nothing,
  ofFunction,
  ofObject,
  changed,
  type ClassNode,
  type FunctionNode,
  type FunctionValue,
  type ObjectKind,
  type ObjectValue,
  type Value,
} from './values.ts'

/** Classes: a function whose `prototype` object holds the methods, and whose instances inherit from it. */
export function evaluateClass(
  machine: Interpreter,
  node: ClassNode | Extract<AnyNode, { type: 'ClassDeclaration' }>,
  frame: Frame,
): Value {
  const parent = node.superClass ? machine.evaluate(node.superClass, frame) : undefined
  const outer = frame.environment
  frame.environment = enterBlock(frame, node)
  enterScope(machine, node, frame)
  const home = frame.home
  const fn = classFunction(machine, node, frame)
  const prototype = prototypeOf(machine, fn)
  if (parent !== undefined) {
    fn.parents = parent
    prototype.parents = prototypesOf(machine, parent)
    noteExtended(machine, node, parent, fn, frame)
  }
  fn.home = prototype
  const value = ofFunction(fn)
  if (node.id) bindPattern(machine, node.id, value, frame, 'let')
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') {
      const self = frame.thisValue
      frame.thisValue = value
      const block = frame.environment
      frame.environment = enterBlock(frame, member)
      enterScope(machine, member, frame)
      machine.statements(member.body, frame)
      frame.environment = block
      frame.thisValue = self
      continue
    }
    const isStatic = (member as { static?: boolean }).static === true
    const target = isStatic ? fn.properties : prototype
    const memberNames = memberKeys(machine, member, frame)
    if (member.type === 'MethodDefinition') {
      if (member.kind === 'constructor') continue
      frame.home = isStatic ? fn.properties : prototype
      const method = ofFunction(machine.functionAt(frame, member.value, memberNames[0] ?? ''))
      frame.home = home
      for (const name of memberNames) {
        if (member.kind === 'get' && name !== undefined) addGetter(target, name, method)
        else if (member.kind === 'set' && name !== undefined) addSetter(target, name, method)
        else if (name === undefined) machine.writeRest(target, method)
        else machine.writeField(target, name, method)
      }
    } else if (member.type === 'PropertyDefinition' && isStatic && member.value) {
      const self = frame.thisValue
      frame.thisValue = value
      const content = machine.evaluate(member.value, frame)
      frame.thisValue = self
      for (const name of memberNames) {
        if (name === undefined) machine.writeRest(target, content)
        else machine.writeField(target, name, content)
      }
    }
  }
  frame.environment = outer
  return value
}

/** More bases than this a class of a loop may have are not kept. */
const maxExtended = 200

function noteExtended(
  machine: Interpreter,
  node: AnyNode,
  { handles }: Value,
  fn: FunctionValue,
  frame: Frame,
): void {
  const api = handles.find(handle => handle.api.startsWith('pkg:'))?.api
  if (api === undefined) return
  const { path } = frame.file
  const found = machine.extended.get(path) ?? []
  if (found.length >= maxExtended || found.some(one => one.node === node)) return
  machine.extended.set(path, [...found, { node, api, frame: frameAround(fn, frame) }])
}

function memberKeys(machine: Interpreter, member: AnyNode, frame: Frame): readonly (string | undefined)[] {
  const { key, computed } = member as { key?: AnyNode; computed?: boolean }
  if (key === undefined) return []
  if (key.type === 'Identifier' && computed !== true) return [key.name]
  if (key.type === 'PrivateIdentifier') return [`#${key.name}`]
  return namesOf(machine.evaluate(key, frame))
}

const emptyFunctions = new WeakMap<ClassNode, FunctionNode>()

/** The constructor; a class without one has an empty one that passes on what it gets. */
function classFunction(machine: Interpreter, node: ClassNode, frame: Frame): FunctionValue {
  const made = frame.context.made.get(node)
  if (made !== undefined) return made as FunctionValue
  const definition = node.body.body.find(
    member => member.type === 'MethodDefinition' && member.kind === 'constructor',
  )
  let code =
    definition?.type === 'MethodDefinition' ? (definition.value as FunctionNode) : emptyFunctions.get(node)
  if (code === undefined) {
    code = emptyConstructor(node)
    emptyFunctions.set(node, code)
  }
  const fn = machine.makeFunction(frame, code, node.id?.name ?? 'class', node)
  frame.context.made.set(node, fn)
  return fn
}

function emptyConstructor(node: ClassNode): FunctionNode {
  const at = { start: node.start, end: Math.min(node.end, node.start + 60) }
  const values = { type: 'Identifier' as const, name: 'arguments', ...at }
  const call = {
    type: 'ExpressionStatement' as const,
    ...at,
    expression: {
      type: 'CallExpression' as const,
      optional: false,
      callee: { type: 'Super' as const, ...at },
      arguments: [{ type: 'SpreadElement' as const, argument: values, ...at }],
      ...at,
    },
  }
  return {
    type: 'FunctionExpression',
    id: null,
    params: [],
    body: { type: 'BlockStatement', body: node.superClass ? [call] : [], ...at },
    generator: false,
    async: false,
    expression: false,
    ...at,
  }
}

/** The prototypes of whatever a class extends; a class of the outside world stands for its own. */
function prototypesOf(machine: Interpreter, parent: Value): Value {
  let result: Value = changed(nothing, { handles: parent.handles, open: parent.open })
  for (const fn of parent.functions) result = join(result, ofObject(prototypeOf(machine, fn)))
  return result
}

/** Instance fields, evaluated at the start of the constructor. */
export function makeInstanceFields(machine: Interpreter, fn: FunctionValue, frame: Frame): void {
  for (const member of fn.classNode?.body.body ?? []) {
    if (member.type !== 'PropertyDefinition' || member.static || !member.value) continue
    const names = memberKeys(machine, member, frame)
    const value = machine.evaluate(member.value, frame)
    for (const object of frame.thisValue.objects) {
      for (const name of names) {
        if (name === undefined) machine.writeRest(object, value)
        else machine.writeField(object, name, value)
      }
    }
  }
}

/** Collections of the language that a class may extend: what their instances hold, they hold as those do. */
const collections: ReadonlyMap<string, ObjectKind> = new Map([
  ['global:Array', 'array'],
  ['global:Map', 'map'],
  ['global:Set', 'map'],
  ['global:WeakMap', 'map'],
  ['global:WeakSet', 'map'],
])

const maxBases = 6

/** What kind of collection the objects with this prototype are, if they are one. */
function collectionOf(prototype: ObjectValue): ObjectKind | undefined {
  let at: ObjectValue | undefined = prototype
  for (let step = 0; step < maxBases && at !== undefined; step++) {
    for (const { api } of at.parents?.handles ?? []) {
      const kind = collections.get(api)
      if (kind !== undefined) return kind
    }
    at = at.parents?.objects[0]
  }
  return undefined
}

/** `super.name(…)` in a class that extends a collection. Undefined where it is none, or has no such method. */
export function callOfCollection(
  machine: Interpreter,
  base: Value,
  name: string,
  given: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  if (!base.handles.some(({ api }) => collections.has(api))) return undefined
  return callArrayMethod(machine, frame.thisValue, name, given, frame, place)
}

/** `new Own(…)`: one instance for each place and context that makes one. */
export function construct(
  machine: Interpreter,
  fn: FunctionValue,
  given: Arguments,
  frame: Frame,
  node: AnyNode,
): Value {
  const prototype = prototypeOf(machine, fn)
  const kind = collectionOf(prototype) ?? 'instance'
  const instance = machine.objectAt(frame, `new ${node.start} ${fn.id}`, kind)
  if (kind !== 'instance') instance.length = undefined
  const prototypes = machine.read(machine.field(fn.properties, 'prototype'), frame)
  instance.parents = changed(ofObject(prototype), {
    objects: prototypes.objects,
    handles: prototype.parents?.handles ?? [],
  })
  const result = machine.callFunction(fn, ofObject(instance), given, frame, placeOf(frame.file, node))
  // A constructor may return something else.
  const other: Value = changed(result, { known: [], open: false })
  const made = ofObject(instance)
  return other.objects.length > 0 || other.functions.length > 0 || other.handles.length > 0
    ? join(made, other)
    : made
}
