import { distance as levenshtein } from 'fastest-levenshtein'

/**
 * Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each cost one. Plain
 * Levenshtein counts a swap (`lodahs`) as two, and swaps are the most usual slip of the hand. Answers `max + 1` for
 * anything beyond `max`.
 */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1
  const plain = levenshtein(a, b)
  // A swap costs two there, so the true distance lies between half of it and itself.
  if (plain <= 1) return plain
  if (plain > 2 * max) return max + 1
  return Math.min(alignment(a, b), max + 1)
}

/** The textbook table, three rows of it. Names are short: at most 214 characters. */
function alignment(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
