import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lists } from '../../rules/lists.ts'
import type { MalwareList } from '../../rules/lists.ts'
import {
  parseBrands,
  parseConfusables,
  parseHosts,
  parseMalware,
  parsePopular,
  parseWords,
  listLines,
} from '../../rules/parse-lists.ts'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import { shippedData } from '../own-folder.ts'
import { once } from '../steps.ts'
import type { Steps } from '../steps.ts'

/** Where `--update-data` keeps what it fetched, below the user's data folder. */
export const updatedMalwareFile = 'known-malware.tsv'

/** The lists, and a way to have the long ones parsed before they are used, with pauses. */
export type LoadedLists = Lists & { readonly prepare: () => Steps<void> }

function atOnce<Made>(make: () => Made): () => Made {
  let kept: { readonly made: Made } | undefined
  return () => (kept ??= { made: make() }).made
}

function read(folder: string, file: string): string {
  const path = join(folder, file)
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SafeInstallError('E_INTERNAL', `the list ${file} that ships with safe-install cannot be read`, {
      hint: 'Install safe-install again.',
      cause,
    })
  }
}

/**
 * The user's update joined to what was shipped. An unreadable or oversized update must not switch the guard off: the
 * shipped list then serves alone, and `onProblem` is told why.
 */
function* loadMalware(
  folder: string,
  userFolder: string | undefined,
  onProblem: (what: string) => void,
): Steps<MalwareList> {
  const shipped = read(folder, 'known-malware.tsv')
  if (userFolder === undefined) return yield* parseMalware(shipped)
  const path = join(userFolder, updatedMalwareFile)
  if (!existsSync(path)) return yield* parseMalware(shipped)
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > limits.maxFeedListChars)
      throw new Error(`larger than ${limits.maxFeedListChars} characters`)
    return yield* parseMalware(shipped, text)
  } catch (cause) {
    onProblem(
      `the updated malware list cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
    return yield* parseMalware(shipped)
  }
}

/**
 * The lists for `Context.lists`. Each is read and parsed on first use and kept: load once for the process.
 * `userFolder` holds what `--update-data` fetched; `folder` is for tests. Throws E_INTERNAL, on first use, where a
 * shipped list is missing.
 */
export function loadLists(
  options: {
    readonly userFolder?: string | undefined
    readonly folder?: string
    readonly onProblem?: (what: string) => void
  } = {},
): LoadedLists {
  const folder = options.folder ?? shippedData()
  const popular = once(() => parsePopular(read(folder, 'popular.txt')))
  const targets = atOnce(() => listLines(read(folder, 'targets.txt')))
  const neighbours = atOnce(() => new Set(listLines(read(folder, 'neighbours.txt'))))
  const brands = atOnce(() => parseBrands(read(folder, 'brands.json')))
  const hosts = atOnce(() => parseHosts(read(folder, 'hosts.json')))
  const words = atOnce(() => parseWords(read(folder, 'words.json')))
  const confusables = atOnce(() => parseConfusables(read(folder, 'confusables.txt')))
  const malware = once(() => loadMalware(folder, options.userFolder, options.onProblem ?? (() => undefined)))
  return {
    get popular() {
      return popular.get()
    },
    get targets() {
      return targets()
    },
    get neighbours() {
      return neighbours()
    },
    get brands() {
      return brands()
    },
    get hosts() {
      return hosts()
    },
    get words() {
      return words()
    },
    get confusables() {
      return confusables()
    },
    get malware() {
      return malware.get()
    },
    *prepare() {
      yield* popular.prepare()
      yield* malware.prepare()
    },
  }
}
