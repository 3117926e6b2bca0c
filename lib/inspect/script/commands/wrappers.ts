import { HOLE, type Text } from '../../../types.ts'
import { from } from '../folders.ts'
import { type Invocation, none, type ScriptSession } from '../session.ts'
import { constant, empty, unknown, withText, type Value } from '../value.ts'
import { runText } from './interpreters.ts'
import { parseOptions, valuesOf } from './options.ts'
import type { Option } from './options.ts'
import { starts } from './starts.ts'

type Model = (call: Invocation, session: ScriptSession) => Value

/** Runs the command that follows its own options and `skip` operands; `values` are options with a value. */
function wrapper(values: string, skip = 0, manner: readonly string[] = []): Model {
  const withValue = new Set(values.split(' '))
  return (call, session) => {
    let i = 1
    while (i < call.words.length && /^-./.test(call.words[i]?.text ?? ''))
      i += withValue.has(call.words[i]?.text ?? '') ? 2 : 1
    const words = call.words.slice(i + skip)
    return words.length === 0 ? (call.stdin ?? empty) : session.runner.words(words, call.stdin, call, manner)
  }
}

/** `cross-env A=b node x`: assignments, then a command. `cross-env-shell "…"` takes a line. */
function crossEnv(call: Invocation, session: ScriptSession): Value {
  let i = 1
  for (; /^[A-Za-z_]\w{0,200}=/.test(call.words[i]?.text ?? ''); i++) {
    const word = call.words[i]
    const equals = word?.text.indexOf('=') ?? 0
    if (word) session.variables.set(word.text.slice(0, equals), withText(word, word.text.slice(equals + 1)))
  }
  const words = call.words.slice(i)
  const line = words[0]
  if (call.program === 'cross-env-shell' && words.length === 1 && line)
    return runText(session, call, line, 'shell')
  return words.length === 0 ? none : session.runner.words(words, call.stdin, call)
}

const startSwitch = /^\/(?:b|d|i|min|max|wait|shared|separate|low|normal|high|realtime|node|affinity)$/i

/** cmd.exe `start ["title"] [/B] [/MIN] program`: runs without waiting. */
function start(call: Invocation, session: ScriptSession): Value {
  let words = call.words.slice(1)
  // What stands before switches of start's own is the title, though a shell of Unix took its quotes away.
  if (words.length > 2 && startSwitch.test(words[1]?.text ?? '')) words = words.slice(1)
  const hidden = words.some(({ text }) => /^\/(?:b|min)$/i.test(text)) ? ['hidden'] : []
  while (
    words[0] &&
    (/^\/[a-z]+$/i.test(words[0].text) || words[0].text === '' || /^".*"$/.test(words[0].text))
  )
    words = words.slice(/^\/d$/i.test(words[0].text) ? 2 : 1)
  if (words.length === 0) return none
  if (words.length === 1 && isPage(words[0]!)) return starts(call, session)
  return session.runner.words(words, call.stdin, call, ['detached', ...hidden])
}

/** What `start` hands to the browser; where nothing at all is known of it, that is what it is for. */
function isPage({ text }: Value): boolean {
  return /^https?:\/\//i.test(text) || text.replaceAll(HOLE, '') === ''
}

/** `concurrently "a" "b"`: every argument is a line. */
function lines(call: Invocation, session: ScriptSession): Value {
  const { operands } = parseOptions(call.words, new Set(['-n', '-c', '--names', '-p', '--prefix']))
  for (const line of operands) {
    const name = /^(?:npm|yarn|pnpm):([\w:.-]+)$/.exec(line.text)?.[1]
    if (name) session.start({ kind: 'npm-script', target: name, how: 'run', at: call.site })
    else runText(session, call, line, 'shell')
  }
  return empty
}

/** `run-s a b`, `npm-run-all`: every argument is a script of the manifest. */
function scripts(call: Invocation, session: ScriptSession): Value {
  for (const { text } of parseOptions(call.words, new Set()).operands)
    session.start({ kind: 'npm-script', target: text.split(' ', 1)[0] ?? '', how: 'run', at: call.site })
  return starts(call, session)
}

const npmValues = new Set(
  '-w --workspace --prefix -C --cwd --dir --loglevel --registry -p --package -c --call --filter --tag'.split(
    ' ',
  ),
)
const runVerbs = new Set(['run', 'run-script', 'rum', 'urn', 'start', 'test', 'stop', 'restart', 't'])
const execVerbs = new Set(['exec', 'x', 'dlx', 'create'])

/** `--package` of `npm exec` and `npx`: what is fetched, whatever is then started of it. */
function fetchedPackages(call: Invocation, session: ScriptSession, options: readonly Option[]): void {
  const specs = valuesOf(options, '-p', '--package').map(({ text }) => text)
  const remote = specs.filter(text => remoteSpec.test(text))
  if (remote.length > 0) session.fact({ kind: 'contacts', api: 'npx', destinations: remote, at: call.site })
}

const remoteSpec = /^(?:https?:|git\+|git:|github:|file:)|^[\w-]+\/[\w.-]+$/

/** npm, yarn, pnpm, bun as package managers: scripts and bins they run, packages they fetch. */
function packageManager(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, npmValues)
  const verb = operands[0]?.text ?? ''
  const at = call.site
  for (const line of valuesOf(options, '-c', '--call')) runText(session, call, line, 'shell')
  const next = operands[1]
  if (runVerbs.has(verb)) {
    const target = /^run|^rum|^urn/.test(verb) ? (next?.text ?? '') : verb === 't' ? 'test' : verb
    for (const cwd of foldersOf(options, session))
      session.start({ kind: 'npm-script', target, how: 'run', at, cwd })
  } else if (execVerbs.has(verb) && next) {
    fetchedPackages(call, session, options)
    const from = call.words.indexOf(next)
    return npxCommand(call, session, call.words.slice(from))
  } else if (call.program !== 'npm' && verb !== '' && !yarnVerbs.has(verb))
    session.start({ kind: 'npm-script', target: verb, how: 'run', at })
  return starts(call, session)
}

/** Where it looks for the manifest: `--prefix folder`, the folders of workspaces by their names or paths. */
function foldersOf(options: readonly Option[], session: ScriptSession): readonly Text[] {
  const named = valuesOf(options, '-w', '--workspace', '--filter', '--prefix', '-C', '--cwd', '--dir')
  return named.length === 0 ? [session.cwd] : named.map(({ text }) => from(session.cwd, text))
}

const yarnVerbs = new Set(
  'install add remove up upgrade why info config cache link unlink pack publish init import audit dedupe set version workspaces workspace list outdated i update rebuild global'.split(
    ' ',
  ),
)

function npx(call: Invocation, session: ScriptSession): Value {
  const { options } = parseOptions(call.words, npxValues)
  fetchedPackages(call, session, options)
  for (const line of valuesOf(options, '-c', '--call')) runText(session, call, line, 'shell')
  let i = 1
  while (i < call.words.length && call.words[i]?.text.startsWith('-'))
    i += npxValues.has(call.words[i]?.text ?? '') ? 2 : 1
  return npxCommand(call, session, call.words.slice(i))
}

const npxValues = new Set([
  '-p',
  '--package',
  '-c',
  '--call',
  '-w',
  '--workspace',
  '--registry',
  '--cache',
  '--userconfig',
])

/** `npx name@1`: a bin by the package's name. Known programs behave as they do without npx. */
function npxCommand(call: Invocation, session: ScriptSession, words: readonly Value[]): Value {
  const first = words[0]
  if (!first) return unknown()
  const at = call.site
  session.fact({
    kind: 'starts',
    api: 'npx',
    // With the options before the name: they say from where it is fetched.
    commands: [
      call.words
        .map(({ text }) => text)
        .join(' ')
        .slice(0, 4_000),
    ],
    manner: call.manner,
    at,
  })
  if (remoteSpec.test(first.text))
    session.fact({ kind: 'contacts', api: 'npx', destinations: [first.text], at })
  const name = first.text.replace(/(?!^)@[^/]*$/, '')
  return session.runner.words([withText(first, name), ...words.slice(1)], call.stdin, call)
}

/** `make -C dir -f file target`: the recipes of a makefile of the package. */
function make(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(
    call.words,
    new Set(['-C', '-f', '-j', '-l', '--directory', '--file']),
  )
  const folder = valuesOf(options, '-C', '--directory')[0]?.text
  const named = valuesOf(options, '-f', '--file', '--makefile')[0]?.text
  const targets = operands.map(({ text }) => text).filter(text => !text.includes('='))
  const at = call.site
  for (const name of named === undefined ? ['Makefile', 'makefile', 'GNUmakefile'] : [named])
    session.start({
      kind: 'file',
      target: folder === undefined ? name : `${folder}/${name}`,
      how: ['make', ...targets.slice(0, 20)].join(' '),
      at,
    })
  return starts(call, session)
}

/** Tools that are told what to do by a file of the package with a name of its own. */
function toldBy(how: string, ...names: readonly string[]): Model {
  return (call, session) => {
    for (const target of names) session.start({ kind: 'file', target, how, at: call.site })
    return starts(call, session)
  }
}

/** Test runners load the files they are given, or those of their settings. */
function loads(...names: readonly string[]): Model {
  return (call, session) => {
    const { operands } = parseOptions(
      call.words,
      new Set(['-R', '--reporter', '-t', '--timeout', '-u', '--ui', '-g']),
    )
    for (const { text } of operands.slice(0, 20))
      if (/[./]/.test(text)) session.start({ kind: 'file', target: text, how: 'node', at: call.site })
    return toldBy('node', ...names)(call, session)
  }
}

/** `rollup -c own.config.js`: the settings are a program. */
function built(name: string): Model {
  return (call, session) => {
    const at = call.words.findIndex(({ text }) => /^(?:-c|--config)$/.test(text))
    const own = at < 0 ? undefined : call.words[at + 1]?.text
    const named = own !== undefined && !own.startsWith('-') ? [own] : []
    return toldBy('node', ...named, ...scriptEndings.map(ending => `${name}.config.${ending}`))(call, session)
  }
}

/** The tasks of a Gruntfile are what its function registers. */
function grunt(call: Invocation, session: ScriptSession): Value {
  session.code(constant("require('./Gruntfile.js')({})"), 'javascript', call.site)
  return starts(call, session)
}

const scriptEndings = ['js', 'cjs', 'mjs', 'ts']

/** `command x` runs x, `command -v x` only says where it lies. */
function command(call: Invocation, session: ScriptSession): Value {
  const asks = /^-[vV]/.test(call.words[1]?.text ?? '')
  return asks ? (call.words[2] ?? empty) : wrapper('')(call, session)
}

/** Commands that run another command, by bare name. */
export const wrapperCommands: ReadonlyMap<string, Model> = new Map<string, Model>([
  ['sudo', wrapper('-u -g -h -p -C -D -r -t')],
  ['doas', wrapper('-u -C')],
  ['nohup', wrapper('', 0, ['detached'])],
  ['setsid', wrapper('', 0, ['detached'])],
  ['daemonize', wrapper('-o -e -p -u -c', 0, ['detached'])],
  ['nice', wrapper('-n')],
  ['ionice', wrapper('-c -n -p')],
  ['time', wrapper('-o -f')],
  ['timeout', wrapper('-s -k', 1)],
  ['gtimeout', wrapper('-s -k', 1)],
  ['stdbuf', wrapper('-i -o -e')],
  ['exec', wrapper('-a')],
  ['command', command],
  ['cmake', toldBy('cmake', 'CMakeLists.txt')],
  ['cmake-js', toldBy('cmake', 'CMakeLists.txt')],
  ['gulp', toldBy('node', ...scriptEndings.map(ending => `gulpfile.${ending}`))],
  ['jake', toldBy('node', 'Jakefile', ...scriptEndings.map(ending => `Jakefile.${ending}`))],
  ['grunt', grunt],
  ...[
    'rollup',
    'webpack',
    'vite',
    'vitest',
    'tsup',
    'rspack',
    'esbuild',
    'babel',
    'postcss',
    'eslint',
    'jest',
    'ava',
    'playwright',
  ].map(name => [name, built(name)] as const),
  ['mocha', loads('.mocharc.js', '.mocharc.cjs')],
  ['jasmine', loads()],
  ['tap', loads()],
  ['make', make],
  ['gmake', make],
  ['builtin', wrapper('')],
  ['unbuffer', wrapper('')],
  ['watch', wrapper('-n -d')],
  ['flock', wrapper('-w -E', 1)],
  ['chroot', wrapper('', 1)],
  ['fakeroot', wrapper('')],
  ['script', wrapper('-c')],
  ['call', wrapper('')],
  ['@call', wrapper('')],
  ['dotenv', wrapper('-e -c -v -p')],
  ['env-cmd', wrapper('-f -e -r')],
  ['if-env', wrapper('', 1)],
  ['ts-node-dev', wrapper('')],
  ['c8', wrapper('-r -o')],
  ['nyc', wrapper('-r')],
  ['cross-env', crossEnv],
  ['cross-env-shell', crossEnv],
  ['start', start],
  ['concurrently', lines],
  ...['run-s', 'run-p', 'npm-run-all', 'npm-run-all2'].map(name => [name, scripts] as const),
  ...['npm', 'yarn', 'pnpm', 'cnpm', 'yarnpkg'].map(name => [name, packageManager] as const),
  ...['npx', 'bunx', 'pnpx'].map(name => [name, npx] as const),
])
