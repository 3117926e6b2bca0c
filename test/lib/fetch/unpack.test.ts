import { gzipSync } from 'node:zlib'
import t from 'tap'
import { readTar } from '../../../lib/fetch/read-tar.ts'
import { unpackTarball } from '../../../lib/fetch/unpack.ts'
import { limits } from '../../../lib/limits.ts'
import { packFiles, tarballOf, tarEntry, tarOf } from '../../helpers/tarball.ts'
import type { TarEntry } from '../../helpers/tarball.ts'

const x = (path: string, extra: Partial<TarEntry> = {}): TarEntry => ({ path, data: path, ...extra })
const tricksOf = (tarball: Uint8Array): readonly string[] =>
  unpackTarball(tarball).tricks.map(fact =>
    fact.kind === 'path-trick' ? `${fact.trick} ${fact.name}` : fact.kind,
  )

t.test('whatever npm drops, moves or overwrites is a trick', t => {
  const cases: readonly (readonly [readonly TarEntry[], readonly string[]])[] = [
    [[x('p/../a')], ['dotdot p/../a']],
    [[x('p/a\\..\\..\\b')], ['dotdot p/a\\..\\..\\b']],
    [[x('p//etc/passwd')], ['absolute p//etc/passwd']],
    [[x('p/C:/a')], ['absolute p/C:/a']],
    [[x('top')], ['no-top-folder top']],
    [[x('p/a', { type: '2', linkpath: '/etc' })], ['link p/a']],
    [[x('p/a', { type: '1', linkpath: 'p/b' })], ['link p/a']],
    [[x('p/a', { pax: { linkpath: 'p' } })], ['link p/a']],
    [
      [x('p/a', { type: '3' }), x('p/b', { type: '6' })],
      ['device p/a', 'device p/b'],
    ],
    [[x('p/a', { type: 'S' })], ['unsupported-type p/a']],
    [[x('p/a'), x('p/a', { data: '2' })], ['duplicate p/a']],
    [[x('p/a'), x('q/a', { data: '2' })], ['duplicate q/a']],
    [[x('package/package.json'), x('other/package.json')], ['second-manifest other/package.json']],
    [
      [x('package/package.json', { data: '1' }), x('x/package.json', { data: '1' })],
      ['second-manifest x/package.json'],
    ],
    [[x('p/A.js'), x('p/a.js')], ['case-clash a.js']],
    [[x('p/\u00e9'), x('p/e\u0301', { data: '2' })], ['case-clash e\u0301']],
    [[x('p/a'), x('p/a/b')], ['file-as-folder p/a/b']],
    [[x('p/a/b'), x('p/a')], ['file-as-folder p/a']],
    [[x('p/a\u202ejs.x')], ['control-characters a\u202ejs.x']],
    [[x('p/a\u001b[2K')], ['control-characters a\u001b[2K']],
    [[x('p/a', { checksum: 1, data: '' }), x('p/b')], ['bad-header p/a']],
    [[x('p/a', { pax: { path: `p/${'n'.repeat(256)}` } })], [`name-too-long p/${'n'.repeat(238)}`]],
    [[x('p/a', { pax: { path: `p/${'n/'.repeat(1100)}x` } })], [`too-deep p/${'n/'.repeat(119)}`]],
    [[x('p/a', { pax: { path: `p/${'n/'.repeat(3000)}x` } })], [`path-too-long p/${'n/'.repeat(119)}`]],
    [[x('p/a', { longName: 'p/b\0c\nd' })], ['control-characters p/b\nd\0']],
  ]
  for (const [entries, tricks] of cases) t.strictSame(tricksOf(tarballOf(entries)), tricks, tricks.join(' '))
  t.end()
})

t.test('a trick is an install-time fact that says what happens', t => {
  const [fact] = unpackTarball(tarballOf([x('p/a'), x('p/a', { data: '2' })])).tricks
  t.match(fact, {
    kind: 'path-trick',
    phase: 'install',
    byCall: false,
    guards: [],
    at: { path: 'p/a', line: 1 },
  })
  t.match(fact?.at.code, /last one wins/)
  t.end()
})

t.test('an honest tarball has neither tricks nor gaps', t => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    [
      'as npm packs',
      packFiles({ 'package.json': '{}', 'bin/x': '', [`${'d/'.repeat(60)}e`]: '2' }, ['bin/x']),
    ],
    [
      'folders, global pax',
      tarballOf([
        { path: 'g', type: 'g', data: '14 comment=ab\n' },
        x('p/', { type: '5', data: '' }),
        x('p/a'),
      ]),
    ],
    ['the same file twice', tarballOf([x('p/a'), x('p/a')])],
    ['another top folder', tarballOf([x('lodash/package.json'), x('lodash/a')])],
    ['ignore files', tarballOf([x('p/.gitignore'), x('p/.npmignore')])],
    ['names of the prototype', tarballOf([x('p/__proto__'), x('p/constructor')])],
  ]
  for (const [name, tarball] of cases) {
    const { tricks, gaps, files } = unpackTarball(tarball)
    t.strictSame([tricks, gaps], [[], []], name)
    t.ok(files.length > 0)
  }
  t.end()
})

t.test('the manifest that npm installs is the one that is seen', t => {
  const { files } = unpackTarball(
    tarballOf([x('package/package.json', { data: '1' }), x('z/package.json', { data: '2' })]),
  )
  t.strictSame(
    files.map(({ path, bytes }) => [path, String(bytes)]),
    [['package.json', '2']],
  )
  t.end()
})

t.test('what cannot be read, or is too much, is a gap and never an exception', t => {
  const gzip = gzipSync(tarOf([x('package/a')]))
  const large = Buffer.alloc(512 + limits.maxFileBytes + 2048)
  tarEntry({ path: 'package/a', size: limits.maxFileBytes + 1 }).copy(large)
  const many = Buffer.alloc(512 * (limits.maxEntries + 2), tarEntry({ path: 'package/a' }))
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['nothing', Buffer.alloc(0), /no tar/],
    ['junk', Buffer.alloc(4096, 'x'), /no tar/],
    ['gzip magic alone', Buffer.from([0x1f, 0x8b]), /cut short/],
    ['gzip cut', gzip.subarray(0, -12), /decompressed/],
    ['gzip, wrong checksum', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)]), /decompressed/],
    ['junk behind', Buffer.concat([gzip, Buffer.from('x')]), /decompressed|behind/],
    ['junk behind zeros', Buffer.concat([gzip, Buffer.alloc(9), Buffer.from('x')]), /behind/],
    ['zstd', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(600)]), /zstd/],
    ['a bomb', gzipSync(Buffer.alloc(32 * 1024 * 1024)), /bomb/],
    ['cut in an entry', tarballOf([x('package/a', { size: 9999 })]), /middle/],
    ['a bad checksum', tarballOf([x('package/a'), x('package/b', { checksum: 3 })]), /damaged/],
    ['a file too large', large, /larger than/],
    ['too many entries', many, /entries/],
    ['too deep', tarballOf([x('p/a', { pax: { path: `p/${'n/'.repeat(200)}x` } })]), /too deep/],
    [
      'too many folders',
      tarballOf(
        Array.from({ length: 2500 }, (_, n) => x('p', { pax: { path: `p/${n}${'/d'.repeat(100)}` } })),
      ),
      /folders/,
    ],
    [
      'many tricks',
      tarballOf(Array.from({ length: 2500 }, (_, n) => x(`p/${n}`, { type: '2', linkpath: 'x' }))),
      /more entries/,
    ],
    [
      'a pax header that lies',
      tarOf([
        x('h', { type: 'x', data: '9 size=1\n' }),
        x('L', { type: 'L', data: Buffer.alloc(2 << 20) }),
        x('p/a'),
      ]),
      /lies/,
    ],
  ]
  for (const [name, tarball, what] of cases) {
    const { gaps, tricks } = unpackTarball(tarball)
    t.ok(
      gaps.some(gap => what.test(gap.what)),
      name,
    )
    t.ok(gaps.every(gap => gap.kind === 'content') && gaps.length < 10, name)
    t.ok(tricks.length <= limits.maxFactsPerPackage)
  }
  t.equal([...readTar(many, 5)].length, 6, 'the walker stops')
  t.end()
})
