import type { Action, OriginProblem, Rule, Severity } from '../lib/types.ts'
import { findingInManifest } from './finding.ts'

type Weight = { readonly severity: Severity; readonly action: Action }

const note: Weight = { severity: 'low', action: 'note' }

/**
 * A digest in the lockfile fixes the bytes wherever they come from, so an address alone is odd only where there is none.
 * Another package's address is never a mistake that npm makes.
 */
function weigh(kind: OriginProblem['kind'], fixed: boolean): Weight {
  switch (kind) {
    case 'resolved-name':
      return { severity: 'critical', action: 'block' }
    case 'resolved-version':
    case 'resolved-protocol':
      return { severity: 'high', action: 'ask' }
    case 'resolved-host':
    case 'plain-http':
      return fixed ? note : { severity: 'high', action: 'ask' }
    case 'no-integrity':
    case 'weak-integrity':
    case 'foreign-source':
      return note
  }
}

const poisoned = 'Do not install it before you know who changed that line of the lockfile, and why.'

const advice: Readonly<Partial<Record<OriginProblem['kind'], string>>> = {
  'resolved-name': poisoned,
  'resolved-version': poisoned,
  'resolved-protocol': poisoned,
  'resolved-host': poisoned,
  'plain-http': 'Ask whoever chose that address for one with https.',
}

/** A lockfile entry or a dependency that does not come from where its name says. */
export const oddOrigin: Rule = {
  meta: {
    id: 'odd-origin',
    title: 'Does not come from where its name says',
    severity: 'critical',
    description:
      'The lockfile names one package and points to another one’s address, to another version, another kind of source or ' +
      'another host. npm installs what the address serves under the name people reviewed: one changed line in a pull ' +
      'request is enough.',
    references: [
      'https://snyk.io/blog/why-npm-lockfiles-can-be-a-security-blindspot-for-injecting-malicious-modules/',
    ],
    blindSpots: ['A host that differs is only noted where the lockfile fixes the bytes with sha512.'],
    examples: {
      flags: [
        {
          title: 'the address of another package',
          files: { 'package.json': '{"name":"b","version":"1.0.0"}' },
          context: {
            name: 'a',
            origin: [{ kind: 'resolved-name', message: 'Under the name a, npm would install b.' }],
          },
        },
        {
          title: 'an unencrypted address and no digest',
          files: { 'package.json': '{"name":"a","version":"1.0.0"}' },
          context: {
            origin: [
              {
                kind: 'plain-http',
                message: 'npm fetches it without encryption: http://mirror.invalid/a.tgz.',
              },
            ],
          },
        },
      ],
      passes: [
        {
          title: 'an ordinary entry',
          files: { 'package.json': '{"name":"a","version":"1.0.0"}' },
          context: { origin: [] },
        },
      ],
    },
  },
  check(_inspection, context) {
    const fixed = context.origin.every(({ kind }) => kind !== 'no-integrity' && kind !== 'weak-integrity')
    const known = fixed && (context.integrity ?? '').startsWith('sha512-')
    return context.origin.map(({ kind, message }) => {
      const weight = weigh(kind, known)
      return findingInManifest(context.resolved ?? message, 'install', {
        ...weight,
        message: weight.action === 'note' ? message : `${message} ${advice[kind] ?? ''}`.trim(),
      })
    })
  },
}
