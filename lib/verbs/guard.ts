import type { Request } from '../cli/request.ts'
import { shellSetting } from '../enforce/places.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import type { IgnoredSetting } from '../plan/project-settings.ts'
import { withoutCredentials } from '../policy/history.ts'
import { loadPolicy } from '../policy/load-policy.ts'
import type { LoadedPolicy } from '../policy/load-policy.ts'
import { strictestAllowance } from '../policy/merge-policy.ts'
import type { Policy, SourceKey } from '../policy/policy.ts'
import { assertRegistries, registriesOf } from '../policy/registries.ts'
import { renderHint } from '../report/human.ts'
import { loadLists, type LoadedLists } from '../store/load-lists.ts'
import type { Session } from './session.ts'
import { loadSettings } from './settings.ts'

/** What a run judges by: npm's settings held to the policy, the policy, and the lists. */
export type Guard = {
  readonly config: NpmConfig
  readonly loaded: LoadedPolicy
  readonly lists: LoadedLists
}

/**
 * Loads npm's settings, the policy and the lists, and tells on stderr, one line each, what of the project's settings
 * and policy does not count. Throws E_POLICY for a policy file that cannot be read, and for a registry that the policy
 * does not allow: before anything is asked of it.
 */
export async function openGuard(
  request: Pick<Request, 'npmArgs' | 'trust'>,
  session: Session,
): Promise<Guard> {
  const config = await loadSettings(request, session)
  const folder = config.global ? undefined : config.localPrefix
  const loaded = await loadPolicy({ env: session.host.env, folder, trust: request.trust })
  for (const line of notesOf(config, loaded)) session.tell(renderHint(line, session.err))
  assertRegistries(config, loaded.policy)
  const lists = loadLists({
    userFolder: loaded.places?.data,
    onProblem: what => session.tell(renderHint(what, session.err)),
  })
  return { config: withSources(config, loaded.policy), loaded, lists }
}

const whyInWords: Readonly<Record<IgnoredSetting['why'], string>> = {
  'runs-code': 'a project does not choose the programs that npm starts',
  'moves-install': 'a project does not choose where to install or whose settings count',
  'answers-for-user': 'a project does not answer for you',
  loosens: 'it is looser than your own setting',
}

/** Why a setting of the project was not followed. */
export function reasonInWords(why: IgnoredSetting['why']): string {
  return whyInWords[why]
}

function notesOf(config: NpmConfig, { project }: LoadedPolicy): readonly string[] {
  const foreign = [...registriesOf(config)]
    .filter(([key]) => config.find(key) === 'project')
    .map(([key, address]) => `the project's .npmrc sets ${key}=${withoutCredentials(address)}`)
  const untrusted =
    project !== undefined && !project.trusted && project.loosens.length > 0
      ? [
          `safe-install.json of this project also loosens, and you have not trusted it: ${project.loosens.join(', ')}. Not followed; to read and trust it: safe-install --trust`,
        ]
      : []
  return [
    // Our own line is for plain npm; here nothing is lost by leaving it out.
    ...config.ignored
      .filter(one => one.value !== shellSetting)
      .map(({ key, value, why }) => `ignored ${key}=${value} of the project's .npmrc: ${whyInWords[why]}`),
    ...foreign,
    ...untrusted,
  ]
}

const allowKey = {
  git: 'allowGit',
  remote: 'allowRemote',
  file: 'allowFile',
  directory: 'allowDirectory',
} as const satisfies Readonly<Record<SourceKey, string>>

/** npm's `allow-*` settings, as strict as the policy wants them. */
function withSources(config: NpmConfig, { sources }: Policy): NpmConfig {
  const allow = { ...config.allow }
  for (const [key, { value }] of sources)
    allow[allowKey[key]] = strictestAllowance(allow[allowKey[key]], value)
  return { ...config, allow }
}
