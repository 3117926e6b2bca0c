import type { GuardedArborist } from '../plan/arborist.ts'
import type { Plan } from '../plan/make-plan.ts'
import { readPending, writePending } from '../plan/pending-scripts.ts'
import { openTree } from '../plan/tree.ts'
import type { Hook, InspectedFile } from '../types.ts'
import { buildPackages } from './build-packages.ts'
import { countFunding } from './count-funding.ts'
import { explainMismatch, installError } from './install-error.ts'
import type { LockHost } from './project-lock.ts'
import type { ScriptOutcome, ScriptSettings } from './run-scripts.ts'
import { Transaction } from './transaction.ts'

/** What was inspected of one package of the plan. */
export type InspectedPackage = {
  /** Every file of the artifact, bundled packages included, as npm would write it. */
  readonly files: readonly InspectedFile[]
  readonly hooks: readonly Hook[]
  /** SRI of the bytes that were read; undefined where there is no tarball of its own. */
  readonly integrity: string | undefined
}

/** What the install may rely on and what it may run. */
export type InstallRequest = {
  /** By location. Every package of the plan must be here. */
  readonly inspected: ReadonlyMap<string, InspectedPackage>
  /** Locations whose install scripts run: approved, and judged clean. */
  readonly approved: ReadonlySet<string>
  readonly scripts: ScriptSettings
  /** The user wants no script at all, not even the project's own. */
  readonly ignoreScripts: boolean
  /** Who installs, for the project's lock; without it two installs at once are not noticed. */
  readonly lock?: LockHost
}

/** What happened. */
export type InstallResult = {
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Every install script of the packages that were installed. */
  readonly scripts: readonly ScriptOutcome[]
  /** Locations of optional packages that were dropped: they could not be unpacked, or their script failed. */
  readonly dropped: readonly string[]
  /** npm's own audit report where `audit` is on; undefined where npm asks nobody. */
  readonly auditReport: unknown
  /** Packages of the tree, as npm counts those it audits. */
  readonly inTree: number
  /** Packages that ask for funding, as npm counts them. */
  readonly funding: number
}

/** Sets the inspected integrity wherever npm checks one, so that other bytes cannot even be unpacked. */
const pinIntegrity = (arborist: GuardedArborist, plan: Plan, request: InstallRequest): void => {
  const inventory = arborist.idealTree?.inventory
  for (const { location, source, unchanged } of plan.packages) {
    const node = inventory?.get(location)
    const integrity = request.inspected.get(location)?.integrity
    // pacote drops the integrity of git packages; a folder has none in a lockfile; what is unchanged is not fetched.
    const unchecked = source === 'git' || source === 'directory' || unchanged
    if (node === undefined || integrity === undefined || unchecked) continue
    node.integrity = integrity
  }
}

const countChanges = (arborist: GuardedArborist): Pick<InstallResult, 'added' | 'changed' | 'removed'> => {
  const counts = { ADD: 0, CHANGE: 0, REMOVE: 0 }
  const stack = [...(arborist.diff?.children ?? [])]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.action !== null) counts[next.action] += 1
    stack.push(...next.children)
  }
  return { added: counts.ADD, changed: counts.CHANGE, removed: counts.REMOVE }
}

const notePending = async (plan: Plan, scripts: readonly ScriptOutcome[]): Promise<void> => {
  const before = await readPending(plan.path)
  const skipped = scripts.filter(({ ran }) => !ran).map(({ location }) => location)
  const ran = new Set(scripts.filter(outcome => outcome.ran).map(({ location }) => location))
  const gone = new Set(plan.removed)
  const kept = [...before].filter(location => !ran.has(location) && !gone.has(location))
  await writePending(plan.path, new Set([...kept, ...skipped]))
}

/** What an install reports that changed nothing. */
export const nothingInstalled: InstallResult = {
  added: 0,
  changed: 0,
  removed: 0,
  scripts: [],
  dropped: [],
  auditReport: undefined,
  inTree: 0,
  funding: 0,
}

/** Optional packages of the plan that are not there in the end. */
const droppedOf = (plan: Plan, arborist: GuardedArborist): readonly string[] =>
  plan.packages
    .map(({ location }) => location)
    .filter(location => {
      const node = arborist.actualTree?.inventory.get(location)
      return node === undefined || node.inert === true
    })

/**
 * Installs exactly the planned tree (nothing with npm's `dry-run`). Inside Arborist's own transaction: unpack, compare the disk with the inspection,
 * run the approved scripts, link bins; only then package.json and the lockfile are written. Whatever fails before
 * that puts package.json, lockfile and node_modules back, and rejects: E_VERIFY, E_SCRIPT, E_INTEGRITY, E_INSTALL,
 * E_LOCKED or E_INTERRUPTED. A kill is repaired by `repairProject` before the next plan.
 */
export const installTree = async (plan: Plan, request: InstallRequest): Promise<InstallResult> => {
  const { arborist, options } = openTree(plan.tree)
  if (options['dryRun'] === true) return nothingInstalled
  pinIntegrity(arborist, plan, request)
  const transaction = new Transaction(plan, request.lock)
  const outcomes: ScriptOutcome[] = []
  let changes: ReturnType<typeof countChanges> = { added: 0, changed: 0, removed: 0 }
  arborist.hooks = {
    beforeChanges: async diff => transaction.beforeChanges(diff),
    build: async nodes => {
      changes = countChanges(arborist)
      outcomes.push(...(await buildPackages({ arborist, plan, request, nodes })))
      await transaction.stage()
      if (!plan.global) await notePending(plan, outcomes)
    },
    beforeTrash: async () => transaction.beforeTrash(),
    save: async () => transaction.save(),
  }
  try {
    await transaction.begin()
    await arborist.reify(options)
  } catch (cause) {
    const explained = await explainMismatch(cause, plan.path)
    await transaction.rollBack()
    throw installError(explained)
  } finally {
    arborist.hooks = undefined
  }
  await transaction.commit()
  return {
    ...changes,
    scripts: outcomes,
    dropped: droppedOf(plan, arborist),
    auditReport: arborist.auditReport,
    inTree: arborist.actualTree?.inventory.size ?? 0,
    funding: countFunding(arborist.actualTree),
  }
}
