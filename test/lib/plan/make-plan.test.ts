import { execFile } from 'node:child_process'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import { registryResolved } from '../../../lib/plan/fetch-spec.ts'
import { makeProject, snapshot } from '../../helpers/project.ts'
import { startRegistry } from '../../helpers/registry.ts'

const run = promisify(execFile)

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

const failure = async (work: Promise<unknown>): Promise<SafeInstallError> => {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SafeInstallError)) throw error
  return error
}

const lockOf = (packages: Readonly<Record<string, unknown>>, dependencies: object): string =>
  JSON.stringify({
    name: 'p',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'p', version: '1.0.0', dependencies }, ...packages },
  })

t.test('plans every form of request', async t => {
  const registry = await startRegistry(t)
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
    registry.publish({
      files: { 'package.json': pkg('a', version) },
      tag: version === '2.0.0' ? 'next' : 'latest',
    })
  }
  registry.publish({ files: { 'package.json': pkg('@s/b', '1.0.0') } })
  const project = await makeProject(t, registry, {
    'package.json': { name: 'p', version: '1.0.0', dependencies: { '@s/b': '^1.0.0' } },
    'folder/package.json': { name: 'folder', version: '0.0.1' },
  })
  for (const [specs, expected] of [
    [[], [['@s/b', '1.0.0', '@s/b@^1.0.0', false]]],
    [
      ['a'],
      [
        ['@s/b', '1.0.0', '@s/b@^1.0.0', false],
        ['a', '1.1.0', 'a', true],
      ],
    ],
    [
      ['a@1.0.0'],
      [
        ['@s/b', '1.0.0', '@s/b@^1.0.0', false],
        ['a', '1.0.0', 'a@1.0.0', true],
      ],
    ],
    [
      ['a@next'],
      [
        ['@s/b', '1.0.0', '@s/b@^1.0.0', false],
        ['a', '2.0.0', 'a@next', true],
      ],
    ],
    [
      ['z@npm:a@1'],
      [
        ['@s/b', '1.0.0', '@s/b@^1.0.0', false],
        ['a', '1.1.0', 'z@npm:a@1', true],
      ],
    ],
  ] as const) {
    const plan = await project.plan('install', specs)
    t.strictSame(
      plan.packages.map(({ name, version, spec, typed }) => [name, version, spec, typed]),
      expected,
      `install ${specs.join(' ')}`,
    )
  }
  const linked = await project.plan('install', [join(project.path, 'folder')])
  t.match(linked.links, [{ name: 'folder', location: 'node_modules/folder', own: true }])
  await project.install('install', ['a@1.0.0'])
  const manifest = JSON.parse(await project.read('package.json'))
  await project.write(
    'package.json',
    JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, a: '^1.0.0' } }),
  )
  t.match((await project.plan('update')).packages, [{ name: 'a', version: '1.1.0', direct: true }])
  t.match((await project.plan('update', ['a'])).packages, [{ name: 'a', version: '1.1.0', typed: true }])
  t.strictSame((await project.plan('remove', ['a'])).removed, ['node_modules/a'])
  t.match((await project.plan('ci')).packages, [{ name: '@s/b' }, { name: 'a', version: '1.0.0' }])
})

t.test('skips what is not for this machine and what is omitted', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('other-os', '1.0.0', { os: ['none-such'] }) } })
  registry.publish({ files: { 'package.json': pkg('dev', '1.0.0', { dependencies: { below: '1' } }) } })
  registry.publish({ files: { 'package.json': pkg('below', '1.0.0') } })
  const project = await makeProject(t, registry, {
    'package.json': { name: 'p', optionalDependencies: { 'other-os': '1' }, devDependencies: { dev: '1' } },
  })
  t.strictSame(
    (await project.plan('install')).packages.map(({ name, dev }) => [name, dev]),
    [
      ['below', true],
      ['dev', true],
    ],
  )
  t.strictSame((await project.plan('install', [], '--omit=dev')).packages, [])
  t.equal(registry.count({ kind: 'tarball' }), 0, 'planning fetches no tarball')
})

t.test("keeps npm's reasons when resolving fails", async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0', { peerDependencies: { c: '^1.0.0' } }) } })
  registry.publish({ files: { 'package.json': pkg('b', '1.0.0', { peerDependencies: { c: '^2.0.0' } }) } })
  for (const version of ['1.0.0', '2.0.0']) registry.publish({ files: { 'package.json': pkg('c', version) } })
  registry.publish({ files: { 'package.json': pkg('old', '1.0.0', { engines: { node: '^0.1.0' } }) } })
  registry.publish({ files: { 'package.json': pkg('mars', '1.0.0', { os: ['mars'] }) } })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const before = await snapshot(project.path)
  for (const [specs, flags, expected] of [
    [['nothing-here'], [], /E404/],
    [['a@7'], [], /ETARGET: No matching version found for a@7/],
    [
      ['a', 'b'],
      [],
      /^ERESOLVE: could not resolve\nWhile resolving: p@1\.0\.0\nFound: c@1\.0\.0\n.*Could not resolve dependency:\n.*Conflicting peer dependency: c@2\.0\.0/s,
    ],
    [
      ['old'],
      ['--engine-strict'],
      /EBADENGINE: Unsupported engine\nNot compatible with your version of node\/npm: old@1\.0\.0/,
    ],
    [['mars'], [], /EBADPLATFORM/],
    [['a@1.0.0'], ['--before=2010-01-01'], /ETARGET/],
    [['http://127.0.0.1:9/a.tgz'], ['--allow-remote=none'], /EALLOWREMOTE/],
    [['./not-here'], [], /^ENOENT: Could not read package\.json/],
    [['git+file:///not-here'], [], /^git\+file:\/\/\/not-here: [^]*not-here/],
    [['@@'], [], /EINVALIDTAGNAME|EINVALIDPACKAGENAME|Invalid/],
  ] as const) {
    const error = await failure(project.plan('install', specs, ...flags))
    t.equal(error.code, 'E_RESOLVE', specs.join(' '))
    t.match(error.message, expected)
    t.ok(error.hint, `${specs.join(' ')}: a next step`)
  }
  t.strictSame(await snapshot(project.path), before)
})

t.test('shows lockfile entries that are not what they seem', async t => {
  const registry = await startRegistry(t)
  const good = registry.publish({ files: { 'package.json': pkg('good', '1.0.0') } })
  const evil = registry.publish({ files: { 'package.json': pkg('evil', '1.0.0') } })
  const pinned = { version: '1.0.0', integrity: good.integrity }
  const location = 'node_modules/good'
  for (const [entry, kinds] of [
    [{ ...pinned, resolved: good.url }, []],
    [{ version: '1.0.0', resolved: evil.url }, ['resolved-name', 'no-integrity']],
    [{ ...pinned, resolved: good.url.replace('good-1.0.0', 'good-0.9.0') }, ['resolved-version']],
    [{ ...pinned, resolved: 'http://mirror.invalid/good/-/good-1.0.0.tgz' }, ['plain-http', 'resolved-host']],
    [{ ...pinned, resolved: 'https://registry.npmjs.org/good/-/good-1.0.0.tgz' }, []],
    [
      {
        ...pinned,
        resolved: 'git+ssh://git@host.invalid/x/good.git#0123456789012345678901234567890123456789',
      },
      ['resolved-protocol'],
    ],
    [{ ...pinned, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=', resolved: good.url }, ['weak-integrity']],
  ] as const) {
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', dependencies: { good: '1.0.0' } },
      'package-lock.json': lockOf({ [location]: entry }, { good: '1.0.0' }),
    })
    const argv = ['--allow-git=all']
    const plan = await project.plan('ci', [], ...argv)
    t.strictSame(
      plan.problems.map(({ kind }) => kind),
      kinds,
      entry.resolved,
    )
    t.ok(plan.problems.every(problem => problem.location === location))
    t.equal(plan.packages[0]?.registryManifest, undefined, 'the lockfile is not the registry')
  }
})

t.test('a git dependency is planned without running its prepare', async t => {
  const registry = await startRegistry(t)
  const repository = await mkdtemp(join(tmpdir(), 'safe-install-git-'))
  t.teardown(async () => rm(repository, { recursive: true }))
  const marker = join(repository, 'ran')
  const mark = `echo ran >> ${JSON.stringify(marker)}`
  const scripts = { prepare: mark, preinstall: mark, install: mark, postinstall: mark }
  await writeFile(
    join(repository, 'package.json'),
    pkg('from-git', '1.0.0', { scripts, dependencies: { inner: '1' }, bundleDependencies: ['inner'] }),
  )
  const git = async (...args: readonly string[]): Promise<unknown> =>
    run('git', ['-c', 'user.name=t', '-c', 'user.email=t@host.invalid', ...args], { cwd: repository })
  await git('init', '-q')
  await git('add', '.')
  await git('commit', '-qm', 'x')
  registry.publish({ files: { 'package.json': pkg('inner', '1.0.0') } })
  const url = `git+file://${repository}`
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const { plan } = await project.install('install', [url])
  t.match(
    plan.packages.find(({ name }) => name === 'from-git'),
    { source: 'git', typed: true },
  )
  await access(join(project.path, 'node_modules/from-git/package.json'))
  await t.rejects(access(marker), 'neither planning nor unpacking ran anything')
  registry.publish({
    files: { 'package.json': pkg('carrier', '1.0.0', { dependencies: { 'from-git': url } }) },
  })
  const other = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  t.match((await failure(other.plan('install', ['carrier']))).message, /EALLOWGIT/)
  await t.resolves(other.plan('install', ['carrier'], '--allow-git=all'))
})

t.test('a clean install refuses what npm ci refuses', async t => {
  const registry = await startRegistry(t)
  const a = registry.publish({ files: { 'package.json': pkg('a', '1.0.0') } })
  const entry = { version: '1.0.0', resolved: a.url, integrity: a.integrity }
  const bare = await makeProject(t, registry, { 'package.json': { name: 'p', dependencies: { a: '1' } } })
  t.equal((await failure(bare.plan('ci'))).code, 'E_USAGE', 'no lockfile')
  const stale = await makeProject(t, registry, {
    'package.json': { name: 'p', version: '1.0.0', dependencies: { a: '1', b: '1' } },
    'package-lock.json': lockOf({ 'node_modules/a': entry }, { a: '1' }),
  })
  registry.publish({ files: { 'package.json': pkg('b', '1.0.0') } })
  const error = await failure(stale.plan('ci'))
  t.equal(error.code, 'E_USAGE')
  t.match(error.message, /Missing: b@1\.0\.0 from lock file/)
})

t.test("reads an npm 12 project's lockfile and never changes it", async t => {
  const registry = await startRegistry(t)
  const a = registry.publish({ files: { 'package.json': pkg('a', '1.0.0') } })
  registry.publish({ files: { 'package.json': pkg('b', '1.0.0') } })
  const lock = lockOf(
    { 'node_modules/a': { version: '1.0.0', resolved: a.url, integrity: a.integrity } },
    { a: '1' },
  )
  for (const [name, text] of [
    ['.npm-extension.cjs', 'throw new Error("must not be loaded")'],
    ['.npm-extension.mjs', 'throw new Error("must not be loaded")'],
    ['package-lock.json', lock.replace('"lockfileVersion":3', '"lockfileVersion":4')],
  ] as const) {
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', dependencies: { a: '1' } },
      'package-lock.json': lock,
    })
    await project.write(name, text)
    const before = await project.read('package-lock.json')
    const result = await project.install('install')
    t.equal(result.added, 1, name)
    t.equal(await project.read('package-lock.json'), before)
    t.equal((await failure(project.plan('install', ['b']))).code, 'E_UNSUPPORTED', `${name}: adding`)
    await project.write(
      'package.json',
      JSON.stringify({ name: 'p', version: '1.0.0', dependencies: { a: '1', b: '1' } }),
    )
    t.equal((await failure(project.plan('install'))).code, 'E_UNSUPPORTED', `${name}: a stale lockfile`)
  }
})

t.test('workspaces: selected as npm selects them', async t => {
  const registry = await startRegistry(t)
  for (const name of ['a', 'b']) registry.publish({ files: { 'package.json': pkg(name, '1.0.0') } })
  const project = await makeProject(t, registry, {
    'package.json': { name: 'p', version: '1.0.0', workspaces: ['packages/*'] },
    'packages/one/package.json': { name: 'one', version: '1.0.0', dependencies: { a: '1' } },
    'packages/two/package.json': { name: 'two', version: '1.0.0', dependencies: { b: '1' } },
  })
  for (const [flags, names] of [
    [[], ['a', 'b']],
    [['-w', 'one'], ['a']],
    [['-w', 'packages/two'], ['b']],
    [
      ['-w', 'packages'],
      ['a', 'b'],
    ],
    [['--workspaces'], ['a', 'b']],
  ] as const) {
    const plan = await project.plan('install', [], ...flags)
    t.strictSame(
      plan.packages.map(({ name }) => name),
      names,
      flags.join(' '),
    )
    t.ok(plan.links.every(({ own }) => own))
  }
  t.equal((await failure(project.plan('install', [], '-w', 'three'))).code, 'E_USAGE')
})

t.test("npm's allow-list: exact versions, names, and false above all", async t => {
  const registry = await startRegistry(t)
  const files = { 'package.json': pkg('a', '1.0.0', { scripts: { install: 'true' } }) }
  const a = registry.publish({ files })
  registry.publish({ files: { 'package.json': pkg('fake', '1.0.0', { scripts: { install: 'true' } }) } })
  for (const [allowScripts, expected] of [
    [undefined, 'unreviewed'],
    [{ a: true }, 'allowed'],
    [{ 'a@1.0.0': true }, 'allowed'],
    [{ 'a@0.9.0 || 1.0.0': true }, 'allowed'],
    [{ 'a@2.0.0': true }, 'unreviewed'],
    [{ 'a@^1.0.0': true }, 'unreviewed'],
    [{ 'a@latest': true }, 'unreviewed'],
    [{ '*': true }, 'unreviewed'],
    [{ a: true, 'a@1.0.0': false }, 'denied'],
    [{ a: false, 'a@1.0.0': true }, 'denied'],
    [{ a: 'yes' }, 'unreviewed'],
    [['a'], 'unreviewed'],
    ['a', 'unreviewed'],
  ] as const) {
    const project = await makeProject(t, registry, { 'package.json': { name: 'p', allowScripts } })
    const plan = await project.plan('install', ['a'])
    t.equal(plan.reviews.get('node_modules/a'), expected, JSON.stringify(allowScripts))
  }
  const project = await makeProject(t, registry, { 'package.json': { name: 'p' } })
  t.equal((await failure(project.plan('install', ['a'], '--allow-scripts=a'))).code, 'E_USAGE')
  const alias = await makeProject(t, registry, { 'package.json': { name: 'p', allowScripts: { a: true } } })
  const plan = await alias.plan('install', ['a@npm:fake@1.0.0'])
  t.equal(plan.reviews.get('node_modules/a'), 'unreviewed', 'the alias is not the package')
  const poisoned = await makeProject(t, registry, {
    'package.json': {
      name: 'p',
      version: '1.0.0',
      dependencies: { a: '1' },
      allowScripts: { 'a@1.0.0': true },
    },
    'package-lock.json': lockOf(
      {
        'node_modules/a': {
          version: '1.0.0',
          resolved: 'https://mirror.invalid/a/-/a-1.0.0.tgz',
          integrity: a.integrity,
        },
      },
      { a: '1' },
    ),
  })
  t.equal(
    (await poisoned.plan('ci')).reviews.get('node_modules/a'),
    'unreviewed',
    'another host is another package',
  )
})

t.test('the address npm would fetch, as Arborist rewrites it', async t => {
  for (const [resolved, registry, host, expected] of [
    [
      'https://registry.npmjs.org/a/-/a-1.tgz',
      'http://127.0.0.1:1/',
      'registry.npmjs.org',
      'http://127.0.0.1:1/a/-/a-1.tgz',
    ],
    [
      'https://registry.npmjs.org/a/-/a-1.tgz',
      'http://h.test/x/',
      'registry.npmjs.org',
      'http://h.test/x/a/-/a-1.tgz',
    ],
    [
      'https://other.test/a/-/a-1.tgz',
      'http://h.test/',
      'registry.npmjs.org',
      'https://other.test/a/-/a-1.tgz',
    ],
    ['https://other.test/a/-/a-1.tgz', 'http://h.test/', 'always', 'http://h.test/a/-/a-1.tgz'],
    [
      'https://registry.npmjs.org/a/-/a-1.tgz',
      'http://h.test/',
      'never',
      'https://registry.npmjs.org/a/-/a-1.tgz',
    ],
    [
      'https://m.test/old/a/-/a-1.tgz',
      'http://h.test/new/',
      'https://m.test/old',
      'http://h.test/new/a/-/a-1.tgz',
    ],
    ['file:a.tgz', 'http://h.test/', 'registry.npmjs.org', 'file:a.tgz'],
  ] as const) {
    t.equal(registryResolved(resolved, registry, host), expected, `${resolved} ${registry} ${host}`)
  }
})

t.test('a hostile tree is planned or refused, never a crash', async t => {
  const registry = await startRegistry(t)
  registry.publish({
    files: {
      'package.json':
        '{"name":"odd","version":"1.0.0","scripts":{"__proto__":"x","install":7},"dependencies":{"__proto__":"1"}}',
    },
  })
  registry.publish({ files: { 'package.json': pkg('self', '1.0.0', { dependencies: { self: '1.0.0' } }) } })
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`missing-${index}`, '1']))
  registry.publish({ files: { 'package.json': pkg('greedy', '1.0.0', { optionalDependencies: many }) } })
  for (const name of ['odd', 'self', 'greedy']) {
    const project = await makeProject(t, registry, { 'package.json': { name: 'p' } })
    const outcome = await project.plan('install', [name]).then(
      plan => plan.packages.map(found => found.name),
      (error: unknown) => (error instanceof SafeInstallError ? error.code : 'crash'),
    )
    t.not(outcome, 'crash', name)
  }
  for (const text of [
    '',
    '[]',
    '{',
    '{"packages":{"node_modules/../../x":{"version":"1.0.0"}},"lockfileVersion":3}',
    '{"lockfileVersion":3,"packages":{"__proto__":{"version":"1.0.0"}}}',
  ]) {
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p' },
      'package-lock.json': text,
    })
    const outside = await snapshot(join(project.path, '..', 'home'))
    const outcome = await project.plan('install').then(
      () => 'plan',
      (error: unknown) => (error instanceof SafeInstallError ? error.code : 'crash'),
    )
    t.not(outcome, 'crash', text)
    t.strictSame(await snapshot(join(project.path, '..', 'home')), outside)
  }
})

t.test('the gate that shuts plain npm out lets this program in', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: { 'package.json': pkg('a', '1.0.0') } })
  for (const [npm, expected] of [
    ['use safe-install', 'planned'],
    ['>=999', 'E_RESOLVE'],
    ['>=1', 'planned'],
  ] as const) {
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', engines: { npm } },
      '../no-npm/package.json': { name: 'npm', version: '11.0.0' },
    })
    const outcome = await project.plan('install', ['a'], '--engine-strict').then(
      () => 'planned',
      (error: unknown) => (error instanceof SafeInstallError ? error.code : String(error)),
    )
    t.equal(outcome, expected, npm)
  }
})
