import type { AnyNode } from 'acorn'
import { HOLE, type Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import { authorityOf } from './addresses.ts'
import { hiding } from './hiding.ts'
import type { Arguments, Frame, Interpreter, SourceFile } from './interpreter.ts'
import { flowInto } from './modelled-call.ts'
import { textsBehind } from './readable.ts'
import { placeOf, type Place } from './sites.ts'
import { anything, nothing, type FunctionValue, type Taint, type Value } from './values.ts'
import { Writing } from './writing.ts'

/**
 * What a part of a build tool, or of what loads modules, puts into the programs of others: it runs where those are used,
 * with what is typed there. Texts are read for what code in them does; where they go is known by the name of the hook.
 */

/** Functions of plugins whose answer becomes part of what is built: of Rollup, Vite and loaders of modules. */
const answering: ReadonlySet<string> = new Set([
  'transform',
  'transformIndexHtml',
  'renderChunk',
  'load',
  'banner',
  'footer',
  'intro',
  'outro',
])

/** Whether what a function of that name answers is built into somebody's program. */
export function isBuildHook(name: string): boolean {
  return answering.has(name)
}

/** The functions of a hook: itself, or the `handler` of an object that also says when. */
export function hooksIn({ functions, objects }: Value): readonly FunctionValue[] {
  return [...functions, ...objects.flatMap(({ fields }) => fields.get('handler')?.value.functions ?? [])]
}

/** Functions that are given a function whose answer is built in, by its place: of esbuild and of hooks of `require`. */
const registering: Readonly<Record<string, number>> = { onLoad: 1, addHook: 0 }

/** Functions that put a text beside the code of others: of webpack's sources, of MagicString, of Babel's templates. */
const adding: ReadonlySet<string> = new Set([
  'ConcatSource',
  'RawSource',
  'OriginalSource',
  'BannerPlugin',
  'append',
  'prepend',
  'appendLeft',
  'appendRight',
  'prependLeft',
  'prependRight',
  'ast',
  'statement',
  'statements',
])

/** Members of an answer, or of what is given to such a function, that hold a text. */
const holding = ['code', 'contents', 'source', 'html', 'banner', 'children'] as const

const maxDepth = 3
const maxAddresses = 8
const minChars = 24

/** Reads what a hook answers, or what is put beside the code of others. */
export function noteShipped(
  machine: Interpreter,
  hook: string,
  value: Value,
  frame: Frame,
  place: Place,
  depth = 0,
): void {
  for (const text of value.known)
    if (typeof text === 'string' && text.length >= minChars) judge(machine, hook, text, frame, place)
  if (depth >= maxDepth) return
  for (const { fields } of value.objects)
    for (const name of holding) {
      const held = fields.get(name)
      if (held !== undefined) noteShipped(machine, hook, machine.read(held, frame), frame, place, depth + 1)
    }
}

/** `build.onLoad(filter, load)`, `addHook(change)`, `new ConcatSource(asset, text)`, `code.append(text)`. */
export function noteShippedByCall(
  machine: Interpreter,
  name: string,
  { list }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (adding.has(name)) for (const value of list) noteShipped(machine, name, value, frame, place)
  const at = Object.hasOwn(registering, name) ? registering[name] : undefined
  const change = at === undefined ? undefined : list[at]
  if (change === undefined || change.functions.length === 0) return
  const answer = machine.call(change, nothing, { list: [anything, anything], rest: nothing }, frame, place)
  noteShipped(machine, name, answer, frame, place)
}

/** `module._compile = function (code) { … }`: every module of the program passes there. */
export function noteCompiler(
  machine: Interpreter,
  name: string,
  { functions }: Value,
  frame: Frame,
  place: Place,
): void {
  if (name === '_compile') for (const fn of functions) noteTextsOf(machine, name, fn, frame, place)
}

/** Hooks that are given what was built, to change it where it lies: of Rollup and Vite, and of webpack. */
const finishing = /\b(?:generateBundle|processAssets|renderChunk)\b/
const finishes = new WeakMap<SourceFile, string>()

/** `chunk.code += text`, `asset.source = text` in a file that has such a hook. */
export function noteChunk(
  machine: Interpreter,
  name: string,
  value: Value,
  frame: Frame,
  node: AnyNode,
): void {
  if (name !== 'code' && name !== 'source') return
  let hook = finishes.get(frame.file)
  if (hook === undefined) finishes.set(frame.file, (hook = finishing.exec(frame.file.text)?.[0] ?? ''))
  if (hook !== '') noteShipped(machine, hook, value, frame, placeOf(frame.file, node))
}

/** The texts in a hook and in what it uses: what is put into another's by `replace` is not known as a whole. */
export function noteTextsOf(
  machine: Interpreter,
  hook: string,
  fn: FunctionValue,
  frame: Frame,
  place: Place,
): void {
  for (const text of textsBehind(machine, fn, frame))
    for (const [, , literal = ''] of text.matchAll(literals)) judge(machine, hook, literal, frame, place)
}

const literals = /(["'`])((?:(?!\1)[^\\]|\\[^]){24,})\1/g

/** `{ tag: 'script', attrs: { src } }`, as plugins of Vite and webpack add it to pages. */
export function noteTag(
  machine: Interpreter,
  tag: Value,
  attributes: Value,
  frame: Frame,
  place: Place,
): void {
  noteTold(machine, attributes, frame, place)
  if (!tag.known.includes('script')) return
  const addresses = attributes.objects.flatMap(({ fields }) => {
    const src = fields.get('src')
    const value = src === undefined ? nothing : machine.read(src, frame)
    return isConfigured(value) ? [] : textsOf(value).filter(text => absolute.test(text))
  })
  if (addresses.length > 0) ship(machine, 'tag', 'script', false, addresses, frame, place)
}

/**
 * An address in a page is asked by whoever looks at it: what stands in it of the machine that built it, goes there. One
 * variable may be meant for that: keys of maps and of measuring are.
 */
function noteTold(machine: Interpreter, { objects }: Value, frame: Frame, place: Place): void {
  for (const { fields } of objects)
    for (const name of ['src', 'href']) {
      const cell = fields.get(name)
      if (cell === undefined) continue
      const address = machine.read(cell, frame)
      const destinations = textsOf(address).filter(text => absolute.test(text))
      const taints = machine.deepTaints(address, frame).filter(isOfMachine)
      if (destinations.length > 0 && taints.length > 0)
        flowInto(
          machine,
          taints,
          { kind: 'network', role: 'dest', destinations },
          { handle: machine.handle(`tag.${name}`), frame, place },
        )
    }
}

function isOfMachine({ source: { kind } }: Taint): boolean {
  return kind === 'env' || kind === 'credential-file'
}

/** What the user of a plugin says is their own: an account in the address, or an address in the place of a usual one. */
function isConfigured({ taints }: Value): boolean {
  return taints.some(({ source: { kind } }) => kind === 'caller' || kind === 'caller-secret')
}

/** Styles that ask for another address by what a field holds: each tells whoever is asked a letter of it. */
const byValue = /\[\s{0,9}value(?:\$\{[^}]{0,80}\}|[\^$*])=/
const picture = /\burl\(\s{0,9}\\?["']?((?:https?:)?\/\/[\w.-]{3,200}[^"')\s]{0,300})/gi

/** `{ prop, value: 'url(//host/a)' }` in a file that selects fields by what is typed in them. */
export function noteDeclaration(machine: Interpreter, value: Value, frame: Frame, place: Place): void {
  if (!value.known.some(text => typeof text === 'string' && text.includes('url('))) return
  if (byValue.test(frame.file.text)) noteStyle(machine, textsOf(value).join('\n'), frame, place)
}

function noteStyle(machine: Interpreter, text: Text, frame: Frame, place: Place): void {
  const addresses = [...text.matchAll(picture)].slice(0, maxAddresses).map(([, address = '']) => address)
  if (addresses.length > 0) ship(machine, 'selector', 'sends', true, addresses, frame, place)
}

const absolute = /^(?:https?:)?\/\/[\w-]/i
const addressIn =
  /(?:\b(?:https?|wss?):)?\/\/[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?::\d{1,5})?(?:\/[^\s'"`<>)\\]{0,300})?/gi
const scriptIn = /<script\b[^>]{0,400}?\ssrc\s{0,9}=\s{0,9}["']?((?:https?:)?\/\/[^"'\s>]{3,400})/gi
const sends =
  /\bfetch\s{0,9}\(|\bfetch\b\s{0,9}[,;]|\bsendBeacon\b|\bXMLHttpRequest\b|\bnew\s{1,9}(?:WebSocket|EventSource|Image)\b/
const loads =
  /createElement\s{0,9}\(\s{0,9}\\?['"`]script|\bimport\s{0,9}\(\s{0,9}\\?['"`](?:https?:)?\/\/|\bimportScripts\s{0,9}\(/
/** What a program is trusted with: what is typed, what it keeps, what is passed to its functions. */
const takes =
  /\bcookie\b|\b(?:local|session)Storage\b|\bFormData\b|\.value\b|\bpassword\b|\bclipboard|\bethereum\b|\bsolana\b|\bkey(?:down|press|up)\b|\bprocess\.env\b|\bmodule\.exports\b|\.prototype\.\w{1,40}\s{0,9}=/

function judge(machine: Interpreter, hook: string, text: Text, frame: Frame, place: Place): void {
  machine.step(Math.ceil(text.length / 64))
  const scripts = [...text.matchAll(scriptIn)].slice(0, maxAddresses).map(([, address = '']) => address)
  if (scripts.length > 0) ship(machine, hook, 'script', false, scripts, frame, place)
  if (byValue.test(text)) noteStyle(machine, text, frame, place)
  const what = loads.test(text) ? 'loads' : sends.test(text) ? 'sends' : undefined
  if (what === undefined) return
  const addresses = askedIn(text)
  if (addresses.length === 0) return
  const keyed = account.test(text) || addresses.some(address => address.includes(HOLE))
  ship(machine, hook, what, takes.test(text), addresses, frame, place, keyed)
}

/** By what a service tells its customers apart: whoever uses one is known to it by a key, or by a place in the address. */
const account =
  /(?:key|token|dsn|uuid|secret|project|site|app|client|account|tenant|customer|org|team|workspace|write|ingest|stream)[\s_-]{0,2}(?:id|key|code|token)?["'`]{0,2}\s{0,9}[:=]|\$\{|\bauthorization\b|[A-Z]{2,20}_(?:KEY|TOKEN|ID|DSN)\b/i

const asking = String.raw`(?:\b(?:fetch|sendBeacon|open|WebSocket|EventSource|importScripts|import)\s{0,9}\([^;]{0,80}|\.(?:src|href|action)\s{0,9}=[^=;][^;]{0,60}|\bsetAttribute\s{0,9}\([^;]{0,40})`
const askedBefore = new RegExp(`${asking}$`)
const named = /([A-Za-z_$][\w$]{0,40})\s{0,9}[:=]\s{0,9}[\\'"`]{1,3}$/
const lead = 160

/** The addresses in a text of code that it asks, at the call or by a name: others are of documents and name spaces. */
function askedIn(whole: Text): readonly Text[] {
  const text = withoutAliases(whole)
  const asked = new Set<Text>()
  for (const { 0: address, index } of text.matchAll(addressIn)) {
    if (asked.size >= maxAddresses) break
    const before = text.slice(Math.max(0, index - lead), index)
    const name = askedBefore.test(before) ? undefined : named.exec(before)?.[1]
    if (name === undefined ? askedBefore.test(before) : isAsked(text, name)) asked.add(address)
  }
  return [...asked]
}

const alias =
  /([A-Za-z_$][\w$]{0,40})\s{0,9}=\s{0,9}(?:\w{1,20}\??\.){0,2}(?:fetch|sendBeacon)\b(?!\s{0,9}\()/g
const maxAliases = 4

/** `const f = globalThis.fetch` is another name for it. */
function withoutAliases(text: Text): Text {
  let plain = text
  for (const [, name = ''] of [...text.matchAll(alias)].slice(0, maxAliases))
    plain = plain.replaceAll(new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}\\(`, 'g'), 'fetch(')
  return plain
}

function isAsked(text: Text, name: string): boolean {
  return new RegExp(`${asking}(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text)
}

function ship(
  machine: Interpreter,
  api: string,
  what: 'script' | 'sends' | 'loads',
  isTaking: boolean,
  destinations: readonly Text[],
  frame: Frame,
  place: Place,
  hasAccount = true,
): void {
  const hidden = destinations.some(address => isHidden(machine, address))
  machine.fact(
    { kind: 'ships', api, what, takes: isTaking, hidden, anonymous: !hasAccount, destinations },
    frame,
    place,
  )
}

/** The files that run, as far as they are known; functions are only ever added. */
type Running = { readonly files: Set<SourceFile>; readonly writing: Writing; seen: number; decodes: boolean }
const running = new WeakMap<Interpreter, Running>()

function runningIn(machine: Interpreter): Running {
  const known = running.get(machine) ?? { files: new Set(), writing: new Writing(), seen: 0, decodes: false }
  running.set(machine, known)
  for (; known.seen < machine.functions.length; known.seen++) {
    const file = machine.functions[known.seen]!.file as SourceFile
    if (known.files.has(file)) continue
    known.files.add(file)
    known.writing.add(file.text)
    known.decodes ||= hiding.test(file.text)
  }
  return known
}

/** Whether the host of an address stands in no file of those that run, and one of them decodes. */
function isHidden(machine: Interpreter, address: Text): boolean {
  const host = authorityOf(address).replace(/:\d*$/, '')
  if (host.includes(HOLE)) return false
  const { writing, decodes } = runningIn(machine)
  return decodes && !writing.says(host)
}
