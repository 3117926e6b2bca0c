import { join } from 'node:path'
import { isAbsolute } from 'node:path'
import type { Edit } from './edits.ts'
import { editOf, readText } from './edits.ts'
import { hasBlock, settingOf, withBlock, withoutBlock } from './npmrc.ts'
import { shellSetting } from './places.ts'
import type { Places } from './places.ts'
import { checkText, shellText, shimText } from './texts.ts'
import type { Programs } from './texts.ts'

/** Where the user's npmrc and npm are, and the Node to start. */
export type UserSetup = {
  readonly places: Places
  /** npm's `userconfig`. */
  readonly npmrc: string
  readonly node: string
  /** Folder with the npm that was found. */
  readonly npmBin: string
}

const comment = [
  'npm hands the scripts of packages to safe-install before they run. To undo: safe-install --setup --user --undo',
  'npm says "spawn ... ENOENT"? That file is gone: run safe-install --setup --user again, or remove these lines.',
]

/** What every project of this user needs: the shell and what the gates start. Not the npmrc. */
export async function guardEdits(setup: UserSetup): Promise<readonly Edit[]> {
  const programs = await programsOf(setup)
  const { places } = setup
  return [
    await editOf(places.shell, await shellText(programs), 0o755),
    await editOf(places.check, checkText(programs), 0o755),
  ]
}

/** The shell, the shims, and the line in the user's npmrc. The npmrc comes last: it must name a shell that is there. */
export async function userEdits(setup: UserSetup): Promise<readonly Edit[]> {
  const programs = await programsOf(setup)
  const { places, npmrc } = setup
  const block = { says: comment, settings: [{ key: 'script-shell', value: shellSetting }] }
  return [
    ...(await guardEdits(setup)),
    await editOf(join(places.bin, 'npm'), shimText('npm', programs), 0o755),
    await editOf(join(places.bin, 'npx'), shimText('npx', programs), 0o755),
    await editOf(npmrc, withBlock((await readText(npmrc)) ?? '', block)),
  ]
}

/** Takes it back. The shell stays while a project names it: npm would refuse every script there. */
export async function userUndoEdits(setup: UserSetup, neededBy: readonly string[]): Promise<readonly Edit[]> {
  const { places, npmrc } = setup
  const before = await readText(npmrc)
  const after = before === undefined ? undefined : withoutBlock(before)
  const keep = neededBy.length > 0
  return [
    await editOf(npmrc, after === '' && before !== undefined && hasBlock(before) ? undefined : after),
    ...(await Promise.all(
      [join(places.bin, 'npm'), join(places.bin, 'npx')].map(path => editOf(path, undefined)),
    )),
    ...(keep ? [] : await Promise.all([places.shell, places.check].map(path => editOf(path, undefined)))),
  ]
}

async function programsOf({ places, npmrc, node, npmBin }: UserSetup): Promise<Programs> {
  return { node, places, npmBin, realShell: await realShell(npmrc) }
}

/** The shell the user chose before, where it is an absolute path to another one than ours. */
async function realShell(npmrc: string): Promise<string> {
  const chosen = settingOf(withoutBlock((await readText(npmrc)) ?? ''), 'script-shell')
  return chosen !== undefined && isAbsolute(chosen) && !chosen.endsWith('/.safe-install/shell')
    ? chosen
    : '/bin/sh'
}
