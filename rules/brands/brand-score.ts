import { limits } from '../../lib/limits.ts'
import type { Brand, Lists } from '../lists.ts'
import { editDistance } from '../names/distance.ts'
import { scopeOf } from '../names/name-index.ts'
import { isAscii, toAscii } from '../names/skeleton.ts'
import { oncePer, rememberingByLists } from '../remember.ts'

/**
 * What a name claims. `score` runs from 0 to 8: 3 is worth a note, 4 a second look together with other facts; measured
 * over 226,975 npm names, 0.13 % reach 4. A name never proves anything: most exchanges' best SDKs are third-party.
 */
export type BrandScore = {
  readonly score: number
  /** Brands named by the package, the one it leans on most first. */
  readonly brands: readonly Brand[]
  readonly standing: 'official' | 'third-party' | 'unknown'
  /** Why, in words, in the order they were added up. */
  readonly reasons: readonly string[]
}

type Hit = { readonly brand: Brand; readonly word: string; readonly points: number; readonly reason: string }

/** Below six letters too many ordinary words are one letter from a brand. */
const minLookAlike = 6

const silent = (standing: BrandScore['standing'], brands: readonly Brand[]): BrandScore => ({
  score: 0,
  brands,
  standing,
  reasons: [],
})

/** The brands whose own scope or package this is. */
export function ownersOf(name: string, lists: Lists): readonly Brand[] {
  const scope = scopeOf(name)?.scope
  return lists.brands.filter(
    brand => brand.packages.includes(name) || (scope !== undefined && brand.scopes.includes(`@${scope}`)),
  )
}

/**
 * Scores what brands a package name claims, by whole words: `mexc` is inside `domexception`. Official names and known
 * third parties score 0. Words that resemble a brand count unless the stop list knows them as words of their own.
 */
export const brandScore = rememberingByLists(scoreOf, (name: string) => name)

function scoreOf(name: string, lists: Lists): BrandScore {
  if (name === '' || name.length > limits.maxNameChars) return silent('unknown', [])
  const owners = ownersOf(name, lists)
  if (owners.length > 0) return silent('official', owners)
  const known = lists.brands.filter(brand => brand.thirdParty.includes(name))
  if (known.length > 0) return silent('third-party', known)
  const plain = toAscii(name, lists)
  const words = brandWords(plain, lists)
  const hits = lists.brands.flatMap(brand => hitOf(brand, words, plain, name, lists) ?? [])
  if (hits.length === 0) return silent('unknown', [])
  return addUp(name, words, hits, lists)
}

/**
 * Words between separators, and again without the digits around them (`bybit2`, `raydium-bs58`), and the brands in what
 * is written as one word (`binanceapi`) or apart (`meta-mask`).
 */
function brandWords(plain: string, lists: Lists): ReadonlySet<string> {
  const words = new Set<string>()
  const strong = strongWords(lists)
  let before = ''
  for (const part of plain.split(/[@/._-]+/)) {
    if (part === '') continue
    words.add(part)
    const letters = part.replace(/^[0-9]+/, '').replace(/[0-9]+$/, '')
    if (letters !== '') words.add(letters)
    for (const word of fusedWords(letters, strong, lists)) words.add(word)
    if (part.length > 1 && before.length > 1 && strong.has(before + part)) words.add(before + part)
    before = part
  }
  return words
}

const strongWords = oncePer(
  ({ brands }: Lists): ReadonlySet<string> =>
    new Set(
      brands.flatMap(({ words }) =>
        words.filter(({ strength }) => strength === 'strong').map(({ word }) => word),
      ),
    ),
)

/** A brand with a word of SDKs before or behind it and nothing else: `bybitapi`, never `domexception`. */
function fusedWords(part: string, strong: ReadonlySet<string>, { words }: Lists): readonly string[] {
  for (let cut = 2; cut <= part.length - 2; cut += 1) {
    const [start, end] = [part.slice(0, cut), part.slice(cut)]
    if (strong.has(start) && words.sdk.has(end)) return [start, end]
    if (strong.has(end) && words.sdk.has(start)) return [end, start]
  }
  return []
}

function hitOf(
  brand: Brand,
  words: ReadonlySet<string>,
  plain: string,
  name: string,
  lists: Lists,
): Hit | undefined {
  const scope = scopeOf(name)?.scope
  if (scope !== undefined && brand.unrelatedScopes.includes(`@${scope}`)) return undefined
  for (const phrase of brand.phrases) {
    if (`-${plain}-`.replaceAll(/[@/_-]+/g, '-').includes(`-${phrase}-`)) {
      return { brand, word: phrase, points: 3, reason: `names ${brand.name} ("${phrase}")` }
    }
  }
  let best: Hit | undefined
  for (const { word, strength } of brand.words) {
    if (strength === 'never') continue
    const hit =
      strength === 'strong' ? strongHit(brand, word, words, name, lists) : weakHit(brand, word, words)
    if (hit !== undefined && hit.points > (best?.points ?? 0)) best = hit
  }
  return best
}

function strongHit(
  brand: Brand,
  word: string,
  words: ReadonlySet<string>,
  name: string,
  lists: Lists,
): Hit | undefined {
  if (words.has(word)) {
    const how = name.includes(word)
      ? ''
      : isAscii(name)
        ? ', written apart'
        : ' in characters that look like it'
    const reason = `names ${brand.name}${how}`
    return { brand, word, points: 3, reason }
  }
  if (word.length < minLookAlike) return undefined
  const max = word.length >= 9 ? 2 : 1
  for (const candidate of words) {
    if (candidate.length < minLookAlike - 1 || lists.words.stop.has(candidate)) continue
    // People read the first letter: `finance` is not taken for an exchange, `binnance` is.
    if (candidate[0] !== word[0] || editDistance(candidate, word, max) > max) continue
    return { brand, word, points: 2, reason: `"${candidate}" resembles ${brand.name} ("${word}")` }
  }
  return undefined
}

function weakHit(brand: Brand, word: string, words: ReadonlySet<string>): Hit | undefined {
  if (!words.has(word)) return undefined
  if (brand.contextWords.length > 0 && !brand.contextWords.some(context => words.has(context)))
    return undefined
  return { brand, word, points: 1, reason: `has the word "${word}", which is also an ordinary word` }
}

function addUp(name: string, words: ReadonlySet<string>, hits: readonly Hit[], lists: Lists): BrandScore {
  const ordered = hits.toSorted((a, b) => b.points - a.points)
  const first = ordered[0]
  if (first === undefined) return silent('unknown', [])
  let score = first.points
  const reasons = [first.reason]
  const hitWords = new Set(hits.map(hit => hit.word))
  const sdk = [...words].find(word => lists.words.sdk.has(word) && !hitWords.has(word))
  if (sdk !== undefined) {
    score += 1
    reasons.push(`is shaped like an SDK or tool ("${sdk}")`)
  }
  const second = ordered.find(hit => hit.brand.id !== first.brand.id && hit.word !== first.word)
  if (second !== undefined) {
    score += 1
    reasons.push(`names a second brand, ${second.brand.name}`)
  }
  if (ordered.some(hit => lists.words.money.has(hit.brand.kind))) {
    score += 1
    reasons.push('the brand holds money')
  }
  const scope = scopeOf(name)?.scope
  if (scope !== undefined && !hits.some(hit => scope.includes(hit.word))) {
    score -= 1
    reasons.push(`is published openly under another owner's scope (@${scope})`)
  }
  return { score, brands: ordered.map(hit => hit.brand), standing: 'unknown', reasons }
}
