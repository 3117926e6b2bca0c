/**
 * `npm run bench [<tree>...]`: npm, safe-install and safe-install without inspection, at least seven interleaved rounds
 * in four states on each tree, from a registry on loopback that replays what was recorded once. Prints the table, writes
 * it to `docs/speed.json` and the ratios to `docs/speed.svg`. A tree named on the command line is measured anew,
 * the others are kept as they were. The first run records from the configured registry.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { plot } from './plot.ts'
import type { Measurement } from './plot.ts'
import { rowsOf, runRounds, states, tableOf } from './rounds.ts'
import type { Tree } from './rounds.ts'
import { dataFolder } from './sandbox.ts'

type Recorded = Measurement & {
  readonly date: string
  readonly machine: string
  readonly rounds: number
  readonly latencyMs: number
}

const rounds = Number(process.env['SAFE_INSTALL_BENCH_ROUNDS'] ?? 7)
const latencyMs = 5
const viteReact: unknown = JSON.parse(await readFile(join(dataFolder(), 'trees', 'vite-react.json'), 'utf8'))
const trees: readonly Tree[] = [
  { name: 'express', manifest: { name: 'express-app', dependencies: { express: '5.3.0' } } },
  { name: 'vite-react', manifest: viteReact },
  { name: 'react-scripts', manifest: { name: 'cra', dependencies: { 'react-scripts': '5.0.1' } } },
]
const wanted = process.argv.slice(2)
const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`

const jsonFile = join('docs', 'speed.json')
const before = await readFile(jsonFile, 'utf8').then(
  text => JSON.parse(text) as readonly Recorded[],
  () => [],
)
const recorded: Recorded[] = []
for (const tree of trees) {
  if (wanted.length > 0 && !wanted.includes(tree.name)) {
    recorded.push(...before.filter(one => one.tree === tree.name))
    continue
  }
  const result = await runRounds(tree, { rounds, states, latencyMs })
  const rows = rowsOf(result)
  const date = new Date().toISOString().slice(0, 10)
  recorded.push({ tree: tree.name, packages: result.packages, date, machine, rounds, latencyMs, rows })
  console.log(`${tree.name}, ${result.packages} packages, ${rounds} rounds, ${latencyMs} ms latency, ${date}`)
  console.log(`${tableOf(rows)}\n`)
}
await mkdir('docs', { recursive: true })
await writeFile(jsonFile, `${JSON.stringify(recorded, null, 2)}\n`)
const [first] = recorded
const caption = `wall time ÷ npm's in the same round; bars: median, lines: spread; ${first?.date ?? ''}, ${first?.machine ?? machine}`
await writeFile(join('docs', 'speed.svg'), plot(recorded, caption))
