import type { ObjectValue } from './values.ts'

/** Stands in memory that a program asked for, and in each view of it. */
export const bytesField = '%bytes'

/** Whether an object is memory, or a view of it: `new Uint8Array(8)` as well as `new ArrayBuffer(8)`. */
export function areBytes({ fields }: ObjectValue): boolean {
  return fields.has(bytesField)
}
