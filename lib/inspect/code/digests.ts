import type { AnyNode } from 'acorn'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf } from './sites.ts'
import { anything, isConstant, type Known, type Value } from './values.ts'

/** As many hexadecimal digits as a hash has: of MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512. */
const digits = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i
const lengths: ReadonlySet<number> = new Set([16, 20, 28, 32, 48, 64])

/** What hashing gave, as long as it is nothing else. */
const hashes = new WeakSet<Value>()
const hashing = /^(?:digest\.(?:digest|hex)|node:crypto\.hash|pkg:(?:md5|sha1|sha256))$/

/** What a function gives that lets nothing of its operands through: a hash is known again where it is compared. */
export function cleanedBy(api: string): Value {
  if (!hashing.test(api)) return anything
  const hash = { ...anything }
  hashes.add(hash)
  return hash
}

/** The hash of something that is not known, compared with one in the code: only who knows what that is of gets past. */
export function noteDigest(
  machine: Interpreter,
  compared: readonly Value[],
  node: AnyNode,
  frame: Frame,
): void {
  if (compared.some(isDigest) && compared.some(value => hashes.has(value)))
    machine.guard('digest', frame, placeOf(frame.file, node))
}

function isDigest(value: Value): boolean {
  return isConstant(value) && value.known.some(isDigestConstant)
}

function isDigestConstant(constant: Known): boolean {
  if (constant instanceof Uint8Array) return lengths.has(constant.length)
  return typeof constant === 'string' && digits.test(constant)
}
