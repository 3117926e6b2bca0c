import { mkdir, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes the folder to install into where there is none, as npm does for a new `--prefix`: Arborist cannot plan for a
 * folder that is not there. Answers how to take back what is still empty when nothing was installed.
 */
export async function makeProjectFolder(path: string): Promise<() => Promise<void>> {
  const first = await mkdir(path, { recursive: true })
  return async () => {
    if (first === undefined) return
    for (let folder = path; folder.startsWith(first); folder = dirname(folder)) {
      const removed = await rmdir(folder).then(
        () => true,
        // Something was installed there, or somebody else is using it: it stays.
        () => false,
      )
      if (!removed) return
    }
  }
}
