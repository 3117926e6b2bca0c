import { opensPages } from '../opens-pages.ts'
import { sourceInWords } from '../../rules/finding.ts'
import type { Flow, SinkKind, Site, SourceKind } from '../types.ts'
import { alternatives, tellable } from './alternatives.ts'
import { hostsOf } from './host-words.ts'
import { firstFew } from './layout.ts'
import { places, variables, type Line } from './merged.ts'
import { commandTexts, pathTexts, readable } from './path-words.ts'
import { printable } from './sanitize.ts'

/** Sources in the order a reviewer asks for them; what people hand to a library on purpose comes last. */
const order: readonly SourceKind[] = [
  'credential-file',
  'env-secret',
  'env',
  'caller-secret',
  'metadata-service',
  'clipboard',
  'browser',
  'host',
  'network',
  'command-output',
  'package-bytes',
  'project-file',
  'file',
  'env-name',
  'caller',
]

/** Sources of everyday data: where all of it goes is one line. */
const everyday: ReadonlySet<SourceKind> = new Set([
  'env-name',
  'file',
  'project-file',
  'caller',
  'command-output',
])

type Group = { readonly kind: SourceKind; readonly flows: Flow[] }

/**
 * Where data goes, one line for each kind of source and kind of sink: a library that passes ten parameters to one
 * request does one thing. A file that is only written elsewhere is a copy, which the writes already say.
 */
export function mergeFlows(flows: readonly Flow[]): readonly Line[] {
  const groups = new Map<string, Group>()
  for (const flow of flows) {
    const { source, sink } = flow
    if (isTold(source.kind, sink.kind) || isEveryday(flow)) continue
    // A program gets data by its arguments or its input: one thing to ask about.
    const key = everyday.has(source.kind)
      ? source.kind
      : `${source.kind} ${sink.kind === 'command-stdin' ? 'command' : sink.kind}`
    const group = groups.get(key) ?? { kind: source.kind, flows: [] }
    groups.set(key, group)
    group.flows.push(flow)
  }
  return [...groups.values()]
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .map(({ kind, flows: alike }) => wayOf(kind, alike))
    .reduce<readonly Way[]>(together, [])
    .map(({ from, into, sites }) => ({
      does: 'passes',
      what: printable(`${from} → ${firstFew(into, maxSinks)}`, 300),
      sites: places(sites),
    }))
}

/** Files that are copied, started or loaded: the lines about writes, starts and loads say so. */
function isTold(from: SourceKind, into: SinkKind): boolean {
  if (from !== 'file' && from !== 'project-file' && from !== 'package-bytes') return false
  return into === 'write' || into === 'command' || into === 'load' || into === 'native-load'
}

/** Settings and files that commands of the package use for what their user asks of them: which, other lines say. */
function isEveryday({ source: { kind }, sink, phase }: Flow): boolean {
  if (phase === 'install' || kind === 'caller' || !everyday.has(kind)) return false
  return sink.kind === 'write' || sink.kind === 'command' || sink.kind === 'command-stdin'
}

/** Where the data of one kind of source goes. */
type Way = { readonly from: string; readonly into: readonly string[]; readonly sites: readonly Site[] }

/** Kinds of places the same data goes to that are written out. */
const maxSinks = 2

/** The same data that goes to several kinds of places is one line. */
function together(ways: readonly Way[], way: Way): readonly Way[] {
  const same = ways.find(({ from }) => from === way.from)
  if (same === undefined) return [...ways, way]
  const both = { ...same, into: [...same.into, ...way.into], sites: [...same.sites, ...way.sites] }
  return ways.map(one => (one === same ? both : one))
}

function wayOf(kind: SourceKind, flows: readonly Flow[]): Way {
  const names = [...new Set(flows.map(flow => flow.source.name))]
  const sites: readonly Site[] = places(flows.map(flow => flow.sink.at))
  const bySink = new Map<SinkKind, Flow[]>()
  for (const flow of flows) {
    const sink = flow.sink.kind === 'command-stdin' ? 'command' : flow.sink.kind
    bySink.set(sink, [...(bySink.get(sink) ?? []), flow])
  }
  const into = [...bySink.values()].map(alike => {
    const unsure = alike.every(flow => !flow.certain) ? ' (perhaps)' : ''
    return printable(`${sinkInWords(alike)}${unsure}`, 160)
  })
  return { from: printable(sourcesInWords(kind, names, flows), 160), into, sites }
}

function sourcesInWords(kind: SourceKind, names: readonly string[], [first]: readonly Flow[]): string {
  switch (kind) {
    case 'env-name':
      // Which settings are read, another line says.
      return names.length <= 2
        ? variables(names, 'environment variable', 2)
        : `${names.length} environment variables`
    case 'env-secret':
      return variables(names, 'secret environment variable', 3)
    case 'caller':
      return `what a caller gives (${firstFew(named(names), 3) || 'any parameter'})`
    case 'project-file':
      return `the project's file ${alternatives(readable(names), 'whose path is computed')}`
    case 'caller-secret':
      return `the caller's ${firstFew(names, 3)}`
    case 'host':
      return `facts about this computer (${firstFew(names, 4)})`
    case 'file':
      return `the content of ${alternatives(readable(names), 'a file whose path is computed')}`
    case 'network':
      return `the answer of ${firstFew(hostsOf(names), 3) || 'a server'}`
    case 'command-output':
      return `the output of ${alternatives(names, 'a command that is computed')}`
    case 'env': {
      if (names.includes('process.env')) return 'the whole environment'
      if (names.every(name => name === 'names in process.env'))
        return 'the names of all environment variables'
      const begun = names.flatMap(name => /^(\w+)…$/.exec(name)?.[1] ?? [])
      return begun.length === names.length
        ? `environment variables that begin with ${firstFew(begun, 3)}`
        : 'environment variables whose names are computed'
    }
    default:
      return names.length === 1 && first !== undefined
        ? sourceInWords({ ...first.source, name: tellable(names)[0] ?? names[0] ?? '' })
        : `${sourceInWords({ kind, name: names[0] ?? '', at: first!.source.at })} and ${names.length - 1} more`
  }
}

/** Names a reader finds in the code: not those of a minified or nameless function. */
function named(names: readonly string[]): readonly string[] {
  return names.filter(name => name.length > 1)
}

const sinks: Readonly<Record<SinkKind, string>> = {
  network: 'the network,',
  dns: 'the looked-up name',
  answer: 'the answers of a server',
  command: 'the command',
  'command-stdin': 'the input of the command',
  evaluate: 'code that is evaluated',
  load: 'a module that is loaded',
  'native-load': 'native code that is loaded',
  write: 'the file',
  patch: 'something patched',
}

function sinkInWords(flows: readonly Flow[]): string {
  const [first] = flows
  if (first === undefined) return ''
  const destinations = flows.flatMap(flow => flow.sink.destinations)
  if (flows.every(flow => opensPages(flow.sink.api))) return 'a page it shows in the browser'
  const kind = flows.some(flow => flow.sink.kind === 'command') ? 'command' : first.sink.kind
  const apis = firstFew([...new Set(flows.map(flow => flow.sink.api.replace(/^(?:global|pkg):/, '')))], 2)
  const to =
    kind === 'network' || kind === 'dns'
      ? firstFew(hostsOf(destinations), 2)
      : alternatives(kind === 'write' ? pathTexts(destinations) : commandTexts(destinations), '')
  return to === '' ? `${sinks[kind].replace(/,$/, '')} (${apis})` : `${sinks[kind]} ${to}`
}
