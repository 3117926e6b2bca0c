import type { AnyNode, IfStatement, Statement } from 'acorn'
import { HOLE } from '../../types.ts'
import { plainBinding } from './environment.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { environmentApi } from './models/index.ts'
import { isSecretVariable } from './models/secrets.ts'
import { pairOf } from './pairs.ts'
import { placeOf, type Place } from './sites.ts'
import { carrying, join, joinTaints, knowns, type Taint, type Value } from './values.ts'

/**
 * Programs look through all variables of the process for their own settings, which begin as their name does:
 * `for (const [name, value] of Object.entries(process.env)) if (name.startsWith('TOOL_')) …`. What such a test lets
 * through is not the whole environment.
 */

type Loop = Extract<AnyNode, { type: 'ForInStatement' | 'ForOfStatement' }>

/** The test of a loop that picks, the names the loop gives to name and value, and what the name is compared with. */
type Pick = {
  readonly test: IfStatement
  readonly name: string
  readonly value: string | undefined
  readonly compared: readonly { readonly node: AnyNode; readonly begins: boolean }[]
}

const picks = new WeakMap<Loop, Pick | 'none'>()
const byTest = new WeakMap<IfStatement, Pick>()

/** Notes the test of a loop over the variables of the process; others are picked from whoever they are of. */
export function notePick(machine: Interpreter, loop: Loop, over: Value, frame: Frame): void {
  let pick = picks.get(loop)
  if (pick === undefined) picks.set(loop, (pick = pickOf(loop) ?? 'none'))
  if (pick === 'none') return
  if (over.handles.some(({ api }) => api === environmentApi) || machine.deepTaints(over, frame).some(isWhole))
    byTest.set(pick.test, pick)
}

/** Runs what stands behind a test with the names that it lets through. */
export function withPicked(machine: Interpreter, test: IfStatement, frame: Frame, run: () => void): void {
  const pick = byTest.get(test)
  const names = pick === undefined ? undefined : namesOf(machine, pick.compared, frame)
  if (pick === undefined || names === undefined) return run()
  const place = placeOf(frame.file, test)
  const restore = [
    held(pick.name, frame, () => knowns(names)),
    held(pick.value, frame, value => onlyOf(machine, value, names, place)),
  ]
  run()
  for (const back of restore) back()
}

/**
 * `Object.entries(process.env).filter(([name]) => name.startsWith('TOOL_'))`: a pair that such a filter lets through.
 * Undefined where it is no such list, or what the filter says of the name is not all of it.
 */
export function pickedPair(
  machine: Interpreter,
  filter: Value,
  pair: Value,
  frame: Frame,
  place: Place,
): Value | undefined {
  const [fn] = filter.functions
  const [list] = pair.objects
  if (fn === undefined || list?.length !== 2 || !isWrittenAt(filter, frame, place)) return undefined
  const [parameter] = fn.node.params
  const name = parameter?.type === 'ArrayPattern' ? parameter.elements[0] : undefined
  if (name?.type !== 'Identifier') return undefined
  const value = machine.read(machine.field(list, '1'), frame)
  if (!value.taints.some(isWhole)) return undefined
  const names = namesLet(machine, fn.node.body, name.name, frame)
  return names === undefined
    ? undefined
    : pairOf(machine, knowns(names), onlyOf(machine, value, names, place), frame, place, ' picked')
}

/** The names of all variables, as a source; what is read under them has others. */
export const allNames = 'names in process.env'

/** What `Object.keys(process.env)` gives: names, from which a filter may pick. */
export function namesGiven(machine: Interpreter, of: Value, names: Value, place: Place): Value {
  if (of.objects.length > 0 || !of.handles.some(({ api }) => api === environmentApi)) return names
  const told = names.taints.map(taint => (isWhole(taint) ? machine.source('env', allNames, place) : taint))
  return carrying(names, joinTaints([], told))
}

/**
 * `Object.keys(process.env).filter(name => name.startsWith('TOOL_'))`: a name that such a filter lets through. Undefined
 * where it may be something else than a name: the value of a variable begins with what nobody chose.
 */
export function pickedName(
  machine: Interpreter,
  filter: Value,
  name: Value,
  frame: Frame,
  place: Place,
): Value | undefined {
  const wholes = name.taints.filter(isWhole)
  if (wholes.length === 0 || wholes.some(({ source }) => source.name !== allNames)) return undefined
  const [fn] = filter.functions
  const [parameter] = fn?.node.params ?? []
  if (fn === undefined || parameter?.type !== 'Identifier' || !isWrittenAt(filter, frame, place))
    return undefined
  const names = namesLet(machine, fn.node.body, parameter.name, frame)
  return names === undefined ? undefined : onlyOf(machine, carrying(knowns(names), name.taints), names, place)
}

/** Only what is written in the call itself is sure to mean the names of this place. */
function isWrittenAt({ functions }: Value, frame: Frame, place: Place): boolean {
  const [fn] = functions
  return (
    fn !== undefined &&
    functions.length === 1 &&
    fn.file === frame.file &&
    fn.node.start >= place.start &&
    fn.node.end <= place.end
  )
}

/** The names that a filter lets through, where what it says of the name is all of it. */
function namesLet(
  machine: Interpreter,
  body: AnyNode,
  name: string,
  frame: Frame,
): readonly string[] | undefined {
  const test = resultOf(body)
  const compared = test === undefined ? undefined : comparisons(test, name)
  return compared === undefined ? undefined : namesOf(machine, compared, frame)
}

/** What a function gives back that does nothing else. */
function resultOf(body: AnyNode): AnyNode | undefined {
  if (body.type !== 'BlockStatement') return body
  const [only] = body.body
  return body.body.length === 1 && only?.type === 'ReturnStatement' ? (only.argument ?? undefined) : undefined
}

/** A value that was of any variable, where only those of some names are left. */
function onlyOf(machine: Interpreter, value: Value, names: readonly string[], place: Place): Value {
  const others = value.taints.filter(taint => !isWhole(taint))
  return carrying(
    value,
    names.reduce<readonly Taint[]>(
      (taints, name) => joinTaints(taints, [sourceOf(machine, name, place)]),
      others,
    ),
  )
}

/** Variables whose names begin with a text, as a source: `TOOL_…`. */
export function beginning(machine: Interpreter, name: string, place: Place): Taint | undefined {
  const at = name.indexOf(HOLE)
  return at < minBeginning || !/^\w+$/.test(name.slice(0, at))
    ? undefined
    : machine.source('env', `${name.slice(0, at)}…`, place)
}

/** Shorter beginnings are those of too many. */
const minBeginning = 3

function sourceOf(machine: Interpreter, name: string, place: Place): Taint {
  const kind = isSecretVariable(name) ? 'env-secret' : 'env-name'
  return beginning(machine, name, place) ?? machine.source(kind, name, place)
}

/** Gives a name another value; what it gives back puts the old one back, where nothing else was written. */
function held(name: string | undefined, frame: Frame, narrow: (value: Value) => Value): () => void {
  const binding = name === undefined ? undefined : plainBinding(frame.environment, name)
  if (binding === undefined || binding.from !== undefined) return () => {}
  const before = binding.value
  const narrowed = narrow(before)
  binding.value = narrowed
  return () => {
    binding.value = binding.value === narrowed ? before : join(before, binding.value)
  }
}

/** What the name is compared with: whole names, or beginnings with a hole behind. Undefined where any is not known. */
function namesOf(
  machine: Interpreter,
  compared: Pick['compared'],
  frame: Frame,
): readonly string[] | undefined {
  const names: string[] = []
  for (const { node, begins } of compared) {
    const value = machine.evaluate(node, frame)
    // Compilers set every export to nothing first, and no name begins with that.
    const constants = value.known.filter(constant => constant !== undefined)
    const texts = constants.filter(text => typeof text === 'string')
    if (value.open || texts.length === 0 || texts.length < constants.length) return undefined
    for (const text of texts) names.push(begins && !text.includes(HOLE) ? text + HOLE : text)
  }
  const isTelling = (name: string): boolean => /^\w{3}/.test(name)
  return names.length > 0 && names.length <= maxNames && names.every(isTelling) ? names : undefined
}

const maxNames = 64

function isWhole({ source: { kind } }: Taint): boolean {
  return kind === 'env'
}

function pickOf({ left, body }: Loop): Pick | undefined {
  const pattern = left.type === 'VariableDeclaration' ? left.declarations[0]?.id : left
  const [first, second] = pattern?.type === 'ArrayPattern' ? pattern.elements : [pattern]
  if (first?.type !== 'Identifier') return undefined
  const value = second?.type === 'Identifier' ? second.name : undefined
  const test = onlyTest(body)
  const compared = test === undefined ? undefined : comparisons(test.test, first.name)
  return test === undefined || compared === undefined
    ? undefined
    : { test, name: first.name, value, compared }
}

/** The test that everything in a loop stands behind, loops over what it is compared with included. */
function onlyTest(body: Statement): IfStatement | undefined {
  let node: Statement | undefined = body
  for (let depth = 0; depth < 6 && node !== undefined; depth++) {
    if (node.type === 'IfStatement') return node.alternate ? undefined : node
    if (node.type === 'BlockStatement') node = node.body.length === 1 ? node.body[0] : undefined
    else if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') node = node.body
    else return undefined
  }
  return undefined
}

/** What a test compares the name with: on each side of an `||`, on one of an `&&`. */
function comparisons(test: AnyNode, name: string, depth = 0): Pick['compared'] | undefined {
  if (depth > 8) return undefined
  if (test.type === 'LogicalExpression') {
    const left = comparisons(test.left, name, depth + 1)
    const right = comparisons(test.right, name, depth + 1)
    if (test.operator === '&&') return left ?? right
    return left === undefined || right === undefined ? undefined : [...left, ...right]
  }
  if (test.type === 'BinaryExpression' && (test.operator === '===' || test.operator === '=='))
    return isName(test.left, name)
      ? [{ node: test.right, begins: false }]
      : isName(test.right, name)
        ? [{ node: test.left, begins: false }]
        : undefined
  if (test.type !== 'CallExpression' || test.callee.type !== 'MemberExpression') return undefined
  const { object, property } = test.callee
  const [given] = test.arguments
  return property.type === 'Identifier' && property.name === 'startsWith' && given && isName(object, name)
    ? [{ node: given, begins: true }]
    : undefined
}

/** The name itself, or the same in other letters. */
function isName(node: AnyNode, name: string): boolean {
  if (node.type === 'Identifier') return node.name === name
  return (
    node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    node.callee.object.type === 'Identifier' &&
    node.callee.object.name === name &&
    node.callee.property.type === 'Identifier' &&
    /^to(?:Upper|Lower)Case$/.test(node.callee.property.name)
  )
}
