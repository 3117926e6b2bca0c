import type { Pattern } from 'acorn'
import { halt } from './budget.ts'
import { findField, toText } from './coerce.ts'
import { itemsOf } from './array-methods.ts'
import { wideArrays } from './byte-methods.ts'
import { makeFunction, moduleValue, returnOf } from './globals.ts'
import type { Engine, Machine } from './machine.ts'
import { callSourceText, getMember, prototypeOf } from './members.ts'
import { inheritedMethod, methodOf, typeNameOf } from './methods.ts'
import { bindPattern } from './patterns.ts'
import { Binding, Scope } from './scope.ts'
import { bodyShapeOf } from './shape.ts'
import { declareBlock, declareVars, runList } from './statements.ts'
import { Builtin, FoldFunction, FoldObject, SourceText, type Value } from './values.ts'

/** Calls a value as a function. */
export const callValue: Engine['call'] = (machine, callee, self, args) => {
  if (typeof callee !== 'object' || callee === null) return machine.raise('TypeError')
  if (callee.kind === 'function') return callFunction(machine, callee, self, args)
  if (callee.kind === 'builtin') return callBuiltin(machine, callee.api, self, args)
  return machine.raise('TypeError')
}

const callBuiltin = (machine: Machine, api: string, self: Value, args: readonly Value[]): Value => {
  machine.budget.spend(2)
  const method = methodOf(api)
  if (method !== undefined) return method(machine, self, args)
  switch (api) {
    case 'Function.prototype.call':
      return callValue(machine, self, args[0], args.slice(1))
    case 'Function.prototype.apply':
      return callValue(machine, self, args[0], argumentList(machine, args[1]))
    case 'Function.prototype.bind':
      return bind(machine, self, args)
    case 'Function.prototype.toString':
      return self instanceof FoldFunction ? new SourceText(machine.sourceOf(self.node)) : halt('unsupported')
    case 'Function':
      return makeFunction(machine, args)
    case 'Object':
      return args.length === 0 ? machine.object(new Map()) : halt('unsupported')
    case 'require':
      return moduleValue(toText(machine, args[0])) ?? halt('unknown')
    default:
      return returnOf(api) ?? halt('unsupported')
  }
}

const argumentList = (machine: Machine, list: Value): readonly Value[] => {
  if (list === undefined || list === null) return []
  const items = itemsOf(machine, list)
  return items.length > 100_000 ? halt('size') : Array.from(items)
}

const bind = (machine: Machine, self: Value, args: readonly Value[]): Value => {
  const target = self instanceof FoldFunction || self instanceof Builtin ? self : machine.raise('TypeError')
  const node = target instanceof FoldFunction ? target : halt('unsupported')
  const bound = { target, self: args[0], args: args.slice(1) }
  return new FoldFunction(node.node, node.scope, undefined, machine.journal.stamp, bound)
}

const makeArguments = (machine: Machine, args: readonly Value[]): FoldObject => {
  const fields = new Map<string, Value>()
  machine.budget.make(args.length)
  args.forEach((arg, index) => fields.set(String(index), arg))
  fields.set('length', args.length)
  return machine.object(fields, 'arguments')
}

const bindParameters = (machine: Machine, fn: FoldFunction, args: readonly Value[], scope: Scope): void => {
  const labels = machine.used
  const params: readonly Pattern[] = fn.node.params
  for (let index = 0; index < params.length; index += 1) {
    const param = params[index]
    if (param === undefined) continue
    if (param.type === 'Identifier') {
      const binding = new Binding(args[index], machine.journal.stamp)
      binding.labels = labels
      scope.names.set(param.name, binding)
    } else if (param.type === 'RestElement') {
      bindPattern(machine, param.argument, machine.array(args.slice(index)), scope, 'let')
    } else bindPattern(machine, param, args[index], scope, 'let')
  }
}

/** Runs a function of the program. Its receiver is what was given: nobody's global object. */
export const callFunction = (
  machine: Machine,
  fn: FoldFunction,
  self: Value,
  args: readonly Value[],
): Value => {
  if (fn.bound !== undefined) {
    return callValue(machine, fn.bound.target, fn.bound.self, [...fn.bound.args, ...args])
  }
  const { node } = fn
  if (node.generator || node.async) return halt('unsupported')
  if (machine.calls === 0) machine.entered = node
  machine.running.length = machine.calls
  machine.running.push(node)
  machine.calls += 1
  machine.depth += 1
  if (machine.calls > machine.budget.limits.maxCalls || machine.depth > machine.budget.limits.maxDepth)
    halt('depth')
  const isArrow = node.type === 'ArrowFunctionExpression'
  const scope = new Scope(fn.scope, isArrow ? fn.self : self)
  const shape = bodyShapeOf(node)
  const { stamp } = machine.journal
  if (node.type === 'FunctionExpression' && node.id) scope.names.set(node.id.name, new Binding(fn, stamp))
  if (shape.usesArguments && !isArrow)
    scope.names.set('arguments', new Binding(makeArguments(machine, args), stamp))
  bindParameters(machine, fn, args, scope)
  declareVars(machine, shape, scope)
  const used = machine.used
  const result = runBody(machine, fn, scope)
  machine.used |= used
  if (!machine.hasLoaded && node.params.length === 0 && !shape.usesArguments) machine.settled.add(node)
  machine.calls -= 1
  machine.depth -= 1
  return result
}

const runBody = (machine: Machine, fn: FoldFunction, scope: Scope): Value => {
  const { body } = fn.node
  if (body.type !== 'BlockStatement') return machine.engine.evaluate(machine, body, scope)
  declareBlock(machine, body, body.body, scope)
  const completion = runList(machine, body.body, scope, true)
  if (completion !== 'return') return undefined
  const { result } = machine
  machine.result = undefined
  return result
}

/** `object.name(…)`, without making a value for the method. */
export const callMember = (machine: Machine, object: Value, key: Value, args: readonly Value[]): Value => {
  if (object instanceof SourceText) {
    const known = callSourceText(object, toText(machine, key))
    return known ?? callMember(machine, object.text, key, args)
  }
  if (typeof key === 'string') {
    const isOwn = object instanceof FoldObject && findField(object, key) !== undefined
    const type = isOwn ? undefined : typeNameOf(object)
    const method = type === undefined ? undefined : inheritedMethod(type, key)
    if (method !== undefined) {
      machine.budget.spend(2)
      return method(machine, object, args)
    }
  }
  return callValue(machine, getMember(machine, object, key), object, args)
}

const constructible = new Set(['Array', 'Uint8Array', 'RegExp', 'TextDecoder', 'TextEncoder', 'Error', 'TypeError',
  'RangeError', 'SyntaxError', 'Function', 'Object', 'node:buffer.Buffer', ...wideArrays]) // prettier-ignore

/** `new callee(…)`. */
export const construct = (machine: Machine, callee: Value, args: readonly Value[]): Value => {
  if (callee instanceof Builtin) {
    if (!constructible.has(callee.api)) return halt('unsupported')
    return callBuiltin(machine, callee.api, undefined, args)
  }
  if (!(callee instanceof FoldFunction)) return machine.raise('TypeError')
  if (callee.node.type === 'ArrowFunctionExpression') return machine.raise('TypeError')
  const instance = machine.object(new Map(), 'plain', prototypeOf(machine, callee))
  const result = callFunction(machine, callee, instance, args)
  return typeof result === 'object' && result !== null ? result : instance
}

/** A template with a tag: only `String.raw`. */
export const callTag = (
  machine: Machine,
  tag: Value,
  quasis: readonly { readonly value: { readonly raw: string } }[],
  values: readonly Value[],
): Value => {
  if (!(tag instanceof Builtin) || tag.api !== 'String.raw') return halt('unsupported')
  const raw = machine.array(quasis.map(quasi => quasi.value.raw))
  return callBuiltin(machine, tag.api, undefined, [raw, ...values])
}
