import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'

/** More ways say nothing new, and each group may double them. */
const maxWays = 12
const maxSource = 300

/**
 * The texts a regular expression is written for, unknown parts as holes: `^id_(rsa|ed25519)$` stands for `id_rsa` and
 * `id_ed25519`. What may come before is left out. Reads the pattern from left to right, once; nothing is matched.
 */
export function spelledBy(source: string): readonly Text[] {
  if (source.length > maxSource) return []
  const open: { done: Text[]; ways: Text[] }[] = [{ done: [], ways: [''] }]
  let last: readonly Text[] = ['']
  let skipped = 0
  const add = (piece: Text): void => {
    const level = open.at(-1)!
    last = level.ways
    level.ways = level.ways.map(way => (way.endsWith(HOLE) && piece === HOLE ? way : way + piece))
  }
  for (let at = 0; at < source.length; at++) {
    const sign = source.charAt(at)
    if (sign === '(') {
      // What must or must not follow says nothing of what stands there.
      const mark = /^\?(?:<?[=!])/.exec(source.slice(at + 1, at + 4))
      if (mark !== null || skipped > 0) skipped++
      else open.push({ done: [], ways: [''] })
      at += /^\?(?::|<?[=!]|<\w{1,40}>)/.exec(source.slice(at + 1, at + 44))?.[0].length ?? 0
    } else if (sign === ')') {
      if (skipped > 0) {
        skipped--
        continue
      }
      const group = open.length > 1 ? open.pop()! : undefined
      if (group === undefined) return []
      const level = open.at(-1)!
      last = level.ways
      level.ways = level.ways
        .flatMap(way => [...group.done, ...group.ways].map(piece => way + piece))
        .slice(0, maxWays)
    } else if (skipped > 0) {
      if (sign === '\\') at++
    } else if (sign === '|') {
      const level = open.at(-1)!
      level.done.push(...level.ways)
      level.ways = ['']
      last = ['']
    } else if (sign === '?' || sign === '*') {
      const level = open.at(-1)!
      level.ways = [...new Set([...last, ...level.ways])].slice(0, maxWays)
    } else if (sign === '[') {
      const end = source.indexOf(']', at + 2)
      if (end < 0) return []
      add(HOLE)
      at = end
    } else if (sign === '\\') {
      const next = source.charAt(++at)
      if (!/[bB]/.test(next)) add(/[a-zA-Z0-9]/.test(next) ? HOLE : next)
    } else if (sign === '{') {
      const end = source.indexOf('}', at)
      if (end > 0) at = end
    } else if (sign === '.') add(HOLE)
    else if (sign !== '^' && sign !== '$' && sign !== '+') add(sign)
  }
  const [whole] = open
  return open.length > 1 || whole === undefined ? [] : [...whole.done, ...whole.ways].slice(0, maxWays)
}
