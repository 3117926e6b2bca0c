/**
 * Measures the name comparison: how many honest names it would ask about, and how fast it is.
 * `-- <file>` adds names, one a line, such as those of whole trees.
 * Lists come from the folder `SAFE_INSTALL_SHARED` or `../shared` beside the project; run with `npm run bench:names`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadLists } from '../../lib/store/load-lists.ts'
import type { Context } from '../../lib/types.ts'
import { brandImpersonation } from '../../rules/brand-impersonation.ts'
import { brandScore } from '../../rules/brands/brand-score.ts'
import { lookalikeName } from '../../rules/lookalike-name.ts'
import { nameLookup, nearIdentical } from '../../rules/names/name-lookup.ts'
import type { NameMatch } from '../../rules/names/name-lookup.ts'
import { suggestNames } from '../../rules/names/suggest-names.ts'
import { listLines } from '../../rules/parse-lists.ts'
import type { Lists } from '../../rules/lists.ts'
import { contextOf, inspectionOf } from '../helpers/inspection.ts'

const shared = process.env['SAFE_INSTALL_SHARED'] ?? resolve('..', 'shared')
const file = join(shared, 'data', 'ordinary-names.txt')
const names = existsSync(file)
  ? listLines(readFileSync(file, 'utf8')).map(line => line.split('\t', 1)[0] ?? '')
  : listLines(readFileSync(resolve('test', 'fixtures', 'ordinary-names.txt'), 'utf8'))
const lists = loadLists()

function timed<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now()
  const result = work()
  return { ms: performance.now() - start, result }
}

const build = timed(() => nameLookup('warm-up', lists))
console.log(`lists and index: ${build.ms.toFixed(0)} ms`)

const kinds = new Map<string, string[]>()
const note = (key: string, what: string): void => void kinds.set(key, [...(kinds.get(key) ?? []), what])
const run = timed(() => {
  for (const name of names) {
    const best: NameMatch | undefined = nameLookup(name, lists)[0]
    if (best !== undefined) note(`${best.score} ${best.kind}`, `${name} ~ ${best.target}`)
    const score = brandScore(name, lists)
    if (score.score >= 3) note(`brand ${score.score}`, `${name}: ${score.reasons.join(', ')}`)
  }
})
console.log(`${names.length} ordinary names, ${(run.ms / names.length).toFixed(3)} ms each`)
for (const [key, list] of [...kinds].toSorted((a, b) => a[0].localeCompare(b[0])))
  console.log(`  ${key}: ${list.length}\n      ${list.slice(0, 12).join('\n      ')}`)
/** Packages of which nothing is known but the name, as a guard meets them: with what a rule then does. */
function asksOf(list: readonly string[], context: Partial<Context>): readonly string[] {
  return list.filter(name => {
    const known = contextOf({ ...context, name, lists })
    const inspection = inspectionOf({ manifest: { name, repository: undefined } })
    return [lookalikeName, brandImpersonation].some(rule =>
      rule.check(inspection, known).some(({ action }) => action !== 'note'),
    )
  })
}
const treeFile = process.argv[2]
const trees = treeFile === undefined ? [] : listLines(readFileSync(treeFile, 'utf8'))
for (const [what, list] of [
  ['ordinary names', names],
  ['names of the trees', trees],
] as const) {
  if (list.length === 0) continue
  const asDependency = asksOf(list, {})
  const direct = asksOf(list, { direct: true })
  const typed = asksOf(list, { direct: true, typed: true })
  const suggested = list.filter(name => suggestNames(name, lists).length > 0)
  console.log(
    `${list.length} ${what}: asked for the name ${asDependency.length} as a dependency, ${direct.length} as a direct one, ` +
      `${typed.length} typed; "did you mean" ${suggested.length}`,
  )
  if (typed.length > 0) console.log(`  typed: ${typed.join(' ')}`)
}

const popular = [...lists.popular.keys()]
const sample = popular.filter((_, i) => i % 10 === 0)
const speed = timed(() => {
  for (const name of sample) nameLookup(`${name}x`, lists)
})
console.log(`look-ups: ${Math.round((sample.length / speed.ms) * 1000)} a second`)

/** Each tenth of the popular names judged against the other nine, so that no name knows itself. */
let near = 0
const examples: string[] = []
for (let fold = 0; fold < 10; fold += 1) {
  const held = new Set(popular.filter((_, i) => i % 10 === fold))
  const rest: Lists = {
    ...lists,
    popular: new Map([...lists.popular].filter(([name]) => !held.has(name))),
    targets: lists.targets.filter(name => !held.has(name)),
    brands: lists.brands.map(brand => ({
      ...brand,
      packages: brand.packages.filter(name => !held.has(name)),
    })),
  }
  for (const name of held) {
    const best = nameLookup(name, rest)[0]
    if (best === undefined || best.score < nearIdentical) continue
    near += 1
    if (near % 20 === 0) examples.push(`${name} ~ ${best.target} (${best.kind})`)
  }
}
console.log(`leave a tenth out: ${near} of ${popular.length} near-identical to another; every 20th:`)
console.log(`  ${examples.join('\n  ')}`)
