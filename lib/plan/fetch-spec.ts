import npa from 'npm-package-arg'
import type { SourceType } from '../types.ts'
import type { GuardedArborist, Node } from './arborist.ts'

const parse = (address: string): URL | undefined => {
  try {
    return new URL(address)
  } catch {
    return undefined
  }
}

const hasPrefix = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`)
const withoutSlash = (path: string): string => path.replace(/\/$/, '')

/**
 * The address npm would fetch for `resolved`: npm's public registry stands for the configured one (or any host with
 * `replace-registry-host=always`). The same rule as Arborist's private `#registryResolved`.
 */
export const registryResolved = (resolved: string, registry: string, replaceRegistryHost: string): string => {
  const [url, target] = [parse(resolved), parse(registry)]
  if (url === undefined || target === undefined) return resolved
  const match = parse(replaceRegistryHost)
  const matchPath = match === undefined ? undefined : withoutSlash(match.pathname)
  const hostMatches =
    replaceRegistryHost === 'always' || (match?.hostname ?? replaceRegistryHost) === url.hostname
  const pathMatches = matchPath === undefined || matchPath === '' || hasPrefix(url.pathname, matchPath)
  if (!hostMatches || !pathMatches) return resolved
  const path = withoutSlash(target.pathname)
  url.protocol = target.protocol
  url.hostname = target.hostname
  url.port = target.port
  if (matchPath !== undefined && matchPath !== '') url.pathname = path + url.pathname.slice(matchPath.length)
  else if (path !== '' && !hasPrefix(url.pathname, path)) url.pathname = path + url.pathname
  return url.toString()
}

/** What Arborist would hand to pacote to unpack the node; undefined for links, bundled packages and damaged entries. */
export const fetchSpecOf = (node: Node, arborist: GuardedArborist): string | undefined => {
  if (node.isLink || node.inDepBundle) return undefined
  if (typeof node.resolved === 'string' && node.resolved !== '') {
    const host = arborist.options['replaceRegistryHost']
    return `${node.name}@${registryResolved(node.resolved, arborist.registry, typeof host === 'string' ? host : '')}`
  }
  return node.package.name !== undefined && node.version !== undefined
    ? `${node.package.name}@${node.version}`
    : undefined
}

/** Where the bytes would come from, by the spec npm fetches and not by what anybody calls it. */
export const sourceOf = (node: Node, fetchSpec: string | undefined): SourceType => {
  if (node.inDepBundle) return 'bundled'
  if (fetchSpec === undefined) return 'directory'
  const { type } = npa(fetchSpec, node.root.path)
  switch (type) {
    case 'git':
    case 'file':
    case 'directory':
      return type
    case 'remote':
      return node.isRegistryDependency || node.inShrinkwrap ? 'registry' : 'remote'
    default:
      return 'registry'
  }
}
