import { limits } from '../lib/limits.ts'
import type { Lists } from './lists.ts'

/** What is derived from the lists alone, made once for each of them and gone with them. */
export function perLists<Made>(make: (lists: Lists) => Made): (lists: Lists) => Made {
  const made = new WeakMap<Lists, { readonly value: Made }>()
  return lists => {
    const known = made.get(lists)
    if (known !== undefined) return known.value
    const value = make(lists)
    made.set(lists, { value })
    return value
  }
}

/**
 * A pure function that keeps what it answered: every rule asks about the same name and the same few hosts, once for each
 * flow of a package. The keys are texts of inspected packages, so everything is forgotten beyond `limits.maxRemembered`.
 */
export function remembering<Subject, Result>(
  compute: (subject: Subject) => Result,
  keyOf: (subject: Subject) => string,
): (subject: Subject) => Result {
  const known = new Map<string, { readonly value: Result }>()
  return subject => {
    const key = keyOf(subject)
    const found = known.get(key)
    if (found !== undefined) return found.value
    const value = compute(subject)
    if (known.size >= limits.maxRemembered) known.clear()
    known.set(key, { value })
    return value
  }
}
