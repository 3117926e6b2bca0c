/**
 * The measuring rod: every reconstruction of a past incident is flagged with at least the demanded action, in its phase
 * and with its line as evidence; no honest package asks or blocks. What is missed is listed by name with the reason, and
 * the list fails as soon as one of them is found, so that nothing is skipped unseen.
 */
import t from 'tap'
import { loadHonestPackages, loadIncidents } from '../helpers/fixtures.ts'
import { findingsOf, shortfall } from '../helpers/judge-fixture.ts'
import { knownMisses } from './known-misses.ts'

const incidents = await loadIncidents()
const honest = await loadHonestPackages()

t.test('every form of every incident is flagged as a fair reviewer would, or listed as missed', t => {
  const found: Record<string, Record<string, number>> = {}
  const unlisted: string[] = []
  const seen = new Set<string>()
  for (const { id, variants } of incidents) {
    for (const [i, variant] of variants.entries()) {
      const key = `${id}#${i}`
      const missed = shortfall(variant, findingsOf(variant))
      const row = (found[variant.expect.phase] ??= { forms: 0, flagged: 0, alarmed: 0 })
      row['forms'] = (row['forms'] ?? 0) + 1
      if (missed === undefined) row['flagged'] = (row['flagged'] ?? 0) + 1
      if (missed !== 'silent') row['alarmed'] = (row['alarmed'] ?? 0) + 1
      if (missed !== undefined) seen.add(key)
      const known = knownMisses[key]
      if (missed !== undefined && known?.how !== missed)
        unlisted.push(
          `${key} is ${missed}, ${known === undefined ? 'not listed' : `listed as ${known.how}`}: ${variant.title}`,
        )
    }
  }
  t.comment(JSON.stringify(found))
  t.strictSame(unlisted, [], 'no miss beyond the list')
  const obsolete = Object.keys(knownMisses).filter(key => !seen.has(key))
  t.strictSame(obsolete, [], 'no listed miss that is found by now')
  t.end()
})

t.test('no honest package and no honest twin of an incident asks or blocks', t => {
  const packages = [
    ...incidents.flatMap(({ id, twins }) => twins.map((twin, i) => ({ ...twin, id: `${id}~${i}` }))),
    ...honest,
  ]
  const alarms = packages.flatMap(one =>
    findingsOf(one)
      .filter(finding => finding.action !== 'note')
      .map(({ rule, message }) => [one.id, rule, message]),
  )
  t.comment(`${alarms.length} alarms on ${packages.length} honest packages`)
  t.ok(packages.length > 130, 'the packages were loaded')
  t.strictSame(alarms, [])
  t.end()
})
