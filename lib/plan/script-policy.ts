import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import npa from 'npm-package-arg'
import scriptAllowed from '@npmcli/arborist/lib/script-allowed.js'
import versionFromTgz from '@npmcli/arborist/lib/version-from-tgz.js'
import { SafeInstallError } from '../errors.ts'
import type { Node } from './arborist.ts'
import type { Layer, NpmConfig } from './npm-config.ts'
import { parseTable, recordOf } from './values.ts'

/** What npm's `allowScripts` says about a package: `false` anywhere wins, unlisted is unreviewed. */
export type ScriptReview = 'allowed' | 'denied' | 'unreviewed'

/** npm's allow-list: the first layer that has one counts alone. */
export type ScriptPolicy = {
  readonly entries: Readonly<Record<string, boolean>> | null
  /** Where it stands: the project's package.json, or the layer of npm's settings. */
  readonly source: 'package.json' | Layer | undefined
  /** Entries that were dropped, with npm's reason. */
  readonly warnings: readonly string[]
}

/** npm's own split of `allow-scripts`: comma-separated, or several lines. */
const names = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap(entry =>
    typeof entry === 'string' ? entry.split(',').flatMap(part => part.trim() || []) : [],
  )

const rejection = (key: string): string | undefined => {
  const parsed = (() => {
    try {
      return npa(key)
    } catch {
      return undefined
    }
  })()
  if (parsed === undefined) return 'it cannot be parsed'
  if (parsed.type === 'tag')
    return 'dist-tags are not allowed; use exact versions joined by "||", or the name'
  if (parsed.type !== 'range') return undefined
  const spec = parsed.fetchSpec ?? ''
  const nameOnly = spec === '*' || parsed.rawSpec === '' || parsed.rawSpec === '*'
  return nameOnly || scriptAllowed.isExactVersionDisjunction(spec)
    ? undefined
    : 'version ranges are not allowed; use exact versions joined by "||"'
}

/** Drops what npm drops (`validatePolicy` in its resolve-allow-scripts.js). */
const validated = (
  entries: readonly (readonly [string, unknown])[],
  source: NonNullable<ScriptPolicy['source']>,
): ScriptPolicy => {
  const kept: [string, boolean][] = []
  const warnings: string[] = []
  for (const [key, value] of entries) {
    const why = typeof value === 'boolean' ? rejection(key) : 'its value is neither true nor false'
    if (why === undefined && typeof value === 'boolean') kept.push([key, value])
    else warnings.push(`allowScripts (${source}): ignoring "${key}": ${why ?? ''}`)
  }
  const table: Record<string, boolean> = Object.assign(Object.create(null), Object.fromEntries(kept))
  return { entries: kept.length > 0 ? table : null, source, warnings }
}

const fromLayers = (config: NpmConfig, layers: readonly Layer[]): ScriptPolicy | undefined => {
  for (const layer of layers) {
    const listed = names(config.getFrom('allow-scripts', layer))
    if (listed.length > 0)
      return validated(
        listed.map(name => [name, true] as const),
        layer,
      )
  }
  return undefined
}

const fromManifest = async (folder: string): Promise<ScriptPolicy | undefined> => {
  const manifest = parseTable(await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined))
  const entries = Object.entries(recordOf(manifest['allowScripts']))
  return entries.length > 0 ? validated(entries, 'package.json') : undefined
}

/**
 * Reads npm's allow-list as npm 11 does: flags and environment only with `--global`, then the project's package.json,
 * then npmrc. The first of them that has an entry counts alone. Throws E_USAGE where npm throws EALLOWSCRIPTS.
 */
export const readScriptPolicy = async (config: NpmConfig): Promise<ScriptPolicy> => {
  const typed = fromLayers(config, ['cli', 'env'])
  if (typed !== undefined && !config.global) {
    throw new SafeInstallError('E_USAGE', '--allow-scripts is not allowed in project-scoped installs', {
      hint: 'Add the entries to "allowScripts" in package.json, or approve with --approve.',
    })
  }
  const manifest = config.global ? undefined : await fromManifest(config.path)
  const candidates = [typed, manifest, fromLayers(config, ['project', 'user', 'global', 'builtin'])]
  const counting = candidates.find(policy => policy !== undefined && policy.entries !== null)
  const warnings = candidates.flatMap(policy => policy?.warnings ?? [])
  return { entries: counting?.entries ?? null, source: counting?.source, warnings }
}

/**
 * What the policy says about a node, by npm's own matcher: the name and version of the `resolved` address count, never
 * the tarball's. A link is known by its target's folder too. Bundled packages are always unreviewed.
 */
export const reviewOf = (node: Node, policy: ScriptPolicy): ScriptReview => {
  const answers = [node, node.target].map(one => scriptAllowed.isScriptAllowed(one, policy.entries))
  if (answers.includes(false)) return 'denied'
  return answers.includes(true) ? 'allowed' : 'unreviewed'
}

/**
 * The allow-list that counts for a script npm is about to run: the project's package.json, else what npm hands its
 * scripts of `.npmrc` and, for global installs, of flags, as `npm_config_allow_scripts`.
 */
export const scriptPolicyOf = async (
  project: string | undefined,
  exported: string | undefined,
): Promise<ScriptPolicy> => {
  const manifest = project === undefined ? undefined : await fromManifest(project)
  if (manifest !== undefined && manifest.entries !== null) return manifest
  const listed = names(exported?.split('\n')).map(name => [name, true] as const)
  return listed.length > 0 ? validated(listed, 'env') : { entries: null, source: undefined, warnings: [] }
}

/** Where a package came from, for npm's matcher: what the lockfile says, or the folder itself for a linked one. */
export type ScriptIdentity = {
  readonly resolved: string | undefined
  readonly folder: string
  readonly project: string | undefined
  /** It lies in the node_modules of the package that brought it. */
  readonly bundled: boolean
}

/** What the policy says about a package that is known by where it came from alone. */
export const reviewOfIdentity = (identity: ScriptIdentity, policy: ScriptPolicy): ScriptReview => {
  const { resolved, folder, project, bundled } = identity
  const node = {
    resolved,
    inBundle: bundled,
    path: folder,
    realpath: folder,
    root: { path: project },
    // npm's matcher takes the folder itself for the identity of what a link points to.
    linksIn: resolved === undefined ? [{ resolved: undefined }] : [],
  }
  switch (scriptAllowed.isScriptAllowed(node, policy.entries)) {
    case true:
      return 'allowed'
    case false:
      return 'denied'
    default:
      return 'unreviewed'
  }
}

/** Name and version in the address of a registry's tarball, as npm parses it; undefined for any other address. */
export const registryIdentity = (
  resolved: string,
): { readonly name: string; readonly version: string } | undefined => {
  // `/-/` after a name, as npm's own matcher wants it.
  if (!/^https?:\/\/[^/]+\/.+\/-\/[^/]+-\d/.test(resolved)) return undefined
  return versionFromTgz('', resolved) ?? undefined
}
