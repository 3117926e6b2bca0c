import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NpmConfig } from '../plan/npm-config.ts'
import { settingOf } from './npmrc.ts'
import { placesOf, shellSetting } from './places.ts'

/** A setting somewhere that takes a part of the guard away, and what that does. Plain words. */
export type Override = { readonly what: string; readonly effect: string }

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment and the project's `.npmrc` say against the guard. */
export async function overridesOf(config: NpmConfig, env: Environment): Promise<readonly Override[]> {
  const { shell } = placesOf(env)
  const text = await readFile(join(config.localPrefix, '.npmrc'), 'utf8').catch(() => '')
  const ours = (value: string | undefined): boolean =>
    value === undefined || value === shell || value === shellSetting
  const found: Override[] = []
  for (const [key, value] of Object.entries(env)) {
    if (key.toLowerCase() === 'npm_config_script_shell' && !ours(value))
      found.push({
        what: `${key}=${value ?? ''} (environment)`,
        effect: 'scripts of packages run in that shell, unread',
      })
  }
  const chosen = settingOf(text, 'script-shell')
  if (!ours(chosen))
    found.push({
      what: `script-shell=${chosen ?? ''} (.npmrc of the project)`,
      effect: 'scripts of packages run in that shell, unread, unless the shim is on PATH',
    })
  if (config.ignoreScripts)
    found.push({
      what: `ignore-scripts=true (${config.find('ignore-scripts') ?? 'settings'})`,
      effect: 'no script runs, and neither does the check gate',
    })
  for (const key of ['dangerously-allow-all-scripts', 'node-options']) {
    const value = settingOf(text, key)
    if (value !== undefined && value !== 'false')
      found.push({
        what: `${key}=${value} (.npmrc of the project)`,
        effect: 'the judge does not follow it; npm does',
      })
  }
  for (const name of extensions) {
    if (await isThere(join(config.localPrefix, name)))
      found.push({
        what: `${name} (in the project)`,
        effect: 'npm 12 runs it before anything is resolved or judged, unless the shim is on PATH',
      })
  }
  return found
}

/** Code of the project that npm 12 loads by itself. */
const extensions = ['.npm-extension.mjs', '.npm-extension.cjs', '.npm-extension.js'] as const

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
