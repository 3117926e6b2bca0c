import type { Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { joinAll, ofObject, type ObjectValue, type Value } from './values.ts'

/**
 * What a list holds as far as its text shows, where it is not known which of it is there: `['-s', ...form, address]`,
 * `if (quiet) args.push('-q')`, `[before, 'curl … | sh'].filter(Boolean)`. Command lines and joined texts are read as if
 * all of it were. `full`: nothing else can be in it but what is listed.
 */
export type Sketch = { readonly list: readonly Value[]; readonly full: boolean }

const sketches = new WeakMap<ObjectValue, Sketch>()

/** What is added to a list later, by the place of the call: running it once more adds nothing. */
const additions = new WeakMap<ObjectValue, Map<string, readonly Value[]>>()

const maxSketched = 64

/** Keeps what a list that was just made may hold. */
export function sketch(array: ObjectValue, list: readonly Value[], full: boolean): void {
  sketches.set(array, { list: list.slice(0, maxSketched), full })
}

/** Keeps what a call may add at the end of a list. */
export function sketchAddition(array: ObjectValue, at: string, values: readonly Value[]): void {
  const added = additions.get(array) ?? new Map<string, readonly Value[]>()
  additions.set(array, added)
  if (added.size < maxSketched || added.has(at)) added.set(at, values)
}

/** What the lists of a value may hold; undefined where nothing is known, or the text does not show it. */
export function sketchOf(machine: Interpreter, value: Value, frame: Frame): Sketch | undefined {
  const arrays = value.objects.filter(({ kind }) => kind === 'array')
  if (arrays.length === 0 || arrays.length > maxAlternatives || arrays.length < value.objects.length)
    return undefined
  const all = arrays.map(array => ofOne(machine, array, frame))
  const [first] = all
  if (all.length === 1) return first
  const known = all.flatMap(one => (one === undefined ? [] : [one]))
  const longest = Math.max(0, ...known.map(({ list }) => list.length))
  if (longest === 0) return undefined
  const list = Array.from({ length: longest }, (_, at) => joinAll(known.flatMap(one => one.list[at] ?? [])))
  return { list, full: false }
}

/** Lists that one value may be: the rows of a table. */
const maxAlternatives = 6

function ofOne(machine: Interpreter, array: ObjectValue, frame: Frame): Sketch | undefined {
  const items = elementsOf(machine, ofObject(array), frame)
  if (items.exact) return { list: items.list, full: true }
  const start = sketches.get(array)
  const added = [...(additions.get(array)?.values() ?? [])].flat()
  const begun = start?.list ?? beginningOf(machine, array, frame)
  const list = [...begun, ...added].slice(0, maxSketched)
  return list.length === 0 ? undefined : { list, full: start?.full === true && added.length === 0 }
}

/** The elements at places that are known, before something was added of which nobody knows whether it is there. */
function beginningOf(machine: Interpreter, array: ObjectValue, frame: Frame): readonly Value[] {
  const list: Value[] = []
  for (let at = 0; at < maxSketched; at++) {
    const cell = array.fields.get(String(at))
    if (cell === undefined) break
    list.push(machine.read(cell, frame))
  }
  return list
}
