import { isBuiltin } from 'node:module'
import { replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { globals, shorthandStarts } from './members.ts'
import { atHead, editing } from './rewrite.ts'
import { child, children, globalUses, nameOf, scopesOf, stringOf, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** Globals, and `require`, are used under other names: `const f = fetch`. */
export const aliasGlobals = editing(code => {
  const uses = globalUses(code).filter(
    ({ name }) => globals.has(name) || (name === 'require' && !code.module),
  )
  const names = [...new Set(uses.map(({ name }) => name))]
  if (names.length === 0) return []
  const short = shorthandStarts(code.tree)
  const alias = (name: string): string => `${code.fresh}${names.indexOf(name)}`
  return [
    atHead(code, names.map(name => `const ${alias(name)} = ${name};`).join(' ')),
    ...uses.map(({ name, node }) =>
      replace(node, `${short.has(node.start) ? `${name}: ` : ''}${alias(name)}`),
    ),
  ]
})

type Binding = {
  readonly name: string
  readonly place: SyntaxNode
  readonly write: (names: string) => string
  readonly as: string
}

/** Members of built-in modules are taken out once: `const { readFile: r } = require('fs')`. */
export const aliasMembers = editing(code => {
  const parentOf = new Map<number, SyntaxNode>()
  walk(code.tree, (node, parents) => {
    const parent = parents.at(-1)
    if (node.type === 'Identifier' && parent !== undefined) parentOf.set(node.start, parent)
  })
  const edits: Edit[] = []
  for (const [count, { name, place, write, as }] of bindingsOf(code).entries()) {
    const variable = scopesOf(code)
      .scopes.flatMap(scope => scope.variables)
      .find(v => v.name === name && v.defs.length > 0)
    const reads = (variable?.references ?? [])
      .filter(r => r.isRead())
      .map(r => r.identifier as unknown as SyntaxNode)
    const members = reads.map(read => ({ read, member: parentOf.get(read.start) }))
    const names = new Set<string>()
    for (const { read, member } of members) {
      const property = nameOf(child(member, 'property'))
      if (
        member?.type === 'MemberExpression' &&
        child(member, 'object')?.start === read.start &&
        member['computed'] !== true &&
        property !== undefined &&
        property !== 'default'
      )
        names.add(property)
      else names.add('')
    }
    if (names.size === 0 || names.has('')) continue
    const alias = (property: string): string => `${code.fresh}${count}${property}`
    edits.push(replace(place, write([...names].map(n => `${n}${as}${alias(n)}`).join(', '))))
    for (const { member } of members)
      if (member !== undefined) edits.push(replace(member, alias(nameOf(child(member, 'property'))!)))
  }
  return edits
})

/** `const fs = require('fs')` and `import fs from 'fs'` at the top of a file. */
function bindingsOf({ tree, text }: Code): readonly Binding[] {
  return children(tree, 'body').flatMap((statement): Binding[] => {
    if (statement.type === 'ImportDeclaration') {
      const [specifier, ...others] = children(statement, 'specifiers')
      const from = stringOf(child(statement, 'source')) ?? ''
      const name = nameOf(child(specifier, 'local'))
      if (
        name === undefined ||
        others.length > 0 ||
        specifier?.type === 'ImportSpecifier' ||
        !isBuiltin(from)
      )
        return []
      return [{ name, place: statement, as: ' as ', write: names => `import { ${names} } from '${from}';` }]
    }
    if (statement.type !== 'VariableDeclaration') return []
    return children(statement, 'declarations').flatMap(declarator => {
      const id = child(declarator, 'id')
      const init = child(declarator, 'init')
      const name = nameOf(id)
      const isRequire = init?.type === 'CallExpression' && nameOf(child(init, 'callee')) === 'require'
      if (
        name === undefined ||
        init === undefined ||
        !isRequire ||
        !isBuiltin(stringOf(children(init, 'arguments')[0]) ?? '')
      )
        return []
      const value = text.slice(init.start, init.end)
      return [{ name, place: declarator, as: ': ', write: (names: string) => `{ ${names} } = ${value}` }]
    })
  })
}
