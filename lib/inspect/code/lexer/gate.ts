import { keyWords, type Lexed } from './lexer.ts'
import { canBuild, type Sign } from './materials.ts'

/** Why a package needs a tree: what was seen, in which file, at which offset. */
export type Opening = { readonly path: string; readonly what: string; readonly at: number }

const opening: ReadonlySet<Sign> = new Set<Sign>([
  'char codes',
  'decode',
  'radix',
  'reverse',
  'fragment',
  'a name as text',
  'a name inside text',
  'constructor',
  'picked letters',
  'no letters',
  'code in text',
  'global names',
  'names of a prototype',
])

/**
 * Everything in these files that could be, or could build, a way out of the package or into code. Where there is
 * nothing, no rule can have anything to say about what the files do, and no tree is needed.
 */
export function openings(files: ReadonlyMap<string, Lexed>): readonly Opening[] {
  const found: Opening[] = []
  const loadsFiles = [...files.values()].some(file => file.loadsFiles)
  const pieces = new Set<string>()
  for (const [path, file] of files) {
    if (!file.exact) found.push({ path, what: file.why, at: 0 })
    for (const { what, at } of file.powers) found.push({ path, what, at })
    if (loadsFiles) for (const { what, at } of file.fileMembers) found.push({ path, what: `fs: ${what}`, at })
    for (const [sign, at] of file.signs) if (opening.has(sign)) found.push({ path, what: `sign: ${sign}`, at })
    for (const piece of file.pieces) pieces.add(piece)
  }
  const [first] = files.keys()
  for (const key of keyWords)
    if (canBuild(key, pieces)) found.push({ path: first ?? '', what: `pieces of ${key}`, at: 0 })
  return found
}
