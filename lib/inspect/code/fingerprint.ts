import { nothing, anything, type Value } from './values.ts'

/** A short text that is equal where two values are treated alike. */
export function fingerprint(value: Value, exact: boolean): string {
  if (value === nothing) return '-'
  if (value === anything) return '?'
  let text = value.open ? '?' : ''
  if (exact) {
    for (const constant of value.known) {
      const shown = String(constant)
      text += `${typeof constant}:${shown.length > 120 ? `${shown.length}${shown.slice(0, 60)}${shown.slice(-60)}` : shown};`
    }
  } else if (value.known.length > 0) text += '='
  for (const handle of value.handles) text += `h${handle.api}${handle.file ?? ''};`
  for (const fn of value.functions) text += `f${fn.id};`
  for (const object of value.objects) text += `o${object.id};`
  for (const taint of value.taints) text += `t${taint.source.id};`
  return text
}
