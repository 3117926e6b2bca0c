import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import { runCli, runHere, runNpm, runOnTerminal } from '../helpers/cli.ts'
import { noTerminal } from '../helpers/machine.ts'
import { stealer } from '../helpers/made-packages.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'

/** Asks, and does not block: its address is bare, its bytes are harmless. */
const questionable = {
  'package.json': JSON.stringify({ name: 'questionable', version: '1.0.0', bin: { git: 'run.js' } }),
  'run.js': '// inert\n',
}

function publishOrdinary(registry: Registry): void {
  registry.publish({
    files: {
      'package.json': JSON.stringify({
        name: 'plain',
        version: '1.2.3',
        dependencies: { 'plain-dep': '^2.0.0' },
      }),
      'index.js': "module.exports = require('plain-dep')\n",
    },
  })
  registry.publish({
    files: {
      'package.json': JSON.stringify({ name: 'plain-dep', version: '2.0.1', bin: { 'plain-dep': 'cli.js' } }),
      'index.js': 'module.exports = 1\n',
      'cli.js': '#!/usr/bin/env node\nconsole.log(1)\n',
    },
  })
}

function publishHooked(registry: Registry, marker: string): void {
  registry.publish({
    files: {
      'package.json': JSON.stringify({
        name: 'hooked',
        version: '1.0.0',
        scripts: { postinstall: 'node build.js' },
      }),
      'build.js': `require('node:fs').appendFileSync(${JSON.stringify(marker)}, 'ran\\n')\n`,
    },
  })
}

/** The project and its node_modules, without caches that npm keeps there. */
function everything(project: Project): Promise<readonly string[]> {
  return snapshot(project.path)
}

t.test('an ordinary install asks nothing and leaves what npm leaves', async t => {
  const registry = await startRegistry(t)
  publishOrdinary(registry)
  const ours = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  const result = await runCli(ours, ['plain'])
  t.equal(result.code, 0, result.stderr)
  t.match(result.stdout, /added 2 packages/)
  t.match(result.stdout, /read 2 packages/)
  const theirs = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  t.equal((await runNpm(theirs, ['install', 'plain', '--ignore-scripts'])).code, 0)
  t.strictSame(await everything(ours), await everything(theirs))
})

t.test('a blocked install leaves everything byte for byte as it was', async t => {
  const registry = await startRegistry(t)
  publishOrdinary(registry)
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  t.equal((await runCli(project, ['plain'])).code, 0)
  const before = await everything(project)
  const result = await runCli(project, ['stealer'])
  t.equal(result.code, 10)
  t.match(result.stdout, /secret-exfiltration/)
  t.match(result.stdout, /setup\.js:4/)
  t.match(result.stdout, /collect\.invalid/)
  t.equal((await runHere(project, ['stealer', '--prefix', 'new/er'])).code, 10)
  t.notOk(existsSync(join(project.path, 'new')), 'nor is a folder left that was not there')
  t.strictSame(await everything(project), before)
})

t.test('an unapproved script is skipped and listed, an approved one runs once', async t => {
  const registry = await startRegistry(t)
  const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  const marker = join(project.home, 'marker')
  publishHooked(registry, marker)
  const skipped = await runCli(project, ['hooked'])
  t.equal(skipped.code, 0, skipped.stderr)
  t.notOk(existsSync(marker))
  t.match(skipped.stdout, /node build\.js/)
  const approving = await makeProject(t, registry, {
    'package.json': { name: 'app', version: '1.0.0', allowScripts: { 'hooked@1.0.0': true } },
  })
  const approvedMarker = join(approving.home, 'marker')
  publishHooked(registry, approvedMarker)
  const approved = await runCli(approving, ['hooked'])
  t.equal(approved.code, 0, approved.stderr)
  t.equal(await approving.read('../home/marker'), 'ran\n')
})

t.test('without a terminal a question is never asked', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: questionable })
  const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  const before = await everything(project)
  const result = await runHere(project, ['questionable'])
  t.equal(result.code, 10, result.stdout + result.stderr)
  t.strictSame(await everything(project), before)
  const yes = await runHere(project, ['questionable', '--yes'])
  t.equal(yes.code, 0, yes.stdout + yes.stderr)
})

t.test('on a terminal the default answer is No', { skip: noTerminal() }, async t => {
  const registry = await startRegistry(t)
  registry.publish({ files: questionable })
  for (const [answer, code] of [
    ['\n', 10],
    ['n\n', 10],
    ['y\n', 0],
  ] as const) {
    const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
    const result = await runOnTerminal(project, ['questionable'], { prompt: /all the same/, answer })
    t.equal(result.code, code, JSON.stringify(answer) + result.stdout)
    t.equal(existsSync(join(project.path, 'node_modules', 'questionable')), code === 0)
  }
})

t.test('--json prints one object for installs, stops and errors', async t => {
  const registry = await startRegistry(t)
  publishOrdinary(registry)
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  const clean = await runCli(project, ['plain', '--json'])
  const report = JSON.parse(clean.stdout) as {
    decision: string
    packages: { name: string; verdict: string }[]
  }
  t.equal(report.decision, 'proceed')
  t.strictSame(
    report.packages.map(({ name, verdict }) => [name, verdict]),
    [
      ['plain', 'allow'],
      ['plain-dep', 'allow'],
    ],
  )
  const stopped = await runCli(project, ['stealer', '--json'])
  t.equal(stopped.code, 10)
  t.equal((JSON.parse(stopped.stdout) as { decision: string }).decision, 'stop')
  const missing = await runCli(project, ['no-such-package', '--json'])
  t.equal(missing.code, 1)
  t.equal((JSON.parse(missing.stdout) as { error: { code: string } }).error.code, 'E_RESOLVE')
  const usage = await runCli(project, ['--no-such-flag', '--json'])
  t.equal(usage.code, 2)
  t.equal((JSON.parse(usage.stdout) as { error: { code: string } }).error.code, 'E_USAGE')
})

t.test('what cannot be read stops the install, and says so', async t => {
  const registry = await startRegistry(t)
  registry.publish({ name: 'cut', version: '1.0.0', tarball: Buffer.from('1f8b0800000000000003', 'hex') })
  const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  const before = await everything(project)
  const result = await runCli(project, ['cut'])
  t.equal(result.code, 11, result.stdout + result.stderr)
  t.match(result.stdout, /cut@1\.0\.0/)
  t.strictSame(await everything(project), before)
})

t.test(
  '--inspect reports on specs, tarballs and folders, in order, and one bad one hides nothing',
  async t => {
    const registry = await startRegistry(t)
    publishOrdinary(registry)
    const { tarball } = registry.publish({ files: stealer('1.0.0') })
    const project = await makeProject(t, registry, {
      'package.json': { name: 'app', version: '1.0.0' },
      'folder/package.json': { name: 'in-folder', version: '3.0.0' },
      'folder/index.js': 'module.exports = 1\n',
    })
    await writeFile(join(project.path, 'stealer.tgz'), tarball)
    const before = await everything(project)
    const specs = ['plain@1', './stealer.tgz', 'no-such-package', './folder']
    const result = await runHere(project, ['--inspect', ...specs, '--json'])
    t.equal(result.code, 10, result.stderr)
    const report = JSON.parse(result.stdout) as {
      packages: { spec: string; name: string; verdict: string; gaps: unknown[] }[]
    }
    t.strictSame(
      report.packages.map(({ spec, name, verdict, gaps }) => [spec, name, verdict, gaps.length]),
      [
        ['plain@1', 'plain', 'allow', 0],
        ['./stealer.tgz', 'stealer', 'block', 0],
        ['no-such-package', 'no-such-package', 'ask', 1],
        ['./folder', 'in-folder', 'allow', 0],
      ],
    )
    t.strictSame(await everything(project), before, 'nothing is written')
    const verbose = await runHere(project, ['--inspect', './stealer.tgz', '--verbose'])
    t.match(verbose.stdout, /~\/\.npmrc|homedir/)
  },
)

t.test('the same bytes are inspected once, and --fresh reads them again', async t => {
  const registry = await startRegistry(t)
  publishOrdinary(registry)
  const first = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
  type Counted = { summary: { fromCache: number; inspected: number } }
  const count = async (args: readonly string[]): Promise<readonly number[]> => {
    const { summary } = JSON.parse(
      (await runHere(first, ['--inspect', 'plain', ...args, '--json'])).stdout,
    ) as Counted
    return [summary.inspected, summary.fromCache]
  }
  t.strictSame(await count([]), [1, 0])
  t.strictSame(await count([]), [1, 1])
  t.strictSame(await count(['--fresh']), [1, 0])
})

t.test('an interruption before the decision leaves nothing behind', async t => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const registry = await startRegistry(t)
    publishOrdinary(registry)
    registry.lie('plain', { at: 'tarball' }, { kind: 'hang' })
    const project = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
    const before = await everything(project)
    const result = await runCli(project, ['plain'], {
      onStart: kill => {
        const timer = setInterval(() => {
          if (registry.count({ kind: 'tarball' }) === 0) return
          clearInterval(timer)
          kill(signal)
        }, 20)
      },
    })
    t.equal(result.code, code, result.stderr)
    t.strictSame(await everything(project), before)
  }
})

t.test(
  'a mistyped name is corrected before anything is fetched, and asked about once',
  { skip: noTerminal() },
  async t => {
    const registry = await startRegistry(t)
    for (const name of ['express', 'expresss']) {
      registry.publish({
        files: { 'package.json': JSON.stringify({ name, version: '4.0.0' }), 'index.js': '' },
      })
    }
    const corrected = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
    const yes = await runOnTerminal(corrected, ['expresss'], { prompt: /\(y\/N\)/, answer: 'y\n' })
    t.equal(yes.code, 0, yes.stdout)
    t.match(yes.stdout, /Did you mean express\? expresss is not among the\s+best-known packages/)
    t.match(JSON.parse(await corrected.read('package.json')), { dependencies: { express: '^4.0.0' } })
    t.equal(registry.count({ name: 'expresss' }), 0)
    const insisting = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
    const no = await runOnTerminal(insisting, ['expresss'], { prompt: /\(y\/N\)/, answer: 'n\n' })
    t.equal(no.code, 0, no.stdout)
    t.match(JSON.parse(await insisting.read('package.json')), { dependencies: { expresss: '^4.0.0' } })
    const unattended = await makeProject(t, registry, { 'package.json': { name: 'app', version: '1.0.0' } })
    const stopped = await runHere(unattended, ['expresss'])
    t.equal(stopped.code, 10, stopped.stdout)
    t.match(stopped.stdout, /Did you mean express/)
  },
)

t.test('a tree with more files than may be open at once is installed whole', async t => {
  const registry = await startRegistry(t)
  const names = Array.from({ length: 60 }, (_, at) => `part-${at}`)
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, at) => [`lib/${at}.js`, `module.exports = ${at}\n`]),
  )
  for (const name of names)
    registry.publish({ files: { 'package.json': JSON.stringify({ name, version: '1.0.0' }), ...files } })
  const dependencies = Object.fromEntries(names.map(name => [name, '1.0.0']))
  const project = await makeProject(t, registry, {
    'package.json': { name: 'app', version: '1.0.0', dependencies },
    'few-files': `#!/bin/sh\nulimit -n 100\nexec ${JSON.stringify(process.execPath)} "$@"\n`,
  })
  const node = join(project.path, 'few-files')
  await chmod(node, 0o755)
  const { code, stdout, stderr } = await runCli(project, [], { node })
  t.equal(code, 0, stdout + stderr)
  t.equal(await project.read('node_modules/part-59/lib/7.js'), 'module.exports = 7\n')
})
