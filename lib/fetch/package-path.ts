import { posix, win32 } from 'node:path'
import { limits } from '../limits.ts'
import type { Trick } from './trick-log.ts'

/**
 * Where npm writes an entry, below the package's root, or why it does not. `moved` tells of a stripped root. `unsure`:
 * what npm does depends on the file system or ends in a crash, so nobody can say what would be installed.
 */
export type Placement =
  | { readonly kind: 'placed'; readonly path: string; readonly top: string; readonly moved: boolean }
  | { readonly kind: 'dropped'; readonly trick: Trick; readonly unsure: boolean }

/** node-tar's default `maxDepth`. */
const maxDepth = 1024

/** NAME_MAX of the usual file systems. */
const maxNameBytes = 255

/** Nobody writes more than one root; each costs a pass over the path. */
const maxRoots = 4

/** Drive letters count as roots on every platform, as in node-tar. Undefined beyond `maxRoots`. */
const stripRoots = (path: string): string | undefined => {
  let rest = path
  for (let roots = 0; roots < maxRoots; roots++) {
    const { root } = win32.parse(rest)
    if (root === '') return rest
    if (!rest.startsWith('/') || rest.startsWith('//?/')) {
      rest = rest.slice(root.length)
      continue
    }
    let slashes = 0
    while (rest[slashes] === '/' && !rest.startsWith('//?/', slashes)) slashes++
    rest = rest.slice(slashes)
  }
  return undefined
}

const hasDotDot = (path: string): boolean => path.replaceAll('\\', '/').split('/').includes('..')

/** A pax header may give a file a link target; node-tar then drops the file where the target leaves the package. */
const targetEscapes = (path: string, linkpath: string): boolean => {
  const stripped = stripRoots(linkpath)
  if (stripped === undefined || linkpath === '' || !hasDotDot(stripped)) return false
  const target = posix.normalize(posix.join(posix.dirname(path), stripped.replaceAll('\\', '/')))
  return target === '..' || target.startsWith('../')
}

const dropped = (trick: Trick, unsure = false): Placement => ({ kind: 'dropped', trick, unsure })

/**
 * Places a file entry as pacote and node-tar do: the first path component goes, whatever it is called; roots are
 * stripped; `..` drops the entry. Pure string work, no file system.
 */
export const placeEntry = (entryPath: string, linkpath: string): Placement => {
  if (entryPath.length > limits.maxPathBytes || linkpath.length > limits.maxPathBytes) {
    return dropped('path-too-long', true)
  }
  const parts = entryPath.split('/')
  const top = parts.shift() ?? ''
  if (parts.length > maxDepth) return dropped('too-deep')
  // npm would write these; listing all their folders would cost us more than the archive cost its author.
  if (parts.length > limits.maxPathDepth) return dropped('too-deep', true)
  const below = parts.join('/')
  const stripped = stripRoots(below)
  if (stripped === undefined) return dropped('absolute', true)
  if (hasDotDot(stripped) || targetEscapes(stripped, linkpath)) return dropped('dotdot')
  const path = posix.normalize(stripped).replace(/\/$/, '')
  if (stripped === '' || path === '.') return dropped('no-top-folder')
  if (path.includes('\0')) return dropped('control-characters', true)
  if (Buffer.byteLength(path) > limits.maxPathBytes) return dropped('path-too-long', true)
  if (path.split('/').some(name => Buffer.byteLength(name) > maxNameBytes))
    return dropped('name-too-long', true)
  return { kind: 'placed', path, top, moved: stripped !== below }
}
