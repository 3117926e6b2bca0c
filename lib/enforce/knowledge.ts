import type { Lists } from '../../rules/lists.ts'
import { publishTimes } from '../fetch/publish-times.ts'
import { locateNpm } from '../plan/locate-npm.ts'
import { loadNpmConfig } from '../plan/npm-config.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { loadPolicy } from '../policy/load-policy.ts'
import type { UserPlaces } from '../policy/places.ts'
import type { Policy } from '../policy/policy.ts'
import { assertRegistries } from '../policy/registries.ts'
import { loadLists } from '../store/load-lists.ts'
import type { PlannedPackage } from '../types.ts'
import type { GuardHost } from './guard.ts'

/** What the gates judge by besides the bytes: the very same as an install. */
export type Knowledge = {
  readonly policy: Policy
  readonly lists: Lists
  /** When packages were published, asked only where the policy wants an age. */
  readonly publishTimes: (packages: readonly PlannedPackage[]) => Promise<ReadonlyMap<string, number>>
}

/** Knowledge, and where the user's log of decisions lies. */
export type Loaded = Knowledge & { readonly places: UserPlaces | undefined }

/**
 * Loads the user's policy and the project's, and the lists with what `--update-data` fetched. Throws E_POLICY as an
 * install does: for a file that cannot be understood, and for a registry that the policy does not allow. `project` is
 * undefined for global installs and inside a dependency's clone, whose own files never count.
 */
export async function loadKnowledge(host: GuardHost, project: string | undefined): Promise<Loaded> {
  const { policy, places } = await loadPolicy({ env: host.env, folder: project, trust: undefined })
  const lists = loadLists({
    userFolder: places?.data,
    onProblem: what => void host.stderr.write(`safe-install: ${what}\n`),
  })
  // npm's settings take a tenth of a second to load, and most policies ask nothing of them.
  const asksNpm = policy.registries.value !== undefined || policy.minimumAgeDays.value > 0
  const config = asksNpm ? await settingsOf(host, project) : undefined
  if (config !== undefined) assertRegistries(config, policy)
  return {
    policy,
    lists,
    places,
    publishTimes: async packages =>
      config === undefined || policy.minimumAgeDays.value === 0
        ? new Map()
        : publishTimes(packages, config.flat, host.now()),
  }
}

async function settingsOf(host: GuardHost, project: string | undefined): Promise<NpmConfig> {
  const { env, cwd, execPath, platform, nodeVersion } = host
  // Without npm only its builtin settings are missing.
  const npmPath = (await locateNpm(host)) ?? execPath
  return loadNpmConfig({ argv: [], env, cwd: project ?? cwd, execPath, platform, nodeVersion, npmPath })
}
