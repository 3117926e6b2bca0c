import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let found: string | undefined

/**
 * The folder that holds our `bin` and `rules`: `dist` for users, the repository for tests. Looked for upwards, as the
 * build puts modules together in files of its own.
 */
export function ownFolder(): string {
  if (found !== undefined) return found
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'bin', 'shell.sh'))) {
    const above = dirname(folder)
    if (above === folder)
      throw new Error('bin/shell.sh is missing from safe-install: build or install it again')
    folder = above
  }
  found = folder
  return folder
}

/** The lists that ship with safe-install. */
export function shippedData(): string {
  return join(ownFolder(), 'rules', 'data')
}
