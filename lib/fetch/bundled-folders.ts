import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../limits.ts'

/**
 * The names of the packages in a folder's `node_modules` that are part of the package, as `npm pack` has it: what its
 * manifest bundles, and what those depend on. Whatever cannot be read bundles nothing.
 */
export const bundledFolders = async (root: string): Promise<ReadonlySet<string>> => {
  const found = new Set<string>()
  const waiting = bundledBy(await manifestIn(root))
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || found.size >= limits.maxNestedPackages || !/^(?:@[^/\\]+\/)?[^/\\@]+$/.test(name))
      continue
    const manifest = await manifestIn(join(root, 'node_modules', name))
    if (manifest === undefined) continue
    found.add(name)
    waiting.push(...names(manifest['dependencies']), ...names(manifest['optionalDependencies']))
  }
  return found
}

type Table = Readonly<Record<string, unknown>>

const manifestIn = async (folder: string): Promise<Table | undefined> => {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return isTable(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null

const names = (value: unknown): string[] =>
  isTable(value) && !Array.isArray(value) ? Object.keys(value) : []

const bundledBy = (manifest: Table | undefined): string[] => {
  const value = manifest?.['bundleDependencies'] ?? manifest?.['bundledDependencies']
  if (value === true) return names(manifest?.['dependencies'])
  return Array.isArray(value) ? value.filter(name => typeof name === 'string') : names(value)
}
