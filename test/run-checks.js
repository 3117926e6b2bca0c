/**
 * `npm test`: lint, format, types, build, then every test. Stops at the first check that fails and closes with one line
 * that people and CI read: `N passed, N failed`, counting assertions.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
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
const { passed, failed } = count(Parser.parse(readFileSync(results, 'utf8')))
console.log(`${passed} passed, ${failed} failed`)
process.exit(code === 0 && failed === 0 && passed > 0 ? 0 : 1)

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status ?? 1
}

/** Leaves only: a subtest's own line repeats what its assertions said, unless it failed by itself (a crash, a time-out). */
function count(events) {
  const total = { passed: 0, failed: 0 }
  let inner = { passed: 0, failed: 0 }
  for (const [kind, ...rest] of events) {
    if (kind === 'child') {
      inner = count(rest[0])
      total.passed += inner.passed
      total.failed += inner.failed
    } else if (kind === 'assert') {
      const { ok, closingTestPoint } = rest[0]
      if (!closingTestPoint && ok) total.passed += 1
      if (!ok && (!closingTestPoint || inner.failed === 0)) total.failed += 1
    }
  }
  return total
}
