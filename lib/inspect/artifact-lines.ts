import type { Steps } from '../steps.ts'
import type { InspectedArtifact } from '../store/inspection-cache.ts'
import type { Inspection } from '../types.ts'

/** The lists of an inspection that grow with the package: a bundle has thousands of facts, a library as many files. */
const long = ['files', 'edges', 'facts', 'flows', 'bundled'] as const
type LongLists = Pick<Inspection, (typeof long)[number]>

/** Characters of one line from which on a new one begins: some 2 ms to parse. */
const lineChars = 100_000

/**
 * An artifact as lines of JSON, none much longer than `lineChars`: the inspection of a large package is a megabyte, and
 * whoever parses that at once does nothing else meanwhile. Between threads it goes as this text too, for the same reason.
 */
export function* writeLines(artifact: InspectedArtifact): Steps<string> {
  const { inspection } = artifact
  let text = JSON.stringify({ ...artifact, inspection: { ...inspection, ...noLists() } })
  for (const list of long) {
    let line = ''
    for (const item of inspection[list]) {
      line += `${line === '' ? `\n["${list}"` : ''},${JSON.stringify(item)}`
      if (line.length < lineChars) continue
      text += `${line}]`
      line = ''
      yield
    }
    if (line !== '') text += `${line}]`
  }
  return text
}

/** The artifact of such a text. Throws where it is none: only what this program wrote may be given. */
export function* readLines(text: string): Steps<InspectedArtifact> {
  let end = endOf(text, 0)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `writeLines` wrote
  const artifact = JSON.parse(text.slice(0, end)) as InspectedArtifact
  const lists = noLists()
  while (end < text.length) {
    yield
    const start = end + 1
    end = endOf(text, start)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `writeLines` wrote
    const [list, ...items] = JSON.parse(text.slice(start, end)) as [string, ...unknown[]]
    for (const item of items) lists[list]!.push(item)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `writeLines` wrote
  return { ...artifact, inspection: { ...artifact.inspection, ...(lists as unknown as LongLists) } }
}

function noLists(): Record<string, unknown[]> {
  return Object.fromEntries(long.map(name => [name, []]))
}

function endOf(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end < 0 ? text.length : end
}
