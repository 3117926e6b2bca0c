import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import t from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import { locateNpm } from '../../../lib/plan/locate-npm.ts'
import { makeProject, snapshot } from '../../helpers/project.ts'
import type { Project } from '../../helpers/project.ts'
import { startRegistry } from '../../helpers/registry.ts'
import type { Registry } from '../../helpers/registry.ts'
import { packFiles } from '../../helpers/tarball.ts'

const run = promisify(execFile)
const npmPath = await locateNpm({ env: process.env, execPath: process.execPath })
if (npmPath === undefined) throw new Error('the parity tests need npm')

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

const publish = (registry: Registry): void => {
  for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
    registry.publish({ files: { 'package.json': pkg('a', version), 'index.js': version } })
    registry.publish({
      files: {
        'package.json': pkg('b', version, { dependencies: { a: `^${version}` }, bin: { b: 'b.js' } }),
        'b.js': '#!/usr/bin/env node\r\n',
      },
    })
  }
  registry.publish({ files: { 'package.json': pkg('a', '3.0.0-rc.1') }, tag: 'next' })
  registry.publish({ files: { 'package.json': pkg('@s/scoped', '1.0.0', { peerDependencies: { a: '1' } }) } })
  registry.publish({
    files: {
      'package.json': pkg('bundler', '1.0.0', {
        bundleDependencies: ['in'],
        dependencies: { in: '1', a: '1' },
      }),
      'node_modules/in/package.json': pkg('in', '1.0.0', { dependencies: { a: '1' } }),
      'node_modules/in/.gitignore': 'x',
    },
  })
  const inner = registry.publish({ files: { 'package.json': pkg('inner', '1.0.0') } })
  const lock = {
    name: 'wrapped',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'wrapped', version: '1.0.0', dependencies: { inner: '1' } },
      'node_modules/inner': { version: '1.0.0', resolved: inner.url, integrity: inner.integrity },
    },
  }
  registry.publish({
    files: {
      'package.json': pkg('wrapped', '1.0.0', { dependencies: { inner: '1' } }),
      'npm-shrinkwrap.json': JSON.stringify(lock),
    },
    manifest: { _hasShrinkwrap: true },
  })
  registry.publish({ files: { 'package.json': pkg('mars', '1.0.0', { os: ['mars'] }) } })
  registry.publish({ files: { 'package.json': pkg('gyp', '1.0.0'), 'binding.gyp': '{}', '.npmignore': '' } })
  registry.serve(
    '/remote.tgz',
    packFiles({ 'package.json': pkg('remote', '1.0.0'), 'bin/run': '' }, ['bin/run']),
  )
}

type Form = {
  readonly name: string
  readonly kind?: 'install' | 'ci' | 'update' | 'remove'
  readonly specs?: (registry: Registry) => readonly string[]
  readonly flags?: readonly string[]
  readonly manifest?: object
  readonly files?: Readonly<Record<string, unknown>>
  /** Specs installed by npm in both projects before. */
  readonly before?: readonly string[]
}

const installed: Form['before'] = ['a@1.0.0', 'b@1.0.0']

const forms: readonly Form[] = [
  { name: 'a name', specs: () => ['b'] },
  { name: 'several specs', specs: () => ['a@1', 'b@1.0.0', '@s/scoped'] },
  { name: 'a tag', specs: () => ['a@next'] },
  { name: 'a range', specs: () => ['a@>=1 <2'] },
  { name: 'an alias', specs: () => ['other@npm:a@1'] },
  { name: 'a remote tarball', specs: registry => [`${registry.url}remote.tgz`] },
  { name: '--save-dev', specs: () => ['a'], flags: ['-D'] },
  { name: '--save-optional', specs: () => ['a'], flags: ['-O'] },
  { name: '--save-peer', specs: () => ['a'], flags: ['--save-peer'] },
  { name: '--save-exact', specs: () => ['a'], flags: ['-E'] },
  { name: '--no-save', specs: () => ['a'], flags: ['--no-save'] },
  { name: '--save-prefix', specs: () => ['a'], flags: ['--save-prefix=~'] },
  { name: '--save-bundle', specs: () => ['a'], flags: ['-B'] },
  { name: '--no-package-lock', specs: () => ['b'], flags: ['--no-package-lock'] },
  {
    name: '--omit=dev',
    flags: ['--omit=dev'],
    manifest: { dependencies: { a: '1' }, devDependencies: { b: '2' } },
  },
  { name: '--omit=optional', flags: ['--omit=optional'], manifest: { optionalDependencies: { a: '1' } } },
  {
    name: 'an optional package for another system',
    manifest: { optionalDependencies: { mars: '1', a: '1' } },
  },
  { name: 'a missing optional package', manifest: { optionalDependencies: { 'not-there': '1', a: '1' } } },
  { name: 'a bundling package', specs: () => ['bundler'] },
  { name: 'a shrink-wrapped package', specs: () => ['wrapped'] },
  { name: 'an implicit node-gyp', specs: () => ['gyp'] },
  { name: '--prefer-dedupe', specs: () => ['b@1'], flags: ['--prefer-dedupe'], before: ['a@1.0.0'] },
  { name: '--install-strategy=nested', specs: () => ['b'], flags: ['--install-strategy=nested'] },
  { name: '--install-strategy=shallow', specs: () => ['b'], flags: ['--install-strategy=shallow'] },
  { name: '--lockfile-version=1', specs: () => ['b'], flags: ['--lockfile-version=1'] },
  { name: '--lockfile-version=2', specs: () => ['b'], flags: ['--lockfile-version=2'] },
  { name: '--no-bin-links', specs: () => ['b'], flags: ['--no-bin-links'] },
  { name: 'a version that does not exist', specs: () => ['a@9'] },
  { name: 'a package that does not exist', specs: () => ['not-there'] },
  { name: 'over an older version', specs: () => ['a@2'], before: installed },
  { name: 'nothing to do', before: installed },
  {
    name: 'update --save',
    kind: 'update',
    flags: ['--save'],
    before: installed,
    manifest: { dependencies: { a: '^1.0.0', b: '^1.0.0' } },
  },
  { name: 'remove', kind: 'remove', specs: () => ['b'], before: installed },
  {
    name: 'workspaces',
    manifest: { workspaces: ['w/*'], dependencies: { a: '1' } },
    files: {
      'w/one/package.json': pkg('one', '1.0.0', { dependencies: { b: '2' } }),
      'w/two/package.json': pkg('two', '1.0.0', { dependencies: { one: '1', a: '2' } }),
    },
  },
  {
    name: 'one workspace',
    specs: () => ['a@2'],
    flags: ['-w', 'one'],
    manifest: { workspaces: ['w/*'] },
    files: {
      'w/one/package.json': pkg('one', '1.0.0'),
      'w/two/package.json': pkg('two', '1.0.0', { dependencies: { b: '2' } }),
    },
  },
]

const verbs = { install: 'install', ci: 'ci', update: 'update', remove: 'uninstall' } as const

const npm = async (project: Project, args: readonly string[]): Promise<number> =>
  run(process.execPath, [join(npmPath, 'bin', 'npm-cli.js'), ...args, '--ignore-scripts'], {
    cwd: project.path,
    env: { ...project.env },
  }).then(
    () => 0,
    () => 1,
  )

const lay = async (project: Project, form: Form): Promise<void> => {
  if (form.before) await npm(project, ['install', ...form.before])
  const manifest = JSON.parse(await project.read('package.json'))
  await project.write('package.json', `${JSON.stringify({ ...manifest, ...form.manifest }, null, 2)}\n`)
  for (const [path, text] of Object.entries(form.files ?? {})) await project.write(path, String(text))
}

for (const form of forms) {
  t.test(`does what npm does: ${form.name}`, async t => {
    const registry = await startRegistry(t)
    publish(registry)
    const base = { 'package.json': { name: 'p', version: '1.0.0' } }
    const theirs = await makeProject(t, registry, base)
    const kind = form.kind ?? 'install'
    const specs = form.specs?.(registry) ?? []
    await lay(theirs, form)
    const state = async (project: Project): Promise<readonly string[]> => {
      const root = dirname(project.path)
      const lines = await snapshot(
        root,
        path => path === 'cache' || path === 'tmp' || path.startsWith('project/node_modules/.safe-install'),
      )
      return lines.map(line => line.replaceAll(registry.url, 'http://registry/'))
    }
    const code = await npm(theirs, [verbs[kind], ...specs, ...(form.flags ?? [])])
    const expected = await state(theirs)
    const ours = await makeProject(t, registry, base)
    await lay(ours, form)
    const outcome = await ours.install(kind, specs, { argv: form.flags ?? [], ignoreScripts: true }).then(
      () => 0,
      (error: unknown) => {
        if (error instanceof SafeInstallError) return 1
        throw error
      },
    )
    t.equal(outcome, code, 'exit code')
    t.strictSame(await state(ours), expected, 'package.json, lockfile, files, modes and links')
    await t.rejects(access(join(ours.path, 'node_modules', '.safe-install', 'journal.json')))
  })
}
