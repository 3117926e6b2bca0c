/**
 * Texts of `rules/data/` → values. A list may come from a mirror or a cache of the user, so nothing is trusted to have
 * the right shape: a wrong line is dropped, a wrong file throws a plain Error that names what was expected.
 */
import { limits } from '../lib/limits.ts'
import type { Steps } from '../lib/steps.ts'
import type {
  Brand,
  HostClass,
  HostList,
  KnownMalware,
  MalwareList,
  ReportedRange,
  WordList,
  WordStrength,
} from './lists.ts'

/** Rows of a long list that are parsed before others get a turn. */
const rowsAtOnce = 1_000

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
const objects = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

function parseObject(json: string, what: string): Json {
  const value: unknown = JSON.parse(json)
  if (!isObject(value)) throw new Error(`${what}: expected an object`)
  return value
}

/** Lines of a list without its `#` header. */
export function listLines(list: string): readonly string[] {
  return list.split('\n').filter(line => line !== '' && !line.startsWith('#'))
}

/** A field of the `#` header: `headerOf(list, 'Date')`. Empty where it is missing. */
export function headerOf(list: string, field: string): string {
  const start = `# ${field}: `
  for (const line of list.split('\n', 12)) if (line.startsWith(start)) return line.slice(start.length).trim()
  return ''
}

/** `name<tab>bucket` lines → the popular packages. Throws where not one line has that shape. */
export function* parsePopular(list: string): Steps<ReadonlyMap<string, number>> {
  const popular = new Map<string, number>()
  for (const [at, line] of listLines(list).entries()) {
    if (at % rowsAtOnce === 0) yield
    const tab = line.indexOf('\t')
    const bucket = Number(line.slice(tab + 1))
    if (tab > 0 && Number.isInteger(bucket)) popular.set(line.slice(0, tab), bucket)
  }
  if (popular.size === 0) throw new Error('popular packages: expected lines of a name, a tab and a number')
  return popular
}

/** `code point<tab>letter` lines → the look-alike characters. */
export function parseConfusables(list: string): ReadonlyMap<string, string> {
  const confusables = new Map<string, string>()
  for (const line of listLines(list)) {
    const [code = '', like = ''] = line.split('\t')
    const point = Number.parseInt(code, 16)
    if (point > 0x7f && point <= 0x10ffff && like.length === 1) {
      confusables.set(String.fromCodePoint(point), like)
    }
  }
  return confusables
}

const strengths: readonly WordStrength[] = ['strong', 'weak', 'never']

function parseBrand(value: Json): Brand {
  const words = objects(value['words']).flatMap(entry => {
    const strength = strengths.find(known => known === entry['strength'])
    const word = text(entry['word'])
    return strength === undefined || word === '' ? [] : [{ word, strength }]
  })
  return {
    id: text(value['id']),
    name: text(value['name']),
    kind: text(value['kind']),
    verified: value['verified'] === true,
    words,
    phrases: texts(value['phrases']),
    contextWords: texts(value['contextWords']),
    domains: texts(value['domains']),
    apiHosts: texts(value['apiHosts']),
    scopes: texts(value['scopes']),
    packages: texts(value['packages']),
    thirdParty: texts(value['thirdParty']),
    unrelatedScopes: texts(value['unrelatedScopes']),
    githubOrgs: texts(value['githubOrgs']),
  }
}

/** brands.json → brands. Throws where there is not one with an id and a word. */
export function parseBrands(json: string): readonly Brand[] {
  const brands = objects(parseObject(json, 'brands')['brands'])
    .map(parseBrand)
    .filter(brand => brand.id !== '' && brand.words.length > 0)
  if (brands.length === 0) throw new Error('brands: expected a list `brands` with ids and words')
  return brands
}

function parseHostClass(value: Json): HostClass {
  const weight = value['weight']
  return {
    kind: text(value['kind']),
    class: text(value['class']),
    weight: typeof weight === 'number' ? weight : 1,
    patterns: texts(value['patterns']),
  }
}

/** hosts.json → host classes and suffixes. */
export function parseHosts(json: string): HostList {
  const value = parseObject(json, 'hosts')
  return {
    classes: objects(value['classes']).map(parseHostClass),
    documentation: texts(value['documentation']),
    neutral: texts(value['neutral']),
    infrastructure: texts(value['infrastructure']),
    secondLevel: texts(value['secondLevel']),
    supplies: isObject(value['supplies']) ? texts(value['supplies']['hosts']) : [],
    resolvers: isObject(value['resolvers']) ? texts(value['resolvers']['addresses']) : [],
    dnsLists: isObject(value['dnsLists']) ? texts(value['dnsLists']['domains']) : [],
    libraries: isObject(value['libraries']) ? texts(value['libraries']['hosts']) : [],
  }
}

/** words.json → word lists. */
export function parseWords(json: string): WordList {
  const value = parseObject(json, 'words')
  return {
    sdk: new Set(texts(value['sdk'])),
    money: new Set(texts(value['money'])),
    affixes: new Set(texts(value['affixes'])),
    stop: new Set(texts(value['stop'])),
  }
}

type Tables = {
  readonly byHash: Map<string, KnownMalware>
  readonly byVersion: Map<string, KnownMalware>
  readonly reported: Map<string, ReportedRange[]>
}

function addMalware(list: string, start: number, end: number, { byHash, byVersion, reported }: Tables): void {
  const fields: string[] = []
  let at = start
  while (at <= end && fields.length < 6) {
    const tab = list.indexOf('\t', at)
    const stop = tab < 0 || tab > end ? end : tab
    fields.push(list.slice(at, stop))
    at = stop + 1
  }
  const [name = '', version = '', hash = '', category = '', id = '', source = ''] = fields
  if (name === '') return
  if (version === '*' || version.startsWith('>=') || version.startsWith('<')) {
    const known = reported.get(name)
    const entry = { range: version, category, id, source }
    if (known === undefined) reported.set(name, [entry])
    else if (known.length < limits.maxReportsPerName) known.push(entry)
    return
  }
  const entry = { name, version, category, id, source }
  if (hash.length === 64) byHash.set(hash, entry)
  if (version !== '') byVersion.set(`${name}@${version}`, entry)
}

/**
 * known-malware.tsv, and what was fetched since → look-ups by hash and by exact version, and the ranges reported of a
 * name. Lists add to each other: an update never takes an entry back. A row with neither version, range nor hash is
 * dropped: a name proves nothing.
 */
export function* parseMalware(...lists: readonly string[]): Steps<MalwareList> {
  const byHash = new Map<string, KnownMalware>()
  const byVersion = new Map<string, KnownMalware>()
  const reported = new Map<string, ReportedRange[]>()
  let date = ''
  for (const list of lists) {
    const of = headerOf(list, 'Date')
    if (of > date) date = of
    // A whole feed has some 200,000 lines and is read at every start: one pass, no array of lines.
    for (let start = 0, row = 0; start < list.length; row++) {
      if (row % rowsAtOnce === 0) yield
      const newline = list.indexOf('\n', start)
      const end = newline < 0 ? list.length : newline
      if (list[start] !== '#') addMalware(list, start, end, { byHash, byVersion, reported })
      start = end + 1
    }
  }
  return { byHash, byVersion, reported, date }
}
