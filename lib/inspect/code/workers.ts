import type { Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import { loadComputed } from './effects.ts'
import { evaluateCode } from './evaluating.ts'
import { hand } from './handing.ts'
import type { Interpreter } from './interpreter.ts'
import { loadModule } from './loading.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { allArguments, argument, handResult, instance, type ModelledCall } from './modelled-call.ts'
import { anything, changed, join, known, nothing, ofObject, type Value } from './values.ts'
import { mannerOf } from './starting.ts'
import { runStored } from './written-scripts.ts'

/** Files that run beside the program: workers, forks, pools of either, hooks of the module loader. */

/** Fields of options that name the file: `new Piscina({ filename })`, `cluster.setupPrimary({ exec })`. */
const fileFields = ['filename', 'exec', 'script', 'workerPath', 'file'] as const

/** `new Worker(file)`, `fork(file)`, `new Pool({ filename })`. */
export function startWorker(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place } = call
  const [first, options] = [argument(call, 0), argument(call, 1)]
  if (call.handle.api.endsWith('Worker') && options.objects.length > 0)
    machine.write(
      machine.global('node:worker_threads.workerData'),
      namedMember(machine, options, 'workerData', frame, place),
    )
  const evaluated = namedMember(machine, options, 'eval', frame, place)
  if (call.handle.api.endsWith('Worker') && evaluated.known.includes(true))
    return evaluateCode(machine, first, call, 'program')
  const target = fileOf(machine, call)
  const files: Text[] = []
  for (const text of textsOf(target))
    // The address of a worker may be its code.
    if (/^(?:data|blob):/.test(text))
      loadModule(machine, known(text), 'import', call.handle.api, frame, place)
    else files.push(text.replace(/^file:\/\//, ''))
  for (const text of files)
    machine.command({ text: 'node', args: [text], shell: false, place, level: machine.level })
  runStored(machine, files, place)
  const manner = call.handle.api.endsWith('.fork')
    ? mannerOf(
        machine,
        allArguments(call)
          .slice(1)
          .flatMap(({ objects }) => objects),
        frame,
        place,
      )
    : []
  machine.fact(
    { kind: 'starts', api: call.handle.api, commands: files.map(text => `node ${text}`), manner },
    frame,
    place,
  )
  loadComputed(machine, changed(target, { objects: [], known: files }), false, call)
  handResult(machine, anything, call)
  return instance(machine, 'worker', call, files.map(known).reduce(join, nothing))
}

function fileOf(machine: Interpreter, call: ModelledCall): Value {
  const first = argument(call, 0)
  const { frame, place } = call
  const addresses = first.objects.flatMap(({ model }) =>
    model?.name === 'url' ? textsOf(machine.read(model.texts, frame)) : [],
  )
  if (addresses.length > 0) return changed(first, { objects: [], open: false, known: addresses })
  let named = nothing
  for (const object of first.objects)
    for (const name of fileFields)
      if (object.fields.has(name))
        named = join(named, namedMember(machine, ofObject(object), name, frame, place))
  return named === nothing ? first : named
}

/** `module.register(specifier, parent)`: from then on its functions see every module that is loaded. */
export function registerHooks(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const hooks = loadModule(machine, fileOf(machine, call), 'import', handle.api, frame, place)
  for (const name of ['resolve', 'load', 'initialize'])
    hand(machine, namedMember(machine, hooks, name, frame, place), anything, frame, place)
  return anything
}

/** `process.binding('spawn_sync').spawn({ file, args })`: what starts programs below `child_process`. */
export function spawnByBinding(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const field = (name: string): Value => namedMember(machine, argument(call, 0), name, frame, place)
  const items = elementsOf(machine, field('args'), frame)
  // The first argument is the name the program is called by.
  const words = items.exact ? items.list.slice(1).flatMap(item => textsOf(item).slice(0, 1)) : []
  const programs = textsOf(field('file')).slice(0, 4)
  const commands = programs.map(text => [text, ...words].join(' ').slice(0, 4_000))
  machine.fact({ kind: 'starts', api: handle.api, commands, manner: [] }, frame, place)
  for (const text of programs)
    machine.command({ text, args: words, shell: false, place, level: machine.level })
  return handResult(machine, anything, call)
}
