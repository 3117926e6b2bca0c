import { SafeInstallError } from '../errors.ts'

const isPrintable = (value: unknown): value is { toString(): string } =>
  typeof value === 'object' && value !== null && 'toString' in value && typeof value.toString === 'function'

const textOf = (error: unknown, key: string): string | undefined => {
  if (typeof error !== 'object' || error === null || !(key in error)) return undefined
  const value: unknown = Reflect.get(error, key)
  if (typeof value === 'string') return value
  // Integrity values are objects that know how to print themselves.
  return isPrintable(value) ? value.toString() : undefined
}

/** User name and password of an address are the user's secret, and messages end up in logs. */
const redact = (text: string): string => text.replace(/\/\/[^/\s@]*@/g, '//***@')

const hints: Readonly<Record<string, string>> = {
  E401: 'The registry wants you to log in: run npm login, or check the token in .npmrc.',
  E403: 'The registry refuses this package to you: check the token in .npmrc.',
  E404: 'Check the name and the version; a private package may need npm login.',
  ETARGET: 'No version matches: check the range, and the --before and min-release-age settings.',
  ENOVERSIONS: 'The package has no versions: it may have been removed from the registry.',
  ENOTCACHED: 'It is not in the npm cache: run again without --offline.',
  ENOENT: 'Check the path.',
  EALLOWGIT: 'npm is set not to fetch from git: see the allow-git setting.',
  EALLOWREMOTE: 'npm is set not to fetch from other addresses: see the allow-remote setting.',
}

const integrityHint =
  'The bytes are not those that were promised. If the lockfile or the cache is stale, check why the package changed; ' +
  'otherwise somebody may be tampering with it. Do not install it.'

/**
 * What went wrong while `spec` was fetched, as E_INTEGRITY (expected and got named) or E_FETCH with a hint. An error of
 * our own passes unchanged.
 */
export const fetchError = (spec: string, error: unknown): SafeInstallError => {
  if (error instanceof SafeInstallError) return error
  const code = textOf(error, 'code') ?? 'unknown error'
  const what = redact(spec)
  if (code === 'EINTEGRITY') {
    const expected = textOf(error, 'expected')
    const got = textOf(error, 'found')
    const detail =
      expected === undefined ? textOf(error, 'message') : `expected ${expected}, got ${got ?? 'unknown'}`
    return new SafeInstallError('E_INTEGRITY', `${what}: ${detail ?? 'integrity does not match'}`, {
      hint: integrityHint,
      cause: error,
    })
  }
  const message = redact(textOf(error, 'message') ?? String(error))
  const hint = hints[code] ?? 'Check the network and the registry setting, then try again.'
  return new SafeInstallError('E_FETCH', `${what} could not be fetched: ${message} (${code})`, {
    hint,
    cause: error,
  })
}
