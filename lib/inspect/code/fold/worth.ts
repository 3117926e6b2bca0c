import type { AnyNode, CallExpression, Expression, Node, Program, SpreadElement } from 'acorn'
import { childrenOf } from '../children.ts'
import { isFunctionNode } from './shape.ts'

/** Where constants are decoded, and how much work that may deserve. */
export type Worth = {
  /** Whether any place of interest lies inside the node. */
  readonly within: (node: Node) => boolean
  /** Steps that the evidence justifies; the budget may be smaller. */
  readonly steps: number
  /** Whether the program decodes constants itself; where it does not, another file may call what decodes. */
  readonly hasSites: boolean
  readonly decodes: (fn: Node) => boolean
}

// Names whose presence in a text makes decoding possible at all. One pass of the host's matcher, no nesting.
const possible =
  /fromCharCode|fromCodePoint|codePointAt|Buffer\.from|\batob\b|\bunescape\b|decodeURI|base64|['"`]hex['"`]|createDecipher|gunzipSync|inflateSync|inflateRawSync|unzipSync|brotliDecompressSync|TextDecoder|\beval\b|\bFunction\(|[\])\w]-=?\s?0x[0-9a-f]|_0x[0-9a-f]/
const rotating = /\bshift\b['"`\])(]*\(/

/** Calls and members that turn data into text. */
const primitives = new Set(['fromCharCode', 'fromCodePoint', 'codePointAt', 'atob', 'unescape', 'decodeURIComponent', 'decodeURI',
  'createDecipheriv', 'createDecipher', 'gunzipSync', 'inflateSync', 'inflateRawSync', 'unzipSync',
  'brotliDecompressSync', 'TextDecoder']) // prettier-ignore

/** Methods that decode where their receiver is a literal: `'…'.split('')`, `[104, 105].map(…)`. */
const textMethods = new Set(['split', 'replace', 'replaceAll', 'match', 'matchAll', 'map', 'reduce', 'reverse', 'join',
  'concat', 'toString', 'charAt', 'slice', 'substr', 'substring', 'filter', 'forEach', 'at']) // prettier-ignore

/** What runs text: where something was decoded, its operand is of interest however it was put together. */
const runners = new Set([
  'eval', 'Function', '_compile', 'runInThisContext', 'runInNewContext', 'runInContext', 'Script',
]) // prettier-ignore

const minTable = 8
/** Steps for a file that only holds a decoder: what stands around that, and what others have decoded by it. */
const stepsForOthers = 2_000_000
// Decoders proper are found by what they use; what only passes on to them is short.
const maxWrapper = 12_000

type Part = {
  readonly parent: number
  readonly calls: string[]
  decodes: boolean
  readonly name: string | undefined
  /** Short enough to be a wrapper around a decoder. */
  readonly small: boolean
}

/** What one walk over the tree collects. Numbers stand for functions, in order of appearance; 0 is the program. */
type Survey = {
  readonly parts: Part[]
  readonly direct: number[]
  readonly runs: number[]
  /** Functions handed to calls: where such a function decodes, the call is of interest. */
  readonly callbacks: { readonly fn: Node; readonly at: number; readonly size: number }[]
  readonly byNode: Map<Node, Part>
  readonly tables: Map<string, Set<number>>
  /** Variables that were given another name's value. */
  readonly aliases: Part[]
  /** Names that functions get from where they are put. */
  readonly names: Map<Node, string>
  directSize: number
}

/** Undefined where a program shows no sign that it decodes constants. Costs a fraction of parsing. */
export const worthOf = (program: Program, source: string): Worth | undefined => {
  if (!possible.test(source) && !rotating.test(source)) return undefined
  const survey = surveyOf(program)
  const named = decoderNames(survey)
  const offsets: number[] = []
  let size = survey.directSize
  for (const at of survey.direct) offsets.push(at)
  if (named.size > 0) size += findSites(program, survey, named, offsets)
  for (const { fn, at, size: chars } of survey.callbacks) {
    if (survey.byNode.get(fn)?.decodes !== true) continue
    offsets.push(at)
    size += chars
  }
  if (survey.parts.some(one => one.decodes)) offsets.push(...survey.runs)
  const decodes = (fn: Node): boolean => survey.byNode.get(fn)?.decodes === true
  if (offsets.length === 0)
    return survey.parts.some((one, at) => at > 0 && one.decodes)
      ? { within: () => false, steps: stepsForOthers, hasSites: false, decodes }
      : undefined
  const sorted = Float64Array.from(offsets).toSorted()
  return {
    within: node => hasBetween(sorted, node.start, node.end),
    steps: 2_000_000 + offsets.length * 500_000 + size * 200,
    hasSites: true,
    decodes,
  }
}

const hasBetween = (sorted: Float64Array, from: number, to: number): boolean => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low < sorted.length && (sorted[low] ?? 0) < to
}

/** Names of functions that decode, or call one that does; each with the functions that declare it. */
const decoderNames = (survey: Survey): Map<string, Set<number>> => {
  const { parts, tables } = survey
  const named = new Map([...tables].map(([name, places]) => [name, new Set(places)] as const))
  const add = (part: Part): void => {
    const { name } = part
    if (name === undefined) return
    const places = named.get(name) ?? new Set<number>()
    named.set(name, places.add(part.parent))
  }
  // Children come after their parents: what an inner function does, the one around it does too.
  for (const part of parts.toReversed()) {
    if (!part.decodes) continue
    add(part)
    const around = parts[part.parent]
    if (around?.small) around.decodes = true
  }
  const candidates = [...parts, ...survey.aliases].filter(
    one => one.name !== undefined && one.calls.length > 0,
  )
  // Wrappers around wrappers: each round reaches one level further. Ten levels are more than obfuscators make.
  for (let round = 0; round < 10; round += 1) {
    let grew = false
    for (const one of candidates) {
      if (one.decodes || !one.calls.some(name => isNamed(named, parts, name, one.parent))) continue
      one.decodes = true
      add(one)
      grew = true
    }
    if (!grew) break
  }
  return named
}

const isNamed = (
  named: ReadonlyMap<string, ReadonlySet<number>>,
  parts: readonly Part[],
  name: string,
  from: number,
): boolean => {
  const places = named.get(name)
  if (places === undefined) return false
  let index = from
  for (let hops = 0; index >= 0 && hops < 200; hops += 1) {
    if (places.has(index)) return true
    index = parts[index]?.parent ?? -1
  }
  return false
}

const surveyOf = (program: Program): Survey => {
  const survey: Survey = {
    parts: [{ parent: -1, calls: [], decodes: false, name: undefined, small: false }],
    aliases: [],
    direct: [],
    runs: [],
    callbacks: [],
    byNode: new Map(),
    tables: new Map(),
    names: new Map(),
    directSize: 0,
  }
  walk(program, (node, owner) => {
    if (!isFunctionNode(node)) {
      visit(survey, node, owner)
      return owner
    }
    const given = node.type === 'ArrowFunctionExpression' ? undefined : node.id?.name
    const name = given ?? survey.names.get(node)
    const small = node.end - node.start < maxWrapper
    const own = { parent: owner, calls: [], decodes: false, name, small }
    if (small) survey.byNode.set(node, own)
    return survey.parts.push(own) - 1
  })
  return survey
}

/** Calls and indexed reads of the named decoders with operands that may be constant. Returns their size. */
const findSites = (
  program: Program,
  survey: Survey,
  named: ReadonlyMap<string, ReadonlySet<number>>,
  offsets: number[],
): number => {
  let size = 0
  let parts = 1
  walk(program, (node, owner) => {
    if (isFunctionNode(node)) {
      parts += 1
      return parts - 1
    }
    const name =
      node.type === 'CallExpression'
        ? siteName(node)
        : node.type === 'MemberExpression'
          ? tableName(node)
          : undefined
    if (name !== undefined && isNamed(named, survey.parts, name, owner)) {
      offsets.push(node.start)
      size += node.end - node.start
    }
    return owner
  })
  return size
}

const siteName = (node: CallExpression): string | undefined => {
  const name = calledName(node)
  if (name === undefined || primitives.has(name)) return undefined
  return node.arguments.length <= 8 && node.arguments.every(arg => isLikely(arg)) ? name : undefined
}

const tableName = (node: Extract<AnyNode, { type: 'MemberExpression' }>): string | undefined => {
  if (!node.computed || node.object.type !== 'Identifier' || node.property.type !== 'Literal')
    return undefined
  return typeof node.property.value === 'string' ? undefined : node.object.name
}

/** The name in `name(…)`, `x.name(…)` and `x['name'](…)`. */
const calledName = ({ callee }: CallExpression): string | undefined => {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type !== 'MemberExpression') return undefined
  const { property } = callee
  if (property.type === 'Identifier') return callee.computed ? undefined : property.name
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined
}

/** Visits every node, parents first, with the number of the function around it; stacks of its own, no recursion. */
const walk = (program: Program, visitor: (node: AnyNode, owner: number) => number): void => {
  const nodes: AnyNode[] = [program]
  const owners: number[] = [0]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const owner = visitor(node, owners.pop() ?? 0)
    for (const child of childrenOf(node)) {
      nodes.push(child)
      owners.push(owner)
    }
  }
}

const nameFunction = (survey: Survey, value: Node | null | undefined, name: string): void => {
  if (value && isFunctionNode(value)) survey.names.set(value, name)
}

const visit = (survey: Survey, node: AnyNode, owner: number): void => {
  switch (node.type) {
    case 'CallExpression':
      return visitCall(survey, node, owner)
    case 'VariableDeclarator':
      if (node.id.type !== 'Identifier' || !node.init) return undefined
      nameFunction(survey, node.init, node.id.name)
      if (isTable(node.init)) addTable(survey, node.id.name, owner)
      // `const f = decoder` and `var e = decode('…')`: the name stands for what it was given.
      if (node.init.type === 'Identifier') survey.aliases.push(alias(owner, node.id.name, node.init.name))
      return undefined
    case 'AssignmentExpression':
      if (node.left.type === 'Identifier') {
        nameFunction(survey, node.right, node.left.name)
        if (isTable(node.right)) addTable(survey, node.left.name, owner)
      } else if (node.left.type === 'MemberExpression' && node.left.property.type === 'Identifier') {
        nameFunction(survey, node.right, node.left.property.name)
      }
      return undefined
    case 'Property':
      if (node.key.type === 'Identifier') nameFunction(survey, node.value, node.key.name)
      else if (node.key.type === 'Literal') nameFunction(survey, node.value, String(node.key.value))
      return undefined
    case 'ArrayExpression':
      if (isTable(node)) part(survey, owner).decodes = true
      return undefined
    case 'MemberExpression':
      if (node.computed && node.object.type === 'Identifier') {
        const around = part(survey, owner)
        if (around.small) around.calls.push(node.object.name)
      }
      return undefined
    case 'BinaryExpression':
      // Exclusive or over characters; in hash functions too, which only costs entering them.
      if (node.operator === '^') part(survey, owner).decodes = true
      return undefined
    case 'Identifier':
      if (primitives.has(node.name)) part(survey, owner).decodes = true
      return undefined
    case 'NewExpression':
      if (node.callee.type !== 'Identifier') return undefined
      if (primitives.has(node.callee.name)) survey.direct.push(node.start)
      if (runners.has(node.callee.name)) survey.runs.push(node.start, node.arguments[0]?.start ?? node.start)
      return undefined
    case 'Literal':
      if (node.value === 'base64' || node.value === 'hex') part(survey, owner).decodes = true
      return undefined
    default:
  }
}

const part = (survey: Survey, index: number): Part => survey.parts[index] as Part

const alias = (parent: number, name: string, target: string): Part => {
  return { parent, calls: [target], decodes: false, name, small: true }
}

const addTable = (survey: Survey, name: string, owner: number): void => {
  const places = survey.tables.get(name) ?? new Set<number>()
  survey.tables.set(name, places.add(owner))
}

const isTable = (node: Node): boolean => {
  const array = node as AnyNode
  if (array.type !== 'ArrayExpression' || array.elements.length < minTable) return false
  for (let index = 0; index < minTable; index += 1) {
    const element = array.elements[index]
    if (element?.type !== 'Literal' || typeof element.value !== 'string') return false
  }
  return true
}

const visitCall = (survey: Survey, node: CallExpression, owner: number): void => {
  const { callee } = node
  const args = node.arguments
  if (isFunctionNode(callee)) {
    if (args.length > 0 && args.every(arg => isConstant(arg, 0))) addDirect(survey, node)
    return
  }
  const name = calledName(node)
  if (name === undefined) return
  const around = part(survey, owner)
  if (around.small) around.calls.push(name)
  if (runners.has(name)) survey.runs.push(node.start, args[0]?.start ?? node.start)
  const first = args[0]
  if (first !== undefined && isFunctionNode(first)) {
    survey.callbacks.push({ fn: first, at: node.start, size: node.end - node.start })
  }
  const isDirect =
    (primitives.has(name) && first !== undefined && args.every(arg => isConstant(arg, 0))) ||
    (name === 'from' && first !== undefined && isConstant(first, 0)) ||
    (callee.type === 'MemberExpression' &&
      textMethods.has(name) &&
      isConstant(callee.object as Expression, 0))
  if (isDirect) addDirect(survey, node)
}

const addDirect = (survey: Survey, node: Node): void => {
  survey.direct.push(node.start)
  survey.directSize += node.end - node.start
}

/** Literals and what is put together from literals. */
const isConstant = (node: Expression | SpreadElement | null, depth: number): boolean => {
  if (node === null || depth > 6) return false
  switch (node.type) {
    case 'Literal':
      return true
    case 'TemplateLiteral':
      return node.expressions.every(inner => isConstant(inner, depth + 1))
    case 'UnaryExpression':
      return isConstant(node.argument, depth + 1)
    case 'ArrayExpression':
      return node.elements.length > 0 && isConstant(node.elements[0] ?? null, depth + 1)
    case 'BinaryExpression':
      return (
        node.left.type !== 'PrivateIdentifier' &&
        isConstant(node.left, depth + 1) &&
        isConstant(node.right, depth + 1)
      )
    case 'CallExpression':
      return (
        node.callee.type === 'MemberExpression' &&
        node.callee.object.type !== 'Super' &&
        isConstant(node.callee.object, depth + 1)
      )
    default:
      return false
  }
}

/** Operands that may well be constants: literals, names, fields of names, and results of calls. */
const isLikely = (node: Expression | SpreadElement): boolean => {
  if (node.type === 'Identifier' || node.type === 'CallExpression') return true
  if (node.type === 'MemberExpression') return node.object.type === 'Identifier'
  if (node.type === 'UnaryExpression') return isLikely(node.argument)
  return isConstant(node, 0)
}
