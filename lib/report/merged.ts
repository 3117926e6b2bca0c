import { sourceInWords } from '../../rules/finding.ts'
import { HOLE } from '../types.ts'
import type { Fact, Site, SourceKind, Text } from '../types.ts'
import { capabilityOf, hostOf } from './capability.ts'
import { firstFew } from './layout.ts'
import { isName, pathTexts } from './path-words.ts'
import { printable } from './sanitize.ts'

/** One sentence about a package, `does what`, and everywhere it does so. Safe to print but for the sites. */
export type Line = { readonly does: string; readonly what: string; readonly sites: readonly Site[] }

/** Names of one list that are written out. */
const maxNames = 8

/** Characters of a list of names; the rest is counted. */
const maxNameChars = 140

/** Characters of one alternative; two short ones fit a line. */
const maxChars = 64
const shortChars = 32

/** A fact taken apart: those of one `group` are told together, each text once. */
type Part = {
  readonly does: string
  readonly group: string
  readonly texts: readonly string[]
  readonly say: (texts: readonly string[]) => string
}

type Group = Part & { readonly seen: Set<string>; readonly sites: Site[] }

/**
 * Says each thing once: what one statement does in several ways is one line, and so are equal lines of several
 * places, variables of the environment, and members of one patched object. Lines keep the order of the facts.
 */
export function mergeFacts(facts: readonly Fact[]): readonly Line[] {
  const groups = new Map<string, Group>()
  // A command of binding.gyp is known twice: as it stands there, and as what the shell starts.
  const gyp = new Set(facts.filter(fact => fact.kind === 'gyp-command').map(fact => lineOf(fact.at)))
  for (const fact of facts.toSorted((a, b) => urgency(a) - urgency(b))) {
    const part = partOf(fact)
    if (part === undefined || (fact.kind === 'starts' && gyp.has(lineOf(fact.at)))) continue
    const key = `${part.does}\n${part.group}`
    const group = groups.get(key) ?? { ...part, seen: new Set<string>(), sites: [] }
    groups.set(key, group)
    for (const text of part.texts) group.seen.add(text)
    group.sites.push(fact.at)
  }
  const lines = new Map<string, { does: string; what: string; sites: Site[] }>()
  for (const { does, say, seen, sites } of groups.values()) {
    const what = printable(say([...seen]), 200)
    const line = lines.get(`${does} ${what}`) ?? { does, what, sites: [] }
    lines.set(`${does} ${what}`, line)
    for (const site of sites) line.sites.push(site)
  }
  return [...lines.values(), ...perhapsPatched(facts)].map(line => ({ ...line, sites: places(line.sites) }))
}

/** What may be changed, as one line: a package that fills in for old engines holds the globals it changes in variables. */
function perhapsPatched(facts: readonly Fact[]): readonly Line[] {
  const unsure = facts.filter(
    fact => fact.kind === 'patches' && fact.unsure === true && !/^(?:node|pkg|native):/.test(fact.target),
  )
  const owners = new Set(
    unsure.map(fact =>
      fact.kind === 'patches' ? (/^[^.]*(?:\.prototype)?/.exec(fact.target)?.[0] ?? '') : '',
    ),
  )
  if (owners.size === 0) return []
  return [
    {
      does: 'patches',
      what: `(perhaps) ${firstFew([...owners].toSorted(), 4)}`,
      sites: unsure.map(fact => fact.at),
    },
  ]
}

const plain: ReadonlySet<SourceKind> = new Set(['env-name', 'host', 'file', 'project-file'])

/** Reads of secrets come before those of settings and files. */
function urgency(fact: Fact): number {
  return fact.kind === 'reads' && plain.has(fact.source) ? 1 : 0
}

/** Each line of a file once, in order of appearance. */
export function places(sites: readonly Site[]): readonly Site[] {
  return [...new Map(sites.map(site => [lineOf(site), site])).values()]
}

function lineOf({ path, line }: Site): string {
  return `${path}:${line}`
}

/**
 * The texts a reader can use: parts the engine could not know are holes (so are `undefined` and `null`, where a value
 * was missing when texts were put together), and what is nothing but holes is left out. The best known come first.
 */
export function tellable(texts: readonly Text[]): readonly Text[] {
  const shown = new Set(
    texts.map(text =>
      text
        .replaceAll(/(?:file:\/\/)?(?:\/__package__|<package>)/g, '<package>')
        .replaceAll('/__project__', '<project>')
        .replaceAll(/(?<![\w-])(?:undefined|null)(?![\w-])/g, HOLE)
        .trim(),
    ),
  )
  // A command is also told as the shell would see it, without its unknown parts: the same once more.
  const emptied = new Set([...shown].filter(text => text.includes(HOLE)).map(bare))
  return [...shown]
    .filter(text => isKnown(text) && (text.includes(HOLE) || !emptied.has(bare(text))))
    .toSorted((a, b) => holes(a) - holes(b) || (a.includes(HOLE) ? b.length - a.length : a.length - b.length))
}

function bare(text: Text): string {
  return text.replaceAll(HOLE, '').replaceAll(/\s+/g, ' ').trim()
}

/** Something a reader can look for: a letter, the home folder, everything, or the root itself. A digit is no file. */
function isKnown(text: Text): boolean {
  return text === '/' || /[a-z~*]|\d\d/i.test(text.replaceAll('<project>', '').replaceAll(HOLE, ' '))
}

function holes(text: Text): number {
  return text.split(HOLE).length - 1
}

/** `a or b`, `a or 3 others`; `unknown` where there is nothing to tell. */
export function alternatives(texts: readonly string[], unknown: string): string {
  const known = tellable(texts)
  const [first = '', second = ''] = known
  if (first === '') return unknown
  if (known.length === 1)
    return unknown === '' || texts.every(isKnown) ? middle(first) : `${middle(first)} or ${unknown}`
  if (known.length === 2 && first.length + second.length <= 2 * shortChars)
    return `${middle(first)} or ${middle(second)}`
  return `${middle(first)} or ${(known.length - 1).toLocaleString('en-US')} ${known.length === 2 ? 'other' : 'others'}`
}

/** Beginning and end of a long text: the end of a path or of a command line is what tells it from its neighbours. */
function middle(text: string): string {
  if (text.length <= maxChars) return text
  const half = Math.floor(maxChars / 2)
  return `${text.slice(0, half)}…${text.slice(1 - half)}`
}

/** Names of machines among what a client was given; paths, methods and header names are none. */
export function hostsOf(destinations: readonly Text[]): readonly string[] {
  const hosts = destinations.map(text =>
    withoutTail(hostOf(text))
      .replace(/:undefined.*$/, '')
      .toLowerCase(),
  )
  return [...new Set(hosts)].filter(isHost)
}

/** A host that is written out, before a path that is not known: `cdn.a.example${path}linux.zip`. */
function withoutTail(host: Text): Text {
  const hole = host.indexOf(HOLE)
  const [before, after] = [host.slice(0, hole), host.slice(hole + 1)]
  return hole > 0 && /\w\.[a-z]{2,}$/i.test(before) && (after === '' || fileName.test(after)) ? before : host
}

const fileName = /[\w\u0001]\.(?:zip|t?gz|tgz|tar|xz|bz2|exe|json|[cm]?js|html?|txt|xml|node)$/i

function isHost(text: string): boolean {
  const [name = ''] = text.split(':')
  if (name.length > 253 || !/^[\w.\u0001-]+$/.test(name) || /^\d+(?:\.\d+){0,2}$/.test(name)) return false
  if (name.includes(HOLE) && fileName.test(name)) return false
  return name === 'localhost' || /[a-z0-9-]\.[a-z0-9-]+$/.test(name)
}

function partOf(fact: Fact): Part | undefined {
  const here = lineOf(fact.at)
  const alike = (does: string, texts: readonly string[], unknown: string): Part => ({
    does,
    group: here,
    texts,
    say: all => alternatives(all, unknown),
  })
  switch (fact.kind) {
    case 'reads':
      return readPart(fact, here)
    case 'contacts':
      return contactPart(fact.destinations, fact.api)
    case 'starts':
      // What a list is asked for one by one stays in it: `run(list.shift(), list)` is told with its program twice.
      return alike(
        'starts',
        fact.commands.map(text => text.replace(/^(\S+) \1(?= |$)/, '$1')),
        'a command that is computed',
      )
    case 'writes':
      return alike('writes', pathTexts(fact.paths), 'a file whose path is computed')
    case 'deletes':
      return alike('deletes', pathTexts(fact.paths), 'a path that is computed')
    case 'makes-executable':
      return alike('makes executable', pathTexts(fact.paths), 'a file whose path is computed')
    case 'resolves':
      return lookupPart(hostsOf(fact.destinations))
    case 'loads':
      return loadPart(fact, here)
    case 'patches':
      return fact.unsure === true ? undefined : patchPart(fact.target)
    case 'checks':
      return commonChecks.has(fact.what) && (fact.what !== 'platform' || fact.phase !== 'install')
        ? undefined
        : named('checks', '', fact.name === '' ? fact.what : `${fact.what} (${fact.name})`, '')
    case 'uses':
      return named('uses the code of', '', fact.name, '')
    case 'listens':
      return named('listens', fact.api, fact.event, 'to ')
    case 'gyp-command':
      if (fact.phase !== 'dormant') break
      return {
        does: 'starts',
        group: 'gyp',
        texts: [fact.command],
        say: all =>
          `${all.length === 1 ? '' : `${all.length} commands if it is compiled: `}${firstFew(all, 2)} (binding.gyp)`,
      }
    case 'native-binary':
      return named('holds', 'native', `${fact.format} ${fact.arch}`, 'compiled programs for ')
    case 'evaluates':
      // Code that is written out was read like the rest of its file.
      if (fact.code === 'constant' && fact.decoders.length === 0) return undefined
      break
    case 'unreadable':
      // A text that is evaluated is told as such.
      if (/ \([\w.]+\)$/.test(fact.at.path)) return undefined
      if (fact.share < 0.005) return named('cannot read', '', fact.why, '')
      break
    default:
  }
  const { does, what } = capabilityOf(fact)
  return { does, group: what, texts: [], say: () => what }
}

/** Tests that programs of every kind make. Those of a clock, a host, a user or a language are rare. */
const commonChecks: ReadonlySet<string> = new Set(['argv', 'main', 'platform'])

function lookupPart(hosts: readonly string[]): Part {
  return hosts.length > 0
    ? { does: 'looks up', group: hosts.join(' '), texts: hosts, say: all => firstFew(all, 3) }
    : { does: 'looks up', group: '', texts: [], say: () => 'a name that is computed' }
}

/** One compiled file for each kind of computer is one thing that is loaded. */
function loadPart({ native, targets, api }: Extract<Fact, { kind: 'loads' }>, here: string): Part {
  if (api.startsWith('global:WebAssembly'))
    return { does: 'loads native code', group: 'wasm', texts: [], say: () => 'as WebAssembly' }
  const compiled = native || (targets.length > 0 && targets.every(target => target.endsWith('.node')))
  const texts = targets.map(target =>
    /^(?:<package>|\/__package__)\/?$/.test(target) ? 'a file of its own folder' : target,
  )
  if (!compiled)
    return {
      does: 'loads',
      group: here,
      texts,
      say: all => alternatives(all, 'a module whose name is computed'),
    }
  const known = tellable(texts).length > 0
  return {
    does: 'loads native code',
    group: known ? '' : here,
    texts,
    say: all => (known ? nativeFiles(tellable(all)) : 'a file whose name is computed'),
  }
}

function nativeFiles(names: readonly Text[]): string {
  return names.length <= 2 ? names.join(' or ') : `${names[0]} or ${names.length - 1} others`
}

function contactPart(destinations: readonly Text[], api: string): Part {
  const hosts = hostsOf(destinations)
  if (hosts.length > 0)
    return { does: 'contacts', group: hosts.join(' '), texts: hosts, say: all => firstFew(all, 3) }
  return {
    does: 'contacts',
    group: '',
    texts: [api.replace(/^(?:global|pkg):/, '')],
    say: all => `an address that is computed (${firstFew(all, 3)})`,
  }
}

function named(does: string, group: string, name: string, before: string): Part {
  return { does, group, texts: [name], say: all => `${before}${firstFew(all, maxNames)}` }
}

function readPart(fact: Extract<Fact, { kind: 'reads' }>, here: string): Part {
  const { source, name } = fact
  const part = (group: string, say: Part['say']): Part => ({ does: 'reads', group, texts: [name], say })
  const words = (): string => sourceInWords({ kind: source, name, at: fact.at })
  switch (source) {
    case 'env-name':
      return part(source, all => variables(all, 'environment variable'))
    case 'env-secret':
      return part(source, all => variables(all, 'secret environment variable'))
    case 'env':
      return part(
        `${source} ${name}`,
        name.includes('[') ? () => 'environment variables whose names are computed' : words,
      )
    case 'host':
      return part(source, all => `facts about this computer (${firstFew(all, maxNames)})`)
    case 'file':
      return part(`${source} ${here}`, all =>
        files(readable(all), 'the file ', 'a file whose path is computed'),
      )
    case 'project-file':
      return part(`${source} ${here}`, all =>
        files(readable(all), "the project's file ", 'a file of the project whose path is computed'),
      )
    default:
      return part(`${source} ${name}`, words)
  }
}

/** The root is a folder: what is read there has a name that is not known. */
function readable(names: readonly string[]): readonly string[] {
  return pathTexts(names).map(name => (name === '/' ? HOLE : name))
}

function files(names: readonly string[], before: string, unknown: string): string {
  if (names.every(name => name === 'node')) return 'the program of Node itself'
  const known = alternatives(names, '')
  return known === '' ? unknown : before + known
}

/** `the environment variable A`, `12 environment variables: A, B …`. */
export function variables(names: readonly string[], noun: string, most = maxNames): string {
  if (names.length === 1) return `the ${noun} ${names[0]}`
  let fits = 0
  for (let chars = 0; fits < Math.min(most, names.length); fits++) {
    chars += names[fits]!.length + 2
    if (chars > maxNameChars && fits > 0) break
  }
  return `${names.length} ${noun}s: ${firstFew(names, fits)}`
}

/** Members of one object together; a field of an instance of Node's own classes changes nobody else's code. */
function patchPart(target: string): Part | undefined {
  if (target.startsWith('native:')) return undefined
  // Code that keeps a private value on itself, where `this` may be many things; `node:module` has real ones.
  if (/^node:(?!module\b).*\._\w+$/.test(target)) return undefined
  if (/^node:(?:events\.|[a-z_/]+\.[A-Z]\w*\.)(?!prototype|EventEmitter\.prototype)/.test(target))
    return undefined
  // A field of an instance whose class another package made: `this.backoff.ms = 1` changes this instance.
  if (/^pkg:(?:@[^/]+\/)?[^.]+\.(?:[^.]+\.)*[A-Z]\w*\.(?!prototype\.)[^.]+\.[^.]+$/.test(target))
    return undefined
  const prototype = target.indexOf('.prototype.')
  const end = prototype > 0 ? prototype + '.prototype'.length : target.lastIndexOf('.')
  const owner = (end > 0 ? target.slice(0, end) : target).replace(/^pkg:/, '')
  const [member = ''] = end > 0 ? target.slice(end + 1).split('.') : []
  return {
    does: 'patches',
    group: owner,
    // A key that is a symbol has the symbol's name.
    texts: isName(member) ? [member.replace(/^@@([^@]*)@?.*$/, '[$1]')] : [],
    say: all => {
      const known = tellable(all)
      return known.length === 0
        ? owner
        : known.length === 1
          ? `${owner}.${known[0]}`
          : `${owner}: ${firstFew(known, 4)}`
    },
  }
}
