import { basename } from 'node:path/posix'
import { limits } from '../limits.ts'
import { decompress } from './decompress.ts'
import { FolderTree } from './folder-tree.ts'
import { placeEntry } from './package-path.ts'
import type { Placement } from './package-path.ts'
import { readTar } from './read-tar.ts'
import type { TarItem } from './read-tar.ts'
import { TrickLog } from './trick-log.ts'
import type { PackedFile, Unpacked } from './unpacked.ts'

type Entry = Extract<TarItem, { kind: 'entry' }>
type Placed = Extract<Placement, { kind: 'placed' }>

/** What is known of a path that was written: by which entry, and under which first path component it was packed. */
type Written = { readonly file: PackedFile; readonly top: string }

/** The default umask of every system npm supports; npm itself adds none. */
const umask = 0o022

/** pacote makes everything readable and writable and keeps what else the entry says, executable bits above all. */
const fileMode = (mode: number | undefined): number => (((mode ?? 0) & 0o7777) | 0o666) & ~umask

/** Names that look like others in a list, or like nothing at all. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

/** Equal for names that fold together on a case-insensitive or normalising file system (macOS). */
const foldedName = (path: string): string => path.normalize('NFD').toLowerCase().toUpperCase()

class Unpacking {
  readonly log = new TrickLog()
  readonly written = new Map<string, Written>()
  readonly #tree = new FolderTree()
  readonly #folded = new Map<string, string>()
  readonly #npmIgnores = new Set<string>()

  take(item: TarItem): void {
    switch (item.kind) {
      case 'entry':
        return this.#takeEntry(item)
      case 'invalid':
        this.log.trick(
          'bad-header',
          item.path,
          `an entry with ${item.why}: skipped, its body is read as headers`,
        )
        return this.log.gap('has a damaged entry, and readers disagree about what follows it')
      case 'refused':
        return this.log.gap(item.why)
      case 'too-many':
        return this.log.gap(`has more than ${limits.maxEntries} entries`)
    }
  }

  #takeEntry(entry: Entry): void {
    switch (entry.type) {
      case 'file':
      case 'contiguous-file':
        return this.#takeFile(entry)
      case 'folder':
        return undefined
      case 'hard-link':
      case 'symbolic-link':
        return this.log.trick('link', entry.path, `a link to ${entry.linkpath}: dropped`)
      case 'device':
      case 'fifo':
        return this.log.trick('device', entry.path, `a ${entry.type}: dropped`)
      case 'unsupported':
        return this.log.trick(
          'unsupported-type',
          entry.path,
          'of unknown type: dropped, other readers keep it',
        )
    }
  }

  #takeFile(entry: Entry): void {
    const path = this.#ignoreFileName(entry.path)
    if (path === undefined) return
    const place = placeEntry(path, entry.linkpath)
    if (place.kind === 'dropped') {
      this.log.trick(place.trick, entry.path, 'dropped')
      if (place.unsure)
        this.log.gap('has a name that is too deep, too long or too odd: nobody can say where it lands')
      return
    }
    this.#inspectName(entry, place)
    if (entry.linkpath !== '') {
      // A pax header can do that; node-tar then reserves both paths, and waits forever where they overlap.
      this.log.trick('link', entry.path, `a file with the link target ${entry.linkpath}: kept`)
      this.log.gap('has a file that claims to be a link')
    }
    if (this.#tree.folders > limits.maxEntries)
      return this.log.gap(`has more than ${limits.maxEntries} folders`)
    if (this.#tree.add(place.path)) this.#write(entry, place)
    else this.log.trick('file-as-folder', entry.path, 'the same name as a file and as a folder: dropped')
  }

  /** As `npm pack` does, pacote turns a .gitignore into an .npmignore unless there was one already. */
  #ignoreFileName(path: string): string | undefined {
    const name = basename(path)
    if (name === '.npmignore') this.#npmIgnores.add(path)
    if (name !== '.gitignore') return path
    const renamed = path.replace(/\.gitignore$/, '.npmignore')
    return this.#npmIgnores.has(renamed) ? undefined : renamed
  }

  #inspectName(entry: Entry, { path, moved }: Placed): void {
    if (moved) this.log.trick('absolute', entry.path, `moved to ${path}`)
    if (unprintable.test(path))
      this.log.trick('control-characters', path, 'characters in its name that do not show')
    if (entry.data.length > limits.maxFileBytes)
      this.log.gap(`is larger than ${limits.maxFileBytes} bytes`, path)
  }

  #write(entry: Entry, { path, top }: Placed): void {
    const before = this.written.get(path)
    // An existing file is overwritten in place and keeps its mode; only a contiguous file replaces it.
    const keepsMode = before !== undefined && entry.type === 'file'
    const mode = keepsMode ? before.file.mode : fileMode(entry.mode)
    const file = { path, bytes: entry.data, mode }
    if (before) this.#inspectOverwriting(before, entry, path, top)
    else this.#inspectClash(file)
    this.written.set(path, { file, top })
  }

  #inspectOverwriting(before: Written, entry: Entry, path: string, top: string): void {
    // A .gitignore that was renamed onto an .npmignore is npm's doing, not the author's.
    const same = entry.data.equals(before.file.bytes)
    if (path === 'package.json' && before.top !== top) {
      this.log.trick('second-manifest', entry.path, `replaces ${before.top}/package.json`)
    } else if (!same && basename(path) !== '.npmignore') {
      this.log.trick('duplicate', entry.path, 'packed twice with different bytes: the last one wins')
    }
  }

  #inspectClash(file: PackedFile): void {
    const folded = foldedName(file.path)
    const other = this.#folded.get(folded)
    this.#folded.set(folded, file.path)
    if (other === undefined) return
    const same = Buffer.from(file.bytes).equals(this.written.get(other)?.file.bytes ?? Buffer.alloc(0))
    if (!same) this.log.trick('case-clash', file.path, `the same file as ${other} where case does not count`)
  }
}

/**
 * Unpacks a tarball in memory exactly as pacote 21 and node-tar 7.5 would on disk: any first folder is stripped, the
 * last of equal names wins, links, devices and `..` are dropped, `.gitignore` becomes `.npmignore`. Whatever npm drops,
 * moves or overwrites is a `path-trick`. Never throws on hostile bytes: what cannot be read, or lies beyond
 * `lib/limits.ts`, is a content gap. The files are views into one buffer, not copies.
 */
export const unpackTarball = (tarball: Uint8Array): Unpacked => {
  const unpacking = new Unpacking()
  const decompressed = decompress(tarball)
  if (decompressed.kind === 'gap') unpacking.log.gap(decompressed.what)
  else for (const item of readTar(decompressed.bytes, limits.maxEntries)) unpacking.take(item)
  const files = [...unpacking.written.values()].map(({ file }) => file)
  const bytes = files.reduce((total, file) => total + file.bytes.length, 0)
  return { files, tricks: unpacking.log.tricks, gaps: unpacking.log.gaps, bytes }
}
