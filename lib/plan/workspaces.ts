import { join, relative, resolve } from 'node:path'
import { readFile } from 'node:fs/promises'
import { minimatch } from 'minimatch'
import { SafeInstallError } from '../errors.ts'
import { GuardedArborist } from './arborist.ts'
import type { NpmConfig } from './npm-config.ts'
import { parseTable, textOf } from './values.ts'

const allWorkspaces = async (path: string): Promise<ReadonlyMap<string, string>> => {
  const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => '{}')
  return GuardedArborist.workspacesOf(path, parseTable(text))
}

/** Whether a `-w` filter means the workspace: by name, by folder, or by a pattern of folders that hold it. */
const matches = (filter: string, name: string, path: string, root: string, from: string): boolean => {
  if (filter === name || resolve(from, filter) === path) return true
  const below = `${filter.startsWith('./') ? './' : ''}${relative(from, path)}`
  // The user's own words, in npm's own matcher; npm tries the filter as typed and seen from the project.
  return [relative(root, filter), filter].some(folder => minimatch(below, `${folder}/*`))
}

/**
 * The names of the workspaces that `--workspace`, `--workspaces` or the current folder select; empty when the whole
 * project is meant. Throws E_USAGE when a filter selects none, as npm does.
 */
export const selectedWorkspaces = async (config: NpmConfig): Promise<readonly string[]> => {
  const filters = [config.get('workspace')].flat().flatMap(filter => textOf(filter) ?? [])
  const all = config.get('workspaces') === true
  if (!all && filters.length === 0) return []
  if (config.global) throw new SafeInstallError('E_USAGE', 'Workspaces not supported for global packages')
  const workspaces = await allWorkspaces(config.localPrefix)
  const inside = !relative(config.localPrefix, config.cwd).startsWith('..')
  const from = inside ? config.cwd : config.localPrefix
  const selected = [...workspaces].filter(
    ([name, path]) =>
      filters.length === 0 || filters.some(filter => matches(filter, name, path, config.localPrefix, from)),
  )
  if (selected.length === 0) {
    throw new SafeInstallError(
      'E_USAGE',
      `No workspaces found: ${filters.map(filter => `--workspace=${filter}`).join(' ')}`,
    )
  }
  return selected.map(([name]) => name)
}
