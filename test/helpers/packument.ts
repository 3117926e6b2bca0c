import type { FileTable } from './tarball.ts'

/** A JSON object. */
export type Json = Record<string, unknown>

/** One published version: what the packument says of it, and when it was published (ISO date). */
export type VersionRecord = { readonly manifest: Json; readonly time: string }

/** The keys of a version that npm's registry keeps in the abbreviated packument. */
const abbreviatedKeys = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'bundleDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'acceptDependencies',
  'bin',
  'directories',
  'dist',
  'engines',
  'cpu',
  'os',
  'libc',
  'funding',
  '_hasShrinkwrap',
  'hasInstallScript',
]

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lays `over` over `base`; a key whose value is undefined is removed. */
export const lay = (base: Json, over: Json = {}): Json =>
  Object.fromEntries(Object.entries({ ...base, ...over }).filter(([, value]) => value !== undefined))

/** The manifest as the files state it; empty where they state none. */
export const manifestOf = (files: FileTable = {}): Json => {
  const text = files['package.json']
  if (text === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text).toString())
    return isObject(parsed) ? parsed : {}
  } catch {
    // A test may publish a package.json that is no JSON; name and version are then given apart.
    return {}
  }
}

const installScripts = ['preinstall', 'install', 'postinstall']

/** What npm's registry adds to a manifest on publishing. */
export const hasInstallScript = (manifest: Json, files: FileTable = {}): true | undefined => {
  const scripts = isObject(manifest['scripts']) ? manifest['scripts'] : {}
  return installScripts.some(event => event in scripts) || 'binding.gyp' in files ? true : undefined
}

/** The full packument, as `Accept: application/json` gets it. */
export const packumentOf = (
  name: string,
  versions: readonly (readonly [string, VersionRecord])[],
  tags: ReadonlyMap<string, string>,
  overrides: Json,
): Json =>
  lay(
    {
      _id: name,
      name,
      'dist-tags': Object.fromEntries(tags),
      versions: Object.fromEntries(versions.map(([version, { manifest }]) => [version, manifest])),
      time: {
        created: versions[0]?.[1].time,
        modified: versions.at(-1)?.[1].time,
        ...Object.fromEntries(versions.map(([version, { time }]) => [version, time])),
      },
    },
    overrides,
  )

/** The packument as `Accept: application/vnd.npm.install-v1+json` gets it. */
export const abbreviate = (packument: Json): Json => {
  const versions = isObject(packument['versions']) ? packument['versions'] : {}
  const time = isObject(packument['time']) ? packument['time'] : {}
  return {
    name: packument['name'],
    'dist-tags': packument['dist-tags'],
    modified: time['modified'],
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, manifest]) => [
        version,
        isObject(manifest)
          ? Object.fromEntries(Object.entries(manifest).filter(([key]) => abbreviatedKeys.includes(key)))
          : manifest,
      ]),
    ),
  }
}
