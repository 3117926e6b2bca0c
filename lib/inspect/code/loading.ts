import { HOLE } from '../../types.ts'
import { loadComputed } from './effects.ts'
import { evaluateCode } from './evaluating.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import { addon } from './models/index.ts'
import { sourceOfPath } from './models/paths.ts'
import type { Place } from './sites.ts'
import { anything, join, known, nothing, ofObject, tainted, changed, type Value } from './values.ts'

/** Loading by a value: `require(name)`, `import(name)`, and what a module looks like to whoever imports it. */

export function loadModule(
  machine: Interpreter,
  target: Value,
  how: 'require' | 'import',
  api: string,
  frame: Frame,
  place: Place,
  from?: string,
): Value {
  let result = nothing
  for (const text of target.known) {
    if (typeof text !== 'string') continue
    if (text.includes(HOLE)) {
      for (const path of machine.loader.matching(text, from ?? frame.file.path))
        result = join(result, machine.loader.load(machine, path, from ?? frame.file.path, how, frame, place))
      continue
    }
    result = join(result, machine.loader.load(machine, text, from ?? frame.file.path, how, frame, place))
  }
  const computed =
    target.open ||
    target.objects.length > 0 ||
    target.known.some(text => typeof text === 'string' && text.includes(HOLE))
  if (computed && target.known.some(text => typeof text === 'string' && /^data:[^,]*,/.test(text))) {
    evaluateCode(
      machine,
      changed(target, { known: [], open: true }),
      {
        handle: machine.handle(api),
        self: nothing,
        given: { list: [], rest: nothing },
        frame,
        place,
        constructed: false,
      },
      'program',
    )
    result = join(result, anything)
  } else if (computed) {
    loadComputed(machine, target, false, {
      handle: machine.handle(api),
      self: nothing,
      given: { list: [target], rest: nothing },
      frame,
      place,
      constructed: false,
    })
    result = join(result, anything)
  }
  return result === nothing ? anything : result
}

/** A file outside the package, perhaps one that was written before, is loaded; JSON may be somebody's credentials. */
export function loadOutside(
  machine: Interpreter,
  specifier: string,
  how: 'require' | 'import',
  frame: Frame,
  place: Place,
): Value {
  loadComputed(machine, known(specifier), specifier.endsWith('.node'), {
    handle: machine.handle(how === 'import' ? 'import()' : 'global:require'),
    self: nothing,
    given: { list: [], rest: nothing },
    frame,
    place,
    constructed: false,
  })
  if (specifier.endsWith('.node')) return changed(anything, { handles: [machine.handle(addon)] })
  if (sourceOfPath(specifier) !== 'credential-file') return anything
  const taint = machine.source('credential-file', specifier.slice(0, 300), place)
  machine.reads(taint, how, frame)
  return tainted([taint])
}

export function imported(
  machine: Interpreter,
  module: Value,
  name: string,
  frame: Frame,
  place: Place,
): Value {
  const value = namedMember(machine, module, name, frame, place)
  if (name !== 'default') return value
  // The default of a CommonJS module is the module.
  const own = module.objects.some(object => object.kind === 'namespace')
  const plain: Value = changed(module, {
    objects: module.objects.filter(object => object.kind !== 'namespace'),
  })
  return own ? value : join(plain, value === anything ? nothing : value)
}

export function importMeta(machine: Interpreter, frame: Frame): Value {
  const meta = machine.objectAt(frame, 'import.meta', 'object')
  const path = `/__package__/${frame.file.path}`
  machine.writeField(meta, 'url', known(`file://${path}`))
  machine.writeField(meta, 'filename', known(path))
  machine.writeField(meta, 'dirname', known(path.slice(0, path.lastIndexOf('/'))))
  return ofObject(meta)
}
