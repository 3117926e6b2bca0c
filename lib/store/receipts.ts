import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../limits.ts'
import { parseTable, textOf } from '../plan/values.ts'
import type { InspectedFile } from '../types.ts'

/** What is known about a folder of these very files. It holds no verdict: that is made anew from policy and lists. */
export type Receipt = {
  readonly name: string
  readonly version: string
  /**
   * Names the inspection that counts for the folder: the tarball's SRI sha512, or our own digest of a folder. Where an
   * approved script has changed the folder, it is that of the files the script was judged by.
   */
  readonly inspection: string | undefined
  /** The inspection is of a tarball, and `inspection` is its integrity. */
  readonly isTarball: boolean
  /** Folder of the inspection cache it may lie in, besides our own. */
  readonly keptIn: string | undefined
  /** Rules whose questions a person said yes to for these files, under this judge. */
  readonly accepted: readonly string[]
  readonly acceptedUnder: string
}

/** Folders that were seen before, known by the digest of everything in them. */
export type Receipts = {
  /** The receipt of a folder's digest; undefined where there is none or it is damaged. Never throws. */
  get(digest: string): Promise<Receipt | undefined>
  /** Keeps one. A home that cannot be written costs a second inspection, never safety. */
  add(digest: string, receipt: Receipt): Promise<void>
  /** Removes the oldest beyond `limits.maxReceipts`. */
  prune(): Promise<void>
}

/**
 * The digest of a package's own files: paths and contents. What lies in its `node_modules` is left out, since that is
 * other packages, and so are modes, which npm and the umask change.
 */
export function folderDigest(files: readonly Pick<InspectedFile, 'path' | 'sha256'>[]): string {
  const lines = files
    .filter(({ path }) => !path.startsWith('node_modules/'))
    .map(({ path, sha256 }) => JSON.stringify([path, sha256]))
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex')
}

/**
 * Opens the receipts below `folder`. A receipt is a digest line, then JSON that repeats the folder's digest; one that
 * was copied, cut or edited is none. Whoever can write here already runs as the user.
 */
export function openReceipts(folder: string): Receipts {
  return {
    async get(digest) {
      try {
        return parse(await readFile(fileOf(folder, digest), 'utf8'), digest)
      } catch {
        // Absent, unreadable or not JSON: all the same, the folder is inspected.
        return undefined
      }
    },
    async add(digest, receipt) {
      const file = fileOf(folder, digest)
      const temporary = `${file}.${randomBytes(6).toString('hex')}`
      const body = JSON.stringify({ ...receipt, digest })
      try {
        await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
        await writeFile(temporary, `${sha256(body)}\n${body}\n`, { mode: 0o600 })
        await rename(temporary, file)
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
    prune: () => prune(folder),
  }
}

async function prune(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  if (names.length <= limits.maxReceipts) return
  const dated: { readonly path: string; readonly at: number }[] = []
  for (const name of names) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() === true) dated.push({ path, at: found.mtimeMs })
  }
  const old = dated.toSorted((a, b) => b.at - a.at).slice(limits.maxReceipts)
  for (const { path } of old) await rm(path, { force: true }).catch(() => undefined)
}

function fileOf(home: string, digest: string): string {
  return join(home, digest.slice(0, 2), digest.slice(2))
}

function parse(text: string, digest: string): Receipt | undefined {
  const [sum, body = ''] = text.split('\n')
  if (sum !== sha256(body)) return undefined
  const {
    name,
    version,
    inspection,
    isTarball,
    keptIn,
    accepted,
    acceptedUnder,
    digest: own,
  } = parseTable(body)
  if (own !== digest || typeof name !== 'string' || typeof version !== 'string') return undefined
  const rules: readonly unknown[] = Array.isArray(accepted) ? accepted : []
  return {
    name,
    version,
    inspection: textOf(inspection),
    isTarball: isTarball === true,
    keptIn: textOf(keptIn),
    accepted: rules.filter(rule => typeof rule === 'string'),
    acceptedUnder: textOf(acceptedUnder) ?? '',
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
