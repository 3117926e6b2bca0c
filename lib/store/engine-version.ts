import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

let version: string | undefined

/**
 * A digest of the code that turns bytes into an inspection, so that no inspection outlives the engine that made it. Taken
 * from the files themselves: a number somebody has to remember to raise would one day not be raised.
 */
export function engineVersion(): string {
  version ??= digestOf(['inspect/', 'fetch/unpack', 'limits.', 'types.'])
  return version
}

function digestOf(places: readonly string[]): string {
  const hash = createHash('sha256')
  const lib = fileURLToPath(new URL('..', import.meta.url))
  const isCode = (name: string): boolean => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts')
  const names = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(isCode).toSorted()
  for (const name of names) {
    if (!places.some(place => name.startsWith(place))) continue
    hash.update(name).update(readFileSync(join(lib, name)))
  }
  return hash.digest('hex').slice(0, 16)
}
