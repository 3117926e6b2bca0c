import type { Site } from '../../types.ts'
import { variableSource } from '../secrets.ts'
import type { ScriptSession } from './session.ts'
import { constant, join, unknown, type Value } from './value.ts'

/** Variables whose value is the same everywhere, as far as a script is concerned. */
const known = new Map([
  ['HOME', '~'],
  ['USERPROFILE', '~'],
  ['HOMEPATH', '~'],
  ['PWD', '.'],
  ['CD', '.'],
  ['IFS', ' '],
  ['NODE', 'node'],
  ['npm_node_execpath', 'node'],
  ['npm_execpath', 'npm'],
  ['NPM_CLI_JS', 'npm'],
  ['SHELL', 'sh'],
  ['COMSPEC', 'cmd'],
  ['TMPDIR', '/tmp'],
  ['TEMP', '/tmp'],
  ['TMP', '/tmp'],
  ['APPDATA', '~/AppData/Roaming'],
  ['LOCALAPPDATA', '~/AppData/Local'],
  ['PROGRAMDATA', 'C:/ProgramData'],
  ['SYSTEMROOT', 'C:/Windows'],
  ['WINDIR', 'C:/Windows'],
  ['XDG_CONFIG_HOME', '~/.config'],
])

/** Variables that describe the build and tell nothing about the user. */
const plain =
  /^(?:\d+|[@*#?$!-]|CI|PATH|LANG|LC_.*|TERM|NODE_ENV|NODE_OPTIONS|NODE_PATH|OSTYPE|MACHTYPE|RANDOM|SECONDS|LINENO|OLDPWD|SHLVL|BASH.*|FUNCNAME|OPTARG|OPTIND|REPLY|OS|PROCESSOR_.*|INIT_CWD|npm_(?!.*(?:auth|token|passw)).*|ERRORLEVEL|DATE|TIME|PREFIX|DESTDIR|CFLAGS|CXXFLAGS|LDFLAGS|CC|CXX|MAKEFLAGS)$/i

/** What `$name` is: set by the script, the same everywhere, or the environment's. */
export function variable(session: ScriptSession, name: string, at: Site): Value {
  const own = session.variables.get(name) ?? word(session, name)
  if (own) return own
  if (session.self !== undefined && (name === '0' || name === 'BASH_SOURCE')) return constant(session.self)
  const fixed = known.get(name) ?? known.get(name.toUpperCase())
  if (fixed !== undefined) return constant(fixed)
  return plain.test(name) ? unknown() : unknown(session.source(variableSource(name), name, at))
}

/** `$1`, `$@`, `$#`, where it is known what the script was called with. */
function word({ positional }: ScriptSession, name: string): Value | undefined {
  if (positional === undefined) return undefined
  if (name === '@' || name === '*') return join(positional, ' ')
  if (name === '#') return constant(String(positional.length))
  return /^[1-9]\d?$/.test(name) ? (positional[Number(name) - 1] ?? constant('')) : undefined
}
