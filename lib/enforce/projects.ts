import { readFile, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { withFileLock } from '../policy/file-lock.ts'
import type { Places } from './places.ts'

/** Folders of projects that `--setup` was run in, real paths. Missing or unreadable means none. */
export async function registeredProjects({ projects }: Places): Promise<readonly string[]> {
  const text = await readFile(projects, 'utf8').catch(() => '')
  return text.split('\n').filter(line => line !== '')
}

/** Adds or removes a project's folder. A folder with a line break in its name cannot be kept and is left out. */
export async function registerProject(places: Places, folder: string, keep: boolean): Promise<void> {
  const real = await realpath(folder)
  await withFileLock(places.projects, async () => {
    const others = (await registeredProjects(places)).filter(known => known !== real)
    const next = keep && !real.includes('\n') ? [...others, real] : others
    await writeFileAtomic(places.projects, next.map(line => `${line}\n`).join(''), { mode: 0o600 })
  })
}

/** Whether a real path is `folder` or lies below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}
