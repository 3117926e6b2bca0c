import type { Lists } from '../lists.ts'
import { nameLookup, nearIdentical } from './name-lookup.ts'

export type Suggestion = { readonly target: string; readonly why: string }

/**
 * "Did you mean …?" for a name as typed, before anything is fetched: the known names it is near-identical to, the most
 * used first, at most three. Each target can be installed as it stands. Empty for known names and for
 * names that resemble nothing.
 */
export function suggestNames(typed: string, lists: Lists): readonly Suggestion[] {
  return nameLookup(typed, lists)
    .filter(match => match.score >= nearIdentical && !match.target.endsWith('/*'))
    .slice(0, 3)
    .map(match => ({ target: match.target, why: match.reason }))
}
