import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import runScript from '@npmcli/run-script'
import { SafeInstallError } from '../errors.ts'
import { parseTable, recordOf, textOf } from '../plan/values.ts'
import type { Hook, InspectedFile } from '../types.ts'
import { verifyFiles } from './verify-disk.ts'

/** One lifecycle script, and what became of it. */
export type ScriptOutcome = {
  readonly location: string
  readonly name: string
  readonly version: string
  readonly event: string
  readonly command: string
  readonly approved: boolean
  readonly ran: boolean
  /** True where it ran and failed, and the package is optional: npm drops it and goes on. */
  readonly failed: boolean
}

/** What a script is started with, as npm does. */
export type ScriptSettings = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly scriptShell: string | undefined
  readonly foreground: boolean
  /** Scripts of one event that may run at the same time; npm uses the number of processors. */
  readonly parallel: number
}

/** A package whose approved scripts run from the inspected text. */
export type ScriptedPackage = {
  readonly label: string
  readonly location: string
  readonly path: string
  readonly files: readonly InspectedFile[]
  readonly hooks: readonly Hook[]
  readonly env: Readonly<Record<string, string | undefined>>
}

const outputOf = (error: Readonly<Record<string, unknown>>): string =>
  ['stdout', 'stderr'].flatMap(key => textOf(error[key])?.trim() ?? []).join('\n')

const outcomeOf = ({ signal, code }: Readonly<Record<string, unknown>>): string =>
  typeof signal === 'string'
    ? `signal ${signal}`
    : typeof code === 'number'
      ? `exit code ${code}`
      : 'an error'

/** E_SCRIPT with npm's facts: package, event, command, exit code and what the script printed. */
export const scriptError = (
  label: string,
  event: string,
  command: string,
  cause: unknown,
): SafeInstallError => {
  const error = recordOf(cause)
  const output = outputOf(error)
  return new SafeInstallError(
    'E_SCRIPT',
    `${label}: ${event} script failed with ${outcomeOf(error)}: ${command}${output === '' ? '' : `\n${output}`}`,
    { cause, hint: 'Nothing of this install was kept. Remove the approval to install without this script.' },
  )
}

const rehash = async (path: string, file: InspectedFile): Promise<readonly InspectedFile[]> => {
  const bytes = await readFile(join(path, file.path)).catch(() => undefined)
  if (bytes === undefined) return []
  return [{ ...file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }]
}

/**
 * Runs the approved scripts of one package, event by event, exactly as inspected. Before each, package.json and every
 * file the hooks reach are compared once more: an earlier script must not rewrite a later package's. What a package's
 * own script changed in its own files counts from then on.
 */
export class ScriptRunner {
  readonly #pkg: ScriptedPackage
  readonly #settings: ScriptSettings
  #guarded: readonly InspectedFile[]

  constructor(pkg: ScriptedPackage, settings: ScriptSettings) {
    this.#pkg = pkg
    this.#settings = settings
    this.#guarded = pkg.files.filter(
      file => file.phase === 'install' || file.path === 'package.json' || file.path === 'binding.gyp',
    )
  }

  /** The hook of an event, if the package has one. */
  hook(event: string): Hook | undefined {
    return this.#pkg.hooks.find(hook => hook.event === event)
  }

  /** Runs one event. Throws E_VERIFY where a file changed, E_SCRIPT where the script fails. */
  async run(hook: Hook): Promise<void> {
    const { path, label, env } = this.#pkg
    await verifyFiles(this.#pkg, this.#guarded)
    const manifest = await readManifest(path)
    try {
      await runScript({
        event: hook.event,
        path,
        // The text that was read and judged, not whatever lies there by now.
        pkg: { ...manifest, scripts: { [hook.event]: hook.command } },
        env: { ...this.#settings.env, ...env },
        stdio: this.#settings.foreground ? 'inherit' : 'pipe',
        scriptShell: this.#settings.scriptShell,
      })
    } catch (cause) {
      throw scriptError(label, hook.event, hook.command, cause)
    }
    this.#guarded = (await Promise.all(this.#guarded.map(async file => rehash(path, file)))).flat()
  }
}

/** package.json of a folder with the `_id` npm prints; empty where there is none. */
export const readManifest = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  const manifest = parseTable(await readFile(join(path, 'package.json'), 'utf8').catch(() => undefined))
  const [name, version] = [textOf(manifest['name']), textOf(manifest['version'])]
  return name === undefined ? { ...manifest } : { ...manifest, _id: `${name}@${version}` }
}

/** The scripts of a manifest, own keys with a text only. */
export const scriptsOf = (manifest: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(recordOf(manifest['scripts'])).flatMap(([event, command]) =>
      typeof command === 'string' ? [[event, command] as const] : [],
    ),
  )
