import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { locateNpm } from '../plan/locate-npm.ts'
import { loadNpmConfig } from '../plan/npm-config.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import type { Session } from './session.ts'

/** npm's settings for this request. Throws E_CONFIG where no npm is installed, E_USAGE for flags npm does not know. */
export async function loadSettings(request: Pick<Request, 'npmArgs'>, { host }: Session): Promise<NpmConfig> {
  const npmPath = await locateNpm(host)
  if (npmPath === undefined) {
    throw new SafeInstallError('E_CONFIG', 'no npm was found on PATH', {
      hint: 'Install npm; its settings are used.',
    })
  }
  const { env, cwd, execPath, platform, nodeVersion } = host
  return loadNpmConfig({ argv: request.npmArgs, env, cwd, execPath, platform, nodeVersion, npmPath })
}
