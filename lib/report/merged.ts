import { opensPages } from '../opens-pages.ts'
import { sourceInWords } from '../../rules/finding.ts'
import { HOLE } from '../types.ts'
import type { Fact, Site, SourceKind, Text } from '../types.ts'
import { alternatives, middle, tellable } from './alternatives.ts'
import { capabilityOf } from './capability.ts'
import { hostsOf } from './host-words.ts'
import { firstFew, grouped } from './layout.ts'
import { commandTexts, isName, pathTexts, readable } from './path-words.ts'
import { printable } from './sanitize.ts'

/** One sentence about a package, `does what`, and everywhere it does so. Safe to print but for the sites. */
export type Line = { readonly does: string; readonly what: string; readonly sites: readonly Site[] }

/** Names of one list that are written out. */
const maxNames = 8

/** Packages whose code is used while npm installs this one. */
const maxPackages = 4

/** Variables with settings that are written out. */
const maxSettings = 4

/** Characters of a list of names; the rest is counted. */
const maxNameChars = 140

/** A fact taken apart: those of one `group` are told together, each text once. */
type Part = {
  readonly does: string
  readonly group: string
  readonly texts: readonly string[]
  readonly say: (texts: readonly string[]) => string
  /** How several statements of this verb are told as one: `reads the files a, b and 3 more`. */
  readonly files?: {
    readonly noun: string
    readonly unknown: string
    /** Which of the texts of one statement can be files. */
    readonly known?: (texts: readonly Text[]) => readonly Text[]
  }
}

type Group = Part & { readonly seen: Set<string>; readonly sites: Site[]; readonly install: boolean }

/**
 * Says each thing once: what one statement does in several ways is one line, and so are equal lines of several
 * places, variables of the environment, and members of one patched object. Lines keep the order of the facts.
 */
export function mergeFacts(facts: readonly Fact[]): readonly Line[] {
  const overridden = new Set(facts.filter(fact => fact.kind === 'overrides').map(fact => lineOf(fact.at)))
  const started = new Set(facts.filter(fact => fact.kind === 'starts').map(fact => lineOf(fact.at)))
  const groups = new Map<string, Group>()
  // A command of binding.gyp is known twice: as it stands there, and as what the shell starts.
  const gyp = new Set(facts.filter(fact => fact.kind === 'gyp-command').map(fact => lineOf(fact.at)))
  for (const fact of facts.toSorted((a, b) => urgency(a) - urgency(b))) {
    const part = partOf(fact)
    if (part === undefined || (fact.kind === 'starts' && gyp.has(lineOf(fact.at)))) continue
    // A method that is overridden is patched as well: one thing.
    if (fact.kind === 'patches' && overridden.has(lineOf(fact.at))) continue
    // What a command says of this computer, the line about the command tells.
    if (
      fact.kind === 'reads' &&
      fact.source === 'host' &&
      started.has(lineOf(fact.at)) &&
      fact.name.includes(' ')
    )
      continue
    const key = `${part.does}\n${part.group}`
    const group = groups.get(key) ?? {
      ...part,
      seen: new Set<string>(),
      sites: [],
      install: fact.phase === 'install',
    }
    groups.set(key, group)
    for (const text of part.texts) group.seen.add(text)
    group.sites.push(fact.at)
  }
  const lines = new Map<string, { does: string; what: string; sites: Site[] }>()
  for (const { does, say, seen, sites } of combineFiles([...groups.values()])) {
    const what = printable(say([...seen]), 800)
    const line = lines.get(`${does} ${what}`) ?? { does, what, sites: [] }
    lines.set(`${does} ${what}`, line)
    for (const site of sites) line.sites.push(site)
  }
  return [...lines.values(), ...perhapsPatched(facts)].map(line => ({ ...line, sites: places(line.sites) }))
}

/** Statements about files that are told one by one; more of them are one list. */
const maxApart = 1

/** Files that are named in such a list, while npm installs the package and later, and characters of their names. */
const maxFilesAtInstall = 8
const maxFiles = 3
const maxFileChars = 100

function combineFiles(groups: readonly Group[]): readonly Group[] {
  const listed = new Map<string, Group[]>()
  for (const group of groups) {
    if (group.files === undefined) continue
    const key = `${group.does} ${group.files.noun}`
    listed.set(key, [...(listed.get(key) ?? []), group])
  }
  return groups.flatMap(group => {
    const alike = group.files === undefined ? [] : (listed.get(`${group.does} ${group.files.noun}`) ?? [])
    if (alike.length <= maxApart) return [group]
    return alike[0] === group ? [listOf(alike)] : []
  })
}

/** The best known file of each statement is named, the others are counted. */
function listOf(groups: readonly Group[]): Group {
  const [first] = groups
  const files = first!.files!
  const atInstall = groups.some(({ install }) => install)
  const texts = groups.map(({ seen }) => tellable(files.known?.([...seen]) ?? [...seen]))
  const all = new Set(texts.flat())
  const best = [...new Set(texts.flatMap(known => known.slice(0, 1)))]
  let chars = 0
  const named = best
    .slice(0, atInstall ? maxFilesAtInstall : maxFiles)
    .map(middle)
    .filter((name, i) => (chars += name.length) <= maxFileChars || i === 0)
  const unknown = texts.some(known => known.length === 0)
  const parts = [
    ...named,
    ...(all.size > named.length ? [`${grouped(all.size - named.length)} more`] : []),
    ...(unknown ? [files.unknown] : []),
  ]
  const last = parts.length > named.length || parts.length === 2 ? parts.pop() : undefined
  const what = parts.join(', ') + (last === undefined ? '' : parts.length === 0 ? last : ` and ${last}`)
  return {
    ...first!,
    say: () => (named.length === 0 ? what : files.noun + what),
    sites: groups.flatMap(({ sites }) => sites),
  }
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
      return startPart(fact, here)
    case 'writes':
      return {
        ...alike('writes', pathTexts(fact.paths), 'a file whose path is computed'),
        files: { noun: '', unknown: 'files whose paths are computed' },
      }
    case 'deletes':
      return {
        ...alike('deletes', pathTexts(fact.paths), 'a path that is computed'),
        files: { noun: '', unknown: 'paths that are computed' },
      }
    case 'makes-executable':
      return {
        ...alike('makes executable', pathTexts(fact.paths), 'a file whose path is computed'),
        files: { noun: '', unknown: 'files whose paths are computed' },
      }
    case 'resolves':
      return lookupPart(hostsOf(fact.destinations))
    case 'loads':
      return loadPart(fact, here)
    case 'patches':
      return fact.unsure === true ? undefined : patchPart(fact.target)
    case 'checks':
      return commonChecks.has(fact.what)
        ? undefined
        : named('checks', '', fact.what === 'ci' && fact.name !== '' ? `ci (${fact.name})` : fact.what, '')
    case 'uses':
      return named('uses the code of', '', fact.name, '', maxPackages)
    case 'listens':
      return named('listens', fact.event === 'connections' ? fact.api : '', fact.event, 'to ')
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

/** An address is shown by the browser; everything else is a program. */
function startPart({ commands, api }: Extract<Fact, { kind: 'starts' }>, here: string): Part {
  const texts = commandTexts(commands)
  const pages = hostsOf(texts.filter(text => isPage(text)))
  if (opensPages(api) && texts.every(text => isPage(text) || text.startsWith(HOLE)))
    return {
      does: 'shows in a browser',
      group: pages.length > 0 ? '' : 'computed',
      texts: pages,
      say: all => firstFew(all, maxNames) || 'an address that is computed',
    }
  return pages.length > 0 && texts.every(text => isPage(text) || tellable([text]).length === 0)
    ? { does: 'shows in a browser', group: '', texts: pages, say: all => firstFew(all, maxNames) }
    : { does: 'starts', group: here, texts, say: all => alternatives(all, 'a command that is computed') }
}

function isPage(command: Text): boolean {
  return /^["']?https?:\/\//i.test(command)
}

/** Tests that programs of every kind make. Those of a clock, a host, a user or a language are rare. */
const commonChecks: ReadonlySet<string> = new Set(['argv', 'main', 'platform', 'exists'])

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
    /^(?:<package>|\/__package__)\/?$/.test(target)
      ? 'a file of its own folder'
      : target === '/' || target === 'false'
        ? HOLE
        : target,
  )
  if (!compiled)
    return {
      does: 'loads',
      group: here,
      texts,
      say: all => alternatives(all, 'a module whose name is computed'),
      files: { noun: '', unknown: 'modules whose names are computed' },
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

function named(does: string, group: string, name: string, before: string, most = maxNames): Part {
  return { does, group, texts: [name], say: all => `${before}${firstFew(all, most)}` }
}

function readPart(fact: Extract<Fact, { kind: 'reads' }>, here: string): Part {
  const { source, name } = fact
  const part = (group: string, say: Part['say']): Part => ({ does: 'reads', group, texts: [name], say })
  const words = (): string => sourceInWords({ kind: source, name, at: fact.at })
  switch (source) {
    case 'env-name':
      return part(source, all => variables(all, 'environment variable', maxSettings))
    case 'env-secret':
      return part(source, all => variables(all, 'secret environment variable', maxNames))
    case 'env':
      return part(
        `${source} ${name}`,
        name.includes('[') ? () => 'environment variables whose names are computed' : words,
      )
    case 'host':
      return part(source, all => `facts about this computer (${firstFew(all, maxNames)})`)
    case 'file':
      return {
        ...part(`${source} ${here}`, all =>
          files(readable(all), 'the file ', 'a file whose path is computed'),
        ),
        files: {
          noun: 'the files ',
          unknown: 'files whose paths are computed',
          known: all => readable(all).map(text => (text === 'node' ? 'the program of Node itself' : text)),
        },
      }
    case 'project-file':
      return {
        ...part(`${source} ${here}`, all =>
          files(readable(all), "the project's file ", 'a file of the project whose path is computed'),
        ),
        files: {
          noun: "the project's files ",
          unknown: 'files of the project whose paths are computed',
          known: readable,
        },
      }
    case 'credential-file':
      return {
        ...part(`${source} ${name}`, words),
        files: { noun: 'the credential files ', unknown: 'others' },
      }
    default:
      return part(`${source} ${name}`, words)
  }
}

function files(names: readonly string[], before: string, unknown: string): string {
  if (names.length > 0 && names.every(name => name === 'node')) return 'the program of Node itself'
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
  // A descriptor that was not told from what it describes: the key itself is not known.
  if (/\.prototype\.(?:enumerable|configurable|writable|value)$/.test(target)) return undefined
  // What a package keeps for itself under a symbol of one of Node's modules is one thing.
  const own = /^(node:[\w/]+)\.((?:@@|_{2,}).+?)(?:\.\d+)?$/.exec(target)
  if (own !== null) return patched(own[1]!, own[2]!)
  const prototype = target.indexOf('.prototype.')
  const end = prototype > 0 ? prototype + '.prototype'.length : target.lastIndexOf('.')
  const owner = (end > 0 ? target.slice(0, end) : target).replace(/^pkg:/, '')
  const [member = ''] = end > 0 ? target.slice(end + 1).split('.') : []
  return patched(owner, member)
}

function patched(owner: string, member: string): Part {
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
