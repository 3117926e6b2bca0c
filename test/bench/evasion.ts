/**
 * Measures what rewrites that keep the meaning do to verdicts: for each, the share of all detected forms of incidents
 * that are still stopped by the same rule, and the honest packages that are now stopped; last the examples that an
 * obfuscator has been over, where any alarm will do. `-- --misses` names both; `-- --only=minify` measures one rewrite.
 * Run with `npm run bench:evasion`.
 */
import { alarmsOf, loadForms, loadTwins, survival } from '../helpers/evasion.ts'
import type { PackageFiles } from '../fixtures/incidents/incident.ts'
import type { Subject, Survival } from '../helpers/evasion.ts'
import { obfuscatedForms } from '../helpers/obfuscated-forms.ts'
import { rewrites } from '../helpers/rewrites/rewrites.ts'

const flags = process.argv.slice(2)
const only = flags.find(flag => flag.startsWith('--only='))?.slice(7)
const ways: Record<string, (subject: Subject) => PackageFiles> = {}
for (const [name, rewrite] of Object.entries(rewrites)) ways[name] = ({ files }) => rewrite(files)
for (const [name, formOf] of Object.entries(obfuscatedForms()))
  ways[name] = ({ key, files }) => formOf(key)(files)
const forms = (await loadForms())
  .map(form => ({ ...form, alarms: alarmsOf(form) }))
  .filter(({ alarms }) => alarms.length > 0)
const twins = (await loadTwins()).filter(twin => alarmsOf(twin).length === 0)

console.log(`${forms.length} detected forms, ${twins.length} honest packages\n`)
console.log('rewrite'.padEnd(26), '   forms     same    other     weak   silent     honest   alarms')
for (const [name, rewritten] of Object.entries(ways)) {
  if (only !== undefined && !name.includes(only)) continue
  const counts: Record<Survival, number> = { same: 0, other: 0, weak: 0, silent: 0 }
  const missed: string[] = []
  let count = 0
  for (const form of forms) {
    const files = rewritten(form)
    if (files === form.files) continue
    count++
    const how = survival(form.alarms, alarmsOf({ ...form, files }))
    counts[how]++
    if (how !== 'same') missed.push(`${form.key} ${how}`)
  }
  const changed = twins.map(twin => ({ ...twin, files: rewritten(twin), was: twin.files }))
  const honest = changed.filter(({ files, was }) => files !== was)
  const alarmed = honest.flatMap(twin => {
    const rules = alarmsOf(twin).map(({ rule }) => rule)
    return rules.length === 0 ? [] : [`${twin.key} ${rules.join(' ')}`]
  })
  const columns = [count, counts.same, counts.other, counts.weak, counts.silent]
  const share = ((100 * counts.same) / Math.max(1, count)).toFixed(1)
  console.log(
    name.padEnd(26),
    columns.map(count => String(count).padStart(8)).join(' '),
    `${String(honest.length).padStart(10)} ${String(alarmed.length).padStart(8)}  ${share.padStart(5)} %`,
  )
  if (flags.includes('--misses')) for (const line of [...missed, ...alarmed]) console.log(`    ${line}`)
}
