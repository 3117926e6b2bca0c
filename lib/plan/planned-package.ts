import npa from 'npm-package-arg'
import type { PlannedPackage } from '../types.ts'
import type { Edge, GuardedArborist, Node } from './arborist.ts'
import { fetchSpecOf, sourceOf } from './fetch-spec.ts'

/** What `describe` needs to know about the request. */
export type Describing = { readonly arborist: GuardedArborist; readonly specs: readonly string[] }

const fromProject = (edge: Edge): boolean => edge.from.isProjectRoot || edge.from.isWorkspace

/** The name in a spec as typed; addresses and folders name none. */
const nameOf = (spec: string): string | undefined => {
  try {
    return npa(spec).name ?? undefined
  } catch {
    // What npm cannot parse was refused before.
    return undefined
  }
}

const typedSpec = (
  node: Node,
  edges: readonly Edge[],
  { arborist, specs }: Describing,
): string | undefined => {
  const added = arborist
    .resolvedAdd()
    .find(({ name, tree }) => edges.some(edge => edge.name === name && edge.from === tree))
  if (added !== undefined) return specs.find(spec => nameOf(spec) === added.name) ?? added.raw
  return specs.includes(node.name) && edges.some(fromProject) ? node.name : undefined
}

/** One node of the tree as a value. The manifest is the registry's only where the registry was asked in this run. */
export const describe = (node: Node, context: Describing, unchanged: boolean): PlannedPackage => {
  const edges = [...node.edgesIn].toSorted(
    (left, right) =>
      Number(fromProject(right)) - Number(fromProject(left)) || left.from.depth - right.from.depth,
  )
  const typed = typedSpec(node, edges, context)
  const first = edges[0]
  const fetchSpec = fetchSpecOf(node, context.arborist)
  const source = sourceOf(node, fetchSpec)
  return {
    name: node.packageName ?? node.name,
    version: node.version ?? '',
    spec: typed ?? (first === undefined ? node.name : `${first.name}@${first.spec}`),
    resolved: node.resolved ?? undefined,
    integrity: node.integrity ?? undefined,
    location: node.location,
    fetchSpec,
    source,
    direct: edges.some(fromProject),
    typed: typed !== undefined,
    optional: node.optional,
    dev: node.dev,
    requiredBy: [...new Set(edges.map(edge => edge.from.location))].toSorted(),
    unchanged,
    registryManifest: source === 'registry' && !context.arborist.isFromLock(node) ? node.package : undefined,
  }
}
