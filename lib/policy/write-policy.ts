import { SafeInstallError } from '../errors.ts'
import { isRecord } from '../plan/values.ts'
import { editJson } from './edit-json.ts'
import type { LoadedPolicy } from './load-policy.ts'
import type { Approval, Exception } from './policy.ts'
import { readPolicyFile } from './read-policy-file.ts'
import { rememberTrusted } from './trust.ts'

/** Which file is written: the project's, or the user's where there is no project or `--user` was said. */
export type Target = { readonly path: string; readonly level: 'user' | 'project' }

/**
 * Adds one exception; an older one for the same bytes and rule is replaced. A project's file that the user may rely on
 * stays trusted, since it was this user who changed it; one that loosens things nobody has trusted is left alone with
 * E_POLICY: writing into it must not make the rest of it count.
 */
export async function writeException(
  target: Target,
  exception: Exception,
  loaded: LoadedPolicy,
  now: number,
): Promise<void> {
  refuseUntrusted(target, loaded)
  const same = (one: Readonly<Record<string, unknown>>): boolean =>
    one['package'] === exception.package &&
    one['version'] === exception.version &&
    one['integrity'] === exception.integrity &&
    one['rule'] === exception.rule
  const { until, ...rest } = exception
  const entry = until === undefined ? rest : { ...rest, until: new Date(until).toISOString().slice(0, 10) }
  await writeItem(target, 'exceptions', entry, same)
  await keepTrusted(target, loaded, now)
}

/** Adds the bytes of approved scripts; older entries for the same package and version are replaced. */
export async function writeApproval(
  target: Target,
  approval: Approval,
  loaded: LoadedPolicy,
  now: number,
): Promise<void> {
  await writeItem(
    target,
    'approvals',
    approval,
    one => one['package'] === approval.package && one['version'] === approval.version,
  )
  // An approval's bytes only tighten: a file nobody trusts stays untrusted.
  if (isMine(loaded)) await keepTrusted(target, loaded, now)
}

/** Takes approvals of a package out: of one version, or of all where none is named. */
export async function dropApprovals(
  target: Target,
  name: string,
  version: string | undefined,
  loaded: LoadedPolicy,
  now: number,
): Promise<void> {
  const known = loaded.policy.approvals.some(
    one => one.package === name && (version === undefined || one.version === version),
  )
  if (!known) return
  await editJson(
    target.path,
    table => {
      const list: readonly unknown[] = Array.isArray(table['approvals']) ? table['approvals'] : []
      const kept = list.filter(
        one =>
          !isRecord(one) || one['package'] !== name || (version !== undefined && one['version'] !== version),
      )
      return { ...table, approvals: kept }
    },
    { create: true },
  )
  if (isMine(loaded)) await keepTrusted(target, loaded, now)
}

/** Nothing in the project's file would come to count by trusting what this user writes into it. */
function isMine({ project }: LoadedPolicy): boolean {
  return project === undefined || project.trusted || !project.couldLoosen
}

function refuseUntrusted({ level }: Target, loaded: LoadedPolicy): void {
  if (level !== 'project' || isMine(loaded)) return
  const { path = '', loosens = [] } = loaded.project ?? {}
  throw new SafeInstallError(
    'E_POLICY',
    `${path} could loosen things you have not trusted${loosens.length > 0 ? `: ${loosens.join(', ')}` : ''}`,
    {
      hint: 'Read it, then run safe-install --trust; or keep the exception for yourself with --accept … --user.',
    },
  )
}

async function writeItem(
  { path }: Target,
  key: 'exceptions' | 'approvals',
  entry: object,
  same: (one: Readonly<Record<string, unknown>>) => boolean,
): Promise<void> {
  await editJson(
    path,
    table => {
      const before: readonly unknown[] = Array.isArray(table[key]) ? table[key] : []
      return { ...table, [key]: [...before.filter(one => !isRecord(one) || !same(one)), entry] }
    },
    { create: true },
  )
}

async function keepTrusted({ path, level }: Target, { places }: LoadedPolicy, now: number): Promise<void> {
  if (level !== 'project' || places === undefined) return
  const written = await readPolicyFile(path, { follow: false })
  if (written !== undefined) await rememberTrusted(places, path, { digest: written.digest, now })
}
