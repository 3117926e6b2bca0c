import { distance } from 'fastest-levenshtein'

/**
 * The candidate a person most likely meant, or undefined when none is near: one that the word begins or that begins
 * with the word, else one within two edits, or a third of a longer word.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined
  let best: string | undefined
  let least = (word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 0.5
  for (const candidate of candidates) {
    const starts = word.length >= 3 && candidate.startsWith(word)
    const cost = starts ? 0.25 : distance(word, candidate)
    if (cost < least) {
      best = candidate
      least = cost
    }
  }
  return best
}
