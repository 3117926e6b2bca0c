import { noteBesideOthers } from './mails.ts'
import type { AnyNode } from 'acorn'
import { lookUp } from './environment.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { copyFields, othersOf } from './copying.ts'
import { elementsOf } from './elements.ts'
import { isPlainCaller, memberOf, namesOf, propertyKey, setMember } from './members.ts'
import { securityCodeAmong, takenAsCode } from './cards.ts'
import { isSecretParameter, isSecurityCode } from './models/secrets.ts'
import { assignGlobal } from './patching.ts'
import { isRequest } from './requests.ts'
import { childrenOf } from './children.ts'
import { noteChunk } from './shipping.ts'
import { placeOf } from './sites.ts'
import { isStandIn, standIn } from './stand-ins.ts'
import {
  join,
  joinTaints,
  known,
  nothing,
  ofObject,
  tainted,
  unsure,
  carrying,
  type Binding,
  type ObjectValue,
  type SourceRecord,
  type Value,
} from './values.ts'

/** Binding and assigning names, whole or taken apart. */

type Member = Extract<AnyNode, { type: 'MemberExpression' }>

type BindKind = 'var' | 'let' | 'const' | 'parameter' | 'using' | 'await using'

/** Binds the names of a declaration or parameter. */
export function bindPattern(
  machine: Interpreter,
  pattern: AnyNode,
  value: Value,
  frame: Frame,
  kind: BindKind,
): void {
  takeApart(machine, pattern, value, frame, (target, part) => {
    if (target.type !== 'Identifier') return
    const { binding } = lookUp(frame.environment, target.name)
    if (binding === undefined) return
    const given =
      kind === 'parameter'
        ? nameSecret(machine, target.name, part, target, frame)
        : namedKey(machine, target.name, part, target, frame)
    store(machine, binding, given, frame)
  })
}

/** Assigns to whatever the left side of `=` names. */
export function assignPattern(machine: Interpreter, pattern: AnyNode, value: Value, frame: Frame): void {
  takeApart(machine, pattern, value, frame, (target, part) => {
    if (target.type === 'Identifier') assignName(machine, target, part, frame)
    else if (target.type === 'MemberExpression') assignMember(machine, target, part, frame)
  })
}

export function assignName(
  machine: Interpreter,
  target: { readonly name: string; readonly start: number; readonly end: number },
  value: Value,
  frame: Frame,
): void {
  const { binding, objects } = lookUp(frame.environment, target.name)
  for (const object of objects)
    setMember(machine, object, known(target.name), value, frame, target as AnyNode)
  if (binding !== undefined) store(machine, binding, value, frame)
  else if (objects.length === 0) assignGlobal(machine, target.name, value, frame, placeOf(frame.file, target))
}

/** Members of members that are looked at: `this.options.headers.token = …`. */
const maxChain = 3

/**
 * `object.key = value`. What is written into something nobody knows is found there again: from then on the variable
 * or member it was read from holds a stand-in as well. Otherwise `options.body = secret` would be lost with every
 * `options` that a caller or another package gave.
 */
export function assignMember(
  machine: Interpreter,
  target: Member,
  value: Value,
  frame: Frame,
  node: AnyNode = target,
): void {
  const object = target.object.type === 'Super' ? frame.thisValue : machine.evaluate(target.object, frame)
  const key = propertyKey(machine, target, frame)
  setMember(machine, object, key, value, frame, node)
  if (!isWorthKeeping(value)) return
  if (!target.computed && target.property.type === 'Identifier')
    noteChunk(machine, target.property.name, value, frame, node)
  const held = standInFor(machine, target.object, object, frame, maxChain)
  if (held === undefined) return
  for (const name of namesOf(key))
    if (name === undefined) machine.writeRest(held, value)
    else machine.writeField(held, name, value)
}

/** What can be part of a finding: data, code, something of the outside world, an address or a path. */
function isWorthKeeping({ taints, functions, objects, handles, known }: Value): boolean {
  return (
    taints.length + functions.length + objects.length + handles.length > 0 ||
    known.some(text => typeof text === 'string' && /[./:]/.test(text))
  )
}

/** Nothing is ever written into nothing: what may be that as well is still unknown. */
function isUnknown({ open, known, functions, objects, handles }: Value): boolean {
  const empty = known.every(constant => constant === null || constant === undefined)
  return open && empty && functions.length + objects.length + handles.length === 0
}

function standInFor(
  machine: Interpreter,
  node: AnyNode,
  value: Value,
  frame: Frame,
  depth: number,
): ObjectValue | undefined {
  if (!isUnknown(value) || depth === 0) return undefined
  if (node.type === 'Identifier') {
    if (lookUp(frame.environment, node.name).binding === undefined) return undefined
    const object = standIn(machine, frame, `stand-in ${node.name}`)
    assignName(machine, node, join(value, ofObject(object)), frame)
    return object
  }
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return undefined
  const key = propertyKey(machine, node, frame)
  const [name, ...others] = namesOf(key)
  if (name === undefined || others.length > 0) return undefined
  const base = machine.evaluate(node.object, frame)
  const holder = standInFor(machine, node.object, base, frame, depth - 1)
  const object = standIn(machine, frame, node)
  for (const one of holder === undefined ? base.objects : [holder])
    machine.writeField(one, name, ofObject(object))
  return holder === undefined && base.objects.length === 0 ? undefined : object
}

/** Methods that keep what they are given, whoever's list, map or form it is. */
const keeping = /^(?:push|unshift|append|set|add)$/

/**
 * `form.append('token', secret)` and `Object.assign(options, { token })` on something nobody knows: what it was given is
 * found in it again. A map may hold many things, so what comes out of it is not certain.
 */
export function keepInUnknown(
  machine: Interpreter,
  method: Member,
  name: string,
  target: Value,
  [into]: readonly AnyNode[],
  given: Arguments,
  frame: Frame,
): void {
  if (name === 'assign' && into !== undefined && target.handles.some(({ api }) => api === 'global:Object')) {
    const held = standInFor(machine, into, given.list[0] ?? nothing, frame, maxChain)
    if (held !== undefined)
      for (const from of given.list.slice(1))
        copyFields(machine, from, held, frame, placeOf(frame.file, method))
  }
  if (!keeping.test(name)) return
  const known = target.objects.length > 0 && target.objects.every(isStandIn)
  if (!known && !isUnknown(target)) return
  const beside = name !== 'append' && name !== 'set' && noteBesideOthers(machine, given.list, target)
  const taints = machine.allTaints([...given.list, given.rest], frame)
  if (taints.length === 0 && !beside) return
  const held = known
    ? target.objects
    : [standInFor(machine, method.object, target, frame, maxChain) ?? []].flat()
  const kept = tainted(name === 'push' || name === 'unshift' || name === 'append' ? taints : unsure(taints))
  for (const one of held) {
    machine.writeRest(one, kept)
    if (beside) for (const value of given.list) machine.writeRest(one, value)
  }
}

function store(machine: Interpreter, binding: Binding, value: Value, frame: Frame): void {
  if (binding.strong && binding.depth === frame.conditional) {
    if (frame.before?.has(binding) === false)
      frame.before.set(binding, { value: binding.value, blank: binding.blank })
    binding.value = value
    binding.blank = false
  } else if (binding.strong) binding.value = join(binding.value, value)
  else machine.write(binding, value)
}

/** A variable that is named like what opens a wallet, and holds something of the caller's, holds that. */
function namedKey(machine: Interpreter, name: string, value: Value, node: AnyNode, frame: Frame): Value {
  return value.taints.length > 0 && (keys.test(name) || isSecurityCode(name))
    ? nameSecret(machine, name, value, node, frame)
    : value
}

/** Functions of libraries of chains that make a wallet of their first argument, or look whether it opens one. */
const opening =
  /^(?:from(?:Phrase|Mnemonic|SecretKey|PrivateKey|WIF)|(?:create|open|import|restore)(?:Wallet)?From(?:Phrase|Mnemonic|PrivateKey|SecretKey)|(?:privateKey|mnemonic)To(?:Account|Seed|SeedSync|Entropy|Wallet|MiniSecret)|(?:validate|isValid)Mnemonic|new (?:Wallet|SigningKey))$/

/** `Mnemonic.fromPhrase(words)`: what a caller passes is named by what it is used for, whatever the parameter is called. */
export function nameByUse(
  machine: Interpreter,
  names: readonly (string | undefined)[],
  [first]: readonly AnyNode[],
  given: Arguments,
  frame: Frame,
): void {
  const value = given.list[0]
  const name = names.find(one => one !== undefined && opening.test(one))
  if (first === undefined || value === undefined || name === undefined) return
  const caller = value.taints.find(({ source }) => source.kind === 'caller')
  const variable = caller === undefined ? undefined : variableIn(first, caller.source, frame)
  if (variable === undefined) return
  const what = /private|secret|wif|new/i.test(name) ? 'privateKey' : 'mnemonic'
  const held = first === variable ? value : (lookUp(frame.environment, variable.name).binding?.value ?? value)
  assignName(machine, variable, nameSecret(machine, what, held, variable, frame), frame)
}

const maxParts = 20

/** The variable that is given, also where it goes through a box or a function on the way. */
function variableIn(
  given: AnyNode,
  source: SourceRecord,
  frame: Frame,
): Extract<AnyNode, { type: 'Identifier' }> | undefined {
  if (given.type === 'Identifier') return given
  const work: AnyNode[] = [given]
  for (let count = 0; count < maxParts; count++) {
    const part = work.pop()
    if (part === undefined) return undefined
    if (part.type !== 'Identifier') work.push(...childrenOf(part))
    else if (
      lookUp(frame.environment, part.name).binding?.value.taints.some(taint => taint.source === source) ===
      true
    )
      return part
  }
  return undefined
}

const keys =
  /^(?:mnemonic|seedPhrase|recoveryPhrase|secretRecoveryPhrase|privateKey|secretKey|passphrase|apiSecret)$/i

/** A parameter of an exported function that is named like a secret is one, if the caller is a user. */
function nameSecret(machine: Interpreter, name: string, value: Value, node: AnyNode, frame: Frame): Value {
  const caller = value.taints.find(isPlainCaller)
  if (caller === undefined || !value.open || value.functions.length > 0) return value
  const secret = isSecretParameter(name)
  // What a request carries stays that, whatever it is called where it is handed to.
  const sent = isRequest(caller)
  if (sent && !secret) return value
  const place = placeOf(frame.file, node)
  const own = machine.source(secret ? 'caller-secret' : 'caller', sent ? `request ${name}` : name, place)
  machine.recorder.wrapped.named(own.source, caller.source)
  const others = value.taints.filter(taint => taint.source !== caller.source)
  return carrying(value, joinTaints(others, [own]))
}

/** Pairs and the like, among which it may be any: each of their elements is another thing. */
function areTuples({ objects }: Value): boolean {
  return (
    objects.length > 0 &&
    objects.every(({ kind, length, rest }) => kind === 'array' && length !== undefined && rest === undefined)
  )
}

function takeApart(
  machine: Interpreter,
  pattern: AnyNode,
  value: Value,
  frame: Frame,
  put: (target: AnyNode, value: Value) => void,
): void {
  switch (pattern.type) {
    case 'AssignmentPattern': {
      let given = value
      const absent = value === nothing || value.open || value.known.some(constant => constant === undefined)
      if (absent) given = join(value, machine.evaluate(pattern.right, frame))
      takeApart(machine, pattern.left, given, frame, put)
      return
    }
    case 'ObjectPattern': {
      const taken = new Set<string>()
      const code = securityCodeAmong(frame.file, pattern.properties)
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') {
          takeApart(machine, property.argument, othersOf(machine, value, taken, frame, property), frame, put)
          continue
        }
        const key =
          property.key.type === 'Identifier' && !property.computed
            ? known(property.key.name)
            : machine.evaluate(property.key, frame)
        if (typeof key.known[0] === 'string') taken.add(key.known[0])
        const member = memberOf(machine, value, key, frame, property)
        const part =
          code !== undefined && key.known[0] === code
            ? takenAsCode(machine, member, code, frame.file, property)
            : member
        takeApart(machine, property.value, part, frame, put)
      }
      return
    }
    case 'ArrayPattern': {
      const items = elementsOf(machine, value, frame)
      for (const [at, element] of pattern.elements.entries()) {
        if (element === null) continue
        if (element.type === 'RestElement') {
          const array = machine.objectAt(frame, element, 'array')
          array.length = undefined
          machine.writeRest(array, items.exact ? items.list.slice(at).reduce(join, nothing) : items.any)
          takeApart(machine, element.argument, ofObject(array), frame, put)
        } else {
          const item = items.exact
            ? (items.list[at] ?? nothing)
            : areTuples(value)
              ? memberOf(machine, value, known(String(at)), frame, element)
              : items.any
          takeApart(machine, element, item, frame, put)
        }
      }
      return
    }
    case 'Identifier':
    case 'MemberExpression':
      put(pattern, value)
      return
    default: {
      const inner = (pattern as { parameter?: AnyNode; expression?: AnyNode }).parameter
      if (inner !== undefined) takeApart(machine, inner, value, frame, put)
      const expression = (pattern as { expression?: AnyNode }).expression
      if (expression !== undefined) takeApart(machine, expression, value, frame, put)
      if (inner === undefined && expression === undefined) put(pattern, tainted(value.taints))
    }
  }
}
