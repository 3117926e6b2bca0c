import type { SourceKind } from '../../../types.ts'
import { packageRoot } from '../folders.ts'
import { commandLine, type Invocation, none, type ScriptSession } from '../session.ts'
import { variable } from '../shell-variables.ts'
import { constant, join, unknown, type Value } from '../value.ts'
import { starts } from './starts.ts'

type Model = (call: Invocation, session: ScriptSession) => Value

function tells(kind: SourceKind): Model {
  return (call, session) => unknown(session.source(kind, commandLine(call.words).slice(0, 100), call.site))
}

/** `printenv A` names variables; `env A=b cmd` runs a command; without any they print everything. */
function environment(call: Invocation, session: ScriptSession): Value {
  const words = call.words.slice(1)
  if (call.program === 'printenv') {
    const names = words.filter(({ text }) => !text.startsWith('-'))
    return names.length === 0
      ? everything(call, session)
      : join(names.map(({ text }) => variable(session, text, call.site)))
  }
  let i = 0
  while (i < words.length) {
    const text = words[i]?.text ?? ''
    if (/^-(?:u|C|S|-unset|-chdir)$/.test(text)) i += text === '-S' ? 1 : 2
    else if (text.startsWith('-')) i++
    else if (/^[A-Za-z_]\w{0,200}=/.test(text)) {
      const value = words[i]
      if (value)
        session.variables.set(text.slice(0, text.indexOf('=')), {
          ...value,
          text: text.slice(text.indexOf('=') + 1),
        })
      i++
    } else break
  }
  return i < words.length ? session.runner.words(words.slice(i), call.stdin, call) : everything(call, session)
}

function everything(call: Invocation, session: ScriptSession): Value {
  return unknown(session.source('env', call.program, call.site))
}

/** `set`, `export -p`, `declare -p` print all variables; with names they only set some. */
function declare(call: Invocation, session: ScriptSession): Value {
  const words = call.words.slice(1)
  const named = words.filter(({ text }) => !/^[-+]/.test(text))
  if (call.program === 'set' && words.length > 0) return none
  if (named.length === 0)
    return words.length === 0 || words.some(({ text }) => /p|x/.test(text)) ? everything(call, session) : none
  for (const word of named) {
    const equals = word.text.indexOf('=')
    if (equals > 0)
      session.variables.set(word.text.slice(0, equals), { ...word, text: word.text.slice(equals + 1) })
  }
  return none
}

/** `read a b`: the input lands in the variables. */
function read(call: Invocation, session: ScriptSession): Value {
  for (const { text } of call.words.slice(1))
    if (/^[A-Za-z_]\w{0,200}$/.test(text))
      session.variables.set(text, call.stdin ? { ...call.stdin } : unknown())
  return none
}

/** Tools whose subcommands print a stored credential. */
const credentialCommands: readonly RegExp[] = [
  /^security (?:find-(?:generic|internet)-password|dump-keychain|export)/,
  /^secret-tool (?:lookup|search)/,
  /^(?:pass|gopass) (?:show|ls)/,
  /^gh auth (?:token|status)/,
  /^gcloud auth (?:print-|application-default print-)/,
  /^aws (?:configure (?:get|export-credentials)|sts get-session-token|secretsmanager|ssm get-parameter)/,
  /^az account get-access-token/,
  /^kubectl (?:config view|get secrets?)/,
  /^(?:npm|pnpm|yarn) (?:config (?:get|list|ls)|token)/,
  /^git credential/,
  /^(?:op|vault|bw|doppler|heroku auth:token|cmdkey|vaultcmd|nordpass) ?(?:read|get|kv|item|list|\/list|secrets|$)/,
  /^docker-credential-/,
  // A password the user types, believing that the system asks.
  /^osascript .*\bhidden answer\b/s,
  /^(?:zenity|kdialog|yad) .*--password\b/,
  /^systemd-ask-password\b/,
]

/** The credential a tool prints, where the command asks for one. */
export function credentialOutput(call: Invocation, session: ScriptSession): Value | undefined {
  const line = [call.program, ...call.words.slice(1).map(({ text }) => text)].join(' ')
  if (!credentialCommands.some(pattern => pattern.test(line))) return undefined
  starts(call, session)
  return unknown(session.source('credential-file', line.slice(0, 100), call.site))
}

const host =
  'hostname whoami id uname ifconfig ip ipconfig systeminfo ver sw_vers system_profiler lscpu lsb_release ps tasklist netstat ss arp route w who last users getmac wmic dscl scutil ioreg uptime df hostnamectl logname'.split(
    ' ',
  )

/** Commands whose output is about the machine and its user, by bare name. */
export const localCommands: ReadonlyMap<string, Model> = new Map<string, Model>([
  ...host.map(name => [name, tells('host')] as const),
  ...['pbpaste', 'xclip', 'xsel', 'wl-paste', 'get-clipboard'].map(
    name => [name, tells('clipboard')] as const,
  ),
  ['history', tells('credential-file')],
  ['env', environment],
  ['printenv', environment],
  ...['set', 'export', 'declare', 'typeset', 'local', 'readonly'].map(name => [name, declare] as const),
  ['read', read],
  [
    'pwd',
    (_call, { cwd }) =>
      constant(/^(?:[/~]|\.\.)|\u0001/.test(cwd) ? cwd : cwd === '' ? '.' : packageRoot + cwd),
  ],
])
