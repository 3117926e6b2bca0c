import { constant, withText, type Value } from '../value.ts'

export type Option = { readonly name: string; readonly value: Value | undefined }

/** Options and operands of a command line, in order. */
export type Options = { readonly options: readonly Option[]; readonly operands: readonly Value[] }

/**
 * Splits the words after the program. `withValue` names the options that take one: `-o`, `--output`. Understands
 * `--name=value`, `-ofile`, clusters (`-sSLo file`) and `--`. An operand `-` is an operand.
 */
export function parseOptions(words: readonly Value[], withValue: ReadonlySet<string>): Options {
  const options: Option[] = []
  const operands: Value[] = []
  for (let i = 1; i < words.length; i++) {
    const word = words[i]
    if (!word) continue
    const { text } = word
    if (text === '--') {
      operands.push(...words.slice(i + 1))
      break
    }
    if (text === '-' || !text.startsWith('-')) operands.push(word)
    else if (text.startsWith('--') || withValue.has(text)) {
      const equals = text.startsWith('--') ? text.indexOf('=') : -1
      const name = equals < 0 ? text : text.slice(0, equals)
      const value =
        equals >= 0 ? withText(word, text.slice(equals + 1)) : withValue.has(name) ? words[++i] : undefined
      options.push({ name, value })
    } else i += cluster(word, words[i + 1], withValue, options)
  }
  return { options, operands }
}

/** One word of short options; gives 1 where it took the next word as a value. */
function cluster(
  word: Value,
  next: Value | undefined,
  withValue: ReadonlySet<string>,
  options: Option[],
): number {
  const { text } = word
  for (let i = 1; i < text.length; i++) {
    const name = `-${text.charAt(i)}`
    if (!withValue.has(name)) options.push({ name, value: undefined })
    else if (i + 1 < text.length) {
      options.push({ name, value: withText(word, text.slice(i + 1)) })
      return 0
    } else {
      options.push({ name, value: next })
      return next ? 1 : 0
    }
  }
  return 0
}

/** The values of the first option called by one of `names`; an absent value is ''. */
export function valuesOf(options: readonly Option[], ...names: readonly string[]): Value[] {
  return options.filter(({ name }) => names.includes(name)).map(({ value }) => value ?? constant(''))
}

export function has(options: readonly Option[], ...names: readonly string[]): boolean {
  return options.some(({ name }) => names.includes(name))
}
