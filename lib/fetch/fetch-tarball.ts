import npa from 'npm-package-arg'
import pacote from 'pacote'
import { SafeInstallError } from '../errors.ts'
import { sha512Sri } from '../inspect/hash.ts'
import { limits } from '../limits.ts'
import { fetchError } from './fetch-error.ts'

/**
 * npm's flat options (cache, registry, credentials, `where`, …), opaque here, with what is known of the artifact. Git
 * specs also need npm's `Arborist` class among them, which pacote packs the clone with.
 */
export type FetchOptions = Readonly<Record<string, unknown>> & {
  readonly resolved?: string | undefined
  readonly integrity?: string | undefined
}

/** An artifact and where it came from. `integrity` is the SRI sha512 of these very bytes, `resolved` as npm locks it. */
export type FetchedTarball = {
  readonly bytes: Buffer
  readonly integrity: string
  readonly resolved: string
  readonly from: string
}

type Location = { readonly spec: string; readonly resolved: string; readonly integrity: string | undefined }

const given = (options: FetchOptions): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/** Finds the address of the artifact. Arborist's specs, `name@address`, are final already. */
const locate = async (spec: string, options: FetchOptions): Promise<Location> => {
  const parsed = npa(spec, typeof options['where'] === 'string' ? options['where'] : undefined)
  const { integrity } = options
  switch (parsed.type) {
    case 'remote':
      return { spec, resolved: options.resolved ?? parsed.fetchSpec ?? spec, integrity }
    case 'git': {
      // A branch may move between two looks; the commit does not.
      const resolved =
        options.resolved ?? (await pacote.resolve(spec, { ...given(options), ignoreScripts: true }))
      return { spec: parsed.name ? `${parsed.name}@${resolved}` : resolved, resolved, integrity: undefined }
    }
    case 'file':
      return { spec, resolved: options.resolved ?? `file:${parsed.fetchSpec ?? ''}`, integrity }
    case 'directory':
      // As `npm pack` packs it, in memory: what `--install-links` installs. Its `prepare` does not run.
      return { spec, resolved: options.resolved ?? `file:${parsed.fetchSpec ?? ''}`, integrity: undefined }
    default: {
      const manifest = await pacote.manifest(spec, { ...given(options), ignoreScripts: true })
      return {
        spec: `${manifest.name}@${manifest._resolved}`,
        resolved: manifest._resolved,
        integrity: integrity ?? manifest._integrity,
      }
    }
  }
}

const tooLarge = (spec: string, maxBytes: number): SafeInstallError =>
  new SafeInstallError('E_FETCH', `${spec} is larger than ${maxBytes} bytes`, {
    hint: 'No honest package is that large; if this one is, install it with npm itself.',
  })

/**
 * Reads the stream to its end, unless it is longer than allowed: one download must not fill the memory. By events,
 * since iterating over npm's streams leaves a rejection nobody can catch when a connection breaks.
 */
const readAll = (spec: string, stream: NodeJS.ReadableStream, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    stream.on('error', reject)
    stream.on('end', () => resolve(Buffer.concat(chunks)))
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) return chunks.push(chunk)
      chunks.length = 0
      // Without this npm would go on downloading into its cache.
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
      return reject(tooLarge(spec, maxBytes))
    })
  })

/**
 * Downloads one artifact through npm's own cache, under the key Arborist uses later, so that installing downloads
 * nothing again. Accepts every spec npm does; a registry spec is resolved first. No script of a git dependency or a
 * folder runs. Checks `integrity` where one is known.
 *
 * Throws E_INTEGRITY where the bytes are not those promised, E_FETCH where there are none or more than `maxBytes`.
 */
export const fetchTarball = async (
  spec: string,
  options: FetchOptions,
  maxBytes: number = limits.maxTarballBytes,
): Promise<FetchedTarball> => {
  try {
    const location = await locate(spec, options)
    const { resolved, integrity } = location
    const pinned = given({ ...options, resolved, integrity, ignoreScripts: true })
    const bytes = await pacote.tarball.stream(
      location.spec,
      stream => readAll(spec, stream, maxBytes),
      pinned,
    )
    return { bytes, integrity: sha512Sri(bytes), resolved, from: location.spec }
  } catch (error) {
    throw fetchError(spec, error)
  }
}
