import { HOLE } from '../../types.ts'
import { Budget, Halt } from './fold/budget.ts'
import { compileRegex, type Matcher } from './fold/regex.ts'
import { expandMatch, pieceOf, replaceMatches, splitMatches } from './fold/regex-methods.ts'

/** Patterns of paths and addresses are short, and so are the texts they are used on. */
const maxTextChars = 4_000
const limits = { maxSteps: 20_000, maxSize: 4 * maxTextChars, maxTotalSize: 16 * maxTextChars }

/**
 * A regular expression as it stands in the text: what it makes of a constant is a constant as well, so that
 * `(options.host ?? 'https://…').replace(/\/+$/, '')` does not hide a host. It is matched by our own matcher, within a
 * budget, never by the host's.
 */
export class RegexConstant {
  readonly source: string
  readonly flags: string
  #matcher: Matcher | 'unsupported' | undefined

  constructor(source: string, flags: string) {
    this.source = source
    this.flags = flags
  }

  toString(): string {
    return `/${this.source}/${this.flags}`
  }

  /** `text.replace(this, template)`; undefined where that is not known, a match of an unknown part among others. */
  replace(text: string, template: string, all: boolean): string | undefined {
    const every = this.#every(all)
    return this.#within(text, (matcher, budget) => {
      let touched = false
      const result = replaceMatches(matcher, text, every, budget, found => {
        touched ||= text.slice(found[0], found[1]).includes(HOLE)
        return expandMatch(budget, template, text, found)
      })
      return touched ? undefined : result
    })
  }

  /** `text.replace(this, f)`: what f makes of each match and its groups; undefined where one of them is not known. */
  replaceBy(
    text: string,
    pieceFor: (match: readonly (string | undefined)[]) => string | undefined,
    all: boolean,
  ): string | undefined {
    if (text.includes(HOLE)) return undefined
    const every = this.#every(all)
    let unknown = 0
    const result = this.#within(text, (matcher, budget) =>
      replaceMatches(matcher, text, every, budget, found => {
        if (unknown > 0) return ''
        const piece = pieceFor(groupsOf(text, found))
        if (piece === undefined) unknown++
        return piece ?? ''
      }),
    )
    return unknown > 0 ? undefined : result
  }

  /** `text.split(this)`; undefined where that is not known. */
  split(text: string): readonly (string | undefined)[] | undefined {
    if (text.includes(HOLE)) return undefined
    return this.#within(text, (matcher, budget) => splitMatches(matcher, text, maxTextChars, budget))
  }

  /** `text.match(this)`: the groups, all matches where it is global, null where there is none; undefined where that is not known. */
  match(text: string): readonly (string | undefined)[] | null | undefined {
    if (text.includes(HOLE)) return undefined
    return this.#within(text, (matcher, budget) => {
      if (this.flags.includes('g')) {
        const all: string[] = []
        replaceMatches(matcher, text, this.#every(true), budget, found => {
          all.push(text.slice(found[0], found[1]))
          return ''
        })
        return all.length === 0 ? null : all
      }
      const found = matcher.exec(text, 0, budget)
      return found === undefined ? null : groupsOf(text, found)
    })
  }

  #every(all: boolean): { readonly all: boolean; readonly unicode: boolean } {
    return { all: all || this.flags.includes('g'), unicode: this.flags.includes('u') }
  }

  #within<Result>(text: string, use: (matcher: Matcher, budget: Budget) => Result): Result | undefined {
    if (text.length > maxTextChars) return undefined
    try {
      this.#matcher ??= this.#compiled()
      return this.#matcher === 'unsupported' ? undefined : use(this.#matcher, new Budget(limits))
    } catch (error) {
      // A pattern that backtracks for ever, or a result beyond all bounds: unknown.
      if (error instanceof Halt) return undefined
      throw error
    }
  }

  #compiled(): Matcher | 'unsupported' {
    try {
      return compileRegex(this.source, this.flags)
    } catch (error) {
      if (error instanceof Halt) return 'unsupported'
      throw error
    }
  }
}

/** A match and its groups. */
function groupsOf(text: string, found: readonly number[]): readonly (string | undefined)[] {
  return Array.from({ length: found.length / 2 }, (_, group) => pieceOf(text, found, group))
}
