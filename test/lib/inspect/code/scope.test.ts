import { readdirSync, readFileSync } from 'node:fs'
import { Parser, type AnyNode, type Program } from 'acorn'
import { analyze, type Scope, type Variable } from 'eslint-scope'
import t from 'tap'
import { findScopes, type Scopes } from '../../../../lib/inspect/code/scope.ts'

const snippets = [
  'var a; { var b; let c; function d() { return a + b + c } }',
  'function f(a, { b, c: [d, ...e] } = {}, ...g) { return () => a + b + d + e + g }',
  'for (let i = 0; i < 3; i++) setTimeout(() => i); for (const k in x) k; for (var v of y) () => v',
  'try { throw 1 } catch ({ message: m }) { () => m } finally { let z; () => z }',
  'switch (x) { case 1: let a = 1; default: () => a }',
  'const f = function g(n) { return n ? g(n - 1) : f }; const h = (a = () => b, b = 1) => a',
  'class A extends B { static x = 1; #y = z; m(p) { return () => p } static { let s; () => s } } let z',
  'function outer() { inner(); function inner() { return late } var late = 1; late = 2 }',
  'label: { let a; break label } { function block() {} block() } var { x = () => y, ...y } = o',
  'async function* w() { for await (const q of r) yield () => q } function r() {}',
]

const modules = [
  'import a, { b as c } from "x"; import * as d from "y"; export const e = () => a + c + d; export default function f() { return e }',
  'export class G { m() { return G } } export { g as h }; let g; () => g',
]

/** Honest code of other people, a few hundred files. */
function* realFiles(): Generator<string> {
  const root = new URL('../../../../node_modules/', import.meta.url)
  for (const folder of [
    'semver/',
    'semver/functions/',
    'pacote/lib/',
    'cacache/lib/',
    '@npmcli/arborist/lib/',
    'acorn/dist/',
  ]) {
    for (const name of readdirSync(new URL(folder, root))) {
      if (name.endsWith('.js')) yield readFileSync(new URL(folder + name, root), 'utf8')
    }
  }
}

/** Whether a function inside the one that declares a name uses it. A function's own name is declared in it. */
function isCaptured(variable: Variable): boolean {
  const { scope } = variable
  const home = scope.type === 'function-expression-name' ? scope.childScopes[0] : scope.variableScope
  return variable.references.some(({ from }) => from.variableScope !== home)
}

function* everyScope(scope: Scope): Generator<Scope> {
  yield scope
  for (const child of scope.childScopes) yield* everyScope(child)
}

/** What our scopes lack that those of eslint-scope have: names, and names that may be written at any time. */
function lacking(program: Program, module: boolean): { readonly missing: string[]; readonly names: number } {
  const scopes: Scopes = findScopes(program).scopes
  const manager = analyze(program as unknown as Parameters<typeof analyze>[0], {
    ecmaVersion: 2022,
    sourceType: module ? 'module' : 'script',
  })
  const missing: string[] = []
  let names = 0
  const [global] = manager.scopes
  for (const scope of global === undefined ? [] : everyScope(global)) {
    // The inner name of a class is the outer one for us, and bodies of fields declare nothing.
    if (scope.type === 'class' || scope.type === 'class-field-initializer') continue
    const own = scopes.get(scope.block as unknown as AnyNode)
    for (const variable of scope.variables) {
      if (variable.defs.length === 0) continue
      names++
      const use = own?.names.get(variable.name)
      if (use === undefined) missing.push(`${scope.type} does not declare ${variable.name}`)
      else if (isCaptured(variable) && !use.captured)
        missing.push(`${scope.type}: ${variable.name} is captured`)
    }
  }
  return { missing, names }
}

t.test('no name is missed, and none that inner functions use is thought to be local', t => {
  const parse = (text: string, module: boolean): Program =>
    Parser.parse(text, {
      ecmaVersion: 'latest',
      sourceType: module ? 'module' : 'script',
      allowReturnOutsideFunction: true,
      allowHashBang: true,
      ranges: true,
    })
  for (const text of snippets) t.same(lacking(parse(text, false), false).missing, [], text)
  for (const text of modules) t.same(lacking(parse(text, true), true).missing, [], text)
  let total = 0
  for (const text of realFiles()) {
    const { missing, names } = lacking(parse(text, false), false)
    t.same(missing, [], text.slice(0, 60))
    total += names
  }
  t.ok(total > 3_000, `${total} names`)
  t.end()
})
