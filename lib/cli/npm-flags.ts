import npm from '@npmcli/config/lib/definitions/index.js'

/** How npm reads the word after a flag: see `takesNext`. */
export type NpmFlag = {
  readonly name: string
  /** Everything npm's definition lists as allowed: constructors, literals, null. */
  readonly types: readonly unknown[]
  /** True where the definition is `String` and nothing else: npm then never takes a word that starts with a dash. */
  readonly onlyString: boolean
  /** A shorthand that already carries its value: `-d` is `--loglevel info`. */
  readonly complete: boolean
  /** A shorthand for a negation: `--local` is `--no-global`. */
  readonly negated: boolean
}

const flagsByName: ReadonlyMap<string, NpmFlag> = new Map(
  Object.entries(npm.definitions).map(([name, definition]) => [name, toFlag(name, definition.type)]),
)

const shorthands: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(npm.shorthands))

function toFlag(name: string, type: unknown): NpmFlag {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type]
  return {
    name,
    types,
    onlyString: types.length === 1 && types[0] === String,
    complete: false,
    negated: false,
  }
}

/** Every long name npm knows, and its shorthands without dashes. */
export const npmNames: readonly string[] = [...flagsByName.keys()]
export const npmShorthands: readonly string[] = [...shorthands.keys()]

/** npm's flag of exactly this long name (`save-dev`), or undefined. Never a prefix that npm would expand. */
export function npmLongFlag(name: string): NpmFlag | undefined {
  return flagsByName.get(name)
}

/** npm's flag behind exactly this shorthand without dashes (`D`, `silent`, `reg`), or undefined. */
export function npmShorthand(name: string): NpmFlag | undefined {
  const expansion = shorthands.get(name)
  const long = expansion?.[0]?.slice(2)
  if (expansion === undefined || long === undefined) return undefined
  const negated = !flagsByName.has(long) && long.startsWith('no-')
  const flag = flagsByName.get(negated ? long.slice(3) : long)
  return flag === undefined ? undefined : { ...flag, complete: expansion.length > 1, negated }
}

/** True where npm sets the flag without a value: `--audit`, `--color`, `--browser`, `--no-registry`. */
export function isSwitch(flag: NpmFlag): boolean {
  return flag.negated || flag.types.includes(Boolean)
}

/**
 * Whether npm takes `next` as the value of a flag it reads as a switch, as nopt decides it: `--audit false`,
 * `--color always`, `--browser firefox`, but not `--save-dev express`. Words that start with a dash: see `swallows`.
 */
export function switchTakes(flag: NpmFlag, next: string): boolean {
  if (next === 'true' || next === 'false') return true
  if (flag.types.length < 2 || next === '' || next.startsWith('-')) return false
  if (flag.types.includes(next)) return true
  if (next === 'null') return flag.types.includes(null) || flag.types.includes(String)
  if (flag.types.includes(Number) && !Number.isNaN(Number(next))) return true
  return flag.types.includes(String)
}

/** The same, and what no person means: a switch that may be text takes `--anything`, `--` and `-` as its value. */
export function swallows(flag: NpmFlag, next: string): boolean {
  const text = flag.types.length > 1 && flag.types.includes(String)
  return switchTakes(flag, next) || (text && /^-(-|$)/.test(next))
}
