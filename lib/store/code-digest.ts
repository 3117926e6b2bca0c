import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * What turns bytes into an inspection, and what an inspection into a verdict; below the folder of the sources. What is
 * no place there, is a package.
 */
export const codeOf = {
  engine: ['lib/inspect', 'lib/fetch/unpack', 'lib/limits.', 'lib/types.', 'acorn', '@babel/parser'],
  judge: ['lib/judge', 'rules'],
} as const

/**
 * A digest of all code and lists whose paths below `folder` begin with one of these places, and of the versions of the
 * packages among them, so that nothing kept outlives the code that made it. Taken from the files themselves: a number somebody has to remember to raise would one
 * day not be raised.
 */
export function codeDigest(folder: string, places: readonly string[]): string {
  const hash = createHash('sha256')
  for (const top of ['lib', 'rules']) {
    const names = readdirSync(join(folder, top), { recursive: true, encoding: 'utf8' })
      .map(name => `${top}/${name}`)
      .filter(name => /\.(?:[jt]s|json|tsv|txt)$/.test(name) && !name.endsWith('.d.ts'))
      .toSorted()
    for (const name of names) {
      if (places.some(place => name.startsWith(place)))
        hash.update(name).update(readFileSync(join(folder, name)))
    }
  }
  const require = createRequire(import.meta.url)
  for (const place of places)
    if (!/^(?:lib|rules)\b/.test(place)) hash.update(readFileSync(require.resolve(`${place}/package.json`)))
  return hash.digest('hex').slice(0, 16)
}
