import type { JudgedPackage } from '../types.ts'
import { wrap } from './layout.ts'
import type { Look } from './look.ts'
import { idOf } from './report.ts'
import { printable } from './sanitize.ts'

/** The last day of an exception, ISO, UTC; undefined where it has none. */
export function dayOf(until: number | undefined): string | undefined {
  return until === undefined ? undefined : new Date(until).toISOString().slice(0, 10)
}

/** Every exception that counts, each time it does: what, why, who, until when. Nothing where there is none. */
export function renderAccepted(packages: readonly JudgedPackage[], look: Look): readonly string[] {
  const { width } = look
  const lines = packages.flatMap(one =>
    (one.accepted ?? []).flatMap(({ rule, was, reason, who, until, origin }) => {
      const day = dayOf(until)
      const text = `${printable(idOf(one.package), 200)} · ${printable(rule, 80)} (${was}): ${printable(reason)} · ${printable(who, 80)}, ${day === undefined ? 'without end' : `until ${day}`}, ${origin} policy`
      return wrap(text, { width, indent: 2, hang: 4 })
    }),
  )
  if (lines.length === 0) return []
  return [
    '',
    ...wrap('Accepted earlier, for exactly these bytes:', { width, indent: 0, paint: look.bold }),
    ...lines,
  ]
}
