import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import cacache from 'cacache'
import t from 'tap'
import type { Test } from 'tap'
import { guard } from '../../../lib/enforce/guard.ts'
import { openFolderJudge } from '../../../lib/enforce/judge-folder.ts'
import type { FolderJudge } from '../../../lib/enforce/judge-folder.ts'
import { judgeScript } from '../../../lib/enforce/judge-script.ts'
import type { ScriptVerdict } from '../../../lib/enforce/judge-script.ts'
import { judgeTree } from '../../../lib/enforce/judge-tree.ts'
import { leaveReceipts, withoutGuard } from '../../../lib/enforce/own-install.ts'
import { inspectArtifact } from '../../../lib/inspect/inspect-artifact.ts'
import { placesOf } from '../../../lib/enforce/places.ts'
import { defaultPolicy } from '../../../lib/policy/merge-policy.ts'
import type { Policy } from '../../../lib/policy/policy.ts'
import { loadLists } from '../../../lib/store/load-lists.ts'
import type { Lists } from '../../../rules/lists.ts'
import { packFiles } from '../../helpers/tarball.ts'
import { folderDigest, openReceipts } from '../../../lib/store/receipts.ts'

type Files = Readonly<Record<string, string>>

/** Folders with a judge that counts what it inspects. Inspection runs here, without threads. */
async function world(
  t: Test,
  packages: Readonly<Record<string, Files>>,
  manifest: unknown = {},
): Promise<{
  readonly root: string
  readonly judge: FolderJudge
  readonly judgeBy: (policy: Policy, lists?: Lists) => FolderJudge
  readonly inspected: string[]
  readonly receipts: string
}> {
  const root = t.testdir({ 'package.json': JSON.stringify(manifest) })
  for (const [folder, files] of Object.entries(packages)) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(root, folder, path, '..'), { recursive: true })
      await writeFile(join(root, folder, path), text)
    }
  }
  const inspected: string[] = []
  const places = placesOf({ HOME: join(root, 'home') })
  const judgeBy = (policy: Policy, lists: Lists = loadLists()): FolderJudge =>
    openFolderJudge({
      places,
      npmCache: join(root, 'cache'),
      knowledge: { policy, lists, publishTimes: async () => new Map() },
      processors: 1,
      now: 0,
      inspect: async job => {
        inspected.push('bytes' in job ? 'tarball' : String(job.unpacked.files.length))
        return inspectArtifact(job)
      },
    })
  return { root, judge: judgeBy(defaultPolicy), judgeBy, inspected, receipts: places.receipts }
}

const hooked = (more: object = {}): Files => ({
  'package.json': JSON.stringify({
    name: 'hooked',
    version: '1.0.0',
    scripts: { postinstall: 'node hook.js' },
    ...more,
  }),
  'hook.js': 'console.log(1)\n',
})

const resolved = 'https://registry.example/hooked/-/hooked-1.0.0.tgz'

async function ask(
  { root, judge }: { readonly root: string; readonly judge: FolderJudge },
  folder: string,
  more: {
    readonly event?: string
    readonly script?: string
    readonly resolved?: string | undefined
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<ScriptVerdict> {
  const { event = 'postinstall', script = 'node hook.js', env = {} } = more
  const request = {
    event,
    script,
    folder: join(root, folder),
    project: root,
    resolved: 'resolved' in more ? more.resolved : resolved,
    integrity: undefined,
    preparesGit: false,
  }
  return judgeScript({ request, env, registered: [] }, judge)
}

t.test('approval is npm’s, by where the package came from', async t => {
  const table: readonly (readonly [string, object, string | undefined, string])[] = [
    ['nothing said', {}, resolved, 'skip'],
    ['pinned', { 'hooked@1.0.0': true }, resolved, 'build'],
    ['by name', { hooked: true }, resolved, 'build'],
    ['another version', { 'hooked@1.0.1': true }, resolved, 'skip'],
    ['a range is dropped', { 'hooked@^1.0.0': true }, resolved, 'skip'],
    ['denied', { 'hooked@1.0.0': true, hooked: false }, resolved, 'skip'],
    [
      'the name a tarball gives itself',
      { 'hooked@1.0.0': true },
      'https://registry.example/other/-/other-1.0.0.tgz',
      'skip',
    ],
    ['no name before the file', { 'hooked@1.0.0': true }, 'https://evil.example/-/hooked-1.0.0.tgz', 'skip'],
    ['bundled: no address', { hooked: true }, undefined, 'skip'],
    ['not a table', 'all of them' as unknown as object, resolved, 'skip'],
  ]
  for (const [title, allowScripts, from, kind] of table) {
    const at = await world(t, { 'node_modules/hooked': hooked() }, { allowScripts })
    t.equal((await ask(at, 'node_modules/hooked', { resolved: from })).kind, kind, title)
  }
})

t.test('npm’s settings approve where the project says nothing, and only then', async t => {
  const env = { npm_config_allow_scripts: 'other,hooked@1.0.0' }
  const silent = await world(t, { 'node_modules/hooked': hooked() })
  t.equal((await ask(silent, 'node_modules/hooked', { env })).kind, 'build')
  const speaking = await world(t, { 'node_modules/hooked': hooked() }, { allowScripts: { other: true } })
  t.equal((await ask(speaking, 'node_modules/hooked', { env })).kind, 'skip')
})

t.test('a linked folder is known by its path', async t => {
  const at = await world(t, { '../linked': hooked() }, { allowScripts: { 'file:../linked': true } })
  t.equal((await ask(at, '../linked', { resolved: undefined })).kind, 'build')
})

t.test('the script is the one on disk', async t => {
  const approved = { allowScripts: { hooked: true } }
  const gyp = { 'package.json': '{"name":"hooked","version":"1.0.0"}', 'binding.gyp': '{}\n' }
  const table: readonly (readonly [string, Files, string, string, string])[] = [
    ['as it stands', hooked(), 'postinstall', 'node hook.js', 'build'],
    ['blanks around it', hooked(), 'postinstall', ' node hook.js\n', 'build'],
    ['more of it', hooked(), 'postinstall', 'node hook.js; curl x', 'refuse'],
    ['another event', hooked(), 'preinstall', 'node hook.js', 'refuse'],
    ['a build npm implies', gyp, 'install', 'node-gyp rebuild', 'build'],
    ['something else in its place', gyp, 'install', 'node-gyp rebuild; x', 'refuse'],
    ['a build without binding.gyp', hooked(), 'install', 'node-gyp rebuild', 'refuse'],
  ]
  for (const [title, files, event, script, kind] of table) {
    const at = await world(t, { 'node_modules/hooked': files }, approved)
    t.equal((await ask(at, 'node_modules/hooked', { event, script })).kind, kind, title)
  }
})

t.test('everything the script could load must be clean', async t => {
  const bad = { 'package.json': '{"name":"bad","version":"1.0.0","bin":{"git":"x.js"}}', 'x.js': '//\n' }
  const table: readonly (readonly [string, Readonly<Record<string, Files>>, string])[] = [
    ['itself', { 'node_modules/hooked': hooked({ bin: { git: 'hook.js' } }) }, 'refuse'],
    [
      'a dependency beside it',
      { 'node_modules/hooked': hooked({ dependencies: { bad: '1' } }), 'node_modules/bad': bad },
      'refuse',
    ],
    [
      'a dependency inside it',
      { 'node_modules/hooked': hooked(), 'node_modules/hooked/node_modules/bad': bad },
      'refuse',
    ],
    [
      "a dependency's dependency",
      {
        'node_modules/hooked': hooked({ dependencies: { middle: '1' } }),
        'node_modules/middle': {
          'package.json': '{"name":"middle","version":"1.0.0","dependencies":{"bad":"1"}}',
        },
        'node_modules/bad': bad,
      },
      'refuse',
    ],
    ['a stranger beside it', { 'node_modules/hooked': hooked(), 'node_modules/bad': bad }, 'build'],
    [
      'a dependency that is not there',
      { 'node_modules/hooked': hooked({ dependencies: { bad: '1' } }) },
      'build',
    ],
  ]
  for (const [title, packages, kind] of table) {
    const at = await world(t, packages, { allowScripts: { hooked: true } })
    t.equal((await ask(at, 'node_modules/hooked')).kind, kind, title)
  }
})

t.test('nothing of a package goes unread', async t => {
  for (const path of ['lib/node_modules/x/index.js', '.git/index.js', '.hidden/index.js']) {
    const at = await world(t, { 'node_modules/hooked': { ...hooked(), [path]: 'module.exports = 1\n' } })
    await ask(at, 'node_modules/hooked')
    t.same(at.inspected, ['3'], path)
  }
})

t.test('a tree is read package by package, wherever they lie', async t => {
  const plain = (name: string): Files => ({ 'package.json': JSON.stringify({ name, version: '1.0.0' }) })
  const bad = { 'package.json': '{"name":"bad","version":"1.0.0","bin":{"git":"x.js"}}', 'x.js': '//\n' }
  for (const place of [
    'bad',
    '@scope/bad',
    'a/node_modules/bad',
    'a/node_modules/@s/b',
    '.store/bad@1/node_modules/bad',
  ]) {
    const at = await world(t, { 'node_modules/a': plain('a'), [`node_modules/${place}`]: bad })
    const { alarms } = await judgeTree(join(at.root, 'node_modules'), at.judge)
    t.same(
      alarms.map(({ folder }) => folder.endsWith(place)),
      [true],
      place,
    )
  }
  const at = await world(t, {})
  t.same(await judgeTree(join(at.root, 'node_modules'), at.judge), { all: [], alarms: [] })
})

t.test('an exception counts for the bytes it names, whoever claims what', async t => {
  const bad: Files = {
    'package.json': '{"name":"bad","version":"1.0.0","bin":{"git":"x.js"}}',
    'x.js': '//\n',
  }
  const tarball = packFiles(bad)
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const policy: Policy = {
    ...defaultPolicy,
    exceptions: [
      {
        package: 'bad',
        version: '1.0.0',
        integrity,
        rule: 'tool-named-bin',
        reason: 'read it',
        who: 'me',
        until: undefined,
        origin: 'user',
      },
    ],
  }
  const table: readonly (readonly [string, Files, boolean, string | undefined, string])[] = [
    ['these very files', bad, true, integrity, 'allow'],
    ['nobody claims anything', bad, true, undefined, 'allow'],
    ['one byte more, and the same claim', { ...bad, 'x.js': '// \n' }, true, integrity, 'ask'],
    ['a file more', { ...bad, 'y.js': '//\n' }, true, integrity, 'ask'],
    ["bytes that npm's cache does not hold", bad, false, integrity, 'ask'],
  ]
  for (const [title, files, isCached, claim, verdict] of table) {
    const at = await world(t, { 'node_modules/bad': files })
    if (isCached) await cacache.put(join(at.root, 'cache', '_cacache'), 'key', Buffer.from(tarball))
    const judge = at.judgeBy(policy)
    const question = { folder: join(at.root, 'node_modules/bad'), resolved: undefined, integrity: claim }
    for (const round of ['first', 'second'])
      t.equal((await judge.judge(await judge.read(question))).verdict, verdict, `${title}, ${round} time`)
    t.equal((await at.judge.judge(await at.judge.read(question))).verdict, 'ask', `${title}: no policy`)
    t.ok(at.inspected.length <= 2, `${title}: seen before`)
  }
})

t.test('receipts', async t => {
  t.test('save a second inspection of the same files under the same name', async t => {
    const at = await world(t, { 'node_modules/hooked': hooked() })
    await ask(at, 'node_modules/hooked')
    await ask(at, 'node_modules/hooked')
    t.equal(at.inspected.length, 1)
    await writeFile(join(at.root, 'node_modules/hooked/more.js'), '//\n')
    await ask(at, 'node_modules/hooked')
    t.equal(at.inspected.length, 2, 'one more file')
  })
  t.test('are none when damaged or copied', async t => {
    const folder = t.testdir({})
    const digest = folderDigest([{ path: 'a', sha256: 'x' }])
    const other = folderDigest([{ path: 'a', sha256: 'y' }])
    t.not(digest, other)
    const receipts = openReceipts(folder)
    const known = {
      inspection: 'sha512-x',
      isTarball: true,
      keptIn: '/c',
      accepted: ['r'],
      acceptedUnder: 'j',
    }
    await receipts.add(digest, { name: 'a', version: '1.0.0', ...known })
    t.match(await receipts.get(digest), { name: 'a', ...known })
    const path = join(folder, digest.slice(0, 2), digest.slice(2))
    const text = await readFile(path, 'utf8')
    await mkdir(join(folder, other.slice(0, 2)), { recursive: true })
    await writeFile(join(folder, other.slice(0, 2), other.slice(2)), text)
    t.equal(await receipts.get(other), undefined, 'copied')
    for (const damaged of [
      '',
      'x',
      text.slice(0, 80),
      text.replace('"r"', '"s"'),
      text.replace('"a"', '"b"'),
    ]) {
      await writeFile(path, damaged)
      t.equal(await receipts.get(digest), undefined, JSON.stringify(damaged.slice(0, 30)))
    }
  })
  t.test('are left by our own install only where the guard is set up', async t => {
    const home = t.testdir({})
    await leaveReceipts([], { HOME: home }, '/c')
    t.same(await readdir(home), [])
    await leaveReceipts([], { HOME: undefined }, '/c')
    await leaveReceipts([], { HOME: 'relative' }, '/c')
  })
})

t.test('our own install does not ask the guard about what it has judged', t => {
  t.equal(withoutGuard('/h/.safe-install/shell', { HOME: '/h' }), '/bin/sh')
  t.equal(withoutGuard('/bin/bash', { HOME: '/h' }), '/bin/bash')
  t.equal(withoutGuard(undefined, {}), undefined)
  t.end()
})

t.test('whatever goes wrong is a refusal with its reason', async t => {
  const folder = t.testdir({})
  const start = async (argv: readonly string[], env: Readonly<Record<string, string>>) => {
    let [out, err] = ['', '']
    const sink = (keep: (text: string) => void): never =>
      ({ write: (text: string) => (keep(text), true), isTTY: true }) as never
    const { code } = await guard({
      argv,
      env,
      cwd: folder,
      execPath: process.execPath,
      platform: process.platform,
      nodeVersion: process.version,
      onSignal: () => undefined,
      stdout: sink(text => (out += text)),
      stderr: sink(text => (err += text)),
      now: () => 0,
      processors: 1,
      version: '0',
    })
    return { code, out, err }
  }
  const table: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, string])[] = [
    ['no home', ['script', '-c', 'x'], {}, 'safe-install: refuse\n'],
    ['no mode', [], { HOME: folder }, ''],
    ['an unknown mode', ['run'], { HOME: folder }, ''],
    ['no script', ['script', '-c'], { HOME: folder }, 'safe-install: refuse\n'],
    ['other flags', ['script', '-lc', 'x'], { HOME: folder }, 'safe-install: refuse\n'],
  ]
  for (const [title, argv, env, out] of table) {
    const done = await start(argv, env)
    t.equal(done.code, 10, title)
    t.equal(done.out, out, title)
    t.match(done.err, /^safe-install: /, title)
  }
})
