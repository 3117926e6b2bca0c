import { dirname, join } from 'node:path/posix'
import type { PackageFiles } from '../../fixtures/incidents/incident.ts'
import { applyEdits, replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { atHead, checked, codeOf, editing } from './rewrite.ts'
import type { Rewrite } from './rewrite.ts'
import { child, children, nameOf, scopesOf, stringOf, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

const beside = (path: string, suffix: string): string => path.replace(/(\.[cm]?js)$/, `${suffix}$1`)
const specifier = (path: string): string => `./${path.slice(path.lastIndexOf('/') + 1)}`

/** Every file becomes a door to another one that holds what was in it. */
export const moveBody: Rewrite = files => {
  const moved: Record<string, string | Uint8Array> = { ...files }
  const all = codeOf(files)
  for (const code of all) {
    const path = beside(code.path, '-part')
    const from = specifier(path)
    // A program that asks whether it was started itself, or that reads its own text, would notice.
    if (/require\.main|__filename|import\.meta\.(?:url|main|filename)/.test(code.text)) continue
    const hashbang = code.text.startsWith('#!') ? code.text.slice(0, code.text.indexOf('\n') + 1) : ''
    moved[path] = code.text.slice(hashbang.length)
    const hasDefault = children(code.tree, 'body').some(exportsDefault)
    moved[code.path] =
      hashbang +
      (code.module
        ? `export * from '${from}';\n${hasDefault ? `export { default } from '${from}';\n` : ''}`
        : `module.exports = require('${from}');\n`)
  }
  return all.length === 0 ? files : moved
}

const exportsDefault = (statement: SyntaxNode): boolean =>
  statement.type === 'ExportDefaultDeclaration' ||
  children(statement, 'specifiers').some(one => nameOf(child(one, 'exported')) === 'default')

/** The texts of a file are kept in another file. */
export const moveTexts: Rewrite = files => {
  const moved: Record<string, string | Uint8Array> = { ...files }
  const added: Record<string, string> = {}
  const edited = editing(code => {
    const texts: string[] = []
    const edits: Edit[] = []
    walk(code.tree, (node, parents) => {
      const text = stringOf(node)
      const parent = parents.at(-1)
      const isExpression =
        (parent?.type === 'CallExpression' && parent['callee'] !== node) ||
        parent?.type === 'VariableDeclarator' ||
        (parent?.type === 'Property' && parent['value'] === node)
      if (text === undefined || !isExpression || text.startsWith('.')) return
      edits.push(replace(node, `${code.fresh}s.t${texts.length}`))
      texts.push(text)
    })
    if (texts.length === 0) return []
    const path = beside(code.path, '-texts')
    const from = specifier(path)
    const fields = texts.map((text, i) => `t${i}: ${JSON.stringify(text)}`).join(', ')
    added[path] = code.module ? `export const texts = { ${fields} };\n` : `exports.texts = { ${fields} };\n`
    const load = code.module
      ? `import { texts as ${code.fresh}s } from '${from}';`
      : `const ${code.fresh}s = require('${from}').texts;`
    return [atHead(code, load), ...edits]
  })(files)
  return edited === files ? files : { ...moved, ...edited, ...added }
}

/** Functions that need nothing of their file but its imports go into a file of their own. */
export const moveFunctions: Rewrite = files => {
  const moved: Record<string, string | Uint8Array> = { ...files }
  for (const code of codeOf(files)) {
    const { functions, imports } = movable(code)
    if (functions.length === 0) continue
    const names = functions.map(node => nameOf(child(node, 'id'))!)
    const path = beside(code.path, '-helper')
    const from = specifier(path)
    const texts = functions.map(({ start, end }) => code.text.slice(start, end)).join('\n')
    const head = imports.map(({ start, end }) => code.text.slice(start, end)).join('\n')
    const out = code.module ? `export { ${names.join(', ')} };` : `module.exports = { ${names.join(', ')} };`
    const load = code.module
      ? `import { ${names.join(', ')} } from '${from}';`
      : `const { ${names.join(', ')} } = require('${from}');`
    moved[path] = checked(`${head}\n${texts}\n${out}\n`, path)
    moved[code.path] = checked(
      applyEdits(code.text, [atHead(code, load), ...functions.map(node => replace(node, ''))]),
      code.path,
    )
  }
  return Object.keys(moved).length === Object.keys(files).length ? files : moved
}

function movable(code: Code): {
  readonly functions: readonly SyntaxNode[]
  readonly imports: readonly SyntaxNode[]
} {
  const body = children(code.tree, 'body')
  const imports = body.filter(isImport)
  const manager = scopesOf(code)
  const isInImport = (at: number): boolean => imports.some(({ start, end }) => start <= at && at < end)
  const functions = body.filter(node => {
    if (node.type !== 'FunctionDeclaration') return false
    const scope = manager.scopes.find(({ block }) => (block as unknown as SyntaxNode).start === node.start)
    return (scope?.through ?? []).every(({ resolved, identifier }) => {
      const used = (identifier as unknown as { name: string }).name
      if (['module', 'exports', 'arguments'].includes(used)) return false
      const place = resolved?.identifiers[0] as unknown as SyntaxNode | undefined
      return place === undefined || isInImport(place.start)
    })
  })
  return { functions, imports }
}

function isImport(node: SyntaxNode): boolean {
  if (node.type === 'ImportDeclaration') return children(node, 'specifiers').length > 0
  return (
    node.type === 'VariableDeclaration' &&
    children(node, 'declarations').every(declarator => {
      const init = child(declarator, 'init')
      return init?.type === 'CallExpression' && nameOf(child(init, 'callee')) === 'require'
    })
  )
}

/** The path a relative import leads to, where it is one of the files. */
export function targetOf(files: PackageFiles, from: string, to: string): string | undefined {
  const base = join(dirname(from), to)
  return [base, `${base}.js`, `${base}.cjs`, `${base}/index.js`].find(path => path in files)
}
