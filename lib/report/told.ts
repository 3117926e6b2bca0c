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
    facts(all) {
      const fresh = all.filter(fact => !facts.has(factKey(fact)))
      const again = all.filter(fact => facts.has(factKey(fact)))
      for (const fact of fresh) facts.add(factKey(fact))
      return { fresh, again }
    },
    flows(all) {
      const fresh = all.filter(flow => !flows.has(flowKey(flow)))
      for (const flow of fresh) flows.add(flowKey(flow))
      return fresh
    },
  }
}

function factKey(fact: Fact): string {
  const { phase: _phase, byCall: _byCall, at: _at, guards: _guards, ...says } = fact
  return JSON.stringify('contents' in says ? { ...says, contents: [] } : says)
}

function flowKey({ source, sink }: Flow): string {
  return JSON.stringify([source.kind, source.name, sink.kind, sink.api, sink.destinations])
}
