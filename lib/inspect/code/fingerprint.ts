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

/** Whether two values are treated alike: what `fingerprint` says of them, without making texts. */
export function isAlike(left: Value, right: Value, exact: boolean): boolean {
  if (left === right) return true
  if (left.open !== right.open || left.taints.length !== right.taints.length) return false
  if (left.handles.length !== right.handles.length || left.functions.length !== right.functions.length)
    return false
  if (left.objects.length !== right.objects.length) return false
  if (exact ? !haveSameConstants(left, right) : left.known.length > 0 !== right.known.length > 0) return false
  for (let at = 0; at < left.taints.length; at++)
    if (left.taints[at]!.source !== right.taints[at]!.source) return false
  for (let at = 0; at < left.functions.length; at++)
    if (left.functions[at] !== right.functions[at]) return false
  for (let at = 0; at < left.objects.length; at++) if (left.objects[at] !== right.objects[at]) return false
  for (let at = 0; at < left.handles.length; at++) {
    const [one, other] = [left.handles[at]!, right.handles[at]!]
    if (one !== other && (one.api !== other.api || one.file !== other.file)) return false
  }
  return true
}

function haveSameConstants({ known: left }: Value, { known: right }: Value): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) {
    const [one, other] = [left[at], right[at]]
    if (one !== other && (typeof one !== typeof other || String(one) !== String(other))) return false
  }
  return true
}
