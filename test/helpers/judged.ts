import { loadLists } from '../../lib/store/load-lists.ts'
import type {
  Context,
  Finding,
  Inspection,
  JudgedPackage,
  Manifest,
  PlannedPackage,
  Site,
} from '../../lib/types.ts'
import type { Report } from '../../lib/report/report.ts'
import { decide } from '../../lib/judge/decide.ts'
import { summarise } from '../../lib/judge/summarise.ts'

/** A place in a file, for tests that do not care which. */
export function site(path: string, line = 1, code = ''): Site {
  return { path, line, column: 1, code }
}

export function manifest(over: Partial<Manifest> = {}): Manifest {
  return {
    name: 'a',
    version: '1.0.0',
    description: undefined,
    homepage: undefined,
    repository: undefined,
    scripts: [],
    dependencies: [],
    bundled: [],
    bins: [],
    module: false,
    gypfile: undefined,
    private: false,
    keywords: [],
    problems: [],
    ...over,
  }
}

/** An inspection of one harmless 100-byte file. */
export function inspection(over: Partial<Inspection> = {}): Inspection {
  return {
    manifest: manifest(),
    files: [{ path: 'index.js', bytes: 100, mode: 0o644, sha256: '00', kind: 'javascript', phase: 'import' }],
    hooks: [],
    entries: [],
    edges: [],
    facts: [],
    flows: [],
    gaps: [],
    bundled: [],
    dropped: 0,
    ...over,
  }
}

export function context(over: Partial<Context> = {}): Context {
  return {
    name: 'a',
    version: '1.0.0',
    source: 'registry',
    resolved: 'https://registry.example/a/-/a-1.0.0.tgz',
    direct: true,
    typed: true,
    sha256: '00',
    integrity: 'sha512-AAAA',
    registryManifest: undefined,
    publishedAt: 1,
    downloads: 2,
    previous: undefined,
    siblings: new Set(),
    origin: [],
    lists: loadLists(),
    now: 3,
    ...over,
  }
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    rule: 'some-rule',
    severity: 'high',
    action: 'ask',
    phase: 'install',
    message: 'while npm installs it it does something odd',
    location: { path: 'setup.js', line: 3, column: 5 },
    evidence: 'odd(thing)',
    ...over,
  }
}

export function planned(over: Partial<PlannedPackage> = {}): PlannedPackage {
  const name = over.name ?? 'a'
  return {
    name,
    version: '1.0.0',
    spec: '^1.0.0',
    resolved: `https://registry.example/${name}/-/${name}-1.0.0.tgz`,
    integrity: 'sha512-AAAA',
    fetchSpec: undefined,
    location: `node_modules/${name}`,
    source: 'registry',
    direct: true,
    typed: false,
    optional: false,
    dev: false,
    requiredBy: [''],
    unchanged: false,
    registryManifest: undefined,
    ...over,
  }
}

export function judged(over: Partial<JudgedPackage> = {}, of: Partial<PlannedPackage> = {}): JudgedPackage {
  return {
    package: planned(of),
    verdict: { kind: 'allow', findings: [] },
    scripts: [],
    gaps: [],
    inspection: inspection(),
    fromCache: false,
    ...over,
  }
}

/** A report over packages, decided and counted as the program does it. */
export function report(packages: readonly JudgedPackage[], over: Partial<Report> = {}): Report {
  return {
    tool: { version: '0.1.0', rules: 9 },
    decision: decide(packages),
    summary: summarise(packages, 1234),
    packages,
    titles: new Map([
      ['some-rule', 'Does something odd'],
      ['secret-exfiltration', 'Sends credentials away'],
    ]),
    ...over,
  }
}
