/**
 * What nobody wrote a rule for: attacks in the style of no incident, and honest packages that use the same doors. The
 * same rod as for the incidents; what is missed is listed with the reason.
 */
import t from 'tap'
import { loadUnseen } from '../helpers/fixtures.ts'
import { findingsOf, shortfall } from '../helpers/judge-fixture.ts'
import { unseenMisses } from './known-misses.ts'

const { attacks, honest } = await loadUnseen()

t.test('an attack in the style of no incident is flagged, or listed as missed', t => {
  const found: Record<string, string> = {}
  for (const attack of attacks) {
    const missed = shortfall(attack, findingsOf(attack))
    if (missed !== undefined) found[attack.id] = missed
  }
  const count = (how: (missed: string) => boolean): number =>
    attacks.length - Object.values(found).filter(how).length
  t.comment(
    `${count(m => m === 'silent')} of ${attacks.length} alarm, ${count(() => true)} as a reviewer would`,
  )
  const listed = Object.entries(unseenMisses).map(([id, { how }]) => [id, how])
  t.strictSame(found, Object.fromEntries(listed), 'misses are the listed ones')
  t.ok(attacks.length >= 40, 'the attacks were loaded')
  t.end()
})

t.test('no honest look-alike asks or blocks', t => {
  const alarms = honest.flatMap(one =>
    findingsOf(one)
      .filter(({ action }) => action !== 'note')
      .map(({ rule, message }) => [one.id, rule, message]),
  )
  t.comment(`${alarms.length} alarms on ${honest.length} honest look-alikes`)
  t.ok(honest.length >= 40, 'the packages were loaded')
  t.strictSame(alarms, [])
  t.end()
})
