import { limits } from '../../limits.ts'
import { HOLE, type Site } from '../../types.ts'
import { LineIndex } from '../line-index.ts'
import { BatchRunner } from './batch-runner.ts'
import { commandRunner } from './commands/run-command.ts'
import { readNativeSource } from './native-source.ts'
import { PowershellRunner } from './powershell-runner.ts'
import { readCoarsely } from './coarse-reader.ts'
import { PythonRunner } from './python-runner.ts'
import type { Dialect, ScriptInput, ScriptReading } from './script-reading.ts'
import { ScriptSession } from './session.ts'
import { ShellRunner } from './shell-runner.ts'

/** What only cmd.exe understands; a hook without any of it does the same in both shells, or nothing in this one. */
const batchMarks =
  /%[\w:~(),-]{1,60}%|\w\^\w|\^[&|<>]|(?:^|[&|(]\s{0,9})(?:@?start|call)\s|\bcmd(?:\.exe)?\s+\/|\b(?:powershell|pwsh)\b|\bif\s+(?:not\s+)?exist\b|[\w.]\\\w|(?:^|[&|(]\s{0,9})set\s+"?\w+=/i

/**
 * Reads what a script does without running it: which files it starts, what it contacts, reads, writes, deletes and
 * evaluates, and which data travels where. Never throws; cost is linear in the text up to fixed limits, beyond which
 * there is a content gap. Unknown parts of texts are `HOLE`s. A `hook` is read as sh and as cmd.exe read it.
 */
export function readScript(input: ScriptInput): ScriptReading {
  const { path, phase } = input
  const text = input.holed === true ? input.text : input.text.replaceAll(HOLE, '_')
  const session = new ScriptSession(path, phase, input.cwd ?? '', input.place === undefined, runner)
  // Amalgamated libraries are larger than any script; of them only a few calls are looked at.
  if (text.length > limits.maxScriptBytes && input.dialect !== 'native') {
    session.gap(`script of ${text.length} characters`)
    return session.reading()
  }
  const place = input.place ?? placeIn(path, text)
  const dialects: Dialect[] =
    input.dialect === 'hook' ? (batchMarks.test(text) ? ['shell', 'batch'] : ['shell']) : [input.dialect]
  for (const dialect of dialects) {
    follow(session, text, dialect, place)
    // A loop through a file or a pipe reads what is written further down.
    if (session.files.size > 0) follow(session, text, dialect, place)
  }
  return session.reading()
}

function follow(
  session: ScriptSession,
  text: string,
  dialect: Dialect,
  place: (start: number, end: number) => Site,
): void {
  session.restart()
  if (dialect === 'batch') new BatchRunner(session, place).text(text, undefined)
  else if (dialect === 'powershell') new PowershellRunner(session, place).text(text, undefined)
  else if (dialect === 'native') readNativeSource(session, text, place)
  else if (dialect === 'coarse') readCoarsely(session, text, place)
  else if (dialect === 'python') new PythonRunner(session, place).text(text)
  else new ShellRunner(session, place).text(text, undefined)
}

function placeIn(path: string, text: string): (start: number, end: number) => Site {
  const lines = new LineIndex(path, text)
  return (start, end) => lines.site(start, text.slice(start, end))
}

const runner = commandRunner(session => (text, dialect, call, stdin) => {
  const place = (): Site => call.site
  if (text.length > limits.maxScriptBytes) {
    session.gap(`script of ${text.length} characters`)
    return { text: '', sources: [], decoders: [] }
  }
  if (dialect === 'batch') return new BatchRunner(session, place).text(text, stdin)
  if (dialect === 'powershell') return new PowershellRunner(session, place).text(text, stdin)
  return new ShellRunner(session, place).text(text, stdin)
})
