import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineVersion } from './engine-version.ts'

let version: string | undefined

/** A digest of everything that turns bytes into a verdict: the engine, the judge, the rules and their lists. */
export function judgeVersion(): string {
  version ??= digestOf([new URL('../../rules/', import.meta.url), new URL('../judge/', import.meta.url)])
  return version
}

function digestOf(folders: readonly URL[]): string {
  const hash = createHash('sha256').update(engineVersion())
  for (const folder of folders.map(url => fileURLToPath(url))) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (!/\.(?:[jt]s|json|tsv|txt)$/.test(name) || name.endsWith('.d.ts')) continue
      hash.update(name).update(readFileSync(join(folder, name)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}
