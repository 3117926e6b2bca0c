import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readLines, writeLines } from '../inspect/artifact-lines.ts'
import { limits } from '../limits.ts'
import { finishInTurns } from '../steps.ts'
import type { Inspection } from '../types.ts'

/** An inspection and the digests of the very bytes that were inspected. `unpackedBytes` is the size on disk. */
export type InspectedArtifact = {
  readonly integrity: string
  readonly sha256: string
  readonly unpackedBytes: number
  readonly inspection: Inspection
}

/** Inspections by sha512, shared by all projects of a user. */
export type InspectionCache = {
  /** The inspection of these bytes by this engine; undefined where there is none or it is damaged. Never throws. */
  get(integrity: string): Promise<InspectedArtifact | undefined>
  /** Keeps an inspection. A cache that cannot be written (full disk, read-only home) costs time, never safety. */
  put(artifact: InspectedArtifact): Promise<void>
  /** Removes the inspections unused for longest until the cache is within its bound, and other engines' ones. */
  prune(): Promise<void>
}

/** Where an install keeps its inspections, below npm's cache folder. */
export function inspectionsFolder(cacheFolder: string): string {
  return join(cacheFolder, '_safe-install', 'inspections')
}

/**
 * One file per artifact below `folder/<engine>`: a digest line, then lines of JSON. Writers never share a file name and
 * rename into place, so concurrent installs cannot mix their bytes; a file whose digest does not match is removed and
 * read again as absent. Whoever can write here already runs as the user: the digest is against damage, not malice.
 */
export function openInspectionCache(folder: string, engine: string): InspectionCache {
  const home = join(folder, engine)
  return {
    async get(integrity) {
      const file = fileOf(home, integrity)
      if (file === undefined) return undefined
      try {
        const artifact = await parse(await readFile(file, 'utf8'), integrity)
        if (artifact === undefined) await rm(file, { force: true })
        else await utimes(file, new Date(), new Date())
        return artifact
      } catch {
        // Absent, unreadable or not JSON: all the same, the bytes are inspected again.
        return undefined
      }
    },
    async put(artifact) {
      const file = fileOf(home, artifact.integrity)
      if (file === undefined || artifact.inspection.gaps.some(gap => gap.kind === 'content')) return
      const text = await finishInTurns(writeLines(artifact))
      const temporary = `${file}.${randomBytes(6).toString('hex')}`
      try {
        await mkdir(join(file, '..'), { recursive: true })
        await writeFile(temporary, `${digest(text)}\n${text}`)
        await rename(temporary, file)
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
    prune: () => prune(folder, engine),
  }
}

/** Only sha512 names bytes well enough; a registry that offers sha1 alone is inspected every time. */
function fileOf(home: string, integrity: string): string | undefined {
  const match = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity)
  if (match?.[1] === undefined) return undefined
  const hex = Buffer.from(match[1], 'base64').toString('hex')
  return join(home, hex.slice(0, 2), hex.slice(2))
}

/** Written by this program: the digest and the engine in the path vouch for the shape. */
async function parse(text: string, integrity: string): Promise<InspectedArtifact | undefined> {
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end !== 64 || digest(body) !== text.slice(0, end)) return undefined
  const artifact = await finishInTurns(readLines(body))
  return artifact.integrity === integrity ? artifact : undefined
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function prune(folder: string, engine: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      if (name !== engine) await rm(join(folder, name), { recursive: true, force: true })
    }
    const names = await readdir(join(folder, engine), { recursive: true })
    const files = await Promise.all(
      names.map(async name => {
        const file = join(folder, engine, name)
        const info = await stat(file).catch(() => undefined)
        return info?.isFile() === true ? { file, bytes: info.size, usedMs: info.mtimeMs } : undefined
      }),
    )
    let bytes = 0
    for (const file of files.filter(file => file !== undefined).toSorted((a, b) => b.usedMs - a.usedMs)) {
      bytes += file.bytes
      if (bytes > limits.maxInspectionCacheBytes) await rm(file.file, { force: true })
    }
  } catch (error) {
    if (!isMissing(error)) return
  }
}
