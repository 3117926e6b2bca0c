import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { SafeInstallError } from '../../../lib/errors.ts'
import { feedFetcher } from '../../../lib/fetch/fetch-feed.ts'
import { publishTimes } from '../../../lib/fetch/publish-times.ts'
import { loadLists, updatedMalwareFile } from '../../../lib/store/load-lists.ts'
import { finish } from '../../../lib/steps.ts'
import { ageInDays, updateData } from '../../../lib/store/update-data.ts'
import type { UpdateOptions } from '../../../lib/store/update-data.ts'
import { parseOsv } from '../../../lib/store/osv.ts'
import { zipEntries } from '../../../lib/store/zip.ts'
import { hostOf } from '../../../rules/hosts/host.ts'
import { nameLookup, nearIdentical } from '../../../rules/names/name-lookup.ts'
import { headerOf, listLines, parseBrands, parseHosts, parsePopular } from '../../../rules/parse-lists.ts'
import { planned } from '../../helpers/judged.ts'
import { zipOf } from '../../helpers/zip.ts'

const dataFolder = fileURLToPath(new URL('../../../rules/data/', import.meta.url))
const text = (file: string): string => readFileSync(join(dataFolder, file), 'utf8')
const lists = loadLists()
const now = Date.UTC(2026, 10, 30)

t.test('every shipped list says what it is, where from, of when and under which licence', t => {
  for (const file of readdirSync(dataFolder)) {
    if (file.endsWith('.json')) {
      const value: Readonly<Record<string, unknown>> = JSON.parse(text(file))
      for (const field of ['what', 'source', 'date', 'licence'])
        t.type(value[field], 'string', `${file} ${field}`)
      t.match(value['date'], /^20\d\d-\d\d-\d\d$/, file)
    } else {
      for (const field of ['What', 'Source', 'Licence'])
        t.not(headerOf(text(file), field), '', `${file} ${field}`)
      t.match(headerOf(text(file), 'Date'), /^20\d\d-\d\d-\d\d$/, file)
    }
  }
  t.end()
})

t.test('popular names are sorted, unique and bucketed', t => {
  const names = listLines(text('popular.txt')).map(line => line.split('\t')[0] ?? '')
  t.same(
    names,
    names.toSorted((a, b) => (a < b ? -1 : 1)),
    'sorted, so that changes can be reviewed',
  )
  t.equal(new Set(names).size, names.length)
  t.ok(names.length > 10_000)
  for (const [name, bucket] of lists.popular) if (bucket < 5 || bucket > 40) t.fail(name)
  t.end()
})

t.test('a neighbour resembles a better known name, and has no other reason to be listed', t => {
  const names = listLines(text('neighbours.txt'))
  t.same(
    names,
    names.toSorted((a, b) => (a < b ? -1 : 1)),
    'sorted, so that changes can be reviewed',
  )
  t.equal(new Set(names).size, names.length)
  const without = { ...lists, neighbours: new Set<string>() }
  for (const name of names) {
    const [first = name, ...others] = ['core', 'server'].map(tail => name.replace('*', tail))
    const alike = [first, ...others].some(one => (nameLookup(one, without)[0]?.score ?? 0) >= nearIdentical)
    t.ok(alike, `${name} resembles a known name`)
    t.strictSame(nameLookup(first, lists), [], `${name} is not questioned`)
  }
  t.end()
})

t.test('brands own plausible things, once, and strong words are no other brand’s', t => {
  const strong = new Map<string, string>()
  t.equal(new Set(lists.brands.map(brand => brand.id)).size, lists.brands.length)
  for (const brand of lists.brands) {
    t.match(brand.id, /^[a-z0-9-]+$/, brand.id)
    t.ok(brand.domains.length > 0, `${brand.id} has a domain`)
    for (const host of [...brand.domains, ...brand.apiHosts])
      t.equal(hostOf(host)?.name, host, `${brand.id} ${host}`)
    for (const scope of [...brand.scopes, ...brand.unrelatedScopes]) t.match(scope, /^@[a-z0-9._-]+$/, scope)
    for (const { word, strength } of brand.words) {
      t.match(word, /^[a-z0-9]+$/, `${brand.id} ${word}`)
      if (strength !== 'strong') continue
      t.equal(strong.get(word), undefined, `${word} names one brand`)
      strong.set(word, brand.id)
      t.notOk(lists.words.stop.has(word), `${word} is no stop word`)
    }
    for (const name of brand.thirdParty) t.notOk(brand.packages.includes(name), `${name} is one or the other`)
  }
  t.ok(lists.brands.filter(brand => brand.verified).length >= 50)
  const claims: { readonly brands: readonly { id: string; verified: boolean; verifiedBy?: string[] }[] } =
    JSON.parse(text('brands.json'))
  for (const brand of claims.brands) {
    t.equal(brand.verified, (brand.verifiedBy?.length ?? 0) > 0, `${brand.id}: verified says by what`)
  }
  t.end()
})

t.test('hosts, words, targets and look-alike characters have the right shape', t => {
  for (const known of lists.hosts.classes) {
    t.ok([1, 2, 3].includes(known.weight) && known.patterns.length > 0, known.class)
    for (const pattern of known.patterns) t.match(pattern, /^[a-z0-9.-]+(\/[a-z0-9/#%-]+)?$/, pattern)
  }
  for (const field of [
    'documentation',
    'neutral',
    'infrastructure',
    'secondLevel',
    'supplies',
    'dnsLists',
  ] as const) {
    t.ok(lists.hosts[field].length > 3, field)
    for (const host of lists.hosts[field]) t.match(host, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/, host)
  }
  t.ok(lists.hosts.resolvers.length > 3)
  for (const address of lists.hosts.resolvers) t.match(address, /^\d+(\.\d+){3}$/, address)
  for (const set of Object.values(lists.words)) t.ok(set.size > 3)
  for (const name of lists.targets) t.match(name, /^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/, name)
  t.ok(lists.confusables.size > 500)
  t.equal(lists.confusables.get('\u043e'), 'o')
  for (const [character, like] of lists.confusables) {
    if (!/^[a-z0-9]$/.test(like) || character.codePointAt(0) === undefined) t.fail(character)
  }
  t.end()
})

t.test('the malware list knows versions and hashes', t => {
  t.ok(lists.malware.byHash.size > 2500)
  t.ok(lists.malware.byVersion.size > 4000)
  t.equal(lists.malware.date, '2026-11-22')
  for (const [hash, entry] of lists.malware.byHash) if (hash.length !== 64 || entry.name === '') t.fail(hash)
  t.end()
})

t.test('lists of the wrong shape are refused by name', t => {
  t.throws(() => finish(parsePopular('no tabs here')), /popular/)
  t.throws(() => parseBrands('{"brands":[{"id":1}]}'), /brands/)
  t.throws(() => parseBrands('[]'), /brands/)
  t.throws(() => parseHosts('null'), /hosts/)
  const folder = t.testdir({})
  t.throws(() => loadLists({ folder }).popular, { code: 'E_INTERNAL' })
  t.end()
})

t.test('an update that cannot be read leaves the shipped list in force, and says so', t => {
  const userFolder = t.testdir({ [updatedMalwareFile]: {} })
  const problems: string[] = []
  const loaded = loadLists({ userFolder, onProblem: what => void problems.push(what) })
  t.equal(loaded.malware.byHash.size, lists.malware.byHash.size)
  t.equal(problems.length, 1)
  t.end()
})

const record = (id: string, versions: readonly string[], more: object = {}): object => ({
  id,
  modified: '2026-11-28T10:00:00Z',
  affected: [{ package: { ecosystem: 'npm', name: 'inert-fixture' }, versions }],
  ...more,
})
const good = record('MAL-2026-1', ['1.0.0', '1.0.1'])

/** As npm is set up without any settings, but not patient. */
const byNpm = feedFetcher({ fetchRetries: 0 })

function optionsFor(t: Test, feed: string, more: Partial<UpdateOptions> = {}): UpdateOptions {
  return { feed, folder: join(t.testdirName, 'data'), shippedDate: '2026-11-22', now, fetch: byNpm, ...more }
}

/** Serves the answer on loopback for the time of the test. */
async function serve(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}/all.zip`
}

t.test('a feed is taken as ZIP, ZIP64, one record, a list, an answer of the API or lines', async t => {
  const json = JSON.stringify(good)
  const feeds: Record<string, Buffer | string> = {
    zip: zipOf([
      { name: 'MAL-2026-1.json', text: json },
      { name: 'folder/', text: '' },
      { name: 'README', text: 'no' },
    ]),
    zip64: zipOf([{ name: 'MAL-2026-1.json', text: json }], true),
    record: JSON.stringify(good, null, 2),
    list: JSON.stringify([good, { id: 'GHSA-x' }]),
    api: JSON.stringify({ vulns: [good] }),
    lines: `${json}\n${JSON.stringify(record('MAL-2026-2', []))}\n`,
  }
  for (const [kind, feed] of Object.entries(feeds)) {
    const folder = join(t.testdir({}), kind)
    mkdirSync(folder)
    writeFileSync(join(folder, 'feed'), feed)
    const report = await updateData({ ...optionsFor(t, join(folder, 'feed')), folder })
    t.match(report, { rows: 2, date: '2026-11-28', ageDays: 2, skipped: 0 }, kind)
    const joined = loadLists({ userFolder: folder }).malware
    t.match(joined.byVersion.get('inert-fixture@1.0.1'), { id: 'MAL-2026-1' }, kind)
    t.ok(joined.byVersion.size > lists.malware.byVersion.size, 'added to what was shipped')
    t.equal(joined.date, '2026-11-28')
  }
})

t.test('a feed comes over the network, in whole', async t => {
  t.testdir({})
  const feed = zipOf([{ name: 'a.json', text: JSON.stringify(good) }])
  const url = await serve(t, (_request, response) => void response.end(feed))
  t.match(await updateData(optionsFor(t, url)), { rows: 2 })
})

t.test('only exact versions and hashes of npm malware block; ranges and bare names ask', async t => {
  const sha256 = 'a'.repeat(64)
  const of = (name: string, more: object): object => ({ package: { ecosystem: 'npm', name }, ...more })
  const range = (...events: readonly object[]): object => ({ ranges: [{ type: 'SEMVER', events }] })
  const affected: readonly (readonly [object, readonly string[], string])[] = [
    [of('all', { ranges: [] }), [], 'neither versions nor ranges'],
    [of('all', range({ introduced: '0' })), ['all *'], 'introduced 0: the bare name'],
    [
      of('all', { ...range({ introduced: '0' }), versions: ['1.0.0'] }),
      ['all 1.0.0'],
      'listed versions say more',
    ],
    [of('r', range({ introduced: '1.2.3' }, { fixed: '1.2.5' })), ['r >=1.2.3 <1.2.5'], 'a range'],
    [of('r', range({ fixed: '2.0.0' }, { introduced: '0' })), ['r <2.0.0'], 'in any order'],
    [
      of('r', range({ introduced: '1.0.0' }, { last_affected: '1.0.4' })),
      ['r >=1.0.0 <=1.0.4'],
      'last affected',
    ],
    [
      of('r', range({ introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.0.0' })),
      ['r <1.0.0', 'r >=2.0.0'],
      'two ranges',
    ],
    [of('r', range({ introduced: '1.0.0\nx\t1' }, { fixed: 7 }, { limit: '2' })), [], 'no versions at all'],
    [of('r', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }), [], 'a range of commits'],
    [of('r', { ranges: [{ type: 'SEMVER', events: 'x' }, null, 7] }), [], 'no events'],
    [of('by-hash', { database_specific: { sha256 } }), ['by-hash '], 'a hash of the tarball'],
    [of('bad', { database_specific: { sha256: 'A' } }), [], 'no hash'],
    [of('a\tb', { versions: ['1.0.0'] }), [], 'a name with a tab'],
    [of('__proto__', { versions: ['1.0.0', '__proto__'] }), ['__proto__ 1.0.0'], '__proto__'],
    [of('v', { versions: ['1\n2', '', 'x y', '2.0.0', 7, '*', '>=1'] }), ['v 2.0.0'], 'odd versions'],
    [{ package: { ecosystem: 'PyPI', name: 'p' }, versions: ['1'] }, [], 'another ecosystem'],
    [{ package: { ecosystem: 'npm' }, versions: ['1'] }, [], 'no name'],
  ]
  for (const [entry, rows, what] of affected) {
    const parsed = parseOsv(record('MAL-2026-3', [], { affected: [entry] }))
    t.same(parsed?.rows.map(({ name, version }) => `${name} ${version}`) ?? [], rows, what)
  }
  const origins = { database_specific: { 'malicious-packages-origins': [{ source: 's', sha256 }] } }
  t.same(
    parseOsv(record('MAL-1', ['1.0.0'], origins))?.rows[0]?.sha256,
    '',
    'the hash of a report is no tarball’s',
  )
  t.equal(parseOsv(record('MAL-1', ['1.0.0'], { withdrawn: '2026-11-01T00:00:00Z' })), undefined, 'withdrawn')
  t.equal(parseOsv(record('GHSA-1', ['1.0.0'])), undefined, 'an ordinary vulnerability')
  const records = [
    good,
    record('MAL-2026-3', [], { affected: [of('all-versions', range({ introduced: '0' }))] }),
    record('MAL-2026-7', [], { affected: [of('by-hash', { database_specific: { sha256 } })] }),
    record('MAL-2026-9', [], { affected: [of('__proto__', { versions: ['1.0.0'] })] }),
  ]
  const folder = t.testdir({ feed: JSON.stringify(records) })
  const report = await updateData({ ...optionsFor(t, join(folder, 'feed')), folder })
  t.match(report, { rows: 5, nameOnly: 1 })
  const { malware } = loadLists({ userFolder: folder })
  t.ok(malware.byHash.has(sha256))
  t.ok(malware.byVersion.has('__proto__@1.0.0'))
  t.notOk([...malware.byVersion.keys()].some(key => key.startsWith('all-versions@')))
  t.match(malware.reported.get('all-versions'), [{ range: '*', id: 'MAL-2026-3' }])
})

t.test(
  'a feed in the form of the real export: the archive of an ecosystem, vulnerabilities among the malware',
  async t => {
    // The shape of MAL-2025-191025 and of an advisory beside it, as the export has them.
    const files = [
      {
        schema_version: '1.7.4',
        id: 'MAL-2026-191025',
        modified: '2026-11-25T00:36:47.123456789Z',
        published: '2026-11-24T22:41:42Z',
        aliases: ['GHSA-q2q8-5wg4-g6jq'],
        summary: 'Malicious code in inert-fixture (npm)',
        details: '\n---\n_-= Per source details. Do not edit below this line.=-_\n',
        affected: [
          {
            package: { ecosystem: 'npm', name: 'inert-fixture', purl: 'pkg:npm/inert-fixture' },
            versions: ['0.0.7'],
            database_specific: { cwes: [{ cweId: 'CWE-506' }], source: 'https://feed.example.invalid/' },
          },
        ],
        database_specific: {
          'malicious-packages-origins': [
            {
              source: 'ghsa-malware',
              sha256: 'e'.repeat(64),
              import_time: '2026-11-24T23:23:29Z',
              versions: ['0.0.7'],
            },
          ],
        },
      },
      {
        id: 'GHSA-2c29-wc65-4cx9',
        modified: '2026-11-29T00:00:00Z',
        affected: [
          {
            package: { ecosystem: 'npm', name: 'healthy-fixture' },
            ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
          },
        ],
      },
    ]
    const folder = t.testdir({})
    writeFileSync(
      join(folder, 'feed'),
      zipOf([
        ...files.map(file => ({ name: `${file.id}.json`, text: JSON.stringify(file) })),
        // Names of entries are never paths here: nothing of an archive is written to disk.
        { name: '../../../../escape.json', text: JSON.stringify(good) },
        { name: '__proto__', text: 'x' },
      ]),
    )
    const report = await updateData({ ...optionsFor(t, join(folder, 'feed')), folder })
    t.match(
      report,
      { rows: 3, nameOnly: 0, skipped: 0, date: '2026-11-28' },
      'dated by malware, not by advisories',
    )
    const { malware } = loadLists({ userFolder: folder })
    t.match(malware.byVersion.get('inert-fixture@0.0.7'), { id: 'MAL-2026-191025' })
    t.equal(malware.reported.has('healthy-fixture'), false)
    t.equal(malware.byHash.size, lists.malware.byHash.size)
    t.same(readdirSync(folder).toSorted(), ['feed', updatedMalwareFile].toSorted())
  },
)

t.test('a bad feed is refused with a code and a hint, and the data in use stay', async t => {
  const zip = zipOf([{ name: 'a.json', text: JSON.stringify(good) }])
  const damaged = Buffer.from(zip)
  damaged.writeUInt8(damaged.readUInt8(45) ^ 0xff, 45)
  const many = Array.from({ length: 30 }, (_, i) => ({ no: i }))
  const cases: readonly (readonly [string, Buffer | string, string])[] = [
    ['truncated ZIP', zip.subarray(0, zip.length - 30), 'E_FETCH'],
    ['damaged ZIP', damaged, 'E_FETCH'],
    ['ZIP with a lying size', zipOf([{ name: 'a.json', text: '{}', says: { unpacked: 9 } }]), 'E_FETCH'],
    [
      'ZIP with a huge lying size',
      zipOf([{ name: 'a.json', text: '{}', says: { unpacked: 2 ** 50 } }], true),
      'E_FETCH',
    ],
    ['encrypted ZIP', zipOf([{ name: 'a.json', text: '{}', says: { flags: 1 } }]), 'E_FETCH'],
    ['ZIP of another method', zipOf([{ name: 'a.json', text: '{}', says: { method: 14 } }]), 'E_FETCH'],
    ['ZIP bomb', zipOf([{ name: 'a.json', text: ' '.repeat(9 * 1024 * 1024) }]), 'E_FETCH'],
    ['an end without a beginning', zip.subarray(zip.length - 22), 'E_FETCH'],
    ['HTML', '<!doctype html><title>Sign in</title>', 'E_FETCH'],
    ['truncated JSON', JSON.stringify([good]).slice(0, -5), 'E_FETCH'],
    ['another format', JSON.stringify(many), 'E_FETCH'],
    ['empty', '', 'E_FETCH'],
    ['brackets without end', '['.repeat(500_000), 'E_FETCH'],
    ['a list of lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'E_CONFIG'],
    ['null', 'null', 'E_CONFIG'],
    ['no malware', JSON.stringify([record('GHSA-1', ['1.0.0'])]), 'E_CONFIG'],
    ['names only', JSON.stringify([record('MAL-1', [])]), 'E_CONFIG'],
    [
      'older than shipped',
      JSON.stringify([record('MAL-1', ['1.0.0'], { modified: '2026-10-01T00:00:00Z' })]),
      'E_CONFIG',
    ],
    [
      'dated in the future',
      JSON.stringify([record('MAL-1', ['1.0.0'], { modified: '2999-01-01T00:00:00Z' })]),
      'E_CONFIG',
    ],
    ['without a date', JSON.stringify([record('MAL-1', ['1.0.0'], { modified: 7 })]), 'E_CONFIG'],
  ]
  const before = '# Date: 2026-11-25\nin-use\t1.0.0\n'
  for (const [what, feed, code] of cases) {
    const folder = t.testdir({ feed: '', [updatedMalwareFile]: before })
    writeFileSync(join(folder, 'feed'), feed)
    await t.rejects(
      updateData({ ...optionsFor(t, join(folder, 'feed')), folder }),
      { code, hint: /unchanged/ },
      what,
    )
    t.equal(readFileSync(join(folder, updatedMalwareFile), 'utf8'), before, what)
    t.same(readdirSync(folder).toSorted(), ['feed', updatedMalwareFile].toSorted(), 'nothing left behind')
  }
  const folder = t.testdir({
    [updatedMalwareFile]: '# Date: 2026-11-29\nin-use\t1.0.0\n',
    feed: JSON.stringify(good),
  })
  await t.rejects(
    updateData({ ...optionsFor(t, join(folder, 'feed')), folder }),
    { code: 'E_CONFIG' },
    'older than the last update',
  )
})

t.test('a feed that cannot be had says why', async t => {
  const folder = t.testdir({ file: 'not a folder' })
  const refused = await serve(t, (_request, response) => void response.writeHead(503).end())
  const cut = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100000' })
    response.write('PK')
    response.destroy()
  })
  const stalled = await serve(t, (_request, response) => void response.write('PK'))
  const endless = await serve(t, (_request, response) => {
    response.on('error', () => undefined)
    const more = (): void => void response.write(Buffer.alloc(100_000), error => error ?? more())
    more()
  })
  const redirected = await serve(t, (_request, response) => {
    response.writeHead(302, { location: 'http://feed.example.invalid/' }).end()
  })
  for (const [feed, code] of [
    [refused, 'E_FETCH'],
    [cut, 'E_FETCH'],
    [stalled, 'E_FETCH'],
    [redirected, 'E_FETCH'],
    ['http://feed.example.invalid/all.zip', 'E_CONFIG'],
    ['ftp://feed.example.invalid/all.zip', 'E_CONFIG'],
    ['https://', 'E_CONFIG'],
    [join(folder, 'missing'), 'E_FETCH'],
    [folder, 'E_FETCH'],
  ] as const) {
    await t.rejects(updateData(optionsFor(t, feed, { timeoutMs: 300 })), { code }, feed.replace(folder, ''))
  }
  await t.rejects(byNpm(endless, { signal: AbortSignal.timeout(60_000), maxBytes: 1_000_000 }), /larger/)
  await t.rejects(updateData(optionsFor(t, refused, { fetch: feedFetcher({ offline: true }) })), {
    code: 'E_FETCH',
    message: /offline/,
  })
  await t.rejects(updateData(optionsFor(t, stalled, { stop: AbortSignal.abort('SIGINT') })), {
    code: 'E_INTERRUPTED',
  })
  writeFileSync(join(folder, 'feed'), JSON.stringify(good))
  const unwritable = { ...optionsFor(t, join(folder, 'feed')), folder: join(folder, 'file') }
  await t.rejects(updateData(unwritable), { code: 'E_CONFIG' }, 'the folder is a file')
})

t.test('a packument of 50 MB costs its dates at most', async t => {
  const junk = JSON.stringify('x'.repeat(50 * 1024 * 1024))
  const registry = await serve(t, (request, response) => {
    response.setHeader('content-type', 'application/json')
    const end = request.url?.includes('cut') === true ? '' : '}'
    response.end(
      `{"name":"huge","dist-tags":{},"versions":{},"readme":${junk},"time":{"1.0.0":"2026-11-20T00:00:00Z","__proto__":"x"}${end}`,
    )
  })
  const options = { registry: new URL('/', registry).href, cache: t.testdir({}), fetchRetries: 0 }
  const times = await publishTimes([planned({ name: 'huge' }), planned({ name: 'cut' })], options, now)
  t.same([...times], [['huge@1.0.0', Date.UTC(2026, 10, 20)]])
})

t.test('archives are bounded in entries and in total', t => {
  const archive = zipOf([
    { name: 'a', text: 'aaaa' },
    { name: 'b', text: 'bbbb' },
  ])
  const bounds = { maxEntries: 2, maxEntryBytes: 4, maxTotalBytes: 8 }
  t.same(
    [...zipEntries(archive, bounds)].map(entry => entry.bytes.toString()),
    ['aaaa', 'bbbb'],
  )
  t.throws(() => [...zipEntries(archive, { ...bounds, maxEntries: 1 })])
  t.throws(() => [...zipEntries(archive, { ...bounds, maxEntryBytes: 3 })])
  t.throws(() => [...zipEntries(archive, { ...bounds, maxTotalBytes: 7 })])
  for (let cut = 0; cut < archive.length; cut += 1) {
    t.throws(() => [...zipEntries(archive.subarray(0, cut), bounds)], `cut at ${cut}`)
  }
  t.end()
})

t.test('ages are whole days', t => {
  t.equal(ageInDays('2026-11-22', now), 8)
  t.equal(ageInDays('2027-01-01', now), 0)
  t.equal(ageInDays('', now), undefined)
  t.ok(new SafeInstallError('E_FETCH', 'x') instanceof Error)
  t.end()
})
