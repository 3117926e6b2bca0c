import { once } from '../../lib/steps.ts'
import type { Steps } from '../../lib/steps.ts'
import type { Lists } from '../lists.ts'
import { oncePer } from '../remember.ts'
import { readAlike } from './skeleton.ts'

/** Names of one length side by side with a set of the characters each contains, as bits. */
type Bucket = { readonly names: string[]; readonly letters: number[]; readonly others: number[] }

/** Names that are what they claim: most packages of a tree need no more than this answer. */
export type KnownNames = {
  /** Popular, hand-picked, of a brand, or a brand's known third parties. */
  readonly known: ReadonlySet<string>
  /** Scopes of known names and of brands, without the `@`. */
  readonly scopes: ReadonlySet<string>
}

/** The names worth imitating, arranged for look-ups. Built once per `Lists`, in about 70 ms. */
export type NameIndex = KnownNames & {
  readonly buckets: ReadonlyMap<number, Bucket>
  /** Without separators and scope marks: `@types/node` and `types-node` are `typesnode`. */
  readonly bare: ReadonlyMap<string, string>
  /** Its words in alphabetical order, for names of several words. */
  readonly sorted: ReadonlyMap<string, string>
  /** As `readAlike` writes it. */
  readonly alike: ReadonlyMap<string, string>
  /** In how many known names a word occurs: what occurs often is a word and no slip. */
  readonly words: ReadonlyMap<string, number>
}

/** The known names of these lists, gathered on first use. */
export const knownNames = oncePer((lists: Lists): KnownNames => {
  const known = new Set<string>(worthImitating(lists))
  const scopes = new Set<string>()
  for (const name of known) {
    const scope = scopeOf(name)?.scope
    if (scope !== undefined) scopes.add(scope)
  }
  for (const brand of lists.brands) {
    for (const name of brand.thirdParty) known.add(name)
    for (const scope of brand.scopes) scopes.add(scope.slice(1))
  }
  return { known, scopes }
})

function worthImitating({ popular, targets, brands }: Lists): ReadonlySet<string> {
  return new Set([...popular.keys(), ...targets, ...brands.flatMap(brand => brand.packages)])
}

const indexes = oncePer((lists: Lists) => once(() => build(lists)))

/** The index of these lists, built on first use. */
export const nameIndex = (lists: Lists): NameIndex => indexes(lists).get()

/** Builds that index beforehand, with pauses. */
export const prepareNameIndex = (lists: Lists): Steps<void> => indexes(lists).prepare()

/** Names that are entered before others get a turn. */
const namesAtOnce = 500

/** Letters, and the other characters names may have, as two sets of bits. */
export function characterMask(name: string): { readonly letters: number; readonly others: number } {
  let letters = 0
  let others = 0
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i)
    if (code >= 97 && code <= 122) letters |= 1 << (code - 97)
    else if (code >= 48 && code <= 57) others |= 1 << (code - 48)
    else others |= 1 << (10 + (code % 20))
  }
  return { letters, others }
}

/** Words of a name: split at separators, scope marks and between letters and digits. */
export function wordsOf(name: string): readonly string[] {
  return name.toLowerCase().match(/[a-z]+|[0-9]+|[^\x00-\x7f]+/g) ?? []
}

/** The name without separators and scope marks. */
export function bareName(name: string): string {
  return name.replaceAll(/[@/._-]/g, '')
}

/** `@scope/tail` → both parts; undefined where there is no scope. */
export function scopeOf(name: string): { readonly scope: string; readonly tail: string } | undefined {
  const slash = name.indexOf('/')
  if (!name.startsWith('@') || slash < 2) return undefined
  return { scope: name.slice(1, slash), tail: name.slice(slash + 1) }
}

function* build(lists: Lists): Steps<NameIndex> {
  const buckets = new Map<number, Bucket>()
  const bare = new Map<string, string>()
  const sorted = new Map<string, string>()
  const alike = new Map<string, string>()
  const words = new Map<string, number>()
  const weight = (name: string): number => lists.popular.get(name) ?? 0
  // Where two targets look alike, people mean the one they use more.
  const keep = (table: Map<string, string>, key: string, name: string): void => {
    const other = table.get(key)
    if (other === undefined || weight(other) < weight(name)) table.set(key, name)
  }
  let entered = 0
  for (const name of worthImitating(lists)) {
    if (++entered % namesAtOnce === 0) yield
    const mask = characterMask(name)
    const bucket = buckets.get(name.length) ?? { names: [], letters: [], others: [] }
    bucket.names.push(name)
    bucket.letters.push(mask.letters)
    bucket.others.push(mask.others)
    buckets.set(name.length, bucket)
    const parts = wordsOf(name)
    for (const word of new Set(parts)) words.set(word, (words.get(word) ?? 0) + 1)
    if (parts.length > 1) keep(sorted, parts.toSorted().join('-'), name)
    keep(bare, bareName(name), name)
    keep(alike, readAlike(name), name)
  }
  return { ...knownNames(lists), buckets, bare, sorted, alike, words }
}
