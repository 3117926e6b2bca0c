import type { JudgedPackage, PlannedScript } from '../types.ts'
import { count, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { idOf, pasteable } from './report.ts'
import { printable } from './sanitize.ts'
import { commandLine, describeScript } from './script.ts'

const maxShown = 20

/**
 * The install scripts that were not run because nobody approved them: each with what it does, and the one command that
 * approves them. Nothing where there are none.
 */
export function renderSkippedScripts(packages: readonly JudgedPackage[], look: Look): readonly string[] {
  const skipped = packages.filter(one => one.scripts.some(script => !script.approved))
  if (skipped.length === 0) return []
  const { width } = look
  const shown = skipped.slice(0, look.verbose ? skipped.length : maxShown)
  const ids = shown.map(one => pasteable(idOf(one.package))).filter(id => id !== undefined)
  return [
    '',
    ...wrap(
      `Install scripts of ${count(skipped.length, 'package')} did not run, since nobody approved them:`,
      {
        width,
        indent: 0,
        paint: look.bold,
      },
    ),
    ...shown.flatMap(one => [
      ...wrap(printable(idOf(one.package), 200), { width, indent: 2 }),
      ...one.scripts
        .filter(script => !script.approved)
        .flatMap(script => wrap(describe(one, script), { width, indent: 4, hang: 6 })),
    ]),
    ...(skipped.length > shown.length
      ? [`  and ${skipped.length - shown.length} more: --verbose shows them`]
      : []),
    // Not broken into lines, so that it can be copied.
    ...(ids.length === 0 ? [] : [`  To approve: safe-install --approve ${ids.join(' ')}`]),
  ]
}

function describe({ inspection }: JudgedPackage, script: PlannedScript): string {
  const hook = inspection?.hooks.find(one => one.event === script.event && one.command === script.command)
  if (inspection === undefined || hook === undefined)
    return `${commandLine(script.event, script.command)} — what it does was not read`
  return describeScript(inspection, hook)
}
