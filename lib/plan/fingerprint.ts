import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const files = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', 'node_modules/.package-lock.json']

/**
 * A digest of the files a plan was made from. An install compares it: between the plan and the answer to a question,
 * somebody else may have changed the project.
 */
export const fingerprint = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of files) {
    const bytes = await readFile(join(path, name)).catch(() => undefined)
    hash.update(`${name} ${bytes === undefined ? 'none' : bytes.length}\n`)
    if (bytes !== undefined) hash.update(bytes)
  }
  return hash.digest('hex')
}
