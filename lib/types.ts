import type { Lists } from '../rules/lists.ts'

/**
 * The words of the program. An *artifact* is the bytes, an *inspection* what they contain, a *finding* a fact one
 * rule saw, a *verdict* the judgement of one package, a *decision* that of the whole install, a *gap* what could not
 * be looked at. Everything here is a plain JSON value: inspections cross worker boundaries and are cached.
 */

/**
 * When code would run: while npm installs, when a program imports the package, when its bin is started or an exported
 * function is called, or never by itself (`dormant`: nothing that was found reaches the file).
 */
export type Phase = 'install' | 'import' | 'run' | 'dormant'

export type Severity = 'low' | 'medium' | 'high' | 'critical'

/** What a finding asks for: only told, a person must look, or never installed. */
export type Action = 'note' | 'ask' | 'block'

/** A place in a file of the package. `line` and `column` count from 1; `code` is the excerpt a person reads. */
export type Site = {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly code: string
}

/**
 * A `content` gap is bytes that would be installed and could not be read or analysed: it stops by default. A `context`
 * gap is missing knowledge about the package (no packument, no dates): it is reported and never stops by itself.
 */
export type Gap = {
  readonly kind: 'content' | 'context'
  readonly what: string
  readonly path?: string
}

/** A file of the package as it would lie on disk. `sha256` is hex, over the bytes as packed. */
export type InspectedFile = {
  readonly path: string
  readonly bytes: number
  readonly mode: number
  readonly sha256: string
  readonly kind: FileKind
  /** The earliest phase in which an entry reaches the file. */
  readonly phase: Phase
}

/** Decided by content first (magic bytes, hashbang) and by name second: names are the author's claim. */
export type FileKind =
  | 'javascript'
  | 'json'
  | 'shell'
  | 'batch'
  | 'powershell'
  | 'python'
  | 'gyp'
  | 'native' // ELF, PE, Mach-O: programs and .node addons
  | 'wasm'
  | 'archive'
  | 'text'
  | 'data'

/**
 * Something that runs by itself or on use. `via` names it for people: `postinstall`, `main`, `exports["./x"].import`,
 * `bin:foo`, `binding.gyp`.
 */
export type Entry = {
  readonly phase: 'install' | 'import' | 'run'
  readonly via: string
  readonly path: string
}

/** How a file came to be reached: `from` starts or loads `to`. `how` is `require`, `import`, `spawn`, `shell`, … */
export type EntryEdge = {
  readonly from: string
  readonly to: string
  readonly phase: Phase
  readonly how: string
}

/** A lifecycle script of the package that npm would run by itself when installing it. */
export type Hook = {
  /** `preinstall`, `install`, `postinstall`, `prepare` (git dependencies only) … */
  readonly event: string
  /** The text npm hands to the shell; `node-gyp rebuild` where npm implies it. */
  readonly command: string
  readonly implicit: boolean
  /** Files of the package the command starts, in order of appearance. */
  readonly starts: readonly string[]
  /** Line and column of the script in package.json (of binding.gyp's first line where implicit). */
  readonly at: Site
}

/** The manifest as data that survived parsing. Whatever had a wrong shape is listed in `problems`. */
export type Manifest = {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly description: string | undefined
  readonly homepage: string | undefined
  readonly repository: string | undefined
  readonly scripts: readonly { readonly event: string; readonly command: string }[]
  readonly dependencies: readonly {
    readonly name: string
    readonly spec: string
    readonly type: 'prod' | 'optional' | 'peer' | 'dev'
    /** The line of the manifest, where the spec is more than a range of versions. */
    readonly line?: number
  }[]
  readonly bundled: readonly string[]
  readonly bins: readonly { readonly name: string; readonly path: string }[]
  readonly module: boolean
  readonly gypfile: boolean | undefined
  readonly private: boolean
  readonly keywords: readonly string[]
  /** npm's placeholder for removed malware and similar marks are judged by rules, so the raw counts stay here. */
  readonly problems: readonly string[]
}

/** A text whose unknown parts are each the single character `HOLE`. `https://<HOLE>/collect` */
export type Text = string

/** Marks an unknown part inside a `Text`. A control character: it cannot be printed, and reports show `${…}`. */
export const HOLE = '\u0001'

/** The decoder of an `evaluates` fact where the function that runs the text is called by a name that stands nowhere. */
export const HIDDEN_NAME = 'a name that is put together'

/** What local or remote data a program got hold of. */
export type SourceKind =
  | 'env' // the whole environment, or enumerated
  | 'env-secret' // a variable whose name says credential
  | 'env-name' // any other variable
  | 'credential-file' // .npmrc, .ssh, cloud credentials, browser profiles, wallets, keychains, AI configuration
  | 'file' // another file outside the package
  | 'project-file' // a file of the project or the package itself
  | 'host' // host name, user name, addresses, home folder …
  | 'command-output'
  | 'network' // what a server answered
  | 'metadata-service' // cloud instance metadata
  | 'clipboard'
  | 'browser' // cookies, storage, DOM input, window.ethereum …
  | 'caller-secret' // a parameter of an exported function named like a secret: apiKey, mnemonic, privateKey
  | 'caller' // any other parameter of an exported function
  | 'package-bytes' // bytes of the package's own files, decoded

export type SinkKind =
  | 'network' // http(s), fetch, ws, net, tls, dgram, mail …
  | 'dns' // data inside a looked-up name
  | 'answer' // what a server answers to whoever asks it
  | 'command' // command line or arguments of a child process
  | 'command-stdin'
  | 'evaluate' // eval, Function, vm, module._compile, node -e
  | 'load' // require / import of a computed path or written file
  | 'native-load'
  | 'write'
  | 'patch' // prototypes, globals, other modules

/** What may stand between the start and the act: geofences, CI checks, clocks. They never remove a flow. */
export type Guard = {
  /** `digest`: something is compared with a hash that stands in the code. */
  readonly kind:
    'platform' | 'ci' | 'time' | 'locale' | 'host' | 'user' | 'argv' | 'main' | 'exists' | 'env' | 'digest'
  readonly at: Site
}

export type Source = {
  readonly kind: SourceKind
  /** The variable, path, API or parameter: `NPM_TOKEN`, `~/.npmrc`, `os.hostname`, `apiSecret`. */
  readonly name: string
  readonly at: Site
  /** What its caller passes, where that is sent as a whole and is known to hold the secret: `at` is where it is read. */
  readonly of?: string
  /** It is read from a client that its caller made, and that the code wraps. */
  readonly client?: true
  /** The code signs messages with it: who checks them has it already. */
  readonly signs?: true
}

export type Sink = {
  readonly kind: SinkKind
  /** `node:https.request`, `global:fetch`, `eval`, `node:child_process.spawn`, … */
  readonly api: string
  /** Which argument the data entered: `payload`, `dest`, `header`, `answer-header`, `command`, `argument`, `path`, `code` … */
  readonly role: string
  /** Where to: URLs, host names, commands or paths as far as they fold. Empty means unknown. */
  readonly destinations: readonly Text[]
  readonly at: Site
  /** The destinations whose host is known, but written nowhere: the code puts its name together. */
  readonly assembled?: readonly Text[]
}

/** One step of the evidence, in the order a reader follows it. */
export type Hop = { readonly label: string; readonly at: Site }

/** Data that travels from a source to a sink. */
export type Flow = {
  readonly source: Source
  readonly sink: Sink
  readonly hops: readonly Hop[]
  readonly guards: readonly Guard[]
  readonly phase: Phase
  /** Reached only when a user of the package calls an exported function. */
  readonly byCall: boolean
  /** False where an unknown callee, a merged object or a cap stands on the way. Uncertain flows alone never block. */
  readonly certain: boolean
}

type FactBase = {
  readonly phase: Phase
  readonly byCall: boolean
  readonly at: Site
  readonly guards: readonly Guard[]
}

/** What a piece of code can do, whatever language it is in. A lone fact is a capability, never an alarm. */
export type Fact = FactBase &
  (
    | { readonly kind: 'reads'; readonly source: SourceKind; readonly name: Text; readonly api: string }
    | { readonly kind: 'contacts'; readonly api: string; readonly destinations: readonly Text[] }
    | { readonly kind: 'resolves'; readonly api: string; readonly destinations: readonly Text[] }
    | {
        readonly kind: 'starts'
        readonly api: string
        /** Whole command lines, arguments joined by a space. */
        readonly commands: readonly Text[]
        /** `detached`, `hidden`, `stdio-ignored`, `shell`, `stdin-data` … */
        readonly manner: readonly string[]
      }
    | {
        readonly kind: 'writes'
        readonly api: string
        readonly paths: readonly Text[]
        /** What is written, where it folds to a constant (cut to an excerpt). */
        readonly contents: readonly Text[]
        /** What it is a copy of, or was called before, where a file is copied or moved. */
        readonly from?: readonly Text[]
      }
    /** `paths` also names what a database is told to forget: `database: DROP SCHEMA public`. */
    | { readonly kind: 'deletes'; readonly api: string; readonly paths: readonly Text[] }
    | { readonly kind: 'makes-executable'; readonly api: string; readonly paths: readonly Text[] }
    | {
        readonly kind: 'loads'
        readonly api: string
        readonly targets: readonly Text[]
        readonly native: boolean
      }
    /** While npm installs it: code of another package is loaded. What that does, this package does not say. */
    | { readonly kind: 'uses'; readonly name: string }
    | {
        readonly kind: 'evaluates'
        readonly api: string
        /** `constant`: the code is known and was inspected in turn. `computed`: it could not be resolved. */
        readonly code: 'constant' | 'computed'
        /** What stood between text and code: `base64`, `xor`, `aes`, `char-codes`, `reversed`, `hidden-unicode`, … */
        readonly decoders: readonly string[]
      }
    | { readonly kind: 'decodes'; readonly method: string; readonly bytes: number }
    | {
        readonly kind: 'patches'
        readonly target: string
        readonly api: string
        /** What is written to may also be an object of the package's own. */
        readonly unsure?: true
        /** Where everything then goes, where a proxy or the address of a service is what is set. */
        readonly to?: readonly Text[]
      }
    /**
     * A class of another package that is extended, or an instance of one that is changed: `pkg:ccxt.mexc`, an instance
     * ends in `()`. `redirects` are addresses written in the overriding code, `secrets` places where a secret itself
     * goes into an object or a text there.
     */
    | {
        readonly kind: 'overrides'
        readonly target: string
        readonly members: readonly string[]
        readonly redirects: readonly { readonly to: Text; readonly at: Site }[]
        readonly secrets: readonly { readonly name: string; readonly at: Site }[]
      }
    | { readonly kind: 'listens'; readonly api: string; readonly event: string }
    /**
     * A transfer to an address in the code: of a share of what the wallet holds (`drain`), or in place of the one the
     * caller gave (`swap`). Other transfers are no facts.
     */
    | {
        readonly kind: 'pays'
        readonly api: string
        readonly receivers: readonly Text[]
        readonly how: 'drain' | 'swap'
      }
    /** What keeps its user from working: a loop nothing leaves, the end of the process that started it. */
    | {
        readonly kind: 'stops'
        readonly api: string
        readonly what: 'endless-loop' | 'parent-process' | 'own-process'
      }
    | { readonly kind: 'checks'; readonly what: Guard['kind']; readonly name: string }
    /**
     * An order to an AI assistant in what a tool says it is for, or answers: to look for a secret, to hand something to a
     * tool, to do so before or along with other tools, to hide it from the user. `about` is the text it is part of.
     */
    | {
        readonly kind: 'tells'
        readonly order: 'reads' | 'passes' | 'first' | 'hides'
        readonly through: 'description' | 'answer' | 'instructions'
        readonly words: string
        readonly about: string
      }
    /**
     * What a plugin of a build tool, or a hook of what loads modules, puts into the programs of others: a script of
     * another host, or code that sends or loads something. `takes`: it also looks at what is typed, kept or passed there;
     * `hidden`: the address stands in no file as it is. `anonymous`: it sends without saying for whom.
     */
    | {
        readonly kind: 'ships'
        readonly api: string
        readonly what: 'script' | 'sends' | 'loads'
        readonly takes: boolean
        readonly hidden: boolean
        readonly anonymous: boolean
        readonly destinations: readonly Text[]
      }
    /** Characters a reviewer cannot see: variation selectors, tag characters, bidi controls, zero width in code. */
    | { readonly kind: 'hidden-text'; readonly characters: string; readonly count: number }
    /** Code pushed out of view by a run of blanks. */
    | { readonly kind: 'off-screen'; readonly blanks: number }
    /** The marks of an obfuscator; `marks` says which, `share` how much of the file they cover (0 to 1). */
    | { readonly kind: 'obfuscated'; readonly marks: readonly string[]; readonly share: number }
    /** Code that could not be resolved: a computed call, member or text. */
    | { readonly kind: 'unreadable'; readonly why: string; readonly share: number }
    | { readonly kind: 'native-binary'; readonly format: string; readonly arch: string }
    /** `<!(…)` and `<!@(…)` expansions and actions of binding.gyp: commands that run at configure or build. */
    | { readonly kind: 'gyp-command'; readonly command: string; readonly how: string }
    /** A tarball entry npm would not write where it says, or that hides another: `..`, absolute, link, duplicate … */
    | { readonly kind: 'path-trick'; readonly trick: string; readonly name: string }
  )

/** What one artifact contains. A pure function of the bytes and the engine version. */
export type Inspection = {
  readonly manifest: Manifest
  readonly files: readonly InspectedFile[]
  readonly hooks: readonly Hook[]
  readonly entries: readonly Entry[]
  readonly edges: readonly EntryEdge[]
  readonly facts: readonly Fact[]
  readonly flows: readonly Flow[]
  readonly gaps: readonly Gap[]
  /** Packages inside the tarball's own node_modules, each inspected as a package of its own. */
  readonly bundled: readonly { readonly location: string; readonly inspection: Inspection }[]
  /** Facts and flows beyond `limits.maxFactsPerPackage` that were counted and dropped. */
  readonly dropped: number
}

/** Where the bytes of a package come from. */
export type SourceType = 'registry' | 'git' | 'remote' | 'file' | 'directory' | 'bundled'

/** Something odd about where a package of the plan comes from, as the lockfile or the tree says. */
export type OriginProblem = {
  readonly kind:
    | 'resolved-name' // the address is another package's
    | 'resolved-version' // the address is another version's
    | 'resolved-host' // a registry package's address is on a host that is not its registry
    | 'resolved-protocol' // a registry package is turned into a git, file or folder one
    | 'plain-http' // anybody on the way can change the bytes
    | 'no-integrity' // nothing in lockfile or registry says what the bytes are
    | 'weak-integrity' // only sha1 or md5
    | 'foreign-source' // a dependency fetches a dependency from git, an address or a folder
  readonly message: string
}

/** What is known about a package beyond its bytes. Absent means unknown, never guilty. */
export type Context = {
  /** As the plan says: what the lockfile or the registry calls it. */
  readonly name: string
  readonly version: string
  readonly source: SourceType
  readonly resolved: string | undefined
  /** Named by the user or by the project's own manifest. */
  readonly direct: boolean
  /** Typed on the command line. */
  readonly typed: boolean
  /** sha256 of the tarball in hex and its SRI sha512, where there is a tarball. */
  readonly sha256: string | undefined
  readonly integrity: string | undefined
  /** The manifest the registry serves for this version; undefined where none was fetched. */
  readonly registryManifest: Manifest | undefined
  /** Publish time in ms since the epoch, where the registry states a plausible one. */
  readonly publishedAt: number | undefined
  /** Downloads a month by the shipped list, where listed. */
  readonly downloads: number | undefined
  /** The version that would be replaced, where its inspection is at hand. */
  readonly previous: { readonly version: string; readonly inspection: Inspection } | undefined
  /** Names of the other packages of the plan. */
  readonly siblings: ReadonlySet<string>
  /** What is odd about where it comes from. */
  readonly origin: readonly OriginProblem[]
  /** Brands, hosts, popular names, known malware: read once for the process, since rules do no I/O. */
  readonly lists: Lists
  /** Now, in ms since the epoch: passed in, so that verdicts can be reproduced. */
  readonly now: number
}

/** What one rule saw in one package, ready to be shown. */
export type Finding = {
  readonly rule: string
  readonly severity: Severity
  readonly action: Action
  readonly phase: Phase
  readonly message: string
  readonly location: { readonly path: string; readonly line: number; readonly column: number }
  readonly evidence: string
  readonly flow?: readonly { readonly label: string; readonly path: string; readonly line: number }[]
}

/** An inert package for tests, documentation and `--explain`: file texts by path. */
export type Example = {
  readonly title: string
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** Raw tarball entries after the files, names taken as they stand, for what only a tarball made by hand has. */
  readonly entries?: readonly { readonly name: string; readonly text: string; readonly linkTo?: string }[]
  readonly context?: Partial<Context>
}

export type RuleMeta = {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** What it looks for, why that is odd in honest code, and what to do. Markdown-free prose. */
  readonly description: string
  /** Incidents and documents, as URLs or names. */
  readonly references: readonly string[]
  /** What it cannot see, plainly. */
  readonly blindSpots: readonly string[]
  readonly examples: { readonly flags: readonly Example[]; readonly passes: readonly Example[] }
}

/** One rule is one file in `rules/`: pure, synchronous, no I/O. A rule that throws is a content gap. */
export type Rule = {
  readonly meta: RuleMeta
  check(inspection: Inspection, context: Context): readonly Omit<Finding, 'rule'>[]
}

/** The judgement of one package. */
export type Verdict =
  | { readonly kind: 'allow'; readonly findings: readonly Finding[] }
  | { readonly kind: 'ask' | 'block'; readonly findings: readonly Finding[] }

/** One script of a package, and whether it will run. */
export type PlannedScript = {
  readonly event: string
  readonly command: string
  readonly approved: boolean
}

/** A package of the plan: what would be added or changed, or whose script would run. */
export type PlannedPackage = {
  readonly name: string
  readonly version: string
  /** As the user or the dependent asked for it. */
  readonly spec: string
  readonly resolved: string | undefined
  readonly integrity: string | undefined
  /** What npm hands to pacote to unpack it, with the configured registry in place; undefined: not fetched by itself. */
  readonly fetchSpec: string | undefined
  /** Path below the project root, `node_modules/a/node_modules/b`; '' for a package that is only inspected. */
  readonly location: string
  readonly source: SourceType
  readonly direct: boolean
  readonly typed: boolean
  readonly optional: boolean
  readonly dev: boolean
  /** Locations or names of the packages that ask for it; '' is the project. */
  readonly requiredBy: readonly string[]
  /** Already on disk with the same identity: inspected only where its script would run. */
  readonly unchanged: boolean
  /** The registry's manifest, as far as resolving fetched it. Hostile until parsed. */
  readonly registryManifest: unknown
}

/** A finding or gap that somebody accepted for exactly these bytes; shown each time it counts. */
export type AcceptedFinding = {
  readonly rule: string
  /** What it would have asked for. */
  readonly was: Action | 'gap'
  readonly reason: string
  readonly who: string
  /** Its last moment, ms since the epoch; undefined: for good. */
  readonly until: number | undefined
  /** Whose file says so. */
  readonly origin: 'default' | 'user' | 'project'
}

/** A package after judgement, as reports show it. */
export type JudgedPackage = {
  readonly package: PlannedPackage
  readonly verdict: Verdict
  readonly scripts: readonly PlannedScript[]
  readonly gaps: readonly Gap[]
  readonly inspection: Inspection | undefined
  readonly fromCache: boolean
  /** SRI sha512 of the bytes that were read: what exceptions and approvals are bound to. */
  readonly integrity?: string | undefined
  /** What of its findings was accepted earlier. */
  readonly accepted?: readonly AcceptedFinding[]
}

export type Summary = {
  readonly packages: number
  readonly inspected: number
  readonly fromCache: number
  readonly allow: number
  readonly ask: number
  readonly block: number
  readonly gaps: number
  readonly files: number
  readonly bytes: number
  readonly ms: number
}

/** The judgement of the whole install. */
export type Decision = {
  readonly kind: 'proceed' | 'ask' | 'stop'
  /** Why it stops: `block` beats `ask` beats `gap`. */
  readonly because: 'clean' | 'ask' | 'block' | 'gap'
}
