import { channels } from './channels.ts'
import { archives, codecs, digests, language, streams } from './codecs.ts'
import { code, exec } from './exec.ts'
import { files } from './files.ts'
import { expand, type Act, type PropertyModel } from './model.ts'
import { httpClients, sockets } from './network.ts'
import { host, properties } from './secrets.ts'
import { answers, emitters, stores } from './services.ts'
import { tools } from './tools.ts'

const acts = new Map<string, Act>()
const propertyModels = new Map<string, PropertyModel>()
const beginnings = new Set<string>()

function addBeginnings(api: string): void {
  beginnings.add(api)
  for (let at = 0; at < api.length; at++) {
    if (api[at] === '.' || api[at] === '(') beginnings.add(api.slice(0, at))
    if (api[at] === ')') beginnings.add(api.slice(0, at + 1))
  }
}

for (const model of [
  ...files,
  ...httpClients,
  ...sockets,
  ...exec,
  ...code,
  ...codecs,
  ...archives,
  ...streams,
  ...digests,
  ...language,
  ...host,
  ...stores,
  ...answers,
  ...emitters,
  ...channels,
  ...tools,
]) {
  for (const api of model.of.flatMap(expand)) {
    acts.set(api, model)
    addBeginnings(api)
  }
}
for (const model of properties) {
  for (const api of model.of.flatMap(expand)) {
    propertyModels.set(api, model)
    addBeginnings(api)
  }
}

/** What a call of this name does. */
export function actOf(api: string): Act | undefined {
  return acts.get(api)
}

/** What reading this property gives, where that is more than its name. */
export function propertyOf(api: string): PropertyModel | undefined {
  return propertyModels.get(api)
}

/** Whether a model begins with this name, so that it is worth keeping. */
export function isModelled(api: string): boolean {
  return beginnings.has(api)
}

/** What a compiled addon exports, and whatever hangs on that. */
export const addon = 'addon.*'

/** The variables of the process. */
export const environmentApi = 'global:process.env'

/** Names that stand for another name, as code reaches them. */
export const aliases: Readonly<Record<string, string>> = {
  'node:fs/promises': 'node:fs',
  'node:fs.promises': 'node:fs',
  'pkg:fs-extra': 'node:fs',
  'pkg:graceful-fs': 'node:fs',
  'pkg:fs-extra/esm': 'node:fs',
  'pkg:original-fs': 'node:fs',
  'node:events.EventEmitter': 'node:events',
  'node:readline/promises': 'node:readline',
  'node:dns/promises': 'node:dns',
  'node:dns.promises': 'node:dns',
  'node:dns.promises.Resolver': 'node:dns.Resolver',
  'node:path/posix': 'node:path',
  'node:path.posix': 'node:path',
  'node:path/win32': 'node:path',
  'node:path.win32': 'node:path',
  'pkg:path': 'node:path',
  'node:process': 'global:process',
  'node:buffer.Buffer': 'global:Buffer',
  'node:timers/promises': 'node:timers',
  'node:module.Module': 'node:module',
  'node:module.constructor': 'node:module',
  'module.constructor': 'node:module',
  'node:module()': 'module',
  'global:process.mainModule.constructor': 'node:module',
  'global:process.mainModule': 'module',
  'global:require.main': 'module',
  'global:require.main.require': 'global:require',
  'global:window': 'global:',
  'global:self': 'global:',
  'global:globalThis': 'global:',
  'global:global': 'global:',
  'global:top': 'global:',
  'global:parent': 'global:',
  'global:frames': 'global:',
  'global:root': 'global:',
  'global:document.defaultView': 'global:',
  'node:child_process.default': 'node:child_process',
  'pkg:follow-redirects.http': 'node:http',
  'pkg:follow-redirects.https': 'node:https',
  'node:stream/promises': 'node:stream',
  'pkg:child-process-promise': 'node:child_process',
  'pkg:mz/child_process': 'node:child_process',
  'pkg:mz/fs': 'node:fs',
  'node:v8': 'node:v8',
  'global:Bun.env': environmentApi,
  'global:Deno.env.toObject()': environmentApi,
  // What such a file holds, is in the variables of the process from then on.
  'pkg:dotenv.config().parsed': environmentApi,
  'pkg:dotenv.configDotenv().parsed': environmentApi,
  'pkg:@dotenvx/dotenvx.config().parsed': environmentApi,
  'pkg:dotenv-flow.config().parsed': environmentApi,
  'pkg:dotenv-safe.config().parsed': environmentApi,
}
for (const api of Object.keys(aliases)) if (api.includes('()')) addBeginnings(api)

/** One name for things that are the same. */
export function canonical(api: string): string {
  let name = api
  for (let step = 0; step < 4; step++) {
    const next = Object.hasOwn(aliases, name)
      ? aliases[name]!
      : name.endsWith('.default')
        ? name.slice(0, -8)
        : name
    if (next === name) return name
    name = next
  }
  return name
}

/** Modules that Node brings, without their `node:`. */
export const builtinModules: ReadonlySet<string> = new Set([
  'assert',
  'assert/strict',
  'async_hooks',
  'buffer',
  'child_process',
  'cluster',
  'console',
  'constants',
  'crypto',
  'dgram',
  'diagnostics_channel',
  'dns',
  'dns/promises',
  'domain',
  'events',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'inspector',
  'inspector/promises',
  'module',
  'net',
  'os',
  'path',
  'path/posix',
  'path/win32',
  'perf_hooks',
  'process',
  'punycode',
  'querystring',
  'readline',
  'readline/promises',
  'repl',
  'sea',
  'sqlite',
  'stream',
  'stream/consumers',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'sys',
  'test',
  'timers',
  'timers/promises',
  'tls',
  'trace_events',
  'tty',
  'url',
  'util',
  'util/types',
  'v8',
  'vm',
  'wasi',
  'worker_threads',
  'zlib',
])
