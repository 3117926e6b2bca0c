import { before, replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { editing } from './rewrite.ts'
import { child, globalUses, nameOf, stringOf, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** Names of properties become texts: `a.b` is `a['b']`, `{ b: 1 }` is `{ ['b']: 1 }`. */
export const computeMembers = editing(code => {
  const edits: Edit[] = []
  walk(code.tree, (node, parents) => {
    if (node.type === 'MemberExpression') edits.push(...memberEdits(code, node))
    if (node.type === 'Property' && parents.at(-1)?.type === 'ObjectExpression') edits.push(...keyEdits(node))
  })
  return edits
})

function memberEdits({ text }: Code, node: SyntaxNode): readonly Edit[] {
  const object = child(node, 'object')
  const name = nameOf(child(node, 'property'))
  if (object === undefined || name === undefined || node['computed'] === true) return []
  // A parenthesis may stand between the object and the dot.
  const dot = text.lastIndexOf('.', child(node, 'property')!.start)
  const start = node['optional'] === true ? dot - 1 : dot
  return [replace({ start, end: node.end }, `${node['optional'] === true ? '?.' : ''}['${name}']`)]
}

function keyEdits(node: SyntaxNode): readonly Edit[] {
  const key = child(node, 'key')
  const name = nameOf(key) ?? stringOf(key)
  if (key === undefined || name === undefined || node['computed'] === true || name === '__proto__') return []
  if (node['shorthand'] === true) return [before(node, `['${name}']: `)]
  return [replace(key, `[${JSON.stringify(name)}]`)]
}

/** Functions and objects every Node has, in the order of their danger. */
export const globals: ReadonlySet<string> = new Set([
  'fetch',
  'process',
  'Buffer',
  'JSON',
  'URL',
  'atob',
  'setTimeout',
  'setInterval',
  'Function',
])

/** Globals are taken from the global object by a text: `globalThis['fetch']`. */
export const globalsByText = editing(code => {
  const short = shorthandStarts(code.tree)
  return globalUses(code)
    .filter(({ name }) => globals.has(name))
    .map(({ name, node }) =>
      replace(node, `${short.has(node.start) ? `${name}: ` : ''}globalThis['${name}']`),
    )
})

/** Starts of properties that are written once for name and value. */
export function shorthandStarts(tree: SyntaxNode): ReadonlySet<number> {
  const starts = new Set<number>()
  walk(tree, node => void (node.type === 'Property' && node['shorthand'] === true && starts.add(node.start)))
  return starts
}
