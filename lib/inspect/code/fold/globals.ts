import { halt } from './budget.ts'
import type { Machine } from './machine.ts'
import { isNamespace, methodOf } from './methods.ts'
import { Builtin, type Value } from './values.ts'

const modules = new Set(['zlib', 'crypto', 'buffer', 'util'])

/** A module of Node some of whose functions are modelled, as a handle; undefined for every other. */
export const moduleValue = (specifier: string): Builtin | undefined => {
  const name = specifier.startsWith('node:') ? specifier.slice(5) : specifier
  return modules.has(name) ? new Builtin(`node:${name}`) : undefined
}

/** What a global name means; undefined where it is not modelled. Own variables of the program come first. */
export const globalValue = (name: string): Value => {
  switch (name) {
    case 'NaN':
      return Number.NaN
    case 'Infinity':
      return Infinity
    case 'Buffer':
      return new Builtin('node:buffer.Buffer')
    case 'globalThis':
    case 'global':
      return new Builtin('globalThis')
    case 'Function':
    case 'require':
      return new Builtin(name)
    default:
      if (name.includes('.') || name.includes(':')) return undefined
      return methodOf(name) !== undefined || isNamespace(name) ? new Builtin(name) : undefined
  }
}

const nodeTypes = new Map([
  ['process', 'object'],
  ['require', 'function'],
  ['module', 'object'],
  ['exports', 'object'],
  ['console', 'object'],
  ['setTimeout', 'function'],
  ['setInterval', 'function'],
  ['window', 'undefined'],
  ['document', 'undefined'],
  ['self', 'undefined'],
  ['Deno', 'undefined'],
  ['Bun', 'undefined'],
])

/** `typeof` of a global in Node; undefined where that depends on more than the platform. */
export const globalType = (name: string): string | undefined => nodeTypes.get(name)

const returned = 'return of '

/**
 * `Function(text)` for the few texts that only fetch a global: `return this`, `return atob`. Everything else halts:
 * code made from text is the caller's to parse and inspect.
 */
export const makeFunction = (machine: Machine, args: readonly Value[]): Builtin => {
  const [text] = args
  if (args.length !== 1 || typeof text !== 'string' || text.length > 200) return halt('unsupported')
  machine.budget.spend(10)
  const plain = text.replaceAll(/\s+/g, ' ').trim().replace(/;$/, '')
  if (
    /^return \(?(?:function ?\( ?\) ?\{ ?\} ?\. ?constructor\( ?"return this" ?\)\( ?\)) ?\)?$/.test(plain)
  ) {
    return new Builtin(`${returned}globalThis`)
  }
  const match = /^return ?\(?(?:this|([A-Za-z_$][\w$]*))\)?$/.exec(plain)
  return match === null ? halt('unsupported') : new Builtin(returned + (match[1] ?? 'globalThis'))
}

/** The value a function made by `makeFunction` returns; undefined where the built-in is none. */
export const returnOf = (api: string): Value => {
  if (!api.startsWith(returned)) return undefined
  return globalValue(api.slice(returned.length)) ?? halt('unknown')
}
