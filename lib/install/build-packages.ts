import type { GuardedArborist, Node } from '../plan/arborist.ts'
import type { Plan } from '../plan/make-plan.ts'
import type { InspectedPackage, InstallRequest } from './install-tree.ts'
import { limited } from './limited.ts'
import { isDeniedLink, runLinkScripts } from './link-scripts.ts'
import { scriptEnv } from './script-env.ts'
import { ScriptRunner } from './run-scripts.ts'
import type { ScriptOutcome } from './run-scripts.ts'
import { verifyDisk, verifyError } from './verify-disk.ts'

/** One build step of reify. */
export type BuildRequest = {
  readonly arborist: GuardedArborist
  readonly plan: Plan
  readonly request: InstallRequest
  /** What Arborist unpacked or links, as it hands them to its own build step. */
  readonly nodes: readonly Node[]
}

type Unpacked = { readonly node: Node; readonly location: string; readonly inspected: InspectedPackage }

const installEvents = ['preinstall', 'install', 'postinstall'] as const

const labelOf = (node: Node): string => `${node.packageName ?? node.name}@${node.version ?? ''}`

/** The linked layout keeps packages in a store, under other locations than the plan's: they are known by identity. */
const locator = (plan: Plan): ((node: Node) => string) => {
  const byIdentity = new Map(
    plan.packages.map(({ name, version, resolved, location }) => [
      `${name}@${version} ${resolved ?? ''}`,
      location,
    ]),
  )
  return node =>
    (node.isInStore === true
      ? byIdentity.get(`${node.packageName ?? node.name}@${node.version ?? ''} ${node.resolved ?? ''}`)
      : undefined) ?? node.location
}

/**
 * Pairs what Arborist unpacked with what was inspected. A package nobody saw before, whoever brought it, is refused
 * here: it is the last moment before anything of it could run.
 */
const pair = ({ arborist, plan, request, nodes }: BuildRequest): readonly Unpacked[] => {
  const locationOf = locator(plan)
  return nodes.flatMap(node => {
    if (node.isLink || node.inDepBundle || arborist.isTrash(node.path)) return []
    const location = locationOf(node)
    const inspected = request.inspected.get(location)
    if (inspected === undefined) throw verifyError(labelOf(node), `${node.location} was not inspected`)
    return [{ node, location, inspected }]
  })
}

/** Packages of the plan that are on disk already and have an approved script that never ran. */
const waiting = ({ arborist, plan, request }: BuildRequest): readonly Unpacked[] =>
  plan.packages
    .filter(({ unchanged }) => unchanged)
    .flatMap(({ location }) => {
      const node = arborist.idealTree?.inventory.get(location)
      const inspected = request.inspected.get(location)
      return node === undefined || inspected === undefined ? [] : [{ node, location, inspected }]
    })

const verify = async (packages: readonly Unpacked[], { arborist }: BuildRequest): Promise<void> => {
  const others = new Set<string>()
  for (const node of arborist.idealTree?.inventory.values() ?? []) {
    // The target of a link inside a package is no child of anything: it is part of that package's artifact.
    if (!node.inDepBundle && node.parent !== null) others.add(node.path)
  }
  await verifyDisk({
    packages: packages.map(({ node, inspected }) => ({
      label: labelOf(node),
      path: node.path,
      files: inspected.files,
    })),
    isOtherPackage: path => others.has(path),
  })
}

/** npm's order: shallow first, then by path. */
const inOrder = (left: Unpacked, right: Unpacked): number =>
  left.node.depth - right.node.depth || left.node.path.localeCompare(right.node.path, 'en')

class Scripts {
  readonly outcomes: ScriptOutcome[] = []
  readonly #build: BuildRequest
  readonly #runners = new Map<Unpacked, ScriptRunner>()

  constructor(packages: readonly Unpacked[], build: BuildRequest) {
    this.#build = build
    for (const item of packages.toSorted(inOrder)) this.#runners.set(item, this.#runner(item))
  }

  #runner({ node, location, inspected }: Unpacked): ScriptRunner {
    const { path } = node
    const { files, hooks } = inspected
    const env = scriptEnv(node)
    return new ScriptRunner(
      { label: labelOf(node), location, path, files, hooks, env },
      this.#build.request.scripts,
    )
  }

  /** Runs one event of every approved package; the others are noted as skipped. */
  async run(event: (typeof installEvents)[number]): Promise<void> {
    const { scripts } = this.#build.request
    await limited([...this.#runners], scripts.foreground ? 1 : scripts.parallel, async ([item, runner]) =>
      this.#runOne(item, runner, event),
    )
  }

  async #runOne(item: Unpacked, runner: ScriptRunner, event: string): Promise<void> {
    const { arborist, request } = this.#build
    const { node, location } = item
    const hook = runner.hook(event)
    if (hook === undefined || arborist.isTrash(node.path)) return
    const approved = request.approved.has(location) && !node.inDepBundle
    const runs = approved && !request.ignoreScripts
    if (runs) {
      let failure: unknown
      const work = runner.run(hook).catch((error: unknown) => {
        failure = error
        throw error
      })
      await arborist.allowOptionalFailure(node, work)
      // Changed bytes are never an optional package's private matter.
      if (failure instanceof Error && 'code' in failure && failure.code === 'E_VERIFY') throw failure
    }
    this.outcomes.push({
      location,
      name: node.packageName ?? node.name,
      version: node.version ?? '',
      event,
      command: hook.command,
      approved,
      ran: runs,
      failed: arborist.isTrash(node.path),
    })
  }
}

/**
 * Reify's build step: compares the disk, then, in npm's order, preinstall, bins, install and postinstall of the
 * packages, and preinstall, prepare, bins, install and postinstall of the user's own links. Only approved packages'
 * scripts run. Rejecting makes Arborist put everything back.
 */
export const buildPackages = async (build: BuildRequest): Promise<readonly ScriptOutcome[]> => {
  const { arborist, request } = build
  // In the linked layout the project itself is among them.
  const nodes = build.nodes.filter(node => node.root !== node && !node.isProjectRoot)
  const unpacked = pair({ ...build, nodes })
  const late = waiting(build)
  await verify([...unpacked, ...late], build)
  const scripts = new Scripts([...unpacked, ...late], build)
  await scripts.run('preinstall')
  await arborist.linkBins(nodes.filter(node => !node.isLink || node.target.isInStore === true))
  await scripts.run('install')
  await scripts.run('postinstall')
  const links = nodes.filter(node => node.isLink && node.target.isInStore !== true)
  const allowed = links.filter(node => !isDeniedLink(node, build.plan))
  const own = request.ignoreScripts ? [] : allowed
  const early = await runLinkScripts(own, ['preinstall', 'prepare'], build)
  await arborist.linkBins(links)
  const last = await runLinkScripts(own, ['install', 'postinstall'], build)
  return [...scripts.outcomes, ...early, ...last]
}
