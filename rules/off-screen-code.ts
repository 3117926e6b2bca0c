import type { Action, Fact, Inspection, Rule } from '../lib/types.ts'
import { findingOfFact, opening, severityOf } from './finding.ts'

type OffScreen = Extract<Fact, { kind: 'off-screen' }>

const acting: ReadonlySet<string> = new Set([
  'starts',
  'evaluates',
  'contacts',
  'resolves',
  'writes',
  'loads',
  'patches',
])

/** Code pushed to the right until no window shows it. */
export const offScreenCode: Rule = {
  meta: {
    id: 'off-screen-code',
    title: 'Pushes code out of view',
    severity: 'high',
    description:
      'A line holds more blanks than any screen is wide, and then code. The file looks harmless to whoever scrolls ' +
      'through it. No formatter and no bundler writes such a line.',
    references: [
      'rand-user-agent 2.0.83 (May 2025)',
      'Contagious Interview (2025): padding before the loader',
    ],
    blindSpots: ['Code after a very long honest line.'],
    examples: {
      flags: [
        {
          title: 'a start of a program behind 300 blanks',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': `exports.x = 1\nexports.y = 2${' '.repeat(300)};require('child_process').exec('true')\nexports.z = 3\n`,
          },
        },
      ],
      passes: [
        {
          title: 'a wide table',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': `exports.rows = [\n  1,${' '.repeat(60)}2,\n  3,${' '.repeat(60)}4,\n]\n`,
          },
        },
      ],
    },
  },
  check(inspection) {
    return inspection.facts
      .filter((fact): fact is OffScreen => fact.kind === 'off-screen')
      .map(fact => {
        const action = weigh(fact, inspection)
        const at = phaseOf(fact, inspection)
        const message =
          `${opening(at)} runs code that stands behind ${fact.blanks} blanks, where no window shows it. ` +
          'Somebody meant it not to be seen. Scroll right on that line before you install this.'
        return {
          ...findingOfFact(fact, { action, severity: severityOf(action), message }),
          phase: at.phase,
        }
      })
  },
}

/** What stands on the same line and does something: it knows when the line runs better than the file does. */
function actsOf(fact: OffScreen, inspection: Inspection): readonly Fact[] {
  return inspection.facts.filter(
    other => acting.has(other.kind) && other.at.path === fact.at.path && other.at.line === fact.at.line,
  )
}

function phaseOf(fact: OffScreen, inspection: Inspection): Pick<Fact, 'phase' | 'byCall'> {
  return actsOf(fact, inspection)[0] ?? fact
}

function weigh(fact: OffScreen, inspection: Inspection): Action {
  if (fact.phase === 'dormant') return 'note'
  const acts = actsOf(fact, inspection)
  return acts.some(act => !act.byCall && act.phase !== 'run') ? 'block' : 'ask'
}
