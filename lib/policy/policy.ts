import type { Action, Severity } from '../types.ts'

/** What a policy may make of a rule's findings. `off` leaves them out. */
export type RuleAction = Action | 'off'

/** What becomes of bytes that could not be read. */
export type GapAction = 'stop' | 'ask' | 'note'

/** Who may ask for packages from git, a bare address, a tarball or a folder: as npm's `allow-*` settings. */
export type Allowance = 'all' | 'root' | 'none'

export type SourceKey = 'git' | 'remote' | 'file' | 'directory'

/** One finding somebody has looked at: counts for exactly these bytes. */
export type Exception = {
  readonly package: string
  readonly version: string
  /** SRI sha512 of the tarball that was looked at. */
  readonly integrity: string
  /** A rule's id, or `content-gap`. */
  readonly rule: string
  readonly reason: string
  readonly who: string
  /** Its last moment, ms since the epoch; undefined: until somebody takes it out. */
  readonly until: number | undefined
}

/** The bytes whose install scripts were approved. npm's `allowScripts` approves; this can only hold it to the bytes. */
export type Approval = {
  readonly package: string
  readonly version: string
  readonly integrity: string
  readonly who: string
  /** ISO date. */
  readonly date: string
}

/** One `safe-install.json` after parsing. Undefined: the file does not say. */
export type PolicyFile = {
  readonly severity: ReadonlyMap<Severity, Action>
  readonly rules: ReadonlyMap<string, RuleAction>
  readonly contentGaps: GapAction | undefined
  readonly minimumAgeDays: number | undefined
  readonly registries: readonly string[] | undefined
  readonly sources: ReadonlyMap<SourceKey, Allowance>
  readonly buildHosts: readonly string[] | undefined
  readonly history: boolean | undefined
  readonly exceptions: readonly Exception[]
  readonly approvals: readonly Approval[]
}

/** Which file decided. */
export type Origin = 'default' | 'user' | 'project'

export type Setting<T> = { readonly value: T; readonly origin: Origin }

/** The actions of one file. `tightenOnly`: the file is the project's and nobody trusts it. */
export type ActionLayer = Pick<PolicyFile, 'severity' | 'rules'> & {
  readonly origin: Origin
  readonly tightenOnly: boolean
}

/** What counts in this run, and from where. */
export type Policy = {
  /** Weakest first; each is applied to what the one before left. */
  readonly actions: readonly ActionLayer[]
  readonly contentGaps: Setting<GapAction>
  readonly minimumAgeDays: Setting<number>
  /** Undefined: any. */
  readonly registries: Setting<readonly string[] | undefined>
  readonly sources: ReadonlyMap<SourceKey, Setting<Allowance>>
  /** Hosts that install scripts may contact. Undefined: not asked for. */
  readonly buildHosts: Setting<readonly string[] | undefined>
  readonly history: Setting<boolean>
  readonly exceptions: readonly (Exception & { readonly origin: Origin })[]
  readonly approvals: readonly Approval[]
  /** What the project's file loosens and nobody has trusted: it does not count. */
  readonly ignored: readonly string[]
}

/** The rule whose findings no policy changes and no exception lifts. */
export const unliftable = 'known-malware'

/** Names a content gap where an exception is made for one. */
export const contentGap = 'content-gap'

/** A file that says nothing. */
export const emptyPolicyFile: PolicyFile = {
  severity: new Map(),
  rules: new Map(),
  contentGaps: undefined,
  minimumAgeDays: undefined,
  registries: undefined,
  sources: new Map(),
  buildHosts: undefined,
  history: undefined,
  exceptions: [],
  approvals: [],
}
