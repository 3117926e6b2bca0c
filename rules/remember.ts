import { limits } from '../lib/limits.ts'
import type { Lists } from './lists.ts'

/** What is derived from an object alone: made once for each, and gone with it. */
export function oncePer<Key extends object, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new WeakMap<Key, { readonly value: Made }>()
  return key => {
    const known = made.get(key)
    if (known !== undefined) return known.value
    const value = make(key)
    made.set(key, { value })
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

/** The same of a function that looks into the lists as well. */
export function rememberingByLists<Subject, Result>(
  compute: (subject: Subject, lists: Lists) => Result,
  keyOf: (subject: Subject) => string,
): (subject: Subject, lists: Lists) => Result {
  const answers = oncePer((lists: Lists) => remembering((subject: Subject) => compute(subject, lists), keyOf))
  return (subject, lists) => answers(lists)(subject)
}
