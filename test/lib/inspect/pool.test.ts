import t from 'tap'
import { readFolder } from '../../../lib/fetch/read-folder.ts'
import { sha256Hex, sha512Sri } from '../../../lib/inspect/hash.ts'
import { createPool } from '../../../lib/inspect/pool.ts'
import { packFiles, tarballOf } from '../../helpers/tarball.ts'

const honest = packFiles({ 'package.json': '{"name":"a","version":"1.0.0"}', 'bin/a.sh': '#!/bin/sh\n' }, [
  'bin/a.sh',
])
/** So many files that listing them needs more memory than the smallest worker has. */
const greedy = tarballOf(
  Array.from({ length: 180_000 }, (_, index) => ({
    path: `${'x'.repeat(80)}${index}`,
    prefix: `package/${'y'.repeat(140)}`,
  })),
)

t.test('a worker hands back the digests and the files of a tarball', async t => {
  const pool = createPool({ workers: 1, maxHeapMb: 1024, maxMs: 60_000 })
  t.teardown(() => pool.close())
  const artifacts = await Promise.all(
    [1, 2, 3].map(() => pool.inspect({ bytes: honest, source: 'registry' })),
  )
  for (const artifact of artifacts) {
    t.equal(artifact.integrity, sha512Sri(honest))
    t.equal(artifact.sha256, sha256Hex(honest))
    t.equal(artifact.unpackedBytes, 40)
    t.match(artifact.inspection.manifest, { name: 'a', version: '1.0.0' })
    t.match(artifact.inspection.files, [
      { path: 'package.json', bytes: 30, mode: 0o644 },
      { path: 'bin/a.sh', mode: 0o755, sha256: sha256Hex(Buffer.from('#!/bin/sh\n')), kind: 'shell' },
    ])
    t.strictSame(artifact.inspection.gaps, [])
  }
  t.equal(sha256Hex(honest), artifacts[0]?.sha256, 'the caller keeps its bytes')
  const junk = await pool.inspect({ bytes: Buffer.from('junk'), source: 'registry' })
  t.match(junk.inspection.gaps, [{ kind: 'content' }])
})

t.test('a folder is inspected too, and known by what it holds', async t => {
  const pool = createPool({ workers: 1, maxHeapMb: 1024, maxMs: 60_000 })
  t.teardown(() => pool.close())
  const folder = t.testdir({ a: { x: '1' }, b: { x: '1' }, c: { x: '2' } })
  const [a, b, c] = await Promise.all(
    ['a', 'b', 'c'].map(async name =>
      pool.inspectUnpacked(await readFolder(`${folder}/${name}`), 'directory'),
    ),
  )
  t.match(a?.inspection.files, [{ path: 'x', bytes: 1 }])
  t.equal(a?.integrity, b?.integrity)
  t.not(a?.integrity, c?.integrity)
})

t.test('a worker that dies leaves a gap and is replaced', async t => {
  const cases = [
    { name: 'no memory', maxHeapMb: 150, maxMs: 3_600_000, says: /150 MB/ },
    { name: 'no time', maxHeapMb: 1024, maxMs: 1, says: /0\.001 seconds/ },
  ]
  for (const { name, says, ...options } of cases) {
    const pool = createPool({ workers: 1, ...options })
    const [first, second] = await Promise.all([
      pool.inspect({ bytes: greedy, source: 'registry' }),
      pool.inspect({ bytes: honest, source: 'registry' }),
    ])
    t.match(first.inspection.gaps, [{ kind: 'content', what: says }], name)
    t.equal(first.sha256, sha256Hex(greedy), `${name}: its digest is known`)
    t.equal(second.inspection.gaps.length, options.maxMs === 1 ? 1 : 0, `${name}: the next one has a worker`)
    await pool.close()
  }
})

t.test('large packages wait for each other, and small ones for nobody', async t => {
  const pool = createPool({ workers: 2, maxHeapMb: 1024, maxMs: 60_000 })
  t.teardown(() => pool.close())
  // Says of itself that it unpacks to 50 MB, and is refused at once where it is looked at.
  const large = Buffer.from(honest)
  large.writeUInt32LE(50_000_000, large.length - 4)
  const ended: string[] = []
  const inspect = async (name: string, bytes: Uint8Array): Promise<void> => {
    await pool.inspect({ bytes, source: 'registry' })
    ended.push(name)
  }
  await Promise.all([inspect('large', greedy), inspect('large too', large), inspect('small', honest)])
  t.equal(ended[0], 'small', 'beside the first large one, the second would have been refused by then')
  t.equal(ended.length, 3)
})

t.test('what a closed pool did not look at is a gap', async t => {
  const pool = createPool({ workers: 1, maxHeapMb: 1024, maxMs: 60_000 })
  const pending = [
    pool.inspect({ bytes: honest, source: 'registry' }),
    pool.inspect({ bytes: honest, source: 'git' }),
  ]
  await pool.close()
  for (const artifact of await Promise.all([...pending, pool.inspect({ bytes: honest, source: 'file' })])) {
    t.match(artifact.inspection.gaps, [{ kind: 'content', what: /stopped/ }])
  }
})
