import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

type Version = Record<string, unknown> & {
  dist: { tarball: string }
  scripts?: Record<string, string>
}

type Packument = {
  name: string
  'dist-tags': Record<string, string>
  versions: Record<string, Version>
  time?: Record<string, string>
}

export type ReplayOptions = {
  /** Where recorded answers lie; outside the repository. */
  readonly folder: string
  /** The registry to record from, as npm's config names it. */
  readonly upstream: string
  /** Added to every answer, in ms: a loopback registry without it flatters whoever makes more requests. */
  readonly latencyMs: number
  /** Keep only these versions of each packument, by name; all where undefined. */
  readonly keep?: ReadonlyMap<string, ReadonlySet<string>>
}

export type ReplayRegistry = {
  readonly url: string
  readonly counts: { requests: number; bytes: number }
  close(): Promise<void>
}

type Answer = { readonly bytes: Buffer; readonly etag: string }

/** What the public registry leaves in the abbreviated form of a version, that npm asks for when it installs. */
const abbreviated = new Set(
  (
    'name version deprecated bin directories dist engines funding cpu os libc dependencies optionalDependencies ' +
    'devDependencies bundleDependencies bundledDependencies peerDependencies peerDependenciesMeta ' +
    'acceptDependencies _hasShrinkwrap'
  ).split(' '),
)
const installEvents = ['preinstall', 'install', 'postinstall']

/**
 * A loopback registry that answers from a recording and records what it does not have yet. Packuments are slim (only
 * the versions of the benchmark's trees), abbreviated where asked for, and carry ETags, as the public registry's do,
 * so that both programs meet the same, fair server.
 */
export async function startReplayRegistry(options: ReplayOptions): Promise<ReplayRegistry> {
  await mkdir(options.folder, { recursive: true })
  const counts = { requests: 0, bytes: 0 }
  const answers = new Map<string, Answer>()
  const server = createServer((request, response) => {
    counts.requests += 1
    answer(request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}/`

  async function answer(
    { url: path = '/', headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (options.latencyMs > 0) await delay(options.latencyMs)
    const tarball = path.includes('/-/')
    const short = !tarball && headers.accept?.includes('application/vnd.npm.install-v1+json') === true
    const found = await answered(path, tarball, short)
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
      return
    }
    const sent = {
      'content-type': tarball
        ? 'application/octet-stream'
        : `application/${short ? 'vnd.npm.install-v1+json' : 'json'}`,
      'cache-control': 'public, max-age=300',
      vary: 'accept',
      etag: found.etag,
    }
    if (headers['if-none-match'] === found.etag) {
      response.writeHead(304, sent).end()
      return
    }
    counts.bytes += found.bytes.length
    response.writeHead(200, { ...sent, 'content-length': found.bytes.length }).end(found.bytes)
  }

  /** Packuments are made once: the server's own work must not take the processors from what is measured. */
  async function answered(path: string, tarball: boolean, short: boolean): Promise<Answer | undefined> {
    const key = `${short} ${path}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const body = await recorded(path)
    if (body === undefined) return undefined
    const bytes = tarball ? body : slim(body, short)
    const made = { bytes, etag: `"${createHash('sha1').update(bytes).digest('hex')}"` }
    answers.set(key, made)
    return made
  }

  async function recorded(path: string): Promise<Buffer | undefined> {
    const file = join(options.folder, createHash('sha256').update(path).digest('hex'))
    const known = await readFile(file).catch(() => undefined)
    if (known !== undefined) return known.length === 0 ? undefined : known
    const reply = await fetch(new URL(path.slice(1), options.upstream))
    if (!reply.ok && reply.status !== 404) throw new Error(`${path}: ${reply.status}`)
    const body = reply.ok ? Buffer.from(await reply.arrayBuffer()) : Buffer.alloc(0)
    await writeFile(`${file}.${process.pid}`, body)
    await rename(`${file}.${process.pid}`, file)
    return reply.ok ? body : undefined
  }

  function slim(body: Buffer, short: boolean): Buffer {
    const packument = JSON.parse(body.toString()) as Packument
    const keep = options.keep?.get(packument.name)
    const versions = Object.fromEntries(
      Object.entries(packument.versions)
        .filter(([version]) => keep === undefined || keep.has(version))
        .map(([version, record]) => [version, served(record, short)]),
    )
    const tags = Object.entries(packument['dist-tags']).filter(([, version]) => version in versions)
    if (!tags.some(([tag]) => tag === 'latest')) tags.push(['latest', Object.keys(versions).at(-1) ?? ''])
    return Buffer.from(
      JSON.stringify({
        name: packument.name,
        'dist-tags': Object.fromEntries(tags),
        versions,
        ...(short ? {} : { time: packument.time }),
      }),
    )
  }

  function served(record: Version, short: boolean): Version {
    const { pathname } = new URL(record.dist.tarball)
    const whole = { ...record, dist: { ...record.dist, tarball: url.slice(0, -1) + pathname } }
    if (!short) return whole
    const hooked = installEvents.some(event => record.scripts?.[event] !== undefined)
    const kept = Object.entries(whole).filter(([key]) => abbreviated.has(key))
    return { ...Object.fromEntries(kept), dist: whole.dist, ...(hooked ? { hasInstallScript: true } : {}) }
  }

  return {
    url,
    counts,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
