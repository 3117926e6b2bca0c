import type { Unpacked } from '../fetch/unpacked.ts'
import { limits } from '../limits.ts'
import type {
  Entry,
  Fact,
  Gap,
  Hook,
  InspectedFile,
  Inspection,
  Manifest,
  Phase,
  Site,
  SourceType,
} from '../types.ts'
import { CodeAnalysis, type CodeHost } from './code/analysis.ts'
import type { CodeRun } from './code/code-run.ts'
import { GatedAnalysis } from './code/lexer/gated-analysis.ts'
import { discoverEntries } from './entries/discover-entries.ts'
import { hooksOf, isCut } from './entries/hooks.ts'
import { joinInside, folderOf } from './entries/package-files.ts'
import { resolveInPackage, resolvePath } from './entries/resolve-in-package.ts'
import { earlier, Follower } from './follow.ts'
import { readGyp } from './gyp.ts'
import { sha256Hex } from './hash.ts'
import { hiddenText } from './hidden-text.ts'
import { keep } from './keep.ts'
import { LineIndex } from './line-index.ts'
import { own, readManifest, type ManifestReading } from './manifest.ts'
import { nativeFormat } from './native-format.ts'
import { offScreen } from './off-screen.ts'
import { isOpenedSettings, openedCommands } from './opened-settings.ts'
import { overridesIn } from './overrides.ts'
import { PackageView, splitPackages } from './package-view.ts'

export type InspectOptions = {
  readonly source: SourceType
  /** The analysis of JavaScript, where tests put another in its place. */
  readonly analysis?: (host: CodeHost) => CodeRun
}

/**
 * Everything one artifact contains: manifest, files, what runs when, what it can do, what travels where, and what could
 * not be looked at. Pure and synchronous. Packages in the artifact's own node_modules are inspected each as a package
 * of its own, whether or not they are listed as bundled.
 */
export function inspectPackage(unpacked: Unpacked, options: InspectOptions): Inspection {
  const packages = splitPackages(unpacked.files)
  const wanted = new Map<string, Entry[]>()
  const want = (entry: Entry): void => {
    const location = packageAround(entry.path, packages)
    if (location === '') return
    const entries = wanted.get(location) ?? []
    wanted.set(location, [...entries, { ...entry, path: entry.path.slice(location.length + 1) }])
  }
  const inspect = (location: string, source: SourceType): Inspection => {
    const view = new PackageView(packages.get(location) ?? [])
    const entries = wanted.get(location) ?? []
    return inspectOne({ view, location, entries, want }, { ...options, source })
  }
  const inspection = inspect('', options.source)
  const gaps = [...unpacked.gaps, ...inspection.gaps]
  const bundled = new Map<string, Inspection>()
  for (const location of packages.keys()) {
    if (location === '') continue
    if (bundled.size >= limits.maxNestedPackages) {
      gaps.push({
        kind: 'content',
        what: `more than ${limits.maxNestedPackages} packages inside the package`,
      })
      break
    }
    bundled.set(location, inspect(location, 'bundled'))
  }
  // Once more where one that came later loads a file of it that nothing had reached.
  for (const [location, known] of bundled) {
    const isReached = ({ path, phase }: Entry): boolean =>
      known.files.some(
        file =>
          (file.path === path || file.path.startsWith(`${path}.`) || file.path.startsWith(`${path}/`)) &&
          earlier(file.phase, phase) === file.phase,
      )
    if (wanted.get(location)?.every(isReached) === false) bundled.set(location, inspect(location, 'bundled'))
  }
  return {
    ...inspection,
    facts: [...unpacked.tricks, ...inspection.facts],
    gaps,
    bundled: [...bundled].map(([location, one]) => ({ location, inspection: one })),
  }
}

/** The folder of the innermost package of the tarball that a path lies in; '' for the package itself. */
function packageAround(path: string, packages: ReadonlyMap<string, unknown>): string {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
    if (packages.has(path.slice(0, end))) return path.slice(0, end)
  return ''
}

type Part = {
  readonly view: PackageView
  /** Its folder in the tarball. */
  readonly location: string
  /** Files of it that other packages of the tarball load, beside those its manifest names. */
  readonly entries: readonly Entry[]
  /** Told of each file of another package of the tarball that it loads; `path` is the tarball's. */
  readonly want: (entry: Entry) => void
}

function inspectOne({ view, location, entries, want }: Part, options: InspectOptions): Inspection {
  const reading = manifestOf(view, options.source)
  const loaded: { readonly from: string; readonly path: string }[] = []
  const code = (options.analysis ?? analyse)(codeHost(view, location, reading.manifest, loaded))
  const discovered = discoverEntries(view, reading.manifest)
  const manifest: Manifest = {
    ...reading.manifest,
    bins: discovered.bins,
    problems: [...reading.manifest.problems, ...discovered.problems],
  }
  const follower = new Follower(view, manifest, code)
  const hooks = followHooks(view, reading, manifest, options.source, follower)
  for (const entry of discovered.entries) follower.entry(entry)
  for (const { path, ...entry } of entries)
    for (const found of resolvePath(view, path)) follower.entry({ ...entry, path: found })
  const gyp = followGyp(view, hooks, follower)
  follower.run()
  const result = code.result()
  const phases = new Map(follower.phases)
  for (const [path, phase] of result.filePhases ?? [])
    phases.set(path, earlier(phase, phases.get(path) ?? 'dormant'))
  for (const { from, path } of loaded) {
    const phase = phases.get(from) ?? 'import'
    if (phase !== 'dormant') want({ path, phase, via: from })
  }
  for (const entry of follower.bundled)
    want({ ...entry, path: joinInside(location, entry.path) ?? entry.path })
  const gaps = [
    ...reading.gaps,
    ...discovered.gaps,
    ...follower.gaps,
    ...gyp.gaps,
    ...result.gaps,
    ...unread(hooks),
  ]
  reachNatives(view, result.facts, phases)
  const facts = [...gyp.facts, ...follower.facts, ...result.facts, ...fileFacts(view, phases, code)]
  const flows = [...follower.flows, ...result.flows]
  return {
    manifest,
    files: filesOf(view, phases),
    hooks,
    entries: follower.entries,
    edges: [...follower.edges.values(), ...result.edges],
    facts: keep(facts, limits.maxFactsPerPackage, fact => `${fact.kind} ${'api' in fact ? fact.api : ''}`),
    flows: keep(
      flows,
      limits.maxFactsPerPackage,
      ({ source, sink }) => `${source.kind} ${sink.kind} ${sink.api} ${sink.role}`,
    ),
    gaps,
    bundled: [],
    dropped:
      Math.max(0, facts.length - limits.maxFactsPerPackage) +
      Math.max(0, flows.length - limits.maxFactsPerPackage),
  }
}

function analyse(host: CodeHost): CodeRun {
  return new GatedAnalysis(host, inner => new CodeAnalysis(inner))
}

/** A folder in node_modules may do without a manifest: Node then loads its index.js. */
function manifestOf(view: PackageView, source: SourceType): ManifestReading {
  const path = view.files.paths.has('package.json') ? 'package.json' : undefined
  const bytes = path === undefined ? undefined : view.bytes(path)
  if (bytes) return readManifest(bytes)
  const empty = readManifest(Buffer.from('{}'))
  return source === 'bundled'
    ? empty
    : { ...empty, gaps: [{ kind: 'content', what: 'package.json is missing' }] }
}

/** `loaded` gets what may lie in another package of the tarball: the file that loads it, and where it would lie. */
function codeHost(
  view: PackageView,
  location: string,
  { name, version, description }: Manifest,
  loaded: { readonly from: string; readonly path: string }[],
): CodeHost {
  return {
    text: path => view.text(path),
    resolve: (written, specifier, how) => {
      const from = written.split('#', 1)[0] ?? written
      const [found] = resolveInPackage(view, from, specifier, how)
      if (found === undefined && loaded.length < limits.maxExportsTargets)
        for (const path of elsewhere(location, from, specifier)) loaded.push({ from, path })
      return found
    },
    alternatives: (from, specifier, how) => resolveInPackage(view, from, specifier, how).slice(1),
    below: folder => view.files.below(folder),
    manifest: { name, version, description, raw: view.manifest('') },
  }
}

/** Where in the tarball a file lies that is none of the package's own: beside it, or in a node_modules around it. */
function elsewhere(location: string, from: string, specifier: string): readonly string[] {
  if (specifier.startsWith('.')) {
    const path = joinInside('', `${location}/${folderOf(from)}/${specifier}`)
    return path?.includes('node_modules/') === true ? [path] : []
  }
  if (!/^(?:@[\w.~-]+\/)?[\w.~-]+\/[^?#]+$/.test(specifier)) return []
  const folders =
    location === '' ? [''] : [location, folderOf(location).replace(/(?:^|\/)node_modules.*$/, '')]
  return folders.map(folder => `${folder === '' ? '' : `${folder}/`}node_modules/${specifier}`)
}

function followHooks(
  view: PackageView,
  reading: ManifestReading,
  manifest: Manifest,
  source: SourceType,
  follower: Follower,
): readonly Hook[] {
  const lines = new LineIndex('package.json', reading.text)
  const start = (event: string): number => reading.scan.offsets.get(`scripts\0${event}`) ?? 0
  const hooks = hooksOf({
    manifest,
    workspaces: Boolean(own(reading.raw, 'workspaces')),
    files: view.files,
    source,
    site: event => lines.site(start(event)),
    gypSite: path => new LineIndex(path, view.text(path) ?? '').site(0),
  })
  return hooks.map(hook => {
    const escaped = escapedOffsets(hook.command)
    const place = (from: number, to: number): Site =>
      hook.implicit
        ? hook.at
        : lines.site(start(hook.event) + 1 + escaped(from), hook.command.slice(from, to))
    return follower.hook(hook, place)
  })
}

/** Where each character of a script stands in its JSON string, by the usual escapes. */
function escapedOffsets(command: string): (offset: number) => number {
  if (JSON.stringify(command).length === command.length + 2) return offset => offset
  const offsets = new Uint32Array(command.length + 1)
  for (let i = 0; i < command.length; i++)
    offsets[i + 1] = (offsets[i] ?? 0) + JSON.stringify(command.charAt(i)).length - 2
  return offset => offsets[Math.min(offset, command.length)] ?? 0
}

type GypFacts = { readonly facts: readonly Fact[]; readonly gaps: readonly Gap[] }

/**
 * gyp files are read from binding.gyp on; node-gyp adds two more from the root. A hook that compiles may do so in another
 * folder (`cd crypto && node-gyp rebuild`): then each binding.gyp counts. The others are read but not followed.
 */
function followGyp(view: PackageView, hooks: readonly Hook[], follower: Follower): GypFacts {
  const facts: Fact[] = []
  const gaps: Gap[] = []
  const root = view.files.find('binding.gyp')
  const all = [...view.files.paths].filter(path => view.kind(path) === 'gyp')
  const pending =
    root === undefined
      ? []
      : [root, ...['config.gypi', 'common.gypi'].filter(path => view.files.paths.has(path))]
  if (hooks.some(hook => !hook.implicit && compiles(hook, view)))
    pending.push(...all.filter(path => path.endsWith('/binding.gyp') && !path.includes('node_modules/')))
  const reached = new Set<string>()
  // An included file is pasted into the one that includes it: what it runs, runs in that one's folder.
  const folders = new Map<string, string>()
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    if (reached.has(path)) continue
    const cwd = folders.get(path) ?? folderOf(path)
    reached.add(path)
    const reading = readGyp(path, view.text(path) ?? '')
    const phase: Phase = hooks.length > 0 ? 'install' : 'dormant'
    follower.phases.set(path, phase)
    gaps.push(...reading.gaps)
    for (const { command, how, at } of reading.commands) {
      facts.push({ kind: 'gyp-command', command, how, phase, byCall: false, guards: [], at })
      if (phase === 'install' && how !== 'condition' && how !== 'python')
        follower.line(command, at, path, phase, cwd)
    }
    for (const include of reading.includes) {
      const target = joinInside(folderOf(path), include)
      const found = target === undefined ? undefined : view.files.find(target)
      if (found === undefined) continue
      if (!found.endsWith('.gyp') && !folders.has(found)) folders.set(found, cwd)
      pending.push(found)
    }
  }
  if (reached.size > 0 && hooks.length > 0) follower.compiled('binding.gyp')
  for (const path of all) {
    if (reached.has(path)) continue
    for (const { command, how, at } of readGyp(path, view.text(path) ?? '').commands)
      facts.push({ kind: 'gyp-command', command, how, phase: 'dormant', byCall: false, guards: [], at })
  }
  return { facts, gaps }
}

function compiles({ command, starts }: Hook, view: PackageView): boolean {
  return [command, ...starts.map(path => view.text(path) ?? '')].some(text => /\bnode-gyp\b/.test(text))
}

function unread(hooks: readonly Hook[]): Gap[] {
  return hooks
    .filter(({ command }) => isCut(command))
    .map(({ event }) => ({
      kind: 'content',
      what: `the ${event} script is too long to be read`,
      path: 'package.json',
    }))
}

function filesOf(view: PackageView, phases: ReadonlyMap<string, Phase>): InspectedFile[] {
  return [...view.packed()].map(({ path, bytes, mode }) => ({
    path,
    bytes: bytes.length,
    mode,
    sha256: sha256Hex(bytes),
    kind: view.kind(path),
    phase: phases.get(path) ?? 'dormant',
  }))
}

/**
 * Loaders of compiled code are given a folder or a name, and choose the file for the computer: all that may be chosen
 * are reached when the loader is called.
 */
function reachNatives(view: PackageView, facts: readonly Fact[], phases: Map<string, Phase>): void {
  for (const { path } of view.packed()) {
    if (view.kind(path) !== 'native') continue
    for (const fact of facts) {
      const reached =
        fact.kind === 'loads'
          ? fact.native && path.endsWith('.node') && fact.targets.some(target => isFoundBy(target, path))
          : fact.kind === 'starts' && fact.commands.some(command => command.includes(`<package>/${path}`))
      if (reached) phases.set(path, earlier(fact.phase, phases.get(path) ?? 'dormant'))
    }
  }
}

/** `<package>`, a folder of it, or `bindings('name')`. */
function isFoundBy(target: string, path: string): boolean {
  const own = /^(?:file:\/\/)?<package>\/?(.*)$/.exec(target)?.[1]
  if (own !== undefined) return own === '' || path === own || path.startsWith(own.replace(/\/?$/, '/'))
  const name = target.replace(/\.node$/, '')
  return /^[\w.-]+$/.test(name) && (path.endsWith(`/${name}.node`) || path === `${name}.node`)
}

const textKinds = new Set(['javascript', 'json', 'shell', 'batch', 'powershell', 'python', 'gyp'])

/** What can be said of a file without knowing its language: programs, hidden characters, code out of view. */
function fileFacts(view: PackageView, phases: ReadonlyMap<string, Phase>, code: CodeRun): Fact[] {
  const facts: Fact[] = []
  for (const { path, bytes } of view.packed()) {
    const base = { phase: phases.get(path) ?? 'dormant', byCall: false, guards: [] } as const
    const kind = view.kind(path)
    if (kind === 'native') {
      const { format, arch } = nativeFormat(bytes) ?? { format: 'v8-bytecode', arch: 'any' }
      facts.push({ kind: 'native-binary', format, arch, ...base, at: { path, line: 1, column: 1, code: '' } })
    }
    if (!textKinds.has(kind)) continue
    const text = (): string => view.text(path) ?? ''
    if (isOpenedSettings(path))
      for (const { command, by, at } of openedCommands(path, text()))
        facts.push({ kind: 'starts', api: by, commands: [command], manner: ['when-opened'], ...base, at })
    for (const { characters, count, at } of hiddenText(path, bytes, text))
      facts.push({ kind: 'hidden-text', characters, count, ...base, at })
    if (kind !== 'json')
      for (const { blanks, at } of offScreen(path, text(), kind === 'javascript'))
        facts.push({ kind: 'off-screen', blanks, ...base, at })
    // Where no interpreter was needed the file is parsed for this, hence only what is reached.
    if (kind === 'javascript' && base.phase !== 'dormant')
      for (const override of overridesIn(path, text(), () => code.program?.(path), code.extended?.(path)))
        facts.push({ kind: 'overrides', ...base, ...override, phase: whenCalled(base.phase), byCall: true })
  }
  return facts
}

/** What a module prepares while it loads acts when somebody uses the client. */
function whenCalled(phase: Phase): Phase {
  return phase === 'import' ? 'run' : phase
}
