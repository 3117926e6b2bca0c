/**
 * `npm run bench:trees`: the five real trees from the configured registry, npm beside safe-install: wall time, packages,
 * files and bytes read, findings by rule, questions asked and scripts skipped. Reported, never a target: the network is
 * part of it.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { measure } from './measure.ts'
import { dataFolder, makeSandbox } from './sandbox.ts'

type Report = {
  readonly decision: string
  readonly summary: {
    readonly packages: number
    readonly files: number
    readonly bytes: number
    readonly gaps: number
  }
  readonly packages: readonly {
    readonly name: string
    readonly verdict: string
    readonly scripts: readonly { readonly event: string; readonly approved: boolean }[]
    readonly findings: readonly { readonly rule: string; readonly action: string }[]
  }[]
}

const exec = promisify(execFile)
const program = fileURLToPath(new URL('../../dist/bin/safe-install.js', import.meta.url))
const wanted = process.argv.slice(2)

for (const file of await readdir(join(dataFolder(), 'trees'))) {
  const name = file.replace('.json', '')
  if (wanted.length === 0 || wanted.includes(name)) await measureTree(name, join(dataFolder(), 'trees', file))
}

async function measureTree(name: string, file: string): Promise<void> {
  const sandbox = await makeSandbox()
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
    const npm = await measure(['npm', 'install', '--ignore-scripts'], {
      cwd: await sandbox.project('npm', manifest),
      env: sandbox.env(undefined, join(sandbox.folder, 'npm-cache')),
    })
    const started = performance.now()
    const { stdout } = await exec(process.execPath, [program, '--json'], {
      cwd: await sandbox.project('ours', manifest),
      env: sandbox.env(undefined, join(sandbox.folder, 'our-cache')),
      maxBuffer: 1 << 28,
    }).catch((error: { stdout: string }) => error)
    const seconds = (performance.now() - started) / 1000
    print(name, npm.wallMs / 1000, seconds, JSON.parse(stdout) as Report)
  } finally {
    await sandbox.close()
  }
}

function print(
  name: string,
  npmSeconds: number,
  seconds: number,
  { decision, summary, packages }: Report,
): void {
  const rules = new Map<string, number>()
  for (const { findings } of packages) {
    for (const { rule, action } of findings)
      rules.set(`${action} ${rule}`, (rules.get(`${action} ${rule}`) ?? 0) + 1)
  }
  const asked = packages.filter(one => one.verdict !== 'allow').map(one => `${one.name} (${one.verdict})`)
  const skipped = packages.flatMap(one =>
    one.scripts.filter(script => !script.approved).map(script => `${one.name} ${script.event}`),
  )
  console.log(
    `${name}: npm ${npmSeconds.toFixed(1)} s, safe-install ${seconds.toFixed(1)} s, cold, ${decision}`,
  )
  console.log(
    `  read ${summary.packages} packages, ${summary.files} files, ${(summary.bytes / 1e6).toFixed(1)} MB, ${summary.gaps} gaps`,
  )
  console.log(`  findings: ${[...rules].map(([rule, count]) => `${count} ${rule}`).join(', ') || 'none'}`)
  console.log(`  asked: ${asked.join(', ') || 'nothing'}`)
  console.log(`  scripts skipped: ${skipped.join(', ') || 'none'}`)
}
