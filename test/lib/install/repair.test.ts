import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { patchDisk } from '../../helpers/freeze.ts'

const freeze = patchDisk()
const { makeProject, snapshot } = await import('../../helpers/project.ts')
const { startRegistry } = await import('../../helpers/registry.ts')
const { repairProject } = await import('../../../lib/install/repair.ts')
const { lockProject } = await import('../../../lib/install/project-lock.ts')
const { SafeInstallError } = await import('../../../lib/errors.ts')

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

const publishAll = (registry: Awaited<ReturnType<typeof startRegistry>>): void => {
  for (const version of ['1.0.0', '2.0.0']) {
    registry.publish({
      files: { 'package.json': pkg('child', version), 'lib/a.js': version, 'lib/b.js': 'b' },
    })
    registry.publish({
      files: {
        'package.json': pkg('parent', version, { dependencies: { child: '1.0.0' }, bin: { parent: 'x.js' } }),
        'x.js': `#!/usr/bin/env node\n// ${version}`,
      },
    })
  }
  registry.publish({
    files: { 'package.json': pkg('gone', '1.0.0', { bin: 'g.js' }), 'g.js': '#!/bin/sh\n' },
  })
  registry.publish({
    files: {
      'package.json': pkg('@s/fresh', '1.0.0', {
        bin: { fresh: 'f.js' },
        scripts: { postinstall: 'touch made' },
      }),
      'f.js': '#!/usr/bin/env node\n',
    },
  })
  registry.publish({ files: { 'package.json': pkg('keeps', '1.0.0'), 'k.js': 'k' } })
}

const manifest = (dependencies: object): string =>
  `${JSON.stringify({ name: 'p', version: '1.0.0', dependencies }, null, 2)}\n`

const ours = (path: string): boolean =>
  path === 'node_modules/.safe-install' || path === 'node_modules/.package-lock.json'

const points = { install: 50, ci: 25 }

for (const kind of ['install', 'ci'] as const) {
  t.test(`a kill at any point of ${kind} leaves manifests old or new, and a repair the rest`, async t => {
    const registry = await startRegistry(t)
    publishAll(registry)
    const old = { keeps: '1.0.0', child: '2.0.0', parent: '1.0.0', gone: '1.0.0' }
    const project = await makeProject(t, registry, { 'package.json': manifest(old) })
    await project.install('install')
    const { gone: _, ...rest } = old
    const specs = kind === 'install' ? ['@s/fresh@1.0.0'] : []
    const options = { approve: ['node_modules/@s/fresh'] }
    if (kind === 'install') await project.write('package.json', manifest({ ...rest, parent: '2.0.0' }))
    else await project.write('node_modules/stray/package.json', pkg('stray', '0.0.0'))
    const start = `${project.path}-start`
    await cp(project.path, start, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    const before = await snapshot(project.path, ours)
    const copy = async (to: string, from = start): Promise<string> => {
      await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
      return to
    }
    const whole = await copy(`${project.path}-whole`)
    freeze.arm(whole, Infinity)
    await project.at(whole).install(kind, specs, options)
    const total = freeze.count()
    freeze.disarm()
    const after = await snapshot(whole, ours)
    t.notSame(before, after)
    const manifestsOf = (lines: readonly string[]): readonly string[] =>
      lines.filter(line => /^package(?:-lock)?\.json /.test(line))
    const outcomes = { undone: 0, finished: 0, nothing: 0 }
    for (let index = 1; index <= points[kind]; index += 1) {
      const at = Math.ceil((index * total) / points[kind])
      // Folders of its own: what is frozen in this process still waits for its files.
      const victim = project.at(await copy(`${project.path}-${index}`))
      freeze.arm(victim.path, at)
      const work = victim.install(kind, specs, options).then(
        () => 'ended',
        (error: unknown) => String(error),
      )
      const end = await Promise.race([freeze.frozen().then(() => 'killed'), work])
      freeze.disarm()
      if (end !== 'killed') continue
      const left = await copy(`${victim.path}-left`, victim.path)
      const saved = manifestsOf(await snapshot(left, ours))
      t.ok(
        saved.every(line => before.includes(line) || after.includes(line)),
        `${at}/${total}: every manifest is old or new`,
      )
      const release = await lockProject(left, { pid: 1, host: 'h', isRunning: () => false })
      const repair = await repairProject(left)
      await release()
      outcomes[repair?.kind ?? 'nothing'] += 1
      const now = await snapshot(left, ours)
      const expected = [before, after].find(lines => JSON.stringify(lines) === JSON.stringify(now))
      t.strictSame(
        now,
        expected ?? before,
        `${at}/${total}: ${repair?.kind ?? 'no repair'}: all is old or all is new`,
      )
      t.equal(await repairProject(left), undefined, 'and there is nothing left to repair')
    }
    t.comment(`${kind}: ${total} changes of the disk, ${JSON.stringify(outcomes)}`)
    t.ok(outcomes.undone > 10)
    t.ok(outcomes.finished > 0)
  })
}

t.test('a forged journal reaches nothing outside of node_modules', async t => {
  const registry = await startRegistry(t)
  const project = await makeProject(t, registry, {
    'package.json': manifest({}),
    'src/index.js': 'mine',
    'node_modules/x/package.json': pkg('x', '1.0.0'),
  })
  await project.write('../home/precious/file', 'mine')
  await symlink(join(project.path, '..', 'home'), join(project.path, 'node_modules', 'out'))
  const home = await snapshot(project.home)
  const journal = {
    phase: 'unpacking',
    clean: true,
    folders: ['../home/node_modules', 'node_modules/out/node_modules', '/etc/node_modules'],
    moved: [
      'src',
      { from: 'node_modules/x', to: 'src' },
      { from: 'src', to: '.src-1' },
      { from: 'node_modules/out/precious', to: 'node_modules/out/.precious-1' },
      { from: 'node_modules/../src', to: 'node_modules/../.src-1' },
    ],
    created: [
      'src/index.js',
      'node_modules/out/precious',
      'node_modules',
      '../node_modules/y',
      'node_modules/../src',
      7,
    ],
    unchanged: ['src'],
    files: [],
  }
  for (const phase of ['unpacking', 'built']) {
    const files = ['src/index.js', '../home/package.json', 'node_modules/out/package.json', '.npmrc'].map(
      path => ({
        path,
        after: 'evil',
      }),
    )
    for (const clean of [true, false]) {
      await project.write(
        'node_modules/.safe-install/journal.json',
        JSON.stringify({ ...journal, phase, clean, files }),
      )
      await repairProject(project.path)
      t.equal(await readFile(join(project.path, 'src/index.js'), 'utf8'), 'mine')
      t.strictSame(await snapshot(project.home), home, `${phase} ${clean}`)
    }
  }
  for (const text of ['', '[]', '{"phase":"unpacking","moved":{"a":1}}', '{"phase":7}', 'null']) {
    await project.write('node_modules/.safe-install/journal.json', text)
    await t.resolves(repairProject(project.path), text)
  }
})

t.test('only one process installs in a project', async t => {
  const path = t.testdir({})
  const self = { pid: 10, host: 'here', isRunning: (pid: number) => pid === 10 }
  const release = await lockProject(path, self)
  const second = lockProject(path, { ...self, pid: 11 })
  await t.rejects(second, { code: 'E_LOCKED' })
  await release()
  await (
    await lockProject(path, self)
  )()
  const file = join(path, 'node_modules/.safe-install/lock')
  for (const [text, expected] of [
    ['{"pid":99,"host":"here"}', 'taken'],
    ['', 'taken'],
    ['{"pid":-1}', 'taken'],
    ['{"pid":99,"host":"elsewhere"}', 'E_LOCKED'],
    ['{"pid":10,"host":"here"}', 'E_LOCKED'],
  ] as const) {
    await writeFile(file, text)
    const outcome = await lockProject(path, self).then(
      async free => {
        await free()
        return 'taken'
      },
      (error: unknown) => (error instanceof SafeInstallError ? error.code : String(error)),
    )
    t.equal(outcome, expected, text)
    await rm(file, { force: true })
  }
})

t.test('a project that changed since the plan is left alone', async t => {
  const registry = await startRegistry(t)
  publishAll(registry)
  const project = await makeProject(t, registry, { 'package.json': manifest({}) })
  const install = project.install('install', ['keeps'], {
    between: async () => project.write('package.json', manifest({ gone: '1.0.0' })),
  })
  await t.rejects(install, { code: 'E_INSTALL' })
  t.strictSame(
    (await snapshot(project.path)).map(line => line.split(' ')[0]),
    ['package.json'],
  )
})
