import { isTable, own } from '../manifest.ts'
import { isNeverRun } from './never-run.ts'
import { type PackageFiles, folderOf, joinInside } from './package-files.ts'
import { fillTarget, matchSubpath, packageTargets, type PackageTarget } from './package-targets.ts'

export type ResolveHow = 'require' | 'import'

/** What resolution may know of a package: its paths and the (hostile) manifests inside it. */
export type ResolveHost = {
  readonly files: PackageFiles
  /** The parsed package.json of a folder; undefined where there is none. '' is the root. */
  manifest(folder: string): unknown
}

/** After Node's own extensions come those of the loaders that a hook may start instead: bun, deno, tsx. */
const nodeExtensions = ['.js', '.json', '.node']
const otherExtensions = ['.cjs', '.mjs', '.ts', '.mts', '.cts', '.tsx', '.jsx']

/**
 * Every file of the package that `specifier`, written in the file `from`, may mean; Node's own answer first, all
 * conditions of `exports` and `imports` merged. Empty where it leaves the package or names nothing in it. Bare names
 * other than the package's own are somebody else's package. https://nodejs.org/api/modules.html#all-together
 */
export function resolveInPackage(
  host: ResolveHost,
  from: string,
  specifier: string,
  how: ResolveHow,
): string[] {
  const clean = how === 'import' ? fromUrl(specifier) : specifier.replaceAll('\\', '/')
  if (clean === '' || clean.includes('\0')) return []
  if (/^\.{1,2}(?:\/|$)/.test(clean)) {
    const path = joinInside(folderOf(from), clean)
    return path === undefined
      ? []
      : resolvePath(host, path, clean.endsWith('/') || /(?:^|\/)\.{1,2}$/.test(clean))
  }
  if (clean.startsWith('#')) return resolveImports(host, from, clean)
  return resolveSelf(host, clean)
}

/** A path below the root as `require` would load it: exact, with an extension, as a folder. */
export function resolvePath(host: ResolveHost, path: string, folderOnly = false): string[] {
  const found = (folderOnly ? undefined : asFile(host, path)) ?? asFolder(host, path)
  return found === undefined ? [] : [found]
}

function asFile(host: ResolveHost, path: string): string | undefined {
  if (path === '') return undefined
  const exact = host.files.find(path)
  if (exact !== undefined) return exact
  for (const extension of [...nodeExtensions, ...otherExtensions]) {
    const file = host.files.find(path + extension)
    if (file !== undefined) return file
  }
  return sourceOf(host, path)
}

/** `./x.js` means `./x.ts` to loaders of TypeScript. */
function sourceOf(host: ResolveHost, path: string): string | undefined {
  const match = /\.([cm]?)jsx?$/.exec(path)
  if (!match) return undefined
  const stem = path.slice(0, match.index)
  return host.files.find(`${stem}.${match[1] ?? ''}ts`) ?? host.files.find(`${stem}.tsx`)
}

function asFolder(host: ResolveHost, path: string): string | undefined {
  if (!host.files.isFolder(path)) return undefined
  const main = own(host.manifest(path), 'main')
  if (typeof main === 'string' && main !== '') {
    const target = joinInside(path, main)
    const file = target === undefined ? undefined : (asFile(host, target) ?? asIndex(host, target))
    if (file !== undefined) return file
  }
  return asIndex(host, path)
}

function asIndex(host: ResolveHost, path: string): string | undefined {
  const stem = path === '' ? 'index' : `${path}/index`
  for (const extension of [...nodeExtensions, ...otherExtensions]) {
    const file = host.files.find(stem + extension)
    if (file !== undefined) return file
  }
  return undefined
}

/** `#name`, by the `imports` of the nearest package.json; several conditions may give several files. */
function resolveImports(host: ResolveHost, from: string, request: string): string[] {
  const folder = nearestPackage(host, from)
  return matching(host, folder, targetsOf(host.manifest(folder), 'imports'), request)
}

/** The package's own name inside itself: through `exports`, or as a folder where there are none. */
function resolveSelf(host: ResolveHost, specifier: string): string[] {
  const manifest = host.manifest('')
  const name = own(manifest, 'name')
  if (typeof name !== 'string' || name === '') return []
  if (specifier !== name && !specifier.startsWith(`${name}/`)) return []
  const subpath = `.${specifier.slice(name.length)}`
  const exports = own(manifest, 'exports')
  if (exports === undefined || exports === null) return resolvePath(host, joinInside('', subpath) ?? '')
  return matching(host, '', targetsOf(manifest, 'exports'), subpath)
}

/** By manifest: a package asks thousands of times, and a map may have thousands of targets. */
const targetTables = new WeakMap<object, Map<'exports' | 'imports', readonly PackageTarget[]>>()

function targetsOf(manifest: unknown, field: 'exports' | 'imports'): readonly PackageTarget[] {
  if (!isTable(manifest)) return []
  const tables = targetTables.get(manifest) ?? new Map<'exports' | 'imports', readonly PackageTarget[]>()
  targetTables.set(manifest, tables)
  const targets = tables.get(field) ?? runTargets(manifest, field)
  tables.set(field, targets)
  return targets
}

function runTargets(manifest: unknown, field: 'exports' | 'imports'): readonly PackageTarget[] {
  return packageTargets(own(manifest, field), field).targets.filter(
    ({ conditions, target }) => !isNeverRun(conditions, target),
  )
}

function nearestPackage(host: ResolveHost, from: string): string {
  for (let folder = folderOf(from); folder !== ''; folder = folderOf(folder))
    if (host.files.paths.has(`${folder}/package.json`)) return folder
  return ''
}

/** Node takes the most specific subpath only; a less specific one that also matches is never asked. */
function matching(
  host: ResolveHost,
  folder: string,
  targets: readonly PackageTarget[],
  request: string,
): string[] {
  const exact = targets.filter(({ subpath }) => subpath === request && !subpath.includes('*'))
  const chosen = exact.length > 0 ? exact : mostSpecific(targets, request)
  const files = new Set<string>()
  for (const { subpath, target } of chosen) {
    const path = joinInside(folder, fillTarget(subpath, target, request))
    for (const file of path === undefined ? [] : resolvePath(host, path)) files.add(file)
  }
  return [...files]
}

function mostSpecific(targets: readonly PackageTarget[], request: string): PackageTarget[] {
  let best: string | undefined
  for (const { subpath } of targets) {
    if (matchSubpath(subpath, request) === undefined) continue
    if (best === undefined || baseLength(subpath) > baseLength(best)) best = subpath
    else if (baseLength(subpath) === baseLength(best) && subpath.length > best.length) best = subpath
  }
  return targets.filter(({ subpath }) => subpath === best)
}

function baseLength(subpath: string): number {
  const star = subpath.indexOf('*')
  return star < 0 ? subpath.length : star + 1
}

/** ES modules are URLs: `./p%61yload.js?x#y` is `./payload.js`. */
function fromUrl(specifier: string): string {
  const hash = specifier.startsWith('#') ? '#' : ''
  const path = specifier.slice(hash.length).split(/[?#]/, 1)[0] ?? ''
  if (!path.includes('%')) return hash + path
  try {
    return hash + decodeURIComponent(path)
  } catch {
    // Not a valid escape: Node would refuse the module, so the text is taken as it stands.
    return hash + path
  }
}
