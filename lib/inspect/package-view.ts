import { limits } from '../limits.ts'
import type { FileKind } from '../types.ts'
import type { PackedFile } from '../fetch/unpacked.ts'
import { PackageFiles } from './entries/package-files.ts'
import type { ResolveHost } from './entries/resolve-in-package.ts'
import { decodeText, fileKind } from './file-kind.ts'

/** The files of one package in memory, with kinds, texts and the manifests inside it, each computed once. */
export class PackageView implements ResolveHost {
  readonly files: PackageFiles
  readonly #files: ReadonlyMap<string, PackedFile>
  readonly #kinds = new Map<string, FileKind>()
  readonly #texts = new Map<string, string>()
  readonly #manifests = new Map<string, unknown>()

  constructor(files: readonly PackedFile[]) {
    this.#files = new Map(files.map(file => [file.path, file]))
    this.files = new PackageFiles(this.#files.keys())
  }

  packed(): Iterable<PackedFile> {
    return this.#files.values()
  }

  bytes(path: string): Uint8Array | undefined {
    return this.#files.get(path)?.bytes
  }

  kind(path: string): FileKind {
    const known = this.#kinds.get(path)
    if (known) return known
    const kind = fileKind(path, this.bytes(path) ?? new Uint8Array())
    this.#kinds.set(path, kind)
    return kind
  }

  /** Text as the interpreters read it, or undefined for what is no text. */
  text(path: string): string | undefined {
    const known = this.#texts.get(path)
    if (known !== undefined) return known
    const bytes = this.bytes(path)
    if (!bytes || ['native', 'wasm', 'archive'].includes(this.kind(path))) return undefined
    const text = decodeText(bytes)
    this.#texts.set(path, text)
    return text
  }

  manifest(folder: string): unknown {
    if (this.#manifests.has(folder)) return this.#manifests.get(folder)
    const value = parse(this.bytes(folder === '' ? 'package.json' : `${folder}/package.json`))
    this.#manifests.set(folder, value)
    return value
  }
}

/** Node ignores what it cannot parse here; the root's manifest is reported by `readManifest`. */
function parse(bytes: Uint8Array | undefined): unknown {
  if (!bytes || bytes.length > limits.maxManifestBytes) return undefined
  try {
    return JSON.parse(decodeText(bytes))
  } catch {
    // No manifest, as far as resolution is concerned.
    return undefined
  }
}

/** The packages a tarball holds: '' is the package itself, the others lie in a node_modules folder inside it. */
export function splitPackages(files: readonly PackedFile[]): ReadonlyMap<string, PackedFile[]> {
  const packages = new Map<string, PackedFile[]>([['', []]])
  for (const file of files) {
    const root = packageRoot(file.path)
    const list = packages.get(root) ?? []
    packages.set(root, list)
    list.push(root === '' ? file : { ...file, path: file.path.slice(root.length + 1) })
  }
  return packages
}

/** The innermost `node_modules/name` folder of a path. `.bin` and loose files are the outer package's. */
function packageRoot(path: string): string {
  const parts = path.split('/')
  for (let i = parts.length - 2; i >= 0; i--) {
    if (parts[i] !== 'node_modules') continue
    const length = parts[i + 1]?.startsWith('@') ? 2 : 1
    if (parts.length > i + 1 + length && !parts[i + 1]?.startsWith('.'))
      return parts.slice(0, i + 1 + length).join('/')
  }
  return ''
}
