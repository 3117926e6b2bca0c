import { access, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import {
  runDependencyScripts,
  runEarlyRootScripts,
  runRootScripts,
} from '../../../lib/install/root-scripts.ts'
import { makeProject, snapshot } from '../../helpers/project.ts'
import { startRegistry } from '../../helpers/registry.ts'
import { packFiles } from '../../helpers/tarball.ts'

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

/** A script that only notes in the project that it ran, and when. */
const mark = (what: string): string => `echo ${what} >> "$INIT_CWD/ran"`

const scripted = (name: string): Readonly<Record<string, string>> => ({
  'package.json': pkg(name, '1.0.0', {
    scripts: {
      preinstall: mark(`${name}:pre`),
      install: mark(`${name}:in`),
      postinstall: mark(`${name}:post`),
    },
  }),
})

const ran = async (folder: string): Promise<readonly string[]> =>
  (await readFile(join(folder, 'ran'), 'utf8').catch(() => '')).split('\n').filter(line => line !== '')

const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'resolved',
    (error: unknown) => (error instanceof SafeInstallError ? error.code : String(error)),
  )

const withoutMarker = (path: string): boolean => path === 'ran'

t.test('installs a spec, its dependencies, the lockfile and the manifest', async t => {
  const registry = await startRegistry(t)
  registry.publish({
    files: { 'package.json': pkg('a', '1.0.0', { dependencies: { b: '^1.0.0' } }), 'index.js': 'a' },
  })
  registry.publish({
    files: { 'package.json': pkg('b', '1.0.0', { bin: 'cli.js' }), 'cli.js': '#!/usr/bin/env node\r\nb' },
  })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const before = await snapshot(project.path)
  const plan = await project.plan('install', ['a'])
  t.strictSame(await snapshot(project.path), before, 'planning writes nothing')
  t.match(plan.packages, [
    {
      name: 'a',
      version: '1.0.0',
      spec: 'a',
      location: 'node_modules/a',
      source: 'registry',
      direct: true,
      typed: true,
      requiredBy: [''],
      fetchSpec: `a@${registry.url}a/-/a-1.0.0.tgz`,
    },
    { name: 'b', spec: 'b@^1.0.0', direct: false, typed: false, requiredBy: ['node_modules/a'] },
  ])
  t.strictSame(plan.problems, [])
  const result = await project.install('install', ['a'])
  t.equal(result.added, 2)
  t.strictSame(JSON.parse(await project.read('package.json')).dependencies, { a: '^1.0.0' })
  t.ok(JSON.parse(await project.read('package-lock.json')).packages['node_modules/b'])
  t.equal(
    await readFile(join(project.path, 'node_modules/b/cli.js'), 'utf8'),
    '#!/usr/bin/env node\nb',
    "npm's own edit of a bin is made and not mistaken for tampering",
  )
  const again = await project.plan('install')
  t.strictSame(again.packages, [])
  t.equal(again.unchanged, 2)
})

t.test('runs approved scripts once, in the order of npm, and no others', async t => {
  const registry = await startRegistry(t)
  for (const name of ['a', 'b', 'c']) registry.publish({ files: scripted(name) })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const approve = ['node_modules/a', 'node_modules/c']
  const { scripts } = await project.install('install', ['a', 'b', 'c'], { approve })
  t.strictSame((await ran(project.path)).toSorted(), ['a:in', 'a:post', 'a:pre', 'c:in', 'c:post', 'c:pre'])
  const order = (await ran(project.path)).map(line => line.split(':')[1])
  t.strictSame(order, ['pre', 'pre', 'in', 'in', 'post', 'post'])
  const skipped = scripts.filter(script => !script.ran)
  t.strictSame(
    skipped.map(({ name, event, approved }) => [name, event, approved]),
    [
      ['b', 'preinstall', false],
      ['b', 'install', false],
      ['b', 'postinstall', false],
    ],
  )
})

t.test('ignores every script when the user wants none', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: scripted('a') })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const result = await project.install('install', ['a'], { approve: ['node_modules/a'], ignoreScripts: true })
  t.strictSame(await ran(project.path), [])
  t.ok(result.scripts.every(script => !script.ran))
})

t.test('a script approved later runs without a new download', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: scripted('a') })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  await project.install('install', ['a'])
  t.strictSame((await project.plan('install')).packages, [], 'not approved: nothing to do')
  const manifest = JSON.parse(await project.read('package.json'))
  await project.write('package.json', JSON.stringify({ ...manifest, allowScripts: { 'a@1.0.0': true } }))
  const plan = await project.plan('install')
  t.match(plan.packages, [{ location: 'node_modules/a', unchanged: true }])
  t.equal(plan.reviews.get('node_modules/a'), 'allowed')
  await project.install('install', [], { approve: ['node_modules/a'] })
  t.strictSame(await ran(project.path), ['a:pre', 'a:in', 'a:post'])
  t.strictSame((await project.plan('install')).packages, [], 'and only once')
})

t.test('runs the text of the inspected artifact, never that of the packument', async t => {
  const registry = await startRegistry(t)
  const manifest = { scripts: { postinstall: mark('packument') }, hasInstallScript: true }
  registry.publish({ files: { 'package.json': pkg('phantom', '1.0.0') }, manifest })
  registry.publish({
    files: { 'package.json': pkg('two-faced', '1.0.0', { scripts: { postinstall: mark('tarball') } }) },
    manifest,
  })
  registry.publish({
    files: { 'package.json': pkg('hidden', '1.0.0', { scripts: { postinstall: mark('hidden') } }) },
    manifest: { scripts: undefined, hasInstallScript: false },
  })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const names = ['phantom', 'two-faced', 'hidden']
  await project.install('install', names, { approve: names.map(name => `node_modules/${name}`) })
  t.strictSame((await ran(project.path)).toSorted(), ['hidden', 'tarball'])
})

t.test('a failing approved script puts manifest, lockfile and node_modules back', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('old', '1.0.0', { bin: 'x.js' }), 'x.js': '#!/bin/sh\n' } })
  registry.publish({ files: { 'package.json': pkg('bad', '1.0.0', { scripts: { postinstall: 'exit 3' } }) } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const empty = await snapshot(project.path)
  const approve = ['node_modules/bad']
  t.equal(await code(project.install('install', ['bad'], { approve })), 'E_SCRIPT')
  t.strictSame(await snapshot(project.path), empty, 'in an empty project')
  registry.publish({ files: { 'package.json': pkg('old', '2.0.0'), 'y.js': '' } })
  await project.install('install', ['old@1'])
  const before = await snapshot(project.path)
  t.equal(await code(project.install('install', ['bad', 'old@2'], { approve })), 'E_SCRIPT')
  t.strictSame(await snapshot(project.path), before, 'in a full one')
})

t.test('a failing script of an optional package drops it and the install goes on', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('bad', '1.0.0', { scripts: { install: 'exit 1' } }) } })
  registry.publish({ files: { 'package.json': pkg('good', '1.0.0') } })
  const project = await makeProject(t, registry, {
    'package.json': {
      name: 'p',
      version: '1.0.0',
      dependencies: { good: '1' },
      optionalDependencies: { bad: '1' },
    },
  })
  const result = await project.install('install', [], { approve: ['node_modules/bad'] })
  t.strictSame(result.dropped, ['node_modules/bad'])
  await t.rejects(access(join(project.path, 'node_modules/bad')))
  await access(join(project.path, 'node_modules/good'))
  t.ok(JSON.parse(await project.read('package-lock.json')).packages['node_modules/bad'])
})

t.test('other bytes than the inspected ones are never installed', async t => {
  const evil = packFiles({ 'package.json': pkg('a', '1.0.0'), 'index.js': 'evil' })
  const honest = { 'package.json': pkg('a', '1.0.0'), 'index.js': 'a' }
  await t.test('a registry without integrity that serves other bytes the second time', async t => {
    const registry = await startRegistry(t)
    registry.publish({ files: honest, dist: { integrity: undefined, shasum: undefined } })
    const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
    const before = await snapshot(project.path)
    const between = async (): Promise<void> => {
      await rm(project.cache, { recursive: true })
      registry.lie('a', { at: 'tarball' }, { kind: 'bytes', bytes: evil })
    }
    t.equal(await code(project.install('install', ['a'], { between })), 'E_INTEGRITY')
    t.strictSame(await snapshot(project.path), before)
  })
  await t.test('a remote tarball', async t => {
    const registry = await startRegistry(t)
    const url = registry.serve('/files/a.tgz', packFiles(honest))
    const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
    const before = await snapshot(project.path)
    const between = async (): Promise<void> => {
      await rm(project.cache, { recursive: true })
      registry.serve('/files/a.tgz', evil)
    }
    t.equal(await code(project.install('install', [url], { between })), 'E_INTEGRITY')
    t.strictSame(await snapshot(project.path), before)
  })
  await t.test('an inspection of other files than the ones unpacked', async t => {
    const registry = await startRegistry(t)
    registry.publish({ files: honest })
    for (const [what, change] of [
      ['contents', (path: string) => (path === 'index.js' ? [{ path, sha256: '00' }] : [{ path }])],
      ['an extra file on disk', (path: string) => (path === 'index.js' ? [] : [{ path }])],
      ['a file missing on disk', (path: string) => [{ path }, { path: `${path}.more` }]],
    ] as const) {
      const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
      const before = await snapshot(project.path)
      const install = project.install('install', ['a'], {
        between: (_, inspected) => {
          const found = inspected.get('node_modules/a')
          if (!found) throw new Error('not planned')
          const files = found.files.flatMap(file => change(file.path).map(other => ({ ...file, ...other })))
          inspected.set('node_modules/a', { ...found, files })
        },
      })
      t.equal(await code(install), 'E_VERIFY', what)
      t.strictSame(await snapshot(project.path), before)
    }
  })
  await t.test('a file so large that other threads compare it', async t => {
    const registry = await startRegistry(t)
    const files = { 'package.json': pkg('a', '1.0.0'), 'program.bin': 'x'.repeat(3_000_000) }
    registry.publish({ files })
    for (const [change, expected] of [
      [{}, 'installed'],
      [{ sha256: '00' }, 'E_VERIFY'],
      [{ bytes: 3_000_001 }, 'E_VERIFY'],
    ] as const) {
      const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
      const install = project.install('install', ['a'], {
        between: (_, inspected) => {
          const found = inspected.get('node_modules/a')
          if (!found) throw new Error('not planned')
          const changed = found.files.map(file =>
            file.path === 'program.bin' ? { ...file, ...change } : file,
          )
          inspected.set('node_modules/a', { ...found, files: changed })
        },
      })
      t.equal(
        await install.then(
          () => 'installed',
          () => code(install),
        ),
        expected,
        JSON.stringify(change),
      )
    }
  })
  await t.test('a package nobody inspected', async t => {
    const registry = await startRegistry(t)
    registry.publish({ files: honest })
    const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
    const before = await snapshot(project.path)
    t.equal(
      await code(project.install('install', ['a'], { between: (_, inspected) => inspected.clear() })),
      'E_VERIFY',
    )
    t.strictSame(await snapshot(project.path), before)
  })
})

t.test('an approved script that rewrites the hook of another stops everything', async t => {
  const registry = await startRegistry(t)
  const rewrite =
    "echo \"require('fs').appendFileSync(process.env.INIT_CWD + '/ran', 'rewritten\\\\n')\" > ../b/hook.cjs"
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0', { scripts: { preinstall: rewrite } }) } })
  registry.publish({
    files: {
      'package.json': pkg('b', '1.0.0', { scripts: { postinstall: 'node hook.cjs' } }),
      'hook.cjs': '',
    },
  })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const before = await snapshot(project.path)
  const approve = ['node_modules/a', 'node_modules/b']
  t.equal(await code(project.install('install', ['a', 'b'], { approve })), 'E_VERIFY')
  t.strictSame(await snapshot(project.path), before)
})

t.test('bundled packages are compared with the artifact, and their scripts never run', async t => {
  const registry = await startRegistry(t)
  const inner = pkg('inner', '1.0.0', { scripts: { postinstall: mark('inner') } })
  registry.publish({
    files: {
      'package.json': pkg('outer', '1.0.0', { bundleDependencies: ['inner'], dependencies: { inner: '1' } }),
      'node_modules/inner/package.json': inner,
      'node_modules/inner/index.js': 'inner',
      'node_modules/stowaway/package.json': pkg('stowaway', '1.0.0', {
        scripts: { postinstall: mark('stowaway') },
      }),
    },
    manifest: { hasInstallScript: true },
  })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const approve = ['node_modules/outer', 'node_modules/outer/node_modules/inner']
  const result = await project.install('install', ['outer'], { approve })
  t.strictSame(
    result.plan.packages.map(({ location }) => location),
    ['node_modules/outer'],
  )
  t.strictSame(await ran(project.path), [])
  await access(join(project.path, 'node_modules/outer/node_modules/inner/index.js'))
  const tampered = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const install = tampered.install('install', ['outer'], {
    between: (_, inspected) => {
      const found = inspected.get('node_modules/outer')
      if (!found) throw new Error('not planned')
      const files = found.files.map(file =>
        file.path === 'node_modules/inner/index.js' ? { ...file, sha256: '00' } : file,
      )
      inspected.set('node_modules/outer', { ...found, files })
    },
  })
  t.equal(await code(install), 'E_VERIFY')
})

t.test('a clean install that fails puts the old node_modules back', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0', { scripts: { install: 'exit 1' } }) } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  await project.install('install', ['a'])
  await project.write('node_modules/mine/package.json', pkg('mine', '0.0.0'))
  const before = await snapshot(project.path)
  t.equal(await code(project.install('ci', [], { approve: ['node_modules/a'] })), 'E_SCRIPT')
  t.strictSame(await snapshot(project.path), before)
  const result = await project.install('ci')
  t.equal(result.added, 1)
  await t.rejects(access(join(project.path, 'node_modules/mine')), 'what the lockfile does not name is gone')
  await t.rejects(access(join(project.path, 'node_modules/.safe-install-retired')))
})

t.test('a dependency that ships a shrinkwrap is planned with all it brings', async t => {
  const registry = await startRegistry(t)
  const inner = registry.publish({
    files: { 'package.json': pkg('inner', '1.0.0', { scripts: { postinstall: mark('inner') } }), 'i.js': '' },
  })
  const lock = {
    name: 'outer',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'outer', version: '1.0.0', dependencies: { inner: '1' } },
      'node_modules/inner': { version: '1.0.0', resolved: inner.url, hasInstallScript: true },
    },
  }
  registry.publish({
    files: {
      'package.json': pkg('outer', '1.0.0', { dependencies: { inner: '1' } }),
      'npm-shrinkwrap.json': JSON.stringify(lock),
    },
    manifest: { _hasShrinkwrap: true },
  })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const plan = await project.plan('install', ['outer'])
  const nested = 'node_modules/outer/node_modules/inner'
  t.strictSame(
    plan.packages.map(({ location }) => location),
    ['node_modules/outer', nested],
  )
  t.ok(plan.problems.some(({ location, kind }) => location === nested && kind === 'no-integrity'))
  const before = await snapshot(project.path)
  const evil = packFiles({ 'package.json': pkg('inner', '1.0.0'), 'i.js': 'evil' })
  const between = async (): Promise<void> => {
    await rm(project.cache, { recursive: true })
    registry.lie('inner', { at: 'tarball' }, { kind: 'bytes', bytes: evil })
  }
  const swapped = project.install('install', ['outer'], { between })
  t.match(await code(swapped), /^E_(?:INTEGRITY|VERIFY)$/)
  t.strictSame(await snapshot(project.path), before)
  registry.beHonest()
  await project.install('install', ['outer'])
  await access(join(project.path, nested, 'i.js'))
  t.strictSame(await ran(project.path), [])
})

t.test('a cache whose contents were replaced does not reach the disk', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0'), 'index.js': 'a' } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const between = async (): Promise<void> => {
    const evil = packFiles({ 'package.json': pkg('a', '1.0.0'), 'index.js': 'evil' })
    for (const line of await snapshot(
      project.cache,
      path => path.startsWith('_cacache/index') || path.startsWith('index'),
    )) {
      const [path] = line.split(' ')
      if (path?.includes('content-v2/sha512')) await writeFile(join(project.cache, path), evil)
    }
  }
  await project.install('install', ['a'], { between })
  t.equal(await readFile(join(project.path, 'node_modules/a/index.js'), 'utf8'), 'a')
})

t.test('nothing outside of the project changes it: snapshot after success has no leftovers', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0') } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  await project.install('install', ['a'])
  const names = (await snapshot(project.path, withoutMarker)).map(line => line.split(' ')[0])
  t.strictSame(names, [
    'node_modules/.package-lock.json',
    'node_modules/a/package.json',
    'package-lock.json',
    'package.json',
  ])
})

t.test("scripts of the user's own links run, those of a dependency's link do not", async t => {
  const registry = await startRegistry(t)
  const scripts = (name: string): object => ({
    scripts: {
      preinstall: mark(`${name}:pre`),
      prepare: mark(`${name}:prepare`),
      postinstall: mark(`${name}:post`),
    },
  })
  registry.publish({
    files: {
      'package.json': pkg('sly', '1.0.0', { dependencies: { inside: 'file:./inside' } }),
      'inside/package.json': pkg('inside', '1.0.0', scripts('inside')),
    },
  })
  const files = {
    'package.json': {
      name: 'p',
      version: '1.0.0',
      workspaces: ['w/*'],
      dependencies: { near: 'file:near', sly: '1' },
    },
    'w/one/package.json': pkg('one', '1.0.0', scripts('one')),
    'near/package.json': pkg('near', '1.0.0', scripts('near')),
  }
  const project = await makeProject(t, registry, files)
  await project.install('install', [], {
    approve: ['node_modules/sly', 'node_modules/sly/node_modules/inside'],
  })
  const lines = await ran(project.path)
  t.strictSame(lines.toSorted(), [
    'near:post',
    'near:pre',
    'near:prepare',
    'one:post',
    'one:pre',
    'one:prepare',
  ])
  t.strictSame(
    lines.filter(line => line.startsWith('one')),
    ['one:pre', 'one:prepare', 'one:post'],
  )
  await project.install('install')
  t.equal((await ran(project.path)).length, 12, 'on every install, as with npm')
  const denied = await makeProject(t, registry, {
    ...files,
    'package.json': { ...files['package.json'], allowScripts: { 'file:near': false } },
  })
  await denied.install('install')
  t.notOk(
    (await ran(denied.path)).some(line => line.startsWith('near')),
    'unless the allow-list denies them',
  )
})

t.test('Ctrl-C in the middle puts everything back', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('old', '1.0.0') } })
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0') } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  await project.install('install', ['old'])
  const before = await snapshot(project.path)
  const between = async (): Promise<void> => {
    await rm(project.cache, { recursive: true })
    registry.lie('a', { at: 'tarball' }, { kind: 'slow', ms: 300 })
    const seen = registry.count({ kind: 'tarball', name: 'a' })
    const timer = setInterval(() => {
      if (registry.count({ kind: 'tarball', name: 'a' }) === seen) return
      clearInterval(timer)
      process.emit('SIGINT', 'SIGINT')
    }, 5)
  }
  t.equal(await code(project.install('install', ['a'], { between })), 'E_INTERRUPTED')
  t.strictSame(await snapshot(project.path), before)
})

t.test('an optional package that cannot be unpacked is dropped, a required one is not', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0') } })
  registry.publish({ files: { 'package.json': pkg('good', '1.0.0') } })
  const between = (project: { cache: string }) => async (): Promise<void> => {
    await rm(project.cache, { recursive: true })
    registry.lie('a', { at: 'tarball' }, { kind: 'status', status: 404 })
  }
  for (const [manifest, expected] of [
    [{ dependencies: { good: '1' }, optionalDependencies: { a: '1' } }, 'resolved'],
    [{ dependencies: { good: '1', a: '1' } }, 'E_INSTALL'],
  ] as const) {
    registry.beHonest()
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', ...manifest },
    })
    const before = await snapshot(project.path)
    t.equal(await code(project.install('install', [], { between: between(project) })), expected)
    if (expected === 'resolved') await access(join(project.path, 'node_modules/good'))
    else t.strictSame(await snapshot(project.path), before)
  }
})

t.test("the project's own scripts run in the order of the user's npm", async t => {
  const events = [
    'preinstall',
    'install',
    'postinstall',
    'prepublish',
    'preprepare',
    'prepare',
    'postprepare',
  ]
  const more = ['predependencies', 'dependencies', 'postdependencies']
  const path = t.testdir({
    'package.json': pkg('p', '1.0.0', {
      scripts: Object.fromEntries([...events, ...more, 'test'].map(event => [event, mark(event)])),
    }),
  })
  const settings = { env: { INIT_CWD: path }, scriptShell: undefined, foreground: false, parallel: 1 }
  t.strictSame(await runEarlyRootScripts(path, settings, '11.19.1'), [])
  t.strictSame(await runRootScripts(path, settings, '11.19.1'), events)
  t.strictSame(await runDependencyScripts(path, settings), more)
  t.strictSame(await ran(path), [...events, ...more])
  t.strictSame(await runEarlyRootScripts(path, settings, '12.2.0'), ['preinstall'])
  t.strictSame(await runRootScripts(path, settings, '12.2.0'), events.slice(1))
  const failing = t.testdir({
    'package.json': pkg('p', '1.0.0', { scripts: { install: 'echo why >&2; exit 4' } }),
  })
  t.equal(await code(runRootScripts(failing, settings)), 'E_SCRIPT')
})
