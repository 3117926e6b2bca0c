import { existsSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { runHere, runOnTerminal } from '../helpers/cli.ts'
import { noTerminal } from '../helpers/machine.ts'
import { app, stealer } from '../helpers/made-packages.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'

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
      'cache=./cache',
      'call=touch called',
      '@evil:registry=http://127.0.0.1:9/',
      '',
    ].join('\n'),
  )
  await project.write('evil.sh', '#!/bin/sh\n')
  const before = await snapshot(project.path)
  const result = await runHere(project, [])
  t.equal(result.code, 10, result.stdout + result.stderr)
  t.match(result.stdout, /secret-exfiltration/)
  t.match(result.stderr, /ignored script-shell=/)
  t.match(result.stderr, /ignored yes=true/)
  t.match(result.stderr, /ignored cache=/)
  t.match(result.stderr, /ignored dangerously-allow-all-scripts=true/)
  t.match(result.stderr, /@evil:registry=http/)
  t.match(result.stderr, /have\s+not\s+trusted/)
  t.strictSame(await snapshot(project.path), before)
  const digest = createHash('sha256')
    .update(readFileSync(join(project.path, 'safe-install.json')))
    .digest('hex')
  const wrong = await runHere(project, ['--trust-policy', digest.replace(/^./, c => (c === '0' ? '1' : '0'))])
  t.equal(wrong.code, 10, 'another digest trusts nothing')
  t.equal((await runHere(project, ['--trust'])).code, 10, 'nobody could be asked')
  t.strictSame(await snapshot(project.path), before)
  t.equal(
    (await runHere(project, ['--trust-policy', digest])).code,
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
  t.equal((await runHere(project, ['stealer'])).code, 10)
  t.equal((await runHere(project, ['--trust', '--yes'])).code, 0)
  t.equal((await runHere(project, ['stealer'])).code, 0)
  await project.write('safe-install.json', '{"actions":{"rules":{"secret-exfiltration":"off"}}}')
  t.equal((await runHere(project, ['--check'])).code, 10)
  t.end()
})

t.test('--accept lifts a block for exactly these bytes, and until its day', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, { 'package.json': app })
  const accept = ['--accept', 'stealer@1.0.0', '--rule', 'secret-exfiltration', '--reason', 'read it']
  t.equal((await runHere(project, ['stealer'])).code, 10)
  const refused = await runHere(project, [
    '--accept',
    'stealer@1.0.0',
    '--rule',
    'known-malware',
    '--reason',
    'x',
  ])
  t.equal(refused.code, 2)
  const accepted = await runHere(project, [...accept, '--until', '30d'])
  t.equal(accepted.code, 0, accepted.stderr)
  const written = parse(await project.read('safe-install.json'))['exceptions'][0]
  t.match(written, { package: 'stealer', version: '1.0.0', rule: 'secret-exfiltration', reason: 'read it' })
  const result = await runHere(project, ['stealer', '--json'])
  t.equal(result.code, 0, result.stdout + result.stderr)
  t.match(parse(result.stdout)['packages'][0].accepted[0], {
    rule: 'secret-exfiltration',
    was: 'block',
    origin: 'project',
  })
  const shown = await runHere(project, ['--check'])
  t.match(shown.stdout, /Accepted earlier/)
  t.match(shown.stdout, /read it/)
  registry.publish({ files: stealer('1.0.0', '// other bytes') })
  const policy = await project.read('safe-install.json')
  const other = await makeProject(t, registry, { 'package.json': app })
  await other.write('safe-install.json', policy)
  t.equal((await runHere(other, ['--trust', '--yes'])).code, 0)
  t.equal((await runHere(other, ['stealer'])).code, 10, 'other bytes under the same name and version')
  const own = await makeProject(t, registry, { 'package.json': app })
  t.equal((await runHere(own, [...accept, '--until', '2020-01-01'])).code, 0)
  t.equal((await runHere(own, ['stealer'])).code, 10, 'its day is over')
  t.end()
})

t.test('an approval is written as npm reads it, runs once, and is bound to the bytes', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const marker = join(project.home, 'marker')
  publishHooked(registry, marker)
  t.equal((await runHere(project, ['hooked'])).code, 0)
  t.notOk(existsSync(marker))
  await project.write(
    'package.json',
    `{\n\t"name": "app",\n\t"version": "1.0.0",\n\t"dependencies": {\n\t\t"hooked": "^1.0.0"\n\t},\n\t"allowScripts": {\n\t\t"hooked": false,\n\t\t"gone@1.0.0": true\n\t}\n}\n`,
  )
  const unasked = await runHere(project, ['--approve', 'hooked@1.0.0'])
  t.equal(unasked.code, 10, 'nobody could be asked')
  t.match(unasked.stdout, /postinstall: node build\.js/)
  const approved = await runHere(project, ['--approve', 'hooked@1.0.0', '--yes'])
  t.equal(approved.code, 0, approved.stdout + approved.stderr)
  t.match(approved.stderr, /gone@1\.0\.0/, 'stale entries are named')
  t.equal(readFileSync(marker, 'utf8'), 'ran\n', 'it was installed, so it runs right away')
  const manifest = await project.read('package.json')
  t.match(
    manifest,
    /\n\t"allowScripts": \{\n\t\t"gone@1\.0\.0": true,\n\t\t"hooked@1\.0\.0": true\n\t\}\n\}\n$/,
  )
  t.equal((await runHere(project, [])).code, 0)
  t.equal(readFileSync(marker, 'utf8'), 'ran\n', 'and only once')
  t.equal((await runHere(project, ['--deny', 'hooked'])).code, 0)
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
  t.equal((await runHere(project, ['--approve', 'hooked@1.0.0', '--yes'])).code, 0)
  const policy = await project.read('safe-install.json')
  publishHooked(registry, marker, '1.0.0', '// other bytes')
  const clone = await makeProject(t, registry, {
    'package.json': { ...app, dependencies: { hooked: '1.0.0' }, allowScripts: { 'hooked@1.0.0': true } },
  })
  await clone.write('safe-install.json', policy)
  const changed = await runHere(clone, ['--json'])
  t.equal(changed.code, 10)
  t.match(parse(changed.stdout)['packages'][0].findings, [{ rule: 'approved-bytes-changed' }])
  t.equal((await runHere(clone, ['--yes'])).code, 0)
  t.notOk(existsSync(marker))
  t.end()
})

t.test('a new version with the same script is called unchanged, and never renewed by itself', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const marker = join(project.home, 'marker')
  publishHooked(registry, marker)
  t.equal((await runHere(project, ['hooked'])).code, 0)
  t.equal((await runHere(project, ['--approve', 'hooked@1.0.0', '--yes'])).code, 0)
  publishHooked(registry, marker, '1.0.1', '// only a comment')
  const same = await runHere(project, ['hooked@1.0.1'])
  t.equal(same.code, 0)
  t.match(same.stdout, /hooked@1\.0\.1: unchanged since 1\.0\.0/)
  t.equal(readFileSync(marker, 'utf8'), 'ran\n')
  publishHooked(registry, marker, '1.0.2', "require('node:child_process').exec('make')")
  const more = await runHere(project, ['hooked@1.0.2'])
  t.equal(more.code, 0, more.stdout)
  t.notMatch(more.stdout, /unchanged since/)
  t.end()
})

t.test(
  'on a terminal approval is offered once after the install, default No',
  { skip: noTerminal() },
  async t => {
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
  },
)
