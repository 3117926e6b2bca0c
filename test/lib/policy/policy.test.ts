import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import { applyPolicy } from '../../../lib/policy/apply-policy.ts'
import { allowScriptsOf, approveIn, denyIn, staleEntries } from '../../../lib/policy/allow-scripts.ts'
import { editJson } from '../../../lib/policy/edit-json.ts'
import { appendHistory, readHistory, withoutCredentials } from '../../../lib/policy/history.ts'
import { loadPolicy } from '../../../lib/policy/load-policy.ts'
import { mergePolicy, strictestAllowance } from '../../../lib/policy/merge-policy.ts'
import { parsePolicy } from '../../../lib/policy/parse-policy.ts'
import { userPlaces } from '../../../lib/policy/places.ts'
import { readPolicyFile } from '../../../lib/policy/read-policy-file.ts'
import { isTrusted, rememberTrusted } from '../../../lib/policy/trust.ts'
import { isUnchanged } from '../../../lib/policy/unchanged.ts'
import { limits } from '../../../lib/limits.ts'
import type { Fact, Finding, PlannedPackage } from '../../../lib/types.ts'
import { finding, inspection, planned, site } from '../../helpers/judged.ts'

type Validate = (value: unknown) => boolean
type AjvClass = new (options: object) => { compile(schema: unknown): Validate }

const { Ajv2020 }: { Ajv2020: AjvClass } = createRequire(import.meta.url)('ajv/dist/2020.js')
const schema: unknown = JSON.parse(
  readFileSync(new URL('../../../lib/policy/policy.schema.json', import.meta.url), 'utf8'),
)
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

const sha = `sha512-${'A'.repeat(86)}==`
const otherSha = `sha512-${'B'.repeat(86)}==`
const exception = { package: 'a', version: '1.0.0', integrity: sha, rule: 'r', reason: 'read it', who: 'me' }
const approval = { package: 'a', version: '1.0.0', integrity: sha, who: 'me', date: '2026-01-01' }

function errorOf(work: () => unknown): SafeInstallError {
  try {
    work()
  } catch (error) {
    if (error instanceof SafeInstallError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

t.test('parser and schema accept the same policies', t => {
  const table: readonly unknown[] = [
    {},
    { $schema: 'x', version: 1 },
    {
      actions: { severity: { low: 'ask', critical: 'block' }, rules: { r: 'off', 'known-malware': 'block' } },
    },
    { contentGaps: 'ask', minimumAgeDays: 0.5, history: false },
    {
      registries: ['https://registry.example/npm/'],
      sources: { git: 'none' },
      buildHosts: ['*.example', 'a.test:80'],
    },
    { exceptions: [exception, { ...exception, until: '2027-01-31' }], approvals: [approval] },
  ]
  for (const policy of table) {
    const text = JSON.stringify(policy)
    t.ok(validate(policy), text)
    t.doesNotThrow(() => parsePolicy(text, 'p'), text)
  }
  t.end()
})

t.test('what is wrong with a policy is said with its line and key', t => {
  const table: readonly (readonly [unknown, RegExp])[] = [
    [{ rules: {} }, /p:2: the policy: unknown key "rules"/],
    [{ version: 2 }, /version: expected the number 1, got 2/],
    [{ contentGaps: 'off' }, /contentGaps: expected "stop" or "ask" or "note", got "off"/],
    [{ actions: { severity: { huge: 'ask' } } }, /p:4: actions\.severity: unknown key "huge"/],
    [{ actions: { severity: { high: 'off' } } }, /p:4: actions\.severity\.high: expected/],
    [{ actions: { rules: { 'known-malware': 'note' } } }, /nothing lifts known malware/],
    [{ exceptions: [{ ...exception, rule: 'known-malware' }] }, /nothing lifts known malware/],
    [
      { exceptions: [{ ...exception, integrity: 'sha1-x' }] },
      /p:6: exceptions\[0\]\.integrity: expected sha512/,
    ],
    [{ exceptions: [{ ...exception, until: '2027-02-31' }] }, /until: expected a day/],
    [{ exceptions: [{ ...exception, who: '' }] }, /who: expected a text/],
    [{ exceptions: [{ package: 'a' }] }, /exceptions\[0\]: rule is missing/],
    [{ exceptions: {} }, /exceptions: expected a list, got an object/],
    [{ minimumAgeDays: -1 }, /minimumAgeDays: expected a number of days/],
    [{ registries: ['ftp://x'] }, /registries\[0\]: expected the http\(s\) address/],
    [{ registries: ['https://user:pw@registry.example/'] }, /without a password/],
    [{ buildHosts: ['https://x'] }, /buildHosts\[0\]: expected a host name/],
    [{ sources: { npm: 'all' } }, /sources: unknown key "npm"/],
    [{ history: 'no' }, /history: expected true or false, got "no"/],
    [[], /the policy: expected an object, got an array/],
    [null, /the policy: expected an object, got null/],
  ]
  for (const [policy, expected] of table) {
    const text = JSON.stringify(policy, undefined, 2)
    const error = errorOf(() => parsePolicy(text, 'p'))
    t.equal(error.code, 'E_POLICY', text)
    t.match(error.message, expected, text)
  }
  const texts: readonly (readonly [string, RegExp])[] = [
    ['', /p:1: expected a JSON value/],
    ['{\n  "history": true,\n}', /p:3: expected a text in double quotes/],
    ['{"history": true, "history": false}', /the key "history" comes twice/],
    ['{"__proto__": {"history": false}}', /unknown key "__proto__"/],
    ['{"history": true} x', /expected the end of the file/],
    ["{'history': true}", /double quotes/],
    ['{"history": tru}', /expected a JSON value/],
    ['{"history" true}', /expected ":"/],
    [`{"exceptions": ${'['.repeat(100)}`, /nested more than/],
    ['{"actions": {"rules": {"nonsense": "ask"}}}', /there is no rule "nonsense"/],
  ]
  for (const [text, expected] of texts) {
    const error = errorOf(() => parsePolicy(text, 'p', new Set(['r'])))
    t.equal(error.code, 'E_POLICY', text)
    t.match(error.message, expected, text)
  }
  t.doesNotThrow(() => parsePolicy('\uFEFF{"history": true}', 'p'), 'a byte order mark')
  t.end()
})

t.test('a file that cannot be read is an error, and none is none', async t => {
  const folder = t.testdir({ 'real.json': '{}', 'bad.json': Buffer.from([0x7b, 0xff, 0x7d]), folder: {} })
  symlinkSync('real.json', join(folder, 'link.json'))
  writeFileSync(join(folder, 'huge.json'), ' '.repeat(limits.maxPolicyBytes + 1))
  t.equal(await readPolicyFile(join(folder, 'none.json'), { follow: false }), undefined)
  t.equal((await readPolicyFile(join(folder, 'real.json'), { follow: false }))?.text, '{}')
  t.equal((await readPolicyFile(join(folder, 'link.json'), { follow: true }))?.text, '{}')
  for (const name of ['link.json', 'huge.json', 'folder', 'bad.json'])
    await t.rejects(readPolicyFile(join(folder, name), { follow: false }), { code: 'E_POLICY' }, name)
  if (process.getuid?.() !== 0) {
    chmodSync(join(folder, 'real.json'), 0)
    await t.rejects(readPolicyFile(join(folder, 'real.json'), { follow: false }), { code: 'E_POLICY' })
  }
})

t.test('the user’s folders follow XDG, and never the current folder', t => {
  const table = [
    [{ HOME: '/home/me' }, '/home/me/.config/safe-install', '/home/me/.local/share/safe-install'],
    [
      { HOME: '/home/me', XDG_CONFIG_HOME: '/etc/me' },
      '/etc/me/safe-install',
      '/home/me/.local/share/safe-install',
    ],
    [
      { HOME: '/home/me', XDG_CONFIG_HOME: 'here', XDG_DATA_HOME: '' },
      '/home/me/.config/safe-install',
      '/home/me/.local/share/safe-install',
    ],
  ] as const
  for (const [env, config, data] of table)
    t.strictSame(userPlaces(env), { config, data }, JSON.stringify(env))
  const without = userPlaces({ HOME: 'relative' })
  t.ok(without === undefined || without.config.startsWith('/'), 'HOME unset: the account’s own folder')
  t.end()
})

const parse = (policy: unknown) => parsePolicy(JSON.stringify(policy), 'p')

t.test('a project nobody trusts can only tighten', t => {
  const user = parse({
    minimumAgeDays: 3,
    registries: ['https://a.test/', 'https://b.test/'],
    sources: { git: 'root' },
  })
  const loose = parse({
    actions: { rules: { r: 'off' } },
    contentGaps: 'note',
    minimumAgeDays: 1,
    registries: ['https://b.test/', 'https://c.test/'],
    sources: { git: 'all', remote: 'none' },
    history: false,
    exceptions: [exception],
    approvals: [approval],
  })
  const untrusted = mergePolicy(user, { file: loose, trusted: false })
  t.equal(untrusted.contentGaps.value, 'stop')
  t.equal(untrusted.minimumAgeDays.value, 3)
  t.strictSame(untrusted.registries.value, ['https://b.test/'])
  t.strictSame(
    [...untrusted.sources].map(([key, { value }]) => [key, value]),
    [
      ['git', 'root'],
      ['remote', 'none'],
    ],
  )
  t.equal(untrusted.history.value, true)
  t.strictSame(untrusted.exceptions, [])
  t.equal(untrusted.approvals.length, 1, 'the bytes of an approval only tighten')
  t.equal(untrusted.ignored.length, 6, untrusted.ignored.join('; '))
  const trusted = mergePolicy(user, { file: loose, trusted: true })
  t.equal(trusted.contentGaps.value, 'note')
  t.equal(trusted.minimumAgeDays.value, 1)
  t.equal(trusted.history.value, false)
  t.match(trusted.exceptions, [{ rule: 'r', origin: 'project' }])
  t.strictSame(trusted.ignored, [])
  const strict = mergePolicy(undefined, {
    file: parse({ minimumAgeDays: 7, buildHosts: [] }),
    trusted: false,
  })
  t.match(strict.minimumAgeDays, { value: 7, origin: 'project' })
  t.match(strict.buildHosts, { value: [], origin: 'project' })
  t.strictSame(strict.ignored, [])
  for (const [npm, policy, expected] of [
    ['all', 'none', 'none'],
    ['none', 'all', 'none'],
    ['root', undefined, 'root'],
    [undefined, 'root', 'root'],
  ] as const)
    t.equal(strictestAllowance(npm, policy), expected, `${npm} ${policy}`)
  t.end()
})

const now = Date.parse('2026-06-01T00:00:00Z')

function apply(
  findings: readonly Finding[],
  user: unknown,
  {
    project,
    trusted = false,
    integrity = sha,
    of = {},
    publishedAt,
    facts = [],
  }: {
    readonly project?: unknown
    readonly trusted?: boolean
    readonly integrity?: string
    readonly of?: Partial<PlannedPackage>
    readonly publishedAt?: number
    readonly facts?: readonly Fact[]
  } = {},
) {
  const merged = mergePolicy(
    parse(user),
    project === undefined ? undefined : { file: parse(project), trusted },
  )
  return applyPolicy(
    { findings, gaps: [{ kind: 'content', what: 'torn' }] },
    { package: planned(of), integrity, inspection: inspection({ facts }), approved: true, publishedAt, now },
    merged,
  )
}

t.test('actions change by severity and rule, and a project’s only upwards', t => {
  const ask = finding({ rule: 'r', severity: 'high', action: 'ask' })
  const block = finding({ rule: 'r', severity: 'critical', action: 'block' })
  const note = finding({ rule: 'r', severity: 'high', action: 'note' })
  const malware = finding({ rule: 'known-malware', severity: 'critical', action: 'block' })
  const table: readonly (readonly [string, Finding, unknown, unknown, boolean, string | undefined])[] = [
    ['nothing said', ask, {}, undefined, false, 'ask'],
    ['by severity', ask, { actions: { severity: { high: 'block' } } }, undefined, false, 'block'],
    ['by severity, a note', note, { actions: { severity: { high: 'block' } } }, undefined, false, 'note'],
    ['by rule, a note', note, { actions: { rules: { r: 'block' } } }, undefined, false, 'block'],
    [
      'rule beats severity',
      ask,
      { actions: { severity: { high: 'block' }, rules: { r: 'note' } } },
      undefined,
      false,
      'note',
    ],
    ['off', ask, { actions: { rules: { r: 'off' } } }, undefined, false, undefined],
    ['a project tightens', ask, {}, { actions: { rules: { r: 'block' } } }, false, 'block'],
    ['a project loosens', block, {}, { actions: { rules: { r: 'ask' } } }, false, 'block'],
    ['a project switches off', ask, {}, { actions: { rules: { r: 'off' } } }, false, 'ask'],
    ['a trusted project loosens', block, {}, { actions: { rules: { r: 'note' } } }, true, 'note'],
    [
      'against the user’s softer word',
      ask,
      { actions: { rules: { r: 'note' } } },
      { actions: { rules: { r: 'ask' } } },
      false,
      'ask',
    ],
    [
      'known malware',
      malware,
      { actions: { severity: { critical: 'note' } } },
      { actions: { severity: { critical: 'note' } } },
      true,
      'block',
    ],
  ]
  for (const [name, one, user, project, trusted, expected] of table)
    t.equal(apply([one], user, { project, trusted }).findings[0]?.action, expected, name)
  t.end()
})

t.test('an exception counts for its package, version, bytes, rule and time', t => {
  const block = finding({ rule: 'r', action: 'block' })
  const of = { name: 'a', version: '1.0.0' }
  const table: readonly (readonly [string, object, boolean])[] = [
    ['as it is', exception, true],
    ['last day', { ...exception, until: '2026-06-01' }, true],
    ['the day before', { ...exception, until: '2026-05-31' }, false],
    ['other bytes', { ...exception, integrity: otherSha }, false],
    ['another version', { ...exception, version: '1.0.1' }, false],
    ['another package', { ...exception, package: 'b' }, false],
    ['another rule', { ...exception, rule: 'q' }, false],
  ]
  for (const [name, one, counts] of table) {
    const { findings, accepted } = apply([block], { exceptions: [one] }, { of })
    t.equal(findings[0]?.action, counts ? 'note' : 'block', name)
    t.equal(accepted.length, counts ? 1 : 0, name)
  }
  const malware = finding({ rule: 'known-malware', action: 'block' })
  const merged = mergePolicy(undefined, undefined)
  const forged = {
    ...merged,
    exceptions: [{ ...exception, rule: 'known-malware', until: undefined, origin: 'user' as const }],
  }
  const subject = {
    package: planned(of),
    integrity: sha,
    inspection: undefined,
    approved: false,
    publishedAt: undefined,
    now,
  }
  t.equal(applyPolicy({ findings: [malware], gaps: [] }, subject, forged).findings[0]?.action, 'block')
  const gap = apply([], { exceptions: [{ ...exception, rule: 'content-gap' }] }, { of })
  t.match(gap.gaps, [{ kind: 'context' }])
  t.match(gap.accepted, [{ rule: 'content-gap', was: 'gap' }])
  t.end()
})

t.test('gaps, age, registries and build hosts become findings', t => {
  const contacts = (destinations: readonly string[]): Fact => ({
    kind: 'contacts',
    api: 'fetch',
    destinations,
    phase: 'install',
    byCall: false,
    at: site('x.js'),
    guards: [],
  })
  const day = 24 * 60 * 60 * 1000
  const table: readonly (readonly [string, unknown, Parameters<typeof apply>[2], readonly string[]])[] = [
    ['gaps stop by themselves', {}, {}, []],
    ['gaps ask', { contentGaps: 'ask' }, {}, ['content-gap ask']],
    ['gaps noted', { contentGaps: 'note' }, {}, ['content-gap note']],
    ['young', { minimumAgeDays: 3 }, { publishedAt: now - day }, ['minimum-age ask']],
    ['old enough', { minimumAgeDays: 3 }, { publishedAt: now - 3 * day }, []],
    ['dated tomorrow', { minimumAgeDays: 3 }, { publishedAt: now + day }, ['minimum-age ask']],
    ['age unknown', { minimumAgeDays: 3 }, {}, []],
    ['its registry', { registries: ['https://registry.example'] }, {}, []],
    ['below a path', { registries: ['https://registry.example/npm/'] }, {}, ['registry-not-allowed block']],
    ['another host', { registries: ['https://registry.example.test/'] }, {}, ['registry-not-allowed block']],
    ['plain http', { registries: ['http://registry.example/'] }, {}, ['registry-not-allowed block']],
    [
      'what is fetched counts',
      { registries: ['https://registry.example/'] },
      { of: { fetchSpec: 'a@https://evil.test/a/-/a-1.0.0.tgz' } },
      ['registry-not-allowed block'],
    ],
    ['a host', { buildHosts: ['nodejs.org'] }, { facts: [contacts(['https://nodejs.org/dist'])] }, []],
    [
      'below a host',
      { buildHosts: ['*.example'] },
      { facts: [contacts(['https://a.example/', 'https://example/'])] },
      ['build-host ask'],
    ],
    [
      'a look-alike',
      { buildHosts: ['nodejs.org'] },
      { facts: [contacts(['https://nodejs.org@evil.test/'])] },
      ['build-host ask'],
    ],
    ['a computed host', { buildHosts: ['nodejs.org'] }, { facts: [contacts([])] }, ['build-host ask']],
    [
      'a half computed host',
      { buildHosts: ['*.org'] },
      { facts: [contacts(['https://\u0001.org/'])] },
      ['build-host ask'],
    ],
  ]
  for (const [name, policy, of, expected] of table)
    t.strictSame(
      apply([], policy, of).findings.map(({ rule, action }) => `${rule} ${action}`),
      expected,
      name,
    )
  t.end()
})

t.test('allowScripts is changed as npm would, and stale entries are found', t => {
  const entries = allowScriptsOf({
    allowScripts: { 'a@1.0.0': true, b: false, 'b@2.0.0': true, 'c@1.0.0 || 1.0.1': true, '/x': true },
  })
  const show = (map: ReadonlyMap<string, unknown>): unknown => Object.fromEntries(map)
  const kept = { 'a@1.0.0': true, 'c@1.0.0 || 1.0.1': true, '/x': true }
  t.strictSame(show(approveIn(entries, 'b', '3.0.0')), { ...kept, 'b@2.0.0': true, 'b@3.0.0': true })
  t.strictSame(show(denyIn(entries, 'a', undefined)), {
    b: false,
    'b@2.0.0': true,
    'c@1.0.0 || 1.0.1': true,
    '/x': true,
    a: false,
  })
  t.strictSame(show(denyIn(entries, 'c', '1.0.1')), {
    'a@1.0.0': true,
    b: false,
    'b@2.0.0': true,
    '/x': true,
    'c@1.0.1': false,
  })
  t.strictSame(show(allowScriptsOf({ allowScripts: ['a'] })), {})
  t.strictSame(
    show(allowScriptsOf(JSON.parse('{"allowScripts":{"__proto__":true}}'))),
    show(new Map([['__proto__', true]])),
  )
  const locked = [
    { name: 'a', version: '1.0.1' },
    { name: 'c', version: '1.0.1' },
  ]
  t.strictSame(staleEntries(entries, locked), ['a@1.0.0', 'b', 'b@2.0.0'])
  t.end()
})

t.test('a JSON file keeps its look', async t => {
  const table = [
    ['{\n\t"a": 1\n}\n', '{\n\t"a": 1,\n\t"b": 2\n}\n'],
    ['{\r\n    "a": 1\r\n}', '{\r\n    "a": 1,\r\n    "b": 2\r\n}'],
    ['\uFEFF{\n  "a": 1\n}\n', '\uFEFF{\n  "a": 1,\n  "b": 2\n}\n'],
    [undefined, '{\n  "b": 2\n}\n'],
  ] as const
  for (const [before, after] of table) {
    const folder = t.testdir(before === undefined ? {} : { 'x.json': before })
    await editJson(join(folder, 'x.json'), table => ({ ...table, b: 2 }), { create: true })
    t.equal(readFileSync(join(folder, 'x.json'), 'utf8'), after)
  }
  const broken = join(t.testdir({ 'x.json': '[1]' }), 'x.json')
  await t.rejects(
    editJson(broken, table => table, { create: true }),
    { code: 'E_CONFIG' },
  )
  await t.rejects(
    editJson(`${broken}.none`, table => table, { create: false }),
    { code: 'E_CONFIG' },
  )
})

t.test('writers at the same moment lose nothing, and a reader sees a whole file', async t => {
  const folder = t.testdir({ 'p.json': '{"exceptions":[]}', 'held.json': '{}', 'held.json.lock': '' })
  const path = join(folder, 'p.json')
  const add = async (name: string): Promise<void> =>
    editJson(
      path,
      table => ({
        ...table,
        exceptions: [...(table['exceptions'] as unknown[]), { ...exception, package: name }],
      }),
      { create: false },
    )
  const watch = { on: true, reads: 0 }
  const look = async (): Promise<void> => {
    while (watch.on) {
      const found = await readPolicyFile(path, { follow: false })
      t.doesNotThrow(() => parsePolicy(found?.text ?? '', 'p'))
      watch.reads += 1
    }
  }
  const looking = look()
  const names = Array.from({ length: 20 }, (_, index) => `package-${index}`)
  await Promise.all(names.map(add))
  watch.on = false
  await looking
  t.ok(watch.reads > 0)
  const { exceptions } = parsePolicy(readFileSync(path, 'utf8'), 'p')
  t.same(exceptions.map(one => one.package).toSorted(), names.toSorted())
  t.same(readdirSync(folder).toSorted(), ['held.json', 'held.json.lock', 'p.json'], 'nothing is left behind')
  utimesSync(join(folder, 'held.json.lock'), 0, 0)
  await editJson(join(folder, 'held.json'), () => ({ history: true }), { create: false })
  t.match(readFileSync(join(folder, 'held.json'), 'utf8'), /history/, "a dead writer's lock holds nobody up")
})

t.test('trust is for these bytes at this place', async t => {
  const folder = t.testdir({
    a: { 'safe-install.json': '{"history":false}' },
    b: { 'safe-install.json': '{"history":false}' },
  })
  const places = { config: join(folder, 'config'), data: join(folder, 'data') }
  const path = join(folder, 'a', 'safe-install.json')
  t.notOk(await isTrusted(places, path, 'd'))
  await rememberTrusted(places, path, { digest: 'd', now })
  t.ok(await isTrusted(places, path, 'd'))
  t.notOk(await isTrusted(places, path, 'e'))
  t.notOk(await isTrusted(places, join(folder, 'b', 'safe-install.json'), 'd'), 'a copy elsewhere')
  writeFileSync(join(places.data, 'trusted.json'), '{')
  t.notOk(await isTrusted(places, path, 'd'), 'a damaged store trusts nothing')
  const env = { HOME: folder, XDG_CONFIG_HOME: places.config }
  const loaded = await loadPolicy({ env, folder: join(folder, 'a'), trust: undefined })
  t.match(loaded.project, { trusted: false, loosens: ['history = false'] })
  const flagged = await loadPolicy({ env, folder: join(folder, 'a'), trust: loaded.project?.digest })
  t.equal(flagged.policy.history.value, false)
  mkdirSync(join(places.config, 'safe-install'), { recursive: true })
  writeFileSync(join(places.config, 'safe-install', 'safe-install.json'), '{"minimumAgeDays":"3"}')
  await t.rejects(loadPolicy({ env, folder: undefined, trust: undefined }), { code: 'E_POLICY' })
})

t.test('the log is bounded and holds no credentials', async t => {
  const folder = t.testdir({})
  const places = { config: folder, data: join(folder, 'data') }
  const entry = {
    at: '2026-01-01T00:00:00Z',
    verb: 'install',
    project: '/x',
    outcome: 'installed',
    packages: 1,
    alarms: [],
    accepted: [],
  }
  await appendHistory(places, { ...entry, specs: ['https://u:secret@host.test/a.tgz?t=secret', 'b@1'] })
  const text = readFileSync(join(places.data, 'history.jsonl'), 'utf8')
  t.notMatch(text, /secret/)
  t.match(await readHistory(places), [{ specs: ['https://host.test/a.tgz', 'b@1'] }])
  writeFileSync(join(places.data, 'history.jsonl'), `${'x'.repeat(limits.maxHistoryBytes)}\n{"torn`)
  await appendHistory(places, { ...entry, specs: [] })
  t.equal((await readHistory(places)).length, 1, 'rotated; damaged lines are left out')
  t.equal(withoutCredentials('git+ssh://git:pw@host.test/x.git#v1'), 'git+ssh://host.test/x.git#v1')
})

t.test('unchanged means the same script and nothing new at install', t => {
  const hook = {
    event: 'postinstall',
    command: 'node x.js',
    implicit: false,
    starts: ['x.js'],
    at: site('package.json'),
  }
  const starts = (command: string, phase: 'install' | 'run' = 'install'): Fact => ({
    kind: 'starts',
    api: 'spawn',
    commands: [command],
    manner: [],
    phase,
    byCall: false,
    at: site('x.js'),
    guards: [],
  })
  const native = {
    path: 'x.node',
    bytes: 1,
    mode: 0o644,
    sha256: '11',
    kind: 'native',
    phase: 'install',
  } as const
  const before = inspection({ hooks: [hook], facts: [starts('make'), starts('cc')] })
  const table: readonly (readonly [string, ReturnType<typeof inspection>, boolean])[] = [
    ['the same', before, true],
    ['less', inspection({ hooks: [hook], facts: [starts('make')] }), true],
    ['more, but not at install', inspection({ hooks: [hook], facts: [starts('curl', 'run')] }), true],
    ['another command', inspection({ hooks: [hook], facts: [starts('curl')] }), false],
    ['another script', inspection({ hooks: [{ ...hook, command: 'node y.js' }] }), false],
    ['another event', inspection({ hooks: [hook, { ...hook, event: 'preinstall' }] }), false],
    ['another compiled program', inspection({ hooks: [hook], files: [native] }), false],
    ['not read', inspection({ hooks: [hook], gaps: [{ kind: 'content', what: 'x' }] }), false],
    ['too much to keep', inspection({ hooks: [hook], dropped: 1 }), false],
  ]
  for (const [name, after, expected] of table) t.equal(isUnchanged(before, after), expected, name)
  t.end()
})
