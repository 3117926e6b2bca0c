/**
 * Which names are taken by files and which by folders while an archive is unpacked in memory. npm's extractor skips an
 * entry that needs a file to be a folder, or a folder to be a file.
 */
export class FolderTree {
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()

  /** How many folders there are: one entry can ask for a hundred. */
  get folders(): number {
    return this.#folders.size
  }

  /** Takes the name for a file and its parents for folders. False, and nothing taken, where the extractor skips it. */
  add(path: string): boolean {
    if (this.#folders.has(path)) return false
    const missing: string[] = []
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash)
      if (this.#files.has(folder)) return false
      if (this.#folders.has(folder)) break
      missing.push(folder)
    }
    for (const folder of missing) this.#folders.add(folder)
    this.#files.add(path)
    return true
  }
}
