import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTable } from '../plan/values.ts'
import type { InspectedFile } from '../types.ts'

/** Why a folder of these very files may be on disk: nothing to stop, or a person said yes to what was found. */
export type Receipt = {
  readonly name: string
  readonly version: string
  readonly because: 'clean' | 'accepted'
}

/** Folders that were judged before, known by the digest of everything in them. */
export type Receipts = {
  /** The receipt of a folder's digest; undefined where there is none or it is damaged. Never throws. */
  get(digest: string): Promise<Receipt | undefined>
  /** Keeps one. A home that cannot be written costs a second inspection, never safety. */
  add(digest: string, receipt: Receipt): Promise<void>
  /** Removes the receipts of other engines and rules. */
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
 * Opens the receipts below `folder`, those of one engine and its rules: a verdict does not outlive what gave it. A
 * receipt is a digest line, then JSON that repeats the folder's digest; one that was copied, cut or edited is none.
 * Whoever can write here already runs as the user.
 */
export function openReceipts(folder: string, judgedBy: string): Receipts {
  const home = join(folder, judgedBy)
  return {
    async get(digest) {
      try {
        return parse(await readFile(fileOf(home, digest), 'utf8'), digest)
      } catch {
        // Absent, unreadable or not JSON: all the same, the folder is inspected.
        return undefined
      }
    },
    async add(digest, receipt) {
      const file = fileOf(home, digest)
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
    async prune() {
      for (const other of await readdir(folder).catch(() => [])) {
        if (other !== judgedBy) await rm(join(folder, other), { recursive: true, force: true })
      }
    },
  }
}

function fileOf(home: string, digest: string): string {
  return join(home, digest.slice(0, 2), digest.slice(2))
}

function parse(text: string, digest: string): Receipt | undefined {
  const [sum, body = ''] = text.split('\n')
  if (sum !== sha256(body)) return undefined
  const { name, version, because, digest: own } = parseTable(body)
  if (own !== digest || typeof name !== 'string' || typeof version !== 'string') return undefined
  return because === 'clean' || because === 'accepted' ? { name, version, because } : undefined
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
