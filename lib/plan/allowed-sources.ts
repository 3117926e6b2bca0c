import { SafeInstallError } from '../errors.ts'
import type { SourceType } from '../types.ts'
import type { GuardedArborist, Node } from './arborist.ts'
import { fetchSpecOf, sourceOf } from './fetch-spec.ts'

type Allowed = 'allowGit' | 'allowRemote' | 'allowFile' | 'allowDirectory'

const option: Readonly<Partial<Record<SourceType, Allowed>>> = {
  git: 'allowGit',
  remote: 'allowRemote',
  file: 'allowFile',
  directory: 'allowDirectory',
}

/**
 * Holds every package of the plan against `allow-git`, `allow-remote`, `allow-file` and `allow-directory`. Arborist
 * checks what it resolves itself; an entry of the lockfile it checks only while unpacking, after the download.
 */
export const assertSourcesAllowed = (
  nodes: readonly Node[],
  arborist: GuardedArborist,
  allowed: Readonly<Record<Allowed, unknown>>,
): void => {
  for (const node of nodes) {
    const source = node.isLink ? 'directory' : sourceOf(node, fetchSpecOf(node, arborist))
    const name = option[source]
    const allow = name === undefined ? 'all' : (allowed[name] ?? 'all')
    const direct = [...node.edgesIn].some(
      ({ valid, from }) => valid && (from.isProjectRoot || from.isWorkspace),
    )
    const internal = node.isLink && node.target.isWorkspace
    if (allow === 'all' || internal || (allow === 'root' && direct)) continue
    const whose = allow === 'root' ? 'non-root ' : ''
    throw new SafeInstallError(
      'E_RESOLVE',
      `EALLOW${source.toUpperCase()}: fetching ${whose}packages of type "${source}" is disabled: ${node.name} from ${node.resolved ?? ''}`,
      { hint: `Name the package in your own package.json, or allow it with --allow-${source}=all.` },
    )
  }
}
