import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import semver from 'semver'
import { SafeInstallError } from '../errors.ts'
import { GuardedArborist } from './arborist.ts'
import type { ArboristOptions, Inventory, Node } from './arborist.ts'
import { parseTable, recordOf } from './values.ts'

/** What `npm ci` compares: everything the ideal tree has must be in the lockfile, in the same version. */
const mismatches = (lock: ReadonlyMap<string, Node>, ideal: Inventory): readonly string[] => {
  const errors: string[] = []
  for (const [location, node] of ideal.entries()) {
    const entry = lock.get(location)
    if (entry === undefined) errors.push(`Missing: ${node.name}@${node.version} from lock file`)
    else if (entry.version !== node.version) {
      errors.push(
        `Invalid: lock file's ${entry.name}@${entry.version} does not satisfy ${node.name}@${node.version}`,
      )
    }
  }
  return errors
}

/**
 * The lockfile's own inventory, read apart from the ideal tree, which may lack what does not fit this machine. Throws
 * E_USAGE with npm ci's message where there is none.
 */
export const lockInventory = async (options: ArboristOptions): Promise<ReadonlyMap<string, Node>> => {
  const arborist = new GuardedArborist(options)
  const tree = await arborist.loadVirtual().catch((cause: unknown) => {
    throw new SafeInstallError(
      'E_USAGE',
      'a clean install needs an existing package-lock.json or npm-shrinkwrap.json with lockfileVersion >= 1',
      { hint: 'Run an install once to write the lockfile.', cause },
    )
  })
  return new Map(tree.inventory.entries())
}

/** Throws E_USAGE, as npm ci does, where lockfile and package.json disagree. */
export const assertLockInSync = (lock: ReadonlyMap<string, Node>, ideal: Node): void => {
  const errors = mismatches(lock, ideal.inventory)
  if (errors.length === 0) return
  throw new SafeInstallError(
    'E_USAGE',
    `package.json and the lockfile are not in sync:\n${errors.join('\n')}`,
    { hint: 'Update the lockfile with an install before a clean install.' },
  )
}

const parsed = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
  parseTable(await readFile(path, 'utf8').catch(() => undefined))

const exists = async (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  )

/**
 * What makes npm 12 resolve otherwise than the Arborist used here: an extension (code that npm runs before resolving),
 * `packageExtensions`, `patchedDependencies`, or a lockfile of version 4. Names what was found.
 */
export const npm12Features = async (folder: string): Promise<readonly string[]> => {
  const manifest = await parsed(join(folder, 'package.json'))
  const lock = await parsed(join(folder, 'package-lock.json'))
  const extensions = ['.npm-extension.mjs', '.npm-extension.cjs', '.npm-extension.js']
  const present = await Promise.all(extensions.map(name => exists(join(folder, name))))
  return [
    ...extensions.filter((_, index) => present[index]),
    ...['packageExtensions', 'patchedDependencies'].filter(key => key in manifest),
    ...(typeof lock['lockfileVersion'] === 'number' && lock['lockfileVersion'] > 3
      ? [`lockfileVersion ${lock['lockfileVersion']}`]
      : []),
  ]
}

/**
 * Whether the project shuts plain npm out by an `engines.npm` that is no version range (`use safe-install`). npm would
 * refuse on our behalf too, so its version must not be held against it.
 */
export const hasNpmGate = async (folder: string): Promise<boolean> => {
  const { npm } = recordOf((await parsed(join(folder, 'package.json')))['engines'])
  return typeof npm === 'string' && semver.validRange(npm) === null
}

/** Throws E_UNSUPPORTED where the lockfile would change in a project that only npm 12 can resolve. */
export const refuseNpm12Change = (features: readonly string[]): never => {
  const code = features.some(feature => feature.startsWith('.npm-extension'))
  throw new SafeInstallError(
    'E_UNSUPPORTED',
    `this project uses ${features.join(', ')}: only npm 12 can change its lockfile`,
    {
      hint: `Run \`npm install --package-lock-only${code ? '' : ' --ignore-scripts'}\` with npm 12 first${
        code ? "; that executes the project's extension, so read it before" : ''
      }. Then run safe-install again: it reads the lockfile.`,
    },
  )
}
