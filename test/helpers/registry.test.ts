import { join } from 'node:path'
import pacote from 'pacote'
import t from 'tap'
import { Parser } from 'tar'
import { startRegistry } from './registry.ts'
import type { Lie } from './registry.ts'
import { packFiles, tarOf } from './tarball.ts'

const manifest = (extra: object = {}): string =>
  JSON.stringify({ name: '@acme/a', version: '1.0.0', ...extra })

t.test('npm resolves and downloads what was published', async t => {
  const registry = await startRegistry(t)
  const long = `${'deep/'.repeat(40)}x.js`
  const files = { 'package.json': manifest({ scripts: { install: 'true' } }), [long]: '1' }
  const published = registry.publish({ files, time: '2024-05-06T00:00:00.000Z' })
  const options = { registry: registry.url, cache: join(t.testdir(), 'cache') }
  const full = await pacote.packument('@acme/a', { ...options, fullMetadata: true })
  t.match(full.time, { '1.0.0': '2024-05-06T00:00:00.000Z' })
  t.match(full.versions['1.0.0'], { hasInstallScript: true, scripts: { install: 'true' } })
  const short = await pacote.packument('@acme/a', options)
  t.notOk('scripts' in (short.versions['1.0.0'] ?? {}))
  t.match(short.versions['1.0.0'], { hasInstallScript: true })
  await pacote.extract('@acme/a@1.0.0', join(t.testdirName, 'out'), {
    ...options,
    integrity: published.integrity,
  })
  t.equal(registry.count({ kind: 'packument', name: '@acme/a' }), 2)
  t.equal(registry.count({ kind: 'tarball' }), 1)
  t.match(registry.requests.at(-1), { kind: 'tarball', name: '@acme/a', version: '1.0.0', status: 200 })
})

t.test('the packument can differ from the tarball, and integrity can be missing', async t => {
  const registry = await startRegistry(t)
  registry.publish({
    files: { 'package.json': manifest({ license: 'MIT' }) },
    manifest: { scripts: { postinstall: 'x' }, license: undefined },
    dist: { integrity: undefined, shasum: undefined },
    tag: 'next',
  })
  registry.publish({ name: '@acme/a', version: '2.0.0', tarball: Buffer.from('junk') })
  registry.tag('@acme/a', 'old', '1.0.0')
  const body = JSON.parse(await (await fetch(`${registry.url}@acme%2fa`)).text())
  t.strictSame(body['dist-tags'], { next: '1.0.0', latest: '2.0.0', old: '1.0.0' })
  t.equal(body.versions['1.0.0'].scripts.postinstall, 'x')
  t.strictSame(Object.keys(body.versions['1.0.0'].dist), ['tarball'])
  t.notOk('license' in body.versions['1.0.0'])
  t.equal(await (await fetch(body.versions['2.0.0'].dist.tarball)).text(), 'junk')
})

t.test('a known ETag gets 304, a missing package 404, a missing token 401', async t => {
  const registry = await startRegistry(t, { token: 'fake' })
  registry.publish({ files: { 'package.json': manifest() } })
  t.equal((await fetch(`${registry.url}@acme%2fa`)).status, 401)
  const headers = { authorization: 'Bearer fake' }
  const first = await fetch(`${registry.url}@acme%2fa`, { headers })
  const etag = first.headers.get('etag') ?? ''
  await first.text()
  t.equal(
    (await fetch(`${registry.url}@acme%2fa`, { headers: { ...headers, 'if-none-match': etag } })).status,
    304,
  )
  t.equal((await fetch(`${registry.url}nothing`, { headers })).status, 404)
  t.equal((await fetch(registry.serve('/x.tgz', Buffer.from('bytes')), { headers })).status, 200)
  t.strictSame(
    registry.requests.map(({ status }) => status),
    [401, 200, 304, 404, 200],
  )
  registry.clearRequests()
  t.equal(registry.count(), 0)
})

t.test('it lies about chosen requests only', async t => {
  const registry = await startRegistry(t)
  const { url, tarball } = registry.publish({ files: { 'package.json': manifest() } })
  const elsewhere = registry.serve('/other.tgz', Buffer.from('other'))
  const outcomes: readonly [Lie, string][] = [
    [{ kind: 'status', status: 503 }, '503 {"error":"as told"}'],
    [{ kind: 'bytes', bytes: Buffer.from('other') }, '200 other'],
    [{ kind: 'redirect', to: elsewhere }, '200 other'],
    [{ kind: 'truncate', after: 10 }, 'cut'],
  ]
  for (const [lie, outcome] of outcomes) {
    registry.beHonest()
    registry.lie('@acme/a', { at: 'tarball', skip: 1, times: 1 }, lie)
    for (const expected of ['honest', outcome, 'honest']) {
      const response = await fetch(url)
      const body = await response.arrayBuffer().catch(() => undefined)
      const honest = body !== undefined && tarball.equals(Buffer.from(body))
      const got = honest ? 'honest' : body ? `${response.status} ${Buffer.from(body).toString()}` : 'cut'
      t.equal(got, expected, `${lie.kind}: ${expected}`)
    }
  }
  registry.lie('@acme/a', { at: 'packument' }, { kind: 'packument', change: () => ['not a packument'] })
  t.strictSame(await (await fetch(`${registry.url}@acme/a`)).json(), ['not a packument'])
})

t.test('a packed tarball is what tar reads back', async t => {
  const parser = new Parser()
  const seen: string[] = []
  parser.on('entry', entry => {
    seen.push(`${entry.type} ${entry.path.length} ${entry.size} ${entry.mode?.toString(8)}`)
    entry.resume()
  })
  const long = 'a/'.repeat(300) + 'b'
  const ended = new Promise(resolve => parser.on('end', resolve))
  parser.end(packFiles({ a: '1', [long]: '22' }, ['a']))
  await ended
  t.strictSame(seen, ['File 9 1 755', 'File 609 2 644'])
  t.equal(tarOf([{ path: 'a', data: 'x'.repeat(513) }]).length, 512 * 5)
})
