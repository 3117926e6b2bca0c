import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import type { Action, Context, Fact, Flow, Inspection, Rule, SourceKind } from '../../lib/types.ts'
import { brandHost } from '../../rules/brand-host.ts'
import { brandImpersonation } from '../../rules/brand-impersonation.ts'
import { knownMalware } from '../../rules/known-malware.ts'
import { knownSdkOverride } from '../../rules/known-sdk-override.ts'
import { lookalikeHost } from '../../rules/lookalike-host.ts'
import { lookalikeName } from '../../rules/lookalike-name.ts'
import { finish } from '../../lib/steps.ts'
import { listLines, parseMalware } from '../../rules/parse-lists.ts'
import { reportedPackage } from '../../rules/reported-package.ts'
import {
  contacts,
  contextOf,
  daysAgo,
  flowOf,
  hookOf,
  inspectionOf,
  patches,
  siteOf,
} from '../helpers/inspection.ts'

const rules: readonly Rule[] = [
  brandHost,
  brandImpersonation,
  knownMalware,
  knownSdkOverride,
  lookalikeHost,
  lookalikeName,
  reportedPackage,
]

/** What each rule asks for, by rule id; rules that are silent are left out. The strongest action of each. */
function judged(inspection: Inspection, context: Context): Record<string, Action> {
  const order: readonly Action[] = ['note', 'ask', 'block']
  const found: Record<string, Action> = {}
  for (const rule of rules) {
    for (const { action } of rule.check(inspection, context)) {
      const other = found[rule.meta.id]
      if (other === undefined || order.indexOf(other) < order.indexOf(action)) found[rule.meta.id] = action
    }
  }
  return found
}

type Case = {
  readonly name: string
  readonly facts?: readonly Fact[]
  readonly flows?: readonly Flow[]
  readonly homepage?: string
  readonly repository?: string
  readonly context?: Partial<Context>
  readonly expected: Readonly<Record<string, Action>>
}

function check(t: Test, cases: readonly Case[]): void {
  for (const item of cases) {
    const manifest = {
      name: item.name,
      version: item.context?.version ?? '1.0.0',
      ...(item.homepage === undefined ? {} : { homepage: item.homepage }),
      ...(item.repository === undefined ? {} : { repository: item.repository }),
    }
    const inspection = inspectionOf({ manifest, facts: item.facts ?? [], flows: item.flows ?? [] })
    const to = item.flows?.[0]?.sink.destinations[0] ?? ''
    t.same(
      judged(inspection, contextOf({ name: item.name, ...item.context })),
      item.expected,
      `${item.name} ${to}`,
    )
  }
}

/** One flow that certainly carries a secret to a host. */
function secretTo(to: string, name = 'apiSecret', source: SourceKind = 'caller-secret'): Flow {
  return flowOf({ source, name, to: [to], byCall: true })
}

/** What a client of an API does: key and secret go out. */
function clientOf(to: string): readonly Flow[] {
  return [secretTo(to, 'apiKey'), secretTo(to, 'apiSecret')]
}

t.test('the fake exchange SDK is caught by name, host, override and secret, each for itself', t => {
  const name = 'ccxt-mexc-futures'
  const remote = 'https://v3.mexc.inert-fixture.workers.dev/config'
  const keys = flowOf({
    source: 'caller-secret',
    name: 'secret',
    to: ['https://collect.example/o'],
    byCall: true,
  })
  const override = patches('ccxt.mexc.prototype.sign')
  check(t, [
    { name, expected: { 'brand-impersonation': 'note' } },
    { name, facts: [contacts(remote)], expected: { 'brand-impersonation': 'block', 'brand-host': 'ask' } },
    { name, facts: [override], expected: { 'brand-impersonation': 'note', 'known-sdk-override': 'note' } },
    { name, flows: [keys], expected: { 'brand-impersonation': 'ask' } },
    {
      name,
      facts: [override, contacts(remote)],
      flows: [keys],
      expected: { 'brand-impersonation': 'block', 'brand-host': 'ask', 'known-sdk-override': 'block' },
    },
    {
      name: 'quiet-helper',
      facts: [override, contacts(remote)],
      flows: [keys],
      expected: { 'brand-impersonation': 'block', 'brand-host': 'note', 'known-sdk-override': 'block' },
    },
  ])
  t.end()
})

t.test('the report of the fake SDK says why in words and where to verify', t => {
  const inspection = inspectionOf({
    manifest: { name: 'ccxt-mexc-futures' },
    facts: [
      contacts('https://v3.mexc.inert-fixture.workers.dev/config'),
      patches('ccxt.mexc.prototype.sign'),
    ],
    flows: [
      flowOf({
        source: 'caller-secret',
        name: 'apiSecret',
        to: ['https://v3.mexc.inert-fixture.workers.dev/o'],
      }),
    ],
  })
  const [finding] = brandImpersonation.check(inspection, contextOf({ name: 'ccxt-mexc-futures' }))
  for (const part of [
    'names',
    'MEXC',
    'second brand',
    'apiSecret',
    'v3.mexc.inert-fixture.workers.dev',
    'mexc.com',
    'mexc-api-sdk',
    'overrides sign',
  ]) {
    t.match(finding?.message, part, part)
  }
  t.same(finding?.flow?.[0]?.label, "reads the caller's apiSecret")
  t.end()
})

t.test('past incidents, in inert form', t => {
  check(t, [
    {
      name: 'polymarket-trading-cli',
      flows: [secretTo('https://polymarketbot.inert-fixture.workers.dev/v1/wallets/keys', 'privateKey')],
      expected: { 'brand-impersonation': 'block', 'brand-host': 'block' },
    },
    {
      name: 'pumpswap-sdk-v1',
      flows: [secretTo('https://pumpswap-sdk.maingoal.example/a', 'secretKey')],
      expected: { 'brand-impersonation': 'block', 'brand-host': 'block' },
    },
    {
      name: 'polymarket-clob-maths',
      flows: [secretTo('https://polymarket-clob.inert-fixture.vercel.app/a', 'PRIVATE_KEY', 'env-secret')],
      expected: { 'brand-impersonation': 'block', 'brand-host': 'block' },
    },
    {
      name: '@wagni_bot/binance-sdk',
      facts: [contacts('https://api.telegram.org/bot123456789:placeholder/sendMessage')],
      flows: [
        secretTo(
          'https://api.telegram.org/bot123456789:placeholder/sendMessage',
          'PRIVATE_KEY',
          'env-secret',
        ),
      ],
      context: { version: '9.9.9' },
      expected: { 'brand-impersonation': 'block' },
    },
    {
      name: '@flashbotts/ethers-provider-bundle',
      flows: [secretTo('https://api.telegram.org/bot123456789:placeholder/sendMessage', 'privateKey')],
      expected: { 'brand-impersonation': 'block', 'lookalike-name': 'note' },
    },
    {
      name: '@dydxprotocol/v4-client-js',
      flows: [secretTo('https://dydx.priceoracle.example/q', 'mnemonic')],
      expected: { 'brand-impersonation': 'ask', 'brand-host': 'note' },
    },
    {
      name: 'xrpl',
      flows: [secretTo('https://collect.example/xcm', 'seed')],
      expected: { 'brand-impersonation': 'ask' },
    },
    {
      name: 'thirdwebb',
      flows: [secretTo('https://drop.inert-fixture.workers.dev/k', 'PRIVATE_KEY', 'env-secret')],
      context: { typed: true, direct: true },
      expected: { 'brand-impersonation': 'block', 'lookalike-name': 'ask' },
    },
    {
      name: 'ethers-provider2',
      facts: [patches('ethers.Wallet.prototype.signTransaction'), contacts('http://203.0.113.7:31337/x')],
      expected: { 'brand-impersonation': 'note', 'known-sdk-override': 'ask' },
    },
  ])
  t.end()
})

t.test('honest SDKs, official and third-party, pass', t => {
  check(t, [
    { name: 'bybit-api', flows: clientOf('https://api.bybit.com/v5'), expected: {} },
    { name: 'bybit-api', flows: clientOf('https://api.bytick.com/v5'), expected: {} },
    { name: 'okx-api', flows: clientOf('wss://wspap.okx.com:8443/ws'), expected: {} },
    { name: 'hyperliquid', flows: clientOf('https://api.hyperliquid-testnet.xyz'), expected: {} },
    { name: '@nktkas/hyperliquid', flows: clientOf('https://rpc.hyperliquid.xyz'), expected: {} },
    { name: 'binance', flows: clientOf('https://testnet.binancefuture.com'), expected: {} },
    { name: '@binance/connector', flows: clientOf('https://api.binance.com'), expected: {} },
    { name: 'bitget-api', flows: clientOf('https://capi.bitget.com'), expected: {} },
    { name: 'gateio-api', flows: clientOf('wss://op-ws.gateio.live'), expected: {} },
    { name: 'kucoin-api', flows: clientOf('https://api.kucoin.com'), expected: {} },
    {
      name: 'ccxt',
      flows: [...clientOf('https://api.mexc.com'), ...clientOf('https://dydx-rest.publicnode.com')],
      expected: {},
    },
    { name: 'ethers', flows: clientOf('https://api.etherscan.io'), expected: {} },
    { name: 'telegraf', flows: clientOf('https://api.telegram.org/bot\u0001/sendMessage'), expected: {} },
    { name: 'node-telegram-bot-api', flows: clientOf('https://api.telegram.org'), expected: {} },
    { name: 'acme-notify', flows: clientOf('https://discord.com/api/webhooks/\u0001/\u0001'), expected: {} },
    {
      name: 'acme-client',
      flows: clientOf('https://api.acme.example/v1'),
      homepage: 'https://acme.example',
      expected: {},
    },
    { name: 'acme-client', flows: clientOf('https://api.acme.example/v1'), expected: {} },
    { name: 'viem', facts: [contacts('https://gateway.inert-fixture.workers.dev')], expected: {} },
    { name: 'openai', flows: clientOf('https://api.openai.com/v1'), expected: {} },
    { name: 'llm-router', flows: clientOf('https://api.openai.com/v1'), expected: {} },
    { name: 'local-tool', flows: clientOf('http://127.0.0.1:8080/token'), expected: {} },
  ])
  t.end()
})

t.test(
  'an unknown client of an exchange that behaves is noted, and asked about only with a doubtful reputation',
  t => {
    const flows = [
      flowOf({ source: 'caller-secret', name: 'apiSecret', to: ['https://contract.mexc.com/o'] }),
    ]
    check(t, [
      { name: 'mexc-futures-sdk', flows, expected: { 'brand-impersonation': 'note' } },
      { name: 'mexc-futures-sdk', flows, repository: '', expected: { 'brand-impersonation': 'note' } },
      {
        name: 'mexc-futures-sdk',
        flows,
        context: { direct: true, publishedAt: daysAgo(3) },
        expected: { 'brand-impersonation': 'ask' },
      },
      {
        name: 'mexc-futures-sdk',
        flows,
        context: { publishedAt: daysAgo(3) },
        expected: { 'brand-impersonation': 'note' },
      },
      {
        name: 'mexc-futures-sdk',
        flows,
        repository: 'git+https://github.com/mxcdevelop/mexc-api-sdk.git',
        context: { typed: true, direct: true },
        expected: { 'brand-impersonation': 'ask' },
      },
    ])
    t.end()
  },
)

t.test('one thing done often is not more things, and what nothing starts does not block', t => {
  const many = Array.from({ length: 20 }, (_, i) =>
    secretTo(`https://api.service-${i}.example`, `KEY_${i}`, 'env-secret'),
  )
  const rented = secretTo('https://relay.inert-fixture.workers.dev', 'API_KEY', 'env-secret')
  const asleep = flowOf({
    name: 'TOKEN',
    to: ['https://v3.mexc.inert-fixture.workers.dev'],
    phase: 'dormant',
  })
  check(t, [
    { name: 'many-models', flows: [...many, rented], expected: {} },
    { name: 'some-tool', flows: [asleep], expected: { 'brand-host': 'ask' } },
    {
      name: 'some-tool',
      flows: [secretTo('http://203.0.113.9:8080/c', 'API_TOKEN', 'env-secret')],
      expected: { 'brand-impersonation': 'block' },
    },
  ])
  t.end()
})

t.test('a site of the brand that the list lacks is a question at most', t => {
  const flows = clientOf('https://api.binance.tr/v1')
  check(t, [
    { name: 'binance-tr-api', flows, expected: { 'brand-impersonation': 'ask', 'brand-host': 'ask' } },
    { name: 'binance-api-node', flows, expected: { 'brand-host': 'note' } },
    {
      name: 'grid-helper',
      facts: [contacts('https://api.binance.tr/v1')],
      expected: { 'brand-host': 'note' },
    },
    { name: 'grid-helper', facts: [contacts('binance.json', 'mexc', './okx/x')], expected: {} },
  ])
  t.end()
})

t.test('a homepage is a claim: it softens a block, and where a brand is borrowed it does not count', t => {
  check(t, [
    {
      name: 'mexc-futures-sdk',
      flows: [secretTo('https://relay.collect.example/k')],
      expected: { 'brand-impersonation': 'ask' },
    },
    {
      name: 'mexc-futures-sdk',
      flows: [secretTo('https://relay.collect.example/k')],
      homepage: 'https://collect.example',
      expected: { 'brand-impersonation': 'note' },
    },
    {
      name: 'mexc-futures-sdk',
      flows: [secretTo('https://mexc.inert-fixture.workers.dev/k')],
      homepage: 'https://mexc.inert-fixture.workers.dev',
      expected: { 'brand-impersonation': 'block', 'brand-host': 'block' },
    },
  ])
  t.end()
})

t.test('a bot that extends an SDK is noted; with the keys leaving it is blocked', t => {
  const override = patches('ccxt.binance.prototype.fetch2')
  check(t, [
    { name: 'grid-helper', facts: [override], expected: { 'known-sdk-override': 'note' } },
    {
      name: 'grid-helper',
      facts: [override],
      flows: [flowOf({ name: 'TELEGRAM_TOKEN', to: ['https://api.telegram.org/bot\u0001/sendMessage'] })],
      expected: { 'known-sdk-override': 'note' },
    },
    {
      name: 'grid-helper',
      facts: [override],
      flows: clientOf('https://api.binance.com/x'),
      expected: { 'known-sdk-override': 'note' },
    },
    {
      name: 'grid-helper',
      facts: [override],
      flows: [flowOf({ name: 'DB_PASSWORD', to: ['https://db.grid.example'] })],
      expected: { 'known-sdk-override': 'ask' },
    },
    {
      name: 'grid-helper',
      facts: [override],
      flows: clientOf('https://c.example/x'),
      expected: { 'known-sdk-override': 'block' },
    },
    { name: 'ccxt', facts: [override], expected: {} },
    {
      name: 'grid-helper',
      facts: [patches('pkg:ccxt.default.mexc().urls.api.private'), patches('pkg:web3.eth.sendTransaction')],
      expected: { 'known-sdk-override': 'note' },
    },
    {
      name: 'grid-helper',
      facts: [patches('ccxt.binance.prototype.levels'), patches('lodash.request')],
      expected: {},
    },
    {
      name: 'grid-helper',
      facts: [patches('@solana/web3.js.Keypair.fromSecretKey')],
      expected: { 'known-sdk-override': 'note' },
    },
    { name: '@solana/spl-token', facts: [patches('@solana/web3.js.Keypair.fromSecretKey')], expected: {} },
  ])
  t.end()
})

t.test('a look-alike name asks when typed or new, notes otherwise, and never blocks', t => {
  check(t, [
    { name: 'lodahs', expected: { 'lookalike-name': 'note' } },
    { name: 'lodahs', context: { typed: true, direct: true }, expected: { 'lookalike-name': 'ask' } },
    { name: 'lodahs', context: { direct: true }, expected: { 'lookalike-name': 'note' } },
    {
      name: 'lodahs',
      context: { direct: true, publishedAt: daysAgo(2) },
      expected: { 'lookalike-name': 'ask' },
    },
    {
      name: 'lodahs',
      context: { direct: true, publishedAt: daysAgo(400) },
      expected: { 'lookalike-name': 'note' },
    },
    { name: 'lodahs', context: { publishedAt: daysAgo(2) }, expected: { 'lookalike-name': 'note' } },
    { name: 'lodahs', context: { typed: true, source: 'directory' }, expected: {} },
    { name: 'color-js', context: { typed: true }, expected: {} },
    { name: 'lodash', context: { typed: true }, expected: {} },
  ])
  t.end()
})

t.test('hosts that imitate trusted ones', t => {
  check(t, [
    { name: 'a-tool', facts: [contacts('https://api.gіthub.com/x')], expected: { 'lookalike-host': 'ask' } },
    {
      name: 'a-tool',
      facts: [contacts('https://xn--bnance-pvf.com')],
      expected: { 'lookalike-host': 'ask' },
    },
    {
      name: 'a-tool',
      flows: [secretTo('https://api.gіthub.com/x')],
      expected: { 'brand-impersonation': 'block', 'lookalike-host': 'block' },
    },
    {
      name: 'a-tool',
      facts: [contacts('https://registry.npnjs.org')],
      expected: { 'lookalike-host': 'note' },
    },
    {
      name: 'a-tool',
      flows: [secretTo('https://registry.npnjs.org')],
      expected: { 'lookalike-host': 'ask' },
    },
    {
      name: 'a-tool',
      facts: [contacts('https://finance.com', 'https://münchen.example', 'https://github.com')],
      expected: {},
    },
  ])
  t.end()
})

t.test('known malware is matched by hash and by exact version, never by name', t => {
  const { malware } = contextOf().lists
  const [hash = '', byHash] = [...malware.byHash][0] ?? []
  const [key = '', byVersion] = [...malware.byVersion].find(([, entry]) => entry.name !== byHash?.name) ?? []
  const name = byVersion?.name ?? ''
  t.match(hash, /^[0-9a-f]{64}$/)
  check(t, [
    { name: 'renamed', context: { sha256: hash.toUpperCase() }, expected: { 'known-malware': 'block' } },
    { name: 'renamed', context: { sha256: '0'.repeat(64) }, expected: {} },
  ])
  const at = (version: string): Context => contextOf({ name, version })
  t.same(knownMalware.check(inspectionOf(), at(byVersion?.version ?? '')).length, 1, key)
  t.same(knownMalware.check(inspectionOf(), at('987.6.5')), [], `another version of ${name}`)
  const lying = inspectionOf({ manifest: { name, version: byVersion?.version ?? '' } })
  t.same(
    knownMalware.check(lying, contextOf({ name: 'alias' }))[0]?.action,
    'block',
    'under another name in the lockfile',
  )
  const outer = inspectionOf({ bundled: [{ location: 'node_modules/x', inspection: lying }] })
  t.same(knownMalware.check(outer, contextOf())[0]?.action, 'block', 'bundled in another package')
  t.end()
})

t.test('a bare name or a range on a list asks and never blocks', t => {
  const malware = finish(
    parseMalware(
      [
        'obscure-fixture\t*\t\tmalware\tMAL-2026-1\tfeed',
        'lodash\t*\t\tmalware\tMAL-2026-2\tfeed',
        'bybit-api\t>=4.0.0\t\tmalware\tMAL-2026-3\tfeed',
        'axios\t>=1.14.1 <1.14.2\t\tmalware\tMAL-2026-4\tfeed',
        'next-fixture\t<2.0.0\t\tmalware\tMAL-2026-5\tfeed',
        'odd-fixture\t>=not-a-version\t\tmalware\tMAL-2026-6\tfeed',
      ].join('\n'),
    ),
  )
  const cases: readonly (readonly [string, string, Action | undefined])[] = [
    ['obscure-fixture', '1.0.0', 'ask'],
    ['obscure-fixture', '9.9.9-beta.1', 'ask'],
    ['obscure-fixture', '0.0.1-security', undefined],
    ['lodash', '4.17.21', 'note'],
    ['bybit-api', '4.7.7', 'note'],
    ['bybit-api', '3.0.0', undefined],
    ['axios', '1.14.1', 'ask'],
    ['axios', '1.14.2', undefined],
    ['next-fixture', '1.9.9', 'ask'],
    ['next-fixture', '2.0.0', undefined],
    ['odd-fixture', '1.0.0', undefined],
    ['__proto__', '1.0.0', undefined],
  ]
  for (const [name, version, action] of cases) {
    const context = contextOf({ name, version, lists: { ...contextOf().lists, malware } })
    const found = reportedPackage.check(inspectionOf({ manifest: { name, version } }), context)
    t.equal(found[0]?.action, action, `${name}@${version}`)
    t.same(knownMalware.check(inspectionOf(), context)[0]?.action === 'block', false, `${name}@${version}`)
    const folder = { ...context, source: 'directory' } as const
    t.same(reportedPackage.check(inspectionOf(), folder), [], 'a folder is no registry package')
  }
  const [finding] = reportedPackage.check(
    inspectionOf(),
    contextOf({ name: 'obscure-fixture', lists: { ...contextOf().lists, malware } }),
  )
  t.match(finding?.message, /MAL-2026-1.*every version.*question/)
  t.end()
})

function removedName(version: string, typed = false): Context {
  return contextOf({ name: 'some-removed-name', version, typed })
}

t.test('npm’s placeholder for removed malware is told apart from one with code', t => {
  const file = { path: 'README.md', bytes: 1, mode: 0o644, sha256: '', phase: 'dormant' } as const
  const empty = inspectionOf({ files: [{ ...file, kind: 'text' }] })
  const code = inspectionOf({
    files: [{ ...file, path: 'i.js', kind: 'javascript' }],
    hooks: [hookOf('node i.js')],
  })
  t.equal(knownMalware.check(empty, removedName('0.0.1-security'))[0]?.action, 'note')
  t.equal(knownMalware.check(empty, removedName('0.0.1-security', true))[0]?.action, 'ask')
  t.equal(knownMalware.check(empty, removedName('0.0.1-security.0'))[0]?.action, 'note')
  t.match(knownMalware.check(code, removedName('0.0.1-security'))[0]?.message, /contains code/)
  t.same(knownMalware.check(empty, removedName('1.0.1-security')), [])
  t.end()
})

t.test('hostile values neither throw nor cost', t => {
  const odd = [
    '',
    '\u0001',
    'http://',
    'https://[::1',
    '//',
    'a'.repeat(100_000),
    'https://' + 'x.'.repeat(5000),
    '\ud800',
    'https://%zz',
  ]
  const start = process.cpuUsage()
  for (const text of odd) {
    const inspection = inspectionOf({
      manifest: { name: text, homepage: text, repository: text },
      facts: [contacts(text), patches(text)],
      flows: [flowOf({ to: [text], name: text })],
    })
    t.doesNotThrow(
      () => judged(inspection, contextOf({ name: text, version: text })),
      JSON.stringify(text.slice(0, 20)),
    )
  }
  const many = inspectionOf({
    facts: Array.from({ length: 2000 }, (_, i) => contacts(`https://h${i}.mexc-x${i}.example`)),
  })
  t.ok(brandHost.check(many, contextOf()).length <= 500)
  t.ok(process.cpuUsage(start).user < 5_000_000, 'µs of the processor')
  t.end()
})

t.test('every finding points at code or name and stays within the limits', t => {
  const inspection = inspectionOf({
    facts: [{ ...contacts('https://v3.mexc.inert-fixture.workers.dev'), at: siteOf('x'.repeat(10_000)) }],
  })
  for (const rule of rules) {
    for (const finding of rule.check(inspection, contextOf({ name: 'ccxt-mexc-futures' }))) {
      t.ok(finding.evidence.length <= 240, rule.meta.id)
      t.ok(finding.location.line >= 1, rule.meta.id)
    }
  }
  t.end()
})

t.test('every rule documents itself', t => {
  for (const { meta } of rules) {
    t.match(meta.id, /^[a-z]+(-[a-z]+)+$/, meta.id)
    t.ok(meta.description.length > 80 && meta.references.length > 0 && meta.blindSpots.length > 0, meta.id)
    t.ok(meta.examples.flags.length > 0 && meta.examples.passes.length > 0, meta.id)
    for (const example of [...meta.examples.flags, ...meta.examples.passes]) {
      t.ok('package.json' in example.files, `${meta.id}: ${example.title}`)
    }
  }
  t.end()
})

t.test('no ordinary package is asked about for its name when it comes as a dependency', t => {
  const names = listLines(readFileSync(new URL('../fixtures/ordinary-names.txt', import.meta.url), 'utf8'))
  for (const name of names) {
    const found = judged(inspectionOf({ manifest: { name, repository: undefined } }), contextOf({ name }))
    t.notOk(
      Object.values(found).some(action => action !== 'note'),
      name,
    )
  }
  t.end()
})

t.test('what ordinary projects install by name is silent even when typed', t => {
  const names = `
    express helmet cors pino zod dotenv jsonwebtoken bcrypt pg knex nodemailer ioredis
    multer axios next react react-dom next-auth @prisma/client prisma swr sharp lodash
    date-fns vite @vitejs/plugin-react typescript eslint prettier vitest tailwindcss
    jsdom ethers viem web3 hardhat @solana/web3.js ccxt bybit-api okx-api binance
    @binance/connector discord.js telegraf node-telegram-bot-api @slack/bolt twilio
    preact redux koa hapi vue got ws pm2
  `.trim()
  for (const name of names.split(/\s+/)) {
    const context = contextOf({
      name,
      version: '987.0.0',
      typed: true,
      direct: true,
      publishedAt: daysAgo(1),
    })
    t.same(judged(inspectionOf({ manifest: { name, repository: undefined } }), context), {}, name)
  }
  t.end()
})
