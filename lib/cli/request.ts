/** What `--until` may say: a number of days from now, or a day (its end, UTC) in ms since the epoch. */
export type Until =
  { readonly kind: 'days'; readonly days: number } | { readonly kind: 'date'; readonly at: number }

/**
 * How a project stops packages without scripts. `strict`: plain npm refuses to install at all. `check`: plain npm
 * installs, then everything is read and npm takes the install back. `preinstall`: on npm 12 what is there is read before
 * anything is fetched; on npm 11 that script comes too late. `none`: the script shell alone.
 */
export type Gate = 'strict' | 'check' | 'preinstall' | 'none'

/** What every verb may carry. None of it can come from `.npmrc` or the environment: argv is the only source. */
export type Common = {
  /**
   * npm's part of the command line: its flags and the words, in the order typed, with every flag of ours removed.
   * Each flag is one that npm's definitions know by its exact name, so npm neither expands nor guesses anything.
   */
  readonly npmArgs: readonly string[]
  readonly json: boolean
  readonly sarif: string | undefined
  /** sha256 of a project's policy file that counts whole in this run. */
  readonly trust: string | undefined
  readonly yes: boolean
  readonly fresh: boolean
  readonly verbose: boolean
}

/** What the user asked for. `specs` are the words that are neither flags nor values of flags. */
export type Request = Common &
  (
    | { readonly verb: 'install'; readonly specs: readonly string[] }
    | { readonly verb: 'ci' }
    | { readonly verb: 'update'; readonly specs: readonly string[] }
    /** `command` is the spec, or the program's name where npm's `--package` names the packages. */
    | {
        readonly verb: 'exec'
        readonly command: string | undefined
        readonly args: readonly string[]
      }
    | { readonly verb: 'inspect'; readonly specs: readonly string[] }
    | { readonly verb: 'check'; readonly since: string | undefined; readonly allPlatforms: boolean }
    | { readonly verb: 'compare'; readonly from: string; readonly to: string }
    | { readonly verb: 'approve'; readonly specs: readonly string[] }
    | { readonly verb: 'deny'; readonly specs: readonly string[] }
    | {
        readonly verb: 'accept'
        readonly spec: string
        readonly rule: string
        readonly reason: string
        readonly until: Until | undefined
        /** Keep it for this user instead of writing it into the project. */
        readonly user: boolean
      }
    | { readonly verb: 'trust' }
    | {
        readonly verb: 'setup'
        readonly user: boolean
        readonly undo: boolean
        readonly gate: Gate | undefined
      }
    /** `withNpm`: programs of other npms to prove it with as well, separated like PATH. */
    | { readonly verb: 'doctor'; readonly withNpm: string | undefined }
    | { readonly verb: 'history' }
    | { readonly verb: 'explain'; readonly rule: string | undefined }
    | { readonly verb: 'print-config' }
    /** `feed` is an address or a file; undefined: the public one. */
    | { readonly verb: 'update-data'; readonly feed: string | undefined }
    | { readonly verb: 'help' }
    | { readonly verb: 'version' }
  )

export type Verb = Request['verb']
