import cacache from 'cacache'
import npa from 'npm-package-arg'
import type { FetchOptions } from './fetch-tarball.ts'

/** The keys under which npm's cache may hold an artifact: make-fetch-happen's for addresses, pacote's for the rest. */
const keysOf = (spec: string, { resolved, where }: FetchOptions): readonly string[] => {
  const parsed = npa(spec, typeof where === 'string' ? where : undefined)
  const addresses = [resolved, parsed.fetchSpec].filter(
    (address): address is string => typeof address === 'string' && /^https?:/.test(address),
  )
  const requests = addresses
    .filter(address => URL.canParse(address))
    .map(address => {
      const url = new URL(address)
      url.username = ''
      url.password = ''
      url.hash = ''
      return `make-fetch-happen:request-cache:${url.href}`
    })
  const froms = [spec, parsed.saveSpec, parsed.raw, resolved].filter(from => typeof from === 'string')
  return [...requests, ...froms.map(from => `pacote:tarball:${from}`)]
}

/**
 * Takes one artifact out of npm's cache: the entries that lead to it, and the bytes themselves, which other entries
 * may name too. Nothing happens where it is not there.
 */
export const evictTarball = async (spec: string, options: FetchOptions): Promise<void> => {
  const { cache } = options
  if (typeof cache !== 'string') return
  for (const key of new Set(keysOf(spec, options))) {
    const entry = await cacache.get.info(cache, key).catch(() => null)
    if (entry === null) continue
    await cacache.rm.content(cache, entry.integrity)
    await cacache.rm.entry(cache, key)
  }
}
