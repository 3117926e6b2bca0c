import { forever } from './endless-text.ts'
import { takesOnlyHarmless } from './harmless-uses.ts'
import { Materials, type Sign } from './materials.ts'
import { patches } from './patches.ts'
import { builtinModules } from '../models/index.ts'
import { isSecretVariable, redirects } from '../models/secrets.ts'
import { isPowerModule, powers } from './powers.ts'
import {
  addAssign,
  closeMember,
  afterNewline,
  arrowBody,
  classDeclaration,
  classExpression,
  comparison,
  number,
  object,
  openMember,
  optionalDot,
  string,
  Tokens,
  word,
} from './tokens.ts'

/** A module another file names as plain text. */
export type LiteralEdge = {
  readonly specifier: string
  readonly how: 'require' | 'import'
  readonly at: number
}

/** What opens the gate by itself: the name and where it stands. */
export type Power = { readonly what: string; readonly at: number }

/** What one pass over a text tells without a tree. Offsets count UTF-16 units from 0. */
export type Lexed = {
  /** False where the tokens could be read in two ways: then nothing else here may be relied on. */
  readonly exact: boolean
  /** Why it is not exact; empty where it is. */
  readonly why: string
  readonly tokens: number
  /** Bodies of functions: their `{`, behind their `}`, the index of the body around or -1, powers named inside. */
  readonly functions: readonly { start: number; end: number; parent: number; powers: number }[]
  readonly edges: readonly LiteralEdge[]
  readonly powers: readonly Power[]
  /** The file system is loaded; its changing members are among `fileMembers`. */
  readonly loadsFiles: boolean
  /** How many other packages it names. */
  readonly strangers: number
  readonly fileMembers: readonly Power[]
  /** What strings could be built with that do not stand in the text. */
  readonly signs: ReadonlyMap<Sign, number>
  /** Short strings, each once, from which names could be put together. */
  readonly pieces: ReadonlySet<string>
  /** Units of the longest line, and of the text. */
  readonly longestLine: number
  readonly length: number
  /** Units inside strings that look encoded, and `\x` and `\u` escapes. */
  readonly encoded: number
  readonly escapes: number
  /** Names as obfuscators make them, `_0x3fa2`, and names in all. */
  readonly machineNames: number
  readonly names: number
}

const loaders: ReadonlySet<string> = new Set(['require', 'import', 'from', 'module', 'process', 'arguments'])
const globalObjects: ReadonlySet<string> = new Set([
  'globalThis',
  'global',
  'window',
  'self',
  'navigator',
  'document',
])
const builders: ReadonlySet<string> = new Set([
  'fromCharCode',
  'fromCodePoint',
  'atob',
  'unescape',
  'TextDecoder',
  'toString',
  'reverse',
  'constructor',
  'getOwnPropertyNames',
  'ownKeys',
  'base64',
  'base64url',
  'hex',
  'latin1',
  'binary',
  'setTimeout',
  'setInterval',
])
/** Names worth building: whoever has one of these as a string needs no power word in the text. */
export const keyWords: readonly string[] = [
  'constructor',
  'eval',
  'Function',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'sendBeacon',
  'mainModule',
  'binding',
  'getBuiltinModule',
  'dlopen',
  'process',
  'require',
  'importScripts',
  'createRequire',
]
const keyWordSet: ReadonlySet<string> = new Set(keyWords)

function isMarked(text: string): boolean {
  return (
    loaders.has(text) ||
    globalObjects.has(text) ||
    builders.has(text) ||
    text === 'homedir' ||
    walletKeys.has(text) ||
    pageData.has(text) ||
    shows.has(text) ||
    text === 'open' ||
    text === 'clipboardData' ||
    keyWordSet.has(text) ||
    powers.globals.has(text) ||
    powers.members.has(text) ||
    powers.fileMembers.has(text)
  )
}

/** Members of `process` that say or do nothing a thief needs more than a way out for. */
const harmlessProcess: ReadonlySet<string> = new Set(
  `env platform argv argv0 version versions nextTick stdout stderr stdin cwd exit on once off emit emitWarning hrtime
  pid ppid memoryUsage exitCode title execArgv execPath arch uptime features release config browser umask getuid
  geteuid getgid noDeprecation throwDeprecation traceDeprecation addListener removeListener listeners listenerCount
  removeAllListeners prependListener domain type cpuUsage resourceUsage allowedNodeEnvironmentFlags
  setMaxListeners getMaxListeners isTTY abort connected channel disconnect constrainedMemory availableMemory
  setUncaughtExceptionCaptureCallback hasUncaughtExceptionCaptureCallback prependOnceListener toString
  sourceMapsEnabled stdlib client server prototype default chdir`.split(/\s+/),
)

/** `process.env.X = 'https:…'`, behind `env`; a name that redirects, or one that is put together, may get anything. */
const setsAddress =
  /^(?:\.\w{1,60}|\[['"]\w{1,60}['"]\])\s{0,3}(?:\|\||\?\?)?=\s{0,3}(?:process\.env\.\w{1,60}\s{0,3}(?:\|\||\?\?)\s{0,3})?['"`](?:https?|socks\w{0,2}):/

const assigned = /^(?:\.|\[['"`])(\w{1,60})(?:['"`]\])?\s{0,3}(?:\|\||\?\?)?=(?![=>])/
const setsUnnamed = /^\[(?!\d|(['"`])\w{0,60}\1\])[^=;\n]{1,120}\]\s{0,3}(?:\|\||\?\?)?=(?![=>])/

/** What a caller's wallet is opened with, as parameters and fields are called. */
const walletKeys: ReadonlySet<string> = new Set([
  'mnemonic',
  'mnemonicPhrase',
  'seedPhrase',
  'recoveryPhrase',
  'secretPhrase',
  'privateKey',
  'privateKeyHex',
  'private_key',
  'secretKey',
  'walletKey',
  'keypair',
])

/** Ways to what people type into a page, and to what it keeps of them. */
const pageData: ReadonlySet<string> = new Set(
  'addEventListener localStorage sessionStorage cookies storageState cvc cvv cvv2 securityCode cardNumber'.split(
    ' ',
  ),
)

/** What a page shows or goes to, by an address that something else may stand in. */
const shows: ReadonlySet<string> = new Set(
  'Image Audio location innerHTML outerHTML insertAdjacentHTML backgroundImage cssText'.split(' '),
)

/** Variables that name the user's own folder. */
const homes: ReadonlySet<string> = new Set(['HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'])

const harmlessModule: ReadonlySet<string> = new Set(
  'exports id parent children hot paths filename loaded path default __esModule'.split(' '),
)

/** One pass over one text. Pure; linear in its length; never throws, whatever the text is. */
export function lex(text: string): Lexed {
  return new Reading(text).result()
}

class Reading {
  readonly #tokens: Tokens
  readonly #edges: LiteralEdge[] = []
  readonly #powers: Power[] = []
  readonly #fileMembers: Power[] = []
  readonly #materials: Materials
  readonly #functionPowers: Uint32Array
  /** The specifiers of what is not of the package. */
  readonly #edgeTokens: number[] = []
  #loadsFiles = false
  #strangers = 0

  constructor(text: string) {
    this.#tokens = new Tokens(text, isMarked)
    this.#materials = new Materials(this.#tokens, keyWords)
    this.#functionPowers = new Uint32Array(this.#tokens.functionStarts.length)
    const { marked } = this.#tokens
    for (let at = 0; at < marked.length; at++) this.#look(at)
    this.#members()
    this.#patches()
    this.#loops()
  }

  /** Loops outside of all functions that look as if they had no end: their bodies are worth a look. */
  #loops(): void {
    const { text, functionStarts, functionEnds } = this.#tokens
    if (functionStarts.length > 2_000) return
    let count = 0
    for (const { index } of text.matchAll(forever)) {
      if (++count > 100) return
      let inside = false
      for (let at = 0; at < functionStarts.length && !inside; at++)
        inside = functionStarts[at]! < index && index < functionEnds[at]!
      if (!inside) this.#powers.push({ what: 'a loop without an end', at: index })
    }
  }

  result(): Lexed {
    const { text, exact, why, count, functionStarts, functionEnds, functionParents, escapes } = this.#tokens
    const materials = this.#materials
    return {
      exact,
      why,
      tokens: count,
      functions: functionStarts.map((start, at) => ({
        start,
        end: functionEnds[at] ?? -1,
        parent: functionParents[at] ?? -1,
        powers: this.#functionPowers[at] ?? 0,
      })),
      edges: this.#edges,
      powers: this.#powers,
      loadsFiles: this.#loadsFiles,
      strangers: this.#strangers,
      fileMembers: this.#fileMembers,
      signs: materials.signs,
      pieces: materials.pieces,
      longestLine: longestLine(text),
      length: text.length,
      encoded: materials.encoded,
      escapes,
      machineNames: materials.machineNames,
      names: materials.names,
    }
  }

  #look(index: number): void {
    const tokens = this.#tokens
    const token = tokens.marked[index] as number
    const kind = (tokens.kinds[token] as number) & 15
    const text = tokens.words.text(tokens.values[token] as number)
    if (kind === word) this.#word(token, text, index)
    else this.#string(token, text, index)
  }

  #isMemberName(token: number): boolean {
    return (
      this.#tokens.isPunctuator(token - 1, openMember) && this.#tokens.isPunctuator(token + 1, closeMember)
    )
  }

  /** `x['name']`: what a member by that name is a sign of. */
  #named(token: number, text: string, index: number): void {
    if (text === 'process') {
      if (this.#isGlobalObject(token - 2)) this.#processAt(token, token + 1, index)
    } else if (text === 'homedir') this.#materials.sign('home folder', token)
    else if (walletKeys.has(text)) this.#materials.sign('key of a wallet', token)
    else if (shows.has(text)) this.#materials.sign('picture', token)
    else if (pageData.has(text)) this.#materials.sign('data of a page', token)
  }

  /** Whether a word is one by which a page shows, or goes to, an address. */
  #shows(text: string, token: number, dotted: boolean): boolean {
    if (text === 'open') return dotted && this.#isGlobalObject(token - 2)
    return shows.has(text) && (dotted || this.#isDot(token + 1) || this.#isWord(token - 1, 'new'))
  }

  #word(token: number, text: string, index: number): void {
    const dotted = this.#isDot(token - 1)
    const { fileMembers } = powers
    if (fileMembers.has(text) && !this.#isKey(token, index)) this.#fileMembers.push(this.#power(text, token))
    if (text === 'require') this.#require(token, dotted, index)
    else if (text === 'import') this.#import(token, dotted)
    else if (text === 'from') this.#from(token, dotted)
    else if (text === 'process') this.#process(token, dotted, index)
    else if (text === 'module') this.#module(token, dotted, index)
    else if (text === 'arguments') this.#arguments(token, dotted, index)
    else if (globalObjects.has(text)) this.#globalObject(token, dotted, index)
    if (text === 'clipboardData' && dotted && this.#isDot(token + 1) && this.#isWord(token + 2, 'setData'))
      this.#open('clipboardData.setData', token, index)
    if (text === 'homedir') this.#materials.sign('home folder', token)
    else if (walletKeys.has(text)) this.#materials.sign('key of a wallet', token)
    else if (this.#shows(text, token, dotted)) this.#materials.sign('picture', token)
    else if (pageData.has(text)) this.#materials.sign('data of a page', token)
    if (text === 'constructor') this.#classOf(token, dotted, index)
    else if (builders.has(text)) this.#builder(token, text, dotted)
    if (powers.globals.has(text)) this.#global(token, text, index)
    else if (powers.members.has(text) && (dotted || this.#isPulled(token, index)))
      this.#open(text, token, index)
  }

  /** A member name outside a member access: destructured (`{ mainModule }`), or defined, which is no use. */
  #isPulled(token: number, index: number): boolean {
    return this.#tokens.markedIn[index] === object && !this.#isKey(token, index)
  }

  #power(what: string, token: number): Power {
    return { what, at: this.#tokens.starts[token] as number }
  }

  #open(what: string, token: number, index: number): void {
    this.#powers.push(this.#power(what, token))
    const body = this.#tokens.markedFunction[index] ?? -1
    if (body >= 0) this.#functionPowers[body] = (this.#functionPowers[body] as number) + 1
  }

  #global(token: number, text: string, index: number): void {
    if (this.#isWord(token - 1, 'typeof') && !this.#isDot(token + 1)) return
    if (this.#isKey(token, index)) return
    if (text === 'Function' && this.#isFunctionTest(token)) return
    if (text === 'Function' && this.#givesThis(token)) {
      this.#materials.sign('global object', token)
      return
    }
    this.#open(text, token, index)
  }

  /** `x instanceof Function`, `Function.prototype.call`: the class as such, not its power to make code. */
  #isFunctionTest(token: number): boolean {
    if (this.#isWord(token - 1, 'instanceof')) return true
    if (this.#tokens.isPunctuator(token - 1, comparison) || this.#tokens.isPunctuator(token + 1, comparison))
      return true
    if (!this.#isDot(token + 1)) return false
    if (this.#isWord(token + 2, 'prototype')) return true
    // `Function.call.bind(f)` is what calls f, and makes nothing of a text.
    const isCaller = (at: number): boolean => ['call', 'apply', 'bind'].some(name => this.#isWord(at, name))
    return isCaller(token + 2) && this.#isDot(token + 3) && isCaller(token + 4)
  }

  /** `Function('return this')`: the global object, in old libraries. */
  #givesThis(token: number): boolean {
    const tokens = this.#tokens
    if (
      !this.#tokens.isPunctuator(token + 1, 40) ||
      !this.#isString(token + 2) ||
      !this.#tokens.isPunctuator(token + 3, 41)
    )
      return false
    const id = tokens.values[token + 2] as number
    return id >= 0 && /^\s*return this;?\s*$/.test(tokens.words.text(id))
  }

  #require(token: number, dotted: boolean, index: number): void {
    const tokens = this.#tokens
    if (this.#isKey(token, index) || this.#isWord(token - 1, 'typeof')) return
    if (this.#tokens.isPunctuator(token + 1, 40) && this.#isPlainString(token + 2)) {
      const end = token + 3
      if (this.#tokens.isPunctuator(end, 41) || this.#tokens.isPunctuator(end, 44)) {
        this.#edge(token + 2, 'require')
        return
      }
    }
    if (!dotted && this.#isDot(token + 1)) {
      const next = tokens.words.text(tokens.values[token + 2] as number)
      if (next === 'resolve' || next === 'main' || next === 'ensure' || next === 'context') return
    }
    // A parameter of that name, as AMD and bundlers have it, is a function of the package's own.
    if (this.#isParameter(token)) return
    this.#open(`${dotted ? '.' : ''}require`, token, index)
  }

  /** `function (require, exports, module)`: the name stands in the head of a function, where nothing is used. */
  #isParameter(token: number): boolean {
    let at = token - 1
    for (let steps = 0; steps < 12 && at >= 0; steps++, at--) {
      if (this.#tokens.isPunctuator(at, 40))
        return this.#isWord(at - 1, 'function') || this.#isWord(at - 2, 'function')
      const kind = (this.#tokens.kinds[at] as number) & 15
      if (kind !== word && !this.#tokens.isPunctuator(at, 44)) return false
    }
    return false
  }

  #stringText(token: number): string {
    const { values, words, text, starts, ends } = this.#tokens
    const id = values[token] as number
    return id >= 0 ? words.text(id) : text.slice((starts[token] as number) + 1, (ends[token] as number) - 1)
  }

  #edge(token: number, how: 'require' | 'import'): void {
    const tokens = this.#tokens
    const start = tokens.starts[token] as number
    const specifier = this.#stringText(token)
    this.#edges.push({ specifier, how, at: start })
    if (!specifier.startsWith('.')) this.#edgeTokens.push(token)
    if (/^[@a-z]/i.test(specifier) && !builtinModules.has(specifier) && !specifier.startsWith('node:'))
      this.#strangers++
    const bare = specifier.startsWith('node:') ? specifier.slice(5) : specifier
    if (powers.fileModules.has(bare)) this.#loadsFiles = true
    else if (isPowerModule(bare) && !takesOnlyHarmless(tokens, token, bare))
      this.#powers.push({ what: bare, at: start })
    else if (isOdd(bare)) this.#powers.push({ what: `loads ${bare.slice(0, 40)}`, at: start })
  }

  #import(token: number, dotted: boolean): void {
    if (dotted) return
    if (this.#isString(token + 1)) this.#edge(token + 1, 'import')
    else if (this.#tokens.isPunctuator(token + 1, 40)) {
      const end = token + 3
      if (
        this.#isPlainString(token + 2) &&
        (this.#tokens.isPunctuator(end, 41) || this.#tokens.isPunctuator(end, 44))
      )
        this.#edge(token + 2, 'import')
      else this.#powers.push(this.#power('import()', token))
    }
  }

  #from(token: number, dotted: boolean): void {
    if (!dotted && this.#isString(token + 1)) this.#edge(token + 1, 'import')
  }

  #process(token: number, dotted: boolean, index: number): void {
    if ((dotted && !this.#isGlobalObject(token - 2)) || this.#isKey(token, index)) return
    this.#processAt(token, token, index)
  }

  /** What is done with `process`, which ends at this token: `globalThis['process']` is it as well. */
  #processAt(token: number, end: number, index: number): void {
    const member = this.#memberBehind(end)
    if (member !== undefined) {
      const { name } = member
      if (name === 'env') {
        this.#environment(token, member.end)
        if (this.#setsAddress(member.end)) this.#open('process.env.x = address', token, index)
      }
      if (!harmlessProcess.has(name)) this.#open(`process.${name}`, token, index)
    } else if (this.#tokens.isPunctuator(end + 1, openMember)) this.#open('process[…]', token, index)
    else if (!this.#isTested(token)) this.#materials.sign('global object', token)
  }

  #isGlobalObject(token: number): boolean {
    return ['globalThis', 'global', 'window', 'self'].some(name => this.#isWord(token, name))
  }

  /** `.name` or `['name']` behind a token, and the token it ends with. */
  #memberBehind(token: number): { readonly name: string; readonly end: number } | undefined {
    const { words, values } = this.#tokens
    if (this.#isDot(token + 1)) return { name: words.text(values[token + 2] as number), end: token + 2 }
    return this.#tokens.isPunctuator(token + 1, openMember) && this.#isLiteralMember(token + 1)
      ? { name: this.#stringText(token + 2), end: token + 3 }
      : undefined
  }

  /** `process.env.NAME = 'https://…'`, behind `process.env`. */
  #setsAddress(end: number): boolean {
    const { text, ends } = this.#tokens
    const at = ends[end] as number
    const behind = text.slice(at, at + 160)
    const name = assigned.exec(behind)?.[1]
    return setsAddress.test(behind) || setsUnnamed.test(behind) || (name !== undefined && redirects(name))
  }

  /** `process.env`, which ends at a token, as a value, or asked for the folder of the user. */
  #environment(token: number, end: number): void {
    const member = this.#memberBehind(end)
    if (member === undefined) {
      const isOpen = this.#tokens.isPunctuator(end + 1, openMember)
      this.#materials.sign(isOpen ? 'secret variable' : 'whole environment', token)
    } else if (homes.has(member.name)) this.#materials.sign('home folder', token)
    else if (isSecretVariable(member.name)) this.#materials.sign('secret variable', token)
  }

  #module(token: number, dotted: boolean, index: number): void {
    if (dotted || this.#isKey(token, index)) return
    const tokens = this.#tokens
    if (this.#isDot(token + 1)) {
      const member = tokens.words.text(tokens.values[token + 2] as number)
      if (!harmlessModule.has(member) && member === 'constructor')
        this.#open('module.constructor', token, index)
    } else if (this.#tokens.isPunctuator(token + 1, openMember) && !this.#isLiteralMember(token + 1))
      this.#open('module[…]', token, index)
  }

  /** Outside every function these are the arguments of Node's own wrapper: `arguments[1]` is `require`. */
  #arguments(token: number, dotted: boolean, index: number): void {
    if (dotted || this.#isKey(token, index)) return
    const { functionKinds, functionParents } = this.#tokens
    let body = this.#tokens.markedFunction[index] ?? -1
    while (body >= 0 && functionKinds[body] === arrowBody) body = functionParents[body] as number
    if (body < 0) this.#open('arguments of the module', token, index)
  }

  #globalObject(token: number, dotted: boolean, index: number): void {
    if (dotted || this.#isKey(token, index)) return
    if (this.#tokens.isPunctuator(token + 1, openMember)) {
      if (!this.#isLiteralMember(token + 1)) this.#materials.sign('global member', token)
    } else if (this.#isWord(token - 1, 'in') && this.#tokens.isPunctuator(token + 1, 41))
      this.#materials.sign('global names', token)
    else if (!this.#isDot(token + 1) && !this.#isTested(token)) this.#materials.sign('global object', token)
  }

  /** `typeof x`, `x === y`, `'name' in x`. */
  #isTested(token: number): boolean {
    return (
      this.#isWord(token - 1, 'typeof') ||
      this.#tokens.isPunctuator(token - 1, comparison) ||
      this.#tokens.isPunctuator(token + 1, comparison) ||
      (this.#isWord(token - 1, 'in') && this.#isString(token - 2))
    )
  }

  #classOf(token: number, dotted: boolean, index: number): void {
    // `x.constructor('code')`, `x.constructor.constructor`: only of a function is it a power, which is not told here.
    if (!dotted) {
      if (this.#tokens.markedIn[index] === object && !this.#isMethodName(token, index))
        this.#materials.sign('constructor', token)
      return
    }
    if (this.#tokens.isPunctuator(token + 1, 40) && !this.#isNew(token))
      this.#open('.constructor()', token, index)
    else if (this.#isDot(token + 1) && this.#isWord(token + 2, 'constructor'))
      this.#open('.constructor.constructor', token, index)
    else if (this.#tokens.isPunctuator(token + 1, openMember)) this.#materials.sign('constructor', token)
    // `run = width.constructor`, `construct(proto.constructor, [text])`: a value that may be the constructor of functions.
    else if ([41, 44, 59].some(end => this.#tokens.isPunctuator(token + 1, end)) && !this.#isNew(token))
      this.#materials.sign('constructor as a value', token)
  }

  /** `new this.constructor(…)`, `new x.y.constructor(…)`. */
  #isNew(token: number): boolean {
    let at = token - 1
    while (this.#isDot(at) && at > 0 && ((this.#tokens.kinds[at - 1] as number) & 15) === word) at -= 2
    return this.#isWord(at, 'new')
  }

  #builder(token: number, text: string, dotted: boolean): void {
    if (text === 'toString') {
      // `(n).toString(36)` spells words.
      if (dotted && this.#tokens.isPunctuator(token + 1, 40) && this.#isRadix(token + 2))
        this.#materials.sign('radix', token)
    } else if (text === 'reverse') {
      if (dotted && this.#tokens.isPunctuator(token + 1, 40) && this.#followsSplit(token))
        this.#materials.sign('reverse', token)
    } else if (text === 'getOwnPropertyNames' || text === 'ownKeys') {
      // The names of a class's prototype begin with `constructor`: `getOwnPropertyNames(C.prototype)[0]`.
      for (let at = token + 1; at < token + 10; at++)
        if (this.#tokens.isPunctuator(at, 41) && this.#tokens.isPunctuator(at + 1, openMember))
          this.#materials.sign('names of a prototype', token)
    } else if (text === 'fromCharCode' || text === 'fromCodePoint') this.#materials.sign('char codes', token)
    else if (text === 'setTimeout' || text === 'setInterval') {
      // `setTimeout(function…`, `setTimeout(() =>`: no text.
      const first = token + 2
      if (
        !this.#isWord(first, 'function') &&
        !this.#tokens.isPunctuator(first, 40) &&
        !this.#isWord(first, 'async')
      )
        this.#materials.sign('text timer', token)
    } else if (text === 'atob' || text === 'unescape' || text === 'TextDecoder') {
      if (!this.#isWord(token - 1, 'typeof')) this.#materials.sign('decode', token)
    }
  }

  #isRadix(token: number): boolean {
    const tokens = this.#tokens
    if (token >= tokens.count || ((tokens.kinds[token] as number) & 15) !== number) return false
    const radix = Number(tokens.text.slice(tokens.starts[token], tokens.ends[token]))
    return !(radix <= 16)
  }

  #followsSplit(token: number): boolean {
    for (let at = token - 1; at > token - 8 && at > 0; at--) if (this.#isWord(at, 'split')) return true
    return false
  }

  #string(token: number, text: string, index: number): void {
    const tokens = this.#tokens
    if (this.#isMemberName(token)) this.#named(token, text, index)
    if (keyWordSet.has(text) || powers.globals.has(text) || powers.members.has(text)) {
      if (this.#isCompared(token)) return
      const before =
        this.#tokens.isPunctuator(token - 1, openMember) && this.#tokens.isPunctuator(token + 1, closeMember)
      const named = text === 'require' || powers.members.has(text) || powers.globals.has(text)
      const called = text === 'constructor' && this.#tokens.isPunctuator(token + 2, 40)
      if (before && (named || called)) {
        this.#powers.push(this.#power(`['${text}']`, token))
        return
      }
      if (keyWordSet.has(text)) this.#materials.sign('a name as text', token)
      return
    }
    if (text === 'fromCharCode' || text === 'fromCodePoint') this.#materials.sign('char codes', token)
    if (text === 'atob' || text === 'unescape' || text === 'TextDecoder')
      this.#materials.sign('decode', token)
    if (
      text === 'base64' ||
      text === 'base64url' ||
      text === 'hex' ||
      text === 'latin1' ||
      text === 'binary'
    ) {
      if (this.#tokens.isPunctuator(token + 1, 41) && this.#tokens.isPunctuator(token - 1, 44))
        this.#materials.sign('decode', token)
    }
    if (powers.fileMembers.has(text) && tokens.exact) this.#fileMembers.push(this.#power(text, token))
  }

  /** A string that is only compared, or is a key or a case, reaches nothing. */
  #isCompared(token: number): boolean {
    if (this.#tokens.isPunctuator(token - 1, comparison) || this.#tokens.isPunctuator(token + 1, comparison))
      return true
    if (this.#isGiven(token)) return true
    if (this.#isWord(token - 1, 'case') || this.#isWord(token + 1, 'in')) return true
    return false
  }

  /** `{ fetch: f }`, `{ fetch() {} }`, `class { fetch() {} }`: a name given, not used. */
  #isKey(token: number, index: number): boolean {
    if (this.#tokens.markedIn[index] === object && this.#isGiven(token)) return true
    return this.#isMethodName(token, index)
  }

  /** `{ name: 1 }`, unless what follows could be what a pattern binds: `{ name: x } = process`. */
  #isGiven(token: number): boolean {
    if (!this.#tokens.isPunctuator(token + 1, 58)) return false
    if (!this.#tokens.isPunctuator(token - 1, 123) && !this.#tokens.isPunctuator(token - 1, 44)) return false
    if (this.#tokens.isPunctuator(token + 2, 123) || this.#tokens.isPunctuator(token + 2, 91)) return false
    const { kinds, count } = this.#tokens
    if (token + 2 >= count || ((kinds[token + 2] as number) & 15) !== word) return true
    return ![44, 125, 61].some(end => this.#tokens.isPunctuator(token + 3, end))
  }

  #isMethodName(token: number, index: number): boolean {
    const tokens = this.#tokens
    const around = tokens.markedIn[index]
    if (around !== object && around !== classDeclaration && around !== classExpression) return false
    if (!this.#tokens.isPunctuator(token + 1, 40)) return false
    if (this.#tokens.isPunctuator(token - 1, 123) || this.#tokens.isPunctuator(token - 1, 42)) return true
    if (around === object) return this.#tokens.isPunctuator(token - 1, 44) || this.#isModifier(token - 1)
    return (
      this.#tokens.isPunctuator(token - 1, 125) ||
      this.#tokens.isPunctuator(token - 1, 59) ||
      this.#isModifier(token - 1) ||
      ((tokens.kinds[token] as number) & afterNewline) !== 0
    )
  }

  #isModifier(token: number): boolean {
    return (
      ['get', 'set', 'async', 'static'].some(name => this.#isWord(token, name)) && !this.#isDot(token - 1)
    )
  }

  #isDot(token: number): boolean {
    return this.#tokens.isPunctuator(token, 46) || this.#tokens.isPunctuator(token, optionalDot)
  }

  #isWord(token: number, text: string): boolean {
    const { kinds, starts, ends, count } = this.#tokens
    return (
      token >= 0 &&
      token < count &&
      ((kinds[token] as number) & 15) === word &&
      (ends[token] as number) - (starts[token] as number) === text.length &&
      this.#tokens.text.startsWith(text, starts[token])
    )
  }

  /** `['name']`, and nothing joined to it. */
  #isLiteralMember(open: number): boolean {
    return this.#isString(open + 1) && this.#tokens.isPunctuator(open + 2, closeMember)
  }

  #isString(token: number): boolean {
    return token < this.#tokens.count && ((this.#tokens.kinds[token] as number) & 15) === string
  }

  /** A string or a template without substitutions. */
  #isPlainString(token: number): boolean {
    if (this.#isString(token)) return true
    const { kinds, text, starts, ends, count } = this.#tokens
    return (
      token < count &&
      ((kinds[token] as number) & 15) === 5 &&
      text.charCodeAt(starts[token] as number) === 96 &&
      text.charCodeAt((ends[token] as number) - 1) === 96
    )
  }

  #patches(): void {
    for (const token of patches(this.#tokens, this.#edgeTokens))
      this.#powers.push(this.#power('patches', token))
  }

  /** Names put together where a computed member stands: `x['ev' + y]`. */
  #members(): void {
    const { members } = this.#tokens
    for (let at = 0; at < members.length; at += 2) {
      const from = (members[at] as number) + 1
      const to = members[at + 1] as number
      if (to - from < 3 || to - from > 40) continue
      for (let token = from; token < to; token++) {
        if (!this.#isString(token)) continue
        if (
          this.#tokens.isPunctuator(token - 1, 43) ||
          this.#tokens.isPunctuator(token + 1, 43) ||
          this.#tokens.isPunctuator(token - 1, addAssign)
        )
          this.#materials.fragment(token)
      }
    }
  }
}

/** Neither a file of the package nor a package: addresses, code in a name, machine code, places outside. */
function isOdd(specifier: string): boolean {
  return (
    specifier.endsWith('.node') ||
    specifier.endsWith('.wasm') ||
    specifier.startsWith('/') ||
    specifier.includes(':')
  )
}

function longestLine(text: string): number {
  let longest = 0
  let from = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    if (at - from > longest) longest = at - from
    from = at + 1
  }
  return Math.max(longest, text.length - from)
}
