import { HOLE, type Site } from '../../../types.ts'
import { packageRoot } from '../folders.ts'
import type { CodeLanguage } from '../script-reading.ts'
import { commandLine, type Invocation, none, type ScriptSession } from '../session.ts'
import { isConstant, join, unknown, withText, type Value } from '../value.ts'
import { parseOptions, valuesOf } from './options.ts'

type ShellDialect = 'shell' | 'batch' | 'powershell'

/** Text handed to a shell: known text is read in turn, data that came from somewhere is code from there. */
export function runText(session: ScriptSession, call: Invocation, text: Value, dialect: ShellDialect): Value {
  session.evaluate(text, call.program, call.site)
  return text.text.replaceAll(HOLE, '').trim() === ''
    ? unknown()
    : session.runner.text(text.text, dialect, call, undefined)
}

/** A file handed to an interpreter: one the script wrote, one of the package, or the output of a command. */
export function runFile(session: ScriptSession, call: Invocation, path: Value, how: string): Value {
  const { site: at } = call
  session.fact({
    kind: 'starts',
    api: call.program,
    commands: [commandLine(call.words)],
    manner: call.manner,
    at,
  })
  const written = session.read(path.text)
  const other = written?.file === undefined ? written : undefined
  const downloaded = other ?? (path.sources.length > 0 ? path : undefined)
  if (downloaded && downloaded.sources.length > 0) {
    const kind = how === 'exec' ? 'command' : 'evaluate'
    session.flow(downloaded, {
      kind,
      api: call.program,
      role: how === 'exec' ? 'command' : 'code',
      destinations: [path.text],
      at,
    })
    session.fact({
      kind: 'evaluates',
      api: call.program,
      code: 'computed',
      decoders: downloaded.decoders,
      at,
    })
  } else if (written && isConstant(written) && shellLike.has(how)) runText(session, call, written, 'shell')
  else if (written && isConstant(written) && how === 'node') session.code(written, 'javascript', at)
  // `cp x.txt /tmp/y.js && node /tmp/y.js`
  const target = written?.file === undefined ? path.text : inPackage(written.file)
  session.start({ kind: 'file', target, how, at })
  return unknown({ kind: 'command-output', name: commandLine(call.words).slice(0, 200), at })
}

/** A path that is the same from every folder the script has gone to. */
function inPackage(path: string): string {
  return /^(?:[/~\u0001]|[a-z]:)/i.test(path) ? path : packageRoot + path
}

const shellLike = new Set(['sh', 'source', 'exec'])

const shellValues = new Set(['-c', '-o', '-O', '--rcfile', '--init-file'])

function posixShell(call: Invocation, session: ScriptSession): Value {
  const words = call.program === 'busybox' ? call.words.slice(1) : call.words
  if (call.program === 'busybox' && !/^(?:ba|a|da)?sh$/.test(words[0]?.text ?? ''))
    return session.runner.words(words, call.stdin, call)
  const { options, operands } = parseOptions(words, new Set([...shellValues].filter(name => name !== '-c')))
  if (options.some(({ name }) => name === '-c')) {
    // `sh -c '… "$1"' name file`
    setParameters(session, operands.slice(2))
    if (operands[1] !== undefined) session.variables.set('0', operands[1])
    return operands[0] ? runText(session, call, operands[0], 'shell') : none
  }
  const file = operands[0]
  if (file && file.text !== '-' && !options.some(({ name }) => name === '-s')) {
    setParameters(session, operands.slice(1))
    return runFile(session, call, file, 'sh')
  }
  return runInput(session, call, 'sh', input => runText(session, call, input, 'shell'))
}

function setParameters(session: ScriptSession, words: readonly Value[]): void {
  words.slice(0, 9).forEach((word, i) => session.variables.set(String(i + 1), word))
}

/** Code on the standard input. Without any the program would wait for a person. */
function runInput(
  session: ScriptSession,
  call: Invocation,
  how: string,
  run: (input: Value) => Value,
): Value {
  const input = call.stdin
  if (!input) return none
  session.fact({
    kind: 'starts',
    api: 'shell',
    commands: [commandLine(call.words)],
    manner: ['stdin-data', ...call.manner],
    at: call.site,
  })
  // `cat x.js | node`, `sh < x`: the file runs as if it had been named.
  if (input.file !== undefined)
    session.start({ kind: 'file', target: inPackage(input.file), how, at: call.site })
  const output = run(input)
  return join([output, unknown({ kind: 'command-output', name: call.program, at: call.site })])
}

type Interpreter = {
  readonly language: CodeLanguage
  readonly how: string
  /** Options whose value is code. */
  readonly code: readonly string[]
  /** Options that load a file first. */
  readonly preload?: readonly string[]
  /** Other options with a value. */
  readonly values: readonly string[]
  /** Words before the file: `bun run x`, `deno run x`. */
  readonly verbs?: readonly string[]
}

const javascript: Interpreter = {
  language: 'javascript',
  how: 'node',
  code: ['-e', '--eval', '-p', '--print', '-pe', '-ep'],
  preload: ['-r', '--require', '--import', '--loader', '--experimental-loader', '--preload'],
  values:
    '-C --conditions --run --input-type --env-file --max-old-space-size --stack-size --title --inspect-port --openssl-config --tsconfig --project -P -O --compiler-options --cwd --config -c --unstable'.split(
      ' ',
    ),
}
const bun: Interpreter = {
  ...javascript,
  verbs: ['run', 'x', 'exec', 'test'],
  values: [...javascript.values, '--smol'],
}
const deno: Interpreter = {
  ...javascript,
  verbs: ['run', 'eval', 'task', 'test'],
  preload: [],
  values: ['--config', '--import-map', '--lock', '--cert'],
}
const python: Interpreter = { language: 'python', how: 'python', code: ['-c'], values: ['-W', '-X', '-Q'] }
const perl: Interpreter = { language: 'perl', how: 'perl', code: ['-e', '-E'], values: ['-I', '-M', '-0'] }
const ruby: Interpreter = { language: 'ruby', how: 'ruby', code: ['-e'], values: ['-r', '-I'] }
const php: Interpreter = { language: 'php', how: 'php', code: ['-r'], values: ['-d', '-c'] }
const osascript: Interpreter = {
  language: 'applescript',
  how: 'osascript',
  code: ['-e'],
  values: ['-l', '-s'],
}
const vbscript: Interpreter = { language: 'vbscript', how: 'wscript', code: [], values: [] }

function interpreter(model: Interpreter): (call: Invocation, session: ScriptSession) => Value {
  const values = new Set([...model.code, ...(model.preload ?? []), ...model.values])
  return (call, session) => {
    const parsed = parseOptions(call.words, values)
    const { options } = parsed
    // Windows: `wscript //B //NoLogo x.vbs`
    const operands =
      model === vbscript ? parsed.operands.filter(({ text }) => !/^\/\/\w/.test(text)) : parsed.operands
    const at = call.site
    for (const path of valuesOf(options, ...(model.preload ?? [])))
      if (isPath(path.text))
        session.start({ kind: 'file', target: path.text.replace(/^file:\/\//, ''), how: 'preload', at })
    preloads(session, model, at)
    for (const script of valuesOf(options, '--run'))
      session.start({ kind: 'npm-script', target: script.text, how: 'run', at })
    const module = model === bun || model === deno || valuesOf(options, '--input-type')[0]?.text === 'module'
    const codes = valuesOf(options, ...model.code)
    const rest = model.verbs && model.verbs.includes(operands[0]?.text ?? '') ? operands.slice(1) : operands
    const verb = rest === operands ? '' : (operands[0]?.text ?? '')
    if (model === deno && verb === 'eval') codes.push(...rest.slice(0, 1))
    if (codes.length > 0) {
      for (const code of codes) runCode(session, call, code, model.language, module)
      return unknown({ kind: 'command-output', name: commandLine(call.words).slice(0, 200), at })
    }
    const file = rest[0]
    if (file === undefined || file.text === '-')
      return runInput(session, call, model.how, input =>
        runCode(session, call, input, model.language, module),
      )
    if (verb === 'x' || verb === 'task') return session.runner.words(rest, call.stdin, call)
    if (file.text === 'npm') return session.runner.words(rest, call.stdin, call)
    if (model === deno && /^https?:/.test(file.text)) return runRemote(session, call, file)
    if (verb === 'run' && !isPath(file.text) && !/\.\w+$/.test(file.text))
      session.start({ kind: 'npm-script', target: file.text, how: 'run', at })
    return runFile(session, call, file, model.how)
  }
}

/** `NODE_OPTIONS=--require=./x.js node y.js` */
function preloads(session: ScriptSession, model: Interpreter, at: Site): void {
  const given = session.variables.get('NODE_OPTIONS')
  if (given === undefined || model.how !== 'node') return
  const words = ['node', ...given.text.split(/\s+/)].map(text =>
    withText(given, text.replaceAll(/^["']|["']$/g, '')),
  )
  const preload = model.preload ?? []
  for (const path of valuesOf(parseOptions(words, new Set(preload)).options, ...preload))
    if (isPath(path.text)) session.start({ kind: 'file', target: path.text, how: 'preload', at })
}

function isPath(text: string): boolean {
  return /^(?:\.|\/|~|file:)|[/\\].*\.\w+$/.test(text)
}

/** `deno run https://…` loads and runs in one step. */
function runRemote(session: ScriptSession, call: Invocation, url: Value): Value {
  const at = call.site
  session.fact({ kind: 'contacts', api: call.program, destinations: [url.text], at })
  session.evaluate(unknown({ kind: 'network', name: url.text, at }), call.program, at)
  return unknown({ kind: 'command-output', name: url.text, at })
}

function runCode(
  session: ScriptSession,
  call: Invocation,
  code: Value,
  language: CodeLanguage,
  module: boolean,
): Value {
  const { site: at } = call
  session.fact({
    kind: 'starts',
    api: call.program,
    commands: [commandLine(call.words)],
    manner: call.manner,
    at,
  })
  session.evaluate(code, call.program, at)
  if (code.text.replaceAll(HOLE, '').trim() !== '') session.code(code, language, at, module)
  return unknown({ kind: 'command-output', name: call.program, at })
}

function evaluate(call: Invocation, session: ScriptSession): Value {
  return runText(session, call, join(call.words.slice(1), ' '), 'shell')
}

function source(call: Invocation, session: ScriptSession): Value {
  const file = call.words[1]
  if (!file) return none
  if (file.sources.length > 0 && file.text.includes(HOLE)) return runText(session, call, file, 'shell')
  return runFile(session, call, file, 'source')
}

/** cmd.exe: `cmd /c <the rest of the line>`. */
function cmd(call: Invocation, session: ScriptSession): Value {
  const at = call.words.findIndex(({ text }) => /^[/-][ckr]$/i.test(text) || /^\/{2}[ck]$/i.test(text))
  if (at < 0) return call.stdin ? runText(session, call, call.stdin, 'batch') : none
  return runText(session, call, join(call.words.slice(at + 1), ' '), 'batch')
}

/** powershell: `-Command` takes the rest, `-EncodedCommand` (any abbreviation) base64 of UTF-16, `-File` a path. */
function powershell(call: Invocation, session: ScriptSession): Value {
  const hidden = call.words.some(({ text }) => /^hid/i.test(text)) ? ['hidden'] : []
  const withManner = { ...call, manner: [...call.manner, ...hidden] }
  for (let i = 1; i < call.words.length; i++) {
    const word = call.words[i]
    const text = word?.text.toLowerCase() ?? ''
    const next = call.words[i + 1]
    if (/^[-/]e(?:c|nc?|nco.*)?$/.test(text) && next) return runEncoded(session, withManner, next)
    if (/^[-/]f(?:i(?:le?)?)?$/.test(text) && next) return runFile(session, withManner, next, 'powershell')
    if (/^[-/]c(?:o.*)?$/.test(text)) return runPowershell(session, withManner, call.words.slice(i + 1))
    if (/^[-/](?:w|ex|ep|v|in|out|o|psc|conf|st|wi|exec|ver)/.test(text) && !/^[-/](?:noexit|sta)/.test(text))
      i++
    else if (!/^[-/]/.test(text)) {
      return text.endsWith('.ps1') && word
        ? runFile(session, withManner, word, 'powershell')
        : runPowershell(session, withManner, call.words.slice(i))
    }
  }
  return call.stdin ? runPowershell(session, withManner, [call.stdin]) : none
}

function runPowershell(session: ScriptSession, call: Invocation, words: readonly Value[]): Value {
  const text = join(words, ' ')
  session.fact({
    kind: 'starts',
    api: call.program,
    commands: [commandLine(call.words)],
    manner: call.manner,
    at: call.site,
  })
  return text.text === '-' && call.stdin
    ? runText(session, call, call.stdin, 'powershell')
    : runText(session, call, text, 'powershell')
}

function runEncoded(session: ScriptSession, call: Invocation, encoded: Value): Value {
  session.fact({
    kind: 'starts',
    api: call.program,
    commands: [commandLine(call.words)],
    manner: ['encoded', ...call.manner],
    at: call.site,
  })
  const text = isConstant(encoded) ? Buffer.from(encoded.text, 'base64').toString('utf16le') : HOLE
  return runText(
    session,
    call,
    { ...withText(encoded, text), decoders: [...encoded.decoders, 'base64'] },
    'powershell',
  )
}

/** Windows programs that run what a URL or a file holds. */
function scriptHost(call: Invocation, session: ScriptSession): Value {
  const { site: at } = call
  const words = call.words.slice(1).filter(({ text }) => !/^\/[a-z]/i.test(text) || text.includes(':/'))
  for (const word of words) {
    const url = /https?:[^\s"',]+/i.exec(word.text)?.[0]
    if (url) return runRemote(session, call, withText(word, url))
    if (/^(?:java|vb)script:/i.test(word.text)) return runCode(session, call, word, 'javascript', false)
  }
  const file = words[0]
  return file
    ? runFile(session, call, withText(file, file.text.split(',', 1)[0] ?? ''), call.program)
    : unknown({ kind: 'command-output', name: call.program, at })
}

/** `java -jar x.jar`: a program like any other, that nobody can read. */
function java(call: Invocation, session: ScriptSession): Value {
  const at = call.words.findIndex(({ text }) => text === '-jar')
  const jar = at < 0 ? undefined : call.words[at + 1]
  if (jar !== undefined) return runFile(session, call, jar, 'java')
  const line = commandLine(call.words)
  session.fact({ kind: 'starts', api: 'shell', commands: [line], manner: call.manner, at: call.site })
  return unknown({ kind: 'command-output', name: line.slice(0, 200), at: call.site })
}

const shells = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'fish', 'busybox', 'rbash']

/** Commands that run code, by bare name. */
export const interpreterCommands: ReadonlyMap<string, (call: Invocation, session: ScriptSession) => Value> =
  new Map([
    ...shells.map(name => [name, posixShell] as const),
    ['eval', evaluate],
    ['source', source],
    ['.', source],
    ['cmd', cmd],
    ['powershell', powershell],
    ['pwsh', powershell],
    ...[
      'node',
      'nodejs',
      'iojs',
      'tsx',
      'ts-node',
      'ts-node-esm',
      'babel-node',
      'esno',
      'electron',
      'zx',
      'jiti',
      'vite-node',
      'swc-node',
      'nodemon',
    ].map(name => [name, interpreter(javascript)] as const),
    ['java', java],
    ['bun', interpreter(bun)],
    ['deno', interpreter(deno)],
    ...['python', 'python2', 'python3', 'py', 'pypy', 'pypy3', 'pythonw'].map(
      name => [name, interpreter(python)] as const,
    ),
    ['perl', interpreter(perl)],
    ['ruby', interpreter(ruby)],
    ['php', interpreter(php)],
    ['osascript', interpreter(osascript)],
    ['wscript', interpreter(vbscript)],
    ['cscript', interpreter(vbscript)],
    ['mshta', scriptHost],
    ['rundll32', scriptHost],
    ['regsvr32', scriptHost],
    ['msiexec', scriptHost],
  ])
