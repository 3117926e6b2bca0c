import type { AnyNode, Class, Expression, Function as FunctionNode, Program } from 'acorn'
import { limits } from '../limits.ts'
import type { Site, Text } from '../types.ts'
import { builtinModules } from './code/models/index.ts'
import type { Extended } from './code/code-run.ts'
import { parseCode } from './code/parse.ts'
import { childrenOf } from './code/children.ts'
import { LineIndex } from './line-index.ts'

/**
 * A class of another package that this file extends, or an instance of one that it changes. `target` is what is
 * extended (`pkg:ccxt.mexc`, an instance ends in `()`), `members` what is overridden. `redirects` are the addresses
 * written in the overriding code; `secrets` are places where a secret itself, no signature of it, goes into a text or
 * an object there.
 */
export type Override = {
  readonly target: string
  readonly members: readonly string[]
  readonly redirects: readonly { readonly to: Text; readonly at: Site }[]
  readonly secrets: readonly { readonly name: string; readonly at: Site }[]
  readonly at: Site
}

/** Both are needed to extend a client and to touch what its keys pass through; most files are not even parsed. */
const extending = /\bextends\b|\bObject\s*\.\s*assign\b|\bnew\b|\bprototype\b/
const touching = /secret|private_?key|mnemonic|passphrase|urls|base_?url|hostname|headers|\bsign/i
const imported = /(?:\brequire|\bimport|\bfrom)[\s(]*['"`](?![./]|node:)/

/** The halves of a key that no honest client sends: what is public (`apiKey`) goes out with every request. */
const secretName = /^_?(?:api_?)?(?:secret(?:_?key)?|private_?key|mnemonic|seed_?phrase)$/i

/**
 * Changes that a file makes to clients of other packages. Syntax only: pure, bounded, empty for unreadable text. `tree`
 * is asked for the program first, which the interpreter may have parsed already; `extended` are classes of which the
 * interpreter knows what they extend, however that is written.
 */
export function overridesIn(
  path: string,
  text: string,
  tree?: () => Program | undefined,
  extended: readonly Extended[] = [],
): readonly Override[] {
  if (text.length > limits.maxOverrideChars) return []
  const isWritten = touching.test(text) && imported.test(text)
  if (!extending.test(text) || (!isWritten && extended.length === 0)) return []
  const program = tree?.() ?? programOf(path, text)
  return program === undefined ? [] : new Reader(path, text, extended).read(program)
}

function programOf(path: string, text: string): Program | undefined {
  const parsed = parseCode(text, path)
  return parsed.kind === 'unreadable' ? undefined : parsed.program
}

/** What `bind` and `see` look at. */
const telling: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'VariableDeclarator',
  'AssignmentExpression',
  'ClassDeclaration',
  'ClassExpression',
  'CallExpression',
  'NewExpression',
])

class Reader {
  readonly #lines: LineIndex
  /** Local names that stand for something of another package. One table for the file: names seldom mean two clients. */
  readonly #names = new Map<string, string>()
  readonly #found = new Map<string, Override>()
  readonly #extended: ReadonlyMap<AnyNode, Extended>
  #left: number = limits.maxOverrideNodes

  constructor(path: string, text: string, extended: readonly Extended[]) {
    this.#lines = new LineIndex(path, text)
    this.#extended = new Map(extended.map(one => [one.node, one]))
  }

  read(program: Program): readonly Override[] {
    const nodes = this.#nodes(program, ({ type }) => telling.has(type))
    // Twice: a name may be used above the line that gives it its meaning.
    for (let round = 0; round < 2; round += 1) for (const node of nodes) this.#bind(node)
    for (const node of nodes) this.#see(node)
    return [...this.#found.values()]
  }

  /** Every node below one, in the order of the text. What lies in many layers is looked at often, hence the sum. */
  #nodes(root: AnyNode, isWanted: (node: AnyNode) => boolean = () => true): readonly AnyNode[] {
    const found: AnyNode[] = []
    const waiting: AnyNode[] = [root]
    for (let node = waiting.pop(); node !== undefined && this.#left > 0; node = waiting.pop()) {
      this.#left -= 1
      if (isWanted(node)) found.push(node)
      const children = childrenOf(node)
      for (let at = children.length - 1; at >= 0; at -= 1) waiting.push(children[at]!)
    }
    return found
  }

  #bind(node: AnyNode): void {
    if (node.type === 'ImportDeclaration') {
      const api = moduleApi(node.source.value)
      if (api === undefined) return
      for (const specifier of node.specifiers) {
        const name = specifier.type === 'ImportSpecifier' ? keyOf(specifier.imported) : undefined
        this.#name(specifier.local.name, name === undefined ? api : memberOf(api, name))
      }
    } else if (node.type === 'VariableDeclarator' && node.init) {
      this.#bindPattern(node.id, this.#api(node.init))
    } else if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier') {
      this.#name(node.left.name, this.#api(node.right))
    } else if (isClass(node) && node.id) {
      // A subclass of a subclass is still one of the client.
      this.#name(node.id.name, node.superClass ? this.#api(node.superClass) : undefined)
    }
  }

  /** With the whole line as evidence: a name alone says little. */
  #site(node: AnyNode): Site {
    const { text } = this.#lines
    const end = text.indexOf('\n', node.start)
    const line = text.slice(text.lastIndexOf('\n', node.start) + 1, end < 0 ? text.length : end)
    return this.#lines.site(node.start, line.length > limits.maxEvidenceChars ? undefined : line)
  }

  #bindPattern(pattern: AnyNode, api: string | undefined): void {
    if (pattern.type === 'Identifier') this.#name(pattern.name, api)
    if (pattern.type !== 'ObjectPattern' || api === undefined) return
    for (const property of pattern.properties) {
      if (property.type !== 'Property' || property.value.type !== 'Identifier') continue
      const key = keyOf(property.key)
      if (key !== undefined) this.#name(property.value.name, memberOf(api, key))
    }
  }

  #name(name: string, api: string | undefined): void {
    if (api !== undefined && !this.#names.has(name)) this.#names.set(name, api)
  }

  /** What an expression stands for: `pkg:ccxt.mexc`, of an instance `pkg:ccxt.mexc()`. Loops, since chains may be long. */
  #api(expression: AnyNode): string | undefined {
    const tail: string[] = []
    let at: AnyNode = expression
    for (let step = 0; step < 50; step += 1) {
      if (at.type === 'MemberExpression') {
        const key = !at.computed || at.property.type === 'Literal' ? keyOf(at.property) : undefined
        if (key === undefined) return undefined
        tail.unshift(key)
        at = at.object
      } else if (at.type === 'NewExpression') {
        tail.unshift('()')
        at = at.callee
      } else if (at.type === 'AwaitExpression') at = at.argument
      else if (at.type === 'ChainExpression' || at.type === 'ParenthesizedExpression') at = at.expression
      else if (at.type === 'CallExpression') {
        const [first] = at.arguments
        if (first === undefined) return undefined
        const name = at.callee.type === 'Identifier' ? at.callee.name : ''
        if (name === 'require') return join(moduleApi(valueOf(first)), tail)
        // `__importDefault(require('x'))`, as compilers write it.
        if (!/^_+(?:import|interop)/.test(name)) return undefined
        at = first
      } else if (at.type === 'ImportExpression') return join(moduleApi(valueOf(at.source)), tail)
      else if (at.type === 'Identifier') return join(this.#names.get(at.name), tail)
      else return undefined
    }
    return undefined
  }

  #see(node: AnyNode): void {
    if (isClass(node) && node.superClass) {
      const seen = this.#extended.get(node)
      const api = this.#api(node.superClass) ?? seen?.api
      if (api === undefined || api.includes('()')) return
      for (const member of node.body.body) {
        if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') continue
        const name = (member.computed ? seen?.text(member.key) : undefined) ?? keyOf(member.key)
        if (name !== undefined && name !== 'constructor')
          this.#add(api, name, node, member.value ?? undefined, seen)
      }
    } else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
      this.#change(this.#api(node.left), node, node.right)
    } else if (node.type === 'CallExpression' && isAssign(node.callee)) {
      const [target, ...sources] = node.arguments
      const api = target === undefined ? undefined : this.#api(target)
      for (const source of api === undefined ? [] : sources) this.#entries(api ?? '', node, source)
    } else if (node.type === 'NewExpression') {
      const api = this.#api(node)
      for (const argument of api === undefined ? [] : node.arguments) this.#entries(api ?? '', node, argument)
    }
  }

  #entries(api: string, node: AnyNode, source: AnyNode): void {
    if (source.type !== 'ObjectExpression') return
    for (const property of source.properties) {
      const key = property.type === 'Property' ? keyOf(property.key) : undefined
      if (property.type !== 'Property' || key === undefined) continue
      // Giving a client its own keys is what it is for; `apiKey: secret` redirects nothing.
      if (
        node.type === 'NewExpression' &&
        !this.#nodes(property.value).some(part => addressOf(part) !== undefined)
      )
        continue
      this.#change(memberOf(api, key), node, property.value)
    }
  }

  #change(api: string | undefined, node: AnyNode, value: AnyNode): void {
    const end = api?.indexOf('()') ?? -1
    if (api === undefined || end < 0) return
    const members = api.slice(end + 3).split('.')
    for (const member of members) if (member !== '') this.#add(api.slice(0, end + 2), member, node, value)
  }

  #add(target: string, member: string, node: AnyNode, value: AnyNode | undefined, seen?: Extended): void {
    if (!this.#found.has(target) && this.#found.size >= limits.maxOverrides) return
    const known = this.#found.get(target) ?? {
      target,
      members: [],
      redirects: [],
      secrets: [],
      at: this.#lines.site(node.start),
    }
    const inside = value === undefined ? [] : this.#nodes(value)
    const redirects = inside.flatMap(part => {
      const to = addressOf(part) ?? addressIn(part, seen)
      return to === undefined ? [] : [{ to, at: this.#site(part) }]
    })
    const secrets = inside.flatMap(part => {
      const secret = rawSecret(part, seen)
      return secret === undefined ? [] : [{ name: secret.name, at: this.#site(secret.node) }]
    })
    this.#found.set(target, {
      ...known,
      members: [...new Set([...known.members, member])].slice(0, limits.maxOverrides),
      redirects: [...known.redirects, ...redirects].slice(0, limits.maxOverrides),
      secrets: [...known.secrets, ...secrets].slice(0, limits.maxOverrides),
    })
  }
}

const isClass = (node: AnyNode): node is Class & AnyNode =>
  node.type === 'ClassDeclaration' || node.type === 'ClassExpression'

const isFunction = (node: AnyNode): node is FunctionNode & AnyNode => node.type.includes('Function')

function isAssign(callee: AnyNode): boolean {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  return callee.object.name === 'Object' && keyOf(callee.property) === 'assign'
}

function keyOf(key: AnyNode): string | undefined {
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined
}

function valueOf(node: AnyNode): unknown {
  if (node.type === 'Literal') return node.value
  return node.type === 'TemplateLiteral' && node.quasis.length === 1
    ? node.quasis[0]?.value.cooked
    : undefined
}

/** `pkg:` and the name of the package, without what lies below it; undefined for own files and Node's modules. */
function moduleApi(specifier: unknown): string | undefined {
  if (typeof specifier !== 'string' || specifier.length > limits.maxNameChars) return undefined
  const name = /^(?:@[^/]+\/)?[^./@][^/]*/.exec(specifier)?.[0]
  return name === undefined || name.includes(':') || builtinModules.has(name) ? undefined : `pkg:${name}`
}

function memberOf(api: string, key: string): string {
  if (key === 'default') return api
  // What a prototype has every instance has.
  return key === 'prototype' ? `${api}()` : `${api}.${key.slice(0, 100)}`
}

function join(api: string | undefined, tail: readonly string[]): string | undefined {
  return api === undefined
    ? undefined
    : tail.reduce((whole, key) => (key === '()' ? `${whole}()` : memberOf(whole, key)), api)
}

const address = /^(?:https?|wss?):\/\/[^/\s]+/i

/** The address an expression starts with: a literal, or the fixed beginning of a template or a sum. */
function addressOf(node: AnyNode): string | undefined {
  const text =
    node.type === 'Literal'
      ? node.value
      : node.type === 'TemplateLiteral'
        ? node.quasis[0]?.value.cooked
        : undefined
  return typeof text === 'string' && address.test(text) ? text.slice(0, limits.maxHostChars * 2) : undefined
}

/** The same of an address that is not written as one. */
function addressIn(node: AnyNode, seen: Extended | undefined): string | undefined {
  const text =
    node.type === 'CallExpression' || node.type === 'BinaryExpression' || node.type === 'MemberExpression'
      ? seen?.text(node)
      : undefined
  return text !== undefined && address.test(text) ? text.slice(0, limits.maxHostChars * 2) : undefined
}

/**
 * A secret that goes as it is into an object, an array or a text. What is handed to a function is not counted: honest
 * clients sign with it.
 */
function rawSecret(
  node: AnyNode,
  seen?: Extended,
): { readonly name: string; readonly node: AnyNode } | undefined {
  const parts: readonly (AnyNode | null)[] =
    node.type === 'Property'
      ? [node.value]
      : node.type === 'BinaryExpression' && node.operator === '+'
        ? [node.left, node.right]
        : node.type === 'TemplateLiteral'
          ? node.expressions
          : node.type === 'ArrayExpression'
            ? node.elements
            : []
  for (const part of parts) {
    const name = part === null ? undefined : nameOf(part, seen)
    if (part !== null && name !== undefined && secretName.test(name)) return { name, node: part }
  }
  return undefined
}

function nameOf(node: AnyNode | Expression, seen?: Extended): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (isFunction(node) || node.type !== 'MemberExpression') return undefined
  return (node.computed ? seen?.text(node.property) : undefined) ?? keyOf(node.property)
}
