import { limits } from '../lib/limits.ts'
import type { Rule } from '../lib/types.ts'
import { inRow } from './behaviour/sightings.ts'
import { hostOf } from './hosts/host.ts'
import { isLocal } from './hosts/host-class.ts'
import { findingAt } from './finding.ts'

/** A note, never an alarm: which machines the install script talks to. */
export const installNetwork: Rule = {
  meta: {
    id: 'install-network',
    title: 'Its install script talks to other machines',
    severity: 'low',
    description:
      'An install script contacts hosts. Most download a binary of the same project. The note names the hosts, so that ' +
      'a person who approves the script knows where it goes.',
    references: ['https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-scripts'],
    blindSpots: ['Hosts that are computed or configured.'],
    examples: {
      flags: [
        {
          title: 'a hook downloads from its own host',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"install":"node i.js"}}',
            'i.js': "require('https').get('https://dl.a.example/a', () => {})\n",
          },
        },
      ],
      passes: [
        {
          title: 'a client talks to hosts when it is called',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","main":"i.js","scripts":{"install":"node-gyp-build"}}',
            'i.js': "exports.get = () => fetch('https://api.a.example')\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    const hosts = new Set<string>()
    const contacts = inspection.facts.filter(
      fact => fact.phase === 'install' && (fact.kind === 'contacts' || fact.kind === 'resolves'),
    )
    for (const fact of contacts) {
      if (fact.kind !== 'contacts' && fact.kind !== 'resolves') continue
      for (const destination of fact.destinations) {
        const host = hostOf(destination)
        if (
          host !== undefined &&
          !isLocal(host) &&
          !fileName.test(host.shown) &&
          hosts.size < limits.maxHosts
        )
          hosts.add(host.shown)
      }
    }
    const [first] = contacts
    if (first === undefined) return []
    // A host that is known in part says nothing where the whole one is known too.
    const whole = [...hosts].filter(host => !host.includes('*'))
    const named = (whole.length > 0 ? whole : [...hosts]).slice(0, 6)
    const where = named.length === 0 ? 'hosts that are computed or configured' : inRow(named)
    return [
      findingAt(first.at, 'install', {
        severity: 'low',
        action: 'note',
        message: `While npm installs it, its script contacts ${where}.`,
      }),
    ]
  },
}

/** The end of an address whose beginning is not known: `${url}.sha512`. */
const fileName = /^\*\.(?:sha\d{1,3}(?:sum)?|asc|sig|json|t?gz|tgz|zip|xz|exe|js)$/i
