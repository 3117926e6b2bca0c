import type { AnyNode } from 'acorn'
import { lookUp } from './environment.ts'
import { frameFor, type Frame, type SourceFile } from './frame.ts'
import type { Interpreter } from './interpreter.ts'
import { RegexConstant } from './regex-constant.ts'
import { childrenOf } from './children.ts'
import type { FunctionValue, Value } from './values.ts'

/**
 * Code as it reads once what it hides is written plainly: constants in the place of what makes them, members by their
 * names. For the few questions that are asked of a text, where an author would only have to spell a word otherwise.
 */

const maxChars = 20_000
/** Expressions longer than this are no spelling of a text, and looking at them twice could nest. */
const maxExpression = 400
const maxTextChars = 2_000

/** Methods and functions of the language that make a text of texts and do nothing else. */
const making: ReadonlySet<string> = new Set(
  'join concat reverse split slice substring toString fromCharCode fromCodePoint from atob decodeURIComponent unescape replace get at charAt trim'.split(
    ' ',
  ),
)

const makers: ReadonlySet<string> = new Set(['String', 'Buffer', 'atob', 'decodeURIComponent', 'unescape'])

const maxParts = 60

/** The one text an expression is, however it is spelled; undefined where it is not one. Nothing else is evaluated. */
export function constantText(machine: Interpreter, node: AnyNode, frame: Frame): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.end - node.start > maxExpression) return undefined
  const isFolded = frame.file.constants?.has(node) === true
  return isFolded || isSpelling(node, frame) ? onlyText(machine.evaluate(node, frame)) : undefined
}

/** Whether an expression only puts together texts that stand in it or that names in sight have. */
function isSpelling(node: AnyNode, frame: Frame): boolean {
  const work: AnyNode[] = [node]
  let count = 0
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    if (++count > maxParts) return false
    const parts = partsOf(part, frame)
    if (parts === undefined) return false
    work.push(...parts)
  }
  return true
}

function partsOf(node: AnyNode, frame: Frame): readonly AnyNode[] | undefined {
  if (frame.file.constants?.has(node) === true) return []
  switch (node.type) {
    case 'Literal':
      return []
    case 'Identifier':
      return lookUp(frame.environment, node.name).binding === undefined ? undefined : []
    case 'TemplateLiteral':
      return node.expressions
    case 'ParenthesizedExpression':
      return [node.expression]
    case 'BinaryExpression':
      return node.operator === '+' && node.left.type !== 'PrivateIdentifier'
        ? [node.left, node.right]
        : undefined
    case 'ArrayExpression':
      return node.elements.filter(element => element !== null)
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object]
    case 'CallExpression':
      return partsOfCall(node)
    default:
      return undefined
  }
}

function partsOfCall({
  callee,
  arguments: given,
}: Extract<AnyNode, { type: 'CallExpression' }>): readonly AnyNode[] | undefined {
  if (callee.type === 'Identifier') return makers.has(callee.name) ? given : undefined
  if (callee.type !== 'MemberExpression') return undefined
  const { object, property } = callee
  const name = !callee.computed && property.type === 'Identifier' ? property.name : nameIn(property)
  if (name === undefined || !making.has(name)) return undefined
  return object.type === 'Identifier' && makers.has(object.name) ? given : [object, ...given]
}

function nameIn(node: AnyNode): string | undefined {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}

function onlyText({ known, open, objects, functions, handles }: Value): string | undefined {
  const [text] = known
  const isOne = known.length === 1 && objects.length + functions.length + handles.length === 0 && !open
  return isOne && typeof text === 'string' && text.length <= maxTextChars ? text : undefined
}

/** A frame in which the names a function sees from outside have their values. */
export function frameAround(fn: FunctionValue, frame: Frame): Frame {
  return {
    ...frameFor(frame.context, frame),
    file: fn.file as SourceFile,
    environment: fn.environment,
    tests: undefined,
    thrown: undefined,
  }
}

type Edit = { readonly start: number; readonly end: number; readonly text: string }

/** The text of a function, read plainly. Long ones are given as they stand. */
export function readableText(machine: Interpreter, fn: FunctionValue, frame: Frame): string {
  const file = fn.file as SourceFile
  const { node } = fn
  if (typeof file.text !== 'string') return ''
  if (node.end - node.start > maxChars) return file.text.slice(node.start, node.start + maxChars)
  const at = frameAround(fn, frame)
  const edits: Edit[] = []
  const work: AnyNode[] = [node]
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    machine.step()
    const text = part.type === 'Literal' || part === node ? undefined : constantText(machine, part, at)
    if (text !== undefined) {
      edits.push({ start: part.start, end: part.end, text: JSON.stringify(text) })
      continue
    }
    if (part.type === 'MemberExpression') {
      work.push(part.object)
      if (!part.computed) continue
      const name = constantText(machine, part.property, at)
      if (name !== undefined && /^[\w$]+$/.test(name))
        edits.push({ start: part.object.end, end: part.end, text: `.${name}` })
      else work.push(part.property)
    } else if (part.type === 'Property') {
      work.push(part.value)
      if (part.computed) work.push(part.key)
    } else if (part.type === 'SequenceExpression' && part.expressions.every(isPlain)) {
      // `(0, f)(x)`
      const last = part.expressions.at(-1)!
      edits.push({ start: part.start, end: last.start, text: '' })
      work.push(last)
    } else work.push(...childrenOf(part))
  }
  return applied(file.text, node, edits).replaceAll(/\(([\w$.]{1,200})\)(?=\s{0,9}\()/g, '$1')
}

function isPlain({ type }: AnyNode): boolean {
  return type === 'Literal' || type === 'Identifier' || type === 'MemberExpression'
}

const maxFollowed = 12
const maxListed = 40

const read = new WeakMap<FunctionValue, { readonly texts: readonly string[]; readonly until: number }>()

/**
 * The text of a function and of those it names, a few of them, with the texts and patterns that stand in lists, objects
 * and names they use from around them. Read again when as much has been followed as had been before: more may be known.
 */
export function textsBehind(machine: Interpreter, fn: FunctionValue, frame: Frame): readonly string[] {
  const before = read.get(fn)
  if (before !== undefined && machine.work < before.until) return before.texts
  const texts = readBehind(machine, fn, frame)
  read.set(fn, { texts, until: machine.work * 2 })
  return texts
}

function readBehind(machine: Interpreter, fn: FunctionValue, frame: Frame): readonly string[] {
  const texts: string[] = []
  const seen = new Set<FunctionValue>([fn])
  for (const one of seen) {
    texts.push(readableText(machine, one, frame))
    for (const name of namesIn(machine, one.node)) {
      const value = lookUp(one.environment, name).binding?.value
      if (value === undefined) continue
      for (const called of value.functions) if (seen.size < maxFollowed) seen.add(called)
      for (const { fields } of value.objects)
        for (const { value: item } of [...fields.values()].slice(0, maxListed)) texts.push(...written(item))
      texts.push(...written(value))
    }
  }
  return texts
}

function written({ known }: Value): readonly string[] {
  return known.flatMap(one =>
    typeof one === 'string' ? [JSON.stringify(one)] : one instanceof RegexConstant ? [`/${one.source}/`] : [],
  )
}

function namesIn(machine: Interpreter, fn: AnyNode): ReadonlySet<string> {
  const names = new Set<string>()
  if (fn.end - fn.start > maxChars) return names
  const work: AnyNode[] = [fn]
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    machine.step()
    if (part.type === 'Identifier') names.add(part.name)
    else work.push(...childrenOf(part))
  }
  return names
}

function applied(text: string, { start, end }: AnyNode, edits: readonly Edit[]): string {
  let result = ''
  let from = start
  for (const edit of edits.toSorted((left, right) => left.start - right.start)) {
    if (edit.start < from) continue
    result += text.slice(from, edit.start) + edit.text
    from = edit.end
  }
  return result + text.slice(from, end)
}
