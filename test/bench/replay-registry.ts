import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

type Packument = {
  name: string
  'dist-tags': Record<string, string>
  versions: Record<string, { dist: { tarball: string } }>
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

/**
 * A loopback registry that answers from a recording and records what it does not have yet. Packuments are slim (only
 * the versions of the benchmark's trees) and carry ETags, as the public registry's do, so that both programs meet the
 * same, fair server.
 */
export async function startReplayRegistry(options: ReplayOptions): Promise<ReplayRegistry> {
  await mkdir(options.folder, { recursive: true })
  const counts = { requests: 0, bytes: 0 }
  const server = createServer((request, response) => {
    counts.requests += 1
    answer(request.url ?? '/', request.headers['if-none-match'], response).catch((error: unknown) => {
      response.writeHead(502).end(String(error))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}/`

  async function answer(path: string, etag: string | undefined, response: ServerResponse): Promise<void> {
    if (options.latencyMs > 0) await delay(options.latencyMs)
    const tarball = path.includes('/-/')
    const body = await recorded(path)
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
      return
    }
    const bytes = tarball ? body : slim(body)
    const tag = `"${createHash('sha1').update(bytes).digest('hex')}"`
    const headers = {
      'content-type': tarball ? 'application/octet-stream' : 'application/json',
      'cache-control': 'public, max-age=300',
      etag: tag,
    }
    if (etag === tag) {
      response.writeHead(304, headers).end()
      return
    }
    counts.bytes += bytes.length
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
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

  function slim(body: Buffer): Buffer {
    const packument = JSON.parse(body.toString()) as Packument
    const keep = options.keep?.get(packument.name)
    const versions = Object.fromEntries(
      Object.entries(packument.versions).filter(([version]) => keep === undefined || keep.has(version)),
    )
    for (const record of Object.values(versions)) {
      const parsed = new URL(record.dist.tarball)
      record.dist.tarball = url.slice(0, -1) + parsed.pathname
    }
    const tags = Object.entries(packument['dist-tags']).filter(([, version]) => version in versions)
    if (!tags.some(([tag]) => tag === 'latest')) tags.push(['latest', Object.keys(versions).at(-1) ?? ''])
    return Buffer.from(
      JSON.stringify({
        name: packument.name,
        'dist-tags': Object.fromEntries(tags),
        versions,
        time: packument.time,
      }),
    )
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
