import { spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { canAsk, isAgent, isCI } from '../../../lib/cli/agent.ts'
import { ask, type Answer } from '../../../lib/cli/ask.ts'
import { ownFlags } from '../../../lib/cli/flags.ts'
import { helpText } from '../../../lib/cli/help.ts'
import { createProgress } from '../../../lib/cli/progress.ts'
import { suggest } from '../../../lib/cli/suggest.ts'
import type { Host } from '../../../lib/host.ts'
import { loadLists } from '../../../lib/store/load-lists.ts'
import { confirmNames } from '../../../lib/verbs/confirm-names.ts'
import { openSession } from '../../../lib/verbs/session.ts'

type Asked = { readonly input: PassThrough; readonly answer: Promise<Answer>; readonly shown: () => string }

/** Asks, and resolves once the question is on the screen. */
async function start(signal?: AbortSignal): Promise<Asked> {
  const input = new PassThrough()
  const output = new PassThrough({ encoding: 'utf8' })
  let text = ''
  const visible = new Promise<void>(resolve => {
    output.on('data', (chunk: string) => {
      text += chunk
      resolve()
    })
  })
  const answer = ask('Install anyway?', {
    input,
    output,
    settleMs: 1,
    ...(signal === undefined ? {} : { signal }),
  })
  await visible
  return { input, answer, shown: () => text }
}

t.test('only a clear yes is a yes', async t => {
  const table: readonly [string, Answer][] = [
    ['y\n', 'yes'],
    ['Yes\r\n', 'yes'],
    ['  YES  \n', 'yes'],
    ['\n', 'no'],
    ['n\n', 'no'],
    ['yeah\n', 'no'],
    ['y y\n', 'no'],
    ['no\ny\n', 'no'],
    ['y\u0000\n', 'no'],
    ['\u0003\n', 'interrupted'],
    [`${'y'.repeat(100_000)}\n`, 'no'],
    [`${' '.repeat(100_000)}y\n`, 'no'],
  ]
  for (const [typed, expected] of table) {
    const { input, answer, shown } = await start()
    input.write(typed)
    t.equal(await answer, expected, JSON.stringify(typed.slice(0, 20)))
    t.equal(shown(), 'Install anyway? (y/N) ')
    input.destroy()
  }
})

t.test('silence, an ended or broken input and a signal are a no', async t => {
  const closed = await start()
  closed.input.end()
  t.equal(await closed.answer, 'no', 'end of input')
  const half = await start()
  half.input.end('ye')
  t.equal(await half.answer, 'no', 'end of input in the middle of a word')
  const broken = await start()
  broken.input.destroy(new Error('gone'))
  t.equal(await broken.answer, 'no', 'a failing stream')
  const stop = new AbortController()
  const aborted = await start(stop.signal)
  stop.abort()
  t.equal(await aborted.answer, 'interrupted', 'a signal')
  const output = new PassThrough()
  const late = await ask('?', { input: new PassThrough(), output, signal: stop.signal, settleMs: 1 })
  t.equal(late, 'interrupted', 'a signal before the question')
  const over = new PassThrough()
  over.end()
  over.resume()
  t.equal(await ask('?', { input: over, output, settleMs: 20 }), 'no', 'an input that had ended before')
})

t.test('what was typed before the question is no answer to it', async t => {
  const input = new PassThrough()
  input.write('y\n')
  const output = new PassThrough()
  const answer = ask('?', { input, output, settleMs: 5 })
  output.once('data', () => input.end())
  t.equal(await answer, 'no')
})

t.test('on a real terminal the answer is read and Ctrl-C ends it', { skip: !hasScript() }, t => {
  const module = fileURLToPath(new URL('../../../lib/cli/ask.ts', import.meta.url))
  const program = [
    `import(${JSON.stringify(module)}).then(async ({ ask }) => {`,
    "const answer = await ask('Go?', { input: process.stdin, output: process.stderr });",
    "process.stdout.write('<' + answer + '>') })",
  ].join(' ')
  const table: readonly [string, string][] = [
    ['y\\r', '<yes>'],
    ['\\r', '<no>'],
    ['\\004', '<no>'],
  ]
  for (const [keys, expected] of table) t.match(onTerminal(program, keys), expected, keys)
  t.match(onTerminal(program, '\\003'), /y\/N[^<]*$/, 'Ctrl-C ends the program without an answer')
  t.end()
})

function hasScript(): boolean {
  return process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
}

/** Runs a program on a pseudo-terminal and types `keys` once its question is there. */
function onTerminal(program: string, keys: string): string {
  const node = `${process.execPath} ${process.execArgv.map(quoted).join(' ')} -e ${quoted(program)}`
  // The pipe feeds the terminal: it waits for the question in the transcript, then types.
  const wait = `for i in $(seq 1000); do grep -q 'y/N' "$LOG" 2>/dev/null && break; sleep 0.1; done`
  const feed = `${wait}; printf '${keys}'; sleep 0.4`
  const shell = `LOG=$(mktemp); (${feed}) | script -qefc ${quoted(node)} "$LOG"; rm -f "$LOG"`
  return spawnSync('sh', ['-c', shell], { encoding: 'utf8', timeout: 120_000 }).stdout
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function hostOf(stdin: PassThrough, stderr: PassThrough, stop: AbortSignal): Host {
  return {
    argv: [],
    env: {},
    cwd: '/',
    execPath: '',
    platform: 'linux',
    nodeVersion: 'v20.19.0',
    stdin,
    stdout: new PassThrough(),
    stderr,
    now: () => 0,
    tmp: '/',
    processors: 1,
    version: '0.0.0',
    self: { pid: 1, host: '', isRunning: () => true },
    stop,
  }
}

t.test('a near-identical name is asked about by name; only a typed no is taken for a decision', async t => {
  const lists = loadLists()
  const cases: readonly (readonly [string, string, string, boolean])[] = [
    ['expresss@^4', 'y\n', 'express@^4', false],
    ['expresss@^4', 'YES\n', 'express@^4', false],
    ['expresss@^4', 'n\n', 'expresss@^4', true],
    ['expresss', 'No\n', 'expresss', true],
    ['expresss', '\n', 'expresss', false],
    ['expresss', 'express\n', 'expresss', false],
    ['@babe1/core@7', 'y\n', '@babel/core@7', false],
  ]
  for (const [spec, typed, asked, insisted] of cases) {
    const [stdin, stderr] = [new PassThrough(), new PassThrough()]
    const session = openSession(hostOf(stdin, stderr, new AbortController().signal), {
      verbose: false,
      json: false,
    })
    let screen = ''
    stderr.on('data', (chunk: Buffer) => {
      screen += chunk.toString()
      if (screen.includes('(y/N)')) stdin.write(typed)
    })
    const confirmed = await confirmNames([spec], lists, session)
    t.same(confirmed.specs, [asked], `${spec} ${JSON.stringify(typed)}`)
    t.equal(confirmed.insisted.size > 0, insisted, `${spec} ${JSON.stringify(typed)} is a decision`)
    t.match(screen, /Did you mean (express|@babel\/core)\?/)
  }
  const quiet = [
    'express',
    'color-js',
    './expresss',
    'git+https://example.test/expresss.git',
    'file:expresss.tgz',
  ]
  const session = openSession(hostOf(new PassThrough(), new PassThrough(), new AbortController().signal), {
    verbose: false,
    json: false,
  })
  t.same((await confirmNames(quiet, lists, session)).specs, quiet, 'nothing to ask')
  const stopped = openSession(hostOf(new PassThrough(), new PassThrough(), AbortSignal.abort('SIGINT')), {
    verbose: false,
    json: false,
  })
  await t.rejects(confirmNames(['expresss'], lists, stopped), { code: 'E_INTERRUPTED' })
})

t.test('questions go to people only', t => {
  const tty = { isTTY: true }
  const table: readonly [
    string,
    { isTTY?: boolean },
    { isTTY?: boolean },
    Record<string, string>,
    boolean,
  ][] = [
    ['a terminal', tty, tty, {}, true],
    ['CI=false', tty, tty, { CI: 'false', BUILD_ID: '1' }, true],
    ['piped input', {}, tty, {}, false],
    ['piped stderr', tty, { isTTY: false }, {}, false],
    ['CI', tty, tty, { CI: 'true' }, false],
    ['GitHub', tty, tty, { GITHUB_ACTIONS: 'true' }, false],
    ['a coding agent', tty, tty, { CLAUDECODE: '1' }, false],
    ['another one', tty, tty, { CURSOR_AGENT: '1' }, false],
    ['the common variable', tty, tty, { AI_AGENT: 'x' }, false],
    ['an empty variable', tty, tty, { AI_AGENT: '', CI: '' }, true],
    ['a zero', tty, tty, { CLAUDECODE: '0' }, true],
  ]
  for (const [what, input, output, env, expected] of table)
    t.equal(canAsk(input, output, env), expected, what)
  t.notOk(isCI({}))
  t.notOk(isAgent({ CI: '1' }))
  t.end()
})

t.test('progress is one line that is rewritten, throttled and taken away', t => {
  const written: string[] = []
  let time = 1000
  const stream = { isTTY: true, columns: 30, write: (text: string) => written.push(text) }
  const progress = createProgress(stream, { quiet: false, now: () => time })
  progress.clear()
  t.same(written, [], 'nothing to clear yet')
  progress.update('reading 1 of 9')
  progress.update('reading 2 of 9')
  t.same(written, ['\r\u001b[Kreading 1 of 9'], 'the second comes too soon')
  time += 100
  progress.update(`reading \u001b[2J\nevil ${'x'.repeat(100)}`)
  t.equal(written[1], '\r\u001b[Kreading ?[2J?evil xxxxxxxx...', 'cut to the width, without controls')
  progress.clear()
  progress.clear()
  t.same(written.slice(2), ['\r\u001b[K'], 'cleared once')
  progress.update('again')
  t.equal(written.length, 4, 'shown at once after other output')
  for (const quiet of [
    createProgress({ ...stream, isTTY: false }, { quiet: false, now: () => time }),
    createProgress(stream, { quiet: true, now: () => time }),
  ]) {
    quiet.update('x')
    quiet.clear()
  }
  t.equal(written.length, 4, 'nothing without a terminal or where nobody watches')
  t.end()
})

t.test('--help fits one small terminal and names every flag', t => {
  const lines = helpText.trimEnd().split('\n')
  t.ok(lines.length <= 23, `${lines.length} lines and the prompt`)
  for (const line of lines) t.ok(line.length <= 79, line)
  t.match(helpText, /^[\x20-\x7e\n]+$/, 'plain ASCII')
  const hidden = ['help']
  for (const { name } of ownFlags) if (!hidden.includes(name)) t.match(helpText, `--${name}`)
  t.matchSnapshot(helpText)
  t.end()
})

t.test('a suggestion is near or none', t => {
  const names = ['inspect', 'install-links', 'check', 'ci']
  const table: readonly [string, string | undefined][] = [
    ['inspekt', 'inspect'],
    ['chekc', 'check'],
    ['insp', 'inspect'],
    ['zzzz', undefined],
    ['c', 'ci'],
    ['x'.repeat(100_000), undefined],
  ]
  for (const [word, expected] of table) t.equal(suggest(word, names), expected, word.slice(0, 20))
  t.end()
})
