import { after, before, replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { atHead, editing } from './rewrite.ts'
import type { Rewrite } from './rewrite.ts'
import { child, children, nameOf, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** A call that can be written another way: what it calls, on what, and where its arguments start and end. */
type Call = {
  readonly node: SyntaxNode
  readonly callee: SyntaxNode
  /** The text of the object a method is called on, `undefined` for a function. */
  readonly self: string
  readonly isMethod: boolean
  readonly open: number
  readonly isEmpty: boolean
}

/** Direct eval is another function than eval, and nothing else may stand for the keywords. */
function callOf({ text }: Code, node: SyntaxNode): Call | undefined {
  const callee = child(node, 'callee')
  if (node.type !== 'CallExpression' || callee === undefined || node['optional'] === true) return undefined
  const open = text.indexOf('(', callee.end)
  const base = { node, callee, open, isEmpty: children(node, 'arguments').length === 0 }
  const name = nameOf(callee)
  if (name !== undefined && name !== 'eval') return { ...base, self: 'undefined', isMethod: false }
  const object = child(callee, 'object')
  if (
    callee.type !== 'MemberExpression' ||
    object === undefined ||
    callee['optional'] === true ||
    !isPath(object)
  )
    return undefined
  return { ...base, self: text.slice(object.start, object.end), isMethod: true }
}

/** `a`, `this` and `a.b.c` can be written twice. */
function isPath(node: SyntaxNode): boolean {
  if (node.type === 'Identifier' || node.type === 'ThisExpression') return true
  const object = child(node, 'object')
  return (
    node.type === 'MemberExpression' &&
    node['computed'] !== true &&
    node['optional'] !== true &&
    object !== undefined &&
    isPath(object)
  )
}

const calling = (edit: (call: Call) => readonly Edit[], head?: (fresh: string) => string): Rewrite =>
  editing(code => {
    const edits: Edit[] = []
    walk(code.tree, (node, parents) => {
      const call = parents.some(({ type }) => type === 'ChainExpression') ? undefined : callOf(code, node)
      if (call !== undefined) edits.push(...edit(call))
    })
    return head === undefined || edits.length === 0 ? edits : [atHead(code, head(code.fresh)), ...edits]
  })

const opening = (call: Call, text: string): Edit =>
  replace({ start: call.callee.end, end: call.open + 1 }, text)
const closing = (call: Call, text: string): Edit =>
  replace({ start: call.node.end - 1, end: call.node.end }, text)

/** `(0, f)(x)`. */
export const commaCall = calling(call =>
  call.isMethod ? [] : [before(call.callee, '(0, '), after(call.callee, ')')],
)

/** `f.call(undefined, x)` and `a.b.call(a, x)`. */
export const callCall = calling(call => [opening(call, `.call(${call.self}${call.isEmpty ? '' : ', '}`)])

/** `f.apply(undefined, [x])`. */
export const applyCall = calling(call => [opening(call, `.apply(${call.self}, [`), closing(call, '])')])

/** `f.bind(undefined)(x)`. */
export const bindCall = calling(call => [opening(call, `.bind(${call.self})(`)])

/** `Reflect.apply(f, undefined, [x])`. */
export const reflectCall = calling(call => [
  before(call.node, 'Reflect.apply('),
  opening(call, `, ${call.self}, [`),
  closing(call, '])'),
])

/** Every call goes through one function that calls what it is given. */
export const trampoline = editing(code => {
  const helper = `${code.fresh}call`
  const edits: Edit[] = []
  walk(code.tree, (node, parents) => {
    const call = parents.some(({ type }) => type === 'ChainExpression') ? undefined : callOf(code, node)
    if (call === undefined) return
    const shift = call.isEmpty ? '' : ', '
    if (call.isMethod) edits.push(before(node, `${helper}((...a) => `), after(call.callee, `(...a)${shift}`))
    else edits.push(before(node, `${helper}(`), after(call.callee, shift))
    edits.push(replace({ start: call.callee.end, end: call.open + 1 }, ''))
  })
  return edits.length === 0 ? [] : [atHead(code, `function ${helper}(f, ...a) { return f(...a) }`), ...edits]
})

/** Every argument goes through a function that returns what it is given. */
export const identity = argumentsIn(
  fresh => [`${fresh}id(`, ')'],
  fresh => `const ${fresh}id = v => v;`,
)

/** Every argument is put into an object and taken out again. */
export const boxed = argumentsIn(() => ['({ v: ', ' }).v'])

/** Every argument is put into a map and taken out again. */
export const mapped = argumentsIn(() => ["new Map([['k', ", "]]).get('k')"])

/** Every argument is the value of a function called on the spot. */
export const thunked = argumentsIn(() => ['(() => ', ')()'])

function argumentsIn(
  around: (fresh: string) => readonly [string, string],
  head?: (fresh: string) => string,
): Rewrite {
  return editing(code => {
    const [open, close] = around(code.fresh)
    const edits: Edit[] = []
    walk(code.tree, (node, parents) => {
      if (node.type !== 'CallExpression' || nameOf(child(node, 'callee')) === 'eval') return
      if (parents.some(({ type }) => type === 'ChainExpression')) return
      for (const argument of children(node, 'arguments')) {
        if (argument.type === 'SpreadElement' || mayNotMove(argument)) continue
        const objects = argument.type === 'ObjectExpression' && open.endsWith('=> ')
        edits.push(
          before(argument, objects ? `${open}(` : open),
          after(argument, objects ? `)${close}` : close),
        )
      }
    })
    return head === undefined || edits.length === 0 ? edits : [atHead(code, head(code.fresh)), ...edits]
  })
}

/** Code that means something else in another function. */
export function mayNotMove(node: SyntaxNode): boolean {
  let bad = false
  walk(node, inner => {
    if (['AwaitExpression', 'YieldExpression', 'Super'].includes(inner.type) || nameOf(inner) === 'arguments')
      bad = true
    return !bad
  })
  return bad
}
