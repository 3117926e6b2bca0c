import type { Manifest, Rule } from '../lib/types.ts'
import { findingInManifest, quote } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Dependency = Manifest['dependencies'][number]

/** Dependencies that come from a place nobody can look up: the package itself by URL, plain http, a bare address. */
export const oddDependency: Rule = {
  meta: {
    id: 'odd-dependency',
    title: 'Depends on code from an unusual place',
    severity: 'high',
    description:
      'A published package names its dependencies by version, so that the registry vouches for the bytes. This one ' +
      'loads code over an unencrypted connection, from a bare network address, or loads “itself” from somewhere else: ' +
      'the way a harmless-looking package brings in what the registry never saw.',
    references: [
      'nppacks.com self-dependencies, June 2026',
      'https://docs.npmjs.com/cli/v11/configuring-npm/package-json',
    ],
    blindSpots: [
      'An https tarball on an ordinary host is only noted; its contents are inspected like any other.',
    ],
    examples: {
      flags: [
        {
          title: 'itself, as a tarball from somewhere else',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","dependencies":{"a":"http://pack.mirror.invalid/npm/a"}}',
          },
        },
        {
          title: 'a tarball from a bare address',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","dependencies":{"b":"https://203.0.113.7/b-1.0.0.tgz"}}',
          },
        },
      ],
      passes: [
        {
          title: 'ranges, aliases and a workspace protocol',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","dependencies":{"b":"^1.0.0","c":"npm:d@2","e":"workspace:*"}}',
          },
        },
        {
          title: 'development dependencies, which are not installed for users',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","devDependencies":{"b":"http://192.0.2.1/b.tgz","a":"file:."}}',
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const name = inspection.manifest.name ?? context.name
    return inspection.manifest.dependencies
      .filter(dependency => dependency.type === 'prod' || dependency.type === 'optional')
      .flatMap(dependency => judgeDependency(dependency, name) ?? [])
  },
}

function judgeDependency(dependency: Dependency, name: string): RuleFinding | undefined {
  const evidence = `${JSON.stringify(dependency.name)}: ${JSON.stringify(dependency.spec)}`
  const url = remoteUrl(dependency.spec)
  if (url === undefined) return undefined
  const where = quote(dependency.spec)
  const found = (judged: Pick<RuleFinding, 'severity' | 'action' | 'message'>): RuleFinding =>
    findingInManifest(evidence, 'install', judged, dependency.line)
  if (dependency.name === name) {
    return found({
      severity: 'critical',
      action: 'block',
      message: `While npm installs it, npm also fetches a dependency by its own name, from ${where}: what the registry serves is not what runs. Do not install it.`,
    })
  }
  if (url.protocol === 'http:') {
    return found({
      severity: 'high',
      action: 'ask',
      message: `While npm installs it, npm fetches ${dependency.name} over an unencrypted connection, ${where}: anybody on the way can replace it. Ask its author for a version from the registry.`,
    })
  }
  if (isBareAddress(url.hostname)) {
    return found({
      severity: 'high',
      action: 'ask',
      message: `While npm installs it, npm fetches ${dependency.name} from a bare network address, ${where}, that belongs to nobody by name and can serve something else each time. Do not install it unless you know that machine.`,
    })
  }
  return found({
    severity: 'low',
    action: 'note',
    message: `While npm installs it, npm fetches ${dependency.name} from ${where} instead of the registry.`,
  })
}

function remoteUrl(spec: string): URL | undefined {
  if (!/^(?:git\+)?https?:/i.test(spec)) return undefined
  const text = spec.replace(/^git\+/i, '')
  return URL.canParse(text) ? new URL(text) : undefined
}

/** WHATWG parsing has already turned `127.1` and `0x7f000001` into dotted form. */
function isBareAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname)
}
