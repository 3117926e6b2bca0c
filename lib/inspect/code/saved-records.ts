import { entrust, namesOfWholes, wholesIn } from './entrusted.ts'
import { hand } from './handing.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import { anything, carrying, onlyCallable, type Taint, type Value } from './values.ts'

/** Records that a program saves, as the hooks of its database see them: with what a person typed in, before it is hashed. */

/** The name of such a record, as a source. */
export const savedRecord = 'a record that is saved'

const hooks =
  /^(?:(?:before|after)(?:Create|Save|Update|Upsert|Validate|BulkCreate|Insert)|hook|addHook|pre|post|\$use)$/
const events =
  /^(?:before|after)?_?(?:create|save|update|upsert|validate|insert|bulkCreate|insertMany|findOneAndUpdate)$/i

/** `schema.pre('save', f)`, `Model.beforeCreate(f)` of a caller's: `f` gets each record, as what it is called on or with. */
export function showRecords(
  machine: Interpreter,
  name: string,
  self: Value,
  { list }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (!hooks.test(name) || !self.taints.some(({ source }) => source.kind === 'caller')) return
  const isEvent = list[0]?.known.some(text => typeof text === 'string' && events.test(text)) === true
  if (!isEvent && !/^(?:before|after)/.test(name)) return
  const record = carrying(anything, [
    machine.source('caller', savedRecord, place),
    entrust(machine, savedRecord, place),
  ])
  for (const value of list.slice(0, 4)) hand(machine, onlyCallable(value), record, frame, place, 0, record)
}

const naming = /^(?:modifiedPaths|directModifiedPaths|changed)$/

/** The names of the fields of a record that were set, where that is asked for. */
export function namesAsked(machine: Interpreter, method: string, of: readonly Taint[]): readonly Taint[] {
  return naming.test(method) ? namesOfWholes(machine, wholesIn(of)) : []
}
