import type { SourceRecord, Taint } from './values.ts'

/**
 * Clients that a caller made and signed in, and that the code wraps: `new Proxy(client, …)`, or a method of it that is
 * bound to it to be called later. Options are never wrapped; what is read off such a client is for its own service.
 */
export class WrappedClients {
  /** What a parameter or a member is of the caller's, by what it was before it had that name. */
  readonly #from = new Map<SourceRecord, Set<SourceRecord>>()
  readonly #wrapped = new Set<SourceRecord>()

  /** That something a caller passed is known by another name, or that a secret was read from it. */
  named(own: SourceRecord, before: SourceRecord): void {
    if (own === before) return
    const known = this.#from.get(own)
    if (known === undefined) this.#from.set(own, new Set([before]))
    else known.add(before)
  }

  wrap(taints: readonly Taint[]): void {
    for (const { source } of taints)
      if (source.kind === 'caller' && source.entrusted === undefined) this.#wrapped.add(source)
  }

  /** Whether it is, or was read from, something that the code wraps. */
  holds(source: SourceRecord): boolean {
    if (this.#wrapped.size === 0) return false
    const seen = new Set([source])
    for (const one of seen) {
      if (this.#wrapped.has(one)) return true
      for (const before of this.#from.get(one) ?? []) seen.add(before)
    }
    return false
  }
}
