import t from 'tap'
import * as fc from 'fast-check'
import { parseManifest, readManifest } from '../../../lib/inspect/manifest.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

t.test('bins are linked as npm links them', t => {
  const cases: [unknown, [string, string][]][] = [
    ['./cli.js', [['tool', 'cli.js']]],
    [
      { a: 'bin/a.js', b: './b' },
      [
        ['a', 'bin/a.js'],
        ['b', 'b'],
      ],
    ],
    [
      ['./x/one.js', 'two'],
      [
        ['one.js', 'x/one.js'],
        ['two', 'two'],
      ],
    ],
    [{ '../../evil': 'x.js' }, [['evil', 'x.js']]],
    [{ ok: '../../../etc/passwd' }, [['ok', 'etc/passwd']]],
    [{ win: 'bin\\win.js' }, [['win', 'bin/win.js']]],
    [{ bad: 1, '': 'x', none: '' }, []],
    [42, []],
    [null, []],
  ]
  for (const [bin, expected] of cases) {
    const { bins } = parseManifest({ name: '@scope/tool', bin })
    t.same(
      bins.map(({ name, path }) => [name, path]),
      expected,
      JSON.stringify(bin),
    )
  }
  t.same(parseManifest({ bin: './cli.js' }).bins, [], 'a string needs a name')
  t.end()
})

t.test('dependencies and bundles are read as npm normalises them', t => {
  const manifest = parseManifest({
    dependencies: { a: '1', both: '1', bad: {} },
    optionalDependencies: { both: '2' },
    peerDependencies: { p: '*' },
    devDependencies: 'x@1 @s/y',
    bundledDependencies: true,
  })
  t.same(
    manifest.dependencies.map(({ name, spec, type }) => `${type} ${name}@${spec}`),
    ['optional both@2', 'prod a@1', 'peer p@*', 'dev x@1', 'dev @s/y@'],
  )
  t.same(manifest.bundled, ['a', 'both', 'bad'])
  t.same(parseManifest({ bundleDependencies: ['q', 1] }).bundled, ['q'])
  t.same(parseManifest({ bundleDependencies: { r: 1 } }).bundled, ['r'])
  t.same(parseManifest({ bundleDependencies: 'r' }).problems.length, 1)
  t.end()
})

t.test('every field may have a wrong shape', t => {
  const shapes: unknown[] = [1, 'x', null, [], {}, true, [[[]]], { a: { b: 1 } }]
  for (const key of [
    'name',
    'version',
    'scripts',
    'bin',
    'dependencies',
    'keywords',
    'repository',
    'gypfile',
    'exports',
  ])
    for (const shape of shapes)
      t.doesNotThrow(() => parseManifest({ [key]: shape }), `${key}: ${JSON.stringify(shape)}`)
  t.same(parseManifest({ scripts: { install: 5, test: 'x' } }).scripts, [{ event: 'test', command: 'x' }])
  const long = parseManifest({ scripts: { install: 'a'.repeat(4_000_000) } })
  t.ok((long.scripts[0]?.command.length ?? 0) < 100_000)
  t.match(long.problems[0], /4000000/)
  t.end()
})

t.test('bytes that npm reads are read, the others are gaps', t => {
  const cases: [string, Uint8Array, number, RegExp | undefined][] = [
    ['plain', bytes('{"name":"a"}'), 0, undefined],
    ['byte order mark', bytes('\uFEFF{"name":"a"}'), 0, undefined],
    [
      'invalid UTF-8',
      Buffer.concat([bytes('{"name":"a","x":"'), Buffer.from([0xff]), bytes('"}')]),
      0,
      /UTF-8/,
    ],
    [
      'duplicate keys',
      bytes('{"scripts":{"install":"x"},"name":"b","scripts":{},"name":"a"}'),
      0,
      /"scripts" appears twice/,
    ],
    ['duplicate by escape', bytes('{"name":"b","n\\u0061me":"a"}'), 0, /"name" appears twice/],
    ['a prototype', bytes('{"name":"a","scripts":{"__proto__":"x"}}'), 0, /__proto__/],
    ['deep', bytes(`{"name":"a","x":${'['.repeat(3000)}${']'.repeat(3000)}}`), 1, undefined],
    ['many', bytes(`{"name":"a","bin":[${'1,'.repeat(20_000)}1]}`), 1, undefined],
    ['array', bytes('["name"]'), 1, undefined],
    ['number', bytes('1'), 1, undefined],
    ['not JSON', bytes('{name:1}'), 1, undefined],
    ['empty', bytes(''), 1, undefined],
    ['too large', new Uint8Array(9 * 1024 * 1024), 1, undefined],
  ]
  for (const [label, input, gaps, problem] of cases) {
    const reading = readManifest(input)
    t.equal(reading.gaps.length, gaps, label)
    if (gaps === 0) t.equal(reading.manifest.name, 'a', label)
    if (problem) t.match(reading.manifest.problems.join('\n'), problem, label)
  }
  t.end()
})

t.test('a manifest cannot reach the prototype', t => {
  const { manifest } = readManifest(
    bytes('{"__proto__":{"name":"evil","scripts":{"install":"x"}},"scripts":{"__proto__":"y"}}'),
  )
  t.equal(manifest.name, undefined)
  t.same(manifest.scripts, [{ event: '__proto__', command: 'y' }])
  t.equal(({} as Record<string, unknown>)['name'], undefined)
  t.end()
})

t.test('the place of a script is known', t => {
  const text = '{\n "scripts": {"a":"1",\n   "install" : "node x"}}'
  const { scan } = readManifest(bytes(text))
  t.equal(text.slice(scan.offsets.get('scripts\0install')).startsWith('"node x"'), true)
  t.end()
})

t.test('no JSON value makes the readers throw', t => {
  fc.assert(
    fc.property(fc.json(), json => {
      parseManifest(JSON.parse(json))
      readManifest(bytes(json))
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), input => void readManifest(input)),
    { numRuns: 300 },
  )
  t.end()
})
