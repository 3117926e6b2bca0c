import t from 'tap'
import { inspectPackage } from '../../../../lib/inspect/inspect-package.ts'

/** The hosts of a package's flows whose names its code puts together. */
function assembledIn(text: string): readonly string[] {
  const file = (path: string, content: string) => ({ path, bytes: Buffer.from(content), mode: 0o644 })
  const manifest = JSON.stringify({ name: 'x', version: '1.0.0', main: 'index.js' })
  const files = [file('package.json', manifest), file('index.js', text)]
  const { flows } = inspectPackage({ files, tricks: [], gaps: [], bytes: 0 }, { source: 'registry' })
  return flows.flatMap(({ sink }) => ('assembled' in sink ? (sink.assembled ?? []) : []))
}

/** As many functions, each with a host of its own, that send what a caller passes. */
function senders(count: number, address: (at: number) => string): string {
  const one = (_: unknown, at: number): string =>
    `exports.f${at} = x => fetch(${address(at)}, { body: x, method: 'POST' })\n`
  return Array.from({ length: count }, one).join('')
}

t.test('a host that is written down is not put together', async t => {
  t.strictSame(assembledIn(senders(1, at => `'https://h${at}.invalid/'`)), [])
  t.strictSame(assembledIn(`const name = 'acme'\n${senders(1, () => '`https://${name}.example/`')}`), [])
})

t.test('a host joined of its names is', async t => {
  t.strictSame(assembledIn(senders(1, () => "'https://' + ['acme', 'zz', 'example'].join('.')")), [
    'https://acme.zz.example',
  ])
})

// More hosts than texts are scanned for: the others are looked up.
t.test('the same for hundreds of hosts', async t => {
  t.strictSame(assembledIn(senders(400, at => `'https://api.h${at}.invalid/v1'`)), [])
  t.equal(assembledIn(senders(400, at => `'https://' + ['h${at}', 'zz', 'example'].join('.')`)).length, 400)
})
