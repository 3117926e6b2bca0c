import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import { GuardedArborist } from './arborist.ts'
import type { Node } from './arborist.ts'
import { fetchSpecOf } from './fetch-spec.ts'

/** Names one artifact to the reader of its files: what pacote would fetch, and what its bytes must be. */
export type ArtifactRef = {
  readonly fetchSpec: string
  readonly resolved: string | undefined
  readonly integrity: string | undefined
}

/** Reads some files of an artifact, in memory and bounded; paths below the package's root. */
export type ReadArtifact = (
  artifact: ArtifactRef,
  paths: readonly string[],
) => Promise<ReadonlyMap<string, Uint8Array>>

const files = ['package.json', 'npm-shrinkwrap.json'] as const

/**
 * A dependency that ships npm-shrinkwrap.json brings packages of its own, which Arborist adds only while it unpacks:
 * after every decision. Here they are read from the artifact beforehand, by the same loader, from those two files
 * alone. (`complete: true` would unpack the whole artifact, unbounded, and what it bundles.)
 */
const inflate = async (
  node: Node,
  arborist: GuardedArborist,
  read: ReadArtifact,
  tmp: string,
): Promise<void> => {
  const fetchSpec = fetchSpecOf(node, arborist)
  if (fetchSpec === undefined) return
  const found = await read(
    { fetchSpec, resolved: node.resolved ?? undefined, integrity: node.integrity ?? undefined },
    files,
  )
  const folder = await mkdtemp(join(tmp, 'safe-install-shrinkwrap-'))
  try {
    for (const name of files) {
      const bytes = found.get(name)
      if (bytes !== undefined) await writeFile(join(folder, name), bytes)
    }
    const loader = new GuardedArborist({ ...arborist.options, path: folder })
    await loader.loadVirtual({ root: node, subtreeOnly: true })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Everything below a node, itself not included. The depth is the tree's, so an explicit stack. */
export const descendantsOf = (node: Node): readonly Node[] => {
  const found: Node[] = []
  const stack = [...node.children.values()]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    found.push(next)
    stack.push(...next.children.values())
  }
  return found
}

const maxRounds = 32

/**
 * Adds to the tree what shrink-wrapped dependencies will bring. Nested ones are followed, `maxRounds` deep. Throws
 * E_UNSUPPORTED for the linked layout, where Arborist unpacks such packages outside of its transaction.
 */
export const inflateShrinkwraps = async (
  arborist: GuardedArborist,
  wanted: (node: Node) => boolean,
  read: ReadArtifact,
  tmp: string,
): Promise<void> => {
  const done = new Set<Node>()
  for (let round = 0; round < maxRounds; round += 1) {
    const tree = arborist.idealTree
    if (tree === null) return
    const pending = [...tree.inventory.values()].filter(
      node => node.hasShrinkwrap && !node.isProjectRoot && !node.isLink && !done.has(node) && wanted(node),
    )
    if (pending.length === 0) return
    if (arborist.options['installStrategy'] === 'linked') {
      throw new SafeInstallError(
        'E_UNSUPPORTED',
        `${pending[0]?.name ?? 'a dependency'} ships npm-shrinkwrap.json, which the linked layout unpacks unseen`,
        { hint: 'Use --install-strategy=hoisted.' },
      )
    }
    for (const node of pending) {
      done.add(node)
      await inflate(node, arborist, read, tmp)
    }
  }
  throw new SafeInstallError(
    'E_UNSUPPORTED',
    `shrink-wrapped packages are nested more than ${maxRounds} deep`,
  )
}
