import type { Verb } from './request.ts'

/** One flag of ours. A `verb` says what to do, a `switch` is on or off, a `value` takes the next word. */
export type OwnFlag = {
  readonly short?: string
  /** Other spellings that npm's users know. */
  readonly also?: readonly string[]
  /** The verbs it belongs to; without it, all. */
  readonly verbs?: readonly Verb[]
  /** `--no-<name>` and a following `true` or `false` work, as npm's users know them. */
  readonly asInNpm?: boolean
  readonly what: string
} & (
  | { readonly kind: 'verb'; readonly name: Verb }
  | { readonly kind: 'switch' | 'value'; readonly name: string }
)

/** Which words a verb takes: at least, at most, and how the usage line calls them. */
export type Words = { readonly min: number; readonly max: number; readonly usage: string }

const reporting: readonly Verb[] = ['install', 'ci', 'update', 'exec', 'inspect', 'check', 'compare']

/**
 * Every flag that is ours. Five have npm's name and npm's meaning (json, yes, verbose, help, version); `--ci` and
 * `--update` are what npm would expand to `--cidr` and `--update-notifier`, so they must never reach it.
 */
export const ownFlags: readonly OwnFlag[] = [
  { name: 'ci', kind: 'verb', what: 'inspect, then install exactly the lockfile (npm ci)' },
  { name: 'update', kind: 'verb', what: 'inspect, then update (npm update)' },
  { name: 'exec', kind: 'verb', what: 'inspect, then run a package (npx)' },
  { name: 'inspect', kind: 'verb', what: 'report only' },
  { name: 'check', kind: 'verb', what: 'inspect what the lockfile would install' },
  { name: 'compare', kind: 'verb', what: 'what the second can do that the first could not' },
  { name: 'approve', kind: 'verb', what: 'let install scripts run' },
  { name: 'deny', kind: 'verb', what: 'never let install scripts run' },
  { name: 'accept', kind: 'verb', what: 'except one finding' },
  { name: 'trust', kind: 'verb', what: "let the project's safe-install.json count whole" },
  { name: 'setup', kind: 'verb', what: 'make npm use the guard' },
  { name: 'doctor', kind: 'verb', what: 'prove what is enforced' },
  { name: 'history', kind: 'verb', what: 'earlier decisions' },
  { name: 'explain', kind: 'verb', what: 'the rules, or one rule' },
  { name: 'print-config', kind: 'verb', what: 'every setting and where it comes from' },
  { name: 'update-data', kind: 'verb', what: 'fetch newer lists' },
  { name: 'help', kind: 'verb', short: 'h', also: ['usage', '?', 'H'], what: 'this text' },
  { name: 'version', kind: 'verb', short: 'v', what: 'the version' },
  { name: 'since', kind: 'value', verbs: ['check'], what: 'only what changed since a git ref' },
  { name: 'all-platforms', kind: 'switch', verbs: ['check'], what: 'also packages for other platforms' },
  { name: 'rule', kind: 'value', verbs: ['accept'], what: 'the rule whose finding is accepted' },
  { name: 'reason', kind: 'value', verbs: ['accept'], what: 'why' },
  { name: 'until', kind: 'value', verbs: ['accept'], what: 'days (90d) or a date (2027-01-31)' },
  { name: 'user', kind: 'switch', verbs: ['setup', 'accept'], what: 'for all projects of this user' },
  { name: 'undo', kind: 'switch', verbs: ['setup'], what: 'take it back' },
  {
    name: 'gate',
    kind: 'value',
    verbs: ['setup'],
    what: 'for packages without scripts: strict, check, preinstall or none',
  },
  { name: 'with-npm', kind: 'value', verbs: ['doctor'], what: 'also prove it with this npm' },
  { name: 'sarif', kind: 'value', verbs: reporting, what: 'also write SARIF to a file' },
  {
    name: 'trust-policy',
    kind: 'value',
    what: "sha256 of a project's safe-install.json to trust in this run",
  },
  { name: 'json', kind: 'switch', asInNpm: true, what: 'one JSON object on stdout' },
  { name: 'yes', kind: 'switch', short: 'y', asInNpm: true, what: 'answer questions with yes' },
  { name: 'fresh', kind: 'switch', what: 'ignore cached inspections' },
  { name: 'verbose', kind: 'switch', what: 'say more' },
]

const many = Number.MAX_SAFE_INTEGER

/** The words each verb takes. */
export const wordsOf: Readonly<Record<Verb, Words>> = {
  install: { min: 0, max: many, usage: '[<spec>...]' },
  ci: { min: 0, max: 0, usage: '--ci' },
  update: { min: 0, max: many, usage: '--update [<package>...]' },
  exec: { min: 0, max: many, usage: '--exec <spec> [-- <arguments>]' },
  inspect: { min: 1, max: many, usage: '--inspect <spec|file.tgz|folder>...' },
  check: { min: 0, max: 0, usage: '--check [--since <git-ref>] [--all-platforms]' },
  compare: { min: 2, max: 2, usage: '--compare <spec> <spec>' },
  approve: { min: 1, max: many, usage: '--approve <package@version>...' },
  deny: { min: 1, max: many, usage: '--deny <package>...' },
  accept: {
    min: 1,
    max: 1,
    usage: '--accept <package@version> --rule <id> --reason "..." [--until 90d] [--user]',
  },
  trust: { min: 0, max: 0, usage: '--trust' },
  setup: { min: 0, max: 0, usage: '--setup [--user | --gate strict|check|preinstall|none] [--undo]' },
  doctor: { min: 0, max: 0, usage: '--doctor [--with-npm <path of npm>]' },
  history: { min: 0, max: 0, usage: '--history' },
  explain: { min: 0, max: 1, usage: '--explain [<rule>]' },
  'print-config': { min: 0, max: 0, usage: '--print-config' },
  'update-data': { min: 0, max: 1, usage: '--update-data [<address or file>]' },
  help: { min: 0, max: many, usage: '--help' },
  version: { min: 0, max: many, usage: '--version' },
}
