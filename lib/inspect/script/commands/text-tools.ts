import { HOLE } from '../../../types.ts'
import { type Invocation, none, type ScriptSession } from '../session.ts'
import { readFile } from '../shell-runner.ts'
import { constant, empty, isConstant, join, unknown, withDecoder, withText, type Value } from '../value.ts'
import { has, parseOptions, valuesOf } from './options.ts'

type Model = (call: Invocation, session: ScriptSession) => Value

function echo(call: Invocation): Value {
  let words = call.words.slice(1)
  let escapes = false
  while (/^-[neE]+$/.test(words[0]?.text ?? '')) {
    escapes ||= words[0]?.text.includes('e') === true
    words = words.slice(1)
  }
  const value = join(words, ' ')
  return escapes || value.text.includes('\\x') || value.text.includes('\\0')
    ? withText(value, unescape(value.text))
    : value
}

/** Octal, hex and letter escapes of `echo -e` and `printf`. */
function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-fA-F]{1,2})|0?([0-7]{1,3})|([nrt\\]))/g,
    (_, hex: string, octal: string, letter: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
      return { n: '\n', r: '\r', t: '\t' }[letter] ?? '\\'
    },
  )
}

function printf(call: Invocation, session: ScriptSession): Value {
  const words = call.words.slice(1)
  if (words[0]?.text === '-v' && words[1]) {
    session.variables.set(words[1].text, printed(words.slice(2)))
    return none
  }
  return printed(words)
}

function printed(words: readonly Value[]): Value {
  const format = words[0]
  if (!format) return empty
  const values = words.slice(1)
  let next = 0
  const text = unescape(format.text).replaceAll(
    /%[-+ #0]*\d{0,4}(?:\.\d{0,4})?([sbdiuxXoc%q])/g,
    (_, kind: string) => {
      if (kind === '%') return '%'
      const value = values[next++]?.text ?? ''
      return kind === 'b' ? unescape(value) : value
    },
  )
  const rest = values.slice(next).map(({ text }) => text)
  return withText(join(words), text + (next > 0 ? rest.join('') : ''))
}

/** The data a filter works on: its files, or what is piped in. Options and patterns are no data. */
function inputOf(call: Invocation, session: ScriptSession, files: readonly Value[]): Value {
  const named = files.filter(({ text }) => text !== '-' && text !== '')
  if (named.length === 0) return call.stdin ?? empty
  return join(
    named
      .slice(0, 200)
      .map(file =>
        file.sources.length > 0 && file.text.includes(HOLE) ? file : readFile(session, file.text, call.site),
      ),
  )
}

const filterValues = new Set(
  '-n -c -d -f -F -t -k -w -e -m -A -B -C -i -v -s --lines --bytes --regexp --include --exclude'.split(' '),
)

function reader(skip: number, exact = false): Model {
  return (call, session) => {
    const { operands, options } = parseOptions(
      call.words,
      skip === 0 ? new Set(['-n', '-c', '-k', '-t']) : filterValues,
    )
    const patterns = has(options, '-e', '-f') ? 0 : skip
    const input = inputOf(call, session, operands.slice(patterns))
    return exact ? input : isConstant(input) ? input : withText(input, HOLE)
  }
}

/** sed, awk, grep, jq cut text: the data stays, its text does not. Scripts of awk may run commands. */
function filter(call: Invocation, session: ScriptSession): Value {
  const { operands, options } = parseOptions(call.words, filterValues)
  const scripts = has(options, '-e', '-f') ? valuesOf(options, '-e') : operands.slice(0, 1)
  const input = inputOf(call, session, operands.slice(has(options, '-e', '-f') ? 0 : 1))
  if (call.program.endsWith('sed')) editInPlace(call, session)
  for (const { text } of scripts) {
    const command = call.program.endsWith('awk')
      ? /(?:system\s*\(\s*|\|\s*(?:getline)?\s*)"([^"]+)"/.exec(text)?.[1]
      : undefined
    if (command) session.runner.text(command, 'shell', call, input)
    if (/ENVIRON/.test(text)) return unknown(...input.sources, session.source('env', 'ENVIRON', call.site))
  }
  if (call.program === 'jq' && scripts.some(({ text }) => /\benv\b|\$ENV/.test(text)))
    return unknown(...input.sources, session.source('env', 'env', call.site))
  return { ...withText(input, HOLE), sources: join([input, ...scripts]).sources }
}

/** `sed -i 's/a/b/' file`, also with the suffix that BSD wants: the files hold what the script says then. */
function editInPlace(call: Invocation, session: ScriptSession): void {
  const words = call.words.slice(1).map(({ text }) => text)
  if (!words.some(word => /^(?:-[a-zA-Z]{0,4}i|--in-place)/.test(word))) return
  const scripts = words.flatMap((word, at) =>
    word === '-e' || word === '--expression' ? [words[at + 1] ?? ''] : [],
  )
  const plain = words.filter(word => word !== '' && !word.startsWith('-') && !scripts.includes(word))
  const [script, ...files] = scripts.length > 0 ? [scripts.join(';'), ...plain] : plain
  if (script === undefined || files.length === 0) return
  session.fact({
    kind: 'writes',
    api: 'sed',
    paths: files.slice(0, 20),
    contents: [script.slice(0, 400)],
    at: call.site,
  })
}

/** tr turns letters round often enough to hide a command: rot13 and the like on constant text are computed. */
function tr(call: Invocation): Value {
  const input = call.stdin ?? empty
  const { options, operands } = parseOptions(call.words, new Set())
  const [from = '', to = ''] = operands.map(({ text }) => expandRange(text))
  if (!isConstant(input)) return withDecoder(input, 'substitution')
  if (has(options, '-d'))
    return withText(
      input,
      Array.from(input.text)
        .filter(c => !from.includes(c))
        .join(''),
    )
  if (to === '') return input
  const text = Array.from(input.text)
    .map(c => (from.includes(c) ? (to[Math.min(from.indexOf(c), to.length - 1)] ?? c) : c))
    .join('')
  return withDecoder(withText(input, text), 'substitution')
}

function expandRange(set: string): string {
  return set.slice(0, 1000).replaceAll(/([\s\S])-([\s\S])/g, (_, a: string, b: string) => {
    const from = a.charCodeAt(0)
    const to = b.charCodeAt(0)
    return to < from || to - from > 255
      ? a + b
      : Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join('')
  })
}

function base64(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, new Set(['-w', '--wrap', '-i', '-o', '-b']))
  const input = inputOf(call, session, [...operands, ...valuesOf(options, '-i')])
  if (!has(options, '-d', '-D', '--decode'))
    return isConstant(input) && input.text !== ''
      ? withText(input, Buffer.from(input.text).toString('base64'))
      : withText(input, HOLE)
  const bits = call.program === 'base32' ? HOLE : Buffer.from(input.text, 'base64').toString('utf8')
  return withDecoder(withText(input, isConstant(input) ? bits : HOLE), 'base64')
}

function xxd(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, new Set(['-l', '-s', '-c']))
  const input = inputOf(call, session, operands)
  if (!has(options, '-r')) return withText(input, HOLE)
  const hex = isConstant(input) ? input.text.replaceAll(/^[\da-f]+:|\s/gim, '') : ''
  return withDecoder(
    withText(input, isConstant(input) ? Buffer.from(hex, 'hex').toString('utf8') : HOLE),
    'hex',
  )
}

function rev(call: Invocation): Value {
  const input = call.stdin ?? empty
  return withDecoder(
    isConstant(input)
      ? withText(input, Array.from(input.text).toReversed().join('').replace(/^\n/, ''))
      : input,
    'reversed',
  )
}

/** Packs or unpacks: the data goes through, its text does not. */
function pack(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(
    call.words,
    new Set(['-f', '-C', '-o', '-d', '-x', '-T', '--file', '--directory']),
  )
  const traditional = call.program === 'tar' && !call.words[1]?.text.startsWith('-')
  const names = traditional ? operands.slice(1) : operands
  const letters = traditional ? (operands[0]?.text ?? '') : options.map(({ name }) => name).join('')
  const positional =
    call.program === 'tar' ? traditional && letters.includes('f') : /^(?:zip|7z|7za)$/.test(call.program)
  const archive = valuesOf(options, '-f', '--file')[0] ?? (positional ? names[0] : undefined)
  const creates =
    call.program === 'zip' ||
    (call.program === 'tar' && /c/.test(letters)) ||
    (call.program.startsWith('7z') && names[0]?.text === 'a')
  if (creates) {
    const folder = valuesOf(options, '-C', '--directory')[0]?.text ?? ''
    const members = names
      .filter(name => name !== archive)
      .map(name =>
        folder === '' || /^[/~]/.test(name.text) ? name : withText(name, within(folder, name.text)),
      )
    // A folder is packed with what the script put there before.
    const put = members.flatMap(({ text }) => session.below(text))
    const data = withText(join([inputOf(call, session, members), ...put]), HOLE)
    if (!archive || archive.text === '-') return data
    session.write(archive.text, data, false)
    return none
  }
  const files = archive && archive.text !== '-' ? [archive] : names
  const data = withDecoder(withText(inputOf(call, session, files), HOLE), 'compressed')
  // Where the archive came from the network, so did whatever lies in the folder afterwards.
  if (data.sources.some(({ kind }) => kind === 'network')) session.write('', data, false)
  if (/^g?unzip$/.test(call.program))
    for (const { text } of files) session.write(text.replace(/\.\w+$/, ''), data, false)
  return data
}

function within(folder: string, name: string): string {
  return name === '.' ? folder : `${folder.replace(/\/$/, '')}/${name.replace(/^\.\//, '')}`
}

/** macOS: `ditto -c -k folder archive` packs, `ditto folder folder` copies. */
function ditto(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, new Set())
  const target = operands.at(-1)
  if (!has(options, '-c') || target === undefined)
    return session.runner.words([constant('cp'), ...operands], call.stdin, call)
  const data = withText(inputOf(call, session, operands.slice(0, -1)), HOLE)
  session.write(target.text, data, false)
  return none
}

function xargs(call: Invocation, session: ScriptSession): Value {
  const { operands } = parseOptions(call.words.slice(0, commandStart(call.words)), new Set())
  const words = [...operands, ...call.words.slice(commandStart(call.words))]
  const input = call.stdin ?? unknown()
  const placeholder = /-I\s*(\S+)/.exec(call.words.map(({ text }) => text).join(' '))?.[1]
  const filled = placeholder
    ? words.map(word =>
        word.text.includes(placeholder)
          ? join([withText(word, word.text.replaceAll(placeholder, '')), input])
          : word,
      )
    : [
        ...words,
        ...(isConstant(input)
          ? input.text
              .trim()
              .split(/\s+/)
              .slice(0, 100)
              .map(text => withText(input, text))
          : [input]),
      ]
  return session.runner.words(filled, undefined, call)
}

const xargsValues = new Set(['-I', '-n', '-P', '-L', '-d', '-E', '-s', '-a'])

function commandStart(words: readonly Value[]): number {
  let i = 1
  while (words[i]?.text.startsWith('-')) i += xargsValues.has(words[i]?.text ?? '') ? 2 : 1
  return i
}

function tee(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, new Set())
  const input = call.stdin ?? empty
  const at = call.site
  for (const { text } of operands) {
    session.fact({ kind: 'writes', api: 'tee', paths: [text], contents: [input.text.slice(0, 200)], at })
    session.flow(input, { kind: 'write', api: 'tee', role: 'content', destinations: [text], at })
    session.write(text, input, has(options, '-a', '--append'))
  }
  return input
}

/** Tools that turn paths: the folder of the script itself stands for the package. */
function pathTool(call: Invocation): Value {
  const { operands } = parseOptions(call.words, new Set(['-s', '-z']))
  const path = operands[0] ?? empty
  if (!isConstant(path) || path.text === '') return withText(path, call.program === 'basename' ? HOLE : '.')
  const slash = path.text.lastIndexOf('/')
  if (call.program === 'dirname') return withText(path, slash <= 0 ? '.' : path.text.slice(0, slash))
  if (call.program !== 'basename') return path
  const suffix = operands[1]?.text ?? ''
  const base = path.text.slice(slash + 1)
  return withText(path, suffix !== '' && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base)
}

/** `command -v x`, `which x`: where a program lies is as good as its name. */
function which(call: Invocation): Value {
  return parseOptions(call.words, new Set()).operands[0] ?? empty
}

/** Commands that print or turn text, by bare name. */
export const textCommands: ReadonlyMap<string, Model> = new Map<string, Model>([
  ['echo', echo],
  ['printf', printf],
  ['cat', reader(0, true)],
  ['type', reader(0, true)],
  ['get-content', reader(0, true)],
  ['tac', reader(0)],
  ...[
    'head',
    'tail',
    'less',
    'more',
    'strings',
    'sort',
    'uniq',
    'nl',
    'fold',
    'od',
    'hexdump',
    'wc',
    'paste',
    'column',
    'bat',
    'cut',
    'iconv',
  ].map(name => [name, reader(0)] as const),
  ...['grep', 'egrep', 'fgrep', 'rg', 'ag', 'findstr', 'find.exe', 'select-string'].map(
    name => [name, reader(1)] as const,
  ),
  ...['sed', 'gsed', 'awk', 'gawk', 'mawk', 'jq', 'yq'].map(name => [name, filter] as const),
  ['tr', tr],
  ['base64', base64],
  ['base32', base64],
  ['xxd', xxd],
  ['rev', rev],
  ...[
    'tar',
    'zip',
    'unzip',
    'gzip',
    'gunzip',
    'zcat',
    'bzip2',
    'bunzip2',
    'xz',
    'unxz',
    'zstd',
    '7z',
    '7za',
    'expand-archive',
    'bsdtar',
    'cpio',
    'ar',
  ].map(name => [name, pack] as const),
  ['ditto', ditto],
  ['xargs', xargs],
  ['tee', tee],
  ['yes', () => constant('y\n')],
  ...['dirname', 'basename', 'realpath', 'readlink'].map(name => [name, pathTool] as const),
  ['which', which],
  ['where', which],
  ['mktemp', () => constant('/tmp/mktemp')],
  ['seq', () => unknown()],
  ['expr', () => unknown()],
  ['date', () => unknown()],
])
