import type { AnyNode } from 'acorn'
import type { SourceKind } from '../../types.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { placeOf } from './sites.ts'
import { anything, isConstant, type Known, type ObjectValue, type Taint, type Value } from './values.ts'

/** As many hexadecimal digits as a hash has: of MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512. */
const digits = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i
/** The same in base64, which is shorter: of MD5, SHA-1, SHA-256, SHA-512. */
const letters = /^(?:[\w+/-]{22}(?:==)?|[\w+/-]{27}=?|[\w+/-]{43}=?|[\w+/-]{86}(?:==)?)$/
const lengths: ReadonlySet<number> = new Set([16, 20, 28, 32, 48, 64])

/** What hashing gave, as long as it is nothing else. */
const hashes = new WeakMap<Value, 'file' | 'word'>()
/** The step of what is read from a file whose name somebody gave. */
export const readByName = 'read from the file of that name'
const files: ReadonlySet<SourceKind> = new Set<SourceKind>([
  'file',
  'project-file',
  'package-bytes',
  'network',
])
const hashing = /^(?:digest\.(?:digest|hex)|node:crypto\.hash|pkg:(?:md5|sha1|sha256))$/

/** Hashes of files and nothing else: they only say which file it is. */
const ofFiles = new WeakSet<ObjectValue>()
const ofWords = new WeakSet<ObjectValue>()

/** Remembers what is given to a hash piece by piece. */
export function noteHashed(digest: Value, given: Value, taints: readonly Taint[]): void {
  if (isConstant(given)) return
  const kept = taints.length > 0 && taints.every(isFile) ? ofFiles : ofWords
  for (const object of digest.objects) kept.add(object)
}

function isFile({ source: { kind }, hops }: Taint): boolean {
  return files.has(kind) || hops?.label === readByName
}

/** What a function gives that lets nothing of its operands through: a hash is known again where it is compared. */
export function cleanedBy(api: string, digest: Value): Value {
  if (!hashing.test(api)) return anything
  const hash = { ...anything }
  const isOfFile = digest.objects.some(one => ofFiles.has(one) && !ofWords.has(one))
  hashes.set(hash, isOfFile ? 'file' : 'word')
  return hash
}

/** The hash of something that is not known, compared with one in the code: only who knows what that is of gets past. */
export function noteDigest(
  machine: Interpreter,
  compared: readonly Value[],
  node: AnyNode,
  frame: Frame,
): void {
  if (!compared.some(value => hashes.has(value)) || !compared.some(isDigest)) return
  const place = placeOf(frame.file, node)
  machine.guard('digest', frame, place)
  if (compared.some(value => hashes.get(value) === 'word'))
    machine.fact({ kind: 'checks', what: 'digest', name: '' }, frame, place)
}

/** Also one of a table of them. */
function isDigest({ known: constants }: Value): boolean {
  return constants.some(isDigestConstant)
}

function isDigestConstant(constant: Known): boolean {
  if (constant instanceof Uint8Array) return lengths.has(constant.length)
  return typeof constant === 'string' && (digits.test(constant) || letters.test(constant))
}
