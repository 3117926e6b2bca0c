import type { Site } from '../types.ts'
import { LineIndex } from './line-index.ts'

/**
 * Settings that make an editor or a coding assistant start a program by itself, once a folder that holds them is
 * opened. Templates bring them into the projects that are made from them.
 */

/** A command such a file holds. `by` says who starts it. */
export type OpenedCommand = { readonly command: string; readonly by: OpenedBy; readonly at: Site }

export type OpenedBy = 'editor' | 'assistant'

type Kind = { readonly by: OpenedBy; readonly path: RegExp; readonly keys: RegExp; readonly needs: RegExp }

/** Templates keep dot files under other names: `_vscode`, `dot_claude`, `dotvscode`. */
const kinds: readonly Kind[] = [
  {
    by: 'editor',
    path: /(?:^|\/)(?:\.|_|dot_?)vscode\/tasks\.json$|\.code-workspace$/,
    keys: /^command$/,
    needs: /"runOn"\s{0,9}:\s{0,9}"folderOpen"/,
  },
  {
    by: 'editor',
    path: /(?:^|\/)(?:(?:\.|_|dot_?)devcontainer\/(?:[^/]{1,100}\/)?devcontainer|\.devcontainer)\.json$/,
    // The other commands run inside the container.
    keys: /^initializeCommand$/,
    needs: /"initializeCommand"/,
  },
  {
    by: 'assistant',
    path: /(?:^|\/)(?:\.|_|dot_?)claude\/settings(?:\.local)?\.json$|(?:^|\/)(?:\.|_|dot_?)cursor\/(?:hooks|mcp)\.json$|(?:^|\/)(?:\.|_|dot_?)mcp\.json$|(?:^|\/)(?:\.|_|dot_?)gemini\/settings\.json$/,
    keys: /^(?:command|apiKeyHelper|awsAuthRefresh)$/,
    needs: /"(?:command|apiKeyHelper|awsAuthRefresh)"/,
  },
]

/** Written by hand, such files have a few hundred lines. */
const maxChars = 256 * 1024
const maxCommands = 100

const pairs = /"(\w{1,40})"\s{0,99}:\s{0,99}("(?:[^"\\\n]|\\.){1,4000}")/g
const followingArguments = /^\s{0,99},\s{0,99}"args"\s{0,99}:\s{0,99}\[([^\]]{0,4000})\]/
const texts = /"(?:[^"\\\n]|\\.){0,4000}"/g

/** Whether a file by that name may hold such commands. */
export function isOpenedSettings(path: string): boolean {
  return kinds.some(kind => kind.path.test(path))
}

/** The commands of a settings file, which may hold comments: it is searched, not parsed. */
export function openedCommands(path: string, text: string): readonly OpenedCommand[] {
  const kind = kinds.find(one => one.path.test(path))
  if (kind === undefined || text.length > maxChars || !kind.needs.test(text)) return []
  const lines = new LineIndex(path, text)
  const found: OpenedCommand[] = []
  for (const match of text.matchAll(pairs)) {
    const [whole, key = '', value = '""'] = match
    if (!kind.keys.test(key) || found.length >= maxCommands) continue
    const rest = text.slice(match.index + whole.length, match.index + whole.length + 4_200)
    const given = [...(followingArguments.exec(rest)?.[1] ?? '').matchAll(texts)].map(([one]) => one)
    const command = [value, ...given].map(spoken).join(' ')
    found.push({ command, by: kind.by, at: lines.site(match.index) })
  }
  return found
}

/** The text of a JSON string; one that is none stands for itself. */
function spoken(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    // A control character inside: editors are as lenient.
    return literal.slice(1, -1)
  }
}
