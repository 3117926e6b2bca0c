import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import type { Test } from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import { locateNpm } from '../../../lib/plan/locate-npm.ts'
import { loadNpmConfig } from '../../../lib/plan/npm-config.ts'
import type { NpmConfig } from '../../../lib/plan/npm-config.ts'

type Files = {
  readonly project?: string
  readonly user?: string
  readonly builtin?: string
  readonly evil?: string
}

const load = async (
  t: Test,
  argv: readonly string[],
  files: Files = {},
  env: Readonly<Record<string, string>> = {},
): Promise<NpmConfig> => {
  const root = t.testdir({
    project: {
      'package.json': '{"name":"p"}',
      '.npmrc': files.project ?? '',
      'evil-npmrc': files.evil ?? '',
      sub: {},
    },
    home: { '.npmrc': files.user ?? '' },
    prefix: { etc: { npmrc: '' } },
    npm: { 'package.json': '{"name":"npm","version":"11.19.1"}', npmrc: files.builtin ?? '' },
  })
  return loadNpmConfig({
    argv,
    env: { HOME: join(root, 'home'), PREFIX: join(root, 'prefix'), ...env },
    cwd: join(root, 'project', 'sub'),
    execPath: process.execPath,
    platform: 'linux',
    nodeVersion: process.version,
    npmPath: join(root, 'npm'),
  })
}

const refusal = async (work: Promise<unknown>): Promise<{ code: string; hint: string | undefined }> =>
  work.then(
    () => ({ code: 'none', hint: undefined }),
    (error: unknown) => {
      if (!(error instanceof SafeInstallError)) throw error
      return { code: error.code, hint: error.hint }
    },
  )

t.test('reads flags, specs, layers and the folder as npm does', async t => {
  const config = await load(t, ['-D', 'a@1', '--registry=http://127.0.0.1:1/x', 'b', '--omit', 'peer'], {
    user: 'save-exact=true\n@s:registry=http://127.0.0.1:2/\n//127.0.0.1:2/:_authToken=fake',
    builtin: 'fund=false',
  })
  t.strictSame(config.specs, ['a@1', 'b'])
  t.match(config.flat, {
    saveType: 'dev',
    registry: 'http://127.0.0.1:1/x',
    '@s:registry': 'http://127.0.0.1:2/',
    '//127.0.0.1:2/:_authToken': 'fake',
    npmVersion: '11.19.1',
    ignoreScripts: true,
  })
  t.strictSame(config.flat['omit'], ['peer'])
  t.match(config.allow, { allowGit: 'root', allowRemote: 'root', allowFile: 'all', allowDirectory: 'all' })
  for (const [key, layer] of [
    ['save-dev', 'cli'],
    ['save-exact', 'user'],
    ['fund', 'builtin'],
    ['yes', 'default'],
  ] as const) {
    t.equal(config.find(key), layer, key)
  }
  t.ok(config.path.endsWith('/project'), 'found from a folder below')
  t.equal(config.env['npm_config_save_exact'], 'true')
  t.equal(config.env['INIT_CWD'], config.cwd)
})

t.test('installs with -g where npm would', async t => {
  const config = await load(t, ['-g', 'a'], { project: 'registry=http://127.0.0.1:9/' })
  t.ok(config.path.endsWith('/prefix/lib'))
  t.equal(config.global, true)
  t.equal(config.find('registry'), 'default', "the project's settings do not count")
  t.equal(config.flat['audit'], false)
})

t.test('refuses every flag npm does not have under that name', async t => {
  for (const [flag, hint] of [
    ['--ci', '--cidr'],
    ['--update', '--update-notifier'],
    ['--save-de', '--save-dev'],
    ['--sav-dev', '--save-dev'],
    ['--registri=http://127.0.0.1/', '--registry'],
    ['--no-cache', undefined],
    ['--xyzzy', undefined],
    ['--loglevel=loud', undefined],
    ['--x:registri=1', undefined],
  ] as const) {
    const { code, hint: got } = await refusal(load(t, [flag, 'a']))
    t.equal(code, 'E_USAGE', flag)
    if (hint === undefined) t.notMatch(got, /--cidr/, `${flag} hint`)
    else t.match(got, hint, `${flag} hint`)
  }
  for (const argv of [
    ['--@s:registry=http://127.0.0.1/'],
    ['--//h.test/:_authToken=x'],
    ['-D'],
    ['--no-save'],
    ['--ws'],
  ]) {
    t.equal((await refusal(load(t, [...argv, 'a']))).code, 'none', argv.join(' '))
  }
})

t.test('what npm itself refuses is a clear error', async t => {
  const both = load(t, ['--save-dev', '--save-peer'])
  t.equal((await refusal(both)).code, 'E_CONFIG')
})

t.test('a project cannot choose what runs, answer for the user or loosen', async t => {
  for (const [line, key, why] of [
    ['git=./evil', 'git', 'runs-code'],
    ['node-gyp=./evil', 'node-gyp', 'runs-code'],
    ['node-options=--require=./evil.js', 'node-options', 'runs-code'],
    ['script-shell=./evil', 'script-shell', 'runs-code'],
    ['yes=true', 'yes', 'answers-for-user'],
    ['dangerously-allow-all-scripts=true', 'dangerously-allow-all-scripts', 'answers-for-user'],
    ['global=true', 'global', 'moves-install'],
    ['location=global', 'location', 'moves-install'],
    ['userconfig=./evil-npmrc', 'userconfig', 'moves-install'],
    ['globalconfig=./evil-npmrc', 'globalconfig', 'moves-install'],
    ['ignore-scripts=false', 'ignore-scripts', 'loosens'],
    ['strict-allow-scripts=false', 'strict-allow-scripts', 'loosens'],
    ['strict-ssl=false', 'strict-ssl', 'loosens'],
    ['allow-git=all', 'allow-git', 'loosens'],
    ['min-release-age=0', 'min-release-age', 'loosens'],
  ] as const) {
    const config = await load(t, [], {
      project: line,
      user: 'ignore-scripts=true\nstrict-allow-scripts=true\nallow-git=none\nmin-release-age=7\n',
      evil: 'script-shell=/evil\nignore-scripts=false',
    })
    t.match(config.ignored, [{ key, why }], line)
    t.not(config.find(key), 'project', line)
    t.equal(config.ignoreScripts, true, `${line}: the user's ignore-scripts stands`)
    t.equal(config.scriptShell, undefined, `${line}: no shell of the project`)
    t.equal(config.flat['dangerouslyAllowAllScripts'], false)
    t.notOk(config.env['NODE_OPTIONS'], 'scripts do not get the option either')
  }
})

t.test('a project can tighten', async t => {
  const config = await load(t, [], {
    project:
      'ignore-scripts=true\nallow-git=none\nmin-release-age=9\nregistry=http://127.0.0.1:3/\nyes=false',
    user: 'allow-git=root\nmin-release-age=7',
  })
  t.strictSame(config.ignored, [])
  t.equal(config.ignoreScripts, true)
  t.equal(config.allow.allowGit, 'none')
  t.equal(config.get('min-release-age'), 9)
  t.equal(config.flat['registry'], 'http://127.0.0.1:3/')
})

t.test('does not change the environment it is given', async t => {
  const env = Object.freeze({ npm_config_tag: 'next' })
  const config = await load(t, ['--save-exact'], {}, env)
  t.strictSame(env, { npm_config_tag: 'next' })
  t.equal(config.find('tag'), 'env')
})

t.test('finds the npm of the user, not a shim and not one the current folder names', async t => {
  const root = t.testdir({
    npm: { bin: { 'npm-cli.js': '' }, 'package.json': '{"name":"npm"}' },
    bin: {},
    shims: { npm: '#!/bin/sh\n' },
    node: { bin: {} },
  })
  await mkdir(join(root, 'real'))
  await symlink(join(root, 'npm', 'bin', 'npm-cli.js'), join(root, 'bin', 'npm'))
  await writeFile(join(root, 'real', 'npm'), '')
  const execPath = join(root, 'node', 'bin', 'node')
  const find = async (path: string): Promise<string | undefined> =>
    locateNpm({ env: { PATH: path }, execPath })
  t.equal(await find(`${root}/shims:${root}/bin`), join(root, 'npm'))
  t.equal(await find(`./bin:bin:${root}/shims`), undefined)
  t.equal(await find(''), undefined)
})
