import { lstat, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { SafeInstallError } from '../errors.ts'
import { printable } from '../report/sanitize.ts'

/** What becomes of one file. `undefined` is no file. */
export type Edit = {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** For a file that is new. */
  readonly mode: number
}

/** A file's text, or undefined where there is none. Throws E_CONFIG for what cannot be read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new SafeInstallError('E_CONFIG', `${path} cannot be read`, { cause })
  }
}

/** What `after` makes of a file as it is now. */
export async function editOf(path: string, after: string | undefined, mode = 0o644): Promise<Edit> {
  return { path, before: await readText(path), after, mode }
}

/** Edits that change something. */
export function changesOf(edits: readonly Edit[]): readonly Edit[] {
  return edits.filter(({ before, after }) => before !== after)
}

const maxNewLines = 16

/** A diff for people: only the lines that differ, and one around them; a long new file is counted unless `whole`. */
export function renderEdit({ path, before, after }: Edit, whole = false): string {
  const [old, next] = [linesOf(before), linesOf(after)]
  if (before === undefined && next.length > maxNewLines && !whole)
    return `${printable(path, 300)} (new, ${next.length} lines: --verbose shows them)\n`
  let top = 0
  while (top < old.length && top < next.length && old[top] === next[top]) top += 1
  let bottom = 0
  const shared = Math.min(old.length, next.length) - top
  while (bottom < shared && old.at(-1 - bottom) === next.at(-1 - bottom)) bottom += 1
  const show = (sign: string, lines: readonly string[]): readonly string[] =>
    lines.map(line => `  ${sign} ${printable(line, 160)}`)
  const what = before === undefined ? ' (new)' : after === undefined ? ' (removed)' : ''
  return [
    `${printable(path, 300)}${what}`,
    ...show(' ', old.slice(Math.max(0, top - 1), top)),
    ...show('-', old.slice(top, old.length - bottom)),
    ...show('+', next.slice(top, next.length - bottom)),
    ...show(' ', old.slice(old.length - bottom, old.length - bottom + 1)),
    '',
  ].join('\n')
}

function linesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return []
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}

/**
 * Writes all edits or none: each file is old or new, never half, and where one cannot be written the others are put
 * back. Throws E_CONFIG. A file that changed since it was read is not overwritten.
 */
export async function applyEdits(edits: readonly Edit[]): Promise<void> {
  const done: Edit[] = []
  try {
    for (const edit of edits) {
      if ((await readText(edit.path)) !== edit.before)
        throw new SafeInstallError('E_CONFIG', `${edit.path} was changed meanwhile`, {
          hint: 'Run it again.',
        })
      await write(edit.path, edit.after, edit.mode)
      done.push(edit)
    }
  } catch (cause) {
    for (const { path, before, mode } of done.toReversed()) await write(path, before, mode)
    if (cause instanceof SafeInstallError) throw cause
    throw new SafeInstallError(
      'E_CONFIG',
      `nothing was changed: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: 'Check who owns the folder and whether it can be written.',
      },
    )
  }
}

async function write(path: string, text: string | undefined, mode: number): Promise<void> {
  if (text === undefined) {
    await rm(path, { force: true })
    return
  }
  await mkdir(dirname(path), { recursive: true })
  const exists = await lstat(path).then(
    () => true,
    () => false,
  )
  // An existing file keeps its mode and owner, and a link stays a link.
  await writeFileAtomic(path, text, exists && mode === 0o644 ? {} : { mode })
}
