import { textsOf } from './constants.ts'
import { argument, storeFile, type ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { behindPaths } from './strangers.ts'
import { anything, hop, joinTaints, tainted, withTaints, type Taint, type Value } from './values.ts'

/** Archives that a program makes in memory: what was put in, by content or by path, comes out packed. */

/** `zip.file(name, content)`, `zip.addLocalFolder(path)`, `zip.append(stream, { name })`. */
export function putIntoArchive(machine: Interpreter, call: ModelledCall): Value {
  let taints: readonly Taint[] = []
  // `zip.file(name, content)`: then the first is no path of a file that is read.
  const named = argument(call, 1)
  const isContent = named.known.length > 0 || named.taints.length > 0
  for (const at of isContent ? [1] : [0, 1]) {
    const value = argument(call, at)
    taints = joinTaints(taints, machine.deepTaints({ ...value, functions: [] }, call.frame))
    taints = joinTaints(taints, behindPaths(machine, value, call.frame, call.place, true))
  }
  for (const { model } of call.self.objects)
    if (model !== undefined && taints.length > 0)
      machine.write(model.pending, tainted(hop(taints, 'packed', call.place)))
  return call.self
}

/** `zip.toBuffer()`, `zip.generateAsync()`, `zip.writeZip(path)`. */
export function takeArchive(machine: Interpreter, call: ModelledCall): Value {
  let taints: readonly Taint[] = []
  for (const { model } of call.self.objects)
    if (model !== undefined) taints = joinTaints(taints, machine.read(model.pending, call.frame).taints)
  storeFile(machine, textsOf(argument(call, 0)), tainted(taints), call)
  return withTaints(anything, taints)
}
