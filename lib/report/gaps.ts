import type { Gap, JudgedPackage } from '../types.ts'
import { count, firstFew, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { idOf } from './report.ts'
import { printable } from './sanitize.ts'

/** Different gaps listed one by one; the rest is counted. */
const maxShown = 12

/** What could not be looked at, equal gaps of several packages together. Nothing where there is no gap. */
export function renderGaps(packages: readonly JudgedPackage[], look: Look): readonly string[] {
  return [
    ...section('Could not be read, so nobody knows what it does:', gapsBy(packages, 'content'), look),
    ...section('Not known (this alone stops nothing):', gapsBy(packages, 'context'), look),
  ]
}

function gapsBy(
  packages: readonly JudgedPackage[],
  kind: Gap['kind'],
): ReadonlyMap<string, readonly string[]> {
  const byWhat = new Map<string, string[]>()
  for (const one of packages) {
    const id = printable(idOf(one.package), 200)
    for (const gap of one.gaps) {
      if (gap.kind !== kind) continue
      // An empty path is the package as a whole.
      const path = gap.path ?? ''
      const what =
        path !== '' && gap.what.startsWith(`${path}: `) ? gap.what.slice(path.length + 2) : gap.what
      const ids = byWhat.get(what) ?? []
      byWhat.set(what, ids)
      ids.push(path === '' ? id : `${id} ${printable(path)}`)
    }
  }
  return byWhat
}

function section(title: string, gaps: ReadonlyMap<string, readonly string[]>, look: Look): readonly string[] {
  if (gaps.size === 0) return []
  const most = look.verbose ? 200 : maxShown
  const lines = [...gaps]
    .slice(0, most)
    .flatMap(([what, ids]) =>
      wrap(`${firstFew(ids, 4)}: ${printable(what)}`, { width: look.width, indent: 2, hang: 4 }),
    )
  const hidden = gaps.size - most
  return [
    '',
    ...wrap(title, { width: look.width, indent: 0, paint: look.bold }),
    ...lines,
    ...(hidden > 0 ? [`  and ${count(hidden, 'more', 'more')}`] : []),
  ]
}
