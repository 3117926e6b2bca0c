import { limits } from '../../limits.ts'
import type { Entry, Gap, Manifest } from '../../types.ts'
import { isTable, own } from '../manifest.ts'
import { binsOf } from './bins.ts'
import { isNeverRun } from './never-run.ts'
import { joinInside } from './package-files.ts'
import { isPattern, packageTargets, type PackageTarget } from './package-targets.ts'
import { resolveInPackage, resolvePath, type ResolveHost } from './resolve-in-package.ts'

export type DiscoveredEntries = {
  readonly entries: readonly Entry[]
  readonly bins: Manifest['bins']
  readonly problems: readonly string[]
  /** What Node might load and was not looked for: the manifest is beyond the limits. */
  readonly gaps: readonly Gap[]
}

/** Fields by which Node, bundlers, browsers and CDNs choose the file that is loaded. */
const mainFields = [
  'main',
  'module',
  'browser',
  'jsnext:main',
  'esnext',
  'es2015',
  'react-native',
  'unpkg',
  'jsdelivr',
]

/**
 * Everything of the package that runs when it is imported or when a bin is called, `via` naming how. Hooks are
 * entries only once their commands have been read. Man pages, types and files nobody names are no entries.
 */
export function discoverEntries(host: ResolveHost, manifest: Manifest): DiscoveredEntries {
  const raw = host.manifest('')
  const found = new Collector()
  const problems: string[] = []
  const cut: string[] = []
  for (const field of mainFields) collectMain(host, field, own(raw, field), found)
  collectIndex(host, found)
  for (const field of ['exports', 'imports'] as const) {
    const map = packageTargets(own(raw, field), field)
    problems.push(...map.problems)
    cut.push(...map.cut)
    // Only the package itself can ask for `#x`: those files are found where its code does.
    if (field === 'exports') for (const target of map.targets) collectTarget(host, field, target, found)
    if (found.work > maxPatternWork) cut.push(`"${field}" has more patterns than can be expanded`)
  }
  const bins = binsOf(manifest, raw, host.files)
  for (const { name, path } of bins) {
    const file = host.files.find(path) ?? resolvePath(host, path)[0]
    if (file === undefined) problems.push(`bin "${name}" names ${path}, which is not in the package`)
    else found.add({ phase: 'run', via: `bin:${name}`, path: file })
  }
  problems.push(...configProblems(host))
  if (found.isFull) cut.push(`it has more than ${limits.maxExportsTargets} entries`)
  const gaps = [...new Set(cut)].map(what => ({ kind: 'content' as const, what, path: 'package.json' }))
  return { entries: found.entries, bins, problems, gaps }
}

/** Paths compared with patterns; thousands of patterns over thousands of files would otherwise take minutes. */
const maxPatternWork = 20_000_000

class Collector {
  work = 0
  readonly entries: Entry[] = []
  readonly #seen = new Set<string>()

  get isFull(): boolean {
    return this.entries.length >= limits.maxExportsTargets
  }

  add(entry: Entry): void {
    const key = `${entry.phase}\0${entry.path}`
    if (this.#seen.has(key) || this.isFull) return
    this.#seen.add(key)
    this.entries.push(entry)
  }
}

/** `browser` may also be a map of replacements: `{ "./a.js": "./b.js", "fs": false }`. */
function collectMain(host: ResolveHost, field: string, value: unknown, found: Collector): void {
  const targets = isTable(value) ? Object.values(value).slice(0, limits.maxManifestEntries) : [value]
  for (const target of targets) {
    if (typeof target !== 'string' || target === '') continue
    const path = joinInside('', target)
    if (path === undefined) continue
    for (const file of resolvePath(host, path, target.endsWith('/')))
      found.add({ phase: 'import', via: field, path: file })
  }
}

/** Without a usable `main` Node loads `index.js`, `index.json` or `index.node`. */
function collectIndex(host: ResolveHost, found: Collector): void {
  const main = own(host.manifest(''), 'main')
  const path = typeof main === 'string' && main !== '' ? joinInside('', main) : undefined
  if (path !== undefined && resolvePath(host, path).length > 0) return
  for (const file of resolveInPackage(host, 'package.json', './', 'require'))
    found.add({ phase: 'import', via: 'index', path: file })
}

function collectTarget(
  host: ResolveHost,
  field: string,
  { subpath, conditions, target }: PackageTarget,
  found: Collector,
) {
  if (!target.startsWith('./') || isNeverRun(conditions, target)) return
  const via = [`${field}["${subpath}"]`, ...conditions].join('.')
  if (isPattern(subpath) && (target.includes('*') || (subpath.endsWith('/') && target.endsWith('/')))) {
    found.work += host.files.paths.size
    if (found.work > maxPatternWork) return
    for (const file of expandPattern(host, target)) found.add({ phase: 'import', via, path: file })
    return
  }
  const path = joinInside('', target)
  const file = path === undefined ? undefined : (host.files.find(path) ?? resolvePath(host, path)[0])
  if (file !== undefined) found.add({ phase: 'import', via, path: file })
}

/** Type declarations are never run, whatever condition lists them; a script under `types` is still an entry. */

/** Files a pattern target reaches. `*` stands for any text, `/` included; the same text in every place. */
function expandPattern(host: ResolveHost, target: string): string[] {
  const pattern = target.endsWith('/') ? `${target}*` : target
  const star = pattern.indexOf('*')
  const head = joinInside('', pattern.slice(0, star)) ?? ''
  const prefix = head === '' || !pattern.slice(0, star).endsWith('/') ? head : `${head}/`
  const once = pattern.indexOf('*', star + 1) < 0
  const tail = pattern.slice(star + 1)
  return [...host.files.paths].filter(path => {
    if (!path.startsWith(prefix) || path.startsWith('node_modules/')) return false
    if (once) return path.endsWith(tail) && path.length >= prefix.length + tail.length && isCode(path)
    const rest = path.slice(prefix.length)
    const count = pattern.split('*').length - 1
    const length = (path.length + 2 - (pattern.length - count)) / count
    return pattern.replaceAll('*', () => rest.slice(0, length)) === `./${path}`
  })
}

/** A pattern over a whole folder also matches its style sheets and pictures; those run nothing. */
function isCode(path: string): boolean {
  return !/\.(?:d\.[cm]?ts|map|css|scss|less|md|svg|png|jpe?g|gif|woff2?|ttf|eot|html?|txt)$/i.test(path)
}

/** Files that npm obeys in a project. In a dependency it does not, except in the clone of a git dependency. */
function configProblems(host: ResolveHost): string[] {
  const names = ['.npmrc', '.npm-extension.mjs', '.npm-extension.cjs', '.npm-extension.js']
  return names.filter(name => host.files.find(name)).map(name => `contains ${name}`)
}
