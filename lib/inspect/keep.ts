import type { Phase } from '../types.ts'

const order: readonly Phase[] = ['install', 'import', 'run', 'dormant']

/**
 * At most `most` items, those that run first coming first. Where there are more, each kind of item has its turn before
 * any has a second one: thousands of harmless reads must not push out the one flow that matters.
 */
export function keep<T extends { readonly phase: Phase }>(
  items: readonly T[],
  most: number,
  kindOf: (item: T) => string,
): T[] {
  const sorted = items.toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
  if (sorted.length <= most) return sorted
  const turns = new Map<string, number>()
  const ranked = sorted.map(item => {
    const kind = `${item.phase} ${kindOf(item)}`
    const turn = turns.get(kind) ?? 0
    turns.set(kind, turn + 1)
    return { item, turn }
  })
  const chosen = new Set(
    ranked
      .toSorted((a, b) => a.turn - b.turn)
      .slice(0, most)
      .map(({ item }) => item),
  )
  return sorted.filter(item => chosen.has(item))
}
