import { SafeInstallError } from '../errors.ts'
import type { Plan } from '../plan/make-plan.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { idOf, pasteable } from '../report/report.ts'
import { printable } from '../report/sanitize.ts'
import type { JudgedPackage } from '../types.ts'

/** What npm runs of a dependency: a package with none of these skips nothing. */
const events = new Set(['preinstall', 'install', 'postinstall'])

/**
 * npm's `strict-allow-scripts`: an install that would skip a script nobody decided about is refused before anything is
 * written. npm asks the registry's word for it; here the scripts are those of the inspected bytes. Throws E_SKIPPED.
 */
export function assertScriptsReviewed(plan: Plan, judged: readonly JudgedPackage[], config: NpmConfig): void {
  if (config.get('strict-allow-scripts') !== true || config.ignoreScripts) return
  const open = judged.filter(
    ({ package: item, scripts }) =>
      plan.reviews.get(item.location) !== 'denied' &&
      scripts.some(({ event, approved }) => events.has(event) && !approved),
  )
  if (open.length === 0) return
  const lines = open.map(({ package: item, scripts }) => {
    const texts = scripts.map(({ event, command }) => `${event}: ${printable(command)}`)
    return `  ${printable(idOf(item), 200)} (${texts.join('; ')})`
  })
  const ids = open.flatMap(one => pasteable(idOf(one.package)) ?? [])
  throw new SafeInstallError(
    'E_SKIPPED',
    `strict-allow-scripts: nobody decided about the install scripts of ${open.length} package(s):\n${lines.join('\n')}`,
    { hint: `Nothing was installed. To approve: safe-install --approve ${ids.join(' ')}` },
  )
}
