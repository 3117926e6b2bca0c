import type { PackageFiles } from '../../fixtures/incidents/incident.ts'
import { after, applyEdits } from './edits.ts'
import type { Edit } from './edits.ts'
import { headOf, parse, walk } from './syntax.ts'
import type { Code } from './syntax.ts'

/**
 * A rewrite that keeps what a package does. It returns the very files it was given where there is nothing to rewrite.
 * Files that are no JavaScript, hooks among them, stay as they are.
 */
export type Rewrite = (files: PackageFiles) => PackageFiles

/** What an edit of one file makes of it: edits, whole files, or nothing. */
export type Editing = (code: Code) => readonly Edit[]

const isCode = (path: string): boolean => /\.[cm]?js$/.test(path)

/** The files of a package that are understood as JavaScript, every statement of them ended by a semicolon. */
export function codeOf(files: PackageFiles): readonly Code[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (typeof text !== 'string' || !isCode(path)) return []
    const code = parse(text, path)
    const ended = code && parse(applyEdits(text, semicolons(code)), path)
    return ended === undefined ? [] : [ended]
  })
}

const ending = new Set([
  'ExpressionStatement',
  'VariableDeclaration',
  'ReturnStatement',
  'ThrowStatement',
  'BreakStatement',
  'ContinueStatement',
  'DoWhileStatement',
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'PropertyDefinition',
])
const heads = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement'])

/** Text put in front of a statement must not continue the one before it. */
function semicolons({ tree, text }: Code): readonly Edit[] {
  const edits: Edit[] = []
  walk(tree, (node, parents) => {
    const parent = parents.at(-1)
    const isHead =
      node.type === 'VariableDeclaration' &&
      parent !== undefined &&
      heads.has(parent.type) &&
      parent['body'] !== node
    if (ending.has(node.type) && !isHead && !/[;}]/.test(text[node.end - 1] ?? ''))
      edits.push(after(node, ';'))
    else if (node.type === 'ExpressionStatement' && text[node.end - 1] === '}') edits.push(after(node, ';'))
    else if (node.type === 'VariableDeclaration' && !isHead && text[node.end - 1] === '}')
      edits.push(after(node, ';'))
    else if (node.type === 'ReturnStatement' && text[node.end - 1] === '}') edits.push(after(node, ';'))
    else if (node.type === 'PropertyDefinition' && text[node.end - 1] === '}') edits.push(after(node, ';'))
  })
  return edits
}

/** A rewrite that edits every code file by itself; a result that does not parse is a mistake of the edit. */
export const editing =
  (edit: Editing): Rewrite =>
  files => {
    const changed: Record<string, string> = {}
    for (const code of codeOf(files)) {
      const edits = edit(code)
      if (edits.length === 0) continue
      changed[code.path] = checked(applyEdits(code.text, edits), code.path)
    }
    return Object.keys(changed).length === 0 ? files : { ...files, ...changed }
  }

/** The text, which must still be a program. */
export function checked(text: string, path: string): string {
  if (parse(text, path) === undefined) throw new Error(`the rewrite of ${path} does not parse:\n${text}`)
  return text
}

/** A statement in front of all others, on the line they start on. */
export const atHead = (code: Code, text: string): Edit => ({
  kind: 'before',
  at: headOf(code),
  text: ` ${text} `,
})

/** One rewrite after the other. */
export const sequence =
  (...rewrites: readonly Rewrite[]): Rewrite =>
  files =>
    rewrites.reduce((rewritten, rewrite) => rewrite(rewritten), files)
