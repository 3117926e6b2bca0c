import type { Opening } from './gate.ts'

/** Loops that read as if nothing ended them, in files that reach nothing outside: only these are worth a tree. */

/** `while (true)`, `for (;;)`, and counting towards infinity, as text. */
export const forever =
  /\bwhile\s*\(\s*(?:true|1|!0|!!1|!\[\]|!!\[\])\s*\)|\bfor\s*\([^;()]{0,80};\s*(?:[\w$]{1,20}\s*<=?\s*Infinity\s*)?;/g
const leaving = /\b(?:break|return|throw|await|yield|exit)\b/
const maxLoops = 200
const maxBody = 2_000

/** Where a loop begins whose body holds no word that leaves a loop. The tree decides whether that is so. */
export function endlessLoops(path: string, text: string): readonly Opening[] {
  let count = 0
  for (const found of text.matchAll(forever)) {
    if (++count > maxLoops) return []
    // `do … while (true)` ends by what stands before it.
    if (
      text
        .slice(Math.max(0, found.index - 8), found.index)
        .trimEnd()
        .endsWith('}')
    )
      continue
    if (!leaving.test(bodyFrom(text, found.index + found[0].length)))
      return [{ path, what: 'a loop that nothing leaves', at: found.index }]
  }
  return []
}

/** Up to the brace that closes the first one, or the end of the statement. Texts with braces only make it longer or shorter. */
function bodyFrom(text: string, start: number): string {
  const end = Math.min(text.length, start + maxBody)
  let depth = 0
  for (let at = start; at < end; at++) {
    const unit = text[at]
    if (unit === '{') depth++
    else if (unit === '}' && --depth <= 0) return text.slice(start, at)
    else if (unit === ';' && depth === 0 && at > start + 2) return text.slice(start, at)
  }
  return text.slice(start, end)
}
