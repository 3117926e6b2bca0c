import fs from 'node:fs'
import Base from '@npmcli/arborist'
import gracefulFs from 'graceful-fs'

// A large tree is unpacked at once. Where more files would be open than the system allows, unpacking leaves some out
// and says nothing: npm, too, lets them wait.
gracefulFs.gracefulify(fs)

/**
 * Arborist as far as it is used here, with types of our own: the published ones describe another major. Nothing
 * outside `plan/` and `install/` sees these.
 */
export type Node = {
  readonly name: string
  readonly packageName: string | null
  readonly version: string | undefined
  package: ManifestLike
  path: string
  readonly realpath: string
  readonly location: string
  readonly depth: number
  resolved: string | null | undefined
  integrity: string | null | undefined
  readonly root: Node
  readonly parent: Node | null
  readonly target: Node
  readonly isLink: boolean
  readonly isRoot: boolean
  readonly isProjectRoot: boolean
  readonly isWorkspace: boolean
  readonly isRegistryDependency: boolean
  readonly isInStore?: boolean
  readonly inBundle: boolean
  readonly inDepBundle: boolean
  readonly inShrinkwrap: boolean
  readonly hasShrinkwrap: boolean
  readonly inert?: boolean
  readonly dev: boolean
  readonly optional: boolean
  readonly peer: boolean
  readonly devOptional: boolean
  readonly extraneous: boolean
  readonly globalTop?: boolean
  readonly binPaths: readonly string[]
  readonly edgesIn: ReadonlySet<Edge>
  readonly edgesOut: ReadonlyMap<string, Edge>
  readonly children: ReadonlyMap<string, Node>
  readonly fsChildren: ReadonlySet<Node>
  readonly fsTop: Node
  readonly linksIn: ReadonlySet<Node>
  readonly inventory: Inventory
  readonly meta: Meta
  readonly workspaces: ReadonlyMap<string, string> | null | undefined
  readonly hasInstallScript?: boolean
  shouldOmit?(omit: ReadonlySet<string>): boolean
}

/** A package.json as Arborist holds it: normalized, but still the author's. */
export type ManifestLike = {
  readonly name?: string
  readonly version?: string
  readonly _id?: string
  readonly bin?: unknown
  readonly gypfile?: unknown
  readonly scripts?: Readonly<Record<string, unknown>>
  readonly bundleDependencies?: unknown
  readonly engines?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

export type Meta = {
  readonly filename?: string
  readonly yarnLock?: { readonly entries: { readonly size: number }; toString(): string } | null
  save: (options?: unknown) => Promise<unknown>
  toString(options?: unknown): string
}

export type Edge = {
  readonly name: string
  readonly spec: string
  readonly type: string
  readonly from: Node
  readonly to: Node | null
  readonly valid: boolean
}

export type Inventory = {
  get(location: string): Node | undefined
  values(): IterableIterator<Node>
  entries(): IterableIterator<[string, Node]>
  readonly size: number
}

export type Diff = {
  readonly action: 'ADD' | 'CHANGE' | 'REMOVE' | null
  readonly actual: Node | undefined
  readonly ideal: Node | undefined
  readonly children: readonly Diff[]
  readonly unchanged: readonly Node[]
  readonly removed: readonly Node[]
}

/** npm's flat options and Arborist's own; passed through unchanged. */
export type ArboristOptions = Record<string, unknown>

type RebuildRequest = { readonly nodes?: Iterable<Node>; readonly handleOptionalFailure?: boolean }

type ArboristBase = {
  idealTree: Node | null
  actualTree: Node | null | undefined
  readonly virtualTree: Node | null | undefined
  readonly path: string
  readonly registry: string
  readonly options: Readonly<Record<string, unknown>>
  readonly diff: Diff | null
  readonly explicitRequests: ReadonlySet<{ readonly name: string }>
  readonly auditReport?: unknown
  buildIdealTree(options?: ArboristOptions): Promise<Node>
  loadActual(options?: ArboristOptions): Promise<Node>
  loadVirtual(options?: ArboristOptions): Promise<Node>
  reify(options?: ArboristOptions): Promise<Node>
  rebuild(request?: RebuildRequest): Promise<void>
  workspaceDependencySet(tree: Node, workspaces: readonly string[], includeRoot: boolean): Set<Node>
}

// The published types are those of another major version.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const UntypedArborist = Base as unknown as new (options: ArboristOptions) => ArboristBase

/** Keys under which Arborist's mixins share state; the package's own tests use the same ones. */
const keys = {
  diffTrees: Symbol.for('diffTrees'),
  resolvedAdd: Symbol.for('resolvedAdd'),
  trashList: Symbol.for('trashList'),
  handleOptionalFailure: Symbol.for('handleOptionalFailure'),
  setWorkspaces: Symbol.for('setWorkspaces'),
  retireShallowNodes: Symbol.for('retireShallowNodes'),
  saveIdealTree: Symbol.for('saveIdealTree'),
  removeTrash: Symbol.for('removeTrash'),
} as const

/** A spec the user typed, after Arborist learned the package's name. */
export type ResolvedAdd = { readonly name: string; readonly raw: string; readonly tree: Node }

/** What happens inside the transaction of `reify`, where a rejection makes Arborist put everything back. */
export type ReifyHooks = {
  /** Before the first folder is moved. */
  beforeChanges(diff: Diff): Promise<void>
  /** In place of running scripts: everything is unpacked, no bin is linked yet. */
  build(nodes: readonly Node[]): Promise<void>
  /** When nothing goes back any more: what was there before is about to be deleted. */
  beforeTrash(): Promise<void>
  /** In place of saving package.json and the lockfile; `save` is what Arborist would do. */
  save(save: () => Promise<unknown>): Promise<unknown>
}

/**
 * Arborist that never runs a script. `ignoreScripts` must be given to the constructor: as a method option it is
 * ignored, and planning a git dependency would then run its `prepare`. It also remembers which manifests came from a
 * lockfile: those were never seen by the registry in this run.
 */
export class GuardedArborist extends UntypedArborist {
  hooks: ReifyHooks | undefined
  readonly #fromLock = new WeakSet<ManifestLike>()

  constructor(options: ArboristOptions) {
    super({ ...options, ignoreScripts: true, dangerouslyAllowAllScripts: false })
  }

  /** The workspaces a manifest declares, by name; values are absolute folders. */
  static async workspacesOf(path: string, manifest: unknown): Promise<ReadonlyMap<string, string>> {
    const arborist = new GuardedArborist({ path })
    const holder: { path: string; package: unknown; workspaces?: ReadonlyMap<string, string> } = {
      path,
      package: manifest,
    }
    await call(arborist, keys.setWorkspaces, holder)
    return holder.workspaces ?? new Map()
  }

  override async loadVirtual(options?: ArboristOptions): Promise<Node> {
    const tree = await super.loadVirtual(options)
    for (const node of tree.inventory.values()) this.#fromLock.add(node.package)
    return tree
  }

  /** Whether the node's manifest is the lockfile's (or the disk's) word and not the registry's. */
  isFromLock(node: Node): boolean {
    return this.#fromLock.has(node.package)
  }

  /** Calculates `diff` between `actualTree` and `idealTree`. Reads the disk, changes nothing. */
  diffTrees(): void {
    call(this, keys.diffTrees)
  }

  /** The names and specs of what was asked to be added. */
  resolvedAdd(): readonly ResolvedAdd[] {
    const added: unknown = member(this, keys.resolvedAdd)
    return Array.isArray(added) ? added : []
  }

  /** The names asked for by this request, for global installs. */
  explicitNames(): ReadonlySet<string> {
    return new Set([...this.explicitRequests].map(({ name }) => name))
  }

  /** Whether reify has given the path up: a failed optional package, or what was there before. */
  isTrash(path: string): boolean {
    const trash = member(this, keys.trashList)
    return trash instanceof Set && trash.has(path)
  }

  /** Lets an optional node fail: it and what only it needs are dropped. Rejects for any other node. */
  async allowOptionalFailure(node: Node, work: Promise<unknown>): Promise<void> {
    await call(this, keys.handleOptionalFailure, node, work)
  }

  /** Links the bins of `nodes`, as Arborist does with scripts off. */
  async linkBins(nodes: readonly Node[]): Promise<void> {
    if (nodes.length > 0) await super.rebuild({ nodes, handleOptionalFailure: true })
  }

  override async rebuild(request: RebuildRequest = {}): Promise<void> {
    await this.#hooks().build([...(request.nodes ?? [])])
  }

  async [keys.retireShallowNodes](): Promise<unknown> {
    if (this.diff !== null) await this.#hooks().beforeChanges(this.diff)
    return callSuper(this, keys.retireShallowNodes)
  }

  async [keys.removeTrash](): Promise<unknown> {
    await this.#hooks().beforeTrash()
    return callSuper(this, keys.removeTrash)
  }

  /** What Arborist would save, for `stageSave`. */
  async saveTree(options: ArboristOptions): Promise<unknown> {
    return callSuper(this, keys.saveIdealTree, options)
  }

  async [keys.saveIdealTree](options: unknown): Promise<unknown> {
    return this.#hooks().save(async () => callSuper(this, keys.saveIdealTree, options))
  }

  #hooks(): ReifyHooks {
    // Falling back to Arborist's own build step would install what nobody verified.
    if (this.hooks === undefined) throw new Error('reify was called without its hooks')
    return this.hooks
  }
}

const member = (target: object, key: symbol): unknown => Reflect.get(target, key)

const call = (target: object, key: symbol, ...args: unknown[]): unknown => {
  const method = member(target, key)
  if (typeof method !== 'function') throw new Error(`Arborist has no ${String(key)}`)
  return Reflect.apply(method, target, args)
}

const callSuper = (target: object, key: symbol, ...args: unknown[]): unknown => {
  const method: unknown = Reflect.get(UntypedArborist.prototype, key)
  if (typeof method !== 'function') throw new Error(`Arborist has no ${String(key)}`)
  return Reflect.apply(method, target, args)
}
