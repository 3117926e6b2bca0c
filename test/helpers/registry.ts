import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { abbreviate, hasInstallScript, isObject, lay, manifestOf, packumentOf } from './packument.ts'
import type { Json, VersionRecord } from './packument.ts'
import { packFiles } from './tarball.ts'
import type { FileTable } from './tarball.ts'

/** What a test hands in to publish one version. */
export type Publication = {
  /** File texts by path. Must contain package.json with name and version unless `name` and `version` are given. */
  readonly files?: FileTable
  /** The bytes to serve instead of packed `files`. */
  readonly tarball?: Uint8Array
  /** Files that get mode 755. */
  readonly executable?: readonly string[]
  readonly name?: string
  readonly version?: string
  /** Laid over the manifest that the packument serves, so that it differs from the tarball's; `undefined` removes. */
  readonly manifest?: Json
  /** Laid over `dist` of the packument: `{ integrity: undefined, shasum: undefined }` serves no integrity. */
  readonly dist?: Json
  /** Laid over the packument itself: `{ maintainers: [...] }`. */
  readonly packument?: Json
  /** ISO date of publication. Default: 2020-01-01. */
  readonly time?: string
  /** Dist-tag that points to this version. Default: latest. */
  readonly tag?: string
}

/** What the registry holds of one version. `url` is the address of its tarball. */
export type Published = {
  readonly name: string
  readonly version: string
  readonly tarball: Buffer
  readonly integrity: string
  readonly url: string
}

/** How an answer differs from what was published. */
export type Lie =
  | { readonly kind: 'status'; readonly status: number }
  /** Other bytes (of a tarball) or another text (of a packument) than published. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Promises the whole length, cuts the connection after `after` bytes. */
  | { readonly kind: 'truncate'; readonly after: number }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Never answers; the connection is closed at teardown. */
  | { readonly kind: 'hang' }
  /** Another packument than published; the function gets a copy and returns what to serve. */
  | { readonly kind: 'packument'; readonly change: (packument: Json) => unknown }

/** Which answers a lie concerns: those to `at`, after the first `skip` ones, and `times` of them (default: all). */
export type LieScope = {
  readonly at: 'packument' | 'tarball'
  readonly version?: string
  readonly skip?: number
  readonly times?: number
}

/** One request as it arrived. `name` and `version` are undefined for `other`. */
export type LoggedRequest = {
  readonly method: string
  readonly path: string
  readonly kind: 'packument' | 'tarball' | 'other'
  readonly name: string | undefined
  readonly version: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly status: number
}

/** A registry on a loopback port. */
export type Registry = {
  /** With a trailing slash, as npm's `registry` setting. */
  readonly url: string
  readonly requests: readonly LoggedRequest[]
  /** Adds or replaces one version. */
  publish(publication: Publication): Published
  /** Points a dist-tag to a version. */
  tag(name: string, tag: string, version: string): void
  /** Makes answers about one package differ from what was published; may be called many times, first match wins. */
  lie(name: string, scope: LieScope, lie: Lie): void
  /** Takes all lies back. */
  beHonest(): void
  /** Serves bytes at any other path (`/x.tgz`), for remote tarballs and redirects. Returns the whole address. */
  serve(path: string, bytes: Uint8Array, contentType?: string): string
  /** How many requests were made, optionally only of one kind or one package. */
  count(filter?: { readonly kind?: LoggedRequest['kind']; readonly name?: string }): number
  /** Forgets the log. */
  clearRequests(): void
  /** Stops listening and cuts all connections; done at teardown anyway. */
  close(): Promise<void>
}

/** What `startRegistry` can be told. */
export type RegistryOptions = {
  /** Answers 401 to requests that do not carry this bearer token. */
  readonly token?: string
  /** Seconds that packuments may be cached, as npm's registry says. Default: 300. */
  readonly maxAge?: number
}

/** The part of a tap test that the registry needs. */
type Teardown = { teardown(handler: () => Promise<void>): unknown }

type Package = {
  readonly versions: Map<string, VersionRecord & { readonly published: Published }>
  readonly tags: Map<string, string>
  readonly overrides: Json
}

type ActiveLie = { readonly name: string; readonly scope: LieScope; readonly lie: Lie; seen: number }

type Answer = {
  readonly status: number
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

const sri = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`
const shasum = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')

/** `/@scope%2fname`, `/name` → packument; `/name/-/file-1.0.0.tgz` → tarball. */
const parsePath = (path: string): { name: string; file: string | undefined } | undefined => {
  const match = /^\/((?:@[^/]+\/)?[^/@][^/]*)(?:\/-\/([^/]+\.tgz))?$/.exec(decodeURIComponent(path))
  return match?.[1] === undefined ? undefined : { name: match[1], file: match[2] }
}

const other = (answer: Answer) =>
  ({ kind: 'other', name: undefined, version: undefined, answer, lie: undefined }) as const

const text = (status: number, body: string): Answer => ({
  status,
  body: Buffer.from(body),
  headers: { 'content-type': 'application/json' },
})

class LoopbackRegistry implements Registry {
  url = ''
  readonly requests: LoggedRequest[] = []
  readonly #packages = new Map<string, Package>()
  readonly #served = new Map<string, Answer>()
  readonly #options: RegistryOptions
  readonly #server = createServer((request, response) => this.#handle(request, response))
  #lies: ActiveLie[] = []

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  async listen(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no loopback port')
    this.url = `http://127.0.0.1:${address.port}/`
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  publish(publication: Publication): Published {
    const own = manifestOf(publication.files)
    const name = publication.name ?? own['name']
    const version = publication.version ?? own['version']
    if (typeof name !== 'string' || typeof version !== 'string')
      throw new Error('publish needs a name and a version')
    const packed = publication.tarball ?? packFiles(publication.files ?? {}, publication.executable)
    const tarball = Buffer.from(packed)
    const integrity = sri(tarball)
    const url = `${this.url}${name}/-/${name.replace(/^@[^/]+\//, '')}-${version}.tgz`
    const published = { name, version, tarball, integrity, url }
    const pkg = this.#packages.get(name) ?? { versions: new Map(), tags: new Map(), overrides: {} }
    const base = { ...own, name, version, hasInstallScript: hasInstallScript(own, publication.files) }
    const dist = lay({ integrity, shasum: shasum(tarball), tarball: url }, publication.dist)
    const manifest = lay({ ...base, _id: `${name}@${version}`, dist }, publication.manifest)
    pkg.versions.set(version, { manifest, published, time: publication.time ?? '2020-01-01T00:00:00.000Z' })
    pkg.tags.set(publication.tag ?? 'latest', version)
    if (!pkg.tags.has('latest')) pkg.tags.set('latest', version)
    this.#packages.set(name, { ...pkg, overrides: { ...pkg.overrides, ...publication.packument } })
    return published
  }

  tag(name: string, tag: string, version: string): void {
    const pkg = this.#packages.get(name)
    if (!pkg) throw new Error(`${name} was not published`)
    pkg.tags.set(tag, version)
  }

  lie(name: string, scope: LieScope, lie: Lie): void {
    this.#lies.push({ name, scope, lie, seen: 0 })
  }

  beHonest(): void {
    this.#lies = []
  }

  serve(path: string, bytes: Uint8Array, contentType = 'application/octet-stream'): string {
    this.#served.set(path, { status: 200, body: bytes, headers: { 'content-type': contentType } })
    return new URL(path, this.url).href
  }

  count(filter: { readonly kind?: LoggedRequest['kind']; readonly name?: string } = {}): number {
    return this.requests.filter(
      ({ kind, name }) =>
        (filter.kind === undefined || kind === filter.kind) &&
        (filter.name === undefined || name === filter.name),
    ).length
  }

  clearRequests(): void {
    this.requests.length = 0
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    const path = (request.url ?? '/').replace(/\?.*$/, '')
    const { kind, name, version, answer: published, lie } = this.#resolve(path, request)
    const answer = changed(request, published, lie)
    const { status } = answer
    this.requests.push({
      method: request.method ?? '',
      path,
      kind,
      name,
      version,
      headers: request.headers,
      status,
    })
    const send = (): void => respond(request, response, answer, lie)
    if (lie?.kind === 'hang') return
    if (lie?.kind !== 'slow') return send()
    const timer = setTimeout(send, lie.ms)
    response.once('close', () => clearTimeout(timer))
  }

  #resolve(path: string, request: IncomingMessage) {
    const { token } = this.#options
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return other(text(401, '{"error":"authentication required"}'))
    }
    const served = this.#served.get(path)
    if (served) return other(served)
    // npm asks for advisories after an install; an empty answer means none.
    if (path.startsWith('/-/npm/v1/security/')) return other(text(200, '{}'))
    const target = path.startsWith('/-/') ? undefined : parsePath(path)
    if (!target) return other(text(404, '{"error":"not found"}'))
    const { name, file } = target
    return file === undefined ? this.#packument(name, request) : this.#tarball(name, file)
  }

  #packument(name: string, request: IncomingMessage) {
    const pkg = this.#packages.get(name)
    const lie = this.#takeLie(name, 'packument', undefined)
    const base = { kind: 'packument', name, version: undefined, lie } as const
    if (!pkg) return { ...base, answer: text(404, '{"error":"Not found"}') }
    const honest = packumentOf(name, [...pkg.versions], pkg.tags, pkg.overrides)
    const full = lie?.kind === 'packument' ? lie.change(structuredClone(honest)) : honest
    const abbreviated = (request.headers.accept ?? '').startsWith('application/vnd.npm.install-v1+json')
    const body = Buffer.from(JSON.stringify(abbreviated && isObject(full) ? abbreviate(full) : full))
    const headers = {
      'content-type': abbreviated ? 'application/vnd.npm.install-v1+json' : 'application/json',
      'cache-control': `public, max-age=${this.#options.maxAge ?? 300}`,
      vary: 'accept-encoding, accept',
      etag: `"${shasum(body)}"`,
    }
    return { ...base, answer: { status: 200, body, headers } }
  }

  #tarball(name: string, file: string) {
    const versions = [...(this.#packages.get(name)?.versions.values() ?? [])]
    const found = versions.find(({ published }) => published.url.endsWith(`/-/${file}`))?.published
    const lie = this.#takeLie(name, 'tarball', found?.version)
    const base = { kind: 'tarball', name, version: found?.version, lie } as const
    if (!found) return { ...base, answer: text(404, '{"error":"Not found"}') }
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': 'public, immutable, max-age=31557600',
      etag: `"${shasum(found.tarball)}"`,
    }
    return { ...base, answer: { status: 200, body: found.tarball, headers } }
  }

  #takeLie(name: string, at: LieScope['at'], version: string | undefined): Lie | undefined {
    const matching = this.#lies.filter(
      ({ name: about, scope }) =>
        about === name && scope.at === at && (scope.version === undefined || scope.version === version),
    )
    let taken: Lie | undefined
    for (const active of matching) {
      const skip = active.scope.skip ?? 0
      const due = active.seen >= skip && active.seen < skip + (active.scope.times ?? Infinity)
      active.seen += 1
      if (due) taken ??= active.lie
    }
    return taken
  }
}

/** The answer after a lie or a conditional request had its way. */
const changed = (request: IncomingMessage, answer: Answer, lie: Lie | undefined): Answer => {
  const { etag, ...headers } = answer.headers
  switch (lie?.kind) {
    case 'status':
      return text(lie.status, '{"error":"as told"}')
    case 'redirect':
      return { status: 302, body: Buffer.alloc(0), headers: { location: lie.to } }
    case 'bytes':
      return { ...answer, headers, body: lie.bytes }
    case 'packument':
    case 'truncate':
    case 'slow':
    case 'hang':
      return { ...answer, headers }
    default:
      return etag !== undefined && request.headers['if-none-match'] === etag
        ? { ...answer, status: 304, body: Buffer.alloc(0) }
        : answer
  }
}

const respond = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  lie: Lie | undefined,
): void => {
  const length = answer.status === 304 ? {} : { 'content-length': answer.body.length }
  response.writeHead(answer.status, { ...answer.headers, ...length })
  if (lie?.kind === 'truncate') {
    response.write(answer.body.subarray(0, lie.after), () => response.destroy())
    return
  }
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}

/**
 * Starts a registry on a loopback port and closes it when the test ends. It serves full and abbreviated packuments by
 * the Accept header, with ETag and 304, and tarballs; it logs every request, and lies where told.
 */
export const startRegistry = async (t: Teardown, options: RegistryOptions = {}): Promise<Registry> => {
  const registry = new LoopbackRegistry(options)
  await registry.listen()
  t.teardown(() => registry.close())
  return registry
}
