import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { runCli, runHere } from '../helpers/cli.ts'
import { app, stealer } from '../helpers/made-packages.ts'
import { noOpenssl } from '../helpers/machine.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'

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

t.test('--check reads the lockfile, --since only what changed, and writes SARIF', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  publishPlain(registry)
  registry.publish({ files: stealer('1.0.0') })
  const project = await makeProject(t, registry, { 'package.json': app })
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.test', ...args], {
      cwd: project.path,
    })
  t.equal((await runHere(project, ['plain'])).code, 0)
  const alone = { GIT_CEILING_DIRECTORIES: dirname(project.path) }
  t.equal((await runHere(project, ['--check', '--since', 'HEAD'], { env: alone })).code, 2, 'no repository')
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
  const all = parse((await runHere(project, ['--check', '--json'])).stdout)
  t.strictSame(
    all['packages'].map((one: { name: string }) => one.name),
    ['plain', 'stealer'],
  )
  const result = await runHere(project, ['--check', '--since', 'HEAD', '--json', '--sarif', '../out.sarif'])
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
    t.equal((await runHere(project, ['--check', `--since=${ref}`])).code, 2, ref)
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
    parse((await runHere(project, ['--check', '--json', ...args])).stdout)['packages'].map(
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
  const result = await runHere(project, ['--compare', 'plain@1.0.0', 'plain@1.0.1', '--json'])
  t.equal(result.code, 0, result.stderr)
  t.match(parse(result.stdout)['comparison'], {
    from: 'plain@1.0.0',
    to: 'plain@1.0.1',
    incomplete: false,
    abilities: [{ what: 'starts make' }],
  })
  const back = await runHere(project, ['--compare', 'plain@1.0.1', 'plain@1.0.0'])
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
  const foreign = await runHere(project, ['plain'])
  t.equal(foreign.code, 2)
  t.equal(registry.requests.length, 0, 'nothing was asked of a registry that is not allowed')
  await userPolicy(project, { registries: [registry.url], minimumAgeDays: 3650 })
  t.equal((await runHere(project, ['plain'])).code, 10, 'too young')
  await userPolicy(project, { rules: {} })
  const typo = await runHere(project, ['plain'])
  t.equal(typo.code, 2)
  t.match(typo.stderr, /unknown key/)
  await userPolicy(project, {})
  symlinkSync(
    join(project.home, '.config', 'safe-install', 'safe-install.json'),
    join(project.path, 'safe-install.json'),
  )
  t.equal((await runHere(project, ['plain'])).code, 2, 'a link in the project')
  t.end()
})

t.test(
  '--history notes decisions without credentials; --print-config says where settings come from',
  async t => {
    const registry = await startRegistry(t, { maxAge: 0 })
    publishPlain(registry)
    registry.publish({ files: stealer('1.0.0') })
    const project = await makeProject(t, registry, { 'package.json': app })
    t.equal((await runHere(project, ['plain'])).code, 0)
    t.equal((await runHere(project, ['stealer'])).code, 10)
    await runHere(project, [
      `${registry.url.replace('//', '//user:hunter2@')}plain/-/plain-1.0.0.tgz?token=hunter2`,
    ])
    const noted = await runHere(project, ['--history', '--json'])
    t.notMatch(noted.stdout, /hunter2/)
    t.match(parse(noted.stdout)['history'], [
      { verb: 'install', specs: ['plain'], outcome: 'installed' },
      { outcome: 'stopped: block', alarms: ['stealer@1.0.0: secret-exfiltration'] },
    ])
    await userPolicy(project, { history: false })
    await runHere(project, ['plain'])
    t.equal(
      parse((await runHere(project, ['--history', '--json'])).stdout)['history'].length,
      parse(noted.stdout)['history'].length,
    )
    await project.write('.npmrc', 'script-shell=./evil\n')
    const config = parse((await runHere(project, ['--print-config', '--json'])).stdout)
    t.match(
      config['policy'].find((row: { key: string }) => row.key === 'history'),
      { value: 'false', origin: 'user' },
    )
    t.match(config['ignored'], [{ key: 'script-shell', value: './evil' }])
    t.end()
  },
)

t.test("--update-data goes through the user's proxy, not through one the project at hand names", async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const feed = JSON.stringify({
    id: 'MAL-2026-1',
    modified: new Date().toISOString(),
    affected: [{ package: { ecosystem: 'npm', name: 'plain' }, versions: ['6.6.6'] }],
  })
  const asked: string[] = []
  const proxyOf = async (who: string): Promise<string> => {
    const server = createServer((request, response) => {
      asked.push(`${who} ${request.url ?? ''}`)
      response.end(feed)
    })
    await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`
  }
  const theirs = await proxyOf('project')
  await project.write('.npmrc', `proxy=${theirs}\nhttps-proxy=${theirs}\n`)
  await appendFile(join(project.home, '.npmrc'), `\nproxy=${await proxyOf('user')}\nnoproxy=\n`)
  // Nobody listens there: only a proxy can answer.
  const result = await runCli(project, ['--update-data', 'http://127.0.0.1:9/all.zip', '--json'])
  t.equal(result.code, 0, result.stderr)
  t.same(asked, ['user http://127.0.0.1:9/all.zip'])
  t.match(parse(result.stdout)['updated'], { rows: 1, ageDays: 0 })
  t.end()
})

t.test('--update-data trusts the certificates npm is told to trust', { skip: noOpenssl() }, async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const project = await makeProject(t, registry, { 'package.json': app })
  const [key, cert] = [join(project.home, 'key.pem'), join(project.home, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ].concat([
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ]),
    { stdio: 'ignore' },
  )
  const feed = JSON.stringify({
    id: 'MAL-2026-1',
    modified: new Date().toISOString(),
    affected: [{ package: { ecosystem: 'npm', name: 'plain' }, versions: ['6.6.6'] }],
  })
  const server = createSecureServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) =>
    response.end(feed),
  )
  await new Promise<void>(resolve => void server.listen(0, 'localhost', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  const url = `https://localhost:${typeof address === 'object' ? (address?.port ?? 0) : 0}/all.zip`
  const plain = await runCli(project, ['--update-data', url])
  t.equal(plain.code, 1, 'nobody vouches for it')
  t.match(plain.stderr, /self.signed certificate[^]*unchanged/)
  const npmrc = join(project.home, '.npmrc')
  await project.write('.npmrc', `cafile=${cert}\nstrict-ssl=false\n`)
  t.equal((await runCli(project, ['--update-data', url])).code, 1, 'the project has no say')
  for (const setting of [`cafile=${cert}`, 'strict-ssl=false']) {
    await writeFile(npmrc, `${setting}\n`)
    t.equal((await runCli(project, ['--update-data', url])).code, 0, setting.split('=')[0] ?? '')
  }
})

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
  t.equal((await runHere(project, ['plain'])).code, 0)
  const result = await runHere(project, ['--update-data', join(project.home, 'feed.json'), '--json'])
  t.equal(result.code, 0, result.stderr)
  t.match(parse(result.stdout)['updated'], { rows: 1, date: today.slice(0, 10) })
  const state = parse((await runHere(project, ['--print-config', '--json'])).stdout)['data']
  t.match(state, [{ list: 'shipped' }, { list: 'updated', date: today.slice(0, 10), ageDays: 0 }])
  t.match((await runHere(project, ['--print-config'])).stdout, /updated list of .*, 0 days old, from/)
  const stopped = await runHere(project, ['--inspect', 'plain@6.6.6'])
  t.equal(stopped.code, 10)
  t.match(stopped.stdout, /known-malware/)
  const lifted = await runHere(project, [
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

t.test('--inspect says what could not be looked at, to people and to programs', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  const depth = 100_000
  registry.publish({
    files: {
      'package.json': JSON.stringify({
        name: 'half',
        version: '1.0.0',
        main: 'broken.js',
        scripts: { postinstall: 'node deep.js' },
      }),
      'broken.js': 'let a = <<<<<<< HEAD\nthis is no program (\n',
      'deep.js': `x=${'['.repeat(depth)}${']'.repeat(depth)}\n`,
      'fine.js': 'module.exports = 1\n',
    },
  })
  const project = await makeProject(t, registry, { 'package.json': app })
  const told = await runHere(project, ['--inspect', 'half', '--verbose'])
  t.equal(told.code, 11, 'a person must look')
  t.match(told.stdout, /^Could not be read, so nobody knows what it does:$/m)
  t.match(told.stdout, /^ {2}half@1\.0\.0 broken\.js: Unexpected token/m, 'each file is named once')
  t.match(told.stdout, /^ {2}half@1\.0\.0 deep\.js: nested too deeply$/m)
  t.notMatch(told.stdout, /fine\.js/)
  t.match(told.stdout, /When npm installs it\n[^]*unreadable nested too deeply[^]*deep\.js:1/)
  t.match(told.stdout, / 2 gaps /)
  const json = parse((await runHere(project, ['--inspect', 'half', '--json'])).stdout)
  t.equal(json['decision'], 'stop')
  t.equal(json['summary'].gaps, 2)
  t.match(json['packages'][0].gaps, [
    { kind: 'content', what: /Unexpected token/, path: 'broken.js' },
    { kind: 'content', what: /nested too deeply/, path: 'deep.js' },
  ])
  t.equal(json['packages'][0].verdict, 'ask')
  const installed = await runHere(project, ['half'])
  t.equal(installed.code, 11)
  t.match(installed.stdout, /half@1\.0\.0 deep\.js: nested too deeply/)
})

t.test('the JSON of every other verb is in the schema too', async t => {
  const registry = await startRegistry(t, { maxAge: 0 })
  registry.publish({ files: stealer('1.0.0') })
  registry.publish({
    files: {
      'package.json': JSON.stringify({ name: 'built', version: '1.0.0', scripts: { install: 'make' } }),
    },
  })
  const project = await makeProject(t, registry, { 'package.json': app })
  const home = { HOME: project.home }
  const reason = ['--rule', 'secret-exfiltration', '--reason', 'x']
  for (const [args, code, key] of [
    [['--accept', 'stealer@1.0.0', ...reason], 0, 'accepted'],
    [['--approve', 'built@1.0.0', '--yes'], 0, 'approved'],
    [['--deny', 'built'], 0, 'denied'],
    [['--trust', '--yes'], 0, 'trusted'],
    [['--setup'], 10, 'files'],
    [['--setup', '--undo', '--yes'], 0, 'files'],
    [['--doctor'], 10, 'npms'],
  ] as const) {
    // What it prints is held against the schema in the helper.
    const { code: got, stdout, stderr } = await runHere(project, [...args, '--json'], { env: home })
    t.equal(got, code, `${args.join(' ')}: ${stdout}${stderr}`)
    t.ok(key in parse(stdout), args.join(' '))
  }
  t.end()
})

t.test('a closed pipe, as of head, ends in no stack trace', async t => {
  const program = fileURLToPath(new URL('../../dist/bin/safe-install.js', import.meta.url))
  const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const words: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  t.equal(Buffer.concat(words).toString(), '')
  t.equal(code, 0)
})
