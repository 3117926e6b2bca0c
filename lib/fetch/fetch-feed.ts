import npmFetch from 'npm-registry-fetch'

export type FeedRequest = {
  /** Aborted when time is up or the program is told to stop. */
  readonly signal: AbortSignal
  /** More than this is refused while it arrives: an endless answer must not fill the memory. */
  readonly maxBytes: number
}

/** What came, and from where after all redirects. */
export type FetchedFeed = { readonly url: string; readonly bytes: Buffer }

export type FetchFeed = (url: string, request: FeedRequest) => Promise<FetchedFeed>

/**
 * Fetches a feed as npm fetches a tarball, with npm's proxy, certificates, `strict-ssl`, retries, time-outs and, for a
 * company's mirror, the credentials of that host. `flat` are npm's flat options. Nothing is kept in npm's cache: a
 * stale feed must not pass for a fresh one. Rejects with a plain Error.
 */
export function feedFetcher(flat: Readonly<Record<string, unknown>>): FetchFeed {
  const { cache: _cache, offline, preferOffline: _prefer, ...options } = flat
  return async (url, { signal, maxBytes }) => {
    if (offline === true) throw new Error('npm is set to offline')
    const response = await npmFetch(url, { ...options, preferOnline: true, signal })
    const bytes = response.body === null ? Buffer.alloc(0) : await readAll(response.body, maxBytes)
    return { url: response.url, bytes }
  }
}

/** By events: iterating over npm's streams leaves a rejection nobody can catch when a connection breaks. */
function readAll(stream: NodeJS.ReadableStream, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('error', reject)
    stream.on('end', () => resolve(Buffer.concat(chunks)))
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      chunks.length = 0
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
      reject(new Error(`it is larger than ${maxBytes} bytes`))
    })
  })
}
