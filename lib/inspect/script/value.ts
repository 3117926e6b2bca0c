import { limits } from '../../limits.ts'
import { HOLE, type Source, type Text } from '../../types.ts'

/**
 * What a script can know of a value before it runs: its text with a `HOLE` for each unknown part, the data that went
 * into it, and the decoders it passed. Sources and decoders are sets: each appears once.
 */
export type Value = {
  readonly text: Text
  readonly sources: readonly Source[]
  readonly decoders: readonly string[]
  /** The file of the package whose content this is, as the script names it from the package's root. */
  readonly file?: Text | undefined
}

export const empty: Value = { text: '', sources: [], decoders: [] }

export function constant(text: Text): Value {
  return { text, sources: [], decoders: [] }
}

/** A value nothing is known about but where it comes from. */
export function unknown(...sources: readonly Source[]): Value {
  return { text: HOLE, sources, decoders: [] }
}

export function isConstant(value: Value): boolean {
  return !value.text.includes(HOLE)
}

/** Values one after the other, `between` in the gaps. Beyond `limits.maxValueChars` the rest becomes unknown. */
export function join(values: readonly Value[], between = ''): Value {
  const first = values[0]
  if (values.length === 1 && first) return first
  const texts: string[] = []
  let length = 0
  for (const { text } of values) {
    length += text.length + between.length
    if (length > limits.maxValueChars) {
      texts.push(HOLE)
      break
    }
    texts.push(text)
  }
  return { text: texts.join(between), sources: unionSources(values), decoders: unionDecoders(values) }
}

/** The same data behind another text. */
export function withText(value: Value, text: Text): Value {
  return {
    ...value,
    text: text.length > limits.maxValueChars ? text.slice(0, limits.maxValueChars) + HOLE : text,
  }
}

export function withDecoder(value: Value, decoder: string): Value {
  return value.decoders.includes(decoder) ? value : { ...value, decoders: [...value.decoders, decoder] }
}

/** More sources than anybody reads are not kept: a value of 12 different origins is suspicious enough. */
const maxSources = 12

function unionSources(values: readonly Value[]): readonly Source[] {
  const known = new Map<string, Source>()
  for (const { sources } of values)
    for (const source of sources) {
      const key = `${source.kind}\0${source.name}`
      if (!known.has(key) && known.size < maxSources) known.set(key, source)
    }
  return [...known.values()]
}

function unionDecoders(values: readonly Value[]): readonly string[] {
  return [...new Set(values.flatMap(value => value.decoders))].slice(0, maxSources)
}
