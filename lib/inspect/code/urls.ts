import { HOLE } from '../../types.ts'
import { textsOf } from './constants.ts'
import { argument, instance, type ModelledCall } from './effects.ts'
import { withoutWholes } from './entrusted.ts'
import type { Interpreter } from './interpreter.ts'
import { joinTaints, known, nothing, withTaints, changed, type ObjectValue, type Value } from './values.ts'

/** Addresses that are put together or taken apart. */

export function makeUrl(machine: Interpreter, call: ModelledCall): Value {
  const { frame } = call
  const first = argument(call, 0)
  const base = argument(call, 1)
  const made = instance(machine, 'url', call)
  const taints = joinTaints(machine.deepTaints(first, frame), base.taints)
  for (const object of made.objects) {
    const model = object.model
    if (model === undefined) continue
    for (const text of textsOf(first)) {
      const whole =
        text.includes('://') || base === nothing || base.known.length === 0
          ? [text]
          : textsOf(base).map(start => joinUrl(start, text))
      for (const one of whole) machine.write(model.texts, known(one))
    }
    machine.writeField(object, 'searchParams', made)
    // Whatever the address is: what follows its host is no more of its name.
    if (!textsOf(model.texts.value).some(text => hasHost.test(text)))
      machine.writeField(object, 'pathname', withTaints(known(`/${HOLE}`), withoutWholes(taints)))
    for (const text of textsOf(model.texts.value).slice(0, 3)) writeUrlParts(machine, object, text)
    machine.writeField(object, 'href', withTaints(machine.read(model.texts, frame), taints))
  }
  return changed(made, { known: textsOf(machine.read(made.objects[0]!.model!.texts, frame)), taints })
}

const hasHost = /^[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#@\u0001]/i

/** What is asked of an address whose host is known: `const { hostname } = new URL('https://host/…')`. */
function writeUrlParts(machine: Interpreter, url: ObjectValue, text: string): void {
  const [, protocol, host, path] =
    /^([a-z][a-z0-9+.-]{0,20}:)\/\/([^/?#@\u0001]{1,255})([^?#]*)/i.exec(text) ?? []
  if (protocol === undefined || host === undefined) return
  const parts = { protocol, host, hostname: host.replace(/:\d*$/, ''), origin: `${protocol}//${host}` }
  for (const [name, part] of Object.entries(parts)) machine.writeField(url, name, known(part))
  machine.writeField(url, 'pathname', known(path === '' || path === undefined ? '/' : path))
}

export function joinUrl(base: string, path: string): string {
  if (!base.includes(HOLE) && !path.includes(HOLE) && URL.canParse(path, base))
    return new URL(path, base).href
  if (!path.startsWith('/')) return base.endsWith('/') ? base + path : `${base}/${path}`
  const start = base.indexOf('://')
  if (start < 0) return base.includes(HOLE) ? HOLE + path : path
  const host = base.indexOf('/', start + 3)
  return (host < 0 ? base : base.slice(0, host)) + path
}
