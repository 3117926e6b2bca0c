import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { runCli, runNpm } from '../helpers/cli.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'

const exec = promisify(execFile)
const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

/** Writes down how it was started: event, folder, and what npm puts into the environment. */
const dump = `
const fs = require('node:fs')
const names = Object.keys(process.env).filter(name => /^(npm_|NODE$|INIT_CWD$|PATH$|COLOR$)/.test(name))
const env = Object.fromEntries(names.toSorted().map(name => [name, process.env[name]]))
fs.appendFileSync(process.env.INIT_CWD + '/dump.jsonl', JSON.stringify({ cwd: process.cwd(), env }) + '\\n')
`

const hooks = (events: readonly string[], file: string): Readonly<Record<string, string>> =>
  Object.fromEntries(events.map(event => [event, `node ${file}`]))

type Started = { readonly cwd: string; readonly env: Readonly<Record<string, string>> }

/** Where the program itself and its node-gyp stand, and one setting that npm exports empty. */
const ofTheProgram =
  /^npm_(execpath|config_npm_version|config_user_agent|command|config_node_gyp|config_allow_scripts)$/

t.test('scripts are run as npm runs them: order, folder, environment and PATH', async t => {
  const registry = await startRegistry(t)
  const events = ['preinstall', 'install', 'postinstall']
  registry.publish({
    files: { 'package.json': pkg('dep', '1.0.0', { scripts: hooks(events, 'dump.js') }), 'dump.js': dump },
  })
  const allowScripts = { 'dep@1.0.0': true }
  const root = { name: 'p', version: '1.0.0', workspaces: ['w'], dependencies: { dep: '1' }, allowScripts }
  const all = [...events, 'prepare', 'prepublish', 'preprepare', 'postprepare', 'dependencies']
  const started = async (run: typeof runNpm, args: readonly string[]): Promise<readonly Started[]> => {
    const project = await makeProject(t, registry, {
      'package.json': { ...root, scripts: hooks(all, 'dump.js') },
      'dump.js': dump,
      'w/package.json': pkg('w', '1.0.0', { scripts: hooks([...events, 'prepare'], '../dump.js') }),
    })
    const { code, stdout, stderr } = await run(project, args)
    t.equal(code, 0, stdout + stderr)
    const text = (await project.read('dump.jsonl')).replaceAll(dirname(project.path), '')
    return text
      .replaceAll(/[^:"]*\/run-script\/lib\/node-gyp-bin/g, 'node-gyp-bin')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Started)
  }
  const theirs = await started(runNpm, ['install'])
  const ours = await started(runCli, [])
  const order = (all: readonly Started[]): readonly string[] =>
    all.map(({ cwd, env }) => `${cwd} ${env['npm_lifecycle_event'] ?? ''}`)
  t.strictSame(order(ours), order(theirs))
  for (const [index, { env }] of ours.entries()) {
    const expected = theirs[index]?.env ?? {}
    const names = [...new Set([...Object.keys(env), ...Object.keys(expected)])]
    const differing = names.filter(name => !ofTheProgram.test(name) && env[name] !== expected[name])
    t.strictSame(
      differing.map(name => [name, env[name], expected[name]]),
      [],
      env['npm_lifecycle_event'] ?? '',
    )
  }
})

t.test('what scripts print is shown with foreground-scripts only, as with npm', async t => {
  const registry = await startRegistry(t)
  const files = { 'package.json': pkg('talks', '1.0.0', { scripts: { postinstall: 'echo hello from it' } }) }
  registry.publish({ files })
  for (const [flags, shown] of [
    [[], false],
    [['--foreground-scripts'], true],
  ] as const) {
    for (const [run, first] of [
      [runNpm, ['install']],
      [runCli, []],
    ] as const) {
      const project = await makeProject(t, registry, {
        'package.json': { name: 'p', version: '1.0.0', allowScripts: { talks: true } },
      })
      const { code, stdout, stderr } = await run(project, [...first, 'talks', ...flags])
      t.equal(code, 0, stderr)
      t.equal(/^hello from it$/m.test(stdout + stderr), shown, `${first.join('')} ${flags.join('')}`)
    }
  }
})

t.test('an approved package with a binding.gyp and no script is built with node-gyp, as by npm', async t => {
  const registry = await startRegistry(t)
  const code = "require('node:fs').writeFileSync('built', process.argv.slice(2).join(' '))\n"
  registry.publish({
    files: {
      'package.json': pkg('node-gyp', '99.0.0', { bin: 'g.js' }),
      'g.js': `#!/usr/bin/env node\n${code}`,
    },
    executable: ['g.js'],
  })
  registry.publish({
    files: {
      'package.json': pkg('addon', '1.0.0'),
      'binding.gyp': '{"targets":[{"target_name":"addon","sources":["a.cc"]}]}',
      'a.cc': '#include <node_api.h>\n',
    },
  })
  for (const [run, first] of [
    [runNpm, ['install']],
    [runCli, ['--yes']],
  ] as const) {
    const project = await makeProject(t, registry, {
      'package.json': { name: 'p', version: '1.0.0', allowScripts: { addon: true } },
    })
    const { code, stdout, stderr } = await run(project, [...first, 'addon', 'node-gyp'])
    t.equal(code, 0, stdout + stderr)
    t.equal(await project.read('node_modules/addon/built'), 'rebuild', first.join(''))
  }
})

const audited = { npm_config_audit: 'true', npm_config_fund: 'true' }

/** What npm prints about an install, without its timing. */
const npmLines = (stdout: string): readonly string[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => line.replace(/ in \d+\w+$/, ''))

t.test('the audit and fund lines are npm’s', async t => {
  const advisory = (severity: string, range: string) => ({
    id: severity.length,
    url: 'https://advisories.example/1',
    title: 'inert',
    severity,
    vulnerable_versions: range,
  })
  const answers: readonly (readonly [string, object])[] = [
    ['none', {}],
    ['one', { low: [advisory('high', '<2')] }],
    ['several', { low: [advisory('moderate', '<2')], other: [advisory('critical', '*')] }],
  ]
  for (const [name, answer] of answers) {
    const registry = await startRegistry(t)
    const funding = { url: 'https://fund.example/' }
    for (const version of ['1.0.0', '2.0.0']) {
      registry.publish({ files: { 'package.json': pkg('low', version, { funding }) } })
    }
    registry.publish({ files: { 'package.json': pkg('other', '1.0.0', { funding: [funding, 'ftp://x'] }) } })
    registry.serve(
      '/-/npm/v1/security/advisories/bulk',
      Buffer.from(JSON.stringify(answer)),
      'application/json',
    )
    const run = async (start: typeof runNpm, args: readonly string[]): Promise<readonly string[]> => {
      const project = await makeProject(t, registry, {
        'package.json': { name: 'p', version: '1.0.0', dependencies: { low: '^1.0.0', other: '1' } },
      })
      const { code, stdout, stderr } = await start(project, args, { env: audited })
      t.equal(code, 0, stderr)
      return npmLines(stdout)
    }
    const ours = await run(runCli, [])
    const summary = ours.findIndex(line => line.startsWith('safe-install read'))
    t.strictSame(ours.slice(0, summary), await run(runNpm, ['install']), name)
  }
})

const everything = (project: Project): Promise<readonly string[]> => snapshot(project.path)

const publishHooked = (registry: Registry): void => {
  registry.publish({
    files: { 'package.json': pkg('hooked', '1.0.0', { scripts: { install: 'echo hello' } }) },
  })
}

t.test('strict-allow-scripts refuses what would be skipped, and accepts every decision', async t => {
  const registry = await startRegistry(t)
  publishHooked(registry)
  for (const [allowScripts, code] of [
    [undefined, 10],
    [{ 'hooked@1.0.0': true }, 0],
    [{ hooked: false }, 0],
  ] as const) {
    const manifest = { name: 'p', version: '1.0.0', ...(allowScripts ? { allowScripts } : {}) }
    const project = await makeProject(t, registry, { 'package.json': manifest })
    const before = await everything(project)
    const result = await runCli(project, ['hooked', '--strict-allow-scripts'])
    t.equal(result.code, code, result.stdout + result.stderr)
    if (code === 0) continue
    t.match(result.stderr, /install: echo hello/)
    t.strictSame(await everything(project), before)
  }
})

t.test('a git package that would have to be built says that it was not', async t => {
  const registry = await startRegistry(t)
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const work = join(dirname(project.path), 'work')
  await mkdir(work)
  await writeFile(
    join(work, 'package.json'),
    pkg('unbuilt', '1.0.0', { scripts: { prepare: 'touch built' } }),
  )
  for (const args of ['init -q -b main', 'add .', 'commit -q -m first']) {
    const user = ['-c', 'user.name=t', '-c', 'user.email=t@example.test']
    await exec('git', [...user, ...args.split(' ')], { cwd: work })
  }
  const { code, stdout, stderr } = await runCli(project, [`git+${pathToFileURL(work).href}`])
  t.equal(code, 0, stdout + stderr)
  t.match(stdout.replaceAll(/\s+/g, ' '), /unbuilt@1\.0\.0 was not built: its prepare script never runs here/)
  t.notMatch(stdout, /To approve/)
})
