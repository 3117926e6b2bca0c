import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import npm from '@npmcli/config/lib/definitions/index.js'
import t from 'tap'
import { parseArguments } from '../../../lib/cli/arguments.ts'
import { ownFlags, wordsOf } from '../../../lib/cli/flags.ts'
import type { Request } from '../../../lib/cli/request.ts'
import { SafeInstallError } from '../../../lib/errors.ts'

type Parsed = {
  readonly remain: readonly string[]
  readonly unknown: readonly string[]
  readonly expanded: readonly string[]
}

// npm's own parser is the oracle: nopt, as @npmcli/config calls it.
const fromConfig = createRequire(createRequire(import.meta.url).resolve('@npmcli/config'))
const nopt: {
  (types: object, shorthands: object, args: string[], slice: number): { argv: { remain: string[] } }
  unknownHandler: unknown
  abbrevHandler: unknown
  invalidHandler: unknown
} = fromConfig('nopt')

function askNpm(args: readonly string[]): Parsed {
  const unknown: string[] = []
  const expanded: string[] = []
  nopt.unknownHandler = (key: string) => unknown.push(key)
  nopt.abbrevHandler = (short: string) => expanded.push(short)
  nopt.invalidHandler = false
  const types = Object.fromEntries(Object.entries(npm.definitions).map(([key, { type }]) => [key, type]))
  const { argv } = nopt(types, structuredClone(npm.shorthands), [...args], 0)
  return { remain: argv.remain, unknown, expanded }
}

function usageOf(argv: readonly string[]): SafeInstallError | Request {
  try {
    return parseArguments(argv)
  } catch (error) {
    if (error instanceof SafeInstallError) return error
    throw error
  }
}

const common = {
  npmArgs: [],
  json: false,
  sarif: undefined,
  trust: undefined,
  yes: false,
  fresh: false,
  verbose: false,
}

t.test('a command line becomes a request', t => {
  const table: readonly [string, Partial<Request>][] = [
    ['', { verb: 'install', specs: [], npmArgs: [] }],
    ['express', { verb: 'install', specs: ['express'], npmArgs: ['express'] }],
    ['install@latest', { verb: 'install', specs: ['install@latest'] }],
    ['--save-dev a b', { specs: ['a', 'b'], npmArgs: ['--save-dev', 'a', 'b'] }],
    ['-D a', { specs: ['a'], npmArgs: ['-D', 'a'] }],
    ['-gE a', { specs: ['a'], npmArgs: ['-g', '-E', 'a'] }],
    ['-gy a', { specs: ['a'], npmArgs: ['-g', 'a'], yes: true }],
    ['-gw x a', { specs: ['a'], npmArgs: ['-g', '-w', 'x', 'a'] }],
    ['--registry x a', { specs: ['a'], npmArgs: ['--registry', 'x', 'a'] }],
    ['--registry=x a', { specs: ['a'], npmArgs: ['--registry=x', 'a'] }],
    ['--omit dev --omit=peer', { specs: [], npmArgs: ['--omit', 'dev', '--omit=peer'] }],
    ['--audit a', { specs: ['a'], npmArgs: ['--audit', 'a'] }],
    ['--audit false a', { specs: ['a'], npmArgs: ['--audit', 'false', 'a'] }],
    ['--no-audit a', { specs: ['a'], npmArgs: ['--no-audit', 'a'] }],
    ['--audit --json a', { specs: ['a'], npmArgs: ['--audit', 'a'], json: true }],
    ['--browser --json', { specs: [], npmArgs: ['--browser'], json: true }],
    ['--color always a', { specs: ['a'], npmArgs: ['--color', 'always', 'a'] }],
    ['--allow-git none a', { specs: ['a'], npmArgs: ['--allow-git', 'none', 'a'] }],
    ['-d a', { specs: ['a'], npmArgs: ['-d', 'a'] }],
    ['--silent a', { specs: ['a'], npmArgs: ['--silent', 'a'] }],
    ['--node-options=--no-warnings a', { specs: ['a'], npmArgs: ['--node-options=--no-warnings', 'a'] }],
    ['--@x:registry=https://r.test a', { specs: ['a'], npmArgs: ['--@x:registry=https://r.test', 'a'] }],
    ['--//r.test/:_authToken=t a', { specs: ['a'], npmArgs: ['--//r.test/:_authToken=t', 'a'] }],
    [
      'a -- --json --ci',
      { specs: ['a', '--json', '--ci'], npmArgs: ['a', '--', '--json', '--ci'], json: false },
    ],
    [
      '--json --yes --fresh --verbose a',
      { json: true, yes: true, fresh: true, verbose: true, npmArgs: ['a'] },
    ],
    ['--json=false --no-yes a', { json: false, yes: false, npmArgs: ['a'] }],
    ['--json true a', { json: true, npmArgs: ['a'], specs: ['a'] }],
    ['--yes --no a', { yes: false, npmArgs: ['a'] }],
    ['--sarif out.sarif a', { sarif: 'out.sarif', npmArgs: ['a'] }],
    ['--ci --omit dev', { verb: 'ci', npmArgs: ['--omit', 'dev'] }],
    ['--update', { verb: 'update', specs: [] }],
    ['--update a', { verb: 'update', specs: ['a'], npmArgs: ['a'] }],
    ['--exec cowsay -- --help', { verb: 'exec', command: 'cowsay', args: ['--help'] }],
    ['--exec cowsay hi', { verb: 'exec', command: 'cowsay', args: ['hi'] }],
    [
      '--exec --package=a b -- c',
      { verb: 'exec', command: 'b', args: ['c'], npmArgs: ['--package=a', 'b', '--', 'c'] },
    ],
    ['--exec -c ls', { verb: 'exec', command: undefined, args: [] }],
    ['a --inspect ./b c.tgz', { verb: 'inspect', specs: ['a', './b', 'c.tgz'] }],
    ['--inspect install', { verb: 'inspect', specs: ['install'] }],
    ['--check --since main --all-platforms', { verb: 'check', since: 'main', allPlatforms: true }],
    ['--check', { verb: 'check', since: undefined, allPlatforms: false }],
    ['--compare a@1 a@2', { verb: 'compare', from: 'a@1', to: 'a@2' }],
    ['--approve a@1.0.0 @s/b@2.0.0', { verb: 'approve', specs: ['a@1.0.0', '@s/b@2.0.0'] }],
    ['--deny a', { verb: 'deny', specs: ['a'] }],
    [
      '--accept a@1 --rule r --reason why --until 90d',
      {
        verb: 'accept',
        spec: 'a@1',
        rule: 'r',
        reason: 'why',
        until: { kind: 'days', days: 90 },
        user: false,
      },
    ],
    [
      '--accept a@1 --rule r --reason why --until 2027-01-31',
      { verb: 'accept', until: { kind: 'date', at: Date.parse('2027-01-31T23:59:59.999Z') } },
    ],
    ['--trust', { verb: 'trust' }],
    [`--ci --trust-policy ${'A0'.repeat(32)}`, { verb: 'ci', trust: 'a0'.repeat(32) }],
    ['--update-data ./feed.zip', { verb: 'update-data', feed: './feed.zip' }],
    ['--setup --user --undo', { verb: 'setup', user: true, undo: true, gate: undefined }],
    ['--setup --gate strict', { verb: 'setup', user: false, undo: false, gate: 'strict' }],
    ['--doctor --with-npm /opt/npm', { verb: 'doctor', withNpm: '/opt/npm' }],
    ['--doctor', { verb: 'doctor' }],
    ['--history --json', { verb: 'history', json: true }],
    ['--explain', { verb: 'explain', rule: undefined }],
    ['--explain some-rule', { verb: 'explain', rule: 'some-rule' }],
    ['--print-config', { verb: 'print-config' }],
    ['--update-data', { verb: 'update-data' }],
    ['--help', { verb: 'help' }],
    ['-h --ci', { verb: 'help' }],
    ['-?', { verb: 'help' }],
    ['--usage', { verb: 'help' }],
    ['-v', { verb: 'version' }],
    ['--version a', { verb: 'version' }],
  ]
  for (const [line, expected] of table) {
    t.match(usageOf(line.split(' ').filter(word => word !== '')), { ...expected }, line || '(nothing)')
  }
  t.same(parseArguments(['--ci']), { ...common, verb: 'ci' }, 'nothing else is set')
  t.end()
})

t.test('what either side would have to guess is refused', t => {
  const table: readonly [string, RegExp][] = [
    ['--approv a@1', /--approve/],
    ['--chek', /--check/],
    ['--save-dve a', /--save-dev/],
    ['--sav a', /--save/],
    ['--cid', /--cidr|--ci/],
    ['--regis x', /--registry/],
    ['-json', /--json/],
    ['-ci', /--ci/],
    ['---ci', /--ci/],
    ['--gE a', /--help/],
    ['--no-fresh', /--fresh/],
    ['--__proto__', /--help/],
    ['--constructor', /./],
    ['--zzzzzzzz', /See safe-install --help/],
    ['--save-dev=a', /--save-dev/],
    ['--no-audit=a', /--no-audit/],
    ['-D=a', /-D/],
    ['-d=a', /-d/],
    ['--registry', /--registry <value>/],
    ['--registry --global', /--registry=<value>/],
    ['--tag=--global a', /--tag/],
    ['-wD a', /-w/],
    ['--registry -- a', /--registry/],
    ['--registry=-- a', /--registry/],
    ['--browser --global', /--browser last/],
    ['--browser -- a', /--browser last/],
    ['--browser --json -- a', /--browser last/],
    ['--color --json always', /--color last/],
    ['--no-_auth -n a', /--no-_auth last/],
    ['--audit --fresh false', /--audit last/],
    ['--@x:registry https://r.test', /=/],
    ['--//r.test/:_authToken t', /=/],
    ['--@x:registry=-- a', /=/],
    ['--inspect=a', /--inspect a/],
    ['--fresh=maybe', /--fresh/],
    ['--json=1', /--json/],
    ['--ci a', /--ci/],
    ['--ci --update', /one of them/],
    ['--inspect', /--inspect/],
    ['--compare a', /--compare/],
    ['--compare a b c', /--compare/],
    ['--explain a b', /--explain/],
    ['--exec', /--exec/],
    ['--exec a --unknown', /after --/],
    ['--exec -p typescript tsc', /--package=/],
    ['--since main', /Leave it out/],
    ['--user --doctor', /Leave it out/],
    ['--doctor --sarif x', /Leave it out/],
    ['--setup --gate maybe', /strict, check/],
    ['--gate strict', /Leave it out/],
    ['--approve a', /@<version>/],
    ['--approve @s/a', /@<version>/],
    ['--accept a@1 --reason x', /--rule/],
    ['--accept a@1 --rule x', /--reason/],
    ['--accept a@1 --rule x --rule y --reason z', /once/],
    ['--accept a@1 --rule x --reason y --until soon', /90d/],
    ['--accept a@1 --rule x --reason y --until 0d', /90d/],
    ['--accept a@1 --rule x --reason y --until 2027-02-31', /90d/],
    ['--sarif', /--sarif/],
    ['--sarif --json', /--sarif/],
    ['install a', /Leave "install" out.*install@latest/],
    ['i a', /i@latest/],
    ['add', /add@latest/],
    ['ci', /safe-install --ci/],
    ['update a', /safe-install --update/],
    ['exec a', /safe-install --exec/],
    ['uninstall a', /npm uninstall/],
    ['npm install a', /Leave "npm install" out/],
  ]
  for (const [line, hint] of table) {
    const error = usageOf(line.split(' '))
    t.match(error, { code: 'E_USAGE', hint }, line)
  }
  t.match(usageOf(['']), { code: 'E_USAGE' }, 'an empty word')
  t.match(usageOf(['a', '--', '']), { code: 'E_USAGE' }, 'an empty word after --')
  t.match(usageOf(['--sarif=']), { code: 'E_USAGE' }, 'an empty value')
  t.match(usageOf(['npm']), { verb: 'install', specs: ['npm'] }, 'npm itself is a package')
  t.end()
})

t.test('our names stand beside npm’s as documented', t => {
  const npmNames = [...Object.keys(npm.definitions), ...Object.keys(npm.shorthands)]
  const ours = ownFlags.map(flag => flag.name)
  t.same(
    ours.filter(name => npmNames.includes(name)),
    ['help', 'version', 'json', 'yes', 'verbose'],
    'the only names both have mean the same',
  )
  const expanding = ours.filter(name => !npmNames.includes(name) && askNpm([`--${name}`]).expanded.length > 0)
  t.same(expanding, ['ci', 'update'], 'the only names npm would expand are known')
  for (const flag of ownFlags) {
    const value = flag.kind === 'value' ? ['x'] : []
    for (const argv of [[`--${flag.name}`, ...value], [`--${flag.name}=true`]]) {
      const request = usageOf(argv)
      if ('npmArgs' in request) t.same(request.npmArgs, [], `${argv.join(' ')} never reaches npm`)
      else t.equal(request.code, 'E_USAGE', `${argv.join(' ')} is refused`)
    }
  }
  for (const verb of Object.keys(wordsOf))
    t.ok(verb === 'install' || ours.includes(verb), `${verb} has a flag`)
  t.end()
})

t.test('npm reads from what is passed on exactly the words we read', t => {
  const npmLong = Object.keys(npm.definitions).map(name => `--${name}`)
  const short = Object.keys(npm.shorthands).map(name => (name.length === 1 ? `-${name}` : `--${name}`))
  const own = ownFlags.map(flag => `--${flag.name}`)
  const word = fc.oneof(
    fc.constantFrom(
      'a',
      'b@1',
      'true',
      'false',
      'null',
      'dev',
      'always',
      '5',
      'x=y',
      '--',
      '-',
      '@s/a',
      'all',
    ),
    fc.constantFrom(...npmLong, ...short, ...own),
    fc.constantFrom(...npmLong).map(flag => flag.replace('--', '--no-')),
    fc
      .tuple(
        fc.constantFrom(...npmLong, ...short),
        fc.constantFrom('', 'a', 'true', 'null', '-x', '--', '--global', 'dev'),
      )
      .map(([flag, value]) => `${flag}=${value}`),
    fc
      .array(fc.constantFrom(...'gDEwCdysSn?x'.split('')), { minLength: 1, maxLength: 4 })
      .map(letters => `-${letters.join('')}`),
    fc.string({ maxLength: 8 }).map(text => `--${text}`),
  )
  let accepted = 0
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), argv => {
      const request = usageOf(argv)
      if (request instanceof SafeInstallError) return request.code === 'E_USAGE'
      accepted++
      const npmView = askNpm(request.npmArgs)
      const words = wordsRead(request)
      return (
        npmView.expanded.length === 0 &&
        npmView.unknown.every(name => name.startsWith('@') || name.startsWith('//')) &&
        (words === undefined || JSON.stringify(words) === JSON.stringify(npmView.remain))
      )
    }),
    { numRuns: 4000, seed: 20261122 },
  )
  t.ok(accepted > 400, `${accepted} command lines were accepted`)
  t.end()
})

function wordsRead(request: Request): readonly string[] | undefined {
  switch (request.verb) {
    case 'install':
    case 'update':
    case 'inspect':
    case 'approve':
    case 'deny':
      return request.specs
    case 'exec':
      return request.command === undefined ? [] : [request.command, ...request.args]
    case 'compare':
      return [request.from, request.to]
    case 'accept':
      return [request.spec]
    case 'update-data':
      return request.feed === undefined ? [] : [request.feed]
    case 'explain':
      return request.rule === undefined ? [] : [request.rule]
    case 'help':
    case 'version':
      return undefined
    case 'ci':
    case 'check':
    case 'setup':
    case 'doctor':
    case 'history':
    case 'print-config':
    case 'trust':
      return []
  }
}
