import { access } from 'node:fs/promises'
import { join } from 'node:path'
import runScript from '@npmcli/run-script'
import type { Node } from '../plan/arborist.ts'
import type { Plan } from '../plan/make-plan.ts'
import { textOf } from '../plan/values.ts'
import type { BuildRequest } from './build-packages.ts'
import { limited } from './limited.ts'
import { readManifest, scriptError, scriptsOf } from './run-scripts.ts'
import type { ScriptOutcome } from './run-scripts.ts'
import { scriptEnv } from './script-env.ts'

/**
 * Whether a link's scripts are not the user's own: a dependency linked into its own folder, or the project's
 * allow-list denies it. The target of such a link was inspected with the dependency, but nobody approved it.
 */
export const isDeniedLink = (node: Node, plan: Plan): boolean => {
  const link = plan.links.find(({ location }) => location === node.location)
  return link === undefined || !link.own || plan.reviews.get(node.location) === 'denied'
}

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** npm builds a folder with a binding.gyp that has no install script of its own. */
const implicitBuild = async (
  path: string,
  manifest: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, string>> => {
  const scripts = scriptsOf(manifest)
  const own = scripts.has('install') || scripts.has('preinstall') || manifest['gypfile'] === false
  return own || !(await exists(join(path, 'binding.gyp')))
    ? new Map()
    : new Map([['install', 'node-gyp rebuild']])
}

/**
 * Runs lifecycle scripts of workspaces and linked folders: the user's own code, run as npm does, on every install.
 * An optional link may fail; any other failure throws E_SCRIPT.
 */
export const runLinkScripts = async (
  links: readonly Node[],
  events: readonly string[],
  { arborist, request }: BuildRequest,
): Promise<readonly ScriptOutcome[]> => {
  const outcomes: ScriptOutcome[] = []
  const { env, scriptShell, foreground, parallel } = request.scripts
  const manifests = await Promise.all(links.map(async node => readManifest(node.target.path)))
  const builds = await Promise.all(
    links.map(async (node, index) => implicitBuild(node.target.path, manifests[index] ?? {})),
  )
  for (const event of events) {
    const due = links.flatMap((node, index) => {
      const manifest = manifests[index] ?? {}
      const command = scriptsOf(manifest).get(event) ?? builds[index]?.get(event)
      return command === undefined ? [] : [{ node, manifest, command }]
    })
    await limited(due, foreground ? 1 : parallel, async ({ node, manifest, command }) => {
      const { path } = node.target
      if (arborist.isTrash(path)) return
      const label = textOf(manifest['_id']) ?? node.name
      const work = runScript({
        event,
        path,
        pkg: { ...manifest, scripts: { ...Object.fromEntries(scriptsOf(manifest)), [event]: command } },
        env: { ...env, ...scriptEnv(node.target) },
        stdio: foreground ? 'inherit' : 'pipe',
        scriptShell,
      }).catch((cause: unknown) => {
        throw scriptError(label, event, command, cause)
      })
      await arborist.allowOptionalFailure(node, work)
      outcomes.push({
        location: node.location,
        name: node.packageName ?? node.name,
        version: node.version ?? '',
        event,
        command,
        approved: true,
        ran: true,
        failed: arborist.isTrash(node.path),
      })
    })
  }
  return outcomes
}
