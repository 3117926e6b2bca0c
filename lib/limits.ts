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
  /** Facts and flows of one package that are kept; the rest is counted. Reports stay readable, caches small. */
  maxFactsPerPackage: 2_000,
  /** Characters of one evidence excerpt. */
  maxEvidenceChars: 240,
  /** Hops of one flow that are reported. */
  maxHops: 8,
  /** Characters of a package name that are compared. npm refuses names beyond 214; longer ones are not looked up. */
  maxNameChars: 214,
  /** A host name on the wire has at most 253 characters. Decoding longer IDN labels is quadratic. */
  maxHostChars: 253,
  /** Destinations of one package that are judged; the rest repeats them. */
  maxHosts: 500,
  /** A malware feed as downloaded. The whole OSV export for npm was 30 MB zipped in autumn 2026. */
  maxFeedBytes: 512 * 1024 * 1024,
  /** Entries of a feed's ZIP. The npm export had 70,000 in autumn 2026. */
  maxFeedEntries: 1_000_000,
  /** One OSV record unpacked. The largest honest ones, with thousands of versions, are about 1 MB. */
  maxFeedRecordBytes: 8 * 1024 * 1024,
  /** All OSV records of a feed unpacked: beyond it the feed is a bomb. */
  maxFeedUnpackedBytes: 4 * 1024 * 1024 * 1024,
  /** Rows kept of a feed: fifty times what is known in 2026. */
  maxFeedRows: 5_000_000,
  /** The updated list as kept on disk. */
  maxFeedListChars: 256 * 1024 * 1024,
} as const
