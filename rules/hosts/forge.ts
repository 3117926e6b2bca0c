import type { Manifest } from '../../lib/types.ts'

/** Where everybody keeps code: whose it is stands in the path. */
export const forges: readonly string[] = [
  'github.com',
  'gitlab.com',
  'bitbucket.org',
  'gitee.com',
  'codeberg.org',
]

const atForge = new RegExp(
  `(?:^|[/@.])(${forges.map(name => name.replace('.', String.raw`\.`)).join('|')})[/:]([\\w-]{1,40})/`,
  'i',
)

/** npm's shorthands: `github:owner/name`, and `owner/name` for the first of them. */
const shorthand = /^(?:(github|gitlab|bitbucket):)?([\w-]{1,40})\/[\w.-]{1,100}(?:#.*)?$/i

/** Who keeps the repository an address leads to, as `github.com/owner`; undefined where it leads to none, or the owner is not known. */
export function keeperOf(address: string): string | undefined {
  const found = atForge.exec(address)
  if (found !== null) return `${found[1]}/${found[2]}`.toLowerCase()
  const short = shorthand.exec(address)
  if (short === null) return undefined
  const forge =
    short[1] === undefined ? 'github.com' : short[1] === 'bitbucket' ? 'bitbucket.org' : `${short[1]}.com`
  return `${forge}/${short[2]}`.toLowerCase()
}

/** Whether an address leads to the repositories of somebody whom the package names neither as its keeper nor its home. */
export function isForeignRepository(
  address: string,
  { repository, homepage }: Pick<Manifest, 'repository' | 'homepage'>,
): boolean {
  const keeper = keeperOf(address)
  return keeper !== undefined && ![repository, homepage].some(claim => keeperOf(claim ?? '') === keeper)
}
