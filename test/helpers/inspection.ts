/**
 * Inspections and contexts for tests of rules: name what matters, the rest is that of an empty, honest package.
 * Nothing here is ever executed.
 */
import { loadLists } from '../../lib/store/load-lists.ts'
import type {
  Context,
  Fact,
  Flow,
  Hook,
  Inspection,
  Manifest,
  Phase,
  Site,
  SinkKind,
  SourceKind,
} from '../../lib/types.ts'

const lists = loadLists()
const day = 24 * 60 * 60 * 1000

/** A place in `index.js`; `code` is the excerpt. */
export function siteOf(code = '', path = 'index.js', line = 1): Site {
  return { path, line, column: 1, code }
}

/** A manifest with a repository, so that its absence is a choice of the test. */
export function manifestOf(part: Partial<Manifest> = {}): Manifest {
  return {
    name: 'some-package',
    version: '1.0.0',
    description: undefined,
    homepage: undefined,
    repository: 'https://github.com/some-owner/some-package',
    scripts: [],
    dependencies: [],
    bundled: [],
    bins: [],
    module: false,
    gypfile: undefined,
    private: false,
    keywords: [],
    problems: [],
    ...part,
  }
}

/** An inspection of a package with the given parts; `manifest` is completed by `manifestOf`. */
export function inspectionOf(
  part: Partial<Omit<Inspection, 'manifest'>> & { readonly manifest?: Partial<Manifest> } = {},
): Inspection {
  const { manifest, ...rest } = part
  return {
    manifest: manifestOf(manifest),
    files: [],
    hooks: [],
    entries: [],
    edges: [],
    facts: [],
    flows: [],
    gaps: [],
    bundled: [],
    dropped: 0,
    ...rest,
  }
}

/** A registry package, not direct, of unknown age, judged on a fixed day with the shipped lists. */
export function contextOf(part: Partial<Context> = {}): Context {
  return {
    name: 'some-package',
    version: '1.0.0',
    source: 'registry',
    resolved: undefined,
    direct: false,
    typed: false,
    sha256: undefined,
    integrity: undefined,
    registryManifest: undefined,
    publishedAt: undefined,
    downloads: undefined,
    previous: undefined,
    siblings: new Set(),
    origin: [],
    lists,
    now: Date.UTC(2026, 10, 22),
    ...part,
  }
}

/** `days` before the day `contextOf` judges on, in ms. */
export function daysAgo(days: number): number {
  return Date.UTC(2026, 10, 22) - days * day
}

/** A fact that the package contacts these destinations. */
export function contacts(...destinations: readonly string[]): Fact {
  return {
    kind: 'contacts',
    api: 'global:fetch',
    destinations,
    phase: 'import',
    byCall: false,
    at: siteOf(`fetch('${destinations[0] ?? ''}')`),
    guards: [],
  }
}

/** A fact that the package patches `target` (`ccxt.mexc.prototype.sign`). */
export function patches(target: string): Fact {
  return {
    kind: 'patches',
    target,
    api: 'assign',
    phase: 'import',
    byCall: false,
    at: siteOf(target),
    guards: [],
  }
}

/** A flow from a source to a sink, by default a certain one from a secret variable to the network on import. */
export function flowOf(
  part: {
    readonly source?: SourceKind
    readonly name?: string
    readonly sink?: SinkKind
    readonly to?: readonly string[]
    readonly phase?: Phase
    readonly byCall?: boolean
    readonly certain?: boolean
  } = {},
): Flow {
  return {
    source: {
      kind: part.source ?? 'env-secret',
      name: part.name ?? 'API_SECRET',
      at: siteOf('process.env.API_SECRET'),
    },
    sink: {
      kind: part.sink ?? 'network',
      api: 'global:fetch',
      role: 'payload',
      destinations: part.to ?? [],
      at: siteOf(`fetch('${part.to?.[0] ?? ''}')`, 'index.js', 2),
    },
    hops: [],
    guards: [],
    phase: part.phase ?? 'import',
    byCall: part.byCall ?? false,
    certain: part.certain ?? true,
  }
}

/** A hook that npm would run when installing. */
export function hookOf(command: string, event = 'postinstall'): Hook {
  return { event, command, implicit: false, starts: [], at: siteOf(command, 'package.json') }
}
