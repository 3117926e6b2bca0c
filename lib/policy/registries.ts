import { SafeInstallError } from '../errors.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { isRegistryAllowed } from './apply-policy.ts'
import { withoutCredentials } from './history.ts'
import type { Policy } from './policy.ts'

/** The registries of npm's settings: the default one, and one for each scope. */
export function registriesOf({ flat }: Pick<NpmConfig, 'flat'>): ReadonlyMap<string, string> {
  const scoped = Object.keys(flat).filter(key => key === 'registry' || /^@[^:]+:registry$/.test(key))
  return new Map(scoped.map(key => [key, String(flat[key])]))
}

/** Throws E_POLICY for a registry among npm's settings that the policy does not allow. */
export function assertRegistries(config: Pick<NpmConfig, 'flat'>, { registries }: Policy): void {
  const allowed = registries.value
  if (allowed === undefined) return
  for (const [key, address] of registriesOf(config)) {
    if (URL.canParse(address) && isRegistryAllowed(address, allowed)) continue
    throw new SafeInstallError(
      'E_POLICY',
      `${key}=${withoutCredentials(address)} is not among the registries that the policy (${registries.origin}) allows: ${allowed.join(', ')}`,
      { hint: 'Nothing was asked of it. See safe-install --print-config for where each setting comes from.' },
    )
  }
}
