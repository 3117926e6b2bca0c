import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { analyse } from '../../lib/judge/analyse.ts'
import { rules } from '../../rules/index.ts'
import type { Context, Example, Inspection } from '../../lib/types.ts'
import { inspectExample } from '../helpers/inspect-example.ts'
import { contextOf } from '../helpers/inspection.ts'

/** An example is published under the name in its manifest, unless it says otherwise. */
function known({ manifest }: Inspection, { context }: Example): Context {
  return contextOf({ name: manifest.name ?? 'a', version: manifest.version ?? '1.0.0', ...context })
}

const alarming = (action: string): boolean => action === 'ask' || action === 'block'

t.test('every file of rules/ that exports a rule is in the index, under its own name', t => {
  const folder = fileURLToPath(new URL('../../rules/', import.meta.url))
  const notRules = new Set(['index', 'finding', 'lists', 'parse-lists', 'remember'])
  const files = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => entry.name.replace('.ts', ''))
    .filter(name => !notRules.has(name))
  t.strictSame(rules.map(rule => rule.meta.id).toSorted(), files.toSorted())
  t.end()
})

for (const rule of rules) {
  const { meta } = rule
  t.test(`${meta.id} says what it is`, t => {
    t.ok(meta.title.length > 0 && meta.title.length <= 70, 'a title that fits a line')
    t.ok(meta.description.length > 80, 'a description')
    t.ok(meta.references.length > 0, 'references')
    t.ok(meta.blindSpots.length > 0, 'blind spots')
    t.ok(meta.examples.flags.length > 0, 'flagged examples')
    t.ok(meta.examples.passes.length > 0, 'honest twins')
    t.end()
  })

  t.test(`${meta.id} flags what it documents`, t => {
    for (const example of meta.examples.flags) {
      const inspection = inspectExample(example)
      const { findings, gaps } = analyse(inspection, known(inspection, example), [rule])
      t.ok(findings.length > 0, example.title)
      t.strictSame(gaps, [], `${example.title}: no gap`)
      for (const finding of findings)
        t.ok(finding.evidence.length > 0 && finding.message.length > 0, finding.message)
    }
    t.end()
  })

  t.test(`${meta.id} lets its honest twins pass, and so does every other rule`, t => {
    for (const example of meta.examples.passes) {
      const inspection = inspectExample(example)
      const { findings, gaps } = analyse(inspection, known(inspection, example), rules)
      t.strictSame(
        findings
          .filter(finding => alarming(finding.action) || finding.rule === meta.id)
          .map(f => [f.rule, f.message]),
        [],
        example.title,
      )
      t.strictSame(gaps, [], `${example.title}: no gap`)
    }
    t.end()
  })
}
