/** What a machine may lack: each answers why a test is skipped here, or false where it can run. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/bin/safe-install.js', import.meta.url))

/** The user nobody, as whom a test may run the program where `noOtherUser` has no objection. */
export const nobody = 65_534

/** Only root may choose a user, and nobody may enter a clone or a Node that lies in another one's closed home. */
export function noOtherUser(folder: string): string | false {
  if (process.getuid?.() !== 0) return 'takes root, who may choose another user'
  const told = { cwd: folder, uid: nobody, gid: nobody, env: {} }
  const { status } = spawnSync(process.execPath, [program, '--version'], told)
  return status === 0 ? false : 'another user may not enter the folder of this clone'
}

/** For `runOnTerminal`. */
export function noTerminal(): string | false {
  const { status } = spawnSync('script', ['-qec', 'stty cols 80', '/dev/null'], { stdio: 'ignore' })
  return status === 0 ? false : 'takes the script of util-linux'
}

/** For certificates. */
export function noOpenssl(): string | false {
  return spawnSync('openssl', ['version']).status === 0 ? false : 'takes openssl'
}
