import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Folders of the user: what they set, and what we keep for them. */
export type UserPlaces = { readonly config: string; readonly data: string }

/** The file's name at every level. */
export const policyFileName = 'safe-install.json'

/**
 * `$XDG_CONFIG_HOME/safe-install` and `$XDG_DATA_HOME/safe-install`, else `~/.config/…` and `~/.local/share/…`, on
 * macOS too. A relative XDG path is ignored, as the specification wants: the current folder is not the user's word.
 * Without HOME the account's folder counts. Undefined where there is none at all.
 * Source: XDG Base Directory Specification 0.8.
 */
export function userPlaces(env: Readonly<Record<string, string | undefined>>): UserPlaces | undefined {
  const home = absolute(env['HOME']) ?? accountHome()
  const config = absolute(env['XDG_CONFIG_HOME']) ?? (home === undefined ? undefined : join(home, '.config'))
  const data =
    absolute(env['XDG_DATA_HOME']) ?? (home === undefined ? undefined : join(home, '.local', 'share'))
  if (config === undefined || data === undefined) return undefined
  return { config: join(config, 'safe-install'), data: join(data, 'safe-install') }
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

function accountHome(): string | undefined {
  try {
    return absolute(userInfo().homedir) ?? absolute(homedir())
  } catch (error) {
    // A container may run as a number without an account: then there is no user level.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
