import { createRequire } from 'node:module'
import { Parser, type Options, type Program } from 'acorn'

/**
 * Parsing hostile text. acorn recurses on the input's nesting, and a regular expression compiled near the end of the
 * stack aborts the whole process on Node 20, so nesting is counted here and refused long before. Two bookkeeping
 * steps that are quadratic in the declarations of one scope are switched off, and a look at each name for reserved
 * words: what Node would refuse is then accepted, which harms nobody.
 */

/** Honest code stays below 780 (11,299 files); the default stack held 1,500 of every kind of nesting that was tried. */
const maxNesting = 1_500

/** Thrown where the nesting of a text is beyond what is parsed: a gap, not a syntax error. */
export class NestingError extends Error {}

const counted = [
  'parseMaybeAssign',
  'parseMaybeUnary',
  'parseExprOp',
  'parseExprAtom',
  'parseSubscripts',
  'parseStatement',
  'parseBindingAtom',
  'parseFunctionBody',
  'parseBlock',
  'regexp_disjunction',
] as const

type Method = (...parameters: unknown[]) => unknown
/** No method of acorn's has more parameters; a rest parameter would cost an array for each call. */
type SixParameters = (
  this: unknown,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
  e: unknown,
  f: unknown,
) => unknown

function guardNesting(Base: typeof Parser): typeof Parser {
  class Guarded extends Base {}
  const base = Base.prototype as unknown as Record<string, Method>
  const own = Guarded.prototype as unknown as Record<string, Method>
  let depth = 0
  for (const name of counted) {
    const inner = base[name]
    if (inner === undefined || inner.length > 6) throw new Error(`acorn has another ${name} now`)
    const counting: SixParameters = function (a, b, c, d, e, f) {
      if (++depth > maxNesting) {
        depth = 0
        throw new NestingError('nested too deeply')
      }
      const result = inner.call(this, a, b, c, d, e, f)
      depth--
      return result
    }
    own[name] = counting
  }
  own['declareName'] = () => undefined
  own['checkLocalExport'] = () => undefined
  own['checkUnreserved'] = () => undefined
  return class extends Guarded {
    static override parse(text: string, options: Options): Program {
      // A syntax error leaves the counter wherever it was thrown.
      depth = 0
      return super.parse(text, options)
    }
  }
}

const GuardedParser = Parser.extend(guardNesting)

export type Parsed =
  | { readonly kind: 'tree'; readonly program: Program; readonly module: boolean; readonly dialect: boolean }
  | { readonly kind: 'unreadable'; readonly why: string }

const acornOptions = (sourceType: 'module' | 'commonjs' | 'script'): Options => ({
  ecmaVersion: 'latest',
  sourceType,
  allowHashBang: true,
  ...(sourceType === 'module'
    ? { allowAwaitOutsideFunction: true }
    : { allowReturnOutsideFunction: sourceType === 'script' }),
  checkPrivateFields: false,
})

const moduleWords = /(?:^|[;}\s])(?:import|export)\b/

/**
 * The tree of a file, whatever kind of JavaScript it is: module, CommonJS or sloppy script as Node would take it by
 * its name, then the other kinds, then Babel with JSX, Flow and TypeScript. Never throws on hostile text.
 */
export function parseCode(text: string, path: string): Parsed {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const looksLikeModule = path.endsWith('.mjs') || (!path.endsWith('.cjs') && moduleWords.test(clean))
  const orders = looksLikeModule
    ? (['module', 'commonjs', 'script'] as const)
    : (['commonjs', 'module', 'script'] as const)
  let why = ''
  for (const sourceType of orders) {
    try {
      const program = GuardedParser.parse(clean, acornOptions(sourceType))
      return { kind: 'tree', program, module: isModule(program, path), dialect: false }
    } catch (error) {
      if (error instanceof NestingError || error instanceof RangeError) {
        return { kind: 'unreadable', why: 'nested too deeply' }
      }
      why ||= error instanceof Error ? error.message : String(error)
    }
  }
  return parseDialect(clean, path) ?? { kind: 'unreadable', why: why.slice(0, 200) }
}

/** Whether the tree is that of a module: strict code parses as one too, so its statements decide. */
function isModule(program: Program, path: string): boolean {
  return (
    path.endsWith('.mjs') ||
    program.body.some(
      ({ type }) =>
        type === 'ImportDeclaration' ||
        type === 'ExportNamedDeclaration' ||
        type === 'ExportDefaultDeclaration' ||
        type === 'ExportAllDeclaration',
    )
  )
}

type Babel = {
  parse(text: string, options: Record<string, unknown>): { program: Program; errors?: readonly unknown[] }
}
let babel: Babel | undefined

const commonPlugins = [
  'estree',
  'decorators',
  'decoratorAutoAccessors',
  'explicitResourceManagement',
  'deferredImportEvaluation',
  'sourcePhaseImports',
  ['importAttributes', { deprecatedAssertSyntax: true }],
]

/** Syntax that acorn does not know: decorators, `assert {}`, JSX, Flow, TypeScript. Loaded only when it is needed. */
function parseDialect(text: string, path: string): Parsed | undefined {
  // Babel recurses without a counter of ours; bracket depth bounds what it can be made to do.
  if (bracketDepth(text) > 300) return { kind: 'unreadable', why: 'nested too deeply' }
  babel ??= createRequire(import.meta.url)('@babel/parser') as Babel
  const kinds = /\.[cm]?tsx?$/.test(path)
    ? [['typescript'], ['typescript', 'jsx']]
    : [['jsx', ['flow', { all: true }]], ['typescript', 'jsx'], ['typescript']]
  for (const kind of kinds) {
    try {
      const { program } = babel.parse(text, {
        sourceType: 'unambiguous',
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowSuperOutsideMethod: true,
        allowUndeclaredExports: true,
        attachComment: false,
        plugins: [...commonPlugins, ...kind],
      })
      giveBodies(program)
      return { kind: 'tree', program, module: isModule(program, path), dialect: true }
    } catch (error) {
      if (error instanceof RangeError) return { kind: 'unreadable', why: 'nested too deeply' }
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return undefined
}

/** Overloads and abstract methods of TypeScript have no body; everything behind the parser expects one. */
function giveBodies(program: Program): void {
  const stack: unknown[] = [program]
  while (stack.length > 0) {
    const next = stack.pop()
    if (Array.isArray(next)) {
      for (const item of next) stack.push(item)
    } else if (typeof next === 'object' && next !== null) {
      const node = next as Record<string, unknown>
      const isFunction = node['type'] === 'FunctionExpression' || node['type'] === 'FunctionDeclaration'
      if (isFunction && (node['body'] === undefined || node['body'] === null)) {
        node['body'] = { type: 'BlockStatement', body: [], start: node['end'], end: node['end'] }
      }
      for (const key of Object.keys(node)) {
        if (key !== 'loc' && key !== 'range' && key !== 'extra') stack.push(node[key])
      }
    }
  }
}

function bracketDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 40 || unit === 91 || unit === 123) {
      if (++depth > deepest) deepest = depth
    } else if ((unit === 41 || unit === 93 || unit === 125) && depth > 0) depth--
  }
  return deepest
}
