import { SafeInstallError } from '../errors.ts'

/** A flag npm does not have under that exact name, or a value it does not take. */
export type RefusedFlag = {
  readonly flag: string
  readonly why: 'unknown' | 'prefix' | 'value'
  /** The flag npm would have made of it. */
  readonly known: string | undefined
}

/** Edit distance of two short words, at most 64 characters each. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}

const nearest = (flag: string, known: readonly string[]): string | undefined => {
  const word = flag.slice(0, 64)
  const scored = known
    .map(name => ({ name, far: name.startsWith(word) ? 0 : distance(word, name) }))
    .toSorted((left, right) => left.far - right.far || left.name.length - right.name.length)
  const best = scored[0]
  return best !== undefined && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.name : undefined
}

const explain = ({ flag, why, known }: RefusedFlag): string => {
  if (why === 'value') return `--${flag} does not take that value`
  return `unknown flag --${flag}${why === 'prefix' ? ` (npm would read it as --${known})` : ''}`
}

/**
 * Throws E_USAGE for the first flag that npm does not know by exactly that name. npm itself expands the start of a
 * name (`--ci` becomes `--cidr`) and takes the value of an unknown flag for a package to install.
 */
export const assertKnownFlags = (refused: readonly RefusedFlag[], known: readonly string[]): void => {
  const first = refused[0]
  if (first === undefined) return
  const suggestion = first.why === 'unknown' ? nearest(first.flag, known) : first.known
  const hint =
    suggestion === undefined || first.why === 'value' ? {} : { hint: `Did you mean --${suggestion}?` }
  throw new SafeInstallError('E_USAGE', explain(first), hint)
}
