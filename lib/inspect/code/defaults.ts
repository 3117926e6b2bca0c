import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { known, nothing, changed, type ObjectValue, type Value } from './values.ts'

/** Options of command lines have a value where their user gives none: `.option('keypair', { default: path })`. */

const prefix = '%option '
const maxOptions = 60

/** What is said of options to whatever takes them apart: yargs by tables, commander by position. */
export function noteDefaults(machine: Interpreter, given: Arguments, frame: Frame): void {
  const [name, ...rest] = given.list
  for (const text of name?.known ?? []) {
    if (typeof text !== 'string') continue
    const called = /--([A-Za-z][\w-]{0,60})/.exec(text)?.[1] ?? text
    for (const value of rest) {
      for (const object of value.objects) note(machine, called, object, frame)
      if (text.includes('--')) keep(machine, called, changed(nothing, { known: value.known }))
    }
  }
  for (const table of name?.objects ?? [])
    for (const [called, cell] of [...table.fields].slice(0, maxOptions))
      for (const object of machine.read(cell, frame).objects) note(machine, called, object, frame)
}

function note(machine: Interpreter, called: string, object: ObjectValue, frame: Frame): void {
  const cell = object.fields.get('default')
  if (cell !== undefined) keep(machine, called, machine.read(cell, frame))
}

/** Only paths of the home folder: what else an option may be, is its user's to say. */
function keep(machine: Interpreter, called: string, value: Value): void {
  for (const text of value.known) {
    if (typeof text !== 'string' || !text.startsWith('~/')) continue
    const name = called.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    machine.write(machine.global(prefix + name), known(text))
    machine.write(machine.global(prefix), known(true))
  }
}

/** The default of the option of that name, where a member of that name is asked of something unknown. */
export function defaultOf(machine: Interpreter, name: string, frame: Frame): Value {
  if (!machine.globals.has(prefix)) return nothing
  const cell = machine.globals.get(prefix + name)
  return cell === undefined ? nothing : machine.read(cell, frame)
}
