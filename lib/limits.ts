/**
 * Every bound on hostile input, with its reason. Beyond a limit lies a content gap that names the package, never a
 * crash and never a pass. Sizes are bytes unless the name says otherwise.
 */
export const limits = {
  /** The largest tarball npm serves is far below; beyond it one download could fill memory. */
  maxTarballBytes: 512 * 1024 * 1024,
  /** Gunzip output. The largest honest packages (native binaries for several platforms) unpack to about 300 MB. */
  maxUnpackedBytes: 1024 * 1024 * 1024,
  /** Honest packages with 30,000 files exist (icon sets); a million-entry tarball is a bomb. */
  maxEntries: 200_000,
  /** One file. Honest native programs reach about 200 MB; beyond the limit analysis would only pretend to look. */
  maxFileBytes: 400 * 1024 * 1024,
  /** POSIX PATH_MAX; npm cannot write a longer one. */
  maxPathBytes: 4096,
  /** Folder depth; honest trees stay under 30. */
  maxPathDepth: 128,
  /** One package.json; the largest honest ones are about 1 MB. JSON.parse of more would block the process. */
  maxManifestBytes: 8 * 1024 * 1024,
  /** Nesting of a JSON text we walk; `JSON.parse` itself does not recurse on the stack we own. */
  maxJsonDepth: 256,
  /** Dependencies, scripts, bins or exports targets of one manifest; honest meta-packages have about 2,000. */
  maxManifestEntries: 20_000,
  /** One script line of package.json. Beyond it nobody reviews it either. */
  maxScriptChars: 64 * 1024,
  /** Nesting of conditions in `exports` and `imports`; honest ones stay under 6. */
  maxExportsDepth: 32,
  /** Targets one `exports` or `imports` map may expand to, patterns included; icon packages have about 10,000. */
  maxExportsTargets: 50_000,
  /** A shell, batch, PowerShell or Python file that is read as a program. The largest honest installers are 300 KB. */
  maxScriptBytes: 2 * 1024 * 1024,
  /** Commands one script may run while it is followed (functions, nested shells); beyond it the rest is a gap. */
  maxScriptSteps: 60_000,
  /** Nesting of substitutions, groups and `sh -c` in scripts; honest ones stay under 6. */
  maxScriptDepth: 32,
  /** Characters of one folded shell value: `a=$a$a` doubles at each step. */
  maxValueChars: 256 * 1024,
  /** Characters of code parsed of one package from which on functions that nobody calls are looked at where they act. */
  hugePackageChars: 4_000_000,
  /** One .gyp or .gypi file; node's own common.gypi has 30 KB. */
  maxGypBytes: 1024 * 1024,
  /** Nesting of lists and dictionaries in a .gyp file. */
  maxGypDepth: 64,
  /** Rounds of analyse, read the commands found, analyse what they start. Honest chains have 3 links. */
  maxFollowRounds: 16,
  /** Packages nested in one another's node_modules inside one tarball. */
  maxNestedPackages: 5_000,
  /** Facts and flows of one package that are kept; the rest is counted. Reports stay readable, caches small. */
  maxFactsPerPackage: 2_000,
  /** Characters of one evidence excerpt. */
  maxEvidenceChars: 240,
  /** Findings one rule may report for one package; beyond it a report says nothing new. */
  maxFindingsPerRule: 100,
  /** Characters of one finding's message: prose of ours around excerpts of the package. */
  maxMessageChars: 2_000,
  /** Hops of one flow that are reported. */
  maxHops: 8,
  /** All cached inspections of a user together; about 5,000 packages. The ones unused for longest go first. */
  maxInspectionCacheBytes: 256 * 1024 * 1024,
  /** Receipts of folders that were seen, a few hundred bytes each; the oldest go first. */
  maxReceipts: 100_000,
  /** Packages read at once: npm's own `maxsockets`. */
  maxParallelReads: 15,
  /** Tarballs that were downloaded and wait for a worker, together, before downloads wait as well. */
  maxWaitingBytes: 32 * 1024 * 1024,
  /** Inspections at once; downloads and Arborist need the other processors. */
  maxWorkers: 4,
  /** Heap of one inspection. The largest honest file (typescript.js, 9 MB) needs about 1 GB; beyond it lies a gap. */
  maxWorkerHeapMb: 2048,
  /** Wall clock of one inspection, the last resort where counted work failed to stop it. Never cached. */
  maxInspectionMs: 240_000,
  /** Characters of a package name that are compared. npm refuses names beyond 214; longer ones are not looked up. */
  maxNameChars: 214,
  /** A host name on the wire has at most 253 characters. Decoding longer IDN labels is quadratic. */
  maxHostChars: 253,
  /** Destinations of one package that are judged; the rest repeats them. */
  maxHosts: 500,
  /** How long judging holds the main thread, in ms, before downloads and the progress line get a turn. */
  maxTurnMs: 15,
  /** Answers about names and hosts that rules keep. A bundle of 40 MB names some 600 hosts. */
  maxRemembered: 2_000,
  /** A malware feed as downloaded. The whole OSV export for npm was 30 MB zipped in autumn 2026. */
  maxFeedBytes: 512 * 1024 * 1024,
  /** Entries of a feed's ZIP. The npm export had 70,000 in autumn 2026. */
  maxFeedEntries: 1_000_000,
  /** One OSV record unpacked. The largest honest ones, with thousands of versions, are about 1 MB. */
  maxFeedRecordBytes: 8 * 1024 * 1024,
  /** All OSV records of a feed unpacked: beyond it the feed is a bomb. */
  maxFeedUnpackedBytes: 4 * 1024 * 1024 * 1024,
  /** A file that is parsed once more for changes to clients of other packages; hand-written ones are far smaller. */
  maxOverrideChars: 1024 * 1024,
  /** Nodes of such a file that are looked at, those in several layers as often. */
  maxOverrideNodes: 1_000_000,
  /** Changed clients of one file, and members, addresses and secrets of one client. */
  maxOverrides: 100,
  /** Ranges of one name that are kept: honest reports have a handful. */
  maxReportsPerName: 50,
  /** Rows kept of a feed: fifty times what is known in 2026. */
  maxFeedRows: 5_000_000,
  /** The updated list as kept on disk. */
  maxFeedListChars: 256 * 1024 * 1024,
  /** One safe-install.json. A thousand exceptions have about 400 kB; the project's is anybody's. */
  maxPolicyBytes: 1024 * 1024,
  /** Nesting of a policy file; ours has three levels. */
  maxPolicyDepth: 16,
  /** Items of one list in a policy file. */
  maxPolicyItems: 10_000,
  /** One text of a policy file: a reason, a name, an address. */
  maxPolicyTextChars: 2_000,
  /** Project policies one user has trusted; the oldest go first. */
  maxTrusted: 1_000,
  /** The log of decisions before it is rotated; one older log is kept. A decision has about 500 bytes. */
  maxHistoryBytes: 1024 * 1024,
  /** Results of one SARIF file: GitHub refuses more than 25,000 and shows the first 5,000. */
  maxSarifResults: 5_000,
  /** Characters of a SARIF rule's description: GitHub takes 1,024. */
  maxSarifTextChars: 1_024,
  /** How long a second process waits for the first to finish writing one of our small files. */
  maxFileLockMs: 5_000,
  /** A lockfile out of git. The largest honest ones have about 20 MB. */
  maxLockfileBytes: 128 * 1024 * 1024,
} as const
