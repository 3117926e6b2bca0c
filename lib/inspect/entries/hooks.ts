import { limits } from '../../limits.ts'
import type { Hook, Manifest, Site, SourceType } from '../../types.ts'
import type { PackageFiles } from './package-files.ts'

/** Hooks npm runs in a dependency, whatever it comes from (arborist 9 `rebuild.js`). */
const installEvents = ['preinstall', 'install', 'postinstall'] as const
/** A linked folder is prepared too. */
const directoryEvents = ['preinstall', 'prepare', 'install', 'postinstall'] as const
/** A git dependency is cloned and `npm install` runs in the clone as in a project of its own (pacote 21 `git.js`). */
const gitEvents = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
] as const
/** Any of these makes pacote run that nested install; without one the clone is only packed. */
const gitTriggers = new Set(['postinstall', 'build', 'preinstall', 'install', 'prepack', 'prepare'])

export type HookInput = {
  readonly manifest: Manifest
  readonly workspaces: boolean
  readonly files: PackageFiles
  readonly source: SourceType
  /** Where the text of a script stands in package.json. */
  readonly site: (event: string) => Site
  readonly gypSite: (path: string) => Site
}

/**
 * The scripts npm runs by itself when this artifact is installed from `source`, in npm's order, `starts` still empty.
 * With a `binding.gyp` on disk and neither install nor preinstall npm runs `node-gyp rebuild`, unless `gypfile` is
 * false. An empty script does not run; a script cut at `limits.maxScriptChars` is one the manifest lists as a problem.
 */
export function hooksOf(input: HookInput): Hook[] {
  const scripts = new Map(input.manifest.scripts.map(({ event, command }) => [event, command]))
  const hooks: Hook[] = []
  for (const event of eventsOf(input, scripts)) {
    const command = scripts.get(event)
    if (command) hooks.push({ event, command, implicit: false, starts: [], at: input.site(event) })
    else if (event === 'install') hooks.push(...implicitBuild(input, scripts))
  }
  return hooks
}

function eventsOf(input: HookInput, scripts: ReadonlyMap<string, string>): readonly string[] {
  if (input.source === 'directory') return directoryEvents
  if (input.source !== 'git') return installEvents
  const prepared =
    input.workspaces || [...scripts].some(([event, command]) => command && gitTriggers.has(event))
  return prepared ? gitEvents : installEvents
}

function implicitBuild(input: HookInput, scripts: ReadonlyMap<string, string>): Hook[] {
  const path = input.files.find('binding.gyp')
  if (path === undefined || scripts.get('preinstall') || input.manifest.gypfile === false) return []
  return [
    { event: 'install', command: 'node-gyp rebuild', implicit: true, starts: [], at: input.gypSite(path) },
  ]
}

/** Whether a script was cut because it is longer than anybody reads. */
export function isCut(command: string): boolean {
  return command.length >= limits.maxScriptChars
}
