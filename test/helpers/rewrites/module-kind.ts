import type { PackageFiles } from '../../fixtures/incidents/incident.ts'
import { applyEdits, before, replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { targetOf } from './move.ts'
import { atHead, codeOf } from './rewrite.ts'
import type { Rewrite } from './rewrite.ts'
import { child, children, nameOf, parse, stringOf, textIn, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** Where one file of the package cannot be written the other way, none is. */
const whole =
  (
    wanted: (code: Code) => boolean,
    edit: (code: Code, files: PackageFiles) => readonly Edit[] | undefined,
    type: string,
  ): Rewrite =>
  files => {
    const all = codeOf(files)
    if (all.length === 0 || !all.every(code => wanted(code) && code.path.endsWith('.js'))) return files
    const manifest = JSON.parse(String(files['package.json'])) as Record<string, unknown>
    const changed: Record<string, string> = {
      'package.json': `${JSON.stringify({ ...manifest, type }, null, 2)}\n`,
    }
    for (const code of all) {
      const edits = edit(code, files)
      if (edits === undefined) return files
      const text = applyEdits(code.text, edits)
      // `package` is a name in a script and a reserved word in a module.
      if (parse(text, code.path) === undefined) return files
      changed[code.path] = text
    }
    return { ...files, ...changed }
  }

/** CommonJS becomes modules: requires at the top become imports, `module.exports` the default export. */
export const toModule = whole(({ module }) => !module, moduleEdits, 'module')

function moduleEdits(code: Code, files: PackageFiles): readonly Edit[] | undefined {
  const edits: Edit[] = []
  const seen = new Set<SyntaxNode>()
  let other = ''
  for (const [i, statement] of children(code.tree, 'body').entries()) {
    const assigned = child(statement, 'expression')
    const target = child(assigned, 'left')
    if (target !== undefined && isModuleExports(target) && textIn(assigned, 'operator') === '=') {
      edits.push(replace({ start: assigned!.start, end: child(assigned, 'right')!.start }, 'export default '))
      seen.add(target)
      other += 'd'
    }
    const named =
      nameOf(child(target, 'object')) === 'exports' ? nameOf(child(target, 'property')) : undefined
    if (named !== undefined && target?.['computed'] !== true) {
      const local = `${code.fresh}e${i}`
      edits.push(
        replace({ start: assigned!.start, end: child(assigned, 'right')!.start }, `const ${local} = `),
      )
      edits.push({ kind: 'after', at: statement.end, text: ` export { ${local} as ${named} };` })
      seen.add(target!)
      other += 'n'
    }
    if (statement.type === 'VariableDeclaration') edits.push(...importEdits(code, files, statement, seen))
  }
  // Both kinds of export at once, and exports that are used as an object, have no simple counterpart.
  if (other.includes('d') && other.length > 1) return undefined
  return leftOver(code, seen, edits)
}

function importEdits(
  code: Code,
  files: PackageFiles,
  statement: SyntaxNode,
  seen: Set<SyntaxNode>,
): readonly Edit[] {
  const [declarator, ...others] = children(statement, 'declarations')
  const init = child(declarator, 'init')
  const id = child(declarator, 'id')
  const callee = child(init, 'callee')
  const from = stringOf(children(init, 'arguments')[0])
  if (others.length > 0 || id === undefined || from === undefined || nameOf(callee) !== 'require') return []
  if (from.endsWith('.json')) return []
  const relative = from.startsWith('.')
  const path = relative ? targetOf(files, code.path, from) : undefined
  if (relative && path === undefined) return []
  const written = relative ? relativeTo(code.path, path!) : from
  seen.add(callee!)
  const isDefault = path === undefined || /\bmodule\.exports\s*=/.test(String(files[path]))
  const pattern = code.text.slice(id.start, id.end)
  const local = `${code.fresh}i${statement.start}`
  const clause = isDefault ? '' : '* as '
  return [
    replace(
      statement,
      id.type === 'Identifier'
        ? `import ${clause}${pattern} from '${written}';`
        : `import ${clause}${local} from '${written}'; const ${pattern} = ${local};`,
    ),
  ]
}

function relativeTo(from: string, to: string): string {
  const up = from
    .split('/')
    .slice(0, -1)
    .map(() => '../')
  return up.length === 0 ? `./${to}` : `${up.join('')}${to}`
}

const isModuleExports = (node: SyntaxNode): boolean =>
  nameOf(child(node, 'object')) === 'module' && nameOf(child(node, 'property')) === 'exports'

/** What remains of CommonJS: requires inside functions, folder names; undefined where exports are used as an object. */
function leftOver(
  code: Code,
  seen: ReadonlySet<SyntaxNode>,
  edits: readonly Edit[],
): readonly Edit[] | undefined {
  const used = new Set<string>()
  walk(code.tree, (node, parents) => {
    const parent = parents.at(-1)
    if (seen.has(node)) return false
    const isName =
      parent?.type === 'MemberExpression' && parent['property'] === node && parent['computed'] !== true
    const name = nameOf(node)
    if (name !== undefined && !isName && parent?.['key'] !== node) used.add(name)
    return true
  })
  if (['module', 'exports', 'arguments'].some(name => used.has(name))) return undefined
  const lines = [
    ...(used.has('require')
      ? [
          `import { createRequire as ${code.fresh}c } from 'node:module'; const require = ${code.fresh}c(import.meta.url);`,
        ]
      : []),
    ...(used.has('__dirname') ? ['const __dirname = import.meta.dirname;'] : []),
    ...(used.has('__filename') ? ['const __filename = import.meta.filename;'] : []),
  ]
  const isModule = lines.length > 0 || edits.some(({ text }) => /^import |^export | export /.test(text))
  return [atHead(code, isModule ? lines.join(' ') : 'export {};'), ...edits]
}

/** Modules become CommonJS: imports become requires, exports fields of `exports`. */
export const toCommonjs = whole(({ module }) => module, commonjsEdits, 'commonjs')

function commonjsEdits(code: Code): readonly Edit[] | undefined {
  if (/import\.meta\.(?!url|dirname|filename)/.test(code.text)) return undefined
  const edits: Edit[] = []
  for (const statement of children(code.tree, 'body')) {
    const edit = statementEdits(code, statement)
    if (edit === undefined) return undefined
    edits.push(...edit)
  }
  let isAwaiting = false
  walk(code.tree, (node, parents) => {
    const property = nameOf(child(node, 'property'))
    if (child(node, 'object')?.type === 'MetaProperty')
      edits.push(
        replace(node, property === 'url' ? "require('url').pathToFileURL(__filename).href" : `__${property}`),
      )
    const inFunction = parents.some(({ type }) => type.includes('Function'))
    if ((node.type === 'AwaitExpression' || node['await'] === true) && !inFunction) isAwaiting = true
  })
  return isAwaiting ? undefined : edits
}

function statementEdits({ fresh }: Code, node: SyntaxNode): readonly Edit[] | undefined {
  if (node.type === 'ImportDeclaration') {
    const from = stringOf(child(node, 'source')) ?? ''
    const local = `${fresh}m${node.start}`
    const parts = children(node, 'specifiers').map(one => {
      const name = nameOf(child(one, 'local'))
      if (one.type === 'ImportNamespaceSpecifier') return `${name} = ${local}`
      if (one.type === 'ImportDefaultSpecifier')
        return `${name} = ${local}${from.startsWith('.') ? '.default' : ''}`
      return `{ ${nameOf(child(one, 'imported'))}: ${name} } = ${local}`
    })
    return [replace(node, `const ${[`${local} = require('${from}')`, ...parts].join(', ')};`)]
  }
  const declaration = child(node, 'declaration')
  if (node.type === 'ExportDefaultDeclaration' && declaration !== undefined)
    return [
      replace({ start: node.start, end: declaration.start }, 'exports.default = '),
      before({ start: node.end, end: node.end }, ';'),
    ]
  if (node.type === 'ExportAllDeclaration') return undefined
  if (node.type !== 'ExportNamedDeclaration') return []
  if (declaration !== undefined) {
    const names =
      declaration.type === 'VariableDeclaration'
        ? children(declaration, 'declarations').map(one => nameOf(child(one, 'id')))
        : [nameOf(child(declaration, 'id'))]
    if (names.includes(undefined)) return undefined
    return [
      replace({ start: node.start, end: declaration.start }, ''),
      { kind: 'after', at: node.end, text: names.map(name => ` exports.${name} = ${name};`).join('') },
    ]
  }
  if (child(node, 'source') !== undefined) return undefined
  const fields = children(node, 'specifiers').map(one => [
    nameOf(child(one, 'exported')),
    nameOf(child(one, 'local')),
  ])
  return [replace(node, fields.map(([to, from]) => `exports.${to} = ${from};`).join(' ') || ';')]
}
