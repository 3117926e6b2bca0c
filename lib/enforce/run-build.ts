import { spawn } from 'node:child_process'
import { readFolder, isOwnModules } from '../fetch/read-folder.ts'
import { sha256Hex } from '../inspect/hash.ts'
import { folderDigest, openReceipts } from '../store/receipts.ts'
import { rememberBuilt } from './built.ts'
import type { GuardHost } from './guard.ts'
import type { Places } from './places.ts'

/** How a program ended. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/**
 * Runs an approved script in the real shell, in the package's folder and with npm's environment, then remembers what it
 * left there. `argv` is the shell, the values `NODE_OPTIONS` and `NODE_PATH` had (`=` before the value; empty: not set),
 * and what npm gave the shell. Signals are passed on; ends as the script did.
 */
export async function runBuild(host: GuardHost, places: Places, argv: readonly string[]): Promise<Ended> {
  const [shell, nodeOptions, nodePath, ...args] = argv
  if (shell === undefined || nodeOptions === undefined || nodePath === undefined)
    throw new Error('it was started without the script to run')
  const receipts = openReceipts(places.receipts)
  const { files } = await readFolder(host.cwd, isOwnModules)
  const digest = folderDigest(files.map(({ path, bytes }) => ({ path, sha256: sha256Hex(bytes) })))
  const receipt = await receipts.get(digest)
  const env = { ...host.env, NODE_OPTIONS: valueOf(nodeOptions), NODE_PATH: valueOf(nodePath) }
  const ended = await run(shell, args, { env, host })
  if (ended.code === 0 && receipt !== undefined) await rememberBuilt(host.cwd, receipt, receipts)
  return ended
}

function valueOf(text: string): string | undefined {
  return text.startsWith('=') ? text.slice(1) : undefined
}

function run(
  shell: string,
  args: readonly string[],
  { env, host }: { readonly env: Readonly<Record<string, string | undefined>>; readonly host: GuardHost },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // Before the script is started: a signal in between would end us and leave the script running by itself.
    // Once each: at a terminal the script has had the first one itself, as it has under npm alone.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      let isSent = false
      host.onSignal(signal, () => {
        if (!isSent) child.kill(signal)
        isSent = true
      })
    }
    const child = spawn(shell, args, { cwd: host.cwd, env: { ...env }, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
}
