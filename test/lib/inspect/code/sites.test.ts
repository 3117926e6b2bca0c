import t from 'tap'
import { siteOf } from '../../../../lib/inspect/code/sites.ts'
import { limits } from '../../../../lib/limits.ts'

t.test('a chain of calls is shown at its last call, however long what stands before', t => {
  for (const before of ['x', 'x'.repeat(limits.maxEvidenceChars * 2)]) {
    const text = `agent.post('${before}')\n  .set('a', 'b')\n  .send(process.env)\n`
    const site = siteOf({ file: { path: 'a.js', text, lines: undefined }, start: 0, end: text.length - 1 })
    t.match(
      site,
      { path: 'a.js', line: 3, column: 3, code: '.send(process.env)' },
      `${before.length} characters`,
    )
  }
  t.end()
})
