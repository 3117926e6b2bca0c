import { execFile } from 'node:child_process'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import type { Test } from 'tap'
import { runCli, runNpm } from '../helpers/cli.ts'
import type { Finished } from '../helpers/cli.ts'
import { noOpenssl } from '../helpers/machine.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'
import { packFiles } from '../helpers/tarball.ts'

const exec = promisify(execFile)

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

const publish = (registry: Registry): void => {
  for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
    registry.publish({ files: { 'package.json': pkg('a', version), 'index.js': `// ${version}\n` } })
    registry.publish({
      files: {
        'package.json': pkg('b', version, { dependencies: { a: `^${version}` }, bin: { b: 'b.js' } }),
        'b.js': '#!/usr/bin/env node\r\n',
      },
    })
  }
  registry.publish({ files: { 'package.json': pkg('needs-a1', '1.0.0', { peerDependencies: { a: '1' } }) } })
  registry.publish({ files: { 'package.json': pkg('aged', '1.0.0') }, time: '2020-01-01T00:00:00.000Z' })
  registry.publish({ files: { 'package.json': pkg('aged', '1.1.0') }, time: new Date().toISOString() })
  registry.publish({ files: { 'package.json': pkg('picky', '1.0.0', { engines: { node: '<1' } }) } })
  registry.publish({
    files: {
      'package.json': pkg('bundler', '1.0.0', {
        bundleDependencies: ['in'],
        dependencies: { in: '1', a: '1' },
      }),
      'node_modules/in/package.json': pkg('in', '1.0.0'),
    },
  })
}

type Place = { readonly project: Project; readonly registry: Registry; readonly t: Test }

type Form = {
  readonly name: string
  /** Arguments of safe-install; npm gets `npm` instead, or `install` and these. */
  readonly args?: readonly string[]
  readonly npm?: readonly string[]
  /** Words that depend on the place, added to both. */
  readonly more?: (place: Place) => readonly string[]
  readonly manifest?: object
  readonly files?: Readonly<Record<string, string>>
  /** What happens in both projects before; npm's own work. */
  readonly before?: readonly (readonly string[])[]
  /** May resolve to a check for after the run. */
  readonly prepare?: (place: Place) => Promise<void | (() => void)>
  readonly cwd?: string
  /** npm's exit code and ours, where they differ: ours tells usage errors apart. */
  readonly codes?: readonly [number, number]
  readonly skip?: string | false
  /** Both say this. */
  readonly says?: RegExp
}

const workspaces = {
  manifest: { workspaces: ['w/*'] },
  files: {
    'w/one/package.json': pkg('one', '1.0.0'),
    'w/two/package.json': pkg('two', '1.0.0', { dependencies: { b: '2' } }),
  },
}

const locked = (version: number): Form => ({
  name: `a lockfile of version ${version}`,
  manifest: { dependencies: { b: '1.0.0' } },
  before: [['install', `--lockfile-version=${version}`]],
  args: ['a@2'],
})

const gitRepository = async ({ project }: Place): Promise<void> => {
  const work = join(dirname(project.path), 'work')
  await mkdir(work)
  await writeFile(join(work, 'package.json'), pkg('from-git', '1.0.0', { bin: 'run.js' }))
  await writeFile(join(work, 'run.js'), '#!/usr/bin/env node\n')
  const git = (...args: readonly string[]) =>
    exec('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
      cwd: work,
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
        GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
      },
    })
  await git('init', '-q', '-b', 'main')
  await git('add', '.')
  await git('commit', '-q', '-m', 'first')
  await git('clone', '-q', '--bare', '.', '../from-git.git')
  await rm(work, { recursive: true })
}

const gitSpec = ({ project }: Place): readonly string[] => [
  `git+${pathToFileURL(join(dirname(project.path), 'from-git.git')).href}`,
]

const privateRegistries = new WeakMap<Test, Registry>()

/** A second registry that wants a token, named for one scope in the project's .npmrc. */
const privateScope =
  (token: string) =>
  async ({ project, t: test }: Place): Promise<void> => {
    const registry = privateRegistries.get(test) ?? (await startRegistry(test, { token: 'secret' }))
    privateRegistries.set(test, registry)
    registry.publish({ files: { 'package.json': pkg('@private/p', '1.0.0', { dependencies: { a: '1' } }) } })
    const host = registry.url.replace('http:', '')
    await project.write('.npmrc', `@private:registry=${registry.url}\n${host}:_authToken=${token}\n`)
  }

/** Forwards every request to the registry, and counts. */
const forward =
  (registry: Registry, seen: () => void): RequestListener =>
  (incoming, outgoing) => {
    seen()
    const url = new URL(incoming.url ?? '/', registry.url)
    const { hostname, port } = new URL(registry.url)
    const upstream = httpRequest(
      { hostname, port, path: url.pathname, method: incoming.method, headers: incoming.headers },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    incoming.pipe(upstream)
  }

const listen = async (test: Test, server: ReturnType<typeof createHttpServer>): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  test.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no loopback port')
  return address.port
}

const throughProxy = async ({ project, registry, t: test }: Place): Promise<() => void> => {
  let count = 0
  const port = await listen(test, createHttpServer(forward(registry, () => (count += 1))))
  await project.write('.npmrc', `proxy=http://127.0.0.1:${port}\nnoproxy=\n`)
  return () => test.ok(count > 0, 'the proxy was used')
}

const throughTls = async ({ project, registry, t: test }: Place): Promise<void> => {
  const folder = join(dirname(project.path), 'tmp')
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await exec('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=loopback'.split(
      ' ',
    ),
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    key,
    '-out',
    cert,
  ])
  const tls = { key: await readFile(key), cert: await readFile(cert) }
  const port = await listen(
    test,
    createHttpsServer(
      tls,
      forward(registry, () => undefined),
    ),
  )
  await project.write(
    '.npmrc',
    `@tls:registry=https://127.0.0.1:${port}/\ncafile=${cert}\nreplace-registry-host=always\n`,
  )
}

const forms: readonly Form[] = [
  { name: 'no argument', manifest: { dependencies: { b: '^1.0.0' }, devDependencies: { a: '2' } } },
  { name: 'a local folder', args: ['./folder'], files: { 'folder/package.json': pkg('folder', '1.0.0') } },
  {
    name: 'a local folder, copied',
    args: ['./folder', '--install-links'],
    files: {
      'folder/package.json': pkg('folder', '1.0.0', { bin: 'x.js' }),
      'folder/x.js': '',
      'folder/.npmignore': 'z',
      'folder/z': '',
    },
  },
  {
    name: 'a local tarball',
    args: ['./local.tgz'],
    prepare: ({ project }) =>
      writeFile(join(project.path, 'local.tgz'), packFiles({ 'package.json': pkg('local', '1.0.0') })),
  },
  { name: 'a git repository', prepare: gitRepository, more: gitSpec },
  {
    name: 'a git repository, --allow-git=none',
    prepare: gitRepository,
    more: gitSpec,
    args: ['--allow-git=none'],
    says: /EALLOWGIT/,
  },
  {
    name: 'a git repository of a dependency, --allow-git=root',
    args: ['./middle', '--allow-git=root', '--install-links'],
    prepare: async place => {
      await gitRepository(place)
      const dependencies = { 'from-git': gitSpec(place)[0] }
      await place.project.write('middle/package.json', pkg('middle', '1.0.0', { dependencies }))
    },
    says: /EALLOWGIT/,
  },
  {
    name: 'a remote tarball, --allow-remote=none',
    more: ({ registry }) => [registry.serve('/r.tgz', packFiles({ 'package.json': pkg('r', '1.0.0') }))],
    args: ['--allow-remote=none'],
    says: /EALLOWREMOTE/,
  },
  {
    name: 'a local tarball, --allow-file=none',
    args: ['./local.tgz', '--allow-file=none'],
    prepare: ({ project }) =>
      writeFile(join(project.path, 'local.tgz'), packFiles({ 'package.json': pkg('local', '1.0.0') })),
    says: /EALLOWFILE/,
  },
  {
    name: 'a local folder, --allow-directory=none',
    args: ['./folder', '--allow-directory=none'],
    files: { 'folder/package.json': pkg('folder', '1.0.0') },
    says: /EALLOWDIRECTORY/,
  },
  {
    name: '--omit=dev --include=dev',
    manifest: { devDependencies: { a: '2' } },
    args: ['--omit=dev', '--include=dev'],
  },
  {
    name: '--registry over a dead one',
    files: { '.npmrc': 'registry=http://127.0.0.1:9/\n' },
    args: ['a'],
    more: ({ registry }) => [`--registry=${registry.url}`],
  },
  { name: 'a workspace, from its folder', ...workspaces, args: ['a@1'], cwd: 'w/one' },
  {
    name: 'no argument, from a folder below',
    manifest: { dependencies: { b: '1' } },
    files: { 'deep/er/x': '' },
    cwd: 'deep/er',
  },
  { name: 'workspaces by folder', ...workspaces, args: ['a@1', '-w', 'w'] },
  { name: 'workspaces by pattern', ...workspaces, args: ['a@1', '-w', './*'] },
  { name: 'all workspaces', ...workspaces, args: ['a@1', '--workspaces'] },
  {
    name: '--prefix',
    args: ['b', '--prefix', 'other'],
    files: { 'other/package.json': pkg('other', '1.0.0') },
  },
  { name: '--prefix of a folder that is not there', args: ['b', '--prefix', 'new/er'] },
  { name: '--dry-run', args: ['b', '--dry-run'] },
  { name: '--package-lock-only', args: ['b', 'bundler', '--package-lock-only'] },
  {
    name: '--package-lock-only over an older tree',
    args: ['a@2', '--package-lock-only'],
    before: [['install', 'b@1.0.0']],
  },
  { name: '--global', args: ['b', '--global'] },
  {
    name: '--global over an older version',
    args: ['b', '--global'],
    before: [['install', 'b@1.0.0', '--global']],
  },
  { name: '--global, this folder', args: ['--global'], manifest: { bin: 'x.js' }, files: { 'x.js': '' } },
  {
    name: 'ci',
    args: ['--ci'],
    npm: ['ci'],
    before: [['install', 'b@1.0.0']],
    files: { 'node_modules/stray/package.json': pkg('stray', '1.0.0') },
  },
  {
    name: 'ci without a lockfile',
    args: ['--ci'],
    npm: ['ci'],
    codes: [1, 2],
    says: /existing package-lock\.json/,
  },
  {
    name: 'ci out of step',
    args: ['--ci'],
    npm: ['ci'],
    before: [['install', 'b@1.0.0']],
    manifest: { dependencies: { b: '2.0.0' } },
    codes: [1, 2],
    says: /in sync[^]*Invalid: lock file's b@1\.0\.0 does not\s+satisfy b@2\.0\.0/,
  },
  {
    name: 'ci --omit=dev',
    args: ['--ci', '--omit=dev'],
    npm: ['ci', '--omit=dev'],
    before: [
      ['install', '-D', 'b@1.0.0'],
      ['install', 'aged'],
    ],
  },
  {
    name: 'update',
    args: ['--update'],
    npm: ['update'],
    before: [['install', 'a@1.0.0', 'b@1.0.0']],
    manifest: { dependencies: { a: '^1.0.0', b: '^1.0.0' } },
  },
  {
    name: 'update of one',
    args: ['--update', 'a'],
    npm: ['update', 'a'],
    before: [['install', 'a@1.0.0', 'b@1.0.0']],
    manifest: { dependencies: { a: '^1.0.0', b: '^1.0.0' } },
  },
  locked(1),
  locked(2),
  locked(3),
  { name: 'npm-shrinkwrap.json', args: ['a@2'], before: [['install', 'b@1.0.0'], ['shrinkwrap']] },
  { name: 'overrides', manifest: { dependencies: { b: '1.2.0' }, overrides: { a: '1.0.0' } } },
  {
    name: 'a peer conflict',
    args: ['needs-a1', 'a@2'],
    says: /ERESOLVE[^]*peer a@"1" from needs-a1@1\.0\.0/,
  },
  { name: '--legacy-peer-deps', args: ['needs-a1', 'a@2', '--legacy-peer-deps'] },
  { name: '--force', args: ['needs-a1', 'a@2', '--force'] },
  { name: 'a scoped registry with its token', prepare: privateScope('secret'), args: ['@private/p'] },
  {
    name: 'a scoped registry with a wrong token',
    prepare: privateScope('wrong'),
    args: ['@private/p'],
    says: /E401/,
  },
  { name: 'a proxy', prepare: throughProxy, args: ['b'] },
  {
    name: 'a registry with a cafile',
    prepare: async place => {
      place.registry.publish({ files: { 'package.json': pkg('@tls/p', '1.0.0') } })
      await throughTls(place)
    },
    args: ['@tls/p'],
    skip: noOpenssl(),
  },
  { name: '--offline, nothing cached', args: ['b', '--offline'], says: /ENOTCACHED/ },
  {
    name: '--offline, all cached',
    before: [['install', 'b']],
    prepare: ({ project }) => rm(join(project.path, 'node_modules'), { recursive: true }),
    args: ['--offline'],
  },
  { name: '--prefer-offline', before: [['install', 'b@1.0.0']], args: ['b@2', '--prefer-offline'] },
  { name: 'min-release-age', files: { '.npmrc': 'min-release-age=7\n' }, args: ['aged'] },
  { name: '--before', args: ['aged', '--before=2021-01-01'] },
  {
    name: '--before everything',
    args: ['aged', '--before=2010-01-01'],
    says: /ENOVERSIONS|No versions available/,
  },
  { name: 'engine-strict', args: ['picky', '--engine-strict'], says: /EBADENGINE/ },
  {
    name: 'devEngines',
    manifest: { devEngines: { runtime: { name: 'bun' } } },
    args: ['a'],
    says: /EBADDEVENGINES/,
  },
  {
    name: 'devEngines, a warning',
    manifest: { devEngines: { runtime: { name: 'bun', onFail: 'warn' } } },
    args: ['a'],
    says: /EBADDEVENGINES/,
  },
  {
    name: 'devEngines that nobody can read',
    manifest: { devEngines: { runtime: 'node' } },
    args: ['a'],
    codes: [1, 2],
    says: /non-object value for "runtime"/,
  },
  {
    name: 'a linked node_modules',
    args: ['b'],
    prepare: async ({ project }) => {
      await mkdir(join(project.path, 'elsewhere'))
      await symlink('elsewhere', join(project.path, 'node_modules'))
    },
  },
  {
    name: 'half a node_modules',
    before: [['install', 'b@1.0.0']],
    prepare: async ({ project }) => {
      await rm(join(project.path, 'node_modules', 'a', 'index.js'))
      await rm(join(project.path, 'node_modules', 'b', 'package.json'))
      await rename(join(project.path, 'node_modules', '.package-lock.json'), join(project.path, 'moved'))
    },
  },
  { name: '--install-strategy=linked', args: ['b', '--install-strategy=linked'] },
]

t.jobs = 3
for (const form of forms) {
  t.test(`does what npm does: ${form.name}`, { buffered: true, skip: form.skip ?? false }, async t => {
    const registry = await startRegistry(t)
    publish(registry)
    const run = async (
      start: (project: Project, args: readonly string[], more: { cwd: string }) => Promise<Finished>,
      args: readonly string[],
    ) => {
      const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
      const place = { project, registry, t }
      for (const words of form.before ?? []) await runNpm(project, [...words, '--ignore-scripts'])
      const manifest = JSON.parse(await project.read('package.json'))
      await project.write('package.json', `${JSON.stringify({ ...manifest, ...form.manifest }, null, 2)}\n`)
      for (const [path, text] of Object.entries(form.files ?? {})) await project.write(path, text)
      const check = await form.prepare?.(place)
      const words = [...args, ...(form.more?.(place) ?? [])]
      const finished = await start(project, words, { cwd: join(project.path, form.cwd ?? '.') })
      check?.()
      const root = dirname(project.path)
      const lines = await snapshot(
        root,
        path =>
          ['cache', 'tmp', '.npmrc', 'project/.npmrc'].includes(path) ||
          path.endsWith('node_modules/.safe-install') ||
          path === 'home/.local/share/safe-install',
      )
      return { finished, lines: lines.map(line => line.replaceAll(root, '')) }
    }
    const theirs = await run(runNpm, [...(form.npm ?? ['install', ...(form.args ?? [])]), '--ignore-scripts'])
    const ours = await run(runCli, [...(form.args ?? []), '--ignore-scripts'])
    const [npmCode, ourCode] = form.codes ?? [theirs.finished.code, theirs.finished.code]
    t.equal(theirs.finished.code, npmCode, theirs.finished.stderr)
    t.equal(ours.finished.code, ourCode, ours.finished.stdout + ours.finished.stderr)
    t.strictSame(ours.lines, theirs.lines, 'package.json, lockfile, files, modes and links')
    if (form.says) {
      t.match(theirs.finished.stderr, form.says, 'npm says it')
      t.match(ours.finished.stderr, form.says, 'so do we')
    }
  })
}
