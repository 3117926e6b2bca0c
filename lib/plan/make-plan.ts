import { resolve } from 'node:path'
import npa from 'npm-package-arg'
import type { PlannedPackage } from '../types.ts'
import { GuardedArborist } from './arborist.ts'
import type { ArboristOptions, Diff, Node } from './arborist.ts'
import { assertSourcesAllowed } from './allowed-sources.ts'
import { fingerprint } from './fingerprint.ts'
import { assertLockInSync, lockInventory, hasNpmGate, npm12Features, refuseNpm12Change } from './lockfile.ts'
import { problemsOf } from './lock-problems.ts'
import type { PlanProblem } from './lock-problems.ts'
import type { NpmConfig } from './npm-config.ts'
import { describe } from './planned-package.ts'
import { readPending } from './pending-scripts.ts'
import { resolveError } from './resolve-error.ts'
import { readScriptPolicy, reviewOf } from './script-policy.ts'
import type { ScriptPolicy, ScriptReview } from './script-policy.ts'
import { descendantsOf, inflateShrinkwraps } from './shrinkwraps.ts'
import type { ReadArtifact } from './shrinkwraps.ts'
import { closeTree } from './tree.ts'
import type { Tree } from './tree.ts'
import { selectedWorkspaces } from './workspaces.ts'

/**
 * What is asked for: `npm install [<spec>...]`, `npm uninstall`, `npm update` or `npm ci`; or `check`: everything the
 * lockfile would install into an empty folder, for a plan that is only read.
 */
export type PlanRequest = {
  readonly kind: 'install' | 'remove' | 'update' | 'ci' | 'check'
  readonly specs: readonly string[]
  /** Also optional packages that do not fit this machine. Such a plan cannot be installed. */
  readonly allPlatforms?: boolean
  readonly read: ReadArtifact
  /** A folder for short-lived files outside the project. */
  readonly tmp: string
}

/** A link of the tree. `own` links are the user's: named by the project, and not inside a node_modules. */
export type PlannedLink = {
  readonly name: string
  readonly location: string
  /** Absolute. */
  readonly target: string
  readonly own: boolean
}

/** What an install would do. Nothing is written yet. */
export type Plan = {
  readonly tree: Tree
  /** Folder of the project (with `global`: the one above npm's global node_modules). */
  readonly path: string
  readonly global: boolean
  /**
   * Everything that would be added or changed, and what is on disk but has an approved script that never ran. Bundled
   * packages are not listed: they are part of their parent's artifact and found by inspecting it.
   */
  readonly packages: readonly PlannedPackage[]
  readonly links: readonly PlannedLink[]
  /** Packages that stay as they are. */
  readonly unchanged: number
  /** Locations that would be removed. */
  readonly removed: readonly string[]
  readonly problems: readonly PlanProblem[]
  /** What npm's allow-list says about each package and link of the plan, by location. */
  readonly reviews: ReadonlyMap<string, ScriptReview>
  readonly policy: ScriptPolicy
  /** Digest of the files the plan was made from. */
  readonly fingerprint: string
  /** Whether package.json or a lockfile would be written. */
  readonly saves: boolean
}

const requestOptions = (request: PlanRequest, config: NpmConfig): ArboristOptions => {
  if (request.kind === 'install') return { add: specsOf(request, config) }
  if (request.kind === 'remove') return { rm: request.specs }
  if (request.kind === 'ci' || request.kind === 'check') return { packageLock: true, save: false }
  // `npm update` leaves package.json alone unless --save is said.
  const save = config.find('save') === 'default' ? false : config.get('save')
  return { update: request.specs.length > 0 ? [...request.specs] : true, save }
}

/**
 * The specs as npm means them: files and folders from where the user stands, the project itself left out, and with
 * `--global` and no name the current folder.
 */
const specsOf = (request: PlanRequest, config: NpmConfig): readonly string[] => {
  if (request.kind !== 'install') return request.specs
  const typed = request.specs.filter(
    spec => resolve(config.cwd, spec) !== config.localPrefix || config.global,
  )
  const specs = config.global && typed.length === 0 ? ['.'] : typed
  return specs.map(spec => {
    const { type, name, fetchSpec } = npa(spec, config.cwd)
    if ((type !== 'file' && type !== 'directory') || fetchSpec === undefined || fetchSpec === null)
      return spec
    return name === undefined || name === null ? fetchSpec : `${name}@file:${fetchSpec}`
  })
}

const globalFilter =
  (arborist: GuardedArborist) =>
  (node: Node, name: string): boolean => {
    if (!node.isProjectRoot) return true
    return arborist.idealTree?.edgesOut.has(name) === true || arborist.explicitNames().has(name)
  }

/**
 * With `--package-lock-only` Arborist compares nothing. What the new lockfile would bring onto the disk is read all the
 * same: whoever installs from it later may have no guard.
 */
const withoutLockOnly = (arborist: GuardedArborist, options: ArboristOptions): GuardedArborist => {
  const comparing = new GuardedArborist({ ...options, packageLockOnly: false })
  comparing.idealTree = arborist.idealTree
  return comparing
}

/** Loads what is on disk, or, before a clean install, nothing; then compares. */
const compare = async (
  arborist: GuardedArborist,
  options: ArboristOptions,
  clean: boolean,
): Promise<Diff> => {
  const counted = options['packageLockOnly'] === true ? withoutLockOnly(arborist, options) : arborist
  if (clean) {
    const empty = new GuardedArborist(options)
    counted.actualTree = await empty.loadActual({
      forceActual: true,
      ignoreMissing: true,
      filter: () => false,
    })
  } else {
    const filter = options['global'] === true ? { global: true, filter: globalFilter(arborist) } : {}
    await counted.loadActual({ ignoreMissing: true, ...filter })
  }
  counted.diffTrees()
  if (counted.diff === null) throw new Error('Arborist made no difference')
  arborist.actualTree = counted.actualTree
  return counted.diff
}

type Changes = {
  readonly changed: readonly Node[]
  readonly unchanged: readonly Node[]
  readonly removed: readonly Node[]
}

const isOmitted = (node: Node, omit: ReadonlySet<string>): boolean =>
  node.inert === true || node.shouldOmit?.(omit) === true

/** What brings a shrink-wrapped node: its own packages differ from the disk, or the node itself is new. */
const shrinkwrapped = (node: Node, isNew: boolean, arborist: GuardedArborist): readonly Node[] =>
  descendantsOf(node).filter(child => {
    const actual = arborist.actualTree?.inventory.get(child.location)
    return isNew || actual?.version !== child.version || actual?.integrity !== child.integrity
  })

/** Walks the difference with a stack: its depth is the tree's. */
const changesOf = (diff: Diff, arborist: GuardedArborist, omit: ReadonlySet<string>): Changes => {
  const changed = new Set<Node>()
  const stack: Diff[] = [...diff.children]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { ideal, action } = next
    if (ideal !== undefined && isOmitted(ideal, omit)) continue
    stack.push(...next.children)
    if (ideal === undefined) continue
    const isNew = action === 'ADD' || action === 'CHANGE'
    if (isNew) changed.add(ideal)
    if (ideal.hasShrinkwrap) for (const child of shrinkwrapped(ideal, isNew, arborist)) changed.add(child)
  }
  const stays = (node: Node): boolean => !changed.has(node) && !isOmitted(node, omit) && !node.isRoot
  return {
    changed: [...changed].filter(node => !isOmitted(node, omit) && !node.inDepBundle),
    unchanged: diff.unchanged.filter(stays),
    removed: diff.removed,
  }
}

/** Optional packages of other machines: in the lockfile, and not installed here. */
const inertNodes = (arborist: GuardedArborist, omit: ReadonlySet<string>): readonly Node[] =>
  [...(arborist.idealTree?.inventory.values() ?? [])].filter(
    node => node.inert === true && !node.inDepBundle && node.shouldOmit?.(omit) !== true,
  )

/** Links the user made, in contrast to a link that a dependency makes into its own folder. */
const isOwn = (node: Node): boolean =>
  !node.target.location.split('/').includes('node_modules') &&
  [...node.edgesIn].some(
    ({ from }) => from.isProjectRoot || from.isWorkspace || !from.location.includes('node_modules'),
  )

const linkOf = (node: Node): PlannedLink => ({
  name: node.name,
  location: node.location,
  target: node.realpath,
  own: isOwn(node),
})

const byLocation = (left: { readonly location: string }, right: { readonly location: string }): number =>
  left.location < right.location ? -1 : left.location > right.location ? 1 : 0

/** npm's allow-list knows a package by the name in its address, on any host: these addresses are not its own. */
const misnaming: ReadonlySet<PlanProblem['kind']> = new Set([
  'resolved-name',
  'resolved-version',
  'resolved-host',
  'resolved-protocol',
])

const omitOf = (options: ArboristOptions): ReadonlySet<string> => {
  const { omit } = options
  return new Set(Array.isArray(omit) ? omit.map(String) : [])
}

const anySource = { allowGit: 'all', allowRemote: 'all', allowFile: 'all', allowDirectory: 'all' } as const

const resolveTree = async (
  request: PlanRequest,
  options: ArboristOptions,
  path: string,
): Promise<GuardedArborist> => {
  const features = await npm12Features(path)
  const lock = request.kind === 'ci' ? await lockInventory(options) : undefined
  const reads = request.kind === 'check' || (request.kind === 'install' && request.specs.length === 0)
  if (features.length > 0 && lock === undefined && !reads) refuseNpm12Change(features)
  const lockOnly = options['packageLockOnly'] === true
  // Unpacking for a look inside, pacote takes every registry tarball for a remote one; the plan checks by itself.
  const arborist = new GuardedArborist(lockOnly ? { ...options, ...anySource } : options)
  // A lockfile lists what packages bundle, and nothing is unpacked later that would tell.
  const ideal = await arborist.buildIdealTree(lockOnly ? { ...options, complete: true } : options)
  if (lock !== undefined) assertLockInSync(lock, ideal)
  const resolvedAnew = [...ideal.inventory.values()].some(
    node => !node.isProjectRoot && !node.isLink && !node.isWorkspace && !arborist.isFromLock(node),
  )
  if (features.length > 0 && resolvedAnew) refuseNpm12Change(features)
  return arborist
}

/**
 * Resolves what npm would install, with npm's settings and Arborist, and compares it with what is on disk. Runs
 * nothing and writes nothing to the project. Throws E_RESOLVE with npm's own report, E_USAGE for what npm ci and the
 * workspace flags refuse, E_UNSUPPORTED for projects only npm 12 can resolve.
 */
export const makePlan = async (request: PlanRequest, config: NpmConfig): Promise<Plan> => {
  const before = await fingerprint(config.path)
  const policy = await readScriptPolicy(config)
  const features = config.global ? [] : await npm12Features(config.path)
  const gate = !config.global && (await hasNpmGate(config.path))
  try {
    const options: ArboristOptions = {
      ...config.flat,
      ...config.allow,
      ...(gate ? { npmVersion: undefined } : {}),
      auditLevel: null,
      path: config.path,
      workspaces: await selectedWorkspaces(config),
      allowScripts: policy.entries,
      ...requestOptions(request, config),
      // The lockfile of a project only npm 12 can resolve is read, never rewritten.
      ...(features.length > 0 ? { save: false } : {}),
    }
    const omit = omitOf(options)
    const arborist = await resolveTree(request, options, config.path)
    await inflateShrinkwraps(arborist, node => !isOmitted(node, omit), request.read, request.tmp)
    const clean = request.kind === 'ci' || request.kind === 'check'
    const diff = await compare(arborist, options, clean)
    const changes = changesOf(diff, arborist, omit)
    if (clean || options['packageLockOnly'] === true) arborist.actualTree = undefined
    assertSourcesAllowed(changes.changed, arborist, config.allow)
    const pending = await readPending(config.path)
    const waiting = changes.unchanged.filter(
      node => pending.has(node.location) && reviewOf(node, policy) === 'allowed' && !config.ignoreScripts,
    )
    const foreign = request.allPlatforms === true ? inertNodes(arborist, omit) : []
    const artifacts = [...changes.changed, ...foreign].filter(node => !node.isLink && !node.isProjectRoot)
    const context = { arborist, specs: request.specs }
    const packages = [
      ...artifacts.map(node => describe(node, context, false)),
      ...waiting.filter(node => !node.isLink).map(node => describe(node, context, true)),
    ]
    const problems = [...artifacts, ...waiting].flatMap(node => problemsOf(node, arborist))
    const misnamed = new Set(
      problems.filter(({ kind }) => misnaming.has(kind)).map(({ location }) => location),
    )
    const review = (node: Node): readonly [string, ScriptReview] => {
      const said = reviewOf(node, policy)
      return [node.location, said === 'allowed' && misnamed.has(node.location) ? 'unreviewed' : said]
    }
    return {
      tree: closeTree({ arborist, options, clean }),
      path: config.path,
      global: config.global,
      packages: packages.toSorted(byLocation),
      links: [...changes.changed, ...changes.unchanged]
        .filter(node => node.isLink)
        .map(linkOf)
        .toSorted(byLocation),
      unchanged: changes.unchanged.filter(node => !node.isLink).length - waiting.length,
      removed: changes.removed.map(node => node.location).toSorted(),
      problems,
      reviews: new Map([...changes.changed, ...waiting].map(review)),
      policy,
      fingerprint: before,
      saves: options['save'] !== false && !config.global && options['dryRun'] !== true,
    }
  } catch (cause) {
    throw resolveError(cause, request.specs.join(', ') || 'what package.json names')
  }
}
