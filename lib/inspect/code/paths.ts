import { posix } from 'node:path'
import { HOLE } from '../../types.ts'
import { glue, textsOf } from './constants.ts'
import type { Arguments } from './interpreter.ts'
import {
  joinTaints,
  knowns,
  nothing,
  tainted,
  withTaints,
  changed,
  type Taint,
  type Value,
} from './values.ts'

/** `path.join` and its like on texts with holes. The package's own folder is `/__package__`, the project's `/__project__`. */
export function pathText(
  how: 'join' | 'resolve' | 'dirname' | 'basename' | 'same' | 'extname',
  given: Arguments,
): Value {
  let taints: readonly Taint[] = given.rest.taints
  for (const value of given.list) taints = joinTaints(taints, value.taints)
  if (given.list.length === 0) return tainted(taints)
  const first = textsOf(given.list[0]!)
  if (how !== 'join' && how !== 'resolve') {
    return withTaints(knowns(first.map(text => onePath(how, text, given))), taints)
  }
  let texts: readonly string[] = ['']
  for (const value of given.rest === nothing ? given.list : [...given.list, tainted([])]) {
    const parts = partsOf(value)
    texts = texts.flatMap(before => parts.map(part => append(how, before, part))).slice(0, 6)
  }
  return withTaints(
    knowns(
      texts.map(text => normalise(how === 'resolve' && !isRooted(text) ? `/__project__/${text}` : text)),
    ),
    taints,
  )
}

/** A path is never made of nothing: what is left out here is given elsewhere. */
function partsOf(value: Value): readonly string[] {
  if (!value.known.includes(undefined)) return textsOf(value)
  return [
    ...new Set([...textsOf(changed(value, { known: value.known.filter(one => one !== undefined) })), HOLE]),
  ]
}

function isRooted(text: string): boolean {
  return text.startsWith('/') || text.startsWith('~') || text.startsWith(HOLE) || /^[a-z]:[\\/]/i.test(text)
}

function append(how: 'join' | 'resolve', before: string, part: string): string {
  if (how === 'resolve' && isRooted(part) && !part.startsWith(HOLE)) return part
  // Where an address and a path are told apart later, nobody resolves the address.
  if (how === 'resolve' && /^https?:\/\//i.test(part)) return HOLE
  // What is not known may be a whole path.
  if (before === '' || (how === 'resolve' && before === '/' && part.startsWith(HOLE))) return part
  return glue(`${before}/`, part)
}

/** Removes `.` and `..`; a `..` after a hole stays, since nobody knows what it removes. */
function normalise(text: string): string {
  if (text.length > 4_096) return HOLE
  return text.includes(HOLE) && text.includes('..') ? text : posix.normalize(text)
}

function onePath(how: 'dirname' | 'basename' | 'same' | 'extname', text: string, given: Arguments): string {
  switch (how) {
    case 'dirname':
      return text === HOLE ? HOLE : posix.dirname(text)
    case 'basename': {
      const suffix = given.list[1]?.known[0]
      return posix.basename(text, typeof suffix === 'string' ? suffix : undefined)
    }
    case 'extname':
      return text.endsWith(HOLE) ? HOLE : posix.extname(text)
    case 'same':
      return text.replace(/^file:\/\//, '')
  }
}
