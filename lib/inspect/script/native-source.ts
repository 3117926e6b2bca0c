import { Buffer } from 'node:buffer'
import { HOLE, type Site } from '../../types.ts'
import { pathSource } from '../secrets.ts'
import { shellWord } from './shell-word.ts'
import type { Invocation, ScriptSession } from './session.ts'
import { constant, unknown, type Value } from './value.ts'

/**
 * C, C++ and Objective-C that npm compiles are not followed. What is read of them: the command lines they hand to the
 * system, and the shape of a shell whose input and output are a socket. What is compiled runs when it is loaded.
 */

/** Files a native build may compile or include. */
export const nativeSource = /\.(?:c|cc|cpp|cxx|c\+\+|m|mm|h|hh|hpp|hxx|inc)$/i

/** Without one of these words a file is of no interest here: looked for in bytes, since vendored libraries are large. */
const needles = [
  'popen',
  'system(',
  'system (',
  'execl',
  'execv',
  'posix_spawn',
  'CreateProcess',
  'ShellExecute',
  'WinExec',
  'getaddrinfo',
  'gethostbyname',
  'inet_',
  'CURLOPT_URL',
].map(text => Buffer.from(text))

/** Whether a file is worth decoding: it starts something, or names the machine it talks to. */
export function mayStart(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return needles.some(needle => buffer.includes(needle))
}

const calls =
  /\b(system|_?wsystem|_?popen|_wpopen|WinExec|ShellExecute(?:Ex)?[AW]?|CreateProcess(?:AsUser)?[AW]?|exec[lv][pe]{0,2}|posix_spawnp?|URLDownloadToFile[AW]?)\s{0,9}\(/g

/** What is never more than a few dozen in honest code. */
const maxCalls = 200
const maxArgumentChars = 4_000

/** Reads one source file; `place` gives the site of a stretch of it. */
export function readNativeSource(
  session: ScriptSession,
  text: string,
  place: (start: number, end: number) => Site,
): void {
  const texts = new Texts(text)
  sends(session, text, texts, place)
  const socket = socketOf(text, place, session)
  let count = 0
  for (const match of text.matchAll(calls)) {
    if (isComment(text, match.index)) continue
    if (++count > maxCalls) {
      session.gap(`native source with more than ${maxCalls} calls`)
      return
    }
    const from = match.index + match[0].length
    const site = place(match.index, Math.min(text.length, match.index + 240))
    const given = argumentsAt(text, from).map(argument => texts.filled(argument))
    act(session, match[1] ?? '', given, site, { socket, text })
  }
}

type Around = { readonly socket: Value | undefined; readonly text: string }

function act(session: ScriptSession, name: string, given: readonly string[], at: Site, around: Around): void {
  const call: Invocation = { program: name, words: [constant(name)], stdin: undefined, site: at, manner: [] }
  if (name.startsWith('URLDownload')) {
    const [, url = '', path = ''] = given
    session.fact({ kind: 'contacts', api: name, destinations: [url], at })
    session.write(path, unknown({ kind: 'network', name: url, at }), false)
    return
  }
  const line = lineOf(name, given)
  if (line.replaceAll(HOLE, '').trim() === '') return
  const isShell =
    /^(?:\S*[/\\])?(?:ba|da|z|k)?sh(?:\s+-i)?$|^(?:\S*[/\\])?cmd(?:\.exe)?$|^(?:\S*[/\\])?powershell(?:\.exe)?$/i
  if (around.socket !== undefined && isShell.test(line.trim())) {
    session.fact({ kind: 'starts', api: name, commands: [line], manner: [], at })
    session.flow(around.socket, {
      kind: 'command-stdin',
      api: name,
      role: 'payload',
      destinations: [line],
      at,
    })
    return
  }
  const isFed = name.endsWith('popen') && given[1]?.startsWith('w') === true
  const stdin = isFed ? environmentOf(around.text, session, at) : undefined
  const dialect = /%\w{1,60}%|\bcmd(?:\.exe)?\s{1,9}\/|\bpowershell\b/i.test(line) ? 'batch' : 'shell'
  session.runner.text(line, dialect, call, stdin)
}

/** The whole line a shell would get: `exec` has a path and then each word from the program's name on. */
function lineOf(name: string, given: readonly string[]): string {
  if (name.startsWith('execl'))
    return [given[0] ?? '', ...given.slice(2)]
      .filter(word => word !== '' && word !== 'NULL')
      .map(shellWord)
      .join(' ')
  if (/^(?:execv|posix_spawn)/.test(name)) {
    const program = given[name.startsWith('p') ? 1 : 0] ?? ''
    const [, ...rest] = (given[name.startsWith('p') ? 4 : 1] ?? '').split('\n')
    return [program, ...rest.filter(word => word !== HOLE)]
      .filter(word => word !== '')
      .map(shellWord)
      .join(' ')
  }
  if (name.startsWith('ShellExecute')) return [given[2] ?? '', given[3] ?? ''].join(' ').trim()
  if (name.startsWith('CreateProcess'))
    return given.slice(0, 3).find(one => one.replaceAll(HOLE, '').length > 3) ?? ''
  return given[0] ?? ''
}

/** The environment of the process, where the file walks through it: what is written into a command then may be it. */
function environmentOf(text: string, session: ScriptSession, at: Site): Value | undefined {
  if (!/\benviron\b\s{0,9}[;)[]|=\s{0,9}environ\b|\bGetEnvironmentStrings\w{0,2}\s{0,9}\(/.test(text))
    return undefined
  return unknown(session.source('env', 'environ', at))
}

/** What is written like a host and is none. */
export const fileName = /\.(?:exe|dll|so|dylib|sh|c|h|cc|cpp|txt|log|json|conf|cfg|ini|node|lock|pid|sock)$/i

/** A connection whose handle becomes the input and output of a program. */
function socketOf(
  text: string,
  place: (start: number, end: number) => Site,
  session: ScriptSession,
): Value | undefined {
  const connects = /\b(?:connect|WSAConnect|accept)\s{0,9}\(/.exec(text)
  if (connects === null || isComment(text, connects.index)) return undefined
  if (!/\bdup[23]\s{0,9}\(|\bhStdInput\b|\bposix_spawn_file_actions_adddup2\b/.test(text)) return undefined
  const at = place(connects.index, connects.index + 240)
  const named = text
    .replaceAll(/#\s{0,9}include[^\n]{0,200}/g, '')
    .matchAll(/"((?:\d{1,3}\.){3}\d{1,3}|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5})"/gi)
  const host = [...named].map(([, name = '']) => name).find(name => !fileName.test(name))
  session.fact({ kind: 'contacts', api: 'connect', destinations: [host ?? HOLE], at })
  return unknown({ kind: 'network', name: host ?? HOLE, at })
}

const naming =
  /\b(?:getaddrinfo|gethostbyname2?|inet_addr|inet_aton|inet_pton)\s{0,9}\(|\bCURLOPT_URL\s{0,9},/g
const sending = /\b(?:send|sendto|write|SSL_write|curl_easy_perform)\s{0,9}\(/g
const hostLike =
  /^(?:https?:\/\/)?(?!localhost\b|127\.|0\.0\.0\.0)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}(?:[:/].{0,300})?$/i

/**
 * A machine the code itself names, and data of the user in the same file: which of the two functions meet is not
 * followed, hence the flow is not certain. Libraries for networks are told by their callers where to connect.
 */
function sends(
  session: ScriptSession,
  text: string,
  texts: Texts,
  place: (start: number, end: number) => Site,
): void {
  const site = (at: number): Site => place(at, Math.min(text.length, at + 240))
  const hosts = [...text.matchAll(naming)]
    .slice(0, maxCalls)
    .filter(({ index }) => !isComment(text, index))
    .flatMap(({ index, 0: whole }) => argumentsAt(text, index + whole.length).map(one => texts.filled(one)))
    .filter(one => hostLike.test(one))
  const [sink] = [...text.matchAll(sending)].slice(0, maxCalls).filter(({ index }) => !isComment(text, index))
  const [host] = hosts
  if (host === undefined || sink === undefined) return
  const at = site(sink.index)
  session.fact({ kind: 'contacts', api: 'connect', destinations: [host], at })
  const sources = [environmentOf(text, session, at), ...credentialsIn(text, session, site)].filter(
    value => value !== undefined,
  )
  for (const value of sources)
    session.flow(value, { kind: 'network', api: 'send', role: 'payload', destinations: [host], at }, false)
}

/** Texts that name a file with credentials of the user. */
function credentialsIn(text: string, session: ScriptSession, site: (at: number) => Site): readonly Value[] {
  const found: Value[] = []
  for (const { index, 1: path = '' } of text.matchAll(/"([^"\\\n]{4,200})"/g)) {
    if (found.length >= 12) break
    const home = path.startsWith('/') ? `~${path}` : path
    if (!/[./]/.test(path) || pathSource(home) !== 'credential-file') continue
    found.push(unknown(session.source('credential-file', home, site(index))))
  }
  return found
}

/** In a line that began as a comment. */
function isComment(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at) + 1
  const before = text.slice(Math.max(start, at - 400), at)
  return before.includes('//') || /^\s{0,99}(?:\*|#|\/\*)/.test(before)
}

/** The arguments from the open bracket on, cut at commas that stand in no bracket. */
function argumentsAt(text: string, from: number): readonly string[] {
  const found: string[] = []
  const last = Math.min(text.length, from + maxArgumentChars)
  let depth = 0
  let start = from
  for (let at = from; at < last; at++) {
    const c = text.charAt(at)
    if (c === '"') at = endOfText(text, at, last)
    else if (c === '(' || c === '{' || c === '[') depth++
    else if (c === ')' || c === '}' || c === ']') {
      if (--depth < 0) {
        found.push(text.slice(start, at))
        return found
      }
    } else if (c === ',' && depth === 0) {
      found.push(text.slice(start, at))
      start = at + 1
    }
  }
  return found
}

function endOfText(text: string, from: number, last: number): number {
  let at = from + 1
  while (at < last && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at
}

/** Texts by the names the file gives them. */
class Texts {
  readonly #source: string
  #known: Map<string, string> | undefined
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  /** What an expression says: literals side by side are one, a known name its text, anything else a `HOLE`. */
  filled(argument: string): string {
    let result = ''
    let isUnknown = false
    for (const { 1: literal, 2: name } of argument.matchAll(
      /"((?:[^"\\]|\\.){0,4000})"|([A-Za-z_]\w{0,100})/g,
    )) {
      if (literal !== undefined) {
        result += unescaped(literal)
        isUnknown = false
      } else if (
        name !== undefined &&
        !/^(?:L|u8|R|const|char|std|string|c_str|data|LPSTR|LPCSTR|NULL|nullptr|TEXT|_T)$/.test(name)
      ) {
        const text = this.#textOf(name)
        if (text !== undefined || !isUnknown) result += text ?? HOLE
        isUnknown = text === undefined
      }
    }
    return result
  }

  /** By another name in turn: `#define A B "x"`. */
  #textOf(name: string): string | undefined {
    const raw = this.#texts().get(name)
    if (raw === undefined || this.#depth >= maxNaming) return undefined
    this.#depth++
    const list = /^\{([^{}]*)\}$/s.exec(raw)?.[1]
    const text =
      list === undefined
        ? this.filled(raw)
        : argumentsAt(`${list})`, 0)
            .filter(one => !/^\s*(?:NULL|nullptr|0)?\s*$/.test(one))
            .map(one => this.filled(one))
            .join('\n')
    this.#depth--
    return text
  }

  #texts(): Map<string, string> {
    if (this.#known !== undefined) return this.#known
    this.#known = new Map()
    const named =
      /#\s{0,9}define\s{1,9}([A-Za-z_]\w{0,100})[ \t]{1,9}([^\n]{0,1000})|\b([A-Za-z_]\w{0,100})\s{0,9}(?:\[\w{0,20}\]\s{0,9})?=(?!=)\s{0,9}(\{[^{}]{0,1000}\}|[^;{}]{0,400});/g
    for (const [, macro, expansion, variable, value] of this.#source.matchAll(named)) {
      const text = expansion ?? value ?? ''
      if (text.includes('"') && this.#known.size < 2_000) this.#known.set(macro ?? variable ?? '', text)
    }
    return this.#known
  }
}

/** Names for names; honest code has two or three. */
const maxNaming = 6

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '' }

function unescaped(literal: string): string {
  return literal.replaceAll(/\\x([0-9a-fA-F]{2})|\\(.)/g, (_, hex?: string, char?: string) =>
    hex === undefined ? (escapes[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
