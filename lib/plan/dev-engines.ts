import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import checks from 'npm-install-checks'
import { SafeInstallError } from '../errors.ts'
import type { NpmConfig } from './npm-config.ts'
import { parseTable } from './values.ts'

const intro = 'The developer of this package has specified the following through devEngines'

/**
 * npm's check of the project's `devEngines`, which it makes before install, ci and update. Returns warnings in npm's
 * words; throws E_RESOLVE (EBADDEVENGINES) where npm refuses, E_USAGE for an entry npm cannot read. A project that
 * names this program as its package manager means us.
 */
export const checkDevEngines = async (config: NpmConfig): Promise<readonly string[]> => {
  if (config.global) return []
  const text = await readFile(join(config.localPrefix, 'package.json'), 'utf8').catch(() => undefined)
  const { devEngines } = parseTable(text)
  if (devEngines === undefined) return []
  const failures = failuresOf(devEngines, config).filter(({ required }) => !namesUs(required))
  const fatal = failures.filter(({ isError }) => isError)
  const forced = config.flat['force'] === true
  const first = fatal[0]
  if (first !== undefined && !forced) {
    throw new SafeInstallError(
      'E_RESOLVE',
      `EBADDEVENGINES: ${intro}\n${messageOf(first)}\nRequired: ${JSON.stringify(first.required)}\nActual:   ${JSON.stringify(first.current)}`,
      { hint: 'Use what the project asks for, or --force.' },
    )
  }
  const told = [...failures.filter(({ isWarn }) => isWarn), ...(forced ? fatal : [])]
  return told.map(failure => `EBADDEVENGINES ${intro}\n${messageOf(failure)}`)
}

const failuresOf = (devEngines: unknown, config: NpmConfig): readonly checks.Failure[] => {
  try {
    const { nodeVersion } = config.flat
    const current = checks.currentEnv.devEngines({ nodeVersion, npmVersion: config.npmVersion })
    return checks.checkDevEngines(devEngines, current)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SafeInstallError('E_USAGE', `package.json: ${message}`, {
      cause,
      hint: 'Correct "devEngines": npm refuses it too.',
    })
  }
}

const messageOf = ({ message, errors }: checks.Failure): string =>
  [message, ...errors.map(error => error.message)].join('\n')

const namesUs = (required: unknown): boolean =>
  [required]
    .flat()
    .some(one => typeof one === 'object' && one !== null && 'name' in one && one.name === 'safe-install')
