import type { Fact, Rule } from '../lib/types.ts'
import { findingOfFact, quote } from './finding.ts'

type PathTrick = Extract<Fact, { kind: 'path-trick' }>

/** Tricks that only serve to show a reviewer one file and to install another. */
const deceiving: ReadonlySet<string> = new Set(['duplicate', 'second-manifest', 'dotdot', 'absolute'])

/** Tarball entries that npm would not write where they say, or that replace each other. */
export const pathTrick: Rule = {
  meta: {
    id: 'path-trick',
    title: 'The tarball hides or misplaces files',
    severity: 'high',
    description:
      'npm packs every file once, below one folder. This tarball was made by hand: an entry climbs out of its folder, ' +
      'is a link, or replaces another of the same name, so that what a reviewer reads is not what gets installed. ' +
      'Only the last of two equal names lands on disk.',
    references: ['https://github.com/npm/node-tar/security/advisories'],
    blindSpots: ['A trick that the extractor of a future npm resolves differently.'],
    examples: {
      flags: [
        {
          title: 'a second package.json under another top folder, which is the one that gets installed',
          files: { 'package.json': '{"name":"a","version":"1.0.0"}', 'index.js': '' },
          entries: [
            {
              name: 'other/package.json',
              text: '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node x"}}',
            },
          ],
        },
        {
          title: 'an entry that climbs out of the package',
          files: { 'package.json': '{"name":"a","version":"1.0.0"}' },
          entries: [{ name: 'package/../../.bashrc', text: '# placeholder' }],
        },
      ],
      passes: [
        {
          title: 'an ordinary tarball',
          files: { 'package.json': '{"name":"a","version":"1.0.0"}', 'lib/index.js': 'exports.a = 1\n' },
        },
      ],
    },
  },
  check(inspection) {
    const tricks = inspection.facts.filter((fact): fact is PathTrick => fact.kind === 'path-trick')
    return tricks.map(fact =>
      findingOfFact(fact, {
        severity: deceiving.has(fact.trick) ? 'high' : 'medium',
        action: deceiving.has(fact.trick) ? 'ask' : 'note',
        message: `tarball entry ${quote(fact.name)}: ${fact.trick.replaceAll('-', ' ')}`,
      }),
    )
  },
}
