import { SafeInstallError } from '../errors.ts'
import { explainConflict } from './explain-conflict.ts'
import { recordOf, textOf } from './values.ts'

const hints: Readonly<Record<string, string>> = {
  E401: 'Log in with `npm login`, or check the token in your .npmrc.',
  E403: 'The registry forbids this version; your own policy there may be the reason.',
  E404: 'The package does not exist, or you have no permission to see it. Check the name.',
  EALLOWGIT: 'Name the package in your own package.json, or allow it with --allow-git=all.',
  EALLOWREMOTE: 'Name the package in your own package.json, or allow it with --allow-remote=all.',
  EALLOWFILE: 'Allow it with --allow-file=all.',
  EALLOWDIRECTORY: 'Allow it with --allow-directory=all.',
  EBADENGINE: 'Use a fitting version of Node or npm, or leave out --engine-strict.',
  EINTEGRITY:
    'Something between the registry and npm’s cache changed the bytes. Run `npm cache verify`, then try again.',
  EBADPLATFORM: 'This package is not made for this machine.',
  ECONNREFUSED: 'Check the registry address and your network.',
  ENOENT: 'Check the path.',
  ENOTCACHED: 'Run once without --offline, so that the package is in the cache.',
  ENOTFOUND: 'Check the registry address and your network.',
  ERESOLVE:
    'Fix the upstream dependency conflict, or retry with --force or --legacy-peer-deps to accept an incorrect (and potentially broken) dependency resolution.',
  ETARGET: 'The version does not exist, or is younger than `before` or `min-release-age` allows.',
}

const detail = (error: Readonly<Record<string, unknown>>, code: string): string | undefined => {
  switch (code) {
    case 'ERESOLVE':
      return explainConflict(error)
    case 'EBADENGINE':
      return [
        `Not compatible with your version of node/npm: ${textOf(error['pkgid'])}`,
        `Required: ${JSON.stringify(error['required'])}`,
        `Actual:   ${JSON.stringify(error['current'])}`,
      ].join('\n')
    case 'EBADPLATFORM':
      return `${textOf(error['pkgid'])} wants ${JSON.stringify(error['required'])}, this is ${JSON.stringify(error['current'])}`
    default:
      if (textOf(error['stderr']) !== undefined) return textOf(error['stderr'])?.trim()
      return code.startsWith('EALLOW') ? `Refusing to fetch "${textOf(error['package'])}"` : undefined
  }
}

const anyHint =
  'Check the name, the lockfile and what the registry serves: npm view shows it, npm cache verify tidies the cache.'

/**
 * npm's resolution failures as E_RESOLVE: npm's code, message and report (peer conflicts in npm's own words) are kept.
 * An error without a code is npm tripping over an answer or a lockfile of a wrong shape: `subject` is then what was
 * being resolved. Errors of our own pass through unchanged.
 */
export const resolveError = (cause: unknown, subject: string): SafeInstallError => {
  if (cause instanceof SafeInstallError) return cause
  const error = recordOf(cause)
  const code = textOf(error['code']) ?? ''
  const said = cause instanceof Error ? cause.message : String(cause)
  const message = [opening(said, code, subject, error), detail(error, code)]
    .filter(line => line !== undefined)
    .join('\n')
  return new SafeInstallError('E_RESOLVE', message, { cause, hint: hintFor(code, error) })
}

const opening = (
  said: string,
  code: string,
  subject: string,
  error: Readonly<Record<string, unknown>>,
): string => {
  if (code.startsWith('E') && !code.startsWith('ERR_'))
    return said.startsWith(`${code}:`) ? said : `${code}: ${said}`
  if (isGit(error)) return `${subject}: ${said}`
  return `npm cannot make sense of what the registry or the lockfile says about ${subject}: ${said}`
}

/** @npmcli/git's errors carry what git said, and its exit code as `code`. */
const isGit = (error: Readonly<Record<string, unknown>>): boolean => textOf(error['stderr']) !== undefined

const hintFor = (code: string, error: Readonly<Record<string, unknown>>): string => {
  if (isGit(error)) return 'Check the address, and that git can reach it: git ls-remote <address>.'
  return hints[code] ?? anyHint
}
