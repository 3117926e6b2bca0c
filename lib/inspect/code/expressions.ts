import { noteBesideOthers } from './mails.ts'
import type { AnyNode, BinaryOperator } from 'acorn'
import { evaluateCall, evaluateNew, evaluateTagged } from './calls.ts'
import { evaluateClass } from './classes.ts'
import { coerced } from './coerced.ts'
import { noteDigest } from './digests.ts'
import { binaryConstants, concatenate, unaryConstant } from './constants.ts'
import { copiesByKey } from './copying.ts'
import { lookUp, plainBinding } from './environment.ts'
import { withoutWholes } from './entrusted.ts'
import { leak, leakSetter } from './handing.ts'
import { sentIn, yieldedList } from './generators.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { loadModule, imported, importMeta } from './loading.ts'
import {
  addGetter,
  addSetter,
  handleValue,
  memberOf,
  namedMember,
  namesOf,
  noteKey,
  propertyKey,
  superObject,
} from './members.ts'
import { copyFields, removeMember } from './copying.ts'
import { noteContainer } from './containers.ts'
import { elementsOf } from './elements.ts'
import { isSecretParameter } from './models/secrets.ts'
import { noteToldField } from './orders.ts'
import { assignMember, assignName, assignPattern } from './patterns.ts'
import { awaited } from './promises.ts'
import { childrenOf } from './children.ts'
import { begunAsCode, securityCodeAmong } from './cards.ts'
import { noteDeclaration, noteTag } from './shipping.ts'
import { mixed } from './webassembly.ts'
import { noNames } from './whole-copies.ts'
import { isHiddenCodePoint } from './fold/decoders.ts'
import { noteChoice } from './payments.ts'
import { placeOf } from './sites.ts'
import { sketch, sketchOf } from './sketched.ts'
import { certainty, evaluateStatement, evaluateTest, tested } from './statements.ts'
import { RegexConstant } from './regex-constant.ts'
import {
  anything,
  hop,
  join,
  joinAll,
  known,
  nothing,
  ofFunction,
  ofObject,
  opened,
  tainted,
  truth,
  changed,
  carrying,
  withTaints,
  type Value,
} from './values.ts'

/** What an expression may be, and what happens while it is evaluated. */
export function evaluateExpression(machine: Interpreter, node: AnyNode, frame: Frame): Value {
  switch (node.type) {
    case 'Literal':
      if (node.regex !== undefined && node.regex !== null) return regexValue(node, node.regex)
      if (node.bigint !== undefined && node.bigint !== null) return known(BigInt(node.bigint))
      return known(node.value as string | number | boolean | null)
    case 'TemplateLiteral': {
      let result = known(node.quasis[0]?.value.cooked ?? '')
      for (const [at, expression] of node.expressions.entries()) {
        result = concatenate(result, coerced(machine, machine.evaluate(expression, frame), frame, expression))
        const text = node.quasis[at + 1]?.value.cooked ?? ''
        if (text !== '') result = concatenate(result, known(text))
      }
      return result
    }
    case 'Identifier':
      return evaluateName(machine, node, frame)
    case 'ThisExpression':
      return frame.thisValue === nothing ? anything : frame.thisValue
    case 'MemberExpression':
      return evaluateMemberChain(machine, node, frame)
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return machine.evaluate(node.expression, frame)
    case 'AwaitExpression':
      return awaited(machine, machine.evaluate(node.argument, frame), frame, placeOf(frame.file, node))
    case 'YieldExpression':
      // Runners of generators (`co`, compiled `async` functions) give back what the promise that was yielded holds.
      if (node.argument) {
        const yielded = machine.evaluate(node.argument, frame)
        // Nobody waits for what is put together on the spot: that is one of the things a loop goes through.
        const made = node.argument.type === 'ObjectExpression' || node.argument.type === 'ArrayExpression'
        if (!made) machine.write(frame.returns, yielded)
        // Whoever iterates over a generator of texts gets the texts, not their letters.
        if (!node.delegate && (made || yielded.known.length > 0)) {
          const list = machine.objectAt(frame, yieldedList, 'array')
          list.length = undefined
          machine.writeRest(list, yielded)
          machine.write(frame.returns, ofObject(list))
        }
        return join(node.delegate ? anything : opened(yielded), sentIn(machine, frame))
      }
      machine.write(frame.returns, ofObject(machine.objectAt(frame, yieldedList, 'array')))
      return join(anything, sentIn(machine, frame))
    case 'SpreadElement':
      return machine.evaluate(node.argument, frame)
    case 'CallExpression':
      return evaluateCall(machine, node, frame)
    case 'NewExpression':
      return evaluateNew(machine, node, frame)
    case 'TaggedTemplateExpression':
      return evaluateTagged(machine, node, frame)
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return ofFunction(machine.functionAt(frame, node, ''))
    case 'FunctionDeclaration':
      return ofFunction(machine.functionAt(frame, node, node.id?.name ?? 'default'))
    case 'ClassExpression':
    case 'ClassDeclaration':
      return evaluateClass(machine, node, frame)
    case 'ArrayExpression':
      return evaluateArray(machine, node, frame)
    case 'ObjectExpression':
      return evaluateObject(machine, node, frame)
    case 'AssignmentExpression':
      return evaluateAssignment(machine, node, frame)
    case 'BinaryExpression':
      return evaluateBinary(machine, node, frame)
    case 'LogicalExpression':
      return evaluateLogical(machine, node, frame)
    case 'ConditionalExpression':
      return evaluateConditional(machine, node, frame)
    case 'UnaryExpression': {
      if (node.operator === 'delete') removeMember(machine, node.argument, frame)
      const value = machine.evaluate(node.argument, frame)
      if (node.operator === 'typeof' || node.operator === 'delete') return anything
      if (node.operator === 'void') return known(undefined)
      if (node.operator === '!') {
        const certain = certainty(node.argument, tested(node.argument, value, frame))
        return certain === undefined ? anything : known(!certain)
      }
      return unaryConstant(node.operator, value)
    }
    case 'UpdateExpression': {
      const before = machine.evaluate(node.argument, frame)
      const after = binaryConstants(node.operator === '++' ? '+' : '-', before, known(1))
      if (node.argument.type === 'Identifier') assignName(machine, node.argument, after, frame)
      else if (node.argument.type === 'MemberExpression') assignPattern(machine, node.argument, after, frame)
      return node.prefix ? after : before
    }
    case 'SequenceExpression': {
      let last = anything
      for (const expression of node.expressions) last = machine.evaluate(expression, frame)
      return last
    }
    case 'ImportExpression': {
      const target = machine.evaluate(node.source, frame)
      return loadModule(machine, target, 'import', 'import()', frame, placeOf(frame.file, node))
    }
    case 'MetaProperty':
      return node.meta.name === 'import' ? importMeta(machine, frame) : anything
    case 'PrivateIdentifier':
      return known(`#${node.name}`)
    case 'Super':
      return superObject(frame)
    case 'TemplateElement':
      return anything
    default:
      return evaluateOther(machine, node, frame)
  }
}

/** Expressions of other dialects: types are taken off, JSX is a call of nobody with its parts. */
function evaluateOther(machine: Interpreter, node: AnyNode, frame: Frame): Value {
  const type = node.type as string
  if (
    type.startsWith('TS') ||
    type === 'TypeCastExpression' ||
    type === 'AsExpression' ||
    type === 'SatisfiesExpression'
  ) {
    const inner = (node as unknown as { expression?: AnyNode }).expression
    return inner === undefined ? anything : machine.evaluate(inner, frame)
  }
  if (type.endsWith('Statement') || type.endsWith('Declaration')) {
    evaluateStatement(machine, node, frame)
    return anything
  }
  const parts = childrenOf(node)
    .filter(child => !(child.type as string).startsWith('JSXIdentifier'))
    .map(child => machine.evaluate(child, frame))
  for (const part of parts) leak(machine, part, frame, placeOf(frame.file, node))
  return tainted(joinAll(parts).taints)
}

function evaluateName(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'Identifier' }>,
  frame: Frame,
): Value {
  const { name } = node
  const plain = plainBinding(frame.environment, name)
  if (plain !== undefined && plain.from === undefined)
    return plain.strong ? plain.value : machine.read(plain, frame)
  const { binding, objects } = lookUp(frame.environment, name)
  let result = nothing
  for (const object of objects)
    result = join(result, namedMember(machine, object, name, frame, placeOf(frame.file, node)))
  if (binding !== undefined) {
    if (binding.from !== undefined) {
      const { module, name: exported } = binding.from
      const value =
        exported === undefined
          ? module
          : imported(machine, module, exported, frame, placeOf(frame.file, node))
      return join(result, value)
    }
    const value = binding.strong ? binding.value : machine.read(binding, frame)
    if (objects.length > 0) return join(result, value)
    return value
  }
  if (name === 'undefined') return known(undefined)
  if (name === 'NaN') return known(Number.NaN)
  if (name === 'Infinity') return known(Number.POSITIVE_INFINITY)
  if (name === 'arguments' && frame.functionContext !== undefined) return argumentsObject(machine, frame)
  return join(
    result,
    handleValue(
      machine,
      machine.memberName('global:', name),
      undefined,
      undefined,
      frame,
      placeOf(frame.file, node),
    ),
  )
}

function argumentsObject(machine: Interpreter, frame: Frame): Value {
  const context = frame.functionContext!
  const array = machine.objectAt(frame, `arguments`, 'array')
  for (const [at, value] of context.parameters.entries()) machine.writeField(array, String(at), value)
  array.length = context.rest === nothing && !context.merged ? context.parameters.length : undefined
  if (context.rest !== nothing) machine.writeRest(array, context.rest)
  machine.writeField(array, 'callee', ofFunction(context.function))
  return ofObject(array)
}

/** `a.b.c.d` from the left: such a chain may be 50,000 long. */
function evaluateMemberChain(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'MemberExpression' }>,
  frame: Frame,
): Value {
  const chain: Extract<AnyNode, { type: 'MemberExpression' }>[] = []
  let base: AnyNode = node
  while (base.type === 'MemberExpression') {
    chain.push(base)
    base = base.object
  }
  let value = base.type === 'Super' ? superObject(frame) : machine.evaluate(base, frame)
  for (let at = chain.length - 1; at >= 0; at--) {
    const member = chain[at]!
    machine.step()
    if (isRequireMain(member)) machine.guard('main', frame, placeOf(frame.file, member))
    const part = memberOf(machine, value, propertyKey(machine, member, frame), frame, member)
    value = part === anything && isHelper(member) ? nothing : part
  }
  return value
}

/** `this.__importStar || function …`: no module has a compiler's helpers before it makes them itself. */
function isHelper({ object, property, computed }: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return (
    object.type === 'ThisExpression' &&
    !computed &&
    property.type === 'Identifier' &&
    helpers.test(property.name)
  )
}

const helpers =
  /^__(?:importDefault|importStar|exportStar|createBinding|setModuleDefault|awaiter|generator|await|asyncValues|asyncGenerator|asyncDelegator|rest|spreadArrays?|read|values|assign|extends|decorate|metadata|param|esDecorate|runInitializers|propKey|setFunctionName|makeTemplateObject|classPrivateFieldGet|classPrivateFieldSet|classPrivateFieldIn|addDisposableResource|disposeResources|rewriteRelativeImportExtension)$/

function isRequireMain(node: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return (
    node.object.type === 'Identifier' &&
    node.object.name === 'require' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'main'
  )
}

function evaluateArray(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'ArrayExpression' }>,
  frame: Frame,
): Value {
  const array = machine.objectAt(frame, node, 'array')
  let length: number | undefined = 0
  const shown: Value[] = []
  // A table of a hundred thousand numbers is data: its elements are joined beyond a few thousand.
  for (const element of node.elements) {
    if (element === null) {
      if (length !== undefined) length++
      continue
    }
    const value = machine.evaluate(element.type === 'SpreadElement' ? element.argument : element, frame)
    if (element.type === 'SpreadElement') {
      const items = elementsOf(machine, value, frame)
      if (items.exact && length !== undefined) {
        for (const item of items.list) machine.writeField(array, String(length++), item)
      } else {
        length = undefined
        machine.writeRest(array, items.any)
      }
      if (shown.length < maxShown)
        shown.push(...(items.exact ? items.list : (sketchOf(machine, value, frame)?.list ?? [items.any])))
      continue
    }
    if (shown.length < maxShown) shown.push(value)
    if (length !== undefined && length < 4_000) machine.writeField(array, String(length++), value)
    else {
      length = undefined
      machine.writeRest(array, value)
    }
  }
  if (length === undefined) {
    sketch(array, shown, false)
    if (array.rest !== undefined) noteBesideOthers(machine, shown, machine.read(array.rest, frame))
  }
  array.length = length
  return ofObject(array)
}

/** A list with more in it is a table, and no command line. */
const maxShown = 64

function evaluateObject(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'ObjectExpression' }>,
  frame: Frame,
): Value {
  const object = machine.objectAt(frame, node, 'object')
  let carried = nothing
  const home = frame.home
  const secretsAfter = secretsWritten(machine, node.properties)
  const code = securityCodeAmong(frame.file, node.properties)
  for (const [at, property] of node.properties.entries()) {
    if (property.type === 'SpreadElement') {
      const from = machine.evaluate(property.argument, frame)
      const place = placeOf(frame.file, property)
      copyFields(machine, from, object, frame, place, secretsAfter(at))
      carried = join(carried, carrying(from, withoutWholes(from.taints)))
      continue
    }
    const key =
      !property.computed && property.key.type === 'Identifier'
        ? known(property.key.name)
        : machine.evaluate(property.key, frame)
    if (key.taints.length > 0) noteKey(machine, ofObject(object), key)
    const names = namesOf(key)
    frame.home = object
    const value = machine.evaluate(property.value, frame)
    frame.home = home
    for (const name of names) {
      if (property.kind === 'get' && name !== undefined) addGetter(object, name, value)
      else if (property.kind === 'set') {
        leakSetter(machine, value, frame, placeOf(frame.file, property))
        if (name !== undefined) addSetter(object, name, value)
      } else if (name === '__proto__' && !property.computed && !property.shorthand) object.parents = value
      else if (name === undefined) machine.writeRest(object, value)
      else {
        const given = name === code ? begunAsCode(machine, value, name, frame.file, property) : value
        machine.writeField(object, name, given)
        if (name === 'get') machine.describing.set(object, value)
        noteToldField(machine, name, value, frame, placeOf(frame.file, property))
      }
    }
  }
  const declared = object.fields.has('prop') ? object.fields.get('value') : undefined
  if (declared !== undefined) noteDeclaration(machine, declared.value, frame, placeOf(frame.file, node))
  const attributes = object.fields.get('attrs') ?? object.fields.get('attributes')
  const tag = attributes && (object.fields.get('tag') ?? object.fields.get('tagName'))
  if (tag !== undefined) noteTag(machine, tag.value, attributes!.value, frame, placeOf(frame.file, node))
  if (object.fields.has('HostConfig')) noteContainer(machine, object, frame, placeOf(frame.file, node))
  return carrying(ofObject(object), carried.taints)
}

/** Secrets that an object literal names itself behind a place: whatever is spread there, they are written over. */
function secretsWritten(
  machine: Interpreter,
  properties: readonly AnyNode[],
): (at: number) => ReadonlySet<string> {
  const last = new Map<string, number>()
  for (const [at, property] of properties.entries())
    if (property.type === 'Property' && !property.computed && property.key.type === 'Identifier')
      if (isSecretParameter(property.key.name)) last.set(property.key.name, at)
  if (last.size === 0) return () => noNames
  return at => {
    machine.step(last.size)
    return new Set([...last].flatMap(([name, place]) => (place > at ? name : [])))
  }
}

function evaluateAssignment(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'AssignmentExpression' }>,
  frame: Frame,
): Value {
  const { left, operator } = node
  if (operator === '=') {
    if (copiesByKey(machine, node, frame)) return machine.evaluate(node.right, frame)
    const value = named(machine, node.right, frame, left)
    if (left.type === 'Identifier') assignName(machine, left, value, frame)
    else if (left.type === 'MemberExpression') assignMember(machine, left, value, frame, node)
    else assignPattern(machine, left, value, frame)
    return value
  }
  const before = machine.evaluate(left, frame)
  const right = machine.evaluate(node.right, frame)
  const after =
    operator === '+='
      ? concatenateOrAdd(machine, before, right, frame, node)
      : operator === '||=' || operator === '&&=' || operator === '??='
        ? join(before, right)
        : computed(operator.slice(0, -1) as BinaryOperator, before, right, frame, node)
  assignPattern(machine, left, after, frame)
  return after
}

function named(machine: Interpreter, node: AnyNode, frame: Frame, target: AnyNode): Value {
  if (node.type !== 'FunctionExpression' && node.type !== 'ArrowFunctionExpression')
    return machine.evaluate(node, frame)
  const name =
    target.type === 'Identifier'
      ? target.name
      : target.type === 'MemberExpression' && target.property.type === 'Identifier'
        ? target.property.name
        : ''
  return ofFunction(machine.functionAt(frame, node, name))
}

function concatenateOrAdd(
  machine: Interpreter,
  left: Value,
  right: Value,
  frame: Frame,
  node: AnyNode,
): Value {
  return binaryConstants('+', coerced(machine, left, frame, node), coerced(machine, right, frame, node))
}

function computed(operator: BinaryOperator, left: Value, right: Value, frame: Frame, node: AnyNode): Value {
  const result = binaryConstants(operator, left, right)
  if (operator !== '^' || result.taints.length === 0) return result
  const isInPlace = node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression'
  return mixed(result, placeOf(frame.file, node), isInPlace)
}

/** `a + b + c …` from the left: such a chain may be 50,000 long. */
function evaluateBinary(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'BinaryExpression' }>,
  frame: Frame,
): Value {
  const chain: (typeof node)[] = []
  let base: AnyNode = node
  while (base.type === 'BinaryExpression') {
    chain.push(base)
    base = base.left as AnyNode
  }
  let value = machine.evaluate(base, frame)
  for (let at = chain.length - 1; at >= 0; at--) {
    const part = chain[at]!
    machine.step()
    const right = machine.evaluate(part.right, frame)
    if (/^[!=]==?$/.test(part.operator)) noteDigest(machine, [value, right], part, frame)
    value =
      part.operator === '+'
        ? concatenateOrAdd(machine, value, right, frame, part)
        : computed(part.operator, value, right, frame, part)
  }
  return value
}

function evaluateLogical(
  machine: Interpreter,
  node: Extract<AnyNode, { type: 'LogicalExpression' }>,
  frame: Frame,
): Value {
  const chain: (typeof node)[] = []
  let base: AnyNode = node
  while (base.type === 'LogicalExpression') {
    chain.push(base)
    base = base.left
  }
  const guardsBefore = frame.guards
  let { value, certain, guards } = evaluateTest(machine, base, frame)
  let entered = 0
  for (let at = chain.length - 1; at >= 0; at--) {
    const part = chain[at]!
    machine.step()
    if (part.operator === '&&' && certain === false) continue
    if (part.operator === '||' && certain === true) continue
    if (guards.length > 0 && frame.guards.length < 16) frame.guards = [...frame.guards, ...guards]
    frame.conditional++
    entered++
    const right = evaluateTest(machine, part.right, frame)
    guards = [...guards, ...right.guards]
    value =
      part.operator === '&&' && certain === true
        ? right.value
        : part.operator === '||' && certain === false
          ? right.value
          : join(passing(value, part.operator), right.value)
    if (part.operator === '??') certain = truth(value)
    else if (certain !== undefined || right.certain === (part.operator === '||')) certain = right.certain
  }
  frame.conditional -= entered
  frame.guards = guardsBefore
  return value
}

/** What of the left side is the result: `null || b` is b, whatever else the left side may be. */
function passing(value: Value, operator: string): Value {
  if (operator === '&&' || value.known.length === 0) return value
  const left = value.known.filter(constant =>
    operator === '||' ? Boolean(constant) : constant !== undefined && constant !== null,
  )
  return left.length === value.known.length ? value : changed(value, { known: left })
}

/** `c === '\u200b' ? 0 : 1`: what no editor shows decides which of the two it is. */
function looksForHidden(test: AnyNode): boolean {
  if (test.type !== 'BinaryExpression' || !/^[=!]==?$/.test(test.operator)) return false
  return [test.left, test.right].some(
    side =>
      side.type === 'Literal' &&
      typeof side.value === 'string' &&
      side.value.length <= 2 &&
      isHiddenCodePoint(side.value.codePointAt(0) ?? 0),
  )
}

/** `a ? b : c ? d …`: such a chain may be long as well. */
function evaluateConditional(
  machine: Interpreter,
  first: Extract<AnyNode, { type: 'ConditionalExpression' }>,
  frame: Frame,
): Value {
  const guardsBefore = frame.guards
  let result = nothing
  let entered = 0
  let node: AnyNode = first
  for (;;) {
    if (node.type !== 'ConditionalExpression') {
      result = join(result, machine.evaluate(node, frame))
      break
    }
    const { certain, guards } = evaluateTest(machine, node.test, frame)
    if (guards.length > 0 && frame.guards.length < 16) frame.guards = [...frame.guards, ...guards]
    if (looksForHidden(node.test)) {
      const own = machine.source('package-bytes', frame.file.path, placeOf(frame.file, node.test))
      result = withTaints(result, hop([own], 'hidden-unicode', placeOf(frame.file, node.test)))
    }
    if (certain === true) {
      result = join(result, machine.evaluate(node.consequent, frame))
      break
    }
    if (certain === undefined) {
      frame.conditional++
      entered++
      result = join(result, machine.evaluate(node.consequent, frame))
      noteChoice(machine, node.test, node.consequent, frame)
    }
    node = node.alternate
  }
  frame.conditional -= entered
  frame.guards = guardsBefore
  return result
}

const regexes = new WeakMap<AnyNode, Value>()

/** What stands between the slashes is known; as an object it may be anything. */
function regexValue(node: AnyNode, { pattern, flags }: { pattern: string; flags: string }): Value {
  const made = regexes.get(node)
  if (made !== undefined) return made
  const value = opened(known(new RegexConstant(pattern, flags)))
  regexes.set(node, value)
  return value
}
