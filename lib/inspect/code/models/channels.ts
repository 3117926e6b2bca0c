import type { Model } from './model.ts'

/** Ways a program hands data to itself: the other end gets what one end is given. */
export const channels: readonly Model[] = [
  { of: ['node:async_hooks.AsyncLocalStorage'], act: 'built-in', name: 'store.make' },
  { of: ['async-store.run'], act: 'built-in', name: 'store.run' },
  { of: ['async-store.exit'], act: 'built-in', name: 'store.exit' },
  { of: ['async-store.enterWith'], act: 'built-in', name: 'store.enter' },
  { of: ['async-store.getStore'], act: 'built-in', name: 'store.get' },
  { of: ['node:async_hooks.AsyncLocalStorage.snapshot'], act: 'built-in', name: 'store.snapshot' },
  {
    of: ['node:async_hooks.{AsyncLocalStorage,AsyncResource}.bind', 'async-resource.bind'],
    act: 'built-in',
    name: 'identity',
  },
  { of: ['node:async_hooks.AsyncResource'], act: 'make', instance: 'async-resource' },
  { of: ['async-resource.runInAsyncScope'], act: 'built-in', name: 'store.scope' },
  { of: ['node:diagnostics_channel.channel'], act: 'built-in', name: 'channel.topic' },
  { of: ['topic.publish'], act: 'built-in', name: 'channel.post' },
  {
    of: ['topic.subscribe', 'node:diagnostics_channel.subscribe'],
    act: 'built-in',
    name: 'channel.subscribe',
  },
  {
    of: ['{global:,node:worker_threads.}BroadcastChannel'],
    act: 'built-in',
    name: 'channel.broadcast',
  },
  { of: ['{global:,node:worker_threads.}MessageChannel'], act: 'built-in', name: 'channel.pair' },
  {
    of: ['{port,worker,node:worker_threads.parentPort}.{postMessage,send}', 'global:process.send'],
    act: 'built-in',
    name: 'channel.post',
  },
  {
    of: ['{port,worker,node:worker_threads.parentPort}.{on,once,addListener,addEventListener}'],
    act: 'built-in',
    name: 'channel.on',
  },
  { of: ['{port,worker}.onmessage'], act: 'built-in', name: 'channel.onmessage' },
  { of: ['worker.{kill,terminate,ref,unref,disconnect}', 'port.{close,start,ref,unref}'], act: 'clean' },
  {
    of: ['global:process.{on,once,addListener,prependListener}'],
    act: 'built-in',
    name: 'process.on',
  },
  { of: ['global:process.kill'], act: 'built-in', name: 'process.kill' },
  { of: ['global:process.{exit,abort,reallyExit}'], act: 'built-in', name: 'process.exit' },
  { of: ['global:process.emit'], act: 'built-in', name: 'process.emit' },
  { of: ['global:FinalizationRegistry'], act: 'built-in', name: 'finalizers' },
]
