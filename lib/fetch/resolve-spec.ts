import pacote from 'pacote'
import { SafeInstallError } from '../errors.ts'

/** One spec, resolved: what pacote would fetch for it, and the registry's manifest where there is one. */
export type ResolvedSpec = {
  readonly name: string
  readonly version: string
  readonly resolved: string | undefined
  readonly integrity: string | undefined
  /** Hostile until parsed. */
  readonly manifest: unknown
}

/**
 * Resolves a spec as typed (`name`, `name@range`, git, address) with npm's options, running nothing. Throws E_RESOLVE
 * with npm's own words.
 */
export async function resolveSpec(
  spec: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ResolvedSpec> {
  try {
    const manifest = await pacote.manifest(spec, { ...options, fullMetadata: true, ignoreScripts: true })
    return {
      name: manifest.name,
      version: manifest.version,
      resolved: manifest._resolved,
      integrity: manifest._integrity,
      manifest,
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SafeInstallError('E_RESOLVE', `${spec}: ${why}`, {
      cause,
      hint: 'Check the name, the version and the registry: npm view shows what there is.',
    })
  }
}
