import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTable, recordOf } from './values.ts'

/** What `engines.npm` says in a project that refuses plain npm: no version satisfies it, and npm's error prints it. */
export const strictGate = 'use safe-install'

/** Whether a project refuses plain npm in favour of us. */
export const hasStrictGate = async (folder: string): Promise<boolean> => {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  return recordOf(parseTable(text)['engines'])['npm'] === strictGate
}
