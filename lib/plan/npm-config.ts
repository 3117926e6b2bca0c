import Config from '@npmcli/config'
import npmDefinitions from '@npmcli/config/lib/definitions/index.js'
import { SafeInstallError } from '../errors.ts'
import { GuardedArborist } from './arborist.ts'
import { assertKnownFlags } from './npm-flags.ts'
import type { RefusedFlag } from './npm-flags.ts'
import { ignoredFromProject } from './project-settings.ts'
import type { IgnoredSetting } from './project-settings.ts'
import { textOf } from './values.ts'

const { definitions, flatten, nerfDarts, shorthands } = npmDefinitions

/** Where npm found a setting, strongest last. */
export type Layer = 'default' | 'builtin' | 'global' | 'user' | 'project' | 'env' | 'cli'

/** What the process was started with; nothing here reads `process` itself. */
export type ConfigRequest = {
  /** npm's flags and package specs; safe-install's own flags are already taken out. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly execPath: string
  readonly platform: string
  /** Version of the running Node, `v20.20.0`: npm's `engines` checks use it. */
  readonly nodeVersion: string
  /** Folder of the user's npm (the one with `bin/npm-cli.js`): its builtin npmrc counts. */
  readonly npmPath: string
}

/** npm's settings as npm itself would see them, less what a project may not decide about its own guard. */
export type NpmConfig = {
  /**
   * npm's options as Arborist and pacote take them, with the Arborist class pacote packs git clones with.
   * `ignoreScripts` is always true here: see `ignoreScripts`. Nothing is refused by source: `allow` is for the plan,
   * which knows who asks; pacote takes every registry tarball for a remote one.
   */
  readonly flat: Readonly<Record<string, unknown>>
  /** `allow-git` and its like, as Arborist's options. */
  readonly allow: Readonly<Record<'allowGit' | 'allowRemote' | 'allowFile' | 'allowDirectory', unknown>>
  get(key: string): unknown
  /** The layer that decides a setting. */
  find(key: string): Layer | undefined
  /** A setting of one layer only. */
  getFrom(key: string, layer: Layer): unknown
  /** The package specs of the command line. */
  readonly specs: readonly string[]
  /** A copy of the environment with npm's `npm_config_*` for scripts. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the project, or the one above npm's global `node_modules` with `global`. */
  readonly path: string
  /** The project's folder even with `global`. */
  readonly localPrefix: string
  readonly cwd: string
  readonly global: boolean
  readonly npmVersion: string | undefined
  readonly npmPath: string
  /** The user wants no scripts at all; a project can ask for that but not take it back. */
  readonly ignoreScripts: boolean
  /** The shell the user chose for scripts; a project's choice is ignored. */
  readonly scriptShell: string | undefined
  /** What the project's `.npmrc` says and was not followed, with the reason. */
  readonly ignored: readonly IgnoredSetting[]
}

/**
 * `@npmcli/config` with two differences: a flag that npm does not know, or only as the start of another one, is
 * collected instead of guessed, and what a project may not decide is taken out before anything reads it.
 */
class GuardedConfig extends Config {
  readonly refused: RefusedFlag[] = []
  ignored: readonly IgnoredSetting[] = []

  override abbrevHandler = (short: string, long: string): void => {
    this.refused.push({ flag: short, why: 'prefix', known: long })
  }

  override checkUnknown(where: string, key: string): void {
    if (where !== 'cli' || key in definitions) return super.checkUnknown(where, key)
    const base = key.includes(':') ? (key.split(':').pop() ?? key) : key
    if (key.includes(':') && (base in definitions || nerfDarts.includes(base))) return
    this.refused.push({ flag: key, why: 'unknown', known: undefined })
  }

  override invalidHandler(key: string, value: unknown, type: unknown, source: string, where: string): void {
    if (where === 'cli') this.refused.push({ flag: key, why: 'value', known: undefined })
    super.invalidHandler(key, value, type, source, where)
  }

  /** A project's `userconfig` would turn a file of the repository into the user's own settings. */
  override async loadProjectConfig(): Promise<void> {
    const defaults = this.data.get('default')?.data ?? {}
    const globalconfig = Object.getOwnPropertyDescriptor(defaults, 'globalconfig')
    await super.loadProjectConfig()
    // Its default is an accessor, which an assignment in any layer goes through: the project's would be the default.
    if (globalconfig !== undefined) Object.defineProperty(defaults, 'globalconfig', globalconfig)
    this.ignored = ignoredFromProject(this.data, 'before-user')
  }

  override async loadGlobalConfig(): Promise<void> {
    await super.loadGlobalConfig()
    this.ignored = [...this.ignored, ...ignoredFromProject(this.data, 'complete')]
  }
}

const globalFolder = (prefix: string, platform: string): string =>
  platform === 'win32' ? prefix : `${prefix}/lib`

const layerOf = (where: string | null): Layer | undefined => {
  switch (where) {
    case 'default':
    case 'builtin':
    case 'global':
    case 'user':
    case 'project':
    case 'env':
    case 'cli':
      return where
    default:
      return undefined
  }
}

const load = async (request: ConfigRequest): Promise<GuardedConfig> => {
  const config = new GuardedConfig({
    definitions,
    shorthands,
    flatten,
    nerfDarts,
    npmPath: request.npmPath,
    env: { ...request.env },
    argv: [request.execPath, 'npm', ...request.argv],
    cwd: request.cwd,
    platform: request.platform,
    execPath: request.execPath,
    warn: false,
  })
  try {
    await config.load()
    config.validate()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SafeInstallError('E_CONFIG', `npm's settings cannot be read: ${message}`, { cause })
  }
  assertKnownFlags(config.refused, Object.keys(definitions))
  return config
}

/**
 * Reads npm's settings (flags, environment, project, user, global and builtin npmrc) with npm's own code, outside npm.
 * Refuses unknown and shortened flags (E_USAGE) and settings npm itself refuses (E_CONFIG). The given environment is
 * copied, never changed.
 */
export const loadNpmConfig = async (request: ConfigRequest): Promise<NpmConfig> => {
  const config = await load(request)
  const npmVersion = textOf(config.get('npm-version'))
  const global = config.get('global') === true || config.get('location') === 'global'
  const ignoreScripts = config.get('ignore-scripts') === true
  return {
    flat: {
      ...config.flat,
      ignoreScripts: true,
      dangerouslyAllowAllScripts: false,
      nodeVersion: request.nodeVersion,
      npmVersion,
      allowGit: 'all',
      allowRemote: 'all',
      allowFile: 'all',
      allowDirectory: 'all',
      Arborist: GuardedArborist,
      ...(auditByDefault(config, global) ? {} : { audit: false }),
    },
    allow: {
      // What the user typed or package.json names is inspected and installed; what a dependency fetches from
      // elsewhere is refused unless the user says otherwise.
      allowGit: config.isDefault('allow-git') ? 'root' : config.get('allow-git'),
      allowRemote: config.isDefault('allow-remote') ? 'root' : config.get('allow-remote'),
      allowFile: config.get('allow-file'),
      allowDirectory: config.get('allow-directory'),
    },
    get: key => config.get(key),
    find: key => layerOf(config.find(key)),
    getFrom: (key, layer) => config.get(key, layer),
    specs: config.parsedArgv.remain,
    env: { ...config.env, INIT_CWD: request.cwd },
    path: global ? globalFolder(config.globalPrefix, request.platform) : config.localPrefix,
    localPrefix: config.localPrefix,
    cwd: request.cwd,
    global,
    npmVersion,
    npmPath: request.npmPath,
    ignoreScripts,
    scriptShell: textOf(config.get('script-shell')),
    ignored: config.ignored,
  }
}

/** npm audits by default only where there is a project (its `arborist-cmd.js`). */
const auditByDefault = (config: GuardedConfig, global: boolean): boolean => {
  if (!config.isDefault('audit')) return true
  const project =
    config.get('location') === 'project' ||
    (config.isDefault('location') && !global && config.localPackage === true)
  return project && !global
}
