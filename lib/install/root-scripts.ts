import runScript from '@npmcli/run-script'
import { textOf } from '../plan/values.ts'
import { readManifest, scriptError, scriptsOf } from './run-scripts.ts'
import type { ScriptSettings } from './run-scripts.ts'

/** The events npm runs for the project itself, after an install without package names and after `npm ci`. */
const rootEvents = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
] as const

/** The events npm runs when the installed packages changed, whatever the command was. */
const dependencyEvents = ['predependencies', 'dependencies', 'postdependencies'] as const

const run = async (
  path: string,
  events: readonly string[],
  settings: ScriptSettings,
): Promise<readonly string[]> => {
  const manifest = await readManifest(path)
  const scripts = scriptsOf(manifest)
  const ran: string[] = []
  for (const event of events) {
    const command = scripts.get(event)
    // Without a command run-script still builds a project that has a binding.gyp.
    if (command === undefined && event !== 'install') continue
    try {
      await runScript({
        event,
        path,
        args: [],
        env: { ...settings.env },
        stdio: 'inherit',
        scriptShell: settings.scriptShell,
      })
    } catch (cause) {
      throw scriptError(textOf(manifest['_id']) ?? 'the project', event, command ?? 'node-gyp rebuild', cause)
    }
    if (command !== undefined) ran.push(event)
  }
  return ran
}

/** npm 12 runs the project's preinstall before anything is fetched, npm 11 after everything is installed. */
const preinstallFirst = (npmVersion: string | undefined): boolean =>
  Number(npmVersion?.split('.')[0] ?? 0) >= 12

/**
 * Runs what the user's npm runs of the project's own scripts before an install: nothing with npm 11. Call it after the
 * decision. Returns the events that ran; throws E_SCRIPT.
 */
export const runEarlyRootScripts = async (
  path: string,
  settings: ScriptSettings,
  npmVersion: string | undefined,
): Promise<readonly string[]> => (preinstallFirst(npmVersion) ? run(path, ['preinstall'], settings) : [])

/**
 * Runs the project's own lifecycle scripts, in the order of the user's npm: after everything is installed and saved, so
 * a failure does not roll back. Returns the events that ran; throws E_SCRIPT.
 */
export const runRootScripts = async (
  path: string,
  settings: ScriptSettings,
  npmVersion?: string,
): Promise<readonly string[]> =>
  run(path, preinstallFirst(npmVersion) ? rootEvents.slice(1) : rootEvents, settings)

/** Runs `predependencies`, `dependencies` and `postdependencies` of the project. */
export const runDependencyScripts = async (
  path: string,
  settings: ScriptSettings,
): Promise<readonly string[]> => run(path, dependencyEvents, settings)
