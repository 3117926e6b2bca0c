/**
 * `npm run bench:parity [<tree>...]`: the five real trees, installed by npm and by safe-install from the same recorded
 * registry with scripts off: package.json, lockfile, and every file with its mode are compared, and each difference is
 * printed. Ends with 1 where there is one.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readdir, readlink, lstat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startReplayRegistry } from './replay-registry.ts'
import { benchFolder, dataFolder, makeSandbox } from './sandbox.ts'

type Run = { readonly code: number; readonly tail: string }

const exec = promisify(execFile)
const program = fileURLToPath(new URL('../../dist/bin/safe-install.js', import.meta.url))
const wanted = process.argv.slice(2)
const maxPrinted = 20

let differences = 0
for (const file of (await readdir(join(dataFolder(), 'trees'))).toSorted()) {
  const name = file.replace('.json', '')
  if (wanted.length === 0 || wanted.includes(name)) {
    differences += await compare(name, join(dataFolder(), 'trees', file))
  }
}
process.exitCode = differences === 0 ? 0 : 1

async function compare(name: string, file: string): Promise<number> {
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
  const { stdout: upstream } = await exec('npm', ['config', 'get', 'registry'])
  const registry = await startReplayRegistry({
    folder: join(benchFolder(), 'recording'),
    upstream: upstream.trim(),
    latencyMs: 0,
  })
  const sandbox = await makeSandbox()
  try {
    const [npm, ours] = [await sandbox.project('npm', manifest), await sandbox.project('ours', manifest)]
    const env = sandbox.env(registry.url)
    const theirRun = await run('npm', ['install', '--ignore-scripts'], npm, env)
    const ourRun = await run(process.execPath, [program, '--ignore-scripts', '--yes'], ours, env)
    const found = [
      ...(theirRun.code === ourRun.code ? [] : [`exit codes: npm ${theirRun.code}, ours ${ourRun.code}`]),
      ...differ(await describe(npm), await describe(ours)),
    ]
    const files = (await describe(npm)).size
    console.log(`${name}: ${files} files compared, ${found.length} differences`)
    for (const line of found.slice(0, maxPrinted)) console.log(`  ${line}`)
    if (found.length > maxPrinted) console.log(`  and ${found.length - maxPrinted} more`)
    if (ourRun.code !== 0) console.log(ourRun.tail)
    return found.length
  } finally {
    await sandbox.close()
    await registry.close()
  }
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Run> {
  return exec(command, [...args], { cwd, env, maxBuffer: 1 << 28 }).then(
    () => ({ code: 0, tail: '' }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      tail: `${error.stdout}${error.stderr}`.split('\n').slice(-12).join('\n'),
    }),
  )
}

/** Every file and link of a project with its mode and digest. */
async function describe(project: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const folders = [project]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      const name = relative(project, path)
      if (name === join('node_modules', '.safe-install')) continue
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isSymbolicLink()) found.set(name, `-> ${await readlink(path)}`)
      else {
        const { mode } = await lstat(path)
        const digest = createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
        found.set(name, `${(mode & 0o7777).toString(8)} ${digest.slice(0, 16)}`)
      }
    }
  }
  return found
}

function differ(theirs: ReadonlyMap<string, string>, ours: ReadonlyMap<string, string>): readonly string[] {
  const names = new Set([...theirs.keys(), ...ours.keys()])
  return [...names]
    .filter(name => theirs.get(name) !== ours.get(name))
    .map(name => `${name}: npm ${theirs.get(name) ?? 'has none'}, ours ${ours.get(name) ?? 'has none'}`)
    .toSorted()
}
