import npa from 'npm-package-arg'
import semver from 'semver'
import { isRecord } from '../plan/values.ts'

/** npm's `allowScripts` of a package.json, keys in their order; anything but a table counts as empty. */
export type AllowScripts = ReadonlyMap<string, unknown>

/** A package by name and version, as the lockfile has it. */
export type Locked = { readonly name: string; readonly version: string }

/** Reads the entries of a parsed package.json. */
export function allowScriptsOf(manifest: unknown): AllowScripts {
  const table = isRecord(manifest) ? manifest['allowScripts'] : undefined
  return new Map(isRecord(table) && !Array.isArray(table) ? Object.entries(table) : [])
}

/**
 * Approves one version, pinned as npm pins it. A denial of the package would win over it, so it is taken out: the user
 * says the opposite now.
 */
export function approveIn(entries: AllowScripts, name: string, version: string): AllowScripts {
  const kept = [...entries].filter(([key, value]) => !(value === false && matches(key, name, version)))
  return new Map([...kept, [`${name}@${version}`, true]])
}

/** Denies a package, or one version of it, and takes out the approvals it contradicts. */
export function denyIn(entries: AllowScripts, name: string, version: string | undefined): AllowScripts {
  const kept = [...entries].filter(
    ([key, value]) =>
      !(value === true && (version === undefined ? nameOf(key) === name : matches(key, name, version))),
  )
  return new Map([...kept, [version === undefined ? name : `${name}@${version}`, false]])
}

/** Entries that fit no package of the lockfile: left from versions that are gone. Folders and addresses are not judged. */
export function staleEntries(entries: AllowScripts, locked: readonly Locked[]): readonly string[] {
  return [...entries.keys()].filter(
    key => nameOf(key) !== undefined && !locked.some(one => matches(key, one.name, one.version)),
  )
}

function parse(key: string): npa.Result | undefined {
  try {
    return npa(key)
  } catch {
    // npm drops such a key with a warning of its own.
    return undefined
  }
}

function nameOf(key: string): string | undefined {
  const parsed = parse(key)
  return parsed?.registry === true && parsed.type !== 'alias' ? (parsed.name ?? undefined) : undefined
}

function matches(key: string, name: string, version: string): boolean {
  const parsed = parse(key)
  if (parsed === undefined || nameOf(key) !== name) return false
  if (parsed.type === 'version') return parsed.fetchSpec === version
  return (
    parsed.type === 'range' && semver.satisfies(version, parsed.fetchSpec ?? '*', { includePrerelease: true })
  )
}
