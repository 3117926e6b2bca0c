/**
 * The syntax of POSIX shells as far as it decides which words a command has. `start` and `end` are offsets of the
 * text. Compound commands keep their parts: all branches are followed, whatever their test says.
 */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable'
      readonly name: string
      readonly quoted: boolean
      /** `${a:-b}`: the operator and the raw text after it. */
      readonly operator: string
      readonly operand: readonly Part[]
    }
  | { readonly kind: 'command'; readonly list: List; readonly quoted: boolean; readonly process: boolean }
  | { readonly kind: 'unknown'; readonly quoted: boolean }

export type Word = { readonly parts: readonly Part[]; readonly start: number; readonly end: number }

export type Redirect = {
  /** `<`, `>`, `>>`, `<<`, `<<<`, `>&`, `&>`, `<>`, `>|` … */
  readonly operator: string
  readonly descriptor: string
  readonly target: Word
}

export type Command =
  | {
      readonly kind: 'simple'
      readonly assignments: readonly {
        readonly name: string
        readonly append: boolean
        readonly value: Word
      }[]
      readonly words: readonly Word[]
      readonly redirects: readonly Redirect[]
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'group'
      /** A subshell comes back to the folder it started in; a branch may not have been taken. */
      readonly manner: 'plain' | 'subshell' | 'branch'
      readonly list: List
      readonly redirects: readonly Redirect[]
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'for'
      readonly name: string
      readonly values: readonly Word[]
      readonly list: List
      readonly redirects: readonly Redirect[]
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'function'
      readonly name: string
      readonly list: List
      readonly start: number
      readonly end: number
    }

export type Pipeline = { readonly commands: readonly Command[]; readonly background: boolean }

export type List = { readonly pipelines: readonly Pipeline[] }
