import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import npa from 'npm-package-arg'
import scriptAllowed from '@npmcli/arborist/lib/script-allowed.js'
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
