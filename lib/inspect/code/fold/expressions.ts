import type {
  ArrayExpression,
  AssignmentExpression,
  BinaryExpression,
  CallExpression,
  Expression,
  Literal,
  MemberExpression,
  ObjectExpression,
  SpreadElement,
  UnaryExpression,
  UpdateExpression,
} from 'acorn'
import { halt } from './budget.ts'
import { callMember, callTag, callValue, construct } from './calls.ts'
import { mayHaveChanged } from './changes.ts'
import { toKey, truthy, typeOf } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import { exportName } from './exported.ts'
import { globalType, globalValue } from './globals.ts'
import type { Engine, Machine } from './machine.ts'
import { deleteMember, getMember, hasMember, setMember } from './members.ts'
import { keysOf, ownField } from './object-methods.ts'
import { applyBinary, applyUnary, concatenate } from './operators.ts'
import { bindName, bindPattern, iterate, memberKey } from './patterns.ts'
import { Missing, type Scope } from './scope.ts'
import { FoldArray, FoldFunction, FoldObject, FoldRegex, type Value } from './values.ts'

/** Evaluates one expression. Expressions inside one another are counted, since the input chooses how deep they nest. */
export const evaluate: Engine['evaluate'] = (machine, node, scope) => {
  machine.budget.spend(1)
  machine.depth += 1
  if (machine.depth > machine.budget.limits.maxDepth) halt('depth')
  const { recorder } = machine
  let value: Value
  if (recorder !== undefined && machine.calls === 0) {
    const before = machine.used
    machine.used = 0
    value = dispatch(machine, node, scope)
    recorder(node, value, machine.used)
    machine.used |= before
  } else value = dispatch(machine, node, scope)
  machine.depth -= 1
  return value
}

const dispatch = (machine: Machine, node: Expression, scope: Scope): Value => {
  switch (node.type) {
    case 'Literal':
      return literal(machine, node)
    case 'Identifier':
      return readName(machine, node.name, scope)
    case 'BinaryExpression':
      return binary(machine, node, scope)
    case 'MemberExpression':
      return member(machine, node, scope)
    case 'CallExpression':
      return call(machine, node, scope)
    case 'AssignmentExpression':
      return assign(machine, node, scope)
    case 'UpdateExpression':
      return update(machine, node, scope)
    case 'LogicalExpression': {
      const left = evaluate(machine, node.left, scope)
      return goesOn(node.operator, left) ? evaluate(machine, node.right, scope) : left
    }
    case 'ConditionalExpression':
      return evaluate(
        machine,
        truthy(evaluate(machine, node.test, scope)) ? node.consequent : node.alternate,
        scope,
      )
    case 'UnaryExpression':
      return unary(machine, node, scope)
    case 'SequenceExpression': {
      let value: Value
      for (const expression of node.expressions) value = evaluate(machine, expression, scope)
      return value
    }
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return new FoldFunction(node, scope, scope.self, machine.journal.stamp)
    case 'ArrayExpression':
      return arrayOf(machine, node, scope)
    case 'ObjectExpression':
      return objectOf(machine, node, scope)
    case 'TemplateLiteral': {
      const parts: Value[] = []
      node.quasis.forEach((quasi, index) => {
        parts.push(quasi.value.cooked ?? halt('unsupported'))
        const inner = node.expressions[index]
        if (inner !== undefined) parts.push(evaluate(machine, inner, scope))
      })
      return concatenate(machine, parts)
    }
    case 'TaggedTemplateExpression': {
      const tag = evaluate(machine, node.tag, scope)
      const values = node.quasi.expressions.map(inner => evaluate(machine, inner, scope))
      return callTag(machine, tag, node.quasi.quasis, values)
    }
    case 'NewExpression':
      return construct(
        machine,
        evaluate(machine, node.callee, scope),
        argumentsOf(machine, node.arguments, scope),
      )
    case 'ThisExpression':
      return scope.self instanceof Missing ? halt('unknown') : scope.self
    case 'ChainExpression':
      return chain(machine, node.expression, scope)
    case 'ParenthesizedExpression':
      return evaluate(machine, node.expression, scope)
    default:
      return halt('unsupported')
  }
}

const literal = (machine: Machine, node: Literal): Value => {
  if (node.regex) return new FoldRegex(node.regex.pattern, node.regex.flags, machine.journal.stamp)
  const { value } = node
  if (value === null && node.bigint) return halt('unsupported')
  if (typeof value === 'object' && value !== null) return halt('unsupported')
  return value
}

const readName = (machine: Machine, name: string, scope: Scope): Value => {
  const binding = scope.find(name)
  if (binding === undefined) return name === 'undefined' ? undefined : (globalValue(name) ?? halt('unknown'))
  const { value } = binding
  if (value instanceof Missing) {
    return value.kind === 'unknown' ? halt('unknown') : machine.raise('ReferenceError')
  }
  if (machine.hasLoaded && mayHaveChanged(machine, binding)) return halt('unknown')
  machine.used |= binding.labels
  return value
}

/** Long chains of `+` lean to the left: their length is the input's choice, so they are walked, not descended. */
const binary = (machine: Machine, node: BinaryExpression, scope: Scope): Value => {
  const chain: BinaryExpression[] = [node]
  let first = node.left
  while (first.type === 'BinaryExpression') {
    chain.push(first)
    first = first.left
  }
  if (first.type === 'PrivateIdentifier') return halt('unsupported')
  let value = evaluate(machine, first, scope)
  for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
    const right = evaluate(machine, next.right, scope)
    machine.budget.spend(1)
    noteRotation(machine, next)
    if (next.operator === 'in') value = hasMember(machine, right, value)
    else if (next.operator === 'instanceof') value = isInstance(value, right)
    else value = applyBinary(machine, next.operator, value, right)
  }
  return value
}

/** Shifting letters by half the alphabet, or within the printable characters. */
const noteRotation = (machine: Machine, node: BinaryExpression): void => {
  if (node.right.type !== 'Literal' || typeof node.right.value !== 'number') return
  const { operator } = node
  const { value } = node.right
  const wraps = operator === '%' && (value === 26 || value === 94 || value === 95)
  if (wraps || ((operator === '+' || operator === '-') && (value === 13 || value === 26)))
    machine.used |= decoderBits.rot
}

const isInstance = (value: Value, type: Value): boolean => {
  if (!(type instanceof FoldFunction) || type.bound !== undefined) return halt('unsupported')
  if (!(value instanceof FoldObject))
    return typeof value === 'object' && value !== null ? halt('unsupported') : false
  let proto = value.proto
  for (let hops = 0; proto !== undefined && hops < 100; hops += 1) {
    if (proto === type.prototype) return true
    proto = proto.proto
  }
  return false
}

const member = (machine: Machine, node: MemberExpression, scope: Scope): Value => {
  if (node.object.type === 'Super') return halt('unsupported')
  const own = ownExport(machine, node, scope)
  if (own !== undefined) return own
  const object = evaluate(machine, node.object, scope)
  if (node.optional && (object === undefined || object === null)) throw shortCircuit
  const { used } = machine
  const value = getMember(machine, object, memberKey(machine, node, scope))
  // `texts[3]` hides nothing from a reader, unless the table was turned before.
  if (object instanceof FoldArray && node.property.type === 'Literal' && machine.rotations === 0)
    machine.used = used | object.labels
  return value
}

/** What a file calls by the name it hands it out under. */
const ownExport = (
  { exported, usedExports }: Machine,
  node: MemberExpression,
  scope: Scope,
): FoldFunction | undefined => {
  if (usedExports === undefined || exported.size === 0) return undefined
  const name = exportName(node, scope) ?? ''
  const own = exported.get(name)
  if (own !== undefined) usedExports.add(name)
  return own
}

/** The end of an optional chain whose start is nullish. Never leaves `chain`. */
const shortCircuit = new Error('optional chain ended')

const chain = (machine: Machine, node: Expression, scope: Scope): Value => {
  const { depth, calls } = machine
  try {
    return evaluate(machine, node, scope)
  } catch (error) {
    if (error !== shortCircuit) throw error
    machine.depth = depth
    machine.calls = calls
    return undefined
  }
}

const argumentsOf = (
  machine: Machine,
  nodes: readonly (Expression | SpreadElement)[],
  scope: Scope,
): Value[] => {
  const values: Value[] = []
  for (const node of nodes) {
    if (node.type === 'SpreadElement') {
      for (const item of iterate(machine, evaluate(machine, node.argument, scope))) values.push(item)
    } else values.push(evaluate(machine, node, scope))
  }
  return values
}

const call = (machine: Machine, node: CallExpression, scope: Scope): Value => {
  const { callee } = node
  if (callee.type === 'Super') return halt('unsupported')
  if (callee.type === 'MemberExpression') {
    if (callee.object.type === 'Super') return halt('unsupported')
    const own = ownExport(machine, callee, scope)
    if (own !== undefined)
      return callValue(machine, own, undefined, argumentsOf(machine, node.arguments, scope))
    const object = evaluate(machine, callee.object, scope)
    if (callee.optional && (object === undefined || object === null)) throw shortCircuit
    const key = memberKey(machine, callee, scope)
    if (node.optional) {
      const method = getMember(machine, object, key)
      if (method === undefined || method === null) throw shortCircuit
    }
    return callMember(machine, object, key, argumentsOf(machine, node.arguments, scope))
  }
  const fn = evaluate(machine, callee, scope)
  if (node.optional && (fn === undefined || fn === null)) throw shortCircuit
  return callValue(machine, fn, undefined, argumentsOf(machine, node.arguments, scope))
}

const goesOn = (operator: string, left: Value): boolean => {
  if (operator.startsWith('&&')) return truthy(left)
  if (operator.startsWith('||')) return !truthy(left)
  return left === undefined || left === null
}

const assign = (machine: Machine, node: AssignmentExpression, scope: Scope): Value => {
  const { left, operator } = node
  if (operator === '=') {
    if (left.type === 'MemberExpression') {
      if (left.object.type === 'Super') return halt('unsupported')
      const object = evaluate(machine, left.object, scope)
      const key = memberKey(machine, left, scope)
      const value = evaluate(machine, node.right, scope)
      setMember(machine, object, key, value)
      return value
    }
    const value = evaluate(machine, node.right, scope)
    bindPattern(machine, left, value, scope, 'assign')
    return value
  }
  const place = placeOf(machine, left, scope)
  const old = place.read()
  if (operator === '&&=' || operator === '||=' || operator === '??=') {
    if (!goesOn(operator, old)) return old
    return place.write(evaluate(machine, node.right, scope))
  }
  const right = evaluate(machine, node.right, scope)
  return place.write(applyBinary(machine, operator.slice(0, -1), old, right))
}

type Place = { readonly read: () => Value; readonly write: (value: Value) => Value }

/** Something that is read and written: the object and the key are evaluated once. */
const placeOf = (machine: Machine, node: AssignmentExpression['left'] | Expression, scope: Scope): Place => {
  if (node.type === 'Identifier') {
    return {
      read: () => readName(machine, node.name, scope),
      write: value => {
        bindName(machine, node.name, value, scope, 'assign')
        return value
      },
    }
  }
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return halt('unsupported')
  const object = evaluate(machine, node.object, scope)
  const key = memberKey(machine, node, scope)
  return {
    read: () => getMember(machine, object, key),
    write: value => {
      setMember(machine, object, key, value)
      return value
    },
  }
}

const update = (machine: Machine, node: UpdateExpression, scope: Scope): Value => {
  const place = placeOf(machine, node.argument, scope)
  const old = place.read()
  if (typeof old === 'bigint') {
    place.write(applyBinary(machine, node.operator === '++' ? '+' : '-', old, 1n))
    return node.prefix ? place.read() : old
  }
  const number = applyUnary(machine, '+', old) as number
  const value = place.write(node.operator === '++' ? number + 1 : number - 1)
  return node.prefix ? value : number
}

const unary = (machine: Machine, node: UnaryExpression, scope: Scope): Value => {
  const { argument, operator } = node
  if (operator === 'typeof' && argument.type === 'Identifier' && scope.find(argument.name) === undefined) {
    const value = argument.name === 'undefined' ? undefined : globalValue(argument.name)
    if (argument.name === 'undefined') return 'undefined'
    const type = globalType(argument.name)
    // A decoder may ask where it runs. What the program itself does in a browser must not be folded away.
    if (type === 'undefined') {
      if (machine.calls === 0) return halt('unknown')
      machine.asksForPage = true
    }
    return type ?? (value === undefined ? halt('unknown') : typeOf(value))
  }
  if (operator === 'delete') {
    if (argument.type !== 'MemberExpression' || argument.object.type === 'Super') return halt('unsupported')
    const object = evaluate(machine, argument.object, scope)
    return deleteMember(machine, object, memberKey(machine, argument, scope))
  }
  const value = evaluate(machine, argument, scope)
  switch (operator) {
    case 'typeof':
      return typeOf(value)
    case '!':
      return !truthy(value)
    case 'void':
      return undefined
    default:
      return applyUnary(machine, operator, value)
  }
}

/** Tables of thousands of texts are made anew at each call of the function that holds them: read once, then copied. */
const literalItems = (machine: Machine, node: ArrayExpression): readonly Value[] | undefined => {
  if (machine.literals.has(node)) return machine.literals.get(node)
  const plain = node.elements.every(element => element?.type === 'Literal' && !element.regex)
  if (!plain) return undefined
  const items = node.elements.map(element => literal(machine, element as Literal))
  machine.literals.set(node, items)
  return items
}

const arrayOf = (machine: Machine, node: ArrayExpression, scope: Scope): Value => {
  const fixed = node.elements.length >= 8 ? literalItems(machine, node) : undefined
  machine.budget.spend(node.elements.length >>> 4)
  const items: Value[] = fixed === undefined ? [] : [...fixed]
  if (fixed === undefined) {
    for (const element of node.elements) {
      if (element === null) items.length += 1
      else if (element.type === 'SpreadElement') {
        for (const item of iterate(machine, evaluate(machine, element.argument, scope))) items.push(item)
      } else items.push(evaluate(machine, element, scope))
    }
  }
  const array = machine.array(items)
  array.labels = machine.used
  array.table = items.length >= 8 && typeof items[0] === 'string' && typeof items.at(-1) === 'string'
  if (array.table) machine.tables.set(node, items.length)
  return array
}

const objectOf = (machine: Machine, node: ObjectExpression, scope: Scope): Value => {
  const fields = new Map<string, Value>()
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const source = evaluate(machine, property.argument, scope)
      if (source === undefined || source === null) continue
      for (const key of keysOf(machine, source)) fields.set(key, ownField(machine, source, key))
      continue
    }
    const { key } = property
    if (property.kind !== 'init') return halt('unsupported')
    const plain = !property.computed && key.type === 'Identifier'
    const name = plain ? key.name : toKey(machine, evaluate(machine, key, scope))
    if (name === '__proto__') return halt('unsupported')
    fields.set(name, evaluate(machine, property.value, scope))
  }
  const object = machine.object(fields)
  object.labels = machine.used
  return object
}
