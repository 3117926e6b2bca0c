/**
 * `npm test`: lint, format, types, build, then every test. Stops at the first check that fails and closes with what
 * failed and one line that people and CI read: `N passed, N failed`, counting assertions.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { inspect } from 'node:util'
import { Parser } from 'tap-parser'

const results = '.tap/all.tap'

for (const check of ['lint', 'format:check', 'types', 'build']) {
  if (run('npm', ['run', '--silent', check]) !== 0) {
    console.log(`${check} failed\n0 passed, 1 failed`)
    process.exit(1)
  }
}

mkdirSync('.tap', { recursive: true })
rmSync(results, { force: true })
const code = run('npx', ['tap', '--reporter=terse', `--output-file=${results}`, ...process.argv.slice(2)])
const { passed, failures } = count(Parser.parse(readFileSync(results, 'utf8')))
for (const { path, diag } of failures)
  console.log(`not ok ${path.join(' > ')}\n${inspect(diag, { depth: 3 })}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exit(code === 0 && failures.length === 0 && passed > 0 ? 0 : 1)

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status ?? 1
}

/** Leaves only: a subtest's own line repeats what its assertions said, unless it failed by itself (a crash, a time-out). */
function count(events) {
  const total = { passed: 0, failures: [] }
  let inner = { passed: 0, failures: [] }
  for (const [kind, ...rest] of events) {
    if (kind === 'child') {
      inner = count(rest[0])
      total.passed += inner.passed
    } else if (kind === 'assert') {
      const { ok, closingTestPoint, name, diag } = rest[0]
      if (closingTestPoint)
        total.failures.push(...inner.failures.map(one => ({ ...one, path: [name, ...one.path] })))
      if (!closingTestPoint && ok) total.passed += 1
      if (!ok && (!closingTestPoint || inner.failures.length === 0))
        total.failures.push({ path: [name], diag })
      inner = { passed: 0, failures: [] }
    }
  }
  return total
}
