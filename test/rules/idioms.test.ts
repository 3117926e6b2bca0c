/**
 * One small program a row. An attack asks or blocks where it stands, and when it runs; its honest neighbours, which go
 * through the same doors, are let in without a word.
 */
import t from 'tap'
import type { PackageFiles } from '../fixtures/incidents/incident.ts'
import { honestIdioms } from '../fixtures/idioms/honest-idioms.ts'
import { beside, hidden, lasting, remote, spoiled, taken } from '../fixtures/idioms/idioms.ts'
import type { Idiom } from '../fixtures/idioms/idioms.ts'
import { findingsOf } from '../helpers/judge-fixture.ts'

const comment = '// Small helpers for tidy lists\n'

function filesOf([, code, others = {}]: Idiom): PackageFiles {
  const module = /^(?:import |export )|\nexport |^await /m.test(code)
  const manifest = { name: 'tidy-helper-kit', version: '1.0.0', main: 'index.js' }
  const own = code === '' ? {} : { 'index.js': `${comment}${code}\n` }
  const given = others['package.json']
  const text = typeof given === 'string' ? given : JSON.stringify(manifest)
  const typed: unknown = JSON.parse(text)
  return {
    ...others,
    ...own,
    'package.json': JSON.stringify(module ? Object.assign({}, typed, { type: 'module' }) : typed),
  }
}

/** The file the act stands in, where it is not the first: what that one starts. */
const otherFile = /^(?:lib\/)?[\w-]+\.[cm]?js$/

t.test('an idiom of an attack asks or blocks, at its line and in its phase', t => {
  for (const [kind, rows] of Object.entries({ hidden, remote, lasting, beside, spoiled, taken })) {
    t.ok(rows.length > 5, `there are idioms of ${kind}`)
    for (const row of rows) {
      const files = filesOf(row)
      const paths = new Set(['index.js', ...Object.keys(files).filter(path => otherFile.test(path))])
      const found = findingsOf({ files }).filter(({ action }) => action !== 'note')
      const there = found.filter(
        ({ phase, location: { path, line } }) =>
          phase === 'import' && ((paths.has(path) && line >= 2) || path.startsWith('index.js:')),
      )
      t.not(there.length, 0, `${kind}: ${row[0]}`)
    }
  }
  t.end()
})

t.test('an honest idiom is let in without a word', t => {
  t.ok(honestIdioms.length > 100, 'the idioms were loaded')
  for (const row of honestIdioms) {
    const alarms = findingsOf({ files: filesOf(row) })
      .filter(({ action }) => action !== 'note')
      .map(({ rule, message }) => [rule, message])
    t.strictSame(alarms, [], row[0])
  }
  t.end()
})
