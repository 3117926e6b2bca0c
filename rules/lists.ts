/**
 * The lists the rules judge with, as plain values: rules do no I/O, so whoever runs them reads `rules/data/` once and
 * hands the result over in `Context.lists`. `lib/store/load-lists.ts` does it for the program.
 */

export type WordStrength = 'strong' | 'weak' | 'never'

/**
 * A brand that malware imitates. `verified` says that the registry or published code confirmed what it owns; the rest
 * is public knowledge, and a host judged against an unverified brand weighs less.
 */
export type Brand = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly verified: boolean
  /** `strong` names the brand by itself; `weak` is also an ordinary or ecosystem word; `never` counts for nothing alone. */
  readonly words: readonly { readonly word: string; readonly strength: WordStrength }[]
  /** Names that tokenising takes apart, as they are written: `crypto.com`, `pump-fun`. */
  readonly phrases: readonly string[]
  /** Where present, a weak word counts only next to one of these. */
  readonly contextWords: readonly string[]
  readonly domains: readonly string[]
  readonly apiHosts: readonly string[]
  readonly scopes: readonly string[]
  readonly packages: readonly string[]
  readonly thirdParty: readonly string[]
  readonly unrelatedScopes: readonly string[]
  readonly githubOrgs: readonly string[]
}

/** A kind of host anybody can rent, or that collects what it is sent. Weight 3 is strong alone, 1 only context. */
export type HostClass = {
  readonly kind: string
  readonly class: string
  readonly weight: number
  /** A domain (matches it and everything below), a bare top-level domain, or a domain with the start of a path (`#` at its end: a digit). */
  readonly patterns: readonly string[]
}

export type HostList = {
  readonly classes: readonly HostClass[]
  /** Shared hosts of documentation: never an alarm, whatever their labels say. */
  readonly documentation: readonly string[]
  /** Services whose host names name their customers or chains by arrangement: nodes of chains, help desks, CDNs. */
  readonly neutral: readonly string[]
  /** Domains developers trust without looking: worth imitating. */
  readonly infrastructure: readonly string[]
  /** Suffixes below which the public registers: `co.uk`. */
  readonly secondLevel: readonly string[]
  /** Where everybody's packages, runtimes and browser drivers come from. */
  readonly supplies: readonly string[]
  /** Addresses at which everybody may ask for names: those of well-known public resolvers. */
  readonly resolvers: readonly string[]
  /** Domains of lists that are asked by a looked-up name with the asker's key in it. */
  readonly dnsLists: readonly string[]
  /** Where pages take the files of public libraries from. */
  readonly libraries: readonly string[]
}

export type WordList = {
  /** Words an SDK or a trading tool carries in its name. */
  readonly sdk: ReadonlySet<string>
  /** Brand kinds that hold money. */
  readonly money: ReadonlySet<string>
  /** Words people add to a name they imitate: `js`, `node`, `pro`. */
  readonly affixes: ReadonlySet<string>
  /** Ordinary words that resemble a brand word: `finance` is one letter from an exchange. */
  readonly stop: ReadonlySet<string>
}

export type KnownMalware = {
  readonly name: string
  readonly version: string
  readonly category: string
  readonly id: string
  readonly source: string
}

/** A report that names versions by a range, or says that all are malware: never a block, since nobody listed them. */
export type ReportedRange = {
  /** `*`, or comparators as semver reads them: `>=1.2.3 <1.2.5`. */
  readonly range: string
  readonly category: string
  readonly id: string
  readonly source: string
}

export type MalwareList = {
  /** By sha256 of the tarball, hex. */
  readonly byHash: ReadonlyMap<string, KnownMalware>
  /** By `name@version`. A bare name is never a key: over 500 listed names are healthy packages today. */
  readonly byVersion: ReadonlyMap<string, KnownMalware>
  /** By name: what a person should look at before installing. */
  readonly reported: ReadonlyMap<string, readonly ReportedRange[]>
  /** When the newest part was generated, ISO date. */
  readonly date: string
}

export type Lists = {
  /** Name → floor(log2(downloads a month)). */
  readonly popular: ReadonlyMap<string, number>
  /** Names worth imitating although few download them. */
  readonly targets: readonly string[]
  /** Names and `@scope/*` that resemble a better known one, and are well known themselves. */
  readonly neighbours: ReadonlySet<string>
  readonly brands: readonly Brand[]
  readonly hosts: HostList
  readonly words: WordList
  /** Character → the ASCII letter or digit it looks like. */
  readonly confusables: ReadonlyMap<string, string>
  readonly malware: MalwareList
}
