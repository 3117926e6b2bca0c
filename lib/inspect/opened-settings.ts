import type { Site } from '../types.ts'
import { jsonTexts, type JsonText } from './lenient-json.ts'
import { LineIndex } from './line-index.ts'

/**
 * Settings that make an editor or a coding assistant start a program by itself, once a folder that holds them is
 * opened. Templates bring them into the projects that are made from them.
 */

/** A command such a file holds. `by` says who starts it. */
export type OpenedCommand = { readonly command: string; readonly by: OpenedBy; readonly at: Site }

export type OpenedBy = 'editor' | 'assistant'

type Kind = {
  readonly by: OpenedBy
  readonly path: RegExp
  readonly keys: RegExp
  /** Whether anything in it starts by itself. */
  readonly needs: (texts: readonly JsonText[]) => boolean
}

/** Templates keep dot files under other names: `_vscode`, `dot_claude`, `dotvscode`. */
const kinds: readonly Kind[] = [
  {
    by: 'editor',
    path: /(?:^|\/)(?:\.|_|dot_?)vscode\/tasks\.json$|\.code-workspace$/,
    keys: /^command$/,
    needs: texts => texts.some(({ key, text }) => key === 'runOn' && text === 'folderOpen'),
  },
  {
    by: 'editor',
    path: /(?:^|\/)(?:(?:\.|_|dot_?)devcontainer\/(?:[^/]{1,100}\/)?devcontainer|\.devcontainer)\.json$/,
    // The other commands run inside the container.
    keys: /^initializeCommand$/,
    needs: () => true,
  },
  {
    by: 'assistant',
    path: /(?:^|\/)(?:\.|_|dot_?)claude\/settings(?:\.local)?\.json$|(?:^|\/)(?:\.|_|dot_?)cursor\/(?:hooks|mcp)\.json$|(?:^|\/)(?:\.|_|dot_?)mcp\.json$|(?:^|\/)(?:\.|_|dot_?)gemini\/settings\.json$/,
    keys: /^(?:command|apiKeyHelper|awsAuthRefresh)$/,
    needs: () => true,
  },
]

/** Written by hand, such files have a few hundred lines. */
const maxChars = 256 * 1024
const maxCommands = 100
const maxArguments = 100

/** Whether a file by that name may hold such commands. */
export function isOpenedSettings(path: string): boolean {
  return kinds.some(kind => kind.path.test(path))
}

/** The commands of a settings file, which may hold comments, with the arguments that stand beside them. */
export function openedCommands(path: string, text: string): readonly OpenedCommand[] {
  const kind = kinds.find(one => one.path.test(path))
  if (kind === undefined || text.length > maxChars) return []
  const texts = jsonTexts(text)
  if (!kind.needs(texts)) return []
  const lines = new LineIndex(path, text)
  const given = new Map<string, string[]>()
  for (const one of texts.filter(({ element }) => element)) {
    const list = `${one.owner} ${one.key}`
    given.set(list, [...(given.get(list) ?? []), one.text].slice(0, maxArguments))
  }
  const seen = new Set<string>()
  return texts
    .filter(one => kind.keys.test(one.key) || kind.keys.test(one.within))
    .filter(({ element, owner, key }) => {
      // `["sh", "-c", "x"]` is one command.
      const list = `${owner} ${key}`
      const isRest = element && seen.has(list)
      seen.add(list)
      return !isRest
    })
    .slice(0, maxCommands)
    .map(({ element, owner, key, text: program, offset }) => {
      const own = element ? (given.get(`${owner} ${key}`) ?? []) : [program]
      const words = [...own, ...(given.get(`${owner} args`) ?? [])]
      return { command: words.join(' '), by: kind.by, at: lines.site(offset) }
    })
}
