import type { Manifest, Rule } from '../lib/types.ts'
import { findingInManifest } from './finding.ts'
import type { RuleFinding } from './finding.ts'

const hookEvents = ['preinstall', 'install', 'postinstall'] as const

/** What npm itself writes into the registry's copy when a package has a binding.gyp and no install script. */
const impliedByNpm = 'node-gyp rebuild'

/** The registry's manifest and the tarball's tell different stories: reviewers read the one, npm runs the other. */
export const manifestMismatch: Rule = {
  meta: {
    id: 'manifest-mismatch',
    title: 'The registry’s manifest is not the tarball’s',
    severity: 'high',
    description:
      'npm publishes the manifest twice: in the registry, which people and tools read, and in the tarball. Nothing checks ' +
      'that they agree. An install script in only one of them, or another name, is how a package shows one face to ' +
      'reviewers and another to npm.',
    references: ['https://blog.vlt.sh/blog/the-massive-hole-in-the-npm-ecosystem'],
    blindSpots: [
      'Dependencies that differ are only noted: publishing tools rewrite them honestly.',
      'From a lockfile npm fetches no manifest, so there is nothing to compare.',
    ],
    examples: {
      flags: [
        {
          title: 'an install script that only the tarball has',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}',
            'setup.js': '// inert',
          },
          context: { registryManifest: manifestOf({}) },
        },
        {
          title: 'an install script that only the registry has',
          files: { 'package.json': '{"name":"a","version":"1.0.0"}' },
          context: { registryManifest: manifestOf({ preinstall: 'node -e "0"' }) },
        },
      ],
      passes: [
        {
          title: 'the install script that npm adds for a binding.gyp when it publishes',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp': "{'targets':[{'target_name':'a','sources':['a.cc']}]}",
            'a.cc': '',
          },
          context: { registryManifest: manifestOf({ install: impliedByNpm }) },
        },
      ],
    },
  },
  check(inspection, context) {
    const registry = context.registryManifest
    // What could not be read is a content gap, and no manifest that disagrees.
    if (registry === undefined || inspection.files.length === 0) return []
    return [
      ...differentScripts(inspection.manifest, registry),
      ...differentName(inspection.manifest, registry),
    ]
  },
}

function differentScripts(tarball: Manifest, registry: Manifest): readonly RuleFinding[] {
  return hookEvents.flatMap(event => {
    const inTarball = scriptOf(tarball, event)
    const inRegistry = scriptOf(registry, event)
    if (inTarball === inRegistry) return []
    if (event === 'install' && inTarball === undefined && inRegistry === impliedByNpm) return []
    const evidence = `${event}: registry ${show(inRegistry)}, tarball ${show(inTarball)}`
    return [
      findingInManifest(evidence, 'install', {
        severity: 'high',
        action: 'ask',
        message:
          `As ${event} script the registry shows ${show(inRegistry)}, but the tarball has ${show(inTarball)}, which is what npm ` +
          'may run. Whoever looked at the registry saw something else. Do not install it before its author explains that.',
      }),
    ]
  })
}

function differentName(tarball: Manifest, registry: Manifest): readonly RuleFinding[] {
  if (tarball.name === undefined || registry.name === undefined || tarball.name === registry.name) return []
  return [
    findingInManifest(`registry ${show(registry.name)}, tarball ${show(tarball.name)}`, 'import', {
      severity: 'medium',
      action: 'ask',
      message:
        `The registry gives it out as ${show(registry.name)}, but the tarball calls itself ${show(tarball.name)}. ` +
        'Check that this is the package you meant.',
    }),
  ]
}

function scriptOf(manifest: Manifest, event: string): string | undefined {
  const command = manifest.scripts.find(script => script.event === event)?.command
  return command === undefined || command === '' ? undefined : command
}

function show(text: string | undefined): string {
  return text === undefined ? 'none' : JSON.stringify(text)
}

function manifestOf(scripts: Readonly<Record<string, string>>): Manifest {
  return {
    name: 'a',
    version: '1.0.0',
    description: undefined,
    homepage: undefined,
    repository: undefined,
    scripts: Object.entries(scripts).map(([event, command]) => ({ event, command })),
    dependencies: [],
    bundled: [],
    bins: [],
    module: false,
    gypfile: undefined,
    private: false,
    keywords: [],
    problems: [],
  }
}
