import t from 'tap'
import { CodeAnalysis } from '../../../lib/inspect/code/analysis.ts'
import { inspectPackage } from '../../../lib/inspect/inspect-package.ts'
import { judge } from '../../../lib/judge/judge.ts'
import { toJsonReport } from '../../../lib/report/json.ts'
import {
  createDrawing,
  renderDeclined,
  renderError,
  renderExplanation,
  renderInspection,
  renderInstalled,
  renderReview,
  renderSummaryLine,
  type Drawing,
} from '../../../lib/report/human.ts'
import { bytesInWords, count, wrap } from '../../../lib/report/layout.ts'
import { printable, toAscii } from '../../../lib/report/sanitize.ts'
import { describeScript } from '../../../lib/report/script.ts'
import { pasteable } from '../../../lib/report/report.ts'
import {
  HOLE,
  type Fact,
  type Finding,
  type Hook,
  type JudgedPackage,
  type PlannedPackage,
} from '../../../lib/types.ts'
import { finding, inspection, judged, report, site } from '../../helpers/judged.ts'

const utf8 = { LANG: 'en_US.UTF-8' }

function drawing(columns = 80, over: Partial<Drawing> = {}): Drawing {
  return { ...createDrawing({ isTTY: false, columns, env: utf8, verbose: false }), ...over }
}

const stop = { purpose: 'install', asking: false } as const

function alarmed(found: readonly Finding[], of: Partial<PlannedPackage> = {}): JudgedPackage {
  return judged({ verdict: judge(found, []) }, of)
}

const base = { phase: 'install', byCall: false, at: site('install.js', 3), guards: [] } as const

const facts: readonly Fact[] = [
  { ...base, kind: 'starts', api: 'spawn', commands: ['node-gyp rebuild'], manner: [] },
  {
    ...base,
    kind: 'contacts',
    api: 'https.get',
    destinations: ['https://u:p@github.com/a/b?c=d', 'https://github.com/x'],
  },
  { ...base, kind: 'contacts', api: 'https.get', destinations: [`https://${HOLE}/x`] },
  { ...base, kind: 'writes', api: 'fs.writeFile', paths: ['./build/a.node'], contents: [] },
  { ...base, kind: 'reads', source: 'env-name', name: 'npm_config_arch', api: 'process.env' },
  { ...base, kind: 'reads', source: 'credential-file', name: '~/.npmrc', api: 'fs', at: site('other.js') },
  { ...base, kind: 'contacts', api: 'fetch', destinations: ['https://late.example/'], phase: 'run' },
]

const hook: Hook = {
  event: 'postinstall',
  command: 'node install.js',
  implicit: false,
  starts: ['install.js'],
  at: site('package.json', 7),
}

const stealer = finding({
  rule: 'secret-exfiltration',
  severity: 'critical',
  action: 'block',
  message: 'while npm installs it it reads the credential file ~/.npmrc and sends it to "collect.invalid"',
  location: { path: 'setup.js', line: 4, column: 1 },
  evidence: 'request.end(token)',
  flow: [
    { label: 'reads the credential file ~/.npmrc', path: 'setup.js', line: 2 },
    { label: 'https.request (payload)', path: 'setup.js', line: 4 },
  ],
})

const skipping = judged(
  {
    inspection: inspection({ hooks: [hook], facts }),
    scripts: [{ event: 'postinstall', command: 'node install.js', approved: false }],
  },
  { name: 'esbuild', version: '0.25.0', requiredBy: ['node_modules/vite'], direct: false },
)

const unread = judged(
  {
    inspection: undefined,
    gaps: [{ kind: 'content', what: 'the tarball ends in the middle' }],
    verdict: { kind: 'ask', findings: [] },
  },
  { name: 'torn' },
)

const evil = judged(
  {
    verdict: judge([stealer], []),
    inspection: inspection({ hooks: [{ ...hook, command: 'node setup.js', starts: ['setup.js'] }] }),
  },
  { name: 'evil', typed: true },
)

t.test('the screens people read', t => {
  const blocked = report([
    judged({}, { name: 'quiet' }),
    alarmed([finding({ severity: 'medium' }), finding({ action: 'note', rule: 'noted' })], {
      name: 'odd',
      direct: false,
      requiredBy: ['node_modules/evil', 'node_modules/b/node_modules/@s/c'],
    }),
    evil,
    unread,
    judged({ gaps: [{ kind: 'context', what: 'no publish date' }] }, { name: 'undated' }),
    judged({ gaps: [{ kind: 'context', what: 'no publish date' }] }, { name: 'undated-too' }),
  ])
  t.matchSnapshot(renderReview(blocked, drawing(), stop), 'blocked')
  t.matchSnapshot(renderReview(blocked, drawing(40), stop), 'blocked, forty columns')
  t.matchSnapshot(renderReview(blocked, drawing(80, { verbose: true }), stop), 'blocked, verbose')
  const questions = report([alarmed([finding()], { name: 'odd' })])
  t.matchSnapshot(renderReview(questions, drawing(), { ...stop, asking: true }), 'a question')
  t.matchSnapshot(renderReview(questions, drawing(), stop), 'a question nobody can answer')
  t.matchSnapshot(renderReview(report([unread]), drawing(), stop), 'only a gap')
  const note = finding({ action: 'note', rule: 'install-script' })
  const noted = report([alarmed([note], { name: 'noted' }), judged(), unread])
  t.matchSnapshot(renderReview(noted, drawing(), { purpose: 'report', asking: false }), 'a report with notes')
  t.matchSnapshot(
    renderInstalled(report([skipping]), { added: 12, changed: 1, removed: 0 }, drawing()),
    'installed',
  )
  t.matchSnapshot(
    renderInstalled(report([judged()]), { added: 0, changed: 0, removed: 0 }, drawing()),
    'nothing new',
  )
  t.matchSnapshot(renderInspection(skipping, drawing()), 'capabilities')
  t.matchSnapshot(
    renderError({ message: 'could not fetch a@1.0.0: 404', hint: 'Check the name.' }, drawing()),
    'error',
  )
  t.matchSnapshot(renderDeclined(drawing()), 'declined')
  t.end()
})

t.test('what holds for several places is said once, with the places', t => {
  const at = (line: number): Finding =>
    finding({ message: 'it sends that away', location: { path: 'a.js', line, column: 1 } })
  const text = renderReview(report([alarmed([1, 2, 3, 4, 5, 6].map(at))]), drawing(), stop)
  t.equal(text.match(/It sends that away/g)?.length, 1)
  t.match(text, 'The same at a.js:2, a.js:3, a.js:4 and 2 more.')
  t.notMatch(text, '--verbose shows them')
  t.end()
})

t.test('an honest install says little: nothing before, two lines after', t => {
  const honest = report([judged(), judged({ fromCache: true }, { name: 'b' })])
  t.equal(renderReview(honest, drawing(), stop), '')
  const text = renderInstalled(honest, { added: 2, changed: 0, removed: 0 }, drawing())
  t.equal(text.trimEnd().split('\n').length, 2)
  t.match(text, /added 2 packages/)
  t.match(text, /all read/)
  const unchanged = judged({ inspection: undefined }, { unchanged: true })
  t.match(renderSummaryLine(report([unchanged]), drawing()), /read 0 packages.*1 unchanged on disk/)
  t.match(renderSummaryLine(report([unread]), drawing()), /NOT READ: 1 package, 1 gap/)
  t.end()
})

t.test('nothing is said by colour alone', t => {
  const one = report([alarmed([stealer, finding()])])
  const plain = drawing()
  const paint = (text: string): string => `\u001b[1m${text}\u001b[22m`
  const coloured = drawing(80, { bold: paint, dim: paint, red: paint, yellow: paint, green: paint })
  const text = renderReview(one, coloured, stop)
  t.match(text, '\u001b[1m')
  t.equal(text.replaceAll(/\u001b\[\d+m/g, ''), renderReview(one, plain, stop))
  t.end()
})

t.test('colour, width and characters follow the terminal', t => {
  const table: readonly [string, boolean, Record<string, string>, boolean][] = [
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['NO_COLOR beats FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR on a pipe', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['CI', true, { CI: 'true' }, false],
  ]
  for (const [what, isTTY, env, expected] of table) {
    const { red } = createDrawing({ isTTY, columns: 80, env, verbose: false })
    t.equal(red('x') !== 'x', expected, what)
  }
  const widths: readonly [number | undefined, number][] = [
    [undefined, 80],
    [10, 40],
    [60, 60],
    [500, 100],
  ]
  for (const [columns, expected] of widths)
    t.equal(
      createDrawing({ isTTY: true, columns, env: {}, verbose: false }).width,
      expected,
      `${columns} columns`,
    )
  const unicode: readonly [Record<string, string>, boolean][] = [
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C' }, false],
    [{}, false],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, false],
    [{ LC_CTYPE: 'C.utf8', LANG: 'C' }, true],
  ]
  for (const [env, expected] of unicode)
    t.equal(
      createDrawing({ isTTY: true, columns: 80, env, verbose: false }).unicode,
      expected,
      JSON.stringify(env),
    )
  t.end()
})

const hostile = [
  '\u001b[2J\u001b[1;1Hadded 1 package',
  'a\nBLOCKED b\r\nok',
  '\u202egnp.js',
  'zero\u200bwidth\u2060\ufeff',
  'tags\u{e0041}\u{e0042}',
  '\u009b31m',
  'p\u0430ypal',
  '\ud800',
  'e\u0301',
  '\u0000\u0007\u007f\u0085\u2028',
  `https://${HOLE}/x`,
  '__proto__',
  '🙂',
]

t.test('hostile text is visible and harmless wherever it comes from', t => {
  for (const text of hostile) {
    const shown = printable(text)
    t.match(shown, /^[\x20-\x7e…]*$/, shown)
    t.match(toAscii(shown), /^[\x20-\x7e]*$/)
    const bad = finding({
      message: text,
      evidence: text,
      rule: text,
      location: { path: text, line: 1, column: 1 },
      flow: [{ label: text, path: text, line: 1 }],
    })
    const skipped: JudgedPackage = {
      ...judged({}, { name: text, version: text, requiredBy: [text], direct: false }),
      verdict: judge([bad], []),
      gaps: [
        { kind: 'content', what: text, path: text },
        { kind: 'context', what: text },
      ],
      scripts: [{ event: text, command: text, approved: false }],
      inspection: inspection({
        facts: [{ ...base, kind: 'reads', source: 'file', name: text, api: text, at: site(text) }],
        hooks: [{ ...hook, event: text, command: text }],
      }),
    }
    const one = report([skipped])
    const everything = [
      renderReview(one, drawing(), stop),
      renderReview(one, drawing(), { purpose: 'report', asking: false }),
      renderInstalled(one, { added: 1, changed: 0, removed: 0 }, drawing()),
      renderInspection(skipped, drawing()),
      renderError({ message: text, hint: text }, drawing()),
    ].join('')
    t.match(everything, /^[\x20-\x7e\n…→·—–]*$/, `in every screen: ${shown}`)
    const headings = everything.split('\n').filter(line => line.startsWith('BLOCKED'))
    t.same(headings, [], 'no forged heading')
  }
  t.end()
})

t.test('a megabyte of everything stays one short screen', t => {
  const long = `x${'\u001b'.repeat(1024 * 1024)}`
  const many = Array.from({ length: 200 }, () => finding({ message: long, evidence: long }))
  const packages = Array.from({ length: 200 }, (_, index) =>
    judged(
      {
        verdict: judge(many, []),
        gaps: [{ kind: 'content', what: `${index}${long}` }],
        scripts: [{ event: 'install', command: long, approved: false }],
      },
      { name: `p${index}` },
    ),
  )
  const one = report(packages)
  const text =
    renderReview(one, drawing(), stop) + renderInstalled(one, { added: 1, changed: 0, removed: 0 }, drawing())
  t.ok(text.length < 400_000, `${text.length} characters`)
  t.match(text, /and 188 more/)
  t.match(text, /180 more packages with alarms/)
  for (const line of text.split('\n'))
    if (line.length > 80 && !line.includes('--approve')) t.fail(`too wide: ${line}`)
  t.end()
})

t.test('no command is printed that a package name could change', t => {
  const table: readonly [string, boolean][] = [
    ['a@1.0.0', true],
    ['@s/a@1.0.0-beta.1+x', true],
    ['a', true],
    ['a@1.0.0; rm -rf ~', false],
    ['$(touch x)@1.0.0', false],
    ['-g@1.0.0', false],
    ['--yes', false],
    ['a b@1', false],
    ['a@`x`', false],
    ["a'@1", false],
    ['../x@1', false],
    ['a@1\n', false],
    ['x'.repeat(300), false],
  ]
  for (const [id, expected] of table) t.equal(pasteable(id) !== undefined, expected, id.slice(0, 30))
  const sly = alarmed([finding()], { name: '$(touch x)' })
  t.notMatch(renderReview(report([sly]), drawing(), stop), '--accept')
  t.end()
})

t.test('a script is described by what the files it reaches do', t => {
  const own = inspection({ hooks: [hook], facts })
  t.equal(
    describeScript(own, hook),
    'postinstall: node install.js — starts node-gyp rebuild; contacts github.com, an address that is computed (https.get); writes ./build/a.node; ' +
      'itself reads no credentials',
  )
  const edges = [{ from: 'install.js', to: 'other.js', phase: 'install', how: 'require' } as const]
  t.match(describeScript({ ...own, edges }, hook), /; reads the credential file ~\/\.npmrc$/)
  const cycle = [...edges, { from: 'other.js', to: 'install.js', phase: 'install', how: 'require' } as const]
  t.match(describeScript({ ...own, edges: cycle }, hook), /~\/\.npmrc$/, 'files that load each other')
  const calm = inspection({ hooks: [hook] })
  t.equal(describeScript(calm, hook), 'postinstall: node install.js — reads no credentials')
  const hidden: readonly [string, Partial<typeof calm>][] = [
    ['could not be read', { gaps: [{ kind: 'content', what: 'x' }] }],
    ['more than can be shown', { dropped: 3 }],
    [
      'are hidden',
      { facts: [{ ...base, kind: 'evaluates', api: 'eval', code: 'computed', decoders: ['base64'] }] },
    ],
    ['are hidden', { facts: [{ ...base, kind: 'obfuscated', marks: ['string array'], share: 0.9 }] }],
    [
      'compiled program',
      {
        files: [{ path: 'install.js', bytes: 1, mode: 0o755, sha256: '', kind: 'native', phase: 'install' }],
      },
    ],
  ]
  for (const [why, over] of hidden) {
    const text = describeScript({ ...calm, ...over }, hook)
    t.match(text, new RegExp(`no credentials seen, but .*${why}`), why)
  }
  const started = (command: string): Fact => ({
    ...base,
    kind: 'starts',
    api: 'shell',
    commands: [command],
    manner: [],
    at: hook.at,
  })
  t.equal(
    describeScript({ ...calm, facts: [started('node install.js')] }, hook),
    'postinstall: node install.js — reads no credentials',
    'starting its own file is what the command says',
  )
  t.equal(
    describeScript(
      { ...calm, facts: [started('node-gyp-build')] },
      { ...hook, command: 'node-gyp-build', starts: [] },
    ),
    'postinstall: node-gyp-build — itself reads no credentials',
    'another program may read what it likes',
  )
  const line: Fact = {
    ...base,
    kind: 'starts',
    api: 'shell',
    commands: ['curl x.invalid'],
    manner: [],
    at: hook.at,
  }
  t.match(
    describeScript({ ...calm, facts: [line] }, hook),
    /starts curl x\.invalid/,
    'the line of the script itself',
  )
  const gyp: Hook = {
    ...hook,
    event: 'install',
    command: 'node-gyp rebuild',
    implicit: true,
    starts: [],
    at: site('binding.gyp'),
  }
  t.match(describeScript(calm, gyp), /^install: node-gyp rebuild \(implied by binding\.gyp\)/)
  t.end()
})

t.test('every kind of fact has words, equal ones share a line, and all of it is bounded', t => {
  const at = site('a.js')
  const kinds: readonly Fact[] = [
    ...facts,
    { ...base, kind: 'resolves', api: 'dns', destinations: [] },
    { ...base, kind: 'deletes', api: 'fs.rm', paths: [`${HOLE}/x`] },
    { ...base, kind: 'makes-executable', api: 'fs.chmod', paths: ['a'] },
    { ...base, kind: 'loads', api: 'require', targets: ['./a.node'], native: true },
    { ...base, kind: 'loads', api: 'require', targets: [], native: false },
    { ...base, kind: 'evaluates', api: 'eval', code: 'constant', decoders: ['base64', 'xor'] },
    { ...base, kind: 'decodes', method: 'base64', bytes: 4096 },
    { ...base, kind: 'patches', target: 'http.request', api: '=' },
    { ...base, kind: 'listens', api: 'process.on', event: 'exit' },
    { ...base, kind: 'checks', what: 'platform', name: 'win32' },
    { ...base, kind: 'hidden-text', characters: 'bidi', count: 2 },
    { ...base, kind: 'off-screen', blanks: 500 },
    { ...base, kind: 'obfuscated', marks: ['string array', 'hex names'], share: 0.5 },
    { ...base, kind: 'unreadable', why: 'computed member', share: 0.1 },
    { ...base, kind: 'native-binary', format: 'ELF', arch: 'x64' },
    { ...base, kind: 'gyp-command', command: 'node x.js', how: '<!' },
    { ...base, kind: 'path-trick', trick: 'absolute', name: '/etc/x' },
  ]
  const source = { kind: 'env', name: 'process.env', at } as const
  const sink = {
    kind: 'network',
    api: 'fetch',
    role: 'payload',
    destinations: ['https://x.invalid'],
    at,
  } as const
  const flow = { source, sink, hops: [], guards: [], phase: 'import', byCall: false, certain: false } as const
  const all = judged({ inspection: inspection({ facts: kinds, flows: [flow, flow], dropped: 7 }) })
  t.matchSnapshot(renderInspection(all, drawing()))
  const reads = Array.from({ length: 5000 }, (_, index): Fact => ({
    ...base,
    kind: 'reads',
    source: 'file',
    name: `f${index}.txt`,
    api: 'fs',
  }))
  const text = renderInspection(judged({ inspection: inspection({ facts: reads }) }), drawing())
  t.match(text, /f0\.txt or 4,999 others/)
  t.ok(text.split('\n').length < 20)
  t.match(renderInspection(judged({ inspection: undefined }), drawing()), /not read/)
  t.match(renderInspection(judged(), drawing()), /No capability/)
  t.end()
})

t.test('--explain lists the rules and shows one whole', t => {
  const meta = {
    id: 'some-rule',
    title: 'Does something odd',
    severity: 'high',
    description: 'It looks for odd things. Honest code has none. Look at the code.',
    references: ['an incident (2025)'],
    blindSpots: ['Things that are even.'],
    examples: {
      flags: [
        {
          title: 'odd',
          files: {
            'package.json': '{"name":"a"}',
            'x.js': 'odd()\n\u202eodd()\n',
            'b.bin': new Uint8Array(3),
          },
        },
      ],
      passes: [{ title: 'even', files: { 'x.js': 'even()\n'.repeat(100) } }],
    },
  } as const
  t.matchSnapshot(renderExplanation([meta], undefined, drawing()), 'list')
  t.matchSnapshot(renderExplanation([meta], 'some-rule', drawing()), 'one')
  t.throws(() => renderExplanation([meta], 'other\u001b', drawing()), { code: 'E_USAGE' })
  t.end()
})

t.test('words, numbers and lines', t => {
  t.equal(count(1, 'file'), '1 file')
  t.equal(count(2310, 'file'), '2,310 files')
  const sizes: readonly [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [12_400_000, '12.4 MB'],
    [5e15, '5000.0 TB'],
  ]
  for (const [bytes, words] of sizes) t.equal(bytesInWords(bytes), words)
  t.same(
    wrap('aa bb cc', { width: 25, indent: 20, hang: 22 }),
    [`${' '.repeat(20)}aa bb cc`],
    'text keeps 20 columns',
  )
  t.same(wrap(`one ${'y'.repeat(45)} two`, { width: 22, indent: 0, hang: 2 }), [
    'one',
    `  ${'y'.repeat(20)}`,
    `  ${'y'.repeat(20)}`,
    '  yyyyy two',
  ])
  t.same(wrap('', { width: 40, indent: 2 }), ['  '])
  t.end()
})

t.test('work that was not finished is said in the report of the package it is missing from', t => {
  const code = new TextEncoder().encode(`fetch('https://x.example')\n${'x();'.repeat(50_000)}\n`)
  const manifest = new TextEncoder().encode('{"name":"a","version":"1.0.0","main":"i.js"}')
  const files = [
    { path: 'package.json', bytes: manifest, mode: 0o644 },
    { path: 'i.js', bytes: code, mode: 0o644 },
  ]
  const inspected = inspectPackage(
    { files, tricks: [], gaps: [], bytes: code.length },
    { source: 'registry', analysis: host => new CodeAnalysis(host, { budget: 10_000 }) },
  )
  const one = judged({ inspection: inspected, gaps: inspected.gaps, verdict: judge([], inspected.gaps) })
  const text = renderReview(report([one]), drawing(), { purpose: 'report', asking: false })
  t.match(text, /Could not be read, so nobody knows what it does:\n {2}a@1\.0\.0: the work budget was spent/)
  const { packages, summary, decision } = toJsonReport(report([one]))
  t.match(packages[0]?.gaps, [{ kind: 'content', what: /^the work budget was spent/ }])
  t.equal(packages[0]?.verdict, 'ask')
  t.equal(summary.gaps, 1)
  t.equal(decision, 'stop')
  t.end()
})
