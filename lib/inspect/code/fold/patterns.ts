import type { Pattern, VariableDeclaration } from 'acorn'
import { halt } from './budget.ts'
import { toKey } from './coerce.ts'
import type { Machine } from './machine.ts'
import { getMember, setMember } from './members.ts'
import { keysOf, ownField } from './object-methods.ts'
import { Binding, Missing, type Scope, unknown } from './scope.ts'
import { FoldArray, FoldBytes, FoldObject, type Value } from './values.ts'

/** How a pattern meets its names: as a declaration, or as an assignment to what is there. */
export type BindMode = VariableDeclaration['kind'] | 'assign'

/** The elements a spread or an array pattern iterates over. */
export const iterate = (machine: Machine, value: Value): readonly Value[] => {
  if (value instanceof FoldArray) {
    machine.used |= value.labels
    machine.budget.make(value.items.length)
    return Array.from(value.items)
  }
  if (typeof value === 'string') {
    machine.budget.make(value.length)
    return Array.from(value)
  }
  if (value instanceof FoldBytes) {
    machine.used |= value.labels
    machine.budget.make(value.bytes.length)
    return [...value.bytes]
  }
  if (value instanceof FoldObject && value.type === 'arguments') {
    return keysOf(machine, value).map(key => ownField(machine, value, key))
  }
  if (value === undefined || value === null || typeof value !== 'object') return machine.raise('TypeError')
  return halt('unsupported')
}

const outermost = (scope: Scope): Scope => {
  let root = scope
  while (root.parent !== undefined) root = root.parent
  return root
}

/** Writes a name: declares it, or assigns to the nearest declaration. Undeclared names become globals. */
export const bindName = (
  machine: Machine,
  name: string,
  value: Value,
  scope: Scope,
  mode: BindMode,
): void => {
  let binding = mode === 'assign' || mode === 'var' ? scope.find(name) : scope.names.get(name)
  if (binding === undefined) {
    binding = new Binding(unknown, 0)
    const home = mode === 'assign' ? outermost(scope) : scope
    home.names.set(name, binding)
  } else if (mode === 'assign') {
    if (binding.value instanceof Missing && binding.value.kind === 'uninitialised')
      return machine.raise('ReferenceError')
    if (binding.constant) return machine.raise('TypeError')
  }
  machine.journal.touch(binding)
  binding.value = value
  binding.labels = machine.used
}

/** Destructures a value into a pattern. Defaults are evaluated where the value is `undefined`. */
export const bindPattern = (
  machine: Machine,
  pattern: Pattern,
  value: Value,
  scope: Scope,
  mode: BindMode,
): void => {
  switch (pattern.type) {
    case 'Identifier':
      return bindName(machine, pattern.name, value, scope, mode)
    case 'AssignmentPattern': {
      const given = value === undefined ? machine.engine.evaluate(machine, pattern.right, scope) : value
      return bindPattern(machine, pattern.left, given, scope, mode)
    }
    case 'MemberExpression': {
      if (pattern.object.type === 'Super') return halt('unsupported')
      const object = machine.engine.evaluate(machine, pattern.object, scope)
      return setMember(machine, object, memberKey(machine, pattern, scope), value)
    }
    case 'ArrayPattern':
      return bindArray(machine, pattern.elements, iterate(machine, value), scope, mode)
    case 'ObjectPattern':
      return bindObject(machine, pattern, value, scope, mode)
    case 'RestElement':
      return halt('unsupported')
  }
}

const bindArray = (
  machine: Machine,
  elements: readonly (Pattern | null)[],
  items: readonly Value[],
  scope: Scope,
  mode: BindMode,
): void => {
  elements.forEach((element, index) => {
    if (element === null) return
    if (element.type === 'RestElement') {
      bindPattern(machine, element.argument, machine.array(items.slice(index)), scope, mode)
    } else bindPattern(machine, element, items[index], scope, mode)
  })
}

const bindObject = (
  machine: Machine,
  pattern: Extract<Pattern, { type: 'ObjectPattern' }>,
  value: Value,
  scope: Scope,
  mode: BindMode,
): void => {
  if (value === undefined || value === null) return machine.raise('TypeError')
  const taken = new Set<string>()
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      const rest = new Map<string, Value>()
      for (const key of keysOf(machine, value))
        if (!taken.has(key)) rest.set(key, ownField(machine, value, key))
      bindPattern(machine, property.argument, machine.object(rest), scope, mode)
      continue
    }
    const { key } = property
    let name: string
    if (!property.computed && key.type === 'Identifier') name = key.name
    else name = toKey(machine, machine.engine.evaluate(machine, key, scope))
    taken.add(name)
    bindPattern(machine, property.value, getMember(machine, value, name), scope, mode)
  }
}

/** The key of a member expression: a name, or the value in brackets. */
export const memberKey = (
  machine: Machine,
  node: Extract<Pattern, { type: 'MemberExpression' }>,
  scope: Scope,
): Value => {
  const { property } = node
  if (!node.computed) return property.type === 'Identifier' ? property.name : halt('unsupported')
  if (property.type === 'PrivateIdentifier') return halt('unsupported')
  const key = machine.engine.evaluate(machine, property, scope)
  return typeof key === 'number' ? key : toKey(machine, key)
}
