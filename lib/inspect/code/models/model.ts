import type { Guard, SourceKind } from '../../../types.ts'

/**
 * A model says what a call of the outside world does, by the position of its arguments. Names are written as code
 * reaches them: `node:fs.readFile`, `global:fetch`, `pkg:axios.post`; `x()` is the result of calling x, and a bare
 * first word (`socket.write`) a method of an instance that another model gives. `{a,b}` stands for several names.
 */
export type Model = { readonly of: readonly string[] } & Act

export type Act =
  /** Talks to another machine. `options` are positions of request objects, whose fields are told apart by name. */
  | {
      readonly act: 'contact'
      readonly dest?: number
      readonly options?: readonly number[]
      readonly payload?: readonly number[]
      /** `response`: the answer (also through callbacks); otherwise the instance it gives. */
      readonly gives: string
      /** A bare host and port are given instead of a URL. */
      readonly host?: boolean
      /** Where it leads if nothing is said. */
      readonly at?: string
      /** What it calls back with was said by somebody there. */
      readonly hears?: true
      /** Options or a token to sign in with: where they stand in the code, the account is the author's. */
      readonly account?: number
      /** The key of a project, or options with one: where it stands in the code, what is told is told the author. */
      readonly project?: number
    }
  /** A method of an instance that sends. With `dest` it also says where to. */
  | {
      readonly act: 'send'
      readonly payload: readonly number[]
      readonly dest?: number
      readonly role?: string
    }
  /** A method of an instance that fills it: `FormData.append`, `setHeader`, `xhr.open`. */
  | { readonly act: 'fill'; readonly values: readonly number[] }
  | { readonly act: 'resolve'; readonly name: number }
  | {
      readonly act: 'start'
      readonly command: number
      readonly argv?: number
      readonly shell: boolean
      readonly gives: 'child' | 'output'
    }
  | { readonly act: 'evaluate'; readonly code: number; readonly gives: 'function' | 'result' }
  | { readonly act: 'load'; readonly target: number; readonly native: boolean; readonly inside?: boolean }
  | { readonly act: 'read'; readonly path: number; readonly gives: 'content' | 'stream' }
  | {
      readonly act: 'write'
      readonly path: number
      readonly content?: number
      readonly gives: 'stream' | 'nothing'
    }
  | { readonly act: 'copy'; readonly from: number; readonly to: number }
  | { readonly act: 'delete'; readonly path: number }
  | { readonly act: 'chmod'; readonly path: number }
  | { readonly act: 'exists'; readonly path: number }
  | { readonly act: 'path'; readonly how: 'join' | 'resolve' | 'dirname' | 'basename' | 'same' | 'extname' }
  | { readonly act: 'source'; readonly kind: SourceKind; readonly name?: string; readonly text?: string }
  /** The result carries what went in; `hop` names the step for the evidence. */
  | { readonly act: 'carry'; readonly hop?: string }
  /** The result says nothing about what went in: digests, lengths, tests. */
  | { readonly act: 'clean' }
  /** A test that guards what follows. */
  | { readonly act: 'guard'; readonly kind: Guard['kind'] }
  /** Gives an instance with methods of its own. */
  | { readonly act: 'make'; readonly instance: string }
  | { readonly act: 'listen'; readonly event: number }
  /** What a program of this command line does, or what storing a file at this place does. */
  | { readonly act: 'does'; readonly line?: string; readonly writes?: string }
  /** The same as another name. */
  | { readonly act: 'alias'; readonly to: string }
  /** Implemented in code, by this name. */
  | { readonly act: 'built-in'; readonly name: string }

/** Properties that are read, not called. */
export type PropertyModel = {
  readonly of: readonly string[]
  readonly text?: string
  readonly source?: SourceKind
  /** What it is called as a source, where that is not how it is written. */
  readonly name?: string
  readonly guard?: Guard['kind']
}

/** The names a pattern with `{a,b}` groups stands for. Only ever called on our own tables. */
export function expand(pattern: string): readonly string[] {
  const start = pattern.indexOf('{')
  if (start < 0) return [pattern]
  const end = pattern.indexOf('}', start)
  const before = pattern.slice(0, start)
  const rest = expand(pattern.slice(end + 1))
  return pattern
    .slice(start + 1, end)
    .split(',')
    .flatMap(choice => rest.map(after => before + choice + after))
}
