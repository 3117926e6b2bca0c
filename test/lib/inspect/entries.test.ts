import t from 'tap'
import * as fc from 'fast-check'
import { resolveExports, resolveImports } from 'resolve-pkg-maps'
import { discoverEntries } from '../../../lib/inspect/entries/discover-entries.ts'
import { hooksOf } from '../../../lib/inspect/entries/hooks.ts'
import { PackageFiles } from '../../../lib/inspect/entries/package-files.ts'
import { fillTarget, matchSubpath, packageTargets } from '../../../lib/inspect/entries/package-targets.ts'
import { resolveInPackage, type ResolveHost } from '../../../lib/inspect/entries/resolve-in-package.ts'
import { own, parseManifest } from '../../../lib/inspect/manifest.ts'
import type { SourceType } from '../../../lib/types.ts'

function host(paths: readonly string[], manifests: Record<string, unknown> = {}): ResolveHost {
  const table = new Map(Object.entries(manifests))
  return { files: new PackageFiles(paths), manifest: folder => table.get(folder) }
}

t.test('a specifier finds the file Node would load, and what other loaders would', t => {
  const files = [
    'index.js',
    'lib/a.js',
    'lib/b.json',
    'lib/c/index.js',
    'lib/d/package.json',
    'lib/d/entry.mjs',
    'lib/e.ts',
    'lib/Case.js',
    'lib/f.node',
    'lib/both.js',
    'lib/both/index.js',
    'lib/g.cjs',
    'lib/x y.js',
    'src/n.js',
    'src/d.js',
    'lib/d/package.json',
  ]
  const manifests = {
    '': {
      name: '@s/self',
      exports: { '.': './index.js', './feature/*': './lib/*.js', './null/*': null },
      imports: { '#n': { node: './src/n.js', default: './src/d.js' }, '#pkg': 'other', '#p/*': './lib/*.js' },
    },
    'lib/d': { main: './entry' },
  }
  const cases: [string, string, 'require' | 'import', string[]][] = [
    ['index.js', './lib/a', 'require', ['lib/a.js']],
    ['lib/a.js', '..', 'require', ['index.js']],
    ['lib/a.js', '.', 'require', []],
    ['index.js', './lib/b', 'require', ['lib/b.json']],
    ['index.js', './lib/c', 'require', ['lib/c/index.js']],
    ['index.js', './lib/d', 'require', ['lib/d/entry.mjs']],
    ['index.js', './lib/e.js', 'require', ['lib/e.ts']],
    ['index.js', './lib/f', 'require', ['lib/f.node']],
    ['index.js', './lib/g', 'require', ['lib/g.cjs']],
    ['index.js', './lib/both', 'require', ['lib/both.js']],
    ['index.js', './lib/both/', 'require', ['lib/both/index.js']],
    ['index.js', './LIB/case', 'require', ['lib/Case.js']],
    ['index.js', './lib/x%20y.js?a=1#b', 'import', ['lib/x y.js']],
    ['index.js', './lib/%E0%A4%A', 'import', []],
    ['index.js', '../outside', 'require', []],
    ['index.js', './lib/../../etc/passwd', 'require', []],
    ['index.js', '/etc/passwd', 'require', []],
    ['lib/a.js', '#n', 'import', ['src/n.js', 'src/d.js']],
    ['lib/a.js', '#pkg', 'import', []],
    ['lib/a.js', '#p/a', 'require', ['lib/a.js']],
    ['lib/a.js', '@s/self', 'require', ['index.js']],
    ['lib/a.js', '@s/self/feature/a', 'require', ['lib/a.js']],
    ['lib/a.js', '@s/self/lib/a.js', 'require', []],
    ['lib/a.js', '@s/selfish', 'require', []],
    ['lib/a.js', 'other', 'require', []],
    ['lib/a.js', 'a\0b', 'require', []],
    ['lib/a.js', '', 'require', []],
  ]
  for (const [from, specifier, how, expected] of cases)
    t.same(
      resolveInPackage(host(files, manifests), from, specifier, how),
      expected,
      `${how} ${specifier} from ${from}`,
    )
  t.end()
})

t.test('targets stay inside the package', t => {
  for (const target of [
    '../x.js',
    './../x.js',
    './a/../../x',
    'x.js',
    '/etc/passwd',
    'https://h.invalid/x',
    './node_modules/x',
    './%2e%2e/x',
    5,
    true,
  ]) {
    const { targets, problems } = packageTargets({ '.': target }, 'exports')
    t.same([targets.length, problems.length], [0, 1], String(target))
  }
  let deep: unknown = './x.js'
  for (let i = 0; i < 5000; i++) deep = { node: deep }
  t.equal(packageTargets(deep, 'exports').cut.length, 1)
  let arrays: unknown = './x.js'
  for (let i = 0; i < 5000; i++) arrays = [arrays]
  t.equal(packageTargets(arrays, 'exports').cut.length, 1)
  t.end()
})

t.test('every target the reference resolver gives is among ours', t => {
  const conditions = ['import', 'require', 'node', 'default', 'browser']
  const target = fc.constantFrom('./a.js', './b/*.js', './c/', './d.mjs')
  const { value } = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      target,
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...conditions), tie('value'), { maxKeys: 3 }),
    ),
  }))
  const requests = ['', 'a', 'f/x', 'f/x/y', 'g/z']
  const map = fc.dictionary(fc.constantFrom('.', './a', './f/*', './f/*/y', './g/z'), value, { minKeys: 1 })
  fc.assert(
    fc.property(map, fc.constantFrom(...requests), fc.subarray(conditions), (exports, request, chosen) => {
      let expected: string[] = []
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- shapes its types do not admit are the point
        expected = resolveExports(exports as never, request, chosen)
      } catch {
        return true // Not exported under these conditions: nothing to find.
      }
      const subpath = request === '' ? '.' : `./${request}`
      const ours = packageTargets(exports, 'exports').targets.filter(
        entry => matchSubpath(entry.subpath, subpath) !== undefined,
      )
      const filled = ours.map(entry => fillTarget(entry.subpath, entry.target, subpath))
      return expected.every(path => filled.includes(path))
    }),
    { numRuns: 500 },
  )
  t.same(resolveImports({ '#a': './x.js' }, '#a', ['node']), ['./x.js'])
  t.end()
})

t.test('everything that runs on import or as a bin is an entry', t => {
  const paths = [
    'm.js',
    'e.mjs',
    'r.cjs',
    'b.js',
    'types.d.ts',
    'f/one.js',
    'f/two/deep.js',
    'f/style.css',
    'bin/cli',
    'bin/.hidden',
    'i.js',
    'data.json',
    'index.js',
    'man/x.1',
    '.npmrc',
  ]
  const raw = {
    name: 'p',
    main: './m',
    module: 'e.mjs',
    browser: { './m.js': './b.js', fs: false },
    exports: {
      '.': { types: './types.d.ts', import: './e.mjs', require: './r.cjs' },
      './f/*': './f/*.js',
      './data': './data.json',
    },
    imports: { '#i': './i.js' },
    directories: { bin: './bin', man: 'man' },
  }
  const { entries, bins, problems } = discoverEntries(host(paths, { '': raw }), parseManifest(raw))
  t.same(
    entries.map(({ phase, via, path }) => `${phase} ${via} ${path}`),
    [
      'import main m.js',
      'import module e.mjs',
      'import browser b.js',
      'import exports["."].require r.cjs',
      'import exports["./f/*"] f/one.js',
      'import exports["./f/*"] f/two/deep.js',
      'import exports["./data"] data.json',
      'run bin:cli bin/cli',
    ],
  )
  t.same(bins, [{ name: 'cli', path: 'bin/cli' }])
  t.same(problems, ['contains .npmrc'])
  t.end()
})

t.test('index.js is the entry where main is absent or names nothing', t => {
  for (const main of [undefined, '', 'missing.js', '../x', 5, {}]) {
    const raw = main === undefined ? {} : { main }
    const { entries } = discoverEntries(host(['index.js'], { '': raw }), parseManifest(raw))
    t.same(
      entries.map(({ path }) => path),
      ['index.js'],
      JSON.stringify(main),
    )
  }
  t.same(discoverEntries(host(['index.json'], { '': {} }), parseManifest({})).entries[0]?.path, 'index.json')
  t.end()
})

t.test('patterns over many files stay cheap', t => {
  const paths = Array.from({ length: 20_000 }, (_, i) => `f/${i}.js`)
  const exports = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`./${i}/*`, `./f/*${i}.js`]))
  const raw = { exports }
  const { gaps } = discoverEntries(host(paths, { '': raw }), parseManifest(raw))
  t.match(gaps, [{ kind: 'content', what: /patterns/ }])
  t.end()
})

t.test('hooks are those npm runs for each kind of source', t => {
  const all = {
    preinstall: 'a',
    install: 'b',
    postinstall: 'c',
    prepare: 'd',
    prepublish: 'e',
    prepack: 'f',
    preprepare: 'g',
    test: 'h',
  }
  const gyp = ['binding.gyp']
  const cases: [string, unknown, readonly string[], SourceType, string[]][] = [
    ['registry', { scripts: all }, [], 'registry', ['preinstall', 'install', 'postinstall']],
    ['tarball URL', { scripts: all }, [], 'remote', ['preinstall', 'install', 'postinstall']],
    ['bundled', { scripts: all }, [], 'bundled', ['preinstall', 'install', 'postinstall']],
    ['folder', { scripts: all }, [], 'directory', ['preinstall', 'prepare', 'install', 'postinstall']],
    [
      'git',
      { scripts: all },
      [],
      'git',
      ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare'],
    ],
    ['git without a trigger', { scripts: { prepublish: 'e' } }, [], 'git', []],
    ['git with workspaces', { scripts: { prepublish: 'e' }, workspaces: ['x'] }, [], 'git', ['prepublish']],
    ['implicit build', {}, gyp, 'registry', ['install!']],
    ['implicit build in another case', {}, ['Binding.gyp'], 'registry', ['install!']],
    [
      'implicit build beside postinstall',
      { scripts: { postinstall: 'c' } },
      gyp,
      'registry',
      ['install!', 'postinstall'],
    ],
    ['empty install script', { scripts: { install: '' } }, gyp, 'registry', ['install!']],
    ['own install', { scripts: { install: 'x' } }, gyp, 'registry', ['install']],
    ['own preinstall', { scripts: { preinstall: 'x' } }, gyp, 'registry', ['preinstall']],
    ['gypfile false', { gypfile: false }, gyp, 'registry', []],
    ['gypfile "false"', { gypfile: 'false' }, gyp, 'registry', ['install!']],
    ['another gyp file', {}, ['deps/binding.gyp', 'other.gyp'], 'registry', []],
  ]
  for (const [label, raw, paths, source, expected] of cases) {
    const at = { path: 'package.json', line: 1, column: 1, code: '' }
    const hooks = hooksOf({
      manifest: parseManifest(raw),
      workspaces: Boolean(own(raw, 'workspaces')),
      files: new PackageFiles(paths),
      source,
      site: () => at,
      gypSite: () => at,
    })
    t.same(
      hooks.map(hook => hook.event + (hook.implicit ? '!' : '')),
      expected,
      label,
    )
  }
  t.end()
})
