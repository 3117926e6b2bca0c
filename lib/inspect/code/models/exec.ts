import type { Model } from './model.ts'

/** Programs that are started. */
export const exec: readonly Model[] = [
  {
    of: [
      'node:child_process.{exec,execSync}',
      'pkg:shelljs.exec',
      'pkg:execa.{execaCommand,execaCommandSync,command,commandSync}',
      'pkg:{zx,zx/core,bun}.$',
      'pkg:execa.$',
      'pkg:node-cmd.{run,runSync,get}',
    ],
    act: 'start',
    command: 0,
    shell: true,
    gives: 'output',
  },
  {
    of: [
      'node:child_process.{execFile,execFileSync,spawnSync}',
      'pkg:execa',
      'pkg:execa.{execa,execaSync,sync}',
      'pkg:cross-spawn.sync',
      'pkg:tinyexec.{x,exec}',
      'pkg:nano-spawn',
    ],
    act: 'start',
    command: 0,
    argv: 1,
    shell: false,
    gives: 'output',
  },
  {
    of: [
      'node:child_process.spawn',
      'pkg:cross-spawn',
      'pkg:cross-spawn.spawn',
      'pkg:foreground-child',
      'pkg:{node-pty,node-pty-prebuilt-multiarch,@lydell/node-pty,@homebridge/node-pty-prebuilt-multiarch}.spawn',
      'global:Bun.{spawn,spawnSync}',
      'global:Deno.{Command,run}',
    ],
    act: 'start',
    command: 0,
    argv: 1,
    shell: false,
    gives: 'child',
  },
  {
    of: ['node:child_process.fork', 'node:cluster.fork', 'pkg:execa.{node,execaNode}'],
    act: 'built-in',
    name: 'fork',
  },
  {
    of: [
      'node:worker_threads.Worker',
      'global:{Worker,SharedWorker}',
      'node:cluster.{setupPrimary,setupMaster}',
      'pkg:{piscina,jest-worker,worker-farm,workerpool.pool,tinypool,web-worker,poolifier,microjob}',
      'pkg:{piscina.Piscina,tinypool.Tinypool,jest-worker.Worker,threads.Worker,threads.spawn,node-worker-threads-pool.StaticPool,poolifier.FixedThreadPool,poolifier.DynamicThreadPool,poolifier.FixedClusterPool}',
    ],
    act: 'built-in',
    name: 'Worker',
  },
  {
    of: ['pkg:spawn_sync.spawn', 'pkg:process_wrap.Process().spawn'],
    act: 'built-in',
    name: 'binding.spawn',
  },
  { of: ['child.kill', 'child.{ref,unref,disconnect}'], act: 'clean' },
  { of: ['stdin.{write,end}'], act: 'send', payload: [0] },
  // A terminal takes what is typed by itself.
  { of: ['child.write'], act: 'send', payload: [0] },
  {
    of: ['pkg:{open,opn,opener,open-cli,better-opn}'],
    act: 'start',
    command: 0,
    shell: false,
    gives: 'child',
  },
]

/** Text or bytes that become code. */
export const code: readonly Model[] = [
  {
    of: ['global:eval', 'node:vm.{runInThisContext,runInNewContext,runInContext}'],
    act: 'evaluate',
    code: 0,
    gives: 'result',
  },
  {
    of: [
      'pkg:{vm2,isolated-vm}.{VM,NodeVM}().run',
      'pkg:{require-from-string,eval,node-eval,_eval,safe-eval,notevil}',
      'pkg:{jiti,jiti.createJiti,jiti.default}().evalModule',
      'module._compile',
      'node:module.prototype._compile',
    ],
    act: 'evaluate',
    code: 0,
    gives: 'result',
  },
  // Engines whose templates hold code, and formats that hold functions.
  {
    of: [
      'pkg:{lodash,underscore}.template',
      'pkg:lodash/template',
      'pkg:{ejs,eta,pug,jade,nunjucks,art-template,dot,doT}.{render,compile,renderString,template}',
      'pkg:{node-serialize,serialize-to-js,funcster}.{unserialize,deserialize,deepDeserialize}',
    ],
    act: 'built-in',
    name: 'template',
  },
  { of: ['node:inspector.Session', 'node:inspector/promises.Session'], act: 'make', instance: 'inspector' },
  { of: ['inspector.post'], act: 'built-in', name: 'inspector.post' },
  { of: ['node:vm.{Script,SourceTextModule}'], act: 'built-in', name: 'Script' },
  { of: ['vm-script.{runInThisContext,runInNewContext,runInContext}'], act: 'built-in', name: 'Script.run' },
  { of: ['node:vm.createContext'], act: 'built-in', name: 'createContext' },
  { of: ['node:vm.compileFunction'], act: 'evaluate', code: 0, gives: 'function' },
  { of: ['global:{Function,AsyncFunction,GeneratorFunction}'], act: 'built-in', name: 'Function' },
  { of: ['global:execScript'], act: 'evaluate', code: 0, gives: 'result' },
  {
    of: [
      'global:{setTimeout,setInterval,setImmediate,queueMicrotask,requestAnimationFrame,requestIdleCallback}',
      'node:timers.{setTimeout,setInterval,setImmediate}',
      'global:process.nextTick',
    ],
    act: 'built-in',
    name: 'timer',
  },
  {
    of: [
      'global:require',
      'module.require',
      'node:module._load',
      'node:module.prototype.require',
      'global:process.mainModule.require',
      'global:__non_webpack_require__',
      'module.constructor._load',
    ],
    act: 'built-in',
    name: 'require',
  },
  {
    of: ['pkg:{import-fresh,import-cwd,import-cwd.silent,require-uncached}'],
    act: 'load',
    target: 0,
    native: false,
  },
  { of: ['pkg:{import-from,import-from.silent}'], act: 'load', target: 1, native: false },
  { of: ['node:module.{createRequire,createRequireFromPath}'], act: 'built-in', name: 'createRequire' },
  { of: ['global:process.{getBuiltinModule,binding,_linkedBinding}'], act: 'built-in', name: 'getBuiltin' },
  { of: ['global:process.dlopen'], act: 'load', target: 1, native: true },
  // What a compiled function does with a text, nobody can see.
  { of: ['addon.*'], act: 'built-in', name: 'addon' },
  { of: ['node:module.register'], act: 'built-in', name: 'module.register' },
  {
    of: ['pkg:{bindings,node-gyp-build,node-pre-gyp,prebuildify,pkg-prebuilds}'],
    act: 'load',
    target: 0,
    native: true,
    inside: true,
  },
  {
    of: [
      'global:WebAssembly.{compile,instantiate,compileStreaming,instantiateStreaming,Module,Instance,Memory}',
    ],
    act: 'load',
    target: 0,
    native: true,
  },
]
