import type { Fact, Flow, Gap, Phase, Site, Text } from '../../types.ts'

/** How a text is to be read. A `hook` is a line that sh runs on one system and cmd.exe on another; `native` is
 * what a compiler reads, `coarse` another language that is not followed. */
export type Dialect = 'hook' | 'shell' | 'batch' | 'powershell' | 'python' | 'native' | 'coarse'

export type CodeLanguage = 'javascript' | 'python' | 'perl' | 'ruby' | 'php' | 'applescript' | 'vbscript'

/** Something a script starts that may be part of the package. */
export type ScriptStart = {
  /**
   * `file`: a path as written, relative to the folder the script runs in. `npm-script`: a script of the manifest.
   * `bin`: a command by its bare name, of this package, another one or the system.
   */
  readonly kind: 'file' | 'npm-script' | 'bin'
  readonly target: string
  /** What it is handed to: `node`, `sh`, `exec` (run as a program), `source`, `preload`, `python`, `powershell` … */
  readonly how: string
  /** The folder it runs in, from the package's root; `HOLE` where it cannot be known. */
  readonly cwd: Text
  readonly at: Site
}

/** Code in another language inside a script: `node -e`, a heredoc fed to an interpreter. */
export type ScriptCode = {
  readonly text: string
  readonly language: CodeLanguage
  /** Whether JavaScript is an ES module (`--input-type=module`, `bun -e`, `deno eval`). */
  readonly module: boolean
  readonly at: Site
}

/** What one script does, in the words of all inspections. */
export type ScriptReading = {
  readonly starts: readonly ScriptStart[]
  readonly facts: readonly Fact[]
  readonly flows: readonly Flow[]
  readonly codes: readonly ScriptCode[]
  readonly gaps: readonly Gap[]
}

export type ScriptInput = {
  readonly text: Text
  /** Whether the `HOLE`s in it are unknown parts: in a text of the package they are characters like any other. */
  readonly holed?: boolean
  readonly dialect: Dialect
  readonly path: string
  readonly phase: Phase
  /** The folder it runs in, from the package's root (the default); `HOLE` where it cannot be known. */
  readonly cwd?: Text
  /** The site of a stretch of the text, where the text is not the whole file (a hook inside package.json). */
  readonly place?: (start: number, end: number) => Site
}
