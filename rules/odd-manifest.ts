import type { Rule } from '../lib/types.ts'
import { findingInManifest, quote } from './finding.ts'

/** The problems of reading that say something of the author; wrong shapes of harmless fields say nothing. */
const telling = /^(?:key "|invalid UTF-8|contains \.)/

const maxShown = 10

/** A package.json that no tool writes. A note: npm reads it as we do, but a reviewer may not. */
export const oddManifest: Rule = {
  meta: {
    id: 'odd-manifest',
    title: 'Its package.json is not as tools write it',
    severity: 'low',
    description:
      'A key that comes twice, a key named __proto__ or bytes that are no UTF-8: npm keeps the last key and replaces the ' +
      'bytes, another reader may see the first. And files that npm obeys in a project, such as .npmrc, do nothing in a ' +
      'dependency but are copied along. We read all of it as npm does.',
    references: ['https://www.rfc-editor.org/rfc/rfc8259#section-4'],
    blindSpots: ['Keys that come twice below the first two levels.'],
    examples: {
      flags: [
        {
          title: 'two lists of scripts, of which npm keeps the last',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"test":"tap"},"scripts":{"postinstall":"node x.js"}}',
            'x.js': '// inert',
          },
        },
        {
          title: 'a key that reaches for the prototype',
          files: { 'package.json': '{"name":"a","version":"1.0.0","dependencies":{"__proto__":"1"}}' },
        },
      ],
      passes: [
        {
          title: 'the same key in two objects',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","exports":{"./a":{"default":"./a.js"},"./b":{"default":"./b.js"}}}',
            'a.js': '',
            'b.js': '',
          },
        },
      ],
    },
  },
  check({ manifest }) {
    const found = manifest.problems.filter(problem => telling.test(problem))
    if (found.length === 0) return []
    const shown = found.slice(0, maxShown).join(', ')
    return [
      findingInManifest(shown, 'import', {
        severity: 'low',
        action: 'note',
        message: `package.json is read as npm reads it, but it is odd: ${quote(shown, 200)}`,
      }),
    ]
  },
}
