import type { SourceFile } from './interpreter.ts'
import { actOf, isModelled } from './models/index.ts'
import type { ObjectValue, Value } from './values.ts'

/** Which values can reach the world outside, or carry data of it: calls without any need not be followed. */

/** Whether a value is itself a way to the world outside: a handle, or a function that uses one. */
export function leadsOut(value: Value): boolean {
  if (value.handles.some(handle => !isHarmless(handle.api))) return true
  return value.functions.some(fn => {
    const { warmth } = fn.file as SourceFile
    return warmth === undefined || warmth.warm.has(fn.classNode ?? fn.node)
  })
}

/** Whether it carries data worth following. Parameters of a caller go everywhere: alone they are not. */
export function carries(value: Value): boolean {
  return (
    value.taints.some(taint => taint.source.kind !== 'caller') ||
    value.objects.some(
      object =>
        object.model !== undefined || object.deep.value.taints.some(taint => taint.source.kind !== 'caller'),
    )
  )
}

/** Whether an object offers something that leads out, of its own or inherited. */
export function isWarm(value: Value): boolean {
  return value.objects.some(object => {
    let at: ObjectValue | undefined = object
    for (let step = 0; at !== undefined && step < 6; step++) {
      if (at.warm) return true
      at = at.parents?.objects[0]
    }
    return false
  })
}

/** Globals of the language itself, which every program uses. */
function isHarmless(api: string): boolean {
  if (!api.startsWith('global:') && !api.startsWith('native:'))
    return api.startsWith('node:path') || api.startsWith('node:util') || api.startsWith('node:url')
  const act = actOf(api)
  if (act !== undefined)
    return act.act === 'built-in'
      ? harmlessBuiltIns.has(act.name)
      : act.act === 'clean' || act.act === 'carry'
  return !isModelled(api) || api === 'global:Object' || api === 'global:Math' || api === 'global:JSON'
}

const harmlessBuiltIns = new Set([
  'clean',
  'identity',
  'number',
  'encode',
  'collection',
  'symbol',
  'Object.keys',
  'Object.values',
  'Object.entries',
  'Object.assign',
  'Object.create',
  'Object.defineProperty',
  'inherit',
  'getPrototypeOf',
  'Object.getOwnPropertyDescriptor',
  'Promise',
  'JSON.stringify',
  'RegExp',
  'JSON.parse',
  'fromCharCode',
  'Buffer',
  'URL',
])
