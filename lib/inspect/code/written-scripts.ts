import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import type { Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import type { Known } from './values.ts'

/** Longer texts are programs that are unpacked, not scripts that are written line by line. */
const maxScriptChars = 20_000

type Line = { readonly text: Text; readonly args?: readonly Text[]; readonly shell: boolean }

/**
 * A script that stands in the code as a text, is written to a file and then started: what it says runs as if it had
 * been given to its interpreter on the command line. `contents` is what is known of the file under `path`.
 */
export function runWritten(machine: Interpreter, path: Text, contents: readonly Known[], place: Place): void {
  for (const text of contents) {
    if (typeof text !== 'string' || text.length > maxScriptChars || text.trim() === '') continue
    const line = lineOf(path, text)
    if (line !== undefined)
      machine.command({ args: undefined, ...line, place, level: machine.level, cwd: folderOf(path) })
  }
}

/** Runs the files that were written before and that these words name. */
export function runStored(machine: Interpreter, words: readonly Text[], place: Place): void {
  for (const [path, { value }] of machine.storedFiles)
    if (words.some(word => word.includes(path))) runWritten(machine, path, value.known, place)
}

function folderOf(path: Text): Text {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || HOLE
}

/** How the file is run, by its name and then by its first line, as systems decide it. */
function lineOf(path: Text, text: string): Line | undefined {
  const name = /\.(\w{1,6})$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const first = /^#!\S*?(?:\/env\s+(?:-S\s+)?)?([\w.]+)(?:\s|$)/.exec(text)?.[1]?.replace(/^.*\//, '') ?? ''
  // A program with a part that nobody knows cannot be parsed; a line of a shell can be read all the same.
  if (text.includes(HOLE) && !/^(?:sh|bash|zsh|command|bat|cmd|)$/.test(name)) return undefined
  if (text.includes(HOLE) && (first === 'node' || first.startsWith('python'))) return undefined
  if (/^[cm]?js$/.test(name) || first === 'node') return { text: 'node', args: ['-e', text], shell: false }
  if (name === 'py' || first.startsWith('python'))
    return { text: 'python3', args: ['-c', text], shell: false }
  if (name === 'ps1') return { text: 'powershell', args: ['-Command', text], shell: false }
  if (/^(?:sh|bash|zsh|command|bat|cmd|)$/.test(name)) return { text, shell: true }
  return undefined
}
