import type { JudgedPackage, PlannedScript } from '../types.ts'
import { count, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { idOf, pasteable } from './report.ts'
import { printable } from './sanitize.ts'
import { commandLine, describeScript } from './script.ts'

const maxShown = 20

/** What npm itself runs of a package: a `prepare` is for whoever packs it, and never runs here. */
const runnable = new Set(['preinstall', 'install', 'postinstall'])

const skips = (script: PlannedScript): boolean => !script.approved && runnable.has(script.event)

/**
 * The install scripts that were not run because nobody approved them: each with what it does, and the one command that
 * approves them. Nothing where there are none.
 */
export function renderSkippedScripts(packages: readonly JudgedPackage[], look: Look): readonly string[] {
  const skipped = packages.filter(one => one.scripts.some(skips))
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
        .filter(skips)
        .flatMap(script => wrap(describe(one, script), { width, indent: 4, hang: 6 })),
    ]),
    ...(skipped.length > shown.length
      ? [`  and ${skipped.length - shown.length} more: --verbose shows them`]
      : []),
    // Not broken into lines, so that it can be copied.
    ...(ids.length === 0 ? [] : [`  To approve: safe-install --approve ${ids.join(' ')}`]),
  ]
}

const prepares = new Set(['prepublish', 'preprepare', 'prepare', 'postprepare'])

/**
 * Packages from git or a copied folder that would have to be built first. npm would run their `prepare`, with
 * everything it installs for it, before anybody could look at the result; here they stay as their source has them.
 */
export function renderUnprepared(packages: readonly JudgedPackage[], look: Look): readonly string[] {
  const unbuilt = packages.filter(one => one.scripts.some(({ event }) => prepares.has(event)))
  const line = (one: JudgedPackage): readonly string[] =>
    wrap(
      `${printable(idOf(one.package), 200)} was not built: its prepare script never runs here, so what it would make is missing.`,
      { width: look.width, indent: 0, hang: 2, paint: look.yellow },
    )
  return unbuilt.length === 0 ? [] : ['', ...unbuilt.slice(0, maxShown).flatMap(line)]
}

function describe({ inspection }: JudgedPackage, script: PlannedScript): string {
  const hook = inspection?.hooks.find(one => one.event === script.event && one.command === script.command)
  if (inspection === undefined || hook === undefined)
    return `${commandLine(script.event, script.command)} — what it does was not read`
  return describeScript(inspection, hook)
}
