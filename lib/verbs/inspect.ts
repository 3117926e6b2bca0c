import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import npa from 'npm-package-arg'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { readFolder } from '../fetch/read-folder.ts'
import { resolveSpec } from '../fetch/resolve-spec.ts'
import { decide } from '../judge/decide.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import { limits } from '../limits.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { exitCode } from '../report/exit-code.ts'
import { renderInspection, renderReview, renderSummaryLine } from '../report/human.ts'
import { toJsonReport, toJsonText } from '../report/json.ts'
import { loadLists } from '../store/load-lists.ts'
import { rules } from '../../rules/index.ts'
import type { Gap, PlannedPackage, SourceType } from '../types.ts'
import { loadSettings, reportOf } from './install.ts'
import type { Parts, Reader } from './reader.ts'
import type { Session } from './session.ts'

type Subject = { readonly item: PlannedPackage; readonly read: ReadArtifact }

/**
 * Reports on every given spec, tarball or folder, in the order given; installs nothing and asks nothing. What cannot be
 * had is an entry with a content gap: one bad spec never hides the others.
 */
export async function inspect(
  request: Extract<Request, { verb: 'inspect' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const config = await loadSettings(request, session)
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  try {
    const subjects = await readAll(request.specs, { config, reader, session })
    const reads = new Map(subjects.map(({ item, read }) => [item, read]))
    const judged = judgePackages(
      subjects.map(({ item }) => item),
      reads,
      { rules, lists: loadLists(), problems: new Map(), approved: new Set(), now: session.host.now() },
    )
    const outcome = decide(judged)
    const decision = outcome.kind === 'ask' ? { ...outcome, kind: 'stop' as const } : outcome
    const report = reportOf(judged, decision, session)
    if (request.json) session.print(toJsonText(toJsonReport(report)))
    else {
      session.print(renderReview(report, session.out, { purpose: 'report', asking: false }))
      if (request.verbose) for (const one of judged) session.print(`\n${renderInspection(one, session.out)}`)
      session.print(renderSummaryLine(report, session.out))
    }
    return exitCode({ kind: 'decided', decision })
  } finally {
    await reader.close()
  }
}

type Tools = { readonly config: NpmConfig; readonly reader: Reader; readonly session: Session }

/** A few at a time; the answers stand in the order of the questions. */
async function readAll(specs: readonly string[], tools: Tools): Promise<readonly Subject[]> {
  const subjects: (Subject | undefined)[] = specs.map(() => undefined)
  const queue = [...specs.entries()]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, spec] = next
      tools.session.progress.update(`reading ${spec}`)
      subjects[index] = await readSubject(spec, tools).catch((error: unknown) => unreadable(spec, error))
    }
  }
  await Promise.all(Array.from({ length: limits.maxParallelReads }, lane))
  return subjects.filter(subject => subject !== undefined)
}

async function readSubject(spec: string, tools: Tools): Promise<Subject> {
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

function unreadable(spec: string, error: unknown): Subject {
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
