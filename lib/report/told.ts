import type { Fact, Flow } from '../types.ts'

/**
 * Remembers what earlier phases have told, so that each thing is told once, where it happens first. A statement is
 * asked for by what it says, not by where it stands: a package often ships the same code in several forms.
 */
export type Told = {
  /** The facts that say something new, and how many places the others have. */
  facts(all: readonly Fact[]): { readonly fresh: readonly Fact[]; readonly again: readonly Fact[] }
  flows(all: readonly Flow[]): readonly Flow[]
}

/** An empty memory. */
export function createTold(): Told {
  const facts = new Set<string>()
  const flows = new Set<string>()
  return {
    facts: all => apart(all, facts, factKey),
    flows: all => apart(all, flows, flowKey).fresh,
  }
}

/** What says something that is not known yet, and what does not; then all of it is known. */
function apart<T>(
  all: readonly T[],
  known: Set<string>,
  keyOf: (one: T) => string,
): { readonly fresh: readonly T[]; readonly again: readonly T[] } {
  const fresh: T[] = []
  const again: T[] = []
  const told: string[] = []
  for (const one of all) {
    const key = keyOf(one)
    if (known.has(key)) again.push(one)
    else {
      fresh.push(one)
      told.push(key)
    }
  }
  for (const key of told) known.add(key)
  return { fresh, again }
}

function factKey(fact: Fact): string {
  const { phase: _phase, byCall: _byCall, at: _at, guards: _guards, ...says } = fact
  return JSON.stringify('contents' in says ? { ...says, contents: [] } : says)
}

function flowKey({ source, sink }: Flow): string {
  return JSON.stringify([source.kind, source.name, sink.kind, sink.api, sink.destinations])
}
