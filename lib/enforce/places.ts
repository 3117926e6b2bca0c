import { isAbsolute, join } from 'node:path'
import { SafeInstallError } from '../errors.ts'

/** What the guard keeps below the user's home. */
export type Places = {
  readonly home: string
  /** `~/.safe-install` */
  readonly folder: string
  /** npm's script-shell. */
  readonly shell: string
  /** What the check gate of a project starts. */
  readonly check: string
  /** Shims for npm and npx. */
  readonly bin: string
  readonly receipts: string
  /** Inspections of what plain npm installed. npm's own cache folder is a project's to choose, so not there. */
  readonly inspections: string
  /** Folders of projects that were set up, one a line. */
  readonly projects: string
}

/** As npm reads it in an `.npmrc`: npm puts the variable's value there, and fails where there is none. */
export const shellSetting = '${HOME}/.safe-install/shell'

/** Where the guard lives for this user. Throws E_CONFIG without an absolute HOME: a guess could be anybody's folder. */
export function placesOf(env: Readonly<Record<string, string | undefined>>): Places {
  const home = env['HOME']
  if (home === undefined || !isAbsolute(home)) {
    throw new SafeInstallError(
      'E_CONFIG',
      `HOME is ${home === undefined ? 'not set' : 'not an absolute path'}`,
      {
        hint: 'Set HOME to your home folder.',
      },
    )
  }
  const folder = join(home, '.safe-install')
  return {
    home,
    folder,
    shell: join(folder, 'shell'),
    check: join(folder, 'check'),
    bin: join(folder, 'bin'),
    receipts: join(folder, 'receipts'),
    inspections: join(folder, 'inspections'),
    projects: join(folder, 'projects'),
  }
}
