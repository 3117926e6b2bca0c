import { spawn } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { quoteForShell } from '../../../lib/enforce/quote.ts'

type Ended = {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly err: string
}

const template = fileURLToPath(new URL('../../../bin/shell.sh', import.meta.url))

/** The shell with a judge that writes what it was asked to a file and answers with `says`. */
async function shellWith(
  t: Test,
  says: string,
  options: { readonly node?: string } = {},
): Promise<{ readonly shell: string; readonly asked: () => Promise<string>; readonly dir: string }> {
  const dir = t.testdir({
    project: { node_modules: { dep: {} } },
    "it's here": {},
    _cacache: { tmp: { clone: {} } },
  })
  const judge = join(dir, "it's here", 'judge')
  await writeFile(judge, `printf '%s|' "$@" >> ${quoteForShell(join(dir, 'asked'))}\n${says}\n`)
  const values: Readonly<Record<string, string>> = {
    '@SHELL@': '/bin/sh',
    '@NODE@': options.node ?? '/bin/sh',
    '@JUDGE@': judge,
  }
  const text = await readFile(template, 'utf8')
  const shell = join(dir, "it's here", 'shell')
  await writeFile(
    shell,
    text.replaceAll(/@(?:SHELL|NODE|JUDGE)@/g, name => quoteForShell(values[name] ?? '')),
  )
  await chmod(shell, 0o755)
  return { shell, dir, asked: async () => readFile(join(dir, 'asked'), 'utf8').catch(() => '') }
}

function run(
  program: string,
  args: readonly string[],
  {
    env = {},
    cwd,
    onOut,
  }: {
    readonly env?: Readonly<Record<string, string>>
    readonly cwd?: string
    readonly onOut?: (kill: (signal: NodeJS.Signals) => void) => void
  } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: '/usr/bin:/bin', ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stdout.on('data', chunk => {
      out += String(chunk)
      onOut?.(signal => child.kill(signal))
    })
    child.stderr.on('data', chunk => {
      err += String(chunk)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
}

const ways: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['passed through', { npm_command: 'run-script', npm_lifecycle_event: 'build' }],
  ['judged', { npm_command: 'install', npm_lifecycle_event: 'postinstall' }],
]

t.test('what runs is exactly what the real shell would run', async t => {
  const { shell, dir } = await shellWith(t, "echo 'safe-install: run'")
  const scripts = [
    'echo plain',
    `echo "double $((1 + 2))" 'single $x'`,
    `printf '%s\\n' "it's" 'a "word"' back\\\\slash '\`tick\`'`,
    'echo one\necho two\n',
    'echo "ünïcode – 絵文字 🎉"',
    "cat <<'END'\n$HOME stays\nEND",
    'echo "$0" "$#" "$*" | sed s:/bin/sh:sh:',
    'exit 0',
    'exit 1',
    'exit 42',
    'exit 255',
    'false || (exit 7)',
    'no-such-command-at-all',
    'if true; then',
    'echo out; echo err >&2; exit 3',
    'kill -TERM $$',
    'kill -KILL $$',
    '  echo   spaces  ',
    '-n',
    '',
    'echo "*" *',
    `echo ${'x'.repeat(20_000)}`,
    'env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort',
  ]
  for (const [way, env] of ways) {
    for (const script of scripts) {
      const options = { env: { ...env, IFS: '/', MARK: 'ü\n$x' }, cwd: dir }
      const [theirs, ours] = [
        await run('/bin/sh', ['-c', script], options),
        await run(shell, ['-c', script], options),
      ]
      t.same(ours, theirs, `${way}: ${JSON.stringify(script.slice(0, 60))}`)
    }
  }
})

t.test('a signal reaches the script itself', async t => {
  const { shell } = await shellWith(t, "echo 'safe-install: run'")
  const script = "trap 'echo caught; exit 9' TERM INT; echo ready; while :; do sleep 0.05; done"
  for (const [way, env] of ways) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const ended = await run(shell, ['-c', script], {
        env,
        onOut: kill => kill(signal),
      })
      t.match(ended, { code: 9, signal: null, out: 'ready\ncaught\n' }, `${way}: ${signal}`)
    }
  }
})

t.test('which scripts are judged', async t => {
  const table: readonly (readonly [string, boolean, Readonly<Record<string, string>>, string?])[] = [
    ['npm run build', false, { npm_command: 'run-script', npm_lifecycle_event: 'build' }],
    ['npm run as npm 12 calls it', false, { npm_command: 'run', npm_lifecycle_event: 'build' }],
    ['npm test', false, { npm_command: 'test', npm_lifecycle_event: 'test' }],
    ['npm start', false, { npm_command: 'start', npm_lifecycle_event: 'start' }],
    ['npm run postinstall', false, { npm_command: 'run-script', npm_lifecycle_event: 'postinstall' }],
    ['npx of a local program', false, { npm_command: 'exec', npm_lifecycle_event: 'npx' }],
    [
      'npx of a downloaded program',
      true,
      {
        npm_command: 'exec',
        npm_lifecycle_event: 'npx',
        PATH: '/home/me/.npm/_npx/0123abcd/node_modules/.bin:/usr/bin:/bin',
      },
    ],
    ['npm install', true, { npm_command: 'install', npm_lifecycle_event: 'postinstall' }],
    ['npm ci', true, { npm_command: 'ci', npm_lifecycle_event: 'preinstall' }],
    ['npm rebuild', true, { npm_command: 'rebuild', npm_lifecycle_event: 'install' }],
    ['a prepare', true, { npm_command: 'install', npm_lifecycle_event: 'prepare' }],
    ['an event nobody knows', true, { npm_command: 'install', npm_lifecycle_event: 'surprise' }],
    ['nothing said at all', true, {}],
    ['a command nobody knows', true, { npm_command: 'surprise', npm_lifecycle_event: 'build' }],
    [
      'npm run postinstall inside a package',
      true,
      { npm_command: 'run-script', npm_lifecycle_event: 'postinstall' },
      'project/node_modules/dep',
    ],
    [
      'a git clone that is prepared inside npm run',
      true,
      { npm_command: 'run-script', npm_lifecycle_event: 'prepare' },
      '_cacache/tmp/clone',
    ],
  ]
  for (const [title, judged, env, folder] of table) {
    const { shell, dir, asked } = await shellWith(t, "echo 'safe-install: refuse'")
    const ended = await run(shell, ['-c', 'echo ran'], { env, cwd: join(dir, folder ?? 'project') })
    t.equal(await asked(), judged ? 'script|-c|echo ran|' : '', title)
    t.equal(ended.out, judged ? '' : 'ran\n', `${title}: whether it ran`)
  }
})

t.test('anything but the agreed answer is a refusal', async t => {
  const table: readonly (readonly [string, number])[] = [
    ["echo 'safe-install: refuse'", 10],
    ["echo 'safe-install: skip'", 0],
    ['exit 0', 1],
    ['echo run', 1],
    ["echo 'safe-install: run'; echo more", 1],
    ["echo 'safe-install: runs'", 1],
    ["echo ' safe-install: run'", 1],
    ['kill -KILL $$', 1],
  ]
  const env = { npm_command: 'install', npm_lifecycle_event: 'install' }
  for (const [says, code] of table) {
    const { shell } = await shellWith(t, says)
    t.match(await run(shell, ['-c', 'echo ran'], { env }), { code, out: '' }, says)
  }
})

t.test('without Node nothing runs, and the person learns what to do', async t => {
  const { shell } = await shellWith(t, 'exit 0', { node: '/nowhere/node' })
  const env = { npm_command: 'install', npm_lifecycle_event: 'install' }
  t.match(await run(shell, ['-c', 'echo ran'], { env }), { code: 1, out: '', err: /--setup --user/ })
})

t.test('options for Node that a project can set do not reach the judge, but the script', async t => {
  const { shell, dir } = await shellWith(
    t,
    `echo "judge: [$NODE_OPTIONS] [$NODE_PATH]" >&2; echo 'safe-install: run'`,
  )
  const env = {
    npm_command: 'install',
    npm_lifecycle_event: 'install',
    NODE_OPTIONS: '--require ./evil.js',
    NODE_PATH: dir,
  }
  const ended = await run(shell, ['-c', 'echo "[$NODE_OPTIONS] [$NODE_PATH]"'], { env })
  // tap adds options of its own.
  t.match(ended, { code: 0, err: 'judge: [] []\n', out: /evil\.js.*\] \[\// })
})
