import cacache from 'cacache'
import { join } from 'node:path'

/**
 * The bytes npm's cache holds under an integrity; undefined where it has none. They are what the integrity says,
 * whoever filled the cache: cacache compares them. Nothing is downloaded.
 */
export async function cachedTarball(cacheFolder: string, integrity: string): Promise<Uint8Array | undefined> {
  // sha1 names bytes that somebody can have made to order.
  if (!integrity.startsWith('sha512-')) return undefined
  try {
    return await cacache.get.byDigest(join(cacheFolder, '_cacache'), integrity)
  } catch {
    // Absent or damaged: the folder is judged by what lies there.
    return undefined
  }
}
