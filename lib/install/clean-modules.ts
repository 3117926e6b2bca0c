import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** What `npm ci` removes first, moved aside instead: it can be put back. */
export type Retired = {
  restore(): Promise<void>
  discard(): Promise<void>
}

/** Folder inside node_modules for everything that was there before. npm and Arborist skip names with a dot. */
export const retiredFolder = '.safe-install-retired'

/** The same folder while entries move in or out: what is not in it yet, or no more, is old and must stay. */
export const movingFolder = '.safe-install-moving'

const keep = new Set([retiredFolder, movingFolder, '.safe-install'])

const entriesOf = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).filter(name => !keep.has(name))

const exists = async (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  )

/** Puts back what `retireModules` moved, in place of what is there now. Safe to repeat, and after a kill at any point. */
export const restoreModules = async (modules: string): Promise<boolean> => {
  const [retired, moving] = [join(modules, retiredFolder), join(modules, movingFolder)]
  if (await exists(retired)) {
    for (const name of await entriesOf(modules)) {
      await rm(join(modules, name), { recursive: true, force: true })
    }
    await rename(retired, moving)
  }
  if (!(await exists(moving))) return false
  for (const name of await entriesOf(moving)) await rename(join(moving, name), join(modules, name))
  await rm(moving, { recursive: true, force: true })
  return true
}

/** Deletes what `retireModules` moved. */
export const discardModules = async (modules: string): Promise<void> => {
  await rm(join(modules, retiredFolder), { recursive: true, force: true })
}

const retire = async (modules: string): Promise<void> => {
  const names = await entriesOf(modules)
  if (names.length === 0) return
  await mkdir(join(modules, movingFolder), { recursive: true })
  for (const name of names) await rename(join(modules, name), join(modules, movingFolder, name))
  await rename(join(modules, movingFolder), join(modules, retiredFolder))
}

/**
 * Empties node_modules folders by moving their entries into a folder beside them. The folder itself stays: it may be
 * a mount.
 */
export const retireModules = async (folders: readonly string[]): Promise<Retired> => {
  const restore = async (): Promise<void> => {
    for (const modules of folders) await restoreModules(modules)
  }
  try {
    for (const modules of folders) await retire(modules)
  } catch (error) {
    await restore()
    throw error
  }
  return {
    restore,
    discard: async () => {
      for (const modules of folders) await discardModules(modules)
    },
  }
}
