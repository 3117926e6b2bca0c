import { limits } from '../../lib/limits.ts'
import type { Lists } from '../lists.ts'
import { editDistance } from './distance.ts'
import { bareName, characterMask, knownNames, nameIndex, scopeOf, wordsOf } from './name-index.ts'
import type { NameIndex } from './name-index.ts'
import { isAscii, readAlike, toAscii } from './skeleton.ts'

export type NameKind =
  | 'homoglyph' // characters that look like others: Cyrillic, `1` for `l`
  | 'scope-imitated' // a scope one or two letters from a known one
  | 'scope-dropped' // `types-node` for `@types/node`
  | 'separators' // `cross_env`, `crossenv`
  | 'edit1' // one letter more, less, other, or two swapped
  | 'edit2'
  | 'word' // one letter off, but what is there is a word of its own
  | 'plural'
  | 'version-suffix' // `bs58-15`
  | 'token-order' // `parser-body`
  | 'affix' // `lodash-js`

/**
 * A known name this one could be taken for. `score` is the identity part of the sum that judges a package: 4 and more
 * is near-identical, 3 worth a note, less only worth telling whoever typed it. Never evidence by itself. Where only a
 * scope is imitated the target is `@scope/*`.
 */
export type NameMatch = {
  readonly kind: NameKind
  readonly target: string
  readonly score: number
  readonly reason: string
}

/** From this score on a person is unlikely to tell the names apart. */
export const nearIdentical = 4

const scores: Readonly<Record<NameKind, number>> = {
  homoglyph: 5,
  'scope-imitated': 4,
  'scope-dropped': 3,
  separators: 4,
  edit1: 4,
  edit2: 2,
  word: 2,
  plural: 4,
  'version-suffix': 2,
  'token-order': 2,
  affix: 2,
}

/** Below five letters most names are one letter from another: nothing follows from it. */
const minEdit1 = 5
const minEdit2 = 9

/**
 * Known names that `name` resembles, strongest first; empty for a known name, for one in a known scope (only its owner
 * publishes there), for what is widely used under a name that resembles another, and for names no registry accepts.
 * About 0.05 ms.
 */
export function nameLookup(name: string, lists: Lists): readonly NameMatch[] {
  if (isKnownName(name, lists)) return []
  const own = scopeOf(name)
  const index = nameIndex(lists)
  const found = new Map<string, NameMatch>()
  const add = (kind: NameKind, target: string | undefined, reason: string): void => {
    if (target === undefined || target === name) return
    const score = scores[kind]
    const other = found.get(target)
    if (other === undefined || other.score < score) found.set(target, { kind, target, score, reason })
  }
  lookAlike(name, index, lists, add)
  if (own === undefined) {
    respelled(name, index, lists, add)
    oneLetterOff(name, index, lists, add)
  } else {
    scopeImitated(own, name, index, lists, add)
  }
  const weight = (match: NameMatch): number => lists.popular.get(match.target) ?? 0
  return [...found.values()].toSorted((a, b) => b.score - a.score || weight(b) - weight(a)).slice(0, 5)
}

/** Whether a name is what it claims, or no registry accepts it: it need not be compared with all others. */
export function isKnownName(name: string, lists: Lists): boolean {
  const { known, scopes } = knownNames(lists)
  if (name === '' || name.length > limits.maxNameChars || known.has(name)) return true
  const own = scopeOf(name)
  if (own !== undefined && (scopes.has(own.scope) || lists.neighbours.has(`@${own.scope}/*`))) return true
  return lists.neighbours.has(name)
}

type Add = (kind: NameKind, target: string | undefined, reason: string) => void

function lookAlike(name: string, index: NameIndex, lists: Lists, add: Add): void {
  const ascii = toAscii(name, lists)
  if (ascii !== name && index.known.has(ascii)) {
    const reason = isAscii(name) ? 'differs only in capital letters' : 'has characters that only look like it'
    add('homoglyph', ascii, reason)
  }
  const target = index.alike.get(readAlike(ascii))
  // `i` and `l` are folded as well: two real words may meet (`mail`, `mall`), so the name must not be made of words.
  if (target !== undefined && !madeOfWords(name, target, index, lists)) {
    add('homoglyph', target, 'reads like it in most fonts')
  }
}

function respelled(name: string, index: NameIndex, lists: Lists, add: Add): void {
  const bare = index.bare.get(bareName(name))
  if (bare !== undefined && bareName(name).length >= minEdit1) {
    if (bare.startsWith('@')) add('scope-dropped', bare, 'the scoped name written without its scope')
    else add('separators', bare, 'differs only in its separators')
  }
  const words = wordsOf(name)
  if (words.length > 1) {
    add('token-order', index.sorted.get(words.toSorted().join('-')), 'the same words in another order')
  }
  const noVersion = /^(.+?)[-._]?v?[0-9]+[a-z]?$/.exec(name)?.[1]
  if (noVersion !== undefined && noVersion.length >= 4 && index.known.has(noVersion)) {
    add('version-suffix', noVersion, 'the name with a number added')
  }
  affixes(name, index, lists, add)
}

function affixes(name: string, index: NameIndex, lists: Lists, add: Add): void {
  for (const separator of ['-', '.', '_']) {
    const first = name.indexOf(separator)
    const last = name.lastIndexOf(separator)
    if (first < 1) continue
    for (const [affix, rest] of [
      [name.slice(0, first), name.slice(first + 1)],
      [name.slice(last + 1), name.slice(0, last)],
    ] as const) {
      if (rest.length >= 4 && lists.words.affixes.has(affix) && index.known.has(rest)) {
        add('affix', rest, `the name with "${affix}" added`)
      }
    }
  }
}

function oneLetterOff(name: string, index: NameIndex, lists: Lists, add: Add): void {
  if (name.length < minEdit1 - 1) return
  const max = name.length >= minEdit2 - 1 ? 2 : 1
  const mask = characterMask(name)
  for (let length = name.length - max; length <= name.length + max; length += 1) {
    const bucket = index.buckets.get(length)
    if (bucket === undefined || length < minEdit1) continue
    for (let i = 0; i < bucket.names.length; i += 1) {
      const changed =
        countBits((bucket.letters[i] ?? 0) ^ mask.letters) + countBits((bucket.others[i] ?? 0) ^ mask.others)
      // An edit changes at most two characters of the set.
      if (changed > 2 * max) continue
      const target = bucket.names[i] ?? ''
      if (target.startsWith('@')) continue
      const distance = editDistance(name, target, max)
      if (distance === 1) addEdit(name, target, index, lists, add)
      else if (distance === 2 && Math.min(length, name.length) >= minEdit2)
        add('edit2', target, 'two letters off')
    }
  }
}

function addEdit(name: string, target: string, index: NameIndex, lists: Lists, add: Add): void {
  const change = changedPart(name, target)
  const isDigit = /^[0-9]+$/.test(change.removed + change.added)
  if (isDigit) add('version-suffix', target, 'differs in a digit')
  else if (/^[-._]$/.test(change.removed + change.added))
    add('separators', target, 'differs only in a separator')
  else if (name.length < minEdit1 || madeOfWords(name, target, index, lists))
    add('word', target, 'one letter off')
  else if (isPlural(name, target)) add('plural', target, 'differs in a plural s')
  else add('edit1', target, describeEdit(change))
}

/** One is the other with an s; a second s (`expresss`) is a slip. */
function isPlural(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return long === `${short}s` && !short.endsWith('s')
}

/** What differs between two names once their common start and end are taken away. */
function changedPart(name: string, target: string): { readonly removed: string; readonly added: string } {
  let start = 0
  while (start < name.length && start < target.length && name[start] === target[start]) start += 1
  let end = 0
  const room = Math.min(name.length, target.length) - start
  while (end < room && name[name.length - 1 - end] === target[target.length - 1 - end]) end += 1
  return { added: name.slice(start, name.length - end), removed: target.slice(start, target.length - end) }
}

function describeEdit(change: { readonly removed: string; readonly added: string }): string {
  if (change.removed === '') return `one letter more ("${change.added}")`
  if (change.added === '') return `one letter less ("${change.removed}")`
  return change.added.length === 2
    ? 'two letters swapped'
    : `"${change.added}" instead of "${change.removed}"`
}

/**
 * Whether the words that differ from the target's are words of other known names: `react-tab` is no slip for
 * `react-tag`. A word of fewer than four letters is too short to tell.
 */
function madeOfWords(name: string, target: string, index: NameIndex, lists: Lists): boolean {
  const theirs = new Set(wordsOf(target))
  const different = wordsOf(name).filter(word => !theirs.has(word))
  return different.every(
    word => word.length < 4 || (index.words.get(word) ?? 0) >= 2 || lists.words.stop.has(word),
  )
}

/** The known package of a scope whose name comes nearest, or `@scope/*` where none is near. */
function nearestIn(scope: string, tail: string, index: NameIndex): string {
  let best = `@${scope}/*`
  let least = 3
  for (const name of index.known) {
    if (!name.startsWith(`@${scope}/`)) continue
    const distance = editDistance(tail, name.slice(scope.length + 2), 2)
    if (distance < least) {
      best = name
      least = distance
    }
  }
  return best
}

function scopeImitated(
  own: { readonly scope: string; readonly tail: string },
  name: string,
  index: NameIndex,
  lists: Lists,
  add: Add,
): void {
  const scope = toAscii(own.scope, lists)
  for (const known of index.scopes) {
    const shorter = Math.min(scope.length, known.length)
    const max = shorter >= minEdit2 ? 2 : 1
    if (Math.abs(scope.length - known.length) > max) continue
    // Short scopes are near each other by chance, but not with the same package in both.
    if (shorter < minEdit1 && !index.known.has(`@${known}/${own.tail}`)) continue
    if (bareName(scope) !== bareName(known) && editDistance(scope, known, max) > max) continue
    add(
      'scope-imitated',
      nearestIn(known, own.tail, index),
      `its scope @${own.scope} resembles @${known}, which belongs to somebody else`,
    )
  }
  if (bareName(name).length >= minEdit1) {
    const bare = index.bare.get(bareName(name))
    if (bare !== undefined && !bare.startsWith('@')) add('affix', bare, 'the name cut in two by a scope')
  }
}

function countBits(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
