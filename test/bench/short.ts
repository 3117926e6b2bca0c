/**
 * `npm run bench:short`: npm, safe-install and safe-install without inspection, side by side in one run, on express from
 * a replayed registry. Under two minutes; for what a change costs. The table that users are shown is `bench`.
 */
import { rowsOf, runRounds, states, tableOf } from './rounds.ts'

const rounds = Number(process.env['SAFE_INSTALL_BENCH_ROUNDS'] ?? 3)
const tree = { name: 'express', manifest: { name: 'express-app', dependencies: { express: '5.3.0' } } }

const result = await runRounds(tree, { rounds, states, latencyMs: 5 })
console.log(
  `${tree.name}, ${result.packages} packages, ${rounds} rounds, medians; ratios to npm in the same round`,
)
console.log(tableOf(rowsOf(result)))
