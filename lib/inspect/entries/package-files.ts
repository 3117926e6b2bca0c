/** The paths of one package, as the module loader and the file system would find them. */
export class PackageFiles {
  readonly paths: ReadonlySet<string>
  readonly #folded = new Map<string, string>()
  #folders: Set<string> | undefined

  constructor(paths: Iterable<string>) {
    this.paths = new Set(paths)
  }

  /**
   * The file at `path`, which may be written in another case: the default file systems of macOS and Windows do not
   * tell `Index.js` from `index.js`, and a payload must not hide behind that.
   */
  find(path: string): string | undefined {
    if (this.paths.has(path)) return path
    if (this.#folded.size === 0) for (const known of this.paths) this.#folded.set(known.toLowerCase(), known)
    return this.#folded.get(path.toLowerCase())
  }

  isFolder(path: string): boolean {
    this.#folders ??= foldersOf(this.paths)
    return path === '' || this.#folders.has(path)
  }

  /** Every path below `folder`, in the order of the tarball. */
  below(folder: string): string[] {
    const prefix = folder === '' ? '' : `${folder}/`
    return [...this.paths].filter(path => path.startsWith(prefix))
  }
}

function foldersOf(paths: ReadonlySet<string>): Set<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return folders
}

/**
 * Joins and normalises a path below the package's root. Undefined where it would leave the package: what lies there
 * is not ours to say.
 */
export function joinInside(folder: string, relative: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** The folder of a path; '' for the root. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at < 0 ? '' : path.slice(0, at)
}
