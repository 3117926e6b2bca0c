import { registryIdentity } from '../plan/script-policy.ts'
import type { OriginProblem } from '../types.ts'

/**
 * A lockfile may put one package in another's place. Nobody asked for it there unless somebody's manifest has an alias:
 * the lockfile's own word for it does not count, since it is what is in question. `specs` are those of everybody who
 * asks for the name `place`.
 */
export function misplaced(
  place: string,
  resolved: string | undefined,
  specs: readonly string[],
): readonly OriginProblem[] {
  const address = resolved === undefined ? undefined : registryIdentity(resolved)
  if (resolved === undefined || address === undefined || address.name === place) return []
  const aliases = specs.flatMap(spec => /^npm:((?:@[^/@]+\/)?[^@/]+)/.exec(spec)?.[1] ?? [])
  if (aliases.includes(address.name)) return []
  return [
    {
      kind: 'resolved-name',
      message: `Under the name ${place}, npm would install ${address.name}: ${resolved}.`,
    },
  ]
}
