import type { AnyNode, Program } from 'acorn'
import { mutators } from './assigned.ts'
import type { Machine } from './machine.ts'
import type { Binding, Missing, Scope } from './scope.ts'
import { childrenOf } from '../children.ts'
import { isFunctionNode, namesOf } from './shape.ts'
import { FoldArray, FoldBytes, FoldFunction, FoldObject, type FunctionNode, type Value } from './values.ts'

/**
 * State that functions share. A program that has loaded goes on: one function fills a list, another empties it later.
 * Folding knows the list as it was when loading ended; whoever tests it in a function must not be told that it stays
 * empty, or everything behind the test would be taken for dead.
 */

/**
 * What a function does to a name from outside it: gives it another value, alters what it holds, or hands that, or a
 * part of it, to somebody who may.
 */
type How = 'replaced' | 'altered' | 'handed' | 'part handed'

type Change = { readonly name: string; readonly how: How; readonly by: FunctionNode | undefined }

/** Who may change a value after loading: functions, and `undefined` for anybody. */
export type Changers = Set<FunctionNode | undefined>

type Owner = Program | FunctionNode

/** For each program, by whom a name is declared: what is done to it elsewhere. */
const found = new WeakMap<Program, ReadonlyMap<Owner, readonly Change[]>>()

/** Methods of lists and texts that leave their receiver as it is. */
const readers = new Set(['at', 'slice', 'indexOf', 'lastIndexOf', 'includes', 'join', 'map', 'forEach', 'filter', 'reduce',
  'reduceRight', 'some', 'every', 'find', 'findIndex', 'concat', 'keys', 'entries', 'values', 'toString', 'charAt',
  'charCodeAt', 'codePointAt', 'split', 'substring', 'substr', 'replace', 'replaceAll', 'match', 'test', 'get', 'has',
  'hasOwnProperty', 'flat', 'flatMap', 'toReversed', 'toSorted', 'subarray', 'readUInt8']) // prettier-ignore

/** A function of the program, or the program itself, with what it declares and where it stands. */
type Place = { readonly owner: Owner; readonly around: Place | undefined; readonly declared: Set<string> }

type Use = { readonly name: string; readonly how: How; readonly place: Place }

/** What the functions of a program do to names that others declare. One walk, with a stack of its own. */
const changesIn = (program: Program): ReadonlyMap<Owner, readonly Change[]> => {
  const known = found.get(program)
  if (known !== undefined) return known
  const uses: Use[] = []
  let place: Place = { owner: program, around: undefined, declared: new Set() }
  const parents: AnyNode[] = [program]
  // `undefined` says that everything below the last parent has been seen.
  const stack: (AnyNode | undefined)[] = [undefined, ...childrenOf(program)]
  while (stack.length > 0) {
    const node = stack.pop()
    if (node === undefined) {
      if (parents.pop() === place.owner && place.around !== undefined) place = place.around
    } else if (node.type === 'Identifier') {
      const how = howUsed(node, parents)
      if (how !== undefined) uses.push({ name: node.name, how, place })
    } else if (node.type !== 'Literal' && node.type !== 'TemplateElement') {
      declare(node, place.declared)
      parents.push(node)
      if (isFunctionNode(node)) place = { owner: node, around: place, declared: namesIn(node) }
      stack.push(undefined)
      for (const child of childrenOf(node)) stack.push(child)
    }
  }
  const changes = resolved(uses)
  found.set(program, changes)
  return changes
}

/** A function declares its own name as well: replacing itself by its final form is how decoders set up. */
const namesIn = (fn: FunctionNode): Set<string> =>
  new Set([...(fn.id ? [fn.id.name] : []), ...fn.params.flatMap(namesOf)])

const declare = (node: AnyNode, declared: Set<string>): void => {
  if (node.type === 'VariableDeclarator') for (const name of namesOf(node.id)) declared.add(name)
  else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
    declared.add(node.id?.name ?? '')
  else if (node.type === 'CatchClause' && node.param)
    for (const name of namesOf(node.param)) declared.add(name)
}

const resolved = (uses: readonly Use[]): ReadonlyMap<Owner, readonly Change[]> => {
  const changes = new Map<Owner, Map<string, Change>>()
  for (const { name, how, place } of uses) {
    let at = place
    while (at.around !== undefined && !at.declared.has(name)) at = at.around
    const isOwn = at === place
    // What the owner itself assigns is followed, statement by statement; what nobody declares is no variable.
    if (!at.declared.has(name) || (isOwn && (how === 'replaced' || how === 'altered'))) continue
    const { owner } = place
    const by = isOwn || owner.type === 'Program' ? undefined : owner
    let byKey = changes.get(at.owner)
    if (byKey === undefined) changes.set(at.owner, (byKey = new Map()))
    byKey.set(`${how} ${name} ${by?.start}`, { name, how, by })
  }
  return new Map([...changes].map(([owner, byKey]) => [owner, [...byKey.values()]] as const))
}

/** What becomes of a variable where its name stands; undefined where it is read, or where no variable is meant. */
const howUsed = (name: AnyNode, parents: readonly AnyNode[]): How | undefined => {
  let node = name
  let isPart = false
  for (let at = parents.length - 1; at >= 0; at--) {
    const parent = parents[at]!
    const next = parents[at - 1]
    switch (parent.type) {
      case 'MemberExpression':
        if (parent.object !== node) return undefined
        if (next !== undefined && isCalled(parent, next)) return howCalled(parent)
        isPart = true
        break
      case 'AssignmentExpression':
        if (parent.left === node) return isPart ? 'altered' : 'replaced'
        return handed(isPart)
      case 'UpdateExpression':
        return isPart ? 'altered' : 'replaced'
      case 'UnaryExpression':
        return parent.operator === 'delete' && isPart ? 'altered' : undefined
      case 'ForInStatement':
      case 'ForOfStatement':
        return parent.left === node ? (isPart ? 'altered' : 'replaced') : undefined
      case 'ArrayPattern':
      case 'RestElement':
        return isPart ? 'altered' : 'replaced'
      case 'AssignmentPattern':
        return parent.left === node ? 'replaced' : handed(isPart)
      case 'Property':
        if (parent.key === node && !parent.shorthand) return undefined
        return next?.type === 'ObjectPattern' ? (isPart ? 'altered' : 'replaced') : handed(isPart)
      case 'VariableDeclarator':
        if (parent.init === node) return handed(isPart)
        return parents[at - 2]?.type === 'ExportNamedDeclaration' ? 'handed' : undefined
      case 'CallExpression':
      case 'NewExpression':
        return parent.callee === node ? undefined : handed(isPart)
      case 'ExportSpecifier':
      case 'ExportDefaultDeclaration':
      case 'ReturnStatement':
      case 'ArrayExpression':
      case 'YieldExpression':
      case 'AwaitExpression':
      case 'PropertyDefinition':
      case 'ThrowStatement':
        return handed(isPart)
      case 'ArrowFunctionExpression':
        return parent.body === node ? handed(isPart) : undefined
      case 'ConditionalExpression':
        if (parent.test === node) return undefined
        break
      case 'LogicalExpression':
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        break
      case 'SequenceExpression':
        if (parent.expressions.at(-1) !== node) return undefined
        break
      default:
        return undefined
    }
    node = parent
  }
  return undefined
}

const handed = (isPart: boolean): How => (isPart ? 'part handed' : 'handed')

const isCalled = (callee: AnyNode, parent: AnyNode): boolean =>
  parent.type === 'CallExpression' && parent.callee === callee

/** `list.push(…)`, `list.map(…)`, `state.add(…)`: who is not known to leave its receiver alone may keep it. */
const howCalled = ({
  property,
  computed,
}: Extract<AnyNode, { type: 'MemberExpression' }>): How | undefined => {
  const name = !computed && property.type === 'Identifier' ? property.name : textOf(property)
  if (name === undefined) return 'handed'
  if (mutators.has(name)) return 'altered'
  return readers.has(name) ? undefined : 'handed'
}

const textOf = (node: AnyNode): string | undefined =>
  node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined

type Container = FoldArray | FoldObject | FoldBytes

const isContainer = (value: Value | Missing): value is Container =>
  value instanceof FoldArray || value instanceof FoldObject || value instanceof FoldBytes

/** A table that something decodes from: it is handed to decoders all the time, and nobody changes it. */
const isTable = (value: Value | Missing): boolean =>
  value instanceof FoldBytes
    ? value.bytes.length > 0
    : value instanceof FoldArray &&
      value.items.length >= 4 &&
      value.items.every(item => typeof item === 'string' || typeof item === 'number')

const maxDeep = 1_000

const markValue = (value: Value | Missing, by: FunctionNode | undefined): void => {
  const stack: (Value | Missing)[] = [value]
  for (let count = 0; stack.length > 0 && count < maxDeep; count++) {
    const one = stack.pop()
    if (!isContainer(one)) continue
    if (one.changers?.has(by) === true) continue
    ;(one.changers ??= new Set()).add(by)
    for (const part of partsOf(one)) stack.push(part)
  }
}

const partsOf = (value: Container): Iterable<Value> => {
  if (value instanceof FoldArray) return value.items.length > maxDeep ? [] : value.items
  return value instanceof FoldObject ? value.fields.values() : []
}

const mark = (binding: Binding, { how, by }: Change): void => {
  const { value } = binding
  switch (how) {
    case 'replaced':
      // `var decode = function () { decode = …; return decode(…) }`
      if (!(value instanceof FoldFunction && value.node === by)) (binding.changers ??= new Set()).add(by)
      return undefined
    case 'altered':
      return markValue(value, by)
    case 'handed':
      return isTable(value) ? undefined : markValue(value, undefined)
    case 'part handed':
      if (isContainer(value))
        for (const part of partsOf(value)) if (!isTable(part)) markValue(part, undefined)
      return undefined
  }
}

/** Marks what others may do to the names of `owner` from here on: to be called when its statements have been followed. */
export const markChanges = (program: Program, owner: Owner, scopes: ReadonlySet<Scope>): void => {
  for (const change of changesIn(program).get(owner) ?? []) {
    const seen = new Set<Binding>()
    for (const scope of scopes) {
      const binding = scope.find(change.name)
      if (binding === undefined || seen.has(binding)) continue
      seen.add(binding)
      mark(binding, change)
    }
  }
}

const isRunning = ({ running, calls }: Machine, fn: FunctionNode): boolean => {
  const at = running.indexOf(fn)
  return at >= 0 && at < calls
}

/**
 * Whether what a variable holds may be another thing by now. Whoever changes it while it is being called, keeps
 * results for later; one without parameters that ran while the program loaded has done what it does.
 */
export const mayHaveChanged = (machine: Machine, { value, changers }: Binding): boolean => {
  const isForeign = (by: FunctionNode | undefined): boolean =>
    by === undefined || (!isRunning(machine, by) && !machine.settled.has(by))
  if (changers !== undefined && [...changers].some(isForeign)) return true
  return isContainer(value) && value.changers !== undefined && [...value.changers].some(isForeign)
}
