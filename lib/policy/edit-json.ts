import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import { SafeInstallError } from '../errors.ts'
import { isRecord } from '../plan/values.ts'
import { withFileLock } from './file-lock.ts'

type Table = Record<string, unknown>

/**
 * Changes a JSON file in one step and leaves its look alone: indentation, line ends, a byte order mark and the last
 * line break stay as they were. `change` gets the parsed object and returns what to write. A file that is missing is
 * made, unless `create` is false. Throws E_CONFIG where it is no JSON object or cannot be written.
 */
export async function editJson(
  path: string,
  change: (table: Table) => Table,
  { create }: { readonly create: boolean },
): Promise<void> {
  await withFileLock(path, async () => edit(path, change, create))
}

async function edit(path: string, change: (table: Table) => Table, create: boolean): Promise<void> {
  const before = await readText(path, create)
  const table = parse(path, before)
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : ''
  const lineEnd = before.includes('\r\n') ? '\r\n' : '\n'
  const indent = /^\uFEFF?\{[ \t]*\r?\n([ \t]+)/.exec(before)?.[1] ?? 2
  const body = JSON.stringify(change(table), undefined, indent).replaceAll('\n', lineEnd)
  const end = before === '' || before.endsWith('\n') ? lineEnd : ''
  try {
    await writeFileAtomic(path, `${mark}${body}${end}`)
  } catch (cause) {
    throw new SafeInstallError('E_CONFIG', `${path} cannot be written`, {
      cause,
      hint: 'It was left as it was. Check who owns it and whether the disk is full.',
    })
  }
}

async function readText(path: string, create: boolean): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (create && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw new SafeInstallError('E_CONFIG', `${path} cannot be read`, { cause })
  }
}

function parse(path: string, text: string): Table {
  if (text === '') return {}
  try {
    const table: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (isRecord(table) && !Array.isArray(table)) return { ...table }
    throw new SyntaxError('it is no object')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SafeInstallError('E_CONFIG', `${path} is not a JSON object: ${why}`, { cause })
  }
}
