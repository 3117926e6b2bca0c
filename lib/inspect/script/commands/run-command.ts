import { limits } from '../../../limits.ts'
import { HOLE } from '../../../types.ts'
import { programName } from '../program-name.ts'
import { type Invocation, none, type Runner, type ScriptSession } from '../session.ts'
import { empty, type Value } from '../value.ts'
import { fileCommands } from './file-changes.ts'
import { interpreterCommands, runFile } from './interpreters.ts'
import { credentialOutput, localCommands } from './local-data.ts'
import { networkCommands } from './network.ts'
import { starts } from './starts.ts'
import { textCommands } from './text-tools.ts'
import { wrapperCommands } from './wrappers.ts'

/** Words of the shell that neither start a program nor carry data. */
const inert = new Set(
  (
    'cd true false : exit return break continue shift wait trap sleep test [ [[ ]] let unset alias unalias ulimit umask hash ' +
    'getopts exit/b rem setlocal endlocal echo. goto title color cls pause mkdir md touch stty clear tput date which where ' +
    'basename dirname realpath readlink expr seq mktemp stat file du test-path new-item write-host write-output out-null ' +
    'write-error write-verbose if else fi then done do esac not exist defined errorlevel @echo shopt bind jobs fg bg disown ' +
    'get-location start-sleep set-strictmode param function chown chgrp cmp diff md5sum sha1sum sha256sum shasum'
  ).split(' '),
)

const tables = [
  networkCommands,
  interpreterCommands,
  textCommands,
  localCommands,
  fileCommands,
  wrapperCommands,
]

/** What one command does, by the tables; a program nobody knows is a start, a path is a file of the package perhaps. */
export function runCommand(session: ScriptSession, call: Invocation): Value {
  const first = call.words[0]
  if (!first) return empty
  if (++session.steps > limits.maxScriptSteps) {
    session.gap(`script runs more than ${limits.maxScriptSteps} commands`)
    return empty
  }
  if (session.depth >= limits.maxScriptDepth) {
    session.gap(`script nested deeper than ${limits.maxScriptDepth}`)
    return empty
  }
  session.depth++
  const output = dispatch(session, call, first)
  session.depth--
  return output
}

function dispatch(session: ScriptSession, call: Invocation, first: Value): Value {
  const { text } = first
  if (text.includes(HOLE) || /[*?]/.test(text)) return computed(session, call, first)
  const credential = credentialOutput(call, session)
  if (credential) return credential
  const asPath = /^(?:\.{0,2}|~|[\w.@-]+(?:\/[\w.@-]+)*|[a-z]:)[/\\]/i.test(text)
  const ofSystem =
    /^(?:\/(?:usr\/|opt\/|bin\/|sbin\/|system\/|etc\/alternatives\/)|[a-z]:[/\\]windows)/i.test(text)
  if (!asPath || ofSystem || /node_modules[/\\]\.bin[/\\]/.test(text)) {
    for (const table of tables) {
      const model = table.get(call.program)
      if (model) return model(call, session)
    }
    if (inert.has(call.program)) return call.stdin ?? none
  }
  if (asPath || /\.(?:sh|bat|cmd|ps1|exe)$/i.test(text)) return runFile(session, call, first, 'exec')
  const written = session.read(text)
  if (written && written.sources.length > 0) return runFile(session, call, first, 'exec')
  session.start({ kind: 'bin', target: text, how: 'exec', at: call.site })
  return starts(call, session)
}

/** The program itself is only known when it runs. */
function computed(session: ScriptSession, call: Invocation, first: Value): Value {
  const at = call.site
  const tail = first.text.slice(first.text.lastIndexOf(HOLE) + 1)
  session.flow(first, { kind: 'command', api: 'shell', role: 'command', destinations: [], at })
  if (/^[/\\][\w./\\-]+$/.test(tail)) return runFile(session, call, first, 'exec')
  session.fact({ kind: 'unreadable', why: 'computed command', share: 0, at })
  return starts(call, session)
}

/** A runner over these tables; `text` is the reader's. */
export function commandRunner(
  text: (session: ScriptSession) => Runner['text'],
): (session: ScriptSession) => Runner {
  return session => ({
    words(words, stdin, call, manner = []) {
      return runCommand(session, {
        program: programName(words[0]?.text ?? ''),
        words,
        stdin,
        site: call.site,
        manner: [...new Set([...call.manner, ...manner])],
      })
    },
    text: text(session),
  })
}
