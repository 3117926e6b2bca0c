import { channels } from '../models/channels.ts'
import { codecs, language } from '../models/codecs.ts'
import { code, exec } from '../models/exec.ts'
import { files } from '../models/files.ts'
import { aliases } from '../models/index.ts'
import { expand, type Act, type Model } from '../models/model.ts'
import { httpClients, sockets } from '../models/network.ts'
import { host } from '../models/secrets.ts'
import { answers, emitters, stores } from '../models/services.ts'
import { tools } from '../models/tools.ts'

/**
 * What a package must be able to name before it can do anything a rule speaks of, taken from the models, so that
 * whatever is modelled is also looked for. A power is a way out of the package or into code: to contact, start, write,
 * delete, load, evaluate, or to read what only a thief wants. Reading files and variables is none by itself: without
 * a way out nothing can be done with it.
 */

const powerfulActs: ReadonlySet<Act['act']> = new Set([
  'contact',
  'resolve',
  'start',
  'evaluate',
  'load',
  'write',
  'copy',
  'delete',
  'chmod',
  'does',
])

/** Instances whose methods send; making one is the power, since their methods have the names of everything else. */
const powerfulInstances: ReadonlySet<string> = new Set([
  'xhr',
  'socket',
  'datagram',
  'resolver',
  'git',
  'autostart',
  'service',
  'cron-table',
  'database',
  'inspector',
])

const powerfulBuiltIns: ReadonlySet<string> = new Set([
  'fork',
  'Worker',
  'module.register',
  'database',
  'axios.use',
  'binding.spawn',
  'Script',
  'Function',
  'createRequire',
  'getBuiltin',
  'server',
  'fs.write',
  'fs.open',
  'registry',
  'repl',
  'shelljs',
  'agent',
  'client',
  'client.call',
  'dispatcher',
  'archive.unpack',
  'request.into',
])

/** Implemented in code and no way out: what goes in comes out, or reaches a power that has to be named. */
export const harmlessBuiltIns: ReadonlySet<string> = new Set([
  // A request object goes nowhere without a fetch that takes it.
  'Request',
  'bag',
  'xhr.open',
  'socket.connect',
  'datagram.send',
  // Literal requires are edges; every other use of the word is a power of its own.
  'require',
  // What runs in a context is given to another call.
  'createContext',
  // Text given to a timer has to be hidden from the lexer to be of use: that is what the signs are for.
  'timer',
  'fs.read',
  // Names alone are nothing: what is done with the files has to be named.
  'fs.list',
  'walk',
  'JSON.stringify',
  'RegExp',
  'member by path',
  'JSON.parse',
  'encode',
  'decode',
  'compress',
  'decompress',
  'cipher',
  'cipher.update',
  'glob',
  // An application of a framework listens on a server of Node's, and does nothing with what it gets by itself.
  'application',
  // A handler, and an answer, are those of a server that somebody else starts.
  'handler',
  'headers',
  'Response',
  // Making the script is the power.
  'Script.run',
  // Loading the addon is the power.
  'addon',
  'server.on',
  'decipher.update',
  'Buffer',
  'fromCharCode',
  'number',
  'clean',
  // What is printed has to be taken and encoded first.
  'print',
  // Opening the session is the power.
  'inspector.post',
  'Object.keys',
  'Object.values',
  'Object.entries',
  'Object.assign',
  'identity',
  // A question about a value calls nothing of it.
  'test',
  // What another module exports is that module's.
  'exportStar',
  'symbol',
  'Object.create',
  'getPrototypeOf',
  'emitter.on',
  // Reading the clipboard is the power; what is put there instead says nothing alone.
  'clipboard.write',
  // Every page makes elements; the address of a script that is worth a look is hidden, which is a sign of its own.
  'createElement',
  'script.set',
  // Pages show pictures; what is worth sending has to be read by something else.
  'picture',
  'picture.set',
  'form.set',
  'page.goTo',
  'element.setAttribute',
  // The lexer looks for the window of the frame.
  'frame.post',
  'withResolvers',
  'bytes.store',
  'stream',
  'readline',
  'emitter.emit',
  // What is asked for has to be sent by something else.
  'ask',
  'Object.defineProperty',
  'inherit',
  'Object.getOwnPropertyDescriptor',
  'Promise',
  'Reflect.apply',
  'Reflect.construct',
  'Reflect.get',
  'Reflect.set',
  'Proxy',
  'collection',
  'URL',
  'url.format',
  'url.resolve',
  'promisify',
  'callbackify',
  'event',
  'Promise.reject',
  'stream.write',
  // Programs end themselves all the time.
  'process.exit',
  'stream.collect',
  // What is looked up, has to be sent by something else.
  'variable',
  'settings',
  'variables by prefix',
  'found above',
  'socket.channel',
  'axios.hear',
  'axios.see',
  'safe-equal',
  'stream.push',
  'stream.on',
  'finalizers',
  'web-stream',
  // What fetches a template is the power.
  'template',
  // What is packed goes nowhere by itself.
  'archive.put',
  'archive.open',
  'archive.take',
  'archive.tar',
  // What is posted, emitted or kept here reaches another part of the package and nobody else.
  'store.make',
  'store.run',
  'store.exit',
  'store.enter',
  'store.get',
  'store.snapshot',
  'store.scope',
  'channel.topic',
  'channel.broadcast',
  'channel.pair',
  'channel.post',
  'channel.on',
  'channel.onmessage',
  'channel.subscribe',
  'process.on',
  'process.emit',
  // The lexer looks for the member itself.
  'process.kill',
  // What was opened, or made, is the power.
  'fs.empty',
  'git',
  'registry.set',
  'store.empty',
  'statement',
  // A session that was opened is the power.
  'session.request',
])

/** Globals of which only some members are powers: the members are looked for, under whatever object. */
const sharedGlobals: ReadonlySet<string> = new Set(['process', 'navigator', 'document', 'Object', 'require'])

export type Powers = {
  /** Specifiers of modules and packages, without `node:`. */
  readonly modules: ReadonlySet<string>
  /** Names of the global scope. */
  readonly globals: ReadonlySet<string>
  /** Names of members that are powers under whatever object they stand. */
  readonly members: ReadonlySet<string>
  /** Modules that are the file system. */
  readonly fileModules: ReadonlySet<string>
  /** Members of the file system that change it or run something. */
  readonly fileMembers: ReadonlySet<string>
}

/** Whether a model is a power by itself. Instances' own methods (`socket.write`) are none: making one is. */
export function isPower(act: Act): boolean {
  if (powerfulActs.has(act.act)) return true
  if (act.act === 'built-in') return powerfulBuiltIns.has(act.name)
  if (act.act === 'make') return powerfulInstances.has(act.instance)
  return act.act === 'source' && ['clipboard', 'credential-file'].includes(act.kind)
}

/** Every model of a call, family by family. */
export const models: readonly Model[] = [
  ...files,
  ...httpClients,
  ...sockets,
  ...exec,
  ...code,
  ...codecs,
  ...language,
  ...host,
  ...stores,
  ...answers,
  ...emitters,
  ...channels,
  ...tools,
]

function collect(): Powers {
  const modules = new Set(otherModules)
  const globals = new Set(otherGlobals)
  const members = new Set(otherMembers)
  const fileMembers = new Set(['promises', 'open', 'openSync', 'utimes', 'watch', 'watchFile'])
  const add = (api: string): void => {
    const colon = api.indexOf(':')
    const path = api.slice(colon + 1)
    const [first = '', ...rest] = api.startsWith('pkg:') ? packageParts(path) : path.split('.')
    if (api.startsWith('node:fs.')) fileMembers.add(rest.at(-1) ?? '')
    else if (api.startsWith('node:') || api.startsWith('pkg:')) modules.add(first)
    else if (api.startsWith('global:')) {
      if (sharedGlobals.has(first)) members.add(rest.at(-1) ?? first)
      else globals.add(first)
    } else if (api.startsWith('module.')) members.add(rest.at(-1) ?? '')
  }
  for (const model of models) if (isPower(model)) for (const api of model.of.flatMap(expand)) add(api)
  const fileModules = new Set(['fs', 'fs/promises'])
  for (const [from, to] of Object.entries(aliases)) {
    if (!from.startsWith('pkg:')) continue
    const target = to.slice(to.indexOf(':') + 1)
    if (target === 'fs') fileModules.add(from.slice(4))
    else if (modules.has(target)) add(from)
  }
  // `navigator.clipboard.read`: the clipboard is what has to be named.
  members.delete('read')
  // Everybody's streams are written to; writing to a file takes a descriptor first.
  fileMembers.delete('write')
  return { modules, globals, members, fileModules, fileMembers }
}

const dottedPackages: readonly string[] = [
  'discord.js',
  'socket.io-client',
  'engine.io-client',
  'whatsapp-web.js',
]

/** `@scope/name.member` and `discord.js.Client`: the package, then what stands behind it. */
function packageParts(path: string): readonly string[] {
  const slash = path.startsWith('@') ? path.indexOf('/') : -1
  const end = path.indexOf('.', slash + 1)
  const dotted = dottedPackages.find(name => path.startsWith(name))
  if (dotted !== undefined) return [dotted, path.slice(dotted.length + 1)]
  return end < 0 ? [path] : [path.slice(0, end), path.slice(end + 1)]
}

/** Powers that no model has yet, or whose every use is one. */
const otherModules: readonly string[] = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'dns/promises',
  'http',
  'http2',
  'https',
  'inspector',
  'inspector/promises',
  'module',
  'net',
  'repl',
  'sqlite',
  'tls',
  'v8',
  'vm',
  'wasi',
  'worker_threads',
]

const otherGlobals: readonly string[] = [
  'eval',
  'Function',
  'AsyncFunction',
  'GeneratorFunction',
  'SharedWorker',
  'RTCPeerConnection',
  'WebTransport',
  'webkitRequestFileSystem',
  'ActiveXObject',
  'WScript',
  'ShadowRealm',
  'chrome',
  '__non_webpack_require__',
]

const otherMembers: readonly string[] = [
  'binding',
  '_linkedBinding',
  'dlopen',
  'mainModule',
  'getBuiltinModule',
  'createRequire',
  'createRequireFromPath',
  '_load',
  '_compile',
  '_extensions',
  '_resolveFilename',
  'defaultView',
  'getThis',
  'getFunction',
  'sendBeacon',
  'ethereum',
  'solana',
  'clipboard',
  'cookie',
  'createContextualFragment',
  // Money is sent by whoever holds a wallet, without any way out of its own.
  'sendTransaction',
  'signTransaction',
  'SystemProgram',
  'withdraw',
  // The process that started this one is there to be ended.
  'ppid',
]

export const powers: Powers = collect()

/** Whether a module or package is a power, by its own name or for a file of it (`axios/dist/x`); with or without `node:`. */
export function isPowerModule(specifier: string): boolean {
  const bare = specifier.startsWith('node:') ? specifier.slice(5) : specifier
  return powers.modules.has(bare) || powers.modules.has(packageOf(bare))
}

function packageOf(specifier: string): string {
  const first = specifier.indexOf('/')
  if (first < 0) return specifier
  if (!specifier.startsWith('@')) return specifier.slice(0, first)
  const second = specifier.indexOf('/', first + 1)
  return second < 0 ? specifier : specifier.slice(0, second)
}
