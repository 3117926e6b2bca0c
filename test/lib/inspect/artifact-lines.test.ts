import t from 'tap'
import { readLines, writeLines } from '../../../lib/inspect/artifact-lines.ts'
import { finish } from '../../../lib/steps.ts'
import type { Fact } from '../../../lib/types.ts'
import { contacts, flowOf, inspectionOf } from '../../helpers/inspection.ts'

const artifactOf = (inspection: ReturnType<typeof inspectionOf>) => ({
  integrity: 'sha512-x',
  sha256: 'ab',
  unpackedBytes: 12,
  inspection,
})

const inner = inspectionOf({ facts: [contacts('https://a.invalid/\n\u2028')] })
const facts: readonly Fact[] = Array.from({ length: 3_000 }, (_, at) => contacts(`https://${at}.invalid/ü`))
const large = artifactOf(
  inspectionOf({ facts, flows: [flowOf({})], bundled: [{ location: 'node_modules/b', inspection: inner }] }),
)

t.test('an artifact comes back as it was, in order', t => {
  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  t.strictSame(finish(readLines(finish(writeLines(large)))), asJson(large))
  const small = artifactOf(inspectionOf({}))
  t.strictSame(finish(readLines(finish(writeLines(small)))), asJson(small))
  t.end()
})

t.test('no line of a large one takes long to parse', t => {
  const lines = finish(writeLines(large)).split('\n')
  t.ok(lines.length > 4)
  t.ok(lines.every(line => line.length < 110_000))
  t.end()
})

t.test('what is cut off or no artifact throws', t => {
  const text = finish(writeLines(large))
  t.throws(() => finish(readLines(text.slice(0, -5))))
  t.throws(() => finish(readLines('')))
  t.end()
})
