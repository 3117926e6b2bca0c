import { readdirSync } from 'node:fs'
import t from 'tap'
import type { PackageFiles } from './fixtures/incidents/incident.ts'
import { loadHonestPackages, loadIncidents, loadUnseen } from './helpers/fixtures.ts'

const incidents = await loadIncidents()
const honest = await loadHonestPackages()
const unseen = await loadUnseen()
const unseenCount = unseen.attacks.length + unseen.honest.length

type Labelled = { readonly label: string; readonly files: PackageFiles; readonly hostile: boolean }
const packages: readonly Labelled[] = [
  ...incidents.flatMap(i => [
    ...i.variants.map(v => ({ label: `${i.id}: ${v.title}`, files: v.files, hostile: true })),
    ...i.twins.map(v => ({ label: `${i.id} twin: ${v.title}`, files: v.files, hostile: false })),
  ]),
  ...honest.map(h => ({ label: `honest ${h.id}`, files: h.files, hostile: false })),
  ...unseen.attacks.map(({ id, files }) => ({ label: `unseen ${id}`, files, hostile: true })),
  ...unseen.honest.map(({ id, files }) => ({ label: `honest unseen ${id}`, files, hostile: false })),
]

const manifestOf = (files: PackageFiles): { readonly name?: unknown; readonly version?: unknown } => {
  const manifest: unknown = JSON.parse(String(files['package.json']))
  return typeof manifest === 'object' && manifest !== null ? manifest : {}
}

const textOf = (files: PackageFiles) =>
  Object.values(files)
    .filter(file => typeof file === 'string')
    .join('\n')

/** Text with whatever is plainly base64 in it decoded and appended: an encoded host is a host. */
const withDecoded = (text: string) => {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].flatMap(([run]) => [
    Buffer.from(run, 'base64').toString('latin1'),
    Buffer.from(run.split('').toReversed().join(''), 'base64').toString('latin1'),
  ])
  return [text, ...decoded].join('\n')
}

const reserved = /(^|\.)(invalid|test|example)$/
const documentation = /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$/
/** Addresses that lead nowhere beyond the machine, its network or its cloud's metadata service. */
const local = new Set([
  'localhost',
  '127.0.0.1',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.251',
  '255.255.255.255',
  '::1',
  '[::1]',
])
/** Hosts that belong to everybody and that honest code names. */
const wellKnown = new Set([
  'github.com',
  'raw.githubusercontent.com',
  'gist.githubusercontent.com',
  'npm.pkg.github.com',
  'cdn.jsdelivr.net',
  'unpkg.com',
  'developer.mozilla.org',
  'fulcio.sigstore.dev',
  'nodejs.org',
  'registry.npmjs.org',
  'www.w3.org',
  'www.apple.com',
  'api.binance.com',
  'api.bitget.com',
  'api.etherscan.io',
  'api-sepolia.etherscan.io',
  'api.telegram.org',
  'docs.google.com',
  'eu.i.posthog.com',
  'discord.com',
  'fakerjs.dev',
  'api.github.com',
  'huggingface.co',
  'trade.ledgerx.com',
  'www.googleapis.com',
  'sheets.googleapis.com',
  'oauth2.googleapis.com',
  'storage.googleapis.com',
  'api.devnet.solana.com',
])
/**
 * What attacks may name of them: a claimed repository, the exchange whose orders they redirect, an XML namespace, the
 * services where they would use what they found.
 */
const namedByVariants = new Set([
  'github.com',
  'api.binance.com',
  'www.w3.org',
  'registry.npmjs.org',
  'api.github.com',
  'api.notion.com',
  'api.telegram.org',
  'docs.google.com',
  'gitlab.com',
  'www.googleapis.com',
  'storage.googleapis.com',
  'management.azure.com',
  // Where everybody keeps texts, which is what these are about; nothing of them is ever asked.
  'raw.githubusercontent.com',
  'pastebin.com',
  'ethereum.org',
])

const hosts = (text: string) => [
  ...[...text.matchAll(/\b[a-z][a-z+]{1,9}:\/\/(?:[\w.-]+@)?([A-Za-z0-9][A-Za-z0-9.-]*)(?![\w.$-])/g)].map(
    m => m[1] ?? '',
  ),
  ...[...text.matchAll(/\b(?:host|hostname)['"]?\s*[:=]\s*['"`]([A-Za-z0-9.-]+)['"`]/g)].map(m => m[1] ?? ''),
]
const addresses = (text: string) =>
  [...text.matchAll(/(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.-])/g)].map(m => m[0])

/** Files of a folder that hold a fixture, without their ending; `type` is the file that only holds the type. */
const filesIn = (folder: string, type: string) =>
  readdirSync(new URL(`fixtures/${folder}/`, import.meta.url))
    .map(file => file.replace(/\.ts$/, ''))
    .filter(name => name !== type)

t.test('every file holds the fixture it is named after, and names are unique', t => {
  t.strictSame(new Set(incidents.map(i => i.id)), new Set(filesIn('incidents', 'incident')), 'incidents')
  t.strictSame(new Set(honest.map(h => h.id)), new Set(filesIn('honest', 'honest-package')), 'honest')
  const names = packages.slice(0, -unseenCount).map(p => manifestOf(p.files).name)
  const twice = names.filter((name, i) => names.indexOf(name) !== i)
  t.strictSame(twice, [], 'package names')
  const ids = [...unseen.attacks, ...unseen.honest].map(({ id }) => id)
  t.equal(new Set(ids).size, unseenCount, 'ids of those in the style of none')
  t.end()
})

t.test('an incident has three variants, an honest twin and a source', t => {
  for (const { id, source, variants, twins } of incidents) {
    t.ok(variants.length >= 3, `${id}: variants`)
    t.ok(twins.length >= 1, `${id}: twins`)
    t.match(source, /attacks\.md|incidents\.json|impersonation\.md/, `${id}: source`)
  }
  t.end()
})

t.test('every package has a manifest with a name and a version', t => {
  for (const { label, files } of packages) {
    t.match(manifestOf(files), { name: /^(@[\w.-]+\/)?[\w.-]+$/, version: /^\d+\.\d+\.\d+/ }, label)
  }
  t.end()
})

t.test('the evidence an incident demands is a line of the named file', t => {
  for (const { id, variants } of incidents) {
    for (const { title, files, expect } of variants) {
      const { path, code } = expect.evidence
      const file = files[path]
      t.type(file, 'string', `${id}: ${title}: ${path}`)
      const lines = String(file)
        .split('\n')
        .filter(line => line.includes(code))
      t.equal(lines.length, 1, `${id}: ${title}: one line of ${path} has ${JSON.stringify(code)}`)
    }
  }
  t.end()
})

t.test('no host or address of a fixture belongs to anybody who must not be in it', t => {
  for (const { label, files, hostile } of packages) {
    const text = withDecoded(textOf(files))
    const allowed = hostile ? namedByVariants : wellKnown
    const harmless = (host: string) =>
      reserved.test(host) || documentation.test(host) || local.has(host) || allowed.has(host)
    const named = hosts(text).map(host => host.toLowerCase().replace(/\.$/, ''))
    t.strictSame(
      named.filter(host => host.includes('.') && !harmless(host)),
      [],
      label,
    )
    t.strictSame(
      addresses(text).filter(address => !harmless(address)),
      [],
      label,
    )
  }
  t.end()
})
