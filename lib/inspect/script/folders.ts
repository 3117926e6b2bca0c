import { HOLE, type Text } from '../../types.ts'

/** Where the package lies, in texts that must not be taken for a path from the current folder. */
export const packageRoot = '/__package__/'

/**
 * `path` as seen from `folder`, without `.` and `..` where they can be known. From an unknown folder (`HOLE`) a path
 * that climbs has an unknown beginning: nobody can say whether it leaves the package. Paths from the root, the home
 * folder, a drive or an unknown beginning stay as they are; below `packageRoot` they are the package's.
 */
export function from(folder: Text, path: Text): Text {
  const flat = path.replaceAll('\\', '/').replace(/^(?:\.\/+)+/, '')
  if (flat.startsWith(packageRoot)) return from('', flat.slice(packageRoot.length))
  if (/^(?:[/~\u0001$%]|[a-z][\w+.-]*:)/i.test(flat)) return flat
  if (folder === HOLE) return flat.startsWith('../') || flat === '..' ? `${HOLE}/${flat}` : flat
  if (folder === '' && !/(?:^|\/)\.\.?(?:\/|$)/.test(flat)) return flat
  const absolute = folder.startsWith('/')
  const parts = folder.split('/').filter(part => part !== '')
  for (const part of flat.split('/')) {
    if (part === '..' && parts.length > 0 && !isOpen(parts.at(-1) ?? '')) parts.pop()
    else if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') return `${HOLE}/${flat}`
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return (absolute ? '/' : '') + parts.join('/')
}

/** What `..` cannot take back: it climbs already, or nobody knows what it stands for. */
function isOpen(part: string): boolean {
  return part === '..' || part.includes(HOLE) || part === '~'
}
