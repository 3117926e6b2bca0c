import { addressPattern, ownAddress } from '../wallet-addresses.ts'
import { escapeEnd, stringValue } from './escapes.ts'
import { number, punctuator, regex, string, template, word, type Tokens } from './tokens.ts'

/** Ways to come by a string that does not stand in the text as it is. */
export type Sign =
  | 'char codes' // fromCharCode and its like
  | 'decode' // atob, unescape, Buffer.from(…, 'base64')
  | 'radix' // numbers written with letters
  | 'reverse' // split, reverse, join
  | 'fragment' // part of a name where a computed member is put together
  | 'a name as text' // the whole name as a string that is not only compared
  | 'a name inside text' // inside, turned round, or between separators
  | 'constructor' // as a key or before a computed member
  | 'constructor as a value' // f(x.constructor)
  | 'hidden text' // letters that no editor shows, in a string
  | 'picked letters' // s[3] + s[7] + …
  | 'picked from an alphabet' // 'abcdefghijklm…'[i]
  | 'no letters' // [][(![]+[])[+!+[]]]
  | 'code in text' // a string that holds code with powers
  | 'global member' // globalThis[x]
  | 'global object' // globalThis, or process, handed on as a value
  | 'encoded text' // in a string, in a list of numbers or of strings
  | 'text timer' // setTimeout and its like, which take code as text
  | 'script element' // createElement('script')
  | 'global names' // for (x in globalThis)
  | 'file of credentials' // '/.aws/credentials'
  | 'whole environment' // process.env as a value
  | 'home folder' // homedir
  | 'secret variable' // process.env.SERVICE_TOKEN, process.env[x]
  | 'key of a wallet' // privateKey
  | 'picture' // new Image, createElement('img'), innerHTML, location: what asks for an address by showing it
  | 'address in text' // 'https://…'
  | 'data of a page' // what is typed into it, what it keeps
  | 'statement that empties' // 'drop table …'
  | 'tools for an assistant' // 'tools/list'
  | 'selector of a value' // '[value^=' in text
  | 'hook of a build tool' // transformIndexHtml
  | 'hook of a client' // interceptors
  | 'message of a bot' // forwardMessage
  | 'answer of a server' // sendFile
  | 'number of a chat' // '1000000000000000042'
  | 'data of a request' // what whoever asks a server signs in with
  | 'code for a page' // executeJavaScript
  | 'message to a frame' // contentWindow
  | 'session of a browser' // storageState
  | 'pattern of addresses' // /0x[a-f0-9]{40}/
  | 'address of a wallet' // '0x8f3a…'
  | 'names of a prototype' // of which the first is `constructor`

const codeInText =
  /\bfetch\s*\(|\bglobalThis\b|\brequire\s*\(|\bimport\s*\(|child_process|\bprocess\s*\.\s*(?:mainModule|binding|getBuiltin)|XMLHttpRequest|\beval\s*\(|sendBeacon|\bdata:(?:text|application)\/(?:x-)?(?:java|ecma)script\b/

/** Elements that ask for an address, or send to one. */
const elements = ['img', 'iframe', 'link', 'a', 'form', 'video', 'audio', 'object', 'embed'] as const

/** Longer patterns tell whole languages apart, not addresses. */
const maxPattern = 400

/** Characters of an address of a wallet. */
const minWallet = 26
const maxWallet = 64

/** What forms tell browsers of fields for the security code and the number of a card. */
const cardFields: ReadonlySet<string> = new Set(['cc-csc', 'cc-number'])

/** A selector of fields by a part of what they hold. */
const byValue = /\[value(?:\$\{|[\^$*]=)/

/** What plugins of build tools and hooks of `require` are called by, or add to the code of others with. */
const buildHooks: ReadonlySet<string> = new Set([
  'transformIndexHtml',
  'renderChunk',
  'generateBundle',
  'processAssets',
  'onLoad',
  'addHook',
  'ConcatSource',
  'RawSource',
  'BannerPlugin',
  'MagicString',
  'pushContainer',
  'unshiftContainer',
  'visitor',
  'headTags',
  'assetTags',
  'alterAssetTags',
  'alterAssetTagGroups',
])

/** How a bot that the caller signed in is told to say something. */
const botCalls: ReadonlySet<string> = new Set([
  'sendMessage',
  'sendDocument',
  'sendPhoto',
  'sendFile',
  'copyMessage',
  'copyMessages',
  'forwardMessage',
  'forwardMessages',
  'callApi',
])

/** How text is run in the page of a window or a tab. */
const pageCode: ReadonlySet<string> = new Set([
  'executeJavaScript',
  'executeJavaScriptInIsolatedWorld',
  'injectJavaScript',
  'addInitScript',
  'evaluateOnNewDocument',
])

/** What requests to a server and the sessions of browsers are signed in with, or hold it. */
const requestData: ReadonlySet<string> = new Set([
  'headers',
  'rawHeaders',
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'signTypedData',
])

/** Longer than words, names and the addresses of documentation; a payload of that length says nothing yet. */
const alphabet = /abcdefghijklm|nopqrstuvwxyz/i

/** How what asks a server is answered, whoever's server it is. */
const answers: ReadonlySet<string> = new Set([
  'json',
  'jsonp',
  'html',
  'send',
  'sendFile',
  'sendfile',
  'end',
  'text',
  'body',
  'setHeader',
  'writeHead',
  'cookie',
  'postMessage',
  'post',
  'Response',
  'NextResponse',
  'statusCode',
  'defineEventHandler',
  'eventHandler',
  'pipe',
  'handler',
  'fastify',
  'route',
  'router',
  'app',
])

/** What a client that the caller gave needs to be told to lose its data. */
const emptying = /^\s{0,99}(?:drop\s{1,9}(?:database|schema|table)|truncate\s{1,9}table)\s/i

/** The beginning of an absolute address, also where a template has the host. */
const address = /^(?:https?:)?\/\/[\w-]|^https?:\/\/$/

/** Markup or a style with such an address in it. */
const shownAddress =
  /(?:\b(?:src|srcset|href|action)\s?=\s?["']?|url\(\s?["']?|@import\s["'])(?:https?:)?\/\//i

/** Where credentials lie that nobody who asks a server is to have. */
const ofCredentials =
  /^(?:~?\/)?\.(?:aws|ssh|npmrc|netrc|kube|docker|git-credentials)\b|\/\.(?:aws|ssh|npmrc|netrc|kube|docker)\b|^\/proc\/|^\/etc\/shadow$/
const maxPath = 120

/** How chats and whoever is in them are numbered. */
const numberOfChat = /^(?:(?:\/channels\/)?\d{17,20}(?:\/messages)?|[CDGU](?=[A-Z]{0,10}\d)[A-Z0-9]{8,10})$/
const maxChat = 40

/** The first half of variation selectors and of tags, which carry a byte each and no editor shows. */
const hiddenLead = '\uDB40'

const minEncodedRun = 32
const minNumbers = 12
const minStrings = 24
const minEscapes = 16
const minProse = 40

const asWord = 1
const asString = 2
const asMachineName = 4

/** What the strings and the operators of one text could build. Linear in its length. */
export class Materials {
  readonly signs = new Map<Sign, number>()
  readonly pieces = new Set<string>()
  encoded = 0
  machineNames = 0
  names = 0
  readonly #tokens: Tokens
  readonly #keys: readonly string[]

  constructor(tokens: Tokens, keys: readonly string[]) {
    this.#tokens = tokens
    this.#keys = keys
    const seen = new Uint8Array(tokens.words.count)
    let picked = 0
    let bare = 0
    let numbers = 0
    let strings = 0
    const { kinds, values, count } = tokens
    for (let token = 0; token < count; token++) {
      const kind = (kinds[token] as number) & 15
      const value = values[token] as number
      if (kind === number || kind === string) {
        // A list of codes, a table of strings: what an obfuscator keeps its texts in.
        if (kind === number) numbers++
        else strings++
        if (numbers === minNumbers || strings === minStrings) this.sign('encoded text', token)
      } else if (kind !== punctuator || value !== 44) {
        numbers = 0
        strings = 0
      }
      if (kind === punctuator) {
        // `[]` and `+` without anything between: letters are made of nothing.
        if ((value === 93 || value === 33) && this.#isBare(token)) bare++
        else if (value === 43 && this.#isPick(token)) picked++
        continue
      }
      if (kind === word) {
        this.names++
        const known = seen[value] as number
        if ((known & asWord) === 0) {
          const name = tokens.words.text(value)
          seen[value] = known | asWord | (isMachineName(name) ? asMachineName : 0)
          if (buildHooks.has(name)) this.sign('hook of a build tool', token)
          else this.#others(name, token)
        }
        if (((seen[value] as number) & asMachineName) !== 0) this.machineNames++
      } else if (kind === string || kind === template) {
        if (value >= 0) {
          if (this.#namesElement(token, 'script')) this.sign('script element', token)
          else if (elements.some(name => this.#namesElement(token, name))) this.sign('picture', token)
          if (((seen[value] as number) & asString) === 0) {
            seen[value] = (seen[value] as number) | asString
            this.#short(tokens.words.text(value), token)
          }
        } else this.#long(token)
      } else if (kind === regex) this.#regex(token)
    }
    if (picked >= 3) this.sign('picked letters', 0)
    if (bare >= 12) this.sign('no letters', 0)
    if (tokens.escapes >= minEscapes) this.sign('encoded text', 0)
  }

  /** `createElement('script')`, whose address may be hidden. */
  #namesElement(token: number, name: string): boolean {
    const { text, starts, ends } = this.#tokens
    const start = starts[token] as number
    return (
      (ends[token] as number) - start === name.length + 2 &&
      text.startsWith(name, start + 1) &&
      text.startsWith('createElement', start - 14)
    )
  }

  sign(sign: Sign, token: number): void {
    if (!this.signs.has(sign)) this.signs.set(sign, this.#tokens.starts[token] ?? 0)
  }

  /** A string that is joined with something inside the brackets of a computed member. */
  fragment(token: number): void {
    const id = this.#tokens.values[token] as number
    if (id < 0) return
    const text = this.#tokens.words.text(id)
    if (text.length < 2) return
    for (const key of this.#keys)
      if (text.length < key.length && (key.startsWith(text) || key.endsWith(text)))
        this.sign('fragment', token)
  }

  /** What leads a client or a bot of the caller's elsewhere, as a name or as a key. */
  #others(name: string, token: number): void {
    if (name === 'interceptors') this.sign('hook of a client', token)
    else if (botCalls.has(name)) this.sign('message of a bot', token)
    else if (answers.has(name)) this.sign('answer of a server', token)
    else if (pageCode.has(name)) this.sign('code for a page', token)
    else if (name === 'contentWindow') this.sign('message to a frame', token)
    else if (name === 'storageState') this.sign('session of a browser', token)
    if (requestData.has(name)) this.sign('data of a request', token)
  }

  #short(text: string, token: number): void {
    if (text.length === 0) return
    if (text.length <= 16) this.pieces.add(text)
    if (text.length < 4) return
    if (cardFields.has(text)) this.sign('data of a page', token)
    if (text.length >= minWallet && text.length <= maxWallet && ownAddress.test(text))
      this.sign('address of a wallet', token)
    if (text.length <= maxChat && numberOfChat.test(text)) this.sign('number of a chat', token)
    if (text === 'tools/list') this.sign('tools for an assistant', token)
    else this.#others(text, token)
    this.#shown(text, token)
    if (address.test(text)) this.sign('address in text', token)
    else if (text.length <= maxPath && ofCredentials.test(text)) this.sign('file of credentials', token)
    else if (emptying.test(text)) this.sign('statement that empties', token)
    if (alphabet.test(text)) this.sign('picked from an alphabet', token)
    const letters = text.length > 48 ? text : lettersOf(text)
    const reversed = letters.length < 80 ? letters.split('').toReversed().join('') : ''
    for (const key of this.#keys) {
      if (key.length < 7 && key !== 'eval') continue
      const lower = key.toLowerCase()
      if (
        text !== key &&
        ((letters === lower && key !== 'Function' && text.toLowerCase() !== lower) ||
          reversed.includes(lower))
      )
        this.sign('a name inside text', token)
    }
    if (text.includes(hiddenLead)) this.sign('hidden text', token)
    if (
      text.length >= minProse &&
      (encodedRun(text, 0, text.length) >= minEncodedRun || !isProse(text, 0, text.length))
    )
      this.sign('encoded text', token)
    if (text.length > 6 && codeInText.test(text)) this.sign('code in text', token)
    if (byValue.test(text)) this.sign('selector of a value', token)
  }

  /** Markup that is shown asks for the addresses in it. */
  #shown(text: string, token: number): void {
    if (!shownAddress.test(text)) return
    this.sign('picture', token)
    this.sign('address in text', token)
  }

  #long(token: number): void {
    const { text, starts, ends } = this.#tokens
    const start = (starts[token] as number) + 1
    const end = (ends[token] as number) - 1
    const run = encodedRun(text, start, end)
    if (run >= minEncodedRun) this.encoded += run
    if (run >= minEncodedRun || !isProse(text, start, end)) this.sign('encoded text', token)
    const slice = text.slice(start, end)
    if (slice.includes(hiddenLead)) this.sign('hidden text', token)
    this.#shown(slice, token)
    if (address.test(slice)) this.sign('address in text', token)
    else if (emptying.test(slice)) this.sign('statement that empties', token)
    if (alphabet.test(slice)) this.sign('picked from an alphabet', token)
    if (codeInText.test(slice.includes('\\') ? stringValue(slice, 0, slice.length) : slice))
      this.sign('code in text', token)
    if (byValue.test(slice)) this.sign('selector of a value', token)
  }

  /** `/eval/.source` is a string as well. */
  #regex(token: number): void {
    const { text, starts, ends } = this.#tokens
    const start = (starts[token] as number) + 1
    const end = ends[token] as number
    if (end - start < maxPattern && addressPattern.test(text.slice(start, end)))
      this.sign('pattern of addresses', token)
    if (end - start > 24) return
    const body = text.slice(start, text.lastIndexOf('/', end - 1))
    if (body.length <= 16) this.pieces.add(body)
    if (this.#keys.includes(body)) this.sign('a name inside text', token)
  }

  #isBare(token: number): boolean {
    const { kinds, values } = this.#tokens
    const next = token + 1
    if (next >= this.#tokens.count || ((kinds[next] as number) & 15) !== punctuator) return false
    const value = values[token] as number
    const after = values[next] as number
    if (value === 33) return after === 91 || after === 43
    return (
      token > 0 &&
      values[token - 1] === 91 &&
      ((kinds[token - 1] as number) & 15) === punctuator &&
      (after === 43 || after === 10)
    )
  }

  /** `] + x[…` or `) + x.charAt(`: letters taken out of texts one by one. */
  #isPick(token: number): boolean {
    const { kinds, values, count } = this.#tokens
    if (token < 4 || token + 4 >= count) return false
    const isNumberMember = (close: number): boolean =>
      values[close] === 11 &&
      ((kinds[close] as number) & 15) === punctuator &&
      ((kinds[close - 1] as number) & 15) === 3 &&
      values[close - 2] === 10
    if (!isNumberMember(token - 1)) return false
    for (let at = token + 1; at < token + 5 && at < count; at++)
      if (values[at] === 11 && isNumberMember(at)) return true
    return false
  }
}

function lettersOf(text: string): string {
  let letters = ''
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at) | 32
    if (unit >= 97 && unit <= 122) letters += String.fromCharCode(unit)
  }
  return letters
}

/** The longest run of characters that base64, hexadecimal or escapes consist of. */
function encodedRun(text: string, start: number, end: number): number {
  let longest = 0
  let run = 0
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 92) {
      const next = text.charCodeAt(at + 1)
      const after = escapeEnd(text, at)
      if (next === 120 || next === 117) run += after - at
      else run = 0
      at = after - 1
    } else if (
      (unit >= 48 && unit <= 57) ||
      (unit >= 65 && unit <= 90) ||
      (unit >= 97 && unit <= 122) ||
      unit === 43 ||
      unit === 47 ||
      unit === 61 ||
      unit === 95 ||
      unit === 45
    )
      run++
    else run = 0
    if (run > longest) longest = run
  }
  return longest
}

/** Whether a text reads like sentences or paths: mostly letters and blanks, with vowels among them. */
function isProse(text: string, start: number, end: number): boolean {
  let letters = 0
  let vowels = 0
  let others = 0
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at)
    const lower = unit | 32
    if (lower >= 97 && lower <= 122) {
      letters++
      if (lower === 97 || lower === 101 || lower === 105 || lower === 111 || lower === 117) vowels++
    } else if (
      unit !== 32 &&
      unit !== 10 &&
      unit !== 46 &&
      unit !== 44 &&
      unit !== 39 &&
      unit !== 47 &&
      unit !== 45
    )
      others++
  }
  return others * 4 <= letters && vowels * 4 >= letters && vowels * 2 <= letters
}

function isMachineName(text: string): boolean {
  return text.length >= 5 && text.startsWith('_0x')
}

/** Whether a name can be put together from at least two of these pieces. */
export function canBuild(key: string, pieces: ReadonlySet<string>): boolean {
  const reachable = new Uint8Array(key.length + 1)
  reachable[0] = 1
  for (let from = 0; from < key.length; from++) {
    if (reachable[from] === 0) continue
    for (let to = from + 1; to <= key.length; to++)
      if (to - from < key.length && pieces.has(key.slice(from, to))) reachable[to] = 1
  }
  return reachable[key.length] === 1
}
