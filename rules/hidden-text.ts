import type { Fact, Rule } from '../lib/types.ts'
import { findingOfFact, opening } from './finding.ts'

type HiddenText = Extract<Fact, { kind: 'hidden-text' }>

/** Bytes of a payload, one per character: fewer carry nothing worth hiding, and stray ones occur in honest text. */
const enoughForAPayload = 32

/** Characters in code that a reviewer cannot see: text that reads one way and runs another. */
export const hiddenText: Rule = {
  meta: {
    id: 'hidden-text',
    title: 'Code contains characters nobody can see',
    severity: 'high',
    description:
      'Variation selectors, tag characters and private-use characters print as nothing, yet carry bytes that a decoder ' +
      'turns into a program; bidi controls make code display in another order than it runs. Honest source files have no ' +
      'runs of them.',
    references: [
      'os-info-checker-es6 (2025): a payload in variation selectors',
      'GlassWorm (2025): invisible private-use characters',
      'https://trojansource.codes',
    ],
    blindSpots: ['Look-alike letters in identifiers are not judged here.'],
    examples: {
      flags: [
        {
          title: 'a string that looks empty and holds forty invisible bytes',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': `exports.x = '${String.fromCodePoint(...Array.from({ length: 40 }, (_, i) => 0xe0100 + i))}'\n`,
          },
        },
        {
          title: 'a bidi override in an imported file',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': 'const level = "user\u202E \u2066// only admins\u2069 \u2066"\nexports.level = level\n',
          },
        },
      ],
      passes: [
        {
          title: 'emoji with their selectors, and a byte order mark',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': '\uFEFFexports.ok = "\u2714\uFE0F done \u{1F469}\u200D\u{1F4BB}"\n',
          },
        },
      ],
    },
  },
  check(inspection) {
    return inspection.facts
      .filter((fact): fact is HiddenText => fact.kind === 'hidden-text')
      .map(fact => {
        const bidi = fact.characters.includes('bidi')
        const alarming = fact.phase !== 'dormant' && (bidi || fact.count >= enoughForAPayload)
        return findingOfFact(fact, {
          severity: alarming ? 'high' : 'low',
          action: alarming ? 'ask' : 'note',
          message: say(fact, bidi, alarming),
        })
      })
  },
}

function say(fact: HiddenText, bidi: boolean, alarming: boolean): string {
  const what = `${opening(fact)} runs code with ${fact.count === 1 ? 'an invisible character' : `${fact.count} invisible characters`} (${fact.characters}).`
  if (!alarming) return what
  const why = bidi
    ? 'They make an editor show the line in another order than it runs in'
    : 'So many can hold a program that no reviewer sees'
  return `${what} ${why}. Look at it in an editor that shows them before you install it.`
}
