import type { Lists } from '../lists.ts'

/**
 * The text with every character that looks like an ASCII letter or digit replaced by it: compatibility forms (full
 * width, mathematical), accents, Cyrillic, Greek and the like. Two names a person cannot tell apart come out equal.
 * Source: Unicode Technical Standard 39, confusables.
 */
export function toAscii(text: string, lists: Pick<Lists, 'confusables'>): string {
  if (isAscii(text)) return text.toLowerCase()
  let plain = ''
  for (const character of text.normalize('NFKC').normalize('NFD').toLowerCase()) {
    // Accents, joiners and other characters that print nothing are where a look-alike hides.
    if (/^[\p{M}\p{Cf}]$/u.test(character)) continue
    plain += lists.confusables.get(character) ?? character
  }
  return plain
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** ASCII shapes that read alike in most fonts, folded onto one: `rn` is `m`, `0` is `o`, `1` and `i` are `l`. */
export function readAlike(ascii: string): string {
  return ascii
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('i', 'l')
    .replaceAll('5', 's')
}
