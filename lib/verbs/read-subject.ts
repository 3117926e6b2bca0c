import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import npa from 'npm-package-arg'
import { SafeInstallError } from '../errors.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { readFolder } from '../fetch/read-folder.ts'
import { resolveSpec } from '../fetch/resolve-spec.ts'
import { limits } from '../limits.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import type { Gap, PlannedPackage, SourceType } from '../types.ts'
import type { Reader } from './reader.ts'
import type { Session } from './session.ts'

/** One thing to look at by itself, and what was read of it. */
export type Subject = { readonly item: PlannedPackage; readonly read: ReadArtifact }

/** What reading needs. */
export type Tools = { readonly config: NpmConfig; readonly reader: Reader; readonly session: Session }

/**
 * Reads one spec, tarball or folder as typed: resolved with npm's settings, inspected, nothing run. Rejects where it
 * cannot be had.
 */
export async function readSubject(spec: string, tools: Tools): Promise<Subject> {
  const { cwd } = tools.session.host
  const parsed = npa(spec, cwd)
  switch (parsed.type) {
    case 'directory':
      return readLocalFolder(spec, resolve(cwd, parsed.fetchSpec ?? spec), tools)
    case 'file':
      return readLocalTarball(spec, resolve(cwd, parsed.fetchSpec ?? spec), tools)
    case 'git':
      return readRemote(spec, 'git', tools)
    case 'remote':
      return readRemote(spec, 'remote', tools)
    case 'alias':
    case 'range':
    case 'tag':
    case 'version':
      return readRemote(spec, 'registry', tools)
  }
}

async function readRemote(spec: string, source: SourceType, { config, reader }: Tools): Promise<Subject> {
  const { name, version, resolved, integrity, manifest } = await resolveSpec(spec, config.flat)
  const fetchSpec = source === 'registry' ? `${name}@${resolved ?? version}` : (resolved ?? spec)
  const item = planned(spec, source, {
    name,
    version,
    resolved,
    integrity,
    fetchSpec,
    registryManifest: manifest,
  })
  const reads = await reader.read([item], () => undefined)
  const read = reads.get(item)
  if (read?.error !== undefined) throw read.error
  if (read === undefined) throw new SafeInstallError('E_INTERNAL', `${spec} was not read`)
  return { item, read }
}

async function readLocalTarball(spec: string, path: string, { reader }: Tools): Promise<Subject> {
  const { size } = await stat(path)
  if (size > limits.maxTarballBytes) {
    throw new SafeInstallError(
      'E_FETCH',
      `${spec} has ${size} bytes; at most ${limits.maxTarballBytes} are read`,
    )
  }
  const artifact = await reader.inspect(await readFile(path), 'file')
  return subjectOf(spec, 'file', artifact)
}

async function readLocalFolder(spec: string, path: string, { reader }: Tools): Promise<Subject> {
  const artifact = await reader.inspectUnpacked(await readFolder(path), 'directory')
  return subjectOf(spec, 'directory', artifact)
}

function subjectOf(
  spec: string,
  source: SourceType,
  artifact: NonNullable<ReadArtifact['artifact']>,
): Subject {
  const { name, version } = artifact.inspection.manifest
  const item = planned(spec, source, {
    name: name ?? spec,
    version: version ?? '',
    resolved: undefined,
    integrity: artifact.integrity,
    fetchSpec: undefined,
    registryManifest: undefined,
  })
  return { item, read: { artifact, gaps: [], fromCache: false, error: undefined } }
}

/** The entry of something that could not be had: a content gap that says why. */
export function unreadable(spec: string, error: unknown): Subject {
  const what = error instanceof Error ? error.message : String(error)
  const gaps: readonly Gap[] = [{ kind: 'content', what }]
  const item = planned(spec, 'registry', {
    name: spec,
    version: '',
    resolved: undefined,
    integrity: undefined,
    fetchSpec: undefined,
    registryManifest: undefined,
  })
  return { item, read: { artifact: undefined, gaps, fromCache: false, error: undefined } }
}

function planned(
  spec: string,
  source: SourceType,
  known: Pick<
    PlannedPackage,
    'name' | 'version' | 'resolved' | 'integrity' | 'fetchSpec' | 'registryManifest'
  >,
): PlannedPackage {
  return {
    ...known,
    spec,
    source,
    location: '',
    direct: true,
    typed: true,
    optional: false,
    dev: false,
    requiredBy: [],
    unchanged: false,
  }
}
