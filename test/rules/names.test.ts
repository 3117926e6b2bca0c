import { readFileSync } from 'node:fs'
import t from 'tap'
import { loadLists } from '../../lib/store/load-lists.ts'
import { brandScore } from '../../rules/brands/brand-score.ts'
import { editDistance } from '../../rules/names/distance.ts'
import { nameLookup, nearIdentical } from '../../rules/names/name-lookup.ts'
import { readAlike, toAscii } from '../../rules/names/skeleton.ts'
import { suggestNames } from '../../rules/names/suggest-names.ts'
import { listLines } from '../../rules/parse-lists.ts'

const lists = loadLists()
const ordinary = listLines(readFileSync(new URL('../fixtures/ordinary-names.txt', import.meta.url), 'utf8'))

t.test('a slip of the hand finds the name that was meant', t => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['lodahs', 'lodash', 'edit1'],
    ['expresss', 'express', 'edit1'],
    ['expres', 'express', 'edit1'],
    ['axois', 'axios', 'edit1'],
    ['typescipt', 'typescript', 'edit1'],
    ['hardhta', 'hardhat', 'edit1'],
    ['thirdwebb', 'thirdweb', 'edit1'],
    ['crossenv', 'cross-env', 'separators'],
    ['cross_env', 'cross-env', 'separators'],
    ['babel-core-js', 'babel-core', 'affix'],
    ['types-node', '@types/node', 'scope-dropped'],
    ['ethersproject-wallet', '@ethersproject/wallet', 'scope-dropped'],
    ['@flashbotts/ethers-provider-bundle', '@flashbots/ethers-provider-bundle', 'scope-imitated'],
    ['@nomicfoundations/hardhat-ethers', '@nomicfoundation/hardhat-ethers', 'scope-imitated'],
    ['@nomicsfoundation/sdk-test', '@nomicfoundation/*', 'scope-imitated'],
    ['@bable/core', '@babel/core', 'scope-imitated'],
    ['parser-body', 'body-parser', 'token-order'],
    ['bs58-15', 'bs58', 'version-suffix'],
    ['chalks', 'chalk', 'plural'],
    ['lоdash', 'lodash', 'homoglyph'],
    ['l0dash', 'lodash', 'homoglyph'],
    ['cornmander', 'commander', 'homoglyph'],
    ['ｒｅａｃｔ', 'react', 'homoglyph'],
    ['Lodash', 'lodash', 'homoglyph'],
  ]
  for (const [typed, target, kind] of cases) {
    t.match(nameLookup(typed, lists)[0], { target, kind }, `${typed} → ${target}`)
  }
  t.end()
})

t.test('known names, names in known scopes and names that are nothing like a known one have no match', t => {
  const quiet = [
    'preact',
    'lodash',
    '@types/nodes',
    '@babel/cor',
    'bybit-api',
    'ccxt',
    'hyperliquid',
    'domexception',
  ]
  for (const name of [...quiet, 'zqxwvu-plk', '', 'a', 'x'.repeat(10_000), '__proto__', '@/', '@a/', '%00']) {
    t.same(nameLookup(name, lists), [], JSON.stringify(name.slice(0, 40)))
  }
  t.end()
})

t.test('what is a word of its own is no slip', t => {
  for (const name of [
    'rgb-hex',
    'constructor',
    'brace',
    'preact-router',
    'eslint-plugin-regex',
    'finance',
    'is-base64',
  ]) {
    t.notOk(
      nameLookup(name, lists).some(match => match.score >= nearIdentical),
      name,
    )
  }
  t.end()
})

t.test('a suggestion comes before anything is fetched, and only for near-identical names', t => {
  t.same(suggestNames('lodahs', lists)[0]?.target, 'lodash')
  t.same(suggestNames('lodash', lists), [])
  t.same(suggestNames('color-js', lists), [], 'an affix is no slip')
  t.same(suggestNames('@nomicsfoundation/sdk-test', lists), [], 'nothing that could be installed instead')
  t.same(suggestNames('@nomicsfoundation/hardhat-ether', lists)[0]?.target, '@nomicfoundation/hardhat-ethers')
  t.ok(suggestNames('reacct', lists).length <= 3)
  t.end()
})

t.test('of 300 ordinary names at most 1 in 100 is near-identical to a known one', t => {
  t.equal(ordinary.length, 300)
  const near = ordinary.filter(name => suggestNames(name, lists).length > 0)
  t.ok(near.length <= 3, near.join(' '))
  const claims = ordinary.filter(name => brandScore(name, lists).score >= 4)
  t.same(claims, [], 'none claims a brand')
  t.end()
})

t.test('a look-up takes less than a millisecond', t => {
  nameLookup('warm-up', lists)
  const start = process.cpuUsage()
  for (const name of ordinary) nameLookup(name, lists)
  // Of the processor, not of the clock: others may be running.
  t.ok(process.cpuUsage(start).user / 1000 / ordinary.length < 1)
  t.end()
})

t.test('distance counts a swap of neighbours as one edit', t => {
  for (const [a, b, max, expected] of [
    ['lodahs', 'lodash', 2, 1],
    ['abcd', 'badc', 2, 2],
    ['ca', 'abc', 3, 3],
    ['abc', 'abc', 2, 0],
    ['abc', '', 2, 3],
    ['kitten', 'sitting', 2, 3],
    ['abcdef', 'abcfed', 2, 2],
  ] as const) {
    t.equal(editDistance(a, b, max), expected, `${a} ~ ${b}`)
  }
  t.end()
})

t.test('characters that look alike come out as ASCII', t => {
  for (const [text, ascii] of [
    ['раypal', 'paypal'],
    ['ɡithub', 'github'],
    ['münchen', 'munchen'],
    ['bi\u200bnance', 'binance'],
    ['ＢＹＢＩＴ', 'bybit'],
  ] as const) {
    t.equal(toAscii(text, lists), ascii, text)
  }
  t.equal(readAlike('rnexc'), readAlike('mexc'))
  t.end()
})

t.test('brands are claimed by whole words, official names and known third parties claim nothing', t => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['ccxt-mexc-futures', 6, 'unknown'],
    ['polymarket-bot', 5, 'unknown'],
    ['binance-connector-node', 5, 'unknown'],
    ['@wagni_bot/binance-sdk', 4, 'unknown'],
    ['bіnance-sdk', 5, 'unknown'],
    ['binnance-api', 4, 'unknown'],
    ['crypto.com-sdk', 5, 'unknown'],
    ['bybit-api', 0, 'third-party'],
    ['okx-api', 0, 'third-party'],
    ['hyperliquid', 0, 'third-party'],
    ['@nktkas/hyperliquid', 0, 'third-party'],
    ['binance', 0, 'third-party'],
    ['ccxt', 0, 'official'],
    ['@binance/connector', 0, 'official'],
    ['@polymarket/clob-client', 0, 'official'],
    ['domexception', 0, 'unknown'],
    ['bitbybit', 0, 'unknown'],
    ['finance-api', 0, 'unknown'],
    ['openapi-client', 0, 'unknown'],
    ['react-gate', 0, 'unknown'],
    ['@krakenjs/post-robot', 0, 'official'],
  ]
  for (const [name, score, standing] of cases) {
    t.match(brandScore(name, lists), { score, standing }, name)
  }
  t.equal(brandScore('binance-'.repeat(1000), lists).score, 0, 'no registry accepts such a name')
  t.end()
})
