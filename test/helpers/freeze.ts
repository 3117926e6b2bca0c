import { syncBuiltinESMExports, createRequire } from 'node:module'
import process from 'node:process'

const require = createRequire(import.meta.url)

/** Stops the disk below a folder at one point, as a kill does: what was written stays, nothing more is. */
export type Freeze = {
  /** From now on, counts changes below the folder; the `at`th one and all after it never happen, nor end. */
  arm(folder: string, at: number): void
  /** How many changes were seen since `arm`. */
  count(): number
  /** Resolves when the point was reached, and what was in the air then has landed. */
  readonly frozen: () => Promise<void>
  disarm(): void
}

const changing =
  'rename rm rmdir unlink mkdir symlink link writeFile copyFile chmod utimes open truncate appendFile chown'.split(
    ' ',
  )

const writes = (name: string, args: readonly unknown[]): boolean =>
  name !== 'open' || (args[1] !== undefined && args[1] !== 'r' && args[1] !== 0)

/**
 * Patches `node:fs` for this process. Must be called before anything that is to be frozen is loaded: npm's packages
 * take their functions out of the module when they load.
 */
export const patchDisk = (): Freeze => {
  let folder: string | undefined
  let at = Infinity
  let seen = 0
  let reached: () => void = () => {}
  let waiting = Promise.resolve()
  const stops = (name: string, args: readonly unknown[]): boolean => {
    const paths = args.slice(0, 2).filter(path => typeof path === 'string')
    if (folder === undefined || !writes(name, args)) return false
    const inside = paths.some(path => folder !== undefined && path.startsWith(folder))
    if (!inside) return false
    seen += 1
    if (seen < at) return false
    reached()
    return true
  }
  const patch = (module: Record<string, unknown>, name: string, promised: boolean): void => {
    const original = module[name]
    if (typeof original !== 'function') return
    const patched = (...args: unknown[]): unknown => {
      if (stops(name, args)) return promised ? new Promise(() => {}) : undefined
      return Reflect.apply(original, module, args)
    }
    // promisify(fs.exists) and its like look for properties of the function.
    Object.setPrototypeOf(patched, original)
    module[name] = Object.assign(patched, original)
  }
  const fs: Record<string, unknown> = require('node:fs')
  const promises: Record<string, unknown> = require('node:fs/promises')
  for (const name of changing) {
    patch(fs, name, false)
    patch(promises, name, true)
  }
  syncBuiltinESMExports()
  return {
    arm: (path, point) => {
      folder = path
      at = point
      seen = 0
      waiting = new Promise(resolve => {
        reached = resolve
      })
    },
    count: () => seen,
    frozen: async () => {
      await waiting
      do await new Promise(resolve => setImmediate(resolve))
      while (process.getActiveResourcesInfo().some(kind => kind.startsWith('FSReq')))
    },
    disarm: () => {
      folder = undefined
      at = Infinity
    },
  }
}
