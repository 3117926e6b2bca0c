import { realpath } from 'node:fs/promises'
import { textOf } from '../plan/values.ts'
import { isBelow } from './projects.ts'

/** One script that npm wants to run, as far as its environment and arguments say. */
export type ScriptRequest = {
  /** `postinstall`; '' where npm did not say. */
  readonly event: string
  /** The text npm hands to the shell. */
  readonly script: string
  /** Real path of the folder the script runs in: the package's. */
  readonly folder: string
  /** Real path of npm's project folder; undefined where npm did not say. */
  readonly project: string | undefined
  /** What the lockfile or the registry says the package came from. Not for bundled and linked packages. */
  readonly resolved: string | undefined
  /** What npm says its tarball's integrity is; a claim, like `resolved`. */
  readonly integrity: string | undefined
  /** True inside the clone of a git dependency that npm prepares. */
  readonly preparesGit: boolean
}

/**
 * Whose script it is. `project`: a folder somebody set the guard up in, or a script asked for by name. `folder`: npm's current project, not set up, so
 * possibly a repository cloned a minute ago. `package`: everything else. The environment can only turn a project into a
 * package, except for npm's own project folder, and that is inspected.
 */
export type Owner = 'project' | 'folder' | 'package'

type Environment = Readonly<Record<string, string | undefined>>

/** Reads what npm says. `argv` is what npm gave the shell, `-c <script>`; anything else has no script and is refused. */
export async function readScriptRequest(
  argv: readonly string[],
  env: Environment,
  cwd: string,
): Promise<ScriptRequest | undefined> {
  const [flag, script, ...rest] = argv
  if (flag !== '-c' || script === undefined || rest.length > 0) return undefined
  // Other package managers that read `.npmrc` name only the folder they were started in.
  const prefix = textOf(env['npm_config_local_prefix']) ?? textOf(env['INIT_CWD'])
  return {
    event: env['npm_lifecycle_event'] ?? '',
    script,
    folder: await realpath(cwd),
    project: prefix === undefined ? undefined : await realpath(prefix).catch(() => undefined),
    resolved: known(env['npm_package_resolved']),
    integrity: known(env['npm_package_integrity']),
    preparesGit: textOf(env['_PACOTE_NO_PREPARE_']) !== undefined,
  }
}

/** npm writes the word `null` for packages that came inside another one. */
function known(value: string | undefined): string | undefined {
  return value === 'null' ? undefined : textOf(value)
}

const installEvents: ReadonlySet<string> = new Set(
  'preinstall install postinstall prepublish preprepare prepare postprepare'.split(' '),
)

/** Whose script it is, by where it runs and never by what the package says about itself. */
export function ownerOf(request: ScriptRequest, registered: readonly string[]): Owner {
  const { event, folder, project, preparesGit } = request
  const segments = folder.split('/')
  // A git dependency is cloned into npm's cache and prepared as if it were a project of its own.
  if (preparesGit || segments.includes('node_modules') || segments.includes('_cacache')) return 'package'
  // Nothing runs by such a name unless somebody asked for it: npm version, npm pack, another manager's run.
  if (event !== '' && !installEvents.has(event)) return 'project'
  if (registered.some(known => isBelow(folder, known))) return 'project'
  return project !== undefined && isBelow(folder, project) ? 'folder' : 'package'
}
