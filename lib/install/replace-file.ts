import { open, realpath, rename, rm, stat } from 'node:fs/promises'

/** Beside the file it will replace, under a name a repair knows. */
export const temporaryOf = (path: string): string => `${path}.safe-install`

/**
 * Replaces a file in one step, through to the disk: whoever looks, at any moment, sees the old text or the new one.
 * Its mode stays; a link to it stays a link. A kill can leave only the temporary file behind.
 */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const target = await realpath(path).catch(() => path)
  const mode = await stat(target).then(
    stats => stats.mode & 0o7777,
    () => undefined,
  )
  const temporary = temporaryOf(target)
  try {
    const handle = await open(temporary, 'w', mode)
    try {
      await handle.writeFile(text)
      if (mode !== undefined) await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
