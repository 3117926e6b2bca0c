import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Arborist from '@npmcli/arborist'
import t from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import { fetchTarball } from '../../../lib/fetch/fetch-tarball.ts'
import { unpackTarball } from '../../../lib/fetch/unpack.ts'
import { sha512Sri } from '../../../lib/inspect/hash.ts'
import { startRegistry } from '../../helpers/registry.ts'
import type { Lie, Publication } from '../../helpers/registry.ts'
import { packFiles } from '../../helpers/tarball.ts'

const manifest = (extra: object = {}): string => JSON.stringify({ name: 'a', version: '1.0.0', ...extra })
const files = { 'package.json': manifest(), 'index.js': '1' }

const root = t.testdir()
let folders = 0

/** A new folder. All are removed at the very end: npm may still be writing to a cache when a fetch has failed. */
const newFolder = (): string => {
  const path = join(root, String(++folders))
  mkdirSync(path)
  return path
}

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'fetched'
  } catch (error) {
    return error instanceof SafeInstallError ? error.code : String(error)
  }
}

t.test('what was fetched is not downloaded again when npm installs it', async t => {
  const cases: readonly (readonly [string, Publication, boolean])[] = [
    ['with integrity', { files }, false],
    ['without integrity', { files, dist: { integrity: undefined, shasum: undefined } }, false],
    [
      'without integrity, pinned to what was fetched',
      { files, dist: { integrity: undefined, shasum: undefined } },
      true,
    ],
    ['with a sha1 only', { files, dist: { integrity: undefined } }, false],
  ]
  for (const [name, publication, pin] of cases) {
    const registry = await startRegistry(t)
    const { tarball, integrity, url } = registry.publish(publication)
    const path = newFolder()
    writeFileSync(join(path, 'package.json'), '{}')
    const options = {
      path,
      registry: registry.url,
      cache: newFolder(),
      ignoreScripts: true,
      audit: false,
    }
    const arborist = new Arborist(options)
    const tree = await arborist.buildIdealTree({ add: ['a'] })
    const node = tree.children.get('a')
    if (!node?.resolved) throw new Error('no node')
    const fetched = await fetchTarball(`a@${node.resolved}`, {
      ...options,
      resolved: node.resolved,
      integrity: node.integrity ?? undefined,
    })
    t.ok(tarball.equals(fetched.bytes), `${name}: the same bytes`)
    t.equal(fetched.integrity, integrity, `${name}: sha512`)
    t.equal(fetched.resolved, url, `${name}: resolved`)
    if (pin) node.integrity = fetched.integrity
    await arborist.reify()
    t.equal(registry.count({ kind: 'tarball' }), 1, `${name}: one download`)
    t.equal(registry.count({ kind: 'packument' }), 1, `${name}: one packument`)
  }
})

t.test('registry specs, addresses and files are fetched', async t => {
  const registry = await startRegistry(t, { token: 'fake' })
  const host = new URL(registry.url).host
  const { url } = registry.publish({ files })
  const packed = packFiles(files)
  const remote = registry.serve('/x.tgz', packed)
  const where = newFolder()
  writeFileSync(join(where, 'x.tgz'), packed)
  const options = {
    registry: registry.url,
    cache: join(where, 'cache'),
    where,
    [`//${host}/:_authToken`]: 'fake',
  }
  const expected: readonly (readonly [string, string])[] = [
    ['a', url],
    ['a@latest', url],
    ['a@^1', url],
    ['b@npm:a@1.0.0', url],
    [remote, remote],
    [`a@${remote}`, remote],
    ['./x.tgz', `file:${join(where, 'x.tgz')}`],
  ]
  for (const [spec, resolved] of expected) {
    const fetched = await fetchTarball(spec, options)
    t.equal(fetched.resolved, resolved, spec)
    t.equal(fetched.integrity, sha512Sri(packed), spec)
  }
})

t.test('a folder is packed as npm packs it, and its prepare does not run', async t => {
  const where = newFolder()
  const folder = join(where, 'folder')
  mkdirSync(folder)
  const scripts = { prepare: 'touch prepared', prepack: 'touch prepared' }
  writeFileSync(join(folder, 'package.json'), manifest({ scripts, files: ['kept.js'] }))
  for (const name of ['kept.js', 'left.js']) writeFileSync(join(folder, name), '1')
  const { bytes } = await fetchTarball('./folder', { where, cache: join(where, 'cache'), Arborist })
  t.strictSame(
    unpackTarball(bytes)
      .files.map(({ path }) => path)
      .toSorted(),
    ['kept.js', 'package.json'],
  )
  t.notOk(existsSync(join(folder, 'prepared')))
})

t.test('what goes wrong has a code, and names package, expected and got', async t => {
  const other = packFiles({ 'package.json': manifest(), 'index.js': '2' })
  const lies: readonly (readonly [string, Lie, string])[] = [
    ['other bytes', { kind: 'bytes', bytes: other }, 'E_INTEGRITY'],
    ['cut short', { kind: 'truncate', after: 20 }, 'E_FETCH'],
    ['server error', { kind: 'status', status: 503 }, 'E_FETCH'],
    ['not found', { kind: 'status', status: 404 }, 'E_FETCH'],
    ['not logged in', { kind: 'status', status: 401 }, 'E_FETCH'],
  ]
  for (const [name, lie, code] of lies) {
    const registry = await startRegistry(t)
    registry.publish({ files })
    registry.lie('a', { at: 'tarball' }, lie)
    const options = { registry: registry.url, cache: newFolder(), fetchRetries: 0 }
    t.equal(await codeOf(fetchTarball('a', options)), code, name)
  }
  const registry = await startRegistry(t)
  const { url, integrity } = registry.publish({ files })
  const options = { registry: registry.url, cache: newFolder(), fetchRetries: 0 }
  const error: unknown = await fetchTarball(`a@${url}`, { ...options, integrity: sha512Sri(other) }).catch(
    (error: unknown) => error,
  )
  if (!(error instanceof SafeInstallError)) throw new Error('no error')
  t.equal(error.code, 'E_INTEGRITY')
  for (const part of ['a@', sha512Sri(other), integrity]) t.ok(error.message.includes(part), part)
  t.ok(error.hint)
  t.equal(await codeOf(fetchTarball('a@9', options)), 'E_FETCH', 'no such version')
  t.equal(await codeOf(fetchTarball('nothing-here', options)), 'E_FETCH', 'no such package')
  t.equal(
    await codeOf(fetchTarball('a', { ...options, offline: true, cache: newFolder() })),
    'E_FETCH',
    'offline',
  )
  t.equal(await codeOf(fetchTarball('a', options, 100)), 'E_FETCH', 'too large')
  const secret: unknown = await fetchTarball('http://user:hunter2@127.0.0.1:1/x.tgz', options).catch(
    (e: unknown) => e,
  )
  t.notMatch(String(secret), /hunter2/)
})

t.test('a flaky server is asked again', async t => {
  const registry = await startRegistry(t)
  registry.publish({ files })
  registry.lie('a', { at: 'tarball', times: 1 }, { kind: 'status', status: 503 })
  const options = {
    registry: registry.url,
    cache: newFolder(),
    fetchRetries: 1,
    fetchRetryMintimeout: 1,
  }
  t.equal(await codeOf(fetchTarball('a', options)), 'fetched')
  t.equal(registry.count({ kind: 'tarball' }), 2)
})

t.test('no script of a git dependency runs', async t => {
  const where = t.testdir({
    repo: {
      'package.json': manifest({ scripts: { prepare: 'touch ../ran', preinstall: 'touch ../ran' } }),
      x: '1',
    },
  })
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@a.test', ...args], {
      cwd: join(where, 'repo'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'x')
  const commit = git('rev-parse', 'HEAD').trim()
  const spec = `git+file://${join(where, 'repo')}`
  const fetched = await fetchTarball(spec, { cache: join(where, 'cache'), Arborist, ignoreScripts: false })
  t.equal(fetched.resolved, `${spec}#${commit}`)
  t.ok(fetched.bytes.length > 0)
  t.notOk(existsSync(join(where, 'ran')))
})
