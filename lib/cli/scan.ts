import { SafeInstallError } from '../errors.ts'
import { ownFlags, type OwnFlag } from './flags.ts'
import {
  isSwitch,
  npmLongFlag,
  npmNames,
  npmShorthand,
  npmShorthands,
  swallows,
  switchTakes,
  type NpmFlag,
} from './npm-flags.ts'
import type { Verb } from './request.ts'
import { suggest } from './suggest.ts'

/** A command line taken apart: ours by name, npm's untouched, and the words that are no flag's value. */
export type Scan = {
  readonly verbs: Set<Verb>
  readonly switches: Map<string, boolean>
  readonly values: Map<string, string>
  readonly npmArgs: string[]
  /** Long names of npm's flags that were given. */
  readonly npmFlags: Set<string>
  readonly words: string[]
  /** npm's switch that was kept last and still might take a word, and how it was typed. */
  open: { readonly flag: NpmFlag; readonly typed: string } | undefined
}

const longNames = new Map(ownFlags.flatMap(flag => names(flag).map(name => [name, flag] as const)))
const shortNames = new Map(
  ownFlags.flatMap(flag => [flag.short, ...(flag.also ?? [])].map(name => [name, flag] as const)),
)

function names(flag: OwnFlag): readonly string[] {
  return [flag.name, ...(flag.also ?? [])].filter(name => name.length > 1)
}

/**
 * Takes argv apart. Ours are matched by exact name and removed; npm's are checked against npm's own definitions and
 * kept as typed, because whatever npm does not know it expands (`--ci` to `--cidr`) or reads as a switch whose value
 * becomes a package to install. Throws E_USAGE for everything either side would have to guess.
 */
export function scan(argv: readonly string[]): Scan {
  const into: Scan = {
    verbs: new Set(),
    switches: new Map(),
    values: new Map(),
    npmArgs: [],
    npmFlags: new Set(),
    words: [],
    open: undefined,
  }
  for (let at = 0; at < argv.length;) {
    const word = argv[at] ?? ''
    if (word === '--') {
      keep(into, argv.slice(at))
      into.words.push(...argv.slice(at + 1))
      return into
    }
    at += word.startsWith('-') && word.length > 1 ? readFlag(argv, at, into) : readWord(word, into)
  }
  return into
}

function readWord(word: string, into: Scan): number {
  if (word === '') throw usage('an empty word is no package', 'Check for an unset variable in quotes.')
  into.words.push(word)
  return keep(into, [word])
}

/**
 * Hands words on to npm. Refuses where npm would take the first of them as the value of the switch before: one of our
 * flags stood between and is gone (`--color --json always`), or npm is greedier than a person thinks
 * (`--browser --save-dev`).
 */
function keep(into: Scan, words: readonly string[], open?: Scan['open']): number {
  const [first = ''] = words
  if (into.open !== undefined && swallows(into.open.flag, first))
    throw usage(
      `npm would take "${first}" as the value of ${into.open.typed}`,
      `Put ${into.open.typed} last, or give it a value.`,
    )
  into.npmArgs.push(...words)
  into.open = open
  return words.length
}

/** Reads the flag at `at` and answers how many words it took. */
function readFlag(argv: readonly string[], at: number, into: Scan): number {
  const word = argv[at] ?? ''
  const next = argv[at + 1]
  const equals = word.indexOf('=')
  const head = equals === -1 ? word : word.slice(0, equals)
  const value = equals === -1 ? undefined : word.slice(equals + 1)
  if (head.startsWith('---')) throw unknownFlag(head, into)
  return head.startsWith('--')
    ? readLong(head.slice(2), value, next, into)
    : readShort(head.slice(1), value, next, into)
}

function readLong(name: string, value: string | undefined, next: string | undefined, into: Scan): number {
  const own = longNames.get(name)
  if (own !== undefined) return readOwn(own, `--${name}`, value, next, into)
  if (name === 'no') return readOwnNegated('yes', value, into)
  const bare = name.startsWith('no-') ? name.slice(3) : undefined
  const ownBare = bare === undefined ? undefined : longNames.get(bare)
  if (ownBare?.asInNpm === true) return readOwnNegated(ownBare.name, value, into)
  const flag = npmLongFlag(name) ?? (name.length > 1 ? npmShorthand(name) : undefined)
  if (flag !== undefined) return readNpm(flag, `--${name}`, value, next, into)
  const opposite = bare === undefined ? undefined : npmLongFlag(bare)
  if (opposite !== undefined && ownBare === undefined)
    return readNpm({ ...opposite, negated: true }, `--${name}`, value, next, into)
  if (isPerRegistry(name)) return readPerRegistry(name, value, into)
  throw unknownFlag(`--${name}`, into)
}

/** `--@scope:registry=…` and `--//host/:_authToken=…`: npm knows them by shape, not by definition. */
function isPerRegistry(name: string): boolean {
  return (
    (name.startsWith('@') && name.endsWith(':registry')) || (name.startsWith('//') && name.includes('/:'))
  )
}

function readPerRegistry(name: string, value: string | undefined, into: Scan): number {
  // Without `=` npm reads it as a switch and the address after it as a package to install.
  if (value === undefined || value === '' || value.startsWith('-'))
    throw usage('a setting of one registry needs =', `Write --${name}=<value>.`)
  return keep(into, [`--${name}=${value}`])
}

function readShort(letters: string, value: string | undefined, next: string | undefined, into: Scan): number {
  const known = letters
    .split('')
    .every(letter => shortNames.has(letter) || npmShorthand(letter) !== undefined)
  if (!known || letters === '') throw unknownFlag(`-${letters}`, into)
  let taken = 1
  const last = letters.length - 1
  for (let index = 0; index <= last; index++) {
    const letter = letters.charAt(index)
    const [valueHere, nextHere] = index === last ? [value, next] : [undefined, undefined]
    taken = readLetter(letter, valueHere, nextHere, into)
  }
  return taken
}

function readLetter(letter: string, value: string | undefined, next: string | undefined, into: Scan): number {
  const own = shortNames.get(letter)
  if (own !== undefined) return readOwn(own, `-${letter}`, value, next, into)
  if (letter === 'n') return readOwnNegated('yes', value, into)
  const flag = npmShorthand(letter)
  if (flag === undefined) throw unknownFlag(`-${letter}`, into)
  return readNpm(flag, `-${letter}`, value, next, into)
}

function readOwn(
  flag: OwnFlag,
  typed: string,
  value: string | undefined,
  next: string | undefined,
  into: Scan,
): number {
  if (flag.kind === 'verb') {
    if (value !== undefined) throw usage(`${typed} takes no value`, `Write ${typed} ${value}.`)
    into.verbs.add(flag.name)
    return 1
  }
  if (flag.kind === 'value') return readOwnValue(flag, typed, value, next, into)
  const following = flag.asInNpm === true && value === undefined && (next === 'true' || next === 'false')
  const text = following ? next : (value ?? 'true')
  if (text !== 'true' && text !== 'false')
    throw usage(`${typed} is a switch, got "${text}"`, `Write ${typed}.`)
  into.switches.set(flag.name, text === 'true')
  return following ? 2 : 1
}

function readOwnValue(
  flag: OwnFlag,
  typed: string,
  value: string | undefined,
  next: string | undefined,
  into: Scan,
): number {
  const text = value ?? (next?.startsWith('-') === true ? undefined : next)
  if (text === undefined || text === '') throw usage(`${typed} needs a value`, `Write ${typed} <value>.`)
  if (into.values.has(flag.name)) throw usage(`${typed} was given twice`, 'Give it once.')
  into.values.set(flag.name, text)
  return value === undefined ? 2 : 1
}

function readOwnNegated(name: string, value: string | undefined, into: Scan): number {
  if (value !== undefined) throw usage(`--no-${name} takes no value`, `Write --no-${name}.`)
  into.switches.set(name, false)
  return 1
}

/**
 * Keeps a flag of npm's as typed, with the value npm would take. Where npm takes something else than a person would
 * think (`--save-dev=x` installs x, `--registry --global` uses "--global" as the registry) it is refused.
 */
function readNpm(
  flag: NpmFlag,
  typed: string,
  value: string | undefined,
  next: string | undefined,
  into: Scan,
): number {
  into.npmFlags.add(flag.name)
  if (flag.complete || isSwitch(flag)) return readNpmSwitch(flag, typed, value, next, into)
  const text = value ?? next
  if (text === undefined) throw usage(`${typed} needs a value`, `Write ${typed} <value>.`)
  const dashed = text.startsWith('-')
  if (dashed && (value === undefined || flag.onlyString || /^-+$/.test(text)))
    throw usage(`${typed} needs a value, got "${text}"`, `Write ${typed}=<value>.`)
  return keep(into, value === undefined ? [typed, text] : [`${typed}=${text}`])
}

function readNpmSwitch(
  flag: NpmFlag,
  typed: string,
  value: string | undefined,
  next: string | undefined,
  into: Scan,
): number {
  if (value !== undefined) {
    if (flag.complete || !switchTakes(flag, value))
      throw usage(`${typed} takes no value "${value}"`, `Write ${typed}.`)
    return keep(into, [`${typed}=${value}`])
  }
  if (flag.complete) return keep(into, [typed])
  const taken = next !== undefined && switchTakes(flag, next)
  return taken ? keep(into, [typed, next]) : keep(into, [typed], { flag, typed })
}

/** A usage error: what was wrong, and what to write instead. */
export function usage(message: string, hint: string): SafeInstallError {
  return new SafeInstallError('E_USAGE', message, { hint })
}

function unknownFlag(typed: string, { verbs }: Scan): SafeInstallError {
  const name = typed.replace(/^-+/, '')
  const known = [...longNames.keys(), ...npmNames, ...npmShorthands.filter(short => short.length > 1)]
  const bare = name.startsWith('no-') ? name.slice(3) : name
  const near = longNames.has(name) || npmLongFlag(name) !== undefined ? name : suggest(bare, known)
  const meant = near === undefined ? '' : `Did you mean --${near}? `
  const rest = verbs.has('exec') ? 'Flags of the program go after --.' : 'See safe-install --help.'
  return usage(`unknown flag ${typed}`, meant + rest)
}
