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
        message: say(fact),
      }),
    )
  },
}

const tricks: Readonly<Record<string, string>> = {
  absolute: 'names a place on the machine instead of one in the package',
  'bad-header': 'readers of archives read in different ways',
  'case-clash': 'differs from another only in capital letters',
  'control-characters': 'has characters in its name that do not show',
  device: 'is neither a file nor a folder',
  dotdot: 'climbs out of the package’s folder',
  duplicate: 'is there twice with different bytes, of which the last is installed',
  'file-as-folder': 'is both a file and a folder',
  link: 'is a link',
  'name-too-long': 'has a name no file system takes',
  'no-top-folder': 'lies outside the folder npm unpacks',
  'path-too-long': 'has a path no file system takes',
  'second-manifest': 'takes the place of the package.json a reviewer reads',
  'too-deep': 'lies deeper than npm unpacks',
  'unsupported-type': 'is of a kind npm does not unpack',
}

function say({ trick, name }: PathTrick): string {
  const what = `Its tarball has an entry ${quote(name)} that ${tricks[trick] ?? 'npm would not write as it stands'}.`
  return deceiving.has(trick)
    ? `${what} npm never packs that: somebody made this tarball by hand to show one thing and install another. Do not install it.`
    : what
}
