import t from 'tap'
import { SafeInstallError, type ErrorCode } from '../../../lib/errors.ts'
import { judge } from '../../../lib/judge/judge.ts'
import { exitCode, type Outcome } from '../../../lib/report/exit-code.ts'
import { toJsonFailure, toJsonReport, toJsonText } from '../../../lib/report/json.ts'
import { lockfileLines, toSarif } from '../../../lib/report/sarif.ts'
import { finding, judged, report } from '../../helpers/judged.ts'
import { reportSchema } from '../../helpers/report-schema.ts'

const validate = reportSchema()

const codes: Readonly<Record<ErrorCode, number>> = {
  E_USAGE: 2,
  E_POLICY: 2,
  E_CONFIG: 1,
  E_RESOLVE: 1,
  E_FETCH: 1,
  E_INTEGRITY: 1,
  E_INSTALL: 1,
  E_SCRIPT: 1,
  E_VERIFY: 1,
  E_LOCKED: 1,
  E_INTERRUPTED: 130,
  E_SKIPPED: 10,
  E_UNSUPPORTED: 1,
  E_INTERNAL: 1,
}

const flow = [{ label: 'reads x', path: 'a.js', line: 1 }]
const clean = judged()
const bare = judged({}, { resolved: undefined, integrity: undefined, location: '', spec: './a.tgz' })
const asked = judged({ verdict: judge([finding({ flow })], []) })
const blocked = judged({
  verdict: judge([finding({ action: 'block', severity: 'critical' })], []),
  scripts: [{ event: 'postinstall', command: 'node x', approved: false }],
})
const torn = judged({
  inspection: undefined,
  verdict: { kind: 'ask', findings: [] },
  gaps: [
    { kind: 'content', what: 'truncated', path: 'a.js' },
    { kind: 'context', what: 'no packument' },
  ],
})

t.test('what --json prints is what its schema says', t => {
  const table = [
    ['no package', report([]), 'proceed'],
    ['clean', report([clean, bare]), 'proceed'],
    ['a question', report([clean, asked]), 'stop'],
    ['an accepted question', report([asked], { decision: { kind: 'proceed', because: 'ask' } }), 'proceed'],
    ['a block', report([blocked, asked, clean]), 'stop'],
    ['a gap', report([torn]), 'stop'],
  ] as const
  for (const [what, one, decision] of table) {
    const text = toJsonText(toJsonReport(one))
    const value: unknown = JSON.parse(text)
    t.ok(validate(value), what, { errors: validate.errors })
    t.match(value, { schemaVersion: 1, decision, tool: { version: '0.1.0', rules: 9 } }, what)
    t.match(
      value,
      { packages: one.packages.map(entry => ({ spec: entry.package.spec })) },
      'every package, in order',
    )
  }
  for (const code of Object.keys(codes)) {
    if (!isCode(code)) continue
    for (const hint of ['do this', undefined]) {
      const value: unknown = JSON.parse(
        toJsonText(toJsonFailure(new SafeInstallError(code, 'm', { hint: hint ?? '' }))),
      )
      t.ok(validate(value), code, { errors: validate.errors })
      t.ok(validate(toJsonFailure({ code, message: 'm', hint })), `${code} ${hint}`)
    }
  }
  t.end()
})

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code)
}

t.test('the schema refuses what is not in it', t => {
  const good = toJsonReport(report([blocked, torn]))
  const [first, second] = good.packages
  const wrong: readonly [string, unknown][] = [
    ['another property', { ...good, extra: 1 }],
    ['another version', { ...good, schemaVersion: 2 }],
    ['an unsettled decision', { ...good, decision: 'ask' }],
    ['no summary', { ...good, summary: undefined }],
    ['half a summary', { ...good, summary: { ...good.summary, bytes: 1.5 } }],
    ['a package with more', { ...good, packages: [{ ...first, inspection: {} }] }],
    ['a verdict unheard of', { ...good, packages: [{ ...second, verdict: 'fine' }] }],
    ['a finding with more', { ...good, packages: [{ ...first, findings: [{ ...finding(), code: '' }] }] }],
    ['both report and error', { ...good, error: { code: 'E_USAGE', message: '', hint: null } }],
    ['an unknown code', { schemaVersion: 1, error: { code: 'E_X', message: '', hint: null } }],
    ['nothing', {}],
  ]
  for (const [what, value] of wrong) t.notOk(validate(JSON.parse(JSON.stringify(value))), what)
  t.end()
})

t.test('the JSON is published property for property', t => {
  const sneaky = { ...finding(), secret: 'x', location: { path: 'a', line: 1, column: 1, secret: 'x' } }
  const gap = { kind: 'content', what: 'x', secret: 'x' } as const
  const one = judged({ verdict: { kind: 'ask', findings: [sneaky] }, gaps: [gap] })
  t.notMatch(toJsonText(toJsonReport(report([one]))), 'secret')
  t.end()
})

t.test('JSON text neutralises what a terminal would act on, and means the same', t => {
  const nasty = { a: '\u001b[2J\u009b31m\u202e\u200b\u{e0041}\ud800é\u007f\n' }
  const text = toJsonText(nasty)
  t.match(text, /^[\x20-\x7e\n]+$/)
  t.same(JSON.parse(text), nasty)
  t.end()
})

const meta = {
  id: 'some-rule',
  title: 'Does something odd',
  severity: 'high',
  description: 'It looks for odd things.',
  references: [],
  blindSpots: [],
  examples: { flags: [], passes: [] },
} as const

type Sarif = {
  readonly version: string
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
    readonly results: readonly {
      readonly ruleId: string
      readonly level: string
      readonly message: { readonly text: string }
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string }
          readonly region: { readonly startLine: number }
        }
        readonly logicalLocations: readonly { readonly fullyQualifiedName: string }[]
      }[]
      readonly partialFingerprints: { readonly primaryLocationLineHash: string }
    }[]
  }[]
}

function sarif(packages: Parameters<typeof report>[0], line = 7): Sarif {
  const anchor = { uri: 'package-lock.json', lineOf: () => line }
  // Through text and back: what a consumer gets.
  const value: Sarif = JSON.parse(JSON.stringify(toSarif(report(packages), [meta], anchor)))
  return value
}

t.test('SARIF says each finding and each content gap at the lockfile', t => {
  const { version, runs } = sarif([clean, asked, blocked, torn])
  t.equal(version, '2.1.0')
  const [run] = runs
  const results = run?.results ?? []
  t.same(
    results.map(one => [one.ruleId, one.level]),
    [
      ['some-rule', 'warning'],
      ['some-rule', 'error'],
      ['content-gap', 'error'],
    ],
  )
  const rules = run?.tool.driver.rules.map(rule => rule.id) ?? []
  for (const one of results) {
    t.ok(rules.includes(one.ruleId), `${one.ruleId} is described`)
    const [location] = one.locations
    t.match(location, {
      physicalLocation: { artifactLocation: { uri: 'package-lock.json' }, region: { startLine: 7 } },
      logicalLocations: [{ fullyQualifiedName: 'node_modules/a' }],
    })
  }
  t.match(results[0]?.message.text, /a@1\.0\.0.*\nsetup\.js:3:5 odd\(thing\)\n1\. reads x \(a\.js:1\)/s)
  t.match(sarif([asked], 0).runs[0]?.results[0]?.locations[0]?.physicalLocation.region, { startLine: 1 })
  t.end()
})

t.test('SARIF is what GitHub documents that it takes', t => {
  // docs.github.com: "SARIF support for code scanning", the properties it needs and their limits.
  const long = { ...meta, id: 'long', description: 'x'.repeat(5000) }
  const ofPolicy = judged({ verdict: judge([finding({ rule: 'minimum-age', action: 'ask' })], []) })
  const many = judged({
    verdict: judge(
      Array.from({ length: 6000 }, (_, index) => finding({ evidence: String(index), action: 'note' })),
      [],
    ),
  })
  const file = toSarif(report([many, ofPolicy, blocked, torn]), [meta, long], {
    uri: 'package-lock.json',
    lineOf: () => 7,
  })
  const { $schema, version, runs } = JSON.parse(JSON.stringify(file))
  t.match($schema, /sarif-2\.1\.0/)
  t.equal(version, '2.1.0')
  t.equal(runs.length, 1)
  const [{ tool, results, invocations }] = runs
  t.equal(tool.driver.name, 'safe-install')
  t.match(tool.driver.semanticVersion, /./)
  const ids: string[] = tool.driver.rules.map((rule: { id: string }) => rule.id)
  t.equal(new Set(ids).size, ids.length, 'each rule once')
  for (const rule of tool.driver.rules) {
    t.ok(rule.name.length <= 255 && rule.help.text.length > 0, rule.id)
    for (const about of [rule.shortDescription, rule.fullDescription])
      t.ok(about.text.length > 0 && about.text.length <= 1024, `${rule.id}: description`)
    t.match(rule.defaultConfiguration.level, /^(?:error|warning|note)$/, rule.id)
    const score = Number(rule.properties['security-severity'])
    t.ok(score > 0 && score <= 10 && typeof rule.properties['security-severity'] === 'string', rule.id)
    t.ok(rule.properties.tags.includes('security') && rule.properties.tags.length <= 20, rule.id)
  }
  t.equal(results.length, 5000, 'GitHub shows so many')
  t.match(invocations[0].toolExecutionNotifications[0].message.text, /^1003 results/)
  t.equal(results[0].level, 'error', 'the worst first: they are not what is left out')
  const odd = results.filter(
    (one: {
      ruleId: string
      level: string
      message: { text: string }
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[]
      partialFingerprints: { primaryLocationLineHash: string }
    }) => {
      const [location] = one.locations
      const { uri = '/' } = location?.physicalLocation.artifactLocation ?? {}
      return !(
        ids.includes(one.ruleId) &&
        /^(?:error|warning|note)$/.test(one.level) &&
        one.message.text !== '' &&
        one.locations.length === 1 &&
        !/^(?:\/|[a-z]+:)/i.test(uri) &&
        (location?.physicalLocation.region.startLine ?? 0) >= 1 &&
        /^[0-9a-f]+$/.test(one.partialFingerprints.primaryLocationLineHash)
      )
    },
  )
  t.same(odd, [])
  t.end()
})

t.test('a SARIF fingerprint survives a new version and a moved line, and nothing else', t => {
  const print = (over: Parameters<typeof finding>[0], name = 'a', version = '1.0.0'): string | undefined => {
    const one = judged({ verdict: judge([finding(over)], []) }, { name, version })
    return sarif([one]).runs[0]?.results[0]?.partialFingerprints.primaryLocationLineHash
  }
  const base = print({})
  t.match(base, /^[0-9a-f]{32}$/)
  t.equal(print({}, 'a', '2.0.0'), base, 'another version')
  t.equal(print({ location: { path: 'setup.js', line: 99, column: 1 } }), base, 'another line')
  t.not(print({ rule: 'other' }), base, 'another rule')
  t.not(print({ evidence: 'other' }), base, 'other code')
  t.not(print({}, 'b'), base, 'another package')
  t.end()
})

t.test('a package cannot write links or controls into SARIF', t => {
  const text = '\u001b[31m[click](https://x.invalid) [1](1)\u202e'
  const one = judged({ verdict: judge([finding({ message: text, evidence: text })], []) }, { name: text })
  const [result] = sarif([one]).runs[0]?.results ?? []
  t.notMatch(result?.message.text, /[\u001b\u202e]/)
  t.notMatch(result?.message.text, /(^|[^\\])\[/)
  t.end()
})

t.test('the line of a package in a lockfile', t => {
  const lock = JSON.stringify(
    { packages: { '': {}, 'node_modules/a': { v: 1 }, 'node_modules/a/node_modules/@s/b': { x: {} } } },
    undefined,
    2,
  )
  const lines = lockfileLines(lock)
  t.equal(lines.get('node_modules/a'), 4)
  t.equal(lines.get('node_modules/a/node_modules/@s/b'), 7)
  t.equal(lines.size, 2)
  t.equal(lockfileLines(`  "${'node_modules/'.repeat(500_000)}": {`).size, 0, 'an endless line')
  t.equal(lockfileLines('  "__proto__/node_modules/": {').size, 1)
  t.end()
})

t.test('exit codes', t => {
  const decided = (
    kind: 'proceed' | 'ask' | 'stop',
    because: 'clean' | 'ask' | 'block' | 'gap',
  ): Outcome => ({
    kind: 'decided',
    decision: { kind, because },
  })
  const table: readonly [string, Outcome, number][] = [
    ['clean', decided('proceed', 'clean'), 0],
    ['answered with yes', decided('proceed', 'ask'), 0],
    ['a gap that policy lets pass', decided('proceed', 'gap'), 0],
    ['an unanswered question', decided('ask', 'ask'), 10],
    ['declined', decided('stop', 'ask'), 10],
    ['blocked', decided('stop', 'block'), 10],
    ['only gaps', decided('stop', 'gap'), 11],
    ['an error of ours', { kind: 'failed', error: new TypeError('x') }, 1],
    ['anything thrown', { kind: 'failed', error: 'x' }, 1],
    ['Ctrl-C', { kind: 'interrupted', signal: 'SIGINT' }, 130],
    ['terminated', { kind: 'interrupted', signal: 'SIGTERM' }, 143],
  ]
  for (const [what, outcome, expected] of table) t.equal(exitCode(outcome), expected, what)
  for (const [code, expected] of Object.entries(codes))
    if (isCode(code))
      t.equal(exitCode({ kind: 'failed', error: new SafeInstallError(code, 'x') }), expected, code)
  t.end()
})
