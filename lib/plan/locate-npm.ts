import { readFile, realpath } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parseTable } from './values.ts'

const isNpm = async (folder: string): Promise<boolean> => {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  return parseTable(text)['name'] === 'npm'
}

/**
 * The folder of the user's npm: beside the running Node, else the first `npm` of PATH that is one (shims are not).
 * Relative entries of PATH are skipped: they would let the current folder name the npm to believe.
 */
export const locateNpm = async (request: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly execPath: string
}): Promise<string | undefined> => {
  const folders = (request.env['PATH'] ?? '').split(delimiter).filter(folder => isAbsolute(folder))
  const bins = await Promise.all(folders.map(folder => realpath(join(folder, 'npm')).catch(() => undefined)))
  const candidates = [
    ...bins.flatMap(bin => (bin?.endsWith('npm-cli.js') ? [dirname(dirname(bin))] : [])),
    join(dirname(dirname(request.execPath)), 'lib', 'node_modules', 'npm'),
    join(dirname(request.execPath), 'node_modules', 'npm'),
  ]
  for (const candidate of candidates) {
    // One after the other: the order is the preference, and the first nearly always fits.
    if (await isNpm(candidate)) return candidate
  }
  return undefined
}
