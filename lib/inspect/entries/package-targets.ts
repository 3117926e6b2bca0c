import { limits } from '../../limits.ts'
import { isTable } from '../manifest.ts'

/** One target of an `exports` or `imports` map: `./x` under the conditions `import.node` gives `./dist/x.mjs`. */
export type PackageTarget = {
  readonly subpath: string
  readonly conditions: readonly string[]
  readonly target: string
}

export type PackageTargets = {
  readonly targets: readonly PackageTarget[]
  /** Targets Node refuses (`../x`, `https://x`, numbers). */
  readonly problems: readonly string[]
  /** Limits that were hit: Node might find more. */
  readonly cut: readonly string[]
}

type Pending = { readonly value: unknown; readonly subpath: string; readonly conditions: readonly string[] }

/**
 * Every target of `exports` (or `imports`), all conditions merged: a guard does not know which condition will hold, so
 * it wants them all. Order is that of the manifest. Targets of `exports` start with `./`; those of `imports` may also
 * name packages. Node's rules: https://nodejs.org/api/packages.html#conditional-exports
 */
export function packageTargets(map: unknown, field: 'exports' | 'imports'): PackageTargets {
  const targets: PackageTarget[] = []
  const problems: string[] = []
  const cut: string[] = []
  const pending: Pending[] = subpathsOf(map, field)
  if (isTable(map) && Object.keys(map).length > limits.maxManifestEntries)
    cut.push(`"${field}" has more than ${limits.maxManifestEntries} entries`)
  while (pending.length > 0) {
    const next = pending.pop()
    if (next === undefined) break
    if (targets.length >= limits.maxExportsTargets) {
      cut.push(`"${field}" has more than ${limits.maxExportsTargets} targets`)
      break
    }
    const { value, subpath, conditions } = next
    if (typeof value === 'string') {
      if (isTarget(value, field)) targets.push({ subpath, conditions, target: value })
      else
        problems.push(`"${field}" of "${subpath}" is not a path inside the package: ${value.slice(0, 200)}`)
    } else if (conditions.length >= limits.maxExportsDepth) {
      cut.push(`"${field}" is nested deeper than ${limits.maxExportsDepth}`)
    } else if (Array.isArray(value)) {
      for (const item of value.slice(0, limits.maxManifestEntries).toReversed())
        pending.push({
          value: item,
          subpath,
          conditions: Array.isArray(item) ? [...conditions, '[]'] : conditions,
        })
    } else if (isTable(value)) {
      for (const [condition, item] of Object.entries(value).slice(0, limits.maxManifestEntries).toReversed())
        pending.push({ value: item, subpath, conditions: [...conditions, condition] })
    } else if (value !== null && value !== undefined) {
      problems.push(`"${field}" of "${subpath}" is a ${typeof value}`)
    }
  }
  return { targets, problems, cut }
}

/** `exports` without subpaths is sugar for the subpath `.`; `imports` has subpaths only. Last one first, for a stack. */
function subpathsOf(map: unknown, field: 'exports' | 'imports'): Pending[] {
  if (map === undefined || map === null) return []
  const prefix = field === 'exports' ? '.' : '#'
  if (!isTable(map) || !Object.keys(map).some(key => key.startsWith(prefix)))
    return field === 'exports' ? [{ value: map, subpath: '.', conditions: [] }] : []
  return Object.entries(map)
    .slice(0, limits.maxManifestEntries)
    .map(([subpath, value]) => ({ value, subpath, conditions: [] }))
    .toReversed()
}

function isTarget(target: string, field: 'exports' | 'imports'): boolean {
  if (!target.startsWith('./'))
    return field === 'imports' && !/^(?:\.|\/|[a-z][a-z\d+.-]*:\/\/)/i.test(target)
  return !target
    .slice(2)
    .split(/[/\\]/)
    .some(part => /^(?:\.|%2e){1,2}$/i.test(part) || part.toLowerCase() === 'node_modules')
}

/** Whether a subpath stands for many: a pattern, or one of the old folder mappings. */
export function isPattern(subpath: string): boolean {
  return subpath.includes('*') || subpath.endsWith('/')
}

/**
 * What `*` (or the folder mapping `./x/`) stands for when `request` is asked of `subpath`: '' where they are equal,
 * undefined where they do not match.
 */
export function matchSubpath(subpath: string, request: string): string | undefined {
  const star = subpath.indexOf('*')
  if (star < 0) {
    if (subpath.endsWith('/') && request.startsWith(subpath)) return request.slice(subpath.length)
    return subpath === request ? '' : undefined
  }
  const head = subpath.slice(0, star)
  const tail = subpath.slice(star + 1)
  if (tail.includes('*') || request.length < head.length + tail.length) return undefined
  if (!request.startsWith(head) || !request.endsWith(tail)) return undefined
  return request.slice(head.length, request.length - tail.length)
}

/**
 * The target of a request that matches `subpath`: its `*` filled in, the rest appended to a folder. Only a pattern
 * fills; elsewhere a `*` is a name. Bounded, since `*` may come many times.
 */
export function fillTarget(subpath: string, target: string, request: string): string {
  const rest = matchSubpath(subpath, request)
  if (rest === undefined || !isPattern(subpath)) return target
  if (target.includes('*')) {
    const count = target.split('*').length - 1
    return count * rest.length > limits.maxPathBytes ? target : target.replaceAll('*', () => rest)
  }
  return subpath.endsWith('/') && target.endsWith('/') ? target + rest : target
}
