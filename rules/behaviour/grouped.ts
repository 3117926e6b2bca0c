/** The different values that come with each key. */
export function distinctByKey(
  pairs: Iterable<readonly [key: string, value: string]>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const [key, value] of pairs) {
    const known = found.get(key)
    if (known === undefined) found.set(key, new Set([value]))
    else known.add(value)
  }
  return found
}
