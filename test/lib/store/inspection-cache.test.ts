import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { codeDigest } from '../../../lib/store/code-digest.ts'
import { engineVersion } from '../../../lib/store/versions.ts'
import { openInspectionCache } from '../../../lib/store/inspection-cache.ts'
import type { InspectedArtifact } from '../../../lib/store/inspection-cache.ts'
import type { Gap } from '../../../lib/types.ts'
import { inspectionOf } from '../../helpers/inspection.ts'

const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`

function artifactOf(gaps: readonly Gap[] = []): InspectedArtifact {
  return {
    integrity,
    sha256: 'ab'.repeat(32),
    unpackedBytes: 12,
    inspection: inspectionOf({ manifest: { name: 'a' }, gaps }),
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

t.test('an inspection comes back for the same bytes and the same engine only', async t => {
  const folder = t.testdir()
  const cache = openInspectionCache(folder, 'e1')
  t.equal(await cache.get(integrity), undefined)
  await cache.put(artifactOf())
  t.strictSame((await cache.get(integrity))?.inspection.manifest.name, 'a')
  t.equal(await openInspectionCache(folder, 'e2').get(integrity), undefined)
  t.equal(await cache.get(`sha512-${Buffer.alloc(64, 8).toString('base64')}`), undefined)
})

t.test('a damaged entry is removed and read again as absent', async t => {
  const damages: readonly [string, (text: string) => string][] = [
    ['cut short', text => text.slice(0, 100)],
    ['empty', () => ''],
    ['one byte changed', text => text.replace('"name":"a"', '"name":"b"')],
    ['not text', () => '\u0000\u0001'],
  ]
  for (const [what, damage] of damages) {
    const folder = t.testdir()
    const cache = openInspectionCache(folder, 'e1')
    await cache.put(artifactOf())
    const [file = ''] = filesBelow(folder)
    writeFileSync(file, damage(readFileSync(file, 'utf8')))
    t.equal(await cache.get(integrity), undefined, what)
    t.strictSame(filesBelow(folder), [], `${what}: removed`)
  }
})

t.test('an entry renamed to other bytes’ name is not believed', async t => {
  const folder = t.testdir()
  const cache = openInspectionCache(folder, 'e1')
  await cache.put(artifactOf())
  const [file = ''] = filesBelow(folder)
  const other = Buffer.alloc(64, 9).toString('hex')
  mkdirSync(join(folder, 'e1', other.slice(0, 2)), { recursive: true })
  writeFileSync(join(folder, 'e1', other.slice(0, 2), other.slice(2)), readFileSync(file))
  t.equal(await cache.get(`sha512-${Buffer.alloc(64, 9).toString('base64')}`), undefined)
})

t.test('what could not be read completely is never kept', async t => {
  const folder = t.testdir()
  const cache = openInspectionCache(folder, 'e1')
  await cache.put(artifactOf([{ kind: 'content', what: 'truncated' }]))
  t.equal(await cache.get(integrity), undefined)
})

t.test('a folder that cannot be written costs nothing but time', async t => {
  const folder = t.testdir({ file: '' })
  const cache = openInspectionCache(join(folder, 'file'), 'e1')
  await cache.put(artifactOf())
  t.equal(await cache.get(integrity), undefined)
  await cache.prune()
})

t.test('pruning removes what other engines left', async t => {
  const folder = t.testdir()
  await openInspectionCache(folder, 'old').put(artifactOf())
  const cache = openInspectionCache(folder, 'new')
  await cache.put(artifactOf())
  await cache.prune()
  t.strictSame(readdirSync(folder), ['new'])
  t.ok(await cache.get(integrity))
})

t.test('many writers of one entry leave one whole entry', async t => {
  const folder = t.testdir()
  const caches = Array.from({ length: 20 }, () => openInspectionCache(folder, 'e1'))
  await Promise.all(caches.map(cache => cache.put(artifactOf())))
  t.equal(filesBelow(folder).length, 1)
  t.ok(await caches[0]?.get(integrity))
})

t.test('the engine version is a digest of code and of the parsers', t => {
  t.match(engineVersion(), /^[0-9a-f]{16}$/)
  const folder = t.testdir({ lib: { a: { 'x.ts': 'one' }, b: { 'x.ts': 'two' } }, rules: {} })
  const digest = codeDigest(folder, ['lib/a'])
  t.not(codeDigest(folder, ['lib/a', 'lib/b']), digest)
  t.not(codeDigest(folder, ['lib/a', 'acorn']), digest)
  t.not(codeDigest(folder, ['lib/a', 'acorn']), codeDigest(folder, ['lib/a', '@babel/parser']))
  writeFileSync(join(folder, 'lib/a/x.ts'), 'three')
  t.not(codeDigest(folder, ['lib/a']), digest)
  t.end()
})
