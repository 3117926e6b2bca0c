/**
 * `npm run bench:shell`: what the script shell costs the project's own scripts. Starts `true` and `npm run true` many
 * times with plain sh and with the shell that setup installs, one after the other so that noise hits both, and prints
 * medians in ms of wall clock. The limit is 15 ms for one script.
 */
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { placesOf } from '../../lib/enforce/places.ts'
import { shellText } from '../../lib/enforce/texts.ts'
import { median } from './measure.ts'

const maxOverheadMs = 15
const folder = await mkdtemp(join(tmpdir(), 'safe-install-shell-bench-'))
try {
  const places = placesOf({ HOME: folder })
  await mkdir(places.folder)
  const programs = { node: process.execPath, places, realShell: '/bin/sh', npmBin: '/usr/bin' }
  await writeFile(places.shell, await shellText(programs))
  await chmod(places.shell, 0o755)
  await writeFile(join(folder, 'package.json'), '{"private":true,"scripts":{"true":"true"}}')
  const direct = compare(400, (shell, env) => run(shell, ['-c', 'true'], env))
  const npm = compare(15, (shell, env) =>
    run('npm', ['run', '--silent', 'true'], { ...env, npm_config_script_shell: shell }),
  )
  print('one script', direct)
  print('npm run true', npm)
  if (direct.ours - direct.plain > maxOverheadMs) {
    console.log(`more than ${maxOverheadMs} ms`)
    process.exitCode = 1
  }

  function compare(
    rounds: number,
    once: (shell: string, env: NodeJS.ProcessEnv) => number,
  ): { readonly plain: number; readonly ours: number } {
    const env = { ...process.env, npm_command: 'run-script', npm_lifecycle_event: 'true' }
    const times: { readonly plain: number[]; readonly ours: number[] } = { plain: [], ours: [] }
    for (let round = 0; round < rounds; round += 1) {
      times.plain.push(once('/bin/sh', env))
      times.ours.push(once(places.shell, env))
    }
    return { plain: median(times.plain), ours: median(times.ours) }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const before = performance.now()
  const { status, error } = spawnSync(program, args, { cwd: folder, env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${program} failed`, { cause: error })
  return performance.now() - before
}

function print(what: string, { plain, ours }: { readonly plain: number; readonly ours: number }): void {
  const [a, b, more] = [plain, ours, ours - plain].map(ms => ms.toFixed(1).padStart(7))
  console.log(`${what.padEnd(14)} sh ${a} ms   safe-install ${b} ms   more ${more} ms`)
}
