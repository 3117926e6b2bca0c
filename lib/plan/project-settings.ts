/** A line of the project's `.npmrc` that was not followed. */
export type IgnoredSetting = {
  readonly key: string
  readonly value: string
  readonly why: 'runs-code' | 'moves-install' | 'answers-for-user' | 'loosens'
  /** The file it stands in. */
  readonly source: string
}

type Settings = {
  readonly source: string | null
  readonly data: Record<string, unknown>
  /** As the file says it: an accessor may have kept a value out of `data`. */
  readonly raw: Readonly<Record<string, unknown>> | null
}

type Layers = ReadonlyMap<string, Settings>

/** Name programs or options that npm would start or hand to Node: a cloned repository must not choose them. */
const runsCode = ['git', 'node-gyp', 'node-options', 'script-shell', 'shell', 'editor', 'viewer', 'browser']

/**
 * Turn a project install into one elsewhere, a file of the repository into the user's settings, or a folder of the
 * repository into the cache, where inspections are kept: a forged one would vouch for anything.
 */
const movesInstall = ['cache', 'global', 'location', 'prefix', 'npm-version', 'global-prefix', 'local-prefix']
const movesSettings = ['userconfig', 'globalconfig']

/** Answer a question that is the user's. */
const answers = ['yes', 'dangerously-allow-all-scripts']

/** How strict a value is; a project may only make a setting stricter than the layers below it say. */
const strictness: Readonly<Record<string, (value: unknown) => number>> = {
  'ignore-scripts': value => (value === true ? 1 : 0),
  'strict-allow-scripts': value => (value === true ? 1 : 0),
  'strict-ssl': value => (value === false ? 0 : 1),
  'allow-git': allowance,
  'allow-remote': allowance,
  'allow-file': allowance,
  'allow-directory': allowance,
  'min-release-age': value => (typeof value === 'number' ? value : 0),
  before: value => (value instanceof Date ? -value.getTime() : -Infinity),
}

function allowance(value: unknown): number {
  return value === 'none' ? 2 : value === 'root' ? 1 : 0
}

const remove = (layer: Settings, key: string, why: IgnoredSetting['why']): IgnoredSetting => {
  const value = String(layer.raw?.[key] ?? layer.data[key])
  delete layer.data[key]
  return { key, value, why, source: layer.source ?? '' }
}

/**
 * Takes out of the project's layer what a project may not decide, and says what it took: programs to run, other
 * places to install to, answers to questions, and anything looser than the user's own settings.
 * Source: the project `.npmrc` beats the user's in npm (measured for `ignore-scripts` and `script-shell`).
 */
export const ignoredFromProject = (
  layers: Layers,
  when: 'before-user' | 'complete',
): readonly IgnoredSetting[] => {
  const layer = layers.get('project')
  if (layer === undefined) return []
  const own = (key: string): boolean => Object.hasOwn(layer.data, key)
  if (when === 'before-user') {
    const said = (key: string): boolean => own(key) || Object.hasOwn(layer.raw ?? {}, key)
    return movesSettings.filter(said).map(key => remove(layer, key, 'moves-install'))
  }
  const below = layers.get('user')?.data ?? {}
  const looser = (key: string): boolean => {
    const strict = strictness[key]
    return own(key) && strict !== undefined && strict(layer.data[key]) < strict(below[key])
  }
  return [
    ...runsCode.filter(own).map(key => remove(layer, key, 'runs-code')),
    ...movesInstall.filter(own).map(key => remove(layer, key, 'moves-install')),
    ...answers
      .filter(key => own(key) && layer.data[key] !== false)
      .map(key => remove(layer, key, 'answers-for-user')),
    ...Object.keys(strictness)
      .filter(looser)
      .map(key => remove(layer, key, 'loosens')),
  ]
}
