import { userInfo } from 'node:os'

/** The account that runs this, for exceptions and approvals. A name, not a proof. */
export function whoami(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username
  } catch (error) {
    // A container may run as a number without an account.
    if (!(error instanceof Error)) throw error
    return env['USER'] ?? env['LOGNAME'] ?? 'unknown'
  }
}
