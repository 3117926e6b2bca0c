import { statSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { userPlaces } from '../lib/policy/places.ts'

/**
 * Lets Node keep what V8 compiled of the modules loaded after this, as npm does (Node 22.1 and later; before, nothing
 * happens). In the user's data folder: whoever can write where it is kept chooses what we run, and Node's own place for
 * it lies in the temporary folder of all users. For the same reason not where that folder would be somebody else's, as
 * with `sudo` that leaves HOME alone. Where it cannot be written Node goes on without it.
 */
export function keepCompiled(env: Readonly<Record<string, string | undefined>>): void {
  const folder = userPlaces(env)?.data
  const enable: unknown = Reflect.get(module, 'enableCompileCache')
  if (typeof enable !== 'function' || folder === undefined || !isOurs(folder)) return
  Reflect.apply(enable, module, [join(folder, 'compiled')])
}

/** Whether the folder, or the nearest around it that exists, belongs to the user who runs this. */
function isOurs(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats !== undefined) return process.geteuid === undefined || stats.uid === process.geteuid()
  return folder !== dirname(folder) && isOurs(dirname(folder))
}
