import type { Rule } from '../lib/types.ts'
import { findingInManifest, quote } from './finding.ts'

const nobody: readonly string[] = []

/**
 * Commands that npm, its scripts or a developer's shell start without a path, and the unscoped packages that own the
 * name. npm puts node_modules/.bin first on the PATH of every script, so a bin of that name takes the tool's place.
 */
const toolOwners: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[
    'sh',
    'bash',
    'zsh',
    'dash',
    'env',
    'cmd',
    'powershell',
    'pwsh',
    'sudo',
    'su',
    'ssh',
    'scp',
    'curl',
    'wget',
  ].map(tool => [tool, nobody] as const),
  ...[
    'ls',
    'cat',
    'cp',
    'mv',
    'echo',
    'test',
    'true',
    'which',
    'make',
    'gcc',
    'g++',
    'cc',
    'python3',
    'perl',
  ].map(tool => [tool, nobody] as const),
  ['git', []],
  ['python', []],
  ['docker', []],
  ['gh', []],
  ['node', ['node']],
  ['npm', ['npm']],
  ['npx', ['npm', 'npx']],
  ['node-gyp', ['node-gyp']],
  ['yarn', ['yarn', 'corepack']],
  ['yarnpkg', ['yarn', 'corepack']],
  ['pnpm', ['pnpm', 'corepack']],
  ['pnpx', ['pnpm', 'corepack']],
  ['corepack', ['corepack']],
  ['bun', ['bun']],
  ['bunx', ['bun']],
  ['deno', ['deno']],
  ['safe-install', ['safe-install']],
  ['safe-install-shell', ['safe-install']],
])

/** A bin that takes the place of a tool. */
export const toolNamedBin: Rule = {
  meta: {
    id: 'tool-named-bin',
    title: 'Installs a command named like a tool',
    severity: 'high',
    description:
      'npm puts a package’s commands first on the PATH of every script of the project. A command called sh, git or npm ' +
      'therefore runs instead of the real one, with everything the project’s scripts hand to it.',
    references: ['https://docs.npmjs.com/cli/v11/configuring-npm/package-json#bin'],
    blindSpots: ['Tools that only some projects use are not on the list.'],
    examples: {
      flags: [
        {
          title: 'a package that brings its own sh',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":{"sh":"run.js"}}',
            'run.js': '// inert',
          },
        },
      ],
      passes: [
        {
          title: 'the tool’s own package',
          files: {
            'package.json': '{"name":"pnpm","version":"1.0.0","bin":{"pnpm":"a.js","pnpx":"b.js"}}',
            'a.js': '',
            'b.js': '',
          },
          context: { name: 'pnpm' },
        },
        {
          title: 'a well-known package of that very name',
          files: { 'package.json': '{"name":"which","version":"1.3.1","bin":"bin/which"}', 'bin/which': '' },
          context: { name: 'which' },
        },
        {
          title: 'a command with a name of its own',
          files: { 'package.json': '{"name":"a","version":"1.0.0","bin":"a.js"}', 'a.js': '' },
        },
      ],
    },
  },
  check(inspection, context) {
    // `which` was a program of npm's before it had another name: whoever asks for a well-known name gets that one.
    const isOwn = (tool: string): boolean =>
      toolOwners.get(tool)?.includes(context.name) === true ||
      (tool === context.name && context.lists.popular.has(tool))
    return inspection.manifest.bins
      .filter(bin => toolOwners.has(bin.name) && !isOwn(bin.name))
      .map(bin =>
        findingInManifest(`"bin": { ${JSON.stringify(bin.name)}: ${JSON.stringify(bin.path)} }`, 'run', {
          severity: 'high',
          action: 'ask',
          message:
            `Its command ${quote(bin.name)} takes the place of the real ${bin.name}: the project’s scripts that call ` +
            `${bin.name} then run ${quote(bin.path)} of this package. Do not install it unless you want exactly that.`,
        }),
      )
  },
}
