import { replace } from './edits.ts'
import { editing } from './rewrite.ts'
import { children, nameOf, scopesOf, textIn, walk, child } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** Every local name becomes a meaningless one; what a file exports keeps its name. */
export const renameLocals = editing(code => {
  const names = newNames(code)
  return [...names].map(([start, { from, to }]) => replace({ start, end: start + from.length }, to))
})

type Renamed = { readonly from: string; readonly to: string }

function newNames(code: Code): ReadonlyMap<number, Renamed> {
  const written = shorthands(code.tree)
  const exported = exportedNames(code.tree)
  const byPlace = new Map<number, Renamed>()
  let count = 0
  for (const scope of scopesOf(code).scopes) {
    for (const variable of scope.variables) {
      const uses = [
        ...variable.identifiers,
        ...variable.references.map(({ identifier }) => identifier),
      ] as unknown as SyntaxNode[]
      const first = variable.identifiers[0] as unknown as SyntaxNode | undefined
      if (first === undefined || exported.has(first.start)) continue
      // A class binds its name twice, outside and inside: both are one name.
      const to =
        byPlace
          .get(first.start)
          ?.to.split(/ as |: /)
          .at(-1) ?? `${code.fresh}${(count++).toString(36)}`
      for (const use of uses) {
        const from = nameOf(use)
        if (from !== undefined) byPlace.set(use.start, { from, to: written.get(use.start)?.(from, to) ?? to })
      }
    }
  }
  return byPlace
}

type Written = (from: string, to: string) => string

/** Places where one word stands for a property or exchanged name and a local one. */
function shorthands(tree: SyntaxNode): ReadonlyMap<number, Written> {
  const places = new Map<number, Written>()
  walk(tree, node => {
    if (node.type === 'Property' && node['shorthand'] === true)
      places.set(node.start, (from, to) => `${from}: ${to}`)
    if (node.type === 'ImportSpecifier' && child(node, 'local')?.start === child(node, 'imported')?.start)
      places.set(node.start, (from, to) => `${from} as ${to}`)
    if (node.type === 'ExportSpecifier' && child(node, 'local')?.start === child(node, 'exported')?.start)
      places.set(node.start, (from, to) => `${to} as ${from}`)
  })
  return places
}

/** Names declared by an export: they are the interface. */
function exportedNames(tree: SyntaxNode): ReadonlySet<number> {
  const names = new Set<number>()
  for (const statement of children(tree, 'body')) {
    const declaration = child(statement, 'declaration')
    if (statement.type !== 'ExportNamedDeclaration' || declaration === undefined) continue
    const id = child(declaration, 'id')
    if (id !== undefined) names.add(id.start)
    for (const declarator of children(declaration, 'declarations')) {
      const pattern = child(declarator, 'id')
      if (pattern !== undefined)
        walk(pattern, node => void (textIn(node, 'name') !== undefined && names.add(node.start)))
    }
  }
  return names
}
