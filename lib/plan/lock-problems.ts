import npa from 'npm-package-arg'
import ssri from 'ssri'
import versionFromTgz from '@npmcli/arborist/lib/version-from-tgz.js'
import type { GuardedArborist, Node } from './arborist.ts'

/** Something odd about where a package of the plan comes from. A fact, for rules to judge. */
export type PlanProblem = {
  readonly location: string
  readonly kind:
    | 'resolved-name' // the address is another package's
    | 'resolved-version' // the address is another version's
    | 'resolved-host' // a lockfile entry of a registry package points to a host that is not its registry
    | 'resolved-protocol' // a lockfile entry turns a registry package into a git, file or folder one
    | 'plain-http' // anybody on the way can change the bytes
    | 'no-integrity' // nothing in lockfile or registry says what the bytes are
    | 'weak-integrity' // only sha1 or md5
    | 'foreign-source' // a dependency fetches a dependency from git, an address or a folder
  readonly message: string
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** The registry package the dependents asked for, where all ask the registry. */
const expectedName = (node: Node): string | undefined => {
  for (const edge of node.edgesIn) {
    try {
      const spec = npa.resolve(edge.name, edge.spec)
      if (spec.type === 'alias') return 'subSpec' in spec ? (spec.subSpec.name ?? undefined) : undefined
      if (spec.registry) return spec.name ?? undefined
    } catch {
      // A spec npm cannot parse names no package; another dependent may.
      continue
    }
  }
  return undefined
}

const registryHost = (name: string, arborist: GuardedArborist): string => {
  const scope = name.startsWith('@') ? name.split('/')[0] : undefined
  const scoped = scope === undefined ? undefined : arborist.options[`${scope}:registry`]
  return new URL(typeof scoped === 'string' ? scoped : arborist.registry).host
}

const identityProblems = (
  node: Node,
  resolved: string,
  report: (kind: PlanProblem['kind'], message: string) => void,
): void => {
  const address = versionFromTgz('', resolved)
  const expected = expectedName(node)
  if (address === null || expected === undefined) return
  if (address.name !== expected)
    report('resolved-name', `Under the name ${expected}, npm would install ${address.name}: ${resolved}.`)
  else if (node.version !== undefined && address.version !== node.version) {
    report(
      'resolved-version',
      `As version ${node.version} of ${expected}, npm would install ${address.version}: ${resolved}.`,
    )
  }
}

const hostProblems = (
  node: Node,
  url: URL,
  arborist: GuardedArborist,
  report: (kind: PlanProblem['kind'], message: string) => void,
): void => {
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    report(
      'plain-http',
      `npm fetches it without encryption, so anybody on the way can replace it: ${url.href}.`,
    )
  }
  // What the registry itself names as the tarball's address is the registry's choice; a lockfile is anybody's.
  if (!node.isRegistryDependency || !arborist.isFromLock(node)) return
  const own = registryHost(expectedName(node) ?? node.name, arborist)
  const magic = arborist.options['replaceRegistryHost']
  if (url.host === own || url.hostname === magic || magic === 'always') return
  report('resolved-host', `The lockfile fetches ${node.name} from ${url.host}, but its registry is ${own}.`)
}

const integrityProblems = (
  node: Node,
  report: (kind: PlanProblem['kind'], message: string) => void,
): void => {
  if (typeof node.integrity !== 'string' || node.integrity === '') {
    report('no-integrity', `Nothing says which bytes ${node.name} has.`)
    return
  }
  const algorithm = ssri.parse(node.integrity).pickAlgorithm()
  if (algorithm !== 'sha512' && algorithm !== 'sha384' && algorithm !== 'sha256') {
    report('weak-integrity', `${node.name} is pinned by ${algorithm} only, which can be forged.`)
  }
}

const foreignProblems = (node: Node, report: (kind: PlanProblem['kind'], message: string) => void): void => {
  for (const edge of node.edgesIn) {
    if (edge.from.isProjectRoot || edge.from.isWorkspace || edge.from.extraneous) continue
    const type = (() => {
      try {
        return npa.resolve(edge.name, edge.spec, edge.from.path).type
      } catch {
        return 'unknown'
      }
    })()
    if (!['git', 'remote', 'file', 'directory'].includes(type)) continue
    report(
      'foreign-source',
      `${edge.from.name} fetches ${edge.name} from ${edge.spec} instead of the registry.`,
    )
    return
  }
}

/** Facts about the address and the pin of one node, poisoned lockfile entries first of all. */
export const problemsOf = (node: Node, arborist: GuardedArborist): readonly PlanProblem[] => {
  const problems: PlanProblem[] = []
  const report = (kind: PlanProblem['kind'], message: string): void => {
    problems.push({ location: node.location, kind, message })
  }
  foreignProblems(node, report)
  const { resolved } = node
  if (typeof resolved !== 'string' || resolved === '') return problems
  const url = URL.canParse(resolved) ? new URL(resolved) : undefined
  const overHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (node.isRegistryDependency && !overHttp) {
    report(
      'resolved-protocol',
      `${node.name} is a package of the registry, but npm would fetch it from ${resolved}.`,
    )
  }
  if (url === undefined || !overHttp) return problems
  identityProblems(node, resolved, report)
  hostProblems(node, url, arborist, report)
  integrityProblems(node, report)
  return problems
}
