import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readFolder } from '../../../lib/fetch/read-folder.ts'

t.test('every regular file is read, links are not followed', async t => {
  const root = t.testdir({
    outside: { secret: 's' },
    pkg: {
      'package.json': '{}',
      '.npmrc': 'x',
      '.gitignore': 'lib',
      bin: { run: '#!/bin/sh' },
      lib: {
        'a.js': '1',
        node_modules: { b: { 'index.js': '' } },
        inside: t.fixture('symlink', '../package.json'),
      },
      node_modules: { c: { 'index.js': '' } },
      '.git': { config: '' },
      escape: t.fixture('symlink', '../outside'),
      dangling: t.fixture('symlink', '/nowhere/at/all'),
      loop: t.fixture('symlink', '.'),
    },
  })
  const pkg = join(root, 'pkg')
  chmodSync(join(pkg, 'bin/run'), 0o755)
  execFileSync('mkfifo', [join(pkg, 'pipe')])
  const { files, tricks, gaps, bytes } = await readFolder(pkg)
  const paths = files.map(({ path }) => path).toSorted()
  t.strictSame(paths, ['.gitignore', '.npmrc', 'bin/run', 'lib/a.js', 'package.json'])
  t.strictSame(
    files.filter(({ mode }) => mode & 0o111).map(({ path }) => path),
    ['bin/run'],
  )
  t.equal(bytes, 2 + 1 + 3 + 9 + 1)
  const names = tricks.map(fact => (fact.kind === 'path-trick' ? `${fact.trick} ${fact.name}` : ''))
  t.strictSame(names.toSorted(), ['device pipe', 'link dangling', 'link escape'])
  t.strictSame(gaps, [])
})

t.test('what a package bundles is part of it, and so is what that depends on', async t => {
  const manifest = (fields: object): string => JSON.stringify(fields)
  const root = t.testdir({
    'package.json': manifest({ bundledDependencies: ['one', '@own/two', '..', 'absent'] }),
    node_modules: {
      one: {
        'package.json': manifest({ dependencies: { deep: '1' } }),
        'i.js': '',
        node_modules: { inner: { 'i.js': '' } },
      },
      '@own': {
        two: { 'package.json': '{}', 'i.js': '' },
        three: { 'package.json': '{}', 'i.js': '' },
      },
      deep: { 'package.json': '{}', 'i.js': '', '.git': { config: '' } },
      other: { 'package.json': '{}', 'i.js': '' },
    },
    lib: { node_modules: { one: { 'i.js': '' } } },
  })
  const { files, gaps } = await readFolder(root)
  t.strictSame(
    files
      .map(({ path }) => path)
      .filter(path => path.endsWith('.js'))
      .toSorted(),
    [
      'node_modules/@own/two/i.js',
      'node_modules/deep/i.js',
      'node_modules/one/i.js',
      'node_modules/one/node_modules/inner/i.js',
    ],
  )
  t.strictSame(gaps, [])
})

t.test('what is too deep is a gap, what is no folder an error', async t => {
  const root = t.testdir({ file: '' })
  const deep = join(root, ...Array.from({ length: 130 }, () => 'd'))
  execFileSync('mkdir', ['-p', deep])
  writeFileSync(join(deep, 'x'), '')
  const { gaps, files } = await readFolder(root)
  t.match(gaps, [{ kind: 'content', what: /deep/ }])
  t.strictSame(
    files.map(({ path }) => path),
    ['file'],
  )
  await t.rejects(readFolder(join(root, 'nothing')), { code: 'E_FETCH' })
  await t.rejects(readFolder(join(root, 'file')), { code: 'E_FETCH' })
})
