import { posix } from 'node:path'
import { limits } from '../limits.ts'
import type { Gap, Manifest } from '../types.ts'
import { LineIndex } from './line-index.ts'
import { scanJson, type JsonScan } from './scan-json.ts'

type Problems = string[]
type Table = Readonly<Record<string, unknown>>

/** A manifest together with what a caller needs to point into it. */
export type ManifestReading = {
  readonly manifest: Manifest
  /** What `JSON.parse` gave; hostile. Undefined where nothing could be read. */
  readonly raw: unknown
  readonly text: string
  readonly scan: JsonScan
  readonly gaps: readonly Gap[]
}

const noScan: JsonScan = { offsets: new Map(), duplicates: [], depth: 0 }

/**
 * Reads the bytes of a package.json the way npm does (BOM stripped, invalid UTF-8 replaced, last duplicate key wins).
 * What npm could not read either, or what is no object, is a content gap; the manifest is then empty.
 */
export function readManifest(bytes: Uint8Array): ManifestReading {
  const unreadable = (what: string, text = ''): ManifestReading => ({
    manifest: parseManifest({}),
    raw: undefined,
    text,
    scan: noScan,
    gaps: [{ kind: 'content', what, path: 'package.json' }],
  })
  if (bytes.length > limits.maxManifestBytes) return unreadable(`package.json is ${bytes.length} bytes`)
  const text = new TextDecoder().decode(bytes)
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    return unreadable(`package.json is not JSON: ${error instanceof Error ? error.message : 'unknown'}`, text)
  }
  if (!isTable(raw)) return unreadable('package.json is not an object', text)
  const scan = scanJson(text)
  const parsed = parseManifest(raw)
  const manifest = { ...parsed, dependencies: withLines(parsed.dependencies, text, scan) }
  const problems = [...manifest.problems, ...textProblems(bytes, text, scan)]
  const gaps = beyondLimits(raw, scan).map(what => ({ kind: 'content' as const, what, path: 'package.json' }))
  return { manifest: { ...manifest, problems }, raw, text, scan, gaps }
}

/** Rules name the line of a dependency that comes from elsewhere; ranges of versions need none. */
function withLines(
  dependencies: Manifest['dependencies'],
  text: string,
  { offsets }: JsonScan,
): Manifest['dependencies'] {
  if (!dependencies.some(({ spec }) => spec.includes('/'))) return dependencies
  const lines = new LineIndex('package.json', text)
  return dependencies.map(dependency => {
    const field = dependency.type === 'optional' ? 'optionalDependencies' : 'dependencies'
    const offset = dependency.spec.includes('/') ? offsets.get(`${field}\0${dependency.name}`) : undefined
    return offset === undefined ? dependency : { ...dependency, line: lines.site(offset).line }
  })
}

/** Fields of which only a first part is read when they are longer than any honest one. */
const boundedFields = [
  'scripts',
  'bin',
  'optionalDependencies',
  'dependencies',
  'peerDependencies',
  'devDependencies',
  'bundleDependencies',
  'bundledDependencies',
]

/** What npm would read and we did not: a part that is left out must not pass as clean. */
function beyondLimits(raw: Table, { depth }: JsonScan): string[] {
  const cut = boundedFields.flatMap(field => {
    const value = own(raw, field)
    const count = typeof value === 'object' && value !== null ? Object.keys(value).length : 0
    return count > limits.maxManifestEntries ? [`"${field}" has ${count} entries`] : []
  })
  return depth > limits.maxJsonDepth ? [...cut, `package.json is nested ${depth} deep`] : cut
}

function textProblems(bytes: Uint8Array, text: string, scan: JsonScan): string[] {
  const problems = scan.duplicates.map(key => `key "${key}" appears twice`)
  if (text.includes('\uFFFD') && !Buffer.from(bytes).includes('\uFFFD')) problems.push('invalid UTF-8')
  if (scan.offsets.has('__proto__') || [...scan.offsets.keys()].some(key => key.endsWith('\0__proto__')))
    problems.push('key "__proto__"')
  return problems
}

/**
 * The manifest as npm's normalisation leaves it where that decides what is installed or run (@npmcli/package-json 7,
 * `normalizeSteps`). Never throws: every field of a wrong shape is dropped and listed in `problems`. Bins of
 * `directories.bin` need the file list and are added by `directoryBins`.
 */
export function parseManifest(json: unknown): Manifest {
  const problems: Problems = []
  const raw: Table = isTable(json) ? json : {}
  if (!isTable(json)) problems.push('not an object')
  const name = text(raw, 'name', problems)
  return {
    name,
    version: text(raw, 'version', problems),
    description: text(raw, 'description', problems),
    homepage: text(raw, 'homepage', problems),
    repository: repository(raw, problems),
    scripts: scripts(raw, problems),
    dependencies: dependencies(raw, problems),
    bundled: bundled(raw, problems),
    bins: bins(own(raw, 'bin'), name, problems),
    module: own(raw, 'type') === 'module',
    gypfile: typeof own(raw, 'gypfile') === 'boolean' ? own(raw, 'gypfile') === true : undefined,
    private: own(raw, 'private') === true,
    keywords: strings(own(raw, 'keywords')),
    problems,
  }
}

/** An object that is neither null nor an array. Its keys are the author's: read them with `own`. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A field of hostile JSON, never one inherited from `Object.prototype`. */
export function own(table: unknown, key: string): unknown {
  return isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined
}

function text(raw: Table, key: string, problems: Problems): string | undefined {
  const value = own(raw, key)
  if (typeof value === 'string') return value.slice(0, limits.maxScriptChars)
  if (value !== undefined && value !== null) problems.push(`"${key}" is not a string`)
  return undefined
}

function repository(raw: Table, problems: Problems): string | undefined {
  const several = own(raw, 'repositories')
  const value = Array.isArray(several) ? several[0] : own(raw, 'repository')
  if (typeof value === 'string') return value
  const url = own(value, 'url')
  if (typeof url === 'string') return url
  if (value !== undefined && value !== null) problems.push('"repository" has no url')
  return undefined
}

/** The entries of an object field, at most `limits.maxManifestEntries`. */
function entriesOf(value: unknown, label: string, problems: Problems): [string, unknown][] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object') {
    problems.push(`"${label}" is not an object`)
    return []
  }
  const entries = Object.entries(value)
  if (entries.length <= limits.maxManifestEntries) return entries
  problems.push(`"${label}" has ${entries.length} entries`)
  return entries.slice(0, limits.maxManifestEntries)
}

function scripts(raw: Table, problems: Problems): Manifest['scripts'] {
  const list: { event: string; command: string }[] = []
  for (const [event, command] of entriesOf(own(raw, 'scripts'), 'scripts', problems)) {
    if (typeof command !== 'string') {
      problems.push(`scripts."${event}" is not a string`)
    } else {
      if (command.length > limits.maxScriptChars)
        problems.push(`scripts."${event}" has ${command.length} characters`)
      list.push({ event, command: command.slice(0, limits.maxScriptChars) })
    }
  }
  return list
}

const dependencyFields = [
  ['optionalDependencies', 'optional'],
  ['dependencies', 'prod'],
  ['peerDependencies', 'peer'],
  ['devDependencies', 'dev'],
] as const

/** npm lets `optionalDependencies` override `dependencies` of the same name. */
function dependencies(raw: Table, problems: Problems): Manifest['dependencies'] {
  const list: { name: string; spec: string; type: 'prod' | 'optional' | 'peer' | 'dev' }[] = []
  const optional = new Set<string>()
  for (const [field, type] of dependencyFields) {
    for (const [name, spec] of dependencyEntries(own(raw, field), field, problems)) {
      if (typeof spec !== 'string') problems.push(`${field}."${name}" is not a string`)
      else if (type !== 'prod' || !optional.has(name)) list.push({ name, spec, type })
      if (type === 'optional') optional.add(name)
    }
  }
  return list
}

/** A string or an array of `name@spec` was valid once; npm still expands both where it prepares a manifest. */
function dependencyEntries(value: unknown, field: string, problems: Problems): [string, unknown][] {
  const list = typeof value === 'string' ? value.split(/[\s,]+/) : value
  if (!Array.isArray(list)) return entriesOf(list, field, problems)
  problems.push(`"${field}" is not an object`)
  return strings(list).map(item => {
    const at = item.indexOf('@', 1)
    return at < 0 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)]
  })
}

function bundled(raw: Table, problems: Problems): readonly string[] {
  const value = own(raw, 'bundleDependencies') ?? own(raw, 'bundledDependencies')
  if (value === true) return entriesOf(own(raw, 'dependencies'), 'dependencies', []).map(([name]) => name)
  if (Array.isArray(value)) return strings(value)
  if (isTable(value)) return entriesOf(value, 'bundleDependencies', problems).map(([name]) => name)
  if (value !== undefined && value !== null && value !== false)
    problems.push('"bundleDependencies" is not a list')
  return []
}

type Bin = Manifest['bins'][number]

function bins(value: unknown, name: string | undefined, problems: Problems): readonly Bin[] {
  if (value === undefined || value === null || value === '') return []
  let pairs: [string, unknown][]
  if (typeof value === 'string') pairs = name ? [[name, value]] : []
  else if (Array.isArray(value)) pairs = strings(value).map(path => [posix.basename(path), path])
  else pairs = entriesOf(value, 'bin', problems)
  const list: Bin[] = []
  for (const [key, target] of pairs) {
    const bin = typeof target === 'string' ? normalBin(key, target) : undefined
    if (bin) list.push(bin)
    else problems.push(`bin "${key}" is not valid`)
  }
  return list
}

/** A bin as npm links it: only the last segment of its name counts, its path cannot leave the package. */
export function normalBin(key: string, target: string): Bin | undefined {
  const name = posix.basename(safePath(key))
  const path = safePath(target)
  return name && path ? { name, path } : undefined
}

/** npm's `secureAndUnixifyPath`: `\` and `:` are separators, `..` stops at the package's root. */
export function safePath(path: string): string {
  return posix.join('/', path.replaceAll(/[\\:]/g, '/')).slice(1)
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.filter(item => typeof item === 'string').slice(0, limits.maxManifestEntries)
}
